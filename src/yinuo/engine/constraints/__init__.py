"""The evaluators of `constraint`, one file a family of templates (grammar 2.5)."""
