-- purpose: one grant after the other of one table: whoever grants next waits for this transaction
SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))
