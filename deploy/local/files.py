"""Files that are there whole or not at all, and secrets in them."""

import os
import secrets
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write a private file (0600) in one step; a reader, or a crash, sees the old one or the new one."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def read_or_make_secret(file: Path, size: int = 32) -> str:
    """Return the secret in `file`: URL-safe text of `size` random bytes, made when there is none yet."""
    if not file.exists():
        write_whole(file, secrets.token_urlsafe(size))
    return file.read_text(encoding="utf-8")
