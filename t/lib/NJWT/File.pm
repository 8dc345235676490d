package NJWT::File;

# A file's contents.
#
#   use NJWT::File qw/ slurp /;
#
#   my $text = slurp($file);                  # its bytes, or the test dies
#   my $text = slurp($file, ':utf8');         # its characters
#
#   use NJWT::File qw/ slurp_if_there /;
#
#   my $text = slurp_if_there($file);         # '' as long as it is missing

use strict;
use warnings;

use Exporter qw/ import /;

our @EXPORT_OK = qw/ slurp slurp_if_there /;


sub slurp {
    my ($file, $layer) = @_;

    open my $in, '<' . ($layer // ':raw'), $file or die "$file: $!\n";
    local $/;

    return scalar <$in>;
}

sub slurp_if_there {
    my ($file) = @_;

    open my $in, '<:raw', $file or return '';
    local $/;

    return scalar <$in> // '';
}

1;
