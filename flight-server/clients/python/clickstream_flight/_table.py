"""What a live table says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Optional, Tuple, Union

import pyarrow as pa

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MAX = datetime.max.replace(tzinfo=timezone.utc)
_MIN = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class TableInfo:
    """A live table at one moment.

    Attributes:
        name: the table's name, as it is given to ``Server.read``.
        rows: rows in the table.
        version: two reads of one version have the same rows in the same order; None where the server does not tell, in
            subscriptions of those who see some sites only.
        epoch: the smallest checkpoint that any writer has reached; None until all writers have been heard.
        complete_through: event time up to which no on-time click is missing; None if unknown, the largest
            ``datetime`` once the job has read everything there was.
        lineage: the job whose rows these are; None for a table that nobody has put to.
        primary_key: the columns that identify a row.
    """

    name: str
    rows: int
    version: Optional[int]
    epoch: Optional[int]
    complete_through: Optional[datetime]
    lineage: Optional[str]
    primary_key: Tuple[str, ...]

    @staticmethod
    def of(name: str, table: Union[pa.Table, pa.Schema], rows: Optional[int] = None) -> "TableInfo":
        """Reads what the metadata of a table, or of its schema, says; ``rows`` is needed for a schema."""
        schema = table if isinstance(table, pa.Schema) else table.schema
        count = rows if rows is not None else table.num_rows
        facts = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
        return TableInfo(
            name=name,
            rows=count,
            version=_number(facts.get("clickstream.version")),
            epoch=_number(facts.get("clickstream.epoch")),
            complete_through=_time(_number(facts.get("clickstream.complete_through"))),
            lineage=facts.get("clickstream.lineage"),
            primary_key=tuple(facts["clickstream.primary_key"].split(",")),
        )


def _number(text: Optional[str]) -> Optional[int]:
    return None if text is None else int(text)


def _time(millis: Optional[int]) -> Optional[datetime]:
    if millis is None:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=millis)
    except OverflowError:
        return _MAX if millis > 0 else _MIN
