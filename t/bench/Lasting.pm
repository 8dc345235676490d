package Lasting;

# What does it hold in memory, and for how long do others wait?  Rows of
# Rows.pm.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use JSON::PP qw/ decode_json /;
use Mint qw/ tokens issuer secret_issuer /;
use NJWT::Process qw/ wait_until /;
use Rows;
use Side;


my $zone = 16 * 1024 * 1024;

# Private memory of a process, in kB: the cache is shared, and not in it.

sub private_kb {
    my ($pid) = @_;

    open my $in, '<', "/proc/$pid/status" or die "bench: status: $!\n";
    my ($kb) = join('', <$in>) =~ /^RssAnon:\s*(\d+)/m;

    return $kb;
}


Rows::row(memory => sub {
    my ($report) = @_;

    my $gate = Rows::gate(server => 'location / { allow all; jwt_status json; }
                                     location /t { jwt timesheets; }');
    my $status = decode_json($gate->fresh->ask->{body});

    $gate->stop;

    my $room = $status->{cache}{capacity};

    $report->("bytes of a 16m zone for each of $room tokens", 192,
              Rows::single($zone / $room));
});


# A tenth of the requests first: pools and the allocator's lists have then
# found their size.  HS256, since 200,000 signatures of RSA take minutes.

Rows::row(flat => sub {
    my ($report) = @_;

    my $gate = Rows::gate(http => secret_issuer('timesheets'));
    my %load = (tokens => tokens(200_000, key => 'hmac'));

    $gate->fresh->load(%load, requests => 100_000);

    my ($pid) = $gate->scenario->worker_pids;
    my $before = private_kb($pid);

    $gate->load(%load, requests => 1_000_000);
    $report->('private memory of a worker after 1,000,000 requests', 1.02,
              Rows::single(private_kb($pid) / $before));
    $gate->stop;
});


Rows::row(reloads => sub {
    my ($report) = @_;

    my $gate = Rows::gate();
    my (@before, @after);

    my $look = sub {
        return map { private_kb($_) } $gate->scenario->master_pid,
            $gate->scenario->worker_pids;
    };

    $gate->fresh;

    for my $n (1 .. 200) {
        $gate->scenario->reload;
        $gate->load(requests => 100, tokens => tokens(1));
        @before = $look->() if $n == 20;
    }

    @after = $look->();
    $gate->stop;

    $report->("private memory after 200 reloads, to 20: $_->[0]", 1.02,
              Rows::single($_->[1]))
        for [ 'master', $after[0] / $before[0] ],
            [ 'worker', $after[1] / $before[1] ];
});


# Of two gates with a tenant of their own, one's hangs once it has given its
# keys.

Rows::row(hang => sub {
    my ($report) = @_;

    my (@its, @tenants);

    for my $n (0, 1) {
        my $gate = Rows::gate();

        push @tenants, $gate->scenario->tenant;
        $gate->{http} = issuer('timesheets', keys => 'jwks_refresh 1s;'
                               . ' jwks_uri ' . $tenants[$n]->jwks_uri . ';');

        my $it = Rows::hot($gate, what => 'p99', connections => 8);

        $it->{ready} = sub {
            return if $n == 1;

            my $fetches = $tenants[0]->fetches;

            $tenants[0]->fault(mode => 'hang');
            wait_until { $tenants[0]->fetches > $fetches } 5, 'it hangs';
        };
        $it->{done} = sub { $tenants[$n]->fault(mode => 'none') };
        push @its, $it;
    }

    Rows::held($report, 'a hung tenant: p99 of others, to before (us)', 1.2,
               rounds => 9, value => \&Rows::ratio, its => \@its);
});


1;
