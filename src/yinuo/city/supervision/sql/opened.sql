-- purpose: which cases were opened under these keys; a key whose case was refused is free again
WITH r AS (
  SELECT * FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(case_ids)s::text[]) AS r(kind, key, case_id)
), freed AS (
  DELETE FROM supervision_opened AS o USING r WHERE o.kind = r.kind AND o.key = r.key AND r.case_id IS NULL
)
UPDATE supervision_opened AS o SET case_id = r.case_id
FROM r WHERE o.kind = r.kind AND o.key = r.key AND r.case_id IS NOT NULL
