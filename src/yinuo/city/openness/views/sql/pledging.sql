-- purpose: the units that pledge something today
SELECT DISTINCT unit FROM catalogue_version WHERE since <= %(today)s AND (until IS NULL OR until > %(today)s)
