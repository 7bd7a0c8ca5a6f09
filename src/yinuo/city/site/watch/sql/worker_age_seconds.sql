-- purpose: seconds since any supervision worker asked for work; nothing when none is connected
SELECT extract(epoch FROM clock_timestamp() - max(greatest(query_start, state_change)))
FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'yinuo work#%'
