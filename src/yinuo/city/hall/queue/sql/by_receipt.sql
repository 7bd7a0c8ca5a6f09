-- purpose: the open appointment with a receipt number
SELECT case_id, person_ref FROM cases_case WHERE receipt = %(receipt)s AND kind = 'appointment' AND status = 'open'
