// How does njs judge a token?  For auth_request: 204, 401 or 403.
//
// Each request has a VM of its own, so that it imports the key anew.

const der = Buffer.from('@DER@', 'base64');
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };


function json(part) {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
}


async function signed(parts) {
    if (parts.length !== 3 || json(parts[0]).alg !== 'RS256') {
        return false;
    }

    const key = await crypto.subtle.importKey('spki', der, algorithm, false,
                                              ['verify']);

    return crypto.subtle.verify(algorithm, key,
                                Buffer.from(parts[2], 'base64url'),
                                `${parts[0]}.${parts[1]}`);
}


async function judge(r) {
    const header = r.headersIn.Authorization || '';
    const parts = header.slice('Bearer '.length).split('.');

    if (!await signed(parts)) {
        return r.return(401);
    }

    const claims = json(parts[1]);

    if (claims.iss !== '@ISSUER@' || claims.aud !== '@AUDIENCE@'
        || !(claims.exp > Date.now() / 1000))
    {
        return r.return(401);
    }

    if (claims.scope.split(' ').indexOf('read:timesheets') === -1) {
        return r.return(403);
    }

    r.return(204);
}


export default { judge };
