-- purpose: the roots after a number
select number, at, upto, streams, events, root, prev, digest from ledger_root where number > %(after)s order by number
