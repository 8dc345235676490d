// The smallest MCP server that mcp.conf can guard, to try it: three tools
// that do nothing, and no code for tokens.
//
//   npm install @modelcontextprotocol/server @modelcontextprotocol/node
//   node server.mjs [PORT]

import { createServer } from 'node:http';

import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';

const tools = ['list_timesheets', 'create_timesheet', 'approve_timesheet'];
const port = Number(process.argv[2] ?? 8080);

function timesheets() {
    const server = new McpServer({ name: 'timesheets', version: '1.0.0' });

    for (const name of tools) {
        server.registerTool(name, { description: name }, async () => (
            { content: [{ type: 'text', text: `${name}: done` }] }));
    }

    return server;
}

createServer(toNodeHandler(createMcpHandler(timesheets)))
    .listen(port, '127.0.0.1',
            () => console.log(`MCP server: http://127.0.0.1:${port}/mcp`));
