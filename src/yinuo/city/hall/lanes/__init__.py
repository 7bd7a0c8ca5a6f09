"""The lanes of the hall: who is given one by the text, how many there were, and what waits for an answer."""
