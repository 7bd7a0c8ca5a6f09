-- purpose: a person is no longer reached here
DELETE FROM notices_address WHERE person = %(person)s AND channel = %(channel)s
