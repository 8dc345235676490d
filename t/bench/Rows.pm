package Rows;

# What does each row of the table compare?
#
#   Rows::names(), Rows::run($name, \&report)
#
# A row reports one line or more: what, the limit, and what Rounds::weigh()
# found, or why there is nothing.  Costs are microseconds of the workers' CPU
# for a request.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Exporter qw/ import /;
use Mint qw/ tokens pem jwks issuer issuers revoked /;
use Rounds qw/ weigh /;
use Side;


our $slice = 2000;
our $many = 50_000;

our $gate = 'jwt timesheets; jwt_require_scope read:timesheets;';
our $pass = 'proxy_http_version 1.1; proxy_set_header Connection "";'
            . ' proxy_pass http://backend;';
my @rows;
my %row;

sub row {
    my ($name, $code) = @_;

    push @rows, $name;
    $row{$name} = $code;

    return;
}

sub names {
    return @rows;
}

sub run {
    my ($name, @args) = @_;

    return $row{$name}->(@args);
}


sub ratio {
    return $_[0] / $_[1];
}

# A line: what is weighed, the limit, and how to weigh it.

sub held {
    my ($report, $what, $limit, %weigh) = @_;

    my $found = weigh(%weigh, limit => $limit);

    $report->($what, $limit, $found);

    return $found;
}


# What a signature costs (a key's file), or a digest (bytes).

sub floor {
    my ($what) = @_;

    return { code => sub {
        my ($us) = qx{chrt @Side::policy taskset -c $Side::cores[0] \\
            $Side::build/floor $what};
        return $us + 0;
    } };
}


# What is measured once, and is no cost.

sub single {
    my ($value) = @_;

    return { rounds => [ $value ], min => $value, median => $value,
             max => $value, costs => [] };
}

# A gate with an issuer; more: other locations, and so on.

sub gate {
    my (%args) = @_;

    return Side->new(gate => 1, http => issuer('timesheets'),
                     server => "location / { $gate empty_gif; }", %args);
}

sub bare {
    return Side->new(server => 'location / { empty_gif; }', @_);
}

sub upstream {
    my ($side, $kept) = @_;

    return 'upstream backend { server 127.0.0.1:' . $side->port
           . '; keepalive ' . ($kept // 64) . '; }';
}


# These tokens were all seen before.

sub hot {
    my ($side, %load) = @_;

    %load = (requests => $slice, tokens => tokens(1), %load);

    my $seen = delete $load{seen} // 2000;
    my %warm = (%load, requests => $seen);

    delete $warm{what};

    return { side => $side, load => \%load, warm => [ \%warm ] };
}

# Another load of the side that an "it" before this one starts: of one process,
# so that it makes no difference where the kernel put its pages.

sub also {
    my ($it, %load) = @_;

    my $side = $it->{side};

    %load = (requests => $slice, tokens => tokens(1), %load);
    push @{ $it->{warm} }, { %load, requests => 500 };

    return { code => sub { $side->cost(%load) } };
}

# None of these was, but the worker has seen others, which aren't counted.

sub cold {
    my ($side, %load) = @_;

    %load = (requests => $slice, tokens => tokens($many), %load);

    return { side => $side, load => \%load,
             warm => [ { %load, requests => 500, status => 200,
                         tokens => tokens(1) } ] };
}


# How much of what is printed is the machine's.

row noise => sub {
    my ($report) = @_;

    held($report, 'bare nginx against bare nginx', undef,
         rounds => 7, value => \&ratio,
         its => [ hot(bare()), hot(bare()) ]);
};


row hot => sub {
    my ($report) = @_;

    held($report, 'one scope rule, to bare', 1.15,
         rounds => 15, value => \&ratio,
         its => [ hot(gate()), hot(bare()) ]);
};


# The backend is bare nginx, too; the same header goes there, with the same
# value.

row proxied => sub {
    my ($report) = @_;

    my $backend = bare();
    my $http = upstream($backend);

    $backend->fresh;

    my $gate = gate(http => $http . issuer('timesheets'),
        server => "location / { jwt timesheets; $pass"
            . ' jwt_require_scope read:timesheets methods=GET;'
            . ' jwt_require_scope create:timesheets methods=POST;'
            . ' proxy_set_header X-Client $jwt_claim_azp; }');
    my $bare = bare(http => $http, server => "location / { $pass"
            . ' proxy_set_header X-Client mQmSBVQzKSxS1Vy9JQVyDXZmf0sK1Hvn; }');

    held($report, 'proxied, rule by method, a claim passed on, to bare', 1.10,
         rounds => 12, value => \&ratio,
         its => [ hot($gate), hot($bare) ]);

    $backend->stop;
};


# What it costs more than bare nginx, in signatures.

row cold => sub {
    my ($report) = @_;

    my $floor = floor(pem());

    held($report, 'added cost, to EVP_PKEY_verify()', 1.5,
         rounds => 12, its => [ cold(gate()), hot(bare()), $floor ],
         value => sub { ($_[0] - $_[1]) / $_[2] });
};


row tokens => sub {
    my ($report) = @_;

    my $all = hot(gate(), tokens => tokens($many), seen => $many);

    held($report, "$many tokens in turn, all cached, to hot", 1.10,
         rounds => 12, value => \&ratio,
         its => [ $all, also($all) ]);
};


row big => sub {
    my ($report) = @_;

    my %big = (tokens => Mint::sized(8000));

    held($report, 'a token of 8,000 bytes, hot, to bare', 1.40,
         rounds => 12, value => \&ratio,
         its => [ hot(gate(), %big), hot(bare(), %big) ]);
};


row keys => sub {
    my ($report) = @_;

    my @http = map { issuer('timesheets', keys => "jwks_file @{[jwks($_)]};") }
               64, 1;

    for (['hot', \&hot], ['cold', \&cold]) {
        my ($name, $how) = @$_;

        held($report, "64 keys in the set, to 1, $name", 1.03,
             rounds => 15, value => \&ratio,
             its => [ map { $how->(gate(http => $_)) } @http ]);
    }
};


# nginx looks a location up itself, and for longer when there are more: both
# sides have as many.

# A record of the cache has the answers to 256 questions; locations that ask
# more between them have a record for each so many.

sub locations {
    my ($scopes, $count) = @_;

    return join "\n", (map {
        my $rule = !$scopes || $_ == 500 ? ''
            : "jwt timesheets; jwt_require_scope s" . $_ % $scopes . ';';

        "location /l$_ { $rule empty_gif; }"
    } grep { $_ != 500 } 2 .. $count // 1000),
        "location /l500 { $gate empty_gif; }";
}

row locations => sub {
    my ($report) = @_;

    for my $scopes (100, 1000) {
        my @sides = map { gate(server => $_) } locations($scopes), locations();

        held($report, "1,000 locations with rules, $scopes scopes, to 1",
             1.03, rounds => 15, value => \&ratio,
             its => [ map { hot($_, path => '/l500') } @sides ]);
    }
};


row issuers => sub {
    my ($report) = @_;

    my @sides = map {
        my $names = join ' ', 'timesheets', map { "other$_" } 2 .. $_;

        gate(http => issuers($_), server => "location / { jwt $names;"
             . ' jwt_require_scope read:timesheets; empty_gif; }')
    } 50, 1;

    held($report, '50 issuers, to 1', 1.03,
         rounds => 15, value => \&ratio,
         its => [ map { hot($_) } @sides ]);
};


# None of the tokens is revoked: each is looked for among so many entries.

sub revocation {
    my ($entries) = @_;

    return gate() if !defined $entries;

    return gate(http => 'jwt_revocation_zone zone=revoked:16m;'
        . issuer('timesheets', keys => "jwks_file @{[jwks(1)]};"
                 . "revocation sub; revocation_file ${\revoked($entries)};"));
}

row revocation => sub {
    my ($report) = @_;

    for (['100,000 entries, to 1', 100_000, 1], ['1,000, to 1', 1_000, 1],
         ['1, to 0', 1, 0], ['none, to revocation unset', 0, undef])
    {
        my ($what, @entries) = @$_;

        held($report, "revocation: $what", 1.03, rounds => 15,
             value => \&ratio, its => [ map { hot(revocation($_)) } @entries ]);
    }
};


# The least recently used goes first, so that tokens in turn are never found
# where there are more of them than there is room for.

row eviction => sub {
    my ($report) = @_;

    my $full = gate(http => issuer('timesheets')
                            . 'jwt_token_cache zone=tokens:4m;');
    my $it = cold($full);

    $it->{warm} = [ { %{ $it->{load} }, requests => 25_000,
                      first => 25_000 } ];

    held($report, 'cache full, each token a new one, to cold', 1.10,
         rounds => 12, value => \&ratio,
         its => [ $it, cold(gate()) ]);
};


# nginx's own cost changes with more workers, too.

row workers => sub {
    my ($report) = @_;

    for my $count (2, 4, 16) {
        my @its = map {
            my %args = (workers => $_, listen => 'reuseport');

            map { hot($_, tokens => tokens(1000), connections => 64) }
                gate(%args), bare(%args)
        } $count, 1;

        held($report, "$count workers, to 1, beside bare's", 1.05,
             rounds => 12, its => \@its, value => sub {
                 ($_[0] / $_[1]) / ($_[2] / $_[3])
             });
    }
};


# One cache zone: nine requests of ten are of tokens that some worker has seen,
# and each tenth one writes a new token under the lock.

row mixed => sub {
    my ($report) = @_;

    my $tokens = Mint::mixed(100_000, 1000);

    for my $count (2, 4, 16) {
        my @its = map {
            my %args = (workers => $_, listen => 'reuseport');

            map { hot($_, tokens => $tokens, connections => 64) }
                gate(%args), bare(%args)
        } $count, 1;

        # what is warmed isn't asked again: there it would be no new token

        for my $it (@its) {
            $it->{load}{first} = 3000;
        }

        held($report, "$count workers, a tenth new, to 1, beside bare's", 1.05,
             rounds => 12, its => \@its, value => sub {
                 ($_[0] / $_[1]) / ($_[2] / $_[3])
             });
    }
};


require Refused;
require Stream;
require Bound;
require Lasting;
require Peers;
require Latency;
require Growth;


1;
