-- purpose: which event of people/units the table holds last, to know whether a tree remembered is still right
SELECT digest FROM people_revision WHERE stream = 'people/units'
