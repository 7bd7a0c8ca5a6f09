-- purpose: the sealed addresses of a person, to be shown
SELECT channel, ref FROM notices_address WHERE person = %(person)s
