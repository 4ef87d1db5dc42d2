"""Reads history and live rows again and again, and prints a JSON object per answer.

Ends when an epoch has read as many records as its input says.
"""

import json
import os
import sys
import threading
from datetime import datetime, timezone

import pyarrow as pa

from clickstream_flight import connect
from clickstream_flight.history import History, SeamError

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def text(value):
    if isinstance(value, datetime):
        return str(round((value - EPOCH).total_seconds() * 1000))
    if isinstance(value, str) and value.startswith("{"):
        return "{" + ", ".join(f"{key}={amount}" for key, amount in json.loads(value).items()) + "}"
    return str(value)


COLUMNS = {
    "sessions": "site_id user_id start_time end_time clicks pages revenue entry_page exit_page",
    "page_metrics": "site_id page window_start clicks users",
    "ledger": "partition next_offset",
}


def lines(rows, table):
    columns = COLUMNS[table].split()
    return sorted("|".join(text(row[name]) for name in columns) for row in rows.select(columns).to_pylist())


def read(ledger):
    """How many records an epoch has read; no partition begins but at 0."""
    ends = {}
    for step in ledger:
        partition, end = step.split("|")
        ends[partition] = max(ends.get(partition, 0), int(end))
    return sum(ends.values())


def answer(history, table, **wanted):
    rows = history.read(table, **wanted)
    facts = {key.decode(): value.decode() for key, value in rows.schema.metadata.items()}
    is_final = rows["is_final"] if "is_final" in rows.column_names else pa.array([True] * rows.num_rows, pa.bool_())
    return {
        "epoch": int(facts["clickstream.epoch"]),
        "kept_from": int(facts.get("clickstream.kept_from", -(2**62))),
        "rows": lines(rows, table),
        "final": lines(rows.filter(is_final), table),
    }


def main():
    flight, lake, endpoint, access_key = sys.argv[1:]
    properties = {
        "s3.endpoint": endpoint,
        "s3.region": "us-east-1",
        "s3.access-key-id": access_key,
        "s3.secret-access-key": os.environ["S3_SECRET_KEY"],
    }
    records = []
    threading.Thread(target=lambda: records.append(int(sys.stdin.read())), daemon=True).start()
    refused = set()
    with connect(flight) as server:
        history = History(server, lake, properties)
        while True:
            try:
                epoch = history.epochs(*COLUMNS)[-1]
                answers = {table: answer(history, table, as_of=epoch) for table in COLUMNS}
                answers["live"] = answer(history, "sessions", view="live")
                print(json.dumps(answers), flush=True)
                if records and read(answers["ledger"]["rows"]) >= records[0]:
                    break
            except (SeamError, IndexError, KeyError, OSError, pa.ArrowException) as gone:
                refused.add(f"{type(gone).__name__}: {gone}")
    print(json.dumps({"refused": sorted(refused)}), flush=True)


main()
