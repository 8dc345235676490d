# Does each alert of conf-examples fire when it should, and only then?
#
# promtool evaluates the rules on made-up samples, one each minute; where it
# isn't installed, only what can be read in the rules is tested.

use strict;
use warnings;

use lib 't/lib';

use Cwd qw/ getcwd /;
use JSON::PP qw/ encode_json /;
use NJWT::Process qw/ folder /;
use Test::More;

my $promtool = grep { -x "$_/promtool" } split /:/, $ENV{PATH};

my $rules = getcwd() . '/conf-examples/prometheus/alerts.yaml';
my $dir = folder();

my $rule = do {
    open my $in, '<', $rules or die "$rules: $!\n";
    local $/;
    <$in>;
};

my %tried;


# A counter that grows by so many a minute, for two hours.

sub each_minute {
    my ($n) = @_;

    return "0+${n}x120";
}

# The requests by verdict, so many a minute; those without a token have no
# issuer.

sub requests {
    my (%of) = @_;

    return map {
        my $issuer = /^(?:no_token|preflight)$/ ? '-' : 'a';

        (qq[jwt_scope_requests_total{issuer="$issuer",instance="i",]
            . qq[verdict="$_"}] => each_minute($of{$_}))
    } sort keys %of;
}

sub gauge {
    my ($name, $n) = @_;

    return (qq[jwt_scope_$name\{issuer="a",instance="i"}] => "${n}x120");
}

# After two hours of these samples the alert fires, with these labels (undef:
# it doesn't).

sub fires {
    my ($title, $name, $labels, %series) = @_;

    SKIP: {
        skip 'no promtool here', 1 if !$promtool;

        is promtool_says($name, $labels, %series), '', $title;
    }

    return;
}

sub promtool_says {
    my ($name, $labels, %series) = @_;

    my $all = join ',', map { qq[$_="$labels->{$_}"] } sort keys %{ $labels // {} };
    my $file = "$dir/test.yaml";

    open my $out, '>', $file or die "$file: $!\n";
    print $out encode_json({
        rule_files          => [$rules],
        evaluation_interval => '1m',
        tests               => [ {
            interval         => '1m',
            input_series     => [ map { { series => $_,
                                          values => $series{$_} } }
                                  sort keys %series ],
            promql_expr_test => [ {
                expr        => qq[ALERTS{alertname="$name",alertstate="firing"}],
                eval_time   => '2h',
                exp_samples => $labels ? [ {
                    labels => qq[ALERTS{alertname="$name",$all,]
                              . 'alertstate="firing"}',
                    value  => 1 } ] : [],
            } ],
        } ],
    });
    close $out;

    my $said = `promtool test rules '$file' 2>&1`;

    return $? == 0 ? '' : $said;
}

sub alert {
    my ($name, $labels, %case) = @_;

    $tried{$name} = 1;

    fires "$name fires", $name, $labels, @{ $case{fires} };
    fires "... and is quiet: $case{when}", $name, undef, @{ $case{quiet} };

    # a label that the alert hasn't got would be told as nothing

    my ($text) = $rule =~ /alert: \Q$name\E\n(.*?)(?=- alert:|\z)/s;

    is join(' ', grep { !exists $labels->{$_} } $text =~ /\$labels\.(\w+)/g),
        '', '... and has the labels that it tells of';

    return;
}


alert 'GateHasNoKeys', { severity => 'page', issuer => 'a', instance => 'i' },
    fires => [ gauge('keys_available', 0) ],
    quiet => [ gauge('keys_available', 1) ], when => 'there are keys';

my %ticket = (severity => 'ticket');
my %both = (%ticket, issuer => 'a', instance => 'i');

alert 'GateCannotFetchKeys', {%both},
    fires => [ gauge('fetch_failures_in_a_row', 5) ],
    quiet => [ gauge('fetch_failures_in_a_row', 4) ], when => 'a short outage';

alert 'GateKeysGrowOld', {%both},
    fires => [ gauge('keys_fetched_timestamp_seconds', 60) ],
    quiet => [ gauge('keys_fetched_timestamp_seconds', 0) ],
    when  => 'keys were never fetched, which is another alert';

fires '... nor where they are fetched each minute', 'GateKeysGrowOld', undef,
    'jwt_scope_keys_fetched_timestamp_seconds{issuer="a",instance="i"}'
        => each_minute(60);

alert 'GateSeesForgedTokens', { %ticket, instance => 'i' },
    fires => [ requests(bad_signature => 30, alg_not_allowed => 30,
                        key_not_found => 30) ],
    quiet => [ requests(bad_signature => 30, expired => 6000, ok => 6000) ],
    when  => 'there are few, and other refusals';

alert 'GateClocksDiffer', { %ticket, issuer => 'a' },
    fires => [ requests(not_yet_valid => 6, issued_in_future => 6) ],
    quiet => [ requests(expired => 600, not_yet_valid => 3) ],
    when  => 'tokens are expired';

alert 'GateRefusesMuch', { %ticket, issuer => 'a' },
    fires => [ requests(ok => 60, expired => 20) ],
    quiet => [ requests(ok => 60, expired => 10) ],
    when  => 'a seventh is refused';

fires '... nor for requests without a token', 'GateRefusesMuch', undef,
    requests(ok => 60, no_token => 60, preflight => 60);

alert 'GateHasAnOpenDoor', { %ticket, instance => 'i' },
    fires => [ 'jwt_scope_unprotected_locations{instance="i"}' => '1x120' ],
    quiet => [ 'jwt_scope_unprotected_locations{instance="i"}' => '0x120' ],
    when  => 'there is none';

is_deeply [ sort keys %tried ], [ sort $rule =~ /- alert: (\w+)/g ],
    'each alert is tried';

done_testing;
