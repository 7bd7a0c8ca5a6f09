-- purpose: cards, the last raised first
SELECT
  card, case_id, kind, item, institution, clause, version, level, unit, actor, raised_at, cleared_at, status, appeal,
  answer_by, tier, explained_at, public_reason, why_code, why_args, evidence, opener
FROM supervision_finding
WHERE (/* rows */) AND /* where */
ORDER BY raised_at DESC, card
LIMIT %(limit)s
