-- purpose: the position of the newest event of the ledger
SELECT coalesce(max(position), 0) FROM ledger_event
