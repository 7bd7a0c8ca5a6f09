-- purpose: every stretch of every unit
SELECT unit, valid_from, valid_until, parent, zh, en, type, rank, "into"
FROM people_unit
ORDER BY unit, valid_from
