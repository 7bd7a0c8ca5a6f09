-- purpose: append one event to its stream, or say why not
select outcome, version, digest, positions
from ledger_append_one(
    %(stream)s, %(version)s, %(digest)s, %(recorded_at)s, %(source)s, %(event_id)s, %(activity)s, %(at)s, %(actor)s, %(unit)s,
    %(payload)s, %(new_digest)s
)
