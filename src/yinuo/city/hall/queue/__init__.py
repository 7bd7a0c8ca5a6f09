"""Queue numbers and appointments: who is called next, when there is a slot; tickets and appointments are cases of the text."""
