using System;
using GraphMessage;

static class Example // Example TOKEN DRAFT-ID [BASE-URL]
{
    static int Main(string[] args)
    {
        try
        {
            using (GraphOptions options = new GraphOptions())
            {
                if (args.Length > 2) options.BaseUrl(args[2]);
                using (GraphClient client = new GraphClient(options))
                {
                    GraphReceipt receipt = client.Send(args[0], "me", args[1]);
                    Console.WriteLine("sent, request-id " + receipt.RequestId);
                    return 0;
                }
            }
        }
        catch (GraphOutcomeUnknownException error) { Console.WriteLine("check later: " + error.Message); }
        catch (GraphException error) { Console.WriteLine(error.StatusName + ": " + error.Message); }
        return 1;
    }
}
