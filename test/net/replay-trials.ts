/** Five hand-made trials for the replay tests; the second answers for the retired id 90. */

export const id = (n: number): string => `NCT${String(n).padStart(8, "0")}`;

interface Made {
  n: number;
  condition: string;
  intervention: string;
  posted: string;
  count?: number;
  aliases?: string[];
  status?: string;
  title?: string;
}

const record = (made: Made): unknown => ({
  protocolSection: {
    identificationModule: {
      nctId: id(made.n),
      ...(made.aliases === undefined ? {} : { nctIdAliases: made.aliases }),
      briefTitle: made.title ?? `Trial ${made.n}`,
      organization: { fullName: "Hospital of the North" },
    },
    statusModule: { overallStatus: made.status ?? "RECRUITING", lastUpdatePostDateStruct: { date: made.posted } },
    sponsorCollaboratorsModule: { leadSponsor: { name: made.n % 2 === 0 ? "University of Turku" : "Cell Works Ltd" } },
    conditionsModule: { conditions: [made.condition] },
    designModule: made.count === undefined ? {} : { enrollmentInfo: { count: made.count } },
    armsInterventionsModule: { interventions: [{ type: "BIOLOGICAL", name: made.intervention }] },
  },
  hasResults: false,
});

export const RECORDS = [
  record({ n: 5, condition: "Lupus Nephritis", intervention: "MSC", posted: "2021-03-01", count: 9 }),
  record({ n: 1, condition: "Lupus", intervention: "Belimumab", posted: "2021-01-01", count: 40 }),
  record({ n: 2, condition: "Type 1 Diabetes", intervention: "MSC", posted: "2021-02-01", aliases: [id(90)] }),
  record({
    n: 3,
    condition: "Type 1 Diabetes",
    intervention: "Insulin",
    posted: "2021-02-01",
    count: 40,
    status: "COMPLETED",
  }),
  record({
    n: 4,
    condition: "Asthma",
    intervention: "Salbutamol",
    posted: "2020-12-24",
    title: `Refers to ${id(2)}, NUL \0 kept`,
  }),
];
