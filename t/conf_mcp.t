# conf-examples/mcp.conf guards an MCP server, and tells its clients how to
# get a token.
#
# The example is started as it stands, with what NJWT::Example replaces.  The
# backend is NJWT::Echo: it answers with the headers that it got.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use JSON::PP qw/ decode_json /;
use NJWT::Echo;
use NJWT::Example qw/ local_config /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use POSIX ();
use Test::More;
use Time::HiRes qw/ sleep /;

my $resource = 'https://mcp.exampleco.com/mcp';
my $metadata = '/.well-known/oauth-protected-resource/mcp';

my $s = NJWT::Scenario->new;
my $echo = NJWT::Echo->start(dir => $s->dir);

open my $in, '<', 'conf-examples/mcp.conf' or die "mcp.conf: $!\n";
my $text = do { local $/; <$in> };
close $in;

mkdir $s->dir . "/$_" for qw/ temp jwt /;
$s->start(config => local_config($s, $text, $echo->port));


sub grant {
    my ($scope, %claims) = @_;

    return token(iss => 'https://exampleco.eu.auth0.com/', aud => $resource,
                 scope => $scope, %claims);
}

# A call as a client of 2026-07-28 sends it; a header of undef is left out.

sub call {
    my ($token, $method, $name, %more) = @_;

    my %headers = ('MCP-Protocol-Version' => '2026-07-28',
                   'Mcp-Method' => $method, 'Mcp-Name' => $name,
                   'Content-Type' => 'application/json',
                   %{ delete $more{headers} // {} });

    delete @headers{ grep { !defined $headers{$_} } keys %headers };

    return $s->request(path => '/mcp', method => 'POST', body => '{}',
                       tls => 1, defined $token ? (token => $token) : (),
                       headers => \%headers, %more);
}

sub tool {
    my ($token, $name, %more) = @_;

    return call($token, 'tools/call', $name, %more);
}

sub challenge {
    my ($answer) = @_;

    return $answer->{headers}{'www-authenticate'} // '';
}

my $read = grant('read:timesheets');
my $create = grant('read:timesheets create:timesheets');
my $all = grant('read:timesheets create:timesheets approve:timesheets');


# discovery, from the challenge to the document

my $answer = call(undef, 'server/discover', undef);

is $answer->{status}, 401, 'without a token: 401';
like challenge($answer), qr/scope="read:timesheets"/, '... with the scope';

my ($path) = challenge($answer)
    =~ m{resource_metadata="https://mcp\.exampleco\.com(/[^"]+)"};

is $path, $metadata, '... and where the document is: the path is inserted';

$answer = $s->request(path => $path // $metadata, tls => 1);
is $answer->{status}, 200, 'which anybody may read';

my $document = decode_json($answer->{body} || '{}');

is $document->{resource}, $resource, 'it names the resource';
is_deeply $document->{authorization_servers},
    ['https://exampleco.eu.auth0.com/'], '... whom to ask';
is_deeply [ sort @{ $document->{scopes_supported} // [] } ],
    [qw/ approve:timesheets create:timesheets read:timesheets /],
    '... and the scopes of all calls';


# calls that pass, and what the MCP server sees of them

for ([$read, 'server/discover', undef], [$read, 'tools/list', undef],
     [$read, 'tools/call', 'list_timesheets'],
     [$create, 'tools/call', 'create_timesheet'],
     [$all, 'tools/call', 'approve_timesheet'])
{
    my ($token, $method, $name) = @$_;
    my $title = join ' ', $method, $name // ();

    $answer = call($token, $method, $name);

    is $answer->{status}, 200, "$title passes";
    like $answer->{body}, qr/^Mcp-Method: \Q$method\E$/m, '... said';
    unlike $answer->{body}, qr/^Authorization/mi, '... without the token';
}

$answer = $s->request(path => '/last/mcp', tls => 1);
is $answer->{status}, 404, 'the backend\'s other paths are closed';

is tool($read, 'list_timesheets', path => "/mcp?access_token=$read")->{status},
    200, 'a token in the query is overlooked';
is tool(undef, 'list_timesheets', path => "/mcp?access_token=$read")->{status},
    401, '... and none';


# step-up

$answer = tool($read, 'create_timesheet');
is $answer->{status}, 403, 'a reader creates nothing';
like challenge($answer), qr/error="insufficient_scope"/, '... for want of scope';
like challenge($answer), qr/scope="read:timesheets create:timesheets"/,
    '... all that the call wants is named';
like challenge($answer), qr/resource_metadata="/, '... and the document';

is tool($create, 'approve_timesheet')->{status}, 403, 'nor a creator approves';
like challenge(tool(undef, 'approve_timesheet')), qr/approve:timesheets"/,
    'a 401 names the scopes of its own call';


# tokens for others

is tool(grant('read:timesheets', aud => 'https://api.exampleco.com/timesheets'),
        'list_timesheets')->{status}, 401, 'the token of the tenant\'s other API';
is tool(grant('read:timesheets', exp => time - 3600), 'list_timesheets')
    ->{status}, 401, 'one that has expired';


# calls that aren't listed, in every guise

for (['tools/call', 'delete_all'], ['tools/call', undef], ['tools/call', ''],
     ['tools/call', 'LIST_TIMESHEETS'], ['TOOLS/CALL', 'list_timesheets'],
     ['tools/call', 'list%5Ftimesheets'],
     ['tools/call', '=?base64?bGlzdF90aW1lc2hlZXRz?='],
     ['tools/call', 'list_timesheets x'], ['tools/call', 'x list_timesheets'],
     ['tools/call list_timesheets', undef], ['tools/call', '../-/read'],
     ['tools/call', '/mcp/-/read'], ['', 'tools/call list_timesheets'],
     [undef, 'list_timesheets'], [undef, undef], ['resources/read', 'x'],
     ['tools/list', 'approve_timesheet'], ['initialize', undef])
{
    my ($method, $name) = @$_;

    $answer = call($all, $method, $name);

    is $answer->{status}, 403, 'refused: '
        . join ', ', map { defined ? "\"$_\"" : 'none' } $method, $name;
}

is tool(undef, 'delete_all')->{status}, 401, 'without a token, one first gets one';


# a header twice: refused, or judged and passed on alike

for (['list_timesheets', 'approve_timesheet'],
     ['approve_timesheet', 'list_timesheets'])
{
    my ($first, $second) = @$_;

    $answer = tool($read, "$first\r\nMcp-Name: $second");

    unlike $answer->{body}, qr/approve_timesheet/,
        "$first and $second: the other tool isn't reached";
    like $answer->{status}, qr/^(?:200|403)$/, '... and it was answered';
    cmp_ok scalar(() = $answer->{body} =~ /^Mcp-Name:/mg), '<', 2,
        '... the backend never sees two';
}

$answer = call($read, "tools/list\r\nMcp-Method: tools/call", undef);
unlike $answer->{body}, qr{tools/call}, 'a method twice';

$answer = tool($read, 'list_timesheets',
               headers => { 'Mcp_Name' => 'approve_timesheet',
                            'mcp-name ' => 'approve_timesheet' });
unlike $answer->{body}, qr/approve_timesheet/, 'a name spelled otherwise';

is tool($read, 'list_timesheets', headers => { Connection => 'close, Mcp-Name' })
    ->{body} =~ /^Mcp-Name: list_timesheets$/m, 1,
    'Connection takes no header away';


# versions

for ('2025-11-25', '2025-06-18', '', undef, '2026-07-28x', '2026-07-28, 2025-11-25',
     "2026-07-28\r\nMCP-Protocol-Version: 2025-11-25")
{
    $answer = tool($all, 'list_timesheets',
                   headers => { 'MCP-Protocol-Version' => $_ });

    my $title = defined ? s/\r\n/ and /r : 'none';

    # an nginx before 1.23 judges the first of two, and passes on that one
    if ($title =~ / and / && $answer->{status} == 200) {
        unlike $answer->{body}, qr/2025-11-25/, "version $title";

    } else {
        is $answer->{status}, 400, "version $title: 400";
        is_deeply(decode_json($answer->{body})->{error}{data}{supported},
                  ['2026-07-28'], '... and which there are')
            if $title !~ / and /;
    }
}


# origins

for (['https://app.exampleco.com', 200], ['https://evil.example', 403],
     ['null', 403], ['https://app.exampleco.com.evil.example', 403],
     ['http://app.exampleco.com', 403])
{
    is tool($read, 'list_timesheets', headers => { Origin => $_->[0] })
        ->{status}, $_->[1], "Origin $_->[0]: $_->[1]";
}


# methods and paths

for my $method (qw/ GET DELETE PUT OPTIONS post /) {
    $answer = tool($all, 'list_timesheets', method => $method);

    cmp_ok $answer->{status}, '>=', 400, "$method: refused";
    unlike $answer->{body}, qr/^Mcp-Name/m, '... and goes no further';
}

for my $path (qw{ /mcp/ /mcp/-/read /mcp/-/approve /mcp/-/read/x /mcp/%2d/read
                  //mcp/-/read /mcp/x/../-/read /MCP / /mcpx })
{
    is tool($all, 'list_timesheets', path => $path)->{status}, 404,
        "$path: 404";
}

is tool($read, 'approve_timesheet', path => '/mc%70')->{status}, 403,
    'a path in another spelling has the same rules';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;


# An answer may be a stream of events. It ends with its token, and it is
# jwt_close_expired that ends it.

my $listener = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', Listen => 20, Proto => 'tcp', ReuseAddr => 1)
    or die "listen: $!";

my $backend = fork // die "fork: $!";

if (!$backend) {
    $SIG{CHLD} = 'IGNORE';
    $SIG{PIPE} = sub { POSIX::_exit(0) };

    while (my $client = $listener->accept) {
        next if fork // die "fork: $!";

        local $/ = "\r\n\r\n";
        scalar <$client>;
        $client->autoflush;

        print $client "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n";

        for (1 .. 200) {
            print $client "9\r\ndata: x\n\n\r\n";
            sleep 0.2;
        }

        POSIX::_exit(0);
    }
}

# what of the stream came in so many seconds, and whether it ended

sub stream {
    my ($gate, $token, $seconds) = @_;

    open my $out, '-|', 'curl', '-sikN', '-m', $seconds, '-d', '{}',
        '-H', "Authorization: Bearer $token",
        '-H', 'MCP-Protocol-Version: 2026-07-28',
        '-H', 'Mcp-Method: tools/call', '-H', 'Mcp-Name: list_timesheets',
        'https://127.0.0.1:' . $gate->port . '/mcp' or die "curl: $!\n";

    my $got = do { local $/; <$out> } // '';
    close $out;

    return ($got, $? >> 8 != 28);       # 28: curl gave up
}

# what a busy machine may take, and what the token still has

my ($slow, $left) = (8, 3);

for ([ 'as the example has it', sub { }, 1 ],
     [ 'without jwt_close_expired',
       sub { $_[0] =~ s/^ *jwt_close_expired .*\n//m }, 0 ])
{
    my ($title, $edit, $ends) = @$_;
    my $gate = NJWT::Scenario->new;
    my $config = local_config($gate, $text, $listener->sockport);

    $edit->($config);
    mkdir $gate->dir . "/$_" for qw/ temp jwt /;
    $gate->start(config => $config);

    # judged with a leeway of five seconds
    my ($got, $ended) = stream($gate,
        grant('read:timesheets', exp => int(time) - 5 + $left), $left + $slow);

    like $got, qr/^HTTP\/\S+ 200 .*data: x.*data: x/s,
        "$title: a stream begins";
    ok $ends ? $ended : !$ended,
        '... and ' . ($ends ? 'ends with its token' : 'goes on after it');

    ($got, $ended) = stream($gate, $read, 2) if $ends;
    ok !$ended, '... that of a token that is good goes on' if $ends;

    $gate->stop;
}

done_testing;

END { kill 'KILL', $backend if $backend; }
