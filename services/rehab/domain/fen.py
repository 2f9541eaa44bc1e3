"""Fen as a sentence shows them."""


class Fen(int):
    """An amount in integer fen; in a sentence it reads as yuan, two places."""

    def __format__(self, spec: str) -> str:
        del spec
        return f"¥{self // 100:,}.{self % 100:02}"
