<?php
// Usage: php composer.php < lines. Orders and constraints by composer/semver.
require 'Composer/Semver/autoload.php';
use Composer\Semver\Constraint\Constraint;
use Composer\Semver\Semver;
use Composer\Semver\VersionParser;

$parser = new VersionParser();
$order = new Constraint('==', '1.0.0.0');
echo 'composer/semver (Debian ', trim((string) shell_exec('dpkg-query -W -f \'${Version}\' php-composer-semver 2>/dev/null')), ') on PHP ', PHP_VERSION, "\n";
while (($line = fgets(STDIN)) !== false) {
    [$kind, $a, $b] = explode("\t", rtrim($line, "\n"));
    try {
        if ($kind === 'C') {
            $a = $parser->normalize($a);
            $b = $parser->normalize($b);
            if ($order->versionCompare($a, $b, '==')) {
                echo "0\n";
            } elseif ($order->versionCompare($a, $b, '<')) {
                echo "-1\n";
            } elseif ($order->versionCompare($a, $b, '>')) {
                echo "1\n";
            } else {
                echo "x\n";
            }
        } else {
            echo Semver::satisfies($b, $a) ? "1\n" : "0\n";
        }
    } catch (\UnexpectedValueException $e) {
        echo "x\n";
    }
}
