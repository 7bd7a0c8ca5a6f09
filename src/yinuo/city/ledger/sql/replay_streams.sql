-- purpose: every event of streams with some beginnings, stream by stream (of one partition)
select stream, version, source, event_id, activity, at, recorded_at, actor, unit, payload, prev, digest, position
from ledger_event
where stream ^@ any(%(prefixes)s)
order by stream, version
