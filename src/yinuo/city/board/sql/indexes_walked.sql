-- purpose: clocks in the order of their due dates whatever their state, and open cards by level, for lists that are walked
CREATE INDEX board_clock_soonest ON supervision_clock ((coalesce(due_at, 'infinity'::timestamptz)), case_id) INCLUDE (due_at, kind, id)
    WHERE ended_at IS NULL;
CREATE INDEX board_finding_level ON supervision_finding (level, case_id) WHERE status = 'open';
DROP INDEX board_clock_due, board_case_open_latest;
