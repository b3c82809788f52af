<?php

// Plays tests/cases/misuse.md.

declare(strict_types=1);

require __DIR__ . '/../graph_message.php';

use GraphMessage\Call;
use GraphMessage\Client;
use GraphMessage\Error;
use GraphMessage\Library;
use GraphMessage\OutcomeUnknown;
use GraphMessage\Unsent;

const FILE = __DIR__ . '/../graph_message.php';
const TOKEN = 'user-token';
define('BASE', getenv('GRAPH_BASE_URL'));
define('USER', getenv('GRAPH_ENDLESS_USER'));
define('ERRORS', getenv('BUILD') . '/errors');
ini_set('error_log', ERRORS);

$drafts = file(getenv('GRAPH_DRAFTS'), FILE_IGNORE_NEW_LINES);

function draft(): string
{
    global $drafts;
    return array_pop($drafts);
}

function ensure(bool $holds, string $otherwise = 'does not hold'): void
{
    if (!$holds) {
        throw new LogicException($otherwise);
    }
}

function emulator(string $path, ?array $body = null): array
{
    $head = "Content-Type: application/json\r\nAuthorization: Bearer " . TOKEN;
    $request = ['method' => $body === null ? 'GET' : 'POST', 'header' => $head, 'content' => json_encode($body)];
    $context = stream_context_create(['http' => $request]);
    return json_decode(file_get_contents(str_replace('/v1.0', '', BASE) . $path, false, $context), true);
}

function mails(string $id): int
{
    return count(array_keys(array_column(emulator('/_emulator/mails'), 'draft_id'), $id, true));
}

function fault(array $rule): void
{
    emulator('/_emulator/faults', ['on' => 'send', 'mailbox' => 'megan@contoso.example'] + $rule);
}

/** The language's own error, or a refusal. */
function refused(callable $attempt, string $what): void
{
    try {
        $attempt();
    } catch (Unsent $error) {
        ensure(strpos($error->getMessage(), 'not sent: ') === 0, $error->getMessage());
        return;
    } catch (\Throwable $error) {
        ensure(!$error instanceof Error, get_class($error));
        return;
    }
    throw new LogicException("accepted: $what");
}

function nothing_sent(callable $attempt): void
{
    $before = count(emulator('/_emulator/mails'));
    $attempt();
    ensure(count(emulator('/_emulator/mails')) === $before, 'a mail was sent');
}

/** The outcome is what it would have been without the log. */
function sends(?callable $log): void
{
    $id = draft();
    $client = new Client(['baseUrl' => BASE, 'log' => $log]);
    ensure($client->send(TOKEN, 'me', $id)->httpStatus === 202);
    refused(fn () => $client->send(TOKEN, null, 'no-such-draft'), 'a malformed id');
    ensure(mails($id) === 1, 'the count of mails');
}

function warns(callable $log): void
{
    file_put_contents(ERRORS, '');
    sends($log);
    ensure(substr_count(file_get_contents(ERRORS), 'the log function threw: ') >= 2, 'the failure is not shown');
}

/** A program of its own: what it ended with, and said. */
function program(string $code, string $folder = ''): array
{
    $set = $folder === '' ? '' : 'LD_LIBRARY_PATH=' . escapeshellarg($folder) . ' ';
    $php = 'timeout 20 ' . PHP_BINARY . ' -d display_errors=1 -r ';
    exec($set . $php . escapeshellarg($code) . ' 2>&1', $said, $status);
    return [$status, implode("\n", $said)];
}

function sending(string $log, string $more): string
{
    $options = "['baseUrl' => '" . BASE . "', 'log' => function () { $log }]";
    return "require '" . FILE . "'; \$client = new GraphMessage\\Client($options); $more";
}

function megabytes(): float
{
    preg_match('/VmRSS:\s+(\d+)/', file_get_contents('/proc/self/status'), $found);
    return $found[1] / 1024;
}

/** Memory after the first play is that after the second. */
function flat(string $row, callable $play, float $atMost): void
{
    $play();
    gc_collect_cycles();
    $before = megabytes();
    $play();
    gc_collect_cycles();
    $more = megabytes() - $before;
    printf("# %s: %.1f MB, and %.1f MB more\n", $row, $before, $more);
    ensure($more < $atMost, "$more MB more");
}

class Textless extends Exception
{
    public function __toString(): string
    {
        throw new LogicException('no text');
    }
}

$rows['log-throws'] = function (): void {
    warns(function (): void {
        throw new RuntimeException('the log fails');
    });
    warns(fn (string $level) => $level);
    warns(fn ($level, $line, $more) => $more);
    warns(fn () => intdiv(1, 0));
};

$rows['log-throws-odd'] = function (): void {
    warns(function (): void {
        throw new Textless('odd');
    });
    warns(fn () => nothing_of_this_name());
    warns(fn () => require '/nonexistent');
    sends(fn () => yield 5);
};

$rows['log-leaves'] = function (): void {
    // An exit ends the process, after the mail was sent once, and with the program's own code.
    $id = draft();
    [$status, $said] = program(sending('exit(7);', "\$client->send('" . TOKEN . "', 'me', '$id'); echo 'went on';"));
    ensure($status === 7 && $said === '' && mails($id) === 1, "$status $said");
    // So does an error that PHP does not let anybody catch.
    $id = draft();
    $fatal = "trigger_error('the log ends', E_USER_ERROR);";
    [$status, $said] = program(sending($fatal, "\$client->send('" . TOKEN . "', 'me', '$id'); echo 'went on';"));
    ensure($status === 255 && strpos($said, 'FFI') === false && mails($id) === 1, "$status $said");
    // A fiber that is left in the log goes on later.
    if (class_exists('Fiber')) {
        $fiber = new Fiber(fn () => sends(fn () => Fiber::suspend()));
        $fiber->start();
        while (!$fiber->isTerminated()) {
            $fiber->resume();
        }
    }
    // A log may call the client, and close it.
    $client = new Client(['baseUrl' => BASE, 'log' => function () use (&$client): void {
        $client->close();
    }]);
    ensure($client->send(TOKEN, 'me', draft())->httpStatus === 202);
    refused(fn () => $client->send(TOKEN, 'me', draft()), 'a closed client');
};

$rows['warning-throws'] = function (): void {
    set_error_handler(function (): bool {
        throw new ErrorException('the handler throws');
    });
    ini_set('error_log', '/nonexistent/errors');
    try {
        sends(function (): void {
            throw new RuntimeException('the log fails');
        });
        sends(fn () => $nothing);
    } finally {
        ini_set('error_log', ERRORS);
        restore_error_handler();
    }
};

$rows['wrong-types'] = function (): void {
    nothing_sent(function (): void {
        $client = new Client(['base_url' => BASE]);
        $call = new Call();
        foreach (['send', 'check'] as $method) {
            foreach ([5, 1.5, true, [], new stdClass(), $client, "a\0b", "\xff", fn () => 'x'] as $wrong) {
                $what = "$method " . gettype($wrong);
                refused(fn () => $client->$method($wrong, USER, 'wrong-types'), "token: $what");
                refused(fn () => $client->$method(TOKEN, $wrong, 'wrong-types'), "user: $what");
                refused(fn () => $client->$method(TOKEN, USER, $wrong), "id: $what");
            }
            foreach ([5, 'x', [], new stdClass(), $client, $call->call, true] as $wrong) {
                refused(fn () => $client->$method(TOKEN, USER, 'wrong-types', $wrong), "$method: call");
            }
            refused(fn () => $client->$method(null, USER, 'wrong-types'), 'no token');
            refused(fn () => $client->$method(TOKEN, USER), 'too few');
        }
        $numbers = [-1, 0.5, 4294967296, '', 'x', '0x5', null, [], true, NAN, INF, new stdClass()];
        foreach (['timeoutMs', 'timeout_ms', 'maxAttempts', 'verify', 'roots', 'settleMs'] as $name) {
            foreach ($numbers as $wrong) {
                refused(fn () => new Client([$name => $wrong]), "$name " . var_export($wrong, true));
            }
        }
        foreach (['baseUrl', 'proxy', 'caFile', 'userAgent'] as $name) {
            foreach ([5, true, [], new stdClass(), "a\0b", "\xff"] as $wrong) {
                refused(fn () => new Client([$name => $wrong]), "$name " . gettype($wrong));
            }
        }
        $options = [null, 5, 'x', new stdClass(), [5], ['nothing' => 1]];
        foreach ([...$options, ['log' => 5], ['log' => false], ['log' => 'no']] as $wrong) {
            refused(fn () => new Client($wrong), 'options ' . var_export($wrong, true));
        }
        foreach ([-1, 1.5, '5', null, []] as $wrong) {
            refused(fn () => new Call($wrong), 'a timeout');
        }
        foreach ([5, [], "a\0b"] as $wrong) {
            refused(fn () => new Call(0, $wrong), 'an internetMessageId');
        }
        // Objects that no constructor made, and such as two would share.
        $unmade = (new ReflectionClass(Client::class))->newInstanceWithoutConstructor();
        refused(fn () => $unmade->send(TOKEN, USER, 'x'), 'unmade');
        $unmade = (new ReflectionClass(Call::class))->newInstanceWithoutConstructor();
        refused(fn () => $client->send(TOKEN, USER, 'x', $unmade), 'unmade');
        unset($unmade);
        foreach ([$client, $call] as $made) {
            refused(fn () => clone $made, 'cloned');
            refused(fn () => serialize($made), 'serialized');
            refused(fn () => $made->__construct(), 'made again');
        }
        $own = $call->call;
        $call->call = Library::ffi()->new('graph_client *');
        refused(fn () => (new Client(['baseUrl' => BASE]))->send(TOKEN, USER, 'x', $call), 'another pointer');
        $call->call = $own;
    });
    // Both names of the arguments.
    refused(fn () => new Call(timeoutMs: -1), 'a timeout');
    refused(fn () => new Call(timeout_ms: -1), 'a timeout');
    ensure((new Call(timeout_ms: 5, internet_message_id: '<x@y>'))->call !== null);
    // No trace shows the token, from PHP 8.2 on.
    try {
        (new Client(['baseUrl' => BASE]))->send('a-secret', 'me', 'x');
    } catch (Error $error) {
        $leaks = strpos(print_r($error, true) . $error, 'a-secret') !== false;
        ensure(PHP_VERSION_ID < 80200 || !$leaks, 'the token leaks');
    }
};

$rows['closed-twice'] = function (): void {
    foreach ([new Client(['baseUrl' => BASE, 'log' => fn () => null]), new Call()] as $made) {
        $made->__destruct();
        $made->close();
        $made->close();
        $made->__destruct();
        unset($made);
    }
};

$rows['used-after-close'] = function (): void {
    nothing_sent(function (): void {
        $client = new Client(['baseUrl' => BASE]);
        $call = new Call();
        $call->close();
        $call->cancel();
        refused(fn () => $client->send(TOKEN, USER, 'x', $call), 'a closed call');
        $client->__destruct();
        refused(fn () => $client->send(TOKEN, USER, 'x'), 'a client that was destructed');
        refused(fn () => $client->check(TOKEN, USER, 'x'), 'a client that was destructed');
    });
};

$rows['dropped'] = function (): void {
    flat('dropped', function (): void {
        for ($count = 0; $count < 1000; $count++) {
            $client = new Client(['baseUrl' => BASE, 'log' => function () use (&$client): void {
            }]);
            $call = new Call(5000);
            if ($count % 10 === 0) {
                refused(fn () => $client->send(TOKEN, null, 'dropped', $call), 'a malformed id');
            }
        }
    }, 2);
};

$rows['many-sends'] = function (): void {
    $client = new Client(['baseUrl' => BASE, 'log' => fn () => null]);
    $number = 0;
    flat('many-sends', function () use ($client, &$number): void {
        for ($count = 0; $count < 5000; $count++) {
            $client->send(TOKEN, USER, 'many-' . $number++);
            refused(fn () => $client->send(TOKEN, null, 'many-none'), 'a malformed id');
        }
    }, 2);
};

$rows['fork'] = function (): void {
    $client = new Client(['baseUrl' => BASE, 'log' => fn () => null]);
    $client->send(TOKEN, 'me', draft());
    [$mine, $childs] = [draft(), draft()];
    $child = pcntl_fork();
    if ($child === 0) {
        // An exit runs the destructors, too.
        exit($client->send(TOKEN, 'me', $childs)->httpStatus === 202 ? 0 : 1);
    }
    ensure($client->send(TOKEN, 'me', $mine)->httpStatus === 202);
    pcntl_waitpid($child, $status);
    ensure(pcntl_wexitstatus($status) === 0, 'the child');
    ensure(mails($mine) === 1 && mails($childs) === 1);
};

$rows['thread-ends'] = function (): void {
    // PHP has one thread; a signal's handler that throws takes the place of the answer, and a check says what it was.
    pcntl_async_signals(true);
    pcntl_signal(SIGALRM, function (): void {
        throw new DomainException('ended');
    });
    $id = draft();
    $internetMessageId = emulator("/v1.0/me/messages/$id")['internetMessageId'];
    $client = new Client(['baseUrl' => BASE, 'log' => fn () => null]);
    foreach (['slow' => null, 'hang' => OutcomeUnknown::class] as $do => $previous) {
        fault(['do' => $do, 'delay_ms' => 1500, 'times' => 1]);
        pcntl_alarm(1);
        try {
            $client->send(TOKEN, 'me', $do === 'slow' ? $id : 'hang-1', $do === 'slow' ? null : new Call(2500));
            throw new LogicException('the handler did not run');
        } catch (DomainException $error) {
            $known = $error->getPrevious();
            ensure($previous === null ? $known === null : $known instanceof $previous, 'the outcome is not attached');
        }
    }
    ensure(pcntl_async_signals(), 'signals stay held');
    pcntl_async_signals(false);
    $call = new Call(internetMessageId: $internetMessageId);
    ensure($client->check(TOKEN, 'me', $id, $call)->evidence === Library::GRAPH_EVIDENCE_FOUND);
    ensure(mails($id) === 1);
};

$rows['old-library'] = function (): void {
    $loads = "require '" . FILE . "'; GraphMessage\\Library::ffi();";
    [$status, $said] = program($loads, getenv('GRAPH_OLD_LIBRARY_DIR'));
    $sentence = '/the library graph-message 0\.0\.9 has ABI 0, and graph_message\.php needs ABI \d+: install/';
    ensure($status === 255 && preg_match($sentence, $said) === 1, $said);
};

$rows['no-library'] = function (): void {
    [$status, $said] = program("require '" . FILE . "'; new GraphMessage\\Client();", '/nonexistent');
    $sentence = '/is not found: install it, or name its folder in LD_LIBRARY_PATH before PHP starts/';
    ensure($status === 255 && preg_match($sentence, $said) === 1, $said);
};

$rows['loaded-twice'] = function (): void {
    require FILE;
    require FILE;
    sends(fn () => null);
    copy(FILE, getenv('BUILD') . '/graph_message.php');
    copy(__DIR__ . '/../declarations.php', getenv('BUILD') . '/declarations.php');
    require getenv('BUILD') . '/graph_message.php';
    sends(fn () => null);
};

$rows['cancelled-twice'] = function (): void {
    $client = new Client(['baseUrl' => BASE]);
    $call = new Call();
    $call->cancel();
    $call->cancel();
    nothing_sent(function () use ($client, $call): void {
        for ($count = 0; $count < 3; $count++) {
            try {
                $client->send(TOKEN, USER, 'cancelled', $call);
                throw new LogicException('sent');
            } catch (Unsent $error) {
                ensure($error->getCode() === Library::GRAPH_CANCELLED, $error->statusName);
            }
            $call->cancel();
        }
    });
};

$chosen = array_slice($argv, 1) ?: array_keys($rows);
foreach ($chosen as $row) {
    try {
        $rows[$row]();
    } catch (\Throwable $error) {
        fwrite(STDERR, "$row: $error\n");
        exit(1);
    }
    echo "ok $row\n";
}
