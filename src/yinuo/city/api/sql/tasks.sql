-- purpose: the tasks of a case
SELECT step, key, unit, role, state, due_since, done_at, actor
FROM cases_task WHERE case_id = %(case_id)s
ORDER BY step, key
