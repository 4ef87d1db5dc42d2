"""Where the seam lies. Run with: python -m unittest discover -s tests"""

import unittest

from clickstream_flight._seam import (
    LakeMark,
    SeamError,
    Served,
    Snapshot,
    belongs,
    common_epoch,
    lake_epoch,
    snapshots_to_try,
)

OURS = "6f2b0c0e-0a57-4a9e-9a39-2f7b5b1f7e01"
BEFORE = "0d0f3c52-77c1-4d3a-8f0e-5d0a3b3c9a11"


def mark(epoch):
    return LakeMark.of({f"clickstream.epoch.{OURS}": str(epoch), f"clickstream.epoch.{BEFORE}": "900"})


def file(epochs, lineage=OURS):
    return f"s3://bucket/lake/sessions/ingestion_hour=2026-03-02-10/sessions-e{epochs}-{lineage}-ab-0-1.parquet"


class Epochs(unittest.TestCase):
    def test_the_latest_that_both_have_is_read(self):
        self.assertEqual(common_epoch("t", mark(8), Served(OURS, (5, 6, 7)), None), 7)
        self.assertEqual(common_epoch("t", mark(6), Served(OURS, (5, 6, 7)), None), 6)
        self.assertEqual(common_epoch("t", mark(8), Served(OURS, (5, 6, 7)), 5), 5)

    def test_an_epoch_that_one_lacks_is_refused_with_what_there_is(self):
        for in_lake, kept, as_of, said in (
            (4, (5, 6), None, "up to 4, the server keeps 5, 6"),
            (8, (), None, "keeps none"),
            (8, (5, 6), 4, "Epoch 4 of table t is not in both"),
            (5, (5, 6), 6, "Epoch 6 of table t is not in both"),
        ):
            with self.assertRaisesRegex(SeamError, said):
                common_epoch("t", mark(in_lake), Served(OURS, kept), as_of)

    def test_another_lineage_in_the_lake_is_refused_with_its_name(self):
        with self.assertRaisesRegex(SeamError, f"{BEFORE} up to 3"):
            common_epoch("t", LakeMark.of({f"clickstream.epoch.{BEFORE}": "3"}), Served(OURS, (3,)), None)

    def test_the_lake_alone_knows_earlier_epochs_and_no_later_ones(self):
        self.assertEqual(lake_epoch("t", mark(8), OURS, None), 8)
        self.assertEqual(lake_epoch("t", mark(8), OURS, 2), 2)
        for wrong in (0, 9):
            with self.assertRaisesRegex(SeamError, str(wrong)):
                lake_epoch("t", mark(8), OURS, wrong)


class Files(unittest.TestCase):
    def test_a_file_belongs_by_its_last_epoch(self):
        self.assertIs(belongs(file("7"), OURS, 7), True)
        self.assertIs(belongs(file("3-7"), OURS, 7), True)
        self.assertIs(belongs(file("8"), OURS, 7), False)
        self.assertIs(belongs(file("8-9"), OURS, 7), False)
        self.assertIs(belongs(file("900", BEFORE), OURS, 7), True)

    def test_a_file_of_both_sides_or_without_a_name_does_not_tell(self):
        self.assertIsNone(belongs(file("7-8"), OURS, 7))
        self.assertIsNone(belongs("s3://bucket/lake/sessions/other.parquet", OURS, 7))

    def test_snapshots_are_the_newest_and_the_one_nearest_to_the_epoch(self):
        compaction = Snapshot(40, None, None)
        newest_first = [Snapshot(50, OURS, 8), compaction, Snapshot(30, OURS, 7), Snapshot(20, OURS, 5)]
        self.assertEqual(snapshots_to_try(newest_first, OURS, 7), [50, 30])
        self.assertEqual(snapshots_to_try(newest_first, OURS, 8), [50])
        self.assertEqual(snapshots_to_try(newest_first, OURS, 6), [50, 30])  # no epoch 6: its rows are in 7
        self.assertEqual(snapshots_to_try([], OURS, 6), [])

    def test_what_was_taken_back_is_not_read_again(self):
        back = [Snapshot(60, OURS, 6), Snapshot(50, OURS, 5), Snapshot(40, OURS, 9), Snapshot(30, OURS, 6)]
        self.assertEqual(snapshots_to_try(back, OURS, 6), [60])


if __name__ == "__main__":
    unittest.main()
