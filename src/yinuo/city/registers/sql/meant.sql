-- purpose: whom and which cases names and receipt numbers mean; a case only when the row filter lets it be seen
SELECT DISTINCT 'person' AS what, said.text AS said, p.person AS key
FROM unnest(%(persons)s::text[]) AS said (text)
JOIN people_person AS p ON p.person = said.text OR (p.name = said.text AND (p.valid_until IS NULL OR p.valid_until > %(today)s))
UNION ALL
SELECT 'case', said.text, c.case_id
FROM unnest(%(cases)s::text[]) AS said (text)
JOIN LATERAL (
    SELECT c.case_id FROM cases_case AS c WHERE c.case_id = said.text AND ({case_rows})
    UNION
    SELECT c.case_id FROM cases_case AS c WHERE c.receipt = said.text AND ({case_rows})
) AS c ON TRUE
