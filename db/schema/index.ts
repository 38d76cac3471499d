/** All tables, for the migration generator. */
export * from "./changes.ts";
export * from "./derivations.ts";
export * from "./flags.ts";
export * from "./members.ts";
export { trialdrift } from "./namespace.ts";
export * from "./quarantine.ts";
export * from "./reviews.ts";
export * from "./runs.ts";
export * from "./studies.ts";
