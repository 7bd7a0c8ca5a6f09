-- purpose: a page of cards, the newest first; when a card was raised never changes
SELECT card, finding_id, case_id, kind, item, institution, clause, opener, occurrence, version, level, raised_at, cleared_at,
    status, unit, actor, why_code, why_args, evidence, answer_by, explanation, explained_at, appeal, decision,
    public_reason, published_at
FROM supervision_finding
WHERE /* where */
ORDER BY raised_at DESC, card
LIMIT %(limit)s
