import type { Study } from "../registry/study.ts";
import type { Lexicon } from "./lexicon.ts";
import { type Field, type Passage, passageOf } from "./passages.ts";

export interface ArmText {
  readonly index: number;
  readonly type: string;
  readonly texts: readonly Passage[];
  /** Indexes of the interventions it lists. */
  readonly interventions: readonly number[];
}

export interface InterventionText {
  readonly index: number;
  readonly type: string;
  /** Name and other names. */
  readonly names: readonly Passage[];
  readonly description: Passage | null;
}

/** A record as a reader sees it. */
export interface RecordText {
  readonly lexicon: Lexicon;
  /** INTERVENTIONAL, OBSERVATIONAL or EXPANDED_ACCESS; "" where not stated. */
  readonly studyType: string;
  /** The interventional model as registered, or "". */
  readonly model: string;
  readonly arms: readonly ArmText[];
  readonly interventions: readonly InterventionText[];
  readonly titles: readonly Passage[];
  readonly summary: readonly Passage[];
  readonly detail: readonly Passage[];
  readonly keywords: readonly Passage[];
  readonly conditions: readonly Passage[];
  /** Names under which the given product goes in this record, lower case: known once it is known what is given. */
  readonly brands: readonly string[];
  /** Titles, conditions and keywords in lower case: what an entry's `needs` is looked for in. */
  readonly topic: string;
}

const present = (list: readonly (Passage | null)[]): Passage[] => list.filter((item) => item !== null);

/** Cuts a record into passages. Texts are not searched here. */
export function readRecord(study: Study, lexicon: Lexicon): RecordText {
  const protocol = study.protocolSection;
  const at = (field: Field, path: string, raw: string | undefined) =>
    passageOf(field, `protocolSection.${path}`, raw, lexicon);
  const {
    identificationModule: id,
    descriptionModule: text,
    designModule: design,
    conditionsModule: topics,
  } = protocol;
  const module = "armsInterventionsModule";
  const interventions = (protocol.armsInterventionsModule?.interventions ?? []).map((item, index) => {
    const path = `${module}.interventions[${index}]`;
    return {
      index,
      type: item.type ?? "",
      names: present([
        at("intervention_name", `${path}.name`, item.name),
        ...(item.otherNames ?? []).map((name, n) => at("other_name", `${path}.otherNames[${n}]`, name)),
      ]),
      description: at("intervention_description", `${path}.description`, item.description),
    };
  });
  const nameIndex = new Map(
    (protocol.armsInterventionsModule?.interventions ?? []).map((item, index) => [item.name ?? "", index]),
  );
  const arms = (protocol.armsInterventionsModule?.armGroups ?? []).map((arm, index) => {
    const path = `${module}.armGroups[${index}]`;
    const listed = (arm.interventionNames ?? []).map(
      (name) => nameIndex.get(name) ?? nameIndex.get(name.replace(/^[^:]+: /, "")),
    );
    const linked = (protocol.armsInterventionsModule?.interventions ?? []).flatMap((item, n) =>
      arm.label !== undefined && (item.armGroupLabels ?? []).includes(arm.label) ? [n] : [],
    );
    return {
      index,
      type: arm.type ?? "",
      texts: present([
        at("arm_label", `${path}.label`, arm.label),
        at("arm_description", `${path}.description`, arm.description),
      ]),
      interventions: [...new Set([...listed.filter((n) => n !== undefined), ...linked])],
    };
  });
  const titles = present([
    at("official_title", "identificationModule.officialTitle", id.officialTitle),
    at("brief_title", "identificationModule.briefTitle", id.briefTitle),
  ]);
  const info = design?.designInfo;
  const keywords = present(
    (topics?.keywords ?? []).map((word, n) => at("keyword", `conditionsModule.keywords[${n}]`, word)),
  );
  const conditions = present(
    (topics?.conditions ?? []).map((word, n) => at("condition", `conditionsModule.conditions[${n}]`, word)),
  );
  return {
    lexicon,
    studyType: design?.studyType ?? "",
    model: design?.designInfo?.interventionModel ?? "",
    brands: [],
    arms,
    interventions,
    titles,
    summary: present([
      at("brief_summary", "descriptionModule.briefSummary", text?.briefSummary),
      at(
        "model_description",
        "designModule.designInfo.interventionModelDescription",
        info?.interventionModelDescription,
      ),
      at(
        "masking_description",
        "designModule.designInfo.maskingInfo.maskingDescription",
        info?.maskingInfo?.maskingDescription,
      ),
    ]),
    detail: present([at("detailed_description", "descriptionModule.detailedDescription", text?.detailedDescription)]),
    keywords,
    conditions,
    topic: [...titles, ...conditions, ...keywords].map((item) => item.low).join("\n"),
  };
}
