-- purpose: cases that something happened to and that were not looked at yet
SELECT (SELECT count(*) FROM cases_look) + (SELECT count(*) FROM supervision_look)
