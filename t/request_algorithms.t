# The algorithms of tokens, and the other sources of their keys: algorithms,
# jwks_file, secret_file and discovery.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

NJWT::Nginx::write_file('k1.json', NJWT::Token::jwks('k1'));
NJWT::Nginx::write_file('secret', 's' x 64 . "\n");

my $pem = join '', map { NJWT::Token::key($_)->export_key_pem(
    $_ eq 'ec' ? 'public' : 'public_x509') } qw/ k1 k2 ec /;

NJWT::Nginx::write_file('keys.pem', "ours:\n$pem");
NJWT::Nginx::write_file('eight.pem', $pem x 2 . $pem =~ s/(.*?END.*?\n.*?END
                                                        .*?\n).*/$1/xsr);
NJWT::Nginx::write_file('mixed.pem', $pem . NJWT::Token::key('small')
                                     ->export_key_pem('public_x509'));

default_config(<<'CONF');
    location /t {
        jwt         timesheets;
        add_header  X-Verdict $jwt_verdict always;
        root        $TEST_NGINX_CONTENT;
    }
CONF

no_long_string();
run_tests();

__DATA__

=== TEST 1: a token of an algorithm that is named passes
--- issuer_config: algorithms RS512;
--- jwks eval
my $set = JSON::PP::decode_json(NJWT::Token::jwks('k1'));
delete $set->{keys}[0]{alg};
JSON::PP::encode_json($set)
--- token: -alg => 'RS512'
--- response_headers
X-Verdict: ok



=== TEST 2: and then RS256 doesn't, unless it is named too
--- issuer_config: algorithms RS512;
--- token
--- error_code: 401
--- response_headers
X-Verdict: alg_not_allowed



=== TEST 3: PSS is another algorithm than PKCS1, of the same key
--- issuer_config: algorithms PS256;
--- jwks eval
my $set = JSON::PP::decode_json(NJWT::Token::jwks('k1'));
delete $set->{keys}[0]{alg};
JSON::PP::encode_json($set)
--- token: -alg => 'PS256'
--- response_headers
X-Verdict: ok



=== TEST 4: a PKCS1 signature under the name of PSS is bad
--- issuer_config: algorithms PS256 RS256;
--- jwks eval
my $set = JSON::PP::decode_json(NJWT::Token::jwks('k1'));
delete $set->{keys}[0]{alg};
JSON::PP::encode_json($set)
--- token: do { my @good = split /\./, token(); join '.', b64url('{"alg":"PS256","kid":"k1"}'), @good[1, 2] }
--- error_code: 401
--- response_headers
X-Verdict: bad_signature



=== TEST 5: a key is only for the algorithm that it names
--- issuer_config: algorithms RS256 RS512;
--- token: -alg => 'RS512'
--- error_code: 401
--- response_headers
X-Verdict: key_not_found



=== TEST 6: ES256 with a key of its curve
--- issuer_config: algorithms ES256;
--- jwks: ec
--- token: -key => 'ec'
--- response_headers
X-Verdict: ok



=== TEST 7: ES256 with a bit changed
--- issuer_config: algorithms ES256;
--- jwks: ec
--- token: tamper(token(-key => 'ec'), 'signature')
--- error_code: 401
--- response_headers
X-Verdict: bad_signature



=== TEST 8: an ES256 signature as DER is none
--- issuer_config: algorithms ES256;
--- jwks: ec
--- token: do { my @t = split /\./, token(-key => 'ec'); join '.', @t[0, 1], b64url(key('ec')->sign_message("$t[0].$t[1]", 'SHA256')) }
--- error_code: 401
--- response_headers
X-Verdict: bad_signature



=== TEST 9: an EC key isn't there for RS256
--- issuer_config: algorithms RS256 ES256;
--- jwks: ec
--- token: -kid => 'ec'
--- error_code: 401
--- response_headers
X-Verdict: key_not_found



=== TEST 10: keys from a file verify without a fetch
--- http_config
    jwt_issuer timesheets {
        issuer     $TEST_NGINX_ISSUER;
        audience   $TEST_NGINX_AUDIENCE;
        jwks_file  $TEST_NGINX_CONTENT/k1.json;
    }
--- token
--- response_headers
X-Verdict: ok



=== TEST 11: and another key isn't fetched
--- http_config
    jwt_issuer timesheets {
        issuer     $TEST_NGINX_ISSUER;
        audience   $TEST_NGINX_AUDIENCE;
        jwks_file  $TEST_NGINX_CONTENT/k1.json;
    }
--- token: -key => 'k2'
--- error_code: 401
--- response_headers
X-Verdict: key_not_found



=== TEST 12: a shared secret, less its newline
--- http_config
    jwt_issuer timesheets {
        issuer       $TEST_NGINX_ISSUER;
        audience     $TEST_NGINX_AUDIENCE;
        algorithms   HS256 HS512;
        secret_file  $TEST_NGINX_CONTENT/secret;
    }
--- token: -alg => 'HS512', -key => 's' x 64
--- response_headers
X-Verdict: ok



=== TEST 13: another secret
--- http_config
    jwt_issuer timesheets {
        issuer       $TEST_NGINX_ISSUER;
        audience     $TEST_NGINX_AUDIENCE;
        algorithms   HS256;
        secret_file  $TEST_NGINX_CONTENT/secret;
    }
--- token: -alg => 'HS256', -key => 's' x 63 . 't'
--- error_code: 401
--- response_headers
X-Verdict: bad_signature



=== TEST 14: a secret verifies no RS256
--- http_config
    jwt_issuer timesheets {
        issuer       $TEST_NGINX_ISSUER;
        audience     $TEST_NGINX_AUDIENCE;
        algorithms   HS256;
        secret_file  $TEST_NGINX_CONTENT/secret;
    }
--- token
--- error_code: 401
--- response_headers
X-Verdict: alg_not_allowed



=== TEST 15: an oct key of a set is never used
--- fetch: yes
--- issuer_config: algorithms RS256 RS512;
--- jwks eval
NJWT::Token::jwks('k1', { kty => 'oct', kid => 'secret', k => 'c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M' })
--- token: -kid => 'secret'
--- error_code: 401
--- response_headers
X-Verdict: key_not_found
--- error_log
1 key from



=== TEST 16: the key set is where the discovery says
--- http_config
    jwt_issuer timesheets {
        issuer     http://127.0.0.1:$TEST_NGINX_SERVER_PORT/;
        audience   $TEST_NGINX_AUDIENCE;
        discovery  on;
    }
--- config
    location /t {
        jwt         timesheets;
        add_header  X-Verdict $jwt_verdict always;
        root        $TEST_NGINX_CONTENT;
    }
    location = /.well-known/openid-configuration {
        return 200 '{"issuer":"http://127.0.0.1:$TEST_NGINX_SERVER_PORT/","jwks_uri":"$TEST_NGINX_JWKS_URI"}';
    }
--- token: iss => "http://127.0.0.1:" . Test::Nginx::Util::server_port() . "/"
--- response_headers
X-Verdict: ok



=== TEST 17: a discovery of another issuer is none
--- http_config
    jwt_issuer timesheets {
        issuer     http://127.0.0.1:$TEST_NGINX_SERVER_PORT/;
        audience   $TEST_NGINX_AUDIENCE;
        discovery  on;
    }
--- config
    location /t {
        jwt         timesheets;
        add_header  X-Verdict $jwt_verdict always;
        root        $TEST_NGINX_CONTENT;
    }
    location = /.well-known/openid-configuration {
        return 200 '{"issuer":"http://127.0.0.1/","jwks_uri":"$TEST_NGINX_JWKS_URI"}';
    }
--- token: iss => "http://127.0.0.1:" . Test::Nginx::Util::server_port() . "/"
--- error_code: 503
--- response_headers
X-Verdict: keys_unavailable
--- error_log
its "issuer" isn't the first "issuer" of the block



=== TEST 18: a discovered key set obeys the rules of a configured one
--- http_config
    jwt_issuer timesheets {
        issuer     http://127.0.0.1:$TEST_NGINX_SERVER_PORT/;
        audience   $TEST_NGINX_AUDIENCE;
        discovery  on;
    }
--- config
    location /t {
        jwt         timesheets;
        add_header  X-Verdict $jwt_verdict always;
        root        $TEST_NGINX_CONTENT;
    }
    location = /.well-known/openid-configuration {
        return 200 '{"issuer":"http://127.0.0.1:$TEST_NGINX_SERVER_PORT/","jwks_uri":"http://example.com/k"}';
    }
--- token: iss => "http://127.0.0.1:" . Test::Nginx::Util::server_port() . "/"
--- error_code: 503
--- error_log
its "jwks_uri" is no https URL



=== TEST 19: an answer beyond jwks_max_size is a failed fetch
--- issuer_config: jwks_max_size 100;
--- token
--- error_code: 503
--- error_log
the answer is larger than "jwks_max_size"



=== TEST 20: a PEM file has keys without kid, which fit a token with any
--- http_config
    jwt_issuer timesheets {
        issuer      $TEST_NGINX_ISSUER;
        audience    $TEST_NGINX_AUDIENCE;
        algorithms  RS256 ES256;
        jwks_file   $TEST_NGINX_CONTENT/keys.pem;
    }
--- token: -kid => 'whatever'
--- response_headers
X-Verdict: ok



=== TEST 21: or with none
--- http_config
    jwt_issuer timesheets {
        issuer      $TEST_NGINX_ISSUER;
        audience    $TEST_NGINX_AUDIENCE;
        algorithms  RS256 ES256;
        jwks_file   $TEST_NGINX_CONTENT/keys.pem;
    }
--- token: -header => { kid => undef }
--- response_headers
X-Verdict: ok



=== TEST 22: those that fit are tried in turn
--- http_config
    jwt_issuer timesheets {
        issuer      $TEST_NGINX_ISSUER;
        audience    $TEST_NGINX_AUDIENCE;
        algorithms  RS256 ES256;
        jwks_file   $TEST_NGINX_CONTENT/keys.pem;
    }
--- token: -key => 'k2'
--- response_headers
X-Verdict: ok



=== TEST 23: of each kind
--- http_config
    jwt_issuer timesheets {
        issuer      $TEST_NGINX_ISSUER;
        audience    $TEST_NGINX_AUDIENCE;
        algorithms  RS256 ES256;
        jwks_file   $TEST_NGINX_CONTENT/keys.pem;
    }
--- token: -key => 'ec'
--- response_headers
X-Verdict: ok



=== TEST 24: and no other
--- http_config
    jwt_issuer timesheets {
        issuer      $TEST_NGINX_ISSUER;
        audience    $TEST_NGINX_AUDIENCE;
        algorithms  RS256 ES256;
        jwks_file   $TEST_NGINX_CONTENT/keys.pem;
    }
--- token: -key => 'k3'
--- error_code: 401
--- response_headers
X-Verdict: bad_signature



=== TEST 25: eight keys may be in it
--- http_config
    jwt_issuer timesheets {
        issuer      $TEST_NGINX_ISSUER;
        audience    $TEST_NGINX_AUDIENCE;
        algorithms  RS256 ES256;
        jwks_file   $TEST_NGINX_CONTENT/eight.pem;
    }
--- token
--- response_headers
X-Verdict: ok



=== TEST 26: one that is no use beside others is reported
--- http_config
    jwt_issuer timesheets {
        issuer      $TEST_NGINX_ISSUER;
        audience    $TEST_NGINX_AUDIENCE;
        algorithms  RS256 ES256;
        jwks_file   $TEST_NGINX_CONTENT/mixed.pem;
    }
--- token
--- response_headers
X-Verdict: ok
--- error_log
is skipped: an RSA key of fewer than 2048 bits



=== TEST 27: a shared secret fits whatever kid a token names
--- http_config
    jwt_issuer timesheets {
        issuer       $TEST_NGINX_ISSUER;
        audience     $TEST_NGINX_AUDIENCE;
        algorithms   HS256;
        secret_file  $TEST_NGINX_CONTENT/secret;
    }
--- token: -alg => 'HS256', -key => 's' x 64, -kid => 'whatever'
--- response_headers
X-Verdict: ok
