import * as z from "zod";
import { type ClaimState, COLUMNS } from "../../db/model.ts";
import { CELL_COLUMNS, TRIAL_COLUMNS } from "./claim-columns.ts";

/**
 * Sentences of the review that its columns can decide, held against the trials of today or of any date. A claim says which
 * trials it means (`where`) and what it expects of them. A value that the record does not state is neither true nor false:
 * where the answer hangs on one, the claim cannot be told, and the missing cells are named. Pure.
 */

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const oneOrMore = z.union([scalar, z.array(scalar).min(1)]);

/** What may be asked of one column; of a list: whether it holds such a value. */
const test = z.union([
  oneOrMore,
  z
    .strictObject({
      /** The value is none of these; of a list: it holds none of these. */
      not: oneOrMore.optional(),
      /** Numbers as numbers, dates and other texts by their letters. */
      at_least: z.union([z.number(), z.string()]).optional(),
      at_most: z.union([z.number(), z.string()]).optional(),
      /** Is anything stated at all? Never unknown. */
      stated: z.boolean().optional(),
    })
    .refine((one) => Object.keys(one).length > 0, { error: "expected one of not, at_least, at_most, stated" }),
]);
type Test = z.infer<typeof test>;

/** All columns must pass; of `any`, one group of them. */
export interface Condition {
  [column: string]: Test | Condition[] | undefined;
  any?: Condition[];
}
const condition: z.ZodType<Condition> = z.lazy(() =>
  z.object({ any: z.array(condition).min(1).optional() }).catchall(test),
) as z.ZodType<Condition>;

const expectation = z.union([
  z.strictObject({ none: condition }),
  z.strictObject({ all: condition }),
  z.strictObject({ count: z.int().nonnegative() }),
  z.strictObject({ at_least: z.int().positive() }),
  z.strictObject({ at_most: z.int().nonnegative() }),
]);

/** `claims` of review.json. */
export const claimSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  /** The review's statement, in our own words. */
  sentence: z.string().min(1),
  /** Where the review says it. */
  place: z.string().min(1),
  /** Rows that it speaks of: one a trial and table, or one a cell. */
  over: z.enum(["trials", "cells"]).default("trials"),
  /** Only this table's trials; left out: all. */
  table: z.int().positive().optional(),
  where: condition.default({}),
  expect: expectation,
});
export type Claim = z.infer<typeof claimSchema>;

const KNOWN: Record<Claim["over"], ReadonlySet<string>> = {
  trials: new Set([...TRIAL_COLUMNS, ...COLUMNS.map((column) => `curated.${column}`)]),
  cells: new Set(CELL_COLUMNS),
};

/** What `reviews check` says of claims beyond their shape: path below $.claims, and what was expected there. */
export function claimProblems(claims: readonly Claim[]): { path: string; said: string }[] {
  return claims.flatMap((claim, at) => [
    ...(claims.findIndex(({ id }) => id === claim.id) === at
      ? []
      : [{ path: `[${at}].id`, said: `expected each id once, found "${claim.id}" twice` }]),
    ...columnsOf(claim)
      .filter((column) => !KNOWN[claim.over].has(column))
      .map((column) => ({
        path: `[${at}]`,
        said: `expected a column of review.${claim.over}${claim.over === "trials" ? " or curated.<column>" : ""}, found "${column}"`,
      })),
  ]);
}

/** A row of review.trials or review.cells; of a trial also `curated.<column>`, as the table in force prints it. */
export type ClaimRow = Readonly<Record<string, unknown>> & { nct_id: string };

export interface ClaimResult {
  claim: Claim;
  state: ClaimState;
  /** Trials that break it (no longer holds), or of which a cell is missing (cannot tell), each with the values asked for. */
  trials: { nct_id: string; table_no: number | null; values: Record<string, unknown>; missing: string[] }[];
}

/** True, false, or null: not known. */
type Truth = boolean | null;

const and = (all: readonly Truth[]): Truth => (all.includes(false) ? false : all.includes(null) ? null : true);
const or = (all: readonly Truth[]): Truth => (all.includes(true) ? true : all.includes(null) ? null : false);
const not = (one: Truth): Truth => (one === null ? null : !one);

const isSilent = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

function compared(value: unknown, bound: number | string): number {
  if (typeof bound === "number") return Number(value) - bound;
  return String(value) < bound ? -1 : String(value) > bound ? 1 : 0;
}

function passes(value: unknown, asked: Test): Truth {
  if (typeof asked !== "object" || Array.isArray(asked)) {
    if (isSilent(value)) return null;
    return [value].flat().some((one) => [asked].flat().includes(one as never));
  }
  const { not: never, at_least: least, at_most: most, stated } = asked;
  return and([
    stated === undefined ? true : stated !== isSilent(value),
    never === undefined ? true : not(passes(value, never)),
    least === undefined ? true : isSilent(value) ? null : compared(value, least) >= 0,
    most === undefined ? true : isSilent(value) ? null : compared(value, most) <= 0,
  ]);
}

function meets(row: ClaimRow, asked: Condition): Truth {
  return and(
    Object.entries(asked).map(([column, wanted]) =>
      column === "any"
        ? or((wanted as Condition[]).map((one) => meets(row, one)))
        : passes(row[column], wanted as Test),
    ),
  );
}

/** Columns that a condition asks for, in order. */
export function columnsAsked(asked: Condition): string[] {
  const found = Object.entries(asked).flatMap(([column, wanted]) =>
    column === "any" ? (wanted as Condition[]).flatMap(columnsAsked) : [column],
  );
  return [...new Set(found)];
}

/** Every column that a claim asks for. */
export function columnsOf({ where, expect }: Claim): string[] {
  const [wanted] = Object.values(expect) as [Condition | number];
  return [...new Set([...columnsAsked(where), ...(typeof wanted === "number" ? [] : columnsAsked(wanted))])];
}

/** What is counted against the claim: for `none` the rows that meet it, for `all` those that do not. */
function againstIt(row: ClaimRow, claim: Claim): Truth {
  const { expect } = claim;
  const meant = meets(row, claim.where);
  if ("none" in expect) return and([meant, meets(row, expect.none)]);
  if ("all" in expect) return and([meant, not(meets(row, expect.all))]);
  return meant;
}

function stateOf({ expect }: Claim, sure: number, open: number): ClaimState {
  const within = (least: number, most: number): ClaimState => {
    if (sure > most || sure + open < least) return "no_longer_holds";
    return sure >= least && sure + open <= most ? "holds" : "cannot_tell";
  };
  if ("count" in expect) return within(expect.count, expect.count);
  if ("at_least" in expect) return within(expect.at_least, Number.POSITIVE_INFINITY);
  if ("at_most" in expect) return within(0, expect.at_most);
  return within(0, 0);
}

/** Holds one claim against rows; those of other tables are left aside. */
export function evaluate(claim: Claim, rows: readonly ClaimRow[]): ClaimResult {
  const columns = columnsOf(claim);
  const asked = rows
    .filter((row) => claim.table === undefined || row["table_no"] === claim.table)
    .map((row) => ({ row, truth: againstIt(row, claim) }));
  const sure = asked.filter(({ truth }) => truth === true);
  const open = asked.filter(({ truth }) => truth === null);
  const state = stateOf(claim, sure.length, open.length);
  const named = state === "holds" ? [] : state === "no_longer_holds" && sure.length > 0 ? sure : open;
  return {
    claim,
    state,
    trials: named
      .map(({ row, truth }) => ({
        nct_id: row.nct_id,
        table_no: (row["table_no"] as number | null | undefined) ?? null,
        values: Object.fromEntries(columns.map((column) => [column, row[column] ?? null])),
        missing: truth === null ? columns.filter((column) => isSilent(row[column])) : [],
      }))
      .toSorted((a, b) => (a.nct_id < b.nct_id ? -1 : a.nct_id > b.nct_id ? 1 : (a.table_no ?? 0) - (b.table_no ?? 0))),
  };
}
