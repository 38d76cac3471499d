import { type Logger, pino } from "pino";

export type { Logger };

/** Log lines go to stderr: one line of words on a terminal, one JSON object a line otherwise. stdout is for data. */
export function openLog(level: string): Logger {
  if (!process.stderr.isTTY)
    return pino(
      { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      pino.destination({ dest: 2, sync: true }),
    );
  const terminal = {
    write(line: string) {
      const {
        level: severity,
        msg,
        time: _,
        ...rest
      } = JSON.parse(line) as { level: number; msg: string; time: number };
      const mark = severity >= 50 ? "error: " : severity >= 40 ? "warning: " : "";
      const more = Object.entries(rest).map(([key, value]) => `${key} ${String(value)}`);
      process.stderr.write(`${mark}${msg}${more.length > 0 ? `  (${more.join(", ")})` : ""}\n`);
    },
  };
  return pino({ level, base: null }, terminal);
}
