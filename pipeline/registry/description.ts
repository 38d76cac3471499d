/**
 * The registry's description of its own data, /studies/metadata and /studies/enums, as flat facts, and how two answers
 * differ; pure. What it does not understand of an answer it leaves out: a description never keeps records from being loaded.
 */

export const DESCRIPTIONS = ["metadata", "enums"] as const;
export type DescriptionKind = (typeof DESCRIPTIONS)[number];

/** A field by its path, or a value by `Type=VALUE`; `type` is empty for a value, `paths` are the fields that it is about. */
export type Described = Map<string, { type: string; paths: string[] }>;

export interface SchemaDifference {
  added: string[];
  removed: string[];
  /** `path: old type -> new type`. */
  retyped: string[];
  /** Fields of the record that the difference is about, as dotted paths without array marks. */
  paths: string[];
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((one): one is Record<string, unknown> => typeof one === "object" && one !== null)
    : [];

function* nodes(body: unknown, prefix = ""): Generator<{ path: string; node: Record<string, unknown> }> {
  for (const node of list(body)) {
    if (text(node["name"]) === "") continue;
    const path = prefix === "" ? text(node["name"]) : `${prefix}.${text(node["name"])}`;
    yield { path, node };
    yield* nodes(node["children"], path);
  }
}

/** Fields by path, with their type ("text[]", "Status", "PartialDate", ...). */
export function describedFields(metadata: unknown): Described {
  return new Map([...nodes(metadata)].map(({ path, node }) => [path, { type: text(node["type"]), paths: [path] }]));
}

/** Values by `Type=VALUE`; the fields that hold them are found by piece name or type in the metadata, where that is known. */
export function describedValues(enums: unknown, metadata: unknown): Described {
  const named = new Map<string, string[]>();
  for (const { path, node } of nodes(metadata))
    for (const name of [text(node["piece"]), text(node["type"]).replace(/\[\]$/, "")])
      named.set(name, [...(named.get(name) ?? []), path]);
  const found: Described = new Map();
  for (const one of list(enums)) {
    const pieces = Array.isArray(one["pieces"]) ? one["pieces"].map(text) : [];
    const paths = [...new Set([...pieces, text(one["type"])].flatMap((name) => named.get(name) ?? []))];
    for (const { value } of list(one["values"]))
      if (text(value) !== "") found.set(`${text(one["type"])}=${text(value)}`, { type: "", paths });
  }
  return found;
}

export function schemaDifference(before: Described, after: Described): SchemaDifference {
  const added = [...after.keys()].filter((name) => !before.has(name));
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const retyped = [...after].flatMap(([name, { type }]) => {
    const was = before.get(name)?.type;
    return was === undefined || was === type ? [] : [{ name, said: `${name}: ${was} -> ${type}` }];
  });
  const about = [...added, ...removed, ...retyped.map(({ name }) => name)];
  const paths = about.flatMap((name) => [...(after.get(name)?.paths ?? []), ...(before.get(name)?.paths ?? [])]);
  return { added, removed, retyped: retyped.map(({ said }) => said), paths: [...new Set(paths)] };
}

export const isSame = ({ added, removed, retyped }: SchemaDifference): boolean =>
  added.length + removed.length + retyped.length === 0;

/** More names than this are counted. */
const MOST_NAMED = 6;

const named = (what: string, names: readonly string[]): string[] => {
  if (names.length === 0) return [];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return [`${what} ${names.slice(0, MOST_NAMED).join(", ")}${more}`];
};

/** A difference in words: "added a.b, c.d; removed e". */
export function differenceWords({ added, removed, retyped }: SchemaDifference): string {
  return [...named("added", added), ...named("removed", removed), ...named("retyped", retyped)].join("; ");
}
