-- purpose: when the case of a receipt number was opened
SELECT opened_at FROM cases_case WHERE receipt = %(receipt)s AND kind IN ('information-request', 'correction')
