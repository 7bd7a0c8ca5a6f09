-- purpose: the hand-overs of some cases that are still open which nobody has signed for: waiting, or returned by a person.
SELECT h.case_id, h.key, h.state, h.from_unit, h.from_actor, h.to_unit, h.offered_at, h.answered_at, c.item, c.receipt
FROM cases_handover AS h JOIN cases_case AS c ON c.case_id = h.case_id
WHERE h.case_id = ANY(%(case_ids)s) AND c.status = 'open' AND h.state IN ('offered', 'returned')
ORDER BY h.id
