-- purpose: whether there is anything to do; the only query of an idle sweep
SELECT
  EXISTS (SELECT FROM cases_look) OR EXISTS (SELECT FROM supervision_look) AS happened,
  EXISTS (SELECT FROM supervision_moment WHERE next_at <= %(now)s) AS come,
  EXISTS (
    SELECT FROM supervision_finding
    WHERE status = 'open' AND answer_by <= %(now)s AND explained_at IS NULL AND appeal <> 'appealed'
  ) AS unanswered
