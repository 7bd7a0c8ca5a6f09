"""Append-only events, their digests, roots and verification (design 5)."""
