# A release is what it says it is.
#
# The version stands in src/jwt/base/njwt.h; all else that names it says the
# same.  The source archive is the same to the byte whoever makes it.

use strict;
use warnings;

use Digest::SHA qw/ sha256_hex /;
use File::Temp qw/ tempdir /;
use JSON::PP qw/ decode_json /;
use Test::More;

use lib 't/lib';
use NJWT::File qw/ slurp /;


sub output_of {
    my (@command) = @_;

    open my $in, '-|', @command or die "$command[0]: $!\n";
    local $/;

    return scalar(<$in>) // '';
}


chomp(my $version = output_of('.ci/version'));

like($version, qr/\A\d+\.\d+\.\d+\z/, 'the version has three numbers');

is(output_of('build/jwt-explain', '--version'),
   "jwt-explain $version of nginx-jwt-scope\n", 'jwt-explain has it');

my ($package) = slurp('debian/changelog') =~ /\A[\w-]+ \((\S+)\)/;
is($package, $version, 'the package\'s changelog begins with it');

for my $file (glob 'conf-examples/packaging/*') {
    my ($other) = slurp($file) =~ /^(?:Version:\s*|pkgver=)(\S+)$/m;

    is($other, $version, "$file has it") if defined $other;
}


SKIP: {
    skip 'an archive is made of a commit', 1
        if system('git rev-parse -q --verify HEAD >/dev/null 2>&1') != 0;

    my $name = "nginx-jwt-scope-" . (output_of(qw/ git show
        HEAD:src\/jwt\/base\/njwt.h /) =~ /^#define NJWT_VERSION\s+"(.*)"/m)[0];
    my @made;

    # whoever makes it, and wherever

    for my $as ('umask 022', 'umask 077; export TZ=Asia/Tokyo USER=somebody') {
        my $dir = tempdir(CLEANUP => 1);

        is(system("$as; .ci/dist $dir >/dev/null 2>&1"), 0, ".ci/dist: $as");
        push @made, $dir;
    }

    for my $file ("$name.tar.gz", "$name.tar.gz.sha256", "$name.cdx.json") {
        is(slurp("$made[0]/$file"), slurp("$made[1]/$file"),
           "$file is the same both times");
    }

    my $sum = sha256_hex(slurp("$made[0]/$name.tar.gz"));

    is(slurp("$made[0]/$name.tar.gz.sha256"), "$sum  $name.tar.gz\n",
       'the checksum is the archive\'s');

    my $sbom = decode_json(slurp("$made[0]/$name.cdx.json"));

    is($sbom->{metadata}{component}{hashes}[0]{content}, $sum,
       'so is the one in the SBOM');
    is_deeply([ sort map { $_->{name} } @{ $sbom->{components} } ],
              [ qw/ jansson libcurl nginx openssl pcre2 / ],
              'which names the libraries that t/static_supply.t allows');

    my $files = join '', map { "$_\n" }
        grep { length && !m{/$} } map { s{^\Q$name\E/}{}r }
        split /\n/, output_of('tar', '-tzf', "$made[0]/$name.tar.gz");

    is($files, output_of(qw/ git ls-tree -r --name-only HEAD /),
       'the archive holds what the commit does, and nothing else');
}

done_testing;
