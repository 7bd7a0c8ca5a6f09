"""Whether something may be done to a case, decided from its state and the text alone: no database, no clock."""
