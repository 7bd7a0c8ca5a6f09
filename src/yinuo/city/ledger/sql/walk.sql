-- purpose: every event, stream by stream
select stream, version, source, event_id, activity, at, recorded_at, actor, unit, payload, prev, digest, position
from ledger_event
order by stream, version
