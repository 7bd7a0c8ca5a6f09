-- purpose: supervision workers that asked for work just now, by the name their connections carry
SELECT count(DISTINCT split_part(application_name, '#', 2))
FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'yinuo work#%'
  AND greatest(query_start, state_change) > clock_timestamp() - interval '10 seconds'
