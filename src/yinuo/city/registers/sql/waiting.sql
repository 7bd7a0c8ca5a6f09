-- purpose: how many open cases wait for one person, counted no further than the navigation says
SELECT count(*) AS n
FROM (
    SELECT FROM cases_case AS c
    WHERE c.status = 'open' AND c.kind = ANY(%(kinds)s::text[]) AND ({case_rows}) AND EXISTS (SELECT FROM cases_task AS t WHERE {mine})
    LIMIT %(most)s
) AS counted
