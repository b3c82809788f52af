<?php

/*
 * Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
 *
 * graph_message.h is the manual. Library holds its constants and functions as they are; the other classes wrap them.
 * Needs the extension FFI, PHP 7.4 or newer, and declarations.php beside this file.
 */

declare(strict_types=1);

namespace GraphMessage;

if (class_exists(Library::class, false)) {
    return;
}
require_once __DIR__ . '/declarations.php';

final class Library implements Declarations
{
    private static ?\FFI $ffi = null;

    /** What the library calls, and the lines that it was called with. */
    private static ?\FFI\CData $log = null;
    private static array $lines = [];

    /** The functions of graph_message.h, as methods. */
    public static function ffi(): \FFI
    {
        if (self::$ffi === null) {
            if (!extension_loaded('FFI')) {
                throw new \RuntimeException('the extension FFI is missing: install it, and enable it in php.ini');
            }
            $names = ['Windows' => 'graph_message.dll', 'Darwin' => 'libgraph_message.dylib'];
            $file = $names[PHP_OS_FAMILY] ?? 'libgraph_message.so.1';
            $library = self::load(self::C_VERSION, $file);
            $abi = $library->graph_abi_version();
            if ($abi < self::GRAPH_ABI_VERSION) {
                $found = "the library graph-message {$library->graph_version()} has ABI $abi";
                $needed = 'graph_message.php needs ABI ' . self::GRAPH_ABI_VERSION;
                throw new \RuntimeException("$found, and $needed: install a newer library");
            }
            self::$ffi = self::load(self::C, $file);
        }
        return self::$ffi;
    }

    private static function load(string $declarations, string $file): \FFI
    {
        try {
            return \FFI::cdef($declarations, $file);
        } catch (\FFI\Exception $error) {
            $folders = ['Windows' => 'PATH', 'Darwin' => 'DYLD_LIBRARY_PATH'][PHP_OS_FAMILY] ?? 'LD_LIBRARY_PATH';
            $why = strpos($error->getMessage(), 'ffi.enable') !== false
                ? 'FFI is off: set ffi.enable=true in php.ini'
                : "$file of graph-message is not found: install it, or name its folder in $folders before PHP starts";
            throw new \RuntimeException($why);
        }
    }

    /**
     * @internal What C calls: it keeps the lines. A log function of the program's runs when the call has returned:
     * what it throws, and an exit, would jump through the library.
     */
    public static function log(): \FFI\CData
    {
        if (self::$log === null) {
            self::$log = self::ffi()->new('graph_log_fn[1]');
            self::$log[0] = static function ($context, int $level, string $line): void {
                self::$lines[] = [$level, $line];
            };
        }
        return self::$log[0];
    }

    /** @internal The lines of the call that has just returned. */
    public static function lines(): array
    {
        [$lines, self::$lines] = [self::$lines, []];
        return $lines;
    }

    /** What C reads up to its NUL; null is NULL. */
    public static function text(
        string $name,
        #[\SensitiveParameter]
        ?string $text
    ): ?string {
        $nul = strpos($text ?? '', "\0");
        if ($nul !== false) {
            throw Error::refused("$name holds a NUL at byte $nul, where C would end it: take it out");
        }
        return $text;
    }

    /** @param mixed $number */
    public static function number(string $name, $number): int
    {
        $range = ['min_range' => 0, 'max_range' => 0xffffffff];
        $whole = is_int($number) || is_string($number) || is_float($number);
        $number = $whole ? filter_var($number, FILTER_VALIDATE_INT, ['options' => $range]) : false;
        if ($number === false) {
            throw Error::refused("$name is no whole number from 0 to 4294967295");
        }
        return $number;
    }
}

/** Settings, and the connections they led to: make one and keep it. */
final class Client
{
    private ?\FFI\CData $client = null;
    /** @var ?callable */
    private $log = null;

    /** @param iterable<string, mixed> $options by their names in graph_message.h in camelCase, in order */
    public function __construct(
        #[\SensitiveParameter]
        iterable $options = []
    ) {
        if ($this->client !== null) {
            throw new \LogicException('the client is made already');
        }
        $ffi = Library::ffi();
        $made = $ffi->graph_options_new();
        try {
            foreach ($options as $name => $value) {
                $this->set($made, $name, $value);
            }
            $client = $ffi->new('graph_client *');
            $error = $ffi->new('graph_error *');
            $status = $ffi->graph_client_new($made, \FFI::addr($client), \FFI::addr($error));
            if ($status !== Library::GRAPH_OK) {
                throw Error::take($error);
            }
            $this->client = $client;
        } finally {
            $ffi->graph_options_free($made);
        }
    }

    /** @param mixed $value */
    private function set(
        \FFI\CData $options,
        string $name,
        #[\SensitiveParameter]
        $value
    ): void {
        // As in graph_message.h, too.
        $setter = strtolower(preg_replace('/[A-Z]/', '_$0', $name));
        $set = [Library::ffi(), "graph_options_set_$setter"];
        switch ($setter) {
            case 'base_url':
            case 'proxy':
            case 'ca_file':
            case 'user_agent':
                $set($options, Library::text($name, $value));
                break;
            case 'timeout_ms':
            case 'attempt_timeout_ms':
            case 'connect_timeout_ms':
            case 'max_attempts':
            case 'verify':
            case 'settle_ms':
            case 'mailbox_concurrency':
            case 'roots':
                $set($options, Library::number($name, $value));
                break;
            case 'proxy_from_environment':
                if ($value) {
                    $set($options);
                }
                break;
            case 'log':
                if ($value !== null && !is_callable($value)) {
                    throw new \TypeError('log cannot be called');
                }
                $this->log = $value;
                $set($options, $value === null ? null : Library::log(), null);
                break;
            default:
                throw new \InvalidArgumentException("no such option: $name");
        }
    }

    /** Sends a draft. A user of null, "" or "me" is the mailbox of the token's own user. */
    public function send(
        #[\SensitiveParameter]
        ?string $token,
        ?string $user,
        ?string $id,
        ?Call $call = null
    ): Receipt {
        return $this->call('graph_client_send', $token, $user, $id, $call);
    }

    /** Settles an earlier OutcomeUnknown of the same message; sends nothing. */
    public function check(
        #[\SensitiveParameter]
        ?string $token,
        ?string $user,
        ?string $id,
        ?Call $call = null
    ): Receipt {
        return $this->call('graph_client_check', $token, $user, $id, $call);
    }

    private function call(
        string $function,
        #[\SensitiveParameter]
        ?string $token,
        ?string $user,
        ?string $id,
        ?Call $call
    ): Receipt {
        $texts = [Library::text('token', $token), Library::text('user', $user), Library::text('id', $id)];
        if ($this->client === null) {
            throw Error::refused('the client is closed: make another one');
        }
        if ($call !== null && $call->call === null) {
            throw Error::refused('the call is closed: make another one');
        }
        // Handlers of signals would run in the log, and might throw before it is known what became of the mail.
        $asynchronous = function_exists('pcntl_async_signals') && pcntl_async_signals(false);
        try {
            return $this->ended($function, $call === null ? null : $call->call, $texts);
        } finally {
            if ($asynchronous) {
                pcntl_async_signals(true);
                pcntl_signal_dispatch();
            }
        }
    }

    private function ended(
        string $function,
        ?\FFI\CData $call,
        #[\SensitiveParameter]
        array $texts
    ): Receipt {
        $ffi = Library::ffi();
        $receipt = $ffi->new('graph_receipt *');
        $error = $ffi->new('graph_error *');
        $status = $ffi->$function($this->client, $call, ...$texts, ...[\FFI::addr($receipt), \FFI::addr($error)]);
        $outcome = $status === Library::GRAPH_OK ? new Receipt($receipt) : Error::take($error);
        $this->hand(Library::lines());
        if ($outcome instanceof Error) {
            throw $outcome;
        }
        return $outcome;
    }

    /** Hands lines to the log function. What it throws must not take the place of the answer. */
    private function hand(array $lines): void
    {
        foreach ($lines as [$level, $line]) {
            try {
                ($this->log)($level, $line);
            } catch (\Throwable $thrown) {
                try {
                    error_log('graph_message: the log function threw: ' . $thrown->getMessage());
                } catch (\Throwable $again) {
                    // An error handler of the program's throws, too.
                }
            }
        }
    }

    /** Closes the connections; later calls are refused. A second time does nothing. */
    public function close(): void
    {
        if ($this->client !== null) {
            Library::ffi()->graph_client_free($this->client);
            $this->client = null;
        }
    }

    public function __destruct()
    {
        $this->close();
    }

    private function __clone()
    {
    }
}

/** What one call, or several, have of their own. */
final class Call
{
    /** @internal */
    public ?\FFI\CData $call = null;

    /** The last two are older names of the first two. */
    public function __construct(
        int $timeoutMs = 0,
        ?string $internetMessageId = null,
        int $timeout_ms = 0,
        ?string $internet_message_id = null
    ) {
        if ($this->call !== null) {
            throw new \LogicException('the call is made already');
        }
        $ffi = Library::ffi();
        $timeoutMs = Library::number('timeoutMs', $timeoutMs ?: $timeout_ms);
        $internetMessageId = Library::text('internetMessageId', $internetMessageId ?? $internet_message_id);
        $this->call = $ffi->graph_call_new();
        $ffi->graph_call_set_timeout_ms($this->call, $timeoutMs);
        if ($ffi->graph_call_set_internet_message_id($this->call, $internetMessageId) !== Library::GRAPH_OK) {
            // No destructor runs where a constructor throws.
            $this->close();
            throw Error::refused('internetMessageId is not one that Graph shows: <...@...>');
        }
    }

    /** Calls that begin later with these settings end as GRAPH_CANCELLED. */
    public function cancel(): void
    {
        Library::ffi()->graph_call_cancel($this->call);
    }

    /** Frees the settings; later calls with them are refused. A second time does nothing. */
    public function close(): void
    {
        if ($this->call !== null) {
            Library::ffi()->graph_call_free($this->call);
            $this->call = null;
        }
    }

    public function __destruct()
    {
        $this->close();
    }

    private function __clone()
    {
    }
}

/** What is known of a mail that was sent: what an audit log keeps. */
final class Receipt
{
    public int $httpStatus;
    public string $requestId;
    public string $clientRequestId;
    public int $attempts;
    public int $evidence;
    public string $sentId;

    /** @internal */
    public function __construct(\FFI\CData $receipt)
    {
        $ffi = Library::ffi();
        $this->httpStatus = $ffi->graph_receipt_http_status($receipt);
        $this->requestId = $ffi->graph_receipt_request_id($receipt);
        $this->clientRequestId = $ffi->graph_receipt_client_request_id($receipt);
        $this->attempts = $ffi->graph_receipt_attempts($receipt);
        $this->evidence = $ffi->graph_receipt_evidence($receipt);
        $this->sentId = $ffi->graph_receipt_sent_id($receipt);
        $ffi->graph_receipt_free($receipt);
    }
}

/** Why a call did not end in GRAPH_OK: Unsent or OutcomeUnknown. getCode() is the status. */
abstract class Error extends \RuntimeException
{
    public string $statusName = 'GRAPH_INVALID_ARGUMENT';
    /** 0: certainly not sent by this call; -1: nobody can tell. */
    public int $sent = 0;
    public int $httpStatus = 0;
    /** Graph's error.code, such as "ErrorAccessDenied". */
    public string $errorCode = '';
    public string $requestId = '';
    public string $clientRequestId = '';
    public int $retryAfterMs = 0;
    public int $attempts = 0;
    public string $claims = '';
    public int $seen = 0;
    public string $internetMessageId = '';

    /** @internal */
    public static function take(\FFI\CData $error): self
    {
        $ffi = Library::ffi();
        $status = $ffi->graph_error_status($error);
        $message = $ffi->graph_error_message($error);
        $sent = $ffi->graph_status_sent($status);
        $taken = $sent === 0 ? new Unsent($message, $status) : new OutcomeUnknown($message, $status);
        $taken->statusName = $ffi->graph_status_name($status);
        $taken->sent = $sent;
        $taken->httpStatus = $ffi->graph_error_http_status($error);
        $taken->errorCode = $ffi->graph_error_code($error);
        $taken->requestId = $ffi->graph_error_request_id($error);
        $taken->clientRequestId = $ffi->graph_error_client_request_id($error);
        $taken->retryAfterMs = $ffi->graph_error_retry_after_ms($error);
        $taken->attempts = $ffi->graph_error_attempts($error);
        $taken->claims = $ffi->graph_error_claims($error);
        $taken->seen = $ffi->graph_error_seen($error);
        $taken->internetMessageId = $ffi->graph_error_internet_message_id($error);
        $ffi->graph_error_free($error);
        return $taken;
    }

    /** @internal What this file refuses before the library is asked. */
    public static function refused(string $message): self
    {
        return new Unsent("not sent: $message", Library::GRAPH_INVALID_ARGUMENT);
    }
}

/** Certainly not sent by this call. */
final class Unsent extends Error
{
}

/** It may have been sent: check later; do not send again blindly. */
final class OutcomeUnknown extends Error
{
}
