-- purpose: make heads and received ids again from the events
truncate ledger_head, ledger_received;
insert into ledger_head (stream, version, digest, position, trail)
select stream, max(version), (array_agg(digest order by version desc))[1], max(position), ledger_trail(position order by version)
from ledger_event group by stream;
insert into ledger_received (source, event_id, stream)
select source, event_id, stream from ledger_event
