import graphmessage.GraphMessage.Client;
import graphmessage.GraphMessage.GraphException;
import graphmessage.GraphMessage.Options;
import graphmessage.GraphMessage.OutcomeUnknownException;
import graphmessage.GraphMessage.Receipt;

public class Example { // Example TOKEN DRAFT-ID [BASE-URL]
    public static void main(String[] args) {
        if (args.length < 2 || args.length > 3) {
            System.err.println("usage: Example TOKEN DRAFT-ID [BASE-URL]");
            System.exit(64);
        }
        Options options = new Options();
        if (args.length > 2) options.baseUrl(args[2]);
        try (Client client = new Client(options)) {
            Receipt receipt = client.send(args[0], "me", args[1]);
            System.out.println("sent, request-id " + receipt.requestId);
        } catch (OutcomeUnknownException error) { // Check later, and do not repeat blindly.
            System.err.println(error.getMessage());
            System.exit(2);
        } catch (GraphException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
