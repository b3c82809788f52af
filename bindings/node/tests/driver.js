'use strict';

// Runs calls as it is told on standard input and prints what they ended in; the lines are those of tests/c/driver.c.

const { createInterface } = require('node:readline');
const { Client, GraphError, library } = require('../graph_message.cjs');

const argumentNames = ['token', 'user', 'id', 'internet_message_id', 'call_timeout_ms', 'cancel_client_after_ms',
  'cancel_call_after_ms'];
const texts = ['base_url', 'proxy', 'ca_file', 'user_agent'];
const errorFields = ['http_status', 'code', 'message', 'request_id', 'client_request_id', 'retry_after_ms', 'attempts',
  'claims', 'seen', 'internet_message_id'];

const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const show = (name, value) => process.stdout.write(`${name}=${value}\n`);
const options = [];
const told = {};
let client;

async function call(method) {
  try {
    client ??= new Client(options);
    const abort = new AbortController();
    if (told.cancel_client_after_ms) setTimeout(() => client.cancel(), Number(told.cancel_client_after_ms));
    if (told.cancel_call_after_ms) setTimeout(() => abort.abort(), Number(told.cancel_call_after_ms));
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 20);
    const began = performance.now();
    try {
      const receipt = await client[method]({
        token: told.token, user: told.user, id: told.id, signal: abort.signal,
        timeoutMs: Number(told.call_timeout_ms ?? 0), internetMessageId: told.internet_message_id,
      });
      show('status', 'GRAPH_OK');
      show('sent', 1);
      for (const [name, value] of Object.entries(receipt)) {
        show(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value);
      }
    } finally {
      const elapsed = Math.round(performance.now() - began);
      clearInterval(ticking);
      show('elapsed_ms', elapsed);
      if (elapsed > 500 * Number(process.env.GRAPH_FACTOR ?? 1) && ticks < 5) throw new Error('the event loop was blocked');
    }
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    show('status', error.statusName);
    show('sent', error.sent);
    show('error_status', library.graph_status_name(error.status));
    for (const name of errorFields) show(name, error[camel(name)]);
  }
  process.stdout.write('\n');
}

function option(name, value) {
  let own = texts.includes(name) ? value : Number(value);
  if (name === 'log') own = (level, line) => show('log', `${level} ${line}`);
  if (name === 'proxy_from_environment') own = true;
  options.push([camel(name), own]);
  client = undefined;
}

async function main() {
  for await (const line of createInterface({ input: process.stdin.setEncoding('latin1') })) {
    const [, name, escaped] = line.match(/^(\S+) ?(.*)$/);
    // A string where it is one, and else the bytes.
    const bytes = Buffer.from(
      escaped.replace(/\\x([0-9a-f]{2})/g, (_, byte) => String.fromCharCode(parseInt(byte, 16))), 'latin1');
    const value = bytes.equals(Buffer.from(bytes.toString())) ? bytes.toString() : bytes;
    if (name === 'send' || name === 'check') await call(name);
    else if (argumentNames.includes(name)) told[name] = value;
    else option(name, value);
  }
}

main();
