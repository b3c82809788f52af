// @microsoft/microsoft-graph-client: one client, and promises for threads. Arguments as in harness.c.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [baseUrl, tokenFile, sends, threads, latenciesFile] = process.argv.slice(2);
// The package is installed elsewhere: MODULES names the folder.
const { Client } = createRequire(`${process.env.MODULES}/`)("@microsoft/microsoft-graph-client");

const ID =
  "AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwAiIsqMbYjsT5e-T7KzowPTAAAAAAEQAA" +
  "AiIsqMbYjsT5e-T7KzowPTAAAY";
const token = readFileSync(tokenFile, "utf8").trim();
const count = Number(sends);
const url = new URL(baseUrl);
const client = Client.initWithMiddleware({
  authProvider: { getAccessToken: async () => token },
  baseUrl: `${url.origin}/`,
  defaultVersion: url.pathname.slice(1),
  customHosts: new Set([url.hostname]),
});
const send = (thread, number) =>
  client.api(`/users/user-${thread}@contoso.example/messages/${ID}${String(number).padStart(8, "0")}/send`).post();

const latencies = [];
const everyone = [...Array(Number(threads)).keys()];
const start = (thread) => Math.floor((count * thread) / everyone.length);
await Promise.all(everyone.map((thread) => send(thread, start(thread) + thread)));
const before = process.cpuUsage();
const began = process.hrtime.bigint();
await Promise.all(
  everyone.map(async (thread) => {
    for (let number = start(thread); number < start(thread + 1); number++) {
      const began = latenciesFile && process.hrtime.bigint();
      await send(thread, number + thread + 1);
      if (latenciesFile) latencies.push(Number(process.hrtime.bigint() - began));
    }
  }),
);
const wall = Number(process.hrtime.bigint() - began);
const used = process.cpuUsage(before);
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
const microseconds = 1000;
console.log(
  JSON.stringify({
    sends: count,
    wall_ns: wall,
    cpu_ns: (used.user + used.system) * microseconds,
    user_ns: used.user * microseconds,
    rss_kb: peak,
  }),
);
if (latenciesFile) writeFileSync(latenciesFile, JSON.stringify(latencies));
process.exit(); // an idle connection may keep the process
