"""Who works here: accounts now; units, posts, persons and roles beside them."""

from django.contrib.auth.models import AbstractUser


class Account(AbstractUser):
    """A login. What it may do follows from the person's posts and roles, never from Django's permissions."""
