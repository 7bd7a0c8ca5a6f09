-- purpose: the heads of the streams in a stretch of names, and whether all of each is below a position
select stream, version, digest, trail, position < %(upto)s
from ledger_head
where version > 0 and stream >= %(first)s and (%(before)s::text is null or stream < %(before)s)
order by stream
