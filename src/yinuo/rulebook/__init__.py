"""Reads a pack's text into clauses, checks it, tells its stories and tries every change on them."""
