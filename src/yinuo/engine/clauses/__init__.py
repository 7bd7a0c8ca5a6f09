"""The clauses of a text as frozen models, one file a kind."""
