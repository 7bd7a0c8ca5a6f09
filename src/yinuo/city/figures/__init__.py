"""Figures: measured from what supervision keeps, shown with n, interval, trend and guard."""
