# What a location requires of a token's claims: jwt_require_claim.

use lib 't/lib';

use NJWT::Nginx;
use Test::Nginx::Socket 'no_plan';

default_config(<<'CONF');
    location /t {
        jwt         timesheets;
        $RULES
        add_header  X-Verdict $jwt_verdict always;
        empty_gif;
    }
CONF

no_long_string();
run_tests();

__DATA__

=== TEST 1: a claim that is there satisfies a rule without values
--- rules: jwt_require_claim org_id;
--- token: org_id => 'org_1'
--- error_code: 200
--- response_headers_like
X-Verdict: ok



=== TEST 2: one that isn't there doesn't
--- rules: jwt_require_claim org_id;
--- token:
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch
--- response_body_like: "status":403,"error":"insufficient_scope"



=== TEST 3: null is not there
--- rules: jwt_require_claim org_id;
--- token: org_id => null()
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 4: a claim may equal one of the values
--- rules: jwt_require_claim org_id org_1 org_2;
--- token: org_id => 'org_2'
--- error_code: 200



=== TEST 5: and no other
--- rules: jwt_require_claim org_id org_1 org_2;
--- token: org_id => 'org_3'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 6: in the same case
--- rules: jwt_require_claim org_id org_1;
--- token: org_id => 'ORG_1'
--- error_code: 403



=== TEST 7: and in whole
--- rules: jwt_require_claim org_id org_1;
--- token: org_id => 'org_12'
--- error_code: 403



=== TEST 8: an array holds a value
--- rules: jwt_require_claim roles admin;
--- token: roles => [ 'user', 'admin' ]
--- error_code: 200



=== TEST 9: or doesn't
--- rules: jwt_require_claim roles admin;
--- token: roles => [ 'user', 'administrator' ]
--- error_code: 403



=== TEST 10: an object equals nothing
--- rules: jwt_require_claim roles admin;
--- token: roles => { admin => 'admin' }
--- error_code: 403



=== TEST 11: a number is compared as it stands in the token
--- rules: jwt_require_claim level 3;
--- token: level => 3
--- error_code: 200



=== TEST 12: and another is another
--- rules: jwt_require_claim level 3;
--- token: level => 30
--- error_code: 403



=== TEST 13: a boolean is true or false
--- rules: jwt_require_claim email_verified true;
--- token: email_verified => JSON::PP::true()
--- error_code: 200



=== TEST 14: false isn't true
--- rules: jwt_require_claim email_verified true;
--- token: email_verified => JSON::PP::false()
--- error_code: 403



=== TEST 15: an expression is found
--- rules: jwt_require_claim sub ~^auth0\|;
--- token: sub => 'auth0|1'
--- error_code: 200



=== TEST 16: or isn't
--- rules: jwt_require_claim sub ~^auth0\|;
--- token: sub => 'x|auth0|1'
--- error_code: 403



=== TEST 17: ~ minds the case
--- rules: jwt_require_claim sub ~^auth0;
--- token: sub => 'AUTH0'
--- error_code: 403



=== TEST 18: ~* doesn't
--- rules: jwt_require_claim sub ~*^auth0;
--- token: sub => 'AUTH0'
--- error_code: 200



=== TEST 19: a negated expression isn't found
--- rules: jwt_require_claim sub !~^anon@;
--- token: sub => 'auth0|1'
--- error_code: 200



=== TEST 20: and refuses where it is
--- rules: jwt_require_claim sub !~^anon@;
--- token: sub => 'anon@1'
--- error_code: 403



=== TEST 21: !~* minds no case
--- rules: jwt_require_claim sub !~*^anon@;
--- token: sub => 'ANON@1'
--- error_code: 403



=== TEST 22: a negated rule needs the claim
--- rules: jwt_require_claim sub !~^anon@;
--- token: sub => undef
--- error_code: 403



=== TEST 23: and no element of it may match
--- rules: jwt_require_claim groups !~^banned;
--- token: groups => [ 'a', 'banned' ]
--- error_code: 403



=== TEST 24: elements that don't match pass
--- rules: jwt_require_claim groups !~^banned;
--- token: groups => [ 'a', 'b' ]
--- error_code: 200



=== TEST 25: an expression that the library gives up on is no match
--- rules: jwt_require_claim c ~^(a+)+$;
--- token: c => ('a' x 3000) . 'b'
--- timeout: 30
--- error_code: 403



=== TEST 26: nor is its negation satisfied by that
--- rules: jwt_require_claim c "!~^(([a-z])+.)+[A-Z]([a-z])+$";
--- token: c => 'a' x 3000
--- timeout: 30
--- error_code: 403



=== TEST 27: a claim may be nested
--- rules: jwt_require_claim /act/sub x;
--- token: act => { sub => 'x' }
--- error_code: 200



=== TEST 28: and isn't found by its last name alone
--- rules: jwt_require_claim /sub/act x;
--- token: act => { sub => 'x' }
--- error_code: 403



=== TEST 29: an array has indexes
--- rules: jwt_require_claim /roles/1 b;
--- token: roles => [ 'a', 'b' ]
--- error_code: 200



=== TEST 30: which begin with 0
--- rules: jwt_require_claim /roles/1 a;
--- token: roles => [ 'a', 'b' ]
--- error_code: 403



=== TEST 31: a name that is a URL stands as it is
--- rules: jwt_require_claim https://example.com/roles a;
--- token: 'https://example.com/roles' => [ 'a' ]
--- error_code: 200



=== TEST 32: every rule must hold
--- rules: jwt_require_claim azp; jwt_require_claim org_id;
--- token:
--- error_code: 403



=== TEST 33: scopes are judged first
--- rules: jwt_require_scope other; jwt_require_claim org_id;
--- token:
--- error_code: 403
--- response_headers_like
X-Verdict: insufficient_scope



=== TEST 34: the method before them
--- rules: jwt_require_scope read:timesheets methods=POST; jwt_require_claim org_id;
--- token:
--- error_code: 405
--- response_headers_like
X-Verdict: method_not_allowed



=== TEST 35: a number compares by its value
--- rules: jwt_require_claim level >=3;
--- token: level => 10
--- error_code: 200



=== TEST 36: and one that doesn't reach it is refused
--- rules: jwt_require_claim level >=3;
--- token: level => 2
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch



=== TEST 37: a string of digits is no number
--- rules: jwt_require_claim level >=3;
--- token: level => '10'
--- error_code: 403
--- error_log
claim "level" must be >="3"
--- log_level: info



=== TEST 38: an expression that takes too many steps gives up, and a line says so
--- rules: jwt_require_claim nick "~^(a+)+$";
--- token: nick => 'a' x 40 . '!'
--- error_code: 403
--- response_headers_like
X-Verdict: claim_mismatch
--- error_log
an expression of "jwt_require_claim nick" gave up on a token
a regular expression gave up (10,000 steps
--- log_level: info



=== TEST 39: negated it doesn't hold either
--- rules: jwt_require_claim nick "!~^(a+)+$";
--- token: nick => 'a' x 15 . '!'
--- error_code: 403
--- error_log
an expression of "jwt_require_claim nick" gave up on a token



=== TEST 40: it holds where it is found in fewer
--- rules: jwt_require_claim nick "~^(a+)+$";
--- token: nick => 'a' x 40
--- error_code: 200
--- no_error_log
gave up



=== TEST 41: nor is it tried of a token that has expired
--- rules: jwt_require_claim nick "~^(a+)+$";
--- token: nick => 'a' x 40 . '!', exp => time - 100
--- error_code: 401
--- response_headers_like
X-Verdict: expired
--- no_error_log
gave up



=== TEST 42: or of one whose scope doesn't do
--- rules: jwt_require_scope other; jwt_require_claim nick "~^(a+)+$";
--- token: nick => 'a' x 40 . '!'
--- error_code: 403
--- response_headers_like
X-Verdict: insufficient_scope
--- no_error_log
gave up



=== TEST 43: more than a thousand texts are not tried
--- rules: jwt_require_claim roles ~x;
--- token: roles => [ (1) x 1001 ]
--- error_code: 403
--- error_log
an expression of "jwt_require_claim roles" gave up on a token



=== TEST 44: a thousand are
--- rules: jwt_require_claim roles ~x;
--- token: roles => [ (1) x 999, 'x' ]
--- error_code: 200



=== TEST 45: a name with dots whose claim is nested is written as a path
--- rules: jwt_require_claim realm_access.roles admin;
--- token: realm_access => { roles => [ 'admin' ] }
--- error_code: 403
--- error_log
write "/realm_access/roles" for "realm_access.roles"
--- log_level: info



=== TEST 46: and passes then
--- rules: jwt_require_claim /realm_access/roles admin;
--- token: realm_access => { roles => [ 'admin' ] }
--- error_code: 200
