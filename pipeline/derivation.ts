import { type Change, type Drift, isCarrying } from "../db/model.ts";
import { unpack } from "../db/pack.ts";
import type { StagedDerivation } from "../db/store.ts";
import { type Derived, deriveMember, RULE_VERSIONS } from "./derive.ts";
import type { FlagContext } from "./flags/causes.ts";
import { contentId } from "./hash.ts";
import { refusedPublications, standingOn } from "./review/decision.ts";
import type { Membership, MemberEvent } from "./review/membership.ts";
import { texts } from "./review/column.ts";
import type { Study } from "./registry/study.ts";
import type { Review } from "./review/review.ts";

/** What was derived of a member, as the store keeps it and as the flag rules see it; pure. */

/** A member with its records as the store keeps them, packed, so that it can be posted to a worker thread. */
export interface Posted {
  nctId: string;
  study: Uint8Array | null;
  asOf: Uint8Array | null;
  gone: string | null;
  tables: readonly number[];
}

/** Derives what was posted, here or in a worker. */
export function derivePosted(review: Review, posted: readonly Posted[]): Derived[] {
  const read = (packed: Uint8Array | null): Study | null => (packed === null ? null : (unpack(packed) as Study));
  return posted.map((one) => deriveMember({ ...one, study: read(one.study), asOf: read(one.asOf), review }));
}

/** Named by everything that it says, so that deriving the same twice writes nothing. */
export function storedDerivation(
  review: Review,
  nctId: string,
  versionId: string | null,
  derived: Derived,
  shown: readonly number[],
  tables: Record<string, number>,
  runId: number,
): StagedDerivation {
  const said = {
    review: review.id,
    nctId,
    versionId,
    route: derived.route,
    cellSource: derived.cellSource,
    rules: RULE_VERSIONS,
    tables: Object.fromEntries(shown.map((table) => [table, tables[table] ?? null])),
    cells: derived.cells,
    drift: derived.drift,
  };
  const derivationId = contentId(JSON.stringify([said, derived.product, derived.screened]));
  const { product } = derived;
  return {
    derivation: {
      derivationId,
      review: review.id,
      nctId,
      versionId,
      route: derived.route,
      cellSource: derived.cellSource,
      tissue: product?.tissue.value ?? [],
      donor: product?.donor.value ?? null,
      armsWithProduct: product?.armsWithProduct ?? null,
      controlled: product?.controlArm.value ?? null,
      comparatorType: product?.comparatorType.value ?? null,
      placebo: product?.placebo.value ?? null,
      extractorVersion: RULE_VERSIONS["extractor"] ?? "",
      runId,
    },
    cells: derived.cells.map((cell) => ({
      derivationId,
      columnName: cell.column,
      value: cell.value,
      neutral: cell.neutral ?? null,
      sourcePath: cell.evidence.find(isCarrying)?.path ?? null,
      span: cell.evidence.find(isCarrying)?.span ?? null,
      evidence: cell.evidence,
      confidence: cell.confidence,
      rule: cell.rule,
      decidedBy: "rule" as const,
    })),
    drift: derived.drift.map((one) => ({
      derivationId,
      tableNo: one.table,
      columnName: one.column,
      curated: one.curated,
      registry: one.registry,
      kind: one.kind,
      basis: one.basis,
      note: one.note,
      tableVersion: tables[one.table] ?? null,
    })),
  };
}

/** What stands for a review while its studies are asked about, by NCT id where a study has its own. */
export interface FlagStanding {
  /** Day of the registry's data; null before the first walk. */
  dataDate: string | null;
  /** Every study that the review tracks. */
  tracked: ReadonlySet<string>;
  /** Confirmed PMIDs of the tables in force before this run. */
  confirmed: ReadonlyMap<string, readonly string[]>;
}

function publicationsOf(review: Review, nctId: string, standing: FlagStanding): FlagContext["publications"] {
  const rows = review.tables.flatMap((table) => table.rows.filter((row) => row.nctId === nctId));
  const confirmed = new Set(rows.flatMap(({ cells }) => texts(cells.publications ?? null)));
  const before = new Set(standing.confirmed.get(nctId));
  return {
    confirmed,
    added: new Set([...confirmed].filter((pmid) => !before.has(pmid))),
    rejected: new Set(refusedPublications(review.decisions, nctId)),
  };
}

/** What a curator has rejected: at that value of the registry, and at no other. */
function rejectedDrift(review: Review, nctId: string, drift: readonly Drift[]): Drift[] {
  const decided = review.decisions.filter((one) => one.nct_id === nctId);
  if (decided.length === 0) return [];
  return drift.filter((one) => {
    const row = review.tables.find(({ table }) => table === one.table)?.rows.find((row) => row.nctId === nctId);
    return standingOn(decided, one.table, nctId, row).some(
      ({ decision, column, registry_then }) =>
        decision === "rejected" && column === one.column && registry_then === one.registry,
    );
  });
}

export function flagContext(
  review: Review,
  nctId: string,
  tables: readonly number[],
  derived: Derived | null,
  changes: readonly Change[],
  events: readonly MemberEvent[],
  list: readonly Membership[],
  standing: FlagStanding,
): FlagContext {
  const printed = review.tables.some(({ rows }) => rows.some((row) => row.nctId === nctId));
  const screened = derived?.screened ?? null;
  // What screening leaves out is tracked, but asks nobody anything.
  const rejected = rejectedDrift(review, nctId, derived?.drift ?? []);
  const asks = printed || screened?.verdict !== "out";
  return {
    review: review.id,
    nctId,
    tables,
    printed,
    screened,
    facts: derived?.facts ?? null,
    drift: (derived?.drift ?? []).filter((one) => !rejected.includes(one)),
    rejected,
    changes: asks ? changes : [],
    events: events.filter((event) => event.nctId === nctId),
    conflicts: asks ? (derived?.product?.conflicts ?? []) : [],
    present: list.some(({ state }) => state === "present"),
    mentions: asks ? (derived?.mentions ?? []).filter((one) => standing.tracked.has(one.nctId)) : [],
    publications: publicationsOf(review, nctId, standing),
    dataDate: standing.dataDate,
  };
}
