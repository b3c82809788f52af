# frozen_string_literal: true

# Runs calls as it is told on standard input and prints what they ended in; the lines are those of tests/c/driver.c.

require_relative '../lib/graph_message'

class Driver
  ERROR = %i[http_status code message request_id client_request_id retry_after_ms attempts claims seen
             internet_message_id].freeze
  ARGUMENTS = %w[token user id internet_message_id call_timeout_ms cancel_client_after_ms cancel_call_after_ms].freeze
  TEXTS = %w[base_url proxy ca_file user_agent].freeze

  def initialize
    @options = []
    @told = {}
  end

  def run(input)
    input.each_line(chomp: true) do |line|
      name, _, value = line.partition(' ')
      value = value.gsub(/\\x([0-9a-f]{2})/) { Regexp.last_match(1).hex.chr }
      if %w[send check].include?(name) then call(name)
      elsif ARGUMENTS.include?(name) then @told[name] = value
      else option(name, value)
      end
    end
  end

  private

  # Pairs, since one may be set twice.
  def option(name, value)
    value = ->(level, line) { puts "log=#{level} #{line}" } if name == 'log'
    value = Integer(value) unless TEXTS.include?(name) || %w[log proxy_from_environment].include?(name)
    @options << [name, value]
    @client = nil
  end

  def call(method)
    @client ||= GraphMessage::Client.new(@options)
    id = @told['internet_message_id']
    call = GraphMessage::Call.new(timeout_ms: @told['call_timeout_ms'].to_i, internet_message_id: id)
    cancels = [later('cancel_client_after_ms', @client), later('cancel_call_after_ms', call)].compact
    arguments = %i[token user id].to_h { |name| [name, @told[name.to_s]] }
    show_receipt(timed { @client.public_send(method, call: call, **arguments) })
  rescue GraphMessage::Error => e
    show_error(e)
  ensure
    puts
    cancels&.each(&:join)
  end

  def later(name, what)
    return unless @told[name]

    Thread.new do
      sleep @told[name].to_i / 1000.0
      what.cancel
    end
  end

  def timed
    began = Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond)
    yield
  ensure
    puts "elapsed_ms=#{Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond) - began}"
  end

  def show_receipt(receipt)
    puts 'status=GRAPH_OK', 'sent=1'
    receipt.each_pair { |name, value| puts "#{name}=#{value}" }
  end

  def show_error(error)
    puts "status=#{error.status_name}", "sent=#{error.sent}"
    puts "error_status=#{GraphMessage::Library.graph_status_name(error.status)}"
    ERROR.each { |name| puts "#{name}=#{error.public_send(name)}" }
  end
end

$stdout.sync = true
$stdout.binmode
Driver.new.run($stdin.binmode)
