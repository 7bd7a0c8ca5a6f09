"""The online system, a Django project (design 3 and 5)."""
