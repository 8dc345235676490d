# How the page of jwt_status looks and behaves in a browser.
#
# Chromium by Selenium (Debian's chromium, chromium-driver, python3-selenium).
# make browser; the pictures are in build/browser.

use strict;
use warnings;

use lib 't/lib';

use File::Path qw/ make_path /;
use JSON::PP ();
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

my $http = <<'END';
    jwt_issuer partners {
        issuer     https://partners.example/ https://login.partners.example/;
        audience   off;
        algorithms RS256 ES256 EdDSA;
        jwks_file  @DIR@/partners.json;
    }
    jwt_issuer down {
        issuer    https://down.example/;
        audience  https://api.exampleco.com/down;
        jwks_uri  http://127.0.0.1:@PORT3@/jwks.json;
    }
END

my $server = <<'END';
    server_name  api.exampleco.com;
    root         @CONTENT@;
    location = /gate { jwt_status; allow 127.0.0.1; deny all; }
    location = /gate.json { jwt_status json; allow 127.0.0.1; deny all; }
    location /timesheets {
        jwt                timesheets;
        jwt_require_scope  read:timesheets methods=GET;
        jwt_require_scope  create:timesheets update:timesheets match=any methods=POST,PATCH;
        jwt_require_scope  delete:timesheets methods=DELETE;
    }
    location /timesheets/upload {
        jwt                timesheets partners;
        jwt_mode           report;
        jwt_require_scope  batch:upload;
        jwt_require_claim  https://exampleco.com/department Payroll ~^HR-;
        jwt_require        $jwt_claim_azp;
    }
    location /app { jwt timesheets; jwt_preflight on; jwt_mode optional; }
    location /legacy { proxy_pass http://127.0.0.1:@PORT4@; }
    location ~* "^/<script>alert(1)</script>\.(png|jpg)$" { proxy_pass http://127.0.0.1:@PORT4@; }
    location /public { jwt off; }
    location / { jwt timesheets; }
END

my $jwks = JSON::PP->new->utf8->decode(jwks(qw/ k1 ec /));

$jwks->{keys}[0]{kid} = qq{<img src=x onerror="document.title='owned'">\x{202e}};
$s->write_file('partners.json', JSON::PP->new->utf8->encode($jwks));
make_path("$s->{dir}/content/timesheets");
$s->write_file("content/timesheets/$_", "$_\n") for qw/ index.html upload /;
$s->write_file("content/$_", "$_\n") for qw/ app public /;

$s->start(http => $http, server => $server,
          issuer => 'jwks_cooldown 1s; jwks_refresh 1s;');

wait_until { $tenant->fetches > 6 } 20, 'some fetches';
$tenant->fault(mode => 'status', status => 500);
$s->wait_for_log(qr/status 500/, 10);
sleep 4;
$tenant->fault(mode => 'none');
$tenant->rotate;
$tenant->revoke('k1');
wait_until { $tenant->fetches > 12 } 30, 'and others';

my $good = token(-key => 'k2', scope => 'read:timesheets');

$s->get('/timesheets/', token => $good) for 1 .. 57;
$s->get('/timesheets/upload', token => $good) for 1 .. 4;
$s->get('/timesheets/') for 1 .. 9;
$s->get('/timesheets/', token => token(-key => 'k2', exp => 1)) for 1 .. 3;
$s->get('/timesheets/', token => token(-key => 'k2', scope => 'x'))
    for 1 .. 21;
$s->request(path => '/timesheets/', method => 'PUT', token => $good);
$s->get('/app');

make_path('build/browser');

my $url = 'http://127.0.0.1:' . $s->port . '/gate';

open my $in, '-|', '/usr/bin/python3', 't/browser/look.py', $url,
    $good, 'build/browser' or die "python3: $!\n";

# each line: ok or not ok, and what

while (my $line = <$in>) {
    if ($line =~ /^(not )?ok (.*)/) {
        ok !$1, $2;

    } else {
        diag $line =~ s/\n//r;
    }
}

ok close($in), 'the browser came to the end';
is_deeply [ grep { !/down|timesheets/ } $s->errors ], [],
    'nginx has nothing to complain of';
$s->stop;
done_testing;
