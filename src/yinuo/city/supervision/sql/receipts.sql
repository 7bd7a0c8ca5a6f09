-- purpose: the receipt numbers and items of some cases
SELECT case_id, receipt, item FROM cases_case WHERE case_id = ANY(%(case_ids)s)
