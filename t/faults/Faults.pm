package Faults;

# How does a test let the n-th allocation of a running nginx fail?
#
#   my $f = Faults->new(dir => $dir);
#   local $ENV{NJWT_FAULTS} = $f->file;      nginx is started with that, and
#   $s->start(preload => $f->library, …);    with NJWT_MODULE = $f->module
#   $f->process($pid);                       whose allocations count
#   $f->arm($kinds, $n);                     the n-th fails; 'on': all after it
#   …
#   $f->disarm                true: it came so far, and failed
#   $f->point                 where in the module, for a person
#   $f->live                  allocated by $pid and not yet freed
#   $f->locks, ->slabs, ->misuse
#
# Kinds, added up: MODULE (what the module asks nginx for), LIBRARY (malloc,
# by the module or a library), NGINX (malloc, by nginx), BELOW (of LIBRARY
# what is called on behalf of the module).  The page that both sides see is
# that of shim.h.

use strict;
use warnings;

use Carp qw/ croak /;
use Exporter qw/ import /;
use File::Basename qw/ dirname /;
use File::Spec;


use constant { MODULE => 1, LIBRARY => 2, NGINX => 4, BELOW => 8 };

our @EXPORT_OK = qw/ MODULE LIBRARY NGINX BELOW /;

my $root = File::Spec->rel2abs(dirname(__FILE__) . '/../..');

my $form = 'L6 q a208 L4 a48 a208';
my $size = length pack $form, (0) x 7, '', (0) x 4, '', '';


sub new {
    my ($class, %args) = @_;

    my $self = bless { file => "$args{dir}/faults" }, $class;

    open my $out, '>:raw', $self->{file} or croak "$self->{file}: $!";
    print $out "\0" x $size;
    close $out;

    open $self->{fh}, '+<:raw', $self->{file} or croak "$self->{file}: $!";

    return $self;
}

sub file {
    return $_[0]{file};
}

sub library {
    return "$root/build/faults/shim.so";
}

sub module {
    return "$root/build/faults/ngx_http_jwt_scope_module.so";
}


sub _read {
    my ($self) = @_;

    sysseek $self->{fh}, 0, 0;
    sysread($self->{fh}, my $text, $size) == $size or croak 'faults: read';

    return unpack $form, $text;
}

sub _write {
    my ($self, $at, $text) = @_;

    sysseek $self->{fh}, $at, 0;
    syswrite($self->{fh}, $text) == length $text or croak 'faults: write';

    return;
}


sub process {
    my ($self, $pid) = @_;

    return $self->_write(12, pack 'L', $pid);
}

sub arm {
    my ($self, $kinds, $n, $on) = @_;

    # first nothing is counted, then all is set, then it counts
    $self->_write(0, pack 'L', 0);
    $self->_write(16, pack 'L2', 0, 0);
    $self->_write(32, "\0" x 208);
    $self->_write(4, pack 'L2', $n, $on ? 1 : 0);
    $self->_write(0, pack 'L', $kinds);

    return;
}

sub disarm {
    my ($self) = @_;

    $self->_write(0, pack 'L2', 0, 0);

    return ($self->_read)[5];
}

# How many there were.

sub count {
    return ($_[0]->_read)[4];
}

sub failed {
    return ($_[0]->_read)[5];
}

sub live {
    return ($_[0]->_read)[6];
}

sub slabs {
    return ($_[0]->_read)[8];
}

sub locks {
    return ($_[0]->_read)[9];
}


sub _lines {
    my ($offsets) = @_;

    my @offsets = map { "0x$_" } grep { length } split / /, $offsets =~ s/\0.*//sr;

    return '?' if !@offsets;

    open my $in, '-|', 'addr2line', '-s', '-f', '-e', module(), @offsets
        or return "@offsets";
    chomp(my @lines = <$in>);

    my @points;

    while (my ($function, $line) = splice @lines, 0, 2) {
        push @points, "$function ($line)" =~ s/ \(discriminator \d+\)//r;
    }

    return join ' < ', @points;
}

sub point {
    return _lines(($_[0]->_read)[7]);
}

# What was done under a lock that may not be; "": nothing.

sub misuse {
    my ($self) = @_;

    my @page = $self->_read;

    return '' if $page[10] == 0;
    return "$page[10] x, first: " . ($page[12] =~ s/\0.*//sr)
        . ' in ' . _lines($page[13]);
}


1;
