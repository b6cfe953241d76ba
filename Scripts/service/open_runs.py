"""Opens runs for load.lua and prints their ids: open_runs.py URL CONTROLLER COUNT"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Clients" / "python"))
from metalr import Client  # noqa: E402

url, controller, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = Client(url)
with ThreadPoolExecutor(8) as pool:
    for run in pool.map(lambda _: client.open_run(controller, 0.001, 1_000_000_000), range(count)):
        print(run["id"])
