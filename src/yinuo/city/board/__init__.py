"""The supervisor's pages: board, case, figures, institutions."""
