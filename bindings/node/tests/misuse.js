'use strict';

// Plays tests/cases/misuse.md.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { EventEmitter, getEventListeners } = require('node:events');
const { mkdirSync, readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { inspect } = require('node:util');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

const FILE = '../graph_message.cjs';
const baseUrl = process.env.GRAPH_BASE_URL;
const token = 'user-token';

const emulator = (path, body) => fetch(baseUrl.replace('/v1.0', '') + path,
  body && { method: 'POST', body: JSON.stringify(body) }).then((reply) => reply.json());
const mails = async () => (await emulator('/_emulator/mails')).map((mail) => mail.draft_id);
const fault = (rule) => emulator('/_emulator/faults', { on: 'send', ...rule });
const slow = (delay_ms) => fault({ do: 'slow', delay_ms, mailbox: 'megan@contoso.example' });
const megabytes = () => Number(readFileSync('/proc/self/status', 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

// What is dropped is freed after the collection, in a turn of its own. Started with --expose-gc.
async function collect() {
  for (let count = 0; count < 3; count++) {
    globalThis.gc();
    await sleep(20);
  }
}

// A program of its own: what it ended with, and said.
function program(code, environment = {}) {
  const ran = spawnSync(process.execPath, ['-e', code], {
    env: { ...process.env, ...environment }, encoding: 'utf8', timeout: 20000,
  });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}

// A worker sends a draft, and says so when the request is on its way; then it ends in some way.
async function worker() {
  const { Client } = require(FILE);
  const { ends, id, log } = workerData;
  const end = () => {
    if (ends === 'exit') process.exit(3);
    if (ends === 'throw') throw new Error('the worker fails');
  };
  const client = new Client({ baseUrl, timeoutMs: 8000, log: log ? () => log === 'ends' && end() : null });
  client.send({ token, id }).catch(() => {});
  await sleep(400);
  parentPort.postMessage('in flight');
  if (log !== 'ends') setImmediate(end);
}

async function endedWorker(id, ends, log) {
  await slow(1200);
  const began = performance.now();
  const running = new Worker(__filename, { workerData: { id, ends, log } });
  running.on('error', () => {});
  const exited = new Promise((resolve) => running.on('exit', resolve));
  if (ends === 'terminate') running.once('message', () => running.terminate());
  const code = await exited;
  assert.equal(code, ends === 'exit' ? 3 : 1, `${ends}, log: ${log}`);
  assert(performance.now() - began < 6000, `the worker hung: ${ends}, log: ${log}`);
}

async function main() {
  const { Client, GraphError, OutcomeUnknown, Unsent, constants } = require(FILE);
  const drafts = readFileSync(process.env.GRAPH_DRAFTS, 'utf8').trim().split('\n');
  const user = process.env.GRAPH_ENDLESS_USER;
  const warnings = [];
  process.on('warning', (warning) => warnings.push(warning.message));

  async function sends(log) {
    const [one, other] = [drafts.pop(), drafts.pop()];
    const client = new Client({ baseUrl, log });
    assert.equal((await client.send({ token, id: one })).httpStatus, 202);
    assert.equal(client.sendSync({ token, id: other }).httpStatus, 202);
    await assert.rejects(client.send({ token, id: 'no-such-draft' }), { sent: 0, httpStatus: 400 });
    await client.close();
    const sent = await mails();
    for (const id of [one, other]) assert.equal(sent.filter((mail) => mail === id).length, 1);
  }

  async function warns(log) {
    warnings.length = 0;
    await sends(log);
    await sleep(10);
    assert(warnings.length >= 3, 'the failure is not shown');
    for (const warning of warnings) assert.match(warning, /^the log function threw: /);
  }

  const nothingSent = async (attempt) => {
    const before = (await mails()).length;
    await attempt();
    assert.equal((await mails()).length, before, 'a mail was sent');
  };

  // What of these is refused, by the language or before the library is asked.
  const refuses = async (attempt, shown) => {
    try {
      await attempt();
    } catch (error) {
      if (error instanceof TypeError || (error instanceof Unsent && error.message.startsWith('not sent: '))) return;
      throw error;
    }
    assert.fail(`accepted: ${shown}`);
  };

  const rows = {
    async 'log-throws'() {
      await warns(() => { throw new Error('the log fails'); });
      await warns(async () => { throw new Error('the log fails later'); });
    },

    async 'log-throws-odd'() {
      class Textless extends Error {
        toString() { throw new Error('no text'); }
      }
      const unshown = { [inspect.custom]() { throw new Error('no text'); } };
      const odd = [Symbol('odd'), Object.create(null), undefined, 5, new Textless(), unshown];
      for (const one of odd) await warns(() => { throw one; });
      await warns(() => ({ get then() { throw odd[0]; } }));
      await sends(() => ({ then: 5 }));
    },

    async 'log-leaves'() {
      for (const ends of ['exit', 'throw', 'terminate']) await endedWorker(drafts.pop(), ends, 'listens');
      await endedWorker(drafts.pop(), 'exit', 'ends');
      const exits = (log, method, before = '') => `
        const { Client } = require('${__dirname}/${FILE}');
        ${before}
        const client = new Client({ baseUrl: '${baseUrl}', log: () => { ${log} } });
        client.${method}({ token: '${token}', id: 'no-such-draft' });`;
      assert.equal(program(exits('process.exit(7)', 'send')).code, 7);
      assert.equal(program(exits('process.exit(7)', 'sendSync')).code, 7);
      await slow(3000);
      const later = 'setTimeout(() => process.exit(7), 300);';
      const exiting = exits('', 'send', later).replace('no-such-draft', drafts.pop());
      const began = performance.now();
      assert.equal(program(exiting).code, 7);
      assert(performance.now() - began < 2900, 'the exit waits for a call in flight');
      await sends(() => { throw null; });
      // A log function that calls the client would wait for itself.
      const client = new Client({ baseUrl, log: () => { inner.push(attempt()); } });
      const attempt = () => assert.throws(() => client.sendSync({ token, id: 'x', user }), /^Unsent: not sent: /);
      const inner = [];
      await nothingSent(() => assert.rejects(client.send({ token, id: 'no-such-draft' })));
      assert(inner.length > 0);
    },

    async 'warning-throws'() {
      const real = process.emitWarning;
      process.emitWarning = () => { throw Object.create(null); };
      try {
        await sends(() => { throw new Error('the log fails'); });
        await sends(async () => { throw new Error('the log fails later'); });
      } finally {
        process.emitWarning = real;
      }
    },

    async 'wrong-types'() {
      const wrong = [5, true, NaN, 2n ** 70n, Symbol('x'), [], [1], {}, () => {}, new Date(), new String('x')];
      wrong.push('a\0b', '\ud800');
      await nothingSent(async () => {
        const client = new Client({ baseUrl });
        const good = { token, user, id: 'wrong-types' };
        for (const method of ['send', 'sendSync', 'check', 'checkSync']) {
          for (const value of [undefined, null, 5, 'x', {}, []]) {
            await refuses(async () => client[method](value), `${method}(${inspect(value)})`);
          }
          for (const name of ['token', 'user', 'id', 'internetMessageId']) {
            for (const value of wrong) {
              await refuses(async () => client[method]({ ...good, [name]: value }), `${name} ${inspect(value)}`);
            }
          }
          for (const value of [-1, 0.5, 2 ** 32, '5', null, NaN, {}, 5n]) {
            await refuses(async () => client[method]({ ...good, timeoutMs: value }), `timeoutMs ${inspect(value)}`);
          }
          for (const value of [5, 'x', {}, [], new EventEmitter(), new AbortController(), { aborted: false }]) {
            await refuses(async () => client[method]({ ...good, signal: value }), `signal ${inspect(value)}`);
          }
          await refuses(async () => client[method]({ ...good, usr: 'x' }), 'an unknown name');
          await refuses(async () => Client.prototype[method].call({}, good), 'another object');
        }
        for (const name of ['baseUrl', 'proxy', 'caFile', 'userAgent']) {
          for (const value of wrong) await refuses(() => new Client({ [name]: value }), `${name} ${inspect(value)}`);
        }
        for (const name of ['timeoutMs', 'verify', 'roots', 'maxAttempts', 'settleMs']) {
          for (const value of [-1, 0.5, 2 ** 32, '5', null, {}, 5n, Symbol('x')]) {
            await refuses(() => new Client({ [name]: value }), `${name} ${inspect(value)}`);
          }
        }
        const options = [null, 5, 'x', [1], ['x'], [[]], { log: 5 }, { log: {} }, { nothing: 5 }];
        for (const value of [...options, new Map([[Symbol('x'), 5]])]) {
          await refuses(() => new Client(value), `new Client(${inspect(value)})`);
        }
      });
      for (const Kind of [GraphError, Unsent, OutcomeUnknown]) assert.equal(new Kind('x').message, 'x');
    },

    async 'closed-twice'() {
      const client = new Client({ baseUrl, log: () => {} });
      await slow(300);
      const sending = client.send({ token, id: drafts.pop() });
      const closed = client.close();
      assert.equal(client.close(), closed);
      // The call in flight goes on.
      assert.equal((await sending).httpStatus, 202);
      await closed;
      await client.close();
      if (Symbol.dispose) {
        client[Symbol.dispose]();
        await client[Symbol.asyncDispose]();
      }
    },

    async 'used-after-close'() {
      const client = new Client({ baseUrl });
      client.close();
      await nothingSent(async () => {
        for (const method of ['send', 'check', 'sendSync', 'checkSync']) {
          await refuses(async () => client[method]({ token, user, id: 'closed' }), `${method} of a closed client`);
        }
      });
      client.cancel();
    },

    async dropped() {
      const make = async () => {
        for (let count = 0; count < 1000; count++) {
          const client = new Client({ baseUrl, log: () => client });
          const { signal } = new AbortController();
          if (count % 10 === 0) client.send({ token, id: 'no-such-draft', signal }).catch(() => {});
          if (count % 100 === 0) await sleep(1);
        }
        await collect();
      };
      for (let count = 0; count < 5; count++) await make();
      const before = megabytes();
      for (let count = 0; count < 3; count++) await make();
      const grown = megabytes() - before;
      console.log(`# dropped: ${before.toFixed(1)} MB, and ${grown.toFixed(1)} MB more after 3,000 clients`);
      assert(grown < 4, `${grown.toFixed(1)} MB more`);
    },

    async 'many-sends'() {
      const client = new Client({ baseUrl, mailboxConcurrency: 50 });
      let number = 0;
      const refused = (error) => assert.equal(error.statusName, 'GRAPH_REJECTED');
      const send = async (count) => {
        for (let done = 0; done < count; done += 50) {
          await Promise.all(Array.from({ length: 50 }, (_, index) => (index % 2 === 0
            ? client.send({ token, user, id: `many-${number++}` })
            : client.send({ token, id: `many-${number++}` }).then(() => assert.fail('sent'), refused))));
        }
      };
      await send(10000);
      await collect();
      const middle = megabytes();
      await send(10000);
      await collect();
      const grown = megabytes() - middle;
      console.log(`# many-sends: ${middle.toFixed(1)} MB, and ${grown.toFixed(1)} MB more after 10,000 sends`);
      assert(grown < 4, `${grown.toFixed(1)} MB more`);
      await client.close();
    },

    async 'thread-ends'() {
      for (const ends of ['exit', 'throw', 'terminate']) {
        const id = drafts.pop();
        const draft = await fetch(`${baseUrl}/me/messages/${id}`, { headers: { authorization: `Bearer ${token}` } });
        const { internetMessageId } = await draft.json();
        await endedWorker(id, ends, null);
        assert.equal((await mails()).filter((mail) => mail === id).length, 1);
        const client = new Client({ baseUrl, settleMs: 1000 });
        assert.equal((await client.check({ token, id, internetMessageId })).evidence, constants.GRAPH_EVIDENCE_FOUND);
        await assert.rejects(client.send({ token, id }), GraphError);
        assert.equal((await mails()).filter((mail) => mail === id).length, 1, 'sent twice');
      }
    },

    async 'old-library'() {
      const LD_LIBRARY_PATH = process.env.GRAPH_OLD_LIBRARY_DIR;
      const { code, said } = program(`require('${__dirname}/${FILE}')`, { LD_LIBRARY_PATH });
      assert.equal(code, 1);
      assert.match(said, /the library graph-message 0\.0\.9 has ABI 0, and graph_message\.cjs needs ABI \d+: install/);
    },

    async 'no-library'() {
      const empty = `${process.env.BUILD}/empty`;
      mkdirSync(empty, { recursive: true });
      const { code, said } = program(`require('${__dirname}/${FILE}')`, { LD_LIBRARY_PATH: empty });
      assert.equal(code, 1);
      assert.match(said, /is not found: install it, or name its folder in LD_LIBRARY_PATH before Node\.js starts/);
    },

    async 'loaded-twice'() {
      warnings.length = 0;
      for (let count = 0; count < 12; count++) {
        delete require.cache[require.resolve(FILE)];
        const again = require(FILE);
        assert.notEqual(again.Client, Client);
        const client = new again.Client({ baseUrl, log: () => {} });
        assert.equal((await client.send({ token, id: drafts.pop() })).httpStatus, 202);
      }
      assert.equal(typeof (await import(FILE)).Client, 'function');
      await sleep(10);
      assert.deepEqual(warnings, []);
    },

    async 'cancelled-twice'() {
      warnings.length = 0;
      const client = new Client({ baseUrl });
      const abort = new AbortController();
      const { signal } = abort;
      // Four are on their way, and the others wait for a thread.
      await fault({ do: 'hang', times: 4, mailbox: 'megan@contoso.example' });
      const waits = [];
      for (let count = 0; count < 12; count++) waits.push(client.send({ token, id: `hang-${count}`, signal }));
      await sleep(300);
      assert.equal(getEventListeners(signal, 'abort').length, 1);
      abort.abort(new Error('enough'));
      abort.abort();
      client.cancel();
      client.cancel();
      for (const ended of await Promise.allSettled(waits)) {
        assert(ended.reason instanceof GraphError, ended.reason);
        assert.equal(ended.reason.cause.message, 'enough');
      }
      abort.abort();
      client.cancel();
      assert.equal(getEventListeners(signal, 'abort').length, 0);
      for (const method of ['send', 'sendSync']) {
        const late = async () => client[method]({ token, user, id: 'x', signal });
        await assert.rejects(late, { statusName: 'GRAPH_CANCELLED' });
      }
      // Signals that are none leave nothing behind.
      const misuse = async () => {
        const none = { token, user, id: 'x', signal: { aborted: true } };
        for (let count = 0; count < 5000; count++) await assert.rejects(client.send(none), TypeError);
      };
      await misuse();
      const before = megabytes();
      await misuse();
      assert(megabytes() - before < 4, 'calls leak');
      await sleep(10);
      assert.deepEqual(warnings, []);
    },
  };

  // The rows that are named, or all.
  const chosen = process.argv.slice(2);
  for (const [name, play] of Object.entries(rows)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    try {
      await play();
    } catch (error) {
      console.error(`${name}:`, error);
      process.exit(1);
    }
    console.log(`ok ${name}`);
  }
  console.log('cannot fork: Node.js starts new processes, and has no way to copy one');
}

if (isMainThread) main();
else worker();
