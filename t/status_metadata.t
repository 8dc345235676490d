# How a client finds out whom to ask for a token (RFC 9728):
# jwt_resource_metadata and jwt_resource_metadata_handler.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

no_long_string();
run_tests();

__DATA__

=== TEST 1: without a token, the challenge says where the metadata is
--- config
    location /t { jwt timesheets; jwt_resource_metadata https://api/m; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="timesheets", resource_metadata="https://api/m"



=== TEST 2: so it does with a bad one, a bad request, and a scope that is missing
--- config
    location /t {
        jwt                    timesheets;
        jwt_require_scope      other;
        jwt_resource_metadata  https://api/m?a=b;
        empty_gif;
    }
--- request eval
["GET /t", "GET /t", "GET /t"]
--- more_headers eval
["Authorization: Bearer x", "Authorization: Bearer", "Authorization: Bearer " . NJWT::Token::token()]
--- error_code eval
[401, 400, 403]
--- response_headers_like eval
['WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="[^"]+", scope="other", resource_metadata="https://api/m\?a=b"$',
 'WWW-Authenticate: Bearer realm="timesheets", error="invalid_request", error_description="[^"]+", resource_metadata="https://api/m\?a=b"$',
 'WWW-Authenticate: Bearer realm="timesheets", error="insufficient_scope", error_description="[^"]+", scope="other", resource_metadata="https://api/m\?a=b"$']



=== TEST 3: a 405 has no challenge, with it or without
--- config
    location /t {
        jwt                    timesheets;
        jwt_require_scope      other methods=POST;
        jwt_resource_metadata  https://api/m;
        empty_gif;
    }
--- token
--- error_code: 405
--- response_headers
! WWW-Authenticate



=== TEST 4: each level may have its own, and takes the outer one's
--- config
    jwt                    timesheets;
    jwt_resource_metadata  https://api/outer;
    location /t { empty_gif; }
    location /u { jwt_resource_metadata https://api/inner; empty_gif; }
    location /v { jwt_realm v; empty_gif; }
--- pipelined_requests eval
["GET /t", "GET /u", "GET /v"]
--- error_code eval
[401, 401, 401]
--- response_headers eval
['WWW-Authenticate: Bearer realm="timesheets", resource_metadata="https://api/outer"',
 'WWW-Authenticate: Bearer realm="timesheets", resource_metadata="https://api/inner"',
 'WWW-Authenticate: Bearer realm="v", resource_metadata="https://api/outer"']



=== TEST 5: the body doesn't have it
--- config
    location /t { jwt timesheets; jwt_resource_metadata https://api/m; empty_gif; }
--- error_code: 401
--- response_body chomp
{"type":"about:blank","title":"Unauthorized","status":401}



=== TEST 6: the document names the resource, who gives tokens for it, and the scopes
--- config
    location = /.well-known/oauth-protected-resource {
        jwt_resource_metadata_handler  timesheets resource=https://api.exampleco.com/timesheets;
    }
    location /timesheets {
        jwt                timesheets;
        jwt_require_scope  read:timesheets methods=GET;
        jwt_require_scope  create:timesheets methods=POST;
        empty_gif;
    }
--- request
GET /.well-known/oauth-protected-resource
--- error_code: 200
--- response_headers
Content-Type: application/json
! WWW-Authenticate
--- response_body eval
'{"resource":"https://api.exampleco.com/timesheets","authorization_servers":["'
. NJWT::Token::issuer() . '"],"scopes_supported":["read:timesheets","create:timesheets"],"bearer_methods_supported":["header"]}'



=== TEST 7: all of the issuer's names are there; without scopes there is no list of them
--- config
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location /t { jwt timesheets; empty_gif; }
--- issuer_config
issuer https://t/ https://login.t/;
--- request
GET /m
--- response_body chomp
{"resource":"https://api/","authorization_servers":["https://t/","https://login.t/"],"bearer_methods_supported":["header"]}



=== TEST 8: each scope is there once, in the order of the configuration
--- config
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location /z {
        jwt                timesheets;
        jwt_require_scope  z y methods=GET;
        location /z/in { jwt_require_scope in; empty_gif; }
        empty_gif;
        jwt_require_scope  x match=any;
    }
    location ~ \.re$ { jwt timesheets; jwt_require_scope re y; empty_gif; }
    location @named { jwt timesheets; jwt_require_scope named; empty_gif; }
    location = /a { jwt timesheets; jwt_require_scope a; empty_gif; }
    location /inherits { location /inherits/it { jwt timesheets; empty_gif; } }
    location /off { empty_gif; }
--- request
GET /m
--- response_body_like: "scopes_supported":\["z","y","x","in","re","named","a"\]



=== TEST 9: the scopes of the server's own level count where a request may end up in it
--- http_config
    server {
        listen  127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        jwt                timesheets;
        jwt_require_scope  own;
        location /m { jwt off; jwt_resource_metadata_handler timesheets resource=https://api/; }
        location /t { jwt_require_scope t; empty_gif; }
    }
--- config
    location /m { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- request
GET /m
--- response_body_like: "scopes_supported":\["own","t"\]



=== TEST 10: and not where there is a location for all else
--- http_config
    server {
        listen  127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        jwt                timesheets;
        jwt_require_scope  own;
        location /m { jwt off; jwt_resource_metadata_handler timesheets resource=https://api/; }
        location / { jwt_require_scope t; empty_gif; }
    }
--- config
    location /m { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- request
GET /m
--- response_body_like: "scopes_supported":\["t"\]



=== TEST 11: which an exact one isn't
--- http_config
    server {
        listen  127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        jwt                timesheets;
        jwt_require_scope  own;
        location /m { jwt off; jwt_resource_metadata_handler timesheets resource=https://api/; }
        location = / { jwt_require_scope t; empty_gif; }
    }
--- config
    location /m { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- request
GET /m
--- response_body_like: "scopes_supported":\["own","t"\]



=== TEST 12: only what is asked of this issuer's tokens is there
--- http_config
    jwt_issuer other { issuer https://other/; audience a; jwks_uri $TEST_NGINX_JWKS_URI; }
--- config
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location /n { jwt_resource_metadata_handler other resource=https://api/; }
    location /t { jwt timesheets; jwt_require_scope one; empty_gif; }
    location /u { jwt other timesheets; jwt_require_scope both; empty_gif; }
    location /v { jwt other; jwt_require_scope two; empty_gif; }
--- pipelined_requests eval
["GET /m", "GET /n"]
--- response_body_like eval
['"scopes_supported":\["one","both"\]', '"authorization_servers":\["https://other/"\],"scopes_supported":\["both","two"\]']



=== TEST 13: and only what this server asks
--- http_config
    server {
        listen       127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location /t { jwt timesheets; jwt_require_scope elsewhere; empty_gif; }
    }
--- config
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location /t { jwt timesheets; jwt_require_scope here; empty_gif; }
--- request
GET /m
--- response_body_like: "scopes_supported":\["here"\]



=== TEST 14: HEAD has the length and no body
--- config
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
--- request
HEAD /m
--- error_code: 200
--- response_headers_like
Content-Length: [1-9]\d+
Content-Type: application/json
--- response_body chomp



=== TEST 15: another method is not allowed
--- config
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
--- request
POST /m
x
--- error_code: 405



=== TEST 16: an "if" doesn't take the document away
--- config
    location /m {
        jwt_resource_metadata_handler  timesheets resource=https://api/;
        if ($arg_x) { add_header X-If 1; }
        limit_except GET { deny all; }
    }
--- request
GET /m?x=1
--- error_code: 200
--- response_headers
X-If: 1
--- response_body_like: "resource":"https://api/"



=== TEST 17: behind a gate it is refused, and nginx -t says so
--- config
    jwt  timesheets;
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
--- request
GET /m
--- error_code: 401
--- error_log
"jwt_resource_metadata_handler" in location "/m", which "jwt" guards



=== TEST 18: with "jwt off" there is nothing to say
--- config
    jwt  timesheets;
    location /m { jwt off; jwt_resource_metadata_handler timesheets resource=https://api/; }
--- request
GET /m
--- error_code: 200
--- no_error_log
which "jwt" guards



=== TEST 19: a location is named as it is configured
--- config
    jwt  timesheets;
    location = /a { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location ^~ /b { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location ~ ^/c { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location ~*^/d { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location /e {
        location /e/f { jwt_resource_metadata_handler timesheets resource=https://api/; }
        location ~ g { jwt_resource_metadata_handler timesheets resource=https://api/; }
    }
    location @h { jwt_resource_metadata_handler timesheets resource=https://api/; }
--- request
GET /a
--- error_code: 401
--- grep_error_log eval
qr/in location "[^"]*"/
--- grep_error_log_out
in location "= /a"
in location "^~ /b"
in location "~ ^/c"
in location "~* ^/d"
in location "/e/f"
in location "/e ~ g"
in location "@h"



=== TEST 20: a 401 names the scopes that the rules want for the method
--- config
    location /t {
        jwt                    timesheets;
        jwt_require_scope      a b;
        jwt_require_scope      c methods=POST;
        jwt_require_scope      d methods=GET;
        jwt_resource_metadata  https://api/m;
        empty_gif;
    }
--- request eval
["GET /t", "POST /t", "DELETE /t"]
--- error_code eval
[401, 401, 401]
--- response_headers_like eval
['WWW-Authenticate: Bearer realm="timesheets", scope="a b d", resource_metadata="https://api/m"$',
 'WWW-Authenticate: Bearer realm="timesheets", scope="a b c", resource_metadata="https://api/m"$',
 'WWW-Authenticate: Bearer realm="timesheets", resource_metadata="https://api/m"$']



=== TEST 21: without jwt_resource_metadata it names none
--- config
    location /t { jwt timesheets; jwt_require_scope a; empty_gif; }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="timesheets"



=== TEST 22: the document lists what lies at or below its resource's path, and no more
--- config
    location = /m { jwt_resource_metadata_handler timesheets resource=https://api/mc%70/; }
    location /mcp       { jwt timesheets; jwt_require_scope at;
                          location ~ x { jwt_require_scope regex; } }
    location /mcp/tools { jwt timesheets; jwt_require_scope below; }
    location = /mcp/one { jwt timesheets; jwt_require_scope exact; }
    location /mcpx      { jwt timesheets; jwt_require_scope beside; }
    location /admin     { jwt timesheets; jwt_require_scope admin; }
    location @named     { jwt timesheets; jwt_require_scope named; }
--- request
GET /m
--- response_body_like: "scopes_supported":\["at","below","exact"\]



=== TEST 23: with a resource that is all of the host, it lists all
--- config
    location = /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location /mcp  { jwt timesheets; jwt_require_scope a;
                     location ~ x { jwt_require_scope b; } }
--- request
GET /m
--- response_body_like: "scopes_supported":\["a","b"\]



=== TEST 24: scopes= says them instead; name= and documentation= are for people
--- config
    location = /m { jwt_resource_metadata_handler timesheets "scopes=x y:z"
                        resource=https://api/mcp "name=Tools \"A\"" documentation=https://docs/; }
    location /mcp  { jwt timesheets; jwt_require_scope a; }
--- request
GET /m
--- response_body eval
'{"resource":"https://api/mcp","authorization_servers":["' . NJWT::Token::issuer()
. '"],"scopes_supported":["x","y:z"],"bearer_methods_supported":["header"],"resource_name":"Tools \"A\"","resource_documentation":"https://docs/"}'



=== TEST 25: a parameter that is unknown, twice there or empty is refused
--- config
    location = /m { jwt_resource_metadata_handler timesheets resource=https://a/ x=y; }
--- must_die
--- error_log eval
qr/"x=y" in "jwt_resource_metadata_handler" is unknown or duplicate, write .*:\d+$/m



=== TEST 26: so is one without its resource
--- config
    location = /m { jwt_resource_metadata_handler timesheets name=x; }
--- must_die
--- error_log
has no "resource", write resource=https://HOST/PATH



=== TEST 27: and an empty list of scopes
--- config
    location = /m { jwt_resource_metadata_handler timesheets resource=https://a/ scopes=; }
--- must_die
--- error_log
names no scope, write "scopes=read:a write:a"



=== TEST 28: an issuer that is no URL is no server that a client can go to
--- config
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
    location /t { jwt timesheets; empty_gif; }
--- issuer_config
issuer joe https://login.t/ urn:t;
--- request
GET /m
--- response_body chomp
{"resource":"https://api/","authorization_servers":["https://login.t/"],"bearer_methods_supported":["header"]}



=== TEST 29: where no other is left there is nothing to tell
--- config
    location /m { jwt_resource_metadata_handler timesheets resource=https://api/; }
--- issuer_config
issuer joe urn:t;
--- must_die
--- error_log eval
qr/\[emerg\].*no "issuer" of jwt_issuer "timesheets" is a URL, add the one that clients know to "issuer", or leave the handler out in .*nginx\.conf:\d+$/m



=== TEST 30: a 401 names each scope once, also those of which one is enough
--- config
    location /t {
        jwt                    timesheets;
        jwt_require_scope      a b;
        jwt_require_scope      b c match=any;
        jwt_resource_metadata  https://api/m;
        empty_gif;
    }
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="timesheets", scope="a b c", resource_metadata="https://api/m"



=== TEST 31: a 503 has no challenge, with it or without
--- http_config
    jwt_issuer gone { issuer https://gone/; audience a; jwks_uri http://127.0.0.1:1/; jwks_wait 0; }
--- config
    location /t {
        jwt                    gone;
        jwt_require_scope      a;
        jwt_resource_metadata  https://api/m;
        empty_gif;
    }
--- more_headers eval
"Authorization: Bearer " . NJWT::Token::token(iss => "https://gone/", aud => "a")
--- error_code: 503
--- response_headers
! WWW-Authenticate
