-- purpose: what the board counts by unit and kind, read in the index alone: cases in hand, and open cards by level
DROP INDEX board_case_open, board_finding_level;
CREATE INDEX board_case_open ON cases_case (unit, kind) INCLUDE (case_id, item, scope, status) WHERE status = 'open';
CREATE INDEX board_finding_level ON supervision_finding (level, case_id) INCLUDE (unit, kind, scope, status) WHERE status = 'open';
