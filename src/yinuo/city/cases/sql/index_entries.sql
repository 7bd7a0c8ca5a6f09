-- purpose: the entries of a register are found without reading the cases; their kinds are <institution>/<register>.
-- It holds nothing that an act changes: a case whose indexed columns stay as they are is written without touching an index.
CREATE INDEX cases_case_entries ON cases_case (kind, case_id) WHERE position('/' IN kind) > 0;
