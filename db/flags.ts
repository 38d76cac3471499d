import { inArray, sql } from "drizzle-orm";
import { TrialdriftError } from "./errors.ts";
import type { FlagKind, FlagState } from "./model.ts";
import { flags } from "./schema/flags.ts";
import { type Db, rows, texts } from "./sql.ts";

/** What a person answers to flags. What runs do to them is in publish.ts. */

export type FlagAnswer = Exclude<FlagState, "open">;

/**
 * TABLE OF ANSWERS: the states each applies to. A flag in any other state keeps the answer that it has: an acknowledged
 * one is still the open question of its identity, and a resolved one opens anew only as another flag (design 4.3).
 */
const APPLIES_TO: Record<FlagAnswer, readonly FlagState[]> = {
  acknowledged: ["open"],
  resolved: ["open", "acknowledged"],
};

export interface AnsweredFlag {
  flagId: number;
  review: string;
  /** 0: under no table. */
  table: number;
  /** '' where the flag is about the whole review. */
  nctId: string;
  column: string;
  kind: FlagKind;
  message: string;
  /** As it was found. */
  was: FlagState;
  /** As it is now; equal to `was` where the answer did not apply. */
  state: FlagState;
  /** The answer that stood when it was found: a person or "run N", when (ISO, UTC), in which words; null on an open flag. */
  before: { by: string | null; at: string | null; note: string | null } | null;
}

/**
 * Publications update flags too, in no order of their own: who answers several takes the lock that they take (publish.ts),
 * so that neither can wait for the other in a circle.
 */
const PUBLISHING = sql`select pg_advisory_xact_lock(7614001, 0)`;

function findThem(tx: Db, flagIds: readonly number[]): Promise<Omit<AnsweredFlag, "state">[]> {
  return rows(
    tx,
    sql`select flag_id::int as "flagId", review, table_no as "table", nct_id as "nctId", column_name as "column", kind,
               message, state as was,
               case when state <> 'open' then json_build_object('by', resolved_by, 'note', note,
                 'at', to_char(resolved_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) end as before
          from trialdrift.flags
         where flag_id in (select one::bigint from ${texts(flagIds.map(String))} as given(one))
         order by flag_id for update`,
  );
}

/**
 * Acknowledges or resolves flags, all or none, and says how each was found, in the order asked for. `gone` stays as it is:
 * the flagged value still stands in the record, and until a run sees it leave the same identity stays closed
 * (pipeline/flags/reconcile.ts). The words of an acknowledgement are kept before those of the resolution.
 * Errors: `usage` naming every id that does not exist; then nothing was changed.
 */
export function answerFlags(
  db: Db,
  flagIds: readonly number[],
  answer: { state: FlagAnswer; by: string; note: string },
): Promise<AnsweredFlag[]> {
  const asked = [...new Set(flagIds)];
  return db.transaction(async (tx) => {
    await tx.execute(PUBLISHING);
    const found = new Map((await findThem(tx, asked)).map((flag) => [flag.flagId, flag]));
    const unknown = asked.filter((id) => !found.has(id));
    if (unknown.length > 0)
      throw new TrialdriftError({
        code: "usage",
        message: `there is no flag ${unknown.join(", ")}`,
        state: "no flag was changed",
        next: "`trialdrift flags` lists them with their numbers",
      });
    const applies = (was: FlagState) => APPLIES_TO[answer.state].includes(was);
    const changing = asked.filter((id) => applies(found.get(id)?.was ?? "resolved"));
    if (changing.length > 0)
      await tx
        .update(flags)
        .set({
          state: answer.state,
          resolvedAt: sql`now()` as unknown as string,
          resolvedBy: answer.by,
          note: sql`case when state = 'acknowledged' and note is not null
                         then concat('acknowledged by ', coalesce(resolved_by, 'unknown'),
                                to_char(resolved_at at time zone 'utc', '" on "YYYY-MM-DD'), ': ', note, E'\n')
                         else '' end || ${answer.note}::text` as unknown as string,
        })
        .where(inArray(flags.flagId, changing));
    return asked.flatMap((id) => {
      const flag = found.get(id);
      return flag === undefined ? [] : [{ ...flag, state: applies(flag.was) ? answer.state : flag.was }];
    });
  });
}
