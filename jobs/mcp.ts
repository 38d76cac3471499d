import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import * as z from "zod";
import { TrialdriftError } from "../db/errors.ts";
import { CLAIM_STATES, FLAG_KINDS, QUIET_DRIFT } from "../db/model.ts";
import { type Filter, parseSince, readView, type ViewName } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { normalizeNctId } from "../pipeline/registry/query.ts";

/** What a language model may ask: read-only tools over the public views, each answer with its data date and evidence. */

const review = z.string().optional().describe("id of a review; left out: all");
const nctId = z.string().describe("NCT id of a study, such as NCT02633163");
const limit = z.int().positive().max(500).default(100).describe("at most so many rows");

interface Tool<Shape extends z.ZodRawShape> {
  name: string;
  title: string;
  about: string;
  input: Shape;
  answer: (db: Db, asked: z.infer<z.ZodObject<Shape>>) => Promise<Record<string, unknown>>;
}
const tool = <Shape extends z.ZodRawShape>(one: Tool<Shape>): Tool<z.ZodRawShape> =>
  one as unknown as Tool<z.ZodRawShape>;

type Row = Record<string, unknown>;

function byReview(asked: { review?: string | undefined }): Filter {
  return asked.review === undefined ? {} : { review: asked.review };
}

/** As many rows as asked for, and how many there are: a cut list must not read like a whole one. */
function cut(rows: readonly Row[], most: number): { rows: readonly Row[]; total: number } {
  return { rows: rows.slice(0, most), total: rows.length };
}

function idOf(text: string): string {
  const id = normalizeNctId(text);
  if (id !== null) return id;
  throw new TrialdriftError({
    code: "usage",
    message: `${JSON.stringify(text)} is no NCT id`,
    next: "NCT and eight digits; search_members finds studies by words",
  });
}

/** The rows of several views about one study. */
async function aboutStudy(db: Db, nctId: string, only: string | undefined): Promise<Record<string, unknown>> {
  const views: readonly ViewName[] = ["studies", "trials", "cells", "drift", "changes", "flags", "members"];
  const store: readonly ViewName[] = ["studies", "changes"];
  const read = async (view: ViewName) => {
    const filter = only === undefined || store.includes(view) ? { nctIds: [nctId] } : { review: only, nctIds: [nctId] };
    return [view, await readView(db, view, filter)] as const;
  };
  const found = Object.fromEntries(await Promise.all(views.map(read)));
  if (found["studies"]?.length === 0 && found["members"]?.length === 0)
    throw new TrialdriftError({
      code: "usage",
      message: `${nctId} is not in the database`,
      next: "search_members finds the studies that are",
    });
  return { link: `https://clinicaltrials.gov/study/${nctId}`, ...found };
}

const contains = (row: Row, words: readonly string[]): boolean => {
  const text = JSON.stringify(row).toLowerCase();
  return words.every((word) => text.includes(word));
};

/** TABLE OF TOOLS. */
export const TOOLS: readonly Tool<z.ZodRawShape>[] = [
  tool({
    name: "table",
    title: "A review's table",
    about:
      "The trials that a review shows, with the printed values and the registry's where they differ (drift). Not the published table.",
    input: { review, table: z.int().positive().optional().describe("number of the table; left out: all"), limit },
    answer: async (db, asked) => {
      const filter = { ...byReview(asked), ...(asked.table === undefined ? {} : { table: asked.table }) };
      const drift = await readView<Row & { kind: never }>(db, "drift", filter);
      return {
        trials: cut(await readView(db, "trials", filter), asked.limit),
        differing: cut(
          drift.filter(({ kind }) => !QUIET_DRIFT.includes(kind)),
          asked.limit,
        ),
      };
    },
  }),
  tool({
    name: "study",
    title: "One study",
    about:
      "Everything held of one study: registry columns, cells with the record's own words (path, span, rule, confidence), drift, changes, flags, membership.",
    input: { nct_id: nctId, review },
    answer: (db, asked) => aboutStudy(db, idOf(asked.nct_id), asked.review),
  }),
  tool({
    name: "changes_since",
    title: "What changed in the registry",
    about: "Changes of the registry's records that were found since a date, an instant or a run (run:N), newest last.",
    input: { since: z.string().describe("2026-11-01, 2026-11-01T00:00:00Z or run:12"), review, limit },
    answer: async (db, asked) => {
      const found = await readView(db, "changes", { ...byReview(asked), since: parseSince(asked.since) });
      return { changes: cut(found, asked.limit) };
    },
  }),
  tool({
    name: "flags",
    title: "Open questions",
    about: "Questions that wait for a person, the gravest first, each with its evidence and what to do.",
    input: {
      review,
      kinds: z.array(z.enum(FLAG_KINDS)).optional().describe("only these kinds"),
      answered: z.boolean().default(false).describe("also those that a person has answered"),
      limit,
    },
    answer: async (db, asked) => {
      const kinds = asked.kinds === undefined ? {} : { kinds: asked.kinds };
      const found = await readView(db, "flags", { ...byReview(asked), ...kinds });
      return {
        flags: cut(
          found.filter(({ state }) => asked.answered || state === "open"),
          asked.limit,
        ),
      };
    },
  }),
  tool({
    name: "claims",
    title: "Sentences of the review",
    about:
      "Sentences of a review held against its trials: which still hold, which do not, since when and by which trials.",
    input: { review, states: z.array(z.enum(CLAIM_STATES)).optional().describe("only these states") },
    answer: async (db, asked) => {
      const kinds = asked.states === undefined ? {} : { kinds: asked.states };
      return { claims: await readView(db, "claims", { ...byReview(asked), ...kinds }) };
    },
  }),
  tool({
    name: "search_members",
    title: "Find tracked studies",
    about:
      "Studies that reviews track whose row holds all the words given (title, director, country, status, cells, route).",
    input: { words: z.string().min(1).describe("one or more words"), review, limit },
    answer: async (db, asked) => {
      const words = asked.words
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== "");
      const found = (await readView(db, "trials", byReview(asked))).filter((row) => contains(row, words));
      return { trials: cut(found, asked.limit) };
    },
  }),
];

/**
 * The server with its tools. `withDatabase` lends a database for one call: an embedded one is open no longer than that.
 * A refusal is an answer that says so, never a broken connection.
 */
export function toolServer(version: string, withDatabase: <T>(work: (db: Db) => Promise<T>) => Promise<T>): McpServer {
  const server = new McpServer({ name: "trialdrift", version });
  for (const { name, title, about, input, answer } of TOOLS)
    server.registerTool(
      name,
      { title, description: about, inputSchema: input, annotations: { readOnlyHint: true, openWorldHint: false } },
      async (asked: Record<string, unknown>) => {
        try {
          const said = await withDatabase(async (db) => ({
            data: await readView(db, "freshness"),
            ...(await answer(db, asked as never)),
          }));
          return { content: [{ type: "text" as const, text: JSON.stringify(said) }] };
        } catch (error) {
          if (!(error instanceof TrialdriftError)) throw error;
          return { isError: true, content: [{ type: "text" as const, text: error.explain() }] };
        }
      },
    );
  return server;
}
