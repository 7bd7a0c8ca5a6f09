-- purpose: the other cases of given threads, the newest.
SELECT t.case_id
FROM cases_thread t JOIN unnest(%(names)s::text[], %(values)s::text[]) AS r(names, values) USING (names, values)
WHERE t.case_id <> %(case_id)s
GROUP BY t.case_id ORDER BY max(t.id) DESC LIMIT %(most)s
