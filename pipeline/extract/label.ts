import type { Evidence } from "../../db/model.ts";
import type { Study } from "../registry/study.ts";
import type { Donor, Product, ProductType, RuledOut } from "./product.ts";

/** One record in the shape of the `extract` command and of the labelled sets: the labelling guide's keys and codes. */
export interface Label {
  nct_id: string;
  includes_msc: boolean;
  product_type: ProductType;
  disease: string[];
  tissue: string[];
  donor: Donor;
  donor_explicit: boolean;
  co_products: string[];
  route: string[];
  control_arm: boolean;
  placebo: boolean;
  /** Words a value, with path and rule; [] where the record is silent. */
  evidence: Record<
    "includes_msc" | "disease" | "tissue" | "donor" | "co_products" | "route" | "control_arm" | "placebo",
    Evidence[]
  >;
  /** What was read and set aside, each with the reason in `because`. */
  ruled_out: (Evidence & { about: RuledOut["about"]; because: string })[];
}

/** The label that the rules give a record. */
export function labelOf(study: Study, product: Product): Label {
  return {
    nct_id: study.protocolSection.identificationModule.nctId,
    includes_msc: product.includesProduct.value,
    product_type: product.productType,
    disease: product.disease.value,
    tissue: product.tissue.value,
    donor: product.donor.value,
    donor_explicit: product.donorExplicit,
    co_products: product.coProducts.value,
    route: product.route.value,
    control_arm: product.controlArm.value,
    placebo: product.placebo.value,
    evidence: {
      includes_msc: product.includesProduct.evidence,
      disease: product.disease.evidence,
      tissue: product.tissue.evidence,
      donor: product.donor.evidence,
      co_products: product.coProducts.evidence,
      route: product.route.evidence,
      control_arm: product.controlArm.evidence,
      placebo: product.placebo.evidence,
    },
    ruled_out: product.ruledOut.map(({ about, evidence, because }) => ({ about, ...evidence, because })),
  };
}
