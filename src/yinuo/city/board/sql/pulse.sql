-- purpose: the number that grows whenever the board may have changed, and how long supervision has been late
SELECT
    coalesce((SELECT sum(number) FROM supervision_revision), 0)::bigint AS revision,
    (SELECT next_at FROM supervision_moment WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1) AS next_at,
    (SELECT max(at) FROM supervision_run) AS last_run,
    (SELECT count(*) FROM supervision_failure) AS failed
