"""The words everything else is said in: limits, instants, calendars, terms. Pure."""
