"""Lists the live tables, shows the last rows of each, and follows one of them.

    python look.py grpc://localhost:8815
    python look.py grpc://localhost:8815 --follow sessions
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))  # also without pip install

import clickstream_flight


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("location", nargs="?", default="grpc://localhost:8815")
    options.add_argument("--follow", metavar="TABLE", help="show this table whenever it changes, until Ctrl-C")
    options.add_argument("--times", type=int, default=0, help="stop following after so many changes")
    given = options.parse_args()

    with clickstream_flight.connect(given.location) as server:
        for table in server.tables():
            print(f"{table.name}: {table.rows} rows, epoch {table.epoch}, complete through {table.complete_through}")
            print(server.read(table.name).slice(max(0, table.rows - 5)).to_pylist())
        if given.follow:
            for count, rows in enumerate(server.follow(given.follow), start=1):
                now = clickstream_flight.TableInfo.of(given.follow, rows)
                print(f"{now.name}: version {now.version}, {now.rows} rows", flush=True)
                if count == given.times:
                    break


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
