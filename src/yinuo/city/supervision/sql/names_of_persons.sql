-- purpose: the names of some of the staff
SELECT person, name FROM people_person WHERE person = ANY(%(persons)s)
