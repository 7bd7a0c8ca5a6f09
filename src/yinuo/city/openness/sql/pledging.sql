-- purpose: the units whose pledges count as made on a day
SELECT DISTINCT made.unit FROM ({made}) AS made
