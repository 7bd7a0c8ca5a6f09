-- purpose: a number that is another whenever anything happened to an entry of a register
SELECT coalesce((SELECT changes FROM cases_book WHERE kind = %(kind)s), 0)
