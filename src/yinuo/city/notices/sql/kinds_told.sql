-- purpose: which kinds of notices a person has, with how many are unread, and the newest id
SELECT kind, count(*), count(*) FILTER (WHERE read_at IS NULL), max(id)
FROM notices_notice WHERE person = %(person)s GROUP BY kind ORDER BY kind
