"""Reads the sessions of a lake as of each epoch, by its folder and through a catalog over HTTP, and prints them as JSON.

    python history_by_service.py LAKE ADDRESS LINEAGE EPOCHS
"""

import json
import sys

import pyarrow as pa
from clickstream_flight.history import History, SeamError
from pyiceberg.catalog import load_catalog

SCHEMA = pa.schema(
    [
        pa.field("session_id", pa.string()),
        pa.field("start_time", pa.timestamp("ms", "UTC")),
        pa.field("clicks", pa.int64()),
        pa.field("revenue", pa.string()),
        pa.field("is_final", pa.bool_()),
    ],
    {b"clickstream.primary_key": b"session_id", b"clickstream.window_column": b"start_time"},
)


class ServerWithoutRows:
    """All rows are final, so the server says only what a table looks like and which lineage it serves."""

    def __init__(self, lineage):
        self.lineage = lineage
        self.kept_epochs = []

    def served(self):
        return self

    def schema(self, table, **view):
        return SCHEMA


def sessions(history, epoch):
    try:
        rows = history.read("sessions", as_of=epoch, final_only=True).sort_by("session_id").to_pylist()
    except SeamError:
        return ["not told"]
    return [f"{row['session_id']} {row['start_time']} {row['clicks']} {row['revenue']}" for row in rows]


def main():
    lake, address, lineage, epochs = sys.argv[1:]
    server = ServerWithoutRows(lineage)
    histories = {
        "folder": History(server, lake),
        # Nothing is by this lake's folder, so the service is who says where the tables are.
        "service": History(server, f"{lake}/nothing", catalog=load_catalog("clickstream", type="rest", uri=address)),
    }
    print(json.dumps({
        name: {epoch: sessions(history, epoch) for epoch in range(1, int(epochs) + 1)}
        for name, history in histories.items()
    }))


if __name__ == "__main__":
    main()
