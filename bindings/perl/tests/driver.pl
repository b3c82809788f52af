# Runs calls as it is told on standard input and prints what they ended in; the lines are those of tests/c/driver.c.
use strict;
use warnings;
use threads;
use Time::HiRes qw(sleep time);
use Graph::Message qw(graph_status_name);

$| = 1;
binmode STDIN;
binmode STDOUT, ':encoding(UTF-8)';

my (@options, %told, $client);
my %arguments = map { $_ => 1 }
    qw(token user id internet_message_id call_timeout_ms cancel_client_after_ms cancel_call_after_ms);

sub show {
    my ($object, @names) = @_;
    print "$_=", $object->$_, "\n" for @names;
}

sub later {
    my ($ms, $what) = @_;
    return threads->create(sub { sleep $ms / 1000; $what->cancel });
}

sub call {
    my ($method) = @_;
    my @cancels;
    my $receipt = eval {
        $client ||= Graph::Message->new(@options);
        my $call = Graph::Message::Call->new(
            timeout_ms          => $told{call_timeout_ms} // 0,
            internet_message_id => $told{internet_message_id},
        );
        push @cancels, later($told{cancel_client_after_ms}, $client) if $told{cancel_client_after_ms};
        push @cancels, later($told{cancel_call_after_ms}, $call) if $told{cancel_call_after_ms};
        my $began = time;
        my $done = eval { $client->$method(call => $call, map { $_ => $told{$_} } qw(token user id)) };
        my $failed = $@;
        printf "elapsed_ms=%.0f\n", (time - $began) * 1000;
        $_->join for @cancels;
        $done or die $failed;
    };
    if ($receipt) {
        print "status=GRAPH_OK\nsent=1\n";
        show($receipt, qw(http_status request_id client_request_id attempts evidence sent_id));
    }
    else {
        my $error = $@;
        die $error unless ref $error;
        printf "status=%s\nsent=%d\n", $error->status_name, $error->sent;
        printf "error_status=%s\n", graph_status_name($error->status);
        show($error, qw(http_status code message request_id client_request_id retry_after_ms attempts claims seen
            internet_message_id));
    }
    print "\n";
}

while (my $line = <STDIN>) {
    chomp $line;
    my ($name, $value) = split / /, $line, 2;
    $value = '' unless defined $value;
    $value =~ s/\\x([0-9a-f]{2})/chr hex $1/ge;
    if ($name eq 'send' || $name eq 'check') { call($name) }
    elsif ($arguments{$name}) { $told{$name} = $value }
    else {
        $value = sub { print "log=$_[0] $_[1]\n" } if $name eq 'log';
        $value = 1 if $name eq 'proxy_from_environment';
        push @options, $name => $value;
        undef $client;
    }
}
