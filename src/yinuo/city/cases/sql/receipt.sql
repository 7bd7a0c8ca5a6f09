-- purpose: the receipt number of a case.
SELECT receipt FROM cases_case WHERE case_id = %(case_id)s
