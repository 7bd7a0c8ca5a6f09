-- purpose: where a case stands.
SELECT state FROM cases_case WHERE case_id = %(case_id)s
