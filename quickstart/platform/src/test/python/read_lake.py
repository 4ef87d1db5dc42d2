"""Reads every dataset of a lake with one engine, through the snippets that the documentation shows.

    python read_lake.py READER QUESTIONS OUT

QUESTIONS is a JSON file: per dataset a moment of ingestion ("since", in microseconds) and a text ("column", "value").
OUT gets a file of rows per dataset, one JSON array a line, sorted, with columns in the order of their names; what is
printed is JSON as well: per dataset how many rows the engine itself counts, in all, since that moment, and with that
text. Columns that are only in a folder's name are checked here and left out.
"""

import datetime
import decimal
import json
import pathlib
import sys

# What engines read as of epochs as well. One epoch is a query, and the others' snapshots are no different.
TRAVELLED = ("clicks", "sessions")

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)


def table_of(dataset):
    """The Iceberg table of a folder."""
    return dataset.removeprefix("metrics/")


class PyArrow:
    def __init__(self):
        import read_with_pyarrow

        self.files = read_with_pyarrow.files

    def rows(self, dataset):
        return self.files(dataset).to_table().to_pylist()

    def count(self, dataset):
        return self.files(dataset).count_rows()

    def count_since(self, dataset, since):
        import pyarrow.dataset

        return self.files(dataset).count_rows(filter=pyarrow.dataset.field("ingestion_time") >= since)

    def count_with(self, dataset, column, value):
        import pyarrow.dataset

        return self.files(dataset).count_rows(filter=pyarrow.dataset.field(column) == value)


class Polars:
    def __init__(self, of_tables):
        import read_with_polars

        self.scan = (lambda dataset: read_with_polars.table(table_of(dataset))) if of_tables else read_with_polars.files

    def rows(self, dataset):
        return self.scan(dataset).collect().to_arrow().to_pylist()

    def _count(self, frame):
        import polars

        return frame.select(polars.len()).collect().item()

    def count(self, dataset):
        return self._count(self.scan(dataset))

    def count_since(self, dataset, since):
        import polars

        return self._count(self.scan(dataset).filter(polars.col("ingestion_time") >= since))

    def count_with(self, dataset, column, value):
        import polars

        return self._count(self.scan(dataset).filter(polars.col(column) == value))


class DuckDb:
    def __init__(self, of_tables):
        self._install_extensions()
        import read_with_duckdb

        self.connection = read_with_duckdb.connect()
        self.relation = (
            (lambda dataset: read_with_duckdb.table(table_of(dataset))) if of_tables else read_with_duckdb.files
        )

    @staticmethod
    def _install_extensions():
        """From the package index, for machines that reach no other server; where they are there already nothing is done."""
        import duckdb
        from duckdb_extensions import import_extension

        with duckdb.connect() as connection:
            for extension in ("httpfs", "avro", "iceberg", "icu"):
                import_extension(extension, con=connection)

    def rows(self, dataset):
        arrow = self.connection.execute(f"SELECT * FROM {self.relation(dataset)}").to_arrow_table()
        return arrow.to_pylist()

    def _count(self, dataset, where="true", parameters=()):
        query = f"SELECT count(*) FROM {self.relation(dataset)} WHERE {where}"
        return self.connection.execute(query, parameters).fetchone()[0]

    def count(self, dataset):
        return self._count(dataset)

    def count_since(self, dataset, since):
        return self._count(dataset, "ingestion_time >= ?", [since])

    def count_with(self, dataset, column, value):
        return self._count(dataset, f"{column} = ?", [value])


class PyIceberg:
    def __init__(self, catalog_uri=None):
        import read_with_pyiceberg

        if catalog_uri is None:
            self.table = read_with_pyiceberg.table
        else:
            catalog = read_with_pyiceberg.catalog(catalog_uri)
            self.table = lambda name: catalog.load_table(("clickstream", name))

    def _scan(self, dataset, **arguments):
        return self.table(table_of(dataset)).scan(**arguments)

    def rows(self, dataset):
        return self._scan(dataset).to_arrow().to_pylist()

    def count(self, dataset):
        return self._scan(dataset).count()

    def count_since(self, dataset, since):
        return self._scan(dataset, row_filter=f"ingestion_time >= '{since.isoformat()}'").count()

    def count_with(self, dataset, column, value):
        from pyiceberg.expressions import EqualTo

        return self._scan(dataset, row_filter=EqualTo(column, value)).count()


def rows_of_files(dataset, epoch):
    """The rows of the files whose names say that they were written up to an epoch."""
    import re

    import read_with_pyarrow

    return [
        row
        for fragment in read_with_pyarrow.files(dataset).get_fragments()
        if int(re.search(r"/[^/]+?-e(\d+)-[0-9a-f]{8}-[^/]+$", fragment.path).group(1)) <= epoch
        for row in fragment.to_table().to_pylist()
    ]


def check_epochs(dataset, epochs, rows_as_of):
    """As of each of these epochs, an engine must read what the files up to it hold; it must not be the same for all."""
    counts = set()
    for epoch in epochs:
        expected = rows_of_files(dataset, epoch)
        found = rows_as_of(epoch)
        counts.add(len(found))
        if sorted(map(line_of, found)) != sorted(map(line_of, expected)):
            raise ValueError(f"{dataset} as of epoch {epoch}: {len(found)} rows, and {len(expected)} in its files")
    if len(epochs) < 3 or len(counts) < 2:
        raise ValueError(f"{dataset} has the epochs {epochs} with {counts} rows only, so nothing would be tested")


def some(epochs):
    """The first, one in the middle, and the last, where to ask for all would take long."""
    kept = sorted(epochs)
    return sorted({kept[0], kept[len(kept) // 2], kept[-1]})


class AsOfEpoch:
    """As of the latest epoch; before, every epoch that is kept is compared with the files."""

    def __init__(self):
        import read_as_of_epoch

        self.snippet = read_as_of_epoch

    def _latest(self, dataset):
        table = self.snippet.table(table_of(dataset))
        return self.snippet.as_of(table, max(self.snippet.epochs(table)))

    def _check(self, dataset):
        table = self.snippet.table(table_of(dataset))
        epochs = sorted(self.snippet.epochs(table))
        check_epochs(dataset, epochs, lambda epoch: self.snippet.as_of(table, epoch).to_arrow().to_pylist())
        try:
            self.snippet.as_of(table, max(epochs) + 1)
        except LookupError:
            return
        raise ValueError(f"{dataset} has an epoch that never was")

    def rows(self, dataset):
        self._check(dataset)
        return self._latest(dataset).to_arrow().to_pylist()

    def count(self, dataset):
        return self._latest(dataset).count()

    def count_since(self, dataset, since):
        return self._latest(dataset).filter(f"ingestion_time >= '{since.isoformat()}'").count()

    def count_with(self, dataset, column, value):
        from pyiceberg.expressions import EqualTo

        return self._latest(dataset).filter(EqualTo(column, value)).count()


class Spark:
    def __init__(self):
        import read_with_spark

        self.snippet = read_with_spark
        self.session = read_with_spark.session()

    def _table(self, dataset):
        return self.session.table(f"clickstream.clickstream.{table_of(dataset)}")

    def rows(self, dataset):
        if dataset in TRAVELLED:
            epochs = self.snippet.epochs(self.session, table_of(dataset))
            check_epochs(dataset, some(epochs), lambda epoch: self._as_of(dataset, epoch))
        return self._table(dataset).toArrow().to_pylist()

    def _as_of(self, dataset, epoch):
        return self.snippet.as_of(self.session, table_of(dataset), epoch).toArrow().to_pylist()

    def count(self, dataset):
        return self._table(dataset).count()

    def count_since(self, dataset, since):
        from pyspark.sql import functions

        return self._table(dataset).filter(functions.col("ingestion_time") >= functions.lit(since)).count()

    def count_with(self, dataset, column, value):
        from pyspark.sql import functions

        return self._table(dataset).filter(functions.col(column) == value).count()


class Trino:
    def __init__(self):
        import read_with_trino

        self.snippet = read_with_trino
        self.connection = read_with_trino.connect()

    def _all(self, query, parameters=None):
        cursor = self.connection.cursor()
        cursor.execute(query, parameters)
        return [column.name for column in cursor.description], cursor.fetchall()

    def rows(self, dataset):
        if dataset in TRAVELLED:
            epochs = self.snippet.epochs(self.connection, table_of(dataset))
            check_epochs(dataset, some(epochs), lambda epoch: self._as_of(dataset, epoch))
        return self._rows_of(table_of(dataset))

    def _as_of(self, dataset, epoch):
        return self._rows_of(self.snippet.as_of(self.connection, table_of(dataset), epoch))

    def _rows_of(self, table):
        names, rows = self._all(f"SELECT * FROM {table}")
        return [dict(zip(names, row)) for row in rows]

    def _count(self, dataset, where="true", parameters=None):
        return self._all(f"SELECT count(*) FROM {table_of(dataset)} WHERE {where}", parameters)[1][0][0]

    def count(self, dataset):
        return self._count(dataset)

    def count_since(self, dataset, since):
        return self._count(dataset, "ingestion_time >= ?", [since])

    def count_with(self, dataset, column, value):
        return self._count(dataset, f"{column} = ?", [value])


READERS = {
    "pyarrow": PyArrow,
    "polars-files": lambda: Polars(of_tables=False),
    "polars": lambda: Polars(of_tables=True),
    "duckdb-files": lambda: DuckDb(of_tables=False),
    "duckdb": lambda: DuckDb(of_tables=True),
    "pyiceberg": PyIceberg,
    "pyiceberg-catalog": lambda: PyIceberg(sys.argv[4]),
    "epochs": AsOfEpoch,
    "spark": Spark,
    "trino": Trino,
}


def micros(moment):
    if moment.tzinfo is None:
        raise ValueError(f"the moment {moment} has no zone")
    return (moment - EPOCH) // datetime.timedelta(microseconds=1)


def value_of(value):
    """A value as JSON has it, exactly: decimals with their scale, bytes in hex, times in microseconds, maps by key."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, datetime.datetime):
        return micros(value)
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, list):
        entries = [tuple(entry.values()) if isinstance(entry, dict) else entry for entry in value]
        return sorted([key, value_of(amount)] for key, amount in entries)
    raise ValueError(f"no rule for {type(value)}")


def line_of(row):
    hour = row.pop("ingestion_hour", None)
    if hour is not None and row["ingestion_time"].astimezone(UTC).strftime("%Y-%m-%d-%H") != hour:
        raise ValueError(f"the folder of {hour} holds {row}")
    return json.dumps([value_of(row[name]) for name in sorted(row)], ensure_ascii=True)


def main():
    reader = READERS[sys.argv[1]]()
    questions = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
    out = pathlib.Path(sys.argv[3])
    answers = {}
    for dataset, question in questions.items():
        since = EPOCH + datetime.timedelta(microseconds=question["since"])
        rows = reader.rows(dataset)
        columns = sorted(set(rows[0]) - {"ingestion_hour"}) if rows else []
        file = out / f"{table_of(dataset)}.rows"
        file.write_text("".join(line + "\n" for line in [json.dumps(columns)] + sorted(map(line_of, rows))))
        answers[dataset] = {
            "rows": reader.count(dataset),
            "since": reader.count_since(dataset, since),
            "with": reader.count_with(dataset, question["column"], question["value"]),
        }
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
