-- purpose: an item is in force no more from a day on
UPDATE catalogue_version SET until = %(until)s::date, withdrawn = %(reason)s, "into" = %(into)s
WHERE item = %(item)s AND number = (SELECT max(number) FROM catalogue_version WHERE item = %(item)s)
