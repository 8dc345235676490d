# The shortest run through all of it: nginx loads the module, fetches the
# keys, and tells a valid token from none.

use strict;
use warnings;

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

run_tests();

__DATA__

=== TEST 1: a good token gets through, with a key that was fetched
--- fetch: yes
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  batch:upload;
        root               $TEST_NGINX_CONTENT;
    }
--- token
--- response_body
passed
--- error_code: 200



=== TEST 2: no token is refused, and the challenge says what is wanted
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  batch:upload;
        root               $TEST_NGINX_CONTENT;
        add_header         X-Verdict $jwt_verdict always;
    }
--- response_headers
WWW-Authenticate: Bearer realm="timesheets"
X-Verdict: no_token
--- error_code: 401



=== TEST 3: another scope is refused, and the challenge names the right one
--- config
    location /t {
        jwt                timesheets;
        jwt_require_scope  batch:upload;
        root               $TEST_NGINX_CONTENT;
        add_header         X-Verdict $jwt_verdict always;
    }
--- token
scope => 'read:timesheets'
--- response_headers_like
WWW-Authenticate: Bearer realm="timesheets", error="insufficient_scope", .*scope="batch:upload"
X-Verdict: insufficient_scope
--- error_code: 403



=== TEST 4: a location without the gate is open
--- config
    location /t {
        root  $TEST_NGINX_CONTENT;
    }
--- response_body
passed
--- error_code: 200
