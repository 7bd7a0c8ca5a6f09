-- purpose: open cases that wait for one person, by kind, counted no further than the page says
SELECT counted.kind, count(*) AS number
FROM (
    SELECT c.kind FROM cases_case AS c
    WHERE c.status = 'open' AND c.kind = ANY(%(kinds)s::text[]) AND ({case_rows}) AND EXISTS (SELECT FROM cases_task AS t WHERE {mine})
    LIMIT %(most_waiting)s
) AS counted
GROUP BY counted.kind
