-- purpose: the greatest lateness of a moment served in the last five minutes
SELECT coalesce(max(late_most), 0) FROM supervision_run WHERE moments > 0 AND at > clock_timestamp() - interval '5 minutes'
