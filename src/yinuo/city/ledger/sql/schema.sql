-- purpose: the tables of the ledger, and the triggers that let nobody change what was written

create sequence ledger_number;

-- Added to the server's transaction numbers, so that positions go on rising after a restore into a new server.
create table ledger_shift (
    only_row boolean primary key default true check (only_row),
    shift bigint not null
);
insert into ledger_shift (shift) values (0);

create table ledger_event (
    stream text collate "C" not null,
    version bigint not null check (version > 0),
    source text collate "C" not null,
    event_id text collate "C" not null,
    activity text collate "C" not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    actor text collate "C",
    unit text collate "C",
    payload text collate "C" not null,
    prev bytea not null,
    digest bytea not null,
    position bigint not null,
    primary key (stream, version),
    unique (stream, source, event_id)
) partition by hash (stream);

do $$
begin
    for part in 0..15 loop
        execute format(
            'create table ledger_event_%s partition of ledger_event for values with (modulus 16, remainder %s)',
            to_char(part, 'FM00'), part
        );
    end loop;
end
$$;

create index ledger_event_position on ledger_event (position);

create table ledger_received (
    source text collate "C" not null,
    event_id text collate "C" not null,
    stream text collate "C" not null,
    primary key (source, event_id)
);

create table ledger_head (
    stream text collate "C" primary key,
    version bigint not null,
    digest bytea not null,
    position bigint not null,
    trail bytea not null
) with (fillfactor = 70);

create table ledger_private (
    ref text collate "C" primary key,
    key_id text collate "C" not null,
    ciphertext bytea not null
);

create table ledger_root (
    number bigint primary key,
    at timestamptz not null,
    upto bigint not null,
    streams bigint not null,
    events bigint not null,
    root bytea not null,
    prev bytea not null,
    digest bytea not null
);

-- Roots of 256 neighbouring leaves each: proofs are made from them, and a broken root names its stretch of streams.
create table ledger_root_part (
    number bigint not null,
    part int not null,
    first_stream text collate "C" not null,
    root bytea not null,
    primary key (number, part)
);

create function ledger_refuse() returns trigger language plpgsql as $$
begin
    raise exception '% on % is refused: what is in the ledger stays', tg_op, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'A correction is a further event. Personal data are erased with their row in ledger_private.';
end
$$;

create trigger ledger_event_row_stays before update or delete on ledger_event
    for each row execute function ledger_refuse();
create trigger ledger_event_stays before update or delete or truncate on ledger_event
    for each statement execute function ledger_refuse();
create trigger ledger_root_stays before update or delete or truncate on ledger_root
    for each statement execute function ledger_refuse();

do $$
begin
    for part in 0..15 loop
        execute format(
            'create trigger ledger_event_stays before update or delete or truncate on ledger_event_%s
             for each statement execute function ledger_refuse()',
            to_char(part, 'FM00')
        );
    end loop;
end
$$;
