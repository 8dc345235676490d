package NJWT::Scenario;

# Goes through several steps with one nginx in a test.
#
#   use NJWT::Scenario;
#   use NJWT::Token qw/ :all /;
#   use Test::More;
#
#   my $s = NJWT::Scenario->new;
#   my $tenant = $s->tenant;                 # see NJWT::Tenant
#   $s->start(workers => 2, issuer => 'jwks_cooldown 1s;');
#
#   is $s->get('/t', token => token())->{status}, 200, 'a good token';
#   $tenant->rotate;
#   …
#   is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
#   $s->stop;
#   done_testing;
#
# The configuration, for start(), reload() and check(); what is left out stays
# as it was:
#
#   workers   2
#   http      more of http {}
#   issuer    more of jwt_issuer timesheets {}; issuer, audience and jwks_uri
#             there replace the default (the tenant's)
#   issuers   all of the jwt_issuer blocks, instead
#   server    the locations, instead of these two (and X-Verdict):
#                 location /t    { jwt timesheets; root @CONTENT@; }
#                 location /open { root @CONTENT@; }
#   main      more at the top;  events  of events {};  log_level  info
#   user      that the workers run as, where nginx is root's: root
#   config    the whole file, instead of all that
#   preload   a library that nginx is started with
#
# In each of them @CONTENT@ is a folder with the files t and open, @DIR@ a
# folder of this test's, @FIXTURES@ t/keys, @PORT@ nginx's port, @PORT2@ to
# @PORT4@ others that are free, @JWKS_URI@ @ISSUER@ @AUDIENCE@ the tenant's.
#
# Requests: get(path, …), verdict(path, …), request(path => …, method => …), burst({ … }, …),
# begin({ … }, …) and finish($flight), as in NJWT::Client; traffic({ … }, …),
# as in NJWT::Traffic.
# Processes: binary, master_pid, worker_pids, old_worker_pids, settled,
# fetcher_pid, kill_worker($pid), on_worker($pid, sub { … }).
# Log: log_lines(qr/…/), wait_for_log(qr/…/, seconds), since mark_log;
# errors(), from the start.
#
# nginx is the master with its workers, in a folder of its own under
# build/run, and ends with the test whatever happens.  NJWT_KEEP=1 leaves it.

use strict;
use warnings;

use Carp qw/ croak /;
use File::Basename qw/ dirname /;
use File::Path qw/ make_path /;
use File::Spec;
use NJWT::Client qw/ verdict_of /;
use NJWT::Process qw/ folder ports wait_until /;
use NJWT::Tenant;
use NJWT::Token ();
use NJWT::Traffic ();
use Time::HiRes qw/ sleep time /;


my $root = File::Spec->rel2abs(dirname(__FILE__) . '/../../..');

my $module = $ENV{NJWT_MODULE} // "$root/build/ngx_http_jwt_scope_module.so";
my ($nginx) = $ENV{NJWT_NGINX}
    // grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}), '/usr/sbin';

# clients, libcurl's among them, follow these
delete @ENV{ map { $_, uc $_ } qw/ http_proxy https_proxy all_proxy / };


sub new {
    my ($class) = @_;

    die "there is no $module: run make first\n" if !-e $module;
    die "there is no nginx: run make first, or set NJWT_NGINX\n"
        if !defined $nginx;

    my $dir = folder();

    my $self = bless {
        dir   => $dir,
        ports => [ ports(4) ],
        conf  => {
            workers   => 2,
            http      => '',
            issuer    => '',
            main      => '',
            events    => 'worker_connections 512;',
            log_level => 'info',
            user      => 'root',
            server    => <<'            END',
        add_header  X-Verdict $jwt_verdict always;

        location /t {
            jwt   timesheets;
            root  @CONTENT@;
        }

        location /open {
            root  @CONTENT@;
        }
            END
        },
    }, $class;

    # an nginx that was built with no other path writes its logs to logs/
    make_path(map { "$dir/$_" } qw/ content logs temp /);
    $self->write_file("content/$_", "$_\n") for qw/ t open /;

    return $self;
}


sub dir {
    return "$_[0]{dir}";
}

sub binary {
    return $nginx;
}

sub port {
    my ($self, $n) = @_;

    return $self->{ports}[($n // 1) - 1];
}

sub write_file {
    my ($self, $name, $text) = @_;

    my $path = "$self->{dir}/$name";

    # text that a test decoded goes out as UTF-8, bytes as they are
    utf8::encode($text) if utf8::is_utf8($text);

    open my $out, '>:raw', $path or croak "$path: $!";
    print $out $text;
    close $out or croak "$path: $!";

    return $path;
}


# The tenant of this scenario, started at the first call.

sub tenant {
    my ($self, %args) = @_;

    return $self->{tenant} //= do {
        make_path("$self->{dir}/tenant");
        NJWT::Tenant->start(dir => "$self->{dir}/tenant", %args);
    };
}


sub _issuer_block {
    my ($more) = @_;

    my %default = (issuer => '@ISSUER@', audience => '@AUDIENCE@',
                   jwks_uri => '@JWKS_URI@');

    delete @default{ grep { $more =~ /^\s*$_\s/m } keys %default };

    return join "\n", 'jwt_issuer timesheets {',
        (map { "        $_  $default{$_};" } sort keys %default),
        "        $more", '    }';
}


sub config_text {
    my ($self, %change) = @_;

    my %c = (%{ $self->{conf} }, %change);

    # as root, the workers would be nobody and see nothing of our folder
    my $user = $> == 0 ? "user  $c{user};" : '';
    my $issuers = $c{issuers} // _issuer_block($c{issuer});

    # a sanitizer goes to a new binary, too
    $c{main} .= ' env LD_PRELOAD; env ASAN_OPTIONS; env UBSAN_OPTIONS;'
        if defined $ENV{TEST_NGINX_LD_PRELOAD};

    my $text = $c{config} // <<"    END";
load_module  $module;
$user
daemon  off;
worker_processes  $c{workers};
pid  \@DIR\@/nginx.pid;
error_log  \@DIR\@/error.log $c{log_level};
$c{main}

events {
    $c{events}
}

http {
    access_log  \@DIR\@/access.log;
    default_type  text/plain;

    client_body_temp_path  \@DIR\@/temp/body;
    proxy_temp_path        \@DIR\@/temp/proxy;
    fastcgi_temp_path      \@DIR\@/temp/fastcgi;
    uwsgi_temp_path        \@DIR\@/temp/uwsgi;
    scgi_temp_path         \@DIR\@/temp/scgi;

    $c{http}

    $issuers

    server {
        listen  127.0.0.1:\@PORT\@;

$c{server}
    }
}
    END

    my $tenant = $self->{tenant};

    my %value = (
        CONTENT  => "$self->{dir}/content",
        DIR      => "$self->{dir}",
        FIXTURES => "$root/t/keys",
        ISSUER   => NJWT::Token::issuer(),
        AUDIENCE => NJWT::Token::audience(),

        # without a tenant: a port where nobody listens
        JWKS_URI => $tenant ? $tenant->jwks_uri
                    : "http://127.0.0.1:$self->{ports}[3]/jwks.json",
        PORT     => $self->port,
        map { ("PORT$_" => $self->port($_)) } 2 .. 4,
    );

    $text =~ s/\@([A-Z_]+\d?)\@/$value{$1} \/\/ croak "no such name: \@$1\@"/ge;

    return $text;
}


sub _write_config {
    my ($self, %change) = @_;

    $self->{conf} = { %{ $self->{conf} }, %change };

    return $self->write_file('nginx.conf', $self->config_text);
}


# What nginx -t says to a configuration: (1 or 0, its words).  Nothing that
# runs is touched.

sub check {
    my ($self, %change) = @_;

    my $file = $self->write_file('check.conf', $self->config_text(%change));

    local $ENV{LD_PRELOAD} = $ENV{TEST_NGINX_LD_PRELOAD} // '';

    open my $in, '-|', qq{exec "$nginx" -t -p "$self->{dir}" }
        . qq{-e stderr -c "$file" 2>&1 </dev/null} or croak "nginx: $!";
    local $/;
    my $said = <$in> // '';
    close $in;

    return ($? == 0 ? 1 : 0, $said);
}


sub start {
    my ($self, %change) = @_;

    my $file = $self->_write_config(%change);
    my @preload = grep { defined && length } $ENV{TEST_NGINX_LD_PRELOAD},
                                             $self->{conf}{preload};

    $self->{nginx} = NJWT::Process->start(
        name    => 'nginx',
        command => [ $nginx, '-p', "$self->{dir}",
                     '-e', "$self->{dir}/error.log", '-c', $file ],
        output  => "$self->{dir}/nginx.out",
        env     => { @preload ? (LD_PRELOAD => join ':', @preload) : () },
        ready   => sub { NJWT::Process::answers($self->port) },
    );

    wait_until { $self->worker_pids == $self->{conf}{workers} } 5,
        'all workers are there';

    ($self->{fetcher}) = $self->worker_pids;

    return $self;
}


# QUIT lets requests finish, TERM doesn't.  False: it had to be killed.

sub stop {
    my ($self, $signal) = @_;

    return 1 if !$self->{nginx};

    return $self->{nginx}->stop($signal // 'QUIT');
}


sub master_pid {
    return $_[0]{nginx}->pid;
}

# The state (R, S, T …) and the parent of a process.

sub _state {
    my ($pid) = @_;

    open my $in, '<', "/proc/$pid/stat" or return ('', 0);

    return (<$in> // '') =~ /^\d+ \(.*\) (\S) (\d+)/ ? ($1, $2) : ('', 0);
}

# The kernel's list may lack one that is there while others end: it is read
# until it is the same twice.

sub _children {
    my ($pid) = @_;

    my ($list, $before);

    do {
        $before = $list;

        open my $in, '<', "/proc/$pid/task/$pid/children"
            or return grep { (_state($_))[1] == $pid }
                      map { /(\d+)/ } glob '/proc/[0-9]*';

        $list = <$in> // '';
    } while (!defined $before || $list ne $before);

    return split ' ', $list;
}

sub _titles {
    my ($self) = @_;

    my %title;

    for my $pid (_children($self->master_pid)) {
        open my $cmd, '<', "/proc/$pid/cmdline" or next;
        $title{$pid} = (<$cmd> // '') =~ s/\0.*//sr;
    }

    return %title;
}


# Those that take requests: after a reload the old ones only finish theirs,
# and are in old_worker_pids.

sub worker_pids {
    my ($self) = @_;

    my %title = $self->_titles;

    my @pids = sort { $a <=> $b }
               grep { $title{$_} =~ /worker process\s*$/ } keys %title;

    return @pids;
}

sub old_worker_pids {
    my ($self) = @_;

    my %title = $self->_titles;

    my @pids = sort { $a <=> $b }
               grep { $title{$_} =~ /is shutting down/ } keys %title;

    return @pids;
}

# Is each child a worker?  One that was just begun is still called as its master
# is, and of one that ended, and that the master hasn't asked for, there is no
# title.

sub settled {
    my ($self) = @_;

    my %title = $self->_titles;

    return !grep { !/worker process/ } values %title;
}


# Reads the configuration again, changed or not, and returns when the new
# workers are there: 1, or 0 when nginx refused it (the log says why).

sub reload {
    my ($self, %change) = @_;

    $self->_write_config(%change);

    my %old = map { $_ => 1 } $self->worker_pids;
    my $seen = -s "$self->{dir}/error.log";

    $self->{nginx}->signal('HUP');

    my $end = wait_until {
        my @now = $self->worker_pids;

        @now == $self->{conf}{workers} && !grep({ $old{$_} } @now) ? 'new'
            : grep({ /\[emerg\]/ } $self->_log_from($seen)) ? 'refused' : '';
    } 10, 'nginx reloads';

    ($self->{fetcher}) = $self->worker_pids if $end eq 'new';

    return $end eq 'new' ? 1 : 0;
}


# As a crash would end it (KILL) or an administrator (TERM); returns when the
# master has started another one, whose pid is returned.

sub kill_worker {
    my ($self, $pid, $signal) = @_;

    my %old = map { $_ => 1 } $self->worker_pids;
    my $other;

    $self->{killed}{$pid} = 1;
    kill $signal // 'KILL', $pid;

    wait_until {
        my @now = $self->worker_pids;

        ($other) = grep { !$old{$_} } @now;
        @now == keys %old && !grep { $_ == $pid } @now;
    } 5, 'another worker is there';

    $self->{fetcher} = $other if $self->{fetcher} == $pid;

    return $other;
}


# The worker that fetches keys: number 0.  Its number can't be seen, but the
# master starts it first, and replaces it by others.

sub fetcher_pid {
    return $_[0]{fetcher};
}


# Runs the code while the other workers are stopped, so that this one answers
# whatever the code asks.

sub on_worker {
    my ($self, $pid, $code) = @_;

    my @others = grep { $_ != $pid } $self->worker_pids;

    # until they have stopped they may be given a connection

    kill 'STOP', @others if @others;

    my @result = eval {
        wait_until { !grep { (_state($_))[0] ne 'T' } @others } 5, 'stopped';
        $code->();
    };
    my $died = $@;

    kill 'CONT', @others if @others;
    die $died if $died;

    return wantarray ? @result : $result[0];
}


sub _log_from {
    my ($self, $offset) = @_;

    open my $in, '<', "$self->{dir}/error.log" or return;
    seek $in, $offset // 0, 0;

    return map { chomp; $_ } <$in>;
}

# What was logged before is ignored from now on.

sub mark_log {
    my ($self) = @_;

    $self->{mark} = -s "$self->{dir}/error.log";

    return;
}

sub log_lines {
    my ($self, $like) = @_;

    return grep { !defined $like || /$like/ } $self->_log_from($self->{mark});
}

sub wait_for_log {
    my ($self, $like, $seconds) = @_;

    return wait_until { scalar $self->log_lines($like) } $seconds // 5,
        "the error log has $like";
}

# What must never be there, from nginx and from the sanitizers; that a worker
# died which we killed is no news.

sub errors {
    my ($self) = @_;

    open my $out, '<', "$self->{dir}/nginx.out";

    return grep {
        /\[(?:alert|emerg|crit)\]|Sanitizer|runtime error:/
            && !(/worker process (\d+) exited on/ && $self->{killed}{$1})
    } $self->_log_from(0), $out ? map { chomp; $_ } <$out> : ();
}


sub request {
    my ($self, %req) = @_;

    return NJWT::Client::request(port => $self->port, %req);
}

sub get {
    my ($self, $path, %req) = @_;

    return $self->request(path => $path, %req);
}

sub verdict {
    my ($self, $path, %req) = @_;

    return verdict_of($self->get($path, %req));
}

sub _with_port {
    my ($self, @requests) = @_;

    return map { { port => $self->port, %$_ } } @requests;
}

sub burst {
    my ($self, @requests) = @_;

    return NJWT::Client::burst($self->_with_port(@requests));
}

sub begin {
    my ($self, @requests) = @_;

    return NJWT::Client::begin($self->_with_port(@requests));
}

sub finish {
    my ($self, $flight) = @_;

    return NJWT::Client::finish($flight);
}

sub traffic {
    my ($self, @requests) = @_;

    return NJWT::Traffic->start($self->_with_port(@requests));
}


1;
