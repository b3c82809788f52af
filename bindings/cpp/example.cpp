// Sends a draft, and settles what is in doubt: example TOKEN DRAFT-ID [BASE-URL]
#include <chrono>
#include <iostream>
#include <thread>
#include <graph_message.hpp>

int main(int argc, char **argv) {
    if (argc < 3 || argc > 4) {
        std::cerr << "usage: example TOKEN DRAFT-ID [BASE-URL]\n";
        return 64;
    }
    try {
        graph::Options options;
        if (argc > 3) options.base_url(argv[3]);
        const graph::Client client(options);
        try {
            const graph::Receipt receipt = client.send(argv[1], "me", argv[2]);
            std::cout << "sent, client-request-id " << receipt.client_request_id() << '\n';
        } catch (const graph::OutcomeUnknown &) { // Look, and do not send again before that has said no.
            std::this_thread::sleep_for(std::chrono::seconds(5));
            client.check(argv[1], "me", argv[2]);
            std::cout << "sent, as a check found\n";
        }
        return 0;
    } catch (const graph::Error &error) { // Where it may have been sent: check later, and do not repeat blindly.
        std::cerr << error.what() << '\n';
        return error.sent() == 0 ? 1 : 2;
    }
}
