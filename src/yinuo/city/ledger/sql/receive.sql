-- purpose: receive a batch's events once; which of them were received before
select source, event_id from ledger_receive(%(sources)s, %(event_ids)s, %(streams)s)
