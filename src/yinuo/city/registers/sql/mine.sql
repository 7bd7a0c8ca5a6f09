-- purpose: whether an open step t of case c waits for this person (a condition, put into the statements beside it)
t.case_id = c.case_id AND t.state = 'due' AND t.role = ANY(%(roles)s::text[])
AND CASE
    WHEN t.role = '' THEN TRUE
    WHEN t.role = 'holder' THEN CASE
        WHEN c.holder_actor IS NULL THEN c.holder_unit = ANY(%(holding)s::text[])
        ELSE c.holder_actor = %(me)s OR c.holder_unit = ANY(%(heading)s::text[]) END
    WHEN t.role LIKE 'unit:%%' THEN t.unit = ANY(%(named)s::text[])
    WHEN %(at_case)s::jsonb ? t.role THEN c.scope && ARRAY(SELECT jsonb_array_elements_text(%(at_case)s::jsonb -> t.role))
    WHEN %(at_lead)s::jsonb ? t.role THEN c.unit IN (SELECT jsonb_array_elements_text(%(at_lead)s::jsonb -> t.role))
    ELSE TRUE END
AND NOT EXISTS (
    SELECT FROM cases_task AS o
    WHERE o.case_id = t.case_id AND o.state = 'done' AND o.actor = %(me)s
        AND (%(apart)s::jsonb -> (c.kind || '.' || t.step)) ? o.step
)
