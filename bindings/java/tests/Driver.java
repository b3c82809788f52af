// Runs calls as it is told on standard input and prints what they ended in: the Java end of tests/cases. The lines are
// those of tests/c/driver.c. In the package of the wrapper, for the bytes that no String can hold.
package graphmessage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import graphmessage.GraphMessage.*;
import java.io.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;

final class Driver {
    private static final Options OPTIONS = new Options();
    private static final Map<String, byte[]> GIVEN = new HashMap<>();
    private static PrintStream output;
    private static Client client;

    /** A value in which \xHH stands for a byte; each character is one. */
    private static byte[] decoded(String value) {
        return Pattern.compile("\\\\x(..)").matcher(value).replaceAll(found ->
            Matcher.quoteReplacement("" + (char) Integer.parseInt(found.group(1), 16))).getBytes(ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }

    private static boolean isText(byte[] bytes) {
        return bytes == null || Arrays.equals(text(bytes).getBytes(UTF_8), bytes);
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
        Duration time = Duration.ofMillis(number);
        switch (name) {
            case "base_url": OPTIONS.baseUrl(value); return true;
            case "timeout_ms": OPTIONS.timeout(time); return true;
            case "attempt_timeout_ms": OPTIONS.attemptTimeout(time); return true;
            case "connect_timeout_ms": OPTIONS.connectTimeout(time); return true;
            case "settle_ms": OPTIONS.settle(time); return true;
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

    /** Names and their values, one after the other. */
    private static void show(Object... values) {
        for (int i = 0; i < values.length; i += 2) output.print(values[i] + "=" + values[i + 1] + "\n");
    }

    private static Receipt answer(boolean checking) throws Exception {
        if (client == null) client = new Client(OPTIONS);
        ScheduledExecutorService canceller = Executors.newSingleThreadScheduledExecutor();
        try (Call call = new Call()) {
            call.timeout(Duration.ofMillis(number("call_timeout_ms")));
            call.internetMessageId(text(GIVEN.get("internet_message_id")));
            long clientMs = number("cancel_client_after_ms"), callMs = number("cancel_call_after_ms");
            if (clientMs > 0) canceller.schedule(client::cancel, clientMs, TimeUnit.MILLISECONDS);
            if (callMs > 0) canceller.schedule(call::cancel, callMs, TimeUnit.MILLISECONDS);
            byte[] token = GIVEN.get("token"), user = GIVEN.get("user"), id = GIVEN.get("id");
            long began = System.nanoTime();
            try {
                if (!isText(token) || !isText(user) || !isText(id))
                    return client.run(checking, terminated(token), terminated(user), terminated(id), call);
                return checking ? client.check(text(token), text(user), text(id), call)
                    : client.send(text(token), text(user), text(id), call);
            } finally {
                show("elapsed_ms", (System.nanoTime() - began) / 1_000_000);
                canceller.shutdown();
                canceller.awaitTermination(1, TimeUnit.MINUTES);
            }
        }
    }

    private static void makeCall(boolean checking) throws Exception {
        try {
            Receipt one = answer(checking);
            show("status", "GRAPH_OK", "sent", 1, "http_status", one.httpStatus, "request_id", one.requestId,
                "client_request_id", one.clientRequestId, "attempts", one.attempts, "evidence", one.evidence,
                "sent_id", one.sentId);
        } catch (GraphException one) {
            show("status", one.statusName, "error_status", one.statusName, "sent", one.sent,
                "http_status", one.httpStatus, "code", one.code, "message", one.getMessage(),
                "request_id", one.requestId, "client_request_id", one.clientRequestId,
                "retry_after_ms", one.retryAfter.toMillis(), "attempts", one.attempts, "claims", one.claims,
                "seen", one.seen, "internet_message_id", one.internetMessageId);
        }
        output.println();
    }

    public static void main(String[] args) throws Exception {
        output = new PrintStream(System.out, true, "UTF-8");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, ISO_8859_1));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] told = line.split(" ", 2);
            byte[] value = decoded(told.length < 2 ? "" : told[1]);
            if (told[0].equals("send") || told[0].equals("check")) {
                makeCall(told[0].equals("check"));
            } else if (!setOption(told[0], text(value))) {
                GIVEN.put(told[0], value);
            } else {
                if (client != null) client.close();
                client = null;
            }
        }
    }
}
