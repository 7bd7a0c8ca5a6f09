-- purpose: how many cases of some kinds did something for the last time since a moment; an opening counts by its column
SELECT count(*) FROM cases_case
WHERE kind = ANY(%(kinds)s::text[]) AND (%(unit)s::text IS NULL OR unit = %(unit)s)
  AND CASE WHEN %(opening)s THEN opened_at >= %(since)s
           ELSE (state::jsonb #>> ARRAY['seen', %(activity)s, '2'])::bigint >= %(since_us)s END
