-- purpose: the digest of the text in force
SELECT digest FROM texts_installation WHERE name = %(name)s ORDER BY version DESC LIMIT 1
