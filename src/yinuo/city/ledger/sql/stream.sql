-- purpose: the events of some streams after a version, in order
select stream, version, source, event_id, activity, at, recorded_at, actor, unit, payload, prev, digest, position
from ledger_event
where stream = any(%(streams)s) and version > %(after)s
order by stream, version
