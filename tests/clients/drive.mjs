// An MCP client as other people's programs are, told what to do by lines: one request in, one answer out.
//
//   echo '{"call": "query_records", "arguments": {"text": "Ada"}}' | TOKEN=cs_… node drive.mjs URL 2026-07-28
//
// Up to 2025-11-25 it is the first official SDK, which begins with a handshake; from 2026-07-28 on the second.
import { createInterface } from "node:readline";

const [url, protocol] = process.argv.slice(2);
const who = { name: "typescript-client", version: "1.0" };
const requestInit = { headers: { authorization: `Bearer ${process.env.TOKEN}` } };

async function second() {
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const client = new Client(who, { versionNegotiation: { mode: { pin: protocol } } });
  return [client, new StreamableHTTPClientTransport(new URL(url), { requestInit })];
}

async function first() {
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  return [new Client(who), new StreamableHTTPClientTransport(new URL(url), { requestInit })];
}

const say = (told) => process.stdout.write(JSON.stringify(told) + "\n");
const [client, transport] = await (protocol >= "2026" ? second() : first());

try {
  await client.connect(transport);
  say({ server: client.getServerVersion() });
} catch (error) {
  say({ error: error.message, code: error.code });
  process.exit(1);
}
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  try {
    say(asked.call ? await client.callTool({ name: asked.call, arguments: asked.arguments }) : await client.listTools());
  } catch (error) {
    say({ error: error.message, code: error.code });
  }
}
await client.close();
