import type { CuratedColumn } from "../../db/model.ts";
import type { Lexicon } from "../extract/lexicon.ts";
import type { WatchQuery } from "../registry/query.ts";
import type { Claim } from "./claims.ts";
import type { Decision } from "./decision.ts";
import type { Screening } from "./screening.ts";

/** A watchlist: a query of the registry's own, or pinned ids alone. */
export interface Watchlist {
  id: string;
  /** Number of the table whose candidates it brings; null where the review has no tables. */
  table: number | null;
  query: WatchQuery | null;
  /** Names the query's text: another text is another question, not a departure. */
  queryHash: string | null;
  pinned: string[];
}

/** A printed row. Cell values are as in the table's file: text, number, list of texts, or codes with their join. */
export type CuratedValue = null | string | number | string[] | { codes: string[]; join: "and" | "or" };
export interface CuratedRow {
  nctId: string;
  footnotes: string[];
  cite: string;
  cells: Partial<Record<CuratedColumn, CuratedValue>>;
}

export interface CuratedTable {
  table: number;
  title: string;
  /** The version in the file; the database's own count goes on from its first. */
  version: number;
  statusConvention: "completed_only" | null;
  footnotes: Record<string, string>;
  rows: CuratedRow[];
  /** Hash of the file's bytes: another hash is another version. */
  fileHash: string;
}

/** A review folder, read and checked: everything that the rules take from it, by value. */
export interface Review {
  id: string;
  title: string;
  source: { citation: string | null; doi: string | null };
  asOf: { from: string | null; to: string | null };
  watchlists: Watchlist[];
  tables: CuratedTable[];
  lexicon: Lexicon | null;
  lexiconHash: string | null;
  /** Null: everything that the watchlists bring is in. */
  screening: Screening | null;
  /** The review's notation (review.json `codes`), parsed by codes.ts. */
  codes: unknown;
  /** Sentences of the review that its columns can decide. */
  claims: Claim[];
  /** What curators decided, in order (decisions.jsonl). */
  decisions: Decision[];
  /** Where it was read, so that it can be read again once a decision has been written. */
  place: { reviews: string; lexicons: string };
  /** Hash of all files of the folder that the rules read. */
  folderHash: string;
  /** review.json as it stands, kept in the database for readers. */
  definition: Record<string, unknown>;
}
