import { openContext, type Context } from "../../jobs/context.ts";
import { decide, type Decided } from "../../jobs/decide.ts";
import { propose, type Wanted } from "../../jobs/propose.ts";
import type { Database } from "../../db/open.ts";
import { Refusal, undo } from "../../pipeline/review/deciding.ts";
import { nct } from "./small-registry.ts";
import type { ReviewFolder } from "./small-review.ts";

/** Decisions as the commands take them, on an open database and without a process. */

export interface Curator {
  accept(n: number, wanted: Wanted): Promise<Decided>;
  reject(n: number, wanted: Wanted): Promise<Decided>;
  undo(id: string): Promise<Decided>;
}

/** `curator("Eva")` of a folder. Refusals are thrown as one error that holds their words. */
export function curatorOf(database: Database, folder: ReviewFolder): Curator {
  const context: Context = openContext({ TRIALDRIFT_REVIEWS: folder.directory, LOG_LEVEL: "silent" });
  const person = { by: "Eva", note: null };
  const answer = async (verb: "accept" | "reject", n: number, wanted: Wanted): Promise<Decided> => {
    const decided = await decide(context, database, folder.read(), [nct(n)], person, async (room) => {
      const { drafts, refused } = propose(room, verb, [nct(n)], wanted);
      if (refused.length > 0) throw new Error(refused.join("\n"));
      return drafts;
    });
    if (decided === null) throw new Error("nothing was decided");
    return decided;
  };
  return {
    accept: (n, wanted) => answer("accept", n, wanted),
    reject: (n, wanted) => answer("reject", n, wanted),
    async undo(id) {
      const decided = await decide(context, database, folder.read(), null, person, async (room) => {
        const draft = undo(room.review.decisions, id, room.files.get(1)?.rows ?? []);
        if (draft instanceof Refusal) throw new Error(draft.words);
        return [draft];
      });
      if (decided === null) throw new Error("nothing was undone");
      return decided;
    },
  };
}
