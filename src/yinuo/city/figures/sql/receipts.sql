-- purpose: the receipts and items of those of some cases that one may see
SELECT c.case_id, c.receipt, c.kind, c.item AS of_item FROM cases_case AS c WHERE c.case_id = ANY(%(case_ids)s) AND ({case_rows})
