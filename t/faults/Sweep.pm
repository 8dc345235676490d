package Sweep;

# How is one thing done again and again, each time with another allocation
# failing?  t/faults/run and t/request_faults.t call run_*().

use strict;
use warnings;

use File::Basename qw/ dirname /;
use lib dirname(__FILE__);

use Faults qw/ MODULE LIBRARY BELOW /;

BEGIN { $ENV{NJWT_MODULE} = Faults->module }

use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ token jwks /;
use Requests;
use Time::HiRes qw/ sleep time /;


# what fails: kinds, and whether all that follow fail, too
my %way = (
    module           => [ MODULE, 0 ],
    'module, on'     => [ MODULE, 1 ],
    libraries        => [ LIBRARY, 0 ],
    'libraries, on'  => [ MODULE | LIBRARY, 1 ],
);

my @ways = ('module', 'module, on', 'libraries', 'libraries, on');

# Libraries allocate thousands of times in a fetch or a configuration: the first
# of them fail, and then one in so many, chosen by SEED.
my $first = 40;


sub new {
    my ($class, %args) = @_;

    my $seed = $args{seed} // int rand 1_000_000;

    srand $seed;

    return bless { bad => [], rows => 0, points => 0, seed => $seed, %args },
                 $class;
}


# Which point comes after this one, where one in $every is looked at?

sub _after {
    my ($n, $every) = @_;

    return $n + 1 if $every == 1 || $n < $first;
    return $n + 1 + int rand(2 * $every - 1);
}


# A row of the table; complaints are kept for the end.  Of how many points,
# where it wasn't all of them?

sub row {
    my ($self, $name, $way, $points, $tally, @wrong) = @_;

    my $of = ref $points ? $points->[1] : $points;
    $points = $points->[0] if ref $points;

    my %seen;
    @wrong = grep { !$seen{$_}++ } @wrong;

    push @{ $self->{bad} }, map { "$name ($way): $_" } @wrong;
    $self->{rows}++;
    $self->{points} += $points;

    return if !$self->{print};

    printf "%-28s %-14s %12s  %-34s %s\n", $name, $way,
        $of > $points ? "$points of $of" : $points,
        join(' ', map { "$_ x $tally->{$_}" } sort keys %$tally),
        @wrong ? 'WRONG' : 'ok';
    print map { "    $_\n" } @wrong[0 .. ($#wrong < 4 ? $#wrong : 4)];

    return;
}

sub bad {
    return @{ $_[0]{bad} };
}

sub end {
    my ($self) = @_;

    my $n = $self->bad;

    printf "faults: where it says \"of\": the first %d, then a part of them, "
           . "SEED=%d\n", $first, $self->{seed};
    printf "faults: %d rows, %d wrong\n", $self->{rows}, $n;

    return $n ? 1 : 0;
}


sub _begin {
    my ($self) = @_;

    my $s = NJWT::Scenario->new;
    my $f = Faults->new(dir => $s->dir);

    $ENV{NJWT_FAULTS} = $f->file;

    return ($s, $f, preload => $f->library);
}

# nginx has nothing to complain of but the memory.

sub _alive {
    my ($s, $pid) = @_;

    my @now = $s->worker_pids;

    return (@now == 1 && $now[0] == $pid ? () : 'the worker is another one',
            map { "nginx says: $_" } grep { /\[alert\]|exited on signal/ }
            $s->errors);
}


sub _one_request {
    my ($s, $case, $token) = @_;

    return $s->request(path => $case->{path}, timeout => 5,
                       $token ? @$token : $case->{request}->());
}

# Is each answer as it is without a fault?

sub _clean {
    my ($case, $r) = @_;

    return map { _clean_one($case, $_) } @{ $r->{before} // [] }, $r;
}

sub _clean_one {
    my ($case, $r) = @_;

    return "afterwards the status is $r->{status}"
        if $r->{status} != $case->{status};

    my $wrong = $case->{right}->($r) || $case->{safe}->($r);

    return $wrong ? "afterwards $wrong" : ();
}

# May they be so while something fails?  Status 0 is a connection that was
# closed.

sub _bearable {
    my ($case, $r) = @_;

    return map { _bearable_one($case, $_) } @{ $r->{before} // [] }, $r;
}

sub _bearable_one {
    my ($case, $r) = @_;

    my %may = map { $_ => 1 } $case->{status}, 0, 500, 503,
                              @{ $case->{also} };

    return "the status is $r->{status}" if !$may{ $r->{status} };
    return () if $r->{status} != $case->{status};

    my $wrong = $case->{safe}->($r);

    return $wrong ? ($wrong) : ();
}


# What a worker holds when nothing is going on.

sub _live {
    my ($f) = @_;

    my ($last, $same) = (-1, 0);

    for (1 .. 100) {
        my $now = $f->live;

        $same = $now == $last ? $same + 1 : 0;
        return $now if $same == 3;

        $last = $now;
        sleep 0.005;
    }

    return $last;
}


sub _request_row {
    my ($self, $s, $f, $case, $way) = @_;

    my ($pid) = $s->worker_pids;
    my ($kinds, $on) = @{ $way{$way} };
    my ($n, %tally, @wrong) = (0);

    $f->process($pid);

    push @wrong, _clean($case, _one_request($s, $case)) for 1 .. 3;

    my $live = _live($f);

    while (1) {
        my $token = [ $case->{request}->() ];

        _one_request($s, $case, $token) if $case->{hot};

        $f->arm($kinds, ++$n, $on);
        my $r = _one_request($s, $case, $token);
        last if !$f->disarm;

        $tally{ $_->{status} }++ for @{ $r->{before} // [] }, $r;
        push @wrong, map { "$_; $n: " . $f->point } _bearable($case, $r);
        push @wrong, map { "$_; $n: " . $f->point }
                     _clean($case, _one_request($s, $case));

        # who answered just now is a worker that the master put in its place
        next if kill 0 => $pid;

        my ($now) = $s->worker_pids;

        if (($now // 0) != $pid) {
            push @wrong, "the worker died; $n: " . $f->point;
            $pid = $now // wait_until { ($s->worker_pids)[0] } 5, 'a worker';
            $f->process($pid);
            $live = undef;
        }
    }

    push @wrong, _alive($s, $pid);

    if (defined $live) {
        # on a busy machine nginx is still at the end of the last request
        $live += $case->{lost};
        eval { wait_until { $f->live <= $live } 10, 'all is freed' };

        my $more = $f->live - $live;

        push @wrong, "$more allocations were not freed" if $more > 0;
    }

    return $self->row($case->{name}, $way, $n - 1, \%tally, @wrong);
}


sub _locks {
    my ($self, $s, $f, $what) = @_;

    my $misuse = $f->misuse;

    $self->row("$what: the zones' locks", 'all the while', $f->locks, {},
               $misuse ? ($misuse) : (),
               $f->locks == 0 ? 'no lock was seen' : ());

    return;
}


sub run_requests {
    my ($self, %only) = @_;

    my ($s, $f, @start) = $self->_begin;
    $s->{conf}{preload} = $start[1];

    my $echo = Requests::world($s);

    for my $case (Requests::cases()) {
        next if $only{names} && !grep { $_ eq $case->{name} }
                                 @{ $only{names} };

        $self->_request_row($s, $f, $case, $_) for @{ $only{ways} // \@ways };
    }

    $self->_locks($s, $f, 'requests');
    $s->stop;

    return;
}


# (What libcurl allocates for itself is left out: 7.88 divides by the zero slots
# of a hash that it had no memory for, and ends the worker with SIGFPE.)
#
# Keys are fetched all the time, and change with every other fetch.  Whatever
# fails meanwhile: who holds a key that is in every set passes, at the latest
# when there is memory again; and fetches go on, as does the state file.

sub _origin {
    return (
        http => <<'END', server => <<'ENDS', issuers => <<'ENDI');
    split_clients $request_id $set { 50% a; * b; }

    server {
        listen  127.0.0.1:@PORT2@;
        root    @DIR@/origin;
        location = /jwks.json { try_files /$set.json =404; }
    }
END
        location /t     { jwt timesheets; root @CONTENT@; }
        location /found { jwt found; root @CONTENT@; }
ENDS
    jwt_issuer timesheets {
        issuer        @ISSUER@;
        audience      @AUDIENCE@;
        jwks_uri      http://127.0.0.1:@PORT2@/jwks.json;
        jwks_refresh  100ms;
        state_path    @DIR@/state;
    }

    jwt_issuer found {
        issuer        http://127.0.0.1:@PORT2@/;
        audience      @AUDIENCE@;
        discovery     on;
        jwks_refresh  100ms;
    }
ENDI
}

sub _fetching {
    my ($s) = @_;

    my $url = 'http://127.0.0.1:' . $s->port(2);

    mkdir $s->dir . "/$_" for 'origin', 'origin/.well-known', 'content/found';
    $s->write_file('content/found/x', "passed\n");
    $s->write_file('origin/a.json', jwks('k1', 'k2'));
    $s->write_file('origin/b.json', jwks('k1', 'k3'));
    $s->write_file('origin/.well-known/openid-configuration',
                   qq({"issuer":"$url/","jwks_uri":"$url/jwks.json"}));

    $s->start(workers => 1, _origin());

    my %token = ('/t' => token(), '/found/x' => token(iss => "$url/"));

    wait_until { !grep { $s->get($_, token => $token{$_})->{status} != 200 }
                 keys %token } 5, 'keys are there';

    return %token;
}

# Who fetches writes so often: the number of good fetches so far.

sub _fetches {
    my ($s) = @_;

    open my $in, '<', $s->dir . '/access.log' or return 0;
    my $n = grep { m{GET /jwks\.json HTTP/1\.1" 200} } <$in>;

    return $n;
}

# What the worker holds between two fetches, when it holds least.

sub _least {
    my ($f) = @_;

    my ($end, $least) = (time + 2);

    while (time < $end) {
        my $now = $f->live;

        $least = $now if !defined $least || $now < $least;
        sleep 0.002;
    }

    return $least;
}

sub _fetch_row {
    my ($self, $s, $f, $way, $every, %token) = @_;

    my ($pid) = $s->worker_pids;
    my ($kinds, $on) = @{ $way{$way} };
    my ($points, %tally, @wrong) = (0);

    $f->process($pid);

    # how many there are in one round of fetches, about

    my $before = _fetches($s);
    $f->arm($kinds, 0);
    wait_until { _fetches($s) >= $before + 20 } 30, 'fetches';
    $f->disarm;
    my $round = 1 + int($f->count / (_fetches($s) - $before)) * 2;
    my $least = _least($f);

    for (my $n = 1; $n <= $round; $n = _after($n, $every)) {
        if ((($s->worker_pids)[0] // 0) != $pid) {
            ($pid) = $s->worker_pids;
            $f->process($pid);
        }

        $f->arm($kinds, $n, $on);
        my $fired = eval {
            wait_until { $f->failed > ($on ? 3 : 0) } 3, 'it fails'; 1
        };
        $f->disarm;
        $points++;

        $tally{none}++, next if !$fired;
        my $point = $f->point;

        for my $path (sort keys %token) {
            my $r = $s->get($path, token => $token{$path});

            $tally{ $r->{status} }++;
            push @wrong, "$path: status $r->{status}; $n: $point"
                if $r->{status} != 200;
        }

        my ($now) = $s->worker_pids;

        if (($now // 0) != $pid) {
            push @wrong, "the worker died; $n: $point";
            $pid = $now // wait_until { ($s->worker_pids)[0] } 5, 'a worker';
            $f->process($pid);
            $least = undef;
        }
    }

    # and it goes on

    $before = _fetches($s);
    push @wrong, 'no fetch follows'
        if !eval { wait_until { _fetches($s) >= $before + 10 } 15, 'more' };
    push @wrong, _alive($s, $pid);

    if (defined $least) {
        my $more;

        # connections that libcurl keeps come and go
        for (1 .. 4) {
            $more = _least($f) - $least;
            last if $more <= 0;
        }

        push @wrong, "$more allocations were not freed" if $more > 0;
    }

    return $self->row('fetches', $way, [ $points, $round ], \%tally, @wrong);
}

sub run_fetches {
    my ($self, %only) = @_;

    my ($s, $f, @start) = $self->_begin;
    $s->{conf}{preload} = $start[1];

    my %token = _fetching($s);

    for my $way (@{ $only{ways} // \@ways }) {
        $self->_fetch_row($s, $f, $way,
            $only{every} // ($way{$way}[0] & LIBRARY ? 8 : 1), %token);
    }

    my ($state) = glob $s->dir . '/state/*';
    my $text = defined $state ? do {
        open my $in, '<', $state; local $/; <$in>
    } : '';

    $self->row('fetches: the state file', 'at the end', 1, {},
               $text =~ /"k1"/ ? () : 'it has no keys');
    $self->_locks($s, $f, 'fetches');
    $s->stop;

    return;
}


# nginx starts OpenSSL up by itself, which doesn't stand a lack of memory: of
# the libraries' allocations those count that the module has made.

sub _below {
    my ($way) = @_;

    my ($kinds, $on) = @{ $way{$way} };

    return ($kinds & LIBRARY ? ($kinds & ~LIBRARY | BELOW) : $kinds, $on);
}


# A configuration with all there is, which nginx -t reads.  It is found good,
# or refused with a word on it.

sub run_config {
    my ($self, %only) = @_;

    my ($s, $f) = $self->_begin;

    Requests::files($s);
    $s->write_file('check.conf', $s->config_text(Requests::settings($s)));

    my $command = join ' ', 'LD_PRELOAD=' . $f->library, $s->binary, '-t',
        '-p', $s->dir, '-e', 'stderr', '-c', $s->dir . '/check.conf',
        '2>&1 </dev/null';

    for my $way (@{ $only{ways} // \@ways }) {
        my ($kinds, $on) = _below($way);
        my $every = $only{every} // ($kinds & BELOW ? 40 : 1);
        my ($n, $points, $all, %tally, @wrong) = (1, 0);

        for (;; $n = _after($n, $every)) {
            $f->arm($kinds, $n, $on);
            my $said = qx{$command};
            my $status = $?;
            $all = $f->count;
            last if !$f->disarm;

            $points++;
            my $how = $status == 0 ? 'good' : $status == 256 ? 'refused'
                      : "status $status";
            $tally{$how}++;

            push @wrong, "$how; $n: " . $f->point if $how =~ /status/;
            push @wrong, "refused without a word; $n: " . $f->point
                if $how eq 'refused' && $said eq '';
        }

        $self->row('nginx -t', $way, [ $points, $all ], \%tally, @wrong);
    }

    return;
}


# A running nginx is told to reload while something fails in the master: the
# new configuration is there, or the old one is; who has a key passes.

# The master has nothing to do: it takes signals then only (SigBlk), and none
# waits for it (ShdPnd, SigPnd).  Where it gave up without a word, nothing
# else tells.

sub _at_rest {
    my ($pid) = @_;

    open my $in, '<', "/proc/$pid/status" or return 1;
    my %mask = map { /^(S\w+):.*([0-9a-f])$/ ? ($1, hex $2) : () } <$in>;

    return !grep { $mask{$_} & 1 } qw/ SigBlk SigPnd ShdPnd /;
}

sub _reload {
    my ($s) = @_;

    my ($master, @old) = ($s->master_pid, $s->worker_pids);

    kill HUP => $master;
    wait_until { _at_rest($master) && $s->settled } 20, 'the reload is over';

    my @now = $s->worker_pids;

    return @now && "@now" ne "@old" ? 'new' : 'refused';
}

sub _reload_row {
    my ($self, $s, $f, $way, $every, %token) = @_;

    my ($kinds, $on) = _below($way);
    my ($n, $points, $all, %tally, @wrong) = (1, 0);
    my $master = $s->master_pid;

    $f->process($master);
    _reload($s) for 1 .. 3;

    my $live = $f->live;

    for (;; $n = _after($n, $every)) {
        $f->arm($kinds, $n, $on);
        my $end = _reload($s);
        $all = $f->count;
        last if !$f->disarm;

        $points++;
        $tally{$end}++;

        for my $path (sort keys %token) {
            my $r = $s->get($path, token => $token{$path});

            push @wrong, "$path: status $r->{status}; $n: " . $f->point
                if $r->{status} != 200;
        }

        next if kill 0 => $master;

        return $self->row('a reload', $way, $n, \%tally, @wrong,
                          "the master died; $n: " . $f->point);
    }

    my $end = _reload($s);
    my $more = $f->live - $live;

    push @wrong, "afterwards a reload is $end" if $end ne 'new';
    push @wrong, "$more allocations were not freed" if $more > 0;
    push @wrong, map { "nginx says: $_" }
                 grep { /\[alert\]|exited on signal/ } $s->errors;
    push @wrong, 'workers that are none or too many'
        if !eval { wait_until { $s->worker_pids == 1 } 10, 'one worker' };

    return $self->row('a reload', $way, [ $points, $all ], \%tally, @wrong);
}

sub run_reloads {
    my ($self, %only) = @_;

    my ($s, $f, @start) = $self->_begin;
    $s->{conf}{preload} = $start[1];

    my %token = _fetching($s);

    for my $way (@{ $only{ways} // \@ways }) {
        $self->_reload_row($s, $f, $way, $only{every} // 1, %token);
    }

    $self->_locks($s, $f, 'reloads');
    $s->stop;

    return;
}


1;
