-- purpose: the sequence of receipt numbers; never reset, so that no two cases ever share one.
CREATE SEQUENCE cases_receipt AS bigint CACHE 1
