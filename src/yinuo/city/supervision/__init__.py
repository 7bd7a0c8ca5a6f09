"""Looks at a case when something happened or a moment came, and keeps what the engine said (design 5)."""
