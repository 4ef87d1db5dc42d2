"""Folds against a dictionary, with random steps. Run with: python -m unittest discover -s tests"""

import random
import unittest
from decimal import Decimal

import pyarrow as pa

from clickstream_flight import Step, TableInfo, fold, fold_pandas, fold_polars

SCHEMA = pa.schema(
    [
        pa.field("key", pa.string(), False),
        pa.field("part", pa.int64(), False),
        pa.field("time", pa.timestamp("ms", "UTC")),
        pa.field("amount", pa.decimal128(10, 2)),
        pa.field("_op", pa.int8(), False),
    ],
    {b"clickstream.primary_key": b"key,part", b"clickstream.epoch": b"1"},
)
COLUMNS = pa.schema(list(SCHEMA)[:-1])
BEYOND_DOUBLES = 1 << 60


def random_step(chance: random.Random, begins_anew: bool) -> Step:
    rows = []
    for _ in range(chance.randrange(30)):
        row = dict.fromkeys(SCHEMA.names)
        row.update(key=f"k{chance.randrange(40)}", part=BEYOND_DOUBLES + chance.randrange(2), _op=0)
        if not begins_anew and chance.random() < 0.3:
            row["_op"] = 1
        else:
            row["time"] = chance.choice([None, chance.randrange(10**6)])
            row["amount"] = Decimal(chance.randrange(1000)) / 100
        rows.append(row)
    batches = [pa.RecordBatch.from_pylist(part, SCHEMA) for part in (rows[:10], rows[10:]) if part]
    mark = {"step": "changes", "ends_step": True, "epoch": 7, "version": 5, "resume": "token"}
    return Step.of(SCHEMA, batches, mark, begins_anew)


def apply(rows: dict, step: Step) -> dict:
    rows = {} if step.begins_anew else dict(rows)
    for row in step.changes.to_pylist():
        key = (row["key"], row["part"])
        rows.pop(key, None)
        if row.pop("_op") == 0:
            rows[key] = row
    return rows


class FoldTest(unittest.TestCase):
    def test_every_fold_gives_the_rows_of_a_dictionary_in_the_same_order(self) -> None:
        for seed in range(5):
            chance = random.Random(seed)
            rows, arrow, pandas, polars = {}, None, None, None
            for count in range(60):
                step = random_step(chance, begins_anew=count in (0, 30))
                rows = apply(rows, step)
                arrow, pandas, polars = fold(arrow, step), fold_pandas(pandas, step), fold_polars(polars, step)
                expected = pa.Table.from_pylist(list(rows.values()), COLUMNS)
                for table in (arrow, pa.Table.from_pandas(pandas, preserve_index=False), polars.to_arrow()):
                    self.assertTrue(table.cast(COLUMNS).equals(expected), f"seed {seed}, step {count}")

    def test_the_table_says_what_the_step_says(self) -> None:
        table = fold(None, random_step(random.Random(1), begins_anew=True))
        self.assertEqual(
            TableInfo.of("t", table), TableInfo("t", table.num_rows, 5, 7, None, None, ("key", "part"))
        )

    def test_rows_of_a_plain_read_can_be_gone_on_from(self) -> None:
        strict = pa.schema([field.with_nullable(False) for field in COLUMNS])
        read = pa.Table.from_pylist([], strict)
        step = random_step(random.Random(2), begins_anew=False)
        self.assertEqual(fold(read, step).num_rows, len(apply({}, step)))


if __name__ == "__main__":
    unittest.main()
