-- purpose: write what cases belong to now.
UPDATE cases_case c SET scope = r.scope
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(case_id text, scope text[]) WHERE c.case_id = r.case_id
