"""Plays the dashboard in headless Chromium: python3 Scripts/service/dashboard --metalr .build/release/metalr

Needs playwright (PyPI) and chromium. --runs says how many runs there are, --pictures keeps what it looked like in light, dark and
phone width, --database goes on with what an earlier call filled.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TRAINEE = HERE.parents[2] / "Docs" / "Examples" / "trainees" / "standard_library.py"
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "faults"))
from fill import LONG, SICK, SILENT, age, fill  # noqa: E402
from play import Player, scenes  # noqa: E402
from service import Service  # noqa: E402


class Laboratory:
    """What a service needs to know."""

    def __init__(self, metalr, checkpoints):
        self.metalr, self.checkpoints, self.services = metalr, checkpoints, []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--metalr", required=True, help="the program")
    parser.add_argument("--checkpoints", default=HERE.parents[2] / "checkpoints")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--database", help="a folder to keep the filled database in")
    parser.add_argument("--pictures", help="a folder for screenshots")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    parser.add_argument("--only", default="", help="scenes whose name holds this")
    options = parser.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit("This needs playwright: pip install playwright")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.database or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        # A copy, since trainings write theirs beside them.
        checkpoints = shutil.copytree(options.checkpoints, folder / "checkpoints", dirs_exist_ok=True)
        service = Service(Laboratory(options.metalr, checkpoints), folder)
        limits = ("--max-runs", "1000000", "--abandon-after", "0")
        ids = folder / "ids"
        if not ids.exists():
            begun = time.monotonic()
            service.start(*limits)
            runs = fill(service.port, options.runs)
            service.stop()
            age(service.database, runs[LONG + SICK:LONG + SICK + SILENT])
            ids.write_text("\n".join(runs))
            print(f"{options.runs} runs after {time.monotonic() - begun:.0f} s")
        service.start(*limits, "--trainings", str(folder / "trainings"), "--allow-trainee", f"example=python3 {TRAINEE}")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
                player = Player(browser, service, ids.read_text().split(), options.pictures)
                for scene in scenes:
                    if options.only in scene.__name__:
                        print(f"{scene.__doc__}", flush=True)
                        player.play(scene)
                browser.close()
        finally:
            service.stop()
    print("all as it should be")


if __name__ == "__main__":
    main()
