"""Reads and follows the live tables of an Open Clickstream Flight server.

>>> with connect("grpc://localhost:8815") as server:   # doctest: +SKIP
...     print(server.tables())
...     sessions = server.read("sessions", order="window_descending", limit=10)
...     for sessions in server.follow("sessions", into="polars"):
...         print(sessions)
"""

from clickstream_flight._follow import Follow
from clickstream_flight._seam import Served
from clickstream_flight._server import Server, connect
from clickstream_flight._steps import Step, fold, fold_pandas, fold_polars
from clickstream_flight._table import TableInfo

__all__ = ["Follow", "Served", "Server", "Step", "TableInfo", "connect", "fold", "fold_pandas", "fold_polars"]
