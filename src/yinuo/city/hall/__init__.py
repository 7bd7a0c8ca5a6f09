"""Where matters are taken in and dealt with: the window's one screen, and what waits for me."""
