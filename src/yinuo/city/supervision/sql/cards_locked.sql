-- purpose: cards by name or of some cases, locked until what is said next is written; instants in microseconds
SELECT
  card, case_id, finding_id, thread, key, institution, clause, opener, occurrence, version, level,
  (extract(epoch FROM raised_at) * 1000000)::bigint, unit, actor, why_code, why_args, evidence, status, turn,
  (extract(epoch FROM cleared_at) * 1000000)::bigint, (extract(epoch FROM withdrawn_at) * 1000000)::bigint,
  (extract(epoch FROM cancelled_at) * 1000000)::bigint, (extract(epoch FROM said_at) * 1000000)::bigint,
  (extract(epoch FROM answer_by) * 1000000)::bigint, tier, explanation, explained_by,
  (extract(epoch FROM explained_at) * 1000000)::bigint, appeal, appeal_ground, appealed_by,
  (extract(epoch FROM appealed_at) * 1000000)::bigint, decided_by, (extract(epoch FROM decided_at) * 1000000)::bigint,
  decision, public_reason, (extract(epoch FROM published_at) * 1000000)::bigint
FROM supervision_finding
WHERE card = ANY(%(cards)s) OR case_id = ANY(%(case_ids)s)
ORDER BY card
FOR UPDATE
