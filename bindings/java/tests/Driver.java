// Runs calls as it is told on standard input and prints what they ended in: the Java end of tests/cases. The lines are
// those of tests/c/driver.c. In the package of the wrapper, for the bytes that no String can hold.
package graphmessage;

import graphmessage.GraphMessage.Call;
import graphmessage.GraphMessage.Client;
import graphmessage.GraphMessage.GraphException;
import graphmessage.GraphMessage.Options;
import graphmessage.GraphMessage.Receipt;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

final class Driver {
    private static final InputStream INPUT = new BufferedInputStream(System.in);
    private static final Options OPTIONS = new Options();
    private static final Map<String, byte[]> GIVEN = new HashMap<>();
    private static PrintStream output;
    private static Client client;

    /** The bytes of a line, or null at the end. */
    private static byte[] readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int value = INPUT.read();
        if (value < 0) return null;
        for (; value >= 0 && value != '\n'; value = INPUT.read()) {
            if (value == '\\') {
                INPUT.read();
                value = Character.digit(INPUT.read(), 16) * 16 + Character.digit(INPUT.read(), 16);
            }
            line.write(value);
        }
        return line.toByteArray();
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static boolean isText(byte[] bytes) {
        return bytes == null || Arrays.equals(text(bytes).getBytes(StandardCharsets.UTF_8), bytes);
    }

    private static byte[] terminated(byte[] bytes) {
        return bytes == null ? null : Arrays.copyOf(bytes, bytes.length + 1);
    }

    private static long number(String name) {
        return GIVEN.containsKey(name) ? Long.parseLong(text(GIVEN.get(name))) : 0;
    }

    /** Whether the name is an option's; a refused value shows when the client is made. */
    private static boolean setOption(String name, String value) {
        long number = value.matches("[0-9]+") ? Long.parseLong(value) : 0;
        switch (name) {
            case "base_url": OPTIONS.baseUrl(value); return true;
            case "timeout_ms": OPTIONS.timeout(Duration.ofMillis(number)); return true;
            case "attempt_timeout_ms": OPTIONS.attemptTimeout(Duration.ofMillis(number)); return true;
            case "connect_timeout_ms": OPTIONS.connectTimeout(Duration.ofMillis(number)); return true;
            case "settle_ms": OPTIONS.settle(Duration.ofMillis(number)); return true;
            case "max_attempts": OPTIONS.maxAttempts((int) number); return true;
            case "mailbox_concurrency": OPTIONS.mailboxConcurrency((int) number); return true;
            case "verify": OPTIONS.verify((int) number); return true;
            case "proxy": OPTIONS.proxy(value); return true;
            case "proxy_from_environment": OPTIONS.proxyFromEnvironment(); return true;
            case "ca_file": OPTIONS.caFile(value); return true;
            case "roots": OPTIONS.roots((int) number); return true;
            case "user_agent": OPTIONS.userAgent(value); return true;
            case "log": OPTIONS.log((line, level) -> show("log", level + " " + line)); return true;
            default: return false;
        }
    }

    private static void show(String name, Object value) {
        output.print(name + "=" + value + "\n");
    }

    private static Receipt answer(boolean checking) throws GraphException, InterruptedException {
        if (client == null) client = new Client(OPTIONS);
        try (Call call = new Call()) {
            call.timeout(Duration.ofMillis(number("call_timeout_ms")));
            call.internetMessageId(text(GIVEN.get("internet_message_id")));
            long clientAfter = number("cancel_client_after_ms");
            long callAfter = number("cancel_call_after_ms");
            Thread canceller = new Thread(() -> {
                try {
                    Thread.sleep(clientAfter + callAfter);
                } catch (InterruptedException ended) {
                    return;
                }
                if (clientAfter > 0) client.cancel();
                if (callAfter > 0) call.cancel();
            });
            canceller.start();
            byte[] token = GIVEN.get("token");
            byte[] user = GIVEN.get("user");
            byte[] id = GIVEN.get("id");
            long began = System.nanoTime();
            try {
                if (!isText(token) || !isText(user) || !isText(id))
                    return client.run(checking, terminated(token), terminated(user), terminated(id), call);
                return checking
                    ? client.check(text(token), text(user), text(id), call)
                    : client.send(text(token), text(user), text(id), call);
            } finally {
                show("elapsed_ms", (System.nanoTime() - began) / 1_000_000);
                canceller.join();
            }
        }
    }

    private static void makeCall(boolean checking) throws InterruptedException {
        try {
            Receipt receipt = answer(checking);
            show("status", "GRAPH_OK");
            show("sent", 1);
            show("http_status", receipt.httpStatus);
            show("request_id", receipt.requestId);
            show("client_request_id", receipt.clientRequestId);
            show("attempts", receipt.attempts);
            show("evidence", receipt.evidence);
            show("sent_id", receipt.sentId);
        } catch (GraphException error) {
            show("status", error.statusName);
            show("error_status", error.statusName);
            show("sent", error.sent);
            show("http_status", error.httpStatus);
            show("code", error.code);
            show("message", error.getMessage());
            show("request_id", error.requestId);
            show("client_request_id", error.clientRequestId);
            show("retry_after_ms", error.retryAfter.toMillis());
            show("attempts", error.attempts);
            show("claims", error.claims);
            show("seen", error.seen);
            show("internet_message_id", error.internetMessageId);
        }
        output.print("\n");
        output.flush();
    }

    public static void main(String[] args) throws Exception {
        output = new PrintStream(System.out, false, "UTF-8");
        for (byte[] line = readLine(); line != null; line = readLine()) {
            String[] told = new String(line, StandardCharsets.ISO_8859_1).split(" ", 2);
            byte[] value = told.length < 2 ? new byte[0] : told[1].getBytes(StandardCharsets.ISO_8859_1);
            if (told[0].equals("send") || told[0].equals("check")) {
                makeCall(told[0].equals("check"));
            } else if (!setOption(told[0], text(value))) {
                GIVEN.put(told[0], value);
            } else if (client != null) {
                client.close();
                client = null;
            }
        }
    }
}
