-- purpose: how much waits and was given up, and how late the latest is
SELECT
    (SELECT count(*) FROM notices_outbox WHERE next_at IS NOT NULL),
    (SELECT count(*) FROM notices_outbox WHERE gave_up_at IS NOT NULL),
    (SELECT min(next_at) FROM notices_outbox WHERE next_at IS NOT NULL)
