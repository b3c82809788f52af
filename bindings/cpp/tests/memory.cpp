// Where memory runs out once a request has left, the answer still comes; where it does before, nothing leaves. And no
// copy of a token stays behind in freed memory.
// Arguments: base URL, token, ids of two drafts.
#include <cstring>
#include <new>

#include "check.hpp"

static thread_local bool none_left;
static const char *secret;
static std::size_t freed_with_secret, freed;

// In front of each block, its size. A union, so that the block behind it is aligned.
union Head {
    std::size_t size;
    std::max_align_t align;
};

void *operator new(std::size_t size) {
    void *block = none_left ? nullptr : std::calloc(1, sizeof(Head) + size);
    if (!block) throw std::bad_alloc();
    static_cast<Head *>(block)->size = size;
    return static_cast<Head *>(block) + 1;
}

void operator delete(void *block) noexcept {
    if (!block) return;
    Head *head = static_cast<Head *>(block) - 1;
    const std::string_view bytes(static_cast<const char *>(block), head->size);
    freed += secret != nullptr;
    freed_with_secret += secret != nullptr && bytes.find(secret) != std::string_view::npos;
    std::free(head);
}

void operator delete(void *block, std::size_t) noexcept { operator delete(block); }

int main(int argc, char **argv) {
    CHECK(argc == 5);
    graph::Options options;
    options.base_url(argv[1]).log([](graph::Level, std::string_view) { none_left = true; });
    const graph::Client client(options);

    const graph::Result<graph::Receipt> sent = client.try_send(argv[2], "me", argv[3]);
    CHECK(none_left && sent);
    none_left = false;
    const graph::Error error = check_thrown<graph::Error>([&] { client.send(argv[2], "me", "malformed"); });
    CHECK(none_left && error.status() == graph::Status::Rejected);

    // The second draft is not sent, and so can be.
    check_thrown<std::bad_alloc>([&] { client.send(argv[2], "me", argv[4]); });
    none_left = false;
    CHECK(client.send(argv[2], "me", argv[4]).attempts() == 1);
    none_left = false;

    // Long enough not to be kept inside a string.
    static const char token[] = "a-token-that-is-longer-than-any-string-keeps-inside-itself";
    secret = token;
    CHECK(client.try_send(std::string_view(token), "me", "x").error().status() == graph::Status::Unauthenticated);
    CHECK(freed > 0 && freed_with_secret == 0);
    none_left = false;
    { const std::string unwiped(token, sizeof token); }
    CHECK(freed_with_secret == 1);
    secret = nullptr;
}
