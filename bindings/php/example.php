<?php
// php example.php TOKEN DRAFT-ID [BASE-URL]
require __DIR__ . '/graph_message.php';

if ($argc < 3 || $argc > 4) {
    fwrite(STDERR, "usage: php example.php TOKEN DRAFT-ID [BASE-URL]\n");
    exit(64);
}
[, $token, $id] = $argv;
$options = ['timeoutMs' => 60000];
if (isset($argv[3])) {
    $options['baseUrl'] = $argv[3];
}
try {
    $client = new GraphMessage\Client($options);
    $receipt = $client->send($token, 'me', $id);
    echo "sent, client-request-id $receipt->clientRequestId\n";
} catch (GraphMessage\OutcomeUnknown $error) {
    fwrite(STDERR, "{$error->getMessage()}\n");
    exit(2); // call $client->check later; do not send again blindly
} catch (GraphMessage\Unsent $error) {
    fwrite(STDERR, "{$error->getMessage()}\n");
    exit(1);
}
