# Keys outlive a restart while the tenant is out of reach (state_path).
#
# The tenant is stopped before nginx starts again, so that what passes passes
# by the file.  fsync() is one of ours, which waits as long as the file "hold"
# is there: a disk as slow as a test needs it.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw/ sha256_hex /;
use File::Temp ();
use NJWT::Client qw/ tally /;
use NJWT::File qw/ slurp_if_there /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use POSIX qw/ mkfifo /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;
my $root = $s->dir;
my $hold = "$root/hold";
my $n = 0;
my $state;

my $server = <<'END_OF_SERVER';
        add_header  X-Verdict $jwt_verdict always;

        location /t {
            jwt   timesheets;
            root  @CONTENT@;
        }

        location /open {
            root  @CONTENT@;
        }
END_OF_SERVER

my $source = $s->write_file('fsync.c', <<"END_OF_SOURCE");
#include <sys/syscall.h>
#include <unistd.h>

int
fsync(int fd)
{
    while (access("$hold", F_OK) == 0) {
        usleep(5000);
    }

    return (int) syscall(SYS_fsync, fd);
}
END_OF_SOURCE

system($ENV{CC} // 'cc', '-shared', '-fPIC', '-o', "$root/fsync.so", $source)
    == 0 or BAIL_OUT('no compiler for fsync.c');


sub verdict {
    return $s->verdict('/t', token => token(@_));
}

sub block {
    my ($more) = @_;

    return "state_path $state; jwks_wait 0; jwks_cooldown 1s; "
           . ($more // '');
}

# A new start.

sub start {
    my (%conf) = @_;

    my $more = delete $conf{issuer};

    $s->stop;
    $s->mark_log;
    $s->start(workers => 2, server => $server, issuer => block($more),
              preload => "$root/fsync.so", %conf);

    return;
}

sub files {
    my ($dir) = @_;

    my @files = sort glob(($dir // $state) . '/*');

    return @files;
}

# A file that is whole has that name; there are others while it is written.

sub written {
    return scalar grep { /\.keys$/ } files();
}

sub spew {
    my ($file, $text) = @_;

    unlink $file;
    umask 077;
    open my $out, '>:raw', $file or die "$file: $!\n";
    print $out $text;
    close $out or die "$file: $!\n";

    return;
}

# The file as it was written, with other lines and a digest that is right.

sub sealed {
    my ($text, %line) = @_;

    my ($rest) = $text =~ /\A[^\n]*\nsha256 [^\n]*\n(.*)\z/s
        or die "no state: $text\n";

    $rest =~ s/^\Q$_\E .*$/$_ $line{$_}/m for grep { $_ ne 'keys' } keys %line;
    $rest =~ s/\n\n.*\z/\n\n$line{keys}/s if exists $line{keys};

    return "nginx-jwt-scope keys 1\nsha256 " . sha256_hex($rest) . "\n$rest";
}

# The tenant is out of reach, in less time than it takes to stop it.

sub lose {
    $tenant->fault(mode => 'status', status => 500);

    return;
}

sub find {
    $tenant->fault(mode => 'none');

    return;
}

# A directory of its own, with the state of the tenant's keys in it, k1 and
# k2; nginx is stopped, and the tenant out of reach.

my ($name, $text);

sub kept {
    $s->stop;
    $state = "$root/state" . ++$n;

    if (!defined $text) {
        start();
        wait_until { written() } 5, 'the file is there';

        my ($file) = files();

        is((stat $file)[2] & 0777, 0600, 'a file of the workers\' own');
        $name = $file =~ s{.*/}{}r;
        $text = slurp_if_there($file);
        $s->stop;

    } else {
        mkdir $state, 0700;
        spew("$state/$name", $text);
    }

    lose();

    return "$state/$name";
}

sub passed_over {
    my ($why) = @_;

    return $s->log_lines(qr/\[warn\].*"timesheets".*are skipped: .*$why/);
}


subtest 'a restart while the tenant is out of reach goes on serving' => sub {
    kept();
    start();
    is verdict(), '200 ok', 'the first request passes';
    is verdict(-key => 'k3'), '401 key_not_found', 'another key does not';

    $s->on_worker($_, sub { is verdict(), '200 ok', 'in each worker' })
        for $s->worker_pids;

    is scalar($s->log_lines(qr/\[notice\].*"timesheets": 2 keys from .*, fetched \d+ s ago/)),
        1,
        'the log says whose keys these are, once';
    $s->wait_for_log(qr/\[error\].*can't be fetched.*continue to serve/);
    ok 1, 'and that they go on serving';
    is_deeply [ passed_over('') ], [], 'nothing was rejected';


    $tenant->rotate;
    find();
    wait_until { verdict(-key => 'k3') eq '200 ok' } 5,
        'a tenant that is back is asked soon';

    $tenant->stop;
    $tenant->resume;
};


subtest 'without state_path it does not' => sub {
    kept();
    $state = 'off';
    start();
    is verdict(), '503 keys_unavailable', 'there are no keys';
};


subtest 'the age of the keys counts' => sub {
    my $file = kept();

    spew($file, sealed($text, fetched => int(time) - 7000));
    start(issuer => 'jwks_stale 2h;');
    is verdict(), '200 ok', 'younger than jwks_stale: they serve';

    spew($file, sealed($text, fetched => int(time) - 7201));
    start(issuer => 'jwks_stale 2h;');
    is verdict(), '503 keys_unavailable', 'older: they do not';
    is scalar(passed_over('older than "jwks_stale"')), 1, 'as the log says';

    spew($file, sealed($text, fetched => int(time) - 7196));
    start(issuer => 'jwks_stale 2h;');
    wait_until { verdict() eq '503 keys_unavailable' } 10,
        'they grow too old while they serve';
    ok 1, 'they stop when they are too old';
};


my @broken = (
    [ 'corrupt', qr/corrupt/, sub {
        my ($file, $text) = @_;

        substr($text, -20, 1) ^= "\1";
        spew($file, $text);
    } ],
    [ 'cut off', qr/corrupt/, sub {
        spew($_[0], substr $_[1], 0, length($_[1]) / 2);
    } ],
    [ 'empty', qr/cut off/, sub { spew($_[0], '') } ],
    [ 'of another version', qr/nothing that this version wrote/, sub {
        spew($_[0], $_[1] =~ s/keys 1/keys 2/r);
    } ],
    [ 'of another source', qr/another source/, sub {
        spew($_[0], sealed($_[1], source => '00' x 32));
    } ],
    [ 'from the future', qr/future/, sub {
        spew($_[0], sealed($_[1], fetched => 1000 + int time));
    } ],
    [ 'too large', qr/too large/, sub {
        spew($_[0], sealed($_[1], keys => jwks('k1') . ' ' x 70000));
    } ],
    [ 'larger than jwks_max_size', qr/too large/, sub {
        spew($_[0], sealed($_[1], keys => jwks('k1') . ' ' x 5000));
    }, 'jwks_max_size 4k;' ],
    [ 'without a usable key', qr/no usable key/, sub {
        spew($_[0], sealed($_[1], keys => '{"keys":[]}'));
    } ],
    [ 'of a weak key', qr/no usable key/, sub {
        spew($_[0], sealed($_[1], keys => jwks('small')));
    } ],
    [ 'a symbolic link', qr/can't be opened/, sub {
        rename $_[0], "$_[0].other";
        symlink "$_[0].other", $_[0];
    } ],
    [ 'a FIFO', qr/not a regular file/, sub {
        unlink $_[0];
        mkfifo($_[0], 0600) or die "mkfifo: $!\n";
    } ],
    [ 'a directory', qr/not a regular file/, sub {
        unlink $_[0];
        mkdir $_[0];
    } ],
    [ 'writable by others', qr/others may write/, sub {
        chmod 0602, $_[0];
    } ],
);

push @broken, [ 'another user\'s', qr/another user/, sub {
    chown 12345, -1, $_[0];
} ] if $> == 0;

for my $case (@broken) {
    my ($how, $why, $break, $issuer) = @$case;

    subtest "a file that is $how is rejected" => sub {
        my $file = kept();

        $break->($file, $text);
        start(issuer => $issuer);
        is verdict(), '503 keys_unavailable', 'nginx starts without keys';
        ok scalar(passed_over($why)), 'the log says why'
            or diag join "\n", $s->log_lines;

        # again, so that the first fetch needn't wait for its second try

        find();
        start(issuer => $issuer);
        wait_until { verdict() eq '200 ok' } 5, 'keys are fetched';

        return if -d $file;

        wait_until { !-l $file && -f _ && slurp_if_there($file) =~ /\n\n\{"keys"/ } 5,
            'a good file replaces it';
        lose();
        start(issuer => $issuer);
        is verdict(), '200 ok', 'and serves the next time';
    };
}


subtest 'after a change of the source its keys are another\'s' => sub {
    my $file = kept();

    start(issuer => "\njwks_uri \@JWKS_URI\@?other;");
    is verdict(), '503 keys_unavailable', 'they serve nobody';
    is scalar(passed_over('another source')), 1, 'as the log says';
};


subtest 'blocks share a directory, not their keys' => sub {
    $state = "$root/state" . ++$n;
    find();

    my $blocks = join '', map { <<"END_OF_BLOCK" } qw{ one two ../../one };
    jwt_issuer "$_" {
        issuer      \@ISSUER\@;
        audience    \@AUDIENCE\@;
        jwks_uri    \@JWKS_URI\@?$_;
        state_path  $state;
        jwks_wait   0;
    }
END_OF_BLOCK
    my $gates = join '', map { <<"END_OF_GATE" } qw/ one two /;
        location /gate/$_ {
            jwt    $_;
            alias  \@CONTENT\@/t;
        }
END_OF_GATE

    start(issuers => $blocks, server => $gates);
    wait_until { written() == 3 } 5,
        'each has a file';
    is scalar(grep { m{/[\w-]+\.keys$} } files()), 3,
        'with a harmless name';
    ok !-e "$root/one-", 'in the directory';

    $s->stop;
    lose();

    my ($one) = grep { m{/one-} } files();
    my ($two) = grep { m{/two-} } files();

    spew($two, slurp_if_there($one));
    start(issuers => $blocks, server => $gates);
    is $s->get('/gate/one', token => token())->{status}, 200, 'its own';
    is $s->get('/gate/two', token => token())->{status}, 503,
        'the file of another';

    delete $s->{conf}{issuers};
};


subtest 'the master makes the directory, at start' => sub {
    find();
    $state = "$root/state" . ++$n;

    my ($ok, $said) = $s->check(server => $server, issuer => block());
    ok $ok, 'nginx -t' or diag $said;
    ok !-e $state, 'makes none';

    my $umask = umask 0;
    start();
    umask $umask;
    is((stat $state)[2] & 07777, 0700, 'the start does: 0700');
    wait_until { written() } 5, 'with a file';

    chmod 0755, $state;
    start();
    is((stat $state)[2] & 07777, 0755, 'one that is there stays as it is');

    $state = 'relative' . ++$n . '/';
    start();
    ok -d "$root/relative$n", 'a relative one lies in nginx\'s prefix';

    $state = "$root/state" . ++$n;
    ok $s->reload(issuer => block()), 'a reload';
    wait_until { -d $state && written() } 5, 'makes it, and keeps the keys';
};


subtest 'keys that arrive while nginx reloads are kept where it says now'
    => sub {
    find();
    $state = "$root/state" . ++$n;
    $tenant->fault(mode => 'delay', seconds => 0.5);
    start();

    # an old worker has the answer before it is told to end, and publishes
    # when new ones have begun

    my $old = $s->fetcher_pid;

    wait_until { $tenant->in_flight } 5, 'a fetch';
    kill 'STOP', $old;
    wait_until { !$tenant->in_flight } 5, 'its answer';
    $tenant->fault(mode => 'none');

    my $later = fork // die "fork: $!\n";

    if (!$later) {
        sleep 1;
        kill 'CONT', $old;
        POSIX::_exit(0);
    }

    $state = "$root/state" . ++$n;
    ok $s->reload(issuer => block()), 'a reload';
    waitpid $later, 0;

    is verdict(), '200 ok', 'keys are there';
    wait_until { written() } 5, 'and kept';
};


subtest 'the directory is the workers\'' => sub {
    plan skip_all => 'for root' if $> != 0;

    my $parent = File::Temp->newdir;
    my $group = getgrgid((getpwnam 'nobody')[3]);

    chmod 0711, "$parent";
    find();
    $state = "$parent/new";
    start(user => "nobody $group");
    is((stat $state)[4], scalar getpwnam('nobody'), 'nobody\'s');
    is((stat _)[2] & 07777, 0700, 'and private');
    wait_until { written() } 5, 'workers write there';

    lose();
    start();
    like verdict(), qr/ ok$/, 'and what is read there serves';

    # one that the workers can't write to

    find();
    $state = "$parent/ours";
    mkdir $state, 0755;
    start();
    $s->wait_for_log(qr/\[error\].*"timesheets": keys can't be saved.*failed/);
    like verdict(), qr/ ok$/, 'what they can\'t write to is logged';
    is_deeply [ files() ], [], 'and left alone';

    chmod 0777, $state;
    ok $s->reload, 'a reload';
    wait_until { written() } 5, 'when they can it is written';

    $s->stop;
    $s->start(user => 'root');
};


subtest 'a directory that can\'t be had is a warning' => sub {
    mkdir "$root/target";
    mkdir "$root/parent$n";
    spew("$root/plain", '');
    symlink "$root/target", "$root/link";
    symlink "$root/missing", "$root/dangling";

    for my $path ('link', 'link/', 'link/.', 'link//./', 'dangling', 'plain',
                  'no/parent')
    {
        $state = "$root/$path";
        start();
        wait_until { verdict() eq '200 ok' } 5, 'keys are fetched';
        ok 1, "$path: nginx starts, and fetches";
        ok scalar($s->log_lines(qr/\[warn\].*"timesheets": "state_path"/)),
            'the log warns';
        $s->wait_for_log(qr/\[error\].*"timesheets": keys can't be saved/);
    }

    is_deeply [ files("$root/target"), grep { -e } "$root/missing" ], [],
        'no link was followed';
};


subtest 'a full disk is a line in the log' => sub {
    find();
    $state = "$root/full";
    mkdir $state;

    plan skip_all => 'for root, with tmpfs'
        if system("mount -t tmpfs -o size=4k,mode=700 none $state "
                  . '2>/dev/null') != 0;

    spew("$state/filler", 'x' x 4096);
    start(issuer => 'jwks_refresh 1s;');
    $s->wait_for_log(qr/\[error\].*keys can't be saved.*write\(\) failed.*No space/);
    is verdict(), '200 ok', 'requests pass';

    my $before = $tenant->fetches;
    wait_until { $tenant->fetches >= $before + 2 } 8, 'further fetches';
    is scalar($s->log_lines(qr/can't be saved/)), 1, 'it is logged once';
    is_deeply [ files() ], [ "$state/filler" ], 'nothing is left there';

    unlink "$state/filler";
    $s->wait_for_log(qr/\[notice\].*keys are saved in .* again/, 8);
    ok files() == 1, 'when there is room again they are kept';

    $s->stop;
    system("umount $state");
};


subtest 'a reload leaves the newer keys' => sub {
    my $file = kept();

    find();
    start();
    wait_until { slurp_if_there($file) ne $text } 5, 'the keys were fetched';
    spew($file, sealed($text, keys => jwks('k3')));

    ok $s->reload, 'a reload';
    is verdict(), '200 ok', 'those in memory serve';
    is verdict(-key => 'k3'), '401 key_not_found', 'those of the file do not';
    wait_until { slurp_if_there($file) !~ /"k3"/ } 5, 'and are replaced';
};


subtest 'a disk that hangs delays nobody' => sub {
    my $file = kept();
    my $old = slurp_if_there($file);

    find();
    spew($hold, '');
    start(workers => 1, issuer => 'jwks_refresh 1s;');

    wait_until { files() == 2 } 5, 'a write is under way';

    my $before = $tenant->fetches;

    is_deeply tally($s->burst(
        map { { path => '/t', token => token() }, { path => '/open' } }
            1 .. 20)), { 200 => 40 }, 'requests pass';
    wait_until { $tenant->fetches >= $before + 3 } 10, 'fetches go on';
    is scalar(files()), 2, 'one write at a time';
    is slurp_if_there($file), $old, 'the old file is there as long as it takes';

    my ($temp) = grep { /\.tmp$/ } files();
    is slurp_if_there($temp) =~ /\Anginx-jwt-scope keys 1\n/, 1,
        'the new one has another name';

    ok $s->stop('QUIT'), 'nginx ends all the same';
    is slurp_if_there($file), $old, 'with the old file';

    unlink $hold;
    lose();
    start();
    is verdict(), '200 ok', 'which serves';
    ok !-e $temp, 'what was left is cleaned up';
};


subtest 'what was published meanwhile is written afterwards' => sub {
    my $file = kept();

    find();
    spew($hold, '');
    start(issuer => 'jwks_refresh 1s;');
    wait_until { files() == 2 } 5, 'a write is under way';

    $tenant->rotate;
    wait_until { verdict(-key => 'k3') eq '200 ok' } 5, 'new keys';
    unlink $hold;
    wait_until { slurp_if_there($file) =~ /"k3"/ } 5, 'are written';
    is_deeply [ files() ], [ $file ], 'and nothing is left';

    # with the keys that it began with

    $tenant->stop;
    $tenant->resume;
};


subtest 'a worker that is killed while it writes leaves the old file' => sub {
    my $file = kept();
    my $old = slurp_if_there($file);

    find();
    spew($hold, '');
    start();
    wait_until { files() == 2 } 5, 'a write is under way';

    $s->kill_worker($s->fetcher_pid);
    is slurp_if_there($file), $old, 'the file is whole';
    is verdict(), '200 ok', 'the keys are there';

    unlink $hold;
    wait_until { slurp_if_there($file) ne $old } 5, 'its successor writes it';

    lose();
    start();
    is verdict(), '200 ok', 'and the next start has keys';
    is_deeply [ files() ], [ $file ], 'and nothing else';
};


subtest 'a worker that is told to end lets a write finish' => sub {
    kept();
    find();
    unlink files();

    # more than once: the thread must not end after its code is unloaded

    for my $signal ((qw/ QUIT TERM /) x 4) {
        start(workers => 1);
        $s->wait_for_log(qr/2 keys from "http/);
        ok $s->stop($signal), "$signal, at once after a fetch";
        is_deeply [ grep { !/\.keys$/ } files() ], [], 'nothing half done';
        is scalar(files()), 1, 'the file is there';
        unlink files();
    }
};


# nginx ignores USR2 as long as who started it is there, so these masters are
# daemons.

my @masters;

sub pid_in {
    my ($file) = @_;

    return slurp_if_there("$root/$file") =~ /^(\d+)\n/ ? $1 : 0;
}

subtest 'a binary upgrade while the tenant is out of reach' => sub {
    kept();
    $s->mark_log;

    my $conf = $s->write_file('daemon.conf',
        $s->config_text(issuer => block()) =~ s/^daemon  off;$//mr);
    my @command = ($s->binary, '-p', "$root", '-e', "$root/error.log",
                   '-c', $conf);

    local $ENV{LD_PRELOAD} = $ENV{TEST_NGINX_LD_PRELOAD} // '';

    is system("@command >>$root/nginx.out 2>&1"), 0, 'a daemon';
    push @masters, my $old = wait_until { pid_in('nginx.pid') } 5, 'its pid';
    is verdict(), '200 ok', 'before';

    kill 'USR2', $old;
    push @masters, my $new = wait_until {
        pid_in('nginx.pid.oldbin') == $old && pid_in('nginx.pid')
    } 5, 'another master';
    wait_until { 2 == $s->log_lines(qr/"timesheets": 2 keys from/) } 5,
        'it has keys';

    my $traffic = $s->traffic({ path => '/t', token => token() });

    kill 'QUIT', $old;
    wait_until { !kill 0, $old } 5, 'the old one ends';
    is verdict(), '200 ok', 'the new one serves';
    is_deeply [ keys %{ $traffic->stop } ], [ 200 ], 'without a gap';

    kill 'QUIT', $new;
    wait_until { !kill 0, $new } 5, 'it ends, too';
    @masters = ();
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

done_testing;


END {
    local $?;
    unlink $hold if defined $hold;
    kill 'TERM', @masters if @masters;
    system("umount $root/full 2>/dev/null") if defined $root && $> == 0;
}
