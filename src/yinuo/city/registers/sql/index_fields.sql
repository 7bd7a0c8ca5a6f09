-- purpose: entries of registers are found by what their fields hold (key, the entry they point to); their kinds are <institution>/<register>
CREATE INDEX registers_entry_fields ON cases_case USING gin (fields jsonb_path_ops) WHERE position('/' IN kind) > 0;
