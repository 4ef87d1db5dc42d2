"""Reads the live tables of an Open Clickstream Flight server.

>>> with connect("grpc://localhost:8815") as server:   # doctest: +SKIP
...     print(server.tables())
...     sessions = server.read("sessions")
"""

from clickstream_flight._server import Server, connect
from clickstream_flight._table import TableInfo

__all__ = ["Server", "TableInfo", "connect"]
