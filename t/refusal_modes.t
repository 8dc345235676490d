# What becomes of a refusal, and at which level it is logged: jwt_mode and
# jwt_log_level.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

no_long_string();
run_tests();

__DATA__

=== TEST 1: optional lets a request without a token through
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- error_code: 200
--- response_headers
X-Verdict: no_token
--- no_error_log
jwt refused
--- log_level: info



=== TEST 2: and one with a good token
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 3: but none with a bad one
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- error_code: 401
--- response_headers
X-Verdict: expired



=== TEST 4: scopes then bind only who sends a token
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional; jwt_require_scope other; jwt_require_claim org_id; jwt_require $jwt_claim_org_id;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- error_code: 200
--- response_headers
X-Verdict: no_token



=== TEST 5: those they do bind
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional; jwt_require_scope other;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 403



=== TEST 6: a method that no rule names is refused without a token, too
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional; jwt_require_scope read:timesheets methods=GET;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request
DELETE /t
--- error_code: 405
--- response_headers
X-Verdict: method_not_allowed
Allow: GET, HEAD
! WWW-Authenticate



=== TEST 7: and one that is named goes on
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional; jwt_require_scope read:timesheets methods=GET;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request
GET /t
--- error_code: 200



=== TEST 8: without a token nothing is allowed under "satisfy any"
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional; satisfy any; deny all;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- error_code: 403
--- response_headers
X-Verdict: no_token
! WWW-Authenticate



=== TEST 9: with one it is
--- config
    location /t {
        jwt timesheets;
        jwt_mode optional; satisfy any; deny all;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200



=== TEST 10: report lets everything through, and says what it would have done
--- config
    location /t {
        jwt timesheets;
        jwt_mode report;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- error_code: 200
--- response_headers
X-Verdict: expired
! WWW-Authenticate
! Cache-Control
--- error_log eval
qr/\[warn\] .*jwt would be refused: expired, issuer "timesheets"/



=== TEST 11: without a token, too
--- config
    location /t {
        jwt timesheets;
        jwt_mode report;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- error_code: 200
--- response_headers
X-Verdict: no_token
--- error_log
jwt would be refused: no_token



=== TEST 12: and whatever the rules say
--- config
    location /t {
        jwt timesheets;
        jwt_mode report; jwt_require_scope other methods=PUT;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200
--- response_headers
X-Verdict: method_not_allowed
--- error_log
jwt would be refused: method_not_allowed



=== TEST 13: jwt_require reports, too
--- config
    location /t {
        jwt timesheets;
        jwt_mode report; jwt_require $jwt_claim_org_id;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200
--- response_headers
X-Verdict: claim_mismatch
--- error_log
jwt would be refused: claim_mismatch



=== TEST 14: a good token isn't reported
--- config
    location /t {
        jwt timesheets;
        jwt_mode report;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200
--- response_headers
X-Verdict: ok
--- no_error_log
would be refused



=== TEST 15: ok is an allowance in report mode
--- config
    location /t {
        jwt timesheets;
        jwt_mode report; satisfy any; deny all;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200



=== TEST 16: what would be refused is none
--- config
    location /t {
        jwt timesheets;
        jwt_mode report; satisfy any; deny all;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- error_code: 403
--- response_headers
X-Verdict: expired



=== TEST 17: unverified claims are empty in report mode
--- config
    location /t {
        jwt timesheets;
        jwt_mode report; add_header X-Sub "[$jwt_claim_sub]" always;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- error_code: 200
--- response_headers
X-Sub: []
--- error_log
would be refused



=== TEST 18: verified ones are there, though a rule doesn't hold
--- config
    location /t {
        jwt timesheets;
        jwt_mode report; jwt_require_scope other; add_header X-Sub "[$jwt_claim_sub]" always;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: sub => 's'
--- error_code: 200
--- response_headers
X-Sub: [s]
--- error_log
would be refused



=== TEST 19: report doesn't wait for keys
--- config
    location /t {
        jwt timesheets;
        jwt_mode report;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- fetch
--- issuer_config
    jwks_uri http://127.0.0.1:$TEST_NGINX_RAND_PORT_1/jwks;
    jwks_wait 30s;
    jwks_timeout 30s;
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply_delay: 20s
--- tcp_reply: HTTP/1.0 500 no
--- token
--- error_code: 200
--- timeout: 5
--- response_headers
X-Verdict: keys_unavailable
--- error_log
would be refused: keys_unavailable



=== TEST 20: a refusal is logged at info
--- config
    location /t {
        jwt timesheets;

        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- log_level: notice
--- error_code: 401
--- no_error_log
jwt refused



=== TEST 21: or at the level that is said
--- config
    location /t {
        jwt timesheets;
        jwt_log_level notice;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- log_level: notice
--- error_code: 401
--- error_log eval
qr/\[notice\] .*jwt refused: no_token/



=== TEST 22: error is the loudest
--- config
    location /t {
        jwt timesheets;
        jwt_log_level error;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- log_level: error
--- error_code: 401
--- error_log eval
qr/\[error\] .*jwt refused: no_token/



=== TEST 23: inner levels take the outer one's
--- config
    location /t {
        jwt timesheets;
        location /t/a { root $TEST_NGINX_CONTENT; }
        jwt_log_level warn;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request
GET /t/a
--- error_code: 401
--- error_log eval
qr/\[warn\] .*jwt refused: no_token/



=== TEST 24: missing keys are a warning at least
--- config
    location /t {
        jwt timesheets;
        jwt_log_level info;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- fetch
--- issuer_config
    jwks_uri http://127.0.0.1:$TEST_NGINX_RAND_PORT_1/jwks;
--- token: -header => { kid => undef }
--- error_code: 503
--- error_log eval
qr/\[warn\] .*jwt refused: keys_unavailable/



=== TEST 25: the log says what to do: a slash that is missing
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- issuer_config
    issuer https://exampleco.eu.auth0.com;
--- token
--- error_code: 401
--- log_level: info
--- error_log eval
qr/jwt refused: issuer_mismatch, .* aud "[^"]*": .*slash/



=== TEST 26: and shows no other claim of the token
--- config
    location /t { jwt timesheets; jwt_require_claim org_id org_1; root $TEST_NGINX_CONTENT; }
--- token: org_id => 'org_2', sub => 'somebody', scope => 'secret:scope'
--- error_code: 403
--- log_level: info
--- error_log
jwt refused: claim_mismatch, issuer "timesheets"
--- no_error_log
org_2
somebody
secret:scope
