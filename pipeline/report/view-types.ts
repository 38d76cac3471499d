/** TABLE OF TYPES: how a column of a public view is written to Parquet and described in a data package. */

/** A leaf of a Parquet schema. */
interface Leaf {
  type: "BYTE_ARRAY" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN";
  converted_type?: "UTF8" | "DATE" | "TIMESTAMP_MILLIS" | "JSON";
}

export interface ViewType {
  leaf: Leaf;
  list: boolean;
  /** Type of a Frictionless field (a CSV has no lists: theirs are joined by "; "). */
  field: { type: string; format?: string };
  /** The value as readView gives it, as the Parquet writer takes it; never null. */
  encode: (value: unknown) => unknown;
}

const same = (value: unknown): unknown => value;
const text: Leaf = { type: "BYTE_ARRAY", converted_type: "UTF8" };
const whole = { leaf: { type: "INT64" }, list: false, field: { type: "integer" } } as const;

const TYPES: Readonly<Record<string, ViewType>> = {
  text: { leaf: text, list: false, field: { type: "string" }, encode: same },
  uuid: { leaf: text, list: false, field: { type: "string" }, encode: same },
  "text[]": { leaf: text, list: true, field: { type: "string" }, encode: same },
  integer: { ...whole, encode: (value) => BigInt(value as number) },
  bigint: { ...whole, encode: (value) => BigInt(value as number) },
  boolean: { leaf: { type: "BOOLEAN" }, list: false, field: { type: "boolean" }, encode: same },
  "double precision": {
    leaf: { type: "DOUBLE" },
    list: false,
    field: { type: "number" },
    encode: (value) => Number(value),
  },
  date: {
    leaf: { type: "INT32", converted_type: "DATE" },
    list: false,
    field: { type: "date" },
    encode: (value) => new Date(`${String(value)}T00:00:00Z`),
  },
  "timestamp with time zone": {
    leaf: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
    list: false,
    field: { type: "datetime", format: "any" },
    encode: (value) => new Date(value as string),
  },
  jsonb: {
    leaf: { type: "BYTE_ARRAY", converted_type: "JSON" },
    list: false,
    // A field of type object would refuse lists, and evidence is one.
    field: { type: "string" },
    encode: same,
  },
};

/** A column of a view and its Postgres type. */
export interface ViewColumn {
  name: string;
  type: string;
}

export function typeOf({ name, type }: ViewColumn): ViewType {
  const known = TYPES[type];
  if (known === undefined) throw new RangeError(`column ${name} has type ${type}, which no export knows`);
  return known;
}
