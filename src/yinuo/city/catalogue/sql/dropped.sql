-- purpose: a draft is given up
DELETE FROM catalogue_draft WHERE item = %(item)s
