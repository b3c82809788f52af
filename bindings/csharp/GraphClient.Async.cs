// Calls of graph-message as tasks: for .NET Framework 4.5 and later, Mono and .NET, and C# 6 and later. It is added to
// GraphMessage.cs, which needs neither.

using System;
using System.Threading;
using System.Threading.Tasks;

namespace GraphMessage
{
    public sealed partial class GraphClient
    {
        // A call blocks a thread of its own; the others wait without one.
        private const int CallsAtOnce = 64;
        private static readonly SemaphoreSlim Turns = new SemaphoreSlim(CallsAtOnce);

        /// <summary>Sends as Send does, on another thread.</summary>
        /// <remarks>Cancelling ends the call within a tenth of a second. Where nothing was sent the task is cancelled,
        /// and the OperationCanceledException holds the GraphException; else the task ends as the call did, which may
        /// be in a receipt or in a GraphOutcomeUnknownException. Dispose of the client when the task has ended.
        /// </remarks>
        public Task<GraphReceipt> SendAsync(string token, string user, string id,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return RunAsync(false, token, user, id, null, cancellationToken);
        }

        /// <summary>Sends with the call's own settings. Cancelling cancels it, and so all that it serves.</summary>
        public Task<GraphReceipt> SendAsync(string token, string user, string id, GraphCall call,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return RunAsync(false, token, user, id, call, cancellationToken);
        }

        /// <summary>Checks as Check does, on another thread; otherwise as SendAsync.</summary>
        public Task<GraphReceipt> CheckAsync(string token, string user, string id,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return RunAsync(true, token, user, id, null, cancellationToken);
        }

        /// <summary>Checks with the call's own settings. Cancelling cancels it, and so all that it serves.</summary>
        public Task<GraphReceipt> CheckAsync(string token, string user, string id, GraphCall call,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return RunAsync(true, token, user, id, call, cancellationToken);
        }

        private async Task<GraphReceipt> RunAsync(bool checking, string token, string user, string id, GraphCall call,
            CancellationToken cancellationToken)
        {
            using (GraphCall own = call == null ? new GraphCall() : null)
            {
                GraphCall settings = call ?? own;
                try
                {
                    await Turns.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    throw Cancelled(new GraphException(GraphStatus.Cancelled,
                        "not sent: the call was cancelled before it began"), cancellationToken);
                }
                try
                {
                    using (cancellationToken.Register(() => CancelIfOpen(settings)))
                        return await Task.Factory.StartNew(
                            () => checking ? Check(token, user, id, settings) : Send(token, user, id, settings),
                            CancellationToken.None,
                            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                            TaskScheduler.Default).ConfigureAwait(false);
                }
                catch (GraphException error)
                    when (error.Status == GraphStatus.Cancelled && cancellationToken.IsCancellationRequested)
                {
                    throw Cancelled(error, cancellationToken);
                }
                finally
                {
                    Turns.Release();
                }
            }
        }

        // Who cancels the token is told nothing of a call that its owner disposed of.
        private static void CancelIfOpen(GraphCall call)
        {
            try { call.Cancel(); }
            catch (ObjectDisposedException) { }
        }

        private static OperationCanceledException Cancelled(GraphException outcome, CancellationToken cancellationToken)
        {
            return new OperationCanceledException(outcome.Message, outcome, cancellationToken);
        }
    }
}
