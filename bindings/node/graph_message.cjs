'use strict';

// Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
//
// graph_message.h is the manual. `constants` has its constants and `library` its functions as they are; the classes
// wrap them. Needs koffi.

const koffi = require('koffi');

const constants = Object.freeze({
  GRAPH_ABI_VERSION: 1,
  GRAPH_OK: 0,
  GRAPH_INVALID_ARGUMENT: 1,
  GRAPH_UNREACHABLE: 10,
  GRAPH_CANCELLED: 11,
  GRAPH_TIMED_OUT: 12,
  GRAPH_UNAUTHENTICATED: 20,
  GRAPH_FORBIDDEN: 21,
  GRAPH_NOT_FOUND: 22,
  GRAPH_REJECTED: 23,
  GRAPH_THROTTLED: 24,
  GRAPH_NOT_A_DRAFT: 25,
  GRAPH_UNAVAILABLE: 26,
  GRAPH_UNKNOWN: 40,
  GRAPH_INTERNAL: 90,
  GRAPH_ROOTS_SYSTEM: 0,
  GRAPH_ROOTS_BUNDLED: 1,
  GRAPH_VERIFY_NEVER: 0,
  GRAPH_VERIFY_ON_DOUBT: 1,
  GRAPH_VERIFY_ALWAYS: 2,
  GRAPH_LOG_INFO: 3,
  GRAPH_LOG_DEBUG: 4,
  GRAPH_SEEN_NOTHING: 0,
  GRAPH_SEEN_DRAFT: 1,
  GRAPH_SEEN_GONE: 2,
  GRAPH_SEEN_NOT_ALLOWED: 3,
  GRAPH_SEEN_NOT_A_DRAFT: 4,
  GRAPH_EVIDENCE_ACCEPTED: 1,
  GRAPH_EVIDENCE_FOUND: 2,
});

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

const files = { win32: 'graph_message.dll', darwin: 'libgraph_message.dylib' };
const file = koffi.load(files[process.platform] ?? 'libgraph_message.so.1');

// Types get no names: koffi refuses a name that it has, and a file may be loaded twice, as test runners do.
const logType = koffi.pointer(koffi.proto('void', ['void *', 'int32_t', 'const char *']));
const unnamed = (declaration) => declaration
  .replace(/graph_(call|client|error|log_fn|options|receipt) \*/g, 'void *')
  .replace(/graph_status (?=\w)/g, 'int32_t ');

// A const char * that is returned becomes a string, a copy.
const library = {};
for (const declaration of `
const char *graph_version(void)
uint32_t graph_abi_version(void)
void graph_string_free(void *string)
const char *graph_status_name(graph_status status)
int32_t graph_status_sent(graph_status status)
graph_status graph_message_send(const char *token, const char *user, const char *id, _Out_ graph_error **err)
graph_status graph_message_send_text(const char *token, const char *user, const char *id, _Out_ char *message,
  uint32_t size, _Out_ int32_t *http_status, _Out_ uint32_t *retry_after_ms)
graph_status graph_init(const graph_options *options, _Out_ graph_error **err)
graph_status graph_client_new(const graph_options *options, _Out_ graph_client **client, _Out_ graph_error **err)
graph_status graph_client_send(const graph_client *client, const graph_call *call, const char *token, const char
  *user, const char *id, _Out_ graph_receipt **receipt, _Out_ graph_error **err)
graph_status graph_client_check(const graph_client *client, const graph_call *call, const char *token, const char
  *user, const char *id, _Out_ graph_receipt **receipt, _Out_ graph_error **err)
void graph_client_cancel(const graph_client *client)
void graph_client_free(graph_client *client)
graph_call *graph_call_new(void)
void graph_call_cancel(const graph_call *call)
void graph_call_free(graph_call *call)
graph_status graph_call_set_timeout_ms(graph_call *call, uint32_t ms)
graph_status graph_call_set_internet_message_id(graph_call *call, const char *internet_message_id)
graph_options *graph_options_new(void)
void graph_options_free(graph_options *options)
graph_status graph_options_set_base_url(graph_options *options, const char *url)
graph_status graph_options_set_timeout_ms(graph_options *options, uint32_t ms)
graph_status graph_options_set_attempt_timeout_ms(graph_options *options, uint32_t ms)
graph_status graph_options_set_connect_timeout_ms(graph_options *options, uint32_t ms)
graph_status graph_options_set_max_attempts(graph_options *options, uint32_t attempts)
graph_status graph_options_set_verify(graph_options *options, int32_t verify)
graph_status graph_options_set_settle_ms(graph_options *options, uint32_t ms)
graph_status graph_options_set_mailbox_concurrency(graph_options *options, uint32_t at_once)
graph_status graph_options_set_proxy(graph_options *options, const char *url)
graph_status graph_options_set_proxy_from_environment(graph_options *options)
graph_status graph_options_set_ca_file(graph_options *options, const char *path)
graph_status graph_options_set_roots(graph_options *options, int32_t roots)
graph_status graph_options_set_user_agent(graph_options *options, const char *product)
graph_status graph_options_set_log(graph_options *options, graph_log_fn *log, void *context)
graph_status graph_error_status(const graph_error *error)
int32_t graph_error_http_status(const graph_error *error)
const char *graph_error_code(const graph_error *error)
const char *graph_error_message(const graph_error *error)
const char *graph_error_request_id(const graph_error *error)
const char *graph_error_client_request_id(const graph_error *error)
uint32_t graph_error_retry_after_ms(const graph_error *error)
uint32_t graph_error_attempts(const graph_error *error)
const char *graph_error_claims(const graph_error *error)
int32_t graph_error_seen(const graph_error *error)
const char *graph_error_internet_message_id(const graph_error *error)
void graph_error_free(graph_error *error)
const char *graph_receipt_request_id(const graph_receipt *receipt)
const char *graph_receipt_client_request_id(const graph_receipt *receipt)
int32_t graph_receipt_http_status(const graph_receipt *receipt)
uint32_t graph_receipt_attempts(const graph_receipt *receipt)
int32_t graph_receipt_evidence(const graph_receipt *receipt)
const char *graph_receipt_sent_id(const graph_receipt *receipt)
void graph_receipt_free(graph_receipt *receipt)
`.trim().replace(/\n +/g, ' ').split('\n')) {
  library[declaration.match(/\w+(?=\()/)[0]] = file.func(unnamed(declaration));
}
Object.freeze(library);
if (library.graph_abi_version() < constants.GRAPH_ABI_VERSION) {
  throw new Error(`libgraph_message ${library.graph_version()} is older than graph_message.cjs`);
}

/** Why a call did not end in GRAPH_OK: Unsent or OutcomeUnknown. */
class GraphError extends Error {
  /** @param {bigint | null} error of the library, which is freed; null: refused before the library is asked */
  constructor(error, message = library.graph_error_message(error), status = library.graph_error_status(error)) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.statusName = library.graph_status_name(status);
    /** 0: certainly not sent by this call; -1: nobody can tell. */
    this.sent = library.graph_status_sent(status);
    this.httpStatus = library.graph_error_http_status(error);
    this.code = library.graph_error_code(error);
    this.requestId = library.graph_error_request_id(error);
    this.clientRequestId = library.graph_error_client_request_id(error);
    this.retryAfterMs = library.graph_error_retry_after_ms(error);
    this.attempts = library.graph_error_attempts(error);
    this.claims = library.graph_error_claims(error);
    this.seen = library.graph_error_seen(error);
    this.internetMessageId = library.graph_error_internet_message_id(error);
    library.graph_error_free(error);
  }
}

/** Certainly not sent by this call. */
class Unsent extends GraphError {}

/** It may have been sent: check later; do not send again blindly. */
class OutcomeUnknown extends GraphError {}

const refused = (message) => new Unsent(null, `not sent: ${message}`, constants.GRAPH_INVALID_ARGUMENT);

function failure(error) {
  const sent = library.graph_status_sent(library.graph_error_status(error));
  return sent === 0 ? new Unsent(error) : new OutcomeUnknown(error);
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

// Node waits at its exit for calls in flight, so they are cancelled. A log line of theirs would wait for JavaScript,
// which is over by then: where there may be one, the process ends at once. Node would print what was not caught only
// later.
const inFlight = new Map();
let uncaught;
process.on('uncaughtExceptionMonitor', (error) => { uncaught = error; });
process.on('exit', (code) => {
  for (const call of inFlight.keys()) library.graph_call_cancel(call);
  if ([...inFlight.values()].includes(true)) {
    if (uncaught && code !== 0) console.error(uncaught);
    koffi.load(process.platform === 'win32' ? 'ucrtbase.dll' : null).func('void _exit(int status)')(code);
  }
});

const clients = new FinalizationRegistry(({ client, log }) => {
  library.graph_client_free(client);
  if (log) koffi.unregister(log);
});

function logCallback(log) {
  return koffi.register((context, level, line) => {
    try {
      log(level, line);
    } catch (error) {
      process.emitWarning(`the log function threw: ${error}`, 'graph_message');
    }
  }, logType);
}

/** Settings, and the connections they led to: make one and keep it. */
class Client {
  #client;
  #logs;

  /** @param {object | Iterable<[string, any]>} given options by their names, set in order */
  constructor(given = {}) {
    const made = library.graph_options_new();
    let log = null;
    try {
      for (const [name, value] of given[Symbol.iterator] ? given : Object.entries(given)) {
        if (value === undefined) continue;
        if (name === 'log') {
          if (log) koffi.unregister(log);
          log = value ? logCallback(value) : null;
          library.graph_options_set_log(made, log, null);
        } else if (name === 'proxyFromEnvironment') {
          if (value) library.graph_options_set_proxy_from_environment(made);
        } else {
          if (!Object.hasOwn(options, name)) throw new TypeError(`no such option: ${name}`);
          const [convert, set] = options[name];
          set(made, convert(name, value));
        }
      }
      const [client, error] = [[null], [null]];
      if (library.graph_client_new(made, client, error) !== constants.GRAPH_OK) throw failure(error[0]);
      this.#client = client[0];
    } catch (error) {
      if (log) koffi.unregister(log);
      throw error;
    } finally {
      library.graph_options_free(made);
    }
    this.#logs = log !== null;
    clients.register(this, { client: this.#client, log });
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
    library.graph_client_cancel(this.#client);
  }

  // Names are known: a mistyped "user" would send from another mailbox.
  #arguments({ token, id, user, timeoutMs = 0, internetMessageId, signal, ...others }) {
    for (const name of Object.keys(others)) throw new TypeError(`no such argument: ${name}`);
    const texts = [text('token', token), text('user', user), text('id', id)];
    const messageId = text('internetMessageId', internetMessageId);
    number('timeoutMs', timeoutMs);
    const call = library.graph_call_new();
    library.graph_call_set_timeout_ms(call, timeoutMs);
    if (library.graph_call_set_internet_message_id(call, messageId) !== constants.GRAPH_OK) {
      library.graph_call_free(call);
      throw refused('internetMessageId is not one that Graph shows: <...@...>');
    }
    return { call, texts, signal, receipt: [null], error: [null] };
  }

  #wait(call, given) {
    const own = this.#arguments(given);
    if (own.signal?.aborted) library.graph_call_cancel(own.call);
    try {
      call(this.#client, own.call, ...own.texts, own.receipt, own.error);
    } finally {
      library.graph_call_free(own.call);
    }
    return ended(own);
  }

  async #begin(call, given) {
    const own = this.#arguments(given);
    const abort = () => library.graph_call_cancel(own.call);
    if (own.signal?.aborted) abort();
    own.signal?.addEventListener('abort', abort);
    await enter();
    inFlight.set(own.call, this.#logs);
    try {
      await new Promise((resolve, reject) => {
        const done = (error, status) => (error ? reject(error) : resolve(status));
        call.async(this.#client, own.call, ...own.texts, own.receipt, own.error, done);
      });
    } finally {
      leave();
      inFlight.delete(own.call);
      own.signal?.removeEventListener('abort', abort);
      library.graph_call_free(own.call);
      // Kept until here, since C reads them: the texts, and this client.
      own.texts.length = 0;
      void this.#client;
    }
    return ended(own);
  }
}

function ended({ receipt: [receipt], error: [error], signal }) {
  if (error) {
    const failed = failure(error);
    if (signal?.aborted) failed.cause = signal.reason;
    throw failed;
  }
  try {
    return {
      httpStatus: library.graph_receipt_http_status(receipt),
      requestId: library.graph_receipt_request_id(receipt),
      clientRequestId: library.graph_receipt_client_request_id(receipt),
      attempts: library.graph_receipt_attempts(receipt),
      evidence: library.graph_receipt_evidence(receipt),
      sentId: library.graph_receipt_sent_id(receipt),
    };
  } finally {
    library.graph_receipt_free(receipt);
  }
}

module.exports = { Client, GraphError, OutcomeUnknown, Unsent, constants, library };
