-- purpose: how many open cases wait for one person, counted no further than he is told; who has many is done after a few cases
SELECT CASE WHEN few.n >= %(most)s THEN few.n ELSE (
    SELECT count(*)
    FROM (
        SELECT FROM cases_case AS c
        WHERE c.status = 'open' AND c.kind = ANY(%(kinds)s::text[]) AND ({case_rows}) AND EXISTS (SELECT FROM cases_task AS t WHERE {mine})
        LIMIT %(most)s
    ) AS counted
) END AS n
FROM (
    SELECT count(*) AS n
    FROM (
        SELECT
        FROM (
            SELECT c.* FROM cases_case AS c
            WHERE c.status = 'open' AND c.kind = ANY(%(kinds)s::text[]) AND ({case_rows})
            LIMIT 3 * %(most)s
        ) AS c
        CROSS JOIN LATERAL (SELECT FROM cases_task AS t WHERE {mine} LIMIT 1) AS one
        LIMIT %(most)s
    ) AS found
) AS few
