-- purpose: the cases of a batch as they stand.
SELECT case_id, state, head FROM cases_case WHERE case_id = ANY(ARRAY(SELECT json_array_elements_text(%(case_ids)s)))
