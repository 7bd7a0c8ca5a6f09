-- purpose: how many cases a list holds, counted no further than anybody reads.
SELECT count(*) FROM (SELECT FROM cases_case WHERE /* where */ LIMIT %(most)s) AS found
