-- purpose: every event, stream by stream, moments as digests write them (in a session whose zone is UTC)
select stream, version, source, event_id, activity, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'),
       to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'), actor, unit, payload, prev, digest, position
from ledger_event
order by stream, version
