#!/usr/bin/perl
# perl example.pl TOKEN DRAFT-ID [BASE-URL]
use strict;
use warnings;
use Graph::Message;

my ($token, $id, $base_url) = @ARGV;
if (@ARGV < 2 || @ARGV > 3) {
    print STDERR "usage: perl example.pl TOKEN DRAFT-ID [BASE-URL]\n";
    exit 64;
}
binmode $_, ':encoding(UTF-8)' for *STDOUT, *STDERR;

my $client;
my $receipt = eval {
    $client = Graph::Message->new(timeout_ms => 60_000, defined $base_url ? (base_url => $base_url) : ());
    $client->send(token => $token, id => $id);    # user => 'megan@contoso.example' for another mailbox
};
if ($receipt) {
    print 'sent, client-request-id ', $receipt->client_request_id, "\n";
    exit 0;
}
my $error = $@;
die $error unless ref $error && $error->isa('Graph::Message::Error');
print STDERR "$error\n";
# 2: call $client->check later; do not send again blindly
exit($error->isa('Graph::Message::OutcomeUnknown') ? 2 : 1);
