// Runs calls as it is told on standard input and prints what they ended in: the C# end of tests/cases. The lines are
// those of tests/c/driver.c.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using GraphMessage;

static class Driver
{
    static readonly TextWriter Output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
    static readonly Stream Input = new BufferedStream(Console.OpenStandardInput());
    static readonly GraphOptions Options = new GraphOptions();
    static readonly Dictionary<string, byte[]> Given = new Dictionary<string, byte[]>();
    static GraphClient client;

    /// The bytes of a line, or null at the end.
    static byte[] ReadLine()
    {
        MemoryStream line = new MemoryStream();
        int value = Input.ReadByte();
        if (value < 0) return null;
        for (; value >= 0 && value != '\n'; value = Input.ReadByte())
        {
            if (value == '\\')
            {
                Input.ReadByte();
                string digits = ((char)Input.ReadByte()).ToString() + (char)Input.ReadByte();
                value = Convert.ToInt32(digits, 16);
            }
            line.WriteByte((byte)value);
        }
        return line.ToArray();
    }

    /// A string has no way to hold what is not UTF-8.
    static bool IsText(byte[] bytes)
    {
        try { return bytes == null || new UTF8Encoding(false, true).GetString(bytes) != null; }
        catch (DecoderFallbackException) { return false; }
    }

    static string Text(byte[] bytes) { return bytes == null ? null : Encoding.UTF8.GetString(bytes); }

    static byte[] Terminated(byte[] bytes)
    {
        if (bytes != null) Array.Resize(ref bytes, bytes.Length + 1);
        return bytes;
    }

    static byte[] Argument(string name) { return Given.ContainsKey(name) ? Given[name] : null; }

    static TimeSpan Time(string name) { return TimeSpan.FromMilliseconds(long.Parse(Text(Argument(name)) ?? "0")); }

    /// Whether the name is an option's; a refused value shows when the client is made.
    static bool SetOption(string name, string value)
    {
        long number;
        TimeSpan time = TimeSpan.FromMilliseconds(long.TryParse(value, out number) ? number : 0);
        switch (name)
        {
            case "base_url": Options.BaseUrl(value); return true;
            case "timeout_ms": Options.Timeout(time); return true;
            case "attempt_timeout_ms": Options.AttemptTimeout(time); return true;
            case "connect_timeout_ms": Options.ConnectTimeout(time); return true;
            case "settle_ms": Options.Settle(time); return true;
            case "max_attempts": Options.MaxAttempts((int)number); return true;
            case "mailbox_concurrency": Options.MailboxConcurrency((int)number); return true;
            case "verify": Options.Verify((GraphVerify)number); return true;
            case "proxy": Options.Proxy(value); return true;
            case "proxy_from_environment": Options.ProxyFromEnvironment(); return true;
            case "ca_file": Options.CaFile(value); return true;
            case "roots": Options.Roots((GraphRoots)number); return true;
            case "user_agent": Options.UserAgent(value); return true;
            case "log": Options.Log(LogLine); return true;
            default: return false;
        }
    }

    static void LogLine(GraphLevel level, string line) { Show("log", (int)level + " " + line); }

    static void Show(string name, object value) { Output.Write(name + "=" + value + "\n"); }

    static GraphReceipt Answer(bool checking)
    {
        if (client == null) client = new GraphClient(Options);
        using (GraphCall call = new GraphCall())
        {
            call.Timeout(Time("call_timeout_ms")).InternetMessageId(Text(Argument("internet_message_id")));
            TimeSpan clientAfter = Time("cancel_client_after_ms"), callAfter = Time("cancel_call_after_ms");
            Thread canceller = new Thread(delegate()
            {
                Thread.Sleep(clientAfter + callAfter);
                if (clientAfter > TimeSpan.Zero) client.Cancel();
                if (callAfter > TimeSpan.Zero) call.Cancel();
            });
            canceller.Start();
            Stopwatch watch = Stopwatch.StartNew();
            byte[] token = Argument("token"), user = Argument("user"), id = Argument("id");
            try
            {
                if (!IsText(token) || !IsText(user) || !IsText(id))
                    return client.Run(checking, Terminated(token), Terminated(user), Terminated(id), call);
                return checking ? client.Check(Text(token), Text(user), Text(id), call)
                    : client.Send(Text(token), Text(user), Text(id), call);
            }
            finally
            {
                Show("elapsed_ms", watch.ElapsedMilliseconds);
                canceller.Join();
            }
        }
    }

    static void MakeCall(bool checking)
    {
        try
        {
            GraphReceipt receipt = Answer(checking);
            Show("status", "GRAPH_OK");
            Show("sent", 1);
            Show("http_status", receipt.HttpStatus);
            Show("request_id", receipt.RequestId);
            Show("client_request_id", receipt.ClientRequestId);
            Show("attempts", receipt.Attempts);
            Show("evidence", (int)receipt.Evidence);
            Show("sent_id", receipt.SentId);
        }
        catch (GraphException error)
        {
            Show("status", error.StatusName);
            Show("error_status", error.StatusName);
            Show("sent", error.Sent);
            Show("http_status", error.HttpStatus);
            Show("code", error.Code);
            Show("message", error.Message);
            Show("request_id", error.RequestId);
            Show("client_request_id", error.ClientRequestId);
            Show("retry_after_ms", error.RetryAfter.TotalMilliseconds);
            Show("attempts", error.Attempts);
            Show("claims", error.Claims);
            Show("seen", (int)error.Seen);
            Show("internet_message_id", error.InternetMessageId);
        }
        Output.Write("\n");
        Output.Flush();
    }

    static void Main()
    {
        for (byte[] line = ReadLine(); line != null; line = ReadLine())
        {
            int space = Array.IndexOf(line, (byte)' ');
            string name = Encoding.ASCII.GetString(line, 0, space < 0 ? line.Length : space);
            byte[] value = new byte[space < 0 ? 0 : line.Length - space - 1];
            Array.Copy(line, line.Length - value.Length, value, 0, value.Length);
            if (name == "send" || name == "check") MakeCall(name == "check");
            else if (!SetOption(name, Text(value))) Given[name] = value;
            else if (client != null) { client.Dispose(); client = null; }
        }
    }
}
