import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import known from "../../../pipeline/registry/known-paths.json" with { type: "json" };

const SPEC = new URL("../../../../shared/api/ctg-oas-v2.0.3.yaml", import.meta.url);

interface Schema {
  type?: string;
  ref?: string;
  items?: Schema;
  enum?: string[];
  properties?: Map<string, Schema>;
}

/** The schemas of the OpenAPI document, whose layout is regular: two spaces a level, one key a line. */
function schemasOf(yaml: string): Map<string, Schema> {
  const lines = yaml
    .slice(yaml.indexOf("\n  schemas:\n") + 12)
    .split("\n")
    .filter((line) => line.trim() !== "");
  let at = 0;
  const unquoted = (text: string) => text.replace(/^"|"$/g, "");

  function schema(indent: number): Schema {
    const read: Schema = {};
    for (; at < lines.length; ) {
      const match = /^( *)([$\w]+):(?: (.*))?$/.exec(lines[at] ?? "");
      const depth = (/^ */.exec(lines[at] ?? "")?.[0] ?? "").length;
      if (depth < indent) break;
      at += 1;
      if (match === null || depth > indent) continue;
      const [, , key, value = ""] = match;
      if (key === "type") read.type = unquoted(value);
      if (key === "$ref") read.ref = unquoted(value).split("/").at(-1) ?? "";
      if (key === "items") read.items = schema(indent + 2);
      if (key === "properties") read.properties = members(indent + 2);
      if (key === "enum") {
        read.enum = [];
        for (; lines[at]?.startsWith(`${" ".repeat(indent)}- `); at += 1)
          read.enum.push(unquoted(lines[at]?.trim().slice(2) ?? ""));
      }
    }
    return read;
  }

  function members(indent: number): Map<string, Schema> {
    const found = new Map<string, Schema>();
    for (; at < lines.length; ) {
      const match = new RegExp(`^ {${indent}}(\\w+):$`).exec(lines[at] ?? "");
      if (match?.[1] === undefined) break;
      at += 1;
      found.set(match[1], schema(indent + 2));
    }
    return found;
  }
  return members(4);
}

test.skipIf(!existsSync(SPEC))(
  "known-paths.json is what its rule makes of the OpenAPI document (skipped where that is absent)",
  () => {
    const schemas = schemasOf(readFileSync(SPEC, "utf8"));
    const enumerations: Record<string, string[]> = {};
    const shape = (schema: Schema): unknown => {
      if (schema.ref !== undefined) {
        const target = schemas.get(schema.ref);
        if (target === undefined) throw new Error(`no schema ${schema.ref}`);
        if (target.enum === undefined) return shape(target);
        enumerations[schema.ref] = target.enum;
        return schema.ref;
      }
      if (schema.items !== undefined) return [shape(schema.items)];
      if (schema.properties === undefined) return "";
      return Object.fromEntries([...schema.properties].map(([field, below]) => [field, shape(below)]));
    };
    expect(known.study).toEqual(shape({ ref: "Study" }));
    expect(known.enumerations).toEqual(enumerations);
  },
);

test("counts that the sheet states: 14 statuses, 6 phases, 11 intervention types", () => {
  const { Status, Phase, InterventionType } = known.enumerations;
  expect([Status.length, Phase.length, InterventionType.length]).toEqual([14, 6, 11]);
});
