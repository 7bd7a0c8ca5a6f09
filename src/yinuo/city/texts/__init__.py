"""The text in force: packs installed by digest, never edited (design 5)."""
