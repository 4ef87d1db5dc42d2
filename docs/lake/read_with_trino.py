import os
import trino


def connect():
    """A connection to Trino, in whose catalog "lake" the schema "clickstream" has the tables."""
    host, _, port = os.environ.get("TRINO_ADDRESS", "localhost:8080").partition(":")
    return trino.dbapi.connect(host=host, port=int(port), user="analyst", catalog="lake", schema="clickstream")


def epochs(connection, name):
    """Snapshot by epoch of the table's present lineage, as long as they are kept."""
    cursor = connection.cursor()
    # Of an epoch that the job has gone back to and repeated, the last one counts.
    cursor.execute(
        f"""SELECT CAST(element_at(s.summary, 'clickstream.epoch') AS BIGINT), max_by(s.snapshot_id, s.committed_at)
            FROM "{name}$snapshots" s JOIN "{name}$history" h ON h.snapshot_id = s.snapshot_id
                JOIN "{name}$properties" p ON p.value = element_at(s.summary, 'clickstream.lineage')
            WHERE h.is_current_ancestor AND p.key = 'clickstream.lineage' GROUP BY 1"""
    )
    return dict(cursor.fetchall())


def as_of(connection, name, epoch):
    """What stands behind FROM for the rows of a table that were committed up to an epoch."""
    return f"{name} FOR VERSION AS OF {epochs(connection, name)[epoch]}"


if __name__ == "__main__":
    cursor = connect().cursor()
    cursor.execute("SELECT site_id, count(*), sum(clicks) FROM sessions GROUP BY 1")
    print(cursor.fetchall())
