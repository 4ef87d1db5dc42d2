"""Follows a live table with nothing but pyarrow and prints how it changes.

    python subscribe.py grpc://localhost:8815 sessions [committed]
"""

import json
import sys
import time

import pyarrow as pa
import pyarrow.flight as fl


def follow(client, table, view="live", rows=None, token=None):
    """Gives (rows by primary key, mark) whenever the table has changed; goes on by itself after an interruption."""
    rows = {} if rows is None else rows
    while True:
        command = {"table": table, "view": view, "subscribe": True, "resume": token}
        try:
            info = client.get_flight_info(fl.FlightDescriptor.for_command(json.dumps(command)))
            key = info.schema.metadata[b"clickstream.primary_key"].decode().split(",")
            step, is_new = [], token is None
            for batch in client.do_get(info.endpoints[0].ticket):
                step += batch.data.to_pylist()
                mark = json.loads(batch.app_metadata.to_pybytes())
                if mark["ends_step"]:  # all or nothing: a token is good for whole steps only
                    if is_new:
                        rows.clear()
                    for row in step:
                        if row.pop("_op") == 1:
                            rows.pop(tuple(row[name] for name in key), None)
                        else:
                            rows[tuple(row[name] for name in key)] = row
                    step, is_new, token = [], False, mark.get("resume")
                    yield rows, mark
        except fl.FlightUnavailableError:
            time.sleep(0.5)  # the server is away; it knows the token when it is back
        except pa.ArrowInvalid:
            if token is None:
                raise
            token = None  # too late to go on: begin again with all rows


if __name__ == "__main__":
    with fl.connect(sys.argv[1]) as server:
        for rows, mark in follow(server, *sys.argv[2:]):
            print(f"{mark['step']}: {len(rows)} rows, epoch {mark.get('epoch')}, complete to {mark.get('complete_through')}")
