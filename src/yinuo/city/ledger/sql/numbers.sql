-- purpose: this transaction's number and running numbers for a batch's positions
select ledger_transaction(), array(select nextval('ledger_number') from generate_series(1, %(count)s))
