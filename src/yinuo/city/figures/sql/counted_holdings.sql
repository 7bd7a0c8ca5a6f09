-- purpose: who held cases in a stretch of days
SELECT h.case_id, h.unit, h.actor, (extract(epoch FROM h.held_from) * 1000000)::bigint AS "from",
    (extract(epoch FROM h.held_to) * 1000000)::bigint AS "to", h.used
FROM supervision_holding AS h
WHERE (h.held_to >= %(since)s OR h.held_to IS NULL) AND h.held_from < %(until)s AND (%(unit)s::text IS NULL OR h.unit = %(unit)s)
