"""The case, its tasks, hand-over, numbers and attachments: the only writer of case streams (design 5)."""
