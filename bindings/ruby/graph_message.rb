# frozen_string_literal: true

# Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
#
# graph_message.h is the manual. GraphMessage has its constants, and GraphMessage::Library its functions as they are;
# the classes wrap them. Needs fiddle, which comes with Ruby.

require 'fiddle'
require 'fiddle/import'

module GraphMessage
  GRAPH_ABI_VERSION = 1
  GRAPH_OK = 0
  GRAPH_INVALID_ARGUMENT = 1
  GRAPH_UNREACHABLE = 10
  GRAPH_CANCELLED = 11
  GRAPH_TIMED_OUT = 12
  GRAPH_UNAUTHENTICATED = 20
  GRAPH_FORBIDDEN = 21
  GRAPH_NOT_FOUND = 22
  GRAPH_REJECTED = 23
  GRAPH_THROTTLED = 24
  GRAPH_NOT_A_DRAFT = 25
  GRAPH_UNAVAILABLE = 26
  GRAPH_UNKNOWN = 40
  GRAPH_INTERNAL = 90
  GRAPH_ROOTS_SYSTEM = 0
  GRAPH_ROOTS_BUNDLED = 1
  GRAPH_VERIFY_NEVER = 0
  GRAPH_VERIFY_ON_DOUBT = 1
  GRAPH_VERIFY_ALWAYS = 2
  GRAPH_LOG_INFO = 3
  GRAPH_LOG_DEBUG = 4
  GRAPH_SEEN_NOTHING = 0
  GRAPH_SEEN_DRAFT = 1
  GRAPH_SEEN_GONE = 2
  GRAPH_SEEN_NOT_ALLOWED = 3
  GRAPH_SEEN_NOT_A_DRAFT = 4
  GRAPH_EVIDENCE_ACCEPTED = 1
  GRAPH_EVIDENCE_FOUND = 2

  module Library
    extend Fiddle::Importer
    case RUBY_PLATFORM
    when /mingw|mswin/ then dlload 'graph_message.dll'
    when /darwin/ then dlload 'libgraph_message.dylib'
    else dlload 'libgraph_message.so.1'
    end
    typealias 'int32_t', 'int'
    typealias 'uint32_t', 'unsigned int'
    typealias 'graph_status', 'int'
    typealias 'graph_log_fn', 'void *'
    extern 'const char *graph_version(void)'
    extern 'uint32_t graph_abi_version(void)'
    extern 'void graph_string_free(char *string)'
    extern 'const char *graph_status_name(graph_status status)'
    extern 'int32_t graph_status_sent(graph_status status)'
    extern 'graph_status graph_message_send(const char *token, const char *user, const char *id, graph_error **err)'
    extern 'graph_status graph_message_send_text(const char *token, const char *user, const char *id, char *message, ' \
           'uint32_t size, int32_t *http_status, uint32_t *retry_after_ms)'
    extern 'graph_status graph_init(const graph_options *options, graph_error **err)'
    extern 'graph_status graph_client_new(const graph_options *options, graph_client **client, graph_error **err)'
    extern 'graph_status graph_client_send(const graph_client *client, const graph_call *call, const char *token, ' \
           'const char *user, const char *id, graph_receipt **receipt, graph_error **err)'
    extern 'graph_status graph_client_check(const graph_client *client, const graph_call *call, const char *token, ' \
           'const char *user, const char *id, graph_receipt **receipt, graph_error **err)'
    extern 'void graph_client_cancel(const graph_client *client)'
    extern 'void graph_client_free(graph_client *client)'
    extern 'graph_call *graph_call_new(void)'
    extern 'void graph_call_cancel(const graph_call *call)'
    extern 'void graph_call_free(graph_call *call)'
    extern 'graph_status graph_call_set_timeout_ms(graph_call *call, uint32_t ms)'
    extern 'graph_status graph_call_set_internet_message_id(graph_call *call, const char *internet_message_id)'
    extern 'graph_options *graph_options_new(void)'
    extern 'void graph_options_free(graph_options *options)'
    extern 'graph_status graph_options_set_base_url(graph_options *options, const char *url)'
    extern 'graph_status graph_options_set_timeout_ms(graph_options *options, uint32_t ms)'
    extern 'graph_status graph_options_set_attempt_timeout_ms(graph_options *options, uint32_t ms)'
    extern 'graph_status graph_options_set_connect_timeout_ms(graph_options *options, uint32_t ms)'
    extern 'graph_status graph_options_set_max_attempts(graph_options *options, uint32_t attempts)'
    extern 'graph_status graph_options_set_verify(graph_options *options, int32_t verify)'
    extern 'graph_status graph_options_set_settle_ms(graph_options *options, uint32_t ms)'
    extern 'graph_status graph_options_set_mailbox_concurrency(graph_options *options, uint32_t at_once)'
    extern 'graph_status graph_options_set_proxy(graph_options *options, const char *url)'
    extern 'graph_status graph_options_set_proxy_from_environment(graph_options *options)'
    extern 'graph_status graph_options_set_ca_file(graph_options *options, const char *path)'
    extern 'graph_status graph_options_set_roots(graph_options *options, int32_t roots)'
    extern 'graph_status graph_options_set_user_agent(graph_options *options, const char *product)'
    extern 'graph_status graph_options_set_log(graph_options *options, graph_log_fn log, void *context)'
    extern 'graph_status graph_error_status(const graph_error *error)'
    extern 'int32_t graph_error_http_status(const graph_error *error)'
    extern 'const char *graph_error_code(const graph_error *error)'
    extern 'const char *graph_error_message(const graph_error *error)'
    extern 'const char *graph_error_request_id(const graph_error *error)'
    extern 'const char *graph_error_client_request_id(const graph_error *error)'
    extern 'uint32_t graph_error_retry_after_ms(const graph_error *error)'
    extern 'uint32_t graph_error_attempts(const graph_error *error)'
    extern 'const char *graph_error_claims(const graph_error *error)'
    extern 'int32_t graph_error_seen(const graph_error *error)'
    extern 'const char *graph_error_internet_message_id(const graph_error *error)'
    extern 'void graph_error_free(graph_error *error)'
    extern 'const char *graph_receipt_request_id(const graph_receipt *receipt)'
    extern 'const char *graph_receipt_client_request_id(const graph_receipt *receipt)'
    extern 'int32_t graph_receipt_http_status(const graph_receipt *receipt)'
    extern 'uint32_t graph_receipt_attempts(const graph_receipt *receipt)'
    extern 'int32_t graph_receipt_evidence(const graph_receipt *receipt)'
    extern 'const char *graph_receipt_sent_id(const graph_receipt *receipt)'
    extern 'void graph_receipt_free(graph_receipt *receipt)'

    # An object of the library, freed when Ruby collects it.
    def self.owned(address, free)
      Fiddle::Pointer.new(address.to_i, 0, handler[free])
    end

    # What C reads; nil is NULL. Bytes without an encoding go as they are, to be refused where they are not UTF-8.
    def self.text(name, text)
      return if text.nil?
      raise TypeError, "#{name} is no String" unless text.is_a?(String)

      text = text.encode(Encoding::UTF_8) unless text.encoding == Encoding::BINARY
      nul = text.b.index("\0")
      raise Unsent.refused("#{name} holds a NUL at byte #{nul}, where C would end it: take it out") if nul

      text.b << 0
    rescue EncodingError => e
      raise Unsent.refused("#{name} cannot be converted from #{text.encoding} to UTF-8: #{e.class}")
    end

    def self.number(name, number)
      return number if number.is_a?(Integer) && number.between?(0, 0xffffffff)

      raise Unsent.refused("#{name} is no whole number from 0 to 4294967295")
    end

    # What an accessor gave, as Ruby has it.
    def self.field(kind, name, object)
      value = public_send("graph_#{kind}_#{name}", object)
      value.is_a?(Integer) ? value : value.to_s.force_encoding(Encoding::UTF_8)
    end

    # Memory for one pointer, NULL until a function fills it in.
    def self.pointer
      place = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
      place[0, place.size] = "\0" * place.size
      place
    end

    if graph_abi_version < GRAPH_ABI_VERSION
      raise LoadError, "libgraph_message #{graph_version} is older than graph_message.rb"
    end
  end

  # Settings, and the connections they led to: make one and keep it. Used by any number of threads at once.
  class Client
    TEXTS = %i[base_url proxy ca_file user_agent].freeze
    NUMBERS = %i[timeout_ms attempt_timeout_ms connect_timeout_ms max_attempts verify settle_ms mailbox_concurrency
                 roots].freeze
    private_constant :TEXTS, :NUMBERS

    # Options by their names in graph_message.h without graph_options_set_, set in order: a hash, or pairs.
    def initialize(options = {})
      made = Library.owned(Library.graph_options_new, 'graph_options_free')
      options.each { |name, value| set(made, name.to_sym, value) }
      client, error = Library.pointer, Library.pointer
      Library.graph_client_new(made, client, error)
      raise Error.take(error.ptr) unless error.ptr.null?

      @client = Library.owned(client.ptr, 'graph_client_free')
    end

    # Sends a draft; user is the mailbox, where it is not that of the token's own user.
    def send(token:, id:, user: nil, call: nil)
      run(:graph_client_send, token, user, id, call)
    end

    # Settles an earlier OutcomeUnknown of the same message; sends nothing.
    def check(token:, id:, user: nil, call: nil)
      run(:graph_client_check, token, user, id, call)
    end

    # Ends every call in flight on this client; from another thread.
    def cancel
      Library.graph_client_cancel(@client)
    end

    def inspect
      "#<#{self.class}>"
    end

    private

    def set(options, name, value)
      setter = "graph_options_set_#{name}"
      if TEXTS.include?(name) then Library.public_send(setter, options, Library.text(name, value))
      elsif NUMBERS.include?(name) then Library.public_send(setter, options, Library.number(name, value))
      elsif name == :proxy_from_environment then value && Library.public_send(setter, options)
      elsif name == :log then Library.public_send(setter, options, value && (@log = closure(value)), nil)
      else raise ArgumentError, "no such option: #{name}"
      end
    end

    # Nothing may jump out of it through the library.
    def closure(log)
      arguments = [Fiddle::TYPE_VOIDP, Fiddle::TYPE_INT, Fiddle::TYPE_VOIDP]
      Fiddle::Closure::BlockCaller.new(Fiddle::TYPE_VOID, arguments) do |_context, level, line|
        log.call(level, line.to_s.force_encoding(Encoding::UTF_8))
      rescue Exception => e # rubocop:disable Lint/RescueException
        warn "graph_message: the log raised #{e.class}: #{e.message}"
      end
    end

    # Thread#raise and Thread#kill wait for the answer: they too would jump.
    def run(function, token, user, id, call)
      texts = [Library.text(:token, token), Library.text(:user, user), Library.text(:id, id)]
      receipt, error = Library.pointer, Library.pointer
      Thread.handle_interrupt(Object => :never) do
        Library.public_send(function, @client, call&.pointer, *texts, receipt, error)
        raise Error.take(error.ptr) unless error.ptr.null?

        Receipt.take(receipt.ptr)
      end
    end
  end

  # What one call, or several, have of their own.
  class Call
    attr_reader :pointer

    def initialize(timeout_ms: 0, internet_message_id: nil)
      @pointer = Library.owned(Library.graph_call_new, 'graph_call_free')
      Library.graph_call_set_timeout_ms(@pointer, Library.number(:timeout_ms, timeout_ms))
      id = Library.text(:internet_message_id, internet_message_id)
      return if Library.graph_call_set_internet_message_id(@pointer, id) == GRAPH_OK

      raise Unsent.refused('internet_message_id is not one that Graph shows: <...@...>')
    end

    # Ends the call in flight with these settings, and those that begin later; from another thread.
    def cancel
      Library.graph_call_cancel(@pointer)
    end
  end

  # What is known of a mail that was sent: what an audit log keeps.
  Receipt = Struct.new(:http_status, :request_id, :client_request_id, :attempts, :evidence, :sent_id) do
    def self.take(receipt)
      new(*members.map { |name| Library.field(:receipt, name, receipt) }).freeze
    ensure
      Library.graph_receipt_free(receipt)
    end
  end

  # Why a call did not end in GRAPH_OK: Unsent or OutcomeUnknown.
  class Error < StandardError
    FIELDS = %i[status http_status code request_id client_request_id retry_after_ms attempts claims seen
                internet_message_id].freeze
    attr_reader(*FIELDS)

    def self.take(error)
      fields = FIELDS.to_h { |name| [name, Library.field(:error, name, error)] }
      kind = Library.graph_status_sent(fields[:status]).zero? ? Unsent : OutcomeUnknown
      kind.new(Library.field(:error, :message, error), fields)
    ensure
      Library.graph_error_free(error)
    end

    # What this file refuses before the library is asked.
    def self.refused(message)
      numbers = { http_status: 0, retry_after_ms: 0, attempts: 0, seen: 0 }
      Unsent.new("not sent: #{message}", FIELDS.to_h { |name| [name, ''] }.merge(numbers, status: GRAPH_INVALID_ARGUMENT))
    end

    def initialize(message, fields)
      super(message)
      fields.each { |name, value| instance_variable_set("@#{name}", value) }
    end

    def status_name
      Library.graph_status_name(status).to_s
    end

    # 0: certainly not sent by this call; -1: nobody can tell.
    def sent
      Library.graph_status_sent(status)
    end
  end

  # Certainly not sent by this call.
  class Unsent < Error; end

  # It may have been sent: check later; do not send again blindly.
  class OutcomeUnknown < Error; end
end
