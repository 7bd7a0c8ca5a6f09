"""The wall: the city laid out as a map of its places, lit by what is open there (peer row 67)."""
