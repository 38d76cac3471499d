import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Replay, startReplay } from "../../fixtures/replay/server.ts";
import type { Fault } from "./registry-faults.ts";

/** A registry of a few hand-made trials small enough to count by hand. */

export type Json = Record<string, unknown>;

export const nct = (n: number): string => `NCT${String(n).padStart(8, "0")}`;

/** What a test says of a trial; the rest is always the same. */
export interface Said {
  condition?: string;
  status?: string;
  lastKnown?: string;
  why?: string;
  start?: string;
  completion?: string;
  posted?: string;
  count?: number;
  title?: string;
  summary?: string;
  aliases?: string[];
  heading?: string;
  stamp?: string;
}

export function trial(n: number, said: Said = {}): Json {
  const heading = { ancestors: [], meshes: [{ id: "D008180", term: said.heading ?? said.condition ?? "Lupus" }] };
  return {
    protocolSection: {
      identificationModule: {
        nctId: nct(n),
        ...(said.aliases === undefined ? {} : { nctIdAliases: said.aliases }),
        briefTitle: said.title ?? `Cells in trial ${n}`,
        organization: { fullName: "Hospital of the North", class: "OTHER" },
      },
      statusModule: {
        statusVerifiedDate: "2021-02",
        overallStatus: said.status ?? "RECRUITING",
        ...(said.lastKnown === undefined ? {} : { lastKnownStatus: said.lastKnown }),
        ...(said.why === undefined ? {} : { whyStopped: said.why }),
        startDateStruct: { date: said.start ?? "2019-03" },
        completionDateStruct: { date: said.completion ?? "2023-06", type: "ESTIMATED" },
        studyFirstPostDateStruct: { date: "2019-01-10", type: "ACTUAL" },
        lastUpdatePostDateStruct: { date: said.posted ?? "2021-03-01", type: "ACTUAL" },
      },
      sponsorCollaboratorsModule: { leadSponsor: { name: "University of Turku", class: "OTHER" } },
      descriptionModule: { briefSummary: said.summary ?? "Mesenchymal stem cells are infused intravenously." },
      conditionsModule: { conditions: [said.condition ?? "Lupus"] },
      designModule: {
        studyType: "INTERVENTIONAL",
        phases: ["PHASE1"],
        designInfo: {
          allocation: "RANDOMIZED",
          interventionModel: "PARALLEL",
          maskingInfo: { masking: "NONE" },
        },
        enrollmentInfo: { count: said.count ?? 20, type: "ESTIMATED" },
      },
      armsInterventionsModule: { interventions: [{ type: "BIOLOGICAL", name: "Mesenchymal stem cells" }] },
      contactsLocationsModule: { locations: [{ facility: "Clinic", city: "Turku", country: "Finland" }] },
    },
    derivedSection: {
      miscInfoModule: { versionHolder: said.stamp ?? "2022-01-21" },
      conditionBrowseModule: heading,
    },
    hasResults: false,
  };
}

/** What the registry holds from a day on: records added or replaced, ids that are gone. */
export interface Day {
  date: string;
  records: readonly unknown[];
  gone?: readonly string[];
}

export interface Played {
  url: string;
  /** Serves the state after so many days from now on. */
  show(day: number): Promise<void>;
  /** The fault in force; null: none. */
  fault: Fault | null;
  /** Paths and queries asked for since the last look. */
  asked(): string[];
  close(): Promise<void>;
}

function writeDays(folder: string, days: readonly Day[]): string {
  const place = join(folder, "days");
  mkdirSync(place);
  const names = days.map(({ date }, at) => `${String(at).padStart(2, "0")}-${date}.jsonl`);
  days.forEach(({ records }, at) =>
    writeFileSync(join(place, names[at] ?? ""), records.map((one) => `${JSON.stringify(one)}\n`).join("")),
  );
  const index = days.map(({ gone = [] }, at) => ({ file: names[at], gone }));
  writeFileSync(join(place, "index.json"), JSON.stringify(index));
  return place;
}

/** Plays the days over HTTP, beginning with the first. A fault sees each request and the answer it would have got. */
export async function playRegistry(...days: Day[]): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), "trialdrift-registry-"));
  const paths = [writeDays(folder, days)];
  const inner = await startReplay({ paths, step: 1 });
  let asked: string[] = [];
  const outer: Replay = await startReplay({
    paths,
    step: 1,
    async onRequest(request, response) {
      const path = request.url.pathname.replace("/api/v2", "") + request.url.search;
      asked.push(path);
      if (played.fault === null) return false;
      const pristine = async (): Promise<Json> => (await fetch(inner.url + path)).json() as Promise<Json>;
      return played.fault({ ...request, pristine }, response);
    },
  });
  const played: Played = {
    url: outer.url,
    fault: null,
    async show(day) {
      await Promise.all([inner.setStep(day), outer.setStep(day)]);
    },
    asked() {
      const seen = asked;
      asked = [];
      return seen;
    },
    async close() {
      await Promise.all([inner.close(), outer.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return played;
}
