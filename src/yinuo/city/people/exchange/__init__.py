"""Units and people in and out of Excel."""
