# What the installed files need of other libraries, what they would let others
# call, and the distribution's hardening.
#
# Read from the built files by readelf and nm; the compiler's options are in
# their debug information, a line for each source file.

use strict;
use warnings;

use Test::More;


my %file = (
    module => $ENV{NJWT_MODULE} // 'build/ngx_http_jwt_scope_module.so',
    tool   => 'build/jwt-explain',
);

# a library that is not named here is one more that has to be kept patched
my %needs = (
    module => [ qw/ libc libcrypto libcurl libjansson libssl / ],
    tool   => [ qw/ libc libcrypto libcurl libjansson libpcre2-8 / ],
);

# of functions that are there in a guarded form, too
my %guarded = (module => qr/^__memcpy_chk/, tool => qr/^__\w*printf_chk/);

sub lines_of {
    my (@command) = @_;

    open my $in, '-|', @command or BAIL_OUT("$command[0]: $!");
    chomp(my @lines = <$in>);
    close $in or BAIL_OUT("failed: @command");

    return @lines;
}


for my $what (sort keys %file) {
    my $file = $file{$what};

    -e $file or BAIL_OUT("there is no $file: run make first");

    my @dynamic = lines_of('readelf', '-dW', $file);
    my @segments = lines_of('readelf', '-lW', $file);
    my @header = lines_of('readelf', '-hW', $file);

    my @needed = map { /\(NEEDED\).*\[([\w-]+)\.so/ } @dynamic;
    is_deeply([ sort @needed ], $needs{$what},
              "the $what needs these libraries and no other");

    my @paths = grep { /\(R(?:UN)?PATH\)/ } @dynamic;
    is("@paths", '', "the $what looks for them where the system does");

    my ($kind) = map { /^\s*Type:\s*(\w+)/ } @header;
    is($kind, 'DYN', "the $what may be loaded at any address");

    my @text = grep { /TEXTREL/ } @dynamic;
    is("@text", '', "the $what has no code that is written to");

    my @stack = grep { /GNU_STACK/ } @segments;
    is(scalar(@stack), 1, "the $what says what its stack may be");
    unlike("@stack", qr/\bRWE\b/, "the $what executes nothing on it");

    # all addresses are looked up before anything runs, then made read-only

    ok(scalar(grep({ /GNU_RELRO/ } @segments)), "the $what has RELRO");
    ok(scalar(grep({ /BIND_NOW|\bNOW\b/ } @dynamic)), "all of it (BIND_NOW)");

    my @imports = map { (split ' ')[-1] =~ s/@.*//r }
                  lines_of('nm', '-D', '--undefined-only', $file);

    ok(scalar(grep({ $_ eq '__stack_chk_fail' } @imports)),
       "the $what guards its stack");
    ok(scalar(grep({ /$guarded{$what}/ } @imports)),
       "the $what checks lengths (fortify)");

    is(join(' ', grep {
           /^(?:gets|strcpy|strcat|sprintf|vsprintf|system|popen|exec\w+|fork
               |vfork|posix_spawnp?|mktemp|tmpnam)$/x
       } @imports), '', "the $what starts nothing, and copies nothing blindly");
}


# Each source file by itself: one built without leaves no trace above.

my @flags = (qw/ -fstack-protector-strong -fstack-clash-protection /,
             lines_of('uname', '-m') eq 'x86_64' ? '-fcf-protection' : ());

for my $what (sort keys %file) {
    my @producers = map { /DW_AT_producer\s*:\s*(?:\(.*?\): )?(.*)/ }
        lines_of('readelf', '--debug-dump=info', '--dwarf-depth=1',
                 $file{$what});
    my @c = grep { /^GNU C/ } @producers;

    SKIP: {
        # clang doesn't write them down, nor is it our release's compiler
        skip "the $what: no gcc's debug information", scalar @flags
            if !@c;

        for my $flag (@flags) {
            my $with = grep { /(?:^| )\Q$flag\E(?: |=|$)/ } @c;

            is($with, scalar @c, "each file of the $what has $flag");
        }
    }
}


# What the module exports is t/layers.t's; the tool is nobody's library.

my @exports = grep { !/^(?:_\w+|stdout|stderr|stdin|environ|optarg|optind
                          |opterr|optopt)$/x }
              map { (split ' ')[-1] =~ s/@.*//r }
              lines_of('nm', '-D', '--defined-only', $file{tool});

is("@exports", '', 'the tool exports nothing');

done_testing;
