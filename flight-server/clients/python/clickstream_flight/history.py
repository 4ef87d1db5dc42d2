"""The lake's history and the server's live rows as one table. Needs pyiceberg.

>>> with connect("grpc://localhost:8815") as server:   # doctest: +SKIP
...     history = History(server, "s3://clickstream/lake", {"s3.endpoint": "http://localhost:19000"})
...     sessions = history.read("sessions", from_="2026-01-01T00:00:00Z")
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Dict, List, Optional, Tuple, Union

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.catalog import Catalog

from clickstream_flight._lake import LakeTable
from clickstream_flight._seam import SeamError, SeamMoved, common_epoch, lake_epoch
from clickstream_flight._server import Server

__all__ = ["History", "SeamError"]

Time = Union[str, int, datetime]

_TRIES = 20
_EPOCH = b"clickstream.epoch"
_LINEAGE = b"clickstream.lineage"
_KEPT_FROM = b"clickstream.kept_from"
_PRIMARY_KEY = b"clickstream.primary_key"
_ROLLED_BACK_TO = b"clickstream.rolled_back_to"
_VIEW = b"clickstream.view"
_WINDOW = b"clickstream.window_column"
_IS_FINAL = "is_final"
_PLACE = "_place"


class History:
    """Reads ``sessions``, ``ledger`` and metrics of any time: final rows from the lake, open ones from the server.

    Every answer is of one epoch E (a checkpoint of the job): rows that were final at E, however old, and those that
    were open then. Nothing is missing between both and nothing is there twice, also while the job commits, goes back or
    is started anew.
    """

    def __init__(
        self,
        server: Server,
        lake: str,
        properties: Optional[Dict[str, str]] = None,
        catalog: Optional[Catalog] = None,
    ) -> None:
        """Names both.

        Args:
            server: the Flight server of the job that writes the lake.
            lake: the lake's root, such as ``s3://clickstream/lake`` or a folder.
            properties: pyiceberg's for the store, such as ``s3.endpoint``, ``s3.access-key-id`` and
                ``s3.secret-access-key``; read secrets from the environment or a file. A catalog has its own.
            catalog: pyiceberg's, of a job that runs with ``lake.catalog``; left out, the tables are found in the lake's
                own folder.
        """
        self._server = server
        self._lake = lake
        self._properties = dict(properties or {})
        self._catalog = catalog

    def epochs(self, *tables: str) -> List[int]:
        """The epochs as of which ``read`` can answer all of these tables, the oldest first; often the last few.

        Tables of the lake are committed one after the other, so to read several as one, ask for all of them.
        """
        served = self._server.served()
        latest = [self._open(table).mark.epochs.get(served.lineage, 0) for table in tables]
        return [epoch for epoch in served.kept_epochs if epoch <= min(latest)]

    def read(
        self,
        table: str,
        from_: Optional[Time] = None,
        before: Optional[Time] = None,
        as_of: Optional[int] = None,
        view: str = "committed",
        final_only: bool = False,
    ) -> pa.Table:
        """Rows of a range of event time, in no particular order, with the columns of the live table.

        The schema's metadata says ``clickstream.epoch``. Open rows of windows before its ``clickstream.kept_from`` have
        left the server; they are told once they are final.

        Args:
            table: ``sessions``, ``ledger`` or a metric.
            from_: first event time, by the table's window column: ISO 8601, ms since 1970 or a datetime with a zone.
            before: first event time that is left out.
            as_of: the epoch; the latest that both have if left out.
            view: ``committed``: all as of the epoch. ``live``: with what no checkpoint covers yet; rows that are
                final in the lake as of the epoch, and all others as they are now.
            final_only: only rows that were final at the epoch, which the lake knows alone, also of epochs that the
                server does not keep any more.

        Raises:
            SeamError: lake and server have no such epoch in common, or the lake cannot tell it any more.
        """
        if view not in ("committed", "live"):
            raise ValueError(f"view={view!r} is neither 'committed' nor 'live'")
        if view == "live" and (as_of is not None or final_only):
            raise ValueError("view='live' is as it is now; leave as_of and final_only out")
        span = (_millis(from_), _millis(before))
        moved: Optional[Exception] = None
        for _ in range(_TRIES):
            try:
                return self._read(table, span, as_of, view, final_only)
            except (SeamMoved, KeyError, FileNotFoundError) as gone:  # KeyError: what pyarrow makes of NOT_FOUND
                moved = gone
        raise SeamError(
            f"Table {table} cannot be read: in {_TRIES} tries what was to be read had gone before it was, at last: {moved}"
        ) from moved

    def _read(
        self, table: str, span: Tuple[Optional[int], Optional[int]], as_of: Optional[int], view: str, final_only: bool
    ) -> pa.Table:
        served = self._server.served()
        lake = self._open(table)
        # The server after the lake's mark, and the mark again after all: so a job that goes back meanwhile is noticed.
        if final_only:
            epoch = lake_epoch(table, lake.mark, served.lineage, as_of)
            served_rows = self._schema_only(table, served.lineage, epoch)
        else:
            epoch = common_epoch(table, lake.mark, served, as_of)
            served_rows = self._not_final(table, served.lineage, epoch, span)
        schema = served_rows.schema
        window = schema.metadata.get(_WINDOW)
        live = self._live(table, served.lineage, epoch, span) if view == "live" else None
        final = lake.read(served.lineage, epoch, schema, window and window.decode(), *span)
        now = self._open(table).mark
        if now.submissions != lake.mark.submissions:
            raise SeamMoved(f"a job was started on the lake while epoch {epoch} was read")
        if live is None:
            return pa.concat_tables([final, served_rows])
        return _with_live(final, served_rows, live)

    def _open(self, table: str) -> LakeTable:
        return LakeTable.open(self._lake, table, self._properties, self._catalog)

    def _not_final(
        self, table: str, lineage: str, epoch: int, span: Tuple[Optional[int], Optional[int]]
    ) -> pa.Table:
        """Rows that are not final at an epoch; none of a table that has only final ones."""
        schema = self._server.schema(table, view="committed", epoch=epoch, lineage=lineage)
        if _IS_FINAL not in schema.names:
            return schema.empty_table()
        return self._server.read(
            table, view="committed", epoch=epoch, lineage=lineage, where={_IS_FINAL: False}, **_bounds(span)
        )

    def _live(self, table: str, lineage: str, epoch: int, span: Tuple[Optional[int], Optional[int]]) -> pa.Table:
        rows = self._server.read(table, view="live", lineage=lineage, **_bounds(span))
        back_to = rows.schema.metadata.get(_ROLLED_BACK_TO)
        if back_to is not None and int(back_to) < epoch:
            raise SeamMoved(f"the job has gone back to epoch {int(back_to)}")
        return rows

    def _schema_only(self, table: str, lineage: str, epoch: int) -> pa.Table:
        """The columns, of a server that need not keep the epoch."""
        schema = self._server.schema(table, lineage=lineage)
        metadata = {
            key: value for key, value in schema.metadata.items() if key in (_PRIMARY_KEY, _WINDOW, _LINEAGE)
        }
        metadata.update({_EPOCH: str(epoch).encode(), _VIEW: b"committed"})
        return schema.with_metadata(metadata).empty_table()


def _with_live(final: pa.Table, open_then: pa.Table, live: pa.Table) -> pa.Table:
    """Rows final in the lake, then those of the live view, then those that were open in windows that have left it."""
    key = live.schema.metadata[_PRIMARY_KEY].decode().split(",")
    kept_from = live.schema.metadata.get(_KEPT_FROM)
    rows = [final, _without(live, final, key)]
    window = live.schema.metadata.get(_WINDOW)
    if kept_from is not None and window is not None and open_then.num_rows:
        times = open_then[window.decode()].cast(pa.int64())
        rows.append(open_then.filter(pc.less(times, int(kept_from))))
    return pa.concat_tables([part.cast(live.schema) for part in rows])


def _without(rows: pa.Table, others: pa.Table, key: List[str]) -> pa.Table:
    """Rows whose key no other has. By grouping, since a join takes two nulls for different."""
    places = pa.concat_tables(
        [_places(others, key, pa.repeat(-1, others.num_rows)), _places(rows, key, pa.array(range(rows.num_rows)))]
    )
    first_and_last = places.group_by(key).aggregate([(_PLACE, "min"), (_PLACE, "max")])
    is_only_there = pc.greater_equal(first_and_last[f"{_PLACE}_min"], 0)
    return rows.take(first_and_last.filter(is_only_there)[f"{_PLACE}_max"])


def _places(rows: pa.Table, key: List[str], places: pa.Array) -> pa.Table:
    # Taken, and so copied: what comes from the network is not aligned as grouping wants it.
    keys = rows.select(key).take(pa.array(range(rows.num_rows), pa.int64())).replace_schema_metadata(None)
    return keys.append_column(_PLACE, places.cast(pa.int64()))


def _bounds(span: Tuple[Optional[int], Optional[int]]) -> Dict[str, int]:
    return {name: millis for name, millis in zip(("from", "before"), span) if millis is not None}


def _millis(time: Optional[Time]) -> Optional[int]:
    if time is None or isinstance(time, int):
        return time
    moment = datetime.fromisoformat(time.replace("Z", "+00:00")) if isinstance(time, str) else time
    if moment.tzinfo is None:
        raise ValueError(f"{time!r} has no zone; write 2026-03-02T10:00:00Z")
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)
