-- purpose: open clocks in a state in the order their cases were opened, for the list of cases
DROP INDEX board_clock_state;
CREATE INDEX board_clock_state ON supervision_clock (state, opened_at, case_id) WHERE ended_at IS NULL;
