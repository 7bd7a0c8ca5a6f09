-- purpose: one case, when the row filter lets it be seen
SELECT c.case_id, c.kind, c.item, c.unit, c.region, c.channel, c.receipt, c.title, c.opened_at, c.ended_at, c.status, c.stage,
    c.holder_unit, c.holder_actor, c.parent, c.version, c.fields, c.scope, c.person_ref, c.changed_at, c.state,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object('step', t.step, 'key', t.key, 'unit', t.unit, 'role', t.role, 'state', t.state,
            'due_since', t.due_since, 'done_at', t.done_at, 'actor', t.actor) ORDER BY t.done_at NULLS LAST, t.due_since NULLS LAST, t.id), '[]')
        FROM cases_task AS t WHERE t.case_id = c.case_id
    ) AS tasks,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object('state', h.state, 'from_unit', h.from_unit, 'to_unit', h.to_unit,
            'offered_at', h.offered_at, 'answered_at', h.answered_at) ORDER BY h.offered_at, h.id), '[]')
        FROM cases_handover AS h WHERE h.case_id = c.case_id
    ) AS handovers,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', p.case_id, 'receipt', p.receipt, 'kind', p.kind, 'status', p.status)
            ORDER BY p.opened_at), '[]')
        FROM cases_case AS p WHERE p.parent = c.case_id OR p.case_id = c.parent
    ) AS relatives
FROM cases_case AS c
WHERE c.case_id = %(case_id)s AND ({case_rows})
