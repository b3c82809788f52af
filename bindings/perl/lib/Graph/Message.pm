package Graph::Message;

# Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
# graph_message.h is the manual. Every function of it is here under its own name; Graph::Message, ::Call, ::Receipt and
# ::Error wrap them. Needs FFI::Platypus.

use 5.010;
use strict;
use warnings;
use Carp ();
use Exporter 'import';
use FFI::Platypus 2.00;

our $VERSION = '0.1.0';

my %constants;

BEGIN {
    %constants = (
        GRAPH_ABI_VERSION      => 1,
        GRAPH_OK               => 0,
        GRAPH_INVALID_ARGUMENT => 1,
        GRAPH_UNREACHABLE      => 10,
        GRAPH_CANCELLED        => 11,
        GRAPH_TIMED_OUT        => 12,
        GRAPH_UNAUTHENTICATED  => 20,
        GRAPH_FORBIDDEN        => 21,
        GRAPH_NOT_FOUND        => 22,
        GRAPH_REJECTED         => 23,
        GRAPH_THROTTLED        => 24,
        GRAPH_NOT_A_DRAFT      => 25,
        GRAPH_UNAVAILABLE      => 26,
        GRAPH_UNKNOWN          => 40,
        GRAPH_INTERNAL         => 90,
        GRAPH_ROOTS_SYSTEM     => 0,
        GRAPH_ROOTS_BUNDLED    => 1,
        GRAPH_VERIFY_NEVER     => 0,
        GRAPH_VERIFY_ON_DOUBT  => 1,
        GRAPH_VERIFY_ALWAYS    => 2,
        GRAPH_LOG_INFO         => 3,
        GRAPH_LOG_DEBUG        => 4,
        GRAPH_SEEN_NOTHING     => 0,
        GRAPH_SEEN_DRAFT       => 1,
        GRAPH_SEEN_GONE        => 2,
        GRAPH_SEEN_NOT_ALLOWED => 3,
        GRAPH_SEEN_NOT_A_DRAFT => 4,
        GRAPH_EVIDENCE_ACCEPTED => 1,
        GRAPH_EVIDENCE_FOUND   => 2,
    );
}
use constant \%constants;

my $ffi = FFI::Platypus->new(api => 2);
my %file = (MSWin32 => 'graph_message.dll', darwin => 'libgraph_message.dylib');
$ffi->lib($file{$^O} || 'libgraph_message.so.1');
$ffi->type('(opaque,sint32,string)->void' => 'graph_log_fn');

# 'opaque*' is a reference to a pointer that the function fills in. A 'string' result is copied at once.
my @functions = (
    [graph_version                 => []         => 'string'],
    [graph_abi_version             => []         => 'uint32'],
    [graph_string_free             => ['opaque'] => 'void'],
    [graph_status_name             => ['sint32'] => 'string'],
    [graph_status_sent             => ['sint32'] => 'sint32'],
    [graph_message_send            => ['string', 'string', 'string', 'opaque*'] => 'sint32'],
    [graph_message_send_text       =>
        ['string', 'string', 'string', 'opaque', 'uint32', 'sint32*', 'uint32*'] => 'sint32'],
    [graph_init                    => ['opaque', 'opaque*'] => 'sint32'],
    [graph_client_new              => ['opaque', 'opaque*', 'opaque*'] => 'sint32'],
    [graph_client_send             =>
        ['opaque', 'opaque', 'string', 'string', 'string', 'opaque*', 'opaque*'] => 'sint32'],
    [graph_client_check            =>
        ['opaque', 'opaque', 'string', 'string', 'string', 'opaque*', 'opaque*'] => 'sint32'],
    [graph_client_cancel           => ['opaque'] => 'void'],
    [graph_client_free             => ['opaque'] => 'void'],
    [graph_call_new                => []         => 'opaque'],
    [graph_call_cancel             => ['opaque'] => 'void'],
    [graph_call_free               => ['opaque'] => 'void'],
    [graph_call_set_timeout_ms     => ['opaque', 'uint32'] => 'sint32'],
    [graph_call_set_internet_message_id         => ['opaque', 'string'] => 'sint32'],
    [graph_options_new             => []         => 'opaque'],
    [graph_options_free            => ['opaque'] => 'void'],
    [graph_options_set_base_url    => ['opaque', 'string'] => 'sint32'],
    [graph_options_set_timeout_ms  => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_attempt_timeout_ms       => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_connect_timeout_ms       => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_max_attempts             => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_verify      => ['opaque', 'sint32'] => 'sint32'],
    [graph_options_set_settle_ms   => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_mailbox_concurrency      => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_proxy       => ['opaque', 'string'] => 'sint32'],
    [graph_options_set_proxy_from_environment   => ['opaque'] => 'sint32'],
    [graph_options_set_ca_file     => ['opaque', 'string'] => 'sint32'],
    [graph_options_set_roots       => ['opaque', 'sint32'] => 'sint32'],
    [graph_options_set_user_agent  => ['opaque', 'string'] => 'sint32'],
    [graph_options_set_log         => ['opaque', 'graph_log_fn', 'opaque'] => 'sint32'],
    [graph_error_status            => ['opaque'] => 'sint32'],
    [graph_error_http_status       => ['opaque'] => 'sint32'],
    [graph_error_code              => ['opaque'] => 'string'],
    [graph_error_message           => ['opaque'] => 'string'],
    [graph_error_request_id        => ['opaque'] => 'string'],
    [graph_error_client_request_id => ['opaque'] => 'string'],
    [graph_error_retry_after_ms    => ['opaque'] => 'uint32'],
    [graph_error_attempts          => ['opaque'] => 'uint32'],
    [graph_error_claims            => ['opaque'] => 'string'],
    [graph_error_seen              => ['opaque'] => 'sint32'],
    [graph_error_internet_message_id            => ['opaque'] => 'string'],
    [graph_error_free              => ['opaque'] => 'void'],
    [graph_receipt_request_id      => ['opaque'] => 'string'],
    [graph_receipt_client_request_id            => ['opaque'] => 'string'],
    [graph_receipt_http_status     => ['opaque'] => 'sint32'],
    [graph_receipt_attempts        => ['opaque'] => 'uint32'],
    [graph_receipt_evidence        => ['opaque'] => 'sint32'],
    [graph_receipt_sent_id         => ['opaque'] => 'string'],
    [graph_receipt_free            => ['opaque'] => 'void'],
);
$ffi->attach(@$_) for @functions;
die 'libgraph_message ' . graph_version() . " is older than Graph::Message $VERSION\n"
    if graph_abi_version() < GRAPH_ABI_VERSION;

our @EXPORT_OK   = (sort(keys %constants), map { $_->[0] } @functions);
our %EXPORT_TAGS = (constants => [sort keys %constants], all => \@EXPORT_OK);

my %setter = map { $_->[0] =~ /^graph_options_set_(.+)/ ? ($1 => [__PACKAGE__->can($_->[0]), $_->[1][1] // '']) : () }
    @functions;

# What C reads: undef is NULL, a string that Perl keeps as characters is encoded, and one of bytes goes as it is, to be
# refused by the library where it is not UTF-8.
sub _text {
    my ($name, $text) = @_;
    return undef unless defined $text;
    my $bytes = "$text";
    utf8::encode($bytes) if utf8::is_utf8($bytes);
    my $nul = index $bytes, "\0";
    Graph::Message::Error->_refuse("$name holds a NUL at byte $nul, where C would end it: take it out") if $nul >= 0;
    return $bytes;
}

sub _number {
    my ($name, $number) = @_;
    return $number if defined $number && $number =~ /\A[0-9]{1,10}\z/ && $number <= 4294967295;
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

# Options are set in the order in which they stand.
sub new {
    my ($class, @given) = @_;
    Carp::croak('odd number of options: give NAME => VALUE') if @given % 2;
    my $self = bless { thread => _thread() }, $class;
    my $options = $self->{options} = graph_options_new();
    while (my ($name, $value) = splice @given, 0, 2) {
        my ($set, $type) = @{ $setter{$name} or Carp::croak("no such option: $name") };
        if ($name eq 'log') {
            next unless defined $value;
            # Kept for as long as the client; nothing may jump out of it.
            $self->{log} = $ffi->closure(sub {
                my (undef, $level, $line) = @_;
                utf8::decode($line);
                eval { $value->($level, $line); 1 } or warn $@;
            });
            $set->($options, $self->{log}, undef);
        }
        elsif ($type eq '') { $set->($options) if $value }
        elsif ($type eq 'string') { $set->($options, _text($name, $value)) }
        else { $set->($options, _number($name, $value)) }
    }
    my ($client, $error);
    graph_client_new($options, \$client, \$error);
    Graph::Message::Error->_throw($error) if $error;
    $self->{client} = $client;
    return $self;
}

sub send  { my $self = shift; return $self->_call(\&graph_client_send,  @_) }
sub check { my $self = shift; return $self->_call(\&graph_client_check, @_) }

sub _call {
    my ($self, $function, @given) = @_;
    my %given = _named([qw(token user id call)], @given);
    my ($receipt, $error);
    my @texts = map { _text($_, $given{$_}) } qw(token user id);
    my $status = $function->($self->{client}, $given{call} && $given{call}{call}, @texts, \$receipt, \$error);
    Graph::Message::Error->_throw($error) if $status != GRAPH_OK;
    return Graph::Message::Receipt->_take($receipt);
}

# Ends every call in flight; from another thread.
sub cancel { graph_client_cancel($_[0]{client}); return }

sub DESTROY {
    my $self = shift;
    return if ${^GLOBAL_PHASE} && ${^GLOBAL_PHASE} eq 'DESTRUCT' || $self->{thread} != _thread();
    graph_client_free($self->{client});
    graph_options_free($self->{options});
    return;
}

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

package Graph::Message::Call;

# What one call has of its own: timeout_ms, internet_message_id; and the means to cancel it from another thread.
sub new {
    my ($class, @given) = @_;
    my %given = Graph::Message::_named([qw(timeout_ms internet_message_id)], @given);
    my $timeout_ms = Graph::Message::_number('timeout_ms', $given{timeout_ms} // 0);
    my $message_id = Graph::Message::_text('internet_message_id', $given{internet_message_id});
    my $self = bless { call => Graph::Message::graph_call_new(), thread => Graph::Message::_thread() }, $class;
    Graph::Message::graph_call_set_timeout_ms($self->{call}, $timeout_ms);
    return $self if !Graph::Message::graph_call_set_internet_message_id($self->{call}, $message_id);
    Graph::Message::Error->_refuse('internet_message_id is not one that Graph shows: <...@...>');
}

sub cancel { Graph::Message::graph_call_cancel($_[0]{call}); return }

sub DESTROY {
    my $self = shift;
    return if ${^GLOBAL_PHASE} && ${^GLOBAL_PHASE} eq 'DESTRUCT' || $self->{thread} != Graph::Message::_thread();
    Graph::Message::graph_call_free($self->{call});
    return;
}

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

sub _throw {
    my ($class, $error) = @_;
    my $self = Graph::Message::_fields('error', \@error_fields, $error);
    my $sent = Graph::Message::graph_status_sent($self->{status});
    die bless $self, $sent == 0 ? 'Graph::Message::Unsent' : 'Graph::Message::OutcomeUnknown';
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
