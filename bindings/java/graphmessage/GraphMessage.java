package graphmessage;

import static java.util.Objects.requireNonNull;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * graph-message for Java: sends an existing draft through Microsoft Graph and says what became of it.
 *
 * <pre>
 *     try (Client client = new Client()) {
 *         Receipt receipt = client.send(token, "megan@contoso.example", id);
 *     }
 * </pre>
 *
 * For Java 11 and later, over JNA 5. The manual is graph_message.h, whose functions {@link graphmessage.GraphLibrary}
 * declares.
 *
 * <p>Texts are strings. One that holds a NUL, which C would read only up to there, or half a surrogate pair is refused
 * before anything is sent. null is NULL in C.
 *
 * <p>A {@link Client} serves any number of threads at once; options and calls are set by one. What is dropped without
 * {@code close} is freed once the garbage collector finds it.
 */
public final class GraphMessage {
    private GraphMessage() {}

    /** Gives the shared client of {@link #send} other settings than the defaults: once, before the first send. */
    public static void init(Options options) throws GraphException {
        PointerByReference error = new PointerByReference();
        Pointer handle = options.handle();
        try {
            succeed(library().graph_init(handle, error), error);
            // C calls it for as long as the process lives.
            sharedLog = options.log;
        } finally {
            library().graph_options_free(handle);
        }
    }

    /** Sends as {@link Client#send} does, on a client that the whole process shares. */
    public static void send(String token, String user, String id) throws GraphException {
        PointerByReference error = new PointerByReference();
        succeed(library().graph_message_send(utf8("token", token), utf8("user", user), utf8("id", id), error), error);
    }

    /** Settings for a client. A refused value stays refused: no client is made of them, and its exception says why. */
    public static final class Options {
        private interface Setter {
            void set(graphmessage.GraphLibrary library, Pointer options) throws GraphException;
        }

        private final List<Setter> setters = new ArrayList<>();
        private graphmessage.GraphLibrary.LogFunction log;

        /** The service root. Default https://graph.microsoft.com/v1.0; https, or http on loopback. */
        public Options baseUrl(String url) {
            return with((library, options) -> library.graph_options_set_base_url(options, utf8("baseUrl", url)));
        }

        /** Bounds a whole call, waiting and retries included. Default 100 s, as is zero. */
        public Options timeout(Duration time) {
            requireNonNull(time, "timeout");
            return with((library, options) -> library.graph_options_set_timeout_ms(options, ms("timeout", time)));
        }

        /** Bounds one attempt, from its look-up to the end of the reply. Default 30 s. */
        public Options attemptTimeout(Duration time) {
            requireNonNull(time, "attemptTimeout");
            return with((library, options) ->
                library.graph_options_set_attempt_timeout_ms(options, ms("attemptTimeout", time)));
        }

        /** Bounds look-up, connect, proxy and TLS handshake of one attempt together. Default 10 s. */
        public Options connectTimeout(Duration time) {
            requireNonNull(time, "connectTimeout");
            return with((library, options) ->
                library.graph_options_set_connect_timeout_ms(options, ms("connectTimeout", time)));
        }

        /** How long the service may take to show that it accepted a mail. Default 20 s, at most 240 s. */
        public Options settle(Duration time) {
            requireNonNull(time, "settle");
            return with((library, options) -> library.graph_options_set_settle_ms(options, ms("settle", time)));
        }

        /** How often a send is tried at most. Default 4; with 1 nothing is ever sent again. */
        public Options maxAttempts(int attempts) {
            return with((library, options) ->
                library.graph_options_set_max_attempts(options, count("maxAttempts", attempts)));
        }

        /** How many requests to one mailbox are in flight at once. Default 4, Graph's own limit. */
        public Options mailboxConcurrency(int atOnce) {
            return with((library, options) ->
                library.graph_options_set_mailbox_concurrency(options, count("mailboxConcurrency", atOnce)));
        }

        /** When to look at the message: one of GRAPH_VERIFY_*. Looking needs Mail.Read beside Mail.Send. */
        public Options verify(int when) {
            return with((library, options) -> library.graph_options_set_verify(options, when));
        }

        /** The proxy for https: http://, https:// or socks5://, with "user:password@" if it wants a login. */
        public Options proxy(String url) {
            return with((library, options) -> library.graph_options_set_proxy(options, utf8("proxy", url)));
        }

        /** Takes the proxy from the environment as it is when the client is made: https_proxy, all_proxy, no_proxy. */
        public Options proxyFromEnvironment() {
            return with((library, options) -> library.graph_options_set_proxy_from_environment(options));
        }

        /** A PEM file of certificate authorities to trust besides the roots. Read when the client is made. */
        public Options caFile(String path) {
            return with((library, options) -> library.graph_options_set_ca_file(options, utf8("caFile", path)));
        }

        /** The certificate authorities to trust: GRAPH_ROOTS_SYSTEM, the default, or GRAPH_ROOTS_BUNDLED. */
        public Options roots(int which) {
            return with((library, options) -> library.graph_options_set_roots(options, which));
        }

        /** The calling program's name for the User-Agent header, such as "Billing/4.2". */
        public Options userAgent(String product) {
            return with((library, options) ->
                library.graph_options_set_user_agent(options, utf8("userAgent", product)));
        }

        /**
         * Receives log lines and their levels, on the thread of the call that logs. What it throws becomes a warning of
         * the System.Logger "graphmessage". null, the default, logs nothing.
         */
        public Options log(ObjIntConsumer<String> lines) {
            log = lines == null ? null : (context, level, line) -> {
                try {
                    lines.accept(text(line), level);
                } catch (Throwable thrown) {
                    warn(thrown);
                }
            };
            return this;
        }

        private static void warn(Throwable thrown) {
            try {
                System.getLogger("graphmessage").log(System.Logger.Level.WARNING, "the log function failed", thrown);
            } catch (Throwable dropped) {
                // C is above it on the stack, and no exception may pass through that.
            }
        }

        private Options with(Setter setter) {
            setters.add(setter);
            return this;
        }

        /** Options of C, to be freed by the caller. */
        private Pointer handle() throws GraphException {
            Pointer options = library().graph_options_new();
            try {
                for (Setter setter : setters) setter.set(library(), options);
                library().graph_options_set_log(options, log, null);
            } catch (Throwable refused) {
                library().graph_options_free(options);
                throw refused;
            }
            return options;
        }
    }

    private static final Cleaner CLEANER = Cleaner.create();

    /** An object of C and how many use it. It knows nothing of its Handle, which could not be dropped otherwise. */
    private static final class Owned implements Runnable {
        private final Pointer pointer;
        private final Consumer<Pointer> free;
        private int users = 1;
        private boolean closed;

        Owned(Pointer pointer, Consumer<Pointer> free) {
            this.pointer = pointer;
            this.free = free;
        }

        /** null where it was closed; {@code inUse} takes it all the same for as long as a call uses it. */
        synchronized Pointer acquire(boolean inUse) {
            if (users == 0 || closed && !inUse) return null;
            users++;
            return pointer;
        }

        synchronized void release() {
            if (--users == 0) free.accept(pointer);
        }

        /** Run once: when its Handle is closed, or else was dropped. */
        @Override
        public synchronized void run() {
            closed = true;
            release();
        }
    }

    /** Owns an object of C, which is freed when this is closed or dropped, and no call uses it any more. */
    private abstract static class Handle implements AutoCloseable {
        final Owned owned;
        private final Cleaner.Cleanable cleanable;

        Handle(Pointer made, Consumer<Pointer> free) {
            owned = new Owned(made, free);
            cleanable = CLEANER.register(this, owned);
        }

        Pointer acquire() {
            Pointer pointer = owned.acquire(false);
            if (pointer != null) return pointer;
            throw new IllegalStateException(
                "not sent: the " + getClass().getSimpleName() + " was closed; make a new one");
        }

        void release() {
            owned.release();
        }

        @Override
        public void close() {
            cleanable.clean();
        }
    }

    /** The settings of one call, and the means to cancel it from another thread. May serve several calls. */
    public static final class Call extends Handle {
        public Call() {
            super(library().graph_call_new(), library()::graph_call_free);
        }

        /** Bounds the whole call in place of the client's timeout, to which zero goes back. */
        public Call timeout(Duration time) throws GraphException {
            int ms = ms("timeout", time);
            Pointer pointer = acquire();
            try {
                library().graph_call_set_timeout_ms(pointer, ms);
            } finally {
                release();
            }
            return this;
        }

        /** The draft's internetMessageId: with it, a check finds the mail even where its id has changed. */
        public Call internetMessageId(String id) throws GraphException {
            byte[] text = utf8("internetMessageId", id);
            Pointer pointer = acquire();
            try {
                if (library().graph_call_set_internet_message_id(pointer, text) != GraphLibrary.GRAPH_OK)
                    throw InvalidArgumentException.refused("internetMessageId was refused: pass it as Graph showed it");
            } finally {
                release();
            }
            return this;
        }

        /** Ends the calls in flight with these settings within a tenth of a second, and later ones as they begin. */
        public void cancel() {
            cancel(acquire());
        }

        /** As cancel, but nothing where it was closed and is not in use. */
        private void cancelInUse() {
            Pointer pointer = owned.acquire(true);
            if (pointer != null) cancel(pointer);
        }

        private void cancel(Pointer acquired) {
            try {
                library().graph_call_cancel(acquired);
            } finally {
                release();
            }
        }
    }

    /** Settings, and the connections they led to. One serves a whole program and all its threads. */
    public static final class Client extends Handle {
        // C calls it for as long as the client is used.
        private final graphmessage.GraphLibrary.LogFunction log;

        /** With every default. */
        public Client() throws GraphException {
            this(new Options());
        }

        /** The options are copied. */
        public Client(Options options) throws GraphException {
            super(made(requireNonNull(options, "options")), library()::graph_client_free);
            log = options.log;
        }

        private static Pointer made(Options options) throws GraphException {
            PointerByReference client = new PointerByReference();
            PointerByReference error = new PointerByReference();
            Pointer handle = options.handle();
            try {
                succeed(library().graph_client_new(handle, client, error), error);
            } finally {
                library().graph_options_free(handle);
            }
            return client.getValue();
        }

        /**
         * Sends an existing draft - a new message, a reply, a reply-all or a forward - and waits for the answer.
         *
         * @param token an access token for Microsoft Graph with Mail.Send, without "Bearer "
         * @param user the mailbox; null, "" or "me" is that of the token's own user
         * @param id the draft's id as Graph gave it
         */
        public Receipt send(String token, String user, String id) throws GraphException {
            return send(token, user, id, null);
        }

        public Receipt send(String token, String user, String id, Call call) throws GraphException {
            return run(false, utf8("token", token), utf8("user", user), utf8("id", id), call);
        }

        /**
         * Settles an earlier OutcomeUnknownException; sends nothing. A receipt: it was sent. GRAPH_UNAVAILABLE: it was
         * not, and may be sent again.
         */
        public Receipt check(String token, String user, String id) throws GraphException {
            return check(token, user, id, null);
        }

        public Receipt check(String token, String user, String id, Call call) throws GraphException {
            return run(true, utf8("token", token), utf8("user", user), utf8("id", id), call);
        }

        /**
         * Sends as {@link #send} does, on another thread. A failed call is the cause of its ExecutionException.
         *
         * <p>{@code cancel} cancels the call and does not wait. Within a tenth of a second the future ends: cancelled
         * where nothing was sent, with the GraphException as the cause of the CancellationException, or else as the
         * call did. Bound the time with {@link Call#timeout}: orTimeout and get with a time let the call go on.
         */
        public CompletableFuture<Receipt> sendAsync(String token, String user, String id) {
            return sendAsync(token, user, id, null);
        }

        /** Cancelling the future cancels {@code call}, and so every call that it serves. */
        public CompletableFuture<Receipt> sendAsync(String token, String user, String id, Call call) {
            return sendAsync(token, user, id, call, Threads.OWN);
        }

        /** On a thread of the executor, which is kept for as long as the call takes. */
        public CompletableFuture<Receipt> sendAsync(
                String token, String user, String id, Call call, Executor executor) {
            return begin(false, token, user, id, call, executor);
        }

        /** Checks as {@link #check} does, on another thread; see {@link #sendAsync(String, String, String)}. */
        public CompletableFuture<Receipt> checkAsync(String token, String user, String id) {
            return checkAsync(token, user, id, null);
        }

        public CompletableFuture<Receipt> checkAsync(String token, String user, String id, Call call) {
            return checkAsync(token, user, id, call, Threads.OWN);
        }

        public CompletableFuture<Receipt> checkAsync(
                String token, String user, String id, Call call, Executor executor) {
            return begin(true, token, user, id, call, executor);
        }

        private CompletableFuture<Receipt> begin(
                boolean checking, String token, String user, String id, Call call, Executor executor) {
            requireNonNull(executor, "executor");
            Answer answer = new Answer(this, checking, token, user, id, call);
            try {
                executor.execute(answer);
            } catch (Throwable refused) {
                answer.letGo();
                throw refused;
            }
            return answer;
        }

        /** Ends every call in flight within a tenth of a second. Any thread. */
        public void cancel() {
            Pointer pointer = acquire();
            try {
                library().graph_client_cancel(pointer);
            } finally {
                release();
            }
        }

        /** With bytes that a NUL ends, or null, as in C. */
        Receipt run(boolean checking, byte[] token, byte[] user, byte[] id, Call call) throws GraphException {
            Pointer client = acquire();
            try {
                Pointer settings = call == null ? null : call.acquire();
                try {
                    return run(checking, client, settings, token, user, id);
                } finally {
                    if (call != null) call.release();
                }
            } finally {
                release();
            }
        }

        private Receipt run(boolean checking, Pointer client, Pointer call, byte[] token, byte[] user, byte[] id)
                throws GraphException {
            PointerByReference receipt = new PointerByReference();
            PointerByReference error = new PointerByReference();
            try {
                succeed(checking
                    ? library().graph_client_check(client, call, token, user, id, receipt, error)
                    : library().graph_client_send(client, call, token, user, id, receipt, error), error);
            } finally {
                // The log function lives as long as this does.
                Reference.reachabilityFence(this);
            }
            try {
                return new Receipt(receipt.getValue());
            } finally {
                library().graph_receipt_free(receipt.getValue());
            }
        }
    }

    /** The answer of a call on another thread. It keeps the client and the call, which may be closed meanwhile. */
    private static final class Answer extends CompletableFuture<Receipt> implements Runnable {
        private final Client client;
        private final Call call;
        private final Pointer clientPointer;
        private final Pointer callPointer;
        private final boolean checking;
        private final String token;
        private final String user;
        private final String id;
        private boolean begun;

        Answer(Client client, boolean checking, String token, String user, String id, Call call) {
            this.client = client;
            this.checking = checking;
            this.token = token;
            this.user = user;
            this.id = id;
            clientPointer = client.acquire();
            Pointer acquired = null;
            try {
                this.call = call == null ? new Call() : call;
                acquired = this.call.acquire();
            } finally {
                if (acquired == null) client.release();
            }
            callPointer = acquired;
            // In use all the same, until letGo.
            if (call == null) this.call.close();
        }

        /** Whether it is this caller's to end: the thread's that runs it, or of a cancel before that. */
        private synchronized boolean begin() {
            boolean isFirst = !begun;
            begun = true;
            return isFirst;
        }

        void letGo() {
            call.release();
            client.release();
        }

        @Override
        public void run() {
            if (!begin()) return;
            Receipt receipt = null;
            Throwable failure = null;
            try {
                receipt = client.run(checking, clientPointer, callPointer,
                    utf8("token", token), utf8("user", user), utf8("id", id));
            } catch (GraphException failed) {
                failure = failed.status == GraphLibrary.GRAPH_CANCELLED ? cancelled(failed) : failed;
            } catch (Throwable thrown) {
                failure = thrown;
            }
            letGo();
            if (failure == null) complete(receipt);
            else completeExceptionally(failure);
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (isDone()) return false;
            call.cancelInUse();
            // It still waits for a thread, which will find nothing to do.
            if (begin()) {
                letGo();
                completeExceptionally(cancelled(new GraphException(
                    GraphLibrary.GRAPH_CANCELLED, "not sent: the call was cancelled before it began", null)));
            }
            return true;
        }

        private static CancellationException cancelled(GraphException outcome) {
            CancellationException cancelled = new CancellationException(outcome.getMessage());
            cancelled.initCause(outcome);
            return cancelled;
        }
    }

    /**
     * The threads of calls that were given no executor. They end a second after their last call. They are no daemons: a
     * program that ends waits for its calls in flight.
     */
    private static final class Threads {
        private static final int AT_ONCE = 64;
        private static final AtomicInteger MADE = new AtomicInteger();
        static final Executor OWN = own();

        private static Executor own() {
            ThreadPoolExecutor threads =
                new ThreadPoolExecutor(AT_ONCE, AT_ONCE, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "graph-message-" + MADE.incrementAndGet());
                    thread.setDaemon(false);
                    return thread;
                });
            threads.allowCoreThreadTimeOut(true);
            return threads;
        }
    }

    /** What is known of a mail that was sent: what an audit log keeps. */
    public static final class Receipt {
        /** What Microsoft's support asks for, or "". */
        public final String requestId;
        /** A GUID that went with every attempt. */
        public final String clientRequestId;
        /** Of the last reply to a send; 0 where none came. */
        public final int httpStatus;
        /** How many attempts handed on at least one byte of a request. */
        public final long attempts;
        /** How it is known: one of GRAPH_EVIDENCE_*. */
        public final int evidence;
        /** The mail's id in Sent Items where a check learned it, or "". */
        public final String sentId;

        Receipt(Pointer receipt) {
            requestId = text(library().graph_receipt_request_id(receipt));
            clientRequestId = text(library().graph_receipt_client_request_id(receipt));
            httpStatus = library().graph_receipt_http_status(receipt);
            attempts = Integer.toUnsignedLong(library().graph_receipt_attempts(receipt));
            evidence = library().graph_receipt_evidence(receipt);
            sentId = text(library().graph_receipt_sent_id(receipt));
        }
    }

    /**
     * Why a call did not end in GRAPH_OK; the message is one line for a log. Certainly not sent, but for
     * OutcomeUnknownException.
     */
    public static class GraphException extends Exception {
        private static final long serialVersionUID = 1;
        /** One of the GRAPH_* values; treat one that is not listed as GRAPH_UNKNOWN. */
        public final int status;
        /** Such as "GRAPH_NOT_FOUND". */
        public final String statusName;
        /** Whether the mail was sent all the same: 0 certainly not, -1 nobody can tell. */
        public final int sent;
        /** Of the last reply; 0 where none came. */
        public final int httpStatus;
        /** Graph's error.code, such as "ErrorAccessDenied", or "". Branch on it, not on the message. */
        public final String code;
        /** What Microsoft's support asks for, or "". */
        public final String requestId;
        /** A GUID that went with every attempt; "" where the arguments were refused. */
        public final String clientRequestId;
        /** How long Graph asks to wait; zero where it does not. */
        public final Duration retryAfter;
        /** How many attempts handed on at least one byte of a request. */
        public final long attempts;
        /** JSON to pass as claims when asking for the next token, or "". */
        public final String claims;
        /** What the last look at the message showed: one of GRAPH_SEEN_*. */
        public final int seen;
        /** The message's internetMessageId where it is known, or "". Keep it for a check. */
        public final String internetMessageId;

        /** Of a failed call; a null error has the values of none. */
        GraphException(int status, String message, Pointer error) {
            super(message);
            graphmessage.GraphLibrary library = library();
            this.status = status;
            statusName = text(library.graph_status_name(status));
            sent = library.graph_status_sent(status);
            httpStatus = library.graph_error_http_status(error);
            code = text(library.graph_error_code(error));
            requestId = text(library.graph_error_request_id(error));
            clientRequestId = text(library.graph_error_client_request_id(error));
            retryAfter = Duration.ofMillis(Integer.toUnsignedLong(library.graph_error_retry_after_ms(error)));
            attempts = Integer.toUnsignedLong(library.graph_error_attempts(error));
            claims = text(library.graph_error_claims(error));
            seen = library.graph_error_seen(error);
            internetMessageId = text(library.graph_error_internet_message_id(error));
        }
    }

    /** May have been sent: check later, do not send blindly again. */
    public static class OutcomeUnknownException extends GraphException {
        private static final long serialVersionUID = 1;

        OutcomeUnknownException(int status, String message, Pointer error) {
            super(status, message, error);
        }
    }

    /** Not sent: get a new token, with claims if there are any. */
    public static class UnauthenticatedException extends GraphException {
        private static final long serialVersionUID = 1;

        UnauthenticatedException(int status, String message, Pointer error) {
            super(status, message, error);
        }
    }

    /** Not sent: again after retryAfter. */
    public static class ThrottledException extends GraphException {
        private static final long serialVersionUID = 1;

        ThrottledException(int status, String message, Pointer error) {
            super(status, message, error);
        }
    }

    /** Not sent: an argument or option is wrong, and nothing left the process. */
    public static class InvalidArgumentException extends GraphException {
        private static final long serialVersionUID = 1;

        InvalidArgumentException(String message) {
            super(GraphLibrary.GRAPH_INVALID_ARGUMENT, message, null);
        }

        /** What is refused here, before the library is asked. */
        private static InvalidArgumentException refused(String why) {
            return new InvalidArgumentException("not sent: " + why);
        }
    }

    /** Throws the exception for a failure, whose error is freed. */
    private static void succeed(int status, PointerByReference failure) throws GraphException {
        if (status == GraphLibrary.GRAPH_OK) return;
        Pointer error = failure.getValue();
        try {
            String message = text(library().graph_error_message(error));
            if (library().graph_status_sent(status) < 0) throw new OutcomeUnknownException(status, message, error);
            switch (status) {
                case GraphLibrary.GRAPH_INVALID_ARGUMENT: throw new InvalidArgumentException(message);
                case GraphLibrary.GRAPH_UNAUTHENTICATED: throw new UnauthenticatedException(status, message, error);
                case GraphLibrary.GRAPH_THROTTLED: throw new ThrottledException(status, message, error);
                default: throw new GraphException(status, message, error);
            }
        } finally {
            library().graph_error_free(error);
        }
    }

    private static String text(Pointer text) {
        return text.getString(0, "UTF-8");
    }

    private static byte[] utf8(String name, String text) throws GraphException {
        if (text == null) return null;
        if (text.indexOf('\0') >= 0)
            throw InvalidArgumentException.refused(name + " holds a NUL, where C would cut it off");
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] terminated = new byte[bytes.remaining() + 1];
            bytes.get(terminated, 0, terminated.length - 1);
            return terminated;
        } catch (CharacterCodingException malformed) {
            throw InvalidArgumentException.refused(name + " holds half a surrogate pair, which no UTF-8 can say");
        }
    }

    private static int ms(String name, Duration time) throws GraphException {
        if (time.isNegative() || time.compareTo(Duration.ofMillis(0xFFFF_FFFFL)) > 0)
            throw InvalidArgumentException.refused(name + " is not between 0 and 4294967295 ms");
        return (int) time.plusNanos(999_999).toMillis();
    }

    private static int count(String name, int count) throws GraphException {
        if (count < 0) throw InvalidArgumentException.refused(name + " is negative");
        return count;
    }

    private static volatile graphmessage.GraphLibrary.LogFunction sharedLog;
    private static volatile graphmessage.GraphLibrary loaded;

    static graphmessage.GraphLibrary library() {
        graphmessage.GraphLibrary library = loaded;
        return library != null ? library : load();
    }

    /** Fails with the same sentence each time, which the initialiser of a class would not. */
    private static synchronized graphmessage.GraphLibrary load() {
        if (loaded != null) return loaded;
        String name = Platform.isLinux() ? "libgraph_message.so.1" : "graph_message";
        graphmessage.GraphLibrary library;
        try {
            library = Native.load(name, graphmessage.GraphLibrary.class);
        } catch (LinkageError failed) {
            UnsatisfiedLinkError error = new UnsatisfiedLinkError("not sent: " + name + " for "
                + Platform.RESOURCE_PREFIX + " was not loaded: install it where the system's loader looks, or start"
                + " Java with -Djna.library.path=FOLDER");
            error.initCause(failed);
            throw error;
        }
        int abi = library.graph_abi_version();
        if (Integer.compareUnsigned(abi, GraphLibrary.GRAPH_ABI_VERSION) < 0)
            throw new UnsatisfiedLinkError("not sent: the graph_message library that was found, "
                + text(library.graph_version()) + ", has ABI " + abi + ", and this wrapper needs "
                + GraphLibrary.GRAPH_ABI_VERSION + ": install a newer library");
        return loaded = library;
    }

    /** @deprecated it is {@link graphmessage.GraphLibrary.LogFunction} */
    @Deprecated
    public interface LogFunction extends graphmessage.GraphLibrary.LogFunction {}

    /** @deprecated it is {@link graphmessage.GraphLibrary}, which is written out here for that reason */
    @Deprecated
    public interface GraphLibrary extends graphmessage.GraphLibrary {}
}
