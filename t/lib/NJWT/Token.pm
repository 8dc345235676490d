package NJWT::Token;

# The tokens and key sets that the tests use.
#
# All are minted by CryptX (libtomcrypt) and Crypt::JWT, which share no code
# with the gate: what both of them misread alike would stay hidden.
#
#   token()                          a good token as Auth0 issues it
#   token(scope => 'a b')            with another claim
#   token(exp => undef)              without one
#   token(nbf => null)               with a JSON null
#   token(-key => 'k2')              signed with t/keys/k2.json, kid k2
#   token(-key => 'k3', -kid => 'k1')    signed with a key that isn't k1
#   token(-header => { typ => undef })   header members, the same way
#   token(-alg => 'RS512')           another algorithm; 'none' signs nothing
#   token(-alg => 'HS256', -key => 'secret')  the secret itself, no kid
#   raw_token($header, $payload, 'k1')   these very bytes, signed
#   logout_token()                   a logout token as Auth0 posts it to the
#                                    client "webapp", the same way; each has a
#                                    jti of its own
#   unsigned(), hs256_with_public_key(), tamper($token, $part, …)
#   jwks('k1', 'k2')                 the key set with these public keys
#
# Options begin with a dash, so that each other name is a claim.

use strict;
use warnings;

use Carp qw/ croak /;
use Crypt::JWT ();
use Crypt::Mac::HMAC ();
use Crypt::PK::ECC ();
use Crypt::PK::RSA ();
use Exporter qw/ import /;
use File::Basename qw/ dirname /;
use File::Spec;
use JSON::PP ();
use MIME::Base64 qw/ decode_base64url encode_base64url /;


our @EXPORT_OK = qw/
    token raw_token logout_token unsigned hs256_with_public_key tamper claims header
    jwks private_jwks null b64url b64url_decode issuer audience key key_file
/;

our %EXPORT_TAGS = (all => \@EXPORT_OK);

my $json = JSON::PP->new->canonical->utf8->allow_nonref->convert_blessed;
my $keys = File::Spec->rel2abs(dirname(__FILE__) . '/../../keys');
my %cache;

my %hash = (256 => 'SHA256', 384 => 'SHA384', 512 => 'SHA512');


# JSON's null: undef would take the member away

sub null {
    return bless [], 'NJWT::Token::Null';
}

sub NJWT::Token::Null::TO_JSON {
    return undef;
}


sub b64url {
    my ($bytes) = @_;

    return encode_base64url($bytes, '');
}

sub b64url_decode {
    my ($text) = @_;

    return decode_base64url($text);
}


# What the configuration of the tests expects; the environment may change it
# for a tenant under another name.

sub issuer {
    return $ENV{NJWT_ISSUER} // 'https://exampleco.eu.auth0.com/';
}

sub audience {
    return $ENV{NJWT_AUDIENCE} // 'https://api.exampleco.com/timesheets';
}


sub key_file {
    my ($kid) = @_;

    return "$keys/$kid.json";
}

sub jwk {
    my ($kid) = @_;

    return $cache{$kid} //= do {
        my $file = key_file($kid);

        open my $in, '<', $file or croak "no fixture key: $file: $!";
        local $/;
        $json->decode(scalar <$in>);
    };
}

sub key {
    my ($kid) = @_;

    my $jwk = jwk($kid);
    my $class = $jwk->{kty} eq 'EC' ? 'Crypt::PK::ECC' : 'Crypt::PK::RSA';

    return $cache{"$kid key"} //= $class->new($jwk);
}


sub public_jwk {
    my ($kid) = @_;

    my %public = %{ jwk($kid) };
    delete @public{qw/ d p q dp dq qi /};

    return \%public;
}

# Each argument is the name of a fixture key, or a hash that is put in as it
# is: jwks('k1', { kty => 'oct', k => '…' }).

sub jwks {
    my @members = map { ref $_ ? $_ : public_jwk($_) } @_;

    return $json->encode({ keys => \@members });
}

# With the private halves: what the tenant's --key-pool reads.

sub private_jwks {
    return $json->encode({ keys => [ map { jwk($_) } @_ ] });
}


sub _defined_only {
    my (%members) = @_;

    return { map { $_ => $members{$_} }
             grep { defined $members{$_} } keys %members };
}


sub _sign {
    my ($alg, $kid, $input) = @_;

    return '' if $alg eq 'none';

    my ($family, $bits) = $alg =~ /^(RS|PS|ES|HS)(256|384|512)$/
        or croak "no such algorithm: $alg";

    my $h = $hash{$bits};

    return Crypt::Mac::HMAC::hmac($h, $kid, $input) if $family eq 'HS';

    my $key = key($kid);

    return $key->sign_message_rfc7518($input, $h) if $family eq 'ES';
    return $key->sign_message($input, $h, 'pss', $bits / 8)
        if $family eq 'PS';
    return $key->sign_message($input, $h, 'v1.5');
}


# Signs bytes that no encoder would write: duplicate members, broken UTF-8,
# a header without alg.  With HS*, $kid is the secret itself.

sub raw_token {
    my ($header, $payload, $kid, $alg) = @_;

    $kid //= 'k1';
    $alg //= $kid eq 'ec' ? 'ES256' : 'RS256';

    my $input = b64url($header) . '.' . b64url($payload);

    return "$input." . b64url(_sign($alg, $kid, $input));
}


sub claims {
    my (%over) = @_;

    my $now = time;

    return _defined_only(
        iss   => issuer(),
        sub   => 'importjob@clients',
        aud   => audience(),
        iat   => $now,
        exp   => $now + 86400,
        azp   => 'importjob',
        gty   => 'client-credentials',
        scope => 'batch:upload',
        %over,
    );
}

sub header {
    my ($alg, $kid, $over) = @_;

    return _defined_only(alg => $alg, typ => 'JWT', kid => $kid,
                         %{ $over // {} });
}


sub token {
    my (%over) = @_;

    my %option = map { $_ => delete $over{"-$_"} }
        qw/ key kid alg header /;
    my ($odd) = grep { /^-/ } keys %over;

    croak "no such option: $odd" if defined $odd;

    my $key = $option{key} // 'k1';
    my $alg = $option{alg} // ($key eq 'ec' ? 'ES256' : 'RS256');
    my $named = $alg =~ /^HS/ ? undef : $key;
    my $header = header($alg, $option{kid} // $named, $option{header});
    my $payload = $json->encode(claims(%over));

    # Crypt::JWT writes alg itself and refuses keys that are too small for
    # it; what it wouldn't write is put together by hand

    my %extra = %$header;
    my $said = delete $extra{alg};

    if ($alg =~ /^[RP]S/ && key($key)->size >= 256
        && defined $said && $said eq $alg && !grep { ref } values %extra)
    {
        return Crypt::JWT::encode_jwt(
            payload => $payload, alg => $alg, key => key($key),
            extra_headers => \%extra);
    }

    return raw_token($json->encode($header), $payload, $key, $alg);
}


# What tells a client that a session has ended (OpenID Connect Back-Channel
# Logout 1.0, section 2.4).

my $jti = 0;

sub logout_token {
    my (%over) = @_;

    my %option = map { $_ => delete $over{"-$_"} } qw/ key kid alg header /;
    my $now = time;
    my $key = $option{key} // 'k1';
    my $alg = $option{alg} // 'RS256';

    my $payload = _defined_only(
        iss => issuer(), aud => 'webapp', iat => $now, exp => $now + 120,
        sub => 'auth0|1', sid => 'session-1',
        jti => join('-', $$, $now, $jti++),
        events => { 'http://schemas.openid.net/event/backchannel-logout'
                    => {} },
        %over);
    my $header = header($alg, $option{kid} // $key,
                        { typ => 'logout+jwt', %{ $option{header} // {} } });

    return raw_token($json->encode($header), $json->encode($payload), $key,
                     $alg);
}


# "none": the attacker says that nothing needs to be verified (RFC 8725, 2.1).

sub unsigned {
    return token(-alg => 'none', @_);
}


# The public key taken for a shared secret (RFC 8725, 2.1): a gate that lets
# the token choose the algorithm accepts this one.

sub hs256_with_public_key {
    my (%over) = @_;

    my $kid = $over{-key} // 'k1';
    my $pem = key($kid)->export_key_pem('public_x509');

    my %option = map { $_ => delete $over{"-$_"} } qw/ key kid header /;

    return raw_token(
        $json->encode(header('HS256', $option{kid} // $kid,
                             $option{header})),
        $json->encode(claims(%over)), $pem, 'HS256');
}


# Changes one part of a token and leaves the others as they are.
#
#   tamper($token, 'signature')               one bit of it
#   tamper($token, 'payload')                 a blank: means the same
#   tamper($token, payload => (scope => 'x')) means something else
#   tamper($token, header => (kid => 'k2'))

sub tamper {
    my ($token, $part, %over) = @_;

    my %index = (header => 0, payload => 1, signature => 2);
    my @parts = split /\./, $token, -1;
    my $n = $index{$part} // croak "no such part of a token: $part";

    my $bytes = b64url_decode($parts[$n]);

    if ($part eq 'signature') {
        substr($bytes, 0, 1) = substr($bytes, 0, 1) ^ "\x01";

    } elsif (%over) {
        $bytes = $json->encode(_defined_only(%{ $json->decode($bytes) },
                                             %over));
    } else {
        $bytes .= ' ';
    }

    $parts[$n] = b64url($bytes);

    return join '.', @parts;
}


1;
