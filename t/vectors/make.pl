#!/usr/bin/perl

# Writes the vectors: t/vectors/<claim>/cases.json and keys/*.json.
#
#   t/vectors/make.pl           writes them
#   t/vectors/make.pl --check   tells whether the committed ones are the same
#
# Tokens are minted with CryptX (libtomcrypt), not with the library that the
# core verifies with, and read again by Crypt::JWT: what is to be accepted must
# verify there, what is a bad signature must not.  The private keys beside
# this file are test data: they are made once, and protect nothing.

use warnings;
use strict;

use Crypt::JWT qw(decode_jwt);
use Crypt::Mac::HMAC qw(hmac);
use Crypt::PK::ECC;
use Crypt::PK::Ed25519;
use Crypt::PK::RSA;
use Digest::SHA qw(sha256 sha256_hex);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64 encode_base64url);

my $root = dirname(__FILE__);
my $check = @ARGV && $ARGV[0] eq '--check';
my $json = JSON::PP->new->canonical->utf8;
my $now = 1750000000;
my $differs = 0;

# ---------------------------------------------------------------- files

sub slurp {
    my ($file) = @_;

    open my $in, '<:raw', $file or return undef;
    local $/;

    return scalar <$in>;
}


sub spew {
    my ($file, $text) = @_;

    if ($check) {
        if ((slurp("$root/$file") // '') ne $text) {
            print "$file differs\n";
            $differs++;
        }

        return;
    }

    make_path(dirname("$root/$file"));
    open my $out, '>:raw', "$root/$file" or die "$file: $!";
    print $out $text;
    close $out or die "$file: $!";
}


# one case a line

sub case_text {
    my ($text) = @_;

    return $json->encode($text);
}

# ----------------------------------------------------------------- keys

my %key;

sub key {
    my ($name, $bits, $e) = @_;
    my $file = "keys/$name.pem";
    my $pem = slurp("$root/$file");

    my %curve = (ec => 'secp256r1', ec384 => 'secp384r1',
                 ec521 => 'secp521r1', k256 => 'secp256k1');
    my $curve = $curve{$name};
    my $pk = $name eq 'ed25519' ? Crypt::PK::Ed25519->new
             : $curve ? Crypt::PK::ECC->new : Crypt::PK::RSA->new;

    if (defined $pem) {
        $pk->import_key(\$pem);

    } else {
        die "$file is missing" if $check;
        $name eq 'ed25519' ? $pk->generate_key
            : $curve ? $pk->generate_key($curve)
            : $pk->generate_key($bits / 8, $e || 65537);
        $pem = $pk->export_key_pem('private');
        make_path("$root/keys");
        open my $out, '>', "$root/$file" or die;
        print $out $pem;
        close $out;
    }

    return $key{$name} = $pk;
}

key('current', 2048);
key('next', 2048);
key('stranger', 2048);
key('weak', 1024);
key('long', 4096);
key('three', 2048, 3);
key($_) for qw(ec ec384 ec521 k256 ed25519);


sub jwk {
    my ($name, %more) = @_;
    my $jwk = $key{$name}->export_key_jwk('public', 1);

    delete $jwk->{kid};

    return { %$jwk, %more };
}


sub jwks {
    my ($name, @keys) = @_;

    spew("keys/$name.json",
         $json->encode({ keys => [ @keys ] }) . "\n");
}

my @sig = (use => 'sig', alg => 'RS256');
my $secret = 'a secret that is long enough for HS256';

jwks('tenant',
     jwk('current', kid => 'current', @sig), jwk('next', kid => 'next', @sig),
     jwk('three', kid => 'three', @sig), jwk('long', kid => 'long', @sig),
     jwk('stranger', kid => 'for-encryption', use => 'enc'),
     jwk('stranger', kid => 'for-wrapping', key_ops => [ 'wrapKey' ]),
     jwk('stranger', kid => 'for-oaep', alg => 'RSA-OAEP-256'),
     jwk('stranger', kid => 'for-rs512', alg => 'RS512x'),
     jwk('weak', kid => 'weak', @sig),
     jwk('ec', kid => 'ec', use => 'sig', alg => 'ES256'),
     { kty => 'oct', kid => 'shared', k => encode_base64url($secret),
       use => 'sig', alg => 'HS256' });
my $long_secret = join '', map { chr(33 + $_ * 7 % 90) } 1 .. 64;

spew('keys/secret', $long_secret);
jwks('every-kind',
     jwk('current', kid => 'rsa'), jwk('ec', kid => 'p-256'),
     jwk('ec384', kid => 'p-384'), jwk('ec521', kid => 'p-521'),
     jwk('ed25519', kid => 'ed25519'), jwk('k256', kid => 'secp256k1'),
     { %{ jwk('ec', kid => 'off-curve') }, y => jwk('ec')->{x} },
     { kty => 'oct', kid => 'oct', k => encode_base64url($long_secret) });
jwks('one', jwk('current', kid => 'current', @sig));
jwks('one-without-kid', jwk('current', use => 'sig'));
jwks('plain', jwk('current', kid => 'current'));
jwks('verify-only', jwk('current', kid => 'current', key_ops => ['verify']));
jwks('next-only', jwk('next', kid => 'next', @sig));
jwks('same-kid', jwk('next', kid => 'current', @sig),
     jwk('current', kid => 'current', @sig));
jwks('others', jwk('stranger', kid => 'current', @sig));
jwks('empty-kid', jwk('current', kid => '', @sig),
     jwk('next', kid => 'next', @sig));

# As people send them: numbers in other spellings, keys in certificates, PEM.

sub spelled {
    my ($member, $how, %more) = @_;
    my $jwk = jwk('current', %more);

    $jwk->{$member} = $how->($jwk->{$member});

    return $jwk;
}

my $zero_first = sub { encode_base64url("\0" . decode_base64url($_[0])) };
my $padded = sub { encode_base64url(decode_base64url($_[0])) . '==' };
my $plain = sub { $_[0] =~ tr{-_}{+/}r };

jwks('zero-in-front', spelled(n => $zero_first, kid => 'current', @sig));
jwks('zero-in-front-of-e', spelled(e => $zero_first, kid => 'current', @sig));
jwks('padded', spelled(n => $padded, kid => 'current', @sig));
jwks('plain-base64', spelled(n => $plain, kid => 'current', @sig));
spew('keys/byte-order-mark.json', "\xef\xbb\xbf"
     . $json->encode({ keys => [ jwk('current', kid => 'current') ] }));
jwks('two-without-kid', jwk('current', @sig), jwk('next', @sig));
jwks('one-without-kid-beside-another', jwk('current', @sig),
     jwk('stranger', use => 'enc'));

# A certificate, put together by hand (RFC 5280, section 4.1): signed by a key
# that is nobody's authority, for a day in 1970.

sub der {
    my ($tag, @parts) = @_;
    my $body = join '', @parts;
    my $len = length $body;

    return chr($tag)
           . ($len < 128 ? chr($len)
              : $len < 256 ? "\x81" . chr($len) : "\x82" . pack('n', $len))
           . $body;
}

sub certificate {
    my ($name) = @_;
    my $spki = spki($name);
    my $rsa = der(0x30, der(0x06, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"),
                  "\x05\x00");
    my $who = der(0x30, der(0x31, der(0x30, der(0x06, "\x55\x04\x03"),
                                      der(0x0c, 'nobody'))));
    my $day = der(0x30, map { der(0x17, $_) } '700101000000Z',
                                              '700102000000Z');
    my $body = der(0x30, der(0xa0, der(0x02, "\x02")), der(0x02, "\x01"),
                   $rsa, $who, $day, $who, $spki);

    return der(0x30, $body, $rsa, der(0x03, "\0", $key{stranger}
                                      ->sign_message($body, 'SHA256', 'v1.5')));
}

sub x5c {
    my ($kty, $name, %more) = @_;

    return { kty => $kty, x5c => [ encode_base64(certificate($name), ''),
                                   'and what else is there' ], %more };
}

sub pem {
    my ($label, $der) = @_;

    return "-----BEGIN $label-----\n" . encode_base64($der)
           . "-----END $label-----\n";
}

# RFC 8017, appendix A.1.1

sub pkcs1 {
    my $jwk = jwk($_[0]);

    return der(0x30, map { der(0x02, /^[\x80-\xff]/ ? "\0$_" : $_) }
                     map { decode_base64url($_) } @$jwk{qw(n e)});
}

sub spki { return $key{$_[0]}->export_key_der($key{$_[0]}
                      ->isa('Crypt::PK::RSA') ? 'public_x509' : 'public') }

jwks('x5c-only', x5c('RSA', 'current', kid => 'current'),
     x5c('RSA', 'next', kid => 'next'),
     x5c('EC', 'stranger', kid => 'of-another-kind'));
jwks('x5c-of-every-kind', x5c('RSA', 'current', kid => 'rsa'),
     x5c('EC', 'ec', kid => 'p-256'), x5c('EC', 'ec384', kid => 'p-384'),
     x5c('EC', 'ec521', kid => 'p-521', crv => 'P-521'),
     x5c('OKP', 'ed25519', kid => 'ed25519', alg => 'Ed25519'));
jwks('x5c-beside-a-key', { %{ x5c('RSA', 'stranger', kid => 'current') },
                           %{ jwk('current') } });

spew('keys/several.pem', "These sign:\n" . pem('PUBLIC KEY', spki('current'))
     . pem('CERTIFICATE', certificate('next')) . pem('PUBLIC KEY', spki('ec'))
     . pem('PUBLIC KEY', spki('ed25519')) . pem('PUBLIC KEY', spki('weak'))
     . pem('RSA PUBLIC KEY', pkcs1('three')));

# --------------------------------------------------------------- tokens

my $iss = 'https://exampleco.eu.auth0.com/';
my $aud = 'https://api.exampleco.com/timesheets';

sub header { return { alg => 'RS256', typ => 'JWT', kid => 'current', @_ } }

sub payload {
    return {
        iss => $iss, sub => 'importjob@clients', aud => $aud,
        iat => $now - 60, exp => $now + 86340, azp => 'importjob',
        gty => 'client-credentials', scope => 'read:timesheets', @_
    };
}


sub without {
    my ($object, @names) = @_;
    my %copy = %$object;

    delete @copy{@names};

    return \%copy;
}


sub b64 { return encode_base64url($_[0]) }

sub text { return ref $_[0] ? $json->encode($_[0]) : $_[0] }

sub input { return b64(text($_[0])) . '.' . b64(text($_[1])) }

sub rs256 {
    my ($input, $name) = @_;

    return $key{$name || 'current'}->sign_message($input, 'SHA256', 'v1.5');
}

# header and payload: a reference, or the JSON text itself

sub token {
    my ($header, $payload, $name) = @_;
    my $input = input($header, $payload);

    return "$input." . b64(rs256($input, $name));
}

sub good { return token(header(), payload(@_)) }

# a number that Perl would write otherwise: the text goes in for a mark

sub raw {
    my ($name, $value) = @_;
    my $text = $json->encode(payload($name => '@@'));

    $text =~ s/"\@\@"/$value/ or die;

    return $text;
}

# ---------------------------------------------------------------- cases

sub issuer {
    return { name => 'timesheets', iss => [ $iss ], audiences => [ $aud ],
             algorithms => [ 'RS256' ], leeway => 5,
             jwks => 'keys/tenant.json', @_ };
}

my %defaults = (
    now => $now, method => 'GET',
    policy => {
        issuers => [ issuer() ],
        rules => [ { scopes => [ 'read:timesheets' ] } ],
        max_token_size => 8192
    }
);

my (%claims, %verdict_of, @order);

sub claim {
    my ($dir, $sentence, @cases) = @_;

    for (@cases) {
        die "twice: $_->{id}" if $verdict_of{$_->{id}};
        $verdict_of{$_->{id}} = $_->{verdict};
    }

    push @order, $dir;
    $claims{$dir} = { claim => $sentence, cases => \@cases };
}

sub ok {
    my ($id, $title, $token, %more) = @_;

    return { id => $id, title => $title, verdict => 'ok',
             defined $token ? (authorization => "Bearer $token") : (),
             %more };
}

sub bad {
    my ($id, $verdict, $twin, $title, $token, %more) = @_;

    return { id => $id, title => $title, verdict => $verdict, twin => $twin,
             defined $token ? (authorization => "Bearer $token") : (),
             %more };
}

sub policy { return (policy => { @_ }) }
sub with_jwks { return policy(issuers => [ issuer(jwks => $_[0]) ]) }
sub rules { return policy(rules => [ @_ ]) }

my $good = good();
my ($h, $p, $s) = split /\./, $good;

claim('a-token-is-looked-for-where-rfc-6750-says',
    'The token comes from one Authorization header with the scheme Bearer.',
    ok('good', 'Auth0\'s token of the import job', $good),
    bad('no-header', 'no_token', 'good', 'no Authorization at all', undef),
    bad('empty-header', 'no_token', 'good', 'an empty one', undef,
       authorization => ''),
    bad('basic', 'no_token', 'good', 'another scheme', undef,
       authorization => "Basic $good"),
    bad('dpop', 'no_token', 'good', 'the scheme DPoP', undef,
       authorization => "DPoP $good"),
    bad('bearerx', 'no_token', 'good', 'a scheme that begins like it', undef,
       authorization => "BearerX $good"),
    bad('no-scheme', 'no_token', 'good', 'the token without a scheme', undef,
       authorization => $good),
    ok('lower-case-scheme', 'bearer', undef, authorization => "bearer $good"),
    ok('upper-case-scheme', 'BEARER', undef, authorization => "BEARER $good"),
    ok('two-spaces', 'two spaces behind the scheme', undef,
       authorization => "Bearer  $good"),
    bad('two-headers', 'multiple_tokens', 'good', 'two Authorization headers',
       undef, authorization => [ "Bearer $good", "Bearer $good" ]),
    bad('header-and-cookie', 'multiple_tokens', 'good',
       'a header and a cookie, the same token', $good, bare => [ $good ]),
    ok('cookie', 'a bare token of a variable', undef, bare => [ $good ]),
    ok('basic-and-cookie', 'another scheme beside it is no second token',
       undef, authorization => 'Basic eDp5', bare => [ $good, '' ]),
    bad('cookie-with-scheme', 'malformed_request', 'cookie',
       'a bare token with a scheme in front', undef,
       bare => [ "Bearer $good" ]),
    bad('bearer-alone', 'malformed_request', 'good', 'Bearer and nothing',
       undef, authorization => 'Bearer'),
    bad('bearer-and-spaces', 'malformed_request', 'good', 'Bearer and spaces',
       undef, authorization => 'Bearer   '),
    bad('tab', 'malformed_request', 'good', 'a tab behind the scheme', undef,
       authorization => "Bearer\t$good"),
    bad('slash', 'malformed_request', 'good', 'a slash behind the scheme',
       undef, authorization => "Bearer/$good"),
    bad('comma', 'malformed_request', 'good', 'two credentials in one header',
       undef, authorization => "Bearer $good, Bearer $good"),
    bad('trailing-space', 'malformed_request', 'good', 'a space behind it',
       undef, authorization => "Bearer $good "),
    bad('quoted', 'malformed_request', 'good', 'the token in quotes', undef,
       authorization => "Bearer \"$good\""),
    bad('nul', 'malformed_request', 'good', 'NUL and junk behind the token',
       undef, authorization => "Bearer $good\0x"),
    bad('equals-inside', 'malformed_request', 'good', 'an equals sign inside',
       undef, authorization => "Bearer $h=.$p.$s"),
    bad('utf-8', 'malformed_request', 'good', 'a letter beyond ASCII', undef,
       authorization => "Bearer \x{e9}$good"));

claim('a-token-longer-than-the-limit-is-not-read',
    'What is longer than jwt_max_token_size is refused unread.',
    ok('largest', 'exactly the limit', $good,
       policy(max_token_size => length $good)),
    bad('too-large', 'token_too_large', 'largest', 'one byte beyond', $good,
       policy(max_token_size => length($good) - 1)),
    bad('too-large-junk', 'token_too_large', 'largest',
       'junk beyond the limit isn\'t looked at', '!' x 8193),
    ok('large', 'eight kilobytes of permissions',
       good(permissions => [ map { "permission:number-$_" } 1 .. 240 ]),
       policy(max_token_size => 16384)));

claim('a-token-has-three-parts',
    'Three parts are a JWS; five are encrypted; anything else is opaque.',
    bad('opaque', 'opaque_token', 'good', 'Auth0\'s opaque token of old',
       'kVBDmSvG9vNKQ0tE8wXYtJ2zP4rLq6aH'),
    bad('two-parts', 'opaque_token', 'good', 'the signature and its dot left '
       . 'out', "$h.$p"),
    bad('four-parts', 'opaque_token', 'good', 'one part too many',
       "$good.$s"),
    bad('six-parts', 'opaque_token', 'good', 'six', "$good.a.b.c"),
    bad('one-dot', 'opaque_token', 'good', 'a dot alone', '.'),
    bad('dir', 'encrypted_token', 'good', 'Auth0\'s opaque token of today: '
       . 'a JWE with alg dir', b64('{"alg":"dir","enc":"A256GCM"}')
       . '..aXY.Y2lwaGVy.dGFn'),
    bad('jwe', 'encrypted_token', 'good', 'a JWE with RSA-OAEP-256',
       b64('{"alg":"RSA-OAEP-256","enc":"A256GCM"}')
       . '.a2V5.aXY.Y2lwaGVy.dGFn'),
    bad('five-of-junk', 'encrypted_token', 'good', 'four dots', 'a.b.c.d.e'),
    bad('equals-at-the-end', 'malformed_token', 'good', 'padding behind the '
       . 'signature is a b64token, but no base64url', "$good=="),
    bad('signature-empty', 'malformed_token', 'good', 'an empty signature',
       "$h.$p."),
    bad('payload-empty', 'malformed_token', 'good', 'an empty payload',
       "$h..$s"),
    bad('header-empty', 'malformed_token', 'good', 'an empty header',
       ".$p.$s"),
    bad('all-empty', 'malformed_token', 'good', 'two dots', '..'));

# the last character of a part with one unused bit set

my $alphabet = join '', 'A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_';

sub bump {
    my ($part) = @_;
    my $last = substr $part, -1;

    die "no unused bits in $part" if length($part) % 4 == 0;

    return substr($part, 0, -1)
           . substr($alphabet, index($alphabet, $last) + 1, 1);
}

# a payload of a length that leaves unused bits; the header's has them or not

sub odd {
    my ($object, $name) = @_;

    for my $pad (0 .. 2) {
        my $padded = { %$object, $name => 'x' x $pad };
        return $padded if length(b64($json->encode($padded))) % 4;
    }
}

my $oh = odd(header(), 'pad');
my $op = odd(payload(), 'pad');
my $odd = token($oh, $op);
my ($ohb, $opb, $osb) = split /\./, $odd;

claim('one-value-has-one-spelling-in-base64url',
    'Another spelling of the same bytes is refused, in all three parts.',
    ok('odd', 'parts whose last character has unused bits', $odd),
    bad('bits-in-header', 'malformed_token', 'odd', 'one of them is set',
       bump($ohb) . ".$opb.$osb"),
    bad('bits-in-payload', 'malformed_token', 'odd', 'in the payload',
       "$ohb." . bump($opb) . ".$osb"),
    bad('bits-in-signature', 'malformed_token', 'odd', 'in the signature: '
       . 'the same signature in another spelling',
       "$ohb.$opb." . bump($osb)),
    bad('plus', 'malformed_token', 'good', 'the alphabet of plain base64',
       $h . '.' . $p . '.' . ($s =~ tr{-_}{+/}r . '') ),
    bad('length-of-none', 'malformed_token', 'good', 'a character too many in '
       . 'the signature', "$h.$p.${s}AAA"),
    bad('one-more-byte', 'bad_signature', 'good', 'a byte of zeros behind the '
       . 'signature', "$h.$p." . b64(rs256("$h.$p") . "\0")),
    bad('signed-in-the-other-spelling', 'malformed_token', 'odd',
       'the header\'s other spelling, and signed like that',
       do { my $i = bump($ohb) . ".$opb"; "$i." . b64(rs256($i)) }));

# ----------------------------------------------------------------- JSON

my $hj = $json->encode(header());
my $pj = $json->encode(payload());

sub hj { return token($_[0], payload()) }
sub pj { return token(header(), $_[0]) }

sub inside {
    my ($levels) = @_;

    # the payload is the first of them
    return $pj =~ s/\}$/',"x":' . '[' x ($levels - 1) . ']' x ($levels - 1)
                        . '}'/er;
}

claim('json-is-read-in-one-way-only',
    'Header and payload are JSON objects of RFC 8259 without duplicates.',
    ok('white-space', 'white space wherever JSON allows it',
       token(" {\n\t\"alg\" : \"RS256\",\r\n \"kid\" : \"current\" } ",
             $pj =~ s/,/ ,\n /gr)),
    bad('header-array', 'malformed_token', 'good', 'a header that is an array',
       hj("[$hj]")),
    bad('header-no-json', 'malformed_token', 'good', 'a header without an end',
       hj(substr $hj, 0, -1)),
    bad('header-twice', 'malformed_token', 'good', 'two objects', hj("$hj$hj")),
    bad('header-bom', 'malformed_token', 'good', 'a byte order mark',
       hj("\xef\xbb\xbf$hj")),
    bad('header-single-quotes', 'malformed_token', 'good', 'single quotes',
       hj($hj =~ tr/"/'/r)),
    bad('header-comment', 'malformed_token', 'good', 'a comment',
       hj("/**/$hj")),
    bad('payload-null', 'malformed_token', 'good', 'a payload of null',
       pj('null')),
    bad('payload-string', 'malformed_token', 'good', 'a payload in a string',
       pj($json->encode([ $pj ]) =~ s/^\[|\]$//gr)),
    bad('payload-array', 'malformed_token', 'good', 'a payload in an array',
       pj("[$pj]")),
    bad('payload-bom', 'malformed_token', 'good', 'a byte order mark',
       pj("\xef\xbb\xbf$pj")),
    bad('payload-nul-behind', 'malformed_token', 'good', 'NUL behind it',
       pj("$pj\0")),
    bad('payload-nul-behind-a-number', 'malformed_token', 'good',
       'NUL behind a number, which the library reads as nothing',
       pj($pj =~ s/\}$/,"x":1\0}/r)),
    bad('payload-nul-behind-a-word', 'malformed_token', 'good',
       'NUL behind null', pj($pj =~ s/\}$/,"x":null\0}/r)),
    bad('payload-utf-16', 'malformed_token', 'good', 'UTF-16',
       pj(join '', map { "$_\0" } split //, $pj)),
    bad('alg-twice', 'malformed_token', 'good', 'two alg, the second none',
       hj($hj =~ s/\}$/,"alg":"none"}/r)),
    bad('alg-twice-first', 'malformed_token', 'good', 'two alg, the first '
       . 'none', hj($hj =~ s/^\{/{"alg":"none",/r)),
    bad('kid-twice', 'malformed_token', 'good', 'two kid',
       hj($hj =~ s/\}$/,"kid":"next"}/r)),
    bad('exp-twice', 'malformed_token', 'good', 'two exp',
       pj($pj =~ s/\}$/,"exp":9999999999}/r)),
    bad('aud-twice-escaped', 'malformed_token', 'good',
       'two aud, one with an escape', pj($pj =~ s/\}$/,"\\u0061ud":"x"}/r)),
    bad('scope-twice', 'malformed_token', 'good', 'two scope',
       pj($pj =~ s/\}$/,"scope":"delete:timesheets"}/r)),
    ok('same-name-elsewhere', 'one name in two objects',
       pj($pj =~ s/\}$/,"a":{"exp":1},"b":{"exp":2}}/r)),
    bad('duplicate-deep-down', 'malformed_token', 'same-name-elsewhere',
       'twice in an inner one', pj($pj =~ s/\}$/,"a":[{"b":1,"b":1}]}/r)),
    ok('depth-32', '32 levels', pj(inside(32))),
    bad('depth-33', 'malformed_token', 'depth-32', '33 levels',
       pj(inside(33))),
    bad('depth-1000', 'malformed_token', 'depth-32', '1,000 levels',
       pj(inside(1000))),
    ok('big-number', 'a number of 20 digits and one of 1e308',
       pj($pj =~ s/\}$/,"n":12345678901234567890,"m":1e308}/r)),
    bad('number-beyond-double', 'malformed_token', 'big-number', '1e309',
       pj($pj =~ s/\}$/,"m":1e309}/r)),
    bad('number-with-zero', 'malformed_token', 'big-number', 'a leading zero',
       pj($pj =~ s/\}$/,"m":01}/r)),
    bad('number-nan', 'malformed_token', 'big-number', 'NaN',
       pj($pj =~ s/\}$/,"m":NaN}/r)),
    ok('nul-in-string', 'NUL in a string', pj($pj =~ s/\}$/,"m":"\\u0000"}/r)),
    bad('nul-in-name', 'malformed_token', 'nul-in-string', 'NUL in a name',
       pj($pj =~ s/\}$/,"m\\u0000":""}/r)),
    ok('surrogates', 'a pair of surrogates',
       pj($pj =~ s/\}$/,"m":"\\ud83d\\ude00"}/r)),
    bad('lone-surrogate', 'malformed_token', 'surrogates', 'one of them',
       pj($pj =~ s/\}$/,"m":"\\ud83d"}/r)),
    ok('utf-8-name', 'an e with an accent',
       pj($pj =~ s/\}$/,"m":"\xc3\xa9"}/r)),
    bad('utf-8-overlong', 'malformed_token', 'utf-8-name', 'a slash in two '
       . 'bytes', pj($pj =~ s/\}$/,"m":"\xc0\xaf"}/r)),
    bad('latin-1', 'malformed_token', 'utf-8-name', 'the same in Latin-1',
       pj($pj =~ s/\}$/,"m":"\xe9"}/r)),
    bad('raw-newline', 'malformed_token', 'utf-8-name', 'a line feed in a '
       . 'string', pj($pj =~ s/\}$/,"m":"\n"}/r)));

claim('members-have-their-types',
    'A member of another type than RFC 7515 or 7519 gives it is malformed.',
    (map { bad("header-$_->[0]", 'malformed_token', 'good',
              "$_->[0] is $_->[1]",
              hj($json->encode(without(header(), $_->[0]))
                 =~ s/\}$/,"$_->[0]":$_->[1]}/r)) }
         [ kid => 1 ], [ typ => 'null' ], [ cty => 1 ], [ jku => '[]' ],
         [ jwk => '"x"' ], [ x5u => 'true' ], [ x5c => '"MIIC"' ],
         [ x5t => '{}' ], [ 'x5t#S256' => 1 ], [ crit => '"exp"' ]),
    (map { bad("claim-$_->[0]-" . $_->[2], 'malformed_token', 'good',
              "$_->[0] is $_->[1]", pj(raw($_->[0], $_->[1]))) }
         [ iss => 1, 'number' ], [ iss => 'null', 'null' ],
         [ iss => "[\"$iss\"]", 'array' ], [ sub => 1, 'number' ],
         [ jti => '{}', 'object' ], [ aud => 1, 'number' ],
         [ aud => 'null', 'null' ], [ aud => "[\"$aud\",1]", 'mixed' ],
         [ aud => "{\"$aud\":1}", 'object' ], [ exp => '"9999999999"', 'string' ],
         [ exp => 'null', 'null' ], [ exp => 'true', 'boolean' ],
         [ exp => '[9999999999]', 'array' ], [ nbf => '"0"', 'string' ],
         [ nbf => 'null', 'null' ], [ iat => '"0"', 'string' ],
         [ iat => '{}', 'object' ]),
    ok('exp-at-2-to-the-53', 'exp is 2^53', pj(raw(exp => '9007199254740992'))),
    bad('exp-beyond-2-to-the-53', 'malformed_token', 'exp-at-2-to-the-53',
       'exp is one more', pj(raw(exp => '9007199254740993'))),
    ok('exp-at-2-to-the-53-with-exponent', 'exp is 2^53, in another spelling',
       pj(raw(exp => '9.007199254740992e15'))),
    bad('exp-beyond-2-to-the-53-with-exponent', 'malformed_token',
       'exp-at-2-to-the-53-with-exponent', 'exp is a tenth more',
       pj(raw(exp => '90071992547409921e-1'))),
    bad('exp-1e300', 'malformed_token', 'exp-at-2-to-the-53', 'exp is 1e300',
       pj(raw(exp => '1e300'))),
    ok('nbf-at-minus-2-to-the-53', 'nbf is -2^53',
       pj(raw(nbf => '-9007199254740992'))),
    bad('nbf-beyond-minus-2-to-the-53', 'malformed_token',
       'nbf-at-minus-2-to-the-53', 'nbf is two less',
       pj(raw(nbf => '-9007199254740994'))));

claim('nothing-critical-is-understood',
    'crit and b64 are refused, whatever they say.',
    ok('unknown-header', 'an unknown member that isn\'t critical',
       token(header(exp => 1, foo => [ 'b64' ]), payload())),
    bad('crit', 'crit_unsupported', 'unknown-header', 'crit names exp',
       token(header(crit => [ 'exp' ], exp => 1), payload())),
    bad('crit-empty', 'crit_unsupported', 'unknown-header', 'crit is empty',
       token(header(crit => []), payload())),
    bad('b64-false', 'crit_unsupported', 'unknown-header', 'b64 is false',
       token(header(b64 => JSON::PP::false), payload())),
    bad('b64-true', 'crit_unsupported', 'unknown-header', 'b64 is true',
       token(header(b64 => JSON::PP::true), payload())),
    bad('b64-null', 'crit_unsupported', 'unknown-header', 'b64 is null',
       token(header(b64 => undef), payload())));

# -------------------------------------------------------------- issuer

my $other_iss = 'https://other.eu.auth0.com/';
my @two = policy(issuers => [ issuer(), issuer(name => 'other',
    iss => [ $other_iss ], jwks => 'keys/others.json') ]);

claim('iss-is-one-of-ours-byte-for-byte',
    'The issuer is matched exactly, and picks the keys.',
    ok('second-value', 'a custom domain named second',
       good(iss => 'https://login.exampleco.com/'),
       policy(issuers => [ issuer(iss => [ $iss,
                                           'https://login.exampleco.com/' ]) ])),
    bad('no-iss', 'issuer_mismatch', 'good', 'no iss',
       token(header(), without(payload(), 'iss'))),
    (map { bad("iss-$_->[0]", 'issuer_mismatch', 'good', $_->[1],
              good(iss => $_->[2])) }
         [ 'no-slash', 'the last slash left out', $iss =~ s{/$}{}r ],
         [ 'two-slashes', 'a slash too many', "$iss/" ],
         [ 'upper-case', 'the host in upper case',
           'https://EXAMPLECO.eu.auth0.com/' ],
         [ 'http', 'http', $iss =~ s/https/http/r ],
         [ 'other', 'another tenant', $other_iss ],
         [ 'prefix', 'ours is its prefix', "${iss}evil" ],
         [ 'user', 'ours as the user part',
           'https://exampleco.eu.auth0.com@evil.example/' ],
         [ 'port', 'the default port', 'https://exampleco.eu.auth0.com:443/' ],
         [ 'nul', 'NUL behind it', "$iss\0" ],
         [ 'space', 'a space behind it', "$iss " ],
         [ 'empty', 'empty', '' ]),
    ok('two-issuers', 'the second of two issuers, by its own key',
       token(header(), payload(iss => $other_iss), 'stranger'), @two),
    bad('key-of-the-other', 'bad_signature', 'two-issuers',
       'the second issuer\'s key under the first one\'s name',
       token(header(), payload(), 'stranger'), @two),
    bad('key-of-the-first', 'bad_signature', 'two-issuers',
       'the first issuer\'s key under the second one\'s name',
       token(header(), payload(iss => $other_iss)), @two));

# ------------------------------------------------------------ algorithm

my $public = $key{current}->export_key_pem('public');

sub hs256 {
    my ($with, %header) = @_;
    my $input = input(header(alg => 'HS256', %header), payload());

    return "$input." . b64(hmac('SHA256', $with, $input));
}

claim('the-algorithm-is-the-configurations-to-choose',
    'Only an algorithm that the issuer is configured for is verified.',
    bad('none', 'alg_not_allowed', 'good', 'alg none with a good signature',
       token(header(alg => 'none'), payload())),
    (map { bad("none-$_", 'alg_not_allowed', 'good', "alg $_, and a byte for a "
              . 'signature', input(header(alg => $_), payload()) . '.AA') }
         qw(none None NONE nOnE)),
    bad('none-without-signature', 'malformed_token', 'good',
       'alg none as RFC 7519 has it: an empty signature',
       input(header(alg => 'none'), payload()) . '.'),
    bad('hs256-public-pem', 'alg_not_allowed', 'good',
       'HS256 with the public key\'s PEM for the secret', hs256($public)),
    bad('hs256-public-pem-no-newline', 'alg_not_allowed', 'good',
       'the same without the last line feed', hs256($public =~ s/\n$//r)),
    bad('hs256-public-der', 'alg_not_allowed', 'good', 'with its DER',
       hs256($key{current}->export_key_der('public'))),
    bad('hs256-modulus', 'alg_not_allowed', 'good', 'with its modulus',
       hs256(jwk('current')->{n})),
    bad('hs256-empty', 'alg_not_allowed', 'good', 'with an empty secret: to '
       . 'HMAC a zero byte is the same',
       hs256("\0")),
    bad('hs256-of-the-set', 'alg_not_allowed', 'good', 'with the set\'s oct '
       . 'key', hs256($secret, kid => 'shared')),
    (map { bad("alg-$_->[0]", 'alg_not_allowed', 'good', $_->[1],
              token(header(alg => $_->[2]), payload())) }
         [ 'lower', 'in lower case', 'rs256' ],
         [ 'mixed', 'in mixed case', 'Rs256' ],
         [ 'space', 'a space behind it', 'RS256 ' ],
         [ 'nul', 'NUL behind it', "RS256\0" ],
         [ 'rs384', 'RS384', 'RS384' ], [ 'rs512', 'RS512', 'RS512' ],
         [ 'ps256', 'PS256', 'PS256' ], [ 'es256', 'ES256', 'ES256' ],
         [ 'eddsa', 'EdDSA', 'EdDSA' ], [ 'rs1', 'RS1', 'RS1' ],
         [ 'empty', 'empty', '' ], [ 'number', 'a number', 256 ],
         [ 'null', 'null', undef ], [ 'array', 'an array', [ 'RS256' ] ]),
    bad('no-alg', 'alg_not_allowed', 'good', 'no alg',
       token(without(header(), 'alg'), payload())));

# PS* and ES* signatures differ each time: those made once are kept.

my $kept = $json->decode(slurp("$root/keys/signatures.json") // '{}');
my %used;

sub keep {
    my ($name, $input, $make) = @_;
    my $id = "$name " . sha256_hex($input);

    if (!defined $kept->{$id}) {
        die "no signature $id is kept" if $check;
        $kept->{$id} = b64($make->());
    }

    $used{$id} = $kept->{$id};

    return MIME::Base64::decode_base64url($kept->{$id});
}

my %key_of = (RS => 'current', PS => 'current', ES256 => 'ec',
              ES384 => 'ec384', ES512 => 'ec521', EdDSA => 'ed25519');
my %kid_of = (RS => 'rsa', PS => 'rsa', ES256 => 'p-256', ES384 => 'p-384',
              ES512 => 'p-521', EdDSA => 'ed25519');
my @public = qw(RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA);
my @hmac = qw(HS256 HS384 HS512);

sub family { return $_[0] =~ /^([RP]S)/ ? $1 : $_[0] }

# A signature by that algorithm, whatever the header says.

sub signature {
    my ($alg, $input) = @_;
    my ($bits) = $alg =~ /(\d+)$/;
    my $pk = $key{$key_of{family($alg)} // ''};

    return hmac("SHA$bits", $long_secret, $input) if $alg =~ /^HS/;
    return $pk->sign_message($input) if $alg eq 'EdDSA';
    return $pk->sign_message($input, "SHA$bits", 'v1.5') if $alg =~ /^RS/;
    return keep($alg, $input, sub {
        $alg =~ /^PS/ ? $pk->sign_message($input, "SHA$bits", 'pss', $bits / 8)
                      : $pk->sign_message_rfc7518($input, "SHA$bits") });
}

sub by {
    my ($alg, %header) = @_;
    my $input = input({ alg => $alg, typ => 'JWT',
                        $alg =~ /^HS/ ? () : (kid => $kid_of{family($alg)}),
                        %header }, payload());

    return "$input." . b64(signature($alg, $input));
}

# the token says $alg, but is signed with $other

sub instead {
    my ($alg, $other) = @_;
    my $input = input({ alg => $alg, typ => 'JWT',
                        $alg =~ /^HS/ ? () : (kid => $kid_of{family($alg)}) },
                      payload());

    return "$input." . b64(signature($other, $input));
}

sub kinds {
    return policy(issuers => [ issuer(algorithms => [ @_ ],
                                      jwks => 'keys/every-kind.json') ]);
}

sub shared {
    my $shared = issuer(algorithms => [ @_ ], secret => 'keys/secret');

    delete $shared->{jwks};

    return policy(issuers => [ $shared ]);
}

my $es = by('ES256');
my ($esi, $ess) = $es =~ /^(.*)\.(.*)$/;
my $esraw = MIME::Base64::decode_base64url($ess);

# the same r and s in DER

sub integer {
    my ($bytes) = @_;

    $bytes =~ s/^\0+//;
    $bytes = "\0$bytes" if ord($bytes) >= 0x80;

    return "\x02" . chr(length $bytes) . $bytes;
}

my $der = integer(substr $esraw, 0, 32) . integer(substr $esraw, 32);

$der = "\x30" . chr(length $der) . $der;

claim('each-algorithm-takes-its-own-signatures-alone',
    'A signature is taken under its own algorithm, where that is allowed.',
    (map { ok('by-' . lc, "$_ where it is allowed", by($_), kinds($_)) }
         @public),
    (map { ok('by-' . lc, "$_ with a shared secret", by($_), shared($_)) }
         @hmac),
    (map { my $alg = $_;
           bad('not-' . lc $alg, 'alg_not_allowed', 'by-' . lc $alg,
               "$alg where every other is allowed", by($alg),
               kinds(grep { $_ ne $alg } @public)) } @public),
    (map { my $alg = $_;
           bad('not-' . lc $alg, 'alg_not_allowed', 'by-' . lc $alg,
               "$alg where the two others are allowed", by($alg),
               shared(grep { $_ ne $alg } @hmac)) } @hmac),
    (map { bad('by-' . lc("$_->[1]-for-$_->[0]"), 'bad_signature',
               'by-' . lc $_->[0], "$_->[1]'s signature under $_->[0]",
               instead(@$_), $_->[0] =~ /^HS/ ? shared($_->[0])
                                              : kinds($_->[0])) }
         [ 'RS256', 'RS384' ], [ 'RS256', 'PS256' ], [ 'RS384', 'RS256' ],
         [ 'RS512', 'RS256' ], [ 'PS256', 'RS256' ], [ 'PS256', 'PS384' ],
         [ 'PS384', 'PS256' ], [ 'PS512', 'PS256' ], [ 'ES256', 'RS256' ],
         [ 'ES384', 'ES256' ], [ 'ES512', 'ES384' ], [ 'EdDSA', 'ES256' ],
         [ 'ES256', 'EdDSA' ], [ 'HS256', 'HS512' ], [ 'HS384', 'HS256' ],
         [ 'HS512', 'HS384' ], [ 'HS256', 'RS256' ]),
    bad('key-of-another-kind', 'key_not_found', 'by-es256', 'ES256 with the '
       . 'kid of the RSA key', by('ES256', kid => 'rsa'), kinds('ES256')),
    bad('key-of-another-curve', 'key_not_found', 'by-es256', 'ES256 with the '
       . 'kid of the key on P-384', by('ES256', kid => 'p-384'),
       kinds('ES256', 'ES384')),
    bad('key-of-secp256k1', 'key_not_found', 'by-es256', 'a curve that isn\'t '
       . 'verified with', by('ES256', kid => 'secp256k1'), kinds('ES256')),
    bad('key-off-its-curve', 'key_not_found', 'by-es256', 'a point that is on '
       . 'no curve', by('ES256', kid => 'off-curve'), kinds('ES256')),
    bad('es256-der', 'bad_signature', 'by-es256', 'the same r and s in DER',
       "$esi." . b64($der), kinds('ES256')),
    bad('es256-zeros', 'bad_signature', 'by-es256', 'r and s of 0 '
       . '(CVE-2022-21449)', "$esi." . b64("\0" x 64), kinds('ES256')),
    bad('es256-r-only', 'bad_signature', 'by-es256', 's left out',
       "$esi." . b64(substr $esraw, 0, 32), kinds('ES256')),
    bad('es256-wide', 'bad_signature', 'by-es256', 'r and s with a zero byte '
       . 'in front of each', "$esi." . b64("\0" . substr($esraw, 0, 32)
       . "\0" . substr($esraw, 32)), kinds('ES256')),
    bad('hs256-with-public-key', 'bad_signature', 'by-hs256', 'HS256 with the '
       . 'RSA key\'s PEM, where HS256 is allowed',
       do { my $i = input({ alg => 'HS256', typ => 'JWT' }, payload());
            "$i." . b64(hmac('SHA256', $public, $i)) }, shared('HS256')),
    bad('hs256-empty-secret', 'bad_signature', 'by-hs256', 'with an empty '
       . 'secret', do { my $i = input({ alg => 'HS256', typ => 'JWT' },
       payload()); "$i." . b64(hmac('SHA256', "\0", $i)) },
       shared('HS256')),
    bad('hs256-cut', 'bad_signature', 'by-hs256', 'half of the MAC',
       do { my ($i, $m) = by('HS256') =~ /^(.*)\.(.*)$/;
            "$i." . b64(substr MIME::Base64::decode_base64url($m), 0, 16) },
       shared('HS256')),
    bad('hs256-one-byte', 'bad_signature', 'by-hs256', 'one byte for a MAC',
       do { my ($i) = by('HS256') =~ /^(.*)\./; "$i.AA" },
       shared('HS256')),
    bad('hs256-by-oct-of-the-set', 'key_not_found', 'by-hs256', 'HS256 with '
       . 'the oct key of a fetched set, where HS256 is allowed',
       by('HS256', kid => 'oct'), kinds('HS256')),
    bad('hs256-no-kid-oct', 'key_not_found', 'by-hs256', 'the same without '
       . 'kid', by('HS256'), kinds('HS256')));

claim('typ-is-that-of-an-access-token',
    'A token made for something else is refused.',
    ok('no-typ', 'no typ', token(without(header(), 'typ'), payload())),
    (map { ok("typ-$_->[0]", $_->[1],
              token(header(typ => $_->[1]), payload())) }
         [ 'at-jwt', 'at+jwt' ], [ 'lower', 'jwt' ],
         [ 'application', 'application/at+jwt' ],
         [ 'application-jwt', 'application/JWT' ],
         [ 'upper', 'AT+JWT' ]),
    (map { bad("typ-$_->[0]", 'typ_not_allowed', 'typ-at-jwt', $_->[1],
              token(header(typ => $_->[1]), payload())) }
         [ 'dpop', 'dpop+jwt' ], [ 'logout', 'logout+jwt' ],
         [ 'secevent', 'secevent+jwt' ], [ 'empty', '' ],
         [ 'space', 'JWT ' ], [ 'jose', 'JOSE' ],
         [ 'half', 'application/' ], [ 'twice', 'application/application/jwt' ],
         [ 'id', 'id+jwt' ]));

# ----------------------------------------------------------------- keys

claim('a-key-is-found-by-kid-and-algorithm',
    'A key of the configured source, never one that the token brings.',
    ok('next-key', 'the next key', token(header(kid => 'next'), payload(),
                                         'next')),
    ok('long-key', 'a key of 4096 bits', token(header(kid => 'long'),
                                               payload(), 'long')),
    ok('exponent-3', 'a key with exponent 3', token(header(kid => 'three'),
                                                    payload(), 'three')),
    ok('plain-key', 'a key that says neither use nor alg', $good,
       with_jwks('keys/plain.json')),
    ok('verify-only-key', 'a key with key_ops verify', $good,
       with_jwks('keys/verify-only.json')),
    bad('no-keys', 'keys_unavailable', 'good', 'no keys at all', $good,
       with_jwks(undef), wants_keys => JSON::PP::true),
    bad('no-keys-no-kid', 'keys_unavailable', 'no-kid', 'no keys, no kid: '
       . 'wants none', token(without(header(), 'kid'), payload()),
       with_jwks(undef), wants_keys => JSON::PP::false),
    bad('no-keys-expired', 'keys_unavailable', 'no-keys', 'no keys, and the '
       . 'token is expired: wants none', good(exp => $now - 10),
       with_jwks(undef), wants_keys => JSON::PP::false),
    bad('no-keys-other-audience', 'keys_unavailable', 'no-keys', 'no keys, and '
       . 'the token is for others: wants none', good(aud => 'x'),
       with_jwks(undef), wants_keys => JSON::PP::false),
    bad('unknown-kid', 'key_not_found', 'good', 'a kid that is in no key',
       token(header(kid => 'unknown'), payload()),
       wants_keys => JSON::PP::true),
    bad('unknown-kid-implausible', 'key_not_found', 'unknown-kid',
       'an unknown kid that isn\'t valid yet: wants none',
       token(header(kid => 'unknown'), payload(nbf => $now + 6)),
       wants_keys => JSON::PP::false),
    bad('unknown-long-kid', 'key_not_found', 'unknown-kid', 'a kid of 256 '
       . 'bytes: wants none', token(header(kid => 'k' x 256), payload()),
       wants_keys => JSON::PP::false),
    bad('revoked', 'key_not_found', 'good', 'the key has left the set', $good,
       with_jwks('keys/next-only.json'), wants_keys => JSON::PP::true),
    ok('no-kid', 'no kid, one key', token(without(header(), 'kid'),
       payload()), with_jwks('keys/one.json')),
    ok('no-kid-no-kid', 'no kid on either side',
       token(without(header(), 'kid'), payload()),
       with_jwks('keys/one-without-kid.json')),
    bad('no-kid-several-keys', 'key_not_found', 'no-kid', 'no kid, several '
       . 'keys', token(without(header(), 'kid'), payload()),
       wants_keys => JSON::PP::false),
    ok('kid-but-key-without', 'a kid, but the only key has none', $good,
       with_jwks('keys/one-without-kid.json')),
    bad('kid-but-keys-without', 'key_not_found', 'kid-but-key-without',
       'a kid, but none of two keys has one', $good,
       with_jwks('keys/two-without-kid.json')),
    bad('no-kid-keys-without', 'key_not_found', 'no-kid-no-kid',
       'no kid on either side, but two keys',
       token(without(header(), 'kid'), payload()),
       with_jwks('keys/two-without-kid.json')),
    bad('kid-but-one-key-without', 'key_not_found', 'kid-but-key-without',
       'a kid, and a key without beside one that is no use', $good,
       with_jwks('keys/one-without-kid-beside-another.json')),
    ok('no-kid-one-key-without', 'no kid, and that set',
       token(without(header(), 'kid'), payload()),
       with_jwks('keys/one-without-kid-beside-another.json')),
    bad('empty-kid-is-a-kid', 'key_not_found', 'no-kid', 'an empty kid is not '
       . 'the same as none', token(header(kid => ''), payload()),
       with_jwks('keys/one.json')),
    ok('empty-kid', 'an empty kid on both sides',
       token(header(kid => ''), payload()), with_jwks('keys/empty-kid.json')),
    ok('same-kid', 'two keys of one kid: the second verifies', $good,
       with_jwks('keys/same-kid.json')),
    ok('same-kid-first', 'two keys of one kid: the first verifies',
       token(header(), payload(), 'next'), with_jwks('keys/same-kid.json')),
    bad('same-kid-neither', 'bad_signature', 'same-kid', 'neither verifies',
       token(header(), payload(), 'stranger'),
       with_jwks('keys/same-kid.json')),
    (map { bad("kid-$_->[0]", 'key_not_found', 'good', $_->[1],
              token(header(kid => $_->[2]), payload(),
                    $_->[3] || 'current')) }
         [ 'case', 'the kid in another case', 'Current' ],
         [ 'prefix', 'a part of a kid', 'curren' ],
         [ 'nul', 'NUL behind the kid', "current\0" ],
         [ 'space', 'a space behind it', 'current ' ],
         [ 'path', 'a path', '../../../../dev/null' ],
         [ 'file', 'a URL of a file', 'file:///etc/passwd' ],
         [ 'sql', 'a query', "current' or '1'='1" ],
         [ 'shell', 'a command', 'current|id' ],
         [ 'url', 'a URL', 'https://evil.example/jwks.json' ],
         [ 'weak', 'a key of 1024 bits', 'weak', 'weak' ],
         [ 'enc', 'a key for encryption', 'for-encryption', 'stranger' ],
         [ 'wrap', 'a key with other key_ops', 'for-wrapping', 'stranger' ],
         [ 'oaep', 'a key for another algorithm', 'for-oaep', 'stranger' ],
         [ 'unknown-alg', 'a key for an unknown algorithm', 'for-rs512',
           'stranger' ],
         [ 'ec', 'a key of another type', 'ec' ],
         [ 'oct', 'an oct key', 'shared' ]),
    bad('jwk-embedded', 'bad_signature', 'good', 'signed by the key that it '
       . 'brings (CVE-2018-0114)',
       token(header(jwk => jwk('stranger', kid => 'current')), payload(),
             'stranger')),
    bad('jwk-embedded-unknown-kid', 'key_not_found', 'good', 'the same with a '
       . 'kid of its own', token(header(kid => 'mine',
       jwk => jwk('stranger', kid => 'mine')), payload(), 'stranger')),
    bad('jku', 'bad_signature', 'good', 'signed by the key that jku leads to',
       token(header(jku => 'https://evil.example/jwks.json'), payload(),
             'stranger')),
    bad('x5u', 'bad_signature', 'good', 'by the one that x5u leads to',
       token(header(x5u => 'https://evil.example/cert.pem'), payload(),
             'stranger')),
    bad('x5c', 'bad_signature', 'good', 'by the one of x5c',
       token(header(x5c => [ encode_base64url(
             $key{stranger}->export_key_der('public')) ]), payload(),
             'stranger')),
    ok('jku-ignored', 'a good signature, and a jku that nobody follows',
       token(header(jku => 'https://evil.example/jwks.json',
                    jwk => jwk('stranger')), payload())));

# ------------------------------------------------------------ signature

my $sig = rs256("$h.$p");
my $zero;

for (my $i = 0; ; $i++) {
    my $try = good(jti => "z$i");
    my ($a, $b) = split /\./, $try;
    my $bytes = rs256("$a.$b");

    if (ord($bytes) == 0) {
        $zero = [ "$a.$b", $bytes, $try ];
        last;
    }
}

my $flipped = $sig;
substr($flipped, -1) = chr(ord(substr $sig, -1) ^ 1);
my ($h2, $p2, $s2) = split /\./, good(sub => 'somebody@clients');

claim('a-signature-is-over-exactly-these-bytes',
    'What was signed is what is judged, to the last bit.',
    bad('flipped-bit', 'bad_signature', 'good', 'one bit of the signature',
       "$h.$p." . b64($flipped)),
    bad('other-payload', 'bad_signature', 'good', 'the payload exchanged',
       "$h.$p2.$s"),
    bad('other-signature', 'bad_signature', 'good', 'the signature of another '
       . 'token', "$h.$p.$s2"),
    bad('other-header', 'bad_signature', 'good', 'the header exchanged',
       b64($hj =~ s/\}$/,"x":1}/r) . ".$p.$s"),
    bad('payload-edited', 'bad_signature', 'good', 'more scopes written in',
       "$h." . b64($json->encode(payload(scope => 'read:timesheets '
       . 'delete:timesheets'))) . ".$s"),
    bad('same-json-other-bytes', 'bad_signature', 'good',
       'the same JSON, with a space', "$h." . b64("$pj ") . ".$s"),
    bad('signature-cut', 'bad_signature', 'good', 'its last byte cut off',
       "$h.$p." . b64(substr $sig, 0, -1)),
    bad('signature-twice', 'bad_signature', 'good', 'twice over',
       "$h.$p." . b64($sig . $sig)),
    bad('signature-of-zeros', 'bad_signature', 'good', '256 bytes of zero',
       "$h.$p." . b64("\0" x 256)),
    bad('signature-of-one', 'bad_signature', 'good', 'the number 1',
       "$h.$p." . b64("\0" x 255 . "\1")),
    bad('signature-one-byte', 'bad_signature', 'good', 'one byte',
       "$h.$p.AA"),
    ok('leading-zero', 'a signature that begins with a zero byte',
       $zero->[2]),
    bad('leading-zero-cut', 'bad_signature', 'leading-zero', 'the zero cut '
       . 'off: the same number', "$zero->[0]."
       . b64(substr $zero->[1], 1)),
    bad('zero-before', 'bad_signature', 'good', 'a zero byte in front: the '
       . 'same number', "$h.$p." . b64("\0$sig")),
    bad('sha-512', 'bad_signature', 'good', 'with SHA-512 under alg RS256',
       "$h.$p." . b64($key{current}->sign_message("$h.$p", 'SHA512',
                                                  'v1.5'))),
    bad('sha-1', 'bad_signature', 'good', 'with SHA-1',
       "$h.$p." . b64($key{current}->sign_message("$h.$p", 'SHA1', 'v1.5'))),
    bad('over-the-payload', 'bad_signature', 'good', 'over the payload alone',
       "$h.$p." . b64(rs256($p))),
    bad('over-the-json', 'bad_signature', 'good', 'over the decoded texts',
       "$h.$p." . b64(rs256("$hj.$pj"))),
    bad('wrong-key', 'bad_signature', 'next-key', 'by another key of the set',
       token(header(kid => 'next'), payload())),
    bad('stranger', 'bad_signature', 'good', 'by a stranger',
       token(header(), payload(), 'stranger')));

# ---------------------------------------------------------------- times

claim('times-are-judged-to-the-second',
    'exp, nbf and iat with five seconds of leeway.',
    ok('exp-in-leeway', 'expired 4 s ago', good(exp => $now - 4)),
    bad('exp-at-leeway', 'expired', 'exp-in-leeway', 'expired 5 s ago',
       good(exp => $now - 5)),
    bad('exp-long-ago', 'expired', 'exp-in-leeway', 'expired a day ago',
       good(exp => $now - 86400)),
    ok('exp-fraction', 'expired 4.5 s ago',
       pj(raw(exp => ($now - 5) . '.5'))),
    bad('exp-fraction-over', 'expired', 'exp-fraction', '5.5 s ago',
       pj(raw(exp => ($now - 6) . '.5'))),
    ok('exp-exponent', 'exp as 1.75e9 and a year', pj(raw(exp => '1.8e9'))),
    bad('exp-missing', 'expired', 'good', 'no exp',
       token(header(), without(payload(), 'exp'))),
    bad('exp-zero', 'expired', 'good', 'exp is 0', good(exp => 0)),
    bad('exp-negative', 'expired', 'good', 'exp is negative', good(exp => -1)),
    bad('exp-nested', 'expired', 'good', 'exp in another object',
       token(header(), { %{ without(payload(), 'exp') },
                         x => { exp => $now + 60 } })),
    ok('exp-no-leeway', 'no leeway, one second left', good(exp => $now + 1),
       policy(issuers => [ issuer(leeway => 0) ])),
    bad('exp-now-no-leeway', 'expired', 'exp-no-leeway', 'no leeway, exp is '
       . 'now', good(exp => $now), policy(issuers => [ issuer(leeway => 0) ])),
    ok('nbf-in-leeway', 'nbf in 5 s', good(nbf => $now + 5)),
    bad('nbf-beyond-leeway', 'not_yet_valid', 'nbf-in-leeway', 'nbf in 6 s',
       good(nbf => $now + 6)),
    bad('nbf-fraction', 'not_yet_valid', 'nbf-in-leeway', 'nbf in 5.001 s',
       pj(raw(nbf => ($now + 5) . '.001'))),
    ok('iat-in-leeway', 'iat in 5 s', good(iat => $now + 5)),
    bad('iat-beyond-leeway', 'issued_in_future', 'iat-in-leeway', 'iat in 6 s',
       good(iat => $now + 6)),
    ok('iat-missing', 'no iat', token(header(), without(payload(), 'iat'))),
    ok('at-the-end', 'the last second', $good, now => $now + 86344),
    bad('after-the-end', 'expired', 'at-the-end', 'the one after it', $good,
       now => $now + 86345),
    bad('before-the-beginning', 'issued_in_future', 'good', 'the clock is 66 s '
       . 'behind', $good, now => $now - 66));

# ------------------------------------------------------------- audience

my $off = issuer(audiences => 'off');

claim('aud-holds-one-of-ours-byte-for-byte',
    'The token must have been made for this API.',
    ok('aud-array', 'an array with ours and userinfo',
       good(aud => [ $aud, "${iss}userinfo" ])),
    ok('aud-array-last', 'ours comes last', good(aud => [ 'x', 'y', $aud ])),
    ok('aud-second', 'the second of two that are accepted',
       good(aud => 'urn:b'),
       policy(issuers => [ issuer(audiences => [ $aud, 'urn:b' ]) ])),
    bad('aud-missing', 'audience_mismatch', 'good', 'no aud',
       token(header(), without(payload(), 'aud'))),
    bad('aud-empty-array', 'audience_mismatch', 'aud-array', 'none in the '
       . 'array', good(aud => [])),
    (map { bad("aud-$_->[0]", 'audience_mismatch', 'good', $_->[1],
              good(aud => $_->[2])) }
         [ 'slash', 'a slash behind it', "$aud/" ],
         [ 'case', 'in another case', uc $aud ],
         [ 'http', 'http', $aud =~ s/https/http/r ],
         [ 'prefix', 'ours is its prefix', "${aud}x" ],
         [ 'part', 'a part of ours', 'https://api.exampleco.com' ],
         [ 'empty', 'empty', '' ],
         [ 'list', 'ours in a list with spaces', "x $aud y" ],
         [ 'nul', 'NUL behind it', "$aud\0" ],
         [ 'client', 'an ID token: the client\'s id', 'importjob' ],
         [ 'userinfo', 'only userinfo', [ "${iss}userinfo" ] ],
         [ 'management', 'Auth0\'s own API', "${iss}api/v2/" ],
         [ 'others', 'two others', [ 'x', 'y' ] ]),
    ok('aud-off', 'audience off, another aud', good(aud => 'x'),
       policy(issuers => [ $off ])),
    ok('aud-off-missing', 'audience off, no aud',
       token(header(), without(payload(), 'aud')),
       policy(issuers => [ $off ])),
    bad('aud-off-number', 'malformed_token', 'aud-off', 'audience off, but aud '
       . 'a number', pj(raw(aud => 1)), policy(issuers => [ $off ])),
    bad('aud-none-configured', 'audience_mismatch', 'aud-off', 'no audience '
       . 'configured, and not off', $good,
       policy(issuers => [ issuer(audiences => []) ])));

# jwt_audience: the location's own.  The issuer's are those of three APIs.

my $invoices = 'https://api.exampleco.com/invoices';

sub here {
    my ($audience, %more) = @_;

    return policy(audience => $audience, issuers =>
        [ issuer(audiences => [ $aud, $invoices, 'urn:third' ], %more) ]);
}

claim('a-location-takes-the-tokens-of-its-own-audiences',
    'Besides one of its issuer\'s, aud holds one of the location\'s own.',
    ok('here', 'aud is the location\'s own', $good, here([ $aud ])),
    ok('here-second', 'the second of two of its own', $good,
       here([ $invoices, $aud ])),
    ok('here-array', 'one of the token\'s is its own',
       good(aud => [ 'x', $invoices, $aud ]), here([ $aud ])),
    ok('here-two-of-two', 'the issuer\'s is one of the token\'s, the '
       . 'location\'s another', good(aud => [ $aud, 'urn:here' ]),
       here([ 'urn:here' ])),
    bad('here-another', 'audience_mismatch', 'here', 'the token of another API '
       . 'of this issuer', good(aud => $invoices), here([ $aud ])),
    bad('here-other-location', 'audience_mismatch', 'here', 'another location',
       $good, here([ $invoices ])),
    bad('here-third', 'audience_mismatch', 'here-second', 'neither of its two',
       good(aud => 'urn:third'), here([ $invoices, $aud ])),
    bad('here-array-others', 'audience_mismatch', 'here-array', 'several of '
       . 'this issuer\'s, none is its own', good(aud => [ $invoices,
       'urn:third' ]), here([ $aud ])),
    bad('here-wider', 'audience_mismatch', 'here-two-of-two', 'the location\'s '
       . 'own, and none of the issuer\'s: it never widens',
       good(aud => 'urn:here'), here([ 'urn:here' ])),
    bad('here-missing', 'audience_mismatch', 'here', 'no aud',
       token(header(), without(payload(), 'aud')), here([ $aud ])),
    bad('here-empty-array', 'audience_mismatch', 'here-array', 'none in the '
       . 'array', good(aud => []), here([ $aud ])),
    (map { bad("here-$_->[0]", 'audience_mismatch', 'here', $_->[1],
              good(aud => [ $invoices, $_->[2] ]), here([ $aud ])) }
         [ 'slash', 'a slash behind it', "$aud/" ],
         [ 'case', 'in another case', uc $aud ],
         [ 'prefix', 'ours is its prefix', "${aud}x" ],
         [ 'part', 'a part of ours', 'https://api.exampleco.com' ],
         [ 'nul', 'NUL behind it', "$aud\0" ],
         [ 'list', 'ours in a list with spaces', "x $aud y" ]),
    bad('here-regex', 'audience_mismatch', 'here', 'a value that would be an '
       . 'expression in a rule', $good, here([ '~^https:' ])),
    bad('here-not', 'audience_mismatch', 'here', 'one that would be its '
       . 'contrary', $good, here([ '!~^x' ])),
    ok('here-off', 'audience off, and the location\'s own', $good,
       here([ $aud ], audiences => 'off')),
    bad('here-off-other', 'audience_mismatch', 'here-off', 'audience off, and '
       . 'not the location\'s own', good(aud => 'x'),
       here([ $aud ], audiences => 'off')),
    bad('here-off-missing', 'audience_mismatch', 'here-off', 'audience off, '
       . 'and no aud', token(header(), without(payload(), 'aud')),
       here([ $aud ], audiences => 'off')),
    bad('here-expired', 'expired', 'here', 'expired, and for another location',
       good(aud => $invoices, exp => $now - 10), here([ $aud ])),
    bad('here-cnf', 'audience_mismatch', 'here', 'for another location, and '
       . 'cnf', good(aud => $invoices, cnf => { jkt => 'x' }), here([ $aud ])),
    bad('here-scope', 'audience_mismatch', 'here', 'for another location, and '
       . 'no scope', good(aud => $invoices, scope => ''), here([ $aud ])),
    bad('here-profile', 'audience_mismatch', 'here', 'for another location, '
       . 'and a claim of its profile is missing',
       token(header(typ => 'at+jwt'), payload(aud => $invoices)),
       here([ $aud ], profile => 'rfc9068')),
    bad('here-no-keys', 'keys_unavailable', 'here', 'no keys: it wants some',
       $good, here([ $aud ], jwks => undef), wants_keys => JSON::PP::true),
    bad('here-no-keys-another', 'keys_unavailable', 'here-no-keys', 'no keys, '
       . 'and for another location: it wants none', good(aud => $invoices),
       here([ $aud ], jwks => undef), wants_keys => JSON::PP::false),
    bad('here-no-keys-wider', 'keys_unavailable', 'here-no-keys', 'no keys, '
       . 'and for none of the issuer\'s', good(aud => 'urn:here'),
       here([ 'urn:here' ], jwks => undef), wants_keys => JSON::PP::false),
    bad('here-unknown-kid', 'key_not_found', 'here', 'a kid that is in no key: '
       . 'a fetch may find it', token(header(kid => 'unknown'), payload()),
       here([ $aud ]), wants_keys => JSON::PP::true),
    bad('here-unknown-kid-another', 'key_not_found', 'here-unknown-kid',
       'such a kid, and for another location: none is made',
       token(header(kid => 'unknown'), payload(aud => $invoices)),
       here([ $aud ]), wants_keys => JSON::PP::false),
    bad('here-unknown-kid-off', 'key_not_found', 'here-unknown-kid',
       'such a kid, audience off, and for another location',
       token(header(kid => 'unknown'), payload(aud => 'x')),
       here([ $aud ], audiences => 'off'), wants_keys => JSON::PP::false));

claim('a-token-bound-to-a-key-is-refused',
    'cnf of any value: no proof of possession is checked here.',
    ok('no-cnf', 'cnf in another claim', good(act => { cnf => { jkt => 'x' } })),
    (map { bad("cnf-$_->[0]", 'sender_constrained', 'no-cnf', $_->[1],
              pj(raw(cnf => $_->[2]))) }
         [ 'jkt', 'DPoP', '{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}' ],
         [ 'x5t', 'mTLS', '{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}' ],
         [ 'empty', 'an empty object', '{}' ], [ 'null', 'null', 'null' ],
         [ 'false', 'false', 'false' ], [ 'string', 'a string', '"x"' ]));

# ------------------------------------------ what an issuer asks besides

sub with { return policy(issuers => [ issuer(@_) ]) }

my @day = with(max_age => 86400);
my @strict = with(profile => 'rfc9068');
my %at = (client_id => 'importjob', jti => 'aCJ4Kq7vb');

sub at { return token(header(typ => 'at+jwt'), payload(%at, @_)) }
sub at_without {
    return token(header(typ => 'at+jwt'), without(payload(%at), @_));
}

claim('a-token-is-no-older-than-max-age',
    'iat, max_age and the leeway: when they are over the token is too old.',
    ok('young', 'issued a day ago and 4 s', good(iat => $now - 86404), @day),
    bad('old', 'too_old', 'young', 'and 5 s', good(iat => $now - 86405), @day),
    ok('old-without-max-age', 'where there is no max_age',
       good(iat => $now - 86405)),
    ok('old-half', 'half a second before', good(iat => $now - 86404.5), @day),
    bad('no-iat', 'claim_missing', 'young', 'without iat its age is unknown',
       token(header(), without(payload(), 'iat')), @day),
    ok('no-iat-without-max-age', 'which matters only there',
       token(header(), without(payload(), 'iat'))),
    bad('old-unknown-key', 'key_not_found', 'young', 'old, of an unknown key: '
       . 'no fetch for it', token(header(kid => 'x'),
                                  payload(iat => $now - 86405)), @day,
       wants_keys => JSON::PP::false),
    bad('young-unknown-key', 'key_not_found', 'young', 'young: a fetch may '
       . 'help', token(header(kid => 'x'), payload(iat => $now - 86404)), @day,
       wants_keys => JSON::PP::true),
    bad('no-iat-unknown-key', 'key_not_found', 'young', 'of unknown age',
       token(header(kid => 'x'), without(payload(), 'iat')), @day,
       wants_keys => JSON::PP::false));

# -------------------------------------------------------- what is revoked

my $sid = 'https://example.com/sid';
my @revocation = with(revocation => [ 'sub', 'azp', 'jti',
                                      '/https:~1~1example.com~1sid' ]);

sub entry {
    my ($claim, $value, $before, %more) = @_;

    return { claim => $claim, value => $value, before => $before, %more };
}

sub revoked { return (@revocation, revoked => [ @_ ]) }

my $issued = payload()->{iat};
my @by_sub = revoked(entry('sub', payload()->{sub}, $issued));

claim('a-revoked-token-is-refused-and-a-later-one-passes',
    'An entry names a claim, a value and a time: tokens with that value that '
    . 'were issued up to then are revoked. There is no leeway.',
    ok('revoked-none', 'nothing is revoked', $good, revoked()),
    bad('revoked-sub', 'revoked', 'revoked-sub-earlier', 'issued in the very '
        . 'second', $good, @by_sub),
    ok('revoked-sub-earlier', 'issued a second later', $good,
       revoked(entry('sub', payload()->{sub}, $issued - 1))),
    ok('revoked-sub-half', 'issued half a second later',
       good(iat => $issued - 0.5),
       revoked(entry('sub', payload()->{sub}, $issued - 1))),
    ok('revoked-other', 'another subject', $good,
       revoked(entry('sub', 'somebody', $issued))),
    ok('revoked-longer', 'a subject that begins like it', $good,
       revoked(entry('sub', payload()->{sub} . 'x', $issued))),
    ok('revoked-other-claim', 'the value in another claim', $good,
       revoked(entry('azp', payload()->{sub}, $issued))),
    bad('revoked-azp', 'revoked', 'revoked-other-claim', 'a client', $good,
       revoked(entry('azp', payload()->{azp}, $issued))),
    bad('revoked-second', 'revoked', 'revoked-other', 'the second entry',
       $good, revoked(entry('sub', 'somebody', $issued),
                      entry('sub', payload()->{sub}, $issued))),
    bad('revoked-later-of-two', 'revoked', 'revoked-sub-earlier', 'of two '
       . 'entries for one value the later counts', $good,
       revoked(entry('sub', payload()->{sub}, $issued),
               entry('sub', payload()->{sub}, $issued - 9))),
    bad('revoked-jti', 'revoked', 'revoked-jti-other', 'one token',
       good(jti => 'a'), revoked(entry('jti', 'a', $issued))),
    ok('revoked-jti-other', 'another one', good(jti => 'b'),
       revoked(entry('jti', 'a', $issued))),
    bad('revoked-session', 'revoked', 'revoked-session-other', 'a session, by '
       . 'a path', good($sid => 's1'),
       revoked(entry('/https:~1~1example.com~1sid', 's1', $issued))),
    ok('revoked-session-other', 'another session', good($sid => 's2'),
       revoked(entry('/https:~1~1example.com~1sid', 's1', $issued))),
    bad('revoked-no-iat', 'revoked', 'revoked-no-iat-other', 'a token without '
       . 'iat is revoked by any entry that names it',
       token(header(), without(payload(), 'iat')),
       revoked(entry('sub', payload()->{sub}, $now - 1000))),
    ok('revoked-no-iat-other', 'and by no other',
       token(header(), without(payload(), 'iat')),
       revoked(entry('sub', 'somebody', $now - 1000))),
    ok('revoked-array', 'a claim that is no string has no value',
       good($sid => [ 's1' ]),
       revoked(entry('/https:~1~1example.com~1sid', 's1', $issued))),
    ok('revoked-number', 'a number is no string', pj(raw($sid => 1)),
       revoked(entry('/https:~1~1example.com~1sid', '1', $issued))),
    ok('revoked-case', 'in another case', good(jti => 'A'),
       revoked(entry('jti', 'a', $issued))),
    bad('revoked-nul', 'revoked', 'revoked-nul-cut', 'a value with NUL',
       good(jti => "a\0b"), revoked(entry('jti', "a\0b", $issued))),
    ok('revoked-nul-cut', 'up to the NUL', good(jti => 'a'),
       revoked(entry('jti', "a\0b", $issued))),
    bad('revoked-empty', 'revoked', 'revoked-empty-other', 'an empty value',
       good(jti => ''), revoked(entry('jti', '', $issued))),
    ok('revoked-empty-other', 'which none isn\'t', $good,
       revoked(entry('jti', '', $issued))),
    bad('revoked-escape', 'revoked', 'revoked-case', 'written with an escape',
       pj(raw(jti => '"\u0061"')), revoked(entry('jti', 'a', $issued))),
    ok('revoked-over', 'an entry that is over', $good,
       revoked(entry('sub', payload()->{sub}, $issued, until => $now - 1))),
    bad('revoked-last-second', 'revoked', 'revoked-over', 'in its last second',
       $good, revoked(entry('sub', payload()->{sub}, $issued,
                            until => $now))),
    bad('revoked-ahead', 'revoked', 'revoked-sub-earlier', 'up to a time that '
       . 'is to come', $good,
       revoked(entry('sub', payload()->{sub}, $now + 1000))),
    ok('revoked-not-looked-up', 'where there is no revocation', $good),
    bad('revoked-expired', 'expired', 'revoked-other', 'an expired one is '
       . 'expired', good(exp => $now - 100), @by_sub),
    bad('revoked-signature', 'bad_signature', 'revoked-other', 'and a '
       . 'stranger\'s a stranger\'s', token(header(), payload(), 'stranger'),
       @by_sub));

claim('the-profile-of-rfc-9068-wants-all-its-claims',
    'typ at+jwt, and iss, exp, aud, sub, client_id, iat and jti all there.',
    ok('strict', 'all there', at(), @strict),
    ok('strict-application', 'the media type in full',
       token(header(typ => 'application/at+jwt'), payload(%at)), @strict),
    bad('strict-jwt', 'typ_not_allowed', 'strict', 'typ JWT',
       token(header(typ => 'JWT'), payload(%at)), @strict),
    bad('strict-no-typ', 'typ_not_allowed', 'strict', 'no typ',
       token(without(header(), 'typ'), payload(%at)), @strict),
    (map { bad("strict-no-$_", 'claim_missing', 'strict', "without $_",
               at_without($_), @strict) } qw(sub client_id iat jti)),
    bad('strict-no-exp', 'expired', 'strict', 'without exp',
       at_without('exp'), @strict),
    bad('strict-no-aud', 'audience_mismatch', 'strict', 'without aud',
       at_without('aud'), @strict),
    bad('strict-no-aud-off', 'claim_missing', 'strict', 'without aud where '
       . 'any will do', at_without('aud'),
       with(profile => 'rfc9068', audiences => 'off')),
    bad('strict-client-null', 'claim_missing', 'strict', 'client_id null',
       at(client_id => undef), @strict),
    bad('strict-client-number', 'claim_missing', 'strict', 'client_id 1',
       at(client_id => 1), @strict),
    bad('strict-no-jti-cnf', 'claim_missing', 'strict', 'bound to a key, too',
       token(header(typ => 'at+jwt'),
             { %{ without(payload(%at), 'jti') }, cnf => {} }), @strict));

my @permissions = with(scope_claims => [ 'permissions', 'scope' ]);
my @roles = with(scope_claims => [ '/https:~1~1example.com/roles' ]);

claim('scopes-are-in-the-first-claim-that-is-there',
    'scope_claim: the first of its claims that the token carries.',
    ok('permissions', 'an array', good(permissions => [ 'read:timesheets' ]),
       @permissions),
    ok('permissions-string', 'a string',
       good(permissions => 'x read:timesheets'), @permissions),
    ok('permissions-absent', 'the second, where there is no first', $good,
       @permissions),
    bad('permissions-empty', 'insufficient_scope', 'permissions', 'an empty '
       . 'array is there: the second isn\'t asked', good(permissions => []),
       @permissions),
    bad('permissions-null', 'insufficient_scope', 'permissions', 'null is '
       . 'there', good(permissions => undef), @permissions),
    bad('permissions-number', 'insufficient_scope', 'permissions', 'a number '
       . 'grants nothing', good(permissions => 1), @permissions),
    bad('permissions-mixed', 'insufficient_scope', 'permissions', 'nor does '
       . 'an array with a number in it',
       good(permissions => [ 'read:timesheets', 1 ]), @permissions),
    bad('permissions-joined', 'insufficient_scope', 'permissions', 'an '
       . 'element is one scope', good(permissions => [ 'a read:timesheets' ]),
       @permissions),
    ok('roles', 'by a JSON Pointer',
       good('https://example.com' => { roles => 'x' }, scope => 'x',
            'https:' => 1, 'https://example.com' =>
            { roles => [ 'read:timesheets' ] }), @roles),
    bad('roles-absent', 'insufficient_scope', 'roles', 'which finds nothing: '
       . 'scope doesn\'t count', $good, @roles));

sub asks {
    my ($claim, @values) = @_;
    return policy(claims => [ { claim => $claim,
                                @values ? (values => [ @values ]) : () } ]);
}

my @gty = asks('gty', 'client-credentials', 'password');
my @human = asks('sub', '!~^anon@');

claim('claims-are-what-a-rule-asks',
    'jwt_require_claim: there, equal, matched or not matched.',
    ok('there', 'a claim that is there', $good, asks('azp')),
    bad('not-there', 'claim_mismatch', 'there', 'one that isn\'t', $good,
       asks('org_id')),
    bad('null-there', 'claim_mismatch', 'there', 'null is no value',
       good(org_id => undef), asks('org_id')),
    ok('empty-there', 'an empty string is one', good(org_id => ''),
       asks('org_id')),
    ok('equal', 'one of the values', $good, @gty),
    bad('other', 'claim_mismatch', 'equal', 'another value',
       good(gty => 'refresh_token'), @gty),
    bad('other-case', 'claim_mismatch', 'equal', 'the same in another case',
       good(gty => 'Password'), @gty),
    ok('in-array', 'an array that holds it',
       good(gty => [ 'x', 'password' ]), @gty),
    bad('not-in-array', 'claim_mismatch', 'in-array', 'one that doesn\'t',
       good(gty => [ 'x', [ 'password' ] ]), @gty),
    bad('in-object', 'claim_mismatch', 'in-array', 'an object equals nothing',
       good(gty => { password => 'password' }), @gty),
    ok('number', 'a number as it stands in the token',
       pj(raw(level => '3')), asks('level', '3')),
    bad('number-spelt', 'claim_mismatch', 'number', 'in another spelling',
       pj(raw(level => '3.0')), asks('level', '3')),
    ok('boolean', 'a boolean', pj(raw(verified => 'true')),
       asks('verified', 'true')),
    bad('boolean-false', 'claim_mismatch', 'boolean', 'the other one',
       pj(raw(verified => 'false')), asks('verified', 'true')),
    ok('regex', 'an expression', $good, asks('sub', '~@clients$')),
    bad('regex-not', 'claim_mismatch', 'regex', 'that isn\'t found',
       good(sub => 'auth0|1'), asks('sub', '~@clients$')),
    ok('regex-nocase', 'in any case', good(sub => 'X@CLIENTS'),
       asks('sub', '~*@clients$')),
    bad('regex-case', 'claim_mismatch', 'regex-nocase', 'where case counts',
       good(sub => 'X@CLIENTS'), asks('sub', '~@clients$')),
    ok('not-regex', 'a negated expression', $good, @human),
    bad('not-regex-found', 'claim_mismatch', 'not-regex', 'that is found',
       good(sub => 'anon@x'), @human),
    bad('not-regex-absent', 'claim_mismatch', 'not-regex', 'in a claim that '
       . 'isn\'t there', token(header(), without(payload(), 'sub')), @human),
    bad('not-regex-one', 'claim_mismatch', 'not-regex', 'in one of several',
       good(sub2 => [ 'a', 'anon@x' ]), asks('sub2', '!~^anon@')),
    bad('not-regex-object', 'claim_mismatch', 'not-regex', 'of what can\'t '
       . 'be compared', good(sub2 => {}), asks('sub2', '!~^anon@')),
    ok('pointer', 'a JSON Pointer', good(act => { sub => [ 'a', 'b' ] }),
       asks('/act/sub/1', 'b')),
    bad('pointer-past', 'claim_mismatch', 'pointer', 'past the end',
       good(act => { sub => [ 'a', 'b' ] }), asks('/act/sub/2')),
    bad('pointer-zeros', 'claim_mismatch', 'pointer', 'an index with a zero '
       . 'in front', good(act => { sub => [ 'a', 'b' ] }),
       asks('/act/sub/01')),
    ok('url-name', 'a name that is a URL', good('https://x.example/r' => 'y'),
       asks('https://x.example/r', 'y')),
    ok('above', 'a number above a bound', pj(raw(level => '10')),
       asks('level', '>3')),
    bad('above-equal', 'claim_mismatch', 'above', 'the bound itself',
       pj(raw(level => '3')), asks('level', '>3')),
    bad('above-string', 'claim_mismatch', 'above', 'digits in a string',
       good(level => '10'), asks('level', '>3')),
    bad('above-boolean', 'claim_mismatch', 'above', 'true, which is no 1',
       pj(raw(level => 'true')), asks('level', '>0')),
    ok('at-least', 'the bound where it counts', pj(raw(level => '3.0')),
       asks('level', '>=3')),
    bad('at-least-less', 'claim_mismatch', 'at-least', 'a little less',
       pj(raw(level => '2.9999999999999999999')), asks('level', '>=3')),
    ok('below', 'a number below a bound', pj(raw(level => '-1')),
       asks('level', '<0')),
    bad('below-zero', 'claim_mismatch', 'below', 'zero, of either sign',
       pj(raw(level => '-0.0')), asks('level', '<0')),
    ok('at-most', 'at most', pj(raw(level => '1e1')), asks('level', '<=10')),
    bad('at-most-more', 'claim_mismatch', 'at-most', 'one more',
       pj(raw(level => '11')), asks('level', '<=10')),
    ok('above-double', 'an integer that no double has',
       pj(raw(level => '9007199254740993')),
       asks('level', '>9007199254740992')),
    bad('above-double-equal', 'claim_mismatch', 'above-double', 'that a double '
       . 'would round to its neighbour', pj(raw(level => '9007199254740992')),
       asks('level', '>9007199254740992')),
    ok('above-array', 'an array of which one element is above',
       pj(raw(level => '[1,"9",4]')), asks('level', '>3')),
    bad('above-array-none', 'claim_mismatch', 'above-array', 'none is',
       pj(raw(level => '[1,"9",[9],3]')), asks('level', '>3')),
    ok('bound-or-value', 'a bound beside a value', good(level => 'admin'),
       asks('level', '>3', 'admin')),
    bad('bound-and-negated', 'claim_mismatch', 'above', 'a bound and a negated '
       . 'expression that is found', pj(raw(level => '10')),
       asks('level', '>3', '!~0')),
    bad('scope-first', 'insufficient_scope', 'there', 'scopes come first',
       good(scope => ''), asks('org_id')));

# --------------------------------------------------------------- policy

my $read = { scopes => [ 'read:timesheets' ], methods => [ 'GET' ] };
my $create = { scopes => [ 'create:timesheets' ], methods => [ 'POST' ] };
my @ours = rules($read, $create);

claim('a-method-that-no-rule-names-is-refused',
    'Once a rule has methods=, only the methods of such rules may be used.',
    ok('get', 'GET, which a rule names', $good, @ours),
    ok('head', 'HEAD, which GET covers', $good, @ours, method => 'HEAD'),
    ok('post', 'POST with its own scope', good(scope => 'create:timesheets'),
       @ours, method => 'POST'),
    bad('delete', 'method_not_allowed', 'get', 'DELETE, which none names',
       $good, @ours, method => 'DELETE', allow => 'GET, HEAD, POST'),
    bad('unknown', 'method_not_allowed', 'get', 'a method nginx doesn\'t know',
       $good, @ours, method => 'BREW', allow => 'GET, HEAD, POST'),
    bad('options', 'method_not_allowed', 'get', 'OPTIONS', $good, @ours,
       method => 'OPTIONS'),
    bad('get-for-head', 'method_not_allowed', 'head-named', 'GET where only '
       . 'HEAD is named', $good, method => 'GET', allow => 'HEAD',
       rules({ scopes => [ 'read:timesheets' ], methods => [ 'HEAD' ] })),
    ok('head-named', 'HEAD where it is named', $good, method => 'HEAD',
       rules({ scopes => [ 'read:timesheets' ], methods => [ 'HEAD' ] })),
    ok('delete-unnamed', 'DELETE where no rule has methods', $good,
       method => 'DELETE'),
    bad('delete-beside', 'method_not_allowed', 'delete-unnamed', 'DELETE beside '
       . 'a rule without methods, which names none', $good,
       rules({ scopes => [ 'read:timesheets' ] }, $create),
       method => 'DELETE', allow => 'POST'),
    bad('get-beside', 'method_not_allowed', 'delete-unnamed', 'GET likewise',
       $good, rules({ scopes => [ 'read:timesheets' ] }, $create),
       allow => 'POST'),
    ok('no-rules', 'no rules at all, and no scope',
       token(header(), without(payload(), 'scope')), rules(),
       method => 'DELETE'));

my $report = { scopes => [ 'read:timesheets' ],
               methods => [ 'GET', 'REPORT' ] };
my $purge = { scopes => [ 'purge:timesheets' ], methods => [ 'PURGE' ] };
my @odd = rules($report, $purge);

claim('a-method-of-any-name-is-known-by-it',
    'A rule may name methods that nginx has no name for; others stay refused.',
    ok('report', 'REPORT, which a rule names', $good, @odd,
       method => 'REPORT'),
    bad('report-scope', 'insufficient_scope', 'report', 'REPORT without its '
       . 'scope', good(scope => 'purge:timesheets'), @odd,
       method => 'REPORT', scopes_needed => 'read:timesheets'),
    ok('purge', 'PURGE with its own scope', good(scope => 'purge:timesheets'),
       @odd, method => 'PURGE'),
    bad('purge-scope', 'insufficient_scope', 'purge', 'PURGE with the scope of '
       . 'another method', $good, @odd, method => 'PURGE',
       scopes_needed => 'purge:timesheets'),
    bad('search', 'method_not_allowed', 'report', 'SEARCH, which none names',
       $good, @odd, method => 'SEARCH', allow => 'GET, HEAD, REPORT, PURGE'),
    bad('reports', 'method_not_allowed', 'report', 'a longer name', $good, @odd,
       method => 'REPORTS'),
    bad('post-odd', 'method_not_allowed', 'report', 'POST, which none names',
       $good, @odd, method => 'POST', allow => 'GET, HEAD, REPORT, PURGE'),
    ok('head-odd', 'HEAD, which GET covers', $good, @odd, method => 'HEAD'));

my $all = { scopes => [ 'a', 'b' ] };
my $any = { scopes => [ 'a', 'b' ], match => 'any' };

claim('scopes-cover-every-rule-that-applies',
    'Scopes are whole words, in their case, and each rule must hold.',
    ok('scope-among-others', 'among others',
       good(scope => 'openid read:timesheets x')),
    ok('scope-array', 'an array', good(scope => [ 'x', 'read:timesheets' ])),
    ok('scope-spaces', 'many spaces', good(scope => '  read:timesheets  ')),
    (map { bad("scope-$_->[0]", 'insufficient_scope', 'scope-among-others',
              $_->[1], good(scope => $_->[2]),
              scopes_needed => 'read:timesheets') }
         [ 'other', 'another', 'batch:upload' ], [ 'empty', 'empty', '' ],
         [ 'prefix', 'a longer one', 'read:timesheetsX' ],
         [ 'suffix', 'with something in front', 'xread:timesheets' ],
         [ 'part', 'a part', 'read' ], [ 'wildcard', 'a wildcard', 'read:*' ],
         [ 'case', 'in another case', 'READ:timesheets' ],
         [ 'tab', 'behind a tab', "x\tread:timesheets" ],
         [ 'newline', 'behind a line feed', "x\nread:timesheets" ],
         [ 'comma', 'in a list with commas', 'x,read:timesheets' ],
         [ 'nul', 'NUL behind it', "read:timesheets\0" ],
         [ 'number', 'a number', 1 ], [ 'null', 'null', undef ],
         [ 'true', 'true', JSON::PP::true ],
         [ 'object', 'an object', { 'read:timesheets' => 1 } ],
         [ 'empty-array', 'an empty array', [] ],
         [ 'array-joined', 'two in one element', [ 'x read:timesheets' ] ],
         [ 'array-mixed', 'an array with a number', [ 'read:timesheets', 1 ] ],
         [ 'array-nested', 'an array in an array', [ [ 'read:timesheets' ] ] ]),
    bad('scope-missing', 'insufficient_scope', 'scope-among-others', 'no scope',
       token(header(), without(payload(), 'scope'))),
    bad('scp', 'insufficient_scope', 'scope-among-others',
       'in scp and permissions, where nobody looks',
       token(header(), { %{ without(payload(), 'scope') },
                         scp => 'read:timesheets',
                         permissions => [ 'read:timesheets' ] })),
    ok('all-both', 'both of two', good(scope => 'b a'), rules($all)),
    bad('all-one', 'insufficient_scope', 'all-both', 'one of two',
       good(scope => 'a'), rules($all), scopes_needed => 'a b'),
    bad('all-one-twice', 'insufficient_scope', 'all-both', 'one of two, twice',
       good(scope => 'a a'), rules($all)),
    ok('any-one', 'one of two will do', good(scope => 'b'), rules($any)),
    bad('any-none', 'insufficient_scope', 'any-one', 'neither',
       good(scope => 'c'), rules($any), scopes_needed => 'a b'),
    ok('two-rules', 'two rules', good(scope => 'a x'),
       rules($any, { scopes => [ 'x' ] })),
    bad('first-rule-only', 'insufficient_scope', 'two-rules', 'the first only',
       good(scope => 'a'), rules($any, { scopes => [ 'x' ] }),
       scopes_needed => 'a b x'),
    bad('second-rule-only', 'insufficient_scope', 'two-rules', 'the second '
       . 'only', good(scope => 'x'), rules($any, { scopes => [ 'x' ] }),
       scopes_needed => 'a b x'),
    bad('needed-once-each', 'insufficient_scope', 'two-rules', 'each named '
       . 'once, the rule for another method not',
       good(scope => 'q'),
       rules({ scopes => [ 'c', 'a' ] }, { scopes => [ 'a', 'd', 'c' ],
             methods => [ 'GET' ] }, { scopes => [ 'z' ],
             methods => [ 'POST' ] }), scopes_needed => 'c a d'),
    bad('post-by-reader', 'insufficient_scope', 'post', 'POST with the scope '
       . 'of GET', $good, @ours, method => 'POST',
       scopes_needed => 'create:timesheets'),
    bad('head-without', 'insufficient_scope', 'head', 'HEAD without the scope '
       . 'of GET', good(scope => 'x'), @ours, method => 'HEAD',
       scopes_needed => 'read:timesheets'),
    bad('rule-without-scopes', 'insufficient_scope', 'two-rules', 'a rule '
       . 'without any scope is never covered', good(scope => 'a'),
       rules({ scopes => [] })));

# ---------------------------------------------------------------- order

# Each is wrong in two neighbouring ways, most in all that follow.

sub all_wrong {
    my ($header, %claims) = @_;

    return token({ alg => 'none', typ => 'x', kid => 'unknown', %$header },
                 payload(iss => 'x', aud => 'x', exp => 1, nbf => $now + 99,
                         iat => $now + 99, cnf => {}, scope => '', %claims));
}

my @late = (exp => 1, nbf => $now + 99, iat => $now + 99, aud => 'x',
            cnf => {}, scope => '');

claim('the-first-check-that-fails-decides',
    'A token that is wrong in several ways gets the first verdict.',
    bad('order-multiple-large', 'multiple_tokens', 'good', 'two, both too long',
       undef, authorization => [ 'Bearer ' . 'a' x 9000,
                                 'Bearer ' . 'a' x 9000 ]),
    bad('order-large-malformed', 'token_too_large', 'good', 'too long, and no '
       . 'b64token', 'a b' x 4000),
    bad('order-request-opaque', 'malformed_request', 'good', 'no b64token, and '
       . 'of two parts', 'a!b.c'),
    bad('order-opaque-malformed', 'opaque_token', 'good', 'four parts, all '
       . 'empty', 'a...'),
    bad('order-malformed-crit', 'malformed_token', 'good', 'a malformed '
       . 'payload, and crit', token({ crit => [ 'x' ] }, '[]')),
    bad('order-crit-issuer', 'crit_unsupported', 'good', 'crit, and all else '
       . 'wrong', all_wrong({ crit => [ 'x' ] })),
    bad('order-issuer-alg', 'issuer_mismatch', 'good', 'another issuer, and all '
       . 'that follows wrong', all_wrong({})),
    bad('order-alg-typ', 'alg_not_allowed', 'good', 'alg none, and all that '
       . 'follows wrong', all_wrong({}, iss => $iss)),
    bad('order-typ-keys', 'typ_not_allowed', 'good', 'typ, and no keys',
       all_wrong({ alg => 'RS256' }, iss => $iss), with_jwks(undef)),
    bad('order-keys-unavailable', 'keys_unavailable', 'good', 'no keys, and all '
       . 'that follows wrong',
       all_wrong({ alg => 'RS256', typ => 'JWT' }, iss => $iss),
       with_jwks(undef), wants_keys => JSON::PP::false),
    bad('order-key-signature', 'key_not_found', 'good', 'an unknown key, and '
       . 'all that follows wrong',
       all_wrong({ alg => 'RS256', typ => 'JWT' }, iss => $iss),
       wants_keys => JSON::PP::false),
    bad('order-signature-expired', 'bad_signature', 'good', 'a bad signature, '
       . 'and all that follows wrong',
       token(header(), payload(@late), 'stranger')),
    bad('order-expired-nbf', 'expired', 'good', 'expired, and all that follows '
       . 'wrong', good(@late)),
    bad('order-nbf-iat', 'not_yet_valid', 'good', 'not yet valid, and all that '
       . 'follows wrong', good(@late, exp => $now + 60)),
    bad('order-iat-aud', 'issued_in_future', 'good', 'from the future, and all '
       . 'that follows wrong', good(@late, exp => $now + 60, nbf => 0)),
    bad('order-aud-cnf', 'audience_mismatch', 'good', 'another audience, and '
       . 'all that follows wrong',
       good(@late, exp => $now + 60, nbf => 0, iat => 0)),
    bad('order-cnf-method', 'sender_constrained', 'good', 'bound to a key, and '
       . 'all that follows wrong',
       good(cnf => {}, scope => ''), @ours, method => 'DELETE'),
    bad('order-method-scope', 'method_not_allowed', 'good', 'a method that none '
       . 'names, and no scope', good(scope => ''),
       rules({ scopes => [ 'x' ] }, $read), method => 'DELETE'));

# ------------------------------------------------- Auth0's two profiles

claim('auth0s-own-tokens-pass',
    'The tokens that Auth0 gives for the timesheets API.',
    ok('rfc-9068-profile', 'the RFC 9068 profile',
       token(header(typ => 'at+jwt'),
             { %{ without(payload(), 'azp', 'gty') },
               client_id => 'importjob', jti => 'aCJ4Kq7vb' })),
    ok('user-token', 'a user\'s, with an organization and permissions',
       good(sub => 'auth0|5f7c8ec7c33c6c004bbafe82',
            aud => [ $aud, "${iss}userinfo" ], org_id => 'org_9ybsU1dN',
            scope => 'openid profile read:timesheets create:timesheets',
            permissions => [ 'read:timesheets', 'create:timesheets' ],
            'https://example.com/email' => 'a@example.com')),
    bad('id-token', 'audience_mismatch', 'user-token', 'the ID token of the '
       . 'same login', token(header(), { %{ without(payload(), 'scope',
       'azp', 'gty') }, aud => 'importjob', nonce => 'n', at_hash => 'h',
       sid => 's', email => 'a@example.com' })));

# who signed what is read with the key of its kid otherwise

my %signed_by = ('pem-certificate' => 'next', 'pem-pkcs1' => 'three',
                 'x5c-second' => 'next', 'pem-no-key-of-it' => 'stranger',
                 'x5c-not-beside-a-key' => 'stranger');

sub every { return policy(issuers => [ issuer(algorithms => [ $_[0] ],
                              jwks => $_[1]) ]) }

claim('a-trusted-set-is-read-as-people-send-it',
    'How the tenant and the operator spell their keys is forgiven, how a '
    . 'token is spelled is not.',
    (map { ok("set-$_->[0]", $_->[1], $good, with_jwks("keys/$_->[2].json")) }
         [ 'zero-n', 'a zero byte in front of the modulus', 'zero-in-front' ],
         [ 'zero-e', 'one in front of the exponent', 'zero-in-front-of-e' ],
         [ 'padded', 'equals signs behind the modulus', 'padded' ],
         [ 'plain', 'base64\'s other alphabet', 'plain-base64' ],
         [ 'mark', 'a byte order mark before the set', 'byte-order-mark' ],
         [ 'x5c', 'a key that is only in a certificate', 'x5c-only' ],
         [ 'beside', 'a certificate beside the key counts for nothing',
           'x5c-beside-a-key' ]),
    bad('token-padded', 'malformed_token', 'set-padded', 'equals signs behind '
       . 'a token\'s signature', "$good==", with_jwks('keys/padded.json')),
    bad('set-padded-other-key', 'bad_signature', 'set-padded', 'another key',
       token(header(), payload(), 'stranger'),
       with_jwks('keys/padded.json')),
    ok('x5c-second', 'the second of them', token(header(kid => 'next'),
       payload(), 'next'), with_jwks('keys/x5c-only.json')),
    bad('x5c-of-another-kind', 'key_not_found', 'x5c-second', 'a certificate '
       . 'of another kind than kty says',
       token(header(kid => 'of-another-kind'), payload(), 'stranger'),
       with_jwks('keys/x5c-only.json')),
    bad('x5c-not-beside-a-key', 'bad_signature', 'set-beside', 'the key of a '
       . 'certificate beside a key', token(header(), payload(), 'stranger'),
       with_jwks('keys/x5c-beside-a-key.json')),
    (map { ok('x5c-' . lc, "a certificate for $_", by($_),
              every($_, 'keys/x5c-of-every-kind.json')) }
         qw(RS256 ES256 ES384 ES512 EdDSA)),
    ok('ed25519', 'EdDSA as RFC 9864 calls it', by('EdDSA', alg => 'Ed25519'),
       every('Ed25519', 'keys/x5c-of-every-kind.json')),
    ok('ed25519-for-eddsa', 'in the token alone',
       by('EdDSA', alg => 'Ed25519'), kinds('EdDSA')),
    ok('eddsa-for-ed25519', 'in the configuration alone', by('EdDSA'),
       kinds('Ed25519')),
    bad('ed25519-case', 'alg_not_allowed', 'ed25519-for-eddsa', 'in another '
       . 'case', by('EdDSA', alg => 'ed25519'), kinds('EdDSA')),
    ok('pem', 'a public key of a PEM file', $good,
       with_jwks('keys/several.pem')),
    ok('pem-other-kid', 'whatever kid the token names',
       token(header(kid => '../x'), payload()),
       with_jwks('keys/several.pem')),
    ok('pem-no-kid', 'or none', token(without(header(), 'kid'), payload()),
       with_jwks('keys/several.pem')),
    ok('pem-certificate', 'a certificate in it',
       token(header(), payload(), 'next'), with_jwks('keys/several.pem')),
    ok('pem-pkcs1', 'an RSA PUBLIC KEY in it',
       token(header(), payload(), 'three'), with_jwks('keys/several.pem')),
    (map { ok('pem-' . lc, "$_ of it", by($_),
              every($_, 'keys/several.pem')) } qw(ES256 EdDSA)),
    bad('pem-no-key-of-it', 'bad_signature', 'pem', 'signed by none of them',
       token(header(), payload(), 'stranger'),
       with_jwks('keys/several.pem')),
    bad('pem-es384', 'key_not_found', 'pem-es256', 'no key of it fits',
       by('ES384'), every('ES384', 'keys/several.pem')),
    ok('secret-and-kid', 'a shared secret fits any kid',
       by('HS256', kid => 'any'), shared('HS256')),
    bad('secret-and-kid-bad', 'bad_signature', 'secret-and-kid',
       'but not any signature', by('HS256', kid => 'any') =~ s/..$/AA/r,
       shared('HS256')));

# ------------------------------------------------------------ bound tokens

# Proofs are signed with the keys beside this file; the thumbprints are
# computed here, of the public JWK's own members.

my $at = 'https://api.exampleco.com';
my $nonce_key = 'a key for nonces that is long enough';

sub thumbprint {
    my ($jwk) = @_;
    my @names = $jwk->{kty} eq 'RSA' ? qw(e kty n)
                : $jwk->{kty} eq 'EC' ? qw(crv kty x y) : qw(crv kty x);

    return b64(sha256(join(',', map { qq("$_":"$jwk->{$_}") } @names)
                      =~ s/^(.*)$/{$1}/r));
}

sub ath { return b64(sha256($_[0])) }

sub nonce {
    my ($made, $with) = @_;
    my $time = pack 'Q>', $made;

    return b64($time . hmac('SHA256', $with // $nonce_key, $time));
}

my $jkt = thumbprint(jwk('ec'));
my $certificate = sha256(certificate('current'));
my $bound = good(cnf => { jkt => $jkt });
my $by_certificate = good(cnf => { 'x5t#S256' => b64($certificate) });

# %change: members of the proof's payload; -header: of its header (undef takes
# one away, as everywhere), -alg, -key, -token: whose digest ath is

sub proof {
    my (%change) = @_;
    my $alg = delete $change{-alg} // 'ES256';
    my $name = delete $change{-key} // $key_of{family($alg)};
    my $token = delete $change{-token} // $bound;
    my $more = delete $change{-header} // {};
    my $text = delete $change{-text};
    my $signed = delete $change{-signed} // $alg;
    my %header = (typ => 'dpop+jwt', alg => $alg, jwk => jwk($name), %$more);
    my %payload = (jti => 'e1j3V_bKic8-LAEB', htm => 'GET',
                   htu => "$at/timesheets", iat => $now, ath => ath($token),
                   %change);

    delete @header{grep { !defined $header{$_} } keys %header};
    delete @payload{grep { !defined $payload{$_} } keys %payload};

    my $input = input(\%header, $text // \%payload);

    return "$input." . b64(signature($signed, $input));
}

# the text of a proof's payload with another spelling of one member

sub dated {
    my ($name, $value, @more) = @_;
    my $text = $json->encode({ jti => 'e1j3V_bKic8-LAEB', htm => 'GET',
                               htu => "$at/timesheets", iat => $now, @more,
                               ath => ath($bound), $name => '@@' });

    $text =~ s/"\@\@"/$value/ or die;

    return proof(-text => $text);
}

sub binding {
    return (policy => { binding => { dpop => JSON::PP::true,
                                     mtls => JSON::PP::true,
                                     algorithms => [ 'ES256' ],
                                     origins => [ $at ], lifetime => 300,
                                     ahead => 30, @_ } });
}

# a bound token with a proof

sub proved {
    my ($proof, @more) = @_;

    return (undef, authorization => "DPoP $bound", dpop => [ $proof ],
            target => '/timesheets', binding(), @more);
}

sub wanted { return (since => 0, nonce_keys => [ 'an older key of nonces, '
                                                 . 'as long', $nonce_key ],
                     binding(nonce => JSON::PP::true, nonce_lifetime => 60,
                             @_)) }

# what a proof is remembered by: its key, and its jti

sub remembered {
    my ($jwk, $jti) = @_;

    return (remembered_as => sha256_hex(decode_base64url(thumbprint($jwk))
                                        . $jti));
}

# P-256: the point with the other y is on the curve, too

my $other_y = sub {
    require Math::BigInt;
    my $p = Math::BigInt->from_hex('ffffffff00000001' . '0' x 24 . 'f' x 24);
    my $y = $p - Math::BigInt->from_hex(unpack 'H*', decode_base64url($_[0]));
    my $hex = $y->to_hex;

    return b64(pack 'H*', '0' x (64 - length $hex) . $hex);
};

my ($proof_header, $proof_payload, $proof_signature) = split /\./, proof();
my $at_path = sub { my ($id, $verdict, $title, $htu, $target, @more) = @_;
    my @case = proved(proof(htu => $htu), target => $target, @more);

    return $verdict eq 'ok' ? ok("htu-$id", $title, @case)
           : bad("htu-$id", 'dpop_proof_invalid', 'proof', $title, @case) };

claim('a-bound-token-comes-with-its-proof',
    'A token with cnf is only as good as the proof that it is the client\'s.',
    ok('proof', 'a token with its proof', proved(proof(),
       remembered_until => $now + 330, nonce_made => 0,
       remembered(jwk('ec'), 'e1j3V_bKic8-LAEB'))),
    ok('proof-lower-case-scheme', 'dpop', proved(proof(),
       authorization => "dpop $bound")),
    bad('proof-scheme-alone', 'malformed_request', 'proof', 'DPoP and nothing',
       proved(proof(), authorization => 'DPoP')),
    bad('proof-by-bearer', 'sender_constrained', 'proof', 'as a bearer token',
       proved(proof(), authorization => "Bearer $bound")),
    bad('proof-by-cookie', 'sender_constrained', 'proof', 'of a cookie',
       undef, bare => [ $bound ], dpop => [ proof() ],
       target => '/timesheets', binding()),
    bad('proof-off', 'sender_constrained', 'proof', 'where none is checked',
       $bound, dpop => [ proof() ], target => '/timesheets'),
    bad('proof-mtls-alone', 'sender_constrained', 'proof', 'where only '
       . 'certificates are', proved(proof(), binding(dpop => JSON::PP::false))),
    bad('scheme-where-off', 'no_token', 'proof', 'another scheme where none '
       . 'is checked', undef, authorization => "DPoP $bound",
       dpop => [ proof() ], target => '/timesheets'),
    ok('unbound', 'a token without cnf', $good, binding()),
    ok('unbound-and-proof', 'a proof beside it is ignored', $good, binding(),
       dpop => [ 'x' ]),
    bad('unbound-required', 'unbound_token', 'unbound', 'where it must be '
       . 'bound', $good, binding(required => JSON::PP::true)),
    bad('unbound-by-dpop', 'unbound_token', 'unbound', 'by the scheme DPoP',
       proved(proof(), authorization => "DPoP $good")),
    ok('proof-required', 'bound where it must be', proved(proof(),
       binding(required => JSON::PP::true))),
    (map { bad("cnf-$_->[0]-bound", 'sender_constrained', 'proof', $_->[1],
               proved(proof(), authorization => 'DPoP ' . pj(raw(cnf => $_->[2]))))
         } [ 'null', 'null', 'null' ], [ 'empty', 'no member', '{}' ],
           [ 'string', 'a string', '"x"' ], [ 'array', 'an array', '[]' ],
           [ 'other', 'another member alone', '{"kid":"x"}' ],
           [ 'jkt-null', 'jkt null', '{"jkt":null}' ],
           [ 'jkt-number', 'jkt a number', '{"jkt":1}' ],
           [ 'jkt-short', 'jkt of 31 bytes', '{"jkt":"' . b64('x' x 31) . '"}' ],
           [ 'jkt-padded', 'jkt padded', "{\"jkt\":\"$jkt=\"}" ],
           [ 'x5t-array', 'x5t#S256 an array', "{\"jkt\":\"$jkt\",\"x5t#S256\":[]}" ]),
    ok('cnf-more', 'other members don\'t count', proved(proof(-token => good(cnf
       => { jkt => $jkt, kid => 'x' })), authorization => 'DPoP '
       . good(cnf => { jkt => $jkt, kid => 'x' }))),
    ok('certificate', 'the client\'s certificate', $by_certificate, binding(),
       certificate => unpack('H*', $certificate)),
    ok('certificate-by-dpop', 'by the scheme DPoP, as Auth0 says', undef,
       authorization => "DPoP $by_certificate", binding(),
       certificate => unpack('H*', $certificate)),
    bad('certificate-none', 'certificate_missing', 'certificate', 'none',
       $by_certificate, binding()),
    bad('certificate-other', 'certificate_mismatch', 'certificate', 'another',
       $by_certificate, binding(), certificate => unpack('H*', sha256('x'))),
    bad('certificate-dpop-alone', 'sender_constrained', 'certificate',
       'where only proofs are checked', $by_certificate,
       binding(mtls => JSON::PP::false),
       certificate => unpack('H*', $certificate)),
    ok('both', 'bound both ways', proved(proof(-token => good(cnf => { jkt =>
       $jkt, 'x5t#S256' => b64($certificate) })), authorization => 'DPoP '
       . good(cnf => { jkt => $jkt, 'x5t#S256' => b64($certificate) }),
       certificate => unpack('H*', $certificate))),
    bad('both-no-certificate', 'certificate_missing', 'both', 'and no '
       . 'certificate', proved('x', authorization => 'DPoP '
       . good(cnf => { jkt => $jkt, 'x5t#S256' => b64($certificate) }))),
    bad('both-no-proof', 'dpop_proof_missing', 'both', 'and no proof',
       proved('x', authorization => 'DPoP ' . good(cnf => { jkt => $jkt,
       'x5t#S256' => b64($certificate) }), dpop => [],
       certificate => unpack('H*', $certificate))));

claim('a-proof-is-of-one-form',
    'One DPoP header, strict base64url and JSON, and a header of its kind.',
    bad('no-proof', 'dpop_proof_missing', 'proof', 'no header',
       proved('x', dpop => [])),
    bad('two-proofs', 'dpop_proof_invalid', 'proof', 'two headers',
       proved('x', dpop => [ proof(), proof() ])),
    ok('proof-of-8k', 'as large as it may be', proved(proof(x => 'x' x
       (int((8192 - length proof(x => '')) * 3 / 4) - 2)))),
    (map { bad("proof-$_->[0]", 'dpop_proof_invalid', 'proof', $_->[1],
               proved($_->[2])) }
         [ 'too-long', 'longer than 8k', proof(x => 'x' x 6200) ],
         [ 'is-empty', 'an empty header', '' ],
         [ 'is-no-jws', 'no dot', 'x' ],
         [ 'of-two-parts', 'two parts', "$proof_header.$proof_payload" ],
         [ 'of-four-parts', 'four parts', proof() . '.x' ],
         [ 'unsigned', 'an empty signature', "$proof_header.$proof_payload." ],
         [ 'without-payload', 'an empty payload',
           "$proof_header..$proof_signature" ],
         [ 'padded', 'padding behind the signature', proof() . '==' ],
         [ 'plain', 'plain base64', proof() =~ s/[-_]/+/r ],
         [ 'and-blank', 'a blank behind it', proof() . ' ' ],
         [ 'of-array', 'the payload an array', proof(-text => '[]') ],
         [ 'of-text', 'the payload no JSON', proof(-text => 'x') ],
         [ 'twice-jti', 'jti twice', proof(-text => '{"jti":"a","jti":"b"}') ],
         [ 'no-typ', 'no typ', proof(-header => { typ => undef }) ],
         [ 'typ-jwt', 'typ JWT', proof(-header => { typ => 'JWT' }) ],
         [ 'typ-case', 'typ in capitals', proof(-header => { typ =>
                                                             'DPoP+JWT' }) ],
         [ 'typ-long', 'typ with application/',
           proof(-header => { typ => 'application/dpop+jwt' }) ],
         [ 'typ-number', 'typ a number', proof(-header => { typ => 1 }) ],
         [ 'crit', 'crit', proof(-header => { crit => [ 'x' ] }) ],
         [ 'b64', 'b64', proof(-header => { b64 => JSON::PP::true }) ],
         [ 'alg-none', 'alg none', proof(-header => { alg => 'none' }) ],
         [ 'no-alg', 'no alg', proof(-header => { alg => undef }) ],
         [ 'alg-case', 'alg in another case', proof(-header => { alg =>
                                                                 'es256' }) ],
         [ 'alg-hs256', 'alg HS256', proof(-header => { alg => 'HS256' }) ],
         [ 'of-es384', 'an algorithm that isn\'t ours', proof(-alg => 'ES384') ],
         [ 'other-curve', 'a key of another curve', proof(-header => { jwk =>
                                                          jwk('ec384') }) ],
         [ 'rsa-key', 'a key of another kind', proof(-header => { jwk =>
                                                          jwk('current') }) ],
         [ 'no-jwk', 'no jwk', proof(-header => { jwk => undef }) ],
         [ 'jwk-string', 'jwk a string', proof(-header => { jwk => 'x' }) ],
         [ 'kid-alone', 'kid in place of jwk', proof(-header => { jwk => undef,
                                                            kid => 'x' }) ],
         [ 'private', 'a private key', proof(-header => { jwk => jwk('ec',
           d => $key{ec}->export_key_jwk('private', 1)->{d}) }) ],
         [ 'private-null', 'd null', proof(-header => { jwk => jwk('ec',
                                                            d => undef) }) ],
         [ 'private-k', 'k of a shared key', proof(-header => { jwk =>
                                                  jwk('ec', k => 'eA') }) ],
         [ 'oct', 'a shared key', proof(-header => { jwk => { kty => 'oct',
                                                        k => 'eA' } }) ],
         [ 'for-encryption', 'use enc', proof(-header => { jwk =>
                                              jwk('ec', use => 'enc') }) ],
         [ 'key-ops', 'key_ops without verify', proof(-header => { jwk =>
                                      jwk('ec', key_ops => [ 'sign' ]) }) ],
         [ 'key-alg', 'alg of the key another', proof(-header => { jwk =>
                                            jwk('ec', alg => 'ES384') }) ],
         [ 'x-padded', 'x padded', proof(-header => { jwk =>
                                  jwk('ec', x => jwk('ec')->{x} . '=') }) ],
         [ 'x-short', 'x of 31 bytes', proof(-header => { jwk =>
                                          jwk('ec', x => b64('x' x 31)) }) ],
         [ 'off-curve', 'a point off its curve', proof(-header => { jwk =>
                                jwk('ec', x => b64('x' x 32)) }) ],
         [ 'x5c-alone', 'the key only in a certificate', proof(-header => {
                                              jwk => x5c('EC', 'ec') }) ]),
    ok('key-says-so', 'use, key_ops and alg that fit', proved(proof(-header => {
       jwk => jwk('ec', use => 'sig', key_ops => [ 'verify' ], alg => 'ES256',
                  kid => 'mine', ext => JSON::PP::true) }))),
    ok('proof-kid', 'a kid beside the key', proved(proof(-header => { kid =>
                                                                   'x' }))),
    (map { my ($alg) = $_;
           my $token = good(cnf => { jkt => thumbprint(jwk($key_of{family($alg)})) });

           (ok('proof-' . lc $alg, $alg, proved(proof(-alg => $alg,
               -token => $token), authorization => "DPoP $token",
               binding(algorithms => [ 'RS256', $alg ]),
               remembered(jwk($key_of{family($alg)}), 'e1j3V_bKic8-LAEB'))),
            bad('proof-not-' . lc $alg, 'dpop_proof_invalid',
                'proof-' . lc $alg, "$alg that isn't allowed",
                proved(proof(-alg => $alg, -token => $token),
                authorization => "DPoP $token",
                binding(algorithms => [ $alg eq 'ES256' ? 'ES384' : 'ES256' ])))) }
         qw(RS256 RS512 PS256 PS384 ES384 ES512 EdDSA)));

claim('a-proof-is-for-this-request-and-token',
    'By the token\'s key, for the token, the method and the URL.',
    bad('proof-of-another-key', 'dpop_key_mismatch', 'proof', 'by another key '
       . 'of its kind', proved(proof(-header => { jwk => {
         %{ jwk('ec') }, y => $other_y->(jwk('ec')->{y}) } }))),
    bad('token-of-another-key', 'dpop_key_mismatch', 'proof', 'a token for '
       . 'another key', proved(proof(-token => good(cnf => { jkt =>
         b64(sha256('x')) })), authorization => 'DPoP ' . good(cnf => {
         jkt => b64(sha256('x')) }))),
    (map { bad("ath-$_->[0]", 'dpop_proof_invalid', 'proof', $_->[1],
               proved(proof(ath => $_->[2]))) }
         [ 'missing', 'no ath', undef ], [ 'other', 'of another token',
           ath('x') ], [ 'number', 'ath a number', 1 ],
         [ 'padded', 'ath padded', ath($bound) . '=' ],
         [ 'hex', 'ath in hex', sha256_hex($bound) ]),
    (map { bad("htm-$_->[0]", 'dpop_proof_invalid', 'proof', $_->[1],
               proved(proof(htm => $_->[2]))) }
         [ 'missing', 'no htm', undef ], [ 'post', 'another method', 'POST' ],
         [ 'case', 'in another case', 'get' ], [ 'number', 'a number', 1 ],
         [ 'head', 'HEAD is not GET', 'HEAD' ],
         [ 'blank', 'a blank behind it', 'GET ' ]),
    ok('htm-of-post', 'POST for POST', proved(proof(htm => 'POST'),
       method => 'POST')),
    bad('htm-get-for-head', 'dpop_proof_invalid', 'htm-of-post', 'GET for HEAD',
       proved(proof(), method => 'HEAD')),
    bad('htu-missing', 'dpop_proof_invalid', 'proof', 'no htu',
       proved(proof(htu => undef))),
    bad('htu-number', 'dpop_proof_invalid', 'proof', 'a number',
       proved(proof(htu => 1))),
    (map { $at_path->(@$_) }
         [ 'case', 'ok', 'scheme and host in capitals',
           'HTTPS://API.ExampleCo.com/timesheets', '/timesheets' ],
         [ 'port', 'ok', 'the default port', "$at:443/timesheets",
           '/timesheets' ],
         [ 'other-port', 'no', 'another port', "$at:8443/timesheets",
           '/timesheets' ],
         [ 'http', 'no', 'another scheme', 'http://api.exampleco.com/timesheets',
           '/timesheets' ],
         [ 'http-443', 'no', 'another scheme on its port',
           'http://api.exampleco.com:443/timesheets', '/timesheets' ],
         [ 'host', 'no', 'another host', 'https://evil.example/timesheets',
           '/timesheets' ],
         [ 'longer-host', 'no', 'a host that begins like it',
           "$at.evil.example/timesheets", '/timesheets' ],
         [ 'dot', 'no', 'a dot behind the host', "$at./timesheets",
           '/timesheets' ],
         [ 'user', 'no', 'a user part', 'https://x@api.exampleco.com/timesheets',
           '/timesheets' ],
         [ 'empty-user', 'no', 'an empty one',
           'https://@api.exampleco.com/timesheets', '/timesheets' ],
         [ 'query', 'ok', 'a query in both', "$at/timesheets?a=b",
           '/timesheets?c=d' ],
         [ 'fragment', 'ok', 'a fragment', "$at/timesheets#x", '/timesheets' ],
         [ 'path', 'no', 'another path', "$at/other", '/timesheets' ],
         [ 'path-case', 'no', 'a path in another case', "$at/Timesheets",
           '/timesheets' ],
         [ 'slash', 'no', 'a slash behind it', "$at/timesheets/",
           '/timesheets' ],
         [ 'two-slashes', 'no', 'two slashes', "$at//timesheets",
           '/timesheets' ],
         [ 'two-slashes-both', 'ok', 'in both', "$at//timesheets",
           '//timesheets' ],
         [ 'relative', 'no', 'no origin', '/timesheets', '/timesheets' ],
         [ 'empty-path', 'ok', 'no path is /', $at, '/' ],
         [ 'empty-path-query', 'ok', 'with a query', "$at?x", '/?y' ],
         [ 'root', 'ok', '/', "$at/", '/' ],
         [ 'empty-path-other', 'no', 'but no other path', $at, '/x' ],
         [ 'coded', 'ok', 'letters percent-coded', "$at/%74imesheets",
           '/timesheets' ],
         [ 'coded-here', 'ok', 'in the request', "$at/timesheets",
           '/time%73heets' ],
         [ 'hex-case', 'ok', 'hexadecimal digits in another case', "$at/a%2fb",
           '/a%2Fb' ],
         [ 'coded-slash', 'no', 'a coded slash is none', "$at/a/b", '/a%2Fb' ],
         [ 'coded-percent', 'no', 'a coded percent sign is none',
           "$at/%2574imesheets", '/timesheets' ],
         [ 'broken-code', 'no', 'broken percent-coding', "$at/a%2", '/a%2' ],
         [ 'broken-digits', 'no', 'digits that are none', "$at/a%zz",
           '/a%zz' ],
         [ 'dots', 'ok', 'dot segments', "$at/a/./b/../../timesheets",
           '/timesheets' ],
         [ 'coded-dots', 'ok', 'coded ones', "$at/a/%2e%2E/timesheets",
           '/timesheets' ],
         [ 'dots-here', 'ok', 'in the request', "$at/timesheets",
           '/x/../timesheets' ],
         [ 'dots-last', 'ok', 'at the end', "$at/a/b/..", '/a/' ],
         [ 'dots-beyond', 'ok', 'beyond the root', "$at/../timesheets",
           '/timesheets' ],
         [ 'three-dots', 'no', 'three dots are a name', "$at/a/.../timesheets",
           '/timesheets' ],
         [ 'blank', 'no', 'a blank', "$at/time sheets", '/time sheets' ],
         [ 'not-ascii', 'no', 'not ASCII', "$at/\x{e9}", "/\x{e9}" ],
         [ 'nul', 'no', 'NUL behind it', "$at/timesheets\0", '/timesheets' ],
         [ 'origin-path', 'ok', 'an origin with a path', "$at/v1/timesheets",
           '/timesheets', binding(origins => [ "$at/v1" ]) ],
         [ 'origin-slash', 'ok', 'that ends in a slash', "$at/v1/timesheets",
           '/timesheets', binding(origins => [ "$at/v1/" ]) ],
         [ 'no-origin-path', 'no', 'and a URL without it', "$at/timesheets",
           '/timesheets', binding(origins => [ "$at/v1" ]) ],
         [ 'out-of-origin', 'no', 'dots don\'t lead out of it', "$at/x",
           '/../x', binding(origins => [ "$at/v1" ]) ],
         [ 'second-origin', 'ok', 'the second of two', "$at/timesheets",
           '/timesheets', binding(origins => [ 'http://localhost:8080', $at ]) ],
         [ 'origin-port', 'ok', 'an origin with a port',
           'http://localhost:8080/timesheets', '/timesheets',
           binding(origins => [ 'http://localhost:8080', $at ]) ],
         [ 'address', 'ok', 'an IPv6 address', 'http://[::1]/x', '/x',
           binding(origins => [ 'http://[::1]:80' ]) ],
         [ 'no-origins', 'no', 'no origin at all', "$at/timesheets",
           '/timesheets', binding(origins => []) ]),
    bad('htu-before-nonce', 'dpop_proof_invalid', 'proof', 'a wrong URL, and a '
       . 'nonce is wanted', proved(proof(htu => "$at/x"), wanted())),
    bad('ath-before-htm', 'dpop_proof_invalid', 'proof', 'of another token',
       proved(proof(-token => 'x', htm => 'PUT'))),
    (map { bad("signature-$_->[0]", 'dpop_proof_invalid', 'proof', $_->[1],
               proved($_->[2])) }
         [ 'changed', 'a changed signature',
           "$proof_header.$proof_payload." . b64('x' x 64) ],
         [ 'short', 'half of it', "$proof_header.$proof_payload."
           . b64(substr decode_base64url($proof_signature), 0, 32) ],
         [ 'of-another', 'of another payload', "$proof_header.$proof_payload."
           . (split /\./, proof(jti => 'x'))[2] ],
         [ 'der', 'as DER', "$proof_header.$proof_payload." . b64(der(0x30,
           map { der(0x02, /^[\x80-\xff]/ ? "\0$_" : $_) =~ s/^(..)\0(?=[\0-\x7f])/$1/sr }
           unpack '(a32)2', decode_base64url($proof_signature))) ]),
    (map { bad("jti-$_->[0]", 'dpop_proof_invalid', 'proof', $_->[1],
               proved(proof(jti => $_->[2]))) }
         [ 'missing', 'no jti', undef ], [ 'empty', 'an empty one', '' ],
         [ 'number', 'a number', 1 ], [ 'long', '257 bytes', 'x' x 257 ]),
    ok('jti-longest', '256 bytes', proved(proof(jti => 'x' x 256))),
    ok('jti-one', 'one byte', proved(proof(jti => 'x'),
       remembered(jwk('ec'), 'x'))));

claim('a-proof-is-of-this-time',
    'By its iat, or by a nonce of ours.',
    (map { my ($id, $title, $iat, @more) = @$_;
           ok("proof-iat-$id", $title, proved(dated(iat => $iat), @more)) }
         [ 'old', 'as old as it may be', $now - 300 ],
         [ 'ahead', 'as far ahead as it may be', $now + 30 ],
         [ 'fraction', 'a fraction', ($now - 1) . '.123',
           remembered_until => $now + 330 ],
         [ 'exponent', 'an exponent', '1.75e9' ]),
    (map { bad("proof-iat-$_->[0]", 'dpop_proof_expired', "proof-iat-$_->[3]", $_->[1],
               proved(dated(iat => $_->[2]))) }
         [ 'older', 'a second older', $now - 301, 'old' ],
         [ 'older-fraction', 'a part of one', ($now - 301) . '.5', 'old' ],
         [ 'further', 'a second further', $now + 31, 'ahead' ],
         [ 'milliseconds', 'in milliseconds', $now . '000', 'ahead' ],
         [ 'long-ago', 'long ago', 1000, 'old' ]),
    (map { bad("proof-iat-$_->[0]", 'dpop_proof_invalid', 'proof-iat-fraction', $_->[1],
               proved($_->[2])) }
         [ 'missing', 'no iat', proof(iat => undef) ],
         [ 'string', 'a string', proof(iat => "$now") ],
         [ 'null', 'null', dated(iat => 'null') ],
         [ 'huge', 'beyond 2^53', dated(iat => '1e17') ],
         [ 'below', 'below -2^53', dated(iat => '-1e17') ]),
    ok('proof-exp', 'exp to come', proved(proof(exp => $now + 1))),
    ok('proof-exp-leeway', 'over, but for the leeway', proved(proof(exp =>
                                                              $now - 4))),
    bad('proof-exp-over', 'dpop_proof_expired', 'proof-exp-leeway', 'over',
       proved(proof(exp => $now - 5))),
    bad('proof-exp-lowest', 'dpop_proof_expired', 'proof-exp', 'the first that '
       . 'there is', proved(proof(exp => -2**53 + 1))),
    bad('proof-exp-below', 'dpop_proof_invalid', 'proof-exp', 'below -2^53',
       proved(dated(exp => '-1e17'))),
    ok('proof-nbf-lowest', 'the first that there is', proved(proof(nbf =>
       -2**53 + 1))),
    bad('proof-nbf-below', 'dpop_proof_invalid', 'proof-nbf-lowest',
       'below -2^53', proved(dated(nbf => '-1e17'))),
    bad('proof-exp-string', 'dpop_proof_invalid', 'proof-exp', 'a string',
       proved(proof(exp => 'x'))),
    ok('proof-nbf', 'nbf within the leeway', proved(proof(nbf => $now + 5))),
    bad('proof-nbf-ahead', 'dpop_proof_expired', 'proof-nbf', 'ahead',
       proved(proof(nbf => $now + 6))),
    bad('proof-nbf-null', 'dpop_proof_invalid', 'proof-nbf', 'null',
       proved(dated(nbf => 'null'))),
    ok('nonce', 'a nonce where one is wanted', proved(proof(nonce =>
       nonce($now - 60)), wanted(), remembered_until => $now + 330,
       nonce_made => $now - 60)),
    ok('nonce-second-key', 'by the first of the keys', proved(proof(nonce =>
       nonce($now, 'an older key of nonces, as long')), wanted())),
    ok('nonce-vouches', 'for a clock that is an hour behind', proved(proof(iat =>
       $now - 3600, nonce => nonce($now - 5)), wanted(),
       remembered_until => $now + 55)),
    ok('nonce-vouches-ahead', 'or ahead', proved(proof(iat => $now + 3600,
       nonce => nonce($now)), wanted(), remembered_until => $now + 3930)),
    ok('nonce-longer', 'one that is good for longer than a proof',
       proved(proof(nonce => nonce($now - 5)), wanted(nonce_lifetime => 600),
       remembered_until => $now + 595)),
    ok('nonce-and-iat-lowest', 'the first iat that there is', proved(proof(iat =>
       -2**53 + 1, nonce => nonce($now)), wanted(),
       remembered_until => $now + 60)),
    bad('nonce-and-iat-below', 'dpop_proof_invalid', 'nonce-and-iat-lowest',
       'iat below -2^53', proved(dated(iat => '-1e17', nonce => nonce($now)),
       wanted())),
    ok('nonce-unasked', 'also where none is wanted', proved(proof(iat =>
       $now - 3600, nonce => nonce($now)), wanted(nonce => JSON::PP::false))),
    (map { bad("nonce-$_->[0]", 'dpop_nonce_needed', 'nonce', $_->[1],
               proved(proof(nonce => $_->[2]), wanted())) }
         [ 'missing', 'none', undef ], [ 'empty', 'an empty one', '' ],
         [ 'old', 'too old', nonce($now - 61) ],
         [ 'ahead', 'from far ahead', nonce($now + 31) ],
         [ 'other-key', 'by another key', nonce($now, 'x' x 32) ],
         [ 'changed', 'of another time', b64(pack('Q>', $now - 1)
           . substr decode_base64url(nonce($now)), 8) ],
         [ 'short', 'cut', substr nonce($now), 0, 52 ],
         [ 'padded', 'padded', nonce($now) . '==' ],
         [ 'text', 'any text', 'eyJ7S_zG.eyJH0-Z.HX4w-7v' ]),
    bad('nonce-number', 'dpop_proof_invalid', 'nonce', 'a number',
       proved(proof(nonce => 1), wanted())),
    bad('nonce-before-iat', 'dpop_nonce_needed', 'nonce', 'none, and an old iat',
       proved(proof(iat => 0), wanted())),
    bad('nonce-and-iat-string', 'dpop_proof_invalid', 'nonce', 'a good one, '
       . 'and iat a string', proved(proof(iat => 'x', nonce => nonce($now)),
       wanted())),
    bad('nonce-and-exp', 'dpop_proof_expired', 'nonce', 'exp is over, whatever '
       . 'the nonce', proved(proof(exp => 1, nonce => nonce($now)), wanted())),
    ok('foreign-nonce', 'another\'s nonce where none is wanted',
       proved(proof(nonce => 'abc'))),
    bad('start', 'dpop_nonce_needed', 'after-start', 'a proof that may be '
       . 'older than the memory', proved(proof(iat => $now - 11), since =>
       $now - 40)),
    ok('after-start', 'one that isn\'t', proved(proof(iat => $now - 10),
       since => $now - 40)),
    ok('start-nonce', 'with a nonce that was made since', proved(proof(iat =>
       $now - 100, nonce => nonce($now - 39)), wanted(nonce =>
       JSON::PP::false), since => $now - 40)),
    bad('start-old-nonce', 'dpop_nonce_needed', 'start-nonce', 'and one that '
       . 'was made before', proved(proof(iat => $now - 100, nonce =>
       nonce($now - 40)), wanted(nonce => JSON::PP::false),
       since => $now - 40)),
    bad('start-ahead', 'dpop_nonce_needed', 'after-start', 'a nonce from '
       . 'before vouched for a clock ahead, then', proved(proof(iat => $now + 10,
       nonce => nonce($now - 40)), wanted(nonce => JSON::PP::false),
       since => $now - 40)),
    ok('start-foreign', 'another\'s nonce from since', proved(proof(iat =>
       $now + 10, nonce => nonce($now - 1, 'x' x 32)),
       wanted(nonce => JSON::PP::false), since => $now - 40)),
    bad('proof-and-method', 'method_not_allowed', 'proof', 'a good proof, and a '
       . 'method that none names', proved(proof(htm => 'DELETE'),
       method => 'DELETE', policy => { %{ {binding()}->{policy} },
       rules => [ { scopes => [ 'x' ], methods => [ 'GET' ] } ] })),
    bad('proof-and-scope', 'insufficient_scope', 'proof', 'a good proof, and '
       . 'no scope', proved(proof(), policy => { %{ {binding()}->{policy} },
       rules => [ { scopes => [ 'x' ] } ] })),
    bad('bad-proof-and-scope', 'dpop_proof_invalid', 'proof', 'a bad proof, '
       . 'and no scope', proved('x', policy => { %{ {binding()}->{policy} },
       rules => [ { scopes => [ 'x' ] } ] })));

# -------------------------------------------------------- logout tokens

# As Auth0 posts them to a client; undef takes a member away.

my $event = 'http://schemas.openid.net/event/backchannel-logout';
my ($client, $session) = ('WebApp0123456789', 'f2Ue8nJmqCz3SxKTdiNwYb1vOhLpRa6G');

sub logout_payload {
    my %payload = (
        iss => $iss, aud => $client, iat => $now - 1, exp => $now + 119,
        sub => 'auth0|507f1f77bcf86cd799439020', sid => $session,
        jti => '6e1bb0d5-2b8e-4b19-a1b4-6b8a0d5f8a41',
        events => { $event => {} }, @_
    );

    return without(\%payload, grep { !defined $payload{$_} } keys %payload);
}

sub logout_header {
    my %header = (alg => 'RS256', typ => 'logout+jwt', kid => 'current', @_);

    return without(\%header, grep { !defined $header{$_} } keys %header);
}

sub logout { return token(logout_header(), logout_payload(@_)) }
sub logout_as { return token(logout_header(@_), logout_payload()) }

# the payload's text with another spelling of one member

sub logout_raw {
    my ($name, $value) = @_;
    my $text = $json->encode(logout_payload($name => '@@'));

    $text =~ s/"\@\@"/$value/ or die;

    return token(logout_header(), $text);
}

claim('a-logout-token-is-no-access-token',
    'What tells a client that a session has ended opens no door.',
    bad('logout-typ', 'typ_not_allowed', 'good', 'a logout token by its typ',
       logout()),
    bad('logout-jwt', 'audience_mismatch', 'good', 'of typ JWT: a client\'s',
       logout_as(typ => 'JWT')),
    bad('logout-no-typ', 'audience_mismatch', 'good', 'without typ',
       logout_as(typ => undef)),
    bad('logout-for-us', 'audience_mismatch', 'good', 'of typ JWT, whose aud '
       . 'holds our API', token(header(), logout_payload(
       aud => [ $client, $aud ], scope => 'read:timesheets'))),
    bad('logout-audience-off', 'audience_mismatch', 'events-audience-off',
       'where any audience will do', token(header(), logout_payload(
       scope => 'read:timesheets')),
       policy(issuers => [ issuer(audiences => 'off') ])),
    ok('events-audience-off', 'of another event', token(header(),
       logout_payload(scope => 'read:timesheets',
                      events => { "${event}s" => {} })),
       policy(issuers => [ issuer(audiences => 'off') ])),
    bad('logout-null', 'audience_mismatch', 'events-text', 'the event is null',
       good(events => { $event => undef })),
    ok('events-text', 'events that are a text', good(events => $event)));

my @logout;

sub says {
    my ($id, $result, $twin, $title, $token, %more) = @_;

    push @logout, { id => $id, title => $title, result => $result,
                    defined $twin ? (twin => $twin) : (), token => $token,
                    %more };
}

sub all_well {
    my ($id, $title, $token, %more) = @_;

    says($id, 'good', undef, $title, $token, sub => logout_payload()->{sub},
         sid => $session, jti => logout_payload()->{jti}, exp => $now + 119,
         client => 0, %more);
}

my ($lh, $lp, $ls) = split /\./, logout();
my $long = 'x' x 1024;

all_well('auth0', 'Auth0\'s logout token', logout());
all_well("typ-$_->[0]", "typ $_->[1]", logout_as(typ => $_->[1])) for
    [ 'jwt', 'JWT' ], [ 'application', 'application/logout+jwt' ],
    [ 'case', 'Application/LOGOUT+JWT' ], [ 'application-jwt',
    'application/jwt' ];
all_well('no-typ', 'without typ', logout_as(typ => undef));
says("typ-$_->[0]", 'typ', 'auth0', "typ $_->[1]", logout_as(typ => $_->[1]))
    for [ 'at', 'at+jwt' ], [ 'application-at', 'application/at+jwt' ],
    [ 'id', 'id+jwt' ], [ 'dpop', 'dpop+jwt' ], [ 'secevent', 'secevent+jwt' ],
    [ 'empty', '' ], [ 'blank', 'logout+jwt ' ], [ 'parameter',
    'logout+jwt;a=b' ], [ 'text', 'text/logout+jwt' ];

{
    # exactly as long as may be: base64url doesn't have every length

    my $pad = sub { token(logout_header(pad => 'x' x $_[0]),
                          logout_payload(pad => 'x' x $_[1])) };
    my ($i, $j) = (0, 5000);

    $j++ while length($pad->(0, $j)) < 8188;
    $i++ while length($pad->($i, $j)) < 8192;
    die if length($pad->($i, $j)) != 8192;

    all_well('large', 'as long as may be', $pad->($i, $j));
    says('too-large', 'too_large', 'large', 'longer by a character or two',
         $pad->($i + 1, $j));
}

says('junk', 'malformed', 'auth0', 'no token', 'a');
says('empty', 'malformed', 'auth0', 'nothing', '');
says('four-parts', 'malformed', 'auth0', 'four parts', "$lh.$lp.$ls.$ls");
says('encrypted', 'encrypted', 'auth0', 'five parts', 'a.b.c.d.e');
says('no-signature', 'malformed', 'auth0', 'an empty signature', "$lh.$lp.");
says('padded', 'malformed', 'auth0', 'base64 with padding', "$lh.$lp.$ls==");
says('bits', 'malformed', 'auth0', 'a bit set that is unused',
     "$lh.$lp." . bump($ls));
says('payload-array', 'malformed', 'auth0', 'an array for a payload',
     token(logout_header(), '[]'));
says('jti-twice', 'malformed', 'auth0', 'two jti', token(logout_header(),
     $json->encode(logout_payload()) =~ s/\}$/,"jti":"x"}/r));
says("crit-$_->[0]", 'critical', 'auth0', "$_->[0]: $_->[1]", token(
     $json->encode(logout_header()) =~ s/\}$/,"$_->[0]":$_->[1]}/r,
     logout_payload())) for [ crit => '["exp"]' ], [ b64 => 'true' ];
says("iss-$_->[0]", 'issuer', 'auth0', "iss $_->[0]", logout(iss => $_->[1]))
    for [ 'missing', undef ], [ 'slash', $iss =~ s{/$}{}r ],
    [ 'other', 'https://other.eu.auth0.com/' ];
says('alg-none', 'alg', 'auth0', 'alg none, unsigned',
     input(logout_header(alg => 'none'), logout_payload()) . '.AA');
says('alg-none-empty', 'malformed', 'auth0', 'alg none, nothing behind it',
     input(logout_header(alg => 'none'), logout_payload()) . '.');
says('alg-missing', 'alg', 'auth0', 'no alg', logout_as(alg => undef));
says('alg-rs512', 'alg', 'auth0', 'another one', logout_as(alg => 'RS512'));
{
    my $in = input(logout_header(alg => 'HS256'), logout_payload());

    says('alg-hs256', 'alg', 'auth0', 'the public key for a secret',
         "$in." . b64(hmac('SHA256', pem('PUBLIC KEY', spki('current')), $in)));
}

says('no-keys', 'no_keys', 'auth0', 'no keys are there', logout(),
     jwks => undef, wants_keys => JSON::PP::true);
says('kid-unknown', 'key', 'auth0', 'a kid that nobody knows',
     logout_as(kid => 'new'), wants_keys => JSON::PP::true);
says('kid-enc', 'key', 'auth0', 'the kid of a key for encryption',
     token(logout_header(kid => 'for-encryption'), logout_payload(),
     'stranger'), wants_keys => JSON::PP::true);
says('kid-missing', 'key', 'auth0', 'no kid, and several keys',
     logout_as(kid => undef));
says('kid-long', 'key', 'auth0', 'a kid that is no one\'s',
     logout_as(kid => 'k' x 256));
says('kid-unknown-other-client', 'key', 'auth0', 'an unknown kid, and for '
     . 'another client', token(logout_header(kid => 'new'),
     logout_payload(aud => 'another')));
says('kid-unknown-expired', 'key', 'auth0', 'an unknown kid, and too late',
     token(logout_header(kid => 'new'), logout_payload(exp => $now - 5)));
all_well('kid-missing-one-key', 'no kid, and one key', logout_as(kid => undef),
     jwks => 'keys/one.json');
all_well('second-of-same-kid', 'the second of two keys of one kid', logout(),
     jwks => 'keys/same-kid.json');

says('wrong-key', 'signature', 'auth0', 'signed with another key',
     token(logout_header(), logout_payload(), 'stranger'));
says('signature-of-other', 'signature', 'auth0', 'another token\'s signature',
     input(logout_header(), logout_payload(sid => 'another')) . ".$ls");

all_well('aud-array', 'aud is an array', logout(aud => [ 'x', $client ]));
all_well('aud-second', 'the second client', logout(aud => 'Second'),
     client => 1);
all_well('aud-both', 'both: the first is named', logout(aud => [ 'Second',
     $client ]));
says("aud-$_->[0]", 'audience', 'auth0', "aud $_->[0]", logout(aud => $_->[1]))
    for [ 'missing', undef ], [ 'none', [] ], [ 'other', 'another' ],
    [ 'case', lc $client ], [ 'longer', "${client}0" ], [ 'empty', '' ],
    [ 'api', $aud ];
says('aud-number', 'malformed', 'auth0', 'aud is a number', logout(aud => 1));
says('no-clients', 'audience', 'auth0', 'no client is named', logout(),
     clients => []);

says('iat-missing', 'iat', 'auth0', 'no iat', logout(iat => undef));
says('iat-text', 'malformed', 'auth0', 'iat is a text',
     logout(iat => "$now"));
all_well('iat-ahead', 'iat ahead by the leeway', logout(iat => $now + 5));
says('iat-future', 'future', 'iat-ahead', 'by a second more',
     logout(iat => $now + 6));
says('exp-missing', 'expired', 'auth0', 'no exp', logout(exp => undef));
says('exp-null', 'malformed', 'auth0', 'exp is null',
     logout_raw(exp => 'null'));
all_well('exp-late', 'over, but for the leeway', logout(exp => $now - 4),
     exp => $now - 4);
says('exp-over', 'expired', 'exp-late', 'a second later',
     logout(exp => $now - 5));
all_well('exp-fraction', 'exp with a fraction', logout_raw(exp => $now - 4
     . '.5'), exp => $now - 3.5);
all_well('nbf-now', 'nbf ahead by the leeway', logout(nbf => $now + 5));
says('nbf-future', 'early', 'nbf-now', 'by a second more',
     logout(nbf => $now + 6));
all_well('issued-long-ago', 'iat is of no matter while exp is good',
     logout(iat => 1), max_age => 10);

all_well('event-says-more', 'an event with members', logout(events =>
     { $event => { a => 1 } }));
all_well('event-beside-another', 'another event beside it', logout(events =>
     { $event => {}, 'https://example.com/event' => {} }));
says("events-$_->[0]", 'events', 'auth0', "events $_->[0]",
     logout_raw(events => $_->[1])) for
    [ 'null', 'null' ], [ 'text', "\"$event\"" ], [ 'array', "[\"$event\"]" ],
    [ 'empty', '{}' ], [ 'other', "{\"${event}s\":{}}" ],
    [ 'case', '{"' . ($event =~ s/http/HTTP/r) . '":{}}' ],
    [ 'deeper', "{\"x\":{\"$event\":{}}}" ],
    map({ [ "event-$_->[0]", "{\"$event\":$_->[1]}" ] }
        [ 'null', 'null' ], [ 'true', 'true' ], [ 'text', '""' ],
        [ 'array', '[]' ], [ 'number', '0' ]);
says('events-missing', 'events', 'auth0', 'no events', logout(events =>
     undef));
says('access-token', 'events', 'auth0', 'an access token for a client',
     token(logout_header(typ => 'JWT'), payload(aud => $client)));
says("nonce-$_->[0]", 'nonce', 'auth0', "nonce $_->[0]",
     logout_raw(nonce => $_->[1])) for
    [ 'text', '"n-0S6_WzA2Mj"' ], [ 'empty', '""' ], [ 'null', 'null' ];

all_well('sub-alone', 'no sid', logout(sid => undef), sid => '');
all_well('sid-alone', 'no sub', logout(sub => undef), sub => '');
all_well('sub-long', 'a sub of the longest', logout(sub => $long),
     sub => $long);
all_well('sid-long', 'a sid of the longest', logout(sid => $long),
     sid => $long);
all_well('sub-escaped', 'a sub with escapes and NUL', logout_raw(sub =>
     '"a\\u0000\\u00e9"'), sub => "a\0\x{e9}");
says('sub-longer', 'sub', 'sub-long', 'a byte more', logout(sub => "${long}x"));
says('sub-empty', 'sub', 'auth0', 'an empty sub', logout(sub => ''));
says('sub-number', 'malformed', 'auth0', 'sub is a number', logout(sub => 1));
says('sid-longer', 'sid', 'sid-long', 'a byte more', logout(sid => "${long}x"));
says("sid-$_->[0]", 'sid', 'auth0', "sid $_->[0]", logout_raw(sid => $_->[1]))
    for [ 'empty', '""' ], [ 'number', '1' ], [ 'null', 'null' ],
    [ 'array', "[\"$session\"]" ];
says('nobody', 'nobody', 'auth0', 'neither sub nor sid',
     logout(sub => undef, sid => undef));
all_well('jti-long', 'a jti of the longest', logout(jti => $long),
     jti => $long);
says('jti-longer', 'jti', 'jti-long', 'a byte more', logout(jti => "${long}x"));
says('jti-missing', 'jti', 'auth0', 'no jti', logout(jti => undef));
says('jti-empty', 'jti', 'auth0', 'an empty jti', logout(jti => ''));
says('jti-number', 'malformed', 'auth0', 'jti is a number', logout(jti => 1));

# the first of several decides

says('order-signature', 'signature', 'auth0', 'nothing counts before the '
     . 'signature', token(logout_header(), logout_payload(aud => 'another',
     exp => 1, nonce => 'x'), 'stranger'));
says('order-audience', 'audience', 'auth0', 'another client\'s, expired, with '
     . 'a nonce', logout(aud => 'another', exp => 1, nonce => 'x'));
says('order-expired', 'expired', 'auth0', 'expired, with a nonce',
     logout(exp => 1, nonce => 'x', events => {}));

# ------------------------------------------------------- check and write

# What is to pass must verify with the other implementation as well.

sub oracle {
    my ($case) = @_;
    my ($token) = ref $case->{authorization} ? ()
                  : ($case->{authorization} // '') =~ /^bearer +(.*)$/is;

    return if !defined $token;

    my ($header) = eval { $json->decode(MIME::Base64::decode_base64url(
                                        $token =~ s/\..*//sr)) };
    $header = {} if ref $header ne 'HASH';
    my @verify = ($case->{verdict} =~ /^(ok|expired|not_yet|issued|audience|
                                        sender|method|insufficient|too_old|claim)/x);
    my $alg = $header->{alg} // '';

    # which Crypt::JWT doesn't know

    if ($alg eq 'Ed25519') {
        my ($input, $signature) = $token =~ /^(.*)\.(.*)$/s;

        die "$case->{id}: CryptX doesn't verify it"
            if !$key{ed25519}->verify_message(decode_base64url($signature),
                                              $input);
        return;
    }

    my ($issuer) = @{ ($case->{policy} // {})->{issuers} // [] };

    if ($issuer && ($issuer->{jwks} // '') =~ /every-kind/
        || $issuer && ($issuer->{jwks} // '') =~ /several/ && $alg !~ /^RS/
        || $issuer && $issuer->{secret})
    {
        my $allowed = grep { s/^Ed25519$/EdDSA/r eq $alg }
                      @{ $issuer->{algorithms} };
        my $with = $alg =~ /^HS/ ? $long_secret : $key{$key_of{family($alg)} // ''};
        my $read = eval { decode_jwt(token => $token, key => $with,
                                     accepted_alg => $alg, verify_exp => 0,
                                     decode_payload => 0); 1 };

        die "$case->{id}: Crypt::JWT says otherwise"
            if $case->{verdict} eq 'ok' && !($read && $allowed)
               || $case->{verdict} eq 'bad_signature' && $read;
        return;
    }

    my $name = { map { $_ => $_ } qw(current next long three) }
               ->{ $header->{kid} // 'current' } || 'current';
    my @try = $case->{id} eq 'x5c-not-beside-a-key' ? 'current'
              : $case->{verdict} eq 'bad_signature' ? qw(current next three long)
              : $signed_by{$case->{id}} ? $signed_by{$case->{id}}
              : $case->{id} =~ /^same-kid/ ? qw(current next)
              : $case->{id} eq 'two-issuers' ? 'stranger' : $name;
    my $verified = grep {
        eval { decode_jwt(token => $token, key => $key{$_},
                          accepted_alg => 'RS256', verify_exp => 0,
                          verify_iat => 0, verify_nbf => 0, decode_payload => 0);
               1 } } @try;

    # by a key of the set, but not of that kid; or of the other issuer
    return if $case->{id} =~ /^(wrong-key|key-of-the-first)$/;

    die "$case->{id}: Crypt::JWT doesn't verify it" if @verify && !$verified;
    die "$case->{id}: Crypt::JWT verifies it"
        if $case->{verdict} eq 'bad_signature' && $verified;
}

my ($count, %count) = (0);

for my $dir (@order) {
    my $claim = $claims{$dir};

    for my $case (@{ $claim->{cases} }) {
        my $twin = $case->{twin};

        die "$case->{id}: no twin $twin"
            if defined $twin && !$verdict_of{$twin};
        oracle($case);
        $count++;
        $count{$case->{verdict}}++;
    }

    spew("$dir/cases.json",
         "{\n\"claim\": " . case_text([ $claim->{claim} ]) =~ s/^\[|\]$//gr
         . ",\n\"defaults\": " . case_text(\%defaults) . ",\n\"cases\": [\n"
         . join(",\n", map { case_text($_) } @{ $claim->{cases} })
         . "\n]\n}\n");
}

# Logout tokens: what must be good verifies with the other implementation.

my %logout_result = map { $_->{id} => $_->{result} } @logout;

for my $case (@logout) {
    my $read = grep {
        eval { decode_jwt(token => $case->{token}, key => $key{$_},
                          accepted_alg => 'RS256', verify_exp => 0,
                          verify_iat => 0, verify_nbf => 0,
                          decode_payload => 0);
               1 } } qw(current next three long);

    die "$case->{id}: twice" if 1 < grep { $_->{id} eq $case->{id} } @logout;
    die "$case->{id}: Crypt::JWT doesn't verify it"
        if $case->{result} eq 'good' && !$read;
    die "$case->{id}: Crypt::JWT verifies it"
        if $case->{result} eq 'signature' && $read;
    die "$case->{id}: no twin that is good"
        if $case->{result} ne 'good'
           && $logout_result{$case->{twin}} ne 'good';
}

spew('logout/tokens.json',
     "{\n\"defaults\": " . case_text({ now => $now, jwks =>
     'keys/tenant.json', issuers => [ $iss ], algorithms => [ 'RS256' ],
     clients => [ $client, 'Second' ], leeway => 5,
     wants_keys => JSON::PP::false })
     . ",\n\"cases\": [\n"
     . join(",\n", map { case_text($_) } @logout) . "\n]\n}\n");

spew('keys/signatures.json',
     "{\n" . join(",\n", map { $json->encode([ $_ ]) =~ s/^\[|\]$//gr . ': '
                              . $json->encode([ $used{$_} ])
                                =~ s/^\[|\]$//gr } sort keys %used)
     . "\n}\n");

printf "%d cases in %d claims\n", $count, scalar @order;
printf "%5d %s\n", $count{$_}, $_ for sort keys %count;
exit($differs ? 1 : 0);
