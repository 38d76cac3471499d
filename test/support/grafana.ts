import { readFileSync } from "node:fs";

/** The Grafana dashboard that is shipped, as far as tests look at it. */

export interface Panel {
  id: number;
  title: string;
  type: string;
  datasource: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { rawSql: string; format: "table" | "time_series"; datasource: { type: string; uid: string } }[];
}

export interface Board {
  uid: string;
  timezone: string;
  panels: Panel[];
  templating: { list: { name: string; query: string; datasource: { type: string; uid: string } }[] };
}

const FILE = new URL("../../docs/grafana/dashboards/trialdrift.json", import.meta.url);

export const BOARD = JSON.parse(readFileSync(FILE, "utf8")) as Board;
