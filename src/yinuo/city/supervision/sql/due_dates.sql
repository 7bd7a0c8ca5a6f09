-- purpose: the due moments last said of some cases, in microseconds, as one text: many rows in one answer
SELECT string_agg(
  concat_ws(
    E'\x1f', case_id, institution, clause, opener, coalesce(thread, '\N'), coalesce(key, '\N'), version,
    coalesce((extract(epoch FROM due_at) * 1000000)::bigint::text, '\N')
  ), E'\n'
)
FROM supervision_clock
WHERE case_id = ANY(%(case_ids)s)
