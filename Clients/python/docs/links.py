"""Takes the first steps from the package's README, with links that lead out of the site."""

import pathlib
import re
from typing import Any

_README = pathlib.Path(__file__).parents[1] / "README.md"


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Puts the README in place of its mark; links to files outside of the site become plain text."""
    readme = re.sub(r"\[([^]]+)\]\(\.\./[^)]+\)", r"\1", _README.read_text())
    return markdown.replace("{README}", readme)
