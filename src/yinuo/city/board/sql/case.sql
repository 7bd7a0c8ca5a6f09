-- purpose: one case with its tasks, hand-overs, relatives, cards and names, when the row filter lets it be seen
WITH c AS (SELECT * FROM cases_case AS c WHERE c.case_id = %(case_id)s AND ({case_rows})),
cards AS (SELECT f.* FROM supervision_finding AS f JOIN c USING (case_id))
SELECT c.case_id, c.kind, c.item, c.unit, c.region, c.channel, c.receipt, c.title, c.opened_at, c.ended_at, c.status, c.stage,
    c.holder_unit, c.holder_actor, c.parent, c.version, c.scope, c.person_ref, c.changed_at, c.state,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object('step', t.step, 'key', t.key, 'unit', t.unit, 'role', t.role, 'state', t.state,
            'due_since', t.due_since, 'done_at', t.done_at, 'actor', t.actor) ORDER BY t.done_at NULLS LAST, t.due_since NULLS LAST, t.step, t.key), '[]')
        FROM cases_task AS t WHERE t.case_id = c.case_id
    )::text AS tasks,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object('state', h.state, 'from_unit', h.from_unit, 'to_unit', h.to_unit,
            'offered_at', h.offered_at, 'answered_at', h.answered_at) ORDER BY h.offered_at, h.id), '[]')
        FROM cases_handover AS h WHERE h.case_id = c.case_id
    )::text AS handovers,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', p.case_id, 'receipt', p.receipt, 'kind', p.kind, 'status', p.status)
            ORDER BY p.opened_at), '[]')
        FROM cases_case AS p WHERE p.parent = c.case_id OR p.case_id IN (c.parent, c.fields ->> 'about') OR p.fields ->> 'about' = c.case_id
    )::text AS relatives,
    (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.status = 'open' DESC, f.raised_at DESC, f.card), '[]') FROM cards AS f)::text AS cards,
    ARRAY(
        SELECT DISTINCT other.case_id FROM cases_thread AS mine JOIN cases_thread AS other USING (names, values)
        WHERE mine.case_id = c.case_id AND other.case_id <> c.case_id LIMIT 200
    ) AS beside,
    (
        SELECT coalesce(jsonb_object_agg(p.person, p.name), '{{}}')
        FROM people_person AS p
        WHERE p.person IN (
            SELECT e.actor FROM ledger_event AS e WHERE e.stream IN ('case/' || c.case_id, 'said/' || c.case_id)
            UNION SELECT unnest(ARRAY[f.actor, f.explained_by, f.appealed_by, f.decided_by]) FROM cards AS f
            UNION SELECT c.fields ->> 'leader'
        )
    )::text AS people
FROM c
