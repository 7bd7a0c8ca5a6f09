-- purpose: write the rows of cases after their events, each statement planned once a connection and none that has nothing to write.
CREATE FUNCTION cases_project(
    p_cases jsonb, p_tasks jsonb, p_gone jsonb, p_offers jsonb, p_threads jsonb, p_look boolean
) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(p_cases) AS r(
            case_id text, kind text, item text, unit text, region text, channel text, receipt text, title text, words text[],
            opened_at bigint, ended_at bigint, status text, stage text, holder_unit text, holder_actor text, parent text,
            version int, fields jsonb, scope text[], person_ref text, changed_at bigint, state text, head text)
    ), written AS (
        INSERT INTO cases_case AS c (
            case_id, kind, item, unit, region, channel, receipt, title, words, opened_at, ended_at, status, stage,
            holder_unit, holder_actor, parent, version, fields, scope, person_ref, changed_at, state, head)
        SELECT case_id, kind, item, unit, region, channel, receipt, title, words,
            timestamptz 'epoch' + opened_at * interval '1 microsecond',
            timestamptz 'epoch' + ended_at * interval '1 microsecond', status, stage,
            holder_unit, holder_actor, parent, version, fields, scope, person_ref,
            timestamptz 'epoch' + changed_at * interval '1 microsecond', state, decode(head, 'hex')
        FROM given
        ON CONFLICT (case_id) DO UPDATE SET
            kind = excluded.kind, item = excluded.item, unit = excluded.unit, region = excluded.region,
            channel = excluded.channel, receipt = excluded.receipt, title = excluded.title, words = excluded.words,
            opened_at = excluded.opened_at, ended_at = excluded.ended_at, status = excluded.status, stage = excluded.stage,
            holder_unit = excluded.holder_unit, holder_actor = excluded.holder_actor, parent = excluded.parent,
            version = excluded.version, fields = excluded.fields, scope = excluded.scope, person_ref = excluded.person_ref,
            changed_at = excluded.changed_at, state = excluded.state, head = excluded.head
    )
    INSERT INTO cases_look (case_id) SELECT case_id FROM given WHERE p_look;
    IF p_tasks <> '[]' THEN
        INSERT INTO cases_task (case_id, step, key, unit, role, state, due_since, done_at, actor)
        SELECT case_id, step, key, unit, role, state,
            timestamptz 'epoch' + due_since * interval '1 microsecond',
            timestamptz 'epoch' + done_at * interval '1 microsecond', actor
        FROM jsonb_to_recordset(p_tasks) AS r(
            case_id text, step text, key text, unit text, role text, state text, due_since bigint, done_at bigint, actor text)
        ON CONFLICT (case_id, step, key) DO UPDATE SET
            unit = excluded.unit, role = excluded.role, state = excluded.state, due_since = excluded.due_since,
            done_at = excluded.done_at, actor = excluded.actor;
    END IF;
    IF p_gone <> '[]' THEN
        DELETE FROM cases_task t USING jsonb_to_recordset(p_gone) AS r(case_id text, step text, key text)
        WHERE t.case_id = r.case_id AND t.step = r.step AND t.key = r.key;
    END IF;
    IF p_offers <> '[]' THEN
        INSERT INTO cases_handover (
            case_id, key, state, from_unit, from_actor, to_unit, offered_at, answered_at, answered_by)
        SELECT case_id, key, state, from_unit, from_actor, to_unit,
            timestamptz 'epoch' + offered_at * interval '1 microsecond',
            timestamptz 'epoch' + answered_at * interval '1 microsecond', answered_by
        FROM jsonb_to_recordset(p_offers) AS r(
            case_id text, key text, state text, from_unit text, from_actor text, to_unit text, offered_at bigint,
            answered_at bigint, answered_by text)
        ON CONFLICT (case_id, key) DO UPDATE SET
            state = excluded.state, from_unit = excluded.from_unit, from_actor = excluded.from_actor,
            to_unit = excluded.to_unit, offered_at = excluded.offered_at, answered_at = excluded.answered_at,
            answered_by = excluded.answered_by;
    END IF;
    IF p_threads <> '[]' THEN
        INSERT INTO cases_thread (names, values, case_id)
        SELECT names, values, case_id
        FROM jsonb_to_recordset(p_threads) AS r(names text, values text, case_id text)
        ON CONFLICT DO NOTHING;
    END IF;
END
$$;
