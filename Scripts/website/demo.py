"""The demo's page: its markup, with the recorded runs inside."""

import hashlib
import json


def markup(template, runs, checkpoints):
    """The page's main part. The runs lie in it as JSON, which also works for a page that was opened from a folder.

    checkpoints: the folder of the shipped controllers, by which the page knows that a recorded one is another.
    """
    recorded = json.loads(runs.read_text(encoding="utf-8"))
    recorded["shipped"] = {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:32] for path in sorted(checkpoints.glob("universal*.ckpt"))
    }
    data = json.dumps(recorded, separators=(",", ":"), ensure_ascii=False)
    return template.read_text(encoding="utf-8").replace("{{runs}}", data.replace("<", "\\u003c"))
