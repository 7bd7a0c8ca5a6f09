-- purpose: append events to one stream, or say why not
select outcome, version, digest, positions
from ledger_append(
    %(stream)s, %(version)s, %(digest)s, %(recorded_at)s, %(sources)s, %(event_ids)s, %(activities)s, %(ats)s, %(actors)s,
    %(units)s, %(payloads)s, %(digests)s
)
