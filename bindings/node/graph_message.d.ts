// Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.

/// <reference lib="es2022" />
/// <reference lib="esnext.disposable" />

import { Library } from './declarations';

export { constants } from './declarations';

/** The functions of the C API as they are. */
export declare const library: Library;

/** Options by their names in graph_message.h, which tells what each is and its default. */
export interface ClientOptions {
  baseUrl?: string | Uint8Array | null;
  timeoutMs?: number;
  attemptTimeoutMs?: number;
  connectTimeoutMs?: number;
  maxAttempts?: number;
  /** One of GRAPH_VERIFY_*. */
  verify?: number;
  settleMs?: number;
  mailboxConcurrency?: number;
  proxy?: string | Uint8Array | null;
  proxyFromEnvironment?: boolean;
  caFile?: string | Uint8Array | null;
  /** One of GRAPH_ROOTS_*. */
  roots?: number;
  userAgent?: string | Uint8Array | null;
  /** Receives log lines; what it throws becomes a warning. */
  log?: ((level: number, line: string) => unknown) | null;
}

/** What an AbortSignal is to a call. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason?: any;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface Message {
  /** An access token for Microsoft Graph with Mail.Send, without "Bearer ". */
  token: string | Uint8Array;
  /** The draft's id as Graph gave it. */
  id: string | Uint8Array;
  /** The mailbox, where it is not that of the token's own user. */
  user?: string | Uint8Array | null;
  /** Bounds this call, in place of the client's own time. */
  timeoutMs?: number;
  /** The draft's internetMessageId, with which a check finds the mail where its id has changed. */
  internetMessageId?: string | Uint8Array | null;
  /** Its abort ends the call, and the error still says what became of the mail. */
  signal?: Signal | null;
}

/** What is known of a mail that was sent: what an audit log keeps. */
export interface Receipt {
  httpStatus: number;
  requestId: string;
  clientRequestId: string;
  attempts: number;
  /** One of GRAPH_EVIDENCE_*. */
  evidence: number;
  sentId: string;
}

/** Settings, and the connections they led to: make one and keep it. */
export declare class Client {
  /** @param options by their names, set in order */
  constructor(options?: ClientOptions | Iterable<readonly [keyof ClientOptions, any]>);
  /** Sends a draft, while the event loop goes on. Rejects with Unsent or OutcomeUnknown. */
  send(message: Message): Promise<Receipt>;
  /** Settles an earlier OutcomeUnknown of the same message; sends nothing. */
  check(message: Message): Promise<Receipt>;
  /** Sends a draft and blocks the whole thread while it waits. */
  sendSync(message: Message): Receipt;
  /** Checks as check does, and blocks. */
  checkSync(message: Message): Receipt;
  /** Ends every call in flight on this client. */
  cancel(): void;
  /** Closes the connections. Calls in flight go on, and it resolves when they have ended; later ones are refused. */
  close(): Promise<void>;
  /** Closes without waiting. Node.js 18.18 and newer. */
  [Symbol.dispose](): void;
  /** Closes, and waits for the calls in flight. Node.js 18.18 and newer. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Why a call did not end in GRAPH_OK: Unsent or OutcomeUnknown. */
export declare class GraphError extends Error {
  constructor(message?: string, fields?: Partial<GraphError>);
  /** One of the statuses in `constants`; treat a value that is not listed as GRAPH_UNKNOWN. */
  readonly status: number;
  readonly statusName: string;
  /** 0: certainly not sent by this call; -1: nobody can tell. */
  readonly sent: number;
  readonly httpStatus: number;
  readonly code: string;
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly retryAfterMs: number;
  readonly attempts: number;
  readonly claims: string;
  readonly seen: number;
  readonly internetMessageId: string;
}

/** Certainly not sent by this call. */
export declare class Unsent extends GraphError {}

/** It may have been sent: check later; do not send again blindly. */
export declare class OutcomeUnknown extends GraphError {}
