-- purpose: what a proposed measure takes from the card it rests on
SELECT case_id, institution, clause, unit, status, scope FROM supervision_finding WHERE card = %(card)s
