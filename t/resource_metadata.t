# How does a client find out whom to ask for a token?  (RFC 9728)
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
['WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="[^"]+", resource_metadata="https://api/m\?a=b"$',
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
