/** All tables, for the migration generator. */
export * from "./changes.ts";
export * from "./claims.ts";
export * from "./decisions.ts";
export * from "./derivations.ts";
export * from "./flags.ts";
export * from "./members.ts";
export * from "./metadata.ts";
export { trialdrift } from "./namespace.ts";
export * from "./outbox.ts";
export * from "./parts.ts";
export * from "./quarantine.ts";
export * from "./reviews.ts";
export * from "./runs.ts";
export * from "./slots.ts";
export * from "./studies.ts";
