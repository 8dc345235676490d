# jwt-explain gives the gate's own verdicts.
#
# Each vector of t/vectors through the command line: its verdict, its exit
# status, and JSON that can be read.

use strict;
use warnings;

use File::Basename qw/ dirname /;
use File::Temp qw/ tempdir /;
use JSON::PP ();
use Test::More;

use lib dirname(__FILE__) . '/lib';
use NJWT::Explain qw/ explain_all /;
use NJWT::File qw/ slurp /;


chdir dirname(__FILE__) . '/..' or die "$!";

my $json = JSON::PP->new->utf8;


# What a command line can't say: several headers or cookies, "Bearer" in a
# cookie, two jwt_issuer blocks, what nginx -t refuses.

sub beyond {
    my ($case, $policy) = @_;

    return ref $case->{authorization} || @{ $case->{bare} // [] } > 1
           || defined $case->{authorization} && $case->{bare}
           || grep({ / / } @{ $case->{bare} // [] })
           || @{ $policy->{issuers} } != 1
           || ref $policy->{issuers}[0]{audiences}
              && !@{ $policy->{issuers}[0]{audiences} }
           || $policy->{issuers}[0]{jwks}
              && grep({ /^HS/ } @{ $policy->{issuers}[0]{algorithms} })
           || grep({ !@{ $_->{scopes} } } @{ $policy->{rules} });
}


# What a location has besides --binding has its default there, and the
# nonces are the gate's own.

sub unproved {
    my ($case, $policy) = @_;
    my $binding = $policy->{binding};

    return $case->{dpop} || $case->{certificate} if !$binding;
    return $binding->{nonce} || $case->{nonce_keys} || $case->{since}
           || $case->{certificate}
           || @{ $binding->{origins} } != 1 || $case->{bare}
           || $binding->{origins}[0] =~ m{^\w+://[^/]+/}
           || "@{ $binding->{algorithms} }" ne 'ES256'
           || @{ $case->{dpop} // [] } > 1
           || grep({ /^$|[^!-~]/ } @{ $case->{dpop} // [] })
           || ($case->{target} // '') =~ /[^!-~]/;
}


sub quoted {
    my ($word) = @_;

    return '"' . $word =~ s/(["\\])/\\$1/gr . '"';
}


# The entries of a case, in a file of their own.

my $folder = tempdir(CLEANUP => 1);
my $entries = 0;

sub entries_file {
    my ($list) = @_;

    my $file = "$folder/" . ++$entries;

    open my $out, '>:raw', $file or die "$file: $!";
    print $out JSON::PP->new->ascii->encode($list);
    close $out or die "$file: $!";

    return $file;
}


sub arguments {
    my ($case, $policy) = @_;

    my $issuer = $policy->{issuers}[0];
    my $audiences = $issuer->{audiences};

    my $binding = $policy->{binding};
    my $proof = ($case->{dpop} // [])->[0];

    return (
        ($binding
         ? ('--binding' => join ',', grep { $binding->{$_} }
                           qw/ dpop mtls required /) : ()),
        (defined $proof
         ? ('--proof' => $proof, '--url' => $binding->{origins}[0]
                                            . ($case->{target} // '')) : ()),
        '--json', '--at' => $case->{now}, '--method' => $case->{method},
        '--max-token-size' => $policy->{max_token_size},
        (map { ('--issuer', $_) } @{ $issuer->{iss} }),
        (map { ('--audience', $_) } ref $audiences ? @$audiences
                                                   : $audiences),
        (map { ('--audience-here', $_) } @{ $policy->{audience} // [] }),
        '--algorithms' => join(',', @{ $issuer->{algorithms} }),
        '--leeway' => $issuer->{leeway},
        '--profile' => $issuer->{profile} // 'any',
        ($case->{revoked}
         ? ('--revoked' => entries_file($case->{revoked}),
            '--revocation' => join ',', @{ $issuer->{revocation} }) : ()),
        (exists $issuer->{max_age} ? ('--max-age', $issuer->{max_age}) : ()),
        (map { ('--scope-claim', $_) } @{ $issuer->{scope_claims} // [] }),
        $issuer->{secret}
            ? ('--secret', "t/vectors/$issuer->{secret}")
            # nobody listens there
            : ('--jwks', defined $issuer->{jwks}
                         ? "t/vectors/$issuer->{jwks}"
                         : 'http://127.0.0.1:1/jwks.json'),
        (map { ('--scope', join ' ', @{ $_->{scopes} },
                $_->{match} ? "match=$_->{match}" : (),
                $_->{methods} ? 'methods=' . join(',', @{ $_->{methods} })
                              : ()) } @{ $policy->{rules} }),
        (map { ('--claim', join ' ', map { quoted($_) } $_->{claim},
                @{ $_->{values} // [] }) } @{ $policy->{claims} // [] }),
    );
}


my (@cases, @runs, @beyond);

for my $file (glob 't/vectors/*/cases.json') {
    my $vectors = $json->decode(slurp($file));

    for my $c (@{ $vectors->{cases} }) {
        my %policy = (%{ $vectors->{defaults}{policy} },
                      %{ $c->{policy} // {} });
        my %case = (%{ $vectors->{defaults} }, %$c);

        next if unproved(\%case, \%policy);

        if (beyond(\%case, \%policy)) {
            push @beyond, $case{id};
            next;
        }

        my $bare = ($case{bare} // [''])->[0];
        my $stdin = defined $case{authorization}
            ? "Authorization: $case{authorization}" : $bare;

        utf8::encode($stdin);
        push @cases, \%case;
        push @runs, { args => [ arguments(\%case, \%policy) ],
                      stdin => "$stdin\n" };
    }
}

cmp_ok(scalar(@cases), '>=', 450, 'there are cases at all');
cmp_ok(scalar(@beyond), '<=', 16, 'few are beyond a command line: '
                                  . join ' ', @beyond);

my @results = explain_all(@runs);
my %order;

for my $i (0 .. $#cases) {
    my ($case, $got) = ($cases[$i], $results[$i]);
    my $want = $case->{verdict};
    my $said = $got->{json} // {};

    is_deeply(
        [ $said->{verdict}, $got->{status}, $got->{err} ],
        [ $want, $want eq 'ok' ? 0 : $want eq 'keys_unavailable' ? 2 : 1,
          '' ], "$case->{id}: $want") or next;

    # the checks, and which of them failed

    my @checks = @{ $said->{checks} };
    my @failed = grep { $_->{result} eq 'fail' } @checks;

    $order{ join ' ', map { $_->{check} } @checks } = 1;

    is(join(' ', map { $_->{check} } @failed), $want eq 'ok' ? '' : $want,
       "$case->{id}: the check that failed");

    # the scopes needed are named if they were missing

    next if $want ne 'insufficient_scope' || !$case->{scopes_needed};
    like($failed[0]{hint}, qr/^needed "\Q$case->{scopes_needed}\E"/,
         "$case->{id}: which scopes");
}

is(scalar(keys %order), 1, 'the checks stand in one order');

my ($table) = keys %order;
my @readme = slurp('README.md') =~ /^\| `(\w+)` \| \d* \|/gm;

is($table, join(' ', grep { $_ ne 'ok' } @readme),
   'which is that of the table of verdicts');

done_testing;
