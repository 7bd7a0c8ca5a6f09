-- purpose: number events for the feed and append to one stream in one round trip, all or nothing

create function ledger_transaction() returns bigint language sql as $$
    select pg_current_xact_id()::text::bigint + shift from ledger_shift
$$;

-- Positions below it are settled: every transaction that could still write one has ended. It must be stable: a volatile
-- function would look at a later snapshot than the query that calls it, which then would skip what it does not see yet.
create function ledger_settled() returns bigint language sql stable as $$
    select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + shift) << 22 from ledger_shift
$$;

-- The position after `place` in a stream: never lower, and not settled before the transaction `own` has ended.
create function ledger_position(own bigint, place bigint) returns bigint language plpgsql as $$
declare
    candidate bigint := (greatest(own, place >> 22) << 22) | (nextval('ledger_number') & 4194303);
begin
    return case when candidate > place then candidate else candidate + 4194304 end;
end
$$;

create function ledger_append(
    p_stream text, p_version bigint, p_digest bytea, p_recorded_at timestamptz,
    p_sources text[], p_event_ids text[], p_activities text[], p_ats timestamptz[], p_actors text[], p_units text[],
    p_payloads text[], p_digests bytea[]
) returns table (outcome text, version bigint, digest bytea, positions bigint[]) language plpgsql as $$
#variable_conflict use_column
declare
    n constant int := cardinality(p_event_ids);
    genesis constant bytea := decode(repeat('00', 32), 'hex');
    head ledger_head;
    own bigint;
    place bigint := 0;
    places bigint[] := '{}';
    walked bytea := '';
    new_sources text[];
    new_ids text[];
begin
    -- 1. Nobody else appends to this stream until the transaction ends. Heads are always locked before ids are received.
    select h.* into head from ledger_head h where h.stream = p_stream for update;
    if found then
        place := head.position;
        walked := head.trail;
    end if;
    if coalesce(head.version, 0) <> p_version or coalesce(head.digest, genesis) <> p_digest then
        return query select 'head', coalesce(head.version, 0), coalesce(head.digest, genesis), places;
        return;
    end if;
    own := ledger_transaction();
    for i in 1..n loop
        place := ledger_position(own, place);
        places := places || place;
        walked := sha256(walked || int8send(place));
    end loop;
    if p_version = 0 then
        insert into ledger_head as h (stream, version, digest, position, trail)
        values (p_stream, n, p_digests[n], place, walked) on conflict do nothing;
        if not found then
            return query select 'head', h.version, h.digest, '{}'::bigint[]
                from ledger_head h where h.stream = p_stream for update;
            return;
        end if;
    end if;

    -- 2. An event is received once, whatever stream it names.
    with fresh as (
        insert into ledger_received (source, event_id, stream)
        select one.source, one.event_id, p_stream from unnest(p_sources, p_event_ids) as one (source, event_id)
        on conflict do nothing returning source, event_id
    )
    select array_agg(source), array_agg(event_id) into new_sources, new_ids from fresh;
    if coalesce(cardinality(new_ids), 0) < n then
        delete from ledger_received r using unnest(new_sources, new_ids) as one (source, event_id)
        where r.source = one.source and r.event_id = one.event_id;
        delete from ledger_head h where p_version = 0 and h.stream = p_stream;
        return query select 'known', p_version, p_digest, '{}'::bigint[];
        return;
    end if;

    -- 3. Write.
    insert into ledger_event (stream, version, source, event_id, activity, at, recorded_at, actor, unit, payload, prev, digest, position)
    select p_stream, p_version + one.i, one.source, one.event_id, one.activity, one.at, p_recorded_at, one.actor, one.unit,
           one.payload, case when one.i = 1 then p_digest else p_digests[one.i - 1] end, one.digest, one.position
    from unnest(p_sources, p_event_ids, p_activities, p_ats, p_actors, p_units, p_payloads, p_digests, places)
         with ordinality as one (source, event_id, activity, at, actor, unit, payload, digest, position, i);
    if p_version > 0 then
        update ledger_head h set version = p_version + n, digest = p_digests[n], position = place, trail = walked
        where h.stream = p_stream;
    end if;
    return query select 'written', p_version + n, p_digests[n], places;
end
$$;

-- Locks the heads of streams (sorted, without repeats), making those that are not there with version 0.
create function ledger_lock(p_streams text[])
returns table (stream text, version bigint, digest bytea, place bigint, trail bytea) language plpgsql as $$
#variable_conflict use_column
begin
    insert into ledger_head (stream, version, digest, position, trail)
    select one, 0, decode(repeat('00', 32), 'hex'), 0, '' from unnest(p_streams) as one order by one collate "C"
    on conflict do nothing;
    return query select h.stream, h.version, h.digest, h.position, h.trail
        from ledger_head h where h.stream = any(p_streams) order by h.stream for update;
end
$$;

-- Receives events (three JSON arrays of texts: they cross the wire fastest), each once; returns those (source, event_id) that were received before.
create function ledger_receive(p_sources json, p_event_ids json, p_streams json)
returns table (source text, event_id text) language sql as $$
    with asked as (
        select one.source, one.event_id, one.stream
        from rows from (
            json_array_elements_text(p_sources), json_array_elements_text(p_event_ids), json_array_elements_text(p_streams)
        ) as one (source, event_id, stream)
        order by one.source collate "C", one.event_id collate "C"
    ), fresh as (
        insert into ledger_received (source, event_id, stream) select a.source, a.event_id, a.stream from asked a
        on conflict do nothing returning source, event_id
    )
    select a.source, a.event_id from asked a
    where (select count(*) from fresh) < json_array_length(p_event_ids)
      and not exists (select from fresh f where f.source = a.source and f.event_id = a.event_id)
$$;

create function ledger_trailed(trail bytea, place bigint) returns bytea language sql immutable as $$
    select sha256(trail || int8send(place))
$$;

create aggregate ledger_trail(bigint) (sfunc = ledger_trailed, stype = bytea, initcond = '');
