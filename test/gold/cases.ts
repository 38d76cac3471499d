import type { Study } from "../../pipeline/registry/study.ts";

/** A short study written for a test: everything not said is absent from the record. */
export interface CaseText {
  title?: string;
  officialTitle?: string;
  masking?: string;
  summary?: string;
  detail?: string;
  conditions?: string[];
  keywords?: string[];
  type?: string;
  /** type, label, description, indexes of interventions */
  arms?: [string, string, string?, number[]?][];
  /** type, name, description, other names */
  interventions?: [string, string, string?, string[]?][];
}

export interface Expected {
  includes_msc?: boolean;
  product_type?: string;
  disease?: string[];
  tissue?: string[];
  donor?: string;
  donor_explicit?: boolean;
  co_products?: string[];
  route?: string[];
  control_arm?: boolean;
  placebo?: boolean;
}

/** Builds a record in the registry's shape. */
export function studyOf(text: CaseText): Study {
  const interventions = text.interventions ?? [];
  return {
    protocolSection: {
      identificationModule: {
        nctId: "NCT00000000",
        briefTitle: text.title ?? "A study",
        ...(text.officialTitle === undefined ? {} : { officialTitle: text.officialTitle }),
      },
      statusModule: { overallStatus: "RECRUITING" },
      descriptionModule: {
        ...(text.summary === undefined ? {} : { briefSummary: text.summary }),
        ...(text.detail === undefined ? {} : { detailedDescription: text.detail }),
      },
      conditionsModule: { conditions: text.conditions ?? [], keywords: text.keywords ?? [] },
      designModule: {
        studyType: text.type ?? "INTERVENTIONAL",
        designInfo: { maskingInfo: { masking: text.masking ?? "NONE" } },
      },
      armsInterventionsModule: {
        armGroups: (text.arms ?? []).map(([type, label, description, uses]) => ({
          type,
          label,
          ...(description === undefined || description === "" ? {} : { description }),
          interventionNames: (uses ?? []).map((n) => `Biological: ${interventions[n]?.[1] ?? ""}`),
        })),
        interventions: interventions.map(([type, name, description, otherNames]) => ({
          type,
          name,
          ...(description === undefined || description === "" ? {} : { description }),
          ...(otherNames === undefined ? {} : { otherNames }),
        })),
      },
    },
  };
}

/** Each case: what it shows, the record's words, what must be read. They stand in for the labelled set where that is absent. */
export const CASES: readonly { shows: string; text: CaseText; expected: Expected }[] = [
  {
    shows: "cord cells by vein beside a saline comparator",
    text: {
      title: "Cord Cells in New Type 1 Diabetes",
      masking: "DOUBLE",
      conditions: ["Type 1 Diabetes Mellitus"],
      arms: [
        ["EXPERIMENTAL", "Cells", "", [0]],
        ["PLACEBO_COMPARATOR", "Saline", "saline by the same schedule", [1]],
      ],
      interventions: [
        ["BIOLOGICAL", "umbilical cord-derived mesenchymal stem cells", "two intravenous infusions"],
        ["OTHER", "normal saline"],
      ],
    },
    expected: {
      includes_msc: true,
      product_type: "cells",
      disease: ["T1D"],
      tissue: ["umbilical_cord"],
      donor: "allogeneic",
      donor_explicit: false,
      route: ["intravenous"],
      control_arm: true,
      placebo: true,
      co_products: ["none"],
    },
  },
  {
    shows: "cord blood is not cord tissue",
    text: {
      interventions: [
        [
          "BIOLOGICAL",
          "human umbilical cord blood-derived mesenchymal stem cells",
          "given through an Ommaya reservoir",
        ],
      ],
    },
    expected: { tissue: ["cord_blood"], donor: "allogeneic", route: ["intraventricular_cns"] },
  },
  {
    shows: "acronyms carry tissue and donor",
    text: { interventions: [["BIOLOGICAL", "hUC-MSC", "IV drip"]] },
    expected: { tissue: ["umbilical_cord"], route: ["intravenous"] },
  },
  {
    shows: "glued acronym, own marrow",
    text: {
      title: "Autologous BMMSC for Ankle Cartilage",
      interventions: [["BIOLOGICAL", "BMMSCs", "one injection into the ankle joint"]],
    },
    expected: { tissue: ["bone_marrow"], donor: "autologous", donor_explicit: true, route: ["intraarticular"] },
  },
  {
    shows: "infusion alone names no vessel",
    text: {
      interventions: [
        ["BIOLOGICAL", "allogeneic mesenchymal stromal cells", "a single infusion of 2 million cells per kg"],
      ],
    },
    expected: { tissue: ["not_specified"], donor: "allogeneic", route: ["not_specified"] },
  },
  {
    shows: "a drug by vein beside cells injected locally",
    text: {
      interventions: [
        [
          "BIOLOGICAL",
          "Adipose-derived stem cells",
          "Cells are injected around the ulcer. Cefazolin prophylaxis and intravenous antibiotics are allowed.",
        ],
      ],
    },
    expected: { tissue: ["adipose"], route: ["intralesional_or_perilesional"] },
  },
  {
    shows: "premedication by vein, cells without a vessel",
    text: {
      interventions: [
        [
          "BIOLOGICAL",
          "Mesenchymal stem cells",
          "Cyclophosphamide is administered intravenously on day -1. Mesenchymal stem cells are infused on day 0.",
        ],
      ],
    },
    expected: { route: ["not_specified"] },
  },
  {
    shows: "the patient's earlier transplant is not the product's donor",
    text: {
      title:
        "Mesenchymal Stromal Cells for Poor Graft Function After Allogeneic Hematopoietic Stem Cell Transplantation",
      interventions: [["BIOLOGICAL", "mesenchymal stromal cells", "weekly intravenous dose"]],
    },
    expected: { donor: "not_specified", tissue: ["not_specified"], route: ["intravenous"] },
  },
  {
    shows: "mononuclear cells beside the product keep their own donor",
    text: {
      interventions: [
        [
          "BIOLOGICAL",
          "umbilical cord mesenchymal stem cells and autologous bone marrow mononuclear cells",
          "infused together through the pancreatic artery",
        ],
      ],
    },
    expected: {
      tissue: ["umbilical_cord"],
      donor: "allogeneic",
      donor_explicit: false,
      co_products: ["bm_mnc"],
      route: ["intra_arterial_pancreatic"],
    },
  },
  {
    shows: "a relative gave the marrow",
    text: {
      interventions: [
        [
          "BIOLOGICAL",
          "mesenchymal stem cells",
          "grown from bone marrow of a first degree relative, given intravenously",
        ],
      ],
    },
    expected: { tissue: ["bone_marrow"], donor: "allogeneic", donor_explicit: true },
  },
  {
    shows: "the patient's own, in words",
    text: {
      interventions: [
        ["BIOLOGICAL", "mesenchymal stem cells", "transplantation of the patient's own mesenchymal stem cells"],
      ],
    },
    expected: { donor: "autologous", donor_explicit: true },
  },
  {
    shows: "a harvest from the patient implies the donor",
    text: {
      interventions: [
        [
          "BIOLOGICAL",
          "mesenchymal stem cells",
          "Patients undergo bone marrow aspiration and the cultured cells are injected intrathecally.",
        ],
      ],
    },
    expected: { tissue: ["bone_marrow"], donor: "autologous", donor_explicit: false, route: ["intrathecal"] },
  },
  {
    shows: "two donors in two arms",
    text: {
      arms: [
        ["EXPERIMENTAL", "Autologous MSC", "", [0]],
        ["EXPERIMENTAL", "Allogeneic MSC", "", [1]],
      ],
      interventions: [
        ["BIOLOGICAL", "Autologous mesenchymal stem cells"],
        ["BIOLOGICAL", "Allogeneic mesenchymal stem cells"],
      ],
    },
    expected: { donor: "both", control_arm: false },
  },
  {
    shows: "routes offered as alternatives are both read",
    text: {
      interventions: [
        ["BIOLOGICAL", "menstrual blood-derived stem cells", "through the pancreatic artery or intravenous infusion"],
      ],
    },
    expected: {
      tissue: ["menstrual_blood"],
      donor: "not_specified",
      route: ["intra_arterial_pancreatic", "intravenous"],
    },
  },
  {
    shows: "background about other sources says nothing of this product",
    text: {
      interventions: [["BIOLOGICAL", "Mesenchymal stem cells"]],
      summary:
        "Mesenchymal stem cells have been isolated from bone marrow, adipose tissue and placenta in several studies.",
    },
    expected: { tissue: ["not_specified"], donor: "not_specified" },
  },
  {
    shows: "a keyword alone never makes a trial one of the product",
    text: {
      title: "Marrow Mononuclear Cells in Cardiomyopathy",
      keywords: ["Mesenchymal stem cells"],
      interventions: [["PROCEDURE", "intracoronary autologous bone marrow mononuclear cells"]],
    },
    expected: {
      includes_msc: false,
      product_type: "none",
      tissue: ["not_specified"],
      donor: "not_specified",
      route: ["not_specified"],
    },
  },
  {
    shows: "a mesenchymal tumour is no product",
    text: { title: "A Kinase Inhibitor in Mesenchymal Tumors", interventions: [["DRUG", "Exemplinib", "by mouth"]] },
    expected: { includes_msc: false },
  },
  {
    shows: "the patient's resident cells are not given",
    text: {
      title: "A Perforated Membrane for Guided Bone Regeneration",
      interventions: [
        ["DEVICE", "Perforated membrane", "lets resident mesenchymal stem cells migrate into the defect"],
      ],
    },
    expected: { includes_msc: false },
  },
  {
    shows: "a sham transplantation is a comparator",
    text: {
      masking: "TRIPLE",
      arms: [
        ["ACTIVE_COMPARATOR", "Cells", "", [0]],
        ["SHAM_COMPARATOR", "Sham", "sham transplantation", [1]],
      ],
      interventions: [
        ["BIOLOGICAL", "autologous mesenchymal stem cell transplantation"],
        ["PROCEDURE", "sham transplantation of mesenchymal stem cells"],
      ],
    },
    expected: { includes_msc: true, control_arm: true, placebo: true },
  },
  {
    shows: "a comparator typed sham that gets the usual treatment is no placebo",
    text: {
      arms: [
        ["EXPERIMENTAL", "Cells and conventional therapy", "", [0]],
        ["SHAM_COMPARATOR", "Conventional therapy", "conventional therapy without any cell therapy", [1]],
      ],
      interventions: [
        ["BIOLOGICAL", "mesenchymal stem cells", "by peripheral vein"],
        ["OTHER", "Conventional therapy"],
      ],
    },
    expected: { control_arm: true, placebo: false, route: ["intravenous"] },
  },
  {
    shows: "dose groups are no control",
    text: {
      arms: [
        ["EXPERIMENTAL", "Low dose", "", [0]],
        ["EXPERIMENTAL", "High dose", "", [0]],
      ],
      interventions: [["BIOLOGICAL", "adipose tissue derived mesenchymal stem cells", "intra-articular injection"]],
    },
    expected: { control_arm: false, placebo: false, route: ["intraarticular"], tissue: ["adipose"] },
  },
  {
    shows: "an untreated group in prose",
    text: {
      arms: [["EXPERIMENTAL", "MSC", "", [0]]],
      interventions: [["BIOLOGICAL", "mesenchymal stem cells"]],
      summary: "Twenty patients receive cells and twenty form an untreated control group.",
    },
    expected: { control_arm: true, placebo: false },
  },
  {
    shows: "a carrier is a co-product",
    text: {
      interventions: [
        ["BIOLOGICAL", "umbilical cord mesenchymal stem cells on a collagen scaffold", "placed in the uterine cavity"],
      ],
    },
    expected: { co_products: ["scaffold_or_matrix"], route: ["intrauterine_or_ovarian"] },
  },
  {
    shows: "co-transplantation with islets",
    text: {
      title: "Co-transplantation of Islets and Mesenchymal Stem Cells in Type 1 Diabetes",
      interventions: [["BIOLOGICAL", "cotransplantation of islets and mesenchymal stem cells"]],
    },
    expected: { co_products: ["islets"], route: ["co_transplant_with_organ_or_islets"], disease: ["T1D"] },
  },
  {
    shows: "lupus nephritis implies lupus",
    text: { conditions: ["Lupus Nephritis"], interventions: [["BIOLOGICAL", "mesenchymal stem cells"]] },
    expected: { disease: ["SLE", "LN"] },
  },
  {
    shows: "vesicles are a product without cells",
    text: {
      title: "Vesicles of Mesenchymal Stem Cells",
      interventions: [["BIOLOGICAL", "mesenchymal stem cell-derived exosomes", "by inhalation of an aerosol"]],
    },
    expected: { includes_msc: true, product_type: "exosomes_or_ev", route: ["intratracheal_or_inhaled"] },
  },
  {
    shows: "a brand under a title of giving",
    text: {
      title: "Safety of Bone Marrow Derived Mesenchymal Stem Cells in Stroke",
      interventions: [["BIOLOGICAL", "XY-101", "one intravenous dose"]],
    },
    expected: { includes_msc: true, tissue: ["bone_marrow"], route: ["intravenous"] },
  },
  {
    shows: "counting the patient's cells is not giving them",
    text: {
      title: "Effect of Exampleptin on Mesenchymal Stem Cell Counts",
      interventions: [["DRUG", "Exampleptin", "by mouth"]],
    },
    expected: { includes_msc: false },
  },
  {
    shows: "a lesion of the cord is the cord",
    text: {
      title: "Cells After Spinal Cord Injury",
      interventions: [["BIOLOGICAL", "autologous mesenchymal stem cells", "intralesional injection after laminectomy"]],
    },
    expected: { route: ["intraspinal"] },
  },
  {
    shows: "the route of another listed intervention is its own",
    text: {
      title: "Mesenchymal Stem Cells in Foot Ulcers",
      arms: [
        [
          "EXPERIMENTAL",
          "Cells",
          "MSCs in four points around the ulcer and topical application of examplex gel",
          [0, 1],
        ],
        ["ACTIVE_COMPARATOR", "Gel", "topical application of examplex gel", [1]],
      ],
      interventions: [
        ["BIOLOGICAL", "MSCs"],
        ["DRUG", "examplex gel"],
      ],
    },
    expected: { route: ["intralesional_or_perilesional"], control_arm: true, placebo: false },
  },
];
