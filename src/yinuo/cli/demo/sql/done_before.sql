-- purpose: which acts of a plan are in the ledger
SELECT event_id FROM ledger_received WHERE source = %(source)s
