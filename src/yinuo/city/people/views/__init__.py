"""The pages of units, people and other systems."""
