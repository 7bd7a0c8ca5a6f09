"""Units, posts, persons, roles and what each may do, within a part of the tree (design 5)."""
