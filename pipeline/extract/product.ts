import type { Confidence, Evidence } from "../../db/model.ts";

/** A value read from prose, with the words that carry it. An empty evidence list goes with silence or with a derived "no". */
export interface Reading<T> {
  value: T;
  evidence: Evidence[];
  confidence: Confidence;
  rule: string;
}

/** Two fields of one record that say different things about the same question. */
export interface RecordConflict {
  about: "tissue" | "donor" | "route";
  values: [string, string];
  evidence: [Evidence, Evidence];
}

/** A name or word that was read and set aside, with the reason: what a person tuning the lexicon needs to see. */
export interface RuledOut {
  about: "product" | "tissue" | "donor" | "route" | "co_products";
  evidence: Evidence;
  because: string;
}

export type ProductType = "cells" | "exosomes_or_ev" | "conditioned_medium_or_secretome" | "other" | "none";
export type Donor = "autologous" | "allogeneic" | "both" | "not_specified";
export type ComparatorType = "none" | "no_intervention" | "standard_care" | "active" | "placebo" | "sham";

/**
 * What a record says about the cell product, in the neutral vocabulary of the labelling guide (tissues, routes and
 * co-products are sorted lists of its codes). Silence is ["not_specified"] / "not_specified", co-products ["none"].
 */
export interface Product {
  includesProduct: Reading<boolean>;
  productType: ProductType;
  /** Codes of the target conditions that the lexicon knows, e.g. T1D, SLE, LN. */
  disease: Reading<string[]>;
  tissue: Reading<string[]>;
  /** Closer names of its tissues ("Wharton's jelly"), in reading order. */
  tissueSubtypes: string[];
  donor: Reading<Donor>;
  donorExplicit: boolean;
  coProducts: Reading<string[]>;
  route: Reading<string[]>;
  /** "or" where the record offers routes as alternatives, else "and". */
  routeJoin: "and" | "or";
  /** Body site or vessel in the record's words, one a route, null when not stated. */
  routeSites: Record<string, string | null>;
  armsTotal: number;
  armsWithProduct: number;
  controlArm: Reading<boolean>;
  comparatorType: Reading<ComparatorType>;
  placebo: Reading<boolean>;
  conflicts: RecordConflict[];
  /** Words that were read and set aside, in reading order. */
  ruledOut: RuledOut[];
  extractorVersion: string;
  /** `id@version` of the lexicon. */
  lexicon: string;
}
