-- purpose: when each case is looked at next
UPDATE supervision_moment AS m SET
  next_at = r.next_at, next_rank = r.next_rank, evaluated_at = r.evaluated_at,
  evaluated_version = r.evaluated_version, text_digest = r.text_digest, open_clocks = r.open_clocks
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
  case_id text, next_at timestamptz, next_rank smallint, evaluated_at timestamptz, evaluated_version int,
  text_digest text, open_clocks int
)
WHERE m.case_id = r.case_id
