import { readTableHeads } from "../db/curated.ts";
import { TrialdriftError } from "../db/errors.ts";
import {
  type FirstPrinted,
  type Milestone,
  readFirstPrinted,
  readMilestones,
  readTrialFacts,
  type TrialFacts,
} from "../db/evidence.ts";
import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { type Html, html, link } from "../pipeline/report/html.ts";
import { parseNotation } from "../pipeline/review/codes.ts";
import { pastOf, sizePairs, slips } from "./plots/compare.ts";
import { mapFigure } from "./plots/map.ts";
import { sizesFigure } from "./plots/sizes.ts";
import { slipsFigure } from "./plots/slips.ts";
import { standingFigure } from "./plots/standing.ts";
import { FILLINGS } from "./plots/statuses.ts";
import { studyLink } from "./study.ts";

/** What the trials of a review look like as a whole: what was given and how, whether plans were kept, how they stand. */

export interface EvidenceData {
  review: string;
  title: string;
  /** Data date of the last complete run; null: none yet. */
  dataDate: string | null;
  /** The review's notation as its folder has it. */
  codes: unknown;
  /** The trials that the review shows, each once. */
  trials: readonly TrialFacts[];
  /** What the versions held of all members state. */
  stated: readonly Milestone[];
  printed: readonly FirstPrinted[];
}

/** Reads several views: call it in a transaction of one snapshot where a run may publish meanwhile. Errors: `usage`. */
export async function readEvidence(db: Db, review: string): Promise<EvidenceData> {
  const [known] = await readView<{ title: string }>(db, "reviews", { review });
  if (known === undefined)
    throw new TrialdriftError({
      code: "usage",
      message: `there is no review ${review} in the database`,
      state: "nothing was changed",
      next: "see `trialdrift reviews` for those that are there, or run `trialdrift sync` first",
    });
  const [fresh] = await readView<{ data_date: string | null }>(db, "freshness", { review });
  const [head] = await readTableHeads(db, review);
  return {
    review,
    title: known.title,
    dataDate: fresh?.data_date ?? null,
    codes: head?.codes ?? null,
    trials: await readTrialFacts(db, review),
    stated: await readMilestones(db, review),
    printed: await readFirstPrinted(db, review),
  };
}

/** The content of the page, from its heading on; the document around it is the server's. */
export function evidencePage(data: EvidenceData): Html {
  const { review, trials, stated, printed, dataDate } = data;
  const study = (nctId: string) => studyLink(nctId, review);
  const past = pastOf(stated, printed);
  const { routes } = parseNotation(data.codes);
  const means = (route: string) => routes.find(({ code }) => code === route)?.means ?? null;
  const members = new Set(stated.map(({ nctId }) => nctId)).size;
  return html`${FILLINGS}<header>
    <h1>Evidence map: ${data.title}</h1>
    <p>${trials.length} trials that the review shows, of ${members} studies that it tracks. ClinicalTrials.gov, data of ${dataDate ?? "an unknown date"}.</p>
    <nav aria-label="On this page"><ul><li>${link("#map", "Cell source by route")}</li><li>${link("#sizes", "Enrollment")}</li><li>${link("#slips", "Slip of completion")}</li><li>${link("#standing", "Status through time")}</li></ul></nav>
  </header>
  ${mapFigure(trials, study, means)}
  ${sizesFigure(sizePairs(trials, past), trials.length, study)}
  ${slipsFigure(slips(trials, past), trials.length, study)}
  ${standingFigure(stated, dataDate)}`;
}
