"""Yinuo 一诺: a city's promises as text, and every case held to them."""

__version__ = "0.1.0"
