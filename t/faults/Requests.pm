package Requests;

# What becomes of a request while an allocation fails?
#
# Each case is a request that is sent with the n-th allocation failing, for
# every n, and after each the same request without: cases() lists them, world()
# starts the nginx that they are for.

use strict;
use warnings;

use Digest::SHA qw/ hmac_sha256 /;
use Exporter qw/ import /;
use NJWT::Client;
use NJWT::Echo;
use NJWT::Proof qw/ client bound proof /;
use NJWT::Token qw/ token logout_token tamper b64url jwks /;


our @EXPORT_OK = qw/ world cases /;

my $http = <<'END';
    jwt_claim_set  $roles    https://example.com/roles;
    jwt_claim_set  $team     /org/team;

    jwt_dpop_zone   zone=proofs:8m;
    jwt_dpop_nonce  1h key_file=@DIR@/nonce.keys;

    map $jwt_claim_blocked $free {
        volatile;
        default  1;
        yes      0;
    }
END

my $server = <<'END';
        server_name  a.example b.example;
        jwt_token    bearer $cookie_token;

        location / {
            jwt                  timesheets;
            jwt_require_scope    read:t methods=GET;
            jwt_require_scope    write:t methods=POST;
            jwt_require_claim    sub !~^anon@;
            jwt_require_claim    /org/team blue red;
            jwt_require          $free;
            jwt_identity_header  X-User $jwt_claim_sub;
            jwt_identity_header  X-Roles $roles;
            jwt_preflight        on;
            proxy_set_header     X-Team $team;
            proxy_set_header     Authorization $http_authorization;
            proxy_pass           http://127.0.0.1:@PORT2@;
        }

        location /variables {
            jwt         timesheets;
            add_header  X-Seen "$jwt_claim_sub|$jwt_scope|$jwt_kid|$jwt_client_id|$jwt_header_typ|$jwt_payload|$roles" always;
            root        @CONTENT@;
        }

        location /plain {
            jwt               timesheets;
            jwt_error_format  nginx;
            root              @CONTENT@;
        }

        location /either {
            satisfy  any;
            deny     all;
            jwt      timesheets;
            root     @CONTENT@;
        }

        location /optional {
            jwt       timesheets;
            jwt_mode  optional;
            root      @CONTENT@;
        }

        location /report {
            jwt       timesheets;
            jwt_mode  report;
            proxy_pass  http://127.0.0.1:@PORT2@;
        }

        location /kept {
            jwt             timesheets;
            jwt_pass_token  off;
            proxy_pass      http://127.0.0.1:@PORT2@;
        }

        location /kept/twice {
            jwt             timesheets;
            jwt_pass_token  off;
            root            @CONTENT@;
            try_files       /none @kept;
        }

        location @kept {
            jwt             timesheets;
            jwt_pass_token  off;
            proxy_pass      http://127.0.0.1:@PORT2@;
        }

        location /kept/report {
            jwt             timesheets;
            jwt_mode        report;
            jwt_pass_token  off;
            proxy_pass      http://127.0.0.1:@PORT2@;
        }

        location /again {
            error_page  404 = /variables/again;
            jwt         timesheets;
            root        @CONTENT@/none;
        }

        location /dpop {
            jwt              timesheets;
            jwt_binding      dpop required;
            jwt_dpop_origin  http://api.example/ https://api.example/v1;
            jwt_dpop_algorithms  ES256 EdDSA;
            add_header       X-Seen "$jwt_binding|$jwt_dpop_jkt" always;
            error_page       404 = /variables/again;
            root             @CONTENT@;
        }

        location /names {
            jwt          timesheets;
            jwt_binding  dpop mtls certificate=$http_x_certificate;
            root         @CONTENT@;
        }

        location /html        { jwt off; jwt_status; }
        location /json        { jwt off; jwt_status json; }
        location /prometheus  { jwt off; jwt_status prometheus; }

        location /logout {
            jwt                 off;
            jwt_logout_handler  timesheets client=webapp;
        }

        location /revoke {
            jwt                 off;
            allow               127.0.0.1;
            deny                all;
            jwt_revoke_handler  timesheets;
        }

        location /metadata {
            jwt  off;
            jwt_resource_metadata_handler  timesheets
                                           resource=https://api.example.com/;
        }
END


my $serial = 0;
my $port_of_gate;
my $nonce_key = 'k' x 32;
my ($me, $thief) = (client(), client());


sub files {
    my ($s) = @_;

    for (qw/ variables plain either optional dpop names /) {
        mkdir $s->dir . "/content/$_";
        $s->write_file("content/$_/x", "passed\n");
    }

    $s->write_file('content/variables/again', "passed\n");
    $s->write_file('keys.json', jwks('k1', 'k2', 'ec'));
    $s->write_file('revoked.json',
        '[{"claim":"sub","value":"nobody","before":1764000000}]');
    $s->write_file('nonce.keys', "$nonce_key\n" . 'x' x 32 . "\n");

    return;
}

sub settings {
    my ($s, $port) = @_;

    $port //= $s->port(2);

    return (
        workers => 1,
        http    => $http,
        server  => $server =~ s/\@PORT2\@/$port/gr,
        issuers => issuers(),
    );
}

sub world {
    my ($s) = @_;

    my $echo = NJWT::Echo->start(dir => $s->dir);

    $port_of_gate = $s->port;
    files($s);
    $s->start(settings($s, $echo->port));

    return $echo;
}

sub issuers {
    return <<'END';
    jwt_issuer timesheets {
        issuer      @ISSUER@;
        audience    @AUDIENCE@;
        jwks_file   @DIR@/keys.json;
        algorithms  RS256 ES256;
        revocation  sub;
        revocation_file  @DIR@/revoked.json;
    }

    jwt_issuer another {
        issuer           https://another.example/;
        audience         a b;
        jwks_uri         https://another.example/keys;
        jwks_proxy       http://127.0.0.1:9;
        state_path       @DIR@/state;
        scope_claim      permissions scope;
        profile          rfc9068;
        max_age          1h;
        ssl_trusted_certificate  @FIXTURES@/tls-ca.pem;
    }
END
}



# No two are the same, so each is a token that was never seen.

sub good {
    my (%other) = @_;

    return token(scope => 'read:t write:t', sub => 'alice', jti => 'j' . ++$serial,
                 org => { team => 'blue' }, azp => 'client1',
                 'https://example.com/roles' => [ 'a', 'b' ], %other);
}

# What a connection keeps of a token that comes again, and of a longer one.

sub in_a_row {
    my ($short, $long) = (good(), good(more => 'x' x 900));

    return (token => $long,
            before => [ map { { path => '/variables/x', token => $_ } }
                        ($short) x 3, ($long) x 2, $short ]);
}


# A nonce of the gate's own, made with the key of its file (RFC 9449, 8): of
# the next second, for the gate takes none of the second that it began in.

sub nonce {
    my $made = pack 'Q>', time + 1;

    return b64url($made . hmac_sha256($made, $nonce_key));
}

# A token that is bound to me, and a proof for it.

sub proved {
    my ($path, %other) = @_;

    my $token = bound($me, jti => 'j' . ++$serial);
    my $client = delete $other{-client} // $me;

    return (headers => {
        Authorization => "DPoP $token",
        DPoP => proof($client, $token, "http://api.example$path",
                      nonce => nonce(), iat => int time, %other) });
}

# One that was used a moment ago.

sub replayed {
    my %used = proved('/dpop/x');

    NJWT::Client::request(port => $port_of_gate, path => '/dpop/x', %used);

    return %used;
}

sub bound_to_me {
    return ($_[0]{headers}{'x-seen'} // '') eq "dpop|$me->{jkt}"
           ? '' : 'the variables are wrong';
}

sub bound_to_me_in_part {
    return ($_[0]{headers}{'x-seen'} // '') =~ /^(?:dpop)?\|(?:$me->{jkt})?$|^$/
           ? '' : 'a variable is wrong';
}

sub has_nonce {
    return defined $_[0]{headers}{'dpop-nonce'} ? '' : 'the nonce is missing';
}


# A logout token for another than alice, as the tenant posts it.

sub posted {
    my ($token) = @_;

    return (method => 'POST', body => "x=%20&logout_token=$token",
            headers => { 'Content-Type' =>
                         'application/x-www-form-urlencoded' });
}

sub logout {
    return posted(logout_token(sub => 'bob', @_));
}

sub used_logout {
    my %used = logout();

    NJWT::Client::request(port => $port_of_gate, path => '/logout', %used);

    return %used;
}


# An entry of its own, whose value comes as no token's subject. Whoever was
# told that it is revoked must find it so: the token of that subject.

sub revoke {
    my ($body) = @_;

    return (method => 'POST', body => $body
            // '[{"claim":"sub","value":"r' . ++$serial . '"},'
               . '{"claim":"sub","value":"s","until":1}]');
}

# A token whose subject was revoked a moment ago.

sub revoked {
    my $name = 'r' . ++$serial;

    NJWT::Client::request(port => $port_of_gate, path => '/revoke',
        revoke(qq({"claim":"sub","value":"$name"})));

    return earlier($name);
}

# A revocation is about tokens of before it, in whole seconds.

sub earlier {
    my ($name) = @_;

    return good(sub => $name, iat => time - 60);
}

# What the request revoked is revoked.

sub revokes {
    my ($r) = @_;

    return $r->{body} eq qq({"revoked":2}\n) ? is_revoked("r$serial")
                                             : 'the answer is cut off';
}

sub is_revoked {
    my ($name) = @_;
    my $seen = NJWT::Client::request(port => $port_of_gate,
        path => '/variables/x', token => earlier($name));

    return $seen->{status} == 401
           && ($seen->{headers}{'www-authenticate'} // '') =~ /revoked/
           ? '' : "a token of $name passes with $seen->{status}";
}


# What a backend may hear of alice, and of nobody else.

sub forwarded {
    my ($r) = @_;

    return 'the user is missing' if $r->{body} !~ /^X-User: alice$/m;
    return 'the roles are missing' if $r->{body} !~ /^X-Roles: a,b$/m;
    return 'it is sent twice' if $r->{body} =~ /^X-User: .*^X-User: /ms;

    return '';
}

# proxy_set_header is read where nobody can refuse any more.

sub forwarded_more {
    my ($r) = @_;

    return forwarded($r)
        || ($r->{body} !~ /^X-Team: blue$/m ? 'the team is missing' : '');
}

# A backend that is to get no token gets none, and all else as it came.

sub kept {
    my ($r) = @_;

    return $r->{body} =~ /^Authorization|ey\w|token=/mi
           ? 'the token went on' : '';
}

sub kept_alone {
    my ($r) = @_;

    return kept($r)
        || ($r->{body} !~ /^Cookie: a=b; c=d$/m ? 'the cookies are gone' : '');
}

sub seen {
    my ($r) = @_;

    return ($r->{headers}{'x-seen'} // '')
           =~ /^alice\|read:t write:t\|k1\|client1\|JWT\|\{.*\}\|a,b$/
           ? '' : 'the variables are not there';
}

# Values are right or not there: never another's, never a part.

sub seen_in_part {
    my ($r) = @_;

    return ($r->{headers}{'x-seen'} // '')
           =~ /^(?:alice)?\|(?:read:t\ write:t)?\|(?:k1)?\|(?:client1)?\|
                (?:JWT)?\|(?:\{.*\})?\|(?:a,b)?$|^$/x
           ? '' : 'a variable is wrong';
}

sub challenged {
    my ($error) = @_;

    return sub {
        my ($r) = @_;

        my $said = $r->{headers}{'www-authenticate'} // '';

        return $said =~ /\berror="\Q$error\E"/ ? '' : "the challenge: $said";
    };
}

sub has {
    my ($what) = @_;

    return sub { $_[0]{body} =~ $what ? '' : "the body lacks $what" };
}


# name; request: what to send, made anew for each; hot: made once, and sent
# once before; status: without a fault; also: with one, beside 500 and 503;
# lost: what OpenSSL 3.0 itself doesn't free where memory fails in it while a
# key is made, once for each such point;
# right: what a clean answer must have; safe: what any answer of that status.

sub cases {
    my $none = sub { '' };

    my @cases = (
        { name => 'good', request => sub { (token => good()) },
          status => 200, also => [401], right => \&forwarded_more,
          safe => \&forwarded },
        { name => 'good, seen', hot => 1,
          request => sub { (token => good()) },
          status => 200, right => \&forwarded_more, safe => \&forwarded },
        { name => 'ES256', request => sub { (token => good(-key => 'ec',
              -alg => 'ES256', -kid => 'ec')) },
          status => 200, also => [401], right => \&forwarded_more,
          safe => \&forwarded },
        { name => 'POST', request => sub { (method => 'POST', body => 'x',
              token => good()) },
          status => 200, also => [401], right => \&forwarded_more,
          safe => \&forwarded },
        { name => 'in a cookie',
          request => sub { (headers => { Cookie => 'token=' . good() }) },
          status => 200, also => [401], right => \&forwarded_more,
          safe => \&forwarded },
        { name => 'forged header',
          request => sub { (token => good(),
              headers => { 'X-User' => 'mallory', 'x_roles' => 'admin' }) },
          status => 200, also => [401], right => \&forwarded_more,
          safe => sub {
              return forwarded($_[0]) || ($_[0]{body} =~ /mallory|admin/
                                     ? 'a forged header' : '');
          } },
        { name => 'forged header, report', path => '/report/x',
          request => sub { (token => good(aud => 'x'),
              headers => { 'X-User' => 'mallory' }) },
          status => 200, safe => sub {
              return $_[0]{body} =~ /mallory/ ? 'a forged header' : '';
          } },
        { name => 'no token', request => sub { () }, status => 401 },
        { name => 'bad signature',
          request => sub { (token => tamper(good(), 'payload')) },
          status => 401, right => challenged('invalid_token') },
        { name => 'bad signature, nginx\'s page', path => '/plain/x',
          request => sub { (token => tamper(good(), 'payload')) },
          status => 401 },
        { name => 'unknown key',
          request => sub { (token => good(-key => 'k3')) },
          status => 401, right => challenged('invalid_token') },
        { name => 'expired', request => sub { (token => good(exp => 1)) },
          status => 401, right => challenged('invalid_token') },
        { name => 'expired, seen', hot => 1,
          request => sub { (token => good(exp => 1)) },
          status => 401, right => challenged('invalid_token') },
        { name => 'not JSON',
          request => sub { (token => b64url('{') . '.e30.c2ln') },
          status => 401 },
        { name => 'two tokens', request => sub { (token => good(),
              headers => { Cookie => 'token=' . good() }) },
          status => 400 },
        { name => 'other audience',
          request => sub { (token => good(aud => 'x')) },
          status => 401, right => challenged('invalid_token') },
        { name => 'no scope', request => sub { (token => good(scope => 'x')) },
          status => 403, also => [401],
          right => challenged('insufficient_scope') },
        { name => 'no scope, seen', hot => 1,
          request => sub { (token => good(scope => 'x')) },
          status => 403, right => challenged('insufficient_scope') },
        { name => 'method', request => sub { (method => 'DELETE',
              token => good()) },
          status => 405, also => [401] },
        { name => 'a claim that it may not have',
          request => sub { (token => good(sub => 'anon@x')) },
          status => 403, also => [401] },
        { name => 'the same, seen', hot => 1,
          request => sub { (token => good(sub => 'anon@x')) },
          status => 403, also => [401] },
        { name => 'another team',
          request => sub { (token => good(org => { team => 'x' })) },
          status => 403, also => [401] },
        { name => 'blocked by a map',
          request => sub { (token => good(blocked => 'yes')) },
          status => 403, also => [401] },
        { name => 'blocked by a map, seen', hot => 1,
          request => sub { (token => good(blocked => 'yes')) },
          status => 403, also => [401] },
        { name => 'preflight', request => sub { (method => 'OPTIONS',
              headers => { Origin => 'https://a.example', Authorization => 'x',
                           'Access-Control-Request-Method' => 'GET' }) },
          status => 200, safe => sub {
              return $_[0]{body} =~ /^(?:Authorization|X-User)/mi
                     ? 'credentials went on' : '';
          } },
        { name => 'variables', path => '/variables/x',
          request => sub { (token => good()) },
          status => 200, also => [401], right => \&seen,
          safe => \&seen_in_part },
        { name => 'variables, seen', path => '/variables/x', hot => 1,
          request => sub { (token => good()) },
          status => 200, also => [401], right => \&seen,
          safe => \&seen_in_part },
        { name => 'variables of a bad one', path => '/variables/x',
          request => sub { (token => tamper(good(), 'payload')) },
          status => 401, safe => sub {
              return ($_[0]{headers}{'x-seen'} // '|') =~ /^\|*$/
                     ? '' : 'a claim of an unverified token';
          } },
        { name => 'repeated', path => '/variables/x',
          request => \&in_a_row,
          status => 200, also => [401], right => \&seen,
          safe => \&seen_in_part },
        { name => 'judged again', path => '/again/x',
          request => sub { (token => good()) },
          status => 200, also => [401], right => \&seen,
          safe => \&seen_in_part },
        { name => 'a token that stays here', path => '/kept/x',
          request => sub { (token => good(),
              headers => { Cookie => 'a=b; c=d' }) },
          status => 200, also => [401], right => \&kept_alone,
          safe => \&kept },
        { name => 'a cookie that stays here', path => '/kept/x',
          request => sub { (headers => {
              Cookie => 'a=b; token=' . good() . '; c=d' }) },
          status => 200, also => [401], right => \&kept_alone,
          safe => \&kept_alone },
        { name => 'a cookie that stays here, judged twice',
          path => '/kept/twice',
          request => sub { (headers => {
              Cookie => 'a=b; token=' . good() . '; c=d' }) },
          status => 200, also => [401], right => \&kept_alone,
          safe => \&kept_alone },
        { name => 'a bad one that stays here', path => '/kept/report',
          request => sub { (token => good(exp => 1),
              headers => { Cookie => 'token=x' }) },
          status => 200, safe => \&kept },
        { name => 'satisfy any', path => '/either/x',
          request => sub { (token => good()) },
          status => 200, also => [ 401, 403 ] },
        { name => 'satisfy any, bad', path => '/either/x',
          request => sub { (token => tamper(good(), 'payload')) },
          status => 401, also => [403] },
        { name => 'optional, none', path => '/optional/x',
          request => sub { () }, status => 200 },
        { name => 'optional, bad', path => '/optional/x',
          request => sub { (token => tamper(good(), 'payload')) },
          status => 401 },
        { name => 'report, bad', path => '/report/x',
          request => sub { (token => tamper(good(), 'payload')) },
          status => 200 },
        { name => 'a proof', path => '/dpop/x',
          request => sub { proved('/dpop/x') },
          status => 200, also => [401], right => \&bound_to_me,
          safe => \&bound_to_me_in_part },
        { name => 'a proof, judged again', path => '/dpop/none',
          request => sub { proved('/dpop/none') },
          status => 401, also => [], safe => sub { '' } },
        { name => 'a proof by server_name', path => '/names/x',
          request => sub {
              proved('/names/x', htu => "http://b.example:$port_of_gate/names/x")
          },
          status => 200, also => [401] },
        { name => 'a replayed proof', path => '/dpop/x',
          request => \&replayed,
          status => 401, right => challenged('invalid_dpop_proof') },
        { name => 'a proof without a nonce', path => '/dpop/x',
          request => sub { proved('/dpop/x', nonce => undef) },
          status => 401, right => \&has_nonce },
        { name => 'another one\'s proof', path => '/dpop/x',
          request => sub { proved('/dpop/x', -client => $thief) },
          status => 401, lost => 4, right => challenged('invalid_token') },
        { name => 'a proof of another URL', path => '/dpop/x',
          request => sub { proved('/dpop/y') },
          status => 401, right => challenged('invalid_dpop_proof') },
        { name => 'a logout', path => '/logout',
          request => sub { logout(sub => 'r' . ++$serial) }, status => 200,
          safe => sub { is_revoked("r$serial") } },
        { name => 'a logout that was used', path => '/logout',
          request => \&used_logout,
          status => 400, right => has(qr/used before/) },
        { name => 'a forged logout', path => '/logout',
          request => sub { posted(tamper(logout_token(), 'signature')) },
          status => 400, right => has(qr/signature/) },
        { name => 'a logout of an unknown key', path => '/logout',
          request => sub { logout(-key => 'k3') },
          status => 400, right => has(qr/not known/) },
        { name => 'a request that revokes', path => '/revoke',
          request => \&revoke, status => 200, safe => \&revokes },
        { name => 'a request that revokes, in a file', path => '/revoke',
          request => sub { revoke('[{"claim":"sub","value":"r' . ++$serial
              . '"},' . ' ' x 30_000
              . '{"claim":"sub","value":"s","until":1}]') },
          status => 200, safe => \&revokes },
        { name => 'a wrong entry', path => '/revoke',
          request => sub { revoke('{"claim":"iss","value":"x"}') },
          status => 400, right => has(qr/'revocation' doesn't name/) },
        { name => 'revoked', request => sub {
              (path => '/variables/x', token => revoked()) },
          status => 401, right => challenged('invalid_token') },
        { name => 'status html', path => '/html', request => sub { () },
          status => 200, right => has(qr/<\/html>/) },
        { name => 'status json', path => '/json', request => sub { () },
          status => 200, right => has(qr/\}\s*\z/) },
        { name => 'status prometheus', path => '/prometheus',
          request => sub { () }, status => 200,
          right => has(qr/^\w+\{.*\} \d+$/m) },
        { name => 'metadata', path => '/metadata', request => sub { () },
          status => 200, right => has(qr/"authorization_servers"/) },
    );

    for (@cases) {
        $_->{path} //= '/x';
        $_->{also} //= [];
        $_->{lost} //= 0;
        $_->{right} //= $none;
        $_->{safe} //= $none;
    }

    return @cases;
}


1;
