# Refusals together with the rest of nginx: error_page, satisfy, HEAD,
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



=== TEST 2: error_page replaces the body, and the challenge stays
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
--- raw_response_headers_like: WWW-Authenticate: Bearer realm="timesheets"\r\n
--- raw_response_headers_unlike: (?s)WWW-Authenticate.*WWW-Authenticate
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



=== TEST 22: a password may let in whom the token doesn't
--- config
    location /t {
        satisfy               any;
        auth_basic            "staff";
        auth_basic_user_file  $TEST_NGINX_CONTENT/htpasswd;
        jwt                   timesheets;
        root                  $TEST_NGINX_CONTENT;
    }
--- more_headers
Authorization: Basic bWU6c2VjcmV0
--- error_code: 200
--- response_headers
! WWW-Authenticate
! Cache-Control
--- response_body
passed



=== TEST 23: without either, both say what they want
--- config
    location /t {
        satisfy               any;
        auth_basic            "staff";
        auth_basic_user_file  $TEST_NGINX_CONTENT/htpasswd;
        jwt                   timesheets;
        root                  $TEST_NGINX_CONTENT;
    }
--- error_code: 401
--- raw_response_headers_like: WWW-Authenticate: Bearer realm="timesheets"\r\nWWW-Authenticate: Basic realm="staff"
--- response_headers
Cache-Control: no-store
--- response_body chomp
{"type":"about:blank","title":"Unauthorized","status":401}



=== TEST 24: the 403 of a good token is not made a 401 by who asks for a password
--- config
    location /t {
        satisfy               any;
        auth_basic            "staff";
        auth_basic_user_file  $TEST_NGINX_CONTENT/htpasswd;
        jwt                   timesheets;
        jwt_require_scope     other;
        root                  $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 403
--- response_headers_like
WWW-Authenticate: Bearer realm="timesheets", error="insufficient_scope", .*, scope="other".*
--- response_body_like: "error":"insufficient_scope"



=== TEST 25: nor by nginx's own page
--- config
    location /t {
        satisfy               any;
        auth_basic            "staff";
        auth_basic_user_file  $TEST_NGINX_CONTENT/htpasswd;
        jwt                   timesheets;
        jwt_require_scope     other;
        jwt_error_format      nginx;
        root                  $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 403
--- response_body_like: <h1>403 Forbidden</h1>



=== TEST 26: a 401 of the gate stays where the address is denied
--- config
    location /t {
        satisfy  any;
        deny     all;
        jwt      timesheets;
        root     $TEST_NGINX_CONTENT;
    }
--- token
exp => 1
--- error_code: 401
--- response_headers_like
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="[^"]+"$



=== TEST 27: where somebody else's 403 stands for our 405, nothing of ours is left
--- config
    location /t {
        satisfy            any;
        deny               all;
        jwt                timesheets;
        jwt_require_scope  batch:upload methods=POST;
        root               $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 403
--- response_headers
! Allow
! WWW-Authenticate
--- response_body_like: <h1>403 Forbidden</h1>



=== TEST 28: under "satisfy all" a password is not asked for before the token
--- config
    location /t {
        auth_basic            "staff";
        auth_basic_user_file  $TEST_NGINX_CONTENT/htpasswd;
        jwt                   timesheets;
        root                  $TEST_NGINX_CONTENT;
    }
--- error_code: 401
--- raw_response_headers_like: WWW-Authenticate: Bearer realm="timesheets"\r\n
--- raw_response_headers_unlike: Basic



=== TEST 29: an error_page that changes the status may not be kept either
--- config
    error_page  401 =200 /401.html;
    location = /401.html { internal; return 200 "please log in\n"; }
    location /t { jwt timesheets; empty_gif; }
--- error_code: 200
--- response_headers
Cache-Control: no-store
--- response_body
please log in



=== TEST 30: where error_page keeps a 405 and a 403, their headers stay
--- config
    error_page  403 405 /sorry;
    location = /sorry { internal; jwt off; root $TEST_NGINX_CONTENT; try_files /t =404; }
    location /t {
        jwt                timesheets;
        jwt_require_scope  batch:upload methods=POST;
        jwt_require_scope  other        methods=PUT;
        empty_gif;
    }
--- request eval
["GET /t", "PUT /t"]
--- more_headers eval
("Authorization: Bearer " . NJWT::Token::token())
--- error_code eval
[405, 403]
--- response_headers eval
["Allow: POST, PUT\nCache-Control: no-store\n! WWW-Authenticate",
 "! Allow\nCache-Control: no-store"]
--- response_body eval
["passed\n", "passed\n"]



=== TEST 31: where error_page keeps a 503, Retry-After stays
--- config
    error_page  503 /sorry;
    location = /sorry { internal; root $TEST_NGINX_CONTENT; try_files /t =404; }
    location /t { jwt timesheets; empty_gif; }
--- issuer_config
jwks_wait 0;
--- jwks_config
return 500;
--- token
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- response_headers
Cache-Control: no-store



=== TEST 32: a second judgement takes back the Allow of the first
--- config
    error_page  405 /u;
    location /t {
        jwt                timesheets;
        jwt_require_scope  batch:upload methods=POST;
        empty_gif;
    }
    location /u { internal; jwt timesheets; jwt_require_scope other; empty_gif; }
--- token
--- error_code: 403
--- response_headers_like
WWW-Authenticate: Bearer realm="timesheets", error="insufficient_scope", .*, scope="other"$
--- raw_response_headers_unlike: (?s)Allow|Cache-Control.*Cache-Control



=== TEST 33: and all of it, where it lets the request pass
--- config
    error_page  403 =200 /u;
    location /t { jwt timesheets; jwt_require_scope other; empty_gif; }
    location /u { internal; jwt timesheets; root $TEST_NGINX_CONTENT; try_files /t =404; }
--- token
--- error_code: 200
--- response_headers
! WWW-Authenticate
! Cache-Control
--- response_body
passed



=== TEST 34: a regex and a nested location refuse by their own rules
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  outer;
        location ~ \.pdf$ { jwt_require_scope pdf; empty_gif; }
        location /t/u { jwt_require_scope inner; empty_gif; }
        empty_gif;
    }
--- request eval
["GET /t", "GET /t/x.pdf", "GET /t/u"]
--- more_headers eval
("Authorization: Bearer " . NJWT::Token::token())
--- error_code eval
[403, 403, 403]
--- response_headers_like eval
['WWW-Authenticate: .*, scope="outer"$', 'WWW-Authenticate: .*, scope="pdf"$',
 'WWW-Authenticate: .*, scope="inner"$']



=== TEST 35: limit_except refuses by the location's rules
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  other;
        limit_except GET { allow all; }
        empty_gif;
    }
--- request
POST /t
--- token
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="other"$



=== TEST 36: a 403 names the scopes of the request's method
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  all;
        jwt_require_scope  r s    methods=GET;
        jwt_require_scope  s all  methods=PUT;
        jwt_require_scope  s all  methods=POST,DELETE;
        empty_gif;
    }
--- request eval
["GET /t", "PUT /t", "DELETE /t", "POST /t"]
--- more_headers eval
("Authorization: Bearer " . NJWT::Token::token())
--- error_code eval
[403, 403, 403, 403]
--- response_headers_like eval
['WWW-Authenticate: .*, scope="all r s"$', 'WWW-Authenticate: .*, scope="all s"$',
 'WWW-Authenticate: .*, scope="all s"$', 'WWW-Authenticate: .*, scope="all s"$']
--- response_body_like eval
['"scope":"all r s"\}$', '"scope":"all s"\}$', '"scope":"all s"\}$', '"scope":"all s"\}$']



=== TEST 37: of a method that nginx doesn't know, those of every method
--- config
    location /t { jwt timesheets; jwt_require_scope other; empty_gif; }
--- request
BREW /t
--- token
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="other"$



=== TEST 38: of HEAD, those of GET, without a body
--- config
    location /t { jwt timesheets; jwt_require_scope other methods=GET; empty_gif; }
--- request
HEAD /t
--- token
--- error_code: 403
--- response_headers_like
WWW-Authenticate: .*, scope="other"$
--- response_body chomp



=== TEST 39: nor may an error_page that leads elsewhere be kept
--- config
    error_page  401 =301 https://login.example/;
    location /t { jwt timesheets; empty_gif; }
--- error_code: 301
--- response_headers
Location: https://login.example/
Cache-Control: no-store



=== TEST 40: unless it is the error_page of somebody else's refusal
--- config
    error_page  403 =301 https://login.example/;
    location /t {
        satisfy            any;
        deny               all;
        jwt                timesheets;
        jwt_require_scope  batch:upload methods=POST;
        empty_gif;
    }
--- token
--- error_code: 301
--- response_headers
! Allow
! Cache-Control



=== TEST 41: compressed, it is the same body
--- config
    gzip             on;
    gzip_types       application/problem+json;
    gzip_min_length  0;
    location /t { jwt timesheets; jwt_require_scope other; empty_gif; }
--- more_headers
Accept-Encoding: gzip
--- token
--- error_code: 403
--- response_headers
Content-Type: application/problem+json
Content-Encoding: gzip



=== TEST 42: nothing that the client sent comes back
--- config
    location /t { jwt timesheets; jwt_require_scope other methods=GET; empty_gif; }
--- request eval
["GET /t?echoed", "GET /t/echoed", "ECHOED /t", "GET /t"]
--- more_headers eval
[ map { "X-Echoed: echoed\nReferer: http://echoed/\nAuthorization: Bearer " . $_ }
  NJWT::Token::token(iss => 'https://echoed/'),
  NJWT::Token::token(sub => 'echoed', scope => 'echoed'),
  NJWT::Token::token(), 'echoed' ]
--- error_code eval
[401, 403, 405, 401]
--- raw_response_headers_unlike eval
[(qr/echoed/i) x 4]
--- response_body_unlike eval
[('(?i)echoed') x 4]



=== TEST 43: nor in nginx's own page
--- config
    jwt_error_format  nginx;
    location /t { jwt timesheets; jwt_require_scope other methods=GET; empty_gif; }
--- request eval
["GET /t?echoed", "ECHOED /t"]
--- more_headers eval
[ map { "X-Echoed: echoed\nAuthorization: Bearer " . $_ }
  NJWT::Token::token(iss => 'https://echoed/'), NJWT::Token::token() ]
--- error_code eval
[401, 405]
--- raw_response_headers_unlike eval
[(qr/echoed/i) x 2]
--- response_body_unlike eval
[('(?i)echoed') x 2]
