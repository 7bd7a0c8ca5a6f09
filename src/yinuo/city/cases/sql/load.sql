-- purpose: everything a command needs to decide: the case as it stands, open children, the text and tree in force, a receipt number.
SELECT
    (SELECT digest FROM texts_installation WHERE name = %(text)s ORDER BY version DESC LIMIT 1),
    coalesce((SELECT digest FROM people_revision WHERE stream = 'people'), ''),
    CASE WHEN %(case_id)s::text IS NULL OR found.case_id IS NULL THEN nextval('cases_receipt') END,
    found.state, found.head, found.scope, found.receipt,
    EXISTS (SELECT FROM cases_case child WHERE child.parent = found.case_id AND child.status = 'open'),
    (SELECT status FROM cases_case WHERE case_id = %(parent)s)
FROM (SELECT 1) AS once LEFT JOIN cases_case found ON found.case_id = %(case_id)s
