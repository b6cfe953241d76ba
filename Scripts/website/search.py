"""The index of the search: every section of every page with its words."""

import json
import re


def entries(pages):
    """One entry a section: page, address, heading and text."""
    found = []
    for page in pages:
        for section in page.sections:
            text = re.sub(r"\s+", " ", section.text).strip()
            address = page.target + ("" if section.level == 1 else f"#{section.anchor}")
            heading = "" if section.level == 1 else section.title
            found.append({"page": page.title, "address": address, "heading": heading, "text": text})
    return found


def script(pages):
    """The index as a script, since a page that was opened from a folder may not fetch a file."""
    return f"window.searchIndex = {json.dumps(entries(pages), ensure_ascii=False, separators=(',', ':'))};\n"
