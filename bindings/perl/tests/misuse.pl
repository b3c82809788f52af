# Plays tests/cases/misuse.md.
use strict;
use warnings;
use threads;
use threads::shared;
use HTTP::Tiny;
use JSON::PP qw(decode_json encode_json);
use POSIX ();
use Scalar::Util qw(refaddr);
use Storable ();
use Time::HiRes qw(alarm sleep time);
use Graph::Message ':all';

$| = 1;
my $base    = $ENV{GRAPH_BASE_URL};
my $endless = $ENV{GRAPH_ENDLESS_USER};
open my $file, '<', $ENV{GRAPH_DRAFTS} or die $!;
chomp(my @drafts = <$file>);

sub ok { print "ok $_[0]\n" }

# In scalar context, in which a match that fails is false and not nothing.
sub expect ($$) { my ($holds, $what) = @_; die "$what\n" unless $holds }

sub control {
    my ($path, $body) = @_;
    my $control = $base =~ s/\/v1\.0\z//r . "/_emulator/$path";
    my $reply   = $body
        ? HTTP::Tiny->new->post($control, { content => encode_json($body) })
        : HTTP::Tiny->new->get($control);
    expect($reply->{success}, "$control: $reply->{status} $reply->{content}");
    return decode_json($reply->{content});
}

sub mails    { return scalar @{ control('mails') } }
sub client   { return Graph::Message->new(base_url => $base, @_) }
sub resident { open my $in, '<', '/proc/self/status' or die $!; return (join('', <$in>) =~ /VmRSS:\s+(\d+)/)[0] }

# What a call dies of; "" where it does not.
sub failure { my ($code) = @_; return eval { $code->(); 1 } ? '' : $@ }

# A send is accepted, and one mail leaves, whatever is done with it.
sub sends {
    my ($what, $client) = @_;
    my $before  = mails();
    my $receipt = eval { $client->send(token => 'user-token', id => shift @drafts) };
    expect($receipt && $receipt->http_status == 202, "$what: $@");
    expect(mails() == $before + 1, "$what: not one mail");
    return;
}

# Nothing is sent, and the refusal or the error matches.
sub refused {
    my ($what, $wanted, $code) = @_;
    my $before = mails();
    my $failed = failure($code);
    expect($failed =~ $wanted, "$what: '$failed'");
    expect(mails() == $before, "$what: a mail left");
    return;
}

# Runs code in a process of its own, and returns what it printed and its exit code.
sub child {
    my ($code) = @_;
    my $pid = open(my $out, '-|') // die $!;
    if (!$pid) {
        $SIG{ALRM} = 'DEFAULT';
        alarm 20;
        $code->();
        POSIX::_exit(0);
    }
    my $said = join '', <$out>;
    close $out;
    return ($said, $?);
}

{
    package Odd;
    use overload '""' => sub { die 'no text' }, fallback => 0;
}

{
    my @warned;
    local $SIG{__WARN__} = sub { push @warned, @_ };
    sends('log-throws', client(log => sub { die "of the log\n" }));
    expect(@warned >= 1 && $warned[0] eq "of the log\n", "log-throws: warned of '@warned'");
    # A handler for what dies is not for what is guarded.
    local $SIG{__DIE__} = sub { POSIX::_exit(3) };
    sends('log-throws', client(log => sub { die "of the log\n" }));
    ok('log-throws');
    $SIG{__DIE__} = 'DEFAULT';
    for my $thrown (bless([], 'Odd'), {}, undef, \1, sub { }, '') {
        sends('log-throws-odd', client(log => sub { die $thrown }));
    }
    ok('log-throws-odd');
}

{
    local $SIG{__WARN__} = sub { };
    no warnings;
    my %ways = (
        last          => sub { last },
        next          => sub { next },
        redo          => sub { our $again++ ? () : redo },
        'last label'  => sub { last OUTER },
        'next label'  => sub { next OUTER },
        goto          => sub { goto OUT },
        'goto a sub'  => sub { goto &POSIX::getpid },
        return        => sub { return },
        'nested eval' => sub { eval { eval { last OUTER }; goto OUT }; die 'again' },
        'eval string' => sub { eval 'last OUTER; die' },
        'the client'  => sub { our $in++ or client()->send(token => 'user-token', id => 'unknown') },
    );
    for my $way (sort keys %ways) {
        my $went_on = 0;
        OUTER: for my $once (1) {
            sends("log-leaves by $way", client(log => $ways{$way}));
            $went_on = 1;
        }
        OUT: expect($went_on, "log-leaves by $way: the caller's code was jumped over");
    }
    # exit ends the process, and does so when the library has returned.
    my $before = mails();
    my $draft  = shift @drafts;
    my (undef, $code) = child(sub { client(log => sub { exit 7 })->send(token => 'user-token', id => $draft) });
    expect($code >> 8 == 7 && mails() == $before + 1, "log-leaves by exit: $code");

    # A handler of a signal is Perl code that may run in the log function.
    control('faults', { do => 'slow', delay_ms => 600, on => 'send', times => 2 });
    for my $install (
        sub { $SIG{ALRM} = $_[0] },
        sub { POSIX::sigaction(POSIX::SIGALRM(), POSIX::SigAction->new($_[0])) },
        )
    {
        my $call = Graph::Message::Call->new;
        my $client = client(log => sub { });
        $before = mails();
        local $SIG{ALRM};
        $install->(sub { die "in time\n" });
        alarm 0.2;
        my $failed = failure(sub { $client->send(token => 'user-token', id => shift(@drafts), call => $call) });
        expect($failed eq "in time\n", "a handler that dies: '$failed'");
        expect($call->outcome->isa('Graph::Message::Receipt'), 'a handler that dies: the outcome is lost');
        expect(mails() == $before + 1, 'a handler that dies: not one mail');
    }
    ok('log-leaves');
}

{
    no warnings;
    my %ways = (
        die  => sub { die 'of the warning' },
        odd  => sub { die bless [], 'Odd' },
        last => sub { last OUTER },
        goto => sub { goto OUT },
    );
    for my $way (sort keys %ways) {
        local $SIG{__WARN__} = $ways{$way};
        OUTER: for (1) { sends("warning-throws by $way", client(log => sub { die 'of the log' })) }
    }
    OUT: ok('warning-throws');
}

{
    my $client = client();
    my %token  = (token => 'user-token');
    my $text   = qr/^not sent: \w+ is a reference and no text$/;
    for my $wrong ([1], {}, \'x', sub { 'x' }, \*STDIN, $client) {
        refused("$_ $wrong", $text, sub { $client->send(%token, id => $drafts[0], $_ => $wrong) })
            for qw(token user id);
        refused("check $wrong", $text, sub { $client->check(%token, id => $wrong) });
        refused("base_url $wrong", $text, sub { Graph::Message->new(base_url => $wrong) });
        refused("timeout_ms $wrong", qr/^not sent: timeout_ms is no whole/, sub { client(timeout_ms => $wrong) });
        refused("internet_message_id $wrong", $text, sub { Graph::Message::Call->new(internet_message_id => $wrong) });
    }
    refused('an odd id', qr/^no text/, sub { $client->send(%token, id => bless [], 'Odd') });
    for my $wrong (1, 'x', '', [], {}, $client, sub { }, bless({}, 'Odd'), 0) {
        refused('another call', qr/call is no Graph::Message::Call/,
            sub { $client->send(%token, id => $drafts[0], call => $wrong) });
    }
    for my $wrong (-1, 1.5, 'x', '', undef, "1\n", 4294967296, 'inf', "\x{661}") {
        refused('timeout_ms', qr/^not sent: timeout_ms is no whole/, sub { client(timeout_ms => $wrong) });
    }
    refused('log', qr/^not sent: log is no reference/, sub { client(log => $_) }) for 1, 'print', [], {}, \1, '';
    refused('no client', qr/not sent: /, sub { Graph::Message->send(%token, id => $drafts[0]) });
    refused('no client', qr/undefined value/, sub { Graph::Message::send(undef, %token, id => $drafts[0]) });
    refused('another object', qr/^not sent: /,
        sub { Graph::Message::send(bless({}, 'Graph::Message'), %token, id => 'x') });
    refused('no token', qr/^not sent: token/, sub { $client->send(id => $drafts[0]) });
    refused('no id', qr/^not sent: id/, sub { $client->send(%token) });
    refused('a mistyped name', qr/no such argument: usr/, sub { $client->send(%token, id => $drafts[0], usr => 'x') });
    refused('a name alone', qr/odd number/, sub { $client->send('token') });
    refused('options', qr/no such option: x/, sub { client(x => 1) });
    refused('options', qr/no name/, sub { client(undef, 1) });
    refused('a NUL', qr/^not sent: id holds a NUL/, sub { $client->send(%token, id => "$drafts[0]\0") });
    refused('a copy', qr/cannot be copied/, sub { Storable::dclone($_) }) for $client, Graph::Message::Call->new;
    ok('wrong-types');
}

{
    my ($client, $call) = (client(log => sub { }), Graph::Message::Call->new);
    $_->close for $client, $client, $call, $call;
    my $other = client();
    $other->DESTROY for 1 .. 2;
    undef $_ for $client, $call, $other;
    ok('closed-twice');
    my ($closed, $open) = (client(), client());
    $closed->close;
    refused('a closed client', qr/^not sent: .* is closed/,
        sub { $closed->send(token => 'user-token', id => $drafts[0]) });
    refused('a closed client', qr/^not sent: .* is closed/, sub { $closed->cancel });
    my $ended = Graph::Message::Call->new;
    $ended->close;
    refused('a closed call', qr/^not sent: .* is closed/,
        sub { $open->send(token => 'user-token', id => $drafts[0], call => $ended) });
    refused('a closed call', qr/^not sent: .* is closed/, sub { $ended->cancel });
    ok('used-after-close');
}

{
    my $make = sub {
        for (1 .. 1000) {
            my @dropped = (client(log => sub { }, timeout_ms => 5), Graph::Message::Call->new(timeout_ms => 5));
            eval { client(settle_ms => 1_000_000) };
            eval { client(timeout_ms => 'x') };
            eval { Graph::Message::Call->new(internet_message_id => 'x') };
        }
    };
    $make->() for 1 .. 2;
    my $before = resident();
    $make->();
    my $grown = resident() - $before;
    print STDERR "dropped: $before + $grown kB\n";
    expect($grown < 1000, "dropped: $grown kB more");
    ok('dropped');
}

{
    my ($client, $number) = (client(log => sub { }), 0);
    my $send = sub {
        for (1 .. 5000) {
            my $id = sprintf 'AAMk%076d', ++$number;
            my $receipt = $client->send(token => 'user-token', user => $endless, id => $id);
            expect($receipt->evidence == GRAPH_EVIDENCE_ACCEPTED, 'many-sends: not accepted');
            eval { $client->send(token => 'user-token', id => "AAMkx" . substr $id, 5); die 'sent' };
            expect($@->status == GRAPH_NOT_FOUND, "many-sends: $@");
        }
    };
    $send->();
    my $middle = resident();
    $send->();
    my $grown = resident() - $middle;
    print STDERR "many-sends: $middle + $grown kB\n";
    expect($grown < 1000, "many-sends: $grown kB more in the second half");
    ok('many-sends');
}

{
    my ($client, $before, $draft) = (client(log => sub { }), mails(), shift @drafts);
    sends('fork', $client);
    my ($said) = child(sub { print $client->send(token => 'user-token', id => $draft)->client_request_id });
    expect($said =~ /\A[0-9a-f-]{36}\z/, "fork: the child said '$said'");
    sends('fork', $client);
    expect(mails() == $before + 3, 'fork: not three mails');
    ok('fork');
}

{
    my $before = mails();
    my $client = client(log => sub { });
    my $slow = sub { control('faults', { do => 'slow', delay_ms => 700, on => 'send', times => $_[0] }) };
    # Threads that only come and go have copies of clients, calls and log functions.
    my $call = Graph::Message::Call->new;
    threads->create(sub { undef $client; $call->close })->join for 1 .. 10;
    sends('thread-ends', $client);
    $call->cancel;
    my ($failed) = threads->create(sub { failure(sub { $client->send(token => 'user-token', id => 'x') }) })->join;
    expect($failed =~ /^not sent: a client with log serves/, "thread-ends: '$failed'");

    # One that is to end in its call does so afterwards, and whoever asks learns what became of the mail.
    $slow->(2);
    for my $log (undef, sub { }) {
        my $outcome :shared = '';
        my $draft = shift @drafts;
        my $thread = threads->create(sub {
            $SIG{KILL} = sub { threads->exit };
            my $mine = client(log => $log, timeout_ms => 10_000);
            my $made = Graph::Message::Call->new;
            my $ended = bless { call => $made, outcome => \$outcome }, 'Ended';
            $mine->send(token => 'user-token', id => $draft, call => $made);
            $outcome = 'not ended';
        });
        sleep 0.3;
        $thread->kill('KILL')->join;
        expect($outcome eq 'Graph::Message::Receipt', "thread-ends: '$outcome'");
    }
    sub Ended::DESTROY { my ($self) = @_; ${ $self->{outcome} } = ref $self->{call}->outcome }

    # The process goes on while a thread that nobody waits for is in a call, and ends before it.
    $slow->(1);
    my $draft = shift @drafts;
    my $began = time;
    my (undef, $code) = child(sub {
        threads->create(sub { client()->send(token => 'user-token', id => $draft) })->detach;
        sleep 0.2;
        exit 5;
    });
    expect($code >> 8 == 5, "thread-ends: the process ended with $code");
    sleep 0.8;
    expect(mails() == $before + 4, 'thread-ends: not four mails');
    ok('thread-ends');
}

{
    my $load = sub {
        local $ENV{LD_LIBRARY_PATH} = $_[0];
        return child(sub { open STDERR, '>&', \*STDOUT; exec $^X, (map { "-I$_" } @INC), '-mGraph::Message', '-e1' });
    };
    my ($said, $code) = $load->($ENV{GRAPH_OLD_LIBRARY_DIR});
    expect($code && $said =~ /graph-message 0\.0\.9 \(ABI 0\) is older than Graph::Message 0\.1\.0/, $said);
    ok('old-library');
    ($said, $code) = $load->('');
    expect($code && $said =~ /install the C library graph-message .* or name its folder in LD_LIBRARY_PATH/, $said);
    ok('no-library');
}

{
    my $client = client();
    no warnings;
    local $SIG{__WARN__} = sub { };
    for (1 .. 2) {
        delete @INC{ grep { m{^Graph/Message} } keys %INC };
        require Graph::Message;
    }
    sends('loaded-twice', $_) for $client, client();
    ok('loaded-twice');
}

{
    my ($client, $call) = (client(), Graph::Message::Call->new(timeout_ms => 10_000));
    my $before = mails();
    my $draft  = shift @drafts;
    control('faults', { do => 'accept-then-hang', on => 'send', times => 1 });
    my $thread = threads->create(sub { sleep 0.4; $call->cancel for 1 .. 2 });
    my $failed = failure(sub { $client->send(token => 'user-token', id => $draft, call => $call) });
    $thread->join;
    expect(ref $failed eq 'Graph::Message::OutcomeUnknown', "cancelled-twice: $failed");
    expect(refaddr($call->outcome) == refaddr($failed), 'cancelled-twice: the outcome is not that of the call');
    $call->cancel for 1 .. 2;
    refused('cancelled-twice', qr/^may have been sent: by an earlier call, this one sent nothing/,
        sub { $client->send(token => 'user-token', id => $draft, call => $call) }) for 1 .. 3;
    refused('cancelled-twice', qr/^not sent: /,
        sub { $client->send(token => 'user-token', id => $drafts[0], call => $call) });
    expect($call->outcome->status == GRAPH_CANCELLED, 'cancelled-twice: ' . $call->outcome);
    # One call serves several, and ends them all; the client and others go on.
    my $shared = Graph::Message::Call->new;
    sends('cancelled-twice', $client) for 1 .. 2;
    $client->send(token => 'user-token', id => shift(@drafts), call => $shared) for 1 .. 2;
    $shared->cancel;
    refused('cancelled-twice', qr/^not sent: /,
        sub { $client->send(token => 'user-token', id => $drafts[0], call => $shared) });
    expect(mails() == $before + 5, 'cancelled-twice: not five mails');
    ok('cancelled-twice');
}
