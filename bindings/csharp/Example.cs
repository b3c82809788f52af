using System;
using GraphMessage;

static class Example // Example TOKEN DRAFT-ID [BASE-URL]
{
    static int Main(string[] args)
    {
        if (args.Length < 2 || args.Length > 3)
        {
            Console.Error.WriteLine("usage: Example TOKEN DRAFT-ID [BASE-URL]");
            return 64;
        }
        try
        {
            GraphOptions options = new GraphOptions();
            if (args.Length > 2) options.BaseUrl(args[2]);
            using (GraphClient client = new GraphClient(options))
            {
                GraphReceipt receipt = client.Send(args[0], "me", args[1]);
                Console.WriteLine("sent, request-id " + receipt.RequestId);
                return 0;
            }
        }
        catch (GraphException error) // Where it may have been sent: check later, and do not repeat blindly.
        {
            Console.Error.WriteLine(error.Message);
            return error is GraphOutcomeUnknownException ? 2 : 1;
        }
    }
}
