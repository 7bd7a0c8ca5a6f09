-- purpose: the settled events after a position, in the order of the feed
select stream, version, source, event_id, activity, at, recorded_at, actor, unit, payload, prev, digest, position
from ledger_event
where position > %(after)s and position < (select ledger_settled())
order by position
limit %(limit)s
