"""The Python side of the live-read benchmark: a client, and what its reads are compared with.

    live_read.py serve-flight URI COMMAND   reads a table of the Flight server at URI once, and serves its batches
                                            again with pyarrow's own Flight server
    live_read.py serve-bytes N              sends N bytes to whoever connects, and closes
    live_read.py read PLAN                  reads as the plan (JSON) says; prints a JSON object for each read

The two that serve print their port, and end when their standard input does.
"""

import gc
import json
import os
import socket
import sys
import threading
import time
import zlib

import pyarrow as pa
import pyarrow.flight as flight

TICKS = os.sysconf("SC_CLK_TCK")
PIECE = 1 << 20


def ticket_of(client, command):
    info = client.get_flight_info(flight.FlightDescriptor.for_command(json.dumps(command).encode()))
    return info.endpoints[0].ticket


class CountingChecksum:
    """A file that keeps a checksum of what is written to it."""

    def __init__(self):
        self.checksum = 0
        self.closed = False

    def write(self, data):
        self.checksum = zlib.crc32(data, self.checksum)
        return len(data)

    def writable(self):
        return True

    def readable(self):
        return False

    def seekable(self):
        return False

    def flush(self):
        pass

    def close(self):
        self.closed = True


def checksum(table):
    """Of all values in their order, whatever batches they came in."""
    sink = CountingChecksum()
    whole = table.replace_schema_metadata(None).combine_chunks()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), whole.schema) as writer:
        writer.write_table(whole)
    return f"{sink.checksum:08x}"


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Peer(flight.FlightServerBase):
    def __init__(self, schema, batches):
        super().__init__("grpc://127.0.0.1:0")
        self.schema = schema
        self.batches = batches

    def do_get(self, context, ticket):
        return flight.RecordBatchStream(pa.RecordBatchReader.from_batches(self.schema, self.batches))


def serve_flight(uri, command):
    with flight.connect(uri) as client:
        reader = client.do_get(ticket_of(client, command))
        batches = [chunk.data for chunk in reader]
        server = Peer(reader.schema, batches)
    print(server.port, flush=True)
    sys.stdin.read()
    server.shutdown()


def serve_bytes(count):
    content = memoryview(bytes(bytearray(os.urandom(1 << 16)) * ((count >> 16) + 1)))[:count]
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def serve():
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(content)

    threading.Thread(target=serve, daemon=True).start()
    sys.stdin.read()


def read_flight(client, ticket):
    begin = time.perf_counter()
    table = client.do_get(ticket).read_all()
    return time.perf_counter() - begin, table


def read_bytes(port, count):
    content = memoryview(bytearray(count))
    begin = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        got = 0
        while got < count:
            more = connection.recv_into(content[got : got + PIECE])
            if more == 0:
                raise SystemExit("the sender of bytes ended early")
            got += more
    return time.perf_counter() - begin


def read(plan):
    ours = flight.connect(plan["ours"])
    theirs = flight.connect(plan["theirs"])
    for number in range(plan["warm_up"] + plan["rounds"]):
        # Who comes first changes from round to round.
        turn = number % len(plan["reads"])
        for name, what in plan["reads"][turn:] + plan["reads"][:turn]:
            gc.collect()
            pid = what.get("pid")
            used = cpu_seconds(pid) if pid else 0
            seen = {"read": name, "round": number - plan["warm_up"]}
            if "bytes" in what:
                seen["seconds"] = read_bytes(what["port"], what["bytes"])
                seen["bytes"] = what["bytes"]
            else:
                client = ours if "command" in what else theirs
                ticket = ticket_of(ours, what["command"]) if "command" in what else flight.Ticket(b"")
                seen["seconds"], table = read_flight(client, ticket)
                seen["bytes"] = table.nbytes
                seen["rows"] = table.num_rows
                seen["server_cpu_seconds"] = cpu_seconds(pid) - used
                seen["checksum"] = checksum(table)
                del table
            if number >= plan["warm_up"]:
                print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve-flight":
        serve_flight(sys.argv[2], json.loads(sys.argv[3]))
    elif sys.argv[1] == "serve-bytes":
        serve_bytes(int(sys.argv[2]))
    else:
        read(json.loads(sys.argv[2]))
