-- purpose: what is another whenever anything happened to an entry of a register: a number, and who wrote it. A transaction that is taken back takes its number back, which the next one writes again
SELECT coalesce(max(changes), 0), max(xmin::text) FROM cases_book WHERE kind = %(kind)s
