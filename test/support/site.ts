import { readFileSync } from "node:fs";
import { request } from "node:http";
import { actsOf } from "../../jobs/commands/serve.ts";
import { openContext } from "../../jobs/context.ts";
import { listen } from "../../jobs/listen.ts";
import { readTables } from "../../jobs/table-input.ts";
import type { Database } from "../../db/open.ts";
import { site } from "../../page/site.ts";
import { readCodebook } from "../../pipeline/report/codebook.ts";

/** The page over real HTTP on loopback, on an open database and a folder of reviews. */

export interface Served {
  url: string;
  /** What nobody foresaw. */
  failures: unknown[];
  close(): Promise<void>;
}

const SCHEMA = new URL("../../docs/schema.md", import.meta.url);

export async function openSite(
  database: Database,
  reviews: string,
  { decide = true, token = null }: { decide?: boolean; token?: string | null } = {},
): Promise<Served> {
  const context = openContext({ TRIALDRIFT_REVIEWS: reviews, LOG_LEVEL: "silent" });
  const failures: unknown[] = [];
  const app = site({
    host: "127.0.0.1",
    token,
    use: (work) => work(database),
    readTables: (db, asked) => readTables(context, db, asked),
    acts: decide ? actsOf(context) : null,
    codebook: readCodebook(readFileSync(SCHEMA, "utf8")),
    onFailure: (error) => failures.push(error),
    now: Date.now,
  });
  const listening = await listen({ host: "127.0.0.1", port: 0 }, app.fetch, "");
  return { ...listening, failures };
}

/** A visitor who keeps cookies and follows nothing by itself, as little as a browser needs. */
export function visitorOf(url: string) {
  const cookies = new Map<string, string>();
  const keep = (response: Response): Response => {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  return {
    async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
      return keep(await fetch(url + path, { redirect: "manual", headers: { cookie: cookie(), ...headers } }));
    },
    async post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
      const body = new URLSearchParams(fields);
      const said = { cookie: cookie(), "sec-fetch-site": "same-origin", ...headers };
      return keep(await fetch(url + path, { method: "POST", redirect: "manual", body, headers: said }));
    },
  };
}

/** One request exactly as written: fetch would tidy the path and refuse the Host header. */
export function raw(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on("error", reject)
      .end();
  });
}

/** The value of a hidden field of the first form that has it. */
export function hiddenField(page: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";
}
