-- purpose: events of a case recorded well after they happened, each with the verified outage that excuses it
SELECT e.event_id, e.activity, e.unit, e.at, e.recorded_at, o.outage_id
FROM ledger_event AS e
LEFT JOIN LATERAL (
  SELECT outage_id FROM supervision_outage AS o
  WHERE o.verified_at IS NOT NULL AND o.unit = e.unit AND (o.source = '' OR o.source = e.source)
    AND e.at >= o.begins_at AND e.at < coalesce(o.ends_at, 'infinity')
    AND e.recorded_at < coalesce(o.ends_at, 'infinity') + %(grace)s * interval '1 second'
  ORDER BY outage_id
  LIMIT 1
) AS o ON true
WHERE e.stream = %(stream)s AND e.recorded_at - e.at > %(lag)s * interval '1 second'
ORDER BY e.version
