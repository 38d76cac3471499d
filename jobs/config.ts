import { fileURLToPath } from "node:url";
import * as z from "zod";
import { TrialdriftError } from "../db/errors.ts";
import type { Webhook } from "./webhook.ts";
import { cronProblem } from "./cron.ts";

/** The environment, read once and checked at start. No other file of the project reads process.env. */

const OURS = fileURLToPath(new URL("../fixtures/", import.meta.url));
const url = z.url({ protocol: /^https?$/, error: "not an http(s) URL" });

/** TABLE OF THE ENVIRONMENT: name, what it takes, its default, what it is for. The README's table is checked against it. */
export const ENVIRONMENT = {
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/, error: "not a postgres:// URL" }).optional(),
    fallback: undefined,
    about: "Postgres 15 to 18; unset: an embedded database under TRIALDRIFT_DATA_DIR",
    isSecret: true,
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
  TRIALDRIFT_CRON: {
    schema: z.string().superRefine((text, { addIssue }) => {
      const problem = cronProblem(text);
      if (problem !== null) addIssue({ code: "custom", message: `not a cron expression (${problem})` });
    }),
    fallback: "30 15 * * 1-5",
    about: "when `schedule` syncs: five cron fields, or six with seconds first, in UTC",
  },
  TRIALDRIFT_REVIEWS: { schema: z.string(), fallback: `${OURS}reviews`, about: "directory of the review folders" },
  TRIALDRIFT_LOCK_WAIT: {
    schema: z.string().regex(/^\d+(ms|s|m)?$/, { error: "not a time such as 60s, 500ms or 2m" }),
    fallback: "60s",
    about: "how long to wait for another process",
  },
  TRIALDRIFT_HTTP_PORT: {
    schema: z
      .string()
      .regex(/^(?:(?:[\w.-]+|\[[\da-fA-F:.]+\]):)?\d{1,5}$/, { error: "not a port, or an address and a port" })
      .optional(),
    fallback: undefined,
    about:
      "where `schedule` serves /healthz, /readyz and /metrics, and `serve` its page: a port of loopback, or address:port",
  },
  TRIALDRIFT_PAGE_TOKEN: {
    schema: z.string().min(16, { error: "shorter than 16 signs" }).optional(),
    fallback: undefined,
    about: "the word that `serve` asks its visitors for; it must be set where the page listens beyond loopback",
    isSecret: true,
  },
  TRIALDRIFT_USER_AGENT: {
    schema: z.string(),
    fallback: "",
    about: "User-Agent sent to the registry; unset: the HTTP library's own",
  },
  TRIALDRIFT_WEBHOOK_URL: {
    schema: url.optional(),
    fallback: undefined,
    about: "where each run's news is posted (docs/notifications.md); http(s), Slack's form for hooks.slack.com",
    isSecret: true,
  },
  TRIALDRIFT_WEBHOOK_SECRET: {
    schema: z.string().optional(),
    fallback: undefined,
    about: "signs what is posted (HMAC-SHA256)",
    isSecret: true,
  },
  TRIALDRIFT_WEBHOOK_PRIVATE: {
    schema: z.enum(["0", "1", "false", "true"], { error: "neither 0 nor 1" }),
    fallback: "0",
    about: "1: the webhook may be at an address that is not public",
  },
  TRIALDRIFT_FEED_DIR: {
    schema: z.string().optional(),
    fallback: undefined,
    about: "directory of the feeds of news, atom.xml and feed.json",
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
  /** Of the nightly sync, in UTC. */
  cron: string;
  /** Where health and figures are served, or the page; null: nowhere. */
  http: { host: string; port: number } | null;
  /** What visitors of the page must know; null: nothing. */
  pageToken: string | null;
  reviewsDir: string;
  lexiconsDir: string;
  lockWaitMs: number;
  userAgent: string;
  webhook: Webhook | null;
  feedDir: string | null;
  logLevel: string;
}

/**
 * Makes UTC this process's own zone. node-cron 4.6.0 cuts milliseconds off in the process's zone, and so reads an hour less in
 * the hour that an autumn night repeats, whatever zone a job names: it then spins until that hour is over and starts late.
 */
export function keepUtc(): void {
  process.env["TZ"] = "UTC";
}

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

/** A port alone is one of loopback: who wants to be reached from elsewhere says so. */
export function address(text: string | undefined): Config["http"] {
  if (text === undefined) return null;
  const [, host = "127.0.0.1", port] = /^(?:\[?(.*?)\]?:)?(\d+)$/.exec(text) ?? [];
  return { host, port: Number(port) };
}

/** A wrong value as an error repeats it: not at all where it may hold a password. */
function shown(name: keyof typeof ENVIRONMENT, given: string | undefined): string {
  return "isSecret" in ENVIRONMENT[name] ? "" : `=${JSON.stringify(given)}`;
}

/** Reads and checks an environment. Throws `config` naming every wrong or unknown name at once. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const read = <K extends keyof typeof ENVIRONMENT>(name: K): z.infer<(typeof ENVIRONMENT)[K]["schema"]> => {
    const { schema, fallback } = ENVIRONMENT[name];
    const given = environment[name];
    const result = (schema as z.ZodType).safeParse(given === undefined || given === "" ? fallback : given);
    if (!result.success) problems.push(`${name}${shown(name, given)}: ${result.error.issues[0]?.message ?? "wrong"}`);
    return result.data as z.infer<(typeof ENVIRONMENT)[K]["schema"]>;
  };
  for (const name of Object.keys(environment)) {
    if (name.startsWith("TRIALDRIFT_") && !(name in ENVIRONMENT) && !INJECTED.test(name))
      problems.push(`${name}: there is no such setting`);
  }
  const target = read("TRIALDRIFT_WEBHOOK_URL");
  const secret = read("TRIALDRIFT_WEBHOOK_SECRET") ?? null;
  const isPrivateAllowed = ["1", "true"].includes(read("TRIALDRIFT_WEBHOOK_PRIVATE"));
  const config: Config = {
    databaseUrl: read("DATABASE_URL") ?? null,
    dataDir: read("TRIALDRIFT_DATA_DIR"),
    baseUrl: read("CTGOV_BASE_URL"),
    historyUrl: read("CTGOV_HISTORY_URL") ?? historyBeside(read("CTGOV_BASE_URL")),
    rate: read("TRIALDRIFT_RATE"),
    cron: read("TRIALDRIFT_CRON"),
    http: address(read("TRIALDRIFT_HTTP_PORT")),
    pageToken: read("TRIALDRIFT_PAGE_TOKEN") ?? null,
    reviewsDir: read("TRIALDRIFT_REVIEWS"),
    lexiconsDir: `${OURS}lexicons`,
    lockWaitMs: milliseconds(read("TRIALDRIFT_LOCK_WAIT") ?? ""),
    userAgent: read("TRIALDRIFT_USER_AGENT"),
    webhook: target === undefined ? null : { url: new URL(target), secret, isPrivateAllowed },
    feedDir: read("TRIALDRIFT_FEED_DIR") ?? null,
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
