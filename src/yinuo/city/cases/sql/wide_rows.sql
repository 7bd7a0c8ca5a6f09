-- purpose: rows of cases are compressed only beyond 4 KB: compressing one costs more than writing all the rest of it
ALTER TABLE cases_case SET (toast_tuple_target = 4096);
