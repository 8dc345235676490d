# The cache knows that a token was verified, and nothing that would spare a
# check.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

NJWT::Nginx::write_file('keys.json', NJWT::Token::jwks('k1'));
NJWT::Nginx::write_file('secret', 's' x 64 . "\n");

default_config(<<'CONF');
    location /t {
        jwt         timesheets;
        add_header  X-Cache   $jwt_cache   always;
        add_header  X-Verdict $jwt_verdict always;
        add_header  X-Sub     $jwt_claim_sub always;
        root        $TEST_NGINX_CONTENT;
    }
CONF

no_long_string();
run_tests();

__DATA__

=== TEST 1: the first request of a token is a miss, the next a hit
--- token: sub => 'a'
--- request eval: ["GET /t", "GET /t", "GET /t"]
--- response_headers eval
["X-Cache: MISS", "X-Cache: HIT", "X-Cache: HIT"]
--- error_code eval: [200, 200, 200]



=== TEST 2: a hit has the same claims
--- token: sub => 'a'
--- request eval: ["GET /t", "GET /t"]
--- response_headers eval
["X-Sub: a", "X-Sub: a"]



=== TEST 3: another token is another's miss
--- request eval: ["GET /t", "GET /t", "GET /t", "GET /t"]
--- more_headers eval
my %t = map { $_ => NJWT::Token::token(sub => $_) } qw/ a b /;
[map { "Authorization: Bearer $t{$_}" } qw/ a b a b /]
--- response_headers eval
["X-Cache: MISS\nX-Sub: a", "X-Cache: MISS\nX-Sub: b",
 "X-Cache: HIT\nX-Sub: a", "X-Cache: HIT\nX-Sub: b"]



=== TEST 4: one with another last character of its signature isn't known
--- request eval: ["GET /t", "GET /t", "GET /t"]
--- more_headers eval
my $good = NJWT::Token::token(sub => 'a');
[map { "Authorization: Bearer $_" } $good, NJWT::Token::tamper($good, 'signature'), $good]
--- error_code eval: [200, 401, 200]
--- response_headers eval
["X-Cache: MISS", "X-Verdict: bad_signature\nX-Cache:", "X-Cache: HIT"]



=== TEST 5: an expired token is known, and expired each time
--- token: exp => time - 100
--- request eval: ["GET /t", "GET /t"]
--- error_code eval: [401, 401]
--- response_headers eval
["X-Verdict: expired\nX-Sub:\nX-Cache:", "X-Verdict: expired\nX-Sub:\nX-Cache:"]



=== TEST 6: each location asks by its own rules
--- config
    location /a {
        jwt timesheets; jwt_require_scope a;
        add_header X-Cache $jwt_cache always; empty_gif;
    }
    location /b {
        jwt timesheets; jwt_require_scope b;
        add_header X-Cache $jwt_cache always; empty_gif;
    }
    location /c {
        jwt timesheets; jwt_require_claim c d;
        add_header X-Cache $jwt_cache always; empty_gif;
    }
    location /n {
        jwt timesheets; jwt_require_claim c !~d;
        add_header X-Cache $jwt_cache always; empty_gif;
    }
--- token: scope => 'a', c => 'd'
--- request eval: ["GET /a", "GET /b", "GET /c", "GET /n", "GET /a"]
--- error_code eval: [200, 403, 200, 403, 200]
--- response_headers eval
["X-Cache: MISS", "X-Cache: HIT", "X-Cache: HIT", "X-Cache: HIT", "X-Cache: HIT"]



=== TEST 7: each method, too
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope r methods=GET;
        jwt_require_scope w methods=POST;
        add_header X-Cache $jwt_cache always;
        empty_gif;
    }
--- token: scope => 'r'
--- request eval: ["GET /t", "HEAD /t", "POST /t\r\n", "PUT /t\r\n"]
--- error_code eval: [200, 200, 403, 405]
--- response_headers eval
["X-Cache: MISS", "X-Cache: HIT", "X-Cache: HIT", "X-Cache: HIT"]



=== TEST 8: what one issuer verified is no other's, though it is the same one
--- http_config
    jwt_issuer timesheets {
        issuer     $TEST_NGINX_ISSUER;
        audience   $TEST_NGINX_AUDIENCE;
        jwks_file  $TEST_NGINX_CONTENT/keys.json;
    }
    jwt_issuer again {
        issuer     $TEST_NGINX_ISSUER;
        audience   $TEST_NGINX_AUDIENCE;
        jwks_file  $TEST_NGINX_CONTENT/keys.json;
    }
    jwt_issuer strict {
        issuer     $TEST_NGINX_ISSUER;
        audience   another;
        jwks_file  $TEST_NGINX_CONTENT/keys.json;
    }
--- config
    location /a { jwt timesheets; add_header X-Cache $jwt_cache always; add_header X-V $jwt_verdict always; empty_gif; }
    location /b { jwt again;      add_header X-Cache $jwt_cache always; add_header X-V $jwt_verdict always; empty_gif; }
    location /c { jwt strict;     add_header X-Cache $jwt_cache always; add_header X-V $jwt_verdict always; empty_gif; }
--- token
--- request eval: ["GET /a", "GET /a", "GET /b", "GET /c"]
--- error_code eval: [200, 200, 200, 401]
--- response_headers eval
["X-Cache: MISS", "X-Cache: HIT", "X-Cache: MISS", "X-V: audience_mismatch\nX-Cache:"]



=== TEST 9: a token longer than the limit of this location isn't looked for
--- config
    location /a { jwt timesheets; add_header X-V $jwt_verdict always; empty_gif; }
    location /b { jwt timesheets; jwt_max_token_size 100; add_header X-V $jwt_verdict always; empty_gif; }
--- token
--- request eval: ["GET /a", "GET /b"]
--- error_code eval: [200, 401]
--- response_headers eval
["X-V: ok", "X-V: token_too_large"]



=== TEST 10: it may be switched off
--- http_config
    jwt_token_cache off;
--- token
--- request eval: ["GET /t", "GET /t"]
--- response_headers eval
["X-Cache: MISS", "X-Cache: MISS"]



=== TEST 11: of a small zone the least recently used go
--- http_config
    jwt_token_cache zone=small:32k;
--- request eval
[("GET /t") x 206]
--- more_headers eval
my @t = map { NJWT::Token::token(sub => "s$_") } 0 .. 200;
# the first is used again while others come, the second isn't
[map { "Authorization: Bearer $_" }
     @t[0, 1, 2 .. 60], $t[0], @t[61 .. 110], $t[0], @t[111 .. 200], $t[0], $t[1], $t[200]]
--- response_headers_like eval
[("X-Cache: MISS") x 61, "X-Cache: HIT", ("X-Cache: MISS") x 50, "X-Cache: HIT",
 ("X-Cache: MISS") x 90, "X-Cache: HIT", "X-Cache: MISS", "X-Cache: HIT"]
--- timeout: 20



=== TEST 12: a shared secret's tokens are remembered, too
--- http_config
    jwt_issuer timesheets {
        issuer       $TEST_NGINX_ISSUER;
        audience     $TEST_NGINX_AUDIENCE;
        algorithms   HS256;
        secret_file  $TEST_NGINX_CONTENT/secret;
    }
--- token: -alg => 'HS256', -key => 's' x 64
--- request eval: ["GET /t", "GET /t"]
--- response_headers eval
["X-Cache: MISS", "X-Cache: HIT"]



=== TEST 13: a refusal for scopes has the same answer from memory
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope other;
        add_header X-Cache $jwt_cache always;
        add_header X-Sub   $jwt_claim_sub always;
        empty_gif;
    }
--- token: sub => 'a'
--- log_level: info
--- request eval: ["GET /t", "GET /t"]
--- error_code eval: [403, 403]
--- response_headers eval
["X-Cache: MISS\nX-Sub: a\nWWW-Authenticate: Bearer realm=\"timesheets\", error=\"insufficient_scope\", error_description=\"The access token lacks a scope that is required\", scope=\"other\"",
 "X-Cache: HIT\nX-Sub: a\nWWW-Authenticate: Bearer realm=\"timesheets\", error=\"insufficient_scope\", error_description=\"The access token lacks a scope that is required\", scope=\"other\""]
--- grep_error_log eval: qr/jwt refused: insufficient_scope, issuer "timesheets", kid "k1"/
--- grep_error_log_out eval
[map { qq{jwt refused: insufficient_scope, issuer "timesheets", kid "k1"\n} x $_ } 1, 2]



=== TEST 14: another token with the end of one that is known is another
--- request eval: ["GET /t", "GET /t", "GET /t", "GET /t", "GET /t"]
--- more_headers eval
my $good = NJWT::Token::token(sub => 'a');
my $other = NJWT::Token::tamper($good, payload => (sub => 'b'));
my $blank = NJWT::Token::tamper($good, 'payload');
[map { "Authorization: Bearer $_" } $good, $other, $good, $blank, $good]
--- error_code eval: [200, 401, 200, 401, 200]
--- response_headers eval
["X-Cache: MISS\nX-Sub: a", "X-Verdict: bad_signature\nX-Cache:\nX-Sub:",
 "X-Cache: HIT\nX-Sub: a", "X-Verdict: bad_signature\nX-Cache:\nX-Sub:",
 "X-Cache: HIT\nX-Sub: a"]
