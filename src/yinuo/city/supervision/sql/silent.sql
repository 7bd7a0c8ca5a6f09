-- purpose: open cases to which silence did something, and when that was seen last
SELECT m.case_id, m.evaluated_at FROM supervision_moment AS m JOIN cases_case AS c USING (case_id)
WHERE c.status = 'open' AND m.evaluated_at IS NOT NULL
  AND EXISTS (SELECT FROM supervision_clock AS k WHERE k.case_id = m.case_id AND k.state = 'deemed')
