// Three clients that people use, each with a token that is bound to its key.
//
//   node client.mjs oauth4webapi|openid-client|auth0-spa-js
//
// Standard input is JSON: issuer, token (its endpoint), id, secret, audience,
// url (of the API).  Prints JSON: how the token was bound, and the status of
// each answer of the API in the order of the requests that the client made.

import { readFileSync } from 'node:fs';
import 'fake-indexeddb/auto';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const to = JSON.parse(readFileSync(0));
const answers = [];

// each request goes through here, so that what the clients do by themselves
// is seen
const plain = globalThis.fetch;

globalThis.fetch = async (...args) => {
    const response = await plain(...args);

    if (response.url.startsWith(to.url)) {
        answers.push(response.status);
    }

    return response;
};

const clients = {
    async 'oauth4webapi'() {
        const as = { issuer: to.issuer, token_endpoint: to.token };
        const client = { client_id: to.id };
        const key = await oauth.generateKeyPair('ES256');
        const DPoP = oauth.DPoP(client, key);
        const insecure = { [oauth.allowInsecureRequests]: true };

        const token = await oauth.processClientCredentialsResponse(
            as, client, await oauth.clientCredentialsGrantRequest(
                as, client, oauth.ClientSecretPost(to.secret),
                { audience: to.audience }, { DPoP, ...insecure }));

        const ask = () => oauth.protectedResourceRequest(
            token.access_token, 'GET', new URL(to.url), undefined, undefined,
            { DPoP, ...insecure });

        try {
            await ask();
        } catch (e) {
            if (!oauth.isDPoPNonceError(e)) {
                throw e;
            }

            await ask();
        }

        await ask();

        return token;
    },

    async 'openid-client'() {
        const config = new openid.Configuration(
            { issuer: to.issuer, token_endpoint: to.token }, to.id,
            to.secret);

        openid.allowInsecureRequests(config);

        const DPoP = openid.getDPoPHandle(
            config, await openid.randomDPoPKeyPair('ES256'));
        const token = await openid.clientCredentialsGrant(
            config, { audience: to.audience }, { DPoP });

        for (let n = 0; n < 2; n++) {
            await openid.fetchProtectedResource(
                config, token.access_token, new URL(to.url), 'GET', undefined,
                undefined, { DPoP });
        }

        return token;
    },

    // in a browser it would log a user in: the token is got here, with a proof
    // of its own key
    async 'auth0-spa-js'() {
        globalThis.window = globalThis;
        globalThis.location = { origin: 'https://app.exampleco.com' };

        const { default: { Auth0Client } } =
            await import('@auth0/auth0-spa-js');
        const spa = new Auth0Client({ domain: 'exampleco.eu.auth0.com',
                                      clientId: 'spa', useDpop: true });
        const proof = await spa.dpop.generateProof({ url: to.token,
                                                     method: 'POST' });

        const answer = await fetch(to.token, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', DPoP: proof },
            body: JSON.stringify({ grant_type: 'client_credentials',
                                   client_id: to.id, client_secret: to.secret,
                                   audience: to.audience }),
        });
        const token = await answer.json();

        const fetcher = spa.createFetcher({
            dpopNonceId: 'api',
            getAccessToken: async () => token.access_token,
        });

        for (let n = 0; n < 2; n++) {
            await fetcher.fetchWithAuth(to.url);
        }

        return token;
    },
};

const token = await clients[process.argv[2]]();
const claims = JSON.parse(Buffer.from(token.access_token.split('.')[1],
                                      'base64url'));

console.log(JSON.stringify({ type: token.token_type.toLowerCase(),
                             cnf: Object.keys(claims.cnf ?? {}), answers }));
process.exit(0);
