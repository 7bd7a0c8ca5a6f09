-- purpose: the 99th percentile of lateness in the worst sweep of the last five minutes
SELECT coalesce(max(late_p99), 0) FROM supervision_run WHERE moments > 0 AND at > clock_timestamp() - interval '5 minutes'
