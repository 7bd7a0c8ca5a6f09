-- purpose: have cases looked at in a later sweep
INSERT INTO supervision_look (case_id, happened)
SELECT * FROM unnest(%(case_ids)s::text[], %(happened)s::boolean[])
