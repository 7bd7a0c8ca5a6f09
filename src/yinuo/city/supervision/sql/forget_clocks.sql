-- purpose: the clocks of some cases make room for those of a new look; of which cases silence had done something
WITH gone AS (DELETE FROM supervision_clock WHERE case_id = ANY(%(case_ids)s) RETURNING case_id, state)
SELECT DISTINCT case_id FROM gone WHERE state = 'deemed'
