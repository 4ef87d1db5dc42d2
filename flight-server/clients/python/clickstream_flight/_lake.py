"""A table of the lake, read with pyiceberg as of an epoch."""

from __future__ import annotations

import json
from typing import Dict, Iterable, List, Optional, Sequence, Union

import pyarrow as pa
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import AlwaysTrue, And, BooleanExpression, GreaterThanOrEqual, LessThan
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.table import StaticTable, Table

from clickstream_flight._seam import LakeMark, SeamError, Snapshot, belongs, snapshots_to_try

_NAMESPACE = "clickstream"
_LEDGER = "ledger"
# What the lake calls columns of the live ledger.
_LEDGER_NAMES = {"topic": "kafka_topic", "partition": "kafka_partition", "next_offset": "to_offset"}
# Only rows of which this is true are in the lake.
_ALWAYS_TRUE = ("is_final", "is_closed")


class LakeTable:
    """One version of a table of the lake: what was committed when it was opened."""

    def __init__(self, table: Union[StaticTable, Table], name: str) -> None:
        self._table = table
        self._name = name
        self.mark = LakeMark.of(table.metadata.properties)

    @staticmethod
    def open(root: str, name: str, properties: Dict[str, str], catalog: Optional[Catalog] = None) -> "LakeTable":
        """Opens the table as it is now.

        Args:
            catalog: who lists the tables; the lake's own folder if left out.

        Raises:
            SeamError: the lake has no such table.
        """
        location = f"{root.rstrip('/')}/iceberg/clickstream/{name}"
        try:
            if catalog is not None:
                return LakeTable(catalog.load_table((_NAMESPACE, name)), name)
            return LakeTable(StaticTable.from_metadata(location, properties), name)
        except (FileNotFoundError, NoSuchTableError):
            place = location if catalog is None else f"{_NAMESPACE}.{name} of catalog {catalog.name}"
            raise SeamError(
                f"The lake at {root} has no table {name}: {place} is not there. It appears with the job's first "
                "checkpoint; tables are sessions, ledger and one per metric."
            ) from None

    def read(
        self,
        lineage: str,
        epoch: int,
        schema: pa.Schema,
        window: Optional[str],
        from_millis: Optional[int],
        before_millis: Optional[int],
    ) -> pa.Table:
        """Rows up to an epoch of a lineage, as the columns of a live table's schema.

        Args:
            window: the live table's window column; the times bound it, ``before_millis`` itself is out.

        Raises:
            SeamError: the lake cannot tell the rows of this epoch from later ones any more.
        """
        names = [self._lake_name(field.name) for field in schema if field.name not in _ALWAYS_TRUE]
        known = set(self._table.schema().column_names)
        wanted = tuple(name for name in names if name in known)
        rows_wanted = _between(window and self._lake_name(window), from_millis, before_millis)
        for snapshot_id in snapshots_to_try(self._snapshots(), lineage, epoch):
            scan = self._table.scan(row_filter=rows_wanted, selected_fields=wanted, snapshot_id=snapshot_id)
            files = list(scan.plan_files())
            belonging = [belongs(task.file.file_path, lineage, epoch) for task in files]
            if None not in belonging:
                tasks = [task for task, is_in in zip(files, belonging) if is_in]
                found = ArrowScan(self._table.metadata, self._table.io, scan.projection(), rows_wanted).to_table(tasks)
                return self._as_live(found, schema)
        if not self._table.metadata.snapshots:
            return schema.empty_table()
        raise SeamError(
            f"The lake cannot tell the rows of table {self._name} as of epoch {epoch} any more: compaction has put them "
            "into one file with later ones, and the snapshot that had them apart has expired. Read as of a later epoch."
        )

    def _snapshots(self) -> List[Snapshot]:
        """From the current one back, as far as they are kept."""
        by_id = {snapshot.snapshot_id: snapshot for snapshot in self._table.metadata.snapshots}
        chain = []
        snapshot = by_id.get(self._table.metadata.current_snapshot_id)
        while snapshot is not None:
            summary = snapshot.summary.additional_properties if snapshot.summary else {}
            chain.append(Snapshot.of(snapshot.snapshot_id, summary))
            snapshot = by_id.get(snapshot.parent_snapshot_id)
        return chain

    def _lake_name(self, column: str) -> str:
        return _LEDGER_NAMES.get(column, column) if self._name == _LEDGER else column

    def _as_live(self, rows: pa.Table, schema: pa.Schema) -> pa.Table:
        columns = []
        for field in schema:
            name = self._lake_name(field.name)
            if field.name in _ALWAYS_TRUE:
                columns.append(pa.repeat(pa.scalar(True), rows.num_rows))
            elif name not in rows.column_names:
                columns.append(pa.nulls(rows.num_rows, field.type))
            elif pa.types.is_map(rows[name].type):
                columns.append(_json(rows[name], field.type))
            else:
                columns.append(rows[name].cast(field.type))
        return pa.Table.from_arrays(columns, schema=schema)


def _between(
    column: Optional[str], from_millis: Optional[int], before_millis: Optional[int]
) -> BooleanExpression:
    wanted: BooleanExpression = AlwaysTrue()
    if from_millis is not None:
        wanted = And(wanted, GreaterThanOrEqual(_required(column), _iso(from_millis)))
    if before_millis is not None:
        wanted = And(wanted, LessThan(_required(column), _iso(before_millis)))
    return wanted


def _required(column: Optional[str]) -> str:
    if column is None:
        raise ValueError("this table has no column of event time, so it has no part from or before a time")
    return column


def _iso(millis: int) -> str:
    return pa.scalar(millis, pa.timestamp("ms", "UTC")).cast(pa.timestamp("us", "UTC")).as_py().isoformat()


def _json(amounts: pa.ChunkedArray, type_: pa.DataType) -> pa.ChunkedArray:
    """Sums by currency as a live table has them, such as ``{"EUR":"12.500000000"}``."""
    texts: Dict[object, str] = {(): "{}"}
    return pa.chunked_array([pa.array(_texts(amounts.to_pylist(), texts), type_)])


def _texts(maps: Iterable[Sequence], texts: Dict[object, str]) -> List[str]:
    result = []
    for sums in maps:
        key = tuple(sums)
        if key not in texts:
            texts[key] = json.dumps(
                {currency: format(amount, "f") for currency, amount in sums}, separators=(",", ":")
            )
        result.append(texts[key])
    return result
