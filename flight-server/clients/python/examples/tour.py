# A tour of the live tables, to be run cell by cell in an editor that knows `# %%`, or as a whole:
#     python examples/tour.py grpc://localhost:8815
# It needs pyarrow, pandas and polars, and a server to read from, such as that of `./clickstream demo`.

# %% Connect
import sys

import clickstream_flight as cf

server = cf.connect(sys.argv[1] if len(sys.argv) > 1 else "grpc://localhost:8815")

# %% Which tables there are, and how far each is complete
for table in server.tables():
    print(f"{table.name}: {table.rows} rows, complete through {table.complete_through}")

# %% The sessions that began last
print(server.read_polars("sessions", columns=["user_id", "start_time", "clicks"], order="window_descending", limit=5))

# %% Where visits begin, and how many are left at once: final sessions only
final = server.read_pandas("sessions", columns=["entry_page", "clicks", "is_bounce"], where={"is_final": True})
print(final.groupby("entry_page", dropna=False).agg(sessions=("clicks", "size"), bounces=("is_bounce", "mean")))

# %% What every column means
for column in server.read("sessions", limit=0).schema:
    print(f"{column.name}: {(column.metadata or {}).get(b'description', b'').decode()}")

# %% Follow the table: all rows first, then each change within a moment. The server sends what has changed only
with server.follow("sessions", into="polars", columns=["session_id", "clicks"]) as following:
    for _, sessions in zip(range(3), following):
        print(f"{len(sessions)} sessions of {sessions['clicks'].sum()} clicks, {following.step.changes.num_rows} changed")
