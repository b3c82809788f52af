// graph-message for .NET: sends an existing draft through Microsoft Graph and says what became of it.
//
//     using (GraphClient client = new GraphClient())
//     {
//         GraphReceipt receipt = client.Send(token, "megan@contoso.example", id);
//     }
//
// For .NET Framework 2.0 and later, Mono and .NET: written in C# 2. The manual is graph_message.h, whose functions
// NativeMethods.cs declares. GraphClient.Async.cs adds tasks, for who has a newer C#.
//
// TEXTS are strings. One that holds a NUL, which C would read only up to there, or half a surrogate pair is refused
// before anything is sent. null is NULL in C.
//
// OBJECTS free themselves, or earlier by Dispose, which waits for the calls in flight to let go of them.
//
// THREADS. GraphClient serves any number of threads at once; options and calls are set by one.

// What a log function throws is told to Trace, whose calls are compiled only where this is defined.
#define TRACE

using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace GraphMessage
{
    /// <summary>How a call ended. Treat a value that is not listed as Unknown.</summary>
    public enum GraphStatus
    {
        Ok = NativeMethods.GRAPH_OK,
        InvalidArgument = NativeMethods.GRAPH_INVALID_ARGUMENT,
        Unreachable = NativeMethods.GRAPH_UNREACHABLE,
        Cancelled = NativeMethods.GRAPH_CANCELLED,
        TimedOut = NativeMethods.GRAPH_TIMED_OUT,
        Unauthenticated = NativeMethods.GRAPH_UNAUTHENTICATED,
        Forbidden = NativeMethods.GRAPH_FORBIDDEN,
        NotFound = NativeMethods.GRAPH_NOT_FOUND,
        Rejected = NativeMethods.GRAPH_REJECTED,
        Throttled = NativeMethods.GRAPH_THROTTLED,
        NotADraft = NativeMethods.GRAPH_NOT_A_DRAFT,
        Unavailable = NativeMethods.GRAPH_UNAVAILABLE,
        Unknown = NativeMethods.GRAPH_UNKNOWN,
        Internal = NativeMethods.GRAPH_INTERNAL
    }

    /// <summary>Which certificate authorities to trust.</summary>
    public enum GraphRoots
    {
        System = NativeMethods.GRAPH_ROOTS_SYSTEM,
        Bundled = NativeMethods.GRAPH_ROOTS_BUNDLED
    }

    /// <summary>When to look at the message that is sent.</summary>
    public enum GraphVerify
    {
        Never = NativeMethods.GRAPH_VERIFY_NEVER,
        OnDoubt = NativeMethods.GRAPH_VERIFY_ON_DOUBT,
        Always = NativeMethods.GRAPH_VERIFY_ALWAYS
    }

    /// <summary>Level of a log line: Info is one a call, Debug one an attempt or look.</summary>
    public enum GraphLevel
    {
        Info = NativeMethods.GRAPH_LOG_INFO,
        Debug = NativeMethods.GRAPH_LOG_DEBUG
    }

    /// <summary>What the last look at the message showed; a newer library may have more.</summary>
    public enum GraphSeen
    {
        Nothing = NativeMethods.GRAPH_SEEN_NOTHING,
        Draft = NativeMethods.GRAPH_SEEN_DRAFT,
        Gone = NativeMethods.GRAPH_SEEN_GONE,
        NotAllowed = NativeMethods.GRAPH_SEEN_NOT_ALLOWED,
        NotADraft = NativeMethods.GRAPH_SEEN_NOT_A_DRAFT
    }

    /// <summary>How it is known that the mail was sent; a newer library may have more.</summary>
    public enum GraphEvidence
    {
        Accepted = NativeMethods.GRAPH_EVIDENCE_ACCEPTED,
        Found = NativeMethods.GRAPH_EVIDENCE_FOUND
    }

    /// <summary>Receives log lines, on the thread of the call that logs. What it throws becomes a warning of Trace.
    /// </summary>
    public delegate void GraphLog(GraphLevel level, string line);

    /// <summary>Why a call did not end in GraphStatus.Ok. Message is one line for a log: what failed, and what to do.
    /// Certainly not sent, but for GraphOutcomeUnknownException.</summary>
    public class GraphException : Exception
    {
        private readonly GraphStatus status;
        private readonly string code = "", requestId = "", clientRequestId = "", claims = "", internetMessageId = "";
        private readonly int httpStatus;
        private readonly long retryAfterMs, attempts;
        private readonly GraphSeen seen;

        internal GraphException(GraphStatus status, string message) : base(message)
        {
            this.status = status;
        }

        internal GraphException(int status, IntPtr error) : base(Utf8.Decode(NativeMethods.graph_error_message(error)))
        {
            this.status = (GraphStatus)status;
            httpStatus = NativeMethods.graph_error_http_status(error);
            code = Utf8.Decode(NativeMethods.graph_error_code(error));
            requestId = Utf8.Decode(NativeMethods.graph_error_request_id(error));
            clientRequestId = Utf8.Decode(NativeMethods.graph_error_client_request_id(error));
            retryAfterMs = NativeMethods.graph_error_retry_after_ms(error);
            attempts = NativeMethods.graph_error_attempts(error);
            claims = Utf8.Decode(NativeMethods.graph_error_claims(error));
            seen = (GraphSeen)NativeMethods.graph_error_seen(error);
            internetMessageId = Utf8.Decode(NativeMethods.graph_error_internet_message_id(error));
        }

        public GraphStatus Status { get { return status; } }

        /// <summary>Such as "GRAPH_NOT_FOUND".</summary>
        public string StatusName { get { return Utf8.Decode(NativeMethods.graph_status_name((int)status)); } }

        /// <summary>Whether the mail was sent all the same: 0 certainly not, -1 nobody can tell.</summary>
        public int Sent { get { return NativeMethods.graph_status_sent((int)status); } }

        /// <summary>Of the last reply; 0 where none came.</summary>
        public int HttpStatus { get { return httpStatus; } }

        /// <summary>Graph's error.code, such as "ErrorAccessDenied", or "". Branch on it, not on Message.</summary>
        public string Code { get { return code; } }

        /// <summary>What Microsoft's support asks for, or "".</summary>
        public string RequestId { get { return requestId; } }

        /// <summary>A GUID that went with every attempt; "" where the arguments were refused.</summary>
        public string ClientRequestId { get { return clientRequestId; } }

        /// <summary>How long Graph asks to wait; zero where it does not.</summary>
        public TimeSpan RetryAfter { get { return TimeSpan.FromTicks(retryAfterMs * TimeSpan.TicksPerMillisecond); } }

        /// <summary>How many attempts handed on at least one byte of a request.</summary>
        public long Attempts { get { return attempts; } }

        /// <summary>JSON to pass as claims when asking for the next token, or "".</summary>
        public string Claims { get { return claims; } }

        /// <summary>What the last look at the message showed.</summary>
        public GraphSeen Seen { get { return seen; } }

        /// <summary>The message's internetMessageId where it is known, or "". Keep it for a check.</summary>
        public string InternetMessageId { get { return internetMessageId; } }

        /// <summary>The exception for an error, which is freed.</summary>
        internal static GraphException Take(int status, IntPtr error)
        {
            try
            {
                if (NativeMethods.graph_status_sent(status) < 0) return new GraphOutcomeUnknownException(status, error);
                switch (status)
                {
                    case NativeMethods.GRAPH_INVALID_ARGUMENT: return new GraphInvalidArgumentException(status, error);
                    case NativeMethods.GRAPH_UNAUTHENTICATED: return new GraphUnauthenticatedException(status, error);
                    case NativeMethods.GRAPH_THROTTLED: return new GraphThrottledException(status, error);
                    default: return new GraphException(status, error);
                }
            }
            finally
            {
                NativeMethods.graph_error_free(error);
            }
        }
    }

    /// <summary>May have been sent: Check later, do not send blindly again.</summary>
    public class GraphOutcomeUnknownException : GraphException
    {
        internal GraphOutcomeUnknownException(int status, IntPtr error) : base(status, error) { }
    }

    /// <summary>Not sent: get a new token, with Claims if there are any.</summary>
    public class GraphUnauthenticatedException : GraphException
    {
        internal GraphUnauthenticatedException(int status, IntPtr error) : base(status, error) { }
    }

    /// <summary>Not sent: again after RetryAfter.</summary>
    public class GraphThrottledException : GraphException
    {
        internal GraphThrottledException(int status, IntPtr error) : base(status, error) { }
    }

    /// <summary>Not sent: an argument or option is wrong, and nothing left the process.</summary>
    public class GraphInvalidArgumentException : GraphException
    {
        internal GraphInvalidArgumentException(int status, IntPtr error) : base(status, error) { }
        internal GraphInvalidArgumentException(string why) : base(GraphStatus.InvalidArgument, "not sent: " + why) { }
    }

    /// <summary>What is known of a mail that was sent: what an audit log keeps.</summary>
    public sealed class GraphReceipt
    {
        private readonly string requestId, clientRequestId, sentId;
        private readonly int httpStatus;
        private readonly long attempts;
        private readonly GraphEvidence evidence;

        internal GraphReceipt(IntPtr receipt)
        {
            requestId = Utf8.Decode(NativeMethods.graph_receipt_request_id(receipt));
            clientRequestId = Utf8.Decode(NativeMethods.graph_receipt_client_request_id(receipt));
            httpStatus = NativeMethods.graph_receipt_http_status(receipt);
            attempts = NativeMethods.graph_receipt_attempts(receipt);
            evidence = (GraphEvidence)NativeMethods.graph_receipt_evidence(receipt);
            sentId = Utf8.Decode(NativeMethods.graph_receipt_sent_id(receipt));
        }

        /// <summary>What Microsoft's support asks for, or "".</summary>
        public string RequestId { get { return requestId; } }

        /// <summary>A GUID that went with every attempt.</summary>
        public string ClientRequestId { get { return clientRequestId; } }

        /// <summary>Of the last reply to a send; 0 where none came.</summary>
        public int HttpStatus { get { return httpStatus; } }

        /// <summary>How many attempts handed on at least one byte of a request.</summary>
        public long Attempts { get { return attempts; } }

        /// <summary>How it is known. After Found another program may have been the one that sent it.</summary>
        public GraphEvidence Evidence { get { return evidence; } }

        /// <summary>The mail's id in Sent Items where a check learned it, or "".</summary>
        public string SentId { get { return sentId; } }
    }

    /// <summary>Settings for a client. A refused value stays refused: no client is made, and its exception says why.
    /// </summary>
    public sealed class GraphOptions : IDisposable
    {
        internal readonly OptionsHandle Handle;
        internal LogFunction LogFunction;
        /// <summary>Why no client can be made of them, where C does not know; null where it does.</summary>
        internal GraphInvalidArgumentException Refusal;

        public GraphOptions()
        {
            Library.Check();
            Handle = NativeMethods.graph_options_new();
        }

        /// <summary>The service root. Default https://graph.microsoft.com/v1.0; https, or http on loopback.</summary>
        public GraphOptions BaseUrl(string url)
        {
            NativeMethods.graph_options_set_base_url(Handle, Text("BaseUrl", url));
            return this;
        }

        /// <summary>Bounds a whole call, waiting and retries included. Default 100 s, as is zero.</summary>
        public GraphOptions Timeout(TimeSpan time)
        {
            NativeMethods.graph_options_set_timeout_ms(Handle, Milliseconds("Timeout", time));
            return this;
        }

        /// <summary>Bounds one attempt, from its look-up to the end of the reply. Default 30 s.</summary>
        public GraphOptions AttemptTimeout(TimeSpan time)
        {
            NativeMethods.graph_options_set_attempt_timeout_ms(Handle, Milliseconds("AttemptTimeout", time));
            return this;
        }

        /// <summary>Bounds look-up, connect, proxy and TLS handshake of one attempt together. Default 10 s.</summary>
        public GraphOptions ConnectTimeout(TimeSpan time)
        {
            NativeMethods.graph_options_set_connect_timeout_ms(Handle, Milliseconds("ConnectTimeout", time));
            return this;
        }

        /// <summary>How long the service may take to show an acceptance. Default 20 s, at most 240 s.</summary>
        public GraphOptions Settle(TimeSpan time)
        {
            NativeMethods.graph_options_set_settle_ms(Handle, Milliseconds("Settle", time));
            return this;
        }

        /// <summary>How often a send is tried at most. Default 4; with 1 nothing is ever sent again.</summary>
        public GraphOptions MaxAttempts(int attempts)
        {
            NativeMethods.graph_options_set_max_attempts(Handle, Count("MaxAttempts", attempts));
            return this;
        }

        /// <summary>How many requests to one mailbox are in flight at once. Default 4, Graph's own limit.</summary>
        public GraphOptions MailboxConcurrency(int atOnce)
        {
            NativeMethods.graph_options_set_mailbox_concurrency(Handle, Count("MailboxConcurrency", atOnce));
            return this;
        }

        /// <summary>When to look at the message. Default OnDoubt; looking needs Mail.Read beside Mail.Send.</summary>
        public GraphOptions Verify(GraphVerify when)
        {
            NativeMethods.graph_options_set_verify(Handle, (int)when);
            return this;
        }

        /// <summary>The proxy for https: http://, https:// or socks5://, with "user:password@" if it wants a login.
        /// </summary>
        public GraphOptions Proxy(string url)
        {
            NativeMethods.graph_options_set_proxy(Handle, Text("Proxy", url));
            return this;
        }

        /// <summary>Takes the proxy from the environment as it is now: https_proxy, all_proxy, no_proxy.</summary>
        public GraphOptions ProxyFromEnvironment()
        {
            NativeMethods.graph_options_set_proxy_from_environment(Handle);
            return this;
        }

        /// <summary>A PEM file of certificate authorities to trust besides the roots. Read now.</summary>
        public GraphOptions CaFile(string path)
        {
            NativeMethods.graph_options_set_ca_file(Handle, Text("CaFile", path));
            return this;
        }

        /// <summary>The certificate authorities to trust. Default System.</summary>
        public GraphOptions Roots(GraphRoots which)
        {
            NativeMethods.graph_options_set_roots(Handle, (int)which);
            return this;
        }

        /// <summary>The calling program's name for the User-Agent header, such as "Billing/4.2".</summary>
        public GraphOptions UserAgent(string product)
        {
            NativeMethods.graph_options_set_user_agent(Handle, Text("UserAgent", product));
            return this;
        }

        /// <summary>A function that receives log lines; null, the default, logs nothing.</summary>
        public GraphOptions Log(GraphLog log)
        {
            LogFunction = null;
            if (log != null)
            {
                LogFunction = delegate(IntPtr context, int level, IntPtr line)
                {
                    // C is above it on the stack, and no exception may pass through that.
                    try { log((GraphLevel)level, Utf8.Decode(line)); }
                    catch (Exception thrown) { Warn(thrown); }
                };
            }
            NativeMethods.graph_options_set_log(Handle, LogFunction, IntPtr.Zero);
            return this;
        }

        public void Dispose()
        {
            Handle.Dispose();
        }

        private static void Warn(Exception thrown)
        {
            // An abort of the thread would be thrown again at the end of a catch, and the outcome be lost.
            if (thrown is ThreadAbortException) Thread.ResetAbort();
            try { Trace.TraceWarning("graph-message: the log function failed: " + thrown); }
            catch (ThreadAbortException) { Thread.ResetAbort(); }
            catch (Exception) { }
        }

        private byte[] Text(string name, string text)
        {
            try
            {
                return Utf8.Encode(name, text);
            }
            catch (GraphInvalidArgumentException refused)
            {
                Refuse(refused);
                return null;
            }
        }

        private uint Milliseconds(string name, TimeSpan time)
        {
            double ms = Math.Ceiling(time.TotalMilliseconds);
            if (ms >= 0 && ms <= uint.MaxValue) return (uint)ms;
            Refuse(new GraphInvalidArgumentException(name + " is not between 0 and 4294967295 ms"));
            return 0;
        }

        private uint Count(string name, int count)
        {
            if (count < 0) Refuse(new GraphInvalidArgumentException(name + " is negative"));
            return count < 0 ? 0 : (uint)count;
        }

        private void Refuse(GraphInvalidArgumentException refused)
        {
            if (Refusal == null) Refusal = refused;
        }
    }

    /// <summary>The settings of one call, and the means to cancel it from another thread. May serve several calls.
    /// </summary>
    public sealed class GraphCall : IDisposable
    {
        internal readonly CallHandle Handle;

        public GraphCall()
        {
            Library.Check();
            Handle = NativeMethods.graph_call_new();
        }

        /// <summary>Bounds the whole call in place of the client's timeout, to which zero goes back.</summary>
        public GraphCall Timeout(TimeSpan time)
        {
            double ms = Math.Ceiling(time.TotalMilliseconds);
            if (ms < 0 || ms > uint.MaxValue)
                throw new GraphInvalidArgumentException("Timeout is not between 0 and 4294967295 ms");
            NativeMethods.graph_call_set_timeout_ms(Handle, (uint)ms);
            return this;
        }

        /// <summary>The draft's internetMessageId, "&lt;...@...&gt;": with it, a check finds the mail even where its id
        /// has changed.</summary>
        public GraphCall InternetMessageId(string id)
        {
            byte[] text = Utf8.Encode("InternetMessageId", id);
            if (NativeMethods.graph_call_set_internet_message_id(Handle, text) != NativeMethods.GRAPH_OK)
                throw new GraphInvalidArgumentException(
                    "InternetMessageId was refused: pass it as Graph showed it, <...@...>");
            return this;
        }

        /// <summary>Ends the calls in flight with these settings within a tenth of a second, and later ones as they
        /// begin. Any thread.</summary>
        public void Cancel()
        {
            NativeMethods.graph_call_cancel(Handle);
        }

        public void Dispose()
        {
            Handle.Dispose();
        }
    }

    /// <summary>Settings, and the connections they led to. One serves a whole program and all its threads.</summary>
    public sealed partial class GraphClient : IDisposable
    {
        private readonly ClientHandle handle;
        // C calls it for as long as the client is used.
        private readonly LogFunction logFunction;

        /// <summary>With every default.</summary>
        public GraphClient() : this(null) { }

        /// <summary>The options are copied, and stay the caller's; null is the defaults.</summary>
        public GraphClient(GraphOptions options)
        {
            using (GraphOptions defaults = options == null ? new GraphOptions() : null)
            {
                GraphOptions given = options == null ? defaults : options;
                if (given.Refusal != null) throw given.Refusal;
                logFunction = given.LogFunction;
                IntPtr error;
                int status = NativeMethods.graph_client_new(given.Handle, out handle, out error);
                if (status != NativeMethods.GRAPH_OK) throw GraphException.Take(status, error);
            }
        }

        /// <summary>Sends an existing draft - a new message, a reply, a reply-all or a forward - and waits for the
        /// answer.</summary>
        /// <param name="token">An access token for Microsoft Graph with Mail.Send, without "Bearer ".</param>
        /// <param name="user">The mailbox; null, "" or "me" is that of the token's own user.</param>
        /// <param name="id">The draft's id as Graph gave it.</param>
        public GraphReceipt Send(string token, string user, string id)
        {
            return Send(token, user, id, null);
        }

        public GraphReceipt Send(string token, string user, string id, GraphCall call)
        {
            return Run(false, Utf8.Encode("token", token), Utf8.Encode("user", user), Utf8.Encode("id", id), call);
        }

        /// <summary>Settles an earlier GraphOutcomeUnknownException; sends nothing. A receipt: it was sent. An
        /// exception with GraphStatus.Unavailable: it was not, and may be sent again.</summary>
        public GraphReceipt Check(string token, string user, string id)
        {
            return Check(token, user, id, null);
        }

        public GraphReceipt Check(string token, string user, string id, GraphCall call)
        {
            return Run(true, Utf8.Encode("token", token), Utf8.Encode("user", user), Utf8.Encode("id", id), call);
        }

        /// <summary>Ends every call in flight within a tenth of a second. Any thread.</summary>
        public void Cancel()
        {
            NativeMethods.graph_client_cancel(handle);
        }

        public void Dispose()
        {
            handle.Dispose();
        }

        /// <summary>With bytes that a NUL ends, or null, as in C.</summary>
        internal GraphReceipt Run(bool checking, byte[] token, byte[] user, byte[] id, GraphCall call)
        {
            using (GraphCall own = call == null ? new GraphCall() : null)
            {
                CallHandle settings = call == null ? own.Handle : call.Handle;
                IntPtr receipt, error;
                int status = checking
                    ? NativeMethods.graph_client_check(handle, settings, token, user, id, out receipt, out error)
                    : NativeMethods.graph_client_send(handle, settings, token, user, id, out receipt, out error);
                GC.KeepAlive(logFunction);
                if (status != NativeMethods.GRAPH_OK) throw GraphException.Take(status, error);
                try
                {
                    return new GraphReceipt(receipt);
                }
                finally
                {
                    NativeMethods.graph_receipt_free(receipt);
                }
            }
        }
    }

    /// <summary>A client that the whole process shares, without receipts.</summary>
    public static class GraphSharedClient
    {
        private static LogFunction logFunction;

        /// <summary>Gives it other settings than the defaults: once, before the first Send.</summary>
        public static void Init(GraphOptions options)
        {
            if (options.Refusal != null) throw options.Refusal;
            IntPtr error;
            int status = NativeMethods.graph_init(options.Handle, out error);
            if (status != NativeMethods.GRAPH_OK) throw GraphException.Take(status, error);
            // Only one call of a process comes here.
            logFunction = options.LogFunction;
        }

        public static void Send(string token, string user, string id)
        {
            Library.Check();
            IntPtr error;
            int status = NativeMethods.graph_message_send(Utf8.Encode("token", token), Utf8.Encode("user", user),
                Utf8.Encode("id", id), out error);
            GC.KeepAlive(logFunction);
            if (status != NativeMethods.GRAPH_OK) throw GraphException.Take(status, error);
        }
    }

    internal static class Library
    {
        /// <summary>Says what to do where the library is missing, and refuses one that is too old, each time.</summary>
        internal static void Check()
        {
            uint abi;
            try
            {
                abi = NativeMethods.graph_abi_version();
            }
            catch (DllNotFoundException missing)
            {
                throw new DllNotFoundException("not sent: the graph_message library was not found: install it where the"
                    + " system's loader looks, name its folder in LD_LIBRARY_PATH, or on Windows put graph_message.dll"
                    + " beside the program; for libgraph_message.so.1 alone see the README", missing);
            }
            catch (BadImageFormatException other)
            {
                throw new BadImageFormatException("not sent: the graph_message library that was found is for another"
                    + " machine than this process of " + IntPtr.Size * 8 + " bits: install the one for it", other);
            }
            if (abi < NativeMethods.GRAPH_ABI_VERSION)
                throw new GraphInvalidArgumentException("the graph_message library that was found, "
                    + Utf8.Decode(NativeMethods.graph_version()) + ", has ABI " + abi + ", and this wrapper needs "
                    + NativeMethods.GRAPH_ABI_VERSION + ": install a newer library");
        }
    }

    /// <summary>Texts to C and back: .NET Framework marshals strings in the code page of Windows only.</summary>
    internal static class Utf8
    {
        private static readonly Encoding Strict = new UTF8Encoding(false, true);

        internal static byte[] Encode(string name, string text)
        {
            if (text == null) return null;
            if (text.IndexOf('\0') >= 0)
                throw new GraphInvalidArgumentException(name + " holds a NUL, where C would cut it off");
            try
            {
                return Strict.GetBytes(text + "\0");
            }
            catch (EncoderFallbackException)
            {
                throw new GraphInvalidArgumentException(name + " holds half a surrogate pair, which no UTF-8 can say");
            }
        }

        internal static string Decode(IntPtr text)
        {
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0) length++;
            byte[] bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }
    }
}
