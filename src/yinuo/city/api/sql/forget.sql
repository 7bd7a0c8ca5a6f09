-- purpose: nobody is told anything: the next webhook begins anew
DELETE FROM api_position WHERE name = %(name)s
