-- purpose: cases of some kinds opened within a period, by unit
SELECT c.unit, count(*) AS number FROM cases_case AS c
WHERE c.opened_at >= %(since)s AND c.opened_at < %(until)s AND c.kind = ANY(%(kinds)s::text[]) AND ({case_rows})
GROUP BY c.unit
