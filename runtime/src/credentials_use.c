/*
 * The questions that a call's credentials put to their callback, and the answers.
 *
 * A question is known by a number, in a table, so that answers may come when nobody waits any more,
 * and need not come at all. Core keeps all of a call until each question of its is answered: those
 * that are open at the call's end are answered here.
 */
#include "call_credentials.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/string_util.h>

#include "core.h"
#include "invariant.h"
#include "metadata.h"

/** What came of a question: metadata, or a failure. */
typedef struct answer {
    grpc_c_metadata_list metadata;
    /** OK: the metadata. */
    grpc_c_status_code code;
    /** Owned; NULL for none. */
    char *message;
} answer;

typedef struct question {
    grpc_c_call_credentials_request number;
    grpc_c_credentials_use *use;
    /** The next in the table, and of the same use. */
    struct question *next;
    struct question *next_of_use;
    /** The callback runs, on this thread: the answer is left here for its caller. */
    bool in_callback;
    pthread_t asker;
    bool answered;
    answer answer;
    /** How core hears of a later one. */
    grpc_credentials_plugin_metadata_cb tell;
    void *tell_data;
} question;

struct grpc_c_credentials_use {
    /** The context's, and core's. */
    atomic_uint references;
    grpc_c_call_credentials *credentials;
    /* Under the mutex. */
    bool over;
    question *open;
    grpc_c_status_code code;
    char *message;
};

enum {
    buckets = 256,
};

/* Guards the table, all questions, and what is marked so in uses. Held for a few instructions, and
 * never while the user's code may run, or what of core may call it. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t callback_returned = PTHREAD_COND_INITIALIZER;
static question *table[buckets];
static grpc_c_call_credentials_request last_number;

/* ---- questions; under the mutex ---- */

static question **bucket_of(grpc_c_call_credentials_request number)
{
    return &table[number % buckets];
}

static void open_question(question *question)
{
    struct question **bucket = bucket_of(question->number = ++last_number);
    question->next = *bucket;
    *bucket = question;
    question->next_of_use = question->use->open;
    question->use->open = question;
}

/* Takes the question from the table and from its use: no answer finds it any more. */
static void close_question(question *question)
{
    struct question **link = bucket_of(question->number);
    while (*link != question)
        link = &(*link)->next;
    *link = question->next;
    link = &question->use->open;
    while (*link != question)
        link = &(*link)->next_of_use;
    *link = question->next_of_use;
}

/* The failure counts as the call's until core asks again, in another attempt. */
static void note_failure(grpc_c_credentials_use *use, answer *answer)
{
    free(use->message);
    use->code = answer->code;
    use->message = answer->message;
    answer->message = NULL;
}

/* ---- the plugin's side ---- */

void grpc_c_credentials_use_release(grpc_c_credentials_use *use)
{
    if (atomic_fetch_sub(&use->references, 1) > 1)
        return;
    grpc_c_call_credentials_free(use->credentials);
    free(use->message);
    free(use);
}

/* What core reads of a failure; a copy where it frees it. The message of our own takes its place in
 * the end (grpc_c_credentials_use_end). */
static const char no_metadata[] = "the call credentials gave no metadata";

static question *new_question(grpc_c_credentials_use *use, grpc_credentials_plugin_metadata_cb tell,
                              void *tell_data)
{
    question *question = calloc(1, sizeof *question);
    if (question != NULL) {
        question->use = use;
        question->in_callback = true;
        question->asker = pthread_self();
        question->tell = tell;
        question->tell_data = tell_data;
    }
    return question;
}

/* Opens the question, which is NULL for want of memory. False when it is not to be asked: then, or
 * when the call has ended, which is when core may still want to know. */
static bool open_for_callback(grpc_c_credentials_use *use, question *question)
{
    answer nothing = {.code = GRPC_C_STATUS_OK};
    if (question == NULL)
        nothing.code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    pthread_mutex_lock(&mutex);
    note_failure(use, &nothing);
    bool opened = question != NULL && !use->over;
    if (opened)
        open_question(question);
    pthread_mutex_unlock(&mutex);
    return opened;
}

/* The callback has returned. False when the answer is still to come: from then on the question is
 * whoever's that answers it. */
static bool is_answered(question *question)
{
    pthread_mutex_lock(&mutex);
    bool answered = question->answered;
    question->in_callback = false;
    pthread_cond_broadcast(&callback_returned);
    pthread_mutex_unlock(&mutex);
    return answered;
}

/* "://" begins the URL where there is no scheme, over a unix socket. */
static const char *url_of(const grpc_auth_metadata_context *context)
{
    const char *url = context->service_url != NULL ? context->service_url : "";
    return strncmp(url, "://", 3) == 0 ? url + 3 : url;
}

static int ask(void *state, grpc_auth_metadata_context context,
               grpc_credentials_plugin_metadata_cb tell, void *tell_data,
               grpc_metadata ret_entries[GRPC_METADATA_CREDENTIALS_PLUGIN_SYNC_MAX],
               size_t *ret_count, grpc_status_code *ret_code, const char **ret_message)
{
    grpc_c_credentials_use *use = state;
    /* Orders this thread behind the one that began the call where core, which does so too, is not
     * seen by the thread sanitizer. */
    atomic_load(&use->references);
    const grpc_c_call_credentials *credentials = use->credentials;
    question *question = new_question(use, tell, tell_data);
    *ret_count = 0;
    *ret_code = GRPC_STATUS_UNAVAILABLE;
    if (open_for_callback(use, question)) {
        credentials->callback(question->number, url_of(&context),
                              context.method_name != NULL ? context.method_name : "",
                              credentials->user_data);
        if (!is_answered(question))
            return 0;
        *ret_code = (grpc_status_code)question->answer.code;
        grpc_c_metadata_list_share(&question->answer.metadata, ret_entries, ret_count);
        grpc_c_metadata_list_free(&question->answer.metadata);
    }
    if (question == NULL) {
        pthread_mutex_lock(&mutex);
        note_failure(use, &(answer){.code = GRPC_C_STATUS_RESOURCE_EXHAUSTED});
        pthread_mutex_unlock(&mutex);
    }
    free(question);
    *ret_message = *ret_code != GRPC_STATUS_OK ? gpr_strdup(no_metadata) : NULL;
    return 1;
}

static void release_state(void *state)
{
    grpc_c_credentials_use_release(state);
}

/* ---- the call's side ---- */

grpc_c_credentials_use *grpc_c_credentials_use_new(grpc_c_call_credentials *credentials,
                                                   grpc_metadata_credentials_plugin *ret_plugin)
{
    grpc_c_credentials_use *use = calloc(1, sizeof *use);
    if (use == NULL)
        return NULL;
    use->credentials = grpc_c_call_credentials_ref(credentials);
    atomic_store(&use->references, 2); /* last; see ask */
    ret_plugin->get_metadata = ask;
    ret_plugin->destroy = release_state;
    ret_plugin->state = use;
    return use;
}

/* The open questions, without those whose callback runs: that tells core itself. */
static question *close_all(grpc_c_credentials_use *use)
{
    question *closed = NULL;
    while (use->open != NULL) {
        question *question = use->open;
        close_question(question);
        if (question->in_callback) {
            question->answered = true;
            question->answer.code = GRPC_C_STATUS_CANCELLED;
        } else {
            question->next_of_use = closed;
            closed = question;
        }
    }
    return closed;
}

void grpc_c_credentials_use_end(grpc_c_credentials_use *use, grpc_c_arena *arena,
                                grpc_c_status_code *code, const char **message)
{
    pthread_mutex_lock(&mutex);
    use->over = true;
    question *closed = close_all(use);
    /* Core's is UNAVAILABLE then, whatever the callback said; or it is what made the answer not
     * matter any more. */
    if (use->code != GRPC_C_STATUS_OK && *code != GRPC_C_STATUS_OK &&
        *code != GRPC_C_STATUS_CANCELLED && *code != GRPC_C_STATUS_DEADLINE_EXCEEDED) {
        const char *copy = use->message != NULL
                               ? grpc_c_arena_copy_string(arena, use->message, strlen(use->message))
                               : NULL;
        *code = use->code;
        *message = copy != NULL ? copy : "";
    }
    pthread_mutex_unlock(&mutex);
    while (closed != NULL) {
        question *question = closed;
        closed = question->next_of_use;
        question->tell(question->tell_data, NULL, 0, GRPC_STATUS_CANCELLED, no_metadata);
        free(question);
    }
    grpc_c_credentials_use_release(use);
}

/* ---- the user's side ---- */

static void fail_answer(answer *answer, grpc_c_status_code code, const char *message)
{
    grpc_c_metadata_list_free(&answer->metadata);
    free(answer->message);
    answer->code = code;
    answer->message = message != NULL ? strdup(message) : NULL;
}

/* The open question of this number; NULL for none. Under the mutex. */
static question *find(grpc_c_call_credentials_request number)
{
    question *question = *bucket_of(number);
    while (question != NULL && question->number != number)
        question = question->next;
    return question;
}

/* Leaves the answer to the one who runs the callback, if it runs and core takes as much that way.
 * What is more is given to core later, even by another thread that answers meanwhile; but not by
 * this one, which core does not allow. Under the mutex. */
static bool leave_to_asker(question *question, answer *answer)
{
    bool is_long = answer->metadata.count > GRPC_METADATA_CREDENTIALS_PLUGIN_SYNC_MAX;
    if (!question->in_callback || (is_long && !pthread_equal(question->asker, pthread_self())))
        return false;
    if (is_long)
        fail_answer(answer, GRPC_C_STATUS_INTERNAL,
                    "too much metadata for an answer inside the callback");
    return true;
}

/* Takes the answer. */
static bool give(grpc_c_call_credentials_request number, answer *answer)
{
    pthread_mutex_lock(&mutex);
    question *question = find(number);
    bool counts = question != NULL;
    bool later = false;
    if (counts) {
        close_question(question);
        question->answered = leave_to_asker(question, answer);
        note_failure(question->use, answer);
        later = !question->answered;
    }
    if (later) {
        grpc_c_core_acquire(); /* the call, which may end now, has a reference until here */
        while (question->in_callback)
            pthread_cond_wait(&callback_returned, &mutex);
    } else if (counts) {
        question->answer = *answer;
    }
    pthread_mutex_unlock(&mutex);
    if (later) {
        question->tell(question->tell_data, answer->metadata.entries, answer->metadata.count,
                       (grpc_status_code)answer->code,
                       answer->code != GRPC_C_STATUS_OK ? no_metadata : NULL);
        free(question);
        grpc_c_core_release();
    }
    if (later || !counts) {
        grpc_c_metadata_list_free(&answer->metadata);
        free(answer->message);
    }
    return counts;
}

bool grpc_c_call_credentials_succeed(grpc_c_call_credentials_request request,
                                     const grpc_c_metadata_entry *entries, size_t count)
{
    answer answer = {.code = GRPC_C_STATUS_OK};
    if (entries == NULL && count > 0)
        fail_answer(&answer, GRPC_C_STATUS_INTERNAL, "call credentials without their metadata");
    for (size_t i = 0; answer.code == GRPC_C_STATUS_OK && i < count; i++)
        if (!grpc_c_metadata_list_make_room(&answer.metadata))
            fail_answer(&answer, GRPC_C_STATUS_RESOURCE_EXHAUSTED,
                        "there is no memory for the call credentials' metadata");
        else if (!grpc_c_metadata_list_add(&answer.metadata, entries[i].key, entries[i].value,
                                           entries[i].size))
            fail_answer(&answer, GRPC_C_STATUS_INTERNAL,
                        "the call credentials gave metadata that may not be sent");
    return give(request, &answer);
}

/* gRFC A54: what is a server's to say of a request, the library does not say. */
static bool is_control_code(grpc_c_status_code code)
{
    switch (code) {
    case GRPC_C_STATUS_CANCELLED:
    case GRPC_C_STATUS_UNKNOWN:
    case GRPC_C_STATUS_DEADLINE_EXCEEDED:
    case GRPC_C_STATUS_PERMISSION_DENIED:
    case GRPC_C_STATUS_RESOURCE_EXHAUSTED:
    case GRPC_C_STATUS_UNIMPLEMENTED:
    case GRPC_C_STATUS_INTERNAL:
    case GRPC_C_STATUS_UNAVAILABLE:
    case GRPC_C_STATUS_UNAUTHENTICATED:
        return true;
    default:
        return false;
    }
}

bool grpc_c_call_credentials_fail(grpc_c_call_credentials_request request, grpc_c_status_code code,
                                  const char *message)
{
    answer answer = {.code = GRPC_C_STATUS_OK};
    fail_answer(&answer, is_control_code(code) ? code : GRPC_C_STATUS_INTERNAL, message);
    return give(request, &answer);
}
