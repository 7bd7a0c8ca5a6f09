-- purpose: one page of a person's notices, the unread first, the newest first
SELECT id, kind, args, case_id, at, read_at
FROM notices_notice
WHERE person = %(person)s AND kind = ANY(%(kinds)s)
    AND (%(kind)s = '' OR kind = %(kind)s)
    AND (NOT %(unread)s OR read_at IS NULL)
    AND (
        %(after)s::bigint IS NULL
        OR (read_at IS NOT NULL) > %(after_read)s
        OR ((read_at IS NOT NULL) = %(after_read)s AND id < %(after)s::bigint)
    )
ORDER BY (read_at IS NOT NULL), id DESC
LIMIT %(limit)s
