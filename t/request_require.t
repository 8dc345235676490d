# What a location requires of nginx's variables: jwt_require.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

no_long_string();
run_tests();

__DATA__

=== TEST 1: a variable that is set lets pass
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        jwt_require $known;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_1'
--- error_code: 200
--- response_headers_like
X-Verdict: ok



=== TEST 2: an empty one refuses
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        jwt_require $known;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_3'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 3: 0 refuses
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        jwt_require $known;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_2'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 4: every variable must hold
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        jwt_require $known $jwt_claim_nothing;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_1'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 5: every rule must hold
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        jwt_require $jwt_claim_sub; jwt_require $jwt_claim_nothing;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_1'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 6: error=401 asks for another token
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        jwt_require $known error=401;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_3'
--- error_code: 401
--- response_headers_like
X-Verdict: claim_mismatch
X-Error: invalid_token
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="[^"]+"$
--- response_body_like: "status":401,"error":"invalid_token"



=== TEST 7: error=403 is the default
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        jwt_require $known error=403;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_3'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch
X-Error: insufficient_scope
WWW-Authenticate: Bearer realm="timesheets", error="insufficient_scope", error_description="[^"]+"$



=== TEST 8: a map that was read before the token was judged is read anew
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        set $early $known; jwt_require $known;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_1'
--- error_code: 200
--- response_headers_like
X-Verdict: ok



=== TEST 9: and doesn't let pass by what it said then
--- http_config
map $jwt_claim_sub $anonymous { "" 1; }
--- config
    location /t {
        jwt timesheets;
        set $early $anonymous; jwt_require $anonymous;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token:
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 10: what set holds counts
--- http_config

--- config
    location /t {
        jwt timesheets;
        set $flag yes; jwt_require $flag;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token:
--- error_code: 200
--- response_headers_like
X-Verdict: ok



=== TEST 11: and so does its 0
--- http_config

--- config
    location /t {
        jwt timesheets;
        set $flag 0; jwt_require $flag;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token:
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 12: a capture of the location counts
--- http_config

--- config
    location /t {
        jwt timesheets;
        if ($request_uri ~ ^/(?<part>t)) { } jwt_require $part;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token:
--- error_code: 200
--- response_headers_like
X-Verdict: ok



=== TEST 13: scopes come first
--- http_config
map $jwt_claim_org_id $known { org_1 1; org_2 0; }
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope other; jwt_require $known;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token: org_id => 'org_3'
--- error_code: 403
--- response_headers_like
X-Verdict: insufficient_scope



=== TEST 14: 00 is no 0
--- http_config

--- config
    location /t {
        jwt timesheets;
        set $flag 00; jwt_require $flag;
        add_header X-Verdict $jwt_verdict always;
        add_header X-Error $jwt_error always;
        empty_gif;
    }
--- token:
--- error_code: 200
--- response_headers_like
X-Verdict: ok



=== TEST 15: a claim against the path
--- http_config
map "$jwt_claim_org_id $uri" $own_org { "~^([^ /]+) /orgs/\1(/|$)" 1; }
--- config
    location /orgs/ {
        jwt timesheets;
        jwt_require $own_org;
        add_header X-Verdict $jwt_verdict always;
        empty_gif;
    }
--- request
GET /orgs/org_1/x
--- token: org_id => 'org_1'
--- error_code: 200
--- response_headers_like
X-Verdict: ok



=== TEST 16: another one's path
--- http_config
map "$jwt_claim_org_id $uri" $own_org { "~^([^ /]+) /orgs/\1(/|$)" 1; }
--- config
    location /orgs/ {
        jwt timesheets;
        jwt_require $own_org;
        add_header X-Verdict $jwt_verdict always;
        empty_gif;
    }
--- request
GET /orgs/org_2/x
--- token: org_id => 'org_1'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 17: a name that only begins so
--- http_config
map "$jwt_claim_org_id $uri" $own_org { "~^([^ /]+) /orgs/\1(/|$)" 1; }
--- config
    location /orgs/ {
        jwt timesheets;
        jwt_require $own_org;
        add_header X-Verdict $jwt_verdict always;
        empty_gif;
    }
--- request
GET /orgs/org_12
--- token: org_id => 'org_1'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 18: a claim that holds a path
--- http_config
map "$jwt_claim_org_id $uri" $own_org { "~^([^ /]+) /orgs/\1(/|$)" 1; }
--- config
    location /orgs/ {
        jwt timesheets;
        jwt_require $own_org;
        add_header X-Verdict $jwt_verdict always;
        empty_gif;
    }
--- request
GET /orgs/b
--- token: org_id => 'org_1 /orgs/b'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 19: a path that goes back up
--- http_config
map "$jwt_claim_org_id $uri" $own_org { "~^([^ /]+) /orgs/\1(/|$)" 1; }
--- config
    location /orgs/ {
        jwt timesheets;
        jwt_require $own_org;
        add_header X-Verdict $jwt_verdict always;
        empty_gif;
    }
--- request
GET /orgs/org_1/../org_2/
--- token: org_id => 'org_1'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch
