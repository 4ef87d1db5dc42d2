import os
import polars
from pyiceberg.table import StaticTable

LAKE = os.environ.get("CLICKSTREAM_LAKE", "s3://clickstream/lake")
S3 = {
    option: os.environ[variable]
    for option, variable in {"s3.endpoint": "AWS_ENDPOINT_URL", "s3.region": "AWS_REGION"}.items()
    if variable in os.environ
}


def table(name):
    """A table such as "sessions" or "revenue", as of its latest snapshot."""
    return polars.scan_iceberg(StaticTable.from_metadata(f"{LAKE}/iceberg/clickstream/{name}", S3))


def files(folder):
    """The same from the plain files of "sessions" or "metrics/revenue", with ingestion_hour as a column."""
    return polars.scan_parquet(f"{LAKE}/{folder}/", hive_partitioning=True)


if __name__ == "__main__":
    print(table("sessions").group_by("site_id").agg(polars.col("clicks").sum()).collect())
