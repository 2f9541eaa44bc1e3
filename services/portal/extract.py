"""Find the words of the pages for their Chinese catalogue: `python -m services.portal.extract`, or `make words`.

New ones are added with an empty translation, which a test refuses; those that no page says any more are dropped.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
CATALOGUE = HERE / "locale" / "zh" / "messages.po"
METHODS = [("api/**.py", "python"), ("templates/**.html", "jinja2")]
HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: zh_CN\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def found() -> Catalog:
    """Return the words that pages say, without translations."""
    words = Catalog(locale="zh_CN")
    for _, _, message, _, _ in extract_from_dir(HERE, METHODS):
        words.add(message)
    return words


def kept() -> Catalog:
    """Return the catalogue as it stands."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def main() -> None:
    """Bring the catalogue up to date."""
    catalogue = kept()
    catalogue.update(found(), no_fuzzy_matching=True)
    with CATALOGUE.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, catalogue, no_location=True, sort_output=True, omit_header=True, ignore_obsolete=True, width=0)


if __name__ == "__main__":
    main()
