import graphmessage.GraphMessage.Client;
import graphmessage.GraphMessage.GraphException;
import graphmessage.GraphMessage.Options;
import graphmessage.GraphMessage.OutcomeUnknownException;
import graphmessage.GraphMessage.Receipt;

public class Example { // Example TOKEN DRAFT-ID [BASE-URL]
    public static void main(String[] args) {
        Options options = new Options();
        if (args.length > 2) options.baseUrl(args[2]);
        try (Client client = new Client(options)) {
            Receipt receipt = client.send(args[0], "me", args[1]);
            System.out.println("sent, request-id " + receipt.requestId);
            return;
        } catch (OutcomeUnknownException error) {
            System.out.println("check later: " + error.getMessage());
        } catch (GraphException error) {
            System.out.println(error.statusName + ": " + error.getMessage());
        }
        System.exit(1);
    }
}
