# With jwt_pass_token off the backend doesn't get the token.
#
# The backend is NJWT::Echo: its answer has the lines that it got.

use lib 't/lib';

use NJWT::Nginx;
use NJWT::Echo;
use NJWT::Token ();
use Test::Nginx::Socket 'no_plan';

my $dir = NJWT::Process::folder();
my $echo = NJWT::Echo->start(dir => $dir);

# a:b
NJWT::Nginx::write_file('users', "a:{PLAIN}b\n");

$ENV{TEST_NGINX_ECHO} = 'http://127.0.0.1:' . $echo->port;

our $good = NJWT::Token::token();
our $old = NJWT::Token::token(exp => 1);

# Where a block has no configuration, /t passes no token on.

default_config(<<'CONF');
    location /t {
        jwt             timesheets;
        jwt_token       bearer $cookie_tk $http_x_tok;
        jwt_pass_token  off;
        add_header      X-Verdict $jwt_verdict always;
        add_header      X-Claim "<$jwt_claim_azp>" always;
        proxy_pass      $TEST_NGINX_ECHO;
    }
CONF

no_long_string();
no_shuffle();
run_tests();

__DATA__

=== TEST 1: the backend gets no token that was judged
--- token
--- more_headers
X-One: 1
Authorization: Bearer $TOKEN
DPoP: proof
X-Two: 2
--- response_headers
X-Verdict: ok
X-Claim: <importjob>
--- response_body
X-One: 1
X-Two: 2



=== TEST 2: by default it does
--- config
    location /t {
        jwt         timesheets;
        proxy_pass  $TEST_NGINX_ECHO;
    }
    location /on {
        jwt             timesheets;
        jwt_pass_token  on;
        proxy_pass      $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /on']
--- more_headers eval
[("Authorization: Bearer $::good\r\nDPoP: proof") x 2]
--- response_body eval
[("Authorization\nDPoP: proof\n") x 2]



=== TEST 3: nor one in a header, in any spelling
--- config
    ignore_invalid_headers off;
    location /t {
        jwt             timesheets;
        jwt_token       $http_x_tok;
        jwt_pass_token  off;
        jwt_mode        report;
        add_header      X-Verdict $jwt_verdict always;
        proxy_pass      $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /t']
--- more_headers eval
["X-TOK: $::good\r\nX-Tok-Not: 1",
 "x-tok: $::good\r\nX.Tok: EVIL\r\nX_TOK: EVIL\r\nX-Toks: 1\r\nXTok: 2"]
--- response_headers eval
['X-Verdict: ok', 'X-Verdict: multiple_tokens']
--- response_body eval
["X-Tok-Not: 1\n", "X-Toks: 1\nXTok: 2\n"]



=== TEST 4: of the cookies that one alone goes
--- config
    location /t {
        jwt             timesheets;
        jwt_token       $cookie_tk;
        jwt_pass_token  off;
        jwt_mode        report;
        proxy_pass      $TEST_NGINX_ECHO;
    }
--- request eval
[('GET /t') x 12]
--- more_headers eval
[ map { "X-A: 1\r\nCookie: $_" =~ s/GOOD/$::good/r }
  'tk=GOOD',
  'a=b; tk=GOOD',
  'tk=GOOD; a=b',
  'a=b; tk=GOOD; c=d',
  'a=b;TK=GOOD;c=d',
  'a=b; tk = GOOD; c=d',
  'a=b; tk=GOOD; tk=EVIL; c=d',
  'a=b; t%6b=EVIL; c=d; tk[]=EVIL',
  'a=b, tk=EVIL; c=d',
  'a=b; tk; c=d',
  "a=b; tk=GOOD\r\nCookie: tk=EVIL\r\nCookie: c=d",
  'atk=1; tka=2; a=tk' ]
--- response_body eval
[ map { "X-A: 1\n" . ($_ eq '-' ? '' : "Cookie: $_\n") }
  '-',
  'a=b',
  'a=b',
  'a=b; c=d',
  'a=b;c=d',
  'a=b; c=d',
  'a=b; c=d',
  'a=b; c=d',
  'a=b, c=d',
  'a=b; c=d',
  "a=b\nCookie: c=d",
  'atk=1; tka=2; a=tk' ]



=== TEST 5: no variable and no proxy_set_header of an inner level brings it back
--- config
    jwt_token       bearer $cookie_tk $http_x_tok;
    jwt_pass_token  off;
    proxy_set_header  Authorization "";
    location /t {
        jwt         timesheets;
        proxy_set_header  Authorization $http_authorization;
        proxy_set_header  X-One    "<$http_authorization>";
        proxy_set_header  X-Two    "<$cookie_tk>";
        proxy_set_header  X-Three  "<$http_cookie>";
        proxy_set_header  X-Four   "<$http_x_tok>";
        proxy_set_header  X-Five   "<$http_dpop>";
        proxy_pass  $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /t', 'GET /t']
--- more_headers eval
["Authorization: Bearer $::good\r\nDPoP: proof", "Cookie: a=b; tk=$::good",
 "X-Tok: $::good"]
--- response_body eval
my $none = "X-One: <>\nX-Two: <>\nX-Three: <>\nX-Four: <>\nX-Five: <>\n";
[ $none, $none =~ s/(Three: <)/$1a=b/r . "Cookie: a=b\n", $none ]



=== TEST 6: not one that was read before
--- config
    location /t {
        if ($http_x_tok = never) { return 404; }
        if ($cookie_tk = never) { return 404; }
        if ($http_authorization = never) { return 404; }
        jwt             timesheets;
        jwt_token       bearer $cookie_tk $http_x_tok;
        jwt_pass_token  off;
        proxy_set_header  X-One    "<$http_authorization>";
        proxy_set_header  X-Two    "<$cookie_tk>";
        proxy_set_header  X-Four   "<$http_x_tok>";
        proxy_pass  $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /t', 'GET /t']
--- more_headers eval
["Authorization: Bearer $::good", "Cookie: tk=$::good", "X-Tok: $::good"]
--- response_body eval
[("X-One: <>\nX-Two: <>\nX-Four: <>\n") x 3]



=== TEST 7: nor one that wasn't allowed: report, optional, another scheme
--- config
    jwt             timesheets;
    jwt_pass_token  off;
    location /report { jwt_mode report; proxy_pass $TEST_NGINX_ECHO; }
    location /optional { jwt_mode optional; proxy_pass $TEST_NGINX_ECHO; }
--- request eval
['GET /report', 'GET /report', 'GET /optional', 'GET /optional']
--- more_headers eval
["Authorization: Bearer $::old\r\nX-A: 1", "Authorization: Basic YTpi\r\nX-A: 1",
 "Authorization: Basic YTpi\r\nX-A: 1", "DPoP: proof\r\nX-A: 1"]
--- response_body eval
[("X-A: 1\n") x 4]



=== TEST 8: nor a preflight's
--- config
    location /t {
        jwt             timesheets;
        jwt_preflight   on;
        jwt_pass_token  off;
        proxy_pass      $TEST_NGINX_ECHO;
    }
--- request: OPTIONS /t
--- more_headers
Origin: a
Access-Control-Request-Method: GET
Authorization: Bearer EVIL
DPoP: proof
--- response_body
Origin: a
Access-Control-Request-Method: GET



=== TEST 9: where jwt is off nobody judged it, and it goes as well
--- config
    jwt_token       bearer $cookie_tk;
    jwt_pass_token  off;
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
    location /off { jwt off; proxy_pass $TEST_NGINX_ECHO; }
    location /on { jwt off; jwt_pass_token on; proxy_pass $TEST_NGINX_ECHO; }
--- request eval
['GET /off', 'GET /on']
--- more_headers eval
[("Authorization: Bearer $::good\r\nCookie: tk=EVIL; a=b") x 2]
--- response_body eval
["Cookie: a=b\n", "Authorization\nCookie: tk=EVIL; a=b\n"]



=== TEST 10: an error page doesn't get what was refused
--- config
    location /t {
        jwt             timesheets;
        jwt_token       $cookie_tk;
        jwt_pass_token  off;
        error_page      401 = @login;
        root            $TEST_NGINX_CONTENT;
    }
    location @login { jwt off; proxy_pass $TEST_NGINX_ECHO; }
--- more_headers eval
"Authorization: Bearer $::good\r\nCookie: a=b; tk=$::old; c=d"
--- response_body
Cookie: a=b; c=d



=== TEST 11: a second judgement has the token, and goes on without it
--- config
    location /t {
        jwt             timesheets;
        jwt_token       bearer $cookie_tk $http_x_tok;
        jwt_pass_token  off;
        root            $TEST_NGINX_CONTENT;
        try_files       /none @next;
    }
    location @next {
        jwt             timesheets;
        jwt_token       bearer $cookie_tk $http_x_tok;
        jwt_pass_token  off;
        add_header      X-Verdict $jwt_verdict always;
        root            $TEST_NGINX_CONTENT;
        try_files       /none2 @last;
    }
    location @last {
        jwt             timesheets;
        jwt_token       bearer $cookie_tk $http_x_tok;
        add_header      X-Verdict $jwt_verdict always;
        proxy_set_header  X-Four   "<$http_x_tok>";
        proxy_set_header  X-Cookie "<$http_cookie>";
        proxy_pass      $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /t', 'GET /t', 'GET /t', 'GET /t']
--- more_headers eval
["Authorization: Bearer $::good", "Cookie: a=b; tk=x; c=d" =~ s/x/$::good/r,
 "X-Tok: $::good", "Cookie: tk=$::old", "X-Tok: $::good\r\nCookie: tk=$::good"]
--- error_code eval
[200, 200, 200, 401, 400]
--- response_body_like eval
[ qr/\AX-Four: <>\nX-Cookie: <>\nAuthorization\n\z/,
  qr/\AX-Four: <>\nX-Cookie: <a=b; tk=\Q$::good\E; c=d>\nCookie: a=b; tk=\Q$::good\E; c=d\n\z/,
  qr/\AX-Four: <\Q$::good\E>\nX-Cookie: <>\nX-Tok: \Q$::good\E\n\z/,
  qr/invalid_token/, qr/invalid_request/ ]



=== TEST 12: also behind a public location that passes none on
--- config
    jwt_pass_token  off;
    jwt_token       bearer $cookie_tk;
    location /t {
        jwt        off;
        root       $TEST_NGINX_CONTENT;
        try_files  /none @next;
    }
    location @next {
        jwt         timesheets;
        add_header  X-Claim "<$jwt_claim_azp>" always;
        proxy_pass  $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /t']
--- more_headers eval
["Authorization: Bearer $::good\r\nX-A: 1", "Cookie: tk=$::good\r\nX-A: 1"]
--- response_headers eval
[("X-Claim: <importjob>") x 2]
--- response_body eval
[("X-A: 1\n") x 2]



=== TEST 13: auth_basic still reads its own under "satisfy any"
--- config
    location /t {
        satisfy         any;
        jwt             timesheets;
        jwt_token       bearer;
        jwt_pass_token  off;
        auth_basic      here;
        auth_basic_user_file ../../users;
        proxy_set_header X-User $remote_user;
        proxy_pass      $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /t', 'GET /t']
--- more_headers eval
["Authorization: Basic YTpi", "Authorization: Basic YTpj",
 "Authorization: Bearer $::good\r\nX-A: 1"]
--- error_code eval
[200, 401, 200]
--- response_body_like eval
[qr/\AX-User: a\n\z/, qr/401/, qr/\AX-A: 1\n\z/]



=== TEST 14: neither auth_request nor mirror sees it
--- config
    location /t {
        jwt               timesheets;
        jwt_token         bearer $cookie_tk;
        jwt_pass_token    off;
        auth_request      /auth;
        auth_request_set  $seen $upstream_http_x_seen;
        add_header        X-Auth $seen;
        mirror            /mirror;
        proxy_pass        $TEST_NGINX_ECHO;
    }
    location = /auth { internal; jwt off; proxy_pass $TEST_NGINX_ECHO; }
    location = /mirror { internal; jwt off; proxy_pass $TEST_NGINX_ECHO; }
    location /last { jwt off; proxy_pass $TEST_NGINX_ECHO; }
--- request eval
['GET /t', 'GET /last/mirror']
--- more_headers eval
["Authorization: Bearer $::good\r\nX-A: 1", 'X-B: 1']
--- response_headers eval
['X-Auth: X-A: 1', '!X-Auth']
--- response_body eval
[("X-A: 1\n") x 2]



=== TEST 15: a subrequest's own location may pass none on
--- config
    location /t {
        jwt               timesheets;
        auth_request      /auth;
        auth_request_set  $seen $upstream_http_x_seen;
        add_header        X-Auth $seen;
        proxy_pass        $TEST_NGINX_ECHO;
    }
    location = /auth {
        internal;
        jwt             off;
        jwt_pass_token  off;
        proxy_pass      $TEST_NGINX_ECHO;
    }
--- more_headers eval
"Authorization: Bearer $::good\r\nX-A: 1"
--- response_headers
X-Auth: X-A: 1
--- response_body
Authorization
X-A: 1



=== TEST 16: limit_req and jwt_require read it as ever
--- http_config
    map $http_authorization $is_bearer { "~^Bearer ey" 1; default 0; }
    limit_req_zone $http_authorization zone=tokens:1m rate=1r/m;
--- config
    location /t {
        jwt             timesheets;
        jwt_require     $is_bearer;
        jwt_pass_token  off;
        limit_req       zone=tokens;
        proxy_pass      $TEST_NGINX_ECHO;
    }
--- request eval
['GET /t', 'GET /t']
--- more_headers eval
[("Authorization: Bearer $::good\r\nX-A: 1") x 2]
--- error_code eval
[200, 503]



=== TEST 17: an identity header of such a name stays, it is ours
--- config
    location /t {
        jwt                  timesheets;
        jwt_identity_header  DPoP $jwt_claim_azp;
        jwt_pass_token       off;
        proxy_pass           $TEST_NGINX_ECHO;
    }
--- more_headers eval
"Authorization: Bearer $::good\r\nDPoP: EVIL"
--- response_body
DPoP: importjob



=== TEST 18: an inner level may pass it on, and not
--- config
    jwt             timesheets;
    jwt_pass_token  off;
    location /on {
        jwt_pass_token  on;
        proxy_pass      $TEST_NGINX_ECHO;
        location /on/off { jwt_pass_token off; proxy_pass $TEST_NGINX_ECHO; }
    }
--- request eval
['GET /on', 'GET /on/off']
--- more_headers eval
[("Authorization: Bearer $::good\r\nX-A: 1") x 2]
--- response_body eval
["Authorization\nX-A: 1\n", "X-A: 1\n"]



=== TEST 19: a token in the URL can't be taken out
--- config
    jwt_token bearer $arg_token;
    location /t {
        jwt timesheets;
        jwt_pass_token off;
        root $TEST_NGINX_CONTENT;
    }
--- must_die
--- error_log eval
qr/\[emerg\].*"jwt_pass_token off" can't take a token out of the URL.*"jwt_token \$arg_token".*write "jwt_pass_token on" in .*nginx\.conf:\d+/



=== TEST 20: be both said at the http level
--- http_config
    jwt_token $arg_token;
    jwt_pass_token off;
--- config
    location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
--- must_die
--- error_log eval
qr/\[emerg\].*"jwt_pass_token off" can't take a token out of the URL/



=== TEST 21: or the other way round
--- config
    jwt_pass_token off;
    location /t {
        jwt timesheets;
        jwt_token $arg_token;
        root $TEST_NGINX_CONTENT;
    }
--- must_die
--- error_log eval
qr/\[emerg\].*"jwt_pass_token off" can't take a token out of the URL/



=== TEST 22: where it is passed on it may stand there
--- config
    jwt_pass_token off;
    location /t {
        jwt timesheets;
        jwt_token $arg_token;
        jwt_pass_token on;
        root $TEST_NGINX_CONTENT;
    }
--- request eval
"GET /t?token=$::good"
--- error_code: 200



=== TEST 23: it is on or off
--- config
    location /t { jwt timesheets; jwt_pass_token maybe; root $TEST_NGINX_CONTENT; }
--- must_die
--- error_log eval
qr/\[emerg\].*"maybe" in "jwt_pass_token" directive, it must be "on" or "off"/
