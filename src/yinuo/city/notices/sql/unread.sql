-- purpose: how many notices a person has not read
SELECT count(*) FROM notices_notice WHERE person = %(person)s AND read_at IS NULL
