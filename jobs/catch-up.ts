import type { SlotOutcome } from "../db/slots.ts";

/**
 * Pure: has a job's newest due slot been served, is somebody at it, or must it run now? What was missed while nothing ran is
 * caught up by the newest slot alone: a sync reads from the last success on, so that one run makes up for any number of nights.
 */

/** A claim's owner that another host does not hear for so long is dead. Six heartbeats: a busy event loop is late, not gone. */
export const LEASE_MS = 60_000;
export const HEARTBEAT_MS = LEASE_MS / 6;
/** Without any other reason a job is looked at again after an hour. */
export const LOOK_MS = 3_600_000;
/** A database that is away, or held by a person's command, is asked for again after five minutes. */
export const AWAY_MS = 300_000;

/** When the registry's data have not moved by the due time: they come late some days, and not at all on US holidays. */
const ASK_AGAIN_MS = 30 * 60_000;
const ASK_FOR_MS = 4 * 3_600_000;

/** TABLE OF SECOND ATTEMPTS: how often a slot may be begun after such an end, each an hour after the one before. */
const MOST_ATTEMPTS: Record<Exclude<SlotOutcome, "complete" | "unmoved">, number> = {
  // The registry's counts did not add up or a record was refused: once more, then it is for a person to look at.
  incomplete: 2,
  // Network, database or lock, usually over within hours. A registry that refuses us is not asked more often than this.
  failed: 5,
};
/** A slot whose owner died under it each time is not begun for ever. */
const MOST_DEATHS = 5;

/** What is known of the claim on a slot; `life` is what can be said of its owner's process. */
export interface Judged {
  life: "alive" | "dead" | "unknown";
  attempts: number;
  outcome: SlotOutcome | null;
  silentMs: number;
  endedMs: number | null;
}

/** Run it now, or look again after so many milliseconds. */
export type Decision = { run: true; because: string } | { run: false; lookMs: number };

const look = (ms: number): Decision => ({ run: false, lookMs: Math.min(Math.max(ms, 0), LOOK_MS) });
const run = (because: string): Decision => ({ run: true, because });

/** What to do about the newest due slot. `starting`: the scheduler just began, and nothing waits for its hour. */
export function decide(due: Date, now: Date, claim: Judged | null, starting: boolean): Decision {
  if (claim === null) return run("nobody has begun it");
  const { outcome, endedMs, attempts } = claim;
  if (outcome === null || endedMs === null) {
    const isDead = claim.life === "dead" || (claim.life === "unknown" && claim.silentMs >= LEASE_MS);
    if (!isDead) return look(claim.life === "alive" ? LEASE_MS : LEASE_MS - claim.silentMs);
    return attempts < MOST_DEATHS ? run("its owner died") : look(LOOK_MS);
  }
  if (outcome === "complete") return look(LOOK_MS);
  if (outcome === "unmoved") {
    const waitMs = ASK_AGAIN_MS - endedMs;
    if (now.getTime() + Math.max(waitMs, 0) > due.getTime() + ASK_FOR_MS) return look(LOOK_MS);
    return waitMs <= 0 ? run("the registry's data had not moved") : look(waitMs);
  }
  if (attempts >= MOST_ATTEMPTS[outcome]) return look(LOOK_MS);
  return starting || endedMs >= LOOK_MS ? run(`the last attempt was ${outcome}`) : look(LOOK_MS - endedMs);
}
