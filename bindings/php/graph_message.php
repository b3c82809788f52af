<?php

/*
 * Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
 *
 * graph_message.h is the manual. Library holds its constants and functions as they are; the other classes wrap them.
 * Needs the extension FFI, and PHP 7.4 or newer.
 */

declare(strict_types=1);

namespace GraphMessage;

final class Library
{
    public const GRAPH_ABI_VERSION = 1;
    public const GRAPH_OK = 0;
    public const GRAPH_INVALID_ARGUMENT = 1;
    public const GRAPH_UNREACHABLE = 10;
    public const GRAPH_CANCELLED = 11;
    public const GRAPH_TIMED_OUT = 12;
    public const GRAPH_UNAUTHENTICATED = 20;
    public const GRAPH_FORBIDDEN = 21;
    public const GRAPH_NOT_FOUND = 22;
    public const GRAPH_REJECTED = 23;
    public const GRAPH_THROTTLED = 24;
    public const GRAPH_NOT_A_DRAFT = 25;
    public const GRAPH_UNAVAILABLE = 26;
    public const GRAPH_UNKNOWN = 40;
    public const GRAPH_INTERNAL = 90;
    public const GRAPH_ROOTS_SYSTEM = 0;
    public const GRAPH_ROOTS_BUNDLED = 1;
    public const GRAPH_VERIFY_NEVER = 0;
    public const GRAPH_VERIFY_ON_DOUBT = 1;
    public const GRAPH_VERIFY_ALWAYS = 2;
    public const GRAPH_LOG_INFO = 3;
    public const GRAPH_LOG_DEBUG = 4;
    public const GRAPH_SEEN_NOTHING = 0;
    public const GRAPH_SEEN_DRAFT = 1;
    public const GRAPH_SEEN_GONE = 2;
    public const GRAPH_SEEN_NOT_ALLOWED = 3;
    public const GRAPH_SEEN_NOT_A_DRAFT = 4;
    public const GRAPH_EVIDENCE_ACCEPTED = 1;
    public const GRAPH_EVIDENCE_FOUND = 2;

    // A const char * that is returned becomes a string of PHP, a copy.
    private const DECLARATIONS = <<<'C'
        typedef struct graph_call graph_call;
        typedef struct graph_client graph_client;
        typedef struct graph_error graph_error;
        typedef struct graph_options graph_options;
        typedef struct graph_receipt graph_receipt;
        typedef int32_t graph_status;
        typedef void (*graph_log_fn)(void *context, int32_t level, const char *line);
        const char *graph_version(void);
        uint32_t graph_abi_version(void);
        void graph_string_free(char *string);
        const char *graph_status_name(graph_status status);
        int32_t graph_status_sent(graph_status status);
        graph_status graph_message_send(const char *token, const char *user, const char *id, graph_error **err);
        graph_status graph_message_send_text(const char *token, const char *user, const char *id, char *message,
            uint32_t size, int32_t *http_status, uint32_t *retry_after_ms);
        graph_status graph_init(const graph_options *options, graph_error **err);
        graph_status graph_client_new(const graph_options *options, graph_client **client, graph_error **err);
        graph_status graph_client_send(const graph_client *client, const graph_call *call, const char *token,
            const char *user, const char *id, graph_receipt **receipt, graph_error **err);
        graph_status graph_client_check(const graph_client *client, const graph_call *call, const char *token,
            const char *user, const char *id, graph_receipt **receipt, graph_error **err);
        void graph_client_cancel(const graph_client *client);
        void graph_client_free(graph_client *client);
        graph_call *graph_call_new(void);
        void graph_call_cancel(const graph_call *call);
        void graph_call_free(graph_call *call);
        graph_status graph_call_set_timeout_ms(graph_call *call, uint32_t ms);
        graph_status graph_call_set_internet_message_id(graph_call *call, const char *internet_message_id);
        graph_options *graph_options_new(void);
        void graph_options_free(graph_options *options);
        graph_status graph_options_set_base_url(graph_options *options, const char *url);
        graph_status graph_options_set_timeout_ms(graph_options *options, uint32_t ms);
        graph_status graph_options_set_attempt_timeout_ms(graph_options *options, uint32_t ms);
        graph_status graph_options_set_connect_timeout_ms(graph_options *options, uint32_t ms);
        graph_status graph_options_set_max_attempts(graph_options *options, uint32_t attempts);
        graph_status graph_options_set_verify(graph_options *options, int32_t verify);
        graph_status graph_options_set_settle_ms(graph_options *options, uint32_t ms);
        graph_status graph_options_set_mailbox_concurrency(graph_options *options, uint32_t at_once);
        graph_status graph_options_set_proxy(graph_options *options, const char *url);
        graph_status graph_options_set_proxy_from_environment(graph_options *options);
        graph_status graph_options_set_ca_file(graph_options *options, const char *path);
        graph_status graph_options_set_roots(graph_options *options, int32_t roots);
        graph_status graph_options_set_user_agent(graph_options *options, const char *product);
        graph_status graph_options_set_log(graph_options *options, graph_log_fn log, void *context);
        graph_status graph_error_status(const graph_error *error);
        int32_t graph_error_http_status(const graph_error *error);
        const char *graph_error_code(const graph_error *error);
        const char *graph_error_message(const graph_error *error);
        const char *graph_error_request_id(const graph_error *error);
        const char *graph_error_client_request_id(const graph_error *error);
        uint32_t graph_error_retry_after_ms(const graph_error *error);
        uint32_t graph_error_attempts(const graph_error *error);
        const char *graph_error_claims(const graph_error *error);
        int32_t graph_error_seen(const graph_error *error);
        const char *graph_error_internet_message_id(const graph_error *error);
        void graph_error_free(graph_error *error);
        const char *graph_receipt_request_id(const graph_receipt *receipt);
        const char *graph_receipt_client_request_id(const graph_receipt *receipt);
        int32_t graph_receipt_http_status(const graph_receipt *receipt);
        uint32_t graph_receipt_attempts(const graph_receipt *receipt);
        int32_t graph_receipt_evidence(const graph_receipt *receipt);
        const char *graph_receipt_sent_id(const graph_receipt *receipt);
        void graph_receipt_free(graph_receipt *receipt);
        C;

    private static ?\FFI $ffi = null;

    /** The functions of graph_message.h, as methods. */
    public static function ffi(): \FFI
    {
        if (self::$ffi === null) {
            $files = ['Windows' => 'graph_message.dll', 'Darwin' => 'libgraph_message.dylib'];
            $ffi = \FFI::cdef(self::DECLARATIONS, $files[PHP_OS_FAMILY] ?? 'libgraph_message.so.1');
            if ($ffi->graph_abi_version() < self::GRAPH_ABI_VERSION) {
                throw new \RuntimeException("libgraph_message {$ffi->graph_version()} is older than graph_message.php");
            }
            self::$ffi = $ffi;
        }
        return self::$ffi;
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
        $number = filter_var($number, FILTER_VALIDATE_INT, ['options' => $range]);
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

    /** @param iterable<string, mixed> $options by their names without graph_options_set_, in order */
    public function __construct(
        #[\SensitiveParameter]
        iterable $options = []
    ) {
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
        $set = [Library::ffi(), "graph_options_set_$name"];
        switch ($name) {
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
                // PHP ends the process where something is thrown out of a callback.
                $line = static function ($context, int $level, string $line) use ($value): void {
                    try {
                        $value($level, $line);
                    } catch (\Throwable $thrown) {
                        error_log('graph_message: the log function threw: ' . $thrown->getMessage());
                    }
                };
                $set($options, $value === null ? null : $line, null);
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
        $ffi = Library::ffi();
        $texts = [Library::text('token', $token), Library::text('user', $user), Library::text('id', $id)];
        $receipt = $ffi->new('graph_receipt *');
        $error = $ffi->new('graph_error *');
        $settings = $call === null ? null : $call->call;
        $outputs = [\FFI::addr($receipt), \FFI::addr($error)];
        if ($ffi->$function($this->client, $settings, ...$texts, ...$outputs) !== Library::GRAPH_OK) {
            throw Error::take($error);
        }
        return new Receipt($receipt);
    }

    public function __destruct()
    {
        Library::ffi()->graph_client_free($this->client);
    }

    private function __clone()
    {
    }
}

/** What one call, or several, have of their own. */
final class Call
{
    /** @internal */
    public \FFI\CData $call;

    public function __construct(int $timeout_ms = 0, ?string $internet_message_id = null)
    {
        $ffi = Library::ffi();
        $timeout_ms = Library::number('timeout_ms', $timeout_ms);
        $internet_message_id = Library::text('internet_message_id', $internet_message_id);
        $this->call = $ffi->graph_call_new();
        $ffi->graph_call_set_timeout_ms($this->call, $timeout_ms);
        if ($ffi->graph_call_set_internet_message_id($this->call, $internet_message_id) !== Library::GRAPH_OK) {
            // No destructor runs where a constructor throws.
            $ffi->graph_call_free($this->call);
            throw Error::refused('internet_message_id is not one that Graph shows: <...@...>');
        }
    }

    /** Calls that begin later with these settings end as GRAPH_CANCELLED. */
    public function cancel(): void
    {
        Library::ffi()->graph_call_cancel($this->call);
    }

    public function __destruct()
    {
        Library::ffi()->graph_call_free($this->call);
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
