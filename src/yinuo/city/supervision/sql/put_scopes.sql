-- purpose: cards follow their case when more units come to be involved in it
UPDATE supervision_finding AS f SET scope = c.scope, kind = c.kind, item = c.item
FROM cases_case AS c
WHERE c.case_id = ANY(%(case_ids)s) AND f.case_id = c.case_id
  AND (f.scope IS DISTINCT FROM c.scope OR f.kind IS DISTINCT FROM c.kind OR f.item IS DISTINCT FROM c.item)
