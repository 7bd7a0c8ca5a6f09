"""Settings, addresses, base templates, static files, and the database that comes along by default."""
