-- purpose: requests for information by year and result: those not answered yet have none
SELECT extract(year FROM opened_at AT TIME ZONE %(zone)s)::int AS year,
    CASE WHEN status = 'ended' THEN coalesce(fields ->> 'result', stage) ELSE '' END AS result, count(*) AS many
FROM cases_case
WHERE kind = 'information-request'
GROUP BY 1, 2
ORDER BY 1 DESC, 3 DESC, 2
LIMIT 60
