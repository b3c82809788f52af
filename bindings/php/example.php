<?php
// send TOKEN DRAFT-ID [BASE-URL]
require __DIR__ . '/graph_message.php';

$token = $argv[1] ?? null;
$id = $argv[2] ?? null;
$options = ['timeoutMs' => 60000];
if (isset($argv[3])) {
    $options['baseUrl'] = $argv[3];
}
try {
    $client = new GraphMessage\Client($options);
    $receipt = $client->send($token, 'me', $id);
    echo "sent, client-request-id $receipt->clientRequestId\n";
} catch (GraphMessage\OutcomeUnknown $error) {
    fwrite(STDERR, "perhaps sent, call \$client->check later: {$error->getMessage()}\n");
    exit(2);
} catch (GraphMessage\Unsent $error) {
    fwrite(STDERR, "not sent, $error->statusName: {$error->getMessage()}\n");
    exit(1);
}
