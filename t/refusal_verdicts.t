# What a client sees of each verdict: its status, its challenge and its body;
# every refusal has an allowed twin that differs in one thing.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

default_config(<<'CONF');
    location /t {
        jwt                timesheets;
        jwt_require_scope  batch:upload methods=GET,POST;
        add_header         X-Verdict $jwt_verdict always;
        add_header         X-Client  $jwt_claim_azp always;
        root               $TEST_NGINX_CONTENT;
    }
CONF

no_long_string();
run_tests();

__DATA__

=== TEST 1: a good token passes, and its claims can be forwarded
--- token
--- error_code: 200
--- response_headers
X-Verdict: ok
X-Client: importjob
! WWW-Authenticate
! Cache-Control
--- response_body
passed



=== TEST 2: no token gets a bare challenge
--- error_code: 401
--- response_headers
X-Verdict: no_token
X-Client:
WWW-Authenticate: Bearer realm="timesheets"
Content-Type: application/problem+json
Cache-Control: no-store
--- response_body chomp
{"type":"about:blank","title":"Unauthorized","status":401}
--- error_log
jwt refused: no_token



=== TEST 3: another scheme than Bearer counts as no token
--- more_headers
Authorization: Basic dXNlcjpwYXNz
--- error_code: 401
--- response_headers
X-Verdict: no_token
WWW-Authenticate: Bearer realm="timesheets"



=== TEST 4: the scheme is read in any case, with more than one space
--- token
--- more_headers
Authorization: bEaReR   $TOKEN
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 5: two Authorization headers are a bad request
--- token
--- more_headers
Authorization: Bearer $TOKEN
Authorization: Bearer $TOKEN
--- error_code: 400



=== TEST 6: a token of 8192 bytes is read
--- token: 'a' x 8180 . '.b.c'
--- raw_request eval
"GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Authorization: Bearer \$TOKEN\r\n\r\n"
--- http_config
    large_client_header_buffers 4 32k;
--- error_code: 401
--- response_headers
X-Verdict: malformed_token



=== TEST 7: a longer token is refused unread
--- token: 'a' x 8190 . '.b.c'
--- raw_request eval
"GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Authorization: Bearer \$TOKEN\r\n\r\n"
--- http_config
    large_client_header_buffers 4 32k;
--- error_code: 401
--- response_headers
X-Verdict: token_too_large
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is too long"



=== TEST 8: Bearer and then nothing is a bad request
--- more_headers
Authorization: Bearer
--- error_code: 400
--- response_headers
X-Verdict: malformed_request
WWW-Authenticate: Bearer realm="timesheets", error="invalid_request", error_description="The Authorization header holds no well-formed Bearer token"
Content-Type: application/problem+json
Cache-Control: no-store
--- response_body chomp
{"type":"about:blank","title":"Bad Request","status":400,"error":"invalid_request","error_description":"The Authorization header holds no well-formed Bearer token"}



=== TEST 9: characters that no token has are a bad request
--- more_headers
Authorization: Bearer a.b,c
--- error_code: 400
--- response_headers
X-Verdict: malformed_request



=== TEST 10: two tokens in one header are a bad request
--- token
--- more_headers
Authorization: Bearer $TOKEN $TOKEN
--- error_code: 400
--- response_headers
X-Verdict: malformed_request



=== TEST 11: an opaque token is told to ask for an audience
--- token: 'mF_9.B5f-4.1JqM.x'
--- error_code: 401
--- response_headers
X-Verdict: opaque_token
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is opaque; request one with an audience"



=== TEST 12: a token without dots is opaque
--- token: 'a' x 32
--- error_code: 401
--- response_headers
X-Verdict: opaque_token



=== TEST 13: an encrypted token is refused as such
--- token: b64url('{"alg":"RSA-OAEP","enc":"A256GCM"}') . '.a.b.c.d'
--- error_code: 401
--- response_headers
X-Verdict: encrypted_token
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is encrypted; a signed one is required"



=== TEST 14: Auth0's opaque token of today is told to ask for an audience
--- token: b64url('{"alg":"dir","enc":"A256GCM"}') . '..b.c.d'
--- error_code: 401
--- response_headers
X-Verdict: encrypted_token
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is opaque; request one with an audience"



=== TEST 15: a duplicate member is malformed
--- token: raw_token('{"alg":"RS256","typ":"JWT","kid":"k1","kid":"k1"}', '{}')
--- error_code: 401
--- response_headers
X-Verdict: malformed_token
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is malformed"



=== TEST 16: a payload that is no object is malformed
--- token: raw_token('{"alg":"RS256","typ":"JWT","kid":"k1"}', '[]')
--- error_code: 401
--- response_headers
X-Verdict: malformed_token



=== TEST 17: padding is malformed
--- token: token() . '='
--- error_code: 401
--- response_headers
X-Verdict: malformed_token



=== TEST 18: unused bits that are not zero are malformed
--- token: do { my $t = token(); $t =~ s/(.)\z/$1 =~ tr|AQgw|BRhx|r/e; $t }
--- error_code: 401
--- response_headers
X-Verdict: malformed_token



=== TEST 19: exp as a string is malformed
--- token: exp => '9999999999'
--- error_code: 401
--- response_headers
X-Verdict: malformed_token



=== TEST 20: crit is refused
--- token: -header => { crit => ['exp'] }
--- error_code: 401
--- response_headers
X-Verdict: crit_unsupported
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token asks for an extension that is not supported"



=== TEST 21: b64 is refused
--- token: -header => { b64 => JSON::PP::false() }
--- error_code: 401
--- response_headers
X-Verdict: crit_unsupported



=== TEST 22: another issuer is refused
--- token: iss => 'https://other.eu.auth0.com/'
--- error_code: 401
--- response_headers
X-Verdict: issuer_mismatch
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is of another issuer"
--- error_log
iss "https://other.eu.auth0.com/"



=== TEST 23: the issuer without its slash is another
--- token: iss => 'https://exampleco.eu.auth0.com'
--- error_code: 401
--- response_headers
X-Verdict: issuer_mismatch



=== TEST 24: a token without issuer is refused
--- token: iss => undef
--- error_code: 401
--- response_headers
X-Verdict: issuer_mismatch



=== TEST 25: HS256 signed with the public key is refused
--- token: hs256_with_public_key()
--- error_code: 401
--- response_headers
X-Verdict: alg_not_allowed
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is signed with an algorithm that is not allowed"



=== TEST 26: alg none is refused
--- token: unsigned() . 'AAAA'
--- error_code: 401
--- response_headers
X-Verdict: alg_not_allowed



=== TEST 27: alg none with an empty signature is malformed
--- token: unsigned()
--- error_code: 401
--- response_headers
X-Verdict: malformed_token



=== TEST 28: another RSA algorithm is refused, even with a good signature
--- token: -alg => 'RS512'
--- error_code: 401
--- response_headers
X-Verdict: alg_not_allowed



=== TEST 29: the algorithm's name counts in its case
--- token: raw_token('{"alg":"rs256","typ":"JWT","kid":"k1"}', JSON::PP::encode_json(claims()))
--- error_code: 401
--- response_headers
X-Verdict: alg_not_allowed



=== TEST 30: a token that is no access token by its typ is refused
--- token: -header => { typ => 'logout+jwt' }
--- error_code: 401
--- response_headers
X-Verdict: typ_not_allowed
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The token is of a type that is no access token"



=== TEST 31: at+jwt is an access token
--- token: -header => { typ => 'at+jwt' }
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 32: so is a token without typ
--- token: -header => { typ => undef }
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 33: without keys it is the gate's fault, and not a 401
--- jwks_config: return 500;
--- token
--- error_code: 503
--- response_headers
X-Verdict: keys_unavailable
Retry-After: 1
Cache-Control: no-store
Content-Type: application/problem+json
! WWW-Authenticate
--- response_body chomp
{"type":"about:blank","title":"Service Unavailable","status":503}
--- error_log
status 500
[warn]



=== TEST 34: a key that the set doesn't have is unknown
--- token: -key => 'k2'
--- error_code: 401
--- response_headers
X-Verdict: key_not_found
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is signed with an unknown key"
--- error_log
kid "k2"



=== TEST 35: and known once it is in the set
--- jwks: k1 k2
--- token: -key => 'k2'
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 36: a signature of another key under a known kid is bad
--- token: -key => 'k2', -kid => 'k1'
--- error_code: 401
--- response_headers
X-Verdict: bad_signature
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The signature of the access token is not valid"



=== TEST 37: a payload that was changed is not what was signed
--- token: tamper(token(), payload => (scope => 'batch:upload delete:timesheets'))
--- error_code: 401
--- response_headers
X-Verdict: bad_signature
X-Client:



=== TEST 38: nor is one that merely got a blank
--- token: tamper(token(), 'payload')
--- error_code: 401
--- response_headers
X-Verdict: bad_signature



=== TEST 39: nor is a header that was changed
--- token: tamper(token(), header => (typ => 'at+jwt'))
--- error_code: 401
--- response_headers
X-Verdict: bad_signature



=== TEST 40: one bit of the signature counts
--- token: tamper(token(), 'signature')
--- error_code: 401
--- response_headers
X-Verdict: bad_signature



=== TEST 41: a token that is over is expired
--- token: exp => time - 60
--- error_code: 401
--- response_headers
X-Verdict: expired
X-Client:
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is expired"
--- response_body chomp
{"type":"about:blank","title":"Unauthorized","status":401,"error":"invalid_token","error_description":"The access token is expired"}



=== TEST 42: a token without exp counts as expired
--- token: exp => undef
--- error_code: 401
--- response_headers
X-Verdict: expired



=== TEST 43: exp and the leeway may not be over together
--- issuer_config: leeway 2m;
--- token: exp => time - 60
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 44: a token of tomorrow is not valid yet
--- token: nbf => time + 60
--- error_code: 401
--- response_headers
X-Verdict: not_yet_valid
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is not valid yet"



=== TEST 45: nbf in the past is fine
--- token: nbf => time - 60
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 46: a token that was issued in the future is refused
--- token: iat => time + 60
--- error_code: 401
--- response_headers
X-Verdict: issued_in_future
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is issued in the future"



=== TEST 47: the leeway covers nbf and iat as well
--- issuer_config: leeway 2m;
--- token: iat => time + 60, nbf => time + 60
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 48: another audience is refused
--- token: aud => 'https://api.exampleco.com/timesheets/'
--- error_code: 401
--- response_headers
X-Verdict: audience_mismatch
X-Client:
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is for another audience"
--- error_log
aud "https://api.exampleco.com/timesheets/"



=== TEST 49: no audience is refused
--- token: aud => undef
--- error_code: 401
--- response_headers
X-Verdict: audience_mismatch



=== TEST 50: an empty list of audiences is refused
--- token: aud => []
--- error_code: 401
--- response_headers
X-Verdict: audience_mismatch



=== TEST 51: one of several audiences will do
--- token: aud => ['https://exampleco.eu.auth0.com/userinfo', audience()]
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 52: "audience off" takes a token for any
--- issuer_config: audience off;
--- token: aud => 'https://elsewhere/'
--- error_code: 200
--- response_headers
X-Verdict: ok



=== TEST 53: a token that is bound to a key is refused
--- token: cnf => { jkt => '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }
--- error_code: 401
--- response_headers
X-Verdict: sender_constrained
X-Client:
WWW-Authenticate: Bearer realm="timesheets", error="invalid_token", error_description="The access token is bound to a key, and came without a proof that is checked here"



=== TEST 54: and so is one with cnf null
--- token: cnf => null()
--- error_code: 401
--- response_headers
X-Verdict: sender_constrained



=== TEST 55: a method that no rule names is not allowed
--- request
DELETE /t
--- token
--- error_code: 405
--- response_headers
X-Verdict: method_not_allowed
X-Client: importjob
Allow: GET, HEAD, POST
Cache-Control: no-store
! WWW-Authenticate
--- response_body chomp
{"type":"about:blank","title":"Method Not Allowed","status":405}



=== TEST 56: another scope is refused, and the one that is needed named
--- token: scope => 'read:timesheets'
--- error_code: 403
--- response_headers
X-Verdict: insufficient_scope
X-Client: importjob
Cache-Control: no-store
WWW-Authenticate: Bearer realm="timesheets", error="insufficient_scope", error_description="The access token lacks a scope that is required", scope="batch:upload"
--- response_body chomp
{"type":"about:blank","title":"Forbidden","status":403,"error":"insufficient_scope","error_description":"The access token lacks a scope that is required","scope":"batch:upload"}



=== TEST 57: no scope at all is refused
--- token: scope => undef
--- error_code: 403
--- response_headers
X-Verdict: insufficient_scope



=== TEST 58: of a token wrong in two ways the first check decides
--- token: exp => time - 60, aud => 'https://elsewhere/', scope => 'x'
--- error_code: 401
--- response_headers
X-Verdict: expired



=== TEST 59: the request of a refused token says nothing of what it held
--- token: iss => 'https://evil.example/"\\', sub => 'secret-subject'
--- error_code: 401
--- response_headers
X-Verdict: issuer_mismatch
--- response_body_unlike: evil|secret
--- error_log
iss "https://evil.example/\x22\x5C"
--- no_error_log
secret-subject
