# Where is the token looked for, and how long may it be?

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

no_long_string();
run_tests();

__DATA__

=== TEST 1: a cookie may hold the token
--- config
    location /t {
        jwt timesheets;
        jwt_token $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Cookie: a=b; token=$TOKEN
--- error_code: 200



=== TEST 2: and must hold a good one
--- config
    location /t {
        jwt timesheets;
        jwt_token $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- more_headers
Cookie: token=$TOKEN
--- error_code: 401
--- response_headers
X-Verdict: expired



=== TEST 3: an empty cookie is none
--- config
    location /t {
        jwt timesheets;
        jwt_token $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- more_headers
Cookie: token=
--- error_code: 401
--- response_headers
X-Verdict: no_token



=== TEST 4: where only a cookie is named the header isn't looked at
--- config
    location /t {
        jwt timesheets;
        jwt_token $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 401
--- response_headers
X-Verdict: no_token



=== TEST 5: both places may be named, and either holds the token
--- config
    location /t {
        jwt timesheets;
        jwt_token bearer $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- error_code: 200



=== TEST 6: the other one too
--- config
    location /t {
        jwt timesheets;
        jwt_token bearer $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Cookie: a=b; token=$TOKEN
--- error_code: 200



=== TEST 7: but not both at once
--- config
    location /t {
        jwt timesheets;
        jwt_token bearer $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Authorization: Bearer $TOKEN
Cookie: token=$TOKEN
--- error_code: 400
--- response_headers_like
X-Verdict: multiple_tokens
WWW-Authenticate: .*error="invalid_request".*



=== TEST 8: another scheme than Bearer is no token beside the cookie
--- config
    location /t {
        jwt timesheets;
        jwt_token bearer $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Authorization: Basic YTpi
Cookie: token=$TOKEN
--- error_code: 200



=== TEST 9: a variable holds the bare token, without a scheme
--- config
    location /t {
        jwt timesheets;
        jwt_token $http_x_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
X-Token: Bearer $TOKEN
--- error_code: 400
--- response_headers
X-Verdict: malformed_request



=== TEST 10: the header of another name
--- config
    location /t {
        jwt timesheets;
        jwt_token $http_x_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
X-Token: $TOKEN
--- error_code: 200



=== TEST 11: a token in the URL works
--- config
    location /t {
        jwt timesheets;
        jwt_token $arg_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- request
GET /t?token=$TOKEN
--- error_code: 200



=== TEST 12: its refusal is logged without the request line
--- config
    location /t {
        jwt timesheets;
        jwt_token $arg_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- request
GET /t?token=$TOKEN
--- error_code: 401
--- log_level: info
--- grep_error_log eval: qr/jwt refused: expired.*|request: .*|token=ey.*/
--- grep_error_log_out eval
qr/^jwt refused: expired, issuer "timesheets", kid "k1", alg "RS256", typ "JWT", iss "[^"]*", aud "[^"]*": [^"]*, client: 127\.0\.0\.1, server: localhost\n$/



=== TEST 13: a variable that would split a header is logged without it
--- config
    location /t {
        jwt timesheets;
        jwt_token $arg_token;
        add_header X-C "[$jwt_claim_c]";
        root $TEST_NGINX_CONTENT;
    }
--- token: c => "a\nb"
--- request
GET /t?token=$TOKEN
--- more_headers
Referer: http://localhost/?token=ey
--- response_headers
X-C: []
--- log_level: info
--- grep_error_log eval: qr/\$jwt_claim_c is .*|request: .*|token=ey.*/
--- grep_error_log_out eval
qr/^\$jwt_claim_c is given as empty: [^,]*, client: 127\.0\.0\.1, server: localhost\n$/



=== TEST 14: and so is an identity header
--- config
    location ~ ^/t(.)$ {
        jwt                  timesheets;
        jwt_token            $arg_token;
        jwt_identity_header  X-User $1;
        root                 $TEST_NGINX_CONTENT;
        try_files            /t =404;
    }
--- token
--- request
GET /t%01?token=$TOKEN
--- log_level: info
--- grep_error_log eval: qr/jwt_identity_header .*|request: .*|token=ey.*/
--- grep_error_log_out eval
qr/^jwt_identity_header "X-User" is not set: [^,]*, client: 127\.0\.0\.1, server: localhost\n$/



=== TEST 15: one in a header is logged with it
--- config
    location /t {
        jwt timesheets;

        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- error_code: 401
--- log_level: info
--- error_log eval
qr/jwt refused: expired.*request: "GET \/t HTTP/



=== TEST 16: a token may be as long as the limit
--- config
    location /t {
        jwt timesheets;
        jwt_max_token_size 16k;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- http_config
    large_client_header_buffers 4 32k;
--- token: x => 'x' x 8000
--- error_code: 200



=== TEST 17: and no longer
--- config
    location /t {
        jwt timesheets;
        jwt_max_token_size 1k;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token: x => 'x' x 1000
--- error_code: 401
--- response_headers
X-Verdict: token_too_large



=== TEST 18: by default it has 8 kilobytes
--- config
    location /t {
        jwt timesheets;

        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- http_config
    large_client_header_buffers 4 32k;
--- token: x => 'x' x 8000
--- error_code: 401
--- response_headers
X-Verdict: token_too_large
