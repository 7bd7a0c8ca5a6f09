-- purpose: the names of the persons a page speaks of
SELECT person, name FROM people_person WHERE person = ANY(%(persons)s)
