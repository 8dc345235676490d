package Peers;

# What do others cost that Debian or npm has?  A row of Rows.pm.
#
# njs with WebCrypto, haproxy's jwt_verify and Auth0's SDK for node, in turn
# with the gate and bare nginx: the same token, the CPU time of whichever
# process judges it, and how many requests it answers in a second on its core.
# A peer has to let a good token pass and refuse a forged one first; when it
# doesn't, or doesn't start, a line says so.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Haproxy;
use Mint qw/ tokens public issuer /;
use Plot;
use NJWT::Token ();
use Rounds qw/ weigh found median /;
use Rows;
use Sdk;
use Side;


my $here = File::Basename::dirname(__FILE__);
my $njs = '/usr/lib/nginx/modules/ngx_http_js_module.so';


# The script, with key, issuer and audience in their places.

sub script {
    my %value = (ISSUER => NJWT::Token::issuer(),
                 AUDIENCE => NJWT::Token::audience());

    open my $pem, '<', public() or die "bench: public key: $!\n";
    $value{DER} = join '', map { s/\s//gr } grep { !/^-/ } <$pem>;

    open my $in, '<', "$here/njs.js" or die "bench: njs.js: $!\n";
    my $text = do { local $/; <$in> };

    $text =~ s/\@([A-Z]+)\@/$value{$1}/g;

    return Mint::text('njs', $text);
}

sub njs_side {
    my ($content, $http) = @_;

    return Side->new(modules => [ $njs ],
        http => ($http // '') . ' js_import gate from ' . script() . ';',
        server => "location / { auth_request /_gate; $content }
                   location = /_gate { internal; js_content gate.judge; }");
}


# Why it can't be weighed, or nothing.

sub trouble {
    my ($side) = @_;

    my %said;

    eval {
        $side->fresh;
        $said{good} = $side->load(requests => 1, connections => 1,
                                  tokens => tokens(1));
        $said{forged} = $side->load(requests => 1, connections => 1,
                                    status => 401,
                                    tokens => tokens(1, key => 'junk'));
    };
    $side->stop;

    return '' if $said{forged};

    # a server may have a line before the one that matters

    my ($why) = ($@ // '') =~ /^(.*(?:ALERT|emerg).*)/m;

    ($why) = ($@ // '') =~ /^(.*)/ if !$why;

    return $said{good} ? 'takes a forged token' : $why;
}


sub us {
    my ($load) = @_;

    return $load->{ran_ns} / $load->{requests} / 1000;
}

# Requests a second of each, from the first on.

sub rates {
    my ($all) = @_;

    my @slices = map { @$_ } @{ $all->{slices} };

    return map {
        my $n = $_;

        median(map { $_->[$n]{requests} / $_->[$n]{seconds} } @slices)
    } 0 .. $#{ $slices[0] };
}


# A line for each of those that can be weighed; unguarded: nothing is judged
# there, and a forged token would pass.

sub compare {
    my ($report, $how, $name, $bare, @peers) = @_;

    my @its;

    for my $peer (@peers) {
        my ($label, $side, %args) = @$peer;
        my $why = $args{unguarded} ? '' : trouble($side);

        if ($why) {
            $report->("$label, $name: left out: $why");
            next;
        }

        push @its, { %{ $how->($side, requests => $args{requests} // 2000,
                               seen => 500, what => 'all') },
                     label => $label };
    }

    local $Rounds::slices = $ENV{BENCH_SLICES} // 8;

    my $all = weigh(rounds => 3, value => sub { 0 },
                    its => [ Rows::hot($bare, what => 'all'), @its ],
                    cost => sub { 0 });

    my @rate = rates($all);
    my @bars = ({ label => 'bare nginx', rate => $rate[0] });

    for my $n (1 .. @its) {
        my $found = found($all->{slices}, sub { us($_[$n]) / us($_[0]) },
                          \&us);

        $found->{costs} = [ @{ $found->{costs} }[$n, 0] ];
        $report->("$its[$n - 1]{label}, $name, to bare", undef, $found);
        $report->(sprintf '%s, %s: %.0f requests a second on one core',
                  $its[$n - 1]{label}, $name, $rate[$n]);

        $bars[0]{us} = $found->{costs}[1];
        push @bars, { label => $its[$n - 1]{label}, rate => $rate[$n],
                      us => $found->{costs}[0] };
    }

    return { title => $name, bars => \@bars };
}


Rows::row(peers => sub {
    my ($report, $results) = @_;

    my $empty = 'empty_gif;';
    my $verify = Haproxy::verify(public());
    my %few = (requests => 500);

    my @peers = ([ gate => Rows::gate() ],
        [ 'njs with WebCrypto', njs_side($empty), %few ],
        [ 'haproxy, the signature only', Haproxy->new(rules => $verify) ],
        [ 'haproxy, with claims',
          Haproxy->new(rules => $verify . Haproxy::claims()) ],
        [ "Auth0's SDK, express", Sdk->new, %few ]);

    my @panels = (
        compare($report, \&Rows::hot, 'a token seen before', Rows::bare(),
                @peers, [ 'haproxy without a check', Haproxy->new(rules => ''),
                          unguarded => 1 ]),
        compare($report, \&Rows::cold, 'a new token each time', Rows::bare(),
                @peers));

    my $backend = Rows::bare();
    my $http = Rows::upstream($backend);
    my $pass = $Rows::pass;

    $backend->fresh;
    push @panels, compare($report, \&Rows::hot, 'proxied, seen before',
        Rows::bare(http => $http, server => "location / { $pass }"),
        [ gate => Rows::gate(http => $http . issuer('timesheets'),
              server => "location / { $Rows::gate $pass }") ],
        [ 'njs with WebCrypto', njs_side($pass, $http), %few ],
        [ 'haproxy, the signature only',
          Haproxy->new(rules => $verify, backend => $backend->port) ]);
    $backend->stop;

    Plot::bars("$results/peers.svg", @panels);
    $report->("$results/peers.svg");
});


1;
