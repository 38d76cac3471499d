import { createHash } from "node:crypto";
import type { Context } from "hono";
import { readColumns } from "../db/describe.ts";
import { MOVING_VIEWS, readMarker } from "../db/marker.ts";
import { type Filter, parseSince, readView, VIEW_NAMES, type ViewName } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { csv } from "../pipeline/report/csv.ts";
import { jsonRows } from "../pipeline/report/json.ts";
import { FILTERS, FORMATS } from "./openapi.ts";
import { Refused } from "./refused.ts";

/** Rows of a public view for a program: the filters of the command line, JSON or CSV, nothing sent twice. */

/** Of these only some studies can be asked for: all would be gigabytes where the whole registry is stored. */
const OF_STUDIES: readonly ViewName[] = ["studies", "records", "versions"];

const NEXT = "see /api/openapi.json";

function viewNamed(name: string): ViewName {
  const view = VIEW_NAMES.find((one) => one === name);
  if (view === undefined) throw new Refused(404, "there is no such view", `${NEXT}; views: ${VIEW_NAMES.join(", ")}`);
  return view;
}

function filterOf(view: ViewName, query: Record<string, string>): Filter {
  const known = FILTERS.filter(({ has }) => has(view)).map(({ name }) => name);
  for (const name of Object.keys(query))
    if (!known.includes(name))
      throw new Refused(400, `${view} has no filter ${name}`, `${NEXT}; filters: ${known.join(", ")}`);
  const { review, since, kind, table, nct } = query;
  if (table !== undefined && !/^[1-9]\d{0,3}$/.test(table))
    throw new Refused(400, "table is no number of a table", NEXT);
  const nctIds = nct?.split(",").map((id) => id.trim().toUpperCase());
  if (nctIds?.some((id) => !/^NCT\d{8}$/.test(id))) throw new Refused(400, "nct holds what is no NCT number", NEXT);
  if (OF_STUDIES.includes(view) && review === undefined && nctIds === undefined)
    throw new Refused(400, `${view} are read by review or by nct`, NEXT);
  return {
    ...(review === undefined ? {} : { review }),
    ...(since === undefined ? {} : { since: parseSince(since) }),
    ...(kind === undefined ? {} : { kinds: kind.split(",").map((one) => one.trim()) }),
    ...(table === undefined ? {} : { table: Number(table) }),
    ...(nctIds === undefined ? {} : { nctIds }),
  };
}

function formatOf(c: Context): (typeof FORMATS)[number] {
  const asked = c.req.query("format");
  if (asked === undefined) return (c.req.header("accept") ?? "").includes("text/csv") ? "csv" : "json";
  const format = FORMATS.find((one) => one === asked);
  if (format === undefined) throw new Refused(400, "format is json or csv", NEXT);
  return format;
}

async function assertReview(db: Db, review: string | undefined): Promise<void> {
  const known = (await readView<{ review: string }>(db, "reviews")).map((one) => one.review);
  if (review !== undefined && !known.includes(review))
    throw new Refused(404, "there is no such review", `reviews: ${known.join(", ") || "none"}`);
}

/** Answers `/api/<view>`. The ETag is that of the newest publication; views that move beside them have none. */
export async function answerView(c: Context, db: Db, name: string): Promise<Response> {
  const view = viewNamed(name);
  const filter = filterOf(view, c.req.query());
  const format = formatOf(c);
  c.header("vary", "Accept, Authorization, Cookie");
  if (MOVING_VIEWS.includes(view)) c.header("cache-control", "no-store");
  else {
    const marker = createHash("sha256")
      .update(`${await readMarker(db)} ${format}`)
      .digest("hex")
      .slice(0, 24);
    c.header("cache-control", "private, no-cache");
    c.header("etag", `"${marker}"`);
    const seen = (c.req.header("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    if (seen.includes(`"${marker}"`)) return c.body(null, 304);
  }
  await assertReview(db, filter.review);
  const rows = await readView(db, view, filter);
  if (format === "json") return c.body(jsonRows(rows), 200, { "content-type": "application/json; charset=utf-8" });
  const names = ((await readColumns(db)).get(view) ?? []).map(({ name }) => name);
  return c.body(
    csv(
      names,
      rows.map((row) => names.map((column) => row[column])),
    ),
    200,
    { "content-type": "text/csv; charset=utf-8", "content-disposition": `attachment; filename="${view}.csv"` },
  );
}
