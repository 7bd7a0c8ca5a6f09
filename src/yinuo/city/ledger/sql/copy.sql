-- purpose: write a batch's events
copy ledger_event
    (stream, version, source, event_id, activity, at, recorded_at, actor, unit, payload, prev, digest, position)
from stdin (format binary)
