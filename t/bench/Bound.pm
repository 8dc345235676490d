package Bound;

# What tokens cost that are bound to a client's key.  Rows of Rows.pm.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Crypt::Digest::SHA256 qw/ sha256 /;
use Crypt::PK::ECC;
use Digest::SHA qw/ hmac_sha256 /;
use JSON::PP ();
use Mint qw/ tokens issuer /;
use NJWT::Token qw/ b64url /;
use Refused;
use Rounds qw/ weigh found /;
use Rows;
use Side;


my $json = JSON::PP->new->canonical->utf8;
my $origin = 'https://api.example.com';
my $nonce_key = 'a key of nonces, of 32 characters';

# Proofs are minted long before nginx starts, which asks then for a nonce from
# after the start: one of the year 2100, which is good for any time.

my $ahead = 'jwt_dpop_lifetime 5m ahead=100y;';
my $made = pack 'Q>', 4102444800;
my $nonce = b64url($made . hmac_sha256($made, $nonce_key));


sub client {
    my ($key) = @_;

    my $jwk = $key->export_key_jwk('public', 1);
    my %jwk = map { $_ => $jwk->{$_} } qw/ crv kty x y /;

    return { pem => Mint::text('client', $key->export_key_pem('private')),
             jwk => \%jwk, jkt => b64url(sha256($json->encode(\%jwk))) };
}

sub me {
    return client(NJWT::Token::key('ec'));
}

sub thief {
    my $key = Crypt::PK::ECC->new;

    $key->generate_key('secp256r1');

    return client($key);
}

# The headers before each proof of a client, and a file of so many.

sub proofs {
    my ($count, $client, $token, %over) = @_;

    my %claims = (jti => '%N', htm => 'GET', htu => "$origin/",
                  iat => 1700000000, nonce => $nonce,
                  ath => b64url(sha256($token)), %over);
    delete @claims{ grep { !defined $claims{$_} } keys %claims };

    my $file = tokens($count, key => $client->{pem}, only => \%claims,
        header => { alg => 'ES256', typ => 'dpop+jwt', kid => undef,
                    jwk => $client->{jwk} });

    return (tokens => $file,
            before => "Authorization: DPoP $token\r\nDPoP: ");
}

# A token that is bound to a client, and one as long that is bound to nobody.

sub bound_to {
    my ($client) = @_;

    return Refused::first_of(tokens(1, claims => {
        cnf => { jkt => $client->{jkt} } }));
}

sub unbound {
    my ($client, %claims) = @_;

    return Refused::first_of(tokens(1, claims => {
        nfc => { jkt => $client->{jkt} }, %claims }));
}

# The bytes of a request with a proof, for a location that looks at the token
# alone: what nginx pays for reading them is on both sides.

sub beside {
    my ($token, %load) = @_;

    $load{before} = "Authorization: Bearer $token\r\nDPoP: ";

    return %load;
}

sub gate {
    my ($binding, %args) = @_;

    my $key_file = Mint::text('nonces', "$nonce_key\n");
    my $http = "$ahead jwt_dpop_nonce 1h key_file=$key_file;"
               . 'jwt_dpop_zone zone=proofs:64m;';

    # a proof and its token have no room in nginx's first buffer of 1k: a second
    # one costs more than the gate's own part
    return Rows::gate(
        http   => 'client_header_buffer_size 4k;' . issuer('timesheets')
                  . ($binding ? $http : ''),
        server => "jwt_dpop_origin $origin; location / { $Rows::gate"
                  . " $binding empty_gif; }"
                  . " location /unbound { $Rows::gate empty_gif; }", %args);
}


Rows::row(dpop => sub {
    my ($report) = @_;

    my $me = me();
    my $bound = bound_to($me);
    my %good = proofs(40_000, $me, $bound);

    my $found = weigh(rounds => 12, limit => 1.25,
        value => sub { ($_[0] - $_[1]) / $_[2] },
        its => [ { side => gate('jwt_binding dpop;'),
                   load => { requests => $Rows::slice, %good },
                   warm => [ { requests => 500, proofs(1, $me, $bound,
                                 htu => "$origin/other"), status => 401 },
                             { requests => 500, %good, first => 39_000 } ] },
                 Rows::hot(gate(''), beside(unbound($me), %good)),
                 Rows::floor($me->{pem}), Rows::hot(gate('')) ]);

    my $bare = found($found->{slices},
                     sub { ($_[0] - $_[3]) / $_[2] });

    $report->('a proof, more than hot: to an ES256 EVP_PKEY_verify()', 1.25,
              $found);
    $report->('the same, more than hot without its bytes', undef, $bare);
});


# What is refused before the signature, against a token that is.

Rows::row('dpop-refused' => sub {
    my ($report) = @_;

    my ($me, $thief) = (me(), thief());
    my $bound = bound_to($me);
    my $expired = unbound($me, exp => 1700000001);

    for (['of another URL', proofs(1, $me, $bound,
                                   htu => "$origin/other")],
         ['of another key', proofs(1, $thief, $bound)],
         ['of another token', proofs(1, $me, $bound, ath => b64url('x' x 32))],
         ['without a nonce', proofs(1, $me, $bound, nonce => undef)])
    {
        my ($what, %load) = @$_;

        # the key of a client whose proof was good is kept
        my $it = Rows::hot(gate('jwt_binding dpop;'), %load, status => 401);
        unshift @{ $it->{warm} }, { requests => 100,
                                    proofs(40_000, $me, $bound) };

        Rows::held($report, "a proof $what, to a token that is expired", 1.3,
                   rounds => 12, value => \&Rows::ratio,
                   its => [ $it, Rows::also($it, beside($expired, %load),
                                            path => '/unbound',
                                            status => 401) ]);
    }
});


# Where no token is bound, nothing is asked.

Rows::row('dpop-off' => sub {
    my ($report) = @_;

    Rows::held($report, 'a bearer token where jwt_binding is dpop, to off',
               1.03, rounds => 15, value => \&Rows::ratio,
               its => [ map { Rows::hot(gate($_)) }
                        'jwt_binding dpop;', '' ]);
});


1;
