-- purpose: keep these cases as they are until this transaction ends: whoever acts on one of them waits, in one order
SELECT case_id FROM cases_case WHERE case_id = ANY(ARRAY(SELECT json_array_elements_text(%(case_ids)s)))
ORDER BY case_id FOR NO KEY UPDATE
