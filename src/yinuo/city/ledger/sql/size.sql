-- purpose: how many bytes the events take
select coalesce(sum(pg_relation_size(inhrelid)), 0) from pg_inherits where inhparent = 'ledger_event'::regclass
