-- purpose: the cards raised in a stretch of days that neither an appeal nor a correction took back
SELECT f.finding_id, f.case_id, f.thread, f.key, f.institution, f.clause, f.opener, f.occurrence, f.version, f.level,
    (extract(epoch FROM f.raised_at) * 1000000)::bigint AS raised_at, (extract(epoch FROM f.cleared_at) * 1000000)::bigint AS cleared_at,
    f.unit, f.actor, f.why_code, f.why_args, f.evidence
FROM supervision_finding AS f
WHERE f.status IN ('open', 'cleared') AND (f.raised_at >= %(since)s OR f.cleared_at >= %(since)s OR f.cleared_at IS NULL) AND f.raised_at < %(until)s
  AND (%(unit)s::text IS NULL OR f.unit = %(unit)s)
