import os
from pyiceberg.catalog import load_catalog
from pyiceberg.table import StaticTable

LAKE = os.environ.get("CLICKSTREAM_LAKE", "s3://clickstream/lake")
S3 = {
    option: os.environ[variable]
    for option, variable in {"s3.endpoint": "AWS_ENDPOINT_URL", "s3.region": "AWS_REGION"}.items()
    if variable in os.environ
}


def table(name):
    """A table such as "sessions" or "revenue", as of its latest snapshot; no catalog is asked."""
    return StaticTable.from_metadata(f"{LAKE}/iceberg/clickstream/{name}", S3)


def catalog(uri):
    """The tables of a lake whose catalog is in a database: sqlite:///catalog.db, postgresql+psycopg2://host/db."""
    return load_catalog("clickstream", type="sql", uri=uri, warehouse=f"{LAKE}/iceberg", **S3)


if __name__ == "__main__":
    recent = table("sessions").scan(row_filter="ingestion_time >= '2026-01-01T00:00:00+00:00'")
    print(recent.to_pandas())
