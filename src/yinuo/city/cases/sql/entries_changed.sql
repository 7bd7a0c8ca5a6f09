-- purpose: two numbers that change whenever anything happens to an entry of a register
SELECT count(*), coalesce(sum(version), 0)::bigint FROM cases_case WHERE kind = %(kind)s AND position('/' IN kind) > 0
