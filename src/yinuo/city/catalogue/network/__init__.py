"""The network of service points: centre, towns, villages, branches, and those that travel (E025–E031)."""
