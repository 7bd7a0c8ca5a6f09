-- purpose: ledger_append for one event, as most acts are: the same steps and answers without arrays
create function ledger_append_one(
    p_stream text, p_version bigint, p_digest bytea, p_recorded_at timestamptz, p_source text, p_event_id text, p_activity text,
    p_at timestamptz, p_actor text, p_unit text, p_payload text, p_new_digest bytea,
    out outcome text, out version bigint, out digest bytea, out positions bigint[]
) language plpgsql as $$
#variable_conflict use_column
declare
    genesis constant bytea := decode(repeat('00', 32), 'hex');
    head ledger_head;
    place bigint;
    walked bytea;
begin
    -- 1. Nobody else appends to this stream until the transaction ends. Heads are always locked before ids are received.
    select h.* into head from ledger_head h where h.stream = p_stream for update;
    if coalesce(head.version, 0) <> p_version or coalesce(head.digest, genesis) <> p_digest then
        outcome := 'head';
        version := coalesce(head.version, 0);
        digest := coalesce(head.digest, genesis);
        return;
    end if;
    place := ledger_position(ledger_transaction(), coalesce(head.position, 0));
    walked := sha256(coalesce(head.trail, '') || int8send(place));
    if p_version = 0 then
        insert into ledger_head as h (stream, version, digest, position, trail)
        values (p_stream, 1, p_new_digest, place, walked) on conflict do nothing;
        if not found then
            select 'head', h.version, h.digest into outcome, version, digest
            from ledger_head h where h.stream = p_stream for update;
            return;
        end if;
    end if;

    -- 2. An event is received once, whatever stream it names.
    insert into ledger_received (source, event_id, stream) values (p_source, p_event_id, p_stream) on conflict do nothing;
    if not found then
        delete from ledger_head h where p_version = 0 and h.stream = p_stream;
        outcome := 'known';
        version := p_version;
        digest := p_digest;
        return;
    end if;

    -- 3. Write.
    insert into ledger_event (stream, version, source, event_id, activity, at, recorded_at, actor, unit, payload, prev, digest, position)
    values (
        p_stream, p_version + 1, p_source, p_event_id, p_activity, p_at, p_recorded_at, p_actor, p_unit, p_payload, p_digest,
        p_new_digest, place
    );
    if p_version > 0 then
        update ledger_head h set version = p_version + 1, digest = p_new_digest, position = place, trail = walked
        where h.stream = p_stream;
    end if;
    outcome := 'written';
    version := p_version + 1;
    digest := p_new_digest;
    positions := array[place];
end
$$;
