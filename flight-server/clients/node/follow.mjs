/**
 * Reads and follows live tables with a published Flight client, @firetiger-oss/flight-sql-client, and apache-arrow.
 *
 *     npm ci
 *     node follow.mjs localhost:8815 sessions [committed]
 *
 * The client's own doGet waits for the end of a stream, and a subscription has none: it is read through the gRPC stub
 * that the same package brings.
 */
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import * as grpc from "@grpc/grpc-js";
import * as arrow from "apache-arrow";
import { FlightClient } from "@firetiger-oss/flight-sql-client";
import messages from "@firetiger-oss/flight-sql-client/dist/generated/proto/Flight_pb.js";
import services from "@firetiger-oss/flight-sql-client/dist/generated/proto/Flight_grpc_pb.js";

/**
 * Rows of a table as they are now.
 *
 * @param {string} location host and port
 * @param {object} command what is wanted, as docs/reading.md describes it, such as {table: "sessions", limit: 10}
 * @returns {Promise<arrow.Table>}
 */
export async function read(location, command) {
  const [host, port] = location.split(":");
  const client = new FlightClient({ host, port: Number(port), plaintext: true });
  try {
    const info = await client.getFlightInfo(descriptor(command));
    return await client.doGet(info.getEndpointList()[0].getTicket());
  } finally {
    await client.close();
  }
}

/**
 * Follows a table: gives {rows, mark} whenever it has changed, and goes on by itself after an interruption. Leave the
 * loop to end it.
 *
 * @param {string} location host and port
 * @param {object} command what to follow, such as {table: "sessions", view: "committed"}
 * @param {{rows?: Map<string, object>, token?: string, bearer?: string}} from rows and token (mark.resume) of an earlier
 *     run to go on from; bearer: the token that the server knows you by
 * @yields {{rows: Map<string, object>, mark: object}} rows by primary key, always the same map; mark as in
 *     docs/subscriptions.md
 */
export async function* follow(location, command, { rows = new Map(), token, bearer } = {}) {
  const stub = new services.FlightServiceClient(location, grpc.credentials.createInsecure());
  const headers = new grpc.Metadata();
  if (bearer) headers.set("authorization", `Bearer ${bearer}`);
  let stream;
  try {
    for (;;) {
      try {
        const info = await flightInfo(stub, { ...command, subscribe: true, resume: token ?? null }, headers);
        stream = stub.doGet(info.getEndpointList()[0].getTicket(), headers);
        let isNew = token === undefined;
        let step = [];
        for await (const { batch, mark } of batches(stream)) {
          step.push(batch);
          if (!mark.ends_step) continue; // all or nothing: a token is good for whole steps only
          if (isNew) rows.clear();
          step.forEach((each) => apply(each, rows));
          [step, isNew, token] = [[], false, mark.resume];
          if (mark.step !== "keep_alive") yield { rows, mark };
        }
        await pause(500); // ended in peace, as no subscription does by itself
      } catch (error) {
        if (error.code === grpc.status.INVALID_ARGUMENT && token !== undefined) {
          token = undefined; // too late to go on: begin again with all rows
        } else if (error.code === grpc.status.UNAVAILABLE) {
          await pause(500); // the server is away; it knows the token when it is back
        } else {
          throw error;
        }
      }
    }
  } finally {
    stream?.cancel();
    stub.close();
  }
}

function descriptor(command) {
  const made = new messages.FlightDescriptor();
  made.setType(messages.FlightDescriptor.DescriptorType.CMD);
  made.setCmd(Buffer.from(JSON.stringify(command)));
  return made;
}

function flightInfo(stub, command, headers) {
  return new Promise((resolve, reject) =>
    stub.getFlightInfo(descriptor(command), headers, (error, info) => (error ? reject(error) : resolve(info))),
  );
}

/** The batches of a stream with what is said beside each. The schema comes first, and says which columns are the key. */
async function* batches(stream) {
  let schema;
  for await (const data of stream) {
    const message = ipcMessage(data.getDataHeader_asU8(), data.getDataBody_asU8());
    if (schema === undefined) {
      schema = message;
    } else {
      yield {
        batch: arrow.tableFromIPC([schema, message]),
        mark: JSON.parse(Buffer.from(data.getAppMetadata_asU8()).toString()),
      };
    }
  }
}

/** Flight sends the two halves of an Arrow message apart: its header, and its body. */
function ipcMessage(header, body) {
  const padded = Math.ceil(header.length / 8) * 8;
  const message = new Uint8Array(8 + padded + body.length);
  const view = new DataView(message.buffer);
  view.setUint32(0, 0xffffffff, true);
  view.setUint32(4, padded, true);
  message.set(header, 8);
  message.set(body, 8 + padded);
  return message;
}

function apply(batch, rows) {
  const key = batch.schema.metadata.get("clickstream.primary_key").split(",");
  for (const each of batch) {
    const { _op: op, ...row } = each.toJSON();
    const id = JSON.stringify(key.map((name) => String(row[name])));
    if (op === 1) rows.delete(id);
    else rows.set(id, row);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [location = "localhost:8815", table = "sessions", view = "live"] = process.argv.slice(2);
  for await (const { rows, mark } of follow(location, { table, view })) {
    console.log(`${mark.step}: ${rows.size} rows, epoch ${mark.epoch}, complete to ${mark.complete_through}`);
  }
}
