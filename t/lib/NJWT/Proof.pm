package NJWT::Proof;

# The DPoP proofs that the tests use (RFC 9449).
#
# All are signed by CryptX (libtomcrypt), which shares no code with the gate.
#
#   my $me = client();               # a key of its own: key, jwk, jkt
#   my $token = bound($me);          # a good token that is bound to it
#   bound($me, scope => 'a');        # with another claim
#   proof($me, $token, 'http://api.example.com/t')   # of a GET, now
#   proof($me, $token, $url, htm => 'POST', nonce => $nonce)
#   proof($me, $token, $url, jti => undef)           # without one
#   proof($me, $token, $url, -header => { typ => 'JWT' })
#
#   certificate("$dir/me")           makes me.pem and me.key: its DER
#   proof_issuer($scenario)          the issuer block of these tokens
#
# Each proof has a jti that no other has.

use strict;
use warnings;

use Crypt::Digest::SHA256 qw/ sha256 /;
use Crypt::PK::ECC;
use Exporter qw/ import /;
use JSON::PP ();
use MIME::Base64 qw/ decode_base64 /;
use NJWT::Token qw/ token b64url jwks /;
use Time::HiRes qw/ time /;


our @EXPORT_OK = qw/ client bound proof certificate proof_issuer /;
our %EXPORT_TAGS = (all => \@EXPORT_OK);

my $json = JSON::PP->new->canonical->utf8;
my $n = 0;


sub proof_issuer {
    my ($s) = @_;

    my $keys = $s->write_file('keys.json', jwks('k1'));

    return <<"    END";
        jwt_issuer timesheets {
            issuer \@ISSUER\@; audience \@AUDIENCE\@; jwks_file $keys;
        }
    END
}


sub client {
    my $key = Crypt::PK::ECC->new;
    $key->generate_key('secp256r1');

    my $jwk = $key->export_key_jwk('public', 1);
    my %jwk = map { $_ => $jwk->{$_} } qw/ crv kty x y /;

    # RFC 7638: the members in their order, without white space
    return { key => $key, jwk => \%jwk,
             jkt => b64url(sha256($json->encode(\%jwk))) };
}


sub bound {
    my ($client, %over) = @_;

    return token(cnf => { jkt => $client->{jkt} }, %over);
}


sub _defined_only {
    my (%members) = @_;

    return { map { $_ => $members{$_} }
             grep { defined $members{$_} } keys %members };
}


sub proof {
    my ($client, $token, $url, %over) = @_;

    my $header = delete $over{-header} // {};

    my $text = join '.', map { b64url($json->encode(_defined_only(%$_))) }
        { typ => 'dpop+jwt', alg => 'ES256', jwk => $client->{jwk},
          %$header },
        { jti => join('-', $$, $n++, time), htm => 'GET', htu => $url,
          iat => time, ath => b64url(sha256($token)), %over };

    return "$text."
        . b64url($client->{key}->sign_message_rfc7518($text, 'SHA256'));
}


# A certificate of a client that trusts nobody, as RFC 8705, 2.2 has it.

sub certificate {
    my ($file) = @_;

    system(qq{openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 }
           . qq{-nodes -subj /CN=client -days 3650 -keyout "$file.key" }
           . qq{-out "$file.pem" 2>/dev/null}) == 0 or die "openssl\n";

    open my $in, '<', "$file.pem" or die "$file.pem: $!\n";
    local $/;
    my ($body) = <$in> =~ /-----BEGIN CERTIFICATE-----(.*?)-----END/s;

    return decode_base64($body);
}


1;
