// Sends a draft, and settles what is in doubt: example TOKEN DRAFT-ID [BASE-URL]
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <graph_message.hpp>

int main(int argc, char **argv) {
    const char *token = argc > 1 ? argv[1] : nullptr, *id = argc > 2 ? argv[2] : nullptr;
    const char *base_url = argc > 3 ? argv[3] : std::getenv("GRAPH_BASE_URL");
    try {
        graph::Options options;
        options.user_agent("Example/1.0").timeout(std::chrono::seconds(60));
        if (base_url) options.base_url(base_url);
        const graph::Client client(options);
        graph::Call call;
        // Store the draft's internetMessageId when you make it: with it, a doubt can nearly always be settled.
        // call.internet_message_id(stored);
        try {
            const graph::Receipt receipt = client.send(token, "me", id, call);
            std::cout << "sent, client-request-id " << receipt.client_request_id() << '\n';
            return 0;
        } catch (const graph::OutcomeUnknown &error) {
            // It may have been sent: look, and do not send again before that has said no.
            std::cerr << error.what() << '\n';
            std::this_thread::sleep_for(std::chrono::seconds(5));
            client.check(token, "me", id, call);
            std::cout << "sent, as a check found\n";
            return 0;
        }
    } catch (const graph::OutcomeUnknown &error) {
        std::cerr << error.what() << '\n';
        return 2;
    } catch (const graph::Error &error) {
        // Certainly not sent.
        std::cerr << error.status_name() << ": " << error.what() << '\n';
        return 1;
    }
}
