import * as z from "zod";
import { TrialdriftError } from "../../db/errors.ts";
import { compileGroup, indexByBeginning, type Matcher } from "./matcher.ts";
import { anyOf } from "./term.ts";

/**
 * A lexicon: what words stand for which code, as data. Every file of a lexicon folder except lexicon.json is an object of
 * groups; a group is a list of entries. Nothing here knows what a group is about: the readers do, by the names of GROUPS.
 */

/** Groups the readers ask for. A lexicon may leave one out: then that reader finds nothing. */
export const GROUPS = {
  product: "names of the product itself",
  product_if_called: "names that are the product only where the record also uses a word of `called`",
  called: "words that make product_if_called the product",
  generic: "words that may stand for the product once the record has named it",
  derived: "cell-free forms; the code is the product type",
  companion: "other things given; the code is a co-product code, or `-` for one that is not recorded",
  together: "words that join a companion to the product",
  tissue: "where the product comes from",
  harvest: "procedures that take the source tissue; the code is the tissue",
  donor: "adjectives of the donor",
  donor_person: "people the product was taken from; the code is the donor",
  route: "ways to give; the code is the route",
  route_weak: "words that hint at a route, used only where no other word names one",
  site: "places in the body",
  drug: "things given or done beside the product, whose route is not the product's",
  not_given: "words before a name of the product that say it is not given",
  not_given_after: "words after a name of the product that say it is not given",
  background: "sentences about knowledge, not about this study",
  history: "words before a name that place it in the patient's past",
  criteria: "headings after which a text lists who may take part",
  end_of_criteria: "headings after which it no longer does",
  placebo: "inert comparators",
  sham: "procedures that only look like the treatment",
  no_intervention: "comparators who get nothing",
  standard_care: "comparators who get the usual treatment",
  control: "words for a comparator group",
  control_label: "plain words for a comparator, trusted only in an arm's own text",
  no_control: "words that look like a control group and are none",
  disease: "target conditions",
} as const;
export type GroupName = keyof typeof GROUPS;

const terms = z.array(z.string().min(1)).min(1);
const entrySchema = z.strictObject({
  code: z.string().min(1),
  terms,
  /** Why this entry is here: required, because a reviewer must be able to judge it. */
  reason: z.string().min(1),
  /** Readings that begin at the same place and are not this entry. */
  except: terms.optional(),
  not_after: terms.optional(),
  not_before: terms.optional(),
  /** What must follow: for words that mean this only in front of others. */
  only_before: terms.optional(),
  /** Terms of which one must stand in a title, condition or keyword of the record. */
  needs: terms.optional(),
  implies_donor: z.enum(["autologous", "allogeneic"]).optional(),
  /** Of a companion: what it is, which decides whether it has a donor and a route of its own. */
  kind: z.enum(["cells", "transplant", "graft", "carrier", "noun"]).optional(),
  /** A closer name of the same code, told beside it ("Wharton's jelly" of the umbilical cord). */
  subtype: z.string().min(1).optional(),
  /** A catch-all that yields to any other code. */
  vague: z.boolean().optional(),
  /** Further codes that come with this one (a subtype of a condition implies the condition). */
  also: z.array(z.string()).optional(),
});
export type EntrySource = z.infer<typeof entrySchema>;

const headSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  version: z.string().min(1),
  title: z.string().min(1),
  /** Terms of which one must stand in a short field of a record before it is read at all. */
  gate: terms,
  /** The same for longer texts (descriptions, summary): fewer and surer words. */
  gate_text: terms,
});

export interface Lexicon {
  readonly id: string;
  /** Version of the rules in it: changes whenever a person changes what it means. */
  readonly version: string;
  readonly title: string;
  readonly gate: RegExp;
  readonly gateText: RegExp;
  readonly groups: Readonly<Record<GroupName, Matcher>>;
  /** The groups that may begin at a word, by its first three signs (see indexByBeginning). */
  readonly groupsAt: readonly (readonly number[] | undefined)[];
}

/**
 * Compiles a lexicon from its parsed JSON files (by file name). Throws `review_invalid` that lists every problem found,
 * each with its file and JSON path.
 */
export function parseLexicon(files: Record<string, unknown>): Lexicon {
  const problems: string[] = [];
  const head = headSchema.safeParse(files["lexicon.json"]);
  if (!head.success) problems.push(...issues("lexicon.json", head.error));
  const groups = new Map<string, EntrySource[]>();
  for (const [file, content] of Object.entries(files)) {
    if (file === "lexicon.json") continue;
    const parsed = z.record(z.string(), z.array(entrySchema)).safeParse(content);
    if (!parsed.success) {
      problems.push(...issues(file, parsed.error));
      continue;
    }
    for (const [group, entries] of Object.entries(parsed.data)) {
      if (!Object.hasOwn(GROUPS, group))
        problems.push(`${file}: no reader asks for a group "${group}" (known: ${Object.keys(GROUPS).join(", ")})`);
      else if (groups.has(group)) problems.push(`${file}: group "${group}" is defined in two files`);
      else groups.set(group, entries);
      entries.forEach((entry, index) => problems.push(...unreadable(`${file}: ${group}[${index}]`, entry)));
    }
  }
  if (head.success)
    problems.push(...unreadableTerms("lexicon.json: gate", [...head.data.gate, ...head.data.gate_text]));
  if (problems.length > 0 || !head.success) {
    throw new TrialdriftError({
      code: "review_invalid",
      message: `the lexicon cannot be read: ${problems.join("; ")}`,
      state: "nothing was read with it",
      next: "mend the named entries; the term language is described in pipeline/extract/term.ts",
    });
  }
  const compiled = (Object.keys(GROUPS) as GroupName[]).map(
    (name, id) => [name, compileGroup(id, name, groups.get(name) ?? [])] as const,
  );
  return {
    id: head.data.id,
    version: head.data.version,
    title: head.data.title,
    gate: new RegExp(anyOf(head.data.gate), "i"),
    gateText: new RegExp(anyOf(head.data.gate_text), "i"),
    groups: Object.fromEntries(compiled) as Record<GroupName, Matcher>,
    groupsAt: indexByBeginning(compiled),
  };
}

function issues(file: string, error: z.ZodError): string[] {
  return error.issues.map((issue) => `${file}: ${issue.path.join(".") || "(root)"}: ${issue.message}`);
}

function unreadable(where: string, entry: EntrySource): string[] {
  const lists = {
    terms: entry.terms,
    except: entry.except,
    not_after: entry.not_after,
    not_before: entry.not_before,
    only_before: entry.only_before,
    needs: entry.needs,
  };
  return Object.entries(lists).flatMap(([key, list]) => unreadableTerms(`${where}.${key}`, list ?? []));
}

function unreadableTerms(where: string, list: readonly string[]): string[] {
  return list.flatMap((term) => {
    try {
      void new RegExp(anyOf([term]));
      return [];
    } catch (error) {
      return [`${where}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}
