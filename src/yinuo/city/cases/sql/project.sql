-- purpose: write the rows of cases after their events: the case, its tasks, hand-overs and threads, and (live) what to look at.
SELECT cases_project(
    %(cases)s::jsonb, %(tasks)s::jsonb, %(gone)s::jsonb, %(offers)s::jsonb, %(threads)s::jsonb, %(look)s
)
