"""The demo's page: its markup, with the recorded runs inside."""

import json


def markup(template, runs):
    """The page's main part. The runs lie in it as JSON, which also works for a page that was opened from a folder."""
    data = json.dumps(json.loads(runs.read_text(encoding="utf-8")), separators=(",", ":"), ensure_ascii=False)
    return template.read_text(encoding="utf-8").replace("{{runs}}", data.replace("<", "\\u003c"))
