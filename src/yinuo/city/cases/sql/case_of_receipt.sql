-- purpose: the case of a receipt number.
SELECT case_id FROM cases_case WHERE receipt = %(receipt)s
