"""A table that is kept up to date by a subscription."""

from __future__ import annotations

from typing import Callable, Dict, Generic, Iterator, Optional, TypeVar

from clickstream_flight._steps import Step, fold, fold_pandas, fold_polars
from clickstream_flight._table import TableInfo

Rows = TypeVar("Rows")

FOLDS: Dict[str, Callable] = {"arrow": fold, "pandas": fold_pandas, "polars": fold_polars}


class Follow(Generic[Rows]):
    """A table that changes: each round of a loop over it gives all rows as they are then. Never ends by itself.

    Close it, or use it in a ``with`` statement, so that the server need not keep what it would still send.

    Attributes:
        rows: the rows after the last step; None before the first.
        token: with it and ``rows`` a later ``Server.follow`` goes on where this one has come to. None if it cannot.
        step: the last step; None before the first.
        info: what the table says about itself after the last step; None before the first.
    """

    def __init__(
        self,
        name: str,
        steps: Iterator[Step],
        fold_step: "Callable[[Optional[Rows], Step], Rows]",
        rows: "Optional[Rows]",
        token: Optional[str],
    ) -> None:
        self._name = name
        self._steps = steps
        self._fold = fold_step
        self.rows = rows
        self.token = token
        self.step: Optional[Step] = None
        self.info: Optional[TableInfo] = None

    def __iter__(self) -> "Follow[Rows]":
        return self

    def __next__(self) -> Rows:
        step = next(self._steps)
        self.rows = self._fold(self.rows, step)
        self.step = step
        self.token = step.token
        self.info = TableInfo.of(self._name, step.changes.schema, len(self.rows))
        return self.rows

    def __enter__(self) -> "Follow[Rows]":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the subscription."""
        self._steps.close()
