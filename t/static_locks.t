# Shared memory is written under its lock, and the lock is held only for
# copying and counting.
#
# Read from the sources: a function that expects the lock is called ..._locked,
# is called with it or by one of its kind, and the way from a lock to its
# unlock has no return, no allocation, no line in the log, and nothing that
# parses or waits.  What is really done while a lock is held, make faults and
# t/request_faults.t watch in a running nginx (t/faults/locks.c).

use strict;
use warnings;

use File::Basename qw/ dirname /;
use Test::More;


chdir dirname(__FILE__) . '/..' or die "$!";

my $lock = qr/\b(?:ngx_shmtx_lock|ngx_http_jwt_\w+_lock)\s*\(/;
my $try = qr/\bngx_shmtx_trylock\s*\([^\n]*\{\n\s+return[^\n]*\n\s+\}/;
my $unlock = qr/\b(?:ngx_shmtx_unlock|ngx_http_jwt_\w+_unlock)\s*\(/;

my $not_now = qr/\b(?: return
                     | (?:ngx_(?:alloc|calloc|p\w*alloc|free|pfree
                           |slab_\w+|log_error|log_debug\d|array_push
                           |list_push|write_fd|read_fd|open_file|msleep
                           |time_update)
                       | malloc | calloc | realloc | free
                       | njwt_(?:jwks|json|claims|jws|keyfile|key|arena)_\w+
                       | njwt_random | njwt_sha256
                       | curl_\w+ | pthread_\w+ | read | write | fsync
                       | ngx_http_jwt_\w+_lock) \s*\( )/x;

# The functions of a text, without what comments and strings say.

sub functions {
    my ($text) = @_;

    $text =~ s{/\*.*?\*/}{ $& =~ s/[^\n]/ /gr }gse;
    $text =~ s{"(?:[^"\\\n]|\\.)*"}{""}g;

    my %function;

    while ($text =~ /^(\w+)\([^{;]*?\)\n\{\n(.*?)^\}/gms) {
        $function{$1} = $2;
    }

    return %function;
}

# What is wrong with a function: sentences.

sub wrong {
    my ($name, $body) = @_;

    my @wrong;

    # what a lock that was not had does is on its way out already
    $body =~ s/$try/ LOCKED(/g;
    my $is_locked = $name =~ /_locked$/;
    my $held = $is_locked || $name =~ /_unlock$/;

    while ($body =~ /(?<take>$lock|\bLOCKED\()|(?<give>$unlock)
                     |\b(?<locked>\w+_locked)\s*\(|(?<bad>$not_now)/gx)
    {
        my %found = %+;

        if (defined $found{take}) {
            push @wrong, "$name locks, and holds it already" if $held;
            $held = 1;

        } elsif (defined $found{give}) {
            push @wrong, "$name unlocks what it doesn't hold" if !$held;
            push @wrong, "$name unlocks its caller's lock" if $is_locked;
            $held = 0;

        } elsif (defined $found{locked}) {
            push @wrong, "$name calls $found{locked} without the lock"
                if !$held;

        } elsif ($held) {
            my ($what) = $found{bad} =~ /(\w+)/;

            # its own way back, with what it found
            next if $is_locked && $what eq 'return';
            push @wrong, "$name has $what under the lock";
        }
    }

    push @wrong, "$name ends with the lock held" if $held && !$is_locked;

    return @wrong;
}


# The rules see what breaks them, and nothing else.

my %broken = (
    'a_locked();'                                 => 'without the lock',
    'ngx_shmtx_lock(m); return 1;'                => 'return under',
    'ngx_shmtx_lock(m); a_locked();'              => 'lock held',
    'ngx_shmtx_lock(m); ngx_alloc(1, l); ngx_shmtx_unlock(m);'
        => 'ngx_alloc under',
    'ngx_shmtx_lock(m); ngx_log_error(1); ngx_shmtx_unlock(m);'
        => 'ngx_log_error under',
    'ngx_shmtx_lock(m); ngx_shmtx_lock(n); ngx_shmtx_unlock(m);'
        => 'already',
    'ngx_shmtx_unlock(m);'                        => 'doesn\'t hold',
);

for my $body (sort keys %broken) {
    my @wrong = wrong('f', $body);

    like("@wrong", qr/\Q$broken{$body}\E/, "seen: $body");
}

is_deeply([ wrong('f', 'ngx_shmtx_lock(m); a_locked(); '
                       . 'ngx_shmtx_unlock(m); return ngx_alloc(1, l);') ],
          [], 'nothing else is seen');
is_deeply([ wrong('f_locked', 'a_locked(); return 1;') ], [],
          'nor in a function that expects the lock');


my (@wrong, %locked);

for my $file (glob 'src/nginx/*.c src/nginx/*/*.c') {
    open my $in, '<', $file or die "$file: $!";
    local $/;
    my %function = functions(scalar <$in>);

    for my $name (sort keys %function) {
        $locked{$name} = 1 if $function{$name} =~ $lock;
        next if $name =~ /_lock$/;      # the lock itself
        push @wrong, map { "$file: $_" } wrong($name, $function{$name});
    }
}

cmp_ok(scalar(keys %locked), '>', 8, 'the functions that lock were found');
is(join("\n", @wrong), '', 'shared memory is written under the lock, shortly');

done_testing;
