// Sends a draft with @microsoft/microsoft-graph-client: send.mjs BASE-URL TOKEN ID. Prints one word; why and how long on
// standard error.
import { createRequire } from "node:module";

const [baseUrl, token, draft] = process.argv.slice(2);
// The package is installed elsewhere: MODULES names the folder.
const { Client } = createRequire(`${process.env.MODULES}/`)("@microsoft/microsoft-graph-client");

const url = new URL(baseUrl);
const client = Client.initWithMiddleware({
  authProvider: { getAccessToken: async () => token },
  baseUrl: `${url.origin}/`,
  defaultVersion: url.pathname.slice(1),
  customHosts: new Set([url.hostname]),
});
const began = performance.now();
let word = "sent";
let why = "";
try {
  await client.api(`/me/messages/${encodeURIComponent(draft)}/send`).post();
} catch (error) {
  word = "failed";
  why = `${error.name} ${error.statusCode} ${error.code} ${error.message}`.replace(/\s+/g, " ");
}
console.error(`${Math.round(performance.now() - began)} ${why}`);
console.log(word);
process.exit(); // an idle connection may keep the process
