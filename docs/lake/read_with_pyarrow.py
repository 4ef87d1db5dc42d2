import os
import pyarrow.dataset

LAKE = os.environ.get("CLICKSTREAM_LAKE", "s3://clickstream/lake")


def files(folder):
    """All files of "clicks", "sessions", "rejected", "ledger" or "metrics/<name>", with ingestion_hour as a column."""
    return pyarrow.dataset.dataset(f"{LAKE}/{folder}", format="parquet", partitioning="hive")


if __name__ == "__main__":
    print(files("sessions").to_table(columns=["site_id", "start_time", "clicks", "revenue"]).to_pandas())
