/*
 * Shows the live tables and the latest rows of one of them. Asks the server that it came from, once a second, and nobody
 * else. Whatever comes is shown as text: nothing here makes elements from it.
 */

const ROWS = 25;
const EVERY_MS = 1000;
const PATIENCE_MS = 10000;
const LONGEST_PAUSE_MS = 5000;
const TOKEN = "clickstream.token";
const END_OF_TIME_MS = 8.64e15;

/** The columns that are shown of tables that most people look at first; of others, those that fit. */
const SHOWN = {
  sessions: [
    "user_id", "start_time", "duration_ms", "clicks", "entry_page", "exit_page", "country", "device", "revenue", "is_final",
  ],
};
const MOST_COLUMNS = 9;
const NAMES = { duration_ms: "duration", is_final: "state" };

const at = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let chosen = chosenByAddress();
let isPaused = false;
let failures = 0;
let timer;
let round = 0;
/** Per table the version that was seen last, when it was seen first, how many rows it had then, and whether it is the first. */
const seen = new Map();

/** A request that was not answered as hoped. */
class Refusal extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function ask(path) {
  const token = sessionStorage.getItem(TOKEN);
  const answer = await fetch(path, {
    headers: token ? { Accept: "application/json", Authorization: `Bearer ${token}` } : { Accept: "application/json" },
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Refusal(answer.status, text.trim());
  }
  const date = Date.parse(answer.headers.get("Date") ?? "");
  return { value: JSON.parse(text, exactly), now: Number.isNaN(date) ? Date.now() : date };
}

/** Keeps the digits of whole numbers that JavaScript would round. */
function exactly(name, value, context) {
  return typeof value === "number" && !Number.isSafeInteger(value) && context?.source ? context.source : value;
}

async function look() {
  const mine = ++round;
  try {
    const { value: tables, now } = await ask("tables");
    if (mine !== round) return;
    showTables(tables, now);
    const table = tables.find((each) => each.name === chosen);
    if (table === undefined) {
      showNoRows(tables);
    } else {
      const columns = columnsOf(table);
      const rows = await ask(rowsPath(table, columns));
      if (mine !== round) return;
      showRows(table, columns, rows.value);
    }
    failures = 0;
    at("shown").hidden = false;
    say("live", `Live, as of ${clock(now)}`);
    at("trouble").hidden = true;
    at("sign-in").hidden = true;
    again(EVERY_MS);
  } catch (error) {
    if (mine !== round) return;
    failures += 1;
    const pause = error.status === 404 ? EVERY_MS : Math.min(LONGEST_PAUSE_MS, EVERY_MS * 2 ** (failures - 1));
    showTrouble(error, pause);
    again(pause);
  }
}

function again(afterMs) {
  clearTimeout(timer);
  if (!isPaused && !document.hidden) {
    timer = setTimeout(look, afterMs);
  }
}

function lookNow() {
  clearTimeout(timer);
  if (!isPaused && !document.hidden) {
    look();
  }
}

function rowsPath(table, columns) {
  const asked = new URLSearchParams({ limit: ROWS, format: "json" });
  const key = table.primary_key.split(",");
  asked.set("columns", [...new Set([...key, ...columns.map((column) => column.name)])].join(","));
  if (table.window_column) {
    asked.set("order", "window_descending");
  }
  return `tables/${encodeURIComponent(table.name)}?${asked}`;
}

function columnsOf(table) {
  const wanted = SHOWN[table.name] ?? [];
  const known = wanted.flatMap((name) => table.columns.filter((column) => column.name === name));
  return known.length > 0 ? known : table.columns.filter((column) => !column.type.includes("Binary")).slice(0, MOST_COLUMNS);
}

function showTables(tables, now) {
  at("no-tables").hidden = tables.length > 0;
  at("tables").hidden = tables.length === 0;
  arrange(at("tables").tBodies[0], tables, (table) => table.name, (row, table) => {
    row.dataset.chosen = table.name === chosen;
    const change = changeOf(table, now);
    const complete = table.complete_through === undefined ? undefined : Number(table.complete_through);
    const isOver = complete >= END_OF_TIME_MS;
    fill(row, [
      { name: "Table", link: table.name },
      { name: "Rows", text: number(table.rows), more: change.more, kind: "number" },
      { name: "Size", text: bytes(table.bytes), kind: "number" },
      { name: "Epoch", text: table.epoch === undefined ? "–" : number(table.epoch), kind: "number" },
      { name: "Complete up to", text: complete === undefined ? "not known yet" : isOver ? "the end" : moment(complete, now) },
      { name: "Behind now", text: complete === undefined || isOver ? "–" : span(now - complete), kind: "number" },
      { name: "Last change", text: change.text, kind: "number" },
    ]);
  });
}

/** What has changed since this page last looked. When a table changed before it was opened nobody can tell it. */
function changeOf(table, now) {
  const before = seen.get(table.name);
  const version = `${table.lineage} ${table.version}`;
  if (before === undefined || before.version !== version) {
    const grown = before === undefined ? 0 : table.rows - before.rows;
    seen.set(table.name, { version, since: now, rows: table.rows, isFirst: before === undefined });
    return { text: before === undefined ? "–" : "now", more: grown > 0 ? `+${number(grown)}` : "" };
  }
  const quiet = span(now - before.since);
  return { text: before.isFirst ? `over ${quiet} ago` : now - before.since < 1000 ? "now" : `${quiet} ago`, more: "" };
}

function showNoRows(tables) {
  at("rows-title").textContent = chosen;
  at("about").textContent = "";
  at("rows").hidden = true;
  at("no-rows").hidden = false;
  at("no-rows").textContent =
    tables.length === 0 ? `Waiting for the table ${chosen}.` : `There is no table ${chosen} yet. Waiting for it, or choose another.`;
}

function showRows(table, columns, rows) {
  at("rows-title").textContent = table.window_column ? `Latest ${table.name}` : table.name;
  at("about").textContent = table.description ?? "";
  at("rows").hidden = rows.length === 0;
  at("no-rows").hidden = rows.length > 0;
  at("no-rows").textContent = `The table ${table.name} has no rows now.`;
  const head = at("rows").tHead.rows[0];
  const titles = columns.map((column) => NAMES[column.name] ?? column.name.replaceAll("_", " "));
  if (head.dataset.of !== `${table.name} ${titles}`) {
    head.dataset.of = `${table.name} ${titles}`;
    head.replaceChildren(...columns.map((column, i) => heading(titles[i], column)));
    at("rows").tBodies[0].replaceChildren();
  }
  const key = table.primary_key.split(",");
  arrange(at("rows").tBodies[0], rows, (row) => JSON.stringify(key.map((name) => row[name])), (line, row) => {
    fill(line, columns.map((column, i) => ({ name: titles[i], ...cell(column, row[column.name]) })), true);
  });
}

function heading(title, column) {
  const made = document.createElement("th");
  made.scope = "col";
  made.className = isNumber(column) ? "number" : "";
  const text = document.createElement(column.description ? "abbr" : "span");
  text.textContent = title;
  if (column.description) text.title = column.description;
  made.append(text);
  return made;
}

function cell(column, value) {
  if (value === null || value === undefined) return { text: "–", kind: "none" };
  if (column.name === "is_final") return value ? { text: "final", kind: "" } : { text: "open", kind: "open" };
  if (column.name === "revenue") return { text: revenue(value), kind: "text" };
  if (column.type.startsWith("Timestamp")) return { text: moment(Date.parse(value), Date.now()), title: value };
  if (typeof value === "boolean") return { text: value ? "yes" : "no" };
  if (column.name.endsWith("_ms") && typeof value === "number") return { text: span(value), kind: "number" };
  if (isNumber(column)) return { text: number(value), kind: "number" };
  return { text: String(value), title: String(value), kind: "text" };
}

function isNumber(column) {
  return /^(Int|FloatingPoint|Decimal|Duration)/.test(column.type);
}

/** Gives every item a row, in their order; a row stays the same element as long as its item is there. */
function arrange(body, items, keyOf, show) {
  const isFirst = body.rows.length === 0;
  const known = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const rows = items.map((item) => {
    const key = keyOf(item);
    const row = known.get(key) ?? document.createElement("tr");
    const isNew = row.dataset.key === undefined;
    row.dataset.key = key;
    show(row, item);
    if (isNew && !isFirst) flash(row);
    return row;
  });
  const isSame = rows.length === body.rows.length && rows.every((row, i) => row === body.rows[i]);
  if (!isSame) keepingFocus(() => body.replaceChildren(...rows));
}

function keepingFocus(change) {
  const focused = document.activeElement;
  change();
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}

function fill(row, cells, tellChanges = false) {
  cells.forEach((cell, i) => {
    const made = row.cells[i] ?? row.appendChild(document.createElement(cell.link === undefined ? "td" : "th"));
    const text = `${cell.link ?? cell.text}${cell.more ?? ""}`;
    made.dataset.name = cell.name;
    made.title = cell.title ?? "";
    made.className = cell.kind ?? "";
    if (made.dataset.text === text) return;
    const isChange = made.dataset.text !== undefined;
    made.dataset.text = text;
    made.replaceChildren(...contents(cell));
    if (cell.link !== undefined) made.scope = "row";
    if (isChange && tellChanges) flash(made);
  });
}

function contents(cell) {
  if (cell.link !== undefined) {
    const link = document.createElement("a");
    link.href = `#${encodeURIComponent(cell.link)}`;
    link.textContent = cell.link;
    return [link];
  }
  if (!cell.more) return [cell.text];
  const more = document.createElement("span");
  more.className = "more";
  more.textContent = cell.more;
  return [more, " ", cell.text];
}

function flash(element) {
  if (!calm.matches) {
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--fresh");
    element.animate([{ backgroundColor: colour }, { backgroundColor: "transparent" }], 1200);
  }
}

function showTrouble(error, pauseMs) {
  const isSignIn = error.status === 401;
  const hasToken = sessionStorage.getItem(TOKEN) !== null;
  const soon = `Trying again in ${span(pauseMs)}.`;
  say("trouble", isSignIn ? "Not signed in" : "Not up to date");
  if (isSignIn) forget();
  const isAsked = !at("sign-in").hidden;
  at("sign-in").hidden = !isSignIn;
  if (isSignIn && !isAsked) at("token").focus();
  at("trouble").hidden = isSignIn && !hasToken;
  at("trouble").textContent = `${words(error)} ${soon}`;
}

/** Takes off the screen what only those may see who are let in. */
function forget() {
  seen.clear();
  at("tables").tBodies[0].replaceChildren();
  at("rows").tBodies[0].replaceChildren();
  at("shown").hidden = true;
}

function words(error) {
  switch (error.status) {
    case undefined:
      return error instanceof SyntaxError
        ? "The answer broke off in the middle."
        : error.name === "TimeoutError"
          ? "The server takes too long to answer."
          : "The server does not answer: it is stopped, or cannot be reached.";
    case 401:
      return `The server does not let you in. ${error.message}`;
    case 403:
      return `You may not read the tables. ${error.message}`;
    case 404:
      return `The table has just gone. ${error.message}`;
    case 429:
      return `The server has no room for another reader now. ${error.message}`;
    case 503:
      return `The server is not ready. ${error.message}`;
    default:
      return `The server could not answer (${error.status}). ${error.message}`;
  }
}

function say(state, text) {
  document.body.dataset.state = state;
  at("forget").hidden = sessionStorage.getItem(TOKEN) === null;
  if (at("state").textContent !== text) at("state").textContent = text;
}

/** Whole numbers with marks between thousands; of others, which may come as texts, each digit as it came. */
function number(value) {
  return /^-?\d+$/.test(String(value)) ? BigInt(value).toLocaleString() : String(value);
}

function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** step).toLocaleString(undefined, { maximumFractionDigits: step === 0 ? 0 : 1 })} ${units[step]}`;
}

/** A length of time in its two largest units. */
function span(ms) {
  const sign = ms < -999 ? "−" : "";
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const parts = [
    [Math.floor(seconds / 86400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = Math.max(0, parts.findIndex(([count]) => count > 0));
  const shown = seconds === 0 ? [parts[3]] : parts.slice(first, first + 2).filter(([count]) => count > 0);
  return sign + shown.map(([count, unit]) => `${count.toLocaleString()} ${unit}`).join(" ");
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString();
}

function moment(ms, now) {
  if (!(Math.abs(ms) <= END_OF_TIME_MS)) return "–";
  const date = new Date(ms);
  return date.toDateString() === new Date(now).toDateString() ? clock(ms) : date.toLocaleString();
}

/** Sums by currency, which come as a JSON object in a text. */
function revenue(text) {
  try {
    const sums = Object.entries(JSON.parse(text));
    return sums.length === 0 ? "–" : sums.map(([currency, sum]) => `${sum} ${currency}`).join(", ");
  } catch {
    return String(text);
  }
}

function chosenByAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1)) || "sessions";
  } catch {
    return "sessions";
  }
}

addEventListener("hashchange", () => {
  chosen = chosenByAddress();
  lookNow();
});
document.addEventListener("visibilitychange", lookNow);
addEventListener("online", lookNow);
at("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  at("pause").setAttribute("aria-pressed", isPaused);
  at("pause").textContent = isPaused ? "Go on" : "Pause";
  if (isPaused) {
    round += 1;
    clearTimeout(timer);
    say("paused", "Paused");
  } else {
    lookNow();
  }
});
at("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = at("token").value.trim();
  if (!/^[!-~]+$/.test(token)) {
    at("trouble").hidden = false;
    at("trouble").textContent = "That is no token: one has no blanks, and no letters beyond A to Z.";
    return;
  }
  sessionStorage.setItem(TOKEN, token);
  at("token").value = "";
  failures = 0;
  lookNow();
});
at("forget").addEventListener("click", () => {
  sessionStorage.removeItem(TOKEN);
  forget();
  say("trouble", "Signed out");
  failures = 0;
  lookNow();
});
lookNow();
