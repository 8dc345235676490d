# The official TypeScript SDK finds its way through mcp.conf.
#
# Client and server are npm's @modelcontextprotocol/client and /server, of the
# versions that package-lock.json pins; the tenant is the stand-in, with
# Auth0's resource parameter.  t/conf_mcp.t has what no honest client does.
# make mcp.  There is no skipping: without node or npm it fails.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ decode_json encode_json /;
use NJWT::Example qw/ local_config /;
use NJWT::Process qw/ ports /;
use NJWT::Scenario;
use NJWT::Tenant;
use NJWT::Token qw/ :all /;
use Test::More;


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!\n";
    local $/;

    return scalar <$in>;
}

my $modules = $ENV{NJWT_MCP} // 'build/mcp';
my $resource = 'https://mcp.exampleco.com/mcp';

my $s = NJWT::Scenario->new;
my ($port, $example_port) = ports(2);

# the API, and a client that may read and create, as the Deploy CLI has them

my $tenant = NJWT::Tenant->start(dir => $s->dir,
    config => slurp('conf-examples/mcp/tenant.yaml'));

my $server = NJWT::Process->start(
    name    => 'MCP server',
    command => [ 'node', "$modules/server.mjs", $port ],
    output  => $s->dir . '/server.log',
    ready   => sub { NJWT::Process::answers($port) },
);

my $example = NJWT::Process->start(
    name    => 'the example\'s MCP server',
    command => [ 'node', "$modules/example.mjs", $example_port ],
    output  => $s->dir . '/example.log',
    ready   => sub { NJWT::Process::answers($example_port) },
);

my $text = slurp('conf-examples/mcp.conf');

mkdir $s->dir . "/$_" for qw/ temp jwt /;
$s->start(config => local_config($s, $text, $port));

my ($client) = @{ $tenant->credentials->{clients} };

# the certificate is the test's own
local $ENV{NODE_TLS_REJECT_UNAUTHORIZED} = 0;
local $ENV{NODE_NO_WARNINGS} = 1;

open my $out, '-|', 'node', "$modules/client.mjs", encode_json({
    gate   => 'https://127.0.0.1:' . $s->port . '/',
    tenant => $tenant->url,
    seen   => "http://127.0.0.1:$port/",
    example => "http://127.0.0.1:$example_port/",
    token  => token(iss => 'https://exampleco.eu.auth0.com/',
                    aud => 'https://api.exampleco.com/timesheets'),
    map { $_ => $client->{$_} } qw/ client_id client_secret /,
}) or die "node: $!\n";

my $done;

while (my $line = <$out>) {
    if ($line =~ /^(not )?ok (.*)/) {
        ok !$1, $2;

    } elsif ($line eq "done\n") {
        $done = 1;

    } else {
        diag $line =~ s/\n//r;
    }
}

close $out;
ok $done, 'the client came to the end';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
