"""The pages of residents and firms."""
