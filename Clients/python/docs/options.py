"""Shows docstrings as Markdown: the lines `name: what it is` as definitions, and lists as lists."""

import re
from typing import Any

import griffe

_OPTION = re.compile(r"^(\w+(?:, \w+)*): (.+)$")


def with_definitions(text: str) -> str:
    """The docstring with options and lists in Markdown's form; code, which is indented, stays as it is."""
    lines: list = [""]
    for line in text.split("\n"):
        option = _OPTION.match(line)
        if option:
            names = ", ".join(f"`{name}`" for name in option.group(1).split(", "))
            lines += ["", names, f":   {option.group(2)}"]
            continue
        if line.startswith("- ") and lines[-1] and not lines[-1].startswith(("- ", "  ")):
            lines.append("")
        lines.append(line)
    return "\n".join(lines[1:])


class Options(griffe.Extension):
    """Rewrites every docstring once it is read."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = with_definitions(obj.docstring.value)
