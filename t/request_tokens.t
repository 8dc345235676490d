# Where the token is looked for, and how long it may be.

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
qr/^\$jwt_claim_c is left empty: [^,]*, client: 127\.0\.0\.1, server: localhost\n$/



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



=== TEST 19: a place that was filled twice is two tokens, whatever stands in it
--- config
    location /t {
        jwt timesheets;
        jwt_token bearer $cookie_tk;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Authorization: Bearer $TOKEN
Cookie: tk=; tk=EVIL
--- error_code: 400
--- response_headers
X-Verdict: multiple_tokens



=== TEST 20: twice empty is twice
--- config
    location /t {
        jwt timesheets;
        jwt_token bearer $cookie_tk;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Authorization: Bearer $TOKEN
Cookie: tk=; tk=
--- error_code: 400
--- response_headers
X-Verdict: multiple_tokens



=== TEST 21: once empty is none
--- config
    location /t {
        jwt timesheets;
        jwt_token bearer $cookie_tk;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Authorization: Bearer $TOKEN
Cookie: a=b; tk=; ntk=1; tkn=2; x=tk
--- error_code: 200



=== TEST 22: a cookie's name counts as each backend may read it
The last ones are others: a prefix, a suffix, a value.
--- config
    location /t {
        jwt timesheets;
        jwt_token $cookie_my_tk;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request eval
[('GET /t') x 17]
--- more_headers eval
my $good = NJWT::Token::token();
[ map { "Cookie: $_" =~ s/GOOD/$good/r }
  'MY_TK=GOOD; my_tk=EVIL',
  'my_tk=GOOD; My_Tk=EVIL',
  'my_tk=GOOD; my%5ftk=EVIL',
  'my_tk=GOOD; m%59_tk=EVIL',
  'my_tk=GOOD; my.tk=EVIL',
  'my_tk=GOOD; my[tk=EVIL',
  'my_tk=GOOD; my_tk[]=EVIL',
  'my_tk=GOOD; my_tk =EVIL',
  'my_tk=GOOD; a=1, my_tk=EVIL',
  'a=b my_tk=EVIL; my_tk=GOOD',
  'a="; my_tk=EVIL"; my_tk=GOOD',
  'my_tk; my_tk=GOOD',
  "my_tk=GOOD\r\nCookie: a=b; my_tk=EVIL",
  "my_tk=GOOD\r\ncookie: MY_TK=",
  'my_tk=GOOD; my_tk2=EVIL; xmy_tk=EVIL; a=my_tk',
  'a=my_tk=EVIL; my_tk=GOOD',
  'my-tk=EVIL; mytk=EVIL; my_tk=GOOD; m=' ]
--- error_code eval
[(400) x 14, (200) x 3]



=== TEST 23: an argument's name counts as each backend may read it
--- config
    location /t {
        jwt timesheets;
        jwt_token $arg_my_tk;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request eval
my $good = NJWT::Token::token();
[ map { "GET /t?$_" =~ s/GOOD/$good/r }
  'my_tk=GOOD&my_tk=EVIL',
  'my_tk=&my_tk=GOOD',
  'my_tk=GOOD&my_tk',
  'my_tk=GOOD&MY_TK=EVIL',
  'my_tk=GOOD&m%59%5ft%6b=EVIL',
  'my_tk=GOOD&my%u005Ftk=EVIL',
  'my_tk=GOOD&my.tk=EVIL',
  'my_tk=GOOD&my+tk=EVIL',
  'my_tk=GOOD&+my_tk=EVIL',
  'my_tk=GOOD&my%20tk=EVIL',
  'my_tk=GOOD&my_tk[]=EVIL',
  'my_tk=GOOD&my_tk%5b0%5d=EVIL',
  'my_tk=GOOD&my_tk%00x=EVIL',
  'a=b;my_tk=EVIL&my_tk=GOOD',
  '?my_tk=EVIL&my_tk=GOOD',
  'my_tk=GOOD#&my_tk=EVIL',
  'my_tk=GOOD&my_tk2=EVIL&xmy_tk=EVIL&a=my_tk',
  'a=my_tk=EVIL&my_tk=GOOD',
  'my-tk=EVIL&mytk=EVIL&%=1&%u=2&my%zztk=3&my_tk=GOOD' ]
--- error_code eval
[(400) x 16, (200) x 3]



=== TEST 24: a header's name counts as each backend may read it
--- config
    underscores_in_headers on;
    ignore_invalid_headers off;
    location /t {
        jwt timesheets;
        jwt_token $http_x_tok;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request eval
[('GET /t') x 8]
--- more_headers eval
my $good = NJWT::Token::token();
[ map { s/GOOD/$good/r }
  "X-Tok: GOOD\r\nX-Tok: EVIL",
  "X-Tok: GOOD\r\nx-tok:",
  "X-Tok:\r\nX-Tok: GOOD",
  "X-Tok: GOOD\r\nX_Tok: EVIL",
  "X-Tok: GOOD\r\nX.Tok: EVIL",
  "X-Tok: GOOD\r\nX-Tok: GOOD",
  "X-Tok: GOOD\r\nX-Toks: EVIL\r\nXTok: EVIL",
  "X_TOK: GOOD" ]
--- error_code eval
[(400) x 6, 200, 200]



=== TEST 25: what nginx doesn't find and a backend may is no token beside ours
--- config
    ignore_invalid_headers off;
    location /t {
        jwt timesheets;
        jwt_mode optional;
        jwt_token bearer $cookie_tk $arg_tk $http_x_tok;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request eval
['GET /t?t%6b=EVIL', 'GET /t', 'GET /t', 'GET /t?t%6b=EVIL', 'GET /t?a=b']
--- more_headers eval
my $good = NJWT::Token::token();
["X-A: b", "X.Tok: EVIL", "Cookie: t%6b=EVIL",
 "Authorization: Bearer $good", "Authorization: Bearer $good"]
--- response_headers eval
[("X-Verdict: malformed_request") x 3, 'X-Verdict: multiple_tokens',
 'X-Verdict: ok']
--- error_code eval
[400, 400, 400, 400, 200]



=== TEST 26: two Authorization headers are two tokens behind an error page
--- config
    error_page 400 = /t;
    location /t {
        jwt timesheets;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
    location /cookie {
        jwt timesheets;
        jwt_token $cookie_tk;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request eval
['GET /t', 'GET /t', 'GET /t', 'GET /t']
--- more_headers eval
my $good = NJWT::Token::token();
["Authorization: Bearer $good\r\nAuthorization: Bearer EVIL",
 "Authorization: Bearer $good\r\nauthorization: Basic YTpi",
 "Authorization: Basic YTpi\r\nAuthorization: Bearer $good",
 "Authorization: Bearer $good"]
--- response_headers eval
[("X-Verdict: multiple_tokens") x 3, 'X-Verdict: ok']
--- error_code eval
[400, 400, 400, 200]



=== TEST 27: also where jwt_token names another place
--- config
    error_page 400 = /t;
    location /t {
        jwt timesheets;
        jwt_token $cookie_tk;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Cookie: tk=$TOKEN
Authorization: Bearer EVIL
Authorization: Bearer EVIL
--- response_headers
X-Verdict: multiple_tokens
--- error_code: 400



=== TEST 28: a bearer token beside an argument that isn't there is logged whole
--- config
    location /t {
        jwt timesheets;
        jwt_token bearer $arg_token;
        root $TEST_NGINX_CONTENT;
    }
--- token: exp => 1
--- error_code: 401
--- log_level: info
--- error_log eval
qr/jwt refused: expired.*request: "GET \/t HTTP/



=== TEST 29: a refused pair in the URL isn't
--- config
    location /t {
        jwt timesheets;
        jwt_token $arg_token;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- request
GET /t?token=&token=$TOKEN
--- error_code: 400
--- log_level: info
--- grep_error_log eval: qr/jwt refused: multiple_tokens|request: .*|token=ey.*/
--- grep_error_log_out
jwt refused: multiple_tokens



=== TEST 30: $http_authorization is "bearer" in other words, and no token
--- config
    location /t {
        jwt timesheets;
        jwt_token $HTTP_Authorization;
        root $TEST_NGINX_CONTENT;
    }
--- must_die
--- error_log eval
qr/\[emerg\].*"jwt_token \$HTTP_Authorization" .*write "bearer" instead in .*nginx\.conf:\d+/



=== TEST 31: the quotes of a cookie belong to it
--- config
    location /t {
        jwt timesheets;
        jwt_token $cookie_token;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- token
--- more_headers
Cookie: a=b; token="$TOKEN"
--- error_code: 400
--- response_headers
X-Verdict: malformed_request



=== TEST 32: a map takes them off, as docs/troubleshooting.md says
--- http_config
    map $cookie_token $cookie_token_bare {
        "~^\"(?<inner>[A-Za-z0-9._-]*)\"$"  $inner;
        default                             $cookie_token;
    }
--- config
    location /t {
        jwt timesheets;
        jwt_token $cookie_token_bare;
        add_header X-Verdict $jwt_verdict always;
        root $TEST_NGINX_CONTENT;
    }
--- request eval
[('GET /t') x 4]
--- more_headers eval
my $good = NJWT::Token::token();
my $bad = NJWT::Token::tamper($good, 'signature');
[ qq(Cookie: token="$good"), "Cookie: token=$good",
  qq(Cookie: token="$bad"), qq(Cookie: token="$good) ]
--- error_code eval
[200, 200, 401, 400]
--- response_headers eval
['X-Verdict: ok', 'X-Verdict: ok', 'X-Verdict: bad_signature',
 'X-Verdict: malformed_request']
