"""A machine that cannot show the pages says what to install; nothing is skipped."""

from pathlib import Path

import pytest

from pictures.chromium import NotEquipped, chromium, executable

NO_FONTS = '<?xml version="1.0"?><fontconfig><cachedir>{folder}</cachedir></fontconfig>'


def test_without_chromium_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotEquipped, match="apt-get install chromium fonts-noto-cjk"):
        executable()


async def test_without_a_chinese_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(NO_FONTS.format(folder=tmp_path))
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    with pytest.raises(NotEquipped, match="apt-get install fonts-noto-cjk"):
        async with chromium():
            pass
