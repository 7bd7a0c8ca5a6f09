"""The generic desk: what a `flow`, a `register` or a `table` of the text in force says is worked here, without code for any of them."""
