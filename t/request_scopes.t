# The scopes that a location requires: jwt_require_scope in all its forms.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

default_config(<<'CONF');
    location /t {
        jwt         timesheets;
        $RULES
        add_header  X-Verdict $jwt_verdict always;
        empty_gif;
    }
CONF

no_long_string();
run_tests();

__DATA__

=== TEST 1: without a rule a valid token is enough
--- rules
--- token: scope => undef
--- error_code: 200



=== TEST 2: all scopes of a rule are needed
--- rules: jwt_require_scope a b;
--- token: scope => 'b x a'
--- error_code: 200



=== TEST 3: and one that is missing refuses
--- rules: jwt_require_scope a b;
--- token: scope => 'b'
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="a b"$



=== TEST 4: match=any needs one of them
--- rules: jwt_require_scope a b match=any;
--- token: scope => 'b'
--- error_code: 200



=== TEST 5: and refuses where none is granted
--- rules: jwt_require_scope a b match=any;
--- token: scope => 'c'
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="a b"$



=== TEST 6: every rule that applies must hold
--- rules: jwt_require_scope a; jwt_require_scope b;
--- token: scope => 'a'
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="a b"$



=== TEST 7: scopes are named once, in the order of the configuration
--- rules: jwt_require_scope c a; jwt_require_scope a b;
--- token: scope => 'x'
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="c a b"$



=== TEST 8: a rule binds the methods that it names
--- rules: jwt_require_scope r methods=GET; jwt_require_scope w methods=POST,PUT;
--- token: scope => 'r'
--- error_code: 200



=== TEST 9: and not the others
--- rules: jwt_require_scope r methods=GET; jwt_require_scope w methods=POST,PUT;
--- request
POST /t
--- token: scope => 'r'
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="w"$



=== TEST 10: a method that no rule names is refused, whatever is granted
--- rules: jwt_require_scope r methods=GET; jwt_require_scope w methods=POST,PUT;
--- request
PATCH /t
--- token: scope => 'r w'
--- error_code: 405
--- response_headers
Allow: GET, HEAD, POST, PUT



=== TEST 11: and so is one that nginx doesn't know
--- rules: jwt_require_scope r methods=GET;
--- request
BREW /t
--- token: scope => 'r'
--- error_code: 405



=== TEST 12: a rule without methods= names none
--- rules: jwt_require_scope a; jwt_require_scope r methods=GET;
--- request
POST /t
--- token: scope => 'a r'
--- error_code: 405
--- response_headers
Allow: GET, HEAD



=== TEST 13: but binds those that another rule names
--- rules: jwt_require_scope a; jwt_require_scope r methods=GET;
--- token: scope => 'r'
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="a r"$



=== TEST 14: without methods= anywhere every method is allowed
--- rules: jwt_require_scope a;
--- request
HEAD /t
--- token: scope => 'a'
--- error_code: 200



=== TEST 15: GET covers HEAD
--- rules: jwt_require_scope r methods=GET;
--- request
HEAD /t
--- token: scope => 'r'
--- error_code: 200



=== TEST 16: with the same scope
--- rules: jwt_require_scope r methods=GET;
--- request
HEAD /t
--- token: scope => 'x'
--- error_code: 403



=== TEST 17: HEAD doesn't cover GET
--- rules: jwt_require_scope r methods=HEAD;
--- token: scope => 'r'
--- error_code: 405
--- response_headers
Allow: HEAD



=== TEST 18: a part of a scope's name is another scope
--- rules: jwt_require_scope read:timesheets;
--- token: scope => 'read:timesheet read:timesheets2 xread:timesheets'
--- error_code: 403



=== TEST 19: case counts
--- rules: jwt_require_scope read:timesheets;
--- token: scope => 'Read:timesheets'
--- error_code: 403



=== TEST 20: only a space separates scopes
--- rules: jwt_require_scope b;
--- token: scope => "a\tb\tc"
--- error_code: 403



=== TEST 21: scopes may be an array of strings
--- rules: jwt_require_scope b;
--- token: scope => ['a', 'b']
--- error_code: 200



=== TEST 22: whose elements are scopes, not lists of them
--- rules: jwt_require_scope b;
--- token: scope => ['a b']
--- error_code: 403



=== TEST 23: an array with anything else in it grants nothing
--- rules: jwt_require_scope b;
--- token: scope => ['b', 1]
--- error_code: 403



=== TEST 24: nor does any other type
--- rules: jwt_require_scope b;
--- token: scope => { b => 'b' }
--- error_code: 403



=== TEST 25: rules of an outer level hold where a level has none
--- config
    jwt                timesheets;
    jwt_require_scope  a;
    location /t { empty_gif; }
--- token: scope => 'x'
--- error_code: 403



=== TEST 26: a level with a rule of its own takes none of the outer level's
--- config
    jwt                timesheets;
    jwt_require_scope  a;
    location /t { jwt_require_scope b; empty_gif; }
--- token: scope => 'b'
--- error_code: 200



=== TEST 27: jwt of an outer level holds in a nested location
--- config
    location /t { jwt timesheets; location /t/u { empty_gif; } }
--- request
GET /t/u
--- error_code: 401



=== TEST 28: jwt off opens a location in a server that is guarded
--- config
    jwt  timesheets;
    location /t { jwt off; empty_gif; }
--- error_code: 200



=== TEST 29: and leaves the others guarded
--- config
    jwt  timesheets;
    location /t { jwt off; empty_gif; }
    location /u { empty_gif; }
--- request
GET /u
--- error_code: 401



=== TEST 30: jwt in the http block guards every server
--- http_config
    jwt  timesheets;
--- config
    location /t { empty_gif; }
--- error_code: 401



=== TEST 31: the token's iss picks one of several issuers
--- http_config
    jwt_issuer other {
        issuer    https://other.eu.auth0.com/;
        audience  $TEST_NGINX_AUDIENCE;
        jwks_uri  $TEST_NGINX_JWKS_URI;
    }
--- config
    location /t { jwt timesheets other; empty_gif; }
--- token: iss => 'https://other.eu.auth0.com/'
--- error_code: 200



=== TEST 32: and one that isn't named there is none
--- http_config
    jwt_issuer other {
        issuer    https://other.eu.auth0.com/;
        audience  $TEST_NGINX_AUDIENCE;
        jwks_uri  $TEST_NGINX_JWKS_URI;
    }
--- config
    location /t { jwt timesheets; empty_gif; }
--- token: iss => 'https://other.eu.auth0.com/'
--- error_code: 401



=== TEST 33: an issuer may have several names
--- issuer_config
        issuer  https://login.exampleco.com/ $TEST_NGINX_ISSUER;
--- config
    location /t { jwt timesheets; empty_gif; }
--- token
--- error_code: 200



=== TEST 34: a method that nginx has no name for passes where a rule names it
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope read:timesheets methods=GET,REPORT;
        jwt_require_scope purge:timesheets methods=PURGE;
        add_header X-Verdict $jwt_verdict always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/back;
    }
    location /back { jwt off; return 200 "$request_method"; }
--- request: REPORT /t
--- token: scope => 'read:timesheets'
--- error_code: 200
--- response_body: REPORT



=== TEST 35: with its own scope
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope read:timesheets methods=GET,REPORT;
        jwt_require_scope purge:timesheets methods=PURGE;
        add_header X-Verdict $jwt_verdict always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/back;
    }
    location /back { jwt off; return 200 "$request_method"; }
--- request: PURGE /t
--- token: scope => 'read:timesheets'
--- error_code: 403
--- response_headers_like
X-Verdict: insufficient_scope
WWW-Authenticate: .* scope="purge:timesheets"
--- response_body_like: "scope":"purge:timesheets"



=== TEST 36: another one is refused, and the answer names all
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope read:timesheets methods=GET,REPORT;
        jwt_require_scope purge:timesheets methods=PURGE;
        add_header X-Verdict $jwt_verdict always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/back;
    }
    location /back { jwt off; return 200 "$request_method"; }
--- request: SEARCH /t
--- token: scope => 'read:timesheets'
--- error_code: 405
--- response_headers_like
X-Verdict: method_not_allowed
Allow: GET, HEAD, REPORT, PURGE
