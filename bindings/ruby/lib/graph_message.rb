# frozen_string_literal: true

# Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
#
# graph_message.h is the manual. GraphMessage has its constants, and GraphMessage::Library its functions as they are;
# the classes wrap them. Needs fiddle, which comes with Ruby.

require 'fiddle'
require 'fiddle/import'
require_relative 'graph_message/declarations'

module GraphMessage
  module Library
    extend Fiddle::Importer
    file, folders =
      case RUBY_PLATFORM
      when /mingw|mswin/ then %w[graph_message.dll PATH]
      when /darwin/ then %w[libgraph_message.dylib DYLD_LIBRARY_PATH]
      else %w[libgraph_message.so.1 LD_LIBRARY_PATH]
      end
    begin
      dlload file
    rescue Fiddle::DLError => e
      raise LoadError, "#{file} of graph-message is not found: install it, or name its folder in #{folders} " \
                       "before Ruby starts (#{e.message})"
    end
    typealias 'int32_t', 'int'
    typealias 'uint32_t', 'unsigned int'
    typealias 'graph_status', 'int'
    # The result and the arguments of what the library calls, by its name.
    callbacks = CALLBACKS.map { |declared| parse_signature(declared, type_alias) }
    LOG, = callbacks.map { |_name, *types| types.freeze }
    callbacks.each { |name,| typealias name, 'void *' }
    private_constant :LOG

    # An older library may lack the others.
    version, others = FUNCTIONS.partition { |declared| declared.match?(/ \*?graph_(abi_)?version\(/) }
    version.each { |declared| extern declared }
    if graph_abi_version < GRAPH_ABI_VERSION
      raise LoadError, "the library graph-message #{graph_version} has ABI #{graph_abi_version}, and " \
                       "graph_message.rb needs ABI #{GRAPH_ABI_VERSION}: install a newer library"
    end
    others.each { |declared| extern declared }

    # An object of the library, freed when Ruby collects it.
    def self.owned(address, free)
      Fiddle::Pointer.new(address.to_i, 0, handler[free])
    end

    # Calls the block and lets nothing jump out of it, through the library: what was raised, :left where it went by
    # throw, return or the end of the thread, or nil.
    def self.contained
      left = :left
      begin
        yield
        left = nil
      rescue Exception => e # rubocop:disable Lint/RescueException
        left = e
      end
    ensure
      return left # rubocop:disable Lint/EnsureReturn
    end

    # A function of C that calls the block.
    def self.log_function(log)
      result, arguments = LOG
      closure = Fiddle::Closure::BlockCaller.new(result, arguments) do |_context, level, line|
        left = contained { log.call(level, line.to_s.force_encoding(Encoding::UTF_8)) }
        contained { report(left) } if left
      end
      # C has its address, so that no compaction may move it.
      defined?(Fiddle::Pinned) ? Fiddle::Pinned.new(closure) : closure
    end

    # Ctrl-C is no failure of the log's: it takes effect when the call has returned.
    def self.report(left)
      case left
      when SignalException then Thread.current.raise(left)
      when Symbol then warn 'graph_message: the log left by throw, return or the end of the thread'
      else warn "graph_message: the log raised #{left.class}: #{left.message}"
      end
    end

    # What C reads; nil is NULL. Bytes without an encoding go as they are, to be refused where they are not UTF-8.
    def self.text(name, text)
      return if text.nil?
      raise TypeError, "#{name} is no String" unless text.is_a?(String)

      text = text.encode(Encoding::UTF_8) unless text.encoding == Encoding::BINARY
      nul = text.b.index("\0")
      raise Error.refused("#{name} holds a NUL at byte #{nul}, where C would end it: take it out") if nul

      text.b << 0
    rescue EncodingError => e
      raise Error.refused("#{name} cannot be converted from #{text.encoding} to UTF-8: #{e.class}")
    end

    def self.number(name, number)
      return number if number.is_a?(Integer) && number.between?(0, 0xffffffff)

      raise Error.refused("#{name} is no whole number from 0 to 4294967295")
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
  end

  # An object of the library. It is freed when it is closed and no call uses it any more, or when Ruby collects it.
  class Handle
    def initialize(address, free, what)
      @pointer = Library.owned(address, free)
      @what = what
      @users = 0
      @closed = false
      @lock = Mutex.new
    end

    attr_reader :pointer

    def closed?
      @closed
    end

    def use
      locked do
        raise Error.refused("the #{@what} is closed: make another one") if @closed

        @users += 1
      end
      begin
        yield @pointer
      ensure
        locked { leave }
      end
    end

    # Calls in flight go on.
    def close
      locked do
        @closed = true
        free if @users.zero?
      end
      nil
    end

    # What may run beside calls in flight, and not beside the freeing.
    def beside
      locked { yield @pointer if @pointer }
      nil
    end

    private

    def leave
      @users -= 1
      free if @closed && @users.zero?
    end

    # An older fiddle leaves it to the collection.
    def free
      @pointer.call_free if @pointer.respond_to?(:call_free)
      @pointer = nil
    end

    # Also in a trap handler, where Mutex#synchronize is refused.
    def locked
      return yield if @lock.owned?

      Thread.handle_interrupt(Object => :never) do
        Thread.pass until @lock.try_lock
        begin
          yield
        ensure
          @lock.unlock
        end
      end
    end
  end
  private_constant :Handle

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

      @handle = Handle.new(client.ptr, 'graph_client_free', 'client')
    end

    # A client that is closed when the block ends; without a block, one to be closed.
    def self.open(options = {})
      client = new(options)
      return client unless block_given?

      begin
        yield client
      ensure
        client.close
      end
    end

    # Sends a draft; user is the mailbox, where it is not that of the token's own user.
    def deliver(token:, id:, user: nil, call: nil)
      run(:graph_client_send, token, user, id, call)
    end

    # The same. It hides Object#send, which is here as __send__ and public_send.
    alias send deliver

    # Settles an earlier OutcomeUnknown of the same message; sends nothing.
    def check(token:, id:, user: nil, call: nil)
      run(:graph_client_check, token, user, id, call)
    end

    # Ends every call in flight on this client; from another thread.
    def cancel
      @handle.beside { |client| Library.graph_client_cancel(client) }
    end

    # Closes the connections. Calls in flight go on; later ones are refused. A second time does nothing.
    def close
      @handle.close
    end

    def closed?
      @handle.closed?
    end

    def inspect
      "#<#{self.class}#{' (closed)' if closed?}>"
    end

    private

    def set(options, name, value)
      setter = "graph_options_set_#{name}"
      if TEXTS.include?(name) then Library.public_send(setter, options, Library.text(name, value))
      elsif NUMBERS.include?(name) then Library.public_send(setter, options, Library.number(name, value))
      elsif name == :proxy_from_environment then value && Library.public_send(setter, options)
      elsif name == :log then log(options, value)
      else raise ArgumentError, "no such option: #{name}"
      end
    end

    # Pinned and held for as long as this client.
    def log(options, value)
      raise TypeError, 'log cannot be called' unless !value || value.respond_to?(:call)

      @log = value ? Library.log_function(value) : nil
      Library.graph_options_set_log(options, @log.is_a?(Fiddle::Closure) ? @log : @log&.ref, nil)
    end

    # Thread#raise and Thread#kill wait for the answer: they too would jump.
    def run(function, token, user, id, call)
      texts = [Library.text(:token, token), Library.text(:user, user), Library.text(:id, id)]
      raise TypeError, 'call is no GraphMessage::Call' unless call.nil? || call.is_a?(Call)

      Thread.handle_interrupt(Object => :never) do
        @handle.use do |client|
          call ? call.use { |own| ended(function, client, own, texts) } : ended(function, client, nil, texts)
        end
      end
    end

    def ended(function, client, call, texts)
      receipt, error = Library.pointer, Library.pointer
      Library.public_send(function, client, call, *texts, receipt, error)
      raise Error.take(error.ptr) unless error.ptr.null?

      Receipt.take(receipt.ptr)
    end
  end

  # What one call, or several, have of their own.
  class Call
    def initialize(timeout_ms: 0, internet_message_id: nil)
      timeout_ms = Library.number(:timeout_ms, timeout_ms)
      id = Library.text(:internet_message_id, internet_message_id)
      @handle = Handle.new(Library.graph_call_new, 'graph_call_free', 'call')
      Library.graph_call_set_timeout_ms(pointer, timeout_ms)
      return if Library.graph_call_set_internet_message_id(pointer, id) == GRAPH_OK

      raise Error.refused('internet_message_id is not one that Graph shows: <...@...>')
    end

    # Ends the call in flight with these settings, and those that begin later; from another thread.
    def cancel
      @handle.beside { |call| Library.graph_call_cancel(call) }
    end

    # Frees the settings when the calls in flight with them have ended; later ones are refused.
    def close
      @handle.close
    end

    def closed?
      @handle.closed?
    end

    # For functions of Library; nil once it is freed.
    def pointer
      @handle.pointer
    end

    # For Client.
    def use(&block)
      @handle.use(&block)
    end

    def inspect
      "#<#{self.class}#{' (closed)' if closed?}>"
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
      Unsent.new("not sent: #{message}")
    end

    # The fields of the library's error; without one, nothing was asked of it.
    def initialize(message = nil, fields = {})
      super(message)
      numbers = { status: GRAPH_INVALID_ARGUMENT, http_status: 0, retry_after_ms: 0, attempts: 0, seen: 0 }
      FIELDS.each { |name| instance_variable_set("@#{name}", fields.fetch(name) { numbers.fetch(name, '') }) }
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
