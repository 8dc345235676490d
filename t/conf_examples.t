# The examples do what they say.
#
# Each file of conf-examples is started as it stands, but for what this
# machine hasn't got: its ports, the folders of logs, the certificate and the
# user are ours; each "server" of an upstream is a backend that answers with
# the headers it got; and the keys of each jwt_issuer come from a file.  Then
# one request is allowed and one is refused.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw/ sha256 /;
use JSON::PP qw/ decode_json encode_json /;
use MIME::Base64 qw/ decode_base64url encode_base64 /;
use NJWT::Echo;
use NJWT::Example qw/ local_config /;
use NJWT::Process qw/ folder /;
use NJWT::Proof qw/ bound certificate client proof /;
use NJWT::Scenario;
use NJWT::Tenant;
use NJWT::Token qw/ :all /;
use Test::More;

my $auth0 = 'https://exampleco.eu.auth0.com/';
my $api = 'https://api.exampleco.com/timesheets';

my %examples;


# An example, and what it is to do: [title, request, status, more].  A request
# is also a sub that gets the scenario and the answer before; with second it
# goes to the second server, without TLS.

sub example {
    my ($file, @steps) = @_;

    $examples{"conf-examples/$file"} = [@steps];

    return;
}

# What a token says.

sub claims_of {
    my ($token) = @_;

    return decode_json(decode_base64url((split /\./, $token)[1]));
}

# An access token for it.

sub grant {
    my (%claims) = @_;

    return token(iss => $auth0, aud => $api, scope => '', %claims);
}

sub ask {
    my ($path, $token, %more) = @_;

    return { path => $path, defined $token ? (token => $token) : (), %more };
}

my $read = grant(scope => 'read:timesheets');
my $create = grant(scope => 'create:timesheets');


example 'auth0.conf',
    ['a reader reads', ask('/timesheets', $read), 200,
     has => qr/^X-Subject: importjob\@clients$/m],
    ['nobody else does', ask('/timesheets', undef), 401],
    ['a reader writes nothing', ask('/timesheets', $read, method => 'POST'), 403],
    ['there is no PUT', ask('/timesheets', $read, method => 'PUT'), 405],
    ['the job uploads', ask('/timesheets/upload',
        grant(scope => 'batch:upload'), method => 'POST'), 200],
    ['health is public, but tells nobody who one claims to be',
     ask('/health', undef, headers => { 'X-Subject' => 'me' }), 200,
     hasnt => qr/X-Subject/],
    ['all else is closed', ask('/admin', $read), 404];

example 'tenants.conf',
    ['Europe is let in', ask('/', $read), 200, has => qr/^X-Tenant: europe$/m],
    ['America is', ask('/', grant(scope => 'read:timesheets',
        iss => 'https://exampleco.us.auth0.com/')), 200,
     has => qr/^X-Tenant: america$/m],
    ['staging isn\'t', ask('/', grant(scope => 'read:timesheets',
        iss => 'https://exampleco-staging.eu.auth0.com/')), 401],
    ['but for the preview', ask('/preview', grant(scope => 'read:timesheets',
        iss => 'https://exampleco-staging.eu.auth0.com/')), 200],
    ['where others aren\'t', ask('/preview', $read), 401];

example 'custom-domain.conf',
    ['by the tenant\'s name', ask('/timesheets', $read), 200],
    ['by its own', ask('/timesheets', grant(scope => 'read:timesheets',
        iss => 'https://login.exampleco.com/')), 200],
    ['not by another', ask('/timesheets', grant(scope => 'read:timesheets',
        iss => 'https://login.example.com/')), 401];

example 'rbac-permissions.conf',
    ['permissions decide', ask('/timesheets',
        grant(permissions => ['read:timesheets'])), 200],
    ['not scope', ask('/timesheets', grant(permissions => [],
        scope => 'read:timesheets')), 403],
    ['a manager approves', ask('/approvals/1',
        grant(permissions => ['approve:timesheets']), method => 'PUT'), 200];

my $acme = grant(org_id => 'org_9ybsU1dN7dKa');
my $globex = grant(org_id => 'org_Zj2vPq0SxT4c');
my $at_acme = { Host => 'acme.exampleco.com' };

example 'organizations.conf',
    ['a member at home', ask('/', $acme, headers => $at_acme), 200,
     has => qr/^X-Organization: org_9ybsU1dN7dKa$/m],
    ['a member of another', ask('/', $globex, headers => $at_acme), 403],
    ['a user without one', ask('/', $read, headers => $at_acme), 403],
    ['a corner', ask('/globex-reports', $globex, headers => $at_acme), 200],
    ['not for others', ask('/globex-reports', $acme, headers => $at_acme), 403];

my %origin = (Origin => 'https://app.exampleco.com');

example 'spa-cors.conf',
    ['the browser asks', ask('/timesheets', undef, method => 'OPTIONS',
        headers => { %origin, 'Access-Control-Request-Method' => 'POST' }), 204,
     header => ['access-control-allow-origin', 'https://app.exampleco.com'],
     hasnt => qr/./],
    ['it is told what it may send', ask('/timesheets', undef,
        method => 'OPTIONS',
        headers => { %origin, 'Access-Control-Request-Method' => 'POST' }), 204,
     header => ['access-control-allow-headers', 'Authorization, Content-Type']],
    ['another site\'s question is no preflight', ask('/timesheets', undef,
        method => 'OPTIONS', headers => { Origin => 'https://evil.example',
            'Access-Control-Request-Method' => 'POST' }), 401,
     header => ['access-control-allow-origin', undef]],
    ['nobody comes there by name', ask('/.preflight', $read), 404],
    ['and reads', ask('/timesheets', $read, headers => {%origin}), 200,
     header => ['access-control-allow-origin', 'https://app.exampleco.com']],
    ['it may see why it is refused',
     ask('/timesheets', undef, headers => {%origin}), 401,
     header => ['access-control-allow-origin', 'https://app.exampleco.com']],
    ['another site may not', ask('/timesheets', undef,
        headers => { Origin => 'https://evil.example' }), 401,
     header => ['access-control-allow-origin', undef]],
    ['OPTIONS that asks nothing is no preflight',
     ask('/timesheets', $read, method => 'OPTIONS'), 405];

my ($me, $thief) = (client(), client());
my $bound = bound($me, scope => 'read:timesheets');
my ($proof, $nonce);

# A read with a proof of one's own; the nonce is that of the answer before.

sub prove {
    my ($who, %over) = @_;

    return sub {
        my ($s, $last) = @_;

        $nonce = $last->{headers}{'dpop-nonce'} // $nonce;
        $proof = proof($who, $bound, 'https://api.exampleco.com:' . $s->port
                       . '/timesheets', nonce => $nonce, %over);

        return use_proof()->($s);
    };
}

# The proof of before, once more.

sub use_proof {
    return sub { ask('/timesheets', undef, headers => {
        %origin, Authorization => "DPoP $bound", DPoP => $proof }) };
}

example 'dpop.conf',
    ['the browser asks', ask('/timesheets', undef, method => 'OPTIONS',
        headers => { %origin, 'Access-Control-Request-Method' => 'GET' }), 204,
     header => ['access-control-allow-headers', qr/\bDPoP\b/]],
    ['without a nonce', prove($me), 401,
     header => ['dpop-nonce', qr/^[\w-]{54}$/]],
    ['it may see that', prove($me, nonce => undef), 401,
     header => ['access-control-expose-headers',
                'WWW-Authenticate, DPoP-Nonce']],
    ['with one', prove($me), 200, hasnt => qr/^DPoP/mi],
    ['the same again', use_proof(), 401, log => qr/dpop_proof_replayed/],
    ['a proof for another URL', prove($me, htu => 'https://api.exampleco.com/'),
     401, log => qr/dpop_proof_invalid/],
    ['a thief with a key of his own', prove($thief), 401,
     log => qr/dpop_key_mismatch/],
    ['a thief without', ask('/timesheets', $bound), 401,
     log => qr/sender_constrained/],
    ['a token that is bound to nobody', ask('/timesheets', $read), 401,
     log => qr/unbound_token/];

my $dir = folder();
my %der = map { $_ => certificate("$dir/$_") } qw/ me thief /;

# The stand-in tenant binds the token of a client that authenticates with a
# certificate, which who ends TLS before a tenant of Auth0's hands on.

sub pem {
    my ($name) = @_;

    return "-----BEGIN CERTIFICATE-----\n" . encode_base64($der{$name})
           . "-----END CERTIFICATE-----\n";
}

my $tenant = NJWT::Tenant->start(dir => folder(), issuer => $auth0,
    config => encode_json({
        resourceServers => [ { identifier => $api,
            scopes => [ { value => 'read:timesheets' } ] } ],
        clients => [ { name => 'job', grant_types => ['client_credentials'],
            client_authentication_methods => {
                self_signed_tls_client_auth => {
                    credentials => [ { pem => pem('me') } ] } } } ],
        clientGrants => [ { client_id => 'job', audience => $api,
            scope => ['read:timesheets'] } ],
    }));
my ($job) = @{ $tenant->credentials->{clients} };

sub issued {
    my ($headers, %secret) = @_;

    my $answer = NJWT::Client::request(
        port => $tenant->{port}, method => 'POST', path => '/oauth/token',
        headers => { 'Content-Type' => 'application/json', %$headers },
        body => encode_json({ grant_type => 'client_credentials',
            client_id => $job->{client_id}, audience => $api, %secret }));

    return decode_json($answer->{body});
}

sub with_certificate {
    my ($name) = @_;

    return { 'Client-Certificate' => pem($name) =~ s/(\W)/
             sprintf '%%%02X', ord $1/gerx };
}

my $with_cert = issued(with_certificate('me'))->{access_token};

is claims_of($with_cert)->{cnf}{'x5t#S256'}, b64url(sha256($der{me})),
    'the tenant binds a token to the certificate of the client';
is issued(with_certificate('thief'))->{error}, 'invalid_client',
    '... and gives none for another certificate';
is issued({})->{error}, 'invalid_client', '... nor without';
ok !exists claims_of(issued({}, client_secret => $job->{client_secret})
                         ->{access_token})->{cnf},
    'with a secret it is bound to nobody';
$tenant->stop;

sub handed_on {
    my ($name) = @_;

    return ask('/timesheets', $with_cert, second => 1, headers => {
        'Client-Cert' => ':' . encode_base64($der{$name}, '') . ':' });
}

example 'mtls.conf',
    ['with the certificate', ask('/timesheets', $with_cert,
        cert => "$dir/me"), 200],
    ['as Auth0 has it', ask('/timesheets', undef, cert => "$dir/me",
        headers => { Authorization => "DPoP $with_cert" }), 200],
    ['with another one', ask('/timesheets', $with_cert,
        cert => "$dir/thief"), 401, log => qr/certificate_mismatch/],
    ['without', ask('/timesheets', $with_cert), 401,
     log => qr/certificate_missing/],
    ['a header is no certificate here', { %{ handed_on('me') }, second => 0 },
     401, log => qr/certificate_missing/],
    ['a token that is bound to nobody', ask('/timesheets', $read,
        cert => "$dir/me"), 401, log => qr/unbound_token/],
    ['behind a proxy', handed_on('me'), 200, hasnt => qr/^Client-Cert/mi],
    ['with another one', handed_on('thief'), 401,
     log => qr/certificate_mismatch/],
    ['without', ask('/timesheets', $with_cert, second => 1), 401,
     log => qr/certificate_missing/];

sub call {
    my ($path, $token) = @_;

    return ask($path, $token, method => 'POST', http2 => 1,
               headers => { 'Content-Type' => 'application/grpc' });
}

example 'grpc.conf',
    ['a reader gets', call('/timesheets.v1.Timesheets/Get', $read), 200,
     header => ['grpc-status', 0]],
    ['nobody else does', call('/timesheets.v1.Timesheets/Get', undef), 200,
     header => ['grpc-status', 16]],
    ['a reader creates nothing',
     call('/timesheets.v1.Timesheets/Create', $read), 200,
     header => ['grpc-status', 7]],
    ['a writer does', call('/timesheets.v1.Timesheets/Create',
        grant(scope => 'create:timesheets read:timesheets')), 200,
     header => ['grpc-status', 0]],
    ['health needs nothing', call('/grpc.health.v1.Health/Check', undef), 200,
     header => ['grpc-status', 0]];

example 'websocket.conf',
    ['by a subprotocol', ask('/live', undef,
        headers => { 'Sec-WebSocket-Protocol' => "bearer, $read" }), 200,
     has => qr/^Sec-WebSocket-Protocol: bearer$/m, hasnt => qr/\Q$read/],
    ['by the header', ask('/live', $read), 200],
    ['one without a token', ask('/live', undef,
        headers => { 'Sec-WebSocket-Protocol' => 'bearer' }), 401],
    ['one with two', ask('/live', $read,
        headers => { 'Sec-WebSocket-Protocol' => "bearer, $read" }), 400];

sub cookie {
    my ($token, %more) = @_;

    return (headers => { Cookie => "token=$token", %more });
}

example 'browser-cookie.conf',
    ['a page', ask('/', undef, cookie($read)), 200, hasnt => qr/\Q$read/],
    ['one must log in', ask('/', undef), 302],
    ['which one can', ask('/login', undef), 200],
    ['reading', ask('/api/', undef, cookie($read)), 200],
    ['not without the cookie', ask('/api/', $read), 401],
    ['a token beside it, which nobody judged', ask('/api/', $create,
        cookie($read)), 200],
    ['on a page, too', ask('/', $create, cookie($read)), 200],
    ['other cookies are the backend\'s', ask('/', undef,
        headers => { Cookie => "theme=dark; token=$read; lang=en" }), 200,
     has => qr/^Cookie: theme=dark; lang=en$/m],
    ['one may log in again', ask('/login', $create, method => 'POST',
        cookie($read)), 200],
    ['a form of our own page', ask('/', undef, method => 'POST',
        cookie($read, 'Sec-Fetch-Site' => 'same-origin')), 200],
    ['a form of another site', ask('/', undef, method => 'POST',
        cookie($read, 'Sec-Fetch-Site' => 'cross-site')), 403],
    ['a link of another site', ask('/', undef,
        cookie($read, 'Sec-Fetch-Site' => 'cross-site')), 200],
    ['writing, from our own page', ask('/api/', undef, method => 'POST',
        cookie($create, 'Sec-Fetch-Site' => 'same-origin')), 200],
    ['from another site', ask('/api/', undef, method => 'POST',
        cookie($create, 'Sec-Fetch-Site' => 'cross-site')), 403],
    ['from nobody knows where',
     ask('/api/', undef, method => 'POST', cookie($create)), 403];

my %tool = (method => 'POST', headers => { 'Mcp-Method' => 'tools/call',
    'MCP-Protocol-Version' => '2026-07-28', 'Mcp-Name' => 'list_timesheets' });

# t/conf_mcp.t has the rest

my %form = (method => 'POST', headers => {
    'Content-Type' => 'application/x-www-form-urlencoded' });
my $of_session = sub { grant(scope => 'read:timesheets', iat => time - 60,
    sub => 'auth0|1', 'https://exampleco.com/sid' => $_[0]) };

example 'logout.conf',
    ['a reader reads', ask('/timesheets', $of_session->('session-1')), 200],
    ['what nobody signed ends nothing', ask('/backchannel-logout', undef,
        %form, body => 'logout_token='
        . tamper(logout_token(iss => $auth0, aud => 'WebApp0123456789'),
                 'signature')), 400],
    ['nor does another client\'s logout', ask('/backchannel-logout', undef,
        %form, body => 'logout_token=' . logout_token(iss => $auth0)), 400],
    ['the session goes on', ask('/timesheets', $of_session->('session-1')),
     200],
    ['it ends at Auth0', ask('/backchannel-logout', undef, %form,
        body => 'logout_token=' . logout_token(iss => $auth0,
                                               aud => 'WebApp0123456789')),
     200, header => ['cache-control', 'no-store']],
    ['and here', ask('/timesheets', $of_session->('session-1')), 401],
    ['another session goes on', ask('/timesheets', $of_session->('session-2')),
     200],
    ['a token that no logout would end', ask('/timesheets',
        grant(scope => 'read:timesheets', sub => 'auth0|1', iat => time + 2)),
     403, log => qr/refused: claim_mismatch/],
    ['that is all', ask('/', undef), 404],
    ['only POST is answered', ask('/backchannel-logout', undef), 405,
     header => ['allow', 'POST']];

# Entries, to the server of those who may revoke.

sub revoke {
    my ($claim, $value, %more) = @_;

    return ask('/revoke', undef, method => 'POST', second => 1,
               body => encode_json({ claim => $claim, value => $value }),
               %more);
}

# A user's, who was there before.

sub of_user {
    my ($sub, %more) = @_;

    return grant(scope => 'read:timesheets', iat => time - 60, sub => $sub,
                 %more);
}

my ($one, $two) = map { of_user("auth0|$_") } 1, 2;

example 'revocation.conf',
    ['a reader reads', ask('/timesheets', $one), 200],
    ['a stranger revokes nothing', revoke(sub => 'auth0|1', second => 0), 404],
    ['nor does one with a token', revoke(sub => 'auth0|1', second => 0,
        token => $one), 404],
    ['a reader still reads', ask('/timesheets', $one), 200],
    ['one is revoked', revoke(sub => 'auth0|1'), 200, has => qr/"revoked":1/],
    ['and is out', ask('/timesheets', $one), 401, log => qr/refused: revoked/],
    ['of the stream, too', ask('/timesheets/live', $one), 401],
    ['logged in again', sub { ask('/timesheets',
        of_user('auth0|1', iat => time + 2)) }, 200],
    ['another reads on', ask('/timesheets', $two), 200],
    ['a claim that nobody revokes by', revoke(email => 'x'), 400],
    ['a file names another', sub {
        my ($s) = @_;

        $s->mark_log;
        $s->write_file('revoked.json', encode_json([
            { claim => 'sub', value => 'auth0|2', before => time }]));
        $s->wait_for_log(qr/1 entry of "revocation_file"/, 5);

        return ask('/timesheets', $two);
    }, 401, log => qr/refused: revoked/],
    ['only POST is answered', ask('/revoke', undef, second => 1), 405,
     header => ['allow', 'POST']],
    ['that is all', ask('/', $read, second => 1), 404];

example 'mcp.conf',
    ['a reader\'s agent reads', ask('/mcp', grant(scope => 'read:timesheets',
        aud => 'https://mcp.exampleco.com/mcp'), %tool), 200],
    ['not with the token of another API', ask('/mcp', $read, %tool), 401,
     header => ['www-authenticate', qr/resource_metadata="https:/]];

# limit_req refuses before it asks for more than its burst

example 'rate-limit.conf',
    (map { ["one after the other, $_", ask('/timesheets', $read), 200] } 1 .. 3),
    ['too many at once', [ map { ask('/timesheets', $read) } 1 .. 40 ],
     { 200 => '>0', 429 => '>0' }],
    ['meanwhile, another subject', ask('/timesheets',
        grant(scope => 'read:timesheets', sub => 'auth0|2')), 200],
    ['a stranger', ask('/timesheets', undef), 401],
    ['strangers', [ map { ask('/timesheets', undef) } 1 .. 20 ],
     { 401 => '>0', 429 => '>0' }];

# there the backend still judges
my %passes_token = ('conf-examples/report-mode.conf' => 1);

example 'report-mode.conf',
    ['a reader reads', ask('/timesheets', $read), 200,
     has => qr/^X-Subject: importjob\@clients$/m],
    ['and the backend judges by itself', ask('/timesheets', $read), 200,
     has => qr/^Authorization$/m],
    ['and so does anybody, but is nobody', ask('/timesheets', undef,
        headers => { 'X-Subject' => 'me' }), 200,
     hasnt => qr/X-Subject/, log => qr/\[warn\].*no_token/];

example 'load-balancer.conf',
    ['a reader reads', ask('/timesheets', $read,
        headers => { 'X-Forwarded-For' => '192.0.2.1' }), 200],
    ['others are told whom to ask', ask('/timesheets', undef), 401,
     header => ['www-authenticate', qr/resource_metadata="https:/]],
    ['who is there', ask('/.well-known/oauth-protected-resource', undef), 200,
     has => qr/"authorization_servers":\["\Q$auth0\E"\]/],
    ['it is well', ask('/healthz', undef), 200];

sub keycloak {
    my (@roles) = @_;

    return token(iss => 'https://sso.exampleco.com/realms/staff',
                 aud => 'timesheets-api', scope => undef,
                 realm_access => { roles => [@roles] });
}

sub okta {
    my (@scopes) = @_;

    return token(iss => 'https://exampleco.okta.com/oauth2/default',
                 aud => 'api://timesheets', scope => undef, cid => '0oa1',
                 scp => [@scopes]);
}

sub cognito {
    my (%claims) = @_;

    return token(
        iss => 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE',
        aud => undef, client_id => '1h57kf5cpq17m0eml12EXAMPLE',
        token_use => 'access', scope => 'timesheets/read', %claims);
}

sub entra {
    my (%claims) = @_;

    return token(
        iss => 'https://login.microsoftonline.com/'
            . 'aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0',
        aud => '00001111-aaaa-2222-bbbb-3333cccc4444', scope => undef, %claims);
}

example 'other-issuers.conf',
    ['Cognito: our client reads', ask('/mobile', cognito()), 200],
    ['another client of the pool', ask('/mobile', cognito(client_id => 'x')),
     403],
    ['an ID token, whose client is in aud', ask('/mobile', cognito(
        token_use => 'id', aud => '1h57kf5cpq17m0eml12EXAMPLE')), 403],
    ['one without that scope', ask('/mobile', cognito(scope => 'x/read')), 403],
    ['Entra ID: a user', ask('/office', entra(scp => 'Timesheets.Read x')), 200],
    ['an application', ask('/office', entra(roles => ['Timesheets.Read'])), 200],
    ['one who may nothing', ask('/office', entra(scp => 'x')), 403],
    ['another API of the tenant', ask('/office', entra(aud => 'x',
        scp => 'Timesheets.Read')), 401],
    ['Keycloak: an editor', ask('/staff', keycloak('timesheets-editor', 'x')),
     200, has => qr/^X-Roles: timesheets-editor,x$/m],
    ['somebody else', ask('/staff', keycloak('x')), 403],
    ['Okta: a reader', ask('/partners', okta('read:timesheets')), 200,
     has => qr/^X-Client: 0oa1$/m],
    ['one who may nothing', ask('/partners', okta()), 403],
    ['not with the other\'s token', ask('/staff', okta('read:timesheets')), 401];

example 'kubernetes/configmap.yaml',
    ['a reader reads', ask('/timesheets', $read), 200,
     has => qr/^X-Client: importjob$/m],
    ['nobody else does', ask('/timesheets', undef), 401],
    ['the pod is well', ask('/healthz', undef), 200],
    ['that is all', ask('/', $read), 404];


sub over_http2 {
    my ($s, $request) = @_;

    my %headers = %{ $request->{headers} };
    $headers{Authorization} = "Bearer $request->{token}"
        if defined $request->{token};

    open my $in, '-|', qw/ curl -q -s -i --insecure --http2 --max-time 10 -X
        POST /, (map { ('-H', "$_: $headers{$_}") } sort keys %headers),
        'https://127.0.0.1:' . $s->port . $request->{path} or die "curl: $!";
    local $/;
    my $text = <$in> // '';
    close $in;

    my %answer = (status => $text =~ m{\AHTTP/\S+ (\d+)} ? $1 : 0, body => '');

    $answer{headers}{ lc $1 } = $2 while $text =~ /^([\w-]+): (.*?)\r?$/gm;

    return \%answer;
}


# Has what the backend got a token in it, one that was sent or any other?

sub has_token {
    my ($answer) = @_;

    return $answer->{body} =~ /^Authorization|\beyJ[\w-]+\.[\w-]+\./m;
}


sub try {
    my ($s, $step, $tls, $passes_token, $last) = @_;

    my ($title, $request, $status, %more) = @$step;

    $request = $request->($s, $last) if ref $request eq 'CODE';

    if (ref $request eq 'ARRAY') {
        my %seen;

        for my $answer (map { $s->request(%$_, tls => $tls) } @$request) {
            $seen{ $answer->{status} }++;
        }

        cmp_ok $seen{$_} // 0, '>', 0, "$title: some get $_"
            for sort keys %$status;
        is_deeply [ sort keys %seen ], [ sort keys %$status ],
            '... and nothing else';
        return;
    }

    $s->mark_log;

    my $answer = $request->{http2} ? over_http2($s, $request)
        : $s->request($request->{second} ? (port => $s->port(2))
                                         : (tls => $tls), %$request);

    is $answer->{status}, $status, "$title: $status" or diag explain $answer;
    ok !has_token($answer), '... without the token' or diag $answer->{body}
        if !$passes_token;
    like $answer->{body}, $more{has}, '... with that' if $more{has};
    unlike $answer->{body}, $more{hasnt}, '... without that' if $more{hasnt};
    ok $s->wait_for_log($more{log}, 5), '... and is logged' if $more{log};

    if (my ($name, $value) = @{ $more{header} // [] }) {
        my $got = $answer->{headers}{$name};

        ref $value ? like($got, $value, "... $name")
                   : is($got, $value, "... $name");
    }

    return $answer;
}


# The documents in a file, as Debian's own Python reads them.

sub yaml {
    my ($file) = @_;

    open my $in, '-|', '/usr/bin/python3', '-c', <<'    END', $file
import json, sys, yaml
print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))
    END
        or die "python3: $!\n";
    local $/;
    my $text = <$in> // '';
    close $in;

    my $all = eval { decode_json($text) } // [];

    return @$all;
}


my @files = sort glob 'conf-examples/*.conf conf-examples/*/configmap.yaml';

is_deeply [ sort keys %examples ], \@files, 'each example is tried';

for my $file (@files) {
    open my $in, '<', $file or die "$file: $!\n";
    my $text = do { local $/; <$in> };
    close $in;

    $text = (yaml($file))[0]{data}{'nginx.conf'} if $file =~ /yaml$/;

    subtest $file => sub {
        my $s = NJWT::Scenario->new;
        my $echo = NJWT::Echo->start(dir => $s->dir);
        my $config = local_config($s, $text, $echo->port);

        my ($ok, $said) = $s->check(config => $config);

        # nginx 1.25 has another word for it; 1.22 has this one alone
        $said =~ s/^.*\[warn\].*"listen \.\.\. http2" directive is.*\n//mg;

        ok $ok, 'nginx -t accepts it' or diag $said;
        unlike $said, qr/\[warn\]/, '... and has no doubt' or diag $said;
        return if !$ok;

        # what it is about comes first
        like $text, qr/\A# \w.*\n(?:#.*\n)*\n(?:load_module|include) /,
            'it begins with what it is for';

        like $text, qr/^\s*access_log\s+\S+ gate;/m,
            'the access log says the verdict';

        $s->start(config => $config, workers => 2);

        my $tls = $text =~ /listen\s+443/ ? 1 : 0;
        my $last;

        $last = try($s, $_, $tls, $passes_token{$file}, $last)
            for @{ $examples{$file} };

        # the backend gets no token, or the example says why it does
        like $text, qr/\bjwt_pass_token\b/, 'jwt_pass_token is there';
        is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
        $s->stop;
    };
}


# The snippets of NGINX Gateway Fabric, where its controller (2.6) puts them: at
# the top, in http, and in both locations that a path prefix gets.

subtest 'conf-examples/kubernetes/gateway-fabric.yaml' => sub {
    my ($filter) = grep { $_->{kind} eq 'SnippetsFilter' }
        yaml('conf-examples/kubernetes/gateway-fabric.yaml');
    my %at = map { $_->{context} => $_->{value} }
        @{ $filter->{spec}{snippets} };
    my $in_location = "$at{'http.server.location'}
        proxy_http_version 1.1;
        proxy_set_header Host \"\$host\";
        proxy_pass http://backend;";

    like $at{main}, qr/\Aload_module modules\/ngx_http_jwt_scope_module\.so;\z/,
        'it loads the module';

    my $s = NJWT::Scenario->new;
    my $echo = NJWT::Echo->start(dir => $s->dir);
    my $config = local_config($s, <<"    END", $echo->port);
$at{main}
worker_processes  2;
events { }
http {
    $at{http}
    upstream backend { server 10.0.0.1:8080; }
    server {
        listen 80;
        location /timesheets/ { $in_location }
        location = /timesheets { $in_location }
        location / { return 404; }
    }
}
    END

    $s->start(config => $config, workers => 2);
    try($s, $_)
        for ['a reader reads', ask('/timesheets', $read), 200],
            ['below it, too', ask('/timesheets/14', $read), 200],
            ['nobody else does', ask('/timesheets/14', undef), 401],
            ['a reader writes nothing',
             ask('/timesheets/14', $read, method => 'POST'), 403],
            ['one who may writes',
             ask('/timesheets', $create, method => 'POST'), 200];
    is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
    $s->stop;
};


# What a matcher of verdicts names: verdict=~"a|b" and the like, in YAML and
# in JSON.

sub verdicts_of {
    my ($text) = @_;

    return map { split /\|/ } $text =~ /\bverdict(?:=~?|!~|!=)\\?"([^"\\]*)/g;
}


# Each metric that an alert or a panel asks for is one that nginx has, and so
# is each verdict: of one that is misspelt there never is a sample.

{
    my $s = NJWT::Scenario->new;
    my $keys = $s->write_file('keys.json', jwks('k1'));

    $s->start(issuers => <<"    END", server => <<'    END');
    jwt_issuer a { issuer https://a/; audience a; jwks_file $keys; }
    jwt_issuer b { issuer https://b/; audience a; jwks_uri http://127.0.0.1:\@PORT4\@/; }
    END
    location / { jwt a b; }
    location = /metrics { jwt_status prometheus; allow all; }
    END

    my $metrics = $s->get('/metrics')->{body};
    my %there = map { $_ => 1 } $metrics =~ /^# TYPE (\w+)/gm;
    my %verdicts = map { $_ => 1 } $metrics =~ /\bverdict="(\w+)"/g;

    cmp_ok scalar(keys %there), '>', 10, 'there are metrics at all';
    cmp_ok scalar(keys %verdicts), '>', 10, 'and verdicts';

    for my $file (glob 'conf-examples/prometheus/*.*') {
        open my $in, '<', $file or die "$file: $!\n";
        my $text = do { local $/; <$in> };

        my %asked = map { $_ => 1 } $text =~ /\b(jwt_scope_\w+)/g;

        cmp_ok scalar(keys %asked), '>', 3, "$file asks for some";
        is join(' ', grep { !$there{$_} } sort keys %asked), '',
            '... and for none that isn\'t there';

        my @named = verdicts_of($text);

        cmp_ok scalar(@named), '>', 1, '... it names verdicts';
        is join(' ', grep { !$verdicts{$_} } @named), '',
            '... and none that there never is';
        ok eval { decode_json($text) }, '... it is JSON' if $file =~ /json$/;
    }

    $s->stop;
}


# The alerts as Prometheus reads them, and the expressions of the dashboard's
# panels as rules.

SKIP: {
    skip 'no promtool here', 4
        if !grep { -x "$_/promtool" } split /:/, $ENV{PATH};

    my $s = NJWT::Scenario->new;
    my $alerts = 'conf-examples/prometheus/alerts.yaml';

    open my $in, '<', 'conf-examples/prometheus/grafana.json' or die "$!\n";
    my $board = decode_json(do { local $/; <$in> });
    my @asked = map { $_->{expr} } map { @{ $_->{targets} // [] } }
                @{ $board->{panels} };

    my $panels = $s->write_file('panels.yaml', encode_json({ groups => [ {
        name  => 'panels',
        rules => [ map { { record => "panel:$_", expr => $asked[$_] } }
                   0 .. $#asked ],
    } ] }));

    cmp_ok scalar(@asked), '>', 5, 'the dashboard asks';

    for (['the alerts', $alerts], ['the dashboard\'s panels', $panels]) {
        my ($what, $file) = @$_;
        my $said = `promtool check rules '$file' 2>&1`;

        is $?, 0, "promtool takes $what" or diag $said;
    }

    my $broken = $s->write_file('broken.yaml', '{"groups": [{"name": "x",
        "rules": [{"alert": "x", "expr": "sum by ("}]}]}');
    my $said = `promtool check rules '$broken' 2>&1`;

    isnt $?, 0, 'and not everything';
}


# What can't be run here says so, first thing.

for my $file (sort glob 'conf-examples/kubernetes/*.yaml
    conf-examples/docker/Dockerfile conf-examples/prometheus/*.yaml')
{
    open my $in, '<', $file or die "$file: $!\n";

    like scalar(<$in>), qr/^# Not (?:run|applied|loaded) by the tests/,
        "$file says that nobody tried it";
    ok yaml($file) && !grep({ !$_->{kind} && !$_->{groups} } yaml($file)), '... it is YAML'
        if $file =~ /yaml$/;
}

done_testing;
