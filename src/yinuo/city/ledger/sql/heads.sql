-- purpose: move the heads of a batch's streams; take away those of streams in which nothing was written
with moved as (
    update ledger_head h set version = one.version, digest = one.digest, position = one.place, trail = one.trail
    from unnest(
        %(streams)s::text[], %(versions)s::bigint[], %(digests)s::bytea[], %(places)s::bigint[], %(trails)s::bytea[]
    ) as one (stream, version, digest, place, trail)
    where h.stream = one.stream
)
delete from ledger_head where stream = any(%(unused)s::text[]) and version = 0
