-- purpose: the last number given that is written as the text says; numbers are threads, because no two cases may bear one
SELECT values FROM cases_thread
WHERE names = %(field)s AND values >= %(begin)s AND values < %(end)s AND values ~ %(written)s
ORDER BY length(values) DESC, values DESC LIMIT 1
