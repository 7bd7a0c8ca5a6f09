-- purpose: every card of a case, those still open first, the latest first
SELECT f.*
FROM supervision_finding AS f
WHERE f.case_id = %(case_id)s
ORDER BY f.status = 'open' DESC, f.raised_at DESC, f.card
