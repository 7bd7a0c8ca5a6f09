"""The pages: each reads what it needs through one row filter and says which permission it wants."""
