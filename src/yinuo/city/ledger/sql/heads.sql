-- purpose: move the heads of a batch's streams; take away those of streams in which nothing was written
with moved as (
    update ledger_head h
    set version = one.version::bigint, digest = decode(one.digest, 'hex'), position = one.place::bigint,
        trail = decode(one.trail, 'hex')
    from rows from (
        json_array_elements_text(%(streams)s), unnest(string_to_array(%(versions)s, ',')),
        unnest(string_to_array(%(digests)s, ',')), unnest(string_to_array(%(places)s, ',')),
        unnest(string_to_array(%(trails)s, ','))
    ) as one (stream, version, digest, place, trail)
    where h.stream = one.stream
)
delete from ledger_head where stream = any(%(unused)s::text[]) and version = 0
