-- purpose: the sealed addresses of a person
SELECT channel, ref FROM notices_address WHERE person = %(person)s ORDER BY channel FOR UPDATE
