"""The evaluator of `promise`: which clocks exist, what is due, what was raised."""
