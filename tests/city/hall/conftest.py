"""The hall is tried on the small city of the board's tests."""

from tests.city.board.conftest import city, sign_in, today

__all__ = ["city", "sign_in", "today"]
