-- purpose: append one act and write the rows of its case in one statement; whatever is not as expected is told and nothing is written.
CREATE FUNCTION cases_act(
    p_stream text, p_version bigint, p_digest bytea, p_recorded_at timestamptz, p_source text, p_event_id text, p_activity text,
    p_at timestamptz, p_actor text, p_unit text, p_payload text, p_new_digest bytea,
    p_case_id text, p_opening jsonb, p_ended_at timestamptz, p_stage text, p_holder_unit text, p_holder_actor text,
    p_fields jsonb, p_scope text[], p_person_ref text, p_state text, p_tasks jsonb, p_book text
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
    now_status constant text := CASE WHEN p_ended_at IS NULL THEN 'open' ELSE 'ended' END;
BEGIN
    said := (ledger_append_one(
        p_stream, p_version, p_digest, p_recorded_at, p_source, p_event_id, p_activity, p_at, p_actor, p_unit, p_payload, p_new_digest
    )).outcome;
    IF said <> 'written' THEN
        RETURN said;
    END IF;
    -- p_scope[:]: an array handed to a function is stored in another form than when its row is written again, and the next update
    -- would take that for a change and write every index anew. A slice has the form that stays.
    IF p_opening IS NULL THEN
        -- What is null is as it was.
        UPDATE cases_case SET
            ended_at = p_ended_at, status = now_status, stage = p_stage, holder_unit = p_holder_unit, holder_actor = p_holder_actor,
            version = p_version + 1, fields = coalesce(p_fields, fields), scope = coalesce(p_scope[:], scope),
            person_ref = p_person_ref, changed_at = p_recorded_at, state = p_state, head = p_new_digest
        WHERE case_id = p_case_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the row of case % is gone', p_case_id USING HINT = 'Run `yinuo rebuild`.';
        END IF;
    ELSE
        INSERT INTO cases_case (
            case_id, kind, item, unit, region, channel, receipt, title, words, opened_at, ended_at, status, stage,
            holder_unit, holder_actor, parent, version, fields, scope, person_ref, changed_at, state, head)
        SELECT p_case_id, kind, item, unit, region, channel, receipt, title, words,
            timestamptz 'epoch' + opened_at * interval '1 microsecond', p_ended_at, now_status, p_stage,
            p_holder_unit, p_holder_actor, parent, 1, p_fields, p_scope[:], p_person_ref, p_recorded_at, p_state, p_new_digest
        FROM jsonb_to_record(p_opening) AS r(
            kind text, item text, unit text, region text, channel text, receipt text, title text, words text[], opened_at bigint,
            parent text);
    END IF;
    IF p_tasks IS NOT NULL THEN
        INSERT INTO cases_task (case_id, step, key, unit, role, state, due_since, done_at, actor)
        SELECT p_case_id, step, key, unit, role, state,
            timestamptz 'epoch' + due_since * interval '1 microsecond',
            timestamptz 'epoch' + done_at * interval '1 microsecond', actor
        FROM jsonb_to_recordset(p_tasks) AS r(
            step text, key text, unit text, role text, state text, due_since bigint, done_at bigint, actor text)
        ON CONFLICT (case_id, step, key) DO UPDATE SET
            unit = excluded.unit, role = excluded.role, state = excluded.state, due_since = excluded.due_since,
            done_at = excluded.done_at, actor = excluded.actor;
    END IF;
    INSERT INTO cases_look (case_id) VALUES (p_case_id);
    IF p_book IS NOT NULL THEN
        INSERT INTO cases_book AS b (kind, changes) VALUES (p_book, 1)
        ON CONFLICT (kind) DO UPDATE SET changes = b.changes + 1;
    END IF;
    RETURN said;
END
$$;
