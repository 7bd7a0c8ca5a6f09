-- purpose: the indexes of tables that hold no constraint, with how each is made
select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
where indrelid = any(%(tables)s::text[]::regclass[]) and not indisunique order by 1
