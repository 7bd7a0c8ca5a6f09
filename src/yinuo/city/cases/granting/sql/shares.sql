-- purpose: by unit in a period: cases that granted (or were opened by it), and cases that did what they are a share of
WITH granted AS (
    SELECT c.unit, count(*) AS number FROM cases_case AS c
    WHERE c.kind = ANY(%(kinds)s::text[]) AND (%(unit)s::text IS NULL OR c.unit = %(unit)s) AND ({case_rows})
        AND CASE WHEN %(opens)s THEN c.opened_at >= %(since)s AND c.opened_at < %(until)s
            ELSE EXISTS (
                SELECT FROM unnest(%(activities)s::text[]) AS one
                WHERE (c.state::jsonb #>> ARRAY['seen', one, '2'])::bigint BETWEEN %(since_at)s AND %(until_at)s - 1
            ) END
    GROUP BY c.unit
), whole AS (
    SELECT c.unit, count(*) AS number FROM cases_case AS c
    WHERE c.kind = ANY(%(of_kinds)s::text[]) AND (%(unit)s::text IS NULL OR c.unit = %(unit)s) AND ({case_rows})
        AND CASE WHEN %(of_opens)s THEN c.opened_at >= %(since)s AND c.opened_at < %(until)s
            ELSE EXISTS (
                SELECT FROM unnest(%(of_activities)s::text[]) AS one
                WHERE (c.state::jsonb #>> ARRAY['seen', one, '2'])::bigint BETWEEN %(since_at)s AND %(until_at)s - 1
            ) END
    GROUP BY c.unit
)
SELECT unit, coalesce(granted.number, 0), coalesce(whole.number, 0) FROM granted FULL JOIN whole USING (unit)
