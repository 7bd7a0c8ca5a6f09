-- purpose: of one unit since the period began: lanes granted and cases received
SELECT %(unit)s::text AS unit, (
    SELECT count(*) FROM cases_task AS t JOIN cases_case AS c USING (case_id)
    WHERE c.kind = 'lane-request' AND c.unit = %(unit)s AND ({case_rows})
        AND t.step = 'answer' AND t.done_at >= %(since)s AND c.fields ? 'lane'
) AS granted, (
    SELECT count(*) FROM cases_case AS r WHERE r.unit = %(unit)s AND r.opened_at >= %(since)s AND r.kind = ANY(%(kinds)s::text[])
) AS received
