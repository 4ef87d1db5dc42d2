"""Which rows come from the lake and which from the server. Decides only; reads nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

_EPOCH_OF = "clickstream.epoch."
_EPOCH = "clickstream.epoch"
_LINEAGE = "clickstream.lineage"
_SUBMISSIONS = "clickstream.submissions"
_FILE = re.compile(r"(?:.*/)?[^/]+-e(\d+)(?:-(\d+))?-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-[^/]+\.parquet")


class SeamError(Exception):
    """Lake and server cannot answer together; the message says why, and what can be asked instead."""


class SeamMoved(Exception):
    """What was being read has gone or was taken back meanwhile: ask again."""


@dataclass(frozen=True)
class LakeMark:
    """What a table of the lake says of its epochs.

    Attributes:
        epochs: the latest epoch of each lineage.
        submissions: the job's starts that have opened the table; it is the same as long as no epoch was taken back.
    """

    epochs: Dict[str, int]
    submissions: str

    @staticmethod
    def of(properties: Mapping[str, str]) -> "LakeMark":
        """Reads it from the table's properties."""
        epochs = {
            name[len(_EPOCH_OF) :]: int(value) for name, value in properties.items() if name.startswith(_EPOCH_OF)
        }
        return LakeMark(epochs, properties.get(_SUBMISSIONS, ""))


@dataclass(frozen=True)
class Served:
    """The lineage that a server shows, and the epochs of it that can be read, the oldest first."""

    lineage: str
    kept_epochs: Tuple[int, ...]


def common_epoch(table: str, mark: LakeMark, served: Served, as_of: Optional[int]) -> int:
    """The epoch to read both as of: the one that is asked for, else the latest that both have.

    Raises:
        SeamError: there is none.
    """
    in_lake = mark.epochs.get(served.lineage)
    if in_lake is None:
        raise SeamError(
            f"The lake has no epoch of table {table} of lineage {served.lineage}, which the server shows; it has "
            f"{_lineages(mark)}. Read the job's own lake, or promote the lake's lineage on the server "
            "(./clickstream lineages)."
        )
    both = [epoch for epoch in served.kept_epochs if epoch <= in_lake]
    if as_of is None:
        if both:
            return both[-1]
        raise SeamError(
            f"No epoch of table {table} is in both: the lake has those up to {in_lake}, the server keeps "
            f"{_list(served.kept_epochs)}. The lake lags behind by more epochs than the server keeps; wait for it, or "
            "give the server a larger --epochs.kept. final_only=True reads what is final from the lake alone."
        )
    if as_of not in both:
        raise SeamError(
            f"Epoch {as_of} of table {table} is not in both: the lake has those up to {in_lake}, the server keeps "
            f"{_list(served.kept_epochs)}. Which rows were open then only the server knows; final_only=True reads what "
            "was final from the lake alone."
        )
    return as_of


def lake_epoch(table: str, mark: LakeMark, lineage: str, as_of: Optional[int]) -> int:
    """The epoch to read the lake alone as of: the one that is asked for, else its latest.

    Raises:
        SeamError: the lake does not have it.
    """
    latest = mark.epochs.get(lineage)
    if latest is None or (as_of is not None and not 0 < as_of <= latest):
        raise SeamError(
            f"The lake does not have {'an' if as_of is None else 'this'} epoch of table {table} of lineage {lineage}"
            f"{'' if as_of is None else f' ({as_of})'}; it has {_lineages(mark)}."
        )
    return latest if as_of is None else as_of


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of the lake's table; lineage and epoch are None when no epoch made it."""

    snapshot_id: int
    lineage: Optional[str]
    epoch: Optional[int]

    @staticmethod
    def of(snapshot_id: int, summary: Mapping[str, str]) -> "Snapshot":
        """Reads it from the snapshot's summary."""
        epoch = summary.get(_EPOCH)
        return Snapshot(snapshot_id, summary.get(_LINEAGE), None if epoch is None else int(epoch))


def snapshots_to_try(newest_first: Sequence[Snapshot], lineage: str, epoch: int) -> List[int]:
    """Ids of the snapshots that may tell the rows up to an epoch: the newest, and the one nearest to the epoch.

    The newest one has what was added to the past and lacks what was erased since. When compaction has put rows of that
    epoch and of later ones into one file, the other still has them apart.
    """
    nearest = None
    for snapshot in newest_first:
        is_ours = snapshot.lineage == lineage and snapshot.epoch is not None
        if is_ours and snapshot.epoch < epoch:
            break
        nearest = snapshot
        if is_ours and snapshot.epoch == epoch:
            break
    candidates = [newest_first[0]] if newest_first else []
    if nearest is not None and nearest != candidates[0]:
        candidates.append(nearest)
    return [candidate.snapshot_id for candidate in candidates]


def belongs(location: str, lineage: str, epoch: int) -> Optional[bool]:
    """Whether a file has rows up to an epoch of a lineage; None when that cannot be told from its name.

    Files of other lineages do: what a job before has left, and what was filled in later.
    """
    name = _FILE.fullmatch(location)
    if name is None:
        return None
    first, last = int(name[1]), int(name[2] or name[1])
    if name[3] != lineage or last <= epoch:
        return True
    return False if first > epoch else None


def _lineages(mark: LakeMark) -> str:
    return ", ".join(f"{lineage} up to {epoch}" for lineage, epoch in sorted(mark.epochs.items())) or "none at all"


def _list(epochs: Iterable[int]) -> str:
    return ", ".join(str(epoch) for epoch in epochs) or "none"
