"""Every class and function that the package exports has its place in the pages."""

import pathlib
import re

import pytest

import metalr

PAGES = pathlib.Path(__file__).parents[1] / "docs"


@pytest.mark.skipif(not PAGES.is_dir(), reason="the pages are not beside the tests")
def test_every_export_is_on_a_page():
    text = "".join(page.read_text() for page in PAGES.glob("*.md"))
    shown = re.findall(r"^::: [\w.]+\.(\w+)$", text, re.MULTILINE)
    constants = {"FEATURES", "MEASURES", "PRESETS"}
    assert set(metalr.__all__) - constants <= set(shown)
    assert len(set(shown)) == len(shown)
