-- purpose: the cards of some cases, locked until what is said next is written
SELECT
  card, case_id, finding_id, thread, key, institution,
  clause, opener, occurrence, version, level, raised_at,
  unit, actor, why_code, why_args, evidence, status,
  turn, cleared_at, withdrawn_at, cancelled_at, said_at, answer_by,
  tier, explanation, explained_by, explained_at, appeal, appeal_ground,
  appealed_by, appealed_at, decided_by, decided_at, decision, public_reason,
  published_at
FROM supervision_finding
WHERE case_id = ANY(%(case_ids)s)
ORDER BY card
FOR UPDATE
