"""What the city publishes to everybody, without an account (E220–E228, E267–E271)."""
