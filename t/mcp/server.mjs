// An MCP server of the official SDK, as it stands behind mcp.conf: it knows
// nothing of tokens.  GET / tells what of them came through to it.
//
//   node server.mjs PORT

import { createServer } from 'node:http';

import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';

const tools = ['list_timesheets', 'create_timesheet', 'approve_timesheet',
               'delete_all'];
const seen = { requests: 0, tokens: 0, called: [] };

function timesheets() {
    const server = new McpServer({ name: 'timesheets', version: '1.0.0' });

    for (const name of tools) {
        server.registerTool(name, { description: name }, async () => {
            seen.called.push(name);

            return { content: [{ type: 'text', text: `${name}: done` }] };
        });
    }

    return server;
}

const mcp = toNodeHandler(createMcpHandler(timesheets));

createServer((request, response) => {
    if (request.method === 'GET') {
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(seen));
        return;
    }

    seen.requests++;
    seen.tokens += request.headers.authorization !== undefined;
    mcp(request, response);
}).listen(Number(process.argv[2]), '127.0.0.1');
