-- purpose: which acts of a plan are in the ledger, and when each was done
SELECT event_id, at FROM ledger_event WHERE source = %(source)s
