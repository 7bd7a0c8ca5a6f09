-- purpose: by unit in a period: cases that granted (or were opened by it), and cases that did what they are a share of
WITH asked (is_granting, kinds, opens, activities) AS (
    VALUES (TRUE, %(kinds)s::text[], %(opens)s, %(activities)s::text[]),
        (FALSE, %(of_kinds)s::text[], %(of_opens)s, %(of_activities)s::text[])
)
SELECT c.unit, count(*) FILTER (WHERE a.is_granting), count(*) FILTER (WHERE NOT a.is_granting)
FROM asked AS a
JOIN cases_case AS c ON c.kind = ANY(a.kinds)
WHERE (%(unit)s::text IS NULL OR c.unit = %(unit)s) AND ({case_rows})
    AND CASE WHEN a.opens THEN c.opened_at >= %(since)s AND c.opened_at < %(until)s
        ELSE EXISTS (
            SELECT FROM unnest(a.activities) AS one
            WHERE (c.state::jsonb #>> ARRAY['seen', one, '2'])::bigint BETWEEN %(since_at)s AND %(until_at)s - 1
        ) END
GROUP BY c.unit
