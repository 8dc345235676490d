package Mint;

# Which tokens, keys and configurations does the benchmark use?
#
#   tokens(50_000)                    a file of so many, each another
#   tokens(1, claims => { scope => 'x' }, header => { kid => 'x' })
#   tokens(1, header => 'no JSON')
#   tokens(1, key => 'junk')          'hmac' (HS256), no good signature
#   sized(8000), padded(8000, 200)    a token of so many bytes, and claims
#   pem(), public(), jwks(64), secret()   files
#   issuer('keys' => $file, 'name')   a jwt_issuer block
#   revoked(100_000)                  a revocation_file of so many entries
#
# What was minted stays in build/bench: signing takes half a second for a
# thousand.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Digest::MD5 qw/ md5_hex /;
use Exporter qw/ import /;
use File::Path qw/ make_path /;
use JSON::PP ();
use NJWT::Token ();
use POSIX ();
use Side;


our @EXPORT_OK = qw/ tokens pem public jwks secret issuer issuers
                      secret_issuer sized padded revoked /;

my $json = JSON::PP->new->canonical->utf8;
my $secret = 'a secret of at least thirty-two bytes';


sub _file {
    my ($name, $make) = @_;

    my $file = "$Side::build/$name";

    if (!-e $file) {
        make_path($Side::build);
        $make->("$file.new");
        rename "$file.new", $file or die "bench: $file: $!\n";
    }

    return $file;
}

# A file of that text.

sub text {
    my ($name, $text) = @_;

    return _file($name . '-' . substr(md5_hex($text), 0, 8), sub {
        open my $out, '>', $_[0] or die "bench: $_[0]: $!\n";
        print $out $text;
        close $out or die "bench: $_[0]: $!\n";
    });
}


sub pem {
    return text('key', NJWT::Token::key('k1')->export_key_pem('private'));
}

sub public {
    return text('public', NJWT::Token::key('k1')->export_key_pem('public'));
}

# A server's key and certificate.

sub certificate {
    return _file('certificate', sub {
        my ($file) = @_;

        system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
               . " -nodes -days 3650 -subj /CN=localhost -keyout $file"
               . " -out $file.crt 2>/dev/null"
               . " && cat $file.crt >> $file && rm $file.crt") == 0
            or die "bench: openssl made no certificate\n";
    });
}

# Some tokens, in each ten lines nine of the first hundreds and one new one.

sub mixed {
    my ($lines, $seen) = @_;

    return _file("mixed-$lines-$seen", sub {
        my ($file) = @_;

        open my $in, '<', tokens($Rows::many) or die "bench: tokens: $!\n";
        open my $out, '>', $file or die "bench: $file: $!\n";
        chomp(my @tokens = <$in>);

        for my $n (0 .. $lines - 1) {
            my $new = $n % 10 == 9 ? $seen + ($n - 9) / 10 : $n % $seen;

            print $out "$tokens[$new]\n";
        }

        close $out or die "bench: $file: $!\n";
    });
}

sub secret {
    return text('secret', $secret);
}


# k1 in the middle of others.  Nothing is signed with those, so that any odd
# number of 2048 bits will do for a modulus.

sub jwks {
    my ($count) = @_;

    srand 1;

    my @others = map {
        my $n = join '', map { chr int rand 256 } 1 .. 256;

        substr($n, 0, 1) |= "\x80";
        substr($n, -1) |= "\x01";

        +{ kty => 'RSA', use => 'sig', alg => 'RS256', e => 'AQAB',
           kid => "other$_", n => NJWT::Token::b64url($n) }
    } 2 .. $count;

    splice @others, @others / 2, 0, 'k1';

    return text('jwks', NJWT::Token::jwks(@others));
}


# About 800 bytes, as Auth0's are.

sub _claims {
    my ($over) = @_;

    my %claims = (
        iss => NJWT::Token::issuer(), aud => NJWT::Token::audience(),
        sub => 'mQmSBVQzKSxS1Vy9JQVyDXZmf0sK1Hvn@clients',
        azp => 'mQmSBVQzKSxS1Vy9JQVyDXZmf0sK1Hvn',
        iat => 1700000000, exp => 4102444800, gty => 'client-credentials',
        jti => '%N', scope => 'read:timesheets create:timesheets batch:upload',
        %{ $over // {} },
    );

    return $json->encode(\%claims);
}


sub _header {
    my ($key, $over) = @_;

    my %header = (
        $key =~ /^hmac/ ? (alg => 'HS256') : (alg => 'RS256', kid => 'k1'),
        typ => 'JWT', %{ $over // {} });
    delete @header{ grep { !defined $header{$_} } keys %header };

    return $json->encode(\%header);
}

sub tokens {
    my ($count, %args) = @_;

    my $key = $args{key} // pem();
    my $header = ref($args{header} // {}) ? _header($key, $args{header})
                                          : $args{header};

    $key = "hmac:$secret" if $key eq 'hmac';

    my @order = ($count, $header,
                 $args{only} ? $json->encode($args{only})
                             : _claims($args{claims}), $key);
    my $name = substr md5_hex(join "\n", @order), 0, 8;

    return _file("tokens-$count-$name", sub {
        my ($file) = @_;

        print "bench: minting $count tokens, once\n" if $count > 1000;

        my $pid = fork // die "bench: fork: $!\n";

        if ($pid == 0) {
            open STDOUT, '>', $file or POSIX::_exit(1);
            exec "$Side::build/mint", @order or POSIX::_exit(1);
        }

        waitpid $pid, 0;
        die "bench: mint failed\n" if $? != 0;
    });
}


# One token of about so many bytes.

sub sized {
    my ($bytes) = @_;

    my $more = int(($bytes - 802) * 3 / 4 - 15);

    return tokens(1) if $more < 1;
    return tokens(1, claims => { groups => [ map { sprintf 'group%010d', $_ }
                                             1 .. $more / 18 ] });
}


# One of exactly so many bytes, HS256, with so many claims.

sub padded {
    my ($bytes, $claims) = @_;

    my %claims = (
        iss => NJWT::Token::issuer(), aud => NJWT::Token::audience(),
        exp => 4102444800, scope => 'read:timesheets', filler => '',
        map { (sprintf('claim%03d', $_) => "claim $_") }
            6 .. $claims // 5,
    );

    my $header = length NJWT::Token::b64url(
        $json->encode({ alg => 'HS256', typ => 'JWT' }));
    my $room = int(($bytes - $header - 45) * 3 / 4)
               - length $json->encode(\%claims);

    die "bench: no token of $bytes bytes has $claims claims\n" if $room < 0;

    $claims{filler} = 'x' x $room;

    return tokens(1, key => 'hmac', only => \%claims);
}


# Entries of this hour for subjects that no token has: made anew each time.

sub revoked {
    my ($count) = @_;

    my $file = "$Side::build/revoked-$count";
    my $before = time - 60;

    make_path($Side::build);
    open my $out, '>', $file or die "bench: $file: $!\n";
    print $out '[', join(",\n", map {
        qq({"claim":"sub","value":"auth0|$_","before":$before})
    } 1 .. $count), "]\n";
    close $out or die "bench: $file: $!\n";

    return $file;
}


sub issuer {
    my ($name, %args) = @_;

    my $iss = $args{issuer} // NJWT::Token::issuer();
    my $aud = NJWT::Token::audience();
    my $keys = $args{keys} // 'jwks_file  ' . jwks(1) . ';';

    return <<"    END";
    jwt_issuer $name {
        issuer    $iss;
        audience  $aud;
        $keys
    }
    END
}

# One whose tokens are signed by the secret.

sub secret_issuer {
    my ($name) = @_;

    return issuer($name, keys => 'algorithms HS256; secret_file ' . secret()
                                 . ';');
}

# So many, of which the last is the one that the tokens are from.

sub issuers {
    my ($count) = @_;

    return join '', (map {
        issuer("other$_", issuer => "https://other$_.eu.auth0.com/")
    } 2 .. $count), issuer('timesheets');
}


1;
