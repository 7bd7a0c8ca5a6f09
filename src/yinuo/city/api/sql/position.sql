-- purpose: how far webhooks have been told, held by this transaction; nothing while another worker holds it
SELECT position FROM api_position WHERE name = %(name)s FOR UPDATE SKIP LOCKED
