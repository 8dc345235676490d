package Http3;

# How is nginx asked by HTTP/3, and what did it cost?
#
#   Http3::missing()               why it can't be; '' if it can
#   Http3->new(…)                  as Http2, with TLS
#   load(…, streams => 100)        requests at a time on the one connection
#
# By curl, which Debian has with HTTP/3 since 13.  It is nginx's time alone that
# is counted.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use parent 'Http2';

use Carp qw/ croak /;
use File::Spec;
use NJWT::Scenario;
use Side;


sub missing {
    my $nginx = NJWT::Scenario->binary;

    return 'this nginx has no http_v3'
        if qx{$nginx -V 2>&1} !~ /--with-http_v3_module/;

    return 'this curl has no HTTP/3'
        if qx{curl -q -V} !~ /\bHTTP3\b/;

    return '';
}


sub new {
    my ($class, %args) = @_;

    my $self = $class->SUPER::new(%args, tls => 1);

    # the one with TLS is what shows that nginx has started

    $self->{listen} = 'ssl';
    $self->{server} = "listen 127.0.0.1:\@PORT\@ quic reuseport;"
                      . " $self->{server}";

    return $self;
}


# Each URL is another, as curl counts them; the location isn't.

sub load {
    my ($self, %args) = @_;

    my $streams = $args{streams} // 1;
    my @token;

    if ($args{tokens}) {
        open my $in, '<', $args{tokens} or croak "$args{tokens}: $!";
        chomp(my $token = <$in>);
        @token = ('-H', "authorization: Bearer $token");
    }

    my $ran = $self->_ran_ns;

    open my $in, '-|', 'chrt', @Side::policy, 'taskset', '-c',
        $Side::cores[-1], 'curl', qw/ -q -s -k --http3-only -o /,
        File::Spec->devnull, '-w', '%{http_version} %{http_code}\n',
        '--parallel', '--parallel-max', $streams, @token,
        'https://127.0.0.1:' . $self->port . ($args{path} // '/')
        . "?[1-$args{requests}]"
        or croak "curl: $!";

    chomp(my @all = <$in>);
    close $in or croak 'curl failed';

    $ran = $self->_ran_ns - $ran;

    my $want = '3 ' . ($args{status} // 200);

    croak "curl: $_" for grep { $_ ne $want } @all;
    croak 'curl: ' . @all . ' answers' if @all != $args{requests};

    return { ran_ns => $ran };
}


1;
