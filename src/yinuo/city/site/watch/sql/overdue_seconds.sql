-- purpose: how long ago the oldest moment that waits to be served came
SELECT coalesce(greatest(extract(epoch FROM clock_timestamp() - min(next_at)), 0), 0)
FROM supervision_moment WHERE next_at IS NOT NULL
