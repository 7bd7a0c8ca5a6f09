-- purpose: of the items in force: journeys, papers asked for, and how much shorter than the law their pledges are
WITH now_ AS (
    SELECT v.type, v.promised, v.statutory, v.said::jsonb AS said FROM catalogue_version AS v
    WHERE v.since <= %(today)s AND (v.until IS NULL OR v.until > %(today)s)
), counted AS (
    SELECT (said ->> 'visits')::int AS visits, (said ->> 'depth')::int AS depth,
        (SELECT count(*) FROM jsonb_array_elements(said -> 'materials') AS m WHERE coalesce((m ->> 'is_needed')::boolean, TRUE)) AS papers,
        CASE WHEN promised ~ '^[0-9]+ workdays?$' THEN split_part(promised, ' ', 1)::int END AS promised,
        CASE WHEN statutory ~ '^[0-9]+ workdays?$' THEN split_part(statutory, ' ', 1)::int END AS statutory
    FROM now_
)
SELECT count(*) AS items, count(*) FILTER (WHERE visits = 0) AS from_home, avg(visits)::float AS visits, avg(papers)::float AS papers,
    count(*) FILTER (WHERE promised IS NOT NULL AND statutory > 0) AS compared,
    (1 - sum(promised) FILTER (WHERE statutory > 0)::float / nullif(sum(statutory) FILTER (WHERE promised IS NOT NULL), 0)) AS shorter
FROM counted
