-- purpose: the cases that were opened, ended or open in a stretch of days
SELECT c.case_id, c.kind, c.item, c.unit, c.region, c.parent
FROM cases_case AS c
WHERE (c.opened_at >= %(since)s OR c.ended_at >= %(since)s OR c.ended_at IS NULL
    OR EXISTS (SELECT 1 FROM supervision_clock AS k WHERE k.case_id = c.case_id AND k.due_at >= %(since)s AND k.due_at < %(until)s))
  AND c.opened_at < %(until)s AND (%(unit)s::text IS NULL OR c.unit = %(unit)s OR c.scope && ARRAY[%(unit)s::text])
