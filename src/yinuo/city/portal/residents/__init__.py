"""Residents: accounts apart from those of the staff, personal data encrypted apart from the events."""
