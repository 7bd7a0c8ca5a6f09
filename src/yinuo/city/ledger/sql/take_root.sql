-- purpose: write a root and the roots of its parts; parts of old roots go, for they can be made again
with gone as (
    delete from ledger_root_part where number <= %(number)s - 48
), part as (
    insert into ledger_root_part (number, part, first_stream, root)
    select %(number)s, one.part - 1, one.first_stream, one.root
    from unnest(%(firsts)s::text[], %(parts)s::bytea[]) with ordinality as one (first_stream, root, part)
)
insert into ledger_root (number, at, upto, streams, events, root, prev, digest)
values (%(number)s, %(at)s, %(upto)s, %(streams)s, %(events)s, %(root)s, %(prev)s, %(digest)s)
