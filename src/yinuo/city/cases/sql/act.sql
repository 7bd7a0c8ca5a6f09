-- purpose: append an act, write the rows of its case and mark it for supervision, or say why not
SELECT cases_act(
    %(stream)s, %(version)s, %(digest)s, %(recorded_at)s, %(source)s, %(event_id)s, %(activity)s, %(at)s, %(actor)s, %(unit)s,
    %(payload)s, %(new_digest)s,
    %(case_id)s, %(opening)s, %(ended_at)s, %(stage)s, %(holder_unit)s, %(holder_actor)s, %(fields)s, %(scope)s, %(person_ref)s,
    %(state)s, %(tasks)s, %(book)s
)
