-- purpose: write what became of cards whose finding says what it said
UPDATE supervision_finding AS f SET
  status = r.status, turn = r.turn, cleared_at = r.cleared_at, withdrawn_at = r.withdrawn_at,
  cancelled_at = r.cancelled_at, said_at = r.said_at, answer_by = r.answer_by, tier = r.tier,
  explanation = r.explanation, explained_by = r.explained_by, explained_at = r.explained_at, appeal = r.appeal,
  appeal_ground = r.appeal_ground, appealed_by = r.appealed_by, appealed_at = r.appealed_at,
  decided_by = r.decided_by, decided_at = r.decided_at, decision = r.decision, public_reason = r.public_reason,
  published_at = r.published_at
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
  card text, status text, turn int, cleared_at timestamptz, withdrawn_at timestamptz, cancelled_at timestamptz,
  said_at timestamptz, answer_by timestamptz, tier int, explanation text, explained_by text, explained_at timestamptz,
  appeal text, appeal_ground text, appealed_by text, appealed_at timestamptz, decided_by text, decided_at timestamptz,
  decision text, public_reason text, published_at timestamptz
)
WHERE f.card = r.card
