# spa-cors.conf lets a page of another origin in, in a real browser.
#
# Chromium asks before it sends a token (a preflight); the backend is one that
# knows nothing of CORS.  make browser.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Echo;
use NJWT::Example qw/ local_config /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;
my $echo = NJWT::Echo->start(dir => $s->dir);

open my $in, '<', 'conf-examples/spa-cors.conf' or die "spa-cors.conf: $!\n";
my $text = do { local $/; <$in> };
close $in;

# the applications' own pages, on a port that the test has
my $pages = $s->port(3);

$text =~ s{(https://app\.exampleco\.com)}{$1:$pages}g;
$text =~ s/\}\s*\z/    server {
        listen               127.0.0.1:$pages ssl;
        ssl_certificate      \@FIXTURES\@\/tls-cert.pem;
        ssl_certificate_key  \@FIXTURES\@\/tls-key.pem;
        default_type         text\/html;
        return               200 "<title>page<\/title>";
    }
}
/;

$s->start(config => local_config($s, $text, $echo->port), workers => 2);

my $token = token(iss => 'https://exampleco.eu.auth0.com/',
                  aud => 'https://api.exampleco.com/timesheets',
                  scope => 'read:timesheets');
my $api = 'https://api.exampleco.com:' . $s->port . '/timesheets';

for my $host (qw/ app evil /) {
    open my $out, '-|', '/usr/bin/python3', 't/browser/cors.py',
        "https://$host.exampleco.com:$pages/", $api, $token
        or die "python3: $!\n";

    while (my $line = <$out>) {
        if ($line =~ /^(not )?ok (.*)/) {
            ok !$1, $2;

        } else {
            diag $line =~ s/\n//r;
        }
    }

    ok close($out), 'the browser came to the end';
}

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
