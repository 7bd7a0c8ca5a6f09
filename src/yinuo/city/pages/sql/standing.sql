-- purpose: whether case c is an entry of a register that stands: nobody has to verify it, and it is not to be closed by a day
position('/' IN c.kind) > 0 AND c.status = 'open'
    AND (SELECT t.step FROM cases_task AS t WHERE t.case_id = c.case_id AND t.state <> 'done' AND t.step <> 'close' LIMIT 1) IS NULL
    AND (
        SELECT k.id FROM supervision_clock AS k
        WHERE k.case_id = c.case_id AND k.ended_at IS NULL AND k.clause = split_part(c.kind, '/', 2) || '.due' LIMIT 1
    ) IS NULL
