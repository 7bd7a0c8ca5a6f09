-- purpose: the age of the oldest thing to be sent
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
FROM notices_outbox WHERE sent_at IS NULL AND gave_up_at IS NULL
