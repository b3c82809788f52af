package graphmessage;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * One file for Java 8 and later, over JNA 5. The manual is graph_message.h; see {@link GraphLibrary}.
 *
 * <p>Texts are strings. One that holds a NUL, which C would read only up to there, or half a surrogate pair is refused
 * before anything is sent. null is NULL in C.
 *
 * <p>A {@link Client} serves any number of threads at once; options and calls are set by one.
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
            void set(GraphLibrary library, Pointer options) throws GraphException;
        }

        private final List<Setter> setters = new ArrayList<>();
        private LogFunction log;

        /** The service root. Default https://graph.microsoft.com/v1.0; https, or http on loopback. */
        public Options baseUrl(String url) {
            return with((library, options) -> library.graph_options_set_base_url(options, utf8("baseUrl", url)));
        }

        /** Bounds a whole call, waiting and retries included. Default 100 s, as is zero. */
        public Options timeout(Duration time) {
            return with((library, options) -> library.graph_options_set_timeout_ms(options, ms("timeout", time)));
        }

        /** Bounds one attempt, from its look-up to the end of the reply. Default 30 s. */
        public Options attemptTimeout(Duration time) {
            return with((library, options) ->
                library.graph_options_set_attempt_timeout_ms(options, ms("attemptTimeout", time)));
        }

        /** Bounds look-up, connect, proxy and TLS handshake of one attempt together. Default 10 s. */
        public Options connectTimeout(Duration time) {
            return with((library, options) ->
                library.graph_options_set_connect_timeout_ms(options, ms("connectTimeout", time)));
        }

        /** How long the service may take to show that it accepted a mail. Default 20 s, at most 240 s. */
        public Options settle(Duration time) {
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

        /** Receives log lines and their levels, on the thread of the call that logs. What it throws is dropped. */
        public Options log(ObjIntConsumer<String> lines) {
            log = lines == null ? null : (context, level, line) -> {
                try {
                    lines.accept(text(line), level);
                } catch (Throwable dropped) {
                    // C is above it on the stack, and no exception may pass through that.
                }
            };
            return this;
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
            } catch (GraphException refused) {
                library().graph_options_free(options);
                throw refused;
            }
            return options;
        }
    }

    /** An object of C, which is freed when it is closed and no call uses it any more. */
    private abstract static class Handle implements AutoCloseable {
        private Pointer pointer;
        private int users = 1;
        private boolean closed;

        void hold(Pointer made) {
            pointer = made;
        }

        abstract void free(Pointer freed);

        synchronized Pointer acquire() {
            if (closed) throw new IllegalStateException("it was closed");
            users++;
            return pointer;
        }

        synchronized void release() {
            if (--users == 0) free(pointer);
        }

        @Override
        public synchronized void close() {
            if (!closed) release();
            closed = true;
        }
    }

    /** The settings of one call, and the means to cancel it from another thread. May serve several calls. */
    public static final class Call extends Handle {
        public Call() {
            hold(library().graph_call_new());
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
            Pointer pointer = acquire();
            try {
                library().graph_call_cancel(pointer);
            } finally {
                release();
            }
        }

        @Override
        void free(Pointer freed) {
            library().graph_call_free(freed);
        }
    }

    /** Settings, and the connections they led to. One serves a whole program and all its threads. */
    public static final class Client extends Handle {
        // C calls it for as long as the client is used.
        private final LogFunction log;

        /** With every default. */
        public Client() throws GraphException {
            this(new Options());
        }

        /** The options are copied. */
        public Client(Options options) throws GraphException {
            PointerByReference client = new PointerByReference();
            PointerByReference error = new PointerByReference();
            Pointer handle = options.handle();
            log = options.log;
            try {
                succeed(library().graph_client_new(handle, client, error), error);
            } finally {
                library().graph_options_free(handle);
            }
            hold(client.getValue());
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

        /** Ends every call in flight within a tenth of a second. Any thread. */
        public void cancel() {
            Pointer pointer = acquire();
            try {
                library().graph_client_cancel(pointer);
            } finally {
                release();
            }
        }

        @Override
        void free(Pointer freed) {
            if (freed != null) library().graph_client_free(freed);
        }

        /** With bytes that a NUL ends, or null, as in C. */
        Receipt run(boolean checking, byte[] token, byte[] user, byte[] id, Call call) throws GraphException {
            PointerByReference receipt = new PointerByReference();
            PointerByReference error = new PointerByReference();
            Pointer client = acquire();
            try {
                Pointer settings = call == null ? null : call.acquire();
                try {
                    succeed(checking
                        ? library().graph_client_check(client, settings, token, user, id, receipt, error)
                        : library().graph_client_send(client, settings, token, user, id, receipt, error), error);
                } finally {
                    if (call != null) call.release();
                }
            } finally {
                release();
            }
            try {
                return new Receipt(receipt.getValue());
            } finally {
                library().graph_receipt_free(receipt.getValue());
            }
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
            GraphLibrary library = library();
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
        long ms = time.plusNanos(999_999).toMillis();
        if (ms < 0 || ms > 0xFFFF_FFFFL)
            throw InvalidArgumentException.refused(name + " is not between 0 and 4294967295 ms");
        return (int) ms;
    }

    private static int count(String name, int count) throws GraphException {
        if (count < 0) throw InvalidArgumentException.refused(name + " is negative");
        return count;
    }

    private static volatile LogFunction sharedLog;

    static GraphLibrary library() {
        return Loaded.LIBRARY;
    }

    private static final class Loaded {
        static final GraphLibrary LIBRARY =
            Native.load(Platform.isLinux() ? "libgraph_message.so.1" : "graph_message", GraphLibrary.class);

        static {
            if (LIBRARY.graph_abi_version() < GraphLibrary.GRAPH_ABI_VERSION)
                throw new UnsatisfiedLinkError("the graph_message library is older than GraphMessage.java");
        }
    }

    /** The log function of C. */
    public interface LogFunction extends Callback {
        void invoke(Pointer context, int level, Pointer line);
    }

    /** graph_message.h: texts in are bytes that a NUL ends, numbers of ms and attempts are unsigned. */
    public interface GraphLibrary extends Library {
        // How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
        int GRAPH_OK = 0;
        int GRAPH_INVALID_ARGUMENT = 1;
        int GRAPH_UNREACHABLE = 10;
        int GRAPH_CANCELLED = 11;
        int GRAPH_TIMED_OUT = 12;
        int GRAPH_UNAUTHENTICATED = 20;
        int GRAPH_FORBIDDEN = 21;
        int GRAPH_NOT_FOUND = 22;
        int GRAPH_REJECTED = 23;
        int GRAPH_THROTTLED = 24;
        int GRAPH_NOT_A_DRAFT = 25;
        int GRAPH_UNAVAILABLE = 26;
        int GRAPH_UNKNOWN = 40;
        int GRAPH_INTERNAL = 90;
        // Which certificate authorities to trust.
        int GRAPH_ROOTS_SYSTEM = 0;
        int GRAPH_ROOTS_BUNDLED = 1;
        // When to look at the message that is sent.
        int GRAPH_VERIFY_NEVER = 0;
        int GRAPH_VERIFY_ON_DOUBT = 1;
        int GRAPH_VERIFY_ALWAYS = 2;
        // Levels of a log line.
        int GRAPH_LOG_INFO = 3;
        int GRAPH_LOG_DEBUG = 4;
        // What the last look at the message showed.
        int GRAPH_SEEN_NOTHING = 0;
        int GRAPH_SEEN_DRAFT = 1;
        int GRAPH_SEEN_GONE = 2;
        int GRAPH_SEEN_NOT_ALLOWED = 3;
        int GRAPH_SEEN_NOT_A_DRAFT = 4;
        // How it is known that the mail was sent.
        int GRAPH_EVIDENCE_ACCEPTED = 1;
        int GRAPH_EVIDENCE_FOUND = 2;
        // The library must have this ABI or a newer one.
        int GRAPH_ABI_VERSION = 1;

                Pointer graph_status_name(int status);
                int graph_status_sent(int status);
                int graph_message_send(byte[] token, byte[] user, byte[] id, PointerByReference err);
                int graph_message_send_text(byte[] token, byte[] user, byte[] id, byte[] message, int size,
            IntByReference httpStatus, IntByReference retryAfterMs);
                int graph_init(Pointer options, PointerByReference err);
                int graph_client_new(Pointer options, PointerByReference client, PointerByReference err);
                int graph_client_send(Pointer client, Pointer call, byte[] token, byte[] user, byte[] id,
            PointerByReference receipt, PointerByReference err);
                int graph_client_check(Pointer client, Pointer call, byte[] token, byte[] user, byte[] id,
            PointerByReference receipt, PointerByReference err);
                void graph_client_cancel(Pointer client);
                void graph_client_free(Pointer client);
                Pointer graph_call_new();
                void graph_call_cancel(Pointer call);
                void graph_call_free(Pointer call);
                int graph_call_set_timeout_ms(Pointer call, int ms);
                int graph_call_set_internet_message_id(Pointer call, byte[] internetMessageId);
                Pointer graph_options_new();
                void graph_options_free(Pointer options);
                int graph_options_set_base_url(Pointer options, byte[] url);
                int graph_options_set_timeout_ms(Pointer options, int ms);
                int graph_options_set_attempt_timeout_ms(Pointer options, int ms);
                int graph_options_set_connect_timeout_ms(Pointer options, int ms);
                int graph_options_set_max_attempts(Pointer options, int attempts);
                int graph_options_set_verify(Pointer options, int verify);
                int graph_options_set_settle_ms(Pointer options, int ms);
                int graph_options_set_mailbox_concurrency(Pointer options, int atOnce);
                int graph_options_set_proxy(Pointer options, byte[] url);
                int graph_options_set_proxy_from_environment(Pointer options);
                int graph_options_set_ca_file(Pointer options, byte[] path);
                int graph_options_set_roots(Pointer options, int roots);
                int graph_options_set_user_agent(Pointer options, byte[] product);
                int graph_options_set_log(Pointer options, LogFunction log, Pointer context);
                int graph_error_status(Pointer error);
                int graph_error_http_status(Pointer error);
                Pointer graph_error_code(Pointer error);
                Pointer graph_error_message(Pointer error);
                Pointer graph_error_request_id(Pointer error);
                Pointer graph_error_client_request_id(Pointer error);
                int graph_error_retry_after_ms(Pointer error);
                int graph_error_attempts(Pointer error);
                Pointer graph_error_claims(Pointer error);
                int graph_error_seen(Pointer error);
                Pointer graph_error_internet_message_id(Pointer error);
                void graph_error_free(Pointer error);
                Pointer graph_receipt_request_id(Pointer receipt);
                Pointer graph_receipt_client_request_id(Pointer receipt);
                int graph_receipt_http_status(Pointer receipt);
                int graph_receipt_attempts(Pointer receipt);
                int graph_receipt_evidence(Pointer receipt);
                Pointer graph_receipt_sent_id(Pointer receipt);
                void graph_receipt_free(Pointer receipt);
                Pointer graph_version();
                int graph_abi_version();
                void graph_string_free(Pointer string);
    }
}
