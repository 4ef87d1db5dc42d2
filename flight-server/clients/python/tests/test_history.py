"""How rows of both sides are put together. Run with: python -m unittest discover -s tests"""

import importlib.util
import unittest
from datetime import datetime, timedelta, timezone

import pyarrow as pa

METADATA = {b"clickstream.primary_key": b"page,part", b"clickstream.window_column": b"time"}
SCHEMA = pa.schema(
    [
        pa.field("page", pa.string()),
        pa.field("part", pa.int32(), False),
        pa.field("time", pa.timestamp("ms", "UTC"), False),
        pa.field("clicks", pa.int64(), False),
    ],
    METADATA,
)


def rows(*tuples, kept_from=None):
    metadata = METADATA if kept_from is None else {**METADATA, b"clickstream.kept_from": str(kept_from).encode()}
    columns = list(zip(*tuples)) if tuples else [[]] * len(SCHEMA)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, SCHEMA)], schema=SCHEMA.with_metadata(metadata)
    )


@unittest.skipUnless(importlib.util.find_spec("pyiceberg"), "pyiceberg is not installed")
class Together(unittest.TestCase):
    def together(self, final, open_then, live):
        from clickstream_flight.history import _with_live

        return sorted(_with_live(final, open_then, live).to_pylist(), key=lambda row: (row["part"], row["clicks"]))

    def test_a_row_of_both_is_the_lakes_also_where_a_part_of_its_key_is_null(self):
        final = rows((None, 1, 10, 1), ("a", 2, 10, 2))
        live = rows((None, 1, 10, 100), ("a", 2, 10, 200), (None, 3, 20, 3), ("a", 1, 20, 4))
        self.assertEqual([row["clicks"] for row in self.together(final, rows(), live)], [1, 4, 2, 3])
        self.assertEqual(len(self.together(rows(), rows(), live)), 4)
        self.assertEqual(len(self.together(final, rows(), rows())), 2)

    def test_open_rows_of_windows_that_have_left_the_server_are_as_of_the_epoch(self):
        open_then = rows(("a", 1, 10, 1), ("a", 2, 20, 2))
        live = rows(("a", 2, 20, 3), kept_from=20)
        self.assertEqual([row["clicks"] for row in self.together(rows(), open_then, live)], [1, 3])

    def test_times_are_given_in_three_ways_and_never_without_a_zone(self):
        from clickstream_flight.history import _millis

        moment = datetime(2026, 3, 2, 11, 0, 0, 7_000, timezone(timedelta(hours=1)))
        for given in ("2026-03-02T10:00:00.007Z", moment, 1772445600007):
            self.assertEqual(_millis(given), 1772445600007)
        with self.assertRaisesRegex(ValueError, "zone"):
            _millis("2026-03-02T10:00:00")

    def test_money_is_written_as_the_server_writes_it(self):
        from decimal import Decimal

        from clickstream_flight._lake import _json

        type_ = pa.map_(pa.string(), pa.decimal128(38, 9))
        amounts = pa.chunked_array([pa.array([[], [("EUR", Decimal("12.5")), ("USD", Decimal("0"))]], type_)])
        self.assertEqual(
            _json(amounts, pa.string()).to_pylist(), ["{}", '{"EUR":"12.500000000","USD":"0.000000000"}']
        )


if __name__ == "__main__":
    unittest.main()
