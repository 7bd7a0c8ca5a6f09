-- purpose: let what concerns one queue or one slot be done one after the other, until the transaction ends
SELECT pg_advisory_xact_lock(hashtextextended(%(key)s::text, 0))
