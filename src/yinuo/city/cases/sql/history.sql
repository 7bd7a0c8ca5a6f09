-- purpose: the events of many cases as columns for the engine, in order; each case is looked up (what is ordered within is not merged with the whole ledger); instants as microseconds, which cost nothing to read.
SELECT e.stream, e.version, e.source, e.event_id, e.activity,
    (extract(epoch FROM e.at) * 1000000)::bigint, (extract(epoch FROM e.recorded_at) * 1000000)::bigint,
    e.unit, e.actor, e.payload
FROM jsonb_array_elements_text(%(streams)s::jsonb) AS wanted(stream)
CROSS JOIN LATERAL (
    SELECT * FROM ledger_event AS one WHERE one.stream = wanted.stream ORDER BY one.version
) AS e
ORDER BY e.stream, e.version
