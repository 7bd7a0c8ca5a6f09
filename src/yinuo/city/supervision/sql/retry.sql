-- purpose: when a case that could not be evaluated is tried again
UPDATE supervision_moment SET next_at = %(next_at)s WHERE case_id = %(case_id)s
