"""The Django application of the peer."""
