"""What SQLite itself does on this disk: rows like the service's decisions, each batch in one synced commit.

    ceiling.py FOLDER [--runs 1000] [--seconds 3]

Same table, same settings (WAL, synchronous FULL), same sizes of rows, no HTTP and no controller.
"""

import argparse
import os
import sqlite3
import tempfile
import time

TABLE = """
CREATE TABLE decisions (
  run INTEGER NOT NULL, step INTEGER NOT NULL, observation BLOB NOT NULL, learningRate REAL NOT NULL, scale REAL NOT NULL,
  verdict TEXT NOT NULL, source TEXT NOT NULL, outOfDistribution REAL, state BLOB NOT NULL, PRIMARY KEY (run, step)
) WITHOUT ROWID
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--state", type=int, default=194, help="bytes of the state; 194 are those of an MLP controller")
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    print(f"{'rows a commit':>13} {'commits/s':>10} {'rows/s':>10}")
    for batch in (1, 8, 16, 32, 128, 512):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            database = sqlite3.connect(os.path.join(folder, "ceiling.sqlite"), isolation_level=None)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA wal_autocheckpoint = 4000")
            database.execute(TABLE)
            observation, state = os.urandom(48), os.urandom(options.state)
            made, commits, begun = 0, 0, time.monotonic()
            while time.monotonic() - begun < options.seconds:
                rows = (
                    (index % options.runs, index // options.runs * 10, observation, 0.001, 1.1, "continue", "controller", 0.9, state)
                    for index in range(made, made + batch))
                database.execute("BEGIN IMMEDIATE")
                database.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
                database.execute("COMMIT")
                made += batch
                commits += 1
            seconds = time.monotonic() - begun
            database.close()
        print(f"{batch:13} {commits / seconds:10.0f} {made / seconds:10.0f}")


if __name__ == "__main__":
    main()
