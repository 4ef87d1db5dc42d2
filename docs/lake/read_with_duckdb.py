import os
import duckdb

LAKE = os.environ.get("CLICKSTREAM_LAKE", "s3://clickstream/lake")


def connect():
    """A connection that reads the lake where the AWS_ variables say it is."""
    connection = duckdb.connect()
    for extension in ("httpfs", "avro", "iceberg", "icu"):
        connection.install_extension(extension)
        connection.load_extension(extension)
    scheme, _, host = os.environ.get("AWS_ENDPOINT_URL", "").rpartition("://")
    connection.execute(
        f"""CREATE SECRET (TYPE s3, REGION '{os.environ.get("AWS_REGION", "us-east-1")}',
                KEY_ID '{os.environ["AWS_ACCESS_KEY_ID"]}', SECRET '{os.environ["AWS_SECRET_ACCESS_KEY"]}'"""
        + (f", ENDPOINT '{host}', URL_STYLE 'path', USE_SSL {scheme == 'https'})" if host else ")")
    )
    return connection


def table(name):
    """What stands behind FROM for a table such as "sessions" or "revenue", as of its latest snapshot."""
    return f"iceberg_scan('{LAKE}/iceberg/clickstream/{name}')"


def files(folder):
    """The same for the plain files of "sessions" or "metrics/revenue", with ingestion_hour as a column."""
    return f"read_parquet('{LAKE}/{folder}/**/*.parquet', hive_partitioning = true)"


if __name__ == "__main__":
    print(connect().sql(f"SELECT site_id, count(*), sum(clicks) FROM {table('sessions')} GROUP BY ALL"))
