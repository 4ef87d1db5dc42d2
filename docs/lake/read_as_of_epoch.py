import os
from pyiceberg.table import StaticTable

LAKE = os.environ.get("CLICKSTREAM_LAKE", "s3://clickstream/lake")
S3 = {
    option: os.environ[variable]
    for option, variable in {"s3.endpoint": "AWS_ENDPOINT_URL", "s3.region": "AWS_REGION"}.items()
    if variable in os.environ
}


def table(name):
    """A table such as "sessions" or "revenue"; one from a catalog does as well."""
    return StaticTable.from_metadata(f"{LAKE}/iceberg/clickstream/{name}", S3)


def epochs(of):
    """Snapshot by epoch of the table's present lineage, as long as they are kept."""
    lineage = of.metadata.properties["clickstream.lineage"]
    snapshots = {}
    snapshot = of.current_snapshot()
    while snapshot is not None:
        said = snapshot.summary.additional_properties
        # From the latest back: of an epoch that the job has gone back to and repeated, the last one counts.
        if said.get("clickstream.lineage") == lineage:
            snapshots.setdefault(int(said["clickstream.epoch"]), snapshot)
        snapshot = of.metadata.snapshot_by_id(snapshot.parent_snapshot_id or -1)
    return snapshots


def as_of(of, epoch):
    """A scan of the rows that were committed up to an epoch."""
    kept = epochs(of)
    if epoch not in kept:
        raise LookupError(f"epoch {epoch} is not among those that are kept: {sorted(kept)}")
    return of.scan(snapshot_id=kept[epoch].snapshot_id)


if __name__ == "__main__":
    sessions = table("sessions")
    for epoch, snapshot in sorted(epochs(sessions).items()):
        complete = snapshot.summary.additional_properties["clickstream.complete-through-ms"]
        print(epoch, as_of(sessions, epoch).count(), "sessions, complete through", complete)
