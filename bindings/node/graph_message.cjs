'use strict';

// Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
//
// graph_message.h is the manual. `constants` has its constants and `library` its functions as they are; the classes
// wrap them. Needs koffi, and declarations.cjs beside this file.

const { isMainThread } = require('node:worker_threads');
const { inspect } = require('node:util');
const koffi = require('koffi');
const { constants, callbacks, functions } = require('./declarations.cjs');

// Calls that do not block run on stacks of koffi's, 128 KiB each where nobody asked for more: little above what TLS
// needs, and one that overflows ends the process.
const STACK = 1024 * 1024;
if (koffi.config().async_stack_size < STACK) {
  try {
    koffi.config({ async_stack_size: STACK });
  } catch (error) {
    throw new Error('require graph_message before anything else that loads a library with koffi', { cause: error });
  }
}

function load() {
  const files = { win32: 'graph_message.dll', darwin: 'libgraph_message.dylib' };
  const file = files[process.platform] ?? 'libgraph_message.so.1';
  const folders = { win32: 'PATH', darwin: 'DYLD_LIBRARY_PATH' }[process.platform] ?? 'LD_LIBRARY_PATH';
  try {
    return koffi.load(file);
  } catch (error) {
    const what = `${file} of graph-message is not found: install it, or name its folder in ${folders}`;
    throw new Error(`${what} before Node.js starts`, { cause: error });
  }
}

const file = load();
const loaded = file.func(functions.graph_abi_version)();
if (loaded < constants.GRAPH_ABI_VERSION) {
  const version = file.func(functions.graph_version)();
  const needed = `graph_message.cjs needs ABI ${constants.GRAPH_ABI_VERSION}`;
  throw new Error(`the library graph-message ${version} has ABI ${loaded}, and ${needed}: install a newer library`);
}

// A const char * that is returned becomes a string, a copy.
const library = {};
for (const [name, declaration] of Object.entries(functions)) library[name] = file.func(declaration);
Object.freeze(library);

/** Why a call did not end in GRAPH_OK: Unsent or OutcomeUnknown. */
class GraphError extends Error {
  /** @param {object} fields those of the library's error; without one, nothing was asked of it */
  constructor(message, { status = constants.GRAPH_INVALID_ARGUMENT, ...fields } = {}) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.statusName = library.graph_status_name(status);
    /** 0: certainly not sent by this call; -1: nobody can tell. */
    this.sent = library.graph_status_sent(status);
    const { httpStatus = 0, code = '', requestId = '', clientRequestId = '', retryAfterMs = 0 } = fields;
    const { attempts = 0, claims = '', seen = 0, internetMessageId = '' } = fields;
    Object.assign(this, { httpStatus, code, requestId, clientRequestId, retryAfterMs });
    Object.assign(this, { attempts, claims, seen, internetMessageId });
  }
}

/** Certainly not sent by this call. */
class Unsent extends GraphError {}

/** It may have been sent: check later; do not send again blindly. */
class OutcomeUnknown extends GraphError {}

const refused = (message) => new Unsent(`not sent: ${message}`);

// What the library says of an object of its own, by the names that JavaScript has for it.
function fields(kind, names, object) {
  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(names.map((name) => [name, library[`graph_${kind}_${snake(name)}`](object)]));
}

const errorFields = ['status', 'httpStatus', 'code', 'requestId', 'clientRequestId', 'retryAfterMs', 'attempts',
  'claims', 'seen', 'internetMessageId'];
const receiptFields = ['httpStatus', 'requestId', 'clientRequestId', 'attempts', 'evidence', 'sentId'];

function failure(error) {
  try {
    const told = fields('error', errorFields, error);
    const Kind = library.graph_status_sent(told.status) === 0 ? Unsent : OutcomeUnknown;
    return new Kind(library.graph_error_message(error), told);
  } finally {
    library.graph_error_free(error);
  }
}

// What C reads. Bytes go as they are, to be refused by the library where they are not UTF-8.
function text(name, value) {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) throw new TypeError(`${name} is no string`);
  const bytes = Buffer.from(value);
  if (typeof value === 'string' && bytes.toString() !== value) {
    throw refused(`${name} holds half of a surrogate pair, which is no character`);
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw refused(`${name} holds a NUL at byte ${nul}, where C would end it: take it out`);
  return Buffer.concat([bytes, Buffer.alloc(1)]);
}

function number(name, value) {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw refused(`${name} is no whole number from 0 to 4294967295`);
}

const options = {
  baseUrl: [text, library.graph_options_set_base_url],
  timeoutMs: [number, library.graph_options_set_timeout_ms],
  attemptTimeoutMs: [number, library.graph_options_set_attempt_timeout_ms],
  connectTimeoutMs: [number, library.graph_options_set_connect_timeout_ms],
  maxAttempts: [number, library.graph_options_set_max_attempts],
  verify: [number, library.graph_options_set_verify],
  settleMs: [number, library.graph_options_set_settle_ms],
  mailboxConcurrency: [number, library.graph_options_set_mailbox_concurrency],
  proxy: [text, library.graph_options_set_proxy],
  caFile: [text, library.graph_options_set_ca_file],
  roots: [number, library.graph_options_set_roots],
  userAgent: [text, library.graph_options_set_user_agent],
};
const isOption = (name) => Object.hasOwn(options, name) || name === 'log' || name === 'proxyFromEnvironment';

// koffi has room for 256 calls that do not block, log lines included, and those beyond wait here.
const ROOM = 100;
const waiting = [];
let running = 0;

async function enter() {
  if (running < ROOM) running++;
  else await new Promise((resolve) => waiting.push(resolve));
}

function leave() {
  if (waiting.length > 0) waiting.shift()();
  else running--;
}

// Node waits at its exit for calls in flight, so they are cancelled. On the main thread a log line of theirs would wait
// for JavaScript, which is over by then: where there may be one, the process ends at once, and prints first what was
// not caught. A worker still takes such lines, without JavaScript. There is one listener, however often this is loaded.
const inFlight = process[Symbol.for('graph-message.inFlight')] ??= watchExit(new Map());

function watchExit(calls) {
  let uncaught;
  process.on('uncaughtExceptionMonitor', (error) => { uncaught = error; });
  process.on('exit', (code) => {
    for (const { cancel } of calls.values()) cancel();
    if (isMainThread && [...calls.values()].some(({ logs }) => logs)) {
      if (uncaught && code !== 0) console.error(uncaught);
      koffi.load(process.platform === 'win32' ? 'ucrtbase.dll' : null).func('void _exit(int status)')(code);
    }
  });
  return calls;
}

// One listener for all calls of a signal: Node warns of the eleventh.
const followed = new WeakMap();

function follow(signal, call) {
  let calls = followed.get(signal);
  if (!calls) {
    calls = new Set();
    calls.abort = () => calls.forEach((one) => library.graph_call_cancel(one));
    signal.addEventListener('abort', calls.abort);
    followed.set(signal, calls);
  }
  calls.add(call);
  if (signal.aborted) library.graph_call_cancel(call);
}

function unfollow(signal, call) {
  const calls = followed.get(signal);
  if (!calls?.delete(call) || calls.size > 0) return;
  followed.delete(signal);
  signal.removeEventListener('abort', calls.abort);
}

function isSignal(value) {
  return typeof value === 'object' && typeof value.aborted === 'boolean'
    && typeof value.addEventListener === 'function' && typeof value.removeEventListener === 'function';
}

// Log functions by the context that the library hands on; koffi has room for few functions that C calls. A client
// holds its own: one that refers to the client would keep both for ever.
const logs = new Map();
let logPointer;
let logNumber = 0n;
// Those whose log function is running.
const logging = new Set();

// Nothing may be thrown through the library, also where there are no words for what was thrown.
function warn(error) {
  try {
    let shown;
    try {
      shown = error instanceof Error ? `${error}` : inspect(error);
    } catch {
      shown = typeof error;
    }
    process.emitWarning(`the log function threw: ${shown}`, 'graph_message');
  } catch {
    // The program's own emitWarning fails, too.
  }
}

function logged(context, level, line) {
  logging.add(context);
  try {
    const result = logs.get(context)?.deref()?.(level, line);
    if (typeof result?.then === 'function') result.then(undefined, warn);
  } catch (error) {
    warn(error);
  } finally {
    logging.delete(context);
  }
}

function addLog(log) {
  logPointer ??= koffi.register((context, level, line) => logged(BigInt(context ?? 0), level, line),
    koffi.pointer(koffi.proto(...callbacks.graph_log_fn)));
  logs.set(++logNumber, new WeakRef(log));
  return logNumber;
}

function free({ client, log }) {
  library.graph_client_free(client);
  logs.delete(log);
}

const dropped = new FinalizationRegistry(free);

/** Settings, and the connections they led to: make one and keep it. */
class Client {
  #client;
  #logNumber;
  #log = null;
  // Calls that were begun and have not ended; what is to be done when the last one has, once this is closed.
  #calls = 0;
  #closed;
  #free;

  /** @param {object | Iterable<[string, any]>} given options by their names, set in order */
  constructor(given = {}) {
    if (typeof given !== 'object' || given === null) throw new TypeError('options are no object');
    const made = library.graph_options_new();
    try {
      for (const [name, value] of given[Symbol.iterator] ? given : Object.entries(given)) {
        if (!isOption(name)) throw new TypeError(`no such option: ${String(name)}`);
        if (value === undefined) continue;
        if (name === 'log') this.#setLog(made, value);
        else if (name === 'proxyFromEnvironment') {
          if (value) library.graph_options_set_proxy_from_environment(made);
        } else {
          const [convert, set] = options[name];
          set(made, convert(name, value));
        }
      }
      const [client, error] = [[null], [null]];
      if (library.graph_client_new(made, client, error) !== constants.GRAPH_OK) throw failure(error[0]);
      this.#client = client[0];
    } catch (error) {
      logs.delete(this.#logNumber);
      throw error;
    } finally {
      library.graph_options_free(made);
    }
    dropped.register(this, { client: this.#client, log: this.#logNumber }, this);
  }

  #setLog(made, log) {
    if (log && typeof log !== 'function') throw new TypeError('log is no function');
    logs.delete(this.#logNumber);
    this.#log = log || null;
    this.#logNumber = log ? addLog(log) : undefined;
    library.graph_options_set_log(made, log ? logPointer : null, this.#logNumber ?? null);
  }

  /**
   * Sends a draft, while the event loop goes on. An abort of the signal ends the call, and the rejection still says
   * what became of the mail.
   *
   * @param {{ token: string, id: string, user?: string, timeoutMs?: number, internetMessageId?: string,
   *   signal?: AbortSignal }} given
   * @returns {Promise<object>} the receipt
   */
  send(given) {
    return this.#begin(library.graph_client_send, given);
  }

  /** Settles an earlier OutcomeUnknown of the same message; sends nothing. Takes and gives what send does. */
  check(given) {
    return this.#begin(library.graph_client_check, given);
  }

  /** Sends a draft and blocks the whole thread while it waits. */
  sendSync(given) {
    return this.#wait(library.graph_client_send, given);
  }

  /** Checks as check does, and blocks. */
  checkSync(given) {
    return this.#wait(library.graph_client_check, given);
  }

  /** Ends every call in flight on this client. */
  cancel() {
    if (!this.#closed) library.graph_client_cancel(this.#client);
  }

  /**
   * Closes the connections. Calls in flight go on, later ones are refused; a second time does nothing.
   *
   * @returns {Promise<void>} when the calls in flight have ended
   */
  close() {
    this.#closed ??= new Promise((resolve) => {
      this.#free = () => {
        dropped.unregister(this);
        free({ client: this.#client, log: this.#logNumber });
        this.#client = null;
        resolve();
      };
      if (this.#calls === 0) this.#free();
    });
    return this.#closed;
  }

  #ended() {
    if (--this.#calls === 0) this.#free?.();
  }

  // Names are known: a mistyped "user" would send from another mailbox.
  #arguments({ token, id, user, timeoutMs = 0, internetMessageId, signal = null, ...others }) {
    for (const name of Object.keys(others)) throw new TypeError(`no such argument: ${name}`);
    const texts = [text('token', token), text('user', user), text('id', id)];
    const messageId = text('internetMessageId', internetMessageId);
    number('timeoutMs', timeoutMs);
    if (signal !== null && !isSignal(signal)) throw new TypeError('signal is no AbortSignal');
    if (this.#closed) throw refused('the client is closed: make another one');
    const call = library.graph_call_new();
    library.graph_call_set_timeout_ms(call, timeoutMs);
    if (library.graph_call_set_internet_message_id(call, messageId) !== constants.GRAPH_OK) {
      library.graph_call_free(call);
      throw refused('internetMessageId is not one that Graph shows: <...@...>');
    }
    this.#calls++;
    return { call, texts, signal, receipt: [null], error: [null] };
  }

  #wait(call, given) {
    if (logging.has(this.#logNumber)) throw refused('the log function is running, and the call may wait for it');
    const own = this.#arguments(given);
    try {
      if (own.signal?.aborted) library.graph_call_cancel(own.call);
      call(this.#client, own.call, ...own.texts, own.receipt, own.error);
    } finally {
      library.graph_call_free(own.call);
      this.#ended();
    }
    return ended(own);
  }

  async #begin(call, given) {
    const own = this.#arguments(given);
    try {
      if (own.signal) follow(own.signal, own.call);
      await enter();
      inFlight.set(own.call, { cancel: () => library.graph_call_cancel(own.call), logs: this.#log !== null });
      try {
        await new Promise((resolve, reject) => {
          const done = (error, status) => (error ? reject(error) : resolve(status));
          call.async(this.#client, own.call, ...own.texts, own.receipt, own.error, done);
        });
      } finally {
        leave();
        inFlight.delete(own.call);
      }
    } finally {
      if (own.signal) unfollow(own.signal, own.call);
      library.graph_call_free(own.call);
      // Kept until here, since C reads them: the texts, and this client.
      own.texts.length = 0;
      this.#ended();
    }
    return ended(own);
  }
}

// Node.js has these symbols since 18.18.
if (Symbol.dispose) {
  Object.defineProperty(Client.prototype, Symbol.dispose, { value() { this.close(); } });
  Object.defineProperty(Client.prototype, Symbol.asyncDispose, { value() { return this.close(); } });
}

function ended({ receipt: [receipt], error: [error], signal }) {
  if (error) {
    const failed = failure(error);
    if (signal?.aborted) failed.cause = signal.reason;
    throw failed;
  }
  try {
    return fields('receipt', receiptFields, receipt);
  } finally {
    library.graph_receipt_free(receipt);
  }
}

module.exports = { Client, GraphError, OutcomeUnknown, Unsent, constants, library };
