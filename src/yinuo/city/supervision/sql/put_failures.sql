-- purpose: cases the text could not be applied to, and how often
INSERT INTO supervision_failure (case_id, failed_at, error, times)
SELECT case_id, %(now)s, error, 1 FROM unnest(%(case_ids)s::text[], %(errors)s::text[]) AS r(case_id, error)
ON CONFLICT (case_id) DO UPDATE SET
  failed_at = excluded.failed_at, error = excluded.error, times = supervision_failure.times + 1
RETURNING case_id, times
