"""The connection to a Flight server."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Dict, Iterator, List, Optional, Union

import pyarrow as pa
import pyarrow.flight as fl

from clickstream_flight._follow import FOLDS, Follow
from clickstream_flight._seam import Served
from clickstream_flight._steps import Step, read_mark
from clickstream_flight._table import TableInfo

if TYPE_CHECKING:
    import pandas
    import polars

_PAUSE_SECONDS = 0.5


def connect(
    location: str = "grpc://localhost:8815",
    timeout_seconds: float = 30.0,
    token: Optional[str] = None,
    tls_root_certs: Optional[bytes] = None,
    cert_chain: Optional[bytes] = None,
    private_key: Optional[bytes] = None,
) -> "Server":
    """Connects to a Flight server.

    Args:
        location: where it listens, such as ``grpc://localhost:8815`` or ``grpc+tls://flight.example:8815``.
        timeout_seconds: how long a single call may take, reading a whole table included.
        token: the bearer token that the server knows you by; read it from a file rather than a command line.
        tls_root_certs: certificates in PEM that the server's must come from; the system's if left out.
        cert_chain: your own certificate in PEM, with ``private_key``, for a server that asks for one.
        private_key: its key in PEM.
    """
    options = {
        name: value
        for name, value in {
            "tls_root_certs": tls_root_certs,
            "cert_chain": cert_chain,
            "private_key": private_key,
        }.items()
        if value is not None
    }
    return Server(fl.connect(location, **options), timeout_seconds, token)


class Server:
    """A connection to a Flight server. Close it, or use it in a ``with`` statement."""

    def __init__(
        self, client: fl.FlightClient, timeout_seconds: float = 30.0, token: Optional[str] = None
    ) -> None:
        headers = [] if token is None else [(b"authorization", b"Bearer " + token.encode())]
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._headers = headers
        self._options = fl.FlightCallOptions(timeout=timeout_seconds, headers=headers)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    def tables(self) -> List[TableInfo]:
        """All live tables, sorted by name."""
        return [
            TableInfo.of(flight.descriptor.path[0].decode(), flight.schema, flight.total_records)
            for flight in self._client.list_flights(options=self._options)
        ]

    def info(self, table: str) -> TableInfo:
        """One live table. Raises ``KeyError`` with the names there are when there is none of this name."""
        flight = self._flight_info(table)
        return TableInfo.of(table, flight.schema, flight.total_records)

    def read(self, table: str, **wanted: object) -> pa.Table:
        """Rows of a table as they are now; the schema's metadata says how complete they are.

        Args:
            table: the table's name.
            wanted: fields of a command, such as ``columns=["clicks"]``, ``where={"site_id": ["shop"]}``,
                ``order="window_descending"``, ``limit=10``; docs/reading.md describes them. Without any, all rows and
                columns.
        """
        (endpoint,) = self._flight_info(table, wanted).endpoints
        return self._client.do_get(endpoint.ticket, self._options).read_all()

    def schema(self, table: str, **wanted: object) -> pa.Schema:
        """The columns of a table or of a part of it, as ``read`` would give them, with what is known of its rows."""
        return self._flight_info(table, wanted).schema

    def served(self) -> Served:
        """The lineage that readers see, and which epochs of it are kept. Raises ``KeyError`` when there is none yet."""
        for answer in self._client.do_action(fl.Action("lineages", b""), self._options):
            facts = json.loads(answer.body.to_pybytes())
            if facts["is_served"]:
                return Served(facts["lineage"], tuple(sorted(facts["kept_epochs"])))
        raise KeyError("the server has no tables yet")

    def wait(self, table: str, complete_through: Union[str, int], timeout_seconds: int = 60) -> bool:
        """Waits until a table is complete through a time; says whether it has become so before time was up.

        Args:
            table: the table's name; it need not be there yet.
            complete_through: an ISO 8601 time such as ``2026-03-02T10:00:00Z``, or milliseconds since 1970.
            timeout_seconds: 1 to 600.
        """
        body = {"table": table, "complete_through": complete_through, "timeout_seconds": timeout_seconds}
        options = fl.FlightCallOptions(timeout=timeout_seconds + self._timeout_seconds, headers=self._headers)
        (answer,) = self._client.do_action(fl.Action("wait", json.dumps(body).encode()), options)
        return json.loads(answer.body.to_pybytes())["complete"]

    def read_pandas(self, table: str, **wanted: object) -> "pandas.DataFrame":
        """The same as a pandas data frame. Needs pandas."""
        return self.read(table, **wanted).to_pandas()

    def read_polars(self, table: str, **wanted: object) -> "polars.DataFrame":
        """The same as a polars data frame. Needs polars."""
        import polars

        return polars.from_arrow(self.read(table, **wanted))

    def follow(
        self,
        table: str,
        into: str = "arrow",
        rows: Optional[object] = None,
        token: Optional[str] = None,
        patience_seconds: float = 60.0,
        **wanted: object,
    ) -> Follow:
        """Gives all rows now, and again whenever they, or what the table says about itself, have changed.

        The server sends only what has changed. It goes on by itself after an interruption.

        Args:
            table: the table's name; it need not be there yet.
            into: what rows are given as: ``arrow`` (pyarrow.Table), ``pandas`` or ``polars`` (their DataFrame).
            rows: ``rows`` of an earlier ``Follow`` of the same, to go on from; with its ``token``.
            token: where to go on. When it is too late for that, it begins again with all rows.
            patience_seconds: how long the server may be away, or the table missing, before the error is raised.
            wanted: ``view="committed"`` for what checkpoints cover, ``columns``, ``where``, ``before`` and what else
                docs/subscriptions.md names.
        """
        if into not in FOLDS:
            raise ValueError(f"into={into!r} is none of {', '.join(FOLDS)}")
        if (rows is None) != (token is None):
            raise ValueError("rows and token belong together: give both to go on, or none to begin anew")
        steps = self.subscribe(table, token, patience_seconds, **wanted)
        return Follow(table, steps, FOLDS[into], rows, token)

    def subscribe(
        self, table: str, token: Optional[str] = None, patience_seconds: float = 60.0, **wanted: object
    ) -> Iterator[Step]:
        """Gives the steps of a subscription, for whoever keeps the rows in their own way; see ``follow``.

        Apply each with ``fold``, ``fold_pandas`` or ``fold_polars``, or look at its changes only. Close the iterator to
        end the subscription.
        """
        away_since: Optional[float] = None
        while True:
            try:
                for step in self._steps(table, token, wanted):
                    away_since = None
                    token = step.token
                    if step.kind != "keep_alive":
                        yield step
                time.sleep(_PAUSE_SECONDS)  # ended in peace, as no subscription does by itself
            except (fl.FlightUnavailableError, fl.FlightTimedOutError, KeyError, pa.ArrowInvalid) as error:
                if isinstance(error, pa.ArrowInvalid) and not _is_exhausted(error):
                    if token is None:
                        raise
                    token = None  # too late to go on
                    continue
                away_since = time.monotonic() if away_since is None else away_since
                if time.monotonic() - away_since > patience_seconds:
                    raise
                time.sleep(_PAUSE_SECONDS)

    def _steps(self, table: str, token: Optional[str], wanted: Dict[str, object]) -> Iterator[Step]:
        """The steps of one connection."""
        asked = {**wanted, "subscribe": True} if token is None else {**wanted, "subscribe": True, "resume": token}
        (endpoint,) = self._flight_info(table, asked).endpoints
        reader = self._client.do_get(endpoint.ticket, fl.FlightCallOptions(headers=self._headers))
        try:
            batches: List[pa.RecordBatch] = []
            begins_anew = token is None
            for chunk in reader:
                batches.append(chunk.data)
                mark = read_mark(chunk.app_metadata)
                if mark["ends_step"]:  # all or nothing: a token is good for whole steps only
                    yield Step.of(reader.schema, batches, mark, begins_anew)
                    batches = []
                    begins_anew = False
        finally:
            reader.cancel()

    def _flight_info(self, table: str, wanted: Optional[Dict[str, object]] = None) -> fl.FlightInfo:
        descriptor = (
            fl.FlightDescriptor.for_command(json.dumps({"table": table, **wanted}).encode())
            if wanted
            else fl.FlightDescriptor.for_path(table)
        )
        try:
            return self._client.get_flight_info(descriptor, self._options)
        except KeyError as missing:  # how pyarrow raises NOT_FOUND
            raise KeyError(f"no live table {table!r}: {missing.args[0] if missing.args else missing}") from None


def _is_exhausted(error: pa.ArrowInvalid) -> bool:
    """Whether the server had no room for us; pyarrow raises that as it does what is wrong with the request."""
    return "resource exhausted" in str(error).lower()
