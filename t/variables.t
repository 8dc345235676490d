# What may the configuration read of a token?  Only what was verified.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(config => <<'CONF') if !defined $block->config;
    location /t {
        jwt         timesheets;
        add_header  X-Claim $jwt_claim_c always;
        root        $TEST_NGINX_CONTENT;
    }
CONF
});

no_long_string();
run_tests();

__DATA__

=== TEST 1: a string is given as it is
--- token: c => 'a "b" \\ c'
--- response_headers
X-Claim: a "b" \ c



=== TEST 2: a number as it stands in the token
--- token: raw_token('{"alg":"RS256","typ":"JWT","kid":"k1"}', JSON::PP::encode_json(claims()) =~ s/\{/{"c":12345678901234567890.10e0,/r)
--- response_headers
X-Claim: 12345678901234567890.10e0



=== TEST 3: a boolean as true or false
--- token: c => JSON::PP::false()
--- response_headers
X-Claim: false



=== TEST 4: null is empty
--- token: c => null()
--- response_headers
X-Claim:



=== TEST 5: a claim that isn't there is empty
--- token
--- response_headers
X-Claim:



=== TEST 6: an array is joined by commas
--- token: c => ['a', 'b c', 1]
--- response_headers
X-Claim: a,b c,1



=== TEST 7: as JSON when an element holds a comma
--- token: c => ['a', 'b,c']
--- response_headers
X-Claim: ["a","b,c"]



=== TEST 8: as JSON when an element is an array
--- token: c => ['a', ['b']]
--- response_headers
X-Claim: ["a",["b"]]



=== TEST 9: an object is JSON without white space
--- token: raw_token('{"alg":"RS256","typ":"JWT","kid":"k1"}', JSON::PP::encode_json(claims()) =~ s/\{/{ "c" : { "a" : [ 1.0 , null ] , "b" : "\\u0041\/" } ,/r)
--- response_headers
X-Claim: {"a":[1.0,null],"b":"A/"}



=== TEST 10: a value that would split a header is given as empty, and logged
--- token: c => "a\r\nX-Evil: 1"
--- response_headers
X-Claim:
! X-Evil
--- error_log
$jwt_claim_c is given as empty



=== TEST 11: NUL too
--- token: c => "a\0b"
--- response_headers
X-Claim:



=== TEST 12: an unverified token gives nothing
--- token: tamper(token(c => 'a'), payload => (c => 'evil'))
--- error_code: 401
--- response_headers
X-Claim:



=== TEST 13: nor does one that is expired
--- token: c => 'a', exp => time - 60
--- error_code: 401
--- response_headers
X-Claim:



=== TEST 14: one whose scope isn't enough does
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  other;
        add_header         X-Claim $jwt_claim_c always;
        empty_gif;
    }
--- token: c => 'a'
--- error_code: 403
--- response_headers
X-Claim: a



=== TEST 15: where nothing was judged there is nothing
--- config
    location /t {
        add_header  X-Claim   $jwt_claim_c always;
        add_header  X-Verdict $jwt_verdict always;
        empty_gif;
    }
--- token: c => 'a'
--- response_headers
X-Claim:
X-Verdict:



=== TEST 16: the backend gets a claim as a header
--- config
    location /t {
        jwt               timesheets;
        proxy_set_header  X-Client $jwt_claim_azp;
        proxy_set_header  Authorization "";
        proxy_pass        http://127.0.0.1:$TEST_NGINX_SERVER_PORT/backend;
    }
    location /backend { return 200 "client $http_x_client, token $http_authorization.\n"; }
--- token
--- more_headers
Authorization: Bearer $TOKEN
X-Client: admin
--- response_body
client importjob, token .



=== TEST 17: a map over a claim works
--- http_config
    map $jwt_claim_azp $client { default other; importjob job; }
--- config
    location /t { jwt timesheets; add_header X-Claim $client always; empty_gif; }
--- token
--- response_headers
X-Claim: job



=== TEST 18: limit_req counts by a verified claim
--- http_config
    limit_req_zone $jwt_claim_sub zone=subjects:1m rate=1r/m;
--- config
    location /t { jwt timesheets; limit_req zone=subjects; root $TEST_NGINX_CONTENT; }
--- request eval
["GET /t", "GET /t", "GET /t"]
--- more_headers eval
[map { "Authorization: Bearer " . NJWT::Token::token(sub => $_) } qw/ a b a /]
--- error_code eval
[200, 200, 503]



=== TEST 19: and not by an unverified one
--- http_config
    limit_req_zone $jwt_claim_sub zone=subjects:1m rate=1r/m;
--- config
    location /t { jwt timesheets; limit_req zone=subjects; root $TEST_NGINX_CONTENT; }
--- request eval
["GET /t", "GET /t"]
--- more_headers eval
[map { "Authorization: Bearer " . NJWT::Token::token(sub => 'a', exp => $_) } 1, time + 60]
--- error_code eval
[401, 200]



=== TEST 20: after an internal redirect to an open location they stay
--- config
    error_page  403 /403;
    location /t { jwt timesheets; jwt_require_scope other; empty_gif; }
    location /403 {
        add_header X-Claim   $jwt_claim_c always;
        add_header X-Verdict $jwt_verdict always;
        return 403 "no\n";
    }
--- token: c => 'a'
--- error_code: 403
--- response_headers
X-Claim: a
X-Verdict: insufficient_scope



=== TEST 21: a subrequest sees the main request's
--- config
    location /t {
        jwt           timesheets;
        auth_request  /auth;
        auth_request_set $seen $upstream_http_x_seen;
        add_header    X-Claim $seen always;
        root          $TEST_NGINX_CONTENT;
    }
    location /auth { internal; proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/echo?c=$jwt_claim_c; }
    location /echo { add_header X-Seen $arg_c; return 200; }
--- token: c => 'a'
--- response_headers
X-Claim: a
