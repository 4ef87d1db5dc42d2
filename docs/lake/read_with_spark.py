import os
from pyspark.sql import SparkSession

LAKE = os.environ.get("CLICKSTREAM_LAKE", "s3://clickstream/lake")
PACKAGES = "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0,org.apache.hadoop:hadoop-aws:3.4.2"


def session():
    """A session in which the tables are clickstream.clickstream.sessions, .clicks, .revenue and so on."""
    builder = (
        SparkSession.builder.appName("clickstream")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.catalog.clickstream", "org.apache.iceberg.spark.SparkCatalog")
        .config("spark.sql.catalog.clickstream.type", "hadoop")
        .config("spark.sql.catalog.clickstream.warehouse", f"{LAKE}/iceberg")
        .config("spark.hadoop.fs.s3.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
        .config("spark.hadoop.fs.s3a.endpoint.region", os.environ.get("AWS_REGION", "us-east-1"))
    )
    if "AWS_ENDPOINT_URL" in os.environ:
        builder = builder.config("spark.hadoop.fs.s3a.endpoint", os.environ["AWS_ENDPOINT_URL"]).config(
            "spark.hadoop.fs.s3a.path.style.access", "true"
        )
    # Jars that are there already, or those that Spark downloads.
    if "SPARK_JARS" in os.environ:
        return builder.config("spark.jars", os.environ["SPARK_JARS"]).getOrCreate()
    return builder.config("spark.jars.packages", PACKAGES).getOrCreate()


def epochs(spark, name):
    """Snapshot by epoch of the table's present lineage, as long as they are kept."""
    table = f"clickstream.clickstream.{name}"
    lineage = spark.sql(f"SHOW TBLPROPERTIES {table} ('clickstream.lineage')").first()["value"]
    # Of an epoch that the job has gone back to and repeated, the last one counts.
    kept = spark.sql(
        f"""SELECT CAST(summary['clickstream.epoch'] AS BIGINT) AS epoch, max_by(snapshot_id, committed_at) AS snapshot
            FROM {table}.snapshots JOIN {table}.history USING (snapshot_id)
            WHERE is_current_ancestor AND summary['clickstream.lineage'] = '{lineage}' GROUP BY 1"""
    )
    return {row["epoch"]: row["snapshot"] for row in kept.collect()}


def as_of(spark, name, epoch):
    """The rows of a table that were committed up to an epoch."""
    return spark.sql(f"SELECT * FROM clickstream.clickstream.{name} VERSION AS OF {epochs(spark, name)[epoch]}")


if __name__ == "__main__":
    session().sql("SELECT site_id, count(*), sum(clicks) FROM clickstream.clickstream.sessions GROUP BY 1").show()
