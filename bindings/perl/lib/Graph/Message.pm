package Graph::Message;

# Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
# graph_message.h is the manual. Every function of it is here under its own name; Graph::Message, ::Call, ::Receipt and
# ::Error wrap them. Needs FFI::Platypus. Graph::Message::C is written from the header.

use 5.010;
use strict;
use warnings;
use Carp ();
use Config ();
use Exporter 'import';
use FFI::Platypus 2.00;
use Graph::Message::C;
use POSIX ();
use Scalar::Util ();
use overload ();

our $VERSION = '0.1.0';

use constant \%Graph::Message::C::CONSTANTS;

# A new thread has copies of all objects, but what Platypus keeps for closures must not be freed twice: it stays with
# the thread that made it.
{
    package Graph::Message::Uncopied;
    sub CLONE_SKIP { return 1 }
}

my @functions = @Graph::Message::C::FUNCTIONS;

# There already where the module is loaded a second time.
our $platypus;
if (!$platypus) {
    my $ffi = FFI::Platypus->new(api => 2);
    my %file = (MSWin32 => 'graph_message.dll', darwin => 'libgraph_message.dylib');
    my $file = $file{$^O} || 'libgraph_message.so.1';
    my $why = '';
    my $is_found = do {
        local $SIG{__WARN__} = sub { $why = " ($1)" if $_[0] =~ /loading \S+: (.+?) at / };
        $ffi->lib($file);
        $ffi->find_symbol('graph_abi_version');
    };
    # A program that dies ends with errno: 2 would say that the mail may have been sent.
    $! = 0;
    $is_found
        or die "$file is not found$why: install the C library graph-message and run ldconfig, or name its folder in "
        . ($^O eq 'MSWin32' ? 'PATH' : $^O eq 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH')
        . " before Perl starts\n";
    # These two first: an older library may lack others.
    my ($version, $abi) = map { $ffi->function(@$_)->call }
        [graph_version => [] => 'string'], [graph_abi_version => [] => 'uint32'];
    die "the library graph-message $version (ABI $abi) is older than Graph::Message $VERSION, which needs ABI "
        . GRAPH_ABI_VERSION . ": install a newer one\n"
        if $abi < GRAPH_ABI_VERSION;
    $ffi->type($Graph::Message::C::CALLBACKS{$_} => $_) for keys %Graph::Message::C::CALLBACKS;
    $ffi->attach(@$_) for @functions;
    $platypus = bless { ffi => $ffi }, 'Graph::Message::Uncopied';
}

my @constants    = sort keys %Graph::Message::C::CONSTANTS;
our @EXPORT_OK   = (@constants, map { $_->[0] } @functions);
our %EXPORT_TAGS = (constants => \@constants, all => \@EXPORT_OK);

my %setter = map { $_->[0] =~ /^graph_options_set_(.+)/ ? ($1 => [__PACKAGE__->can($_->[0]), $_->[1][1] // '']) : () }
    @functions;

# What C reads: undef is NULL, a string that Perl keeps as characters is encoded, and one of bytes goes as it is, to be
# refused by the library where it is not UTF-8.
sub _text {
    my ($name, $text) = @_;
    return undef unless defined $text;
    Graph::Message::Error->_refuse("$name is a reference and no text") if ref $text && !overload::Method($text, '""');
    my $bytes = "$text";
    utf8::encode($bytes) if utf8::is_utf8($bytes);
    my $nul = index $bytes, "\0";
    Graph::Message::Error->_refuse("$name holds a NUL at byte $nul, where C would end it: take it out") if $nul >= 0;
    return $bytes;
}

sub _number {
    my ($name, $number) = @_;
    return 0 + "$number" if defined $number && $number =~ /\A[0-9]{1,10}\z/ && "$number" <= 4294967295;
    Graph::Message::Error->_refuse("$name is no whole number from 0 to 4294967295");
}

# Named arguments, each known: a mistyped "user" would send from another mailbox.
sub _named {
    my ($known, @given) = @_;
    Carp::croak('odd number of arguments: give NAME => VALUE') if @given % 2;
    my %given = @given;
    for my $name (keys %given) { Carp::croak("no such argument: $name") unless grep { $_ eq $name } @$known }
    return %given;
}

# Objects are freed by the thread that made them: a new thread has copies of them all.
sub _thread { return $INC{'threads.pm'} ? threads->tid : 0 }

# The numbers of signals for which the program has handlers.
my %signal_number;
@signal_number{ split ' ', $Config::Config{sig_name} } = split ' ', $Config::Config{sig_num};

sub _handled_signals {
    return grep { $signal_number{$_} && defined $SIG{$_} && $SIG{$_} !~ /\A(?:DEFAULT|IGNORE|)\z/ } keys %SIG;
}

# Calls the library. What the program has for a signal runs afterwards, when the outcome is known: it may die, or leave
# in another way, and neither may go through the library's frames. $takes gets what the library returned.
sub _uninterrupted {
    my ($function, $takes) = @_;
    my (@came, %handler, $mask);
    my @handled = _handled_signals();
    if (@handled && $^O ne 'MSWin32') {
        $mask = POSIX::SigSet->new;
        POSIX::sigprocmask(POSIX::SIG_BLOCK(), POSIX::SigSet->new(@signal_number{@handled}), $mask);
    }
    # Those of threads->kill are Perl's own, and would be handled between two statements.
    if (_thread()) {
        @handler{@handled} = @SIG{@handled};
        $SIG{$_} = sub { push @came, $_[0] } for @handled;
    }
    my $outcome = $takes->($function->());
    $SIG{$_} = $handler{$_} for keys %handler;
    POSIX::sigprocmask(POSIX::SIG_SETMASK(), $mask) if $mask;
    for my $name (@came) {
        no strict 'refs';
        &{ $handler{$name} }($name);
    }
    return $outcome;
}

# Hands lines to the program's function. It may leave in whatever way it likes, but for exit: that is why lines are kept
# until the library has returned. A jump finds no way out of a block of sort.
sub _log {
    my ($log, $lines) = @_;
    while (my $next = shift @$lines) {
        my ($level, $line) = @$next;
        utf8::decode($line);
        local ($@, $SIG{__DIE__});
        next if eval { my @ran = sort { $log->($level, $line); 0 } 0, 1; 1 };
        my $failed = $@;
        eval { my @ran = sort { warn $failed; 0 } 0, 1; 1 };
    }
    return;
}

our @ISA = ('Graph::Message::Object');

# Options are set in the order in which they stand.
sub new {
    my ($class, @given) = @_;
    Carp::croak('odd number of options: give NAME => VALUE') if @given % 2;
    my $options = Graph::Message::Options->_make(graph_options_new());
    my $self    = $class->_make(undef);
    while (my ($name, $value) = splice @given, 0, 2) {
        Carp::croak('an option has no name: give NAME => VALUE') unless defined $name;
        my ($set, $type) = @{ $setter{$name} or Carp::croak("no such option: $name") };
        if ($name eq 'log') {
            next unless defined $value;
            Graph::Message::Error->_refuse('log is no reference to a function')
                unless ref $value eq 'CODE' || ref $value && overload::Method($value, '&{}');
            my @lines;
            # Lives as long as the client. Perl's frames are above those of the library: nothing may fail in it.
            my $closure = FFI::Platypus->closure(sub { push @lines, [@_[1, 2]]; return });
            $self->{closure} = bless { closure => $closure }, 'Graph::Message::Uncopied';
            @$self{qw(log lines)} = ($value, \@lines);
            $set->($options->_handle, $closure, undef);
        }
        elsif ($type eq '') { $set->($options->_handle) if $value }
        elsif ($type eq 'string') { $set->($options->_handle, _text($name, $value)) }
        else { $set->($options->_handle, _number($name, $value)) }
    }
    my ($client, $error);
    graph_client_new($options->_handle, \$client, \$error);
    die Graph::Message::Error->_take($error) if $error;
    $self->{handle} = $client;
    return $self;
}

sub send  { my $self = shift; return $self->_call(\&graph_client_send,  @_) }
sub check { my $self = shift; return $self->_call(\&graph_client_check, @_) }

sub _call {
    my ($self, $function, @given) = @_;
    my %given = _named([qw(token user id call)], @given);
    my $client = $self->_handle;
    my $call = $given{call};
    Carp::croak('call is no Graph::Message::Call')
        unless !defined $call || Scalar::Util::blessed($call) && $call->isa('Graph::Message::Call');
    Graph::Message::Error->_refuse('a client with log serves the thread that made it: make one in this thread')
        if $self->{log} && $self->{thread} != _thread();
    my @handles = ($client, $call && $call->_handle);
    my @texts = map { _text($_, $given{$_}) } qw(token user id);
    my ($receipt, $error);
    my $outcome = _uninterrupted(sub { $function->(@handles, @texts, \$receipt, \$error) }, sub {
        my ($status) = @_;
        my $took =
            $status == GRAPH_OK ? Graph::Message::Receipt->_take($receipt) : Graph::Message::Error->_take($error);
        $call->{outcome} = $took if $call;
        return $took;
    });
    _log(@$self{qw(log lines)}) if $self->{log};
    die $outcome if $outcome->isa('Graph::Message::Error');
    return $outcome;
}

# Ends every call in flight; from another thread.
sub cancel { graph_client_cancel($_[0]->_handle); return }

sub _free { graph_client_free($_[1]); return }

# The fields of a C object under their own names, as text; the object is freed.
sub _fields {
    my ($kind, $names, $object) = @_;
    my %fields;
    for my $name (@$names) {
        $fields{$name} = __PACKAGE__->can("graph_${kind}_$name")->($object);
        utf8::decode($fields{$name});
    }
    __PACKAGE__->can("graph_${kind}_free")->($object);
    return \%fields;
}

sub _accessors {
    my ($class, @names) = @_;
    no strict 'refs';
    for my $name (@names) { *{"${class}::$name"} = sub { $_[0]{$name} } }
    return;
}

package Graph::Message::Object;

# What holds an object of the library, which is freed once, by the thread that made it.
sub _make {
    my ($class, $handle) = @_;
    return bless { handle => $handle, thread => Graph::Message::_thread() }, $class;
}

sub _handle {
    my ($self) = @_;
    Carp::croak('not sent: this is no object but ' . ($self // 'undef')) unless ref $self;
    return $self->{handle} // Graph::Message::Error->_refuse('this ' . ref($self) . ' is closed: make another');
}

sub close {
    my ($self) = @_;
    my $handle = delete $self->{handle};
    $self->_free($handle) if defined $handle && $self->{thread} == Graph::Message::_thread();
    return;
}

sub DESTROY {
    my ($self) = @_;
    $self->close unless ${^GLOBAL_PHASE} && ${^GLOBAL_PHASE} eq 'DESTRUCT';
    return;
}

# A copy would be freed a second time.
sub STORABLE_freeze { Carp::croak(ref($_[0]) . ' cannot be copied: make another') }

package Graph::Message::Options;
our @ISA = ('Graph::Message::Object');

sub _free { Graph::Message::graph_options_free($_[1]); return }

package Graph::Message::Call;
our @ISA = ('Graph::Message::Object');

# What one call has of its own: timeout_ms, internet_message_id; and the means to cancel it from another thread.
sub new {
    my ($class, @given) = @_;
    my %given = Graph::Message::_named([qw(timeout_ms internet_message_id)], @given);
    my $timeout_ms = Graph::Message::_number('timeout_ms', $given{timeout_ms} // 0);
    my $message_id = Graph::Message::_text('internet_message_id', $given{internet_message_id});
    my $self = $class->_make(Graph::Message::graph_call_new());
    Graph::Message::graph_call_set_timeout_ms($self->{handle}, $timeout_ms);
    return $self if !Graph::Message::graph_call_set_internet_message_id($self->{handle}, $message_id);
    Graph::Message::Error->_refuse('internet_message_id is not one that Graph shows: <...@...>');
}

sub cancel { Graph::Message::graph_call_cancel($_[0]->_handle); return }

# The receipt or error of the call that ended last: also where a signal's handler died in the place of it.
sub outcome { return $_[0]{outcome} }

sub _free { Graph::Message::graph_call_free($_[1]); return }

package Graph::Message::Receipt;

my @receipt_fields = qw(http_status request_id client_request_id attempts evidence sent_id);
Graph::Message::_accessors(__PACKAGE__, @receipt_fields);

sub _take { return bless Graph::Message::_fields('receipt', \@receipt_fields, $_[1]), $_[0] }

package Graph::Message::Error;

# Dies as Graph::Message::Unsent or Graph::Message::OutcomeUnknown, both of which are Graph::Message::Error.
use overload '""' => sub { $_[0]{message} }, bool => sub { 1 }, fallback => 1;

my @error_fields = qw(status http_status code message request_id client_request_id retry_after_ms attempts claims seen
    internet_message_id);
Graph::Message::_accessors(__PACKAGE__, @error_fields);

sub status_name { return Graph::Message::graph_status_name($_[0]{status}) }
sub sent        { return Graph::Message::graph_status_sent($_[0]{status}) }

sub _take {
    my ($class, $error) = @_;
    my $self = Graph::Message::_fields('error', \@error_fields, $error);
    my $sent = Graph::Message::graph_status_sent($self->{status});
    return bless $self, $sent == 0 ? 'Graph::Message::Unsent' : 'Graph::Message::OutcomeUnknown';
}

# What this file refuses before the library is asked.
sub _refuse {
    my ($class, $message) = @_;
    my %empty = map { $_ => /^(?:http_status|retry_after_ms|attempts|seen)$/ ? 0 : '' } @error_fields;
    my %self  = (%empty, status => Graph::Message::GRAPH_INVALID_ARGUMENT, message => "not sent: $message");
    die bless \%self, 'Graph::Message::Unsent';
}

package Graph::Message::Unsent;
our @ISA = ('Graph::Message::Error');

package Graph::Message::OutcomeUnknown;
our @ISA = ('Graph::Message::Error');

1;

__END__

=encoding UTF-8

=head1 NAME

Graph::Message - sends an existing draft through Microsoft Graph, and says what became of it

=head1 SYNOPSIS

    use Graph::Message;

    my $client  = Graph::Message->new(timeout_ms => 60_000);
    my $receipt = eval { $client->send(token => $token, user => 'megan@contoso.example', id => $id) };
    if (!$receipt) {
        die $@ unless ref $@ && $@->isa('Graph::Message::Error');
        warn $@->isa('Graph::Message::Unsent') ? "not sent\n" : "perhaps sent: check later\n";
    }

=head1 DESCRIPTION

Needs the C library graph-message. F<README.md> of this distribution tells what there is; F<graph_message.h> of the
library is the manual.

=head1 LICENSE

MIT OR Apache-2.0

=cut
