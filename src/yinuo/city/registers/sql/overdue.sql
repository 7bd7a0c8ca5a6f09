-- purpose: open cases with a clock that is overdue, by kind, counted no further than the page says
SELECT l.kind, count(*) AS number
FROM (
    SELECT DISTINCT o.case_id, o.kind FROM supervision_clock AS o JOIN cases_case AS c ON c.case_id = o.case_id
    WHERE o.ended_at IS NULL AND o.state = 'overdue' AND c.status = 'open' AND ({case_rows})
    LIMIT %(most_overdue)s
) AS l
GROUP BY l.kind
