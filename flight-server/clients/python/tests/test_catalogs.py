"""Tables that are listed by a catalog in a database. Run with: python -m unittest discover -s tests"""

import importlib.util
import json
import pathlib
import tempfile
import unittest

import pyarrow as pa
import pyarrow.parquet

LINEAGE = "6f2b0c0e-0a57-4a9e-9a39-2f7b5b1f7e01"
SCHEMA = pa.schema([pa.field("session_id", pa.string()), pa.field("clicks", pa.int64())])


@unittest.skipUnless(
    importlib.util.find_spec("pyiceberg") and importlib.util.find_spec("sqlalchemy"),
    "pyiceberg and sqlalchemy are not installed",
)
class Catalogs(unittest.TestCase):
    def setUp(self):
        from pyiceberg.catalog import load_catalog

        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name) / "lake"
        self.root.mkdir()
        self.catalog = load_catalog(
            "clickstream",
            type="sql",
            uri=f"sqlite:///{self.folder.name}/catalog.db",
            warehouse=f"file://{self.root}/iceberg",
        )
        self.addCleanup(self.catalog.close)
        self.catalog.create_namespace("clickstream")
        self.table = self.catalog.create_table(
            ("clickstream", "sessions"), SCHEMA, properties={"clickstream.lineage": LINEAGE}
        )

    def commit(self, epoch, *clicks):
        """As the job does: a file that says its epoch, a snapshot that says it, and a mark in the properties."""
        file = self.root / f"sessions-e{epoch}-{LINEAGE}-w.parquet"
        rows = pa.table([[f"s{epoch}-{i}" for i in range(len(clicks))], list(clicks)], schema=SCHEMA)
        pyarrow.parquet.write_table(rows, file)
        with self.table.transaction() as transaction:
            transaction.add_files([str(file)], snapshot_properties={
                "clickstream.lineage": LINEAGE, "clickstream.epoch": str(epoch)})
            transaction.set_properties({
                f"clickstream.epoch.{LINEAGE}": str(epoch), "clickstream.submissions": "first",
                "clickstream.frontier": json.dumps({"clicks": {"0": epoch}}), "clickstream.complete-through-ms": "0"})

    def open(self, name="sessions"):
        from clickstream_flight._lake import LakeTable

        return LakeTable.open(str(self.root), name, {}, self.catalog)

    def test_rows_up_to_an_epoch_are_read_as_the_table_is_now(self):
        self.commit(1, 10)
        before = self.open()
        self.commit(2, 20, 21)
        self.assertEqual(before.mark.epochs, {LINEAGE: 1})
        now = self.open()
        self.assertEqual(now.mark.epochs, {LINEAGE: 2})
        for epoch, clicks in ((1, [10]), (2, [10, 20, 21])):
            read = now.read(LINEAGE, epoch, SCHEMA, None, None, None)
            self.assertEqual(sorted(read["clicks"].to_pylist()), clicks)

    def test_a_table_that_is_not_listed_is_named(self):
        from clickstream_flight._seam import SeamError

        with self.assertRaisesRegex(SeamError, "clickstream.visits of catalog clickstream is not there"):
            self.open("visits")

    def test_history_asks_the_catalog_it_was_given(self):
        from clickstream_flight._seam import SeamError
        from clickstream_flight.history import History

        self.commit(1, 10)

        class Server:
            def served(self):
                class Served:
                    lineage = LINEAGE
                    kept_epochs = [1, 2]

                return Served()

        self.assertEqual(History(Server(), str(self.root), catalog=self.catalog).epochs("sessions"), [1])
        with self.assertRaises(SeamError):  # by folder there is none
            History(Server(), str(self.root)).epochs("sessions")


if __name__ == "__main__":
    unittest.main()
