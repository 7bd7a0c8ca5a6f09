-- purpose: the papers each version asks for, of items the text does not have, in the order they were published
SELECT item, number, said -> 'materials' AS papers FROM catalogue_version WHERE item <> ALL(%(known)s::text[]) ORDER BY item, number
