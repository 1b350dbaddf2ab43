# Usage: perl dpkg.pl < lines. Orders by Dpkg::Version.
use strict;
use warnings;
use Dpkg;
use Dpkg::Version;

print "Dpkg::Version of dpkg $Dpkg::PROGVERSION\n";
while (my $line = <STDIN>) {
    chomp $line;
    my ($kind, $left, $right) = split /\t/, $line, -1;
    my ($x, $y) = (Dpkg::Version->new($left), Dpkg::Version->new($right));
    # Dpkg::Version holds the first character to be a digit, as the policy does; dpkg only warns.
    if ($x->is_valid && $y->is_valid) {
        print version_compare($left, $right), "\n";
    } else {
        print "x\n";
    }
}
