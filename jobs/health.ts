import { sql } from "drizzle-orm";
import { Hono } from "hono";
import { collectDefaultMetrics, Registry } from "prom-client";
import { type Figures, readFigures } from "../db/figures.ts";
import type { Database } from "../db/open.ts";
import { listen, type Listening } from "./listen.ts";
import { metricsText } from "./metrics.ts";
import type { SharedDatabase } from "./shared-database.ts";

/** What a running scheduler says of itself over HTTP: alive, ready, figures. Reads only. */

/** Where the answers come from: a server is asked, of an embedded database the values last seen are told. */
export interface Sight {
  figures(): Promise<Figures | null>;
  /** Null: the database can be used; else why not. */
  trouble(): Promise<string | null>;
  /** Remembers how things stand while the database is open anyway. */
  look(database: Database): Promise<void>;
  /** Remembers that it could not be opened. */
  missed(error: unknown): void;
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function openSight(shared: SharedDatabase, isServer: boolean): Sight {
  let seen: Figures | null = null;
  let missed: string | null = "the database was not opened yet";
  return {
    figures: () => (isServer ? shared.use(({ db }) => readFigures(db)) : Promise.resolve(seen)),
    async trouble() {
      if (!isServer) return missed;
      return shared.use(async ({ db }) => void (await db.execute(sql`select 1`))).then(() => null, words);
    },
    async look({ db }) {
      if (!isServer) seen = await readFigures(db);
      missed = null;
    },
    missed(error) {
      missed = words(error);
    },
  };
}

/** Listens until closed. Errors: `config` where the port cannot be had. */
export async function openHealth(at: { host: string; port: number }, sight: Sight): Promise<Listening> {
  const ownProcess = new Registry();
  collectDefaultMetrics({ register: ownProcess, prefix: "trialdrift_" });
  const app = new Hono();
  app.get("/healthz", (c) => c.text("alive\n"));
  app.get("/readyz", async (c) => {
    const trouble = await sight.trouble();
    return trouble === null ? c.text("ready\n") : c.text(`not ready: ${trouble}\n`, 503);
  });
  app.get("/metrics", async (c) => {
    const figures = await sight.figures();
    const said = figures === null ? "" : await metricsText(figures, Date.now());
    return c.text(said + (await ownProcess.metrics()), 200, { "content-type": ownProcess.contentType });
  });
  app.onError((error, c) => c.text(`not available: ${error.message}\n`, 503));
  return listen(at, app.fetch, "set TRIALDRIFT_HTTP_PORT to a free port, or end the other process");
}
