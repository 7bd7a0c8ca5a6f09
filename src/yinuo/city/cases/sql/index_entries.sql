-- purpose: the entries of a register are found without reading the cases; their kinds are <institution>/<register>
CREATE INDEX cases_case_entries ON cases_case (kind, case_id) INCLUDE (version) WHERE position('/' IN kind) > 0;
