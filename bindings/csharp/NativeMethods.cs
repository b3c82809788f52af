// The C API of graph_message.h as .NET calls it, written by bindings/declare. Texts in are bytes that a NUL ends.

using System;
using System.Runtime.InteropServices;

namespace GraphMessage
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void LogFunction(IntPtr context, int level, IntPtr line);

    /// <summary>A graph_call, freed when this is disposed of and no call uses it, or by the finalizer.</summary>
    internal sealed class CallHandle : SafeHandle
    {
        public CallHandle() : base(IntPtr.Zero, true) { }
        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }
        protected override bool ReleaseHandle() { NativeMethods.graph_call_free(handle); return true; }
    }

    /// <summary>A graph_client, freed when this is disposed of and no call uses it, or by the finalizer.</summary>
    internal sealed class ClientHandle : SafeHandle
    {
        public ClientHandle() : base(IntPtr.Zero, true) { }
        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }
        protected override bool ReleaseHandle() { NativeMethods.graph_client_free(handle); return true; }
    }

    /// <summary>A graph_options, freed when this is disposed of and no call uses it, or by the finalizer.</summary>
    internal sealed class OptionsHandle : SafeHandle
    {
        public OptionsHandle() : base(IntPtr.Zero, true) { }
        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }
        protected override bool ReleaseHandle() { NativeMethods.graph_options_free(handle); return true; }
    }

    internal static class NativeMethods
    {
        private const string Library = "graph_message";

        // How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
        internal const int GRAPH_OK = 0;
        internal const int GRAPH_INVALID_ARGUMENT = 1;
        internal const int GRAPH_UNREACHABLE = 10;
        internal const int GRAPH_CANCELLED = 11;
        internal const int GRAPH_TIMED_OUT = 12;
        internal const int GRAPH_UNAUTHENTICATED = 20;
        internal const int GRAPH_FORBIDDEN = 21;
        internal const int GRAPH_NOT_FOUND = 22;
        internal const int GRAPH_REJECTED = 23;
        internal const int GRAPH_THROTTLED = 24;
        internal const int GRAPH_NOT_A_DRAFT = 25;
        internal const int GRAPH_UNAVAILABLE = 26;
        internal const int GRAPH_UNKNOWN = 40;
        internal const int GRAPH_INTERNAL = 90;

        // Which certificate authorities to trust.
        internal const int GRAPH_ROOTS_SYSTEM = 0;
        internal const int GRAPH_ROOTS_BUNDLED = 1;

        // When to look at the message that is sent.
        internal const int GRAPH_VERIFY_NEVER = 0;
        internal const int GRAPH_VERIFY_ON_DOUBT = 1;
        internal const int GRAPH_VERIFY_ALWAYS = 2;

        // Levels of a log line.
        internal const int GRAPH_LOG_INFO = 3;
        internal const int GRAPH_LOG_DEBUG = 4;

        // What the last look at the message showed.
        internal const int GRAPH_SEEN_NOTHING = 0;
        internal const int GRAPH_SEEN_DRAFT = 1;
        internal const int GRAPH_SEEN_GONE = 2;
        internal const int GRAPH_SEEN_NOT_ALLOWED = 3;
        internal const int GRAPH_SEEN_NOT_A_DRAFT = 4;

        // How it is known that the mail was sent.
        internal const int GRAPH_EVIDENCE_ACCEPTED = 1;
        internal const int GRAPH_EVIDENCE_FOUND = 2;

        // The library must have this ABI or a newer one.
        internal const int GRAPH_ABI_VERSION = 1;

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_status_name(int status);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_status_sent(int status);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_message_send(byte[] token, byte[] user, byte[] id, out IntPtr err);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_message_send_text(byte[] token, byte[] user, byte[] id, byte[] message,
            uint size, out int http_status, out uint retry_after_ms);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_init(OptionsHandle options, out IntPtr err);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_client_new(OptionsHandle options, out ClientHandle client, out IntPtr err);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_client_send(ClientHandle client, CallHandle call, byte[] token, byte[] user,
            byte[] id, out IntPtr receipt, out IntPtr err);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_client_check(ClientHandle client, CallHandle call, byte[] token, byte[] user,
            byte[] id, out IntPtr receipt, out IntPtr err);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void graph_client_cancel(ClientHandle client);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void graph_client_free(IntPtr client);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern CallHandle graph_call_new();
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void graph_call_cancel(CallHandle call);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void graph_call_free(IntPtr call);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_call_set_timeout_ms(CallHandle call, uint ms);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_call_set_internet_message_id(CallHandle call, byte[] internet_message_id);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern OptionsHandle graph_options_new();
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void graph_options_free(IntPtr options);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_base_url(OptionsHandle options, byte[] url);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_timeout_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_attempt_timeout_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_connect_timeout_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_max_attempts(OptionsHandle options, uint attempts);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_verify(OptionsHandle options, int verify);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_settle_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_mailbox_concurrency(OptionsHandle options, uint at_once);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_proxy(OptionsHandle options, byte[] url);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_proxy_from_environment(OptionsHandle options);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_ca_file(OptionsHandle options, byte[] path);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_roots(OptionsHandle options, int roots);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_user_agent(OptionsHandle options, byte[] product);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_options_set_log(OptionsHandle options, LogFunction log, IntPtr context);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_error_status(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_error_http_status(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_error_code(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_error_message(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_error_request_id(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_error_client_request_id(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint graph_error_retry_after_ms(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint graph_error_attempts(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_error_claims(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_error_seen(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_error_internet_message_id(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void graph_error_free(IntPtr error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_receipt_request_id(IntPtr receipt);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_receipt_client_request_id(IntPtr receipt);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_receipt_http_status(IntPtr receipt);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint graph_receipt_attempts(IntPtr receipt);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int graph_receipt_evidence(IntPtr receipt);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_receipt_sent_id(IntPtr receipt);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void graph_receipt_free(IntPtr receipt);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr graph_version();
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint graph_abi_version();
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void graph_string_free(IntPtr text);
    }
}
