import { Agent } from "undici";
import { type ErrorCode, TrialdriftError } from "../../db/errors.ts";
import { type Answer, attemptOnce } from "./attempt.ts";
import { openPace, openSharedPace, type Places } from "./pace.ts";
import { type AttemptOutcome, retrying } from "./retry.ts";

export type { Answer } from "./attempt.ts";

export interface GetOptions {
  /** Ends this request alone; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Recognises a plain-text error that is an answer (`refused`); without it every 4xx is an error. */
  understands?: (status: number, text: string) => boolean;
}

/** The registry's data set at this moment. `dataTimestamp` has no zone: compare it whole, as text (ctgov-api.md 1.10). */
export interface RegistryVersion {
  apiVersion: string;
  dataTimestamp: string;
}

/** A paced, retrying, reading client of one registry. */
export interface Registry {
  readonly baseUrl: string;
  /**
   * GET of base URL + path. `read` types the parsed body and throws where it is not what was promised; such an answer is
   * asked for again like a cut one. Errors: registry_unreachable (six attempts failed), registry_forbidden (403),
   * registry_rejected (other statuses, with the registry's own text; bodies over the limit).
   */
  get<T>(
    path: string,
    params: URLSearchParams | null,
    read: (body: unknown) => T,
    options?: GetOptions,
  ): Promise<Answer<T>>;
  version(): Promise<RegistryVersion>;
  /** The same client at another base URL of the registry: one pace, one count, one end. */
  beside(baseUrl: string): Registry;
  /** The same client with counts from nought: a run counts its own requests. */
  afresh(): Registry;
  /** Attempts sent, those that repeated an earlier one, and decoded bytes received. */
  readonly counts: { requests: number; retries: number; bytes: number };
  /** Ends what is under way and closes the connections. */
  close(): Promise<void>;
}

export interface RegistryOptions {
  baseUrl: string;
  /** Requests a second, retries included. */
  rate: number;
  /** Where the places of that rate are given out to several processes; absent: this process keeps the pace alone. */
  places?: Places;
  /** Empty: the HTTP library's own. */
  userAgent: string;
  /** One line before each wait. */
  onRetry?: (line: string) => void;
  signal?: AbortSignal;
  /** Scales the waits between attempts; for tests. */
  backoffScale?: number;
  /** For one attempt, from the first byte sent to the last received. */
  timeoutMs?: number;
  /** Of one decoded body. */
  maxBytes?: number;
}

/** A page of 200 full records is 3.5 MB on average and can be many times that (ctgov-api.md 5.6): 2 min at 0.3 MB/s. */
const TIMEOUT_MS = 120_000;
/** 70 records as large as the largest known (3.6 MB); a body also has to become one string, at most 512 MB in V8. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What a person can do, by error code. */
const NEXT: Partial<Record<ErrorCode, string>> = {
  registry_unreachable: "check the network and CTGOV_BASE_URL, then run the same command again",
  registry_forbidden:
    "the registry's edge refuses this client: try TRIALDRIFT_USER_AGENT unset or an honest name with a contact address, " +
    "leave VPN, proxy or data-centre address if you can, wait before the next try; never imitate a browser",
  registry_rejected: "correct the query or the ids named above, or check CTGOV_BASE_URL; repeating it will not help",
};

function checkedBase(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "") {
    return url.href.replace(/\/+$/, "");
  }
  throw new TrialdriftError({
    code: "config",
    message: `${JSON.stringify(baseUrl)} is not a base URL of a registry`,
    next: "set CTGOV_BASE_URL to something like https://clinicaltrials.gov/api/v2",
  });
}

function readVersion(body: unknown): RegistryVersion {
  const { apiVersion, dataTimestamp } = (body ?? {}) as Record<string, unknown>;
  if (typeof apiVersion !== "string" || apiVersion === "") throw new Error("no apiVersion");
  if (typeof dataTimestamp !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(dataTimestamp)) {
    throw new Error("no dataTimestamp");
  }
  return { apiVersion, dataTimestamp };
}

/** The value of an answer to which a redirect is no answer: the base URL is not where the registry lives. */
export function valueOf<T>(answer: Answer<T>): T {
  if (answer.kind === "value") return answer.value;
  throw new TrialdriftError({
    code: "registry_rejected",
    message: answer.kind === "moved" ? `the registry redirects to ${answer.location}` : answer.text,
    next: "set CTGOV_BASE_URL to where the registry's API is now",
  });
}

/** Seconds with one decimal, for log lines. */
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/**
 * Opens a client; nothing is sent before the first `get`. HTTP/1.1 on purpose: one request at a time gains nothing from
 * multiplexing, and a lost h2 session fails requests in further ways. fetch and Agent come from one package, since an
 * Agent of another major version breaks Node's own fetch.
 */
export function openRegistry(options: RegistryOptions): Registry {
  const pace = options.places === undefined ? openPace(options.rate) : openSharedPace(options.rate, options.places);
  const agent = new Agent({ allowH2: false, connections: pace.concurrency });
  const closing = new AbortController();
  const always = options.signal === undefined ? [closing.signal] : [closing.signal, options.signal];
  type Counts = Registry["counts"];

  async function get<T>(
    baseUrl: string,
    counts: Counts,
    path: string,
    params: URLSearchParams | null,
    read: (body: unknown) => T,
    { signal: own, understands = () => false }: GetOptions = {},
  ): Promise<Answer<T>> {
    const url = new URL(baseUrl + path);
    if (params !== null) url.search = params.toString();
    const signal = AbortSignal.any(own === undefined ? always : [...always, own]);
    const request = {
      url,
      dispatcher: agent,
      userAgent: options.userAgent,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      maxBytes: options.maxBytes ?? MAX_BYTES,
      signal,
      read,
      understands,
      onBytes: (count: number) => {
        counts.bytes += count;
      },
    };
    const onRetry = (attempt: number, delayMs: number, why: string, outcome: AttemptOutcome) => {
      counts.retries += 1;
      // Who is told to wait does not send the next request meanwhile.
      if (outcome.kind === "status" && outcome.retryAfter) pace.hold(delayMs);
      options.onRetry?.(`attempt ${attempt} at ${url.href} failed (${why}); again in ${seconds(delayMs)}`);
    };
    const attempt = () =>
      pace.run(() => {
        counts.requests += 1;
        return attemptOnce(request);
      }, signal);
    const settled = await retrying(attempt, { onRetry, signal, scale: options.backoffScale ?? 1 });
    if (!("code" in settled)) return settled.answer;
    const times = settled.attempts === 1 ? "" : `, ${settled.attempts} times`;
    throw new TrialdriftError({
      code: settled.code,
      message: `GET ${url.href}${times}: ${settled.why}`,
      state: "nothing of this answer was used",
      ...(NEXT[settled.code] === undefined ? {} : { next: NEXT[settled.code] as string }),
    });
  }

  const clientAt = (baseUrl: string, counts: Counts): Registry => ({
    baseUrl,
    counts,
    get: (...request) => get(baseUrl, counts, ...request),
    version: async () => valueOf(await get(baseUrl, counts, "/version", null, readVersion)),
    beside: (other) => clientAt(checkedBase(other), counts),
    afresh: () => clientAt(baseUrl, { requests: 0, retries: 0, bytes: 0 }),
    async close() {
      closing.abort(new Error("the registry client was closed"));
      pace.close();
      await agent.destroy();
    },
  });
  return clientAt(checkedBase(options.baseUrl), { requests: 0, retries: 0, bytes: 0 });
}
