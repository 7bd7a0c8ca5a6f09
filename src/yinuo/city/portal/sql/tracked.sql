-- purpose: what anybody who has a case's receipt number may know of it: nothing personal, nothing of who worked on it
SELECT c.receipt, c.person_ref, c.kind, c.item, c.unit, c.holder_unit, c.status, c.opened_at, c.ended_at,
  coalesce((SELECT jsonb_agg(jsonb_build_object(
      'institution', k.institution, 'clause', k.clause, 'basis', k.basis, 'state', k.state, 'due_at', k.due_at,
      'allowed', k.allowed, 'used', k.used, 'paused', k.paused, 'measure', k.measure, 'provisional', k.provisional
    ) ORDER BY k.due_at)
    FROM supervision_clock AS k
    WHERE k.case_id = c.case_id AND k.basis IN ('statutory', 'promised')), '[]') AS clocks,
  coalesce((SELECT jsonb_agg(jsonb_build_object('clause', f.clause, 'institution', f.institution,
      'reason', f.public_reason, 'at', f.published_at) ORDER BY f.published_at)
    FROM supervision_finding AS f
    WHERE f.case_id = c.case_id AND f.published_at IS NOT NULL), '[]') AS reasons
FROM cases_case AS c
WHERE c.case_id = %(case_id)s
