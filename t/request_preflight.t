# A CORS preflight passes without a token, and nothing more than a question
# does.
#
# The backend is NJWT::Echo: its answer has the lines that it got.  Where a
# block has no configuration, /t lets preflights through, for GET with a scope.
# Where it has no headers, it is a preflight.

use lib 't/lib';

use NJWT::Nginx;
use NJWT::Echo;
use Test::Nginx::Socket 'no_plan';

my $dir = NJWT::Process::folder();
my $echo = NJWT::Echo->start(dir => $dir);

# a:b
NJWT::Nginx::write_file('users', "a:{PLAIN}b\n");

$ENV{TEST_NGINX_ECHO} = 'http://127.0.0.1:' . $echo->port;

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(config => <<'CONF') if !defined $block->config;
    underscores_in_headers  on;
    location /t {
        jwt                  timesheets;
        jwt_require_scope    batch:upload methods=GET;
        jwt_preflight        on;
        jwt_identity_header  X-User $jwt_claim_azp;
        add_header           X-Verdict $jwt_verdict always;
        add_header           X-Claim "<$jwt_claim_azp>" always;
        proxy_pass           $TEST_NGINX_ECHO;
    }
CONF

    $block->set_value(more_headers => <<'HEADERS')
Origin: https://app.exampleco.com
Access-Control-Request-Method: POST
HEADERS
        if !defined $block->more_headers;

    # a token is no header yet when this runs
    $block->set_value(more_headers => $block->more_headers
                      =~ s/^PREFLIGHT$/Origin: a\nAccess-Control-Request-Method: POST/mr)
        if !ref $block->more_headers;
});

no_long_string();
run_tests();

__DATA__

=== TEST 1: a preflight goes on without a token, and without a 405
--- request: OPTIONS /t
--- response_headers
X-Verdict: ok
X-Claim: <>
! WWW-Authenticate
! Allow
--- response_body
Origin: https://app.exampleco.com
Access-Control-Request-Method: POST
--- no_error_log
jwt refused



=== TEST 2: off is the default
--- config
    location /t { jwt timesheets; proxy_pass $TEST_NGINX_ECHO; }
--- request: OPTIONS /t
--- error_code: 401



=== TEST 3: an inner level may turn it off
--- config
    jwt            timesheets;
    jwt_preflight  on;
    location /t { proxy_pass $TEST_NGINX_ECHO; }
    location /off { jwt_preflight off; proxy_pass $TEST_NGINX_ECHO; }
--- request eval
['OPTIONS /t', 'OPTIONS /off']
--- error_code eval
[200, 401]



=== TEST 4: OPTIONS without Origin is none
--- request: OPTIONS /t
--- more_headers
Access-Control-Request-Method: POST
--- error_code: 401



=== TEST 5: nor without Access-Control-Request-Method
--- request: OPTIONS /t
--- more_headers
Origin: https://app.exampleco.com
--- error_code: 401



=== TEST 6: nor with empty ones
--- request: OPTIONS /t
--- more_headers
Origin:
Access-Control-Request-Method: POST
--- error_code: 401



=== TEST 7: nor with names that are only like these
--- request: OPTIONS /t
--- more_headers
Origin: a
Access_Control_Request_Method: POST
--- error_code: 401



=== TEST 8: in any case they are names
--- request: OPTIONS /t
--- more_headers
origin: a
ACCESS-CONTROL-REQUEST-METHOD: POST
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 9: another method is none
--- request eval
['GET /t', 'POST /t', 'HEAD /t', 'PUT /t']
--- more_headers
PREFLIGHT
--- error_code eval
[401, 401, 401, 401]



=== TEST 10: OPTIONS that is none is judged, here by its method
--- request: OPTIONS /t
--- token
--- more_headers
Authorization: Bearer $TOKEN
--- error_code: 405
--- response_headers
X-Verdict: method_not_allowed
X-Claim: <importjob>



=== TEST 11: it takes no credentials along, nor an identity
--- request: OPTIONS /t
--- token
--- more_headers
PREFLIGHT
X-User: admin
X_User: admin
Authorization: Bearer $TOKEN
X-Other: 1
--- response_headers
X-Verdict: ok
X-Claim: <>
--- response_body
Origin: a
Access-Control-Request-Method: POST
X-Other: 1



=== TEST 12: not even bad ones, or another scheme's
--- request: OPTIONS /t
--- more_headers
PREFLIGHT
AUTHORIZATION: Basic YWRtaW46YWRtaW4=
--- response_body
Origin: a
Access-Control-Request-Method: POST



=== TEST 13: nor what a backend would take for another method
--- request: OPTIONS /t
--- more_headers
PREFLIGHT
X-HTTP-Method: DELETE
X-HTTP-Method-Override: DELETE
X-Method-Override: DELETE
x-http-method: DELETE
X_HTTP_METHOD_OVERRIDE: DELETE
X-Method_Override: DELETE
X-HTTP-Methods: GET
X-Method: GET
--- response_body
Origin: a
Access-Control-Request-Method: POST
X-HTTP-Methods: GET
X-Method: GET



=== TEST 14: a request that is judged keeps these
--- token
--- more_headers
X-HTTP-Method-Override: DELETE
Authorization: Bearer $TOKEN
--- response_body
X-HTTP-Method-Override: DELETE
Authorization
X-User: importjob



=== TEST 15: under "satisfy any" it is no allowance
--- config
    location /t {
        satisfy        any;
        deny           all;
        jwt            timesheets;
        jwt_preflight  on;
        proxy_pass     $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- error_code: 403



=== TEST 16: another module may allow it
--- config
    location /t {
        satisfy        any;
        allow          all;
        jwt            timesheets;
        jwt_preflight  on;
        proxy_pass     $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- error_code: 200



=== TEST 17: and under "satisfy all" refuse it
--- config
    location /t {
        deny           all;
        jwt            timesheets;
        jwt_preflight  on;
        proxy_pass     $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- error_code: 403



=== TEST 18: auth_basic behind it sees no credentials
--- config
    location /t {
        auth_basic            realm;
        auth_basic_user_file  $TEST_NGINX_CONTENT/users;
        jwt                   timesheets;
        jwt_preflight         on;
        proxy_pass            $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- more_headers
PREFLIGHT
Authorization: Basic YTpi
--- error_code: 401
--- response_headers
WWW-Authenticate: Basic realm="realm"



=== TEST 19: nor do they stay where they were read early
--- config
    location /t {
        set                   $early $remote_user;
        add_header            X-Early $early always;
        auth_basic            realm;
        auth_basic_user_file  $TEST_NGINX_CONTENT/users;
        jwt                   timesheets;
        jwt_preflight         on;
        proxy_pass            $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- more_headers
PREFLIGHT
Authorization: Basic YTpi
--- error_code: 401
--- response_headers
WWW-Authenticate: Basic realm="realm"
X-Early: a



=== TEST 20: their twin without the gate passes
--- config
    location /t {
        auth_basic            realm;
        auth_basic_user_file  $TEST_NGINX_CONTENT/users;
        proxy_pass            $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- more_headers
PREFLIGHT
Authorization: Basic YTpi
--- error_code: 200



=== TEST 21: behind a redirect to an open location they stay away
--- config
    location /t {
        jwt            timesheets;
        jwt_preflight  on;
        try_files      /none @backend;
    }
    location @backend {
        jwt_identity_header  X-User admin;
        add_header           X-Verdict $jwt_verdict;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- token
--- more_headers
PREFLIGHT
Authorization: Bearer $TOKEN
X-HTTP-Method: GET
--- response_headers
X-Verdict: ok
--- response_body
Origin: a
Access-Control-Request-Method: POST



=== TEST 22: one to a location that judges begins with what the client sent
--- config
    location /t {
        jwt            timesheets;
        jwt_preflight  on;
        try_files      /none @backend;
    }
    location @backend {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- token
--- more_headers
PREFLIGHT
Authorization: Bearer $TOKEN
X-HTTP-Method: GET
--- response_body
Origin: a
Access-Control-Request-Method: POST
Authorization
X-HTTP-Method: GET
X-User: importjob



=== TEST 23: which without a token is none
--- config
    location /t {
        jwt            timesheets;
        jwt_preflight  on;
        try_files      /none @backend;
    }
    location @backend { jwt timesheets; proxy_pass $TEST_NGINX_ECHO; }
--- request: OPTIONS /t
--- error_code: 401



=== TEST 24: one to a location that lets preflights through has nothing again
--- config
    jwt            timesheets;
    jwt_preflight  on;
    location /t { try_files /none @backend; }
    location @backend {
        jwt_identity_header  X-User $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- token
--- more_headers
PREFLIGHT
Authorization: Bearer $TOKEN
--- response_body
Origin: a
Access-Control-Request-Method: POST



=== TEST 25: an earlier judgement's variables are gone
--- config
    location /t { jwt timesheets; try_files /none @backend; }
    location @backend {
        jwt                  timesheets;
        jwt_preflight        on;
        jwt_identity_header  X-User admin;
        add_header           X-Claim "<$jwt_claim_azp>";
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- token
--- more_headers
PREFLIGHT
Authorization: Bearer $TOKEN
--- response_headers
X-Claim: <>
--- response_body
Origin: a
Access-Control-Request-Method: POST



=== TEST 26: where jwt is off nothing is taken away
--- config
    location /t { jwt_preflight on; proxy_pass $TEST_NGINX_ECHO; }
--- request: OPTIONS /t
--- token
--- more_headers
PREFLIGHT
Authorization: Bearer $TOKEN
--- response_body
Origin: a
Access-Control-Request-Method: POST
Authorization



=== TEST 27: auth_request asks without credentials too
--- config
    location /t {
        jwt               timesheets;
        jwt_preflight     on;
        auth_request      /auth;
        auth_request_set  $seen $upstream_http_x_seen;
        add_header        X-Auth $seen;
        proxy_pass        $TEST_NGINX_ECHO;
    }
    location /auth { internal; proxy_pass $TEST_NGINX_ECHO; }
--- request: OPTIONS /t
--- token
--- more_headers
PREFLIGHT
Authorization: Bearer $TOKEN
--- response_headers
X-Auth: Origin: a|Access-Control-Request-Method: POST



=== TEST 31: nor do the cookies and the headers where tokens may be go on
--- config
    underscores_in_headers  on;
    ignore_invalid_headers  off;
    location /t {
        jwt            timesheets;
        jwt_preflight  on;
        jwt_token      bearer $cookie_token $http_x_api_token;
        add_header     X-Verdict $jwt_verdict always;
        proxy_set_header  X-One "<$http_cookie$cookie_a$http_x_api_token>";
        proxy_pass     $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- more_headers
PREFLIGHT
Cookie: token=EVIL; a=b
X-Api-Token: EVIL
cookie: c=d
X_API.TOKEN: EVIL
DPoP: proof
X.HTTP.Method: DELETE
X-Other: 1
--- response_headers
X-Verdict: ok
--- response_body
X-One: <>
Origin: a
Access-Control-Request-Method: POST
X-Other: 1



=== TEST 32: where another place is named, that header is one like others
--- request: OPTIONS /t
--- more_headers
PREFLIGHT
X-Api-Token: 1
Cookie: a=b
--- response_body
Origin: a
Access-Control-Request-Method: POST
X-Api-Token: 1



=== TEST 33: a second judgement has its cookie back
--- config
    location /t {
        jwt            timesheets;
        jwt_preflight  on;
        jwt_token      $cookie_token;
        root           $TEST_NGINX_CONTENT;
        try_files      /none @next;
    }
    location @next {
        jwt            timesheets;
        jwt_token      $cookie_token;
        add_header     X-Claim "<$jwt_claim_azp>" always;
        proxy_pass     $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- token
--- more_headers
PREFLIGHT
Cookie: a=b; token=$TOKEN
Cookie: c=d
--- response_headers
X-Claim: <importjob>
--- response_body_like chomp
\AOrigin: a
Access-Control-Request-Method: POST
Cookie: a=b; token=ey\S+
Cookie: c=d
\z
