import { parquetWriteBuffer } from "hyparquet-writer";
import { typeOf, type ViewColumn } from "./view-types.ts";

/**
 * Rows of a view as a Parquet file: every column may be null, lists are lists, dates and times typed (UTC, milliseconds).
 * The same rows give the same bytes.
 */
export function parquet(columns: readonly ViewColumn[], rows: readonly Record<string, unknown>[]): Uint8Array {
  const schema = columns.flatMap((column) => {
    const { leaf, list } = typeOf(column);
    const { name } = column;
    if (!list) return [{ name, repetition_type: "OPTIONAL" as const, ...leaf }];
    return [
      { name, repetition_type: "OPTIONAL" as const, converted_type: "LIST" as const, num_children: 1 },
      { name: "list", repetition_type: "REPEATED" as const, num_children: 1 },
      { name: "element", repetition_type: "OPTIONAL" as const, ...leaf },
    ];
  });
  const columnData = columns.map((column) => {
    const { encode } = typeOf(column);
    return { name: column.name, data: rows.map((row) => (row[column.name] == null ? null : encode(row[column.name]))) };
  });
  const root = { name: "root", num_children: columns.length };
  return new Uint8Array(parquetWriteBuffer({ columnData, schema: [root, ...schema], createdBy: "trialdrift" }));
}
