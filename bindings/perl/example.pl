#!/usr/bin/perl
# send TOKEN DRAFT-ID [BASE-URL]
use strict;
use warnings;
use Graph::Message;

my ($token, $id, $base_url) = @ARGV;
binmode $_, ':encoding(UTF-8)' for *STDOUT, *STDERR;

my $client  = Graph::Message->new(timeout_ms => 60_000, $base_url ? (base_url => $base_url) : ());
# user => 'megan@contoso.example' for another mailbox
my $receipt = eval { $client->send(token => $token, id => $id) };
if ($receipt) {
    print 'sent, client-request-id ', $receipt->client_request_id, "\n";
    exit 0;
}
die $@ unless ref $@ && $@->isa('Graph::Message::Error');
if ($@->isa('Graph::Message::OutcomeUnknown')) {
    print STDERR 'perhaps sent, call $client->check later: ', $@, "\n";
    exit 2;
}
print STDERR 'not sent, ', $@->status_name, ": $@\n";
exit 1;
