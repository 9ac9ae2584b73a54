/* Call credentials, over a unix socket: tokens, callbacks that answer at once, later, wrongly or
 * never, and what becomes of their calls. */
#include <semaphore.h>

#include "fixture.h"

/* ---- the ground ---- */

/* What the server was shown last, by whatever call came to its auth check. */
static pthread_mutex_t shown_mutex = PTHREAD_MUTEX_INITIALIZER;
static char shown[256];
static int shown_times;

/* All values of "authorization", and of keys that begin with "x-", in their order. */
static grpc_c_status_code show(grpc_c_server_context *context, void *auth_check_data)
{
    (void)auth_check_data;
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    pthread_mutex_lock(&shown_mutex);
    shown[0] = '\0';
    shown_times++;
    for (size_t i = 0; i < metadata->count; i++) {
        const grpc_c_metadata_entry *entry = &metadata->entries[i];
        if (strcmp(entry->key, "authorization") != 0 && strncmp(entry->key, "x-", 2) != 0)
            continue;
        size_t length = strlen(shown);
        snprintf(shown + length, sizeof shown - length, "%s%s", length > 0 ? "; " : "",
                 entry->value);
    }
    pthread_mutex_unlock(&shown_mutex);
    return GRPC_C_STATUS_OK;
}

static void assert_shown(const char *expected)
{
    pthread_mutex_lock(&shown_mutex);
    char copy[sizeof shown];
    strcpy(copy, shown);
    pthread_mutex_unlock(&shown_mutex);
    assert_string_equal(copy, expected);
}

static int times_shown(void)
{
    pthread_mutex_lock(&shown_mutex);
    int times = shown_times;
    pthread_mutex_unlock(&shown_mutex);
    return times;
}

static int start(void **state)
{
    *state = fixture_new_local(GRPC_C_SERVER_OPTIONS(.auth_check = show), NULL);
    return 0;
}

static int stop(void **state)
{
    fixture_free(*state);
    return 0;
}

static grpc_c_status_code say(fixture *fixture)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "hello";
    const Echo__Reply *reply = echo__echo_stub__say(&fixture->stub, &request, fixture->context);
    assert_true((reply != NULL) ==
                (grpc_c_client_context_status(fixture->context) == GRPC_C_STATUS_OK));
    return grpc_c_client_context_status(fixture->context);
}

/* A callback that does as it is told, and writes down what it sees. */
typedef struct asked {
    /** Called in place. */
    void (*answer)(grpc_c_call_credentials_request request);
    sem_t called;
    sem_t destroyed;
    _Atomic int times;
    grpc_c_call_credentials_request request;
    char service_url[256];
    char method[64];
} asked;

static void on_asked(grpc_c_call_credentials_request request, const char *service_url,
                     const char *method, void *user_data)
{
    asked *asked = user_data;
    asked->request = request;
    snprintf(asked->service_url, sizeof asked->service_url, "%s", service_url);
    snprintf(asked->method, sizeof asked->method, "%s", method);
    asked->times++;
    if (asked->answer != NULL)
        asked->answer(request);
    sem_post(&asked->called);
}

static void on_destroy(void *user_data)
{
    asked *asked = user_data;
    sem_post(&asked->destroyed);
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        continue;
}

/* Sets the context's, which from then on has the only reference. */
static void use_asked(asked *asked, fixture *fixture,
                      void (*answer)(grpc_c_call_credentials_request request))
{
    *asked = (struct asked){.answer = answer};
    sem_init(&asked->called, 0, 0);
    sem_init(&asked->destroyed, 0, 0);
    grpc_c_call_credentials *credentials = grpc_c_call_credentials_new(on_asked, on_destroy, asked);
    assert_non_null(credentials);
    grpc_c_client_context_set_call_credentials(fixture->context, credentials);
    grpc_c_call_credentials_free(credentials);
}

/* Nobody needs the credentials any more, once, and nobody is asked any more. */
static void asked_end(asked *asked, fixture *fixture)
{
    grpc_c_client_context_set_call_credentials(fixture->context, NULL);
    wait_for(&asked->destroyed);
    assert_int_not_equal(sem_trywait(&asked->destroyed), 0);
    sem_destroy(&asked->called);
    sem_destroy(&asked->destroyed);
}

static bool give(grpc_c_call_credentials_request request, const char *value)
{
    const grpc_c_metadata_entry entry = {"authorization", value, strlen(value)};
    return grpc_c_call_credentials_succeed(request, &entry, 1);
}

/* ---- tokens ---- */

static void test_a_token_is_sent_with_the_calls_of_a_context(void **state)
{
    fixture *fixture = *state;
    grpc_c_call_credentials *token = grpc_c_token_call_credentials_new("abc.def");
    grpc_c_client_context_set_call_credentials(fixture->context, token);
    grpc_c_call_credentials_free(token);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(say(fixture), GRPC_C_STATUS_OK);
        assert_shown("Bearer abc.def");
    }
    grpc_c_client_context_set_call_credentials(fixture->context, NULL);
    assert_int_equal(say(fixture), GRPC_C_STATUS_OK);
    assert_shown("");
}

static void test_reset_takes_them_away(void **state)
{
    fixture *fixture = *state;
    grpc_c_call_credentials *token = grpc_c_token_call_credentials_new("abc");
    grpc_c_client_context_set_call_credentials(fixture->context, token);
    grpc_c_client_context_reset(fixture->context);
    grpc_c_call_credentials_free(token);
    assert_int_equal(say(fixture), GRPC_C_STATUS_OK);
    assert_shown("");
}

static void test_those_of_channel_and_context_are_both_sent(void **state)
{
    fixture *fixture = *state;
    grpc_c_call_credentials *channels = grpc_c_token_call_credentials_new("channel");
    grpc_c_call_credentials *contexts = grpc_c_token_call_credentials_new("context");
    grpc_c_channel *channel =
        fixture_local_channel(fixture, GRPC_C_CHANNEL_OPTIONS(.call_credentials = channels));
    grpc_c_call_credentials_free(channels);
    struct fixture other = {.stub = echo__echo_stub(channel), .context = fixture->context};
    assert_int_equal(say(&other), GRPC_C_STATUS_OK);
    assert_shown("Bearer channel");
    grpc_c_client_context_set_call_credentials(fixture->context, contexts);
    assert_int_equal(say(&other), GRPC_C_STATUS_OK);
    assert_shown("Bearer channel; Bearer context");
    grpc_c_channel_free(channel);
    grpc_c_call_credentials_free(contexts);
}

static void test_what_is_no_token_is_refused(void **state)
{
    (void)state;
    assert_null(grpc_c_token_call_credentials_new(NULL));
    assert_null(grpc_c_token_call_credentials_new(""));
    assert_null(grpc_c_token_call_credentials_new("two\nlines"));
    assert_null(grpc_c_token_call_credentials_new("sch\xc3\xb6n"));
    assert_null(grpc_c_call_credentials_new(NULL, NULL, NULL));
    grpc_c_call_credentials_free(NULL);
    grpc_c_client_context_set_call_credentials(NULL, NULL);
}

/* ---- where they may not travel ---- */

static void test_insecure_channels_refuse_them_before_anything_is_sent(void **state)
{
    (void)state;
    grpc_c_call_credentials *token = grpc_c_token_call_credentials_new("secret");
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.auth_check = show),
                                   GRPC_C_CHANNEL_OPTIONS(.call_credentials = token));
    int before = times_shown();
    assert_int_equal(say(fixture), GRPC_C_STATUS_UNAUTHENTICATED);
    assert_string_equal(grpc_c_client_context_message(fixture->context),
                        "call credentials are not sent over an insecure channel");
    grpc_c_channel *plain = grpc_c_insecure_channel_new(fixture->target, NULL);
    struct fixture other = {.stub = echo__echo_stub(plain), .context = fixture->context};
    assert_int_equal(say(&other), GRPC_C_STATUS_OK);
    assert_int_equal(times_shown(), before + 1);
    grpc_c_client_context_set_call_credentials(fixture->context, token);
    assert_int_equal(say(&other), GRPC_C_STATUS_UNAUTHENTICATED);
    assert_int_equal(times_shown(), before + 1);
    assert_int_equal(grpc_c_channel_get_state(fixture->channel, false), GRPC_C_CHANNEL_IDLE);
    grpc_c_channel_free(plain);
    grpc_c_call_credentials_free(token);
    fixture_free(fixture);
}

static void test_tcp_with_local_credentials_refuses_them(void **state)
{
    (void)state;
    grpc_c_call_credentials *token = grpc_c_token_call_credentials_new("secret");
    grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.auth_check = show));
    grpc_c_server_credentials *served =
        grpc_c_local_server_credentials_new(GRPC_C_LOCAL_CONNECTIONS_TCP);
    fixture other = {.context = grpc_c_client_context_new()};
    assert_true(echo__echo_add_servicer_to_server(&fixture_servicer, &other, server));
    snprintf(other.target, sizeof other.target, "127.0.0.1:%d",
             grpc_c_server_add_port(server, "127.0.0.1:0", served, NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel_credentials *local =
        grpc_c_local_channel_credentials_new(GRPC_C_LOCAL_CONNECTIONS_TCP);
    grpc_c_channel *channel = grpc_c_channel_new(other.target, local, NULL);
    other.stub = echo__echo_stub(channel);
    int before = times_shown();
    assert_int_equal(say(&other), GRPC_C_STATUS_OK);
    grpc_c_client_context_set_call_credentials(other.context, token);
    assert_int_equal(say(&other), GRPC_C_STATUS_UNAUTHENTICATED);
    assert_string_equal(grpc_c_client_context_message(other.context),
                        "call credentials are not sent over local TCP, where any user may listen");
    assert_int_equal(times_shown(), before + 1);
    grpc_c_client_context_free(other.context);
    grpc_c_channel_free(channel);
    grpc_c_channel_credentials_free(local);
    grpc_c_server_credentials_free(served);
    grpc_c_server_free(server);
    grpc_c_call_credentials_free(token);
}

/* ---- callbacks ---- */

static void answer_at_once(grpc_c_call_credentials_request request)
{
    assert_true(give(request, "at once"));
    assert_false(give(request, "again"));
}

static void test_a_callback_answers_at_once(void **state)
{
    asked asked;
    use_asked(&asked, *state, answer_at_once);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(say(*state), GRPC_C_STATUS_OK);
        assert_shown("at once");
        assert_int_equal(asked.times, i);
    }
    assert_string_equal(asked.service_url, "localhost/echo.Echo");
    assert_string_equal(asked.method, "Say");
    asked_end(&asked, *state);
}

static void *answer_later(void *argument)
{
    asked *asked = argument;
    wait_for(&asked->called);
    return give(asked->request, "later") ? asked : NULL;
}

static void test_a_callback_answers_later_from_another_thread(void **state)
{
    asked asked;
    use_asked(&asked, *state, NULL);
    for (int i = 1; i <= 20; i++) {
        pthread_t thread;
        void *counted;
        assert_int_equal(pthread_create(&thread, NULL, answer_later, &asked), 0);
        assert_int_equal(say(*state), GRPC_C_STATUS_OK);
        pthread_join(thread, &counted);
        assert_non_null(counted);
        assert_shown("later");
    }
    asked_end(&asked, *state);
}

static void test_both_callbacks_of_channel_and_context_are_asked(void **state)
{
    fixture *fixture = *state;
    asked asked;
    use_asked(&asked, fixture, answer_at_once);
    struct asked channels = {.answer = NULL};
    sem_init(&channels.called, 0, 0);
    sem_init(&channels.destroyed, 0, 0);
    grpc_c_call_credentials *credentials =
        grpc_c_call_credentials_new(on_asked, on_destroy, &channels);
    grpc_c_channel *channel =
        fixture_local_channel(fixture, GRPC_C_CHANNEL_OPTIONS(.call_credentials = credentials));
    grpc_c_call_credentials_free(credentials);
    struct fixture other = {.stub = echo__echo_stub(channel), .context = fixture->context};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer_later, &channels), 0);
    assert_int_equal(say(&other), GRPC_C_STATUS_OK);
    pthread_join(thread, NULL);
    assert_shown("later; at once");
    grpc_c_channel_free(channel);
    wait_for(&channels.destroyed);
    asked_end(&asked, fixture);
}

/* ---- failures ---- */

static void fail_at_once(grpc_c_call_credentials_request request)
{
    assert_true(grpc_c_call_credentials_fail(request, GRPC_C_STATUS_PERMISSION_DENIED,
                                             "no token for you: 100% säure"));
    assert_false(give(request, "again"));
}

static void *fail_later(void *argument)
{
    asked *asked = argument;
    wait_for(&asked->called);
    assert_true(
        grpc_c_call_credentials_fail(asked->request, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "later"));
    return NULL;
}

static void test_a_failure_keeps_code_and_text(void **state)
{
    fixture *fixture = *state;
    asked asked;
    pthread_t thread;
    int before = times_shown();
    use_asked(&asked, fixture, fail_at_once);
    assert_int_equal(say(fixture), GRPC_C_STATUS_PERMISSION_DENIED);
    assert_string_equal(grpc_c_client_context_message(fixture->context),
                        "no token for you: 100% säure");
    asked_end(&asked, fixture);
    use_asked(&asked, fixture, NULL);
    assert_int_equal(pthread_create(&thread, NULL, fail_later, &asked), 0);
    assert_int_equal(say(fixture), GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    pthread_join(thread, NULL);
    assert_string_equal(grpc_c_client_context_message(fixture->context), "later");
    asked_end(&asked, fixture);
    assert_int_equal(times_shown(), before);
    assert_int_equal(say(fixture), GRPC_C_STATUS_OK); /* and leaves nothing behind */
    assert_string_equal(grpc_c_client_context_message(fixture->context), "");
}

static grpc_c_status_code code_to_fail_with;

static void fail_with_code(grpc_c_call_credentials_request request)
{
    assert_true(grpc_c_call_credentials_fail(request, code_to_fail_with, NULL));
}

static void test_codes_that_are_a_servers_become_internal(void **state)
{
    static const grpc_c_status_code kept[] = {
        GRPC_C_STATUS_CANCELLED,          GRPC_C_STATUS_UNKNOWN,
        GRPC_C_STATUS_DEADLINE_EXCEEDED,  GRPC_C_STATUS_PERMISSION_DENIED,
        GRPC_C_STATUS_RESOURCE_EXHAUSTED, GRPC_C_STATUS_UNIMPLEMENTED,
        GRPC_C_STATUS_INTERNAL,           GRPC_C_STATUS_UNAVAILABLE,
        GRPC_C_STATUS_UNAUTHENTICATED,
    };
    fixture *fixture = *state;
    asked asked;
    use_asked(&asked, fixture, fail_with_code);
    for (int code = -1; code <= GRPC_C_STATUS_UNAUTHENTICATED + 1; code++) {
        grpc_c_status_code expected = GRPC_C_STATUS_INTERNAL;
        for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
            if ((int)kept[i] == code)
                expected = kept[i];
        code_to_fail_with = (grpc_c_status_code)code;
        assert_int_equal(say(fixture), expected);
        assert_string_equal(grpc_c_client_context_message(fixture->context), "");
    }
    asked_end(&asked, fixture);
}

/* What is in the answer that a test wants. */
static const grpc_c_metadata_entry *entries_to_give;
static size_t count_to_give;

static void give_entries(grpc_c_call_credentials_request request)
{
    assert_true(grpc_c_call_credentials_succeed(request, entries_to_give, count_to_give));
}

static void *give_entries_later(void *argument)
{
    asked *asked = argument;
    wait_for(&asked->called);
    give_entries(asked->request);
    return NULL;
}

/* The status of a call with this answer, in place or later. */
static grpc_c_status_code say_with(fixture *fixture, const grpc_c_metadata_entry *entries,
                                   size_t count, bool later)
{
    asked asked;
    pthread_t thread;
    entries_to_give = entries;
    count_to_give = count;
    use_asked(&asked, fixture, later ? NULL : give_entries);
    if (later)
        assert_int_equal(pthread_create(&thread, NULL, give_entries_later, &asked), 0);
    grpc_c_status_code code = say(fixture);
    if (later)
        pthread_join(thread, NULL);
    asked_end(&asked, fixture);
    return code;
}

static void test_metadata_that_may_not_be_sent_ends_the_call_with_internal(void **state)
{
    static const grpc_c_metadata_entry bad[] = {
        {NULL, "value", 5},         {"", "value", 5},
        {"Upper", "value", 5},      {"a b", "value", 5},
        {"x-a\r\nx-b", "v", 1},     {"authorization", "two\nlines", 9},
        {"authorization", "\0", 1}, {"authorization", "\xc3\xa4", 2},
        {"authorization", NULL, 3}, {"grpc-timeout", "1S", 2},
        {":path", "/x", 2},         {"content-type", "text", 4},
    };
    fixture *fixture = *state;
    int before = times_shown();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (int later = 0; later <= 1; later++) {
            assert_int_equal(say_with(fixture, &bad[i], 1, later), GRPC_C_STATUS_INTERNAL);
            assert_string_equal(grpc_c_client_context_message(fixture->context),
                                "the call credentials gave metadata that may not be sent");
        }
    }
    assert_int_equal(say_with(fixture, NULL, 1, false), GRPC_C_STATUS_INTERNAL);
    assert_int_equal(times_shown(), before);
}

static void test_several_entries_and_none(void **state)
{
    static const grpc_c_metadata_entry entries[] = {
        {"x-1", "one", 3},  {"x-2", "two", 3},  {"x-3-bin", "\1\2", 2},
        {"x-4", "four", 4}, {"x-5", "five", 4},
    };
    fixture *fixture = *state;
    assert_int_equal(say_with(fixture, entries, 4, false), GRPC_C_STATUS_OK);
    assert_shown("one; two; \1\2; four");
    assert_int_equal(say_with(fixture, entries, 5, true), GRPC_C_STATUS_OK);
    assert_shown("one; two; \1\2; four; five");
    assert_int_equal(say_with(fixture, NULL, 0, false), GRPC_C_STATUS_OK);
    assert_shown("");
    assert_int_equal(say_with(fixture, entries, 5, false), GRPC_C_STATUS_INTERNAL);
    assert_string_equal(grpc_c_client_context_message(fixture->context),
                        "too much metadata for an answer inside the callback");
}

/* ---- answers that nobody waits for ---- */

static void test_an_unanswered_call_ends_with_its_deadline(void **state)
{
    fixture *fixture = *state;
    asked asked;
    use_asked(&asked, fixture, NULL);
    grpc_c_client_context_set_timeout_ms(fixture->context, 500);
    assert_int_equal(say(fixture), GRPC_C_STATUS_DEADLINE_EXCEEDED);
    assert_int_equal(asked.times, 1);
    assert_false(give(asked.request, "too late"));
    assert_false(
        grpc_c_call_credentials_fail(asked.request, GRPC_C_STATUS_UNAVAILABLE, "too late"));
    grpc_c_client_context_set_timeout_ms(fixture->context, -1);
    asked_end(&asked, fixture);
    assert_false(give(asked.request, "far too late"));
    assert_int_equal(say(fixture), GRPC_C_STATUS_OK);
}

static void test_numbers_that_are_no_question_are_refused(void **state)
{
    (void)state;
    assert_false(give(0, "nobody"));
    assert_false(give(UINT64_MAX, "nobody"));
    assert_false(grpc_c_call_credentials_fail(0, GRPC_C_STATUS_UNAVAILABLE, NULL));
}

typedef struct canceller {
    asked *asked;
    grpc_c_client_context *context;
} canceller;

static void *cancel_when_asked(void *argument)
{
    canceller *canceller = argument;
    wait_for(&canceller->asked->called);
    grpc_c_client_context_cancel(canceller->context);
    return NULL;
}

static void test_a_call_is_cancelled_while_the_answer_is_pending(void **state)
{
    fixture *fixture = *state;
    asked asked;
    use_asked(&asked, fixture, NULL);
    canceller canceller = {&asked, fixture->context};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_when_asked, &canceller), 0);
    assert_int_equal(say(fixture), GRPC_C_STATUS_CANCELLED);
    pthread_join(thread, NULL);
    assert_false(give(asked.request, "too late"));
    asked_end(&asked, fixture);
}

/* A call of a channel of its own, which is gone before the answer comes. */
static void test_an_answer_comes_after_the_channel_is_gone(void **state)
{
    fixture *fixture = *state;
    asked asked = {.answer = NULL};
    sem_init(&asked.called, 0, 0);
    sem_init(&asked.destroyed, 0, 0);
    grpc_c_call_credentials *credentials =
        grpc_c_call_credentials_new(on_asked, on_destroy, &asked);
    grpc_c_channel *channel =
        fixture_local_channel(fixture, GRPC_C_CHANNEL_OPTIONS(.call_credentials = credentials));
    struct fixture other = {.stub = echo__echo_stub(channel), .context = fixture->context};
    canceller canceller = {&asked, fixture->context};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_when_asked, &canceller), 0);
    assert_int_equal(say(&other), GRPC_C_STATUS_CANCELLED);
    pthread_join(thread, NULL);
    grpc_c_channel_free(channel);
    assert_int_not_equal(sem_trywait(&asked.destroyed), 0); /* ours is left */
    assert_false(give(asked.request, "too late"));
    grpc_c_call_credentials_free(credentials);
    wait_for(&asked.destroyed);
    assert_false(give(asked.request, "far too late"));
    sem_destroy(&asked.called);
    sem_destroy(&asked.destroyed);
}

/* ---- main ---- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_is_sent_with_the_calls_of_a_context),
        cmocka_unit_test(test_reset_takes_them_away),
        cmocka_unit_test(test_those_of_channel_and_context_are_both_sent),
        cmocka_unit_test(test_what_is_no_token_is_refused),
        cmocka_unit_test(test_insecure_channels_refuse_them_before_anything_is_sent),
        cmocka_unit_test(test_tcp_with_local_credentials_refuses_them),
        cmocka_unit_test(test_a_callback_answers_at_once),
        cmocka_unit_test(test_a_callback_answers_later_from_another_thread),
        cmocka_unit_test(test_both_callbacks_of_channel_and_context_are_asked),
        cmocka_unit_test(test_a_failure_keeps_code_and_text),
        cmocka_unit_test(test_codes_that_are_a_servers_become_internal),
        cmocka_unit_test(test_metadata_that_may_not_be_sent_ends_the_call_with_internal),
        cmocka_unit_test(test_several_entries_and_none),
        cmocka_unit_test(test_an_unanswered_call_ends_with_its_deadline),
        cmocka_unit_test(test_numbers_that_are_no_question_are_refused),
        cmocka_unit_test(test_a_call_is_cancelled_while_the_answer_is_pending),
        cmocka_unit_test(test_an_answer_comes_after_the_channel_is_gone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
