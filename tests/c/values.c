/* The values that are fixed for good, the version, and what the library says of each status. */
#include "check.h"

/* Refused by the compiler unless it holds; C99 has no static_assert yet. */
#define HOLDS(name, condition) typedef char name[(condition) ? 1 : -1]
#define VALUE(name, value) HOLDS(name##_is_fixed, (name) == (value))

HOLDS(a_status_has_32_bits, sizeof(graph_status) == 4);
HOLDS(a_status_is_signed, (graph_status)-1 < 0);

VALUE(GRAPH_OK, 0);
VALUE(GRAPH_INVALID_ARGUMENT, 1);
VALUE(GRAPH_UNREACHABLE, 10);
VALUE(GRAPH_CANCELLED, 11);
VALUE(GRAPH_TIMED_OUT, 12);
VALUE(GRAPH_UNAUTHENTICATED, 20);
VALUE(GRAPH_FORBIDDEN, 21);
VALUE(GRAPH_NOT_FOUND, 22);
VALUE(GRAPH_REJECTED, 23);
VALUE(GRAPH_THROTTLED, 24);
VALUE(GRAPH_NOT_A_DRAFT, 25);
VALUE(GRAPH_UNAVAILABLE, 26);
VALUE(GRAPH_UNKNOWN, 40);
VALUE(GRAPH_INTERNAL, 90);

VALUE(GRAPH_ROOTS_SYSTEM, 0);
VALUE(GRAPH_ROOTS_BUNDLED, 1);
VALUE(GRAPH_LOG_INFO, 3);
VALUE(GRAPH_LOG_DEBUG, 4);
VALUE(GRAPH_EVIDENCE_ACCEPTED, 1);
VALUE(GRAPH_EVIDENCE_FOUND, 2);
VALUE(GRAPH_VERIFY_NEVER, 0);
VALUE(GRAPH_VERIFY_ON_DOUBT, 1);
VALUE(GRAPH_VERIFY_ALWAYS, 2);
VALUE(GRAPH_SEEN_NOTHING, 0);
VALUE(GRAPH_SEEN_DRAFT, 1);
VALUE(GRAPH_SEEN_GONE, 2);
VALUE(GRAPH_SEEN_NOT_ALLOWED, 3);
VALUE(GRAPH_SEEN_NOT_A_DRAFT, 4);

HOLDS(an_abi_version_is_positive, GRAPH_ABI_VERSION >= 1);
HOLDS(the_version_is_its_parts,
      GRAPH_VERSION_NUMBER == (GRAPH_VERSION_MAJOR << 16 | GRAPH_VERSION_MINOR << 8 | GRAPH_VERSION_PATCH));

/* Programs choose by the version before the compiler proper sees anything. */
#if GRAPH_VERSION_NUMBER < (0 << 16 | 1 << 8 | 0)
#error "GRAPH_VERSION_NUMBER is of no use in #if"
#endif

static const struct {
    graph_status status;
    const char *name;
    int sent;
} STATUSES[] = {
#define STATUS(name, sent) { name, #name, sent }
    STATUS(GRAPH_OK, 1),
    STATUS(GRAPH_INVALID_ARGUMENT, 0),
    STATUS(GRAPH_UNREACHABLE, 0),
    STATUS(GRAPH_CANCELLED, 0),
    STATUS(GRAPH_TIMED_OUT, 0),
    STATUS(GRAPH_UNAUTHENTICATED, 0),
    STATUS(GRAPH_FORBIDDEN, 0),
    STATUS(GRAPH_NOT_FOUND, 0),
    STATUS(GRAPH_REJECTED, 0),
    STATUS(GRAPH_THROTTLED, 0),
    STATUS(GRAPH_NOT_A_DRAFT, 0),
    STATUS(GRAPH_UNAVAILABLE, 0),
    STATUS(GRAPH_UNKNOWN, -1),
    STATUS(GRAPH_INTERNAL, -1),
};

enum { COUNT = sizeof STATUSES / sizeof *STATUSES };

static int is_listed(graph_status status)
{
    size_t i;
    for (i = 0; i < COUNT; i++) {
        if (STATUSES[i].status == status) return 1;
    }
    return 0;
}

int main(void)
{
    /* A switch takes them all, each once. */
    switch (graph_status_sent(GRAPH_OK)) {
    case GRAPH_OK: case GRAPH_INVALID_ARGUMENT: case GRAPH_UNREACHABLE: case GRAPH_CANCELLED: case GRAPH_TIMED_OUT:
    case GRAPH_UNAUTHENTICATED: case GRAPH_FORBIDDEN: case GRAPH_NOT_FOUND: case GRAPH_REJECTED: case GRAPH_THROTTLED:
    case GRAPH_NOT_A_DRAFT: case GRAPH_UNAVAILABLE: case GRAPH_UNKNOWN: case GRAPH_INTERNAL:
    default:
        break;
    }

    char version[64];
    size_t i;
    graph_status status;
    const graph_status ends[] = { INT32_MIN, INT32_MIN + 1, INT32_MAX };

    for (i = 0; i < COUNT; i++) {
        CHECK(!strcmp(graph_status_name(STATUSES[i].status), STATUSES[i].name));
        CHECK(graph_status_sent(STATUSES[i].status) == STATUSES[i].sent);
    }
    for (status = -300; status < 300; status++) {
        if (is_listed(status)) continue;
        CHECK(!strcmp(graph_status_name(status), "unlisted"));
        CHECK(graph_status_sent(status) == -1);
    }
    for (i = 0; i < sizeof ends / sizeof *ends; i++) {
        CHECK(!strcmp(graph_status_name(ends[i]), "unlisted"));
        CHECK(graph_status_sent(ends[i]) == -1);
    }

    snprintf(version, sizeof version, "%d.%d.%d", GRAPH_VERSION_MAJOR, GRAPH_VERSION_MINOR, GRAPH_VERSION_PATCH);
    CHECK(!strcmp(GRAPH_VERSION, version));
    CHECK(!strcmp(graph_version(), GRAPH_VERSION));
    CHECK(graph_abi_version() == GRAPH_ABI_VERSION);
    return 0;
}
