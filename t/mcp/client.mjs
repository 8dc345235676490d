// An MCP client of the official SDK goes through mcp.conf: from the challenge
// to the token, a call, a step-up, refusals.  It says "ok …" or "not ok …".
//
//   node client.mjs '{"gate": …, "tenant": …, "seen": …, "example": …,
//                     "client_id": …, "client_secret": …, "token": …}'
//
// The names are those of the example; where they are is given.

import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport }
    from '@modelcontextprotocol/client';
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OlderTransport }
    from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const given = JSON.parse(process.argv[2]);
const mcp = 'https://mcp.exampleco.com/mcp';
const issuer = 'https://exampleco.eu.auth0.com/';
const asked = [];

function check(holds, title) {
    console.log(`${holds ? '' : 'not '}ok ${title}`);
}

function equal(got, expected, title) {
    check(got === expected, title);

    if (got !== expected) {
        console.log(`got ${JSON.stringify(got)}, not `
                    + JSON.stringify(expected));
    }
}

// what was asked, in order: the host, the path, and what came of it

async function local(url, init) {
    const to = new URL(url);
    const base = to.origin === new URL(mcp).origin ? given.gate
                 : to.origin === new URL(issuer).origin ? given.tenant
                 : to.origin + '/';
    const response = await fetch(new URL(to.pathname.slice(1) + to.search,
                                         base), init);

    asked.push({ url: to.href, status: response.status,
                 scope: response.headers.get('www-authenticate')
                            ?.match(/scope="([^"]*)"/)?.[1],
                 body: init?.body && String(init.body) });

    return response;
}

function provider() {
    return new ClientCredentialsProvider({
        clientId: given.client_id, clientSecret: given.client_secret,
        expectedIssuer: issuer
    });
}

async function connect(authProvider, name = 'agent') {
    const client = new Client({ name, version: '1.0.0' },
        { versionNegotiation: { mode: { pin: '2026-07-28' } } });

    await client.connect(new StreamableHTTPClientTransport(new URL(mcp),
        { fetch: local, authProvider }));

    return client;
}

async function refused(promise) {
    try {
        await promise;
        return undefined;

    } catch (error) {
        return error;
    }
}

function steps() {
    return asked.splice(0).map(
        (step) => `${step.status} ${step.url}`);
}

const tokens = provider();

function granted() {
    return tokens.tokens().scope.split(' ').sort().join(' ');
}

// discovery, from the challenge on

const client = await connect(tokens);

const first = asked[0];

equal(first.status, 401, 'the first request has no token');
equal(first.scope, 'read:timesheets', '... and learns the scope');

const bodies = asked.filter((step) => step.body?.includes('grant_type'));

equal(bodies.length, 1, 'one token was asked for');
equal(new URLSearchParams(bodies[0].body).get('resource'), mcp,
      '... for this resource');
equal(new URLSearchParams(bodies[0].body).get('scope'), 'read:timesheets',
      '... with the scope of the challenge, not all of them');

const path = steps();

check(path.includes('200 https://mcp.exampleco.com/.well-known'
                    + '/oauth-protected-resource/mcp'),
      'the document of the challenge was read');
check(path.some((step) => step.startsWith(`200 ${issuer}.well-known/`)),
      'and led to the tenant');
equal(path.at(-1), `200 ${mcp}`, 'then the request passed');
equal(granted(), 'read:timesheets', 'with no more than it needs');

// calls

const listed = await client.listTools();

equal(listed.tools.length, 4, 'the tools are listed');

const call = async (name, by = client) =>
    (await by.callTool({ name, arguments: {} })).content[0].text;

equal(await call('list_timesheets'), 'list_timesheets: done', 'a call');
equal(steps().join(', '), `200 ${mcp}, 200 ${mcp}`, '... at the first try');

// step-up

equal(await call('create_timesheet'), 'create_timesheet: done', 'a step-up');
equal(asked[0].status, 403, '... after a refusal');
equal(asked[0].scope, 'read:timesheets create:timesheets',
      '... that names what the call wants');
equal(granted(), 'create:timesheets read:timesheets',
      '... and the client has both now');
steps();
equal(await call('list_timesheets'), 'list_timesheets: done',
      'what it could before, it still can');
equal(await call('create_timesheet'), 'create_timesheet: done', 'and this');
equal(steps().join(', '), `200 ${mcp}, 200 ${mcp}`, '... with no new token');

// refusals

check(await refused(call('approve_timesheet')),
      'a scope that the tenant doesn\'t grant');
equal(asked[0].scope, 'read:timesheets approve:timesheets',
      '... was asked for');
steps();

const unlisted = await refused(call('delete_all'));

check(unlisted, 'a tool that mcp.conf doesn\'t list');
equal(steps().join(', '), `403 ${mcp}`, '... is refused once and for all');

// a token of the tenant's other API

const other = await refused(connect({ token: async () => given.token }));

check(other, 'another API\'s token');
equal(asked[0].status, 401, '... is none here');
steps();

// clients of before 2026-07-28: their headers prove nothing

const older = new OlderClient({ name: 'older', version: '1.0.0' });

check(await refused(older.connect(new OlderTransport(new URL(mcp), {
    fetch: local, requestInit: { headers: {
        Authorization: `Bearer ${tokens.tokens().access_token}` } }
}))), 'an older SDK, with a good token');
check(asked.length > 0 && asked.every((step) => step.status === 400
                                                || step.status === 405),
      '... is refused');
steps();

// a header that says otherwise than the body: the MCP server's own check

async function lying(name, inBody) {
    const answer = await local(mcp, { method: 'POST', headers: {
        'Authorization': `Bearer ${tokens.tokens().access_token}`,
        'Accept': 'application/json, text/event-stream',
        'Content-Type': 'application/json',
        'MCP-Protocol-Version': '2026-07-28',
        'Mcp-Method': 'tools/call', 'Mcp-Name': name
    }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call',
        params: { name: inBody, arguments: {}, _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': {} } } }) });

    return answer.status;
}

equal(await lying('list_timesheets', 'list_timesheets'), 200,
      'header and body agree');
equal(await lying('list_timesheets', 'approve_timesheet'), 400,
      'they don\'t: the MCP server refuses');

const seen = await (await fetch(given.seen)).json();

check(seen.requests > 0, 'the MCP server was reached');
equal(seen.tokens, 0, '... by no token');
check(!seen.called.includes('approve_timesheet')
      && !seen.called.includes('delete_all'),
      '... and no tool ran that may not');

// the server that docs/mcp.md starts, without the gate: what mcp.conf lists

const example = new Client({ name: 'x', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } });

await example.connect(new StreamableHTTPClientTransport(
    new URL('mcp', given.example)));

equal((await example.listTools()).tools.map((tool) => tool.name).join(' '),
      'list_timesheets create_timesheet approve_timesheet',
      'the example\'s server has the tools that mcp.conf lists');

await example.close();
await client.close();
console.log('done');
process.exit(0);
