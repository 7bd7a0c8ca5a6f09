"""Cases that run under an earlier version of an item, and the one command that moves them to the version in force."""
