-- purpose: for each kind of case how many are open, overdue and wait for one person, each counted no further than the page says
SELECT k.kind,
    (
        SELECT count(*) FROM (
            SELECT FROM cases_case AS c WHERE c.kind = k.kind AND c.status = 'open' AND ({case_rows}) LIMIT %(most)s
        ) AS counted
    ) AS open,
    (
        SELECT count(*) FROM (
            SELECT FROM cases_case AS c WHERE c.kind = k.kind AND ({case_rows}) LIMIT %(most)s
        ) AS counted
    ) AS whole
FROM unnest(%(all_kinds)s::text[]) AS k (kind)
