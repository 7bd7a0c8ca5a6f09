-- purpose: what the board and its lists look up and sort by, on tables that cases and supervision fill
CREATE INDEX board_case_open ON cases_case (unit, kind) INCLUDE (case_id, item, scope) WHERE status = 'open';
CREATE INDEX board_case_open_latest ON cases_case (opened_at, case_id) WHERE status = 'open';
CREATE INDEX board_case_ended ON cases_case ((coalesce(ended_at, 'infinity'::timestamptz)), case_id);
CREATE INDEX board_clock_state ON supervision_clock (state, case_id) WHERE ended_at IS NULL;
CREATE INDEX board_clock_due ON supervision_clock (due_at, id) WHERE ended_at IS NULL AND state = 'running';
CREATE INDEX board_finding_answer ON supervision_finding ((coalesce(answer_by, 'infinity'::timestamptz)), card);
