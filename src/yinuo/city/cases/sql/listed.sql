-- purpose: the tasks of some cases as they are listed; instants in microseconds
SELECT case_id, step, key, state, (extract(epoch FROM due_since) * 1000000)::bigint, unit,
  (extract(epoch FROM done_at) * 1000000)::bigint, actor
FROM cases_task WHERE case_id = ANY(ARRAY(SELECT json_array_elements_text(%(case_ids)s)))
