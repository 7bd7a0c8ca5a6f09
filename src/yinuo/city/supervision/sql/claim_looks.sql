-- purpose: take look-now rows that no other worker has, and delete them with this transaction
WITH fresh AS MATERIALIZED (
  SELECT id FROM cases_look ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), again AS MATERIALIZED (
  SELECT id FROM supervision_look ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), looked AS (
  DELETE FROM cases_look USING fresh WHERE cases_look.id = fresh.id RETURNING case_id, true AS happened
), relooked AS (
  DELETE FROM supervision_look AS l USING again WHERE l.id = again.id RETURNING l.case_id, l.happened
)
SELECT case_id, bool_or(happened) FROM (SELECT * FROM looked UNION ALL SELECT * FROM relooked) AS both_of
GROUP BY case_id
