<?php

// Runs calls as it is told on standard input and prints what they ended in; the lines are those of tests/c/driver.c.

declare(strict_types=1);

require __DIR__ . '/../graph_message.php';

use GraphMessage\Call;
use GraphMessage\Client;
use GraphMessage\Error;
use GraphMessage\Library;

const ERROR_FIELDS = [
    'http_status' => 'httpStatus', 'code' => 'errorCode', 'request_id' => 'requestId',
    'client_request_id' => 'clientRequestId', 'retry_after_ms' => 'retryAfterMs', 'attempts' => 'attempts',
    'claims' => 'claims', 'seen' => 'seen', 'internet_message_id' => 'internetMessageId',
];
const RECEIPT_FIELDS = [
    'http_status' => 'httpStatus', 'request_id' => 'requestId', 'client_request_id' => 'clientRequestId',
    'attempts' => 'attempts', 'evidence' => 'evidence', 'sent_id' => 'sentId',
];

function show(object $ended, array $fields): void
{
    foreach ($fields as $name => $property) {
        echo "$name={$ended->$property}\n";
    }
}

/** The options in their order, also where one is set twice. */
function options(array $pairs): Generator
{
    foreach ($pairs as [$name, $value]) {
        yield $name => $value;
    }
}

$pairs = [];
$client = null;
$told = ['token' => null, 'user' => null, 'id' => null, 'internet_message_id' => null, 'call_timeout_ms' => '0',
    'cancel_client_after_ms' => '0', 'cancel_call_after_ms' => '0'];
while (($line = fgets(STDIN)) !== false) {
    [$name, $value] = explode(' ', rtrim($line, "\n"), 2) + [1 => ''];
    $value = preg_replace_callback('/\\\\x([0-9a-f]{2})/', fn ($byte) => chr(hexdec($byte[1])), $value);
    if (array_key_exists($name, $told)) {
        $told[$name] = $value;
    } elseif ($name !== 'send' && $name !== 'check') {
        $log = function (int $level, string $line): void {
            echo "log=$level $line\n";
        };
        $pairs[] = [$name, ['log' => $log, 'proxy_from_environment' => true][$name] ?? $value];
        $client = null;
    } elseif ($told['cancel_client_after_ms'] || $told['cancel_call_after_ms']) {
        echo "inexpressible=PHP has one thread, and it waits in the call\n\n";
    } else {
        try {
            $client ??= new Client(options($pairs));
            $call = new Call((int) $told['call_timeout_ms'], $told['internet_message_id']);
            $began = hrtime(true);
            try {
                $receipt = $client->$name($told['token'], $told['user'], $told['id'], $call);
            } finally {
                echo 'elapsed_ms=', intdiv(hrtime(true) - $began, 1000000), "\n";
            }
            echo "status=GRAPH_OK\nsent=1\n";
            show($receipt, RECEIPT_FIELDS);
        } catch (Error $error) {
            echo "status=$error->statusName\nsent=$error->sent\n";
            echo 'error_status=', Library::ffi()->graph_status_name($error->getCode()), "\n";
            echo "message={$error->getMessage()}\n";
            show($error, ERROR_FIELDS);
        }
        echo "\n";
    }
    flush();
}
