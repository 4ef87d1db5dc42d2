"""What a subscription sends, and how to keep a table with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Dict, List, Optional, Tuple

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pandas
    import polars

_OP = "_op"
_PLACE = "_place"
_MOST_CHUNKS = 64
_ABOUT_THE_STREAM = ("step", "ends_step", "resume", "rolled_back")


@dataclass(frozen=True)
class Step:
    """What leads from the rows that a subscriber has to those of a later moment.

    Attributes:
        kind: ``snapshot``, all rows; ``changes``, what has changed; ``keep_alive``, nothing new.
        begins_anew: whether the rows before it count no more; true for a snapshot that is not asked for with a token.
        changes: rows of the subscribed columns and ``_op``: 0 to put the row in the place of the one with its key, 1 to
            delete the row of this key (its other columns are null then). Later rows come after earlier ones. There may
            be none: then only the metadata of its schema is new, which says what the table says of itself.
        primary_key: the columns that identify a row.
        rolled_back: whether rows that the subscriber was sent are taken back, since the job has gone back.
        token: with it a later subscription goes on after this step; None if there is none.
    """

    kind: str
    begins_anew: bool
    changes: pa.Table
    primary_key: Tuple[str, ...]
    rolled_back: bool
    token: Optional[str]

    @staticmethod
    def of(schema: pa.Schema, batches: List[pa.RecordBatch], mark: Dict[str, object], begins_anew: bool) -> "Step":
        """Makes a step of its batches and the mark that came with the last of them."""
        metadata = {key: value for key, value in (schema.metadata or {}).items()}
        metadata.update(
            (f"clickstream.{name}".encode(), str(value).encode())
            for name, value in mark.items()
            if name not in _ABOUT_THE_STREAM
        )
        return Step(
            kind=str(mark["step"]),
            begins_anew=begins_anew,
            changes=pa.Table.from_batches(batches, schema).replace_schema_metadata(metadata),
            primary_key=tuple(metadata[b"clickstream.primary_key"].decode().split(",")),
            rolled_back=bool(mark.get("rolled_back", False)),
            token=mark.get("resume"),
        )


def read_mark(app_metadata: pa.Buffer) -> Dict[str, object]:
    """What is said with a batch of a subscription, as docs/subscriptions.md describes it."""
    return json.loads(app_metadata.to_pybytes())


def fold(table: Optional[pa.Table], step: Step) -> pa.Table:
    """The table after a step.

    Args:
        table: the table before it; None for nothing.
        step: the step that follows.

    Returns:
        Rows in the order of their last change, with the step's metadata. Costs a pass over the keys.
    """
    changes = step.changes
    columns = changes.schema.remove(changes.schema.get_field_index(_OP))
    if table is None or step.begins_anew:
        table = columns.empty_table()
    elif not table.schema.equals(columns):
        table = table.select(columns.names).cast(columns)
    if changes.num_rows == 0:
        return table.replace_schema_metadata(changes.schema.metadata)
    unchanged = pa.repeat(pa.scalar(0, pa.int8()), table.num_rows)
    both = pa.concat_tables([table.append_column(changes.schema.field(_OP), unchanged), changes])
    places = pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), both.num_rows))
    keys = both.select(step.primary_key).append_column(_PLACE, places)
    last = keys.group_by(list(step.primary_key)).aggregate([(_PLACE, "max")])[f"{_PLACE}_max"]
    is_last = pc.is_in(places, value_set=last.combine_chunks())
    kept = both.filter(pc.and_(pc.equal(both[_OP], 0), is_last)).drop_columns([_OP])
    return kept.combine_chunks() if kept.column(0).num_chunks > _MOST_CHUNKS else kept


def fold_pandas(frame: "Optional[pandas.DataFrame]", step: Step) -> "pandas.DataFrame":
    """The same with a pandas data frame. Its columns are Arrow's (``pandas.ArrowDtype``), so that no digit is lost."""
    import pandas

    changes = step.changes.to_pandas(types_mapper=pandas.ArrowDtype)
    if frame is None or step.begins_anew:
        frame = changes.iloc[:0].drop(columns=_OP)
    unchanged = pandas.Series(0, index=frame.index, dtype=changes[_OP].dtype)
    both = pandas.concat([frame.assign(**{_OP: unchanged}), changes], ignore_index=True)
    last = both.drop_duplicates(list(step.primary_key), keep="last")
    return last[last[_OP] == 0].drop(columns=_OP).reset_index(drop=True)


def fold_polars(frame: "Optional[polars.DataFrame]", step: Step) -> "polars.DataFrame":
    """The same with a polars data frame."""
    import polars

    changes = polars.from_arrow(step.changes)
    if frame is None or step.begins_anew:
        frame = changes.clear().drop(_OP)
    both = polars.concat([frame.with_columns(polars.lit(0, polars.Int8).alias(_OP)), changes])
    last = both.unique(list(step.primary_key), keep="last", maintain_order=True)
    return last.filter(polars.col(_OP) == 0).drop(_OP)
