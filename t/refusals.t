# How does a refusal live with the rest of nginx?  error_page, satisfy, HEAD,
# redirects, subrequests and the body of the request.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

no_long_string();
run_tests();

__DATA__

=== TEST 1: HEAD is refused without a body, with its length
--- config
    location /t { jwt timesheets; empty_gif; }
--- request
HEAD /t
--- error_code: 401
--- response_headers
Content-Type: application/problem+json
Content-Length: 58
--- response_body chomp



=== TEST 2: error_page takes the body's place, and the challenge stays
--- config
    error_page  401 /401.html;
    location = /401.html { internal; return 401 "please log in\n"; }
    location /t { jwt timesheets; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="timesheets"
Cache-Control: no-store
--- response_body
please log in



=== TEST 3: error_page may answer with a named location and another status
--- config
    error_page  401 = @login;
    location @login { return 302 /login; }
    location /t { jwt timesheets; empty_gif; }
--- error_code: 302
--- response_headers_like
Location: .*/login



=== TEST 4: a guarded error_page is judged again, with one challenge
--- config
    jwt  timesheets;
    error_page  401 /401.html;
    location = /401.html { internal; root $TEST_NGINX_CONTENT; }
    location /t { empty_gif; }
--- error_code: 401
--- raw_response_headers_like: WWW-Authenticate: Bearer realm="timesheets"\r\n(?!.*WWW-Authenticate)
--- error_log eval
qr/jwt refused: no_token/



=== TEST 5: "satisfy any" lets in whom the address lets in, without a trace
--- config
    location /t {
        satisfy     any;
        allow       127.0.0.1;
        deny        all;
        jwt         timesheets;
        add_header  X-Verdict $jwt_verdict always;
        root        $TEST_NGINX_CONTENT;
    }
--- error_code: 200
--- response_headers
X-Verdict: no_token
! WWW-Authenticate
! Cache-Control
--- response_body
passed



=== TEST 6: and whom the token lets in
--- config
    location /t {
        satisfy  any;
        deny     all;
        jwt      timesheets;
        root     $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200
--- response_body
passed



=== TEST 7: and refuses where neither does
--- config
    location /t {
        satisfy  any;
        deny     all;
        jwt      timesheets;
        root     $TEST_NGINX_CONTENT;
    }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="timesheets"



=== TEST 8: "satisfy all" needs both
--- config
    location /t {
        deny  all;
        jwt   timesheets;
        root  $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 403
--- response_headers
! WWW-Authenticate



=== TEST 9: a 405 of the gate gives way under "satisfy any", Allow too
--- config
    location /t {
        satisfy            any;
        allow              127.0.0.1;
        jwt                timesheets;
        jwt_require_scope  batch:upload methods=POST;
        root               $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200
--- response_headers
! Allow
! Cache-Control



=== TEST 10: and stands where nobody else allows
--- config
    location /t {
        satisfy            any;
        jwt                timesheets;
        jwt_require_scope  batch:upload methods=POST;
        root               $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 405
--- response_headers
Allow: POST



=== TEST 11: an answer 401 of the backend is not ours to change
--- config
    location /t { jwt timesheets; proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/backend; }
    location /backend { return 401 "the backend says no\n"; }
--- token
--- error_code: 401
--- response_headers
! WWW-Authenticate
! Cache-Control
--- response_body
the backend says no



=== TEST 12: nor is it one that the address let in
--- config
    location /t {
        satisfy     any;
        allow       127.0.0.1;
        jwt         timesheets;
        proxy_pass  http://127.0.0.1:$TEST_NGINX_SERVER_PORT/backend;
    }
    location /backend { return 401 "the backend says no\n"; }
--- error_code: 401
--- response_headers
! WWW-Authenticate
! Cache-Control
--- response_body
the backend says no



=== TEST 13: the next request on a connection is judged by itself
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
    location /open { root $TEST_NGINX_CONTENT; try_files /t =404; }
--- pipelined_requests eval
["GET /t", "GET /open", "GET /t"]
--- error_code eval
[401, 200, 401]



=== TEST 14: the body of a refused POST is thrown away, and the connection lives
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
    location /open { root $TEST_NGINX_CONTENT; try_files /t =404; }
--- pipelined_requests eval
["POST /t\n" . ('x' x 4000), "GET /open"]
--- error_code eval
[401, 200]



=== TEST 15: an internal redirect is judged by the rules of where it leads
--- config
    location /t { jwt timesheets; rewrite ^ /u last; }
    location /u { internal; jwt timesheets; jwt_require_scope other; empty_gif; }
--- token
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="other"$



=== TEST 16: so is try_files into a named location
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; try_files /nothing @u; }
    location @u { jwt timesheets; jwt_require_scope other; proxy_pass http://127.0.0.1:1; }
--- token
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="other"$



=== TEST 17: and X-Accel-Redirect of a backend
--- config
    location /t { jwt timesheets; proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/backend; }
    location /backend { add_header X-Accel-Redirect /u; return 200; }
    location /u { internal; jwt timesheets; jwt_require_scope other; empty_gif; }
--- token
--- error_code: 403



=== TEST 18: a refusal that error_page sends on is logged once
--- config
    jwt  timesheets;
    error_page  401 /401.html;
    location = /401.html { internal; root $TEST_NGINX_CONTENT; }
    location /t { empty_gif; }
--- error_code: 401
--- grep_error_log: jwt refused
--- grep_error_log_out
jwt refused



=== TEST 19: limit_except and if inherit the gate
--- config
    location /t {
        jwt  timesheets;
        limit_except GET { allow 127.0.0.1; }
        if ($arg_x) { add_header X-If 1 always; }
        root  $TEST_NGINX_CONTENT;
    }
--- request
GET /t?x=1
--- error_code: 401
--- response_headers
X-If: 1



=== TEST 20: HTTP/1.0 gets the same answer
--- config
    location /t { jwt timesheets; empty_gif; }
--- request
GET /t HTTP/1.0
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="timesheets"
--- response_body chomp
{"type":"about:blank","title":"Unauthorized","status":401}



=== TEST 21: a block's name with a quote is escaped in the realm
--- http_config
    jwt_issuer 'a "b" \\ c' {
        issuer    https://a/;
        audience  a;
        jwks_uri  $TEST_NGINX_JWKS_URI;
    }
--- config
    location /t { jwt 'a "b" \\ c'; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="a \"b\" \\ c"
