-- purpose: where events of these sources and ids were received before, with what was stored
select r.stream, e.version, r.source, r.event_id, e.activity, e.at, e.recorded_at, e.actor, e.unit, e.payload, e.prev,
       e.digest, e.position
from unnest(%(sources)s::text[], %(event_ids)s::text[]) as asked (source, event_id)
join ledger_received r on r.source = asked.source and r.event_id = asked.event_id
join ledger_event e on e.stream = r.stream and e.source = r.source and e.event_id = r.event_id
