"""What is granted is numbered, and counted against its cap, at the moment of the command (grammar part 2, 2.4)."""
