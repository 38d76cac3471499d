import { jsonText } from "./json.ts";
import type { CodebookView } from "./codebook.ts";
import { typeOf, type ViewColumn } from "./view-types.ts";

/** The description of an export after the Frictionless standard: every file, every column with its meaning, and where it comes from. */

export interface PackagedView {
  name: string;
  columns: readonly ViewColumn[];
}

export interface PackageInput {
  views: readonly PackagedView[];
  codebook: ReadonlyMap<string, CodebookView>;
  /** Files that are no data of a view: tables to read, references. */
  documents: readonly { name: string; path: string; title: string; mediatype: string }[];
  reviews: readonly {
    review: string;
    title: string;
    dataDate: string | null;
    lastRun: number;
    tables: Record<string, number>;
    queries: unknown;
  }[];
  /** Version of the program, of the views, and of the rules that read the records. */
  versions: { trialdrift: string; contract: string; rules: Record<string, string> };
}

/** Names of a data package are small letters, digits and - . _ alone. */
const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9._-]+/g, "-");

function fieldOf(column: ViewColumn, meaning: string | undefined): Record<string, unknown> {
  const { field, list } = typeOf(column);
  const description = [meaning ?? "", list ? "Several values are joined by a semicolon and a blank." : ""]
    .filter((part) => part !== "")
    .join(" ");
  return { name: column.name, ...field, ...(description === "" ? {} : { description }) };
}

/** datapackage.json; the same input gives the same bytes. */
export function dataPackage(input: PackageInput): string {
  const data = input.views.flatMap(({ name, columns }) => {
    const known = input.codebook.get(name);
    const fields = columns.map((column) => fieldOf(column, known?.columns.get(column.name)));
    const description = known?.about ?? "";
    return [
      {
        name: slug(name),
        path: `${name}.csv`,
        profile: "tabular-data-resource",
        description,
        format: "csv",
        mediatype: "text/csv",
        encoding: "utf-8",
        dialect: { delimiter: ",", lineTerminator: "\r\n", quoteChar: '"', doubleQuote: true, header: true },
        schema: { fields, missingValues: [""] },
      },
      {
        name: slug(`${name}-parquet`),
        path: `${name}.parquet`,
        profile: "data-resource",
        description,
        format: "parquet",
        mediatype: "application/vnd.apache.parquet",
      },
    ];
  });
  const documents = input.documents.map(({ name, path, title, mediatype }) => ({
    name: slug(name),
    path,
    profile: "data-resource",
    title,
    mediatype,
  }));
  const whole = {
    profile: "data-package",
    name: slug(input.reviews.length === 1 ? `trialdrift-${input.reviews[0]?.review ?? ""}` : "trialdrift"),
    title: input.reviews.map(({ title }) => title).join("; ") || "trialdrift",
    description:
      "What the registry says of the trials that reviews track, read into the reviews' own columns and held against their printed tables. Not the published tables: cite the reviews for what they printed.",
    sources: [{ title: "ClinicalTrials.gov", path: "https://clinicaltrials.gov" }],
    trialdrift: { versions: input.versions, reviews: input.reviews },
    resources: [...data, ...documents],
  };
  return `${jsonText(whole, 2)}\n`;
}
