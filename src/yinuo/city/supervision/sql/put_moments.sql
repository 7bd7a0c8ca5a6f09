-- purpose: when each case is looked at next; moments in microseconds
UPDATE supervision_moment AS m SET
  next_at = timestamptz 'epoch' + r.next_at * interval '1 microsecond', next_rank = r.next_rank,
  evaluated_at = %(as_of)s, evaluated_version = r.evaluated_version, text_digest = %(digest)s,
  open_clocks = r.open_clocks
FROM unnest(
  %(case_id)s::text[], %(next_at)s::bigint[], %(next_rank)s::smallint[], %(evaluated_version)s::int[],
  %(open_clocks)s::int[]
) AS r(case_id, next_at, next_rank, evaluated_version, open_clocks)
WHERE m.case_id = r.case_id
