/**
 * The one error class. Every failure a person sees says what happened, where, what state was left and what to do next;
 * the exit code belongs to the error code, so that no caller decides it again.
 */

/** Error codes and the exit code each ends the process with (docs/operations table; design of exit codes in the README). */
export const ERROR_CODES = {
  /** A mistake of ours or an unforeseen state: nothing was published. */
  internal: 1,
  /** A run could not finish; nothing was published. */
  run_failed: 1,
  /** Wrong flags, wrong environment, wrong or missing review folder. */
  usage: 2,
  config: 2,
  review_invalid: 2,
  node_too_old: 2,
  migration_missing: 2,
  /** Published, but the ledger does not add up or records went to quarantine. */
  incomplete: 3,
  /** Another process holds the data directory or the review. */
  locked: 4,
  /** Registry or database cannot be reached, or refuses us. */
  registry_unreachable: 69,
  registry_forbidden: 69,
  registry_rejected: 69,
  database_unreachable: 69,
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorParts {
  code: ErrorCode;
  /** What happened, where: one sentence. */
  message: string;
  /** What was left: "nothing was written", "run 12 is marked failed", … */
  state?: string;
  /** What to type or change next. */
  next?: string;
  cause?: unknown;
}

export class TrialdriftError extends Error {
  readonly code: ErrorCode;
  readonly state: string | null;
  readonly next: string | null;

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = "TrialdriftError";
    this.code = parts.code;
    // Exit code 2 is found out before the work; whoever did change something first says so.
    this.state = parts.state ?? (ERROR_CODES[parts.code] === 2 ? "nothing was changed" : null);
    this.next = parts.next ?? null;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code];
  }

  /** Several lines for a terminal: code and message, state left, next step, causes. */
  explain(): string {
    const lines = [`error ${this.code}: ${this.message}`];
    for (let cause = this.cause; cause instanceof Error; cause = cause.cause) lines.push(`  because: ${cause.message}`);
    if (this.state !== null) lines.push(`  state: ${this.state}`);
    if (this.next !== null) lines.push(`  next: ${this.next}`);
    return lines.join("\n");
  }
}
