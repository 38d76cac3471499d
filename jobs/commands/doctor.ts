import { type Command, InvalidArgumentError, Option } from "commander";
import { ROLE_STATEMENTS } from "../../db/roles.ts";
import { clean, paragraph } from "../../pipeline/report/text.ts";
import type { Context } from "../context.ts";
import { examine } from "../doctor.ts";
import { perform, print } from "../exit.ts";
import type { Finding } from "../finding.ts";
import { width } from "./list.ts";

/** `doctor`: can the nightly run work, and may its tables be relied on? */

interface DoctorFlags {
  /** Hours after which a review's last complete run is too long ago. */
  maxAge: number;
  roles?: boolean;
}

/** The graver first: what cannot be reached, then what is held, wrong, failed, stale. */
const GRAVITY = [69, 4, 2, 1, 3, 0];

/** Hours of a time such as 36h, 90m or 2d; null where it is none. */
export function hoursOf(text: string): number | null {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return null;
  return Number(amount) * ({ m: 1 / 60, h: 1, d: 24 }[unit] ?? 1);
}

function shown({ about, mark, said, next }: Finding, column: number): string {
  const head = `${about.padEnd(column)}  ${mark.padEnd(5)}  `;
  const wrapped = (first: string, text: string) =>
    first + paragraph(text, Math.max(width(), head.length + 40), 0, head.length).trimStart();
  return [
    wrapped(head, clean(said)),
    ...(next === null ? [] : [wrapped(" ".repeat(head.length), `-> ${clean(next)}`)]),
  ].join("\n");
}

/** Prints a line for each thing looked at, with what to do, and then ends with the gravest of their exit codes. */
async function doctor(context: Context, flags: DoctorFlags): Promise<number> {
  const findings = await examine(context, flags.maxAge, flags.roles === true);
  const column = Math.max(...findings.map(({ about }) => about.length));
  const sqlText =
    flags.roles === true
      ? `\n${Object.values(ROLE_STATEMENTS)
          .flat()
          .map((one) => `${one};\n`)
          .join("")}`
      : "";
  await print(`${findings.map((one) => shown(one, column)).join("\n")}\n${sqlText}`);
  return GRAVITY.find((code) => findings.some(({ exitCode }) => exitCode === code)) ?? 0;
}

export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("database, registry, clock, age of each review, and what to do; 3 when one is stale")
    .addOption(
      new Option("--max-age <time>", "36h, 90m or 2d: how long a complete run may be ago (a weekday schedule: 80h)")
        .default(36, "36h")
        .argParser((text: string): number => {
          const hours = hoursOf(text);
          if (hours === null) throw new InvalidArgumentError("Needs a time such as 36h, 90m or 2d.");
          return hours;
        }),
    )
    .option("--roles", "print the SQL of the roles trialdrift_reader and trialdrift_writer, and make them on a server")
    .action((options: DoctorFlags) => perform((context) => doctor(context, options)));
}
