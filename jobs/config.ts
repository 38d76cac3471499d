import { fileURLToPath } from "node:url";
import * as z from "zod";
import { TrialdriftError } from "../db/errors.ts";

/** The environment, read once and checked at start. No other file of the project reads process.env. */

const OURS = fileURLToPath(new URL("../fixtures/", import.meta.url));
const url = z.url({ protocol: /^https?$/, error: "not an http(s) URL" });

/** TABLE OF THE ENVIRONMENT: name, what it takes, its default, what it is for. The README's table is checked against it. */
export const ENVIRONMENT = {
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/, error: "not a postgres:// URL" }).optional(),
    fallback: undefined,
    about: "Postgres 15 to 18; unset: an embedded database under TRIALDRIFT_DATA_DIR",
  },
  TRIALDRIFT_DATA_DIR: { schema: z.string(), fallback: ".data", about: "directory of the embedded database" },
  CTGOV_BASE_URL: {
    schema: url,
    fallback: "https://clinicaltrials.gov/api/v2",
    about: "base URL of the registry's API",
  },
  CTGOV_HISTORY_URL: {
    schema: url.optional(),
    fallback: undefined,
    about: "base URL of the registry's undocumented history; unset: `int` beside CTGOV_BASE_URL",
  },
  TRIALDRIFT_RATE: {
    schema: z.coerce.number().positive().max(1000),
    fallback: "1",
    about: "requests a second to the registry, retries included",
  },
  TRIALDRIFT_REVIEWS: { schema: z.string(), fallback: `${OURS}reviews`, about: "directory of the review folders" },
  TRIALDRIFT_LOCK_WAIT: {
    schema: z.string().regex(/^\d+(ms|s|m)?$/, { error: "not a time such as 60s, 500ms or 2m" }),
    fallback: "60s",
    about: "how long to wait for another process",
  },
  TRIALDRIFT_USER_AGENT: {
    schema: z.string(),
    fallback: "",
    about: "User-Agent sent to the registry; unset: the HTTP library's own",
  },
  LOG_LEVEL: {
    schema: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]),
    fallback: "info",
    about: "least level of log lines on stderr",
  },
} as const;

export interface Config {
  databaseUrl: string | null;
  dataDir: string;
  baseUrl: string;
  historyUrl: string;
  rate: number;
  reviewsDir: string;
  lexiconsDir: string;
  lockWaitMs: number;
  userAgent: string;
  logLevel: string;
}

/** Settings of parts that are still to come: accepted, so that an environment written for them is not refused today. */
const LATER = new Set([
  "TRIALDRIFT_CRON",
  "TRIALDRIFT_WEBHOOK_URL",
  "TRIALDRIFT_WEBHOOK_SECRET",
  "TRIALDRIFT_WEBHOOK_PRIVATE",
  "TRIALDRIFT_FEED_DIR",
  "TRIALDRIFT_HTTP_PORT",
]);

/** Kubernetes injects TRIALDRIFT_SERVICE_HOST, TRIALDRIFT_PORT and the like beside a service of our name. */
const INJECTED = /^TRIALDRIFT_(?:.*_)?(?:SERVICE_.*|PORT(?:_.*)?)$/;

function milliseconds(text: string): number {
  const [, amount = "0", unit = "s"] = /^(\d+)(ms|s|m)?$/.exec(text) ?? [];
  return Number(amount) * { ms: 1, s: 1000, m: 60_000 }[unit as "ms" | "s" | "m"];
}

/** …/api/v2 has its history at …/api/int. */
function historyBeside(baseUrl: string | undefined): string {
  return (baseUrl ?? "").replace(/\/+$/, "").replace(/[^/]*$/, "int");
}

/** Reads and checks an environment. Throws `config` naming every wrong or unknown name at once. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const read = <K extends keyof typeof ENVIRONMENT>(name: K): z.infer<(typeof ENVIRONMENT)[K]["schema"]> => {
    const { schema, fallback } = ENVIRONMENT[name];
    const given = environment[name];
    const result = (schema as z.ZodType).safeParse(given === undefined || given === "" ? fallback : given);
    if (!result.success)
      problems.push(`${name}=${JSON.stringify(given)}: ${result.error.issues[0]?.message ?? "wrong"}`);
    return result.data as z.infer<(typeof ENVIRONMENT)[K]["schema"]>;
  };
  for (const name of Object.keys(environment)) {
    if (name.startsWith("TRIALDRIFT_") && !(name in ENVIRONMENT) && !LATER.has(name) && !INJECTED.test(name))
      problems.push(`${name}: there is no such setting`);
  }
  const config: Config = {
    databaseUrl: read("DATABASE_URL") ?? null,
    dataDir: read("TRIALDRIFT_DATA_DIR"),
    baseUrl: read("CTGOV_BASE_URL"),
    historyUrl: read("CTGOV_HISTORY_URL") ?? historyBeside(read("CTGOV_BASE_URL")),
    rate: read("TRIALDRIFT_RATE"),
    reviewsDir: read("TRIALDRIFT_REVIEWS"),
    lexiconsDir: `${OURS}lexicons`,
    lockWaitMs: milliseconds(read("TRIALDRIFT_LOCK_WAIT") ?? ""),
    userAgent: read("TRIALDRIFT_USER_AGENT"),
    logLevel: read("LOG_LEVEL"),
  };
  if (problems.length > 0)
    throw new TrialdriftError({
      code: "config",
      message: `the environment is wrong:\n  ${problems.join("\n  ")}`,
      state: "nothing was read or changed",
      next: "correct it; the README lists every name",
    });
  return config;
}
