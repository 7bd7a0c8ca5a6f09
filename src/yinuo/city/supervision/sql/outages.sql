-- purpose: verified outages as a dated table conditions may look up
SELECT unit, source, begins_at, ends_at FROM supervision_outage WHERE verified_at IS NOT NULL
