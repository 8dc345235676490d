# The configuration can read of a token only what was verified.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

default_config(<<'CONF');
    location /t {
        jwt         timesheets;
        add_header  X-Claim $jwt_claim_c always;
        root        $TEST_NGINX_CONTENT;
    }
CONF

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
$jwt_claim_c is left empty



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



=== TEST 22: a member of the header is there as it is
--- config
    location /t {
        jwt timesheets;
        add_header X-Kid "[$jwt_header_kid]" always;
        add_header X-Typ "[$jwt_header_typ]" always;
        add_header X-None "[$jwt_header_x5t]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- response_headers
X-Kid: [k1]
X-Typ: [JWT]
X-None: []



=== TEST 23: not of an unverified token
--- config
    location /t {
        jwt timesheets;
        add_header X-Kid "[$jwt_header_kid]" always;
        add_header X-K "[$jwt_kid]" always;
        add_header X-P "[$jwt_payload]" always;
        add_header X-S "[$jwt_scope]" always;
        add_header X-I "[$jwt_issuer]" always;
        add_header X-C "[$jwt_client_id]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: tamper(token(), 'payload')
--- error_code: 401
--- response_headers
X-Kid: []
X-K: []
X-P: []
X-S: []
X-I: []
X-C: []



=== TEST 24: the payload is JSON without white space
--- config
    location /t {
        jwt timesheets;
        add_header X-P "[$jwt_payload]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: raw_token('{"alg":"RS256","kid":"k1"}', ' { "a" : [ 1.50 , "x y" ] , ' . (JSON::PP->new->canonical->encode(claims()) =~ s/^\{//r))
--- response_headers_like
X-P: \[\{"a":\[1.50,"x y"\],"aud":.*\}\]



=== TEST 25: the scopes granted, the block, the client and the key
--- config
    location /t {
        jwt timesheets;
        add_header X-S "[$jwt_scope]" always;
        add_header X-I "[$jwt_issuer]" always;
        add_header X-C "[$jwt_client_id]" always;
        add_header X-K "[$jwt_kid]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: scope => '  a   b ', azp => 'app'
--- response_headers
X-S: [a b]
X-I: [timesheets]
X-C: [app]
X-K: [k1]



=== TEST 26: the client is client_id where there is no azp
--- config
    location /t {
        jwt timesheets;
        add_header X-C "[$jwt_client_id]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: azp => undef, client_id => 'other'
--- response_headers
X-C: [other]



=== TEST 27: and azp where there are both
--- config
    location /t {
        jwt timesheets;
        add_header X-C "[$jwt_client_id]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: azp => 'app', client_id => 'other'
--- response_headers
X-C: [app]



=== TEST 28: scopes of an array have spaces between
--- config
    location /t {
        jwt timesheets;
        add_header X-S "[$jwt_scope]" always;
        root $TEST_NGINX_CONTENT;
    }
--- issuer_config: scope_claim permissions;
--- token: permissions => [ 'a', 'b' ], scope => 'c'
--- response_headers
X-S: [a b]



=== TEST 29: a token without kid has none
--- config
    location /t {
        jwt timesheets;
        add_header X-K "[$jwt_kid]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: -header => { kid => undef }
--- response_headers
X-K: []



=== TEST 30: the error of a refusal is a variable
--- config
    location /t {
        jwt timesheets;
        add_header X-E "[$jwt_error]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- error_code: 401
--- response_headers
X-E: [invalid_token]



=== TEST 31: which is empty where there is none
--- config
    location /t {
        jwt timesheets;
        add_header X-E "[$jwt_error]" always;
        root $TEST_NGINX_CONTENT;
    }
--- error_code: 401
--- response_headers
X-E: []



=== TEST 32: and where the token passes
--- config
    location /t {
        jwt timesheets;
        add_header X-E "[$jwt_error]" always;
        add_header X-V "[$jwt_verdict]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- response_headers
X-E: []
X-V: [ok]



=== TEST 33: jwt_claim_set gives a claim of any name
--- http_config
    jwt_claim_set $roles https://example.com/roles;
    jwt_claim_set $first /https:~1~1example.com~1roles/0;
    jwt_claim_set $actor /act/sub;
    jwt_claim_set $Upper Email;
--- config
    location /t {
        jwt timesheets;
        add_header X-R "[$roles]" always;
        add_header X-F "[$first]" always;
        add_header X-A "[$actor]" always;
        add_header X-U "[$upper]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: 'https://example.com/roles' => [ 'a', 'b' ], act => { sub => 's' }, Email => 'e'
--- response_headers
X-R: [a,b]
X-F: [a]
X-A: [s]
X-U: [e]



=== TEST 34: which is empty where the claim isn't there, or isn't verified
--- http_config
    jwt_claim_set $actor /act/sub;
--- config
    location /t {
        jwt timesheets;
        add_header X-A "[$actor]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: act => { sub => 's' }, exp => 1
--- error_code: 401
--- response_headers
X-A: []



=== TEST 35: $jwt_claim_ finds names in lower case only
--- config
    location /t {
        jwt timesheets;
        add_header X-A "[$jwt_claim_Email]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: Email => 'e'
--- response_headers
X-A: []



=== TEST 36: claims stay where the method is refused
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope a methods=POST;
        add_header X-S "[$jwt_claim_sub]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: sub => 's'
--- error_code: 405
--- response_headers
X-S: [s]



=== TEST 37: and where a claim rule refuses
--- config
    location /t {
        jwt timesheets;
        jwt_require_claim org_id;
        add_header X-S "[$jwt_claim_sub]" always;
        root $TEST_NGINX_CONTENT;
    }
--- token: sub => 's'
--- error_code: 403
--- response_headers
X-S: [s]



=== TEST 38: a log format has them
--- http_config
    log_format jwt '$jwt_verdict $jwt_error $jwt_issuer $jwt_claim_sub';
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
        location / { return 200 logged; }
    }
--- config
    location /t {
        jwt timesheets;
        jwt_require_scope other;
        access_log logs/error.log jwt;
        root $TEST_NGINX_CONTENT;
    }
--- token: sub => 's'
--- error_code: 403
--- error_log
insufficient_scope insufficient_scope timesheets s



=== TEST 39: a cache's key has the subject
--- http_config
    proxy_cache_path $TEST_NGINX_CONTENT/../cache keys_zone=c:1m;
--- config
    location /t {
        jwt timesheets;
        proxy_cache c;
        proxy_cache_valid 1m;
        proxy_cache_key $jwt_claim_sub$uri;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/echo?$jwt_claim_sub;
    }
    location /echo { return 200 "$args"; }
--- pipelined_requests eval: ["GET /t", "GET /t"]
--- more_headers eval
[map { "Authorization: Bearer " . NJWT::Token::token(sub => $_) } 'a', 'b']
--- response_body eval
["a", "b"]
