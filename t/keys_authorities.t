# The certificate authorities of the fetch are those of the file that was
# read: keys that came by one that was removed are not trusted any longer.

use strict;
use warnings;

use lib 't/lib';

use File::Copy qw/ copy /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

sub bundle {
    my ($name) = @_;

    copy("t/keys/$name.pem", $s->dir . '/ca.pem') or die "ca.pem: $!\n";
}

sub status {
    return $s->get('/t', token => token())->{status};
}


bundle('tls-ca');
$s->start(issuer => 'jwks_wait 20s; jwks_timeout 20s; '
                    . 'ssl_trusted_certificate @DIR@/ca.pem;');

is status(), 200, 'keys are there';

my $before = $tenant->fetches;

ok $s->reload, 'a reload with the same file';
is status(), 200, 'keeps them';
is $tenant->fetches, $before, 'without a fetch';

bundle('tls-other-ca');

ok $s->reload, 'a reload with other bytes in it';
is status(), 200, 'has keys';
is $tenant->fetches, $before + 1, 'that were fetched anew';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;


# The system's own bundle, which names no slot: a mended one lets the back-off
# go, and nothing else.  libcurl says where that bundle is; here a library says
# it is a file of ours.  It also has a new worker wait before its first fetch,
# so that the old one, with the old bundle, could be first; and one worker, once
# there is a file "late", before it knows of the keys at all.

SKIP: {
    # it must be the first library
    skip 'a sanitizer\'s library comes first', 1 if $ENV{ASAN_OPTIONS};

    my $t = NJWT::Scenario->new;
    my $ca = $t->dir . '/ca.pem';
    my $late = $t->dir . '/late';
    my $source = $t->write_file('cainfo.c', <<"END_OF_SOURCE");
#define _GNU_SOURCE
#include <dlfcn.h>
#include <curl/curl.h>
#include <unistd.h>

curl_version_info_data *
curl_version_info(CURLversion age)
{
    static curl_version_info_data    copy;
    curl_version_info_data        *(*real)(CURLversion);

    *(void **) &real = dlsym(RTLD_NEXT, "curl_version_info");
    copy = *real(age);
    copy.cainfo = "$ca";

    return &copy;
}

CURLM *
curl_multi_init(void)
{
    CURLM  *(*real)(void);

    *(void **) &real = dlsym(RTLD_NEXT, "curl_multi_init");
    usleep(300 * 1000);

    return real();
}

int
setpriority(int which, unsigned int who, int priority)
{
    if (unlink("$late") == 0) {
        sleep(2);
    }

    return 0;
}
END_OF_SOURCE

    system($ENV{CC} // 'cc', '-shared', '-fPIC', '-o',
           $t->dir . '/cainfo.so', $source) == 0
        or BAIL_OUT('no compiler for cainfo.c');

    copy('t/keys/tls-other-ca.pem', $ca) or die "ca.pem: $!\n";
    $t->tenant;
    $t->start(preload => $t->dir . '/cainfo.so', workers => 2,
              main => 'worker_priority 1;',
              issuer => 'jwks_uri https://localhost:@PORT2@/keys; '
                      . 'jwks_cooldown 1h; jwks_refresh 1h;',
              http => <<'END');
    server {
        listen               127.0.0.1:@PORT2@ ssl;
        ssl_certificate      @FIXTURES@/tls-cert.pem;
        ssl_certificate_key  @FIXTURES@/tls-key.pem;

        location = /keys { proxy_pass @JWKS_URI@; }
    }
END

    # tried after 1, 3, 7 and 15 s

    ok $t->wait_for_log(qr/own CA signed its certificate.*a reload also reads a bundle that was corrected/, 5),
        'a certificate of an unknown authority, and what to do about it';
    sleep 8;

    copy('t/keys/tls-ca.pem', $ca) or die "ca.pem: $!\n";
    is $t->get('/t', token => token())->{status}, 503,
        'a bundle that is mended is not read yet';

    my $began = time;

    ok $t->reload, 'a reload';
    is $t->get('/t', token => token())->{status}, 200, 'has keys at once';
    cmp_ok time - $began, '<', 5, '... before the back-off is over';

    $before = $t->tenant->fetches;
    copy('t/keys/tls-other-ca.pem', $ca) or die "ca.pem: $!\n";

    ok $t->reload, 'a reload with other authorities, and nothing that failed';
    is $t->get('/t', token => token())->{status}, 200, 'keeps the keys';
    sleep 1;
    is $t->tenant->fetches, $before, 'and fetches nothing';

    # one more, whose worker is late: by then there is one with a third bundle

    $t->write_file('late', '');
    $t->_write_config(workers => 1);
    kill 'HUP', $t->master_pid;
    wait_until { !-e $late } 5, 'a worker is born';

    copy('t/keys/tls-ca.pem', $ca) or die "ca.pem: $!\n";
    kill 'HUP', $t->master_pid;
    wait_until { $t->log_lines(qr/start worker process \d/) == 8 } 5,
        'another one is born';
    wait_until { $t->settled && $t->worker_pids == 1 } 5,
        'the late one came, and went';

    is $t->get('/t', token => token(-kid => 'stranger'))->{status}, 401,
        'a kid that nobody knows';
    is $t->tenant->fetches, $before + 1, '... is still asked for';

    $t->stop;
}

done_testing;
