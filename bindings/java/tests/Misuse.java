// Plays the rows of tests/cases/misuse.md that Java can say, as a user of the wrapper: from another package.
import graphmessage.GraphLibrary;
import graphmessage.GraphMessage;
import graphmessage.GraphMessage.Call;
import graphmessage.GraphMessage.Client;
import graphmessage.GraphMessage.GraphException;
import graphmessage.GraphMessage.InvalidArgumentException;
import graphmessage.GraphMessage.Options;
import graphmessage.GraphMessage.OutcomeUnknownException;
import graphmessage.GraphMessage.Receipt;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

public final class Misuse {
    private static final String BASE = System.getenv("GRAPH_BASE_URL");
    private static final String ENDLESS = System.getenv("GRAPH_ENDLESS_USER");
    private static final String TOKEN = "user-token";
    private static final Deque<String> DRAFTS = new ArrayDeque<>();
    // Kept, since the loggers of java.util.logging are held weakly.
    private static final Logger WARNINGS = Logger.getLogger("graphmessage");
    private static final List<Throwable> WARNED = new ArrayList<>();

    private interface Action {
        void run() throws Throwable;
    }

    private static final class Warnings extends Handler {
        private final Action then;

        Warnings(Action then) {
            this.then = then;
        }

        @Override
        public void publish(LogRecord record) {
            WARNED.add(record.getThrown());
            try {
                then.run();
            } catch (Throwable thrown) {
                sneak(thrown);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** Of which no text can be made. */
    private static final class Odd extends Throwable {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("no text");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("no trace");
        }
    }

    /** Throws what no signature announces. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static void must(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    private static void mustBe(int status, Throwable thrown) {
        boolean isIt = thrown instanceof GraphException && ((GraphException) thrown).status == status;
        must(isIt, "not " + status + " but " + thrown);
    }

    private static Throwable thrown(Action action) {
        try {
            action.run();
        } catch (Throwable thrown) {
            return thrown;
        }
        throw new AssertionError("nothing was thrown");
    }

    private static void refused(Class<? extends Throwable> type, Action action) throws Exception {
        int before = mails();
        Throwable thrown = thrown(action);
        must(type.isInstance(thrown), "not " + type.getName() + " but " + thrown);
        boolean isOurs = thrown instanceof GraphException || thrown instanceof IllegalStateException;
        must(!isOurs || thrown.getMessage().startsWith("not sent: "), "it does not say what was sent: " + thrown);
        must(mails() == before, "a mail left");
    }

    private static String ask(String method, String path, String body) throws IOException {
        URL url = new URL(BASE.replaceAll("/v1.0$", "") + "/_emulator/" + path);
        HttpURLConnection request = (HttpURLConnection) url.openConnection();
        request.setRequestMethod(method);
        if (body != null) {
            request.setDoOutput(true);
            request.setRequestProperty("Content-Type", "application/json");
            try (OutputStream out = request.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        }
        try (InputStream reply = request.getInputStream()) {
            return new String(reply.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int mails() throws IOException {
        return ask("GET", "mails", null).split("\"draft_id\"", -1).length - 1;
    }

    /** The next sends of the token's user are answered after a second. */
    private static void slow(int sends) throws IOException {
        String rule = "{\"on\": \"send\", \"mailbox\": \"megan@contoso.example\", \"do\": \"slow\", \"times\": %d}";
        ask("POST", "faults", String.format(rule, sends));
    }

    private static void awaitMails(int count) throws Exception {
        for (int i = 0; i < 100 && mails() < count; i++) Thread.sleep(50);
        must(mails() == count, "the mails are not " + count + " but " + mails());
    }

    /** The id of no message, as long as any. */
    private static String unknown(int number) {
        return "AAMk" + "A".repeat(140) + String.format("%08d", number);
    }

    private static Options options() {
        return new Options().baseUrl(BASE).settle(Duration.ofMillis(300));
    }

    /** Sends a draft, which must be accepted. */
    private static void sends(Client client) throws Exception {
        int before = mails();
        Receipt receipt = client.send(TOKEN, "me", DRAFTS.pop());
        must(receipt.evidence == GraphLibrary.GRAPH_EVIDENCE_ACCEPTED, "it was not accepted");
        must(mails() == before + 1, "no mail left");
    }

    /** Sends with such a log function; the outcome is what it would have been, and there are warnings. */
    private static void logs(ObjIntConsumer<String> log, Class<? extends Throwable> warned) throws Exception {
        WARNED.clear();
        try (Client client = new Client(options().log(log))) {
            sends(client);
            Throwable missing = thrown(() -> client.send(TOKEN, "me", unknown(0)));
            mustBe(GraphLibrary.GRAPH_NOT_FOUND, missing);
        }
        must(!WARNED.isEmpty(), "the log function was not called, or nothing warned");
        for (Throwable one : WARNED) must(warned.isInstance(one), "not " + warned.getName() + " but " + one.getClass());
    }

    private static void warnTo(Action then) {
        for (Handler handler : WARNINGS.getHandlers()) WARNINGS.removeHandler(handler);
        WARNINGS.setUseParentHandlers(false);
        WARNINGS.addHandler(new Warnings(then));
    }

    private static int deep(int depth) {
        return deep(depth + 1) + 1;
    }

    private static long residentKb() throws Exception {
        // What was dropped is freed by the cleaners' threads.
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(50);
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/status")))
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", ""));
        throw new AssertionError("no VmRSS");
    }

    /** Runs it so often to warm up, and compares the memory after the next half with that after the second. */
    private static void flat(String what, int times, long kb, Action action) throws Throwable {
        long middle = 0;
        long end = 0;
        for (int half = 0; half < 3; half++) {
            for (int i = 0; i < times; i++) action.run();
            middle = end;
            end = residentKb();
        }
        System.out.printf("# %s: %d kB after %d, %d kB after %d%n", what, middle, 2 * times, end, 3 * times);
        must(end - middle < kb, what + ": the memory grew by " + (end - middle) + " kB");
    }

    private static String child(List<String> environment, int exit, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), "Misuse"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (environment.isEmpty()) builder.environment().remove("LD_LIBRARY_PATH");
        else builder.environment().put("LD_LIBRARY_PATH", environment.get(0));
        Path output = Files.createTempFile("misuse", ".txt");
        Process process = builder.redirectOutput(output.toFile()).start();
        boolean ended = process.waitFor(20, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output);
        Files.delete(output);
        must(ended, arguments[0] + " hangs: " + said);
        must(process.exitValue() == exit, arguments[0] + " ended with " + process.exitValue() + ": " + said);
        return said;
    }

    private static String sameEnvironmentChild(int exit, String... arguments) throws Exception {
        return child(List.of(System.getenv("GRAPH_LIBRARY_DIR")), exit, arguments);
    }

    private static GraphException ended(CompletableFuture<Receipt> future) throws Exception {
        try {
            future.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            return (GraphException) failed.getCause();
        } catch (CancellationException cancelled) {
            must(future.isCancelled(), "cancelled, and does not say so");
            return (GraphException) cancelled.getCause();
        }
        throw new AssertionError("it was sent");
    }

    private static void row(String name, Action action) throws Throwable {
        try {
            action.run();
        } catch (Throwable failed) {
            System.out.println("FAILED " + name + ": " + failed.getMessage());
            throw failed;
        }
        System.out.println("ok " + name);
    }

    private static void throwing() throws Throwable {
        row("log-throws", () -> {
            warnTo(() -> {});
            logs((line, level) -> {
                throw new IllegalStateException(line);
            }, IllegalStateException.class);
        });
        row("log-throws-odd", () -> {
            warnTo(() -> {});
            logs((line, level) -> sneak(new Odd()), Odd.class);
            logs((line, level) -> sneak(new IOException("checked")), IOException.class);
            logs((line, level) -> deep(0), StackOverflowError.class);
            logs((line, level) -> must(new long[Integer.MAX_VALUE - 8].length < 0, "memory"), OutOfMemoryError.class);
        });
        row("log-leaves", () -> {
            warnTo(() -> {});
            logs((line, level) -> sneak(new ThreadDeath()), ThreadDeath.class);
            int before = mails();
            List<AutoCloseable> closed = new ArrayList<>();
            Options closing = options().log((line, level) -> closed.forEach(Misuse::close));
            try (Client client = new Client(closing); Call call = new Call()) {
                closed.addAll(List.of(client, call));
                client.send(TOKEN, "me", DRAFTS.pop(), call);
            }
            must(mails() == before + 1, "closed by its own log function, it sent nothing");
            // Each ends the process from inside of a call, and so does not learn what became of it.
            for (String way : List.of("log-exit", "log-halt", "log-exit-elsewhere"))
                sameEnvironmentChild(7, way, DRAFTS.pop());
        });
        row("warning-throws", () -> {
            for (Throwable one : List.of(new IllegalStateException(), new Odd(), new ThreadDeath(), new Error())) {
                warnTo(() -> sneak(one));
                logs((line, level) -> sneak(new Odd()), Odd.class);
            }
            warnTo(() -> {});
        });
    }

    private static void close(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception thrown) {
            throw new AssertionError(thrown);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void wrong() throws Throwable {
        row("wrong-types", () -> {
            try (Client client = new Client(options()); Call call = new Call()) {
                String id = DRAFTS.peek();
                for (String bad : new String[] {null, "", "a\0b", "\uD800", "x\r\ny"}) {
                    refused(GraphException.class, () -> client.send(bad, "me", id));
                    refused(GraphException.class, () -> client.send(TOKEN, "me", bad));
                    refused(GraphException.class, () -> client.check(TOKEN, "me", bad));
                    must(ended(client.sendAsync(bad, "me", id)).sent == 0, "sent");
                }
                refused(InvalidArgumentException.class, () -> client.send(TOKEN, "\0", id));
                refused(InvalidArgumentException.class, () -> call.internetMessageId("\uDC00"));
                refused(NullPointerException.class, () -> call.timeout(null));
                refused(InvalidArgumentException.class, () -> call.timeout(Duration.ofSeconds(Long.MAX_VALUE)));
                refused(NullPointerException.class, () -> client.sendAsync(TOKEN, "me", id, call, null));
                refused(RejectedExecutionException.class, () -> {
                    ExecutorService none = Executors.newSingleThreadExecutor();
                    none.shutdown();
                    client.sendAsync(TOKEN, "me", id, null, none);
                });
            }
            refused(NullPointerException.class, () -> new Client(null));
            refused(NullPointerException.class, () -> GraphMessage.init(null));
            refused(NullPointerException.class, () -> options().timeout(null));
            refused(NullPointerException.class, () -> options().settle(null));
            for (Options bad : List.of(options().timeout(Duration.ofSeconds(Long.MAX_VALUE)), options().maxAttempts(-1),
                    options().attemptTimeout(Duration.ofNanos(-1)),
                    options().connectTimeout(Duration.ofSeconds(Long.MIN_VALUE)),
                    options().verify(99), options().roots(-7), options().mailboxConcurrency(Integer.MIN_VALUE),
                    options().userAgent("\0"), options().proxy("nonsense"), options().caFile("/nonexistent")))
                refused(InvalidArgumentException.class, () -> new Client(bad));
            // A list without its type brings another kind of argument to the log function.
            ObjIntConsumer odd = (ObjIntConsumer<Integer>) (line, level) -> line.intValue();
            logs(odd, ClassCastException.class);
            try (Client client = new Client(options().log(null).baseUrl(BASE))) {
                sends(client);
            }
            flat("refused options", 5_000, 2_000, () -> thrown(() -> new Client(options().userAgent("\0"))));
        });
        row("closed-twice", () -> {
            Client client = new Client(options());
            Call call = new Call();
            for (AutoCloseable one : List.of(client, call, client, call, client)) one.close();
            // No other's memory was freed.
            try (Client other = new Client(options())) {
                client.close();
                sends(other);
            }
        });
        row("used-after-close", () -> {
            Client client = new Client(options());
            Call call = new Call();
            client.close();
            String id = DRAFTS.peek();
            refused(IllegalStateException.class, () -> client.send(TOKEN, "me", id));
            refused(IllegalStateException.class, () -> client.check(TOKEN, "me", id));
            refused(IllegalStateException.class, () -> client.sendAsync(TOKEN, "me", id, call));
            refused(IllegalStateException.class, client::cancel);
            call.close();
            refused(IllegalStateException.class, () -> call.timeout(Duration.ZERO));
            refused(IllegalStateException.class, () -> call.internetMessageId(null));
            refused(IllegalStateException.class, call::cancel);
            try (Client open = new Client(options())) {
                refused(IllegalStateException.class, () -> open.send(TOKEN, "me", id, call));
                refused(IllegalStateException.class, () -> open.checkAsync(TOKEN, "me", id, call));
                sends(open);
            }
            // Closed while it waits for a thread, and while it is in flight: it ends as it would have.
            int before = mails();
            List<Runnable> waiting = new ArrayList<>();
            CompletableFuture<Receipt> first;
            CompletableFuture<Receipt> second;
            slow(2);
            try (Client used = new Client(options()); Call settings = new Call()) {
                first = used.sendAsync(TOKEN, "me", DRAFTS.pop(), settings, waiting::add);
                second = used.sendAsync(TOKEN, "me", DRAFTS.pop(), settings);
                Thread.sleep(200);
            }
            System.gc();
            waiting.get(0).run();
            must(first.join().httpStatus == 202 && second.join().httpStatus == 202, "closed in use, it did not send");
            must(mails() == before + 2, "no mail left");
        });
    }

    private static void memory() throws Throwable {
        row("dropped", () -> {
            flat("dropped", 8_000, 4_000, () -> {
                new Client(options().log((line, level) -> {}));
                new Call().internetMessageId("<a@contoso.example>");
            });
            // The log function and the client lead to each other.
            flat("dropped in a circle", 4_000, 4_000, () -> {
                Client[] circle = new Client[1];
                circle[0] = new Client(options().log((line, level) -> must(circle[0] != null, line)));
            });
        });
        try (Client client = new Client(options())) {
            int[] sent = {0};
            row("many-sends", () -> flat("many-sends", 6_700, 2_000, () -> {
                String id = unknown(++sent[0]);
                if (sent[0] % 2 == 0) must(client.send(TOKEN, ENDLESS, id).httpStatus == 202, "not accepted");
                else mustBe(GraphLibrary.GRAPH_NOT_FOUND, thrown(() -> client.send(TOKEN, "me", id)));
            }));
            must(sent[0] == 20_100, "not all were sent");
        }
    }

    @SuppressWarnings({"deprecation", "removal"})
    private static void threads() throws Throwable {
        System.out.println("cannot fork: Java starts programs and has no fork");
        row("thread-ends", () -> {
            try (Client client = new Client(options().verify(GraphLibrary.GRAPH_VERIFY_ALWAYS))) {
                int before = mails();
                String interrupted = DRAFTS.pop();
                String stopped = DRAFTS.pop();
                slow(4);
                Receipt[] receipt = new Receipt[1];
                Thread first = new Thread(() -> sneaky(() -> receipt[0] = client.send(TOKEN, "me", interrupted)));
                Thread second = new Thread(() -> sneaky(() -> client.send(TOKEN, "me", stopped)));
                ExecutorService pool = Executors.newSingleThreadExecutor();
                CompletableFuture<Receipt> third = client.sendAsync(TOKEN, "me", DRAFTS.pop(), null, pool);
                first.start();
                second.start();
                Thread.sleep(300);
                first.interrupt();
                pool.shutdownNow();
                // Java 20 and later stop no thread.
                if (Runtime.version().feature() < 20) second.stop();
                first.join();
                second.join();
                must(receipt[0] != null && receipt[0].httpStatus == 202, "an interrupt took the receipt");
                must(third.join().httpStatus == 202, "the end of its executor took the receipt");
                must(client.check(TOKEN, "me", stopped).evidence != 0, "a check does not know of it");
                must(mails() == before + 3, "the mails are not three");
                sends(client);
            }
            // The last thread of the program but for the one that sends: the process waits for it.
            int before = mails();
            String said = sameEnvironmentChild(0, "main-ends", DRAFTS.pop());
            must(said.contains("sent with 202"), "its outcome was lost: " + said);
            must(mails() == before + 1, "no mail left");
            before = mails();
            sameEnvironmentChild(3, "exit-in-flight", DRAFTS.pop());
            awaitMails(before + 1);
        });
    }

    private static void sneaky(Action action) {
        try {
            action.run();
        } catch (Throwable ended) {
            // It is asked for elsewhere.
        }
    }

    private static void loading() throws Throwable {
        row("old-library", () -> {
            String said = child(List.of(System.getenv("GRAPH_OLD_LIBRARY_DIR")), 0, "load");
            must(said.contains("0.0.9, has ABI 0, and this wrapper needs 1"), said);
        });
        row("no-library", () -> {
            String said = child(List.of(), 0, "load");
            must(said.contains("not sent: libgraph_message.so.1 for ") && said.contains("-Djna.library.path="), said);
        });
        row("loaded-twice", () -> {
            for (int i = 0; i < 3; i++) {
                try (URLClassLoader again = new Again()) {
                    int before = mails();
                    Class<?> client = again.loadClass("graphmessage.GraphMessage$Client");
                    must(client != Client.class, "it was not loaded anew");
                    Class<?> settings = again.loadClass("graphmessage.GraphMessage$Options");
                    Object options = settings.getConstructor().newInstance();
                    settings.getMethod("baseUrl", String.class).invoke(options, BASE);
                    try (AutoCloseable made = (AutoCloseable) client.getConstructor(settings).newInstance(options)) {
                        client.getMethod("send", String.class, String.class, String.class)
                            .invoke(made, TOKEN, "me", DRAFTS.pop());
                    }
                    must(mails() == before + 1, "no mail left");
                }
            }
        });
    }

    /** Loads the wrapper once more, as two web applications of one server do, over the server's JNA. */
    private static final class Again extends URLClassLoader {
        Again() throws IOException {
            super(new URL[] {Path.of(System.getenv("BUILD")).toUri().toURL()});
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("graphmessage.")) return super.loadClass(name, resolve);
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }

    private static void cancelling() throws Throwable {
        row("cancelled-twice", () -> {
            // A look before the first attempt makes a later check certain.
            Options options = options().verify(GraphLibrary.GRAPH_VERIFY_ALWAYS);
            try (Client client = new Client(options); Call before = new Call(); Call shared = new Call()) {
                int mails = mails();
                before.cancel();
                before.cancel();
                refused(GraphException.class, () -> client.send(TOKEN, "me", DRAFTS.peek(), before));
                mustBe(GraphLibrary.GRAPH_CANCELLED, ended(client.sendAsync(TOKEN, "me", DRAFTS.peek(), before)));

                // One call serves three; in flight, its end is not known.
                slow(3);
                Collection<CompletableFuture<Receipt>> futures = new ArrayList<>();
                Collection<String> ids = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    ids.add(DRAFTS.peek());
                    futures.add(client.sendAsync(TOKEN, "me", DRAFTS.pop(), shared));
                }
                Thread.sleep(400);
                long began = System.nanoTime();
                for (CompletableFuture<Receipt> one : futures) must(one.cancel(true), "it was not cancelled");
                for (CompletableFuture<Receipt> one : futures) one.cancel(false);
                for (CompletableFuture<Receipt> one : futures) {
                    GraphException end = ended(one);
                    must(end instanceof OutcomeUnknownException && end.sent == -1, "not unknown but " + end);
                    must(!one.cancel(true), "cancelled after its end");
                }
                must(System.nanoTime() - began < 3_000_000_000L, "it was waited for");
                awaitMails(mails + 3);
                for (String id : ids) must(client.check(TOKEN, "me", id).evidence != 0, "a check does not know of it");
                shared.cancel();

                // Ended, and cancelled then.
                CompletableFuture<Receipt> sent = client.sendAsync(TOKEN, "me", DRAFTS.pop());
                must(sent.join().httpStatus == 202 && !sent.cancel(true) && !sent.isCancelled(), "it was not sent");
                must(sent.join().httpStatus == 202, "the receipt was lost");
                awaitMails(mails + 4);

                // Cancelled while it waits for a thread that comes too late.
                List<Runnable> never = new ArrayList<>();
                CompletableFuture<Receipt> waiting = client.sendAsync(TOKEN, "me", DRAFTS.peek(), null, never::add);
                CompletableFuture<Integer> dependent = waiting.thenApply(receipt -> receipt.httpStatus);
                must(waiting.cancel(true) && !waiting.cancel(true) && waiting.isCancelled(), "it was not cancelled");
                must(thrown(dependent::join).getCause() instanceof CancellationException, "its dependent");
                must(ended(waiting).getMessage().startsWith("not sent: "), "no outcome");
                never.get(0).run();
                never.get(0).run();
                must(mails() == mails + 4, "a cancelled send was sent");
                flat("cancelled", 5_000, 2_000, () ->
                    client.sendAsync(TOKEN, "me", "id", null, work -> {}).cancel(true));
            }
        });
    }

    /** What is done in a process of its own. */
    private static void inChild(String what, String draft) throws Exception {
        if (what.equals("load")) {
            // The second failure says as much as the first.
            String first = null;
            for (int i = 0; i < 2; i++) {
                Throwable thrown = thrown(() -> new Client(options()));
                must(thrown instanceof UnsatisfiedLinkError, "not UnsatisfiedLinkError but " + thrown);
                must(first == null || first.equals(thrown.getMessage()), "the second says " + thrown.getMessage());
                first = thrown.getMessage();
            }
            System.out.println(first);
            return;
        }
        Options options = options();
        if (what.equals("log-exit")) options.log((line, level) -> System.exit(7));
        if (what.equals("log-halt")) options.log((line, level) -> Runtime.getRuntime().halt(7));
        if (what.equals("log-exit-elsewhere")) options.log((line, level) -> {
            new Thread(() -> System.exit(7)).start();
            sneaky(() -> Thread.sleep(300));
        });
        if (what.startsWith("log-")) {
            try (Client client = new Client(options)) {
                Runtime.getRuntime().addShutdownHook(new Thread(client::close));
                client.send(TOKEN, "me", draft);
            }
            return;
        }
        slow(1);
        try (Client client = new Client(options)) {
            CompletableFuture<Receipt> future = client.sendAsync(TOKEN, "me", draft);
            future.thenAccept(receipt -> System.out.println("sent with " + receipt.httpStatus));
            if (what.equals("exit-in-flight")) {
                Thread.sleep(500);
                System.exit(3);
            }
        }
    }

    public static void main(String[] arguments) throws Throwable {
        if (arguments.length > 0) {
            inChild(arguments[0], arguments.length > 1 ? arguments[1] : "");
            return;
        }
        DRAFTS.addAll(Files.readAllLines(Path.of(System.getenv("GRAPH_DRAFTS"))));
        try {
            throwing();
            wrong();
            cancelling();
            threads();
            loading();
            memory();
        } catch (Throwable failed) {
            failed.printStackTrace();
            System.exit(1);
        }
    }
}
