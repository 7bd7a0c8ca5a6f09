-- purpose: the holdings of some cases make room for those of a new look
DELETE FROM supervision_holding WHERE case_id = ANY(%(case_ids)s)
