/* The Tcl package graph_message: sends an existing draft through Microsoft Graph and says what became of it.
 *
 * graph_message.h is the manual, and this file is compiled against it; README.md shows the commands. What belongs to
 * Tcl is touched only on the thread that made the client; a call with -command runs on a thread of its own, and what
 * comes of it goes back as an event.
 *
 * These functions have no command: graph_message_send and graph_init, since a client is as short in Tcl;
 * graph_message_send_text, which is for languages that lack pointers; and graph_string_free, since no function that is
 * used here hands over a string. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <graph_message.h>
#include <tcl.h>

#ifndef TCL_SIZE_MAX /* before Tcl 8.7 */
typedef int Tcl_Size;
#endif

/* Refuses to compile where the header has another value. */
#define CONSTANT(name, value) { #name, (value) + 0 * (int)sizeof(char[(name) == (value) ? 1 : -1]) },

static const struct {
    const char *name;
    int value;
} constants[] = {
#include "constants.h"
};

typedef struct Call Call;

typedef struct Client {
    graph_client *client;
    Tcl_Interp *interp; /* NULL where it was deleted */
    Tcl_ThreadId thread;
    Tcl_Command command;
    Tcl_Obj *log;
    Call *calls; /* those with -command */
    int next_call;
    int users; /* the command, calls in flight and log lines under way */
} Client;

typedef graph_status (*message_function)(const graph_client *, const graph_call *, const char *, const char *,
                                         const char *, graph_receipt **, graph_error **);

struct Call {
    Client *client;
    message_function function;
    graph_call *call;
    char *token, *user, *id;
    graph_receipt *receipt;
    graph_error *error;
    graph_status status;
    Tcl_Obj *command;
    int number;
    Call *next;
};

typedef struct {
    Tcl_Event header;
    Client *client;
    Call *call; /* that ended, or NULL: a log line */
    int level;
    char *line;
} Event;

/* Texts are UTF-8 for the library; Tcl's own form writes NUL and some characters otherwise. */

static Tcl_Obj *from_utf8(const char *text)
{
    Tcl_Encoding utf8 = Tcl_GetEncoding(NULL, "utf-8");
    Tcl_DString own;
    Tcl_Obj *object;
    Tcl_ExternalToUtfDString(utf8, text, -1, &own);
    object = Tcl_NewStringObj(Tcl_DStringValue(&own), Tcl_DStringLength(&own));
    Tcl_DStringFree(&own);
    Tcl_FreeEncoding(utf8);
    return object;
}

static void put(Tcl_Obj *dict, const char *name, Tcl_Obj *value)
{
    Tcl_Obj *key = Tcl_NewStringObj(name, -1);
    Tcl_IncrRefCount(key);
    Tcl_DictObjPut(NULL, dict, key, value);
    /* The dict has it, unless it had one like it. */
    Tcl_DecrRefCount(key);
}

static void put_text(Tcl_Obj *dict, const char *name, const char *value)
{
    put(dict, name, from_utf8(value));
}

static void put_number(Tcl_Obj *dict, const char *name, Tcl_WideInt value)
{
    put(dict, name, Tcl_NewWideIntObj(value));
}

/* What a call ended in, as a dict. The error may be NULL: this file refused something itself. */
static Tcl_Obj *outcome(graph_status status, const char *message, const graph_receipt *receipt,
                        const graph_error *error)
{
    Tcl_Obj *dict = Tcl_NewDictObj();
    put_number(dict, "sent", graph_status_sent(status));
    put_text(dict, "status", graph_status_name(status));
    if (status == GRAPH_OK) {
        put_number(dict, "http_status", graph_receipt_http_status(receipt));
        put_text(dict, "request_id", graph_receipt_request_id(receipt));
        put_text(dict, "client_request_id", graph_receipt_client_request_id(receipt));
        put_number(dict, "attempts", graph_receipt_attempts(receipt));
        put_number(dict, "evidence", graph_receipt_evidence(receipt));
        put_text(dict, "sent_id", graph_receipt_sent_id(receipt));
        return dict;
    }
    put_text(dict, "message", message);
    put_number(dict, "http_status", graph_error_http_status(error));
    put_text(dict, "code", graph_error_code(error));
    put_text(dict, "request_id", graph_error_request_id(error));
    put_text(dict, "client_request_id", graph_error_client_request_id(error));
    put_number(dict, "retry_after_ms", graph_error_retry_after_ms(error));
    put_number(dict, "attempts", graph_error_attempts(error));
    put_text(dict, "claims", graph_error_claims(error));
    put_number(dict, "seen", graph_error_seen(error));
    put_text(dict, "internet_message_id", graph_error_internet_message_id(error));
    return dict;
}

/* Fails as {GRAPH_MESSAGE UNSENT status dict} or {GRAPH_MESSAGE UNKNOWN status dict}, for try and trap. */
static int fail(Tcl_Interp *interp, graph_status status, const char *message, const graph_error *error)
{
    Tcl_Obj *code[4];
    code[0] = Tcl_NewStringObj("GRAPH_MESSAGE", -1);
    code[1] = Tcl_NewStringObj(graph_status_sent(status) == 0 ? "UNSENT" : "UNKNOWN", -1);
    code[2] = Tcl_NewStringObj(graph_status_name(status), -1);
    code[3] = outcome(status, message, NULL, error);
    Tcl_SetObjResult(interp, from_utf8(message));
    Tcl_SetObjErrorCode(interp, Tcl_NewListObj(4, code));
    return TCL_ERROR;
}

static int refuse(Tcl_Interp *interp, const char *name, const char *why)
{
    char message[200];
    snprintf(message, sizeof message, "not sent: %s %s", name, why);
    return fail(interp, GRAPH_INVALID_ARGUMENT, message, NULL);
}

/* A copy of a text for the library, to be freed. */
static int get_text(Tcl_Interp *interp, const char *name, Tcl_Obj *object, char **text)
{
    Tcl_Encoding utf8 = Tcl_GetEncoding(NULL, "utf-8");
    Tcl_DString external;
    Tcl_Size length;
    const char *own = Tcl_GetStringFromObj(object, &length);
    size_t bytes;
    int holds_nul;
    Tcl_UtfToExternalDString(utf8, own, length, &external);
    Tcl_FreeEncoding(utf8);
    bytes = (size_t)Tcl_DStringLength(&external);
    holds_nul = memchr(Tcl_DStringValue(&external), 0, bytes) != NULL;
    free(*text);
    *text = holds_nul ? NULL : malloc(bytes + 1);
    if (*text) memcpy(*text, Tcl_DStringValue(&external), bytes + 1);
    Tcl_DStringFree(&external);
    if (holds_nul) return refuse(interp, name, "holds a NUL, where C would end it: take it out");
    return *text ? TCL_OK : refuse(interp, name, "does not fit into memory");
}

static int get_number(Tcl_Interp *interp, const char *name, Tcl_Obj *object, uint32_t *number)
{
    Tcl_WideInt wide;
    if (Tcl_GetWideIntFromObj(NULL, object, &wide) != TCL_OK || wide < 0 || wide > 0xffffffffLL)
        return refuse(interp, name, "is no whole number from 0 to 4294967295");
    *number = (uint32_t)wide;
    return TCL_OK;
}

/* A prefix to which words are added. Found out before anything is sent: an outcome that nobody receives is lost. */
static int check_prefix(Tcl_Interp *interp, const char *name, Tcl_Obj *object, int may_be_empty)
{
    Tcl_Size length;
    if (Tcl_ListObjLength(NULL, object, &length) != TCL_OK)
        return refuse(interp, name, "is no list: give a command and its first arguments");
    if (length == 0 && !may_be_empty) return refuse(interp, name, "is empty: give a command");
    return TCL_OK;
}

/* What Tcl keeps of an error has the arguments of the command, and the token among them: here, the words before. */
static int without_arguments(Tcl_Interp *interp, int words, Tcl_Obj *const objv[])
{
    Tcl_Obj *options = Tcl_GetReturnOptions(interp, TCL_ERROR);
    Tcl_Obj *command = Tcl_NewListObj(words, objv);
    Tcl_Obj *stack = Tcl_NewListObj(0, NULL);
    Tcl_IncrRefCount(command);
    put(options, "-errorinfo",
        Tcl_ObjPrintf("%s\n    while executing\n\"%s ...\"", Tcl_GetStringResult(interp), Tcl_GetString(command)));
    Tcl_ListObjAppendElement(NULL, stack, Tcl_NewStringObj("INNER", -1));
    Tcl_ListObjAppendElement(NULL, stack, command);
    put(options, "-errorstack", stack);
    Tcl_DecrRefCount(command);
    return Tcl_SetReturnOptions(interp, options);
}

/* The interpreter is not preserved meanwhile: it would keep the client's command, and that the interpreter. */
static void interp_deleted(ClientData data, Tcl_Interp *interp)
{
    Client *client = data;
    (void)interp;
    client->interp = NULL;
}

static void release(Client *client)
{
    if (--client->users > 0) return;
    graph_client_free(client->client);
    if (client->log) Tcl_DecrRefCount(client->log);
    if (client->interp) Tcl_DontCallWhenDeleted(client->interp, interp_deleted, client);
    free(client);
}

/* Evaluates a command with more words; its errors are background errors. */
static void evaluate(Client *client, Tcl_Obj *prefix, Tcl_Obj *first, Tcl_Obj *second)
{
    Tcl_Interp *interp = client->interp;
    Tcl_Obj *command = Tcl_DuplicateObj(prefix);
    Tcl_IncrRefCount(command);
    Tcl_IncrRefCount(first);
    if (second) Tcl_IncrRefCount(second);
    if (interp && !Tcl_InterpDeleted(interp)) {
        Tcl_Preserve(interp);
        if (Tcl_ListObjAppendElement(interp, command, first) != TCL_OK
            || (second && Tcl_ListObjAppendElement(interp, command, second) != TCL_OK)
            || Tcl_EvalObjEx(interp, command, TCL_EVAL_GLOBAL | TCL_EVAL_DIRECT) != TCL_OK)
            Tcl_BackgroundError(interp);
        Tcl_Release(interp);
    }
    if (second) Tcl_DecrRefCount(second);
    Tcl_DecrRefCount(first);
    Tcl_DecrRefCount(command);
}

static void run(Call *call)
{
    call->status = call->function(call->client->client, call->call, call->token, call->user, call->id, &call->receipt,
                                  &call->error);
}

static void forget(Call *call)
{
    graph_call_free(call->call);
    graph_receipt_free(call->receipt);
    graph_error_free(call->error);
    free(call->token);
    free(call->user);
    free(call->id);
    if (call->command) Tcl_DecrRefCount(call->command);
}

static void ended(Call *call)
{
    Client *client = call->client;
    Call **place = &client->calls;
    Tcl_Obj *dict = outcome(call->status, graph_error_message(call->error), call->receipt, call->error);
    while (*place != call) place = &(*place)->next;
    *place = call->next;
    evaluate(client, call->command, dict, NULL);
    forget(call);
    free(call);
    release(client);
}

static int on_event(Tcl_Event *header, int flags)
{
    Event *event = (Event *)header;
    Client *client = event->client;
    (void)flags;
    /* What is evaluated may enter the event loop again, and come to the end of the call there. */
    client->users++;
    if (event->call) {
        ended(event->call);
    } else {
        evaluate(client, client->log, Tcl_NewIntObj(event->level), from_utf8(event->line));
        free(event->line);
    }
    release(client);
    return 1;
}

static void queue(Client *client, Call *call, int level, char *line)
{
    Event *event = (Event *)Tcl_Alloc(sizeof *event);
    event->header.proc = on_event;
    event->client = client;
    event->call = call;
    event->level = level;
    event->line = line;
    Tcl_ThreadQueueEvent(client->thread, &event->header, TCL_QUEUE_TAIL);
    Tcl_ThreadAlert(client->thread);
}

/* On the thread of the call. The event of a line comes before that of the call's end, which holds the client. */
static void on_log(void *context, int32_t level, const char *line)
{
    Client *client = context;
    char *copy;
    if (Tcl_GetCurrentThread() == client->thread) {
        evaluate(client, client->log, Tcl_NewIntObj(level), from_utf8(line));
        return;
    }
    copy = malloc(strlen(line) + 1);
    if (copy) queue(client, NULL, level, strcpy(copy, line));
}

static Tcl_ThreadCreateType call_thread(ClientData data)
{
    Call *call = data;
    run(call);
    queue(call->client, call, 0, NULL);
    TCL_THREAD_CREATE_RETURN;
}

/* $client send|check ?-token t? ?-id i? ?-user u? ?-timeout_ms n? ?-internet_message_id m? ?-command prefix? */
static int send_or_check(Client *client, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[], message_function function)
{
    static const char *const names[] = { "-command", "-id", "-internet_message_id", "-timeout_ms", "-token", "-user",
                                         NULL };
    Call call, *kept;
    Tcl_ThreadId thread;
    char *message_id = NULL;
    uint32_t ms = 0;
    int i, which, result = TCL_OK;
    memset(&call, 0, sizeof call);
    call.client = client;
    call.function = function;
    if (objc % 2 != 0) {
        Tcl_WrongNumArgs(interp, 2, objv, "?-option value ...?");
        return TCL_ERROR;
    }
    for (i = 2; result == TCL_OK && i < objc; i += 2) {
        Tcl_Obj *value = objv[i + 1];
        result = Tcl_GetIndexFromObj(interp, objv[i], names, "option", TCL_EXACT, &which);
        if (result != TCL_OK) break;
        switch (which) {
        case 0:
            result = check_prefix(interp, "command", value, 0);
            if (result != TCL_OK) break;
            if (call.command) Tcl_DecrRefCount(call.command);
            Tcl_IncrRefCount(call.command = value);
            break;
        case 1: result = get_text(interp, "id", value, &call.id); break;
        case 2: result = get_text(interp, "internet_message_id", value, &message_id); break;
        case 3: result = get_number(interp, "timeout_ms", value, &ms); break;
        case 4: result = get_text(interp, "token", value, &call.token); break;
        default: result = get_text(interp, "user", value, &call.user); break;
        }
    }
    if (result == TCL_OK) {
        call.call = graph_call_new();
        graph_call_set_timeout_ms(call.call, ms);
        if (graph_call_set_internet_message_id(call.call, message_id) != GRAPH_OK)
            result = refuse(interp, "internet_message_id", "is not one that Graph shows: <...@...>");
    }
    free(message_id);
    if (result == TCL_OK && call.command) {
        kept = malloc(sizeof *kept);
        if (kept) {
            *kept = call;
            kept->number = ++client->next_call;
            kept->next = client->calls;
            client->calls = kept;
            client->users++;
            if (Tcl_CreateThread(&thread, call_thread, kept, TCL_THREAD_STACK_DEFAULT, TCL_THREAD_NOFLAGS) == TCL_OK) {
                Tcl_SetObjResult(interp, Tcl_ObjPrintf("call%d", kept->number));
                return TCL_OK;
            }
            client->calls = kept->next;
            client->users--;
            free(kept);
        }
        result = refuse(interp, "-command", "needs a thread, which cannot be had");
    } else if (result == TCL_OK) {
        client->users++;
        run(&call);
        if (call.status == GRAPH_OK) Tcl_SetObjResult(interp, outcome(GRAPH_OK, "", call.receipt, NULL));
        else result = fail(interp, call.status, graph_error_message(call.error), call.error);
        release(client);
    }
    forget(&call);
    return result;
}

static int client_command(ClientData data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    static const char *const names[] = { "cancel", "check", "destroy", "send", NULL };
    Client *client = data;
    Call *call;
    int which;
    char name[32];
    if (objc < 2) {
        Tcl_WrongNumArgs(interp, 1, objv, "cancel|check|destroy|send ?-option value ...?");
        return TCL_ERROR;
    }
    if (Tcl_GetIndexFromObj(interp, objv[1], names, "subcommand", TCL_EXACT, &which) != TCL_OK) return TCL_ERROR;
    if (which == 1 || which == 3) {
        if (send_or_check(client, interp, objc, objv, which == 1 ? graph_client_check : graph_client_send) == TCL_OK)
            return TCL_OK;
        return without_arguments(interp, 2, objv);
    }
    if (objc > (which == 0 ? 3 : 2)) {
        Tcl_WrongNumArgs(interp, 2, objv, which == 0 ? "?call?" : NULL);
        return TCL_ERROR;
    }
    if (which == 2) {
        Tcl_DeleteCommandFromToken(interp, client->command);
    } else if (objc == 2) {
        graph_client_cancel(client->client);
    } else {
        for (call = client->calls; call; call = call->next) {
            snprintf(name, sizeof name, "call%d", call->number);
            /* One that has ended is no error: it may have done so just now. */
            if (!strcmp(name, Tcl_GetString(objv[2]))) graph_call_cancel(call->call);
        }
    }
    return TCL_OK;
}

static void client_deleted(ClientData data)
{
    release(data);
}

typedef graph_status (*text_setter)(graph_options *, const char *);
typedef graph_status (*number_setter)(graph_options *, uint32_t);
typedef graph_status (*choice_setter)(graph_options *, int32_t);

static const struct {
    const char *name;
    text_setter text;
    number_setter number;
    choice_setter choice;
} setters[] = {
    { "-base_url", graph_options_set_base_url, NULL, NULL },
    { "-timeout_ms", NULL, graph_options_set_timeout_ms, NULL },
    { "-attempt_timeout_ms", NULL, graph_options_set_attempt_timeout_ms, NULL },
    { "-connect_timeout_ms", NULL, graph_options_set_connect_timeout_ms, NULL },
    { "-max_attempts", NULL, graph_options_set_max_attempts, NULL },
    { "-verify", NULL, NULL, graph_options_set_verify },
    { "-settle_ms", NULL, graph_options_set_settle_ms, NULL },
    { "-mailbox_concurrency", NULL, graph_options_set_mailbox_concurrency, NULL },
    { "-proxy", graph_options_set_proxy, NULL, NULL },
    { "-proxy_from_environment", NULL, NULL, NULL },
    { "-ca_file", graph_options_set_ca_file, NULL, NULL },
    { "-roots", NULL, NULL, graph_options_set_roots },
    { "-user_agent", graph_options_set_user_agent, NULL, NULL },
    { "-log", NULL, NULL, NULL },
    { NULL, NULL, NULL, NULL },
};

static int set_option(Client *client, graph_options *options, Tcl_Interp *interp, Tcl_Obj *name, Tcl_Obj *value)
{
    int which, yes, result;
    uint32_t number;
    char *text = NULL;
    if (Tcl_GetIndexFromObjStruct(interp, name, setters, sizeof setters[0], "option", TCL_EXACT, &which) != TCL_OK)
        return TCL_ERROR;
    if (setters[which].text) {
        result = get_text(interp, setters[which].name + 1, value, &text);
        if (result == TCL_OK) setters[which].text(options, text);
        free(text);
        return result;
    }
    if (setters[which].number || setters[which].choice) {
        if (get_number(interp, setters[which].name + 1, value, &number) != TCL_OK) return TCL_ERROR;
        if (setters[which].number) setters[which].number(options, number);
        else setters[which].choice(options, (int32_t)number);
        return TCL_OK;
    }
    if (!strcmp(setters[which].name, "-log")) {
        if (check_prefix(interp, "log", value, 1) != TCL_OK) return TCL_ERROR;
        if (client->log) Tcl_DecrRefCount(client->log);
        client->log = Tcl_GetString(value)[0] ? value : NULL;
        if (client->log) Tcl_IncrRefCount(client->log);
        graph_options_set_log(options, client->log ? on_log : NULL, client);
        return TCL_OK;
    }
    if (Tcl_GetBooleanFromObj(interp, value, &yes) != TCL_OK) return TCL_ERROR;
    if (yes) graph_options_set_proxy_from_environment(options);
    return TCL_OK;
}

static int make_client(int *next, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    int i, result = TCL_OK;
    char name[64];
    graph_options *options;
    graph_error *error = NULL;
    Client *client;
    if (objc % 2 == 0) {
        Tcl_WrongNumArgs(interp, 1, objv, "?-option value ...?");
        return TCL_ERROR;
    }
    client = calloc(1, sizeof *client);
    if (!client) return refuse(interp, "the client", "does not fit into memory");
    client->interp = interp;
    client->thread = Tcl_GetCurrentThread();
    client->users = 1;
    Tcl_CallWhenDeleted(interp, interp_deleted, client);
    options = graph_options_new();
    for (i = 1; result == TCL_OK && i < objc; i += 2)
        result = set_option(client, options, interp, objv[i], objv[i + 1]);
    if (result == TCL_OK && graph_client_new(options, &client->client, &error) != GRAPH_OK) {
        result = fail(interp, graph_error_status(error), graph_error_message(error), error);
        graph_error_free(error);
    }
    graph_options_free(options);
    if (result != TCL_OK) {
        release(client);
        return result;
    }
    snprintf(name, sizeof name, "::graph_message::client%d", ++*next);
    client->command = Tcl_CreateObjCommand(interp, name, client_command, client, client_deleted);
    Tcl_SetObjResult(interp, Tcl_NewStringObj(name, -1));
    return TCL_OK;
}

/* graph_message::client ?-option value ...?, which returns a command. */
static int new_client(ClientData data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    return make_client(data, interp, objc, objv) == TCL_OK ? TCL_OK : without_arguments(interp, 1, objv);
}

static int version(ClientData data, Tcl_Interp *interp, int objc, Tcl_Obj *const objv[])
{
    (void)data;
    if (objc != 1) {
        Tcl_WrongNumArgs(interp, 1, objv, NULL);
        return TCL_ERROR;
    }
    Tcl_SetObjResult(interp, from_utf8(graph_version()));
    return TCL_OK;
}

static void free_counter(ClientData counter)
{
    free(counter);
}

DLLEXPORT int Graph_message_Init(Tcl_Interp *interp)
{
    size_t i;
    char name[64];
    int *next;
    if (!Tcl_InitStubs(interp, "8.5", 0)) return TCL_ERROR;
    if (graph_abi_version() < GRAPH_ABI_VERSION) {
        Tcl_SetObjResult(interp, Tcl_ObjPrintf("the library graph-message %s (ABI %d) is older than the package "
                                               "graph_message %s, which needs ABI %d: install a newer one",
                                               graph_version(), (int)graph_abi_version(), GRAPH_VERSION,
                                               GRAPH_ABI_VERSION));
        return TCL_ERROR;
    }
    next = calloc(1, sizeof *next);
    if (!next) return TCL_ERROR;
    Tcl_CreateNamespace(interp, "::graph_message", NULL, NULL);
    Tcl_CreateObjCommand(interp, "::graph_message::client", new_client, next, free_counter);
    Tcl_CreateObjCommand(interp, "::graph_message::version", version, NULL, NULL);
    for (i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        snprintf(name, sizeof name, "::graph_message::%s", constants[i].name);
        Tcl_SetVar2Ex(interp, name, NULL, Tcl_NewIntObj(constants[i].value), TCL_GLOBAL_ONLY);
    }
    return Tcl_PkgProvide(interp, "graph_message", GRAPH_VERSION);
}
