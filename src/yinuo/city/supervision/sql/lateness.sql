-- purpose: how late supervision is now, and was of late
SELECT
  (SELECT min(next_at) FROM supervision_moment WHERE next_at <= %(now)s),
  (SELECT count(*) FROM cases_look) + (SELECT count(*) FROM supervision_look),
  (SELECT count(*) FROM supervision_failure),
  (SELECT max(at) FROM supervision_run),
  (SELECT max(late_most) FROM supervision_run WHERE moments > 0 AND at > %(since)s),
  (SELECT max(late_p99) FROM supervision_run WHERE moments > 0 AND at > %(since)s)
