import * as z from "zod";
import type { ProductType } from "../extract/product.ts";
import { anyOf } from "../extract/term.ts";
import { name, strict } from "./shape.ts";

/** The shape of `screening` in review.json. */

/** In the language that lexicons are written in (extract/term.ts). */
const term = z.string().superRefine((text, context) => {
  try {
    void new RegExp(anyOf([text]));
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
  }
});
const terms = z.array(term).min(1);
/** Words of a screening rule: `except` begins where a term does; `not_after`, `not_before` stand beside it. */
const words = { terms, except: terms.optional(), not_after: terms.optional(), not_before: terms.optional() };
const named = strict({ ...words, reason: z.string().min(1).optional() });
const coded = strict({ ...named.shape, code: name, name: z.string().min(1) });
const PRODUCT_TYPES = ["cells", "exosomes_or_ev", "conditioned_medium_or_secretome", "other"] as const;

/** `screening` of review.json: what is in, as data. Keys left out are not asked. */
export const screeningSchema = strict({
  note: z.string().optional(),
  /** Registry values of studyType that are in. */
  study_types: z.array(z.string().min(1)).min(1).optional(),
  product_types: z
    .array(z.enum(PRODUCT_TYPES satisfies readonly ProductType[]))
    .min(1)
    .optional(),
  /** Names of an intervention that may hide the product: where none is read, the study is uncertain, not out. */
  unclear_product: named.optional(),
  /** Words directly before or after a name that deny it. */
  denials: strict({ before: terms.optional(), after: terms.optional() }).optional(),
  conditions: z.array(
    strict({
      /** Table whose candidates it is asked of; left out: of all. */
      table: z.int().positive().optional(),
      name: z.string().min(1),
      /** Looked for in conditions, titles and keywords. */
      named,
      /** Looked for in inclusion criteria; left out: the same words. */
      inclusion: named.optional(),
      /** Conditions that put a study aside when it names only them, and mark it as mixed otherwise. */
      others: z.array(coded).optional(),
      /** Words that leave it open whether the condition is meant. */
      unspecified: coded.optional(),
    }),
  ),
  footnotes: z
    .array(
      strict({
        ...named.shape,
        mark: z.string().min(1),
        table: z.int().positive().optional(),
        means: z.string().min(1),
      }),
    )
    .optional(),
});
export type Screening = z.infer<typeof screeningSchema>;
