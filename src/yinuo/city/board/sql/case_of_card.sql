-- purpose: the case of one card, when the row filter lets the card be seen
SELECT f.case_id FROM supervision_finding AS f WHERE f.card = %(card)s AND ({card_rows})
