-- purpose: versions, digests and positions of some streams below a position
select stream, version, digest, position
from ledger_event
where stream = any(%(streams)s) and position < %(upto)s
order by stream, version
