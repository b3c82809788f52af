// What programs in TypeScript write, and what they may not: tests/build has it checked, and nothing runs it.

import { Client, GraphError, OutcomeUnknown, Unsent, constants, library } from 'graph-message';
import type { Receipt } from 'graph-message';

export async function send(token: string, id: string): Promise<Receipt | undefined> {
  await using client = new Client({ timeoutMs: 60000, verify: constants.GRAPH_VERIFY_ALWAYS, log: (level, line) => {
    console.log(level.toFixed(), line.trim());
  } });
  const abort = new AbortController();
  try {
    return await client.send({ token, id, user: 'me', signal: abort.signal });
  } catch (error) {
    if (error instanceof Unsent && error.status === constants.GRAPH_THROTTLED) console.log(error.retryAfterMs / 1000);
    else if (error instanceof OutcomeUnknown) return client.check({ token, id });
    else if (error instanceof GraphError) console.log(error.statusName.length);
    return undefined;
  }
}

export function blocking(token: string, id: Uint8Array): string {
  using client = new Client([['baseUrl', 'http://127.0.0.1:8080/v1.0'], ['maxAttempts', 1]]);
  client.cancel();
  return client.sendSync({ token, id }).sentId + library.graph_version();
}

// @ts-expect-error: a mistyped option
new Client({ timeout: 5 });
// @ts-expect-error: the id is missing
new Client().send({ token: 'x' });
// @ts-expect-error: the signal is none
new Client().send({ token: 'x', id: 'x', signal: {} });
