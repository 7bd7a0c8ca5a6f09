-- purpose: the version of every people stream, held against other writers until the transaction ends
SELECT stream, version FROM people_revision ORDER BY stream FOR UPDATE
