-- purpose: what stands around every page: which text is in force, and how many notices this person has not read
SELECT
    (SELECT digest FROM texts_installation WHERE name = %(pack)s ORDER BY version DESC LIMIT 1) AS digest,
    (SELECT count(*) FROM notices_notice WHERE person = %(person)s AND read_at IS NULL) AS unread
