import { once } from "node:events";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { perform } from "../exit.ts";
import { toolServer } from "../mcp.ts";

/** `mcp`: the tools of jobs/mcp.ts over stdin and stdout, until stdin ends. stdout belongs to the protocol. */
async function mcp(context: Context, version: string): Promise<number> {
  const server = toolServer(version, async (work) => {
    const database = await context.openDatabase("reader");
    try {
      return await work(database.db);
    } finally {
      await database.close();
    }
  });
  const transport = new StdioServerTransport();
  await server.connect(transport);
  context.log.info("tools are served on stdin and stdout");
  await once(process.stdin, "close");
  await server.close();
  return 0;
}

export function mcpCommand(program: Command): void {
  program
    .command("mcp")
    .description("read-only tools for a language model, over stdin and stdout (Model Context Protocol)")
    .action(() => perform((context) => mcp(context, program.version() ?? "0")));
}
