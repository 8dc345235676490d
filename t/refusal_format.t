# The body of a refusal, and its realm: jwt_error_format, jwt_realm.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

no_long_string();
run_tests();

__DATA__

=== TEST 1: nginx's own page, with the headers of the refusal
--- config
    location /t { jwt timesheets; jwt_error_format nginx; empty_gif; }
--- error_code: 401
--- response_headers
Content-Type: text/html
WWW-Authenticate: Bearer realm="timesheets"
Cache-Control: no-store
--- response_body_like: <h1>401 Authorization Required</h1>



=== TEST 2: so has a 405, with Allow
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  batch:upload methods=POST;
        jwt_error_format   nginx;
        empty_gif;
    }
--- token
--- error_code: 405
--- response_headers
Allow: POST
Cache-Control: no-store
! WWW-Authenticate
--- response_body_like: <h1>405 Not Allowed</h1>



=== TEST 3: and a 503, with Retry-After
--- config
    location /t { jwt timesheets; jwt_error_format nginx; empty_gif; }
--- issuer_config
jwks_wait 0;
--- jwks_config
return 500;
--- token
--- error_code: 503
--- response_headers
Cache-Control: no-store
! WWW-Authenticate
--- response_headers_like
Retry-After: \d+
--- response_body_like: <h1>503 Service Temporarily Unavailable</h1>



=== TEST 4: and a 403, with its scopes
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  other;
        jwt_error_format   nginx;
        empty_gif;
    }
--- token
--- error_code: 403
--- response_headers_like
WWW-Authenticate: Bearer realm="timesheets", error="insufficient_scope", .*, scope="other"$
--- response_body_like: <h1>403 Forbidden</h1>



=== TEST 5: HEAD of nginx's page has its length and no body
--- config
    location /t { jwt timesheets; jwt_error_format nginx; empty_gif; }
--- request
HEAD /t
--- error_code: 401
--- response_headers_like
Content-Length: [1-9]\d\d
--- response_body chomp



=== TEST 6: problem is the default, and takes an outer level's nginx back
--- config
    jwt_error_format  nginx;
    location /t { jwt timesheets; jwt_error_format problem; empty_gif; }
--- error_code: 401
--- response_headers
Content-Type: application/problem+json
--- response_body chomp
{"type":"about:blank","title":"Unauthorized","status":401}



=== TEST 7: an inner level takes the outer one's format
--- config
    jwt_error_format  nginx;
    location /t { jwt timesheets; empty_gif; }
--- error_code: 401
--- response_body_like: <html>



=== TEST 8: so do if, and levels without a policy of their own
--- config
    location /t {
        jwt               timesheets;
        jwt_error_format  nginx;
        location /t/u {
            if ($arg_x) { add_header X-If 1 always; }
            empty_gif;
        }
    }
--- request
GET /t/u?x=1
--- error_code: 401
--- response_headers
X-If: 1
--- response_body_like: <html>



=== TEST 9: a configured error_page wins over nginx's page
--- config
    error_page  401 /401.html;
    location = /401.html { internal; return 401 "please log in\n"; }
    location /t { jwt timesheets; jwt_error_format nginx; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="timesheets"
Cache-Control: no-store
--- response_body
please log in



=== TEST 10: under "satisfy any" nginx's page too belongs to the gate
--- config
    location /t {
        satisfy           any;
        deny              all;
        jwt               timesheets;
        jwt_error_format  nginx;
        empty_gif;
    }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="timesheets"
Cache-Control: no-store
--- response_body_like: <h1>401 Authorization Required</h1>



=== TEST 11: the realm is the first block's name
--- http_config
    jwt_issuer other { issuer https://other/; audience a; jwks_uri $TEST_NGINX_JWKS_URI; }
--- config
    location /t { jwt other timesheets; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="other"



=== TEST 12: or what jwt_realm says
--- config
    location /t { jwt timesheets; jwt_realm "time sheets"; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="time sheets"



=== TEST 13: which is escaped
--- config
    location /t { jwt timesheets; jwt_realm 'a "b" \\ c'; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="a \"b\" \\ c"



=== TEST 14: it is inherited, and each level may have its own
--- config
    jwt        timesheets;
    jwt_realm  outer;
    location /t { empty_gif; }
    location /u { jwt_realm inner; empty_gif; }
--- pipelined_requests eval
["GET /t", "GET /u"]
--- error_code eval
[401, 401]
--- response_headers eval
['WWW-Authenticate: Bearer realm="outer"', 'WWW-Authenticate: Bearer realm="inner"']



=== TEST 15: it is inherited over a level where jwt is off
--- config
    jwt_realm  outer;
    location /t { jwt timesheets; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="outer"



=== TEST 16: a 400 and a 403 have the realm too
--- config
    jwt        timesheets;
    jwt_realm  r;
    location /t { jwt_require_scope other; empty_gif; }
--- request eval
["GET /t", "GET /t"]
--- more_headers eval
["Authorization: Bearer", "Authorization: Bearer " . NJWT::Token::token()]
--- error_code eval
[400, 403]
--- response_headers_like eval
['WWW-Authenticate: Bearer realm="r", error="invalid_request", error_description="[^"]+"$',
 'WWW-Authenticate: Bearer realm="r", error="insufficient_scope", error_description="[^"]+", scope="other"$']



=== TEST 17: an empty realm is empty
--- config
    location /t { jwt timesheets; jwt_realm ""; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm=""
