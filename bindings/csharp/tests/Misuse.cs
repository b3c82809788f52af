// Plays the rows of tests/cases/misuse.md that C# can say, as a user of the assembly.
#define TRACE
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using GraphMessage;

static class Misuse
{
    const string Token = "user-token";
    static readonly string Base = Environment.GetEnvironmentVariable("GRAPH_BASE_URL");
    static readonly string Endless = Environment.GetEnvironmentVariable("GRAPH_ENDLESS_USER");
    static readonly Queue<string> Drafts = new Queue<string>();

    /// Of which no text can be made.
    sealed class OddException : Exception
    {
        public override string Message { get { throw new InvalidOperationException("no message"); } }
        public override string StackTrace { get { throw new InvalidOperationException("no trace"); } }
        public override string ToString() { throw new InvalidOperationException("no text"); }
    }

    sealed class Warnings : TraceListener
    {
        internal static int Count;
        internal static Action Then = delegate { };

        public override void Write(string message) { }
        public override void WriteLine(string message) { Count++; Then(); }
    }

    static void Must(bool holds, string what)
    {
        if (!holds) throw new Exception(what);
    }

    static Exception Thrown(Action action)
    {
        try { action(); }
        catch (AggregateException several) { return several.InnerException; }
        catch (Exception thrown) { return thrown; }
        throw new Exception("nothing was thrown");
    }

    static void Refused<T>(Action action) where T : Exception
    {
        int before = Mails();
        Exception thrown = Thrown(action);
        Must(thrown is T, "not " + typeof(T) + " but " + thrown);
        Must(!(thrown is GraphException) || thrown.Message.StartsWith("not sent: "), "no word of what was sent");
        Must(Mails() == before, "a mail left");
    }

    static void MustBe(GraphStatus status, Exception thrown)
    {
        GraphException error = thrown as GraphException;
        Must(error != null && error.Status == status, "not " + status + " but " + thrown);
    }

    static string Ask(string path, string body)
    {
        using (WebClient web = new WebClient())
        {
            string url = Base.Substring(0, Base.Length - "/v1.0".Length) + "/_emulator/" + path;
            web.Headers["Content-Type"] = "application/json";
            return body == null ? web.DownloadString(url) : web.UploadString(url, body);
        }
    }

    static int Mails() { return Regex.Matches(Ask("mails", null), "\"draft_id\"").Count; }

    static void AwaitMails(int count)
    {
        for (int i = 0; i < 100 && Mails() < count; i++) Thread.Sleep(50);
        Must(Mails() == count, "the mails are not " + count + " but " + Mails());
    }

    /// The next sends of the token's user are answered after a second.
    static void Slow(int sends)
    {
        string rule = "{\"on\": \"send\", \"mailbox\": \"megan@contoso.example\", \"do\": \"slow\", \"times\": ";
        Ask("faults", rule + sends + "}");
    }

    /// The id of no message, as long as any.
    static string Unknown(int number) { return "AAMk" + new string('A', 140) + number.ToString("D8"); }

    static GraphOptions Options() { return new GraphOptions().BaseUrl(Base).Settle(TimeSpan.FromMilliseconds(300)); }

    static GraphClient NewClient(GraphLog log = null, GraphVerify verify = GraphVerify.OnDoubt)
    {
        using (GraphOptions options = Options().Log(log).Verify(verify)) return new GraphClient(options);
    }

    static void Sends(GraphClient client)
    {
        int before = Mails();
        Must(client.Send(Token, "me", Drafts.Dequeue()).Evidence == GraphEvidence.Accepted, "it was not accepted");
        Must(Mails() == before + 1, "no mail left");
    }

    /// Sends with such a log function; the outcome is what it would have been, and there are warnings.
    static void Logs(GraphLog log, int warnings = 1)
    {
        Warnings.Count = 0;
        using (GraphClient client = NewClient(log))
        {
            Sends(client);
            MustBe(GraphStatus.NotFound, Thrown(() => client.Send(Token, "me", Unknown(0))));
        }
        Must(Warnings.Count >= warnings, "the log function was not called, or nothing warned");
    }

    /// Mono does not abort the first thread.
    static void OnThread(Action action)
    {
        Exception failed = new Exception("the thread was ended");
        Thread thread = new Thread(() =>
        {
            try { action(); failed = null; }
            catch (Exception thrown) { failed = thrown; }
        });
        thread.Start();
        thread.Join();
        if (failed != null) throw new Exception(failed.Message, failed);
    }

    static long ResidentKb()
    {
        for (int i = 0; i < 4; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        foreach (string line in File.ReadAllLines("/proc/self/status"))
            if (line.StartsWith("VmRSS:")) return long.Parse(Regex.Replace(line, "\\D", ""));
        throw new Exception("no VmRSS");
    }

    /// Runs it so often to warm up, and compares the memory after the next half with that after the second.
    static void Flat(string what, int times, long kb, Action action)
    {
        long middle = 0, end = 0;
        for (int half = 0; half < 3; half++)
        {
            for (int i = 0; i < times; i++) action();
            middle = end;
            end = ResidentKb();
        }
        Console.WriteLine("# {0}: {1} kB after {2}, {3} kB after {4}", what, middle, 2 * times, end, 3 * times);
        Must(end - middle < kb, what + ": the memory grew by " + (end - middle) + " kB");
    }

    static string Child(string libraries, int exit, params string[] arguments)
    {
        string program = typeof(Misuse).Assembly.Location;
        ProcessStartInfo start = new ProcessStartInfo("mono", program + " " + string.Join(" ", arguments));
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        start.EnvironmentVariables["LD_LIBRARY_PATH"] = libraries;
        using (Process process = Process.Start(start))
        {
            Task<string> said = process.StandardOutput.ReadToEndAsync();
            bool ended = process.WaitForExit(20000);
            if (!ended) process.Kill();
            Must(ended, arguments[0] + " hangs");
            Must(process.ExitCode == exit, arguments[0] + " ended with " + process.ExitCode + ": " + said.Result);
            return said.Result;
        }
    }

    static string Child(int exit, params string[] arguments)
    {
        return Child(Environment.GetEnvironmentVariable("GRAPH_LIBRARY_DIR"), exit, arguments);
    }

    static Exception Ended(Task task)
    {
        try { Must(task.Wait(10000), "it does not end"); }
        catch (AggregateException) { }
        Must(task.IsFaulted || task.IsCanceled, "it was sent");
        // As await throws it.
        return Thrown(() => task.GetAwaiter().GetResult());
    }

    static GraphException Cancelled(Task task, CancellationToken token)
    {
        OperationCanceledException thrown = Ended(task) as OperationCanceledException;
        Must(task.IsCanceled && thrown != null && thrown.CancellationToken == token, "it is not cancelled");
        MustBe(GraphStatus.Cancelled, thrown.InnerException);
        return (GraphException)thrown.InnerException;
    }

    static void Row(string name, Action action)
    {
        try { action(); }
        catch (Exception failed) { Console.WriteLine("FAILED " + name + ": " + failed.Message); throw; }
        Console.WriteLine("ok " + name);
    }

    static void Throwing()
    {
        Trace.Listeners.Clear();
        Trace.Listeners.Add(new Warnings());
        Row("log-throws", () => Logs((level, line) => { throw new InvalidOperationException(line); }));
        Row("log-throws-odd", () =>
        {
            Logs((level, line) => { throw new OddException(); }, 0);
            Logs((level, line) => { throw null; });
            Logs((level, line) => { throw new OutOfMemoryException(); });
            Logs((level, line) => { throw new AggregateException(new OddException()); }, 0);
            Logs(delegate { throw new OperationCanceledException(); });
        });
        Row("log-leaves", () =>
        {
            OnThread(() => Logs((level, line) => Thread.CurrentThread.Abort()));
            Logs((level, line) =>
            {
                Thread.CurrentThread.Interrupt();
                Thread.Sleep(10);
            });
            List<IDisposable> open = new List<IDisposable>();
            int before = Mails();
            using (GraphClient client = NewClient((level, line) => open.ForEach(one => one.Dispose())))
            using (GraphCall call = new GraphCall())
            {
                open.Add(client);
                open.Add(call);
                client.Send(Token, "me", Drafts.Dequeue(), call);
            }
            Must(Mails() == before + 1, "closed by its own log function, it sent nothing");
            // Each ends the process from inside of a call, and so does not learn what became of it.
            foreach (string way in new[] { "log-exit", "log-exit-elsewhere" }) Child(7, way, Drafts.Dequeue());
        });
        Row("warning-throws", () =>
        {
            foreach (Exception one in new Exception[] { new InvalidOperationException(), new OddException() })
            {
                Warnings.Then = () => { throw one; };
                Logs((level, line) => { throw new InvalidOperationException(line); });
            }
            Warnings.Then = () => Thread.CurrentThread.Abort();
            OnThread(() => Logs((level, line) => { throw new InvalidOperationException(line); }));
            Warnings.Then = delegate { };
        });
    }

    static void Wrong()
    {
        Row("wrong-types", () =>
        {
            string id = Drafts.Peek();
            using (GraphClient client = NewClient())
            using (GraphCall call = new GraphCall())
            {
                foreach (string bad in new[] { null, "", "a\0b", "\uD800", "x\r\ny" })
                {
                    Refused<GraphException>(() => client.Send(bad, "me", id));
                    Refused<GraphException>(() => client.Send(Token, "me", bad));
                    Refused<GraphException>(() => client.Check(Token, "me", bad));
                    Refused<GraphException>(() => client.SendAsync(bad, "me", id).Wait());
                }
                Refused<GraphInvalidArgumentException>(() => client.Send(Token, "\0", id));
                Refused<GraphInvalidArgumentException>(() => call.InternetMessageId("\uDC00"));
                Refused<GraphInvalidArgumentException>(() => call.Timeout(TimeSpan.MaxValue));
                Refused<GraphInvalidArgumentException>(() => call.Timeout(TimeSpan.MinValue));
                Refused<GraphInvalidArgumentException>(() => call.Timeout(TimeSpan.FromTicks(-10001)));
            }
            Refused<NullReferenceException>(() => GraphSharedClient.Init(null));
            foreach (GraphOptions bad in new[] {
                Options().Timeout(TimeSpan.MaxValue), Options().Settle(TimeSpan.MinValue), Options().MaxAttempts(-1),
                Options().MailboxConcurrency(int.MinValue), Options().Verify((GraphVerify)99),
                Options().Roots((GraphRoots)(-7)),
                Options().UserAgent("\0"), Options().Proxy("nonsense"), Options().CaFile("/nonexistent"),
                Options().BaseUrl(null), Options().BaseUrl("ftp://x") })
                using (bad) Refused<GraphInvalidArgumentException>(() => new GraphClient(bad));
            using (GraphClient client = NewClient(null)) Sends(client);
            Flat("refused options", 3000, 2000, () =>
            {
                using (GraphOptions options = Options().UserAgent("\0")) Thrown(() => new GraphClient(options));
            });
        });
        Row("closed-twice", () =>
        {
            GraphClient client = NewClient();
            GraphCall call = new GraphCall();
            GraphOptions options = new GraphOptions();
            for (int i = 0; i < 2; i++)
                foreach (IDisposable one in new IDisposable[] { client, call, options }) one.Dispose();
            using (GraphClient other = NewClient())
            {
                client.Dispose();
                Sends(other);
            }
        });
        Row("used-after-close", () =>
        {
            string id = Drafts.Peek();
            GraphClient client = NewClient();
            GraphCall call = new GraphCall();
            GraphOptions options = Options();
            client.Dispose();
            Refused<ObjectDisposedException>(() => client.Send(Token, "me", id));
            Refused<ObjectDisposedException>(() => client.Check(Token, "me", id, call));
            Refused<ObjectDisposedException>(() => client.SendAsync(Token, "me", id).Wait());
            Refused<ObjectDisposedException>(client.Cancel);
            call.Dispose();
            Refused<ObjectDisposedException>(call.Cancel);
            Refused<ObjectDisposedException>(() => call.Timeout(TimeSpan.Zero));
            options.Dispose();
            Refused<ObjectDisposedException>(() => options.UserAgent("x"));
            Refused<ObjectDisposedException>(() => new GraphClient(options));
            using (GraphClient open = NewClient())
            {
                Refused<ObjectDisposedException>(() => open.Send(Token, "me", id, call));
                Refused<ObjectDisposedException>(() => open.CheckAsync(Token, "me", id, call).Wait());
                Sends(open);
            }
            // Closed while it is in flight: it ends as it would have, and a cancel after that is nothing.
            int before = Mails();
            Slow(1);
            Task<GraphReceipt> task;
            using (CancellationTokenSource source = new CancellationTokenSource())
            {
                using (GraphClient used = NewClient())
                using (GraphCall settings = new GraphCall())
                {
                    task = used.SendAsync(Token, "me", Drafts.Dequeue(), settings, source.Token);
                    Thread.Sleep(300);
                }
                GC.Collect();
                Must(task.Result.HttpStatus == 202 && Mails() == before + 1, "closed in use, it did not send");
                source.Cancel();
            }
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Drop()
    {
        GraphOptions options = new GraphOptions().BaseUrl(Base).Log(delegate { });
        new GraphClient(options);
        new GraphCall().InternetMessageId("<a@contoso.example>");
    }

    static void Memory()
    {
        Row("dropped", () =>
        {
            Flat("dropped", 4000, 4000, Drop);
            // The log function and the client lead to each other.
            Flat("dropped in a circle", 2000, 4000, () =>
            {
                GraphClient[] circle = new GraphClient[1];
                circle[0] = new GraphClient(new GraphOptions().BaseUrl(Base).Log((level, line) => circle[0].Cancel()));
            });
        });
        int sent = 0;
        using (GraphClient client = NewClient())
            Row("many-sends", () => Flat("many-sends", 6700, 2000, () =>
            {
                string id = Unknown(++sent);
                if (sent % 2 == 0) Must(client.Send(Token, Endless, id).HttpStatus == 202, "not accepted");
                else MustBe(GraphStatus.NotFound, Thrown(() => client.Send(Token, "me", id)));
            }));
        Must(sent == 20100, "not all were sent");
    }

    static void Threads()
    {
        Console.WriteLine("cannot fork: .NET starts programs and has no fork");
        Row("thread-ends", () =>
        {
            using (GraphClient client = NewClient(null, GraphVerify.Always))
            {
                int before = Mails();
                string aborted = Drafts.Dequeue(), interrupted = Drafts.Dequeue();
                GraphReceipt receipt = null;
                Slow(2);
                Thread first = new Thread(() => { client.Send(Token, "me", aborted); });
                Thread second = new Thread(() => { receipt = client.Send(Token, "me", interrupted); });
                first.Start();
                second.Start();
                Thread.Sleep(400);
                second.Interrupt();
                first.Abort();
                first.Join();
                second.Join();
                Must(receipt != null && receipt.HttpStatus == 202, "an interrupt took the receipt");
                AwaitMails(before + 2);
                Must(client.Check(Token, "me", aborted).Evidence != 0, "a check does not know of it");

                // Whoever awaits it has gone.
                Slow(1);
                string abandoned = Drafts.Dequeue();
                Thread third = new Thread(() => { client.SendAsync(Token, "me", abandoned).Wait(); });
                third.Start();
                Thread.Sleep(300);
                third.Abort();
                third.Join();
                AwaitMails(before + 3);
                Must(client.Check(Token, "me", abandoned).Evidence != 0, "a check does not know of it");
                Sends(client);
            }
            foreach (string way in new[] { "exit-in-flight", "main-ends-in-flight" })
            {
                int before = Mails();
                Child(3, way, Drafts.Dequeue());
                AwaitMails(before + 1);
            }
        });
    }

    static void Loading()
    {
        Row("old-library", () =>
        {
            string said = Child(Environment.GetEnvironmentVariable("GRAPH_OLD_LIBRARY_DIR"), 0, "load");
            Must(said.Contains("not sent: ") && said.Contains("0.0.9, has ABI 0, and this wrapper needs 1"), said);
        });
        Row("no-library", () =>
        {
            string said = Child("/nonexistent", 0, "load");
            Must(said.Contains("not sent: the graph_message library was not found: install it"), said);
        });
        Row("loaded-twice", () =>
        {
            // In application domains of their own, as a web server loads its applications, and lets go of them.
            for (int i = 0; i < 3; i++)
            {
                int before = Mails();
                AppDomain domain = AppDomain.CreateDomain("another");
                domain.SetData("draft", Drafts.Dequeue());
                domain.DoCallBack(SendInDomain);
                AppDomain.Unload(domain);
                Must(Mails() == before + 1, "no mail left");
            }
            using (GraphClient client = NewClient((level, line) => { })) Sends(client);
        });
    }

    static void SendInDomain()
    {
        // Neither is closed.
        GraphOptions options = Options().Log((level, line) => { throw new InvalidOperationException(line); });
        new GraphClient(options).Send(Token, "me", (string)AppDomain.CurrentDomain.GetData("draft"));
    }

    static void Cancelling()
    {
        Row("cancelled-twice", () =>
        {
            // A look before the first attempt makes a later check certain.
            using (GraphClient client = NewClient(null, GraphVerify.Always))
            using (GraphCall before = new GraphCall())
            using (CancellationTokenSource already = new CancellationTokenSource())
            using (CancellationTokenSource shared = new CancellationTokenSource())
            {
                int mails = Mails();
                before.Cancel();
                before.Cancel();
                MustBe(GraphStatus.Cancelled, Thrown(() => client.Send(Token, "me", Drafts.Peek(), before)));
                MustBe(GraphStatus.Cancelled, Ended(client.SendAsync(Token, "me", Drafts.Peek(), before)));
                already.Cancel();
                already.Cancel();
                Task<GraphReceipt> none = client.SendAsync(Token, "me", Drafts.Peek(), already.Token);
                Must(Cancelled(none, already.Token).Message.StartsWith("not sent: "), "it does not say what was sent");
                Refused<OperationCanceledException>(() =>
                    client.CheckAsync(Token, "me", Drafts.Peek(), already.Token).GetAwaiter().GetResult());

                // One token serves three; in flight, their end is not known.
                Slow(3);
                List<string> ids = new List<string>();
                List<Task<GraphReceipt>> tasks = new List<Task<GraphReceipt>>();
                for (int i = 0; i < 3; i++)
                {
                    ids.Add(Drafts.Dequeue());
                    tasks.Add(client.SendAsync(Token, "me", ids[i], shared.Token));
                }
                Thread.Sleep(500);
                Stopwatch watch = Stopwatch.StartNew();
                shared.Cancel();
                shared.Cancel();
                foreach (Task<GraphReceipt> one in tasks)
                {
                    GraphOutcomeUnknownException end = Ended(one) as GraphOutcomeUnknownException;
                    Must(end != null && end.Sent == -1 && one.IsFaulted, "not unknown");
                }
                Must(watch.ElapsedMilliseconds < 3000, "it was waited for");
                AwaitMails(mails + 3);
                foreach (string id in ids) Must(client.Check(Token, "me", id).Evidence != 0, "a check does not know");

                // Cancelled after its end, and with a token that nothing cancels.
                using (CancellationTokenSource late = new CancellationTokenSource())
                {
                    Task<GraphReceipt> sent = client.SendAsync(Token, "me", Drafts.Dequeue(), late.Token);
                    Must(sent.Result.HttpStatus == 202, "it was not sent");
                    late.Cancel();
                    Must(sent.Result.HttpStatus == 202, "the receipt was lost");
                }
                Task<GraphReceipt> other = client.SendAsync(Token, "me", Drafts.Dequeue(), CancellationToken.None);
                Must(other.Result.HttpStatus == 202, "it was not sent");
                AwaitMails(mails + 5);

                // More than there are threads for: those that wait are cancelled where they are.
                using (CancellationTokenSource crowd = new CancellationTokenSource())
                {
                    List<Task<GraphReceipt>> many = new List<Task<GraphReceipt>>();
                    for (int i = 0; i < 200; i++) many.Add(client.SendAsync(Token, "me", Unknown(i), crowd.Token));
                    crowd.Cancel();
                    foreach (Task<GraphReceipt> one in many)
                    {
                        Exception end = Ended(one);
                        GraphException outcome = end as GraphException ?? end.InnerException as GraphException;
                        Must(outcome != null && outcome.Sent <= 0, "no outcome but " + end);
                    }
                }
                Must(Mails() == mails + 5, "a mail left");
                using (CancellationTokenSource kept = new CancellationTokenSource())
                {
                    // The token lives on, and keeps nothing of calls that have ended.
                    Flat("one token", 1000, 2000, () => Ended(client.SendAsync("", "me", "id", kept.Token)));
                    Flat("cancelled", 3000, 2000, () =>
                        Cancelled(client.SendAsync(Token, "me", "id", already.Token), already.Token));
                }
            }
        });
    }

    /// What is done in a process of its own.
    static int InChild(string what, string draft)
    {
        if (what == "load")
        {
            // The second failure says as much as the first, and every way in says it.
            Exception first = Thrown(() => new GraphClient());
            foreach (Action way in new Action[] {
                () => new GraphClient(), () => new GraphCall(), () => new GraphOptions(),
                () => GraphSharedClient.Send(Token, "me", "id") })
                Must(Thrown(way).Message == first.Message, "it says " + Thrown(way).Message);
            Console.WriteLine(first.Message);
            return 0;
        }
        if (what == "log-exit" || what == "log-exit-elsewhere")
        {
            GraphLog log = (level, line) => Environment.Exit(7);
            if (what == "log-exit-elsewhere") log = (level, line) =>
            {
                new Thread(() => Environment.Exit(7)).Start();
                Thread.Sleep(300);
            };
            using (GraphClient client = NewClient(log)) client.Send(Token, "me", draft);
            return 0;
        }
        Slow(1);
        GraphClient used = NewClient();
        used.SendAsync(Token, "me", draft);
        Thread.Sleep(500);
        if (what == "exit-in-flight") Environment.Exit(3);
        return 3;
    }

    static int Main(string[] arguments)
    {
        if (arguments.Length > 0) return InChild(arguments[0], arguments.Length > 1 ? arguments[1] : "");
        foreach (string id in File.ReadAllLines(Environment.GetEnvironmentVariable("GRAPH_DRAFTS"))) Drafts.Enqueue(id);
        try
        {
            Throwing();
            Wrong();
            Cancelling();
            Threads();
            Loading();
            Memory();
        }
        catch (Exception failed)
        {
            Console.WriteLine(failed);
            return 1;
        }
        return 0;
    }
}
