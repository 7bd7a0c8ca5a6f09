"""How people sign in: local accounts with lock-out, one-time codes, OpenID Connect (allauth)."""
