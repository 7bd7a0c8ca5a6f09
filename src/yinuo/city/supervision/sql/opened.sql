-- purpose: which case was opened under a key
UPDATE supervision_opened SET case_id = %(case_id)s WHERE kind = %(kind)s AND key = %(key)s
