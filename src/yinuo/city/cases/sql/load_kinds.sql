-- purpose: of the cases of a batch what never changes, and the units each belongs to.
SELECT case_id, kind, opened_at, receipt, scope FROM cases_case WHERE case_id = ANY(ARRAY(SELECT json_array_elements_text(%(case_ids)s)))
