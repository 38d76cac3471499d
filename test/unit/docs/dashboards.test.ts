import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROLE_STATEMENTS } from "../../../db/roles.ts";
import { BOARD } from "../../support/grafana.ts";

/** The dashboards' service and its files, as far as they can be held together without starting it. */

const root = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const page = root("docs/dashboards.md");

interface Service {
  image: string;
  profiles: string[];
  environment: Record<string, string>;
  entrypoint: string[];
  volumes: string[];
  ports: string[];
}
interface Compose {
  services: Record<string, Partial<Service>>;
}
interface DataSources {
  datasources: {
    uid: string;
    type: string;
    url: string;
    user: string;
    secureJsonData: { password: string };
    jsonData: { database: string };
  }[];
}

const { services } = parse(root("docker-compose.yml"), { merge: true }) as Compose;
const grafana = services["grafana"] as Service;
const [source] = (parse(root("docs/grafana/provisioning/datasources/trialdrift.yaml")) as DataSources).datasources;

describe("the service grafana", () => {
  it("starts with its profile alone, from one exact version, on loopback", () => {
    expect(grafana.profiles).toEqual(["dashboards"]);
    expect(grafana.image).toMatch(/^grafana\/grafana:\d+\.\d+\.\d+$/);
    for (const port of grafana.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it("mounts files that there are, read only, where Grafana is told to look", () => {
    const mounted = grafana.volumes.map((volume) => volume.split(":"));
    for (const [from = "", , mode] of mounted) {
      expect(existsSync(fileURLToPath(new URL(`../../../${from}`, import.meta.url))), from).toBe(true);
      expect(mode).toBe("ro");
    }
    const provider = parse(root("docs/grafana/provisioning/dashboards/trialdrift.yaml")) as {
      providers: { options: { path: string } }[];
    };
    const places = mounted.map(([, at]) => at);
    expect(places).toEqual(["/etc/grafana/provisioning", provider.providers[0]?.options.path]);
  });

  it("needs no password of those who do not start it, and refuses to start without one", () => {
    const compose = root("docker-compose.yml");
    const example = root(".env.example");
    for (const name of ["GRAFANA_PASSWORD", "READER_PASSWORD"]) {
      expect(compose).toContain(`\${${name}:-}`);
      expect(example).toMatch(new RegExp(`^${name}=$`, "m"));
      expect(page).toContain(`\`${name}\``);
    }
    // As Compose hands it over: $$ is its way to write $. The last command is Grafana's own, which is not here.
    const [shell = "", ...args] = grafana.entrypoint.map((part) =>
      part.replaceAll("$$", "$").replace("exec /run.sh", "echo started"),
    );
    const start = (env: Record<string, string>) => spawnSync(shell, args, { env, encoding: "utf8" });
    const both = { GF_SECURITY_ADMIN_PASSWORD: "a", READER_PASSWORD: "b" };
    expect(start(both)).toMatchObject({ status: 0, stdout: "started\n" });
    for (const [name, told] of [
      ["GF_SECURITY_ADMIN_PASSWORD", "GRAFANA_PASSWORD"],
      ["READER_PASSWORD", "READER_PASSWORD"],
    ]) {
      const refused = start({ ...both, [`${name}`]: "" });
      expect(refused.status).not.toBe(0);
      expect(refused.stdout).toBe("");
      expect(refused.stderr).toContain(`set ${told} in .env`);
    }
  });
});

describe("the data source", () => {
  it("is the reader's login on the database of Compose, its password from the environment", () => {
    const login = ROLE_STATEMENTS["trialdrift_reader"]?.at(-1) ?? "";
    expect(login).toBe(`create role ${source?.user} login in role trialdrift_reader`);
    expect(page).toContain(login);
    expect(source?.url).toBe("db:5432");
    expect(source?.jsonData.database).toBe(services["db"]?.environment?.["POSTGRES_DB"]);
    const name = /^\$(\w+)$/.exec(source?.secureJsonData.password ?? "")?.[1] ?? "none";
    expect(Object.keys(grafana.environment)).toContain(name);
  });

  it("is the one that every panel and choice asks", () => {
    const asked = [
      ...BOARD.panels.flatMap((panel) => [panel.datasource, ...panel.targets.map(({ datasource }) => datasource)]),
      ...BOARD.templating.list.map(({ datasource }) => datasource),
    ];
    expect(asked.length).toBeGreaterThan(15);
    for (const one of asked) expect(one).toEqual({ type: source?.type, uid: source?.uid });
  });
});

describe("the dashboard", () => {
  it("has each panel once, beside the others and not above them, as docs/dashboards.md lists them", () => {
    const { panels } = BOARD;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x} ${y}`), `under ${title}`).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
    }
    const listed = [...page.matchAll(/^\| ([A-Z][\w ]+) \| /gm)].map(([, title]) => title);
    expect(listed).toEqual(panels.map(({ title }) => title));
    expect(BOARD.timezone).toBe("utc");
  });
});
