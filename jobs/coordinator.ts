import { randomUUID } from "node:crypto";
import type { RunCoordinator } from "node-cron";
import { TrialdriftError } from "../db/errors.ts";
import { lifeOf, thisProcess } from "../db/process.ts";
import { beat, type Claim, claimSlot, finishSlot, type Owner, reclaimSlot, type Slot } from "../db/slots.ts";
import { HEARTBEAT_MS, type Judged } from "./catch-up.ts";
import type { SharedDatabase } from "./shared-database.ts";
import type { JobEnd } from "./schedule.ts";

/**
 * Who runs a slot: node-cron asks here before each beat, the catch-up before each run, and a row answers (db/slots.ts). While
 * the work goes on a heartbeat keeps the claim; nothing is ever released, an end is written instead.
 */

interface Held {
  slot: Slot;
  stop: AbortController;
  pulse: NodeJS.Timeout;
  end: JobEnd;
  finishing: Promise<void> | null;
}

export interface Coordinator extends Required<RunCoordinator> {
  /** Claims a slot again that stands as judged, or (null) one that nobody has begun. False where the job is at work here. */
  claim(slot: Slot, judged: Claim | null): Promise<boolean>;
  judge(slot: Slot, claim: Claim): Judged;
  /** Aborts when the claim on the slot is lost. */
  signalOf(slot: Slot): AbortSignal;
  /** What `onComplete` will write. */
  note(slot: Slot, end: JobEnd): void;
  /** Ends slots whose work never began: node-cron drops what waits for its scattered start when it stops. */
  finishAll(): Promise<void>;
}

export const keyOf = ({ job, due }: Slot): string => `${job}:${due.toISOString()}`;

/** node-cron's key is the job's name, a colon and the due time. */
function slotOf(key: string): Slot {
  const colon = key.indexOf(":");
  return { job: key.slice(0, colon), due: new Date(key.slice(colon + 1)) };
}

export function openCoordinator(shared: SharedDatabase, onError: (error: unknown) => void): Coordinator {
  const owner: Owner = { ...thisProcess(), token: randomUUID() };
  const held = new Map<string, Held>();
  // Jobs at work here: two slots of one job never overlap in a process.
  const busy = new Set<string>();

  async function pulse(one: Held): Promise<void> {
    const isOurs = await shared.use(({ db }) => beat(db, one.slot, owner));
    if (isOurs || one.finishing !== null) return;
    const message = `${one.slot.job}: the slot of ${one.slot.due.toISOString()} was taken over by another instance`;
    const next = "nothing; if the machine was not suspended, look at its load and clock";
    one.stop.abort(new TrialdriftError({ code: "locked", message, state: "this run is not published", next }));
  }

  /** Keeps the database while the claim is held. */
  async function claim(slot: Slot, judged: Claim | null): Promise<boolean> {
    if (busy.has(slot.job)) return false;
    busy.add(slot.job);
    let isOurs = false;
    try {
      const { db } = await shared.take();
      try {
        isOurs = await (judged === null ? claimSlot(db, slot, owner) : reclaimSlot(db, slot, owner, judged));
      } finally {
        if (!isOurs) await shared.give();
      }
    } finally {
      if (!isOurs) busy.delete(slot.job);
    }
    if (!isOurs) return false;
    const key = keyOf(slot);
    const one: Held = {
      slot,
      stop: new AbortController(),
      pulse: setInterval(() => void pulse(one).catch(onError), HEARTBEAT_MS),
      end: { outcome: "failed", runId: null, detail: "stopped before it began" },
      finishing: null,
    };
    held.set(key, one);
    return true;
  }

  async function finish(key: string, one: Held): Promise<void> {
    clearInterval(one.pulse);
    try {
      await shared.use(({ db }) => finishSlot(db, one.slot, owner, one.end));
    } finally {
      held.delete(key);
      busy.delete(one.slot.job);
      await shared.give();
    }
  }

  async function onComplete(key: string): Promise<void> {
    const one = held.get(key);
    if (one === undefined) return;
    one.finishing ??= finish(key, one);
    await one.finishing;
  }

  return {
    claim,
    onComplete,
    shouldRun: (key) => claim(slotOf(key), null),
    judge(slot, claim) {
      // A slot of our own that is not held is one whose end could not be written.
      const own = held.has(keyOf(slot)) ? "alive" : "dead";
      return { ...claim, life: claim.owner.token === owner.token ? own : lifeOf(claim.owner) };
    },
    signalOf: (slot) => held.get(keyOf(slot))?.stop.signal ?? AbortSignal.abort(),
    note(slot, end) {
      const one = held.get(keyOf(slot));
      if (one !== undefined) one.end = end;
    },
    async finishAll() {
      await Promise.all([...held.keys()].map(onComplete));
    },
  };
}
