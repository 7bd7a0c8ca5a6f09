-- purpose: what is to be sent and was not yet
SELECT count(*) FROM notices_outbox WHERE sent_at IS NULL AND gave_up_at IS NULL
