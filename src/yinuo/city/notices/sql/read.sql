-- purpose: a person has read one notice (by id) or all up to one
UPDATE notices_notice SET read_at = %(now)s
WHERE person = %(person)s AND read_at IS NULL AND (id = %(id)s OR (%(all)s AND id <= %(id)s))
RETURNING id, case_id
