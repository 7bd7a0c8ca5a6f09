"""Both sides of city_split: the same six steps here and in django-viewflow."""
