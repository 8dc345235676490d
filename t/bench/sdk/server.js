// How does Auth0's SDK for node judge a token?  As its README has it, behind
// express: signature, claims and a scope.
//
//   node server.js PORT JWKS-FILE ISSUER AUDIENCE

const fs = require('fs');
const express = require('express');
const { auth, requiredScopes } = require('express-oauth2-jwt-bearer');

const [port, jwks, issuer, audience] = process.argv.slice(2);
const keys = fs.readFileSync(jwks);
const app = express();

app.disable('x-powered-by');
app.disable('etag');

// the tenant's, which the SDK asks once
app.get('/jwks', (req, res) => res.type('json').send(keys));

app.use(auth({ issuer, audience, jwksUri: `http://127.0.0.1:${port}/jwks` }));
app.get('/', requiredScopes('read:timesheets'), (req, res) => res.send('ok'));

app.use((err, req, res, next) => res.status(err.status || 500).end());

const server = app.listen(+port, '127.0.0.1');

server.keepAliveTimeout = 600000;
