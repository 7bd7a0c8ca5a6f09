-- purpose: whether somebody is of the staff on a day
SELECT EXISTS (
  SELECT FROM people_person WHERE person = %(person)s::text AND valid_from <= %(day)s::date
    AND (valid_until IS NULL OR %(day)s::date < valid_until)
)
