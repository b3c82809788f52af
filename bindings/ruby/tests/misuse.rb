# frozen_string_literal: true

# Plays tests/cases/misuse.md.

require_relative '../lib/graph_message'
require 'json'
require 'net/http'
require 'open3'
require 'rbconfig'
require 'timeout'

LIBRARY = File.expand_path('../lib/graph_message.rb', __dir__)
BASE = ENV.fetch('GRAPH_BASE_URL')
USER = ENV.fetch('GRAPH_ENDLESS_USER')
TOKEN = 'user-token'

# The rows, each a method whose name has _ for -.
class Rows # rubocop:disable Metrics/ClassLength
  include GraphMessage

  def initialize
    @drafts = File.readlines(ENV.fetch('GRAPH_DRAFTS'), chomp: true)
  end

  def log_throws
    warned(/raised RuntimeError: the log fails/) { sends(->(*) { raise 'the log fails' }) }
    warned(/raised NoMethodError/) { sends(->(*) { nil.nothing }) }
    warned(/raised ArgumentError/) { sends(-> {}) }
  end

  def log_throws_odd
    textless = Class.new(StandardError) { def message = raise('no text') }
    odd = [Exception.new('odd'), NoMemoryError.new, SystemExit.new(3), textless.new, SystemStackError.new]
    odd.each { |one| sends(->(*) { raise one }) }
    sends(->(*) { raise Class.new(StandardError) { def self.to_s = raise('no name') } })
    sends(->(*) { deeper })
    sends(->(*) { BasicObject.new })
  end

  def log_leaves
    warned(/left by throw/) { catch(:out) { sends(->(*) { throw :out }) } }
    warned(/left by throw/) { returning }
    sends(proc { break })
    [-> { exit 3 }, -> { abort }, -> { raise StopIteration }].each { |ends| sends(->(*) { ends.call }) }
    warned(/end of the thread/) { Thread.new { sends(->(*) { Thread.exit }) }.join }
    # A fiber that is left in the log goes on later.
    fiber = Fiber.new { sends(->(*) { Fiber.yield :logged }) }
    assert(fiber.resume == :logged)
    fiber.resume while fiber.alive?
    interrupted_log
  end

  def warning_throws
    leaving = [-> { raise 'no warning' }, -> { raise NoMemoryError }, -> { throw :out }, -> { Thread.exit }]
    leaving.each do |leave|
      Thread.new do
        catch(:out) do
          with_warn(->(*) { leave.call }) { sends(->(*) { raise 'the log fails' }) }
          Thread.current[:done] = true
        end
      end.tap(&:join).then { |thread| assert(thread[:done], 'the warning left') }
    end
  end

  def wrong_types
    nothing_sent do
      client = Client.new(base_url: BASE)
      good = { token: TOKEN, user: USER, id: 'wrong-types' }
      texts = [5, 1.5, :x, [], ['x'], {}, Object.new, true, "a\0b", "\xff".dup.force_encoding('UTF-8'), -> {}]
      %i[send deliver check].each do |method|
        %i[token user id].each do |name|
          texts.each do |wrong|
            refused("#{name} #{wrong.inspect}") { client.public_send(method, **good, name => wrong) }
          end
        end
        [5, 'x', [], client, Object.new, Fiddle::Pointer.new(8), true, Call.new.pointer].each do |wrong|
          refused("call #{wrong.inspect}") { client.public_send(method, **good, call: wrong) }
        end
        refused('too few') { client.public_send(method) }
        refused('too many') { client.public_send(method, **good, usr: 'x') }
        refused('no token') { client.public_send(method, **good, token: nil) }
        refused('in order') { client.public_send(method, TOKEN, USER, 'x') }
      end
      %i[base_url proxy ca_file user_agent].each do |name|
        texts.each { |wrong| refused("#{name} #{wrong.inspect}") { Client.new(name => wrong) } }
      end
      numbers = [-1, 0.5, 2**32, 2**70, '5', nil, [], Object.new, Float::NAN, true]
      %i[timeout_ms attempt_timeout_ms max_attempts verify settle_ms roots].each do |name|
        numbers.each { |wrong| refused("#{name} #{wrong.inspect}") { Client.new(name => wrong) } }
      end
      options = [nil, 5, 'x', :x, [1], ['x'], [nil], { nothing: 1 }, { log: 5 }, { log: 'x' }, { log: Object.new }]
      options.each do |wrong|
        refused("options #{wrong.inspect}") { Client.new(wrong) }
      end
      numbers.each { |wrong| refused("timeout_ms #{wrong.inspect}") { Call.new(timeout_ms: wrong) } }
      texts.each { |wrong| refused("an id #{wrong.inspect}") { Call.new(internet_message_id: wrong) } }
      refused('allocated only') { Client.allocate.send(**good) }
      refused('allocated only') { client.send(**good, call: Call.allocate) }
      refused('dumped') { Marshal.dump(client) }
      [Error, Unsent, OutcomeUnknown].each { |kind| assert(kind.new('x').message == 'x') }
      assert(!client.inspect.include?(TOKEN))
    end
  end

  def closed_twice
    client = Client.new(base_url: BASE, log: ->(*) {})
    call = Call.new
    slow(500)
    sending = Thread.new { client.send(token: TOKEN, id: @drafts.pop, call: call) }
    sleep 0.2
    2.times { [call, client].each(&:close) }
    assert(client.closed? && call.closed?)
    # The call in flight goes on.
    assert(sending.value.http_status == 202)
    copy = client.dup
    [call, client, copy].each(&:close)
    kept = Client.open(base_url: BASE) { |opened| opened.tap { |one| assert(!one.closed?) } }
    assert(kept.closed?)
    assert(Client.open(base_url: BASE).closed? == false)
  end

  def used_after_close
    client = Client.new(base_url: BASE)
    call = Call.new
    nothing_sent do
      call.close
      refused('a closed call') { client.send(token: TOKEN, user: USER, id: 'closed', call: call) }
      client.close
      %i[send deliver check].each do |method|
        refused("#{method} of a closed client") { client.public_send(method, token: TOKEN, user: USER, id: 'closed') }
      end
      # Closed from its own log.
      own = Client.new(base_url: BASE, log: ->(*) { own.close })
      2.times { refused('closed by its log') { own.send(token: TOKEN, id: 'no-such-draft') } }
    end
    [client, call].each(&:cancel)
    racing_close
  end

  def dropped
    make = lambda do
      1000.times do |count|
        client = Client.new(base_url: BASE, log: ->(*) { client })
        call = Call.new(timeout_ms: 5000)
        refused('a malformed id') { client.send(token: TOKEN, id: 'none', call: call) } if (count % 10).zero?
      end
      GC.start
    end
    3.times { make.call }
    grown('dropped', 4) { make.call }
  end

  def many_sends
    client = Client.new(base_url: BASE)
    half = lambda do |which|
      callers = Array.new(4) do |caller|
        Thread.new do
          1250.times do |number|
            id = "many-#{which}-#{caller}-#{number}"
            client.send(token: TOKEN, user: USER, id: id)
            refused('a malformed id') { client.send(token: TOKEN, id: id) }
          end
        end
      end
      callers.each(&:join)
      GC.start
    end
    half.call(1)
    grown('many-sends', 4) { half.call(2) }
  end

  def fork
    client = Client.new(base_url: BASE, log: ->(*) {})
    client.send(token: TOKEN, id: @drafts.pop)
    mine, childs = @drafts.pop, @drafts.pop
    child = Process.fork do
      sent = client.send(token: TOKEN, id: childs)
      client.close
      exit!(sent.http_status == 202 ? 0 : 1)
    end
    assert(client.send(token: TOKEN, id: mine).http_status == 202)
    assert(Process.wait2(child)[1].exitstatus.zero?, 'the child')
    [mine, childs].each { |id| assert(mails.count(id) == 1) }
  end

  def thread_ends
    ends = { kill: ->(thread) { thread.kill }, raise: ->(thread) { thread.raise(IOError, 'ended') } }
    ends.each_value { |finish| settled { |id| finish.call(sending(id)) } }
    settled do |id|
      Timeout.timeout(0.3) { Client.new(base_url: BASE).send(token: TOKEN, id: id) }
    rescue Timeout::Error
      nil
    end
    compacted
    exits
  end

  def old_library
    code, said = program("require '#{LIBRARY}'", 'LD_LIBRARY_PATH' => ENV.fetch('GRAPH_OLD_LIBRARY_DIR'))
    sentence = /graph-message 0\.0\.9 has ABI 0, and graph_message\.rb needs ABI \d+: install/
    assert(code == 1 && said.match?(sentence), said)
  end

  def no_library
    code, said = program("require '#{LIBRARY}'", 'LD_LIBRARY_PATH' => '/nonexistent')
    assert(code == 1 && said.match?(/not found: install it, or name its folder in LD_LIBRARY_PATH before Ruby/), said)
  end

  def loaded_twice
    client = Client.new(base_url: BASE, log: ->(*) {})
    with_warn(->(*) {}) { 2.times { load LIBRARY } }
    assert(!require(LIBRARY))
    assert(client.send(token: TOKEN, id: @drafts.pop).http_status == 202)
    sends(->(*) {})
  end

  def cancelled_twice
    client = Client.new(base_url: BASE)
    call = Call.new
    fault(do: 'hang', times: 3, mailbox: 'megan@contoso.example')
    calls = Array.new(3) do |number|
      Thread.new { outcome { client.send(token: TOKEN, id: "hang-#{number}", call: call) } }
    end
    sleep 0.3
    2.times { [call, client].each(&:cancel) }
    calls.each { |thread| assert(thread.value.is_a?(OutcomeUnknown), thread.value.inspect) }
    2.times { [call, client].each(&:cancel) }
    late = outcome { client.send(token: TOKEN, user: USER, id: 'late', call: call) }
    assert(late.status == GRAPH_CANCELLED)
    # In a trap handler, too.
    fault(do: 'hang', times: 1, mailbox: 'megan@contoso.example')
    trapped = Thread.new { outcome { client.send(token: TOKEN, id: 'hang-3') } }
    sleep 0.3
    Signal.trap('USR1') { 2.times { client.cancel } && client.close }
    Process.kill('USR1', Process.pid)
    assert(trapped.value.is_a?(OutcomeUnknown))
  end

  private

  def assert(holds, otherwise = 'does not hold')
    raise otherwise unless holds
  end

  def emulator(path, body = nil)
    uri = URI(BASE.delete_suffix('/v1.0') + path)
    return JSON.parse(Net::HTTP.get(uri)) unless body

    JSON.parse(Net::HTTP.post(uri, JSON.dump(body), 'Content-Type' => 'application/json').body)
  end

  def mails
    emulator('/_emulator/mails').map { |mail| mail['draft_id'] }
  end

  def fault(**rule)
    emulator('/_emulator/faults', { on: 'send', **rule })
  end

  def slow(delay_ms)
    fault(do: 'slow', delay_ms: delay_ms, mailbox: 'megan@contoso.example')
  end

  # The outcome is what it would have been without the log.
  def sends(log)
    id = @drafts.pop
    client = Client.new(base_url: BASE, log: log)
    assert(client.send(token: TOKEN, id: id).http_status == 202)
    refused('a malformed id') { client.send(token: TOKEN, id: 'no-such-draft') }
    assert(mails.count(id) == 1)
  end

  def returning
    sends(proc { return })
  end

  def deeper
    deeper
  end

  # Ctrl-C in a log takes effect when the call has returned.
  def interrupted_log
    id = @drafts.pop
    # In the background of a shell it is ignored.
    Signal.trap('INT', 'DEFAULT')
    interrupts = [-> { Process.kill('INT', Process.pid) && sleep(0.1) }]
    client = Client.new(base_url: BASE, log: ->(*) { interrupts.pop&.call })
    client.send(token: TOKEN, id: id)
    raise 'the signal is lost'
  rescue Interrupt
    assert(mails.count(id) == 1)
  end

  def with_warn(warn)
    real = Warning.method(:warn)
    Warning.singleton_class.send(:remove_method, :warn) if Warning.singleton_methods(false).include?(:warn)
    Warning.define_singleton_method(:warn) { |message, **| warn.call(message) }
    yield
  ensure
    Warning.singleton_class.send(:remove_method, :warn)
    Warning.define_singleton_method(:warn, real)
  end

  def warned(pattern, &block)
    shown = []
    with_warn(->(message) { shown << message }, &block)
    assert(shown.any? { |one| one.match?(pattern) }, "not shown: #{pattern.inspect} in #{shown.inspect}")
  end

  def outcome
    yield
  rescue Error => e
    e
  end

  # The language's own error, or a refusal.
  def refused(what)
    yield
  rescue Unsent, TypeError, ArgumentError, NoMethodError => e
    assert(!e.is_a?(Unsent) || e.message.start_with?('not sent: '), e.message)
  else
    raise "accepted: #{what}"
  end

  def nothing_sent
    before = mails.size
    yield
    assert(mails.size == before, 'a mail was sent')
  end

  def megabytes
    File.read('/proc/self/status')[/VmRSS:\s+(\d+)/, 1].to_i / 1024.0
  end

  def grown(row, at_most)
    before = megabytes
    yield
    more = megabytes - before
    puts format('# %<row>s: %<before>.1f MB, and %<more>.1f MB more', row: row, before: before, more: more)
    assert(more < at_most, "#{row}: #{more} MB more")
  end

  def program(code, environment = {})
    said, status = Open3.capture2e(environment, RbConfig.ruby, '-e', code)
    [status.exitstatus, said]
  end

  # One thread closes what others use.
  def racing_close
    20.times do
      client = Client.new(base_url: BASE)
      callers = Array.new(4) do
        Thread.new { outcome { client.send(token: TOKEN, id: 'x') } until client.closed? }
      end
      sleep 0.005
      client.cancel
      client.close
      callers.each { |caller| assert(caller.join(5), 'hangs') }
    end
  end

  # A thread that is in a call for this draft.
  def sending(id)
    Thread.new { Client.new(base_url: BASE, log: ->(*) {}).send(token: TOKEN, id: id) }.tap do |thread|
      thread.report_on_exception = false
      sleep 0.2
    end
  end

  # Whatever becomes of the thread, the mail is sent once, and a check says so.
  def settled
    id = @drafts.pop
    uri = URI("#{BASE}/me/messages/#{id}")
    draft = JSON.parse(Net::HTTP.get(uri, 'Authorization' => "Bearer #{TOKEN}"))
    slow(800)
    yield id
    call = Call.new(internet_message_id: draft['internetMessageId'])
    sleep 1
    assert(Client.new(base_url: BASE).check(token: TOKEN, id: id, call: call).evidence == GRAPH_EVIDENCE_FOUND)
    assert(mails.count(id) == 1)
  end

  # The collector moves objects while calls and their logs run.
  def compacted
    return unless GC.respond_to?(:compact)

    lines = 0
    client = Client.new(base_url: BASE, log: ->(*) { lines += 1 })
    done = false
    compacting = Thread.new { GC.compact until done }
    30.times { |number| assert(client.send(token: TOKEN, user: USER, id: "c#{number}").http_status == 202) }
    assert(lines >= 30)
    done = true
    compacting.join
    GC.verify_compaction_references(toward: :empty, double_heap: true) if GC.respond_to?(:verify_compaction_references)
    sends(->(*) { GC.compact })
  end

  # The process ends while a thread is in a call, with a log.
  def exits
    code = <<~RUBY
      require '#{LIBRARY}'
      client = GraphMessage::Client.new(base_url: '#{BASE}', log: ->(*) {}, timeout_ms: 1000)
      Thread.new { client.send(token: '#{TOKEN}', id: 'no-such-draft') }
      sleep 0.3
      exit 7
    RUBY
    fault(do: 'hang', times: 1, mailbox: 'megan@contoso.example')
    status, said = program(code)
    assert(status == 7, "#{status.inspect} #{said}")
  end
end

rows = %w[log-throws log-throws-odd log-leaves warning-throws wrong-types closed-twice used-after-close dropped
          many-sends fork thread-ends old-library no-library loaded-twice cancelled-twice]
$stdout.sync = true
played = Rows.new
(ARGV.empty? ? rows : ARGV).each do |row|
  played.public_send(row.tr('-', '_'))
  puts "ok #{row}"
rescue StandardError => e
  abort "#{row}: #{e.message} (#{e.class})\n#{e.backtrace.first(8).join("\n")}"
end
