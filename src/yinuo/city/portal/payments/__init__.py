"""Paying online: what is charged comes from the fee catalogue alone; who takes the money is a plug-in point."""
