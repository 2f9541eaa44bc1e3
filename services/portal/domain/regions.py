"""What regions are called: a file of whoever runs the portal. None is carried here; without a name the code stands."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from shared.words import Language

COLUMNS = ("code", "zh", "en")
CODE = re.compile("[0-9]{2}|[0-9]{4}|[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Regions:
    """Names of regions (GB/T 2260: 2, 4 or 6 digits) in both languages."""

    names: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `code,zh,en`, a line per region. Raises ValueError, which names the line, for what is none."""
        reader = csv.DictReader(text.splitlines())
        if tuple(reader.fieldnames or ()) != COLUMNS:
            message = f"the first line has to be {','.join(COLUMNS)}"
            raise ValueError(message)
        names: dict[str, Mapping[Language, str]] = {}
        for row in reader:
            told = {column: (row[column] or "").strip() for column in COLUMNS}
            if not CODE.fullmatch(told["code"]) or not told["zh"] or not told["en"] or told["code"] in names:
                message = f"line {reader.line_num}: a code of 2, 4 or 6 digits, once, and its names in zh and en"
                raise ValueError(message)
            names[told["code"]] = {"zh": told["zh"], "en": told["en"]}
        return cls(names)

    def called(self, code: str | None, language: Language) -> str:
        """Return a region's name with its code, or the code alone; nothing for none."""
        if not code or code not in self.names:
            return code or ""
        name = self.names[code][language]
        return f"{name}（{code}）" if language == "zh" else f"{name} ({code})"

    def within(self, prefix: str, digits: tuple[int, ...], language: Language) -> list[tuple[str, str]]:
        """Return the regions of which a name is known inside of another, with their names, in the order of codes."""
        codes = sorted(code for code in self.names if code.startswith(prefix) and len(code) in digits)
        return [(code, self.called(code, language)) for code in codes]
