import { expect, test } from "vitest";
import type { Change } from "../../db/model.ts";
import type { FlagContext } from "../../pipeline/flags/causes.ts";
import { reconcileFlags } from "../../pipeline/flags/reconcile.ts";
import { FLAG_RULES } from "../../pipeline/flags/rules.ts";
import { groupRenames } from "../../pipeline/flags/renames.ts";
import { context as member } from "../support/flag-context.ts";
import { nct } from "../support/small-registry.ts";

/** A sponsor renamed in several studies of one run is one flag; renamed in one, it is that study's. */

const renamed = (old: string, now: string): Change => ({
  column: "sponsor",
  kind: "sponsor_renamed",
  old,
  new: now,
  severity: "low",
  cause: "submitted",
  detail: {},
});
const phase: Change = { ...renamed("PHASE1", "PHASE2"), column: "phase", kind: "phase_changed" };
const context = (n: number, ...changes: Change[]): FlagContext =>
  member({ nctId: nct(n), facts: null, screened: null, changes });
const flagsOf = (...contexts: FlagContext[]) =>
  reconcileFlags(FLAG_RULES, groupRenames(contexts), [], false).open.map(
    ({ nctId, table, kind, message, evidence }) => [nctId, table, kind, message, evidence["studies"]],
  );

test("shared by three studies: one flag of the review, with their ids", () => {
  const contexts = [3, 1, 2].map((n) => context(n, renamed("Roche", "Genentech"), phase));
  expect(flagsOf(...contexts)).toEqual([
    ["", 0, "sponsor_changed", "sponsor: Roche -> Genentech in 3 studies", [1, 2, 3].map(nct)],
  ]);
  expect(groupRenames(contexts).map(({ changes }) => changes.map(({ kind }) => kind))).toEqual([
    ["phase_changed"],
    ["phase_changed"],
    ["phase_changed"],
    ["sponsor_renamed"],
  ]);
});

test("another name, or one study alone, stays that study's", () => {
  expect(flagsOf(context(1, renamed("A", "B")), context(2, renamed("A", "C")), context(3))).toEqual([
    [nct(1), 1, "sponsor_changed", "sponsor: A -> B", undefined],
    [nct(2), 1, "sponsor_changed", "sponsor: A -> C", undefined],
  ]);
  const untouched = [context(1, renamed("A", "B")), context(2)];
  expect(groupRenames(untouched)).toEqual(untouched);
});

test("two renames in one run are two flags of the review, and neither opens again while it stands", () => {
  const contexts = [1, 2].flatMap((n) => [context(n, renamed("A", "B")), context(n + 2, renamed("C", "D"))]);
  const { open } = reconcileFlags(FLAG_RULES, groupRenames(contexts), [], false);
  expect(open.map(({ nctId, value }) => [nctId, value])).toEqual([
    ["", "B"],
    ["", "D"],
  ]);
  const held = open.map((flag, at) => ({ ...flag, flagId: at + 1, state: "acknowledged" as const, gone: false }));
  expect(reconcileFlags(FLAG_RULES, groupRenames(contexts), held, false)).toEqual({
    open: [],
    resolve: [],
    markGone: [],
  });
});
