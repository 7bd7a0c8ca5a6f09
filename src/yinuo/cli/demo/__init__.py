"""A city to look at: Demo City's people, a seeded year of its cases, and what keeps them moving. Invented from end to end."""
