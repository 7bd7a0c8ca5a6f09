-- purpose: what persons, cases and files are called, by their keys; a case only when the row filter lets it be seen
SELECT 'persons' AS what, p.person AS key, p.name AS word FROM people_person AS p WHERE p.person = ANY(%(persons)s)
UNION ALL
SELECT 'cases', c.case_id, concat_ws(' ', c.receipt, nullif(c.title, '')) FROM cases_case AS c WHERE c.case_id = ANY(%(cases)s) AND ({case_rows})
UNION ALL
SELECT 'files', f.digest, f.name FROM cases_attachment AS f WHERE f.digest = ANY(%(files)s)
