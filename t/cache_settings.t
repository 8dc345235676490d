# A cached token doesn't pass a reload that changes what it was judged by.
#
# Each setting of a jwt_issuer block has a row: a token that passes, and is
# known, before; a reload that changes this one setting; and what becomes of
# the token then.  "ok MISS" is a token that was verified once more, as the
# setting may decide who is trusted, "ok HIT" one whose setting decides nothing
# about tokens.  A setting without a row fails.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $server = <<'END';
        add_header  X-Verdict $jwt_verdict always;
        add_header  X-Cache   $jwt_cache   always;

        location /t {
            jwt   timesheets;
            root  @CONTENT@;
        }

        location = /scoped {
            jwt   timesheets;
            jwt_require_scope read;
            empty_gif;
        }

        location = /other {
            alias @DIR@/k2.json;
        }

        location = /d/.well-known/openid-configuration {
            return 200 '{"issuer":"http://127.0.0.1:@PORT@/d/","jwks_uri":"http://127.0.0.1:@PORT@/other"}';
        }
END

my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;
my $here = 'http://127.0.0.1:' . $s->port;
my $now = time;

$s->write_file("$_.json", jwks($_)) for qw/ k1 k2 /;
$s->write_file('revoked.json', '[{"claim":"sub","value":"auth0|1",'
                               . '"before":' . ($now + 60) . '}]');
$s->write_file("secret$_", $_ x 40) for 1, 2;

my %fetched = (issuer => '@ISSUER@', audience => '@AUDIENCE@',
               jwks_uri => '@JWKS_URI@');
my %file = (%fetched, jwks_uri => undef);

# the setting, what it is before and after, and what becomes of the token; the
# keys are of a file where no more is said, for that needs no fetch
my @rows = (
    [ issuer => undef, 'https://other/', '401 issuer_mismatch ' ],
    [ issuer => undef, '@ISSUER@ https://other/', '200 ok MISS' ],
    [ audience => undef, 'other', '401 audience_mismatch ' ],
    [ audience => undef, 'off', '200 ok MISS' ],
    [ audience => 'off', 'other', '401 audience_mismatch ' ],
    [ algorithms => 'RS256 ES256', 'ES256', '401 alg_not_allowed ' ],
    [ profile => undef, 'rfc9068', '401 typ_not_allowed ' ],
    [ leeway => '60s', '0s', '401 expired ',
      token => [ exp => $now - 10 ] ],
    [ max_age => undef, '10s', '401 too_old ',
      token => [ iat => $now - 600 ] ],
    [ max_age => '1d', '10s', '401 too_old ',
      token => [ iat => $now - 600 ] ],
    [ max_age => undef, '1d', '401 claim_missing ',
      token => [ iat => undef ] ],
    [ scope_claim => 'permissions', 'scope', '403 insufficient_scope MISS',
      path => '/scoped', token => [ permissions => [ 'read' ],
                                    scope => undef ] ],

    [ revocation => undef, 'sub', '200 ok HIT' ],
    [ revocation => 'sub azp', 'sub', '200 ok HIT' ],
    [ revocation_file => undef, '@DIR@/revoked.json', '401 revoked ',
      with => { %file, jwks_file => '@DIR@/k1.json', revocation => 'sub' },
      token => [ sub => 'auth0|1' ] ],
    [ revocation_keep => undef, '7s', '200 ok HIT',
      with => { %file, jwks_file => '@DIR@/k1.json', revocation => 'sub' } ],

    [ jwks_file => '@DIR@/k1.json', '@DIR@/k2.json', '401 key_not_found ' ],
    [ secret_file => '@DIR@/secret1', '@DIR@/secret2',
      '401 bad_signature ', with => { %file, algorithms => 'HS256' },
      token => [ -alg => 'HS256', -key => '1' x 40 ] ],

    [ jwks_uri => '@JWKS_URI@', "$here/other", '401 key_not_found ' ],
    [ discovery => undef, 'on', '401 key_not_found ',
      with => { %fetched, issuer => "$here/d/" }, without => 'jwks_uri',
      token => [ iss => "$here/d/" ] ],
    [ ssl_trusted_certificate => '@FIXTURES@/tls-ca.pem',
      '@FIXTURES@/tls-other-ca.pem', '200 ok MISS', with => \%fetched ],
    [ jwks_proxy => undef, 'http://127.0.0.1:1', '503 keys_unavailable ',
      with => \%fetched ],

    map { [ @$_, '200 ok HIT', with => \%fetched ] } (
        [ jwks_refresh => undef, '30m' ],
        [ jwks_stale => undef, '2d' ],
        [ jwks_cooldown => undef, '7s' ],
        [ jwks_wait => undef, '7s' ],
        [ jwks_timeout => undef, '7s' ],
        [ jwks_max_size => undef, '100k' ],
        [ state_path => undef, '@DIR@/kept' ],
    )
);


sub block {
    my (%lines) = @_;

    return "jwt_issuer timesheets {\n"
           . join('', map { "$_ $lines{$_};\n" }
                      grep { defined $lines{$_} } sort keys %lines)
           . "}\n";
}

sub seen {
    my ($path, $token) = @_;

    my $r = $s->get($path, token => $token);

    return join ' ', $r->{status}, map { $r->{headers}{$_} // '' }
                                   qw/ x-verdict x-cache /;
}


# The table has each setting that there is.

open my $in, '<', 'src/nginx/conf/ngx_http_jwt_conf_issuer.c' or die "$!";
my ($table) = do { local $/; <$in> }
              =~ /^static ngx_command_t\s+\w+\[\] = \{(.*?)^\};/ms;
my %row = map { $_->[0] => 1 } @rows;

is_deeply([ sort keys %row ],
          [ sort(($table // '') =~ /ngx_string\("(\w+)"\)/g) ],
          'each setting has a row');


$s->start(workers => 1, server => $server,
          issuers => block(%file, jwks_file => '@DIR@/k1.json'));

my $i = 0;

for (@rows) {
    my ($name, $before, $after, $becomes, %more) = @$_;

    my %lines = %{ $more{with}
                   // ($name eq 'jwks_uri' ? \%fetched
                       : { %file, jwks_file => '@DIR@/k1.json' }) };
    my $path = $more{path} // '/t';
    my $token = token(jti => 'of row ' . ++$i, @{ $more{token} // [] });
    my $what = "$name " . ($before // '(none)') . " -> $after";

    subtest $what => sub {
        my %changed = (%lines, $name => $after);

        delete $changed{$more{without}} if defined $more{without};

        ok $s->reload(issuers => block(%lines,
                        defined $before ? ($name => $before) : ())), 'before';
        wait_until { seen($path, $token) =~ /^200 ok HIT/ } 10, 'known';
        like seen($path, $token), qr/^200 ok HIT/, 'a token that is known';

        ok $s->reload(issuers => block(%changed)), 'after';
        is seen($path, $token), $becomes, $becomes;
        is seen($path, $token), $becomes =~ s/ok \KMISS/HIT/r, 'and again'
            if $becomes =~ /^200/;
    };
}

is_deeply [ grep { !/fetch|keys of|connect/i } $s->errors ], [],
    'nginx has nothing else to complain of';

$s->stop;
done_testing;
