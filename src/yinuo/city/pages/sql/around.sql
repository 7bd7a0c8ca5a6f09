-- purpose: what stands around every page: the text in force, the notices this person has not read, the revision of units and people
SELECT
    (SELECT digest FROM texts_installation WHERE name = %(pack)s ORDER BY version DESC LIMIT 1) AS digest,
    (SELECT count(*) FROM notices_notice WHERE person = %(person)s AND read_at IS NULL) AS unread,
    coalesce((SELECT digest FROM people_revision WHERE stream = 'people'), '') AS revision
