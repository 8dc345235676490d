# What a configuration requires of a token's claims, besides issuer, audience
# and dates.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

run_tests();

__DATA__

=== TEST 1: a token that is younger than max_age passes
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- issuer_config: max_age 1h;
--- token
    iat => time - 3500
--- response_body
passed
--- error_code: 200



=== TEST 2: one that is older is too old
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- issuer_config: max_age 1h;
--- token
    iat => time - 3700
--- response_headers_like
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description=".*"
--- response_body_like: "error":"invalid_token"
--- error_code: 401
--- error_log
jwt refused: too_old
--- log_level: info



=== TEST 3: without iat nobody knows how old it is
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- issuer_config: max_age 1h;
--- token
    iat => undef
--- error_code: 401
--- error_log
jwt refused: claim_missing
--- log_level: info



=== TEST 4: without max_age a token may be as old as it is
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- token
    iat => 1000000000
--- error_code: 200



=== TEST 5: a token of RFC 9068 passes where its profile is expected
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- issuer_config: profile rfc9068;
--- token
    -header => { typ => 'at+jwt' }, client_id => 'c', jti => 'j'
--- error_code: 200



=== TEST 6: one without jti doesn't
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- issuer_config: profile rfc9068;
--- token
    -header => { typ => 'at+jwt' }, client_id => 'c'
--- error_code: 401
--- error_log
jwt refused: claim_missing
--- log_level: info



=== TEST 7: nor does one of typ JWT
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- issuer_config: profile rfc9068;
--- token
    client_id => 'c', jti => 'j'
--- error_code: 401
--- error_log
jwt refused: typ_not_allowed
--- log_level: info



=== TEST 8: profile any takes both
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- issuer_config: profile any;
--- token
    -header => { typ => 'at+jwt' }
--- error_code: 200



=== TEST 9: scopes may be in another claim
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope a;
        root $TEST_NGINX_CONTENT;
    }
--- issuer_config: scope_claim permissions scope;
--- token
    permissions => [ 'b', 'a' ], scope => 'b'
--- error_code: 200



=== TEST 10: the first claim that is there decides, if it is empty
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope a;
        root $TEST_NGINX_CONTENT;
    }
--- issuer_config: scope_claim permissions scope;
--- token
    permissions => [], scope => 'a'
--- error_code: 403



=== TEST 11: the next one is asked where the first isn't there
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope a;
        root $TEST_NGINX_CONTENT;
    }
--- issuer_config: scope_claim permissions scope;
--- token
    scope => 'a'
--- error_code: 200



=== TEST 12: scopes may be found by a JSON Pointer
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope a;
        root $TEST_NGINX_CONTENT;
    }
--- issuer_config: scope_claim /realm_access/roles;
--- token
    realm_access => { roles => [ 'a' ] }, scope => ''
--- error_code: 200
