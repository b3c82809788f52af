// Performs every operation of the emulator through Prism and checks what Prism reports. Started by ./validate.
//
//   node validate.mjs PROXY EMULATOR

const [proxy, emulator] = process.argv.slice(2);

// Where the service is known to differ from its description; sources stand in README.md. A difference that is not met
// any more fails too, so that this list stays true.
const DIFFERENCES = {
    'send answers 202': {
        message: /^Unable to match the returned status code with those defined in the document: 204,4XX,5XX$/,
        reason: 'documented and observed: 202 without a body; the description says 204',
    },
    'send tolerates a body': {
        message: /^No supported content types, but request included a non-empty body$/,
        reason: 'the description has no body for send; `{}` is tolerated',
    },
    'an answer needs no body': {
        message: /^Body parameter is required$/,
        reason: 'the body of createReply, createReplyAll and createForward is optional; the description requires one',
    },
    'MIME is taken': {
        message: /^Supported content types: application\/json$/,
        reason: 'MIME as text/plain is documented for create and createReply; the description knows JSON only',
    },
    'error dates have no zone': {
        message: /^Response body property error\.innerError\.date must match (format|pattern) /,
        reason: 'the date in an innerError is UTC without a zone; the description wants one',
    },
};

const met = new Set();
let passed = 0;
let failed = 0;

// One operation: its status must be `expected`, and what Prism reports must be among the differences named.
async function check(name, expected, method, path, { json, text, headers = {}, token = 'user-token', known = [] } = {}) {
    const init = { method, headers: { Authorization: `Bearer ${token}`, ...headers } };
    if (json !== undefined) {
        init.body = JSON.stringify(json);
        init.headers['Content-Type'] = 'application/json';
    } else if (text !== undefined) {
        init.body = text;
        init.headers['Content-Type'] = 'text/plain';
    }
    const response = await fetch(proxy + path, init);
    const body = await response.text();
    const violations = JSON.parse(response.headers.get('sl-violations') ?? '[]');
    const problems = response.status === expected ? [] : [`status ${response.status}, not ${expected}: ${body}`];
    const explained = new Set();
    for (const { location, message } of violations) {
        const difference = known.find((name) => DIFFERENCES[name].message.test(message));
        if (difference) {
            met.add(difference);
            explained.add(difference);
        } else {
            problems.push(`${location.join('.')}: ${message}`);
        }
    }
    report(name, problems, [...explained]);
    return body && response.headers.get('content-type')?.includes('json') ? JSON.parse(body) : {};
}

function report(name, problems, differences = []) {
    problems.length === 0 ? passed++ : failed++;
    const known = differences.length > 0 ? `  (known: ${differences.join('; ')})` : '';
    console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'}  ${name}${known}`);
    for (const problem of problems) {
        console.log(`      ${problem}`);
    }
}

const to = [{ emailAddress: { name: 'Bob', address: 'bob@fabrikam.example' } }];
const date = ['error dates have no zone'];
const mime = Buffer.from('Subject: Mime\r\nTo: bob@fabrikam.example\r\n\r\nHello\r\n').toString('base64');

for (const root of ['/v1.0/me', '/v1.0/users/invoices@contoso.example']) {
    const at = root.startsWith('/v1.0/me') ? 'me' : 'users';
    const messages = `${root}/messages`;
    const one = (id) => `${messages}/${encodeURIComponent(id)}`;
    const inbox = await (await fetch(`${emulator}${root}/mailFolders/inbox/messages`, {
        headers: { Authorization: 'Bearer user-token' },
    })).json();
    const received = inbox.value[0].id;

    const draft = await check(`${at}: create`, 201, 'POST', messages, {
        json: { subject: 'Hello', body: { contentType: 'html', content: '<p>Hi</p>' }, toRecipients: to, importance: 'high' },
    });
    const fromMime = await check(`${at}: create from MIME`, 201, 'POST', messages, { text: mime, known: ['MIME is taken'] });
    await check(`${at}: get`, 200, 'GET', one(draft.id));
    await check(`${at}: get with $select`, 200, 'GET', `${one(draft.id)}?$select=id,isDraft,parentFolderId,changeKey,internetMessageId,sentDateTime`);
    await check(`${at}: get with immutable id`, 200, 'GET', one(draft.id), { headers: { Prefer: 'IdType="ImmutableId"' } });
    await check(`${at}: update`, 200, 'PATCH', one(draft.id), { json: { subject: 'Hello again', ccRecipients: to } });
    await check(`${at}: list`, 200, 'GET', messages);
    await check(`${at}: list with $top, $skip, $orderby, $count`, 200, 'GET', `${messages}?$top=1&$skip=1&$orderby=receivedDateTime%20desc&$count=true`);
    await check(`${at}: list with $filter`, 200, 'GET', `${messages}?$filter=${encodeURIComponent(`internetMessageId eq '${draft.internetMessageId}'`)}`);

    await check(`${at}: createReply`, 201, 'POST', `${one(received)}/createReply`, { json: { Comment: 'Thanks' } });
    await check(`${at}: createReply without a body`, 201, 'POST', `${one(received)}/createReply`, { known: ['an answer needs no body'] });
    const reply = await check(`${at}: createReplyAll`, 201, 'POST', `${one(received)}/createReplyAll`, { json: { Comment: 'Thanks' } });
    const forward = await check(`${at}: createForward`, 201, 'POST', `${one(received)}/createForward`, { json: { ToRecipients: to } });

    const sent = { known: ['send answers 202'] };
    await check(`${at}: send a new message`, 202, 'POST', `${one(draft.id)}/send`, sent);
    await check(`${at}: send a message from MIME`, 202, 'POST', `${one(fromMime.id)}/microsoft.graph.send`, sent);
    await check(`${at}: send a reply`, 202, 'POST', `${one(reply.id)}/send`, sent);
    await check(`${at}: send a forward, with a body`, 202, 'POST', `${one(forward.id)}/send`, { json: {}, known: ['send answers 202', 'send tolerates a body'] });

    const unused = await check(`${at}: create with nothing in it`, 201, 'POST', messages, { json: {} });
    await check(`${at}: send without recipients`, 400, 'POST', `${one(unused.id)}/send`, { known: date });
    await check(`${at}: delete`, 204, 'DELETE', one(unused.id));
    await check(`${at}: get what is gone`, 404, 'GET', one(unused.id), { known: date });
    await check(`${at}: send again`, 404, 'POST', `${one(draft.id)}/send`, { known: date });
    await check(`${at}: a malformed id`, 400, 'GET', one('nonsense'), { known: date });
    await check(`${at}: an expired token`, 401, 'GET', messages, { token: 'expired-token', known: date });
    await check(`${at}: a token that may not read`, 403, 'GET', messages, { token: 'send-only-token', known: date });
}

const mails = await (await fetch(`${emulator}/_emulator/mails`)).json();
report('8 mails left', mails.length === 8 ? [] : [`${mails.length} mails`]);
const unmet = Object.keys(DIFFERENCES).filter((name) => !met.has(name));
report('every known difference was met', unmet.map((name) => `not met: ${name}`));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
