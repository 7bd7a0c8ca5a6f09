"""What is in force: institutions, their stories, and trials of a text that is not in force yet."""
