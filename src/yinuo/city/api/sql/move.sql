-- purpose: webhooks have been told so far
UPDATE api_position SET position = %(position)s WHERE name = %(name)s
