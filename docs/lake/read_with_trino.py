import os
import trino


def connect():
    """A connection to Trino, in whose catalog "lake" the schema "clickstream" has the tables."""
    host, _, port = os.environ.get("TRINO_ADDRESS", "localhost:8080").partition(":")
    return trino.dbapi.connect(host=host, port=int(port), user="analyst", catalog="lake", schema="clickstream")


if __name__ == "__main__":
    cursor = connect().cursor()
    cursor.execute("SELECT site_id, count(*), sum(clicks) FROM sessions GROUP BY 1")
    print(cursor.fetchall())
