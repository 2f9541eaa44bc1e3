"""Fen as an explanation shows them."""


def yuan(fen: int) -> str:
    """Return an amount in yuan, two places."""
    return f"¥{fen // 100:,}.{fen % 100:02}"
