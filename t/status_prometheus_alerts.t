# Each alert of conf-examples fires when it should, and only then.
#
# promtool evaluates the rules on made-up samples, one each minute; where it
# isn't installed, only what can be read in the rules is tested.

use strict;
use warnings;

use lib 't/lib';

use Cwd qw/ getcwd /;
use JSON::PP qw/ decode_json encode_json /;
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

# The requests by verdict, so many a minute; those that have no issuer yet are
# of "-".

sub requests {
    my (%of) = @_;

    return map {
        my $issuer = /^(?:no_token|preflight|unjudged|opaque_token)$/ ? '-'
                                                                      : 'a';

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

    my $all = join ',', map { qq[$_="$labels->{$_}"] }
                        sort keys %{ $labels // {} };

    return promtool({
        expr        => qq[ALERTS{alertname="$name",alertstate="firing"}],
        eval_time   => '2h',
        exp_samples => $labels ? [ {
            labels => qq[ALERTS{alertname="$name",$all,alertstate="firing"}],
            value  => 1 } ] : [],
    }, %series);
}

# What promtool has to say of a test with these samples; nothing: it holds.

sub promtool {
    my ($test, %series) = @_;

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
            promql_expr_test => [$test],
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

    # a label that the alert hasn't got would be shown as nothing

    my ($text) = $rule =~ /alert: \Q$name\E\n(.*?)(?=- alert:|\z)/s;

    is join(' ', grep { !exists $labels->{$_} } $text =~ /\$labels\.(\w+)/g),
        '', '... and has the labels that it tells of';

    return;
}


alert 'GateRevokesAll', { severity => 'page', issuer => 'a', instance => 'i' },
    fires => [ gauge('revocation_overflow_timestamp_seconds', 1764000000) ],
    quiet => [ gauge('revocation_overflow_timestamp_seconds', 0) ],
    when => 'all found room';

alert 'GateRevocationFails', { severity => 'ticket', issuer => 'a', instance => 'i' },
    fires => [ gauge('revocation_file_failing', 1),
               gauge('revocation_save_failing', 0) ],
    quiet => [ gauge('revocation_file_failing', 0),
               gauge('revocation_save_failing', 0) ],
    when => 'it is read and kept';

fires 'GateRevocationFails fires of what can\'t be kept, too', 'GateRevocationFails',
    { severity => 'ticket', issuer => 'a', instance => 'i' },
    gauge('revocation_file_failing', 0), gauge('revocation_save_failing', 1);

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

my $until = 'jwt_scope_keys_serve_until_timestamp_seconds{issuer="a",instance="i"}';
my %page = (severity => 'page', issuer => 'a', instance => 'i');

alert 'GateKeysStopServing', {%page},
    fires => [ $until => '10000x120', gauge('fetch_failures_in_a_row', 3) ],
    quiet => [ $until => '12000x120', gauge('fetch_failures_in_a_row', 3) ],
    when  => 'there is more than an hour';

fires '... nor where no fetch fails', 'GateKeysStopServing', undef,
    $until => '10000x120', gauge('fetch_failures_in_a_row', 0);
fires '... nor of keys that never were', 'GateKeysStopServing', undef,
    $until => '0x120', gauge('fetch_failures_in_a_row', 3);

my %of_a = (%ticket, issuer => 'a');

alert 'GateSeesForgedTokens', {%of_a},
    fires => [ requests(bad_signature => 5, alg_not_allowed => 5,
                        key_not_found => 5, ok => 100) ],
    quiet => [ requests(bad_signature => 30, expired => 600, ok => 6000) ],
    when  => 'they are few among many';

fires '... nor for one now and then', 'GateSeesForgedTokens', undef,
    requests(bad_signature => 2);

alert 'GateSeesTokensOfTheFuture', {%of_a},
    fires => [ requests(not_yet_valid => 3, issued_in_future => 3, ok => 100) ],
    quiet => [ requests(expired => 600, not_yet_valid => 3) ],
    when  => 'tokens are expired';

alert 'GateClocksDiffer', {%both},
    fires => [ gauge('clock_skew_seconds', -6) ],
    quiet => [ gauge('clock_skew_seconds', -5) ], when => 'within the leeway';

alert 'GateRefusesMuch', {%of_a},
    fires => [ requests(ok => 60, expired => 20) ],
    quiet => [ requests(ok => 60, expired => 10) ],
    when  => 'a seventh is refused';

fires '... for an issuer that is refused wholly, beside one that isn\'t',
    'GateRefusesMuch', {%of_a}, requests(expired => 30),
    'jwt_scope_requests_total{issuer="b",instance="i",verdict="ok"}'
        => each_minute(60000);
fires '... not for requests without a token', 'GateRefusesMuch', undef,
    requests(ok => 60, no_token => 60, preflight => 60);
fires '... nor for two stray ones a minute beside a thousand a second',
    'GateRefusesMuch', undef, requests(ok => 60000, opaque_token => 2);
fires '... nor for two stray ones, and no others',
    'GateRefusesMuch', undef, requests(expired => 2);
fires '... for many that are of no issuer of ours', 'GateRefusesMuch',
    { %ticket, issuer => '-' }, requests(ok => 600, opaque_token => 300);

alert 'GateIsNotAsked', { %ticket, instance => 'i' },
    fires => [ requests(unjudged => 1) ],
    quiet => [ requests(unjudged => 0, ok => 60) ],
    when  => 'each request is judged';

alert 'GateHasAnOpenDoor', { %ticket, instance => 'i' },
    fires => [ 'jwt_scope_unprotected_locations{instance="i"}' => '1x120' ],
    quiet => [ 'jwt_scope_unprotected_locations{instance="i"}' => '0x120' ],
    when  => 'there is none';

is_deeply [ sort keys %tried ], [ sort $rule =~ /- alert: (\w+)/g ],
    'each alert is tried';


# The dashboard's panel of that title shows these values, by issuer.

sub panel {
    my ($title, $panel, $shown, %series) = @_;

    my $dashboard = do {
        open my $in, '<', 'conf-examples/prometheus/grafana.json' or die "$!\n";
        local $/;
        decode_json(<$in>);
    };

    my ($expr) = map { $_->{targets}[0]{expr} }
                 grep { $_->{title} eq $panel } @{ $dashboard->{panels} };

    SKIP: {
        skip 'no promtool here', 1 if !$promtool;

        is promtool({
            expr        => $expr =~ s/\$instance/.*/gr,
            eval_time   => '2h',
            exp_samples => [ map { { labels => qq[{issuer="$_"}],
                                     value  => $shown->{$_} } }
                             sort keys %$shown ],
        }, %series), '', $title;
    }

    return;
}

my $fetched = 'jwt_scope_keys_fetched_timestamp_seconds';

panel 'keys have an age', 'Age of the keys', { a => 7140 },
    qq[$fetched\{issuer="a",instance="i"}] => '60x120';
panel 'but for those that were never fetched', 'Age of the keys', {},
    qq[$fetched\{issuer="a",instance="i"}] => '0x120';
panel 'the share of refusals is an issuer\'s own',
    'Share of refusals by issuer', { a => 0.25, b => 0 },
    requests(ok => 60, expired => 20, no_token => 60),
    'jwt_scope_requests_total{issuer="b",instance="i",verdict="ok"}'
        => each_minute(60000),
    'jwt_scope_requests_total{issuer="b",instance="i",verdict="expired"}'
        => each_minute(0);
panel 'how long keys serve', 'Keys serve for', { a => 2800 },
    $until => '10000x120';

done_testing;
