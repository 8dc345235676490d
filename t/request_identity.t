# The backend learns only from a verified token who is calling.
#
# The backend is NJWT::Echo: its answer has the lines that it got.  Where a
# block has no configuration, /t is guarded and /open is not.

use lib 't/lib';

use NJWT::Nginx;
use NJWT::Echo;
use Test::Nginx::Socket 'no_plan';

my $dir = NJWT::Process::folder();
my $echo = NJWT::Echo->start(dir => $dir);

$ENV{TEST_NGINX_ECHO} = 'http://127.0.0.1:' . $echo->port;

default_config(<<'CONF');
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
    location /open { proxy_pass $TEST_NGINX_ECHO; }
CONF

no_long_string();
no_shuffle();
run_tests();

__DATA__

=== TEST 1: the backend gets who a verified token says is calling
--- token
--- response_body
Authorization
X-User: importjob



=== TEST 2: and not who the client says
--- token
--- more_headers
X-User: admin
Authorization: Bearer $TOKEN
--- response_body
Authorization
X-User: importjob



=== TEST 3: be it said often, in any case, between others
--- token
--- more_headers
x-user: a
X-One: 1
X-USER: b
X-user: c
X-Two: 2
Authorization: Bearer $TOKEN
X-User: d
X-Three: 3
X-User: e
--- response_body
X-One: 1
X-Two: 2
Authorization
X-Three: 3
X-User: importjob



=== TEST 4: or with an underscore, where nginx lets these through
--- config
    underscores_in_headers on;
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-Real-User $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- more_headers
X_Real-User: a
X-Real_User: b
x_real_user: c
X_RealUser: d
Authorization: Bearer $TOKEN
--- response_body
X_RealUser: d
Authorization
X-Real-User: importjob



=== TEST 5: or with other punctuation, where invalid headers pass
--- config
    ignore_invalid_headers off;
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
    location /open { proxy_pass $TEST_NGINX_ECHO; }
--- token
--- request eval
['GET /t', 'GET /open']
--- more_headers
X_User: a
X.User: b
x~uSER: c
X!User: d
X*User: e
X|User: f
XUser: g
X--User: h
Authorization: Bearer $TOKEN
--- response_body eval
["XUser: g\nX--User: h\nAuthorization\nX-User: importjob\n",
 "XUser: g\nX--User: h\nAuthorization\n"]



=== TEST 6: a NAME with an underscore is the one with "-" too
--- config
    underscores_in_headers on;
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X_User $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- more_headers
X-User: a
X_User: b
Authorization: Bearer $TOKEN
--- response_body
Authorization
X_User: importjob



=== TEST 7: a public location of the server passes the name on for nobody
--- request: GET /open
--- more_headers
X-User: admin
X-Other: 1
--- response_body
X-Other: 1



=== TEST 8: not even with a good token
--- request: GET /open
--- token
--- more_headers
X-User: admin
Authorization: Bearer $TOKEN
--- response_body
Authorization



=== TEST 9: nor does one that says jwt off, a nested one, or one by regex
--- config
    jwt  timesheets;
    location /guarded {
        jwt_identity_header  X-User $jwt_claim_azp;
        root $TEST_NGINX_CONTENT;
    }
    location /off {
        jwt  off;
        proxy_pass $TEST_NGINX_ECHO;
        location /off/nested { proxy_pass $TEST_NGINX_ECHO; }
    }
    location ~ ^/regex { jwt off; proxy_pass $TEST_NGINX_ECHO; }
--- request eval
['GET /off', 'GET /off/nested', 'GET /regex']
--- more_headers
X-User: admin
X-Other: 1
--- response_body eval
["X-Other: 1\n", "X-Other: 1\n", "X-Other: 1\n"]



=== TEST 10: nor one that is reached by try_files or an error page
--- config
    location /guarded {
        jwt  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        root $TEST_NGINX_CONTENT;
    }
    location /try { root $TEST_NGINX_CONTENT; try_files /none @named; }
    location /error { error_page 404 = @named; return 404; }
    location /page { error_page 404 = /open; return 404; }
    location /missing { error_page 404 = @named; root $TEST_NGINX_CONTENT; }
    location /open { proxy_pass $TEST_NGINX_ECHO; }
    location @named { proxy_pass $TEST_NGINX_ECHO; }
--- request eval
['GET /try', 'GET /error', 'GET /page', 'GET /missing', 'GET /open?if']
--- more_headers
X-User: admin
X-Other: 1
--- response_body eval
[("X-Other: 1\n") x 5]



=== TEST 11: nor one behind "if", or with a setting for other clients
--- config
    location /t {
        if ($arg_x) { proxy_pass $TEST_NGINX_ECHO; }
        proxy_pass $TEST_NGINX_ECHO;
        limit_except GET { allow all; }
        jwt_identity_header  X-User $jwt_claim_azp;
    }
--- request eval
['GET /t', 'GET /t?x=1', 'DELETE /t']
--- more_headers
X-User: admin
--- response_body eval
['', '', '']



=== TEST 12: "if" inherits the setting too
--- config
    location /t {
        jwt  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        if ($arg_x) { proxy_pass $TEST_NGINX_ECHO; }
        root $TEST_NGINX_CONTENT;
    }
--- request: GET /t?x=1
--- token
--- response_body
Authorization
X-User: importjob



=== TEST 13: the names of the http level are every server's
--- http_config
    jwt_identity_header  X-User $jwt_claim_azp;
--- config
    location /t { proxy_pass $TEST_NGINX_ECHO; }
    location /own {
        jwt_identity_header  X-Client $jwt_claim_azp;
        proxy_pass $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /own']
--- more_headers
X-User: admin
X-Client: admin
X-Other: 1
--- response_body eval
[("X-Other: 1\n") x 2]



=== TEST 14: the names of one server are not another's
--- http_config
    server {
        listen       127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        server_name  other;
        location / { jwt timesheets; jwt_identity_header X-User a; root /; }
    }
--- config
    location /t { proxy_pass $TEST_NGINX_ECHO; }
--- more_headers
X-User: admin
--- response_body
X-User: admin



=== TEST 15: the server is the one that the Host header names
--- http_config
    server {
        listen       $TEST_NGINX_SERVER_PORT;
        server_name  other;
        location /t { proxy_pass $TEST_NGINX_ECHO; }
        location /x { jwt timesheets; jwt_identity_header X-User a; root /; }
    }
--- config
    location /t {
        jwt_identity_header  X-Client a;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /t']
--- more_headers eval
["Host: other\nX-User: admin\nX-Client: admin",
 "Host: localhost\nX-User: admin\nX-Client: admin"]
--- response_body eval
["X-Client: admin\n", "X-User: admin\n"]



=== TEST 16: a level with a setting of its own doesn't set the outer level's
--- config
    jwt  timesheets;
    jwt_identity_header  X-User $jwt_claim_azp;
    location /t { proxy_pass $TEST_NGINX_ECHO; }
    location /own {
        jwt_identity_header  X-Sub $jwt_claim_sub;
        jwt_identity_header  X-Gty $jwt_claim_gty;
        proxy_pass $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /own']
--- token
--- more_headers
X-Sub: admin
X-User: admin
X-Gty: admin
Authorization: Bearer $TOKEN
--- response_body eval
["Authorization\nX-User: importjob\n",
 "Authorization\nX-Sub: importjob\@clients\nX-Gty: client-credentials\n"]



=== TEST 17: a value that is empty sets no header
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_none;
        jwt_identity_header  X-Off "";
        jwt_identity_header  X-On "a b";
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- more_headers
X-User: admin
X-Off: admin
Authorization: Bearer $TOKEN
--- response_body
Authorization
X-On: a b



=== TEST 18: a value that would split a header sets none, and is logged
--- config
    location ~ (?s)^/t(?<rest>.*)$ {
        jwt                  timesheets;
        jwt_identity_header  X-User "$jwt_claim_azp$rest";
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- request: GET /t%0d%0aX-Evil:%20admin
--- token
--- response_body
Authorization
--- error_log
jwt_identity_header "X-User" is not set: its value contains a control character



=== TEST 19: nor does one with another control character
--- config
    location ~ ^/t(.)$ {
        jwt                  timesheets;
        jwt_identity_header  X-User "a$1";
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t%01', 'GET /t%7f', 'GET /t%1f', 'GET /t%09', 'GET /t%20', 'GET /t%80']
--- more_headers eval
[map { "Authorization: Bearer " . NJWT::Token::token() } 1 .. 6]
--- response_body eval
[("Authorization\n") x 4, "Authorization\nX-User: a \n",
 "Authorization\nX-User: a\x80\n"]



=== TEST 20: a token that isn't verified sets none
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $arg_user;
        error_page           401 = /open;
        root                 $TEST_NGINX_CONTENT;
    }
    location /open {
        jwt_identity_header  X-User static;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token: exp => time - 60
--- more_headers
X-User: admin
Authorization: Bearer $TOKEN
--- response_body
Authorization



=== TEST 21: behind a redirect to an open location the last judgement stands
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        try_files            /none @backend;
    }
    location @backend {
        jwt_identity_header  X-Client $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- more_headers
X-Client: admin
X-User: admin
Authorization: Bearer $TOKEN
--- response_body
Authorization
X-Client: importjob



=== TEST 22: and a location that has no setting gets none
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        try_files            /none @backend;
    }
    location @backend { proxy_pass $TEST_NGINX_ECHO; }
--- token
--- response_body
Authorization



=== TEST 23: one that inherits has it
--- config
    jwt_identity_header  X-User $jwt_claim_azp;
    location /t { jwt timesheets; try_files /none @backend; }
    location @backend { proxy_pass $TEST_NGINX_ECHO; }
--- token
--- response_body
Authorization
X-User: importjob



=== TEST 24: a token that was verified and lacks a scope says who it was
--- config
    jwt_identity_header  X-User $jwt_claim_azp;
    location /t {
        jwt                timesheets;
        jwt_require_scope  other;
        error_page         403 = @page;
        root               $TEST_NGINX_CONTENT;
    }
    location @page { proxy_pass $TEST_NGINX_ECHO; }
--- token
--- response_body
Authorization
X-User: importjob



=== TEST 25: each judgement begins anew
--- http_config
    jwt_issuer other { issuer https://other/; audience a; jwks_uri $TEST_NGINX_JWKS_URI; }
--- config
    jwt_identity_header  X-User $jwt_claim_azp;
    location /t { jwt timesheets; try_files /none /second; }
    location /second {
        jwt         other;
        error_page  401 = @page;
        root        $TEST_NGINX_CONTENT;
    }
    location @page { proxy_pass $TEST_NGINX_ECHO; }
--- token
--- response_body
Authorization



=== TEST 26: and sets a header once
--- config
    jwt_identity_header  X-User $jwt_claim_azp;
    location /t { jwt timesheets; try_files /none /second; }
    location /second { jwt timesheets; try_files /none @third; }
    location @third { jwt timesheets; proxy_pass $TEST_NGINX_ECHO; }
--- token
--- more_headers
X-User: admin
Authorization: Bearer $TOKEN
--- response_body
Authorization
X-User: importjob



=== TEST 27: X-Accel-Redirect changes nothing about it
--- config
    jwt_identity_header  X-User $jwt_claim_azp;
    location /t { proxy_pass $TEST_NGINX_ECHO/accel/next; }
    location /next { proxy_pass $TEST_NGINX_ECHO; }
--- more_headers
X-User: admin
--- response_body eval
''



=== TEST 28: auth_request asks with the main request's headers
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        auth_request         /auth;
        auth_request_set     $seen $upstream_http_x_seen;
        add_header           X-Auth $seen;
        proxy_pass           $TEST_NGINX_ECHO;
    }
    location /auth {
        internal;
        jwt_identity_header  X-Other $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- more_headers
X-User: admin
X-Other: admin
Authorization: Bearer $TOKEN
--- response_headers
X-Auth: Authorization|X-User: importjob
--- response_body
Authorization
X-User: importjob



=== TEST 29: and where the main request is public, with none
--- config
    location /t {
        auth_request      /auth;
        auth_request_set  $seen $upstream_http_x_seen;
        add_header        X-Auth "seen $seen";
        proxy_pass        $TEST_NGINX_ECHO;
    }
    location /auth {
        internal;
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- more_headers
X-User: admin
Authorization: Bearer $TOKEN
--- response_headers
X-Auth: seen Authorization
--- response_body
Authorization



=== TEST 30: a mirror gets what the backend gets
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        mirror               /mirror;
        proxy_pass           $TEST_NGINX_ECHO;
    }
    location /mirror { internal; proxy_pass $TEST_NGINX_ECHO; }
    location /last { proxy_pass $TEST_NGINX_ECHO; }
--- request eval
['GET /t', 'GET /last/mirror']
--- token
--- more_headers
X-User: admin
Authorization: Bearer $TOKEN
--- response_body eval
[("Authorization\nX-User: importjob\n") x 2]



=== TEST 31: $http_NAME is the new one
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        add_header           X-Now "<$http_x_user>" always;
        root                 $TEST_NGINX_CONTENT;
    }
    location /open { add_header X-Now "<$http_x_user>"; root $TEST_NGINX_CONTENT; try_files /t =404; }
--- request eval
['GET /t', 'GET /open']
--- token
--- more_headers
X-User: admin
Authorization: Bearer $TOKEN
--- response_headers eval
['X-Now: <importjob>', 'X-Now: <>']



=== TEST 32: proxy_set_header has the last word
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $jwt_claim_azp;
        proxy_set_header     x-user me;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- response_body
x-user: me
Authorization



=== TEST 33: names that nginx knows are forgotten: ranges, types, referrers
--- config
    jwt_identity_header  Range $jwt_claim_none;
    jwt_identity_header  If-None-Match $jwt_claim_none;
    jwt_identity_header  User-Agent $jwt_claim_none;
    jwt_identity_header  Referer $jwt_claim_none;
    location /t {
        add_header  X-Now "$http_user_agent,$http_referer";
        root        $TEST_NGINX_CONTENT;
    }
--- more_headers
Range: bytes=0-1
If-None-Match: "x"
User-Agent: me
Referer: you
--- response_headers
X-Now: ,
--- response_body
passed



=== TEST 34: or found after they moved
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  User-Agent $jwt_claim_azp;
        jwt_identity_header  Range "bytes=0-1";
        add_header           X-Now "$http_user_agent";
        root                 $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Range: bytes=2-3
User-Agent: me
Authorization: Bearer $TOKEN
--- error_code: 206
--- response_headers
X-Now: importjob
--- response_body: pa



=== TEST 35: X-Forwarded-For, of which there may be many, is one
--- config
    jwt_identity_header  X-Forwarded-For $jwt_claim_azp;
    proxy_set_header     X-For $proxy_add_x_forwarded_for;
    location /t { jwt timesheets; proxy_pass $TEST_NGINX_ECHO; }
    location /open { proxy_pass $TEST_NGINX_ECHO; }
--- request eval
['GET /t', 'GET /open']
--- token
--- more_headers
X-Forwarded-For: 1.1.1.1
Authorization: Bearer $TOKEN
X-Forwarded-For: 2.2.2.2
--- response_body eval
["X-For: importjob, 127.0.0.1\nAuthorization\nX-Forwarded-For: importjob\n",
 "X-For: 127.0.0.1\nAuthorization\n"]



=== TEST 36: two settings of one name send both, as proxy_set_header does
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-Forwarded-For a;
        jwt_identity_header  X-Forwarded-For b;
        proxy_set_header     X-For $proxy_add_x_forwarded_for;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- response_body
X-For: a, b, 127.0.0.1
Authorization
X-Forwarded-For: a
X-Forwarded-For: b



=== TEST 37: a map that was read before is read again
--- http_config
    map $jwt_claim_azp $user { default nobody; importjob job; }
--- config
    set $early $user;
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-User $user;
        jwt_identity_header  X-Early $early;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- response_body
Authorization
X-User: job
X-Early: nobody



=== TEST 38: $request_id stays one
--- config
    set $id $request_id;
    location /t {
        jwt                  timesheets;
        jwt_identity_header  X-Id $request_id;
        proxy_set_header     X-Set $id;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- token
--- response_body_like
^X-Set: (\w+)
Authorization
X-Id: \1



=== TEST 39: a request of nothing but such headers has none left
--- config
    location /t { jwt_identity_header X-User a; proxy_pass $TEST_NGINX_ECHO; }
--- raw_request eval
"GET /t HTTP/1.0\r\nX-User: admin\r\n\r\n"
--- response_body eval
''



=== TEST 40: one with many headers loses and keeps them all
--- more_headers eval
CORE::join("\r\n", map { ("X-User: $_", "X-Other-$_: 1") } 1 .. 100)
--- request: GET /open
--- response_body eval
CORE::join '', map { "X-Other-$_: 1\n" } 1 .. 100
