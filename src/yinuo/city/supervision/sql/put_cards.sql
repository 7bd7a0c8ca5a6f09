-- purpose: write the rows of cards, new or changed, with what their cases repeat
INSERT INTO supervision_finding (
  kind, item, scope,
  card, case_id, finding_id, thread, key, institution,
  clause, opener, occurrence, version, level, raised_at,
  unit, actor, why_code, why_args, evidence, status,
  turn, cleared_at, withdrawn_at, cancelled_at, said_at, answer_by,
  tier, explanation, explained_by, explained_at, appeal, appeal_ground,
  appealed_by, appealed_at, decided_by, decided_at, decision, public_reason,
  published_at
)
SELECT
  c.kind, c.item, coalesce(c.scope, '{}'),
  r.card, r.case_id, r.finding_id, r.thread, r.key, r.institution,
  r.clause, r.opener, r.occurrence, r.version, r.level, r.raised_at,
  r.unit, r.actor, r.why_code, r.why_args, r.evidence, r.status,
  r.turn, r.cleared_at, r.withdrawn_at, r.cancelled_at, r.said_at, r.answer_by,
  r.tier, r.explanation, r.explained_by, r.explained_at, r.appeal, r.appeal_ground,
  r.appealed_by, r.appealed_at, r.decided_by, r.decided_at, r.decision, r.public_reason,
  r.published_at
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
  card text, case_id text, finding_id text, thread text, key text,
  institution text, clause text, opener text, occurrence int, version text,
  level text, raised_at timestamptz, unit text, actor text, why_code text,
  why_args text, evidence text, status text, turn int, cleared_at timestamptz,
  withdrawn_at timestamptz, cancelled_at timestamptz, said_at timestamptz, answer_by timestamptz, tier int,
  explanation text, explained_by text, explained_at timestamptz, appeal text, appeal_ground text,
  appealed_by text, appealed_at timestamptz, decided_by text, decided_at timestamptz, decision text,
  public_reason text, published_at timestamptz
)
LEFT JOIN cases_case AS c USING (case_id)
ON CONFLICT (card) DO UPDATE SET
  kind = excluded.kind, item = excluded.item, scope = excluded.scope,
  case_id = excluded.case_id, finding_id = excluded.finding_id, thread = excluded.thread,
  key = excluded.key, institution = excluded.institution, clause = excluded.clause,
  opener = excluded.opener, occurrence = excluded.occurrence, version = excluded.version,
  level = excluded.level, raised_at = excluded.raised_at, unit = excluded.unit,
  actor = excluded.actor, why_code = excluded.why_code, why_args = excluded.why_args,
  evidence = excluded.evidence, status = excluded.status, turn = excluded.turn,
  cleared_at = excluded.cleared_at, withdrawn_at = excluded.withdrawn_at, cancelled_at = excluded.cancelled_at,
  said_at = excluded.said_at, answer_by = excluded.answer_by, tier = excluded.tier,
  explanation = excluded.explanation, explained_by = excluded.explained_by, explained_at = excluded.explained_at,
  appeal = excluded.appeal, appeal_ground = excluded.appeal_ground, appealed_by = excluded.appealed_by,
  appealed_at = excluded.appealed_at, decided_by = excluded.decided_by, decided_at = excluded.decided_at,
  decision = excluded.decision, public_reason = excluded.public_reason, published_at = excluded.published_at
