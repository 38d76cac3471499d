import { recordFromHtml } from "../normalize/html.ts";
import { type Registry, valueOf } from "../registry/client.ts";
import { distinctIds } from "../registry/query.ts";
import type { Batch, Source } from "./source.ts";

/** The registry's version history (ctgov-api.md 4): undocumented, dated by submission, HTML where API v2 has Markdown. */

/** What the store holds of one study: history fills the time before the first observation, and nothing twice. */
export interface HeldHistory {
  /** Data date of the first observed version. */
  firstObserved: string;
  /** Submission dates (yyyy-mm-dd) of versions held already. */
  submitted: ReadonlySet<string>;
}

interface Overview {
  changes: { version: number; date: string }[];
  /** The newest version's record, as this interface has it. */
  study: unknown;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function readOverview(body: unknown): Overview {
  const { study, history } = (body ?? {}) as { study?: unknown; history?: { changes?: unknown } };
  if (!Array.isArray(history?.changes)) throw new Error("no list history.changes");
  const changes = history.changes.map((one: unknown, at) => {
    const { version, date } = (one ?? {}) as Record<string, unknown>;
    if (version !== at || typeof date !== "string" || !DAY.test(date))
      throw new Error(`history.changes[${at}] has no version ${at} with a day`);
    return { version, date };
  });
  return { changes, study };
}

function readVersion(version: number) {
  return (body: unknown): unknown => {
    const { studyVersion, study } = (body ?? {}) as { studyVersion?: unknown; study?: unknown };
    if (studyVersion !== version || typeof study !== "object" || study === null)
      throw new Error(`not version ${version} of a study`);
    return study;
  };
}

/** A study that left the registry has no history there; its 404 is an answer. */
const gone = (status: number): boolean => status === 404;

/**
 * The versions of some studies that were submitted before the store first observed them and that it does not hold. Their
 * data date is the submission date. A study that is not stored, or that the registry no longer knows, brings none.
 */
export function historySource(
  registry: Registry,
  name: string,
  nctIds: readonly string[],
  held: ReadonlyMap<string, HeldHistory>,
): Source {
  const dates = new WeakMap<object, string>();
  async function versionsOf(nctId: string, { firstObserved, submitted }: HeldHistory): Promise<unknown[]> {
    const answer = await registry.get(`/studies/${nctId}`, new URLSearchParams({ history: "true" }), readOverview, {
      understands: gone,
    });
    if (answer.kind !== "value") return [];
    const { changes, study } = answer.value;
    const records: unknown[] = [];
    for (const { version, date } of changes) {
      if (`${date}T00:00:00` >= firstObserved || submitted.has(date)) continue;
      const newest = version === changes.length - 1 && typeof study === "object" && study !== null;
      const served = newest
        ? study
        : valueOf(await registry.get(`/studies/${nctId}/history/${version}`, null, readVersion(version)));
      const record = recordFromHtml(served) as object;
      dates.set(record, `${date}T00:00:00`);
      records.push(record);
    }
    return records;
  }
  async function* batches(): AsyncGenerator<Batch> {
    let announced = 0;
    for (const nctId of distinctIds(nctIds)) {
      const known = held.get(nctId);
      const records = known === undefined ? [] : await versionsOf(nctId, known);
      announced += records.length;
      yield { records, announced };
    }
  }
  return {
    name,
    announces: "archive",
    versions: true,
    batches,
    fates: new Map(),
    dataAt: (record) => dates.get(record as object) ?? null,
  };
}
