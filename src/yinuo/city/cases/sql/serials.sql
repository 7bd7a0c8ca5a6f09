-- purpose: fresh serial numbers for receipts of a batch.
SELECT nextval('cases_receipt') FROM generate_series(1, %(count)s)
