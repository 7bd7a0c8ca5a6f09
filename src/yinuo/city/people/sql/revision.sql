-- purpose: which events of persons, posts, roles and units the tables hold last, as one word: whether what is remembered still holds
SELECT coalesce((SELECT digest FROM people_revision WHERE stream = 'people'), '')
