# Clients that people use are let in with tokens that are bound to their keys.
# Nothing tells them of nonces but the challenge.
#
# oauth4webapi, openid-client and auth0-spa-js from npm, of the versions that
# package-lock.json pins; the tenant is the stand-in.  make clients.  There is
# no skipping: without node or npm it fails.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ decode_json encode_json /;
use NJWT::Scenario;
use NJWT::Tenant;
use NJWT::Token qw/ :all /;
use Test::More;


my $modules = $ENV{NJWT_CLIENTS} // 'build/clients';
my $s = NJWT::Scenario->new;

# as make demo has it, with the client's secret

open my $in, '<', 'conf-examples/timesheets/tenant.yaml' or die "$!\n";
my $tenant = $s->tenant(config => do { local $/; <$in> });

$tenant->stats;      # then it has written down who its clients are

$s->start(
    http => 'jwt_dpop_nonce 5m;',
    server => <<'    END',
        jwt_dpop_origin  http://127.0.0.1:@PORT@;
        root             @CONTENT@;

        location /t        { jwt timesheets; jwt_binding dpop; }
        location /required { jwt timesheets; jwt_binding dpop required;
                             try_files /t =404; }
    END
);

sub client {
    my ($name, $path) = @_;

    my $known = $tenant->credentials;
    my $input = $s->write_file('input.json', encode_json({
        issuer   => issuer(),
        token    => $tenant->url . 'oauth/token',
        id       => $known->{clients}[0]{client_id},
        secret   => $known->{clients}[0]{client_secret},
        audience => audience(),
        url      => 'http://127.0.0.1:' . $s->port . $path,
    }));

    open my $in, '-|', "node '$modules/client.mjs' $name <'$input'"
        or die "node: $!\n";
    local $/;
    my $said = <$in> // '';
    close $in;

    return eval { decode_json($said) } // {};
}

for my $path ('/t', '/required') {
    for my $name (qw/ oauth4webapi openid-client auth0-spa-js /) {
        is_deeply client($name, $path),
            { type => 'dpop', cnf => ['jkt'], answers => [ 401, 200, 200 ] },
            "$name: asked for a nonce at $path, it goes on with one";
    }
}

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
