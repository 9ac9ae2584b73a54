/*
 * Call credentials, and how a call comes to carry them. To core they are plugins that it asks for
 * metadata when a call's connection is there; a plugin is made for each call, so that a callback's
 * failure finds the way to its own call, and the call's end to its questions (credentials_use.c).
 */
#include "call_credentials.h"

#include <stdlib.h>
#include <string.h>

#include <grpc/slice.h>

#include "invariant.h"

static grpc_c_call_credentials *new_credentials(void)
{
    grpc_c_call_credentials *credentials = calloc(1, sizeof *credentials);
    if (credentials != NULL)
        atomic_init(&credentials->references, 1);
    return credentials;
}

grpc_c_call_credentials *grpc_c_token_call_credentials_new(const char *token)
{
    static const char scheme[] = "Bearer ";
    if (token == NULL || token[0] == '\0')
        return NULL;
    size_t size = strlen(scheme) + strlen(token);
    char *value = malloc(size + 1);
    grpc_c_call_credentials *credentials = new_credentials();
    if (value != NULL && credentials != NULL) {
        memcpy(value, scheme, strlen(scheme));
        memcpy(value + strlen(scheme), token, strlen(token) + 1);
        if (grpc_c_metadata_list_add(&credentials->metadata, "authorization", value, size)) {
            free(value);
            return credentials;
        }
    }
    free(value);
    grpc_c_call_credentials_free(credentials);
    return NULL;
}

grpc_c_call_credentials *grpc_c_call_credentials_new(grpc_c_call_credentials_callback callback,
                                                     void (*destroy)(void *user_data),
                                                     void *user_data)
{
    grpc_c_call_credentials *credentials = callback != NULL ? new_credentials() : NULL;
    if (credentials == NULL)
        return NULL;
    credentials->callback = callback;
    credentials->destroy = destroy;
    credentials->user_data = user_data;
    return credentials;
}

grpc_c_call_credentials *grpc_c_call_credentials_ref(grpc_c_call_credentials *credentials)
{
    if (credentials != NULL)
        atomic_fetch_add(&credentials->references, 1);
    return credentials;
}

void grpc_c_call_credentials_free(grpc_c_call_credentials *credentials)
{
    if (credentials == NULL || atomic_fetch_sub(&credentials->references, 1) > 1)
        return;
    if (credentials->destroy != NULL)
        credentials->destroy(credentials->user_data);
    grpc_c_metadata_list_free(&credentials->metadata);
    free(credentials);
}

/* ---- carried by a call ---- */

static int get_token(void *state, grpc_auth_metadata_context context,
                     grpc_credentials_plugin_metadata_cb tell, void *tell_data,
                     grpc_metadata ret_entries[GRPC_METADATA_CREDENTIALS_PLUGIN_SYNC_MAX],
                     size_t *ret_count, grpc_status_code *ret_code, const char **ret_message)
{
    (void)context;
    (void)tell;
    (void)tell_data;
    grpc_c_call_credentials *credentials = state;
    /* For the thread sanitizer's sake, as in credentials_use.c. */
    atomic_load(&credentials->references);
    grpc_c_metadata_list_share(&credentials->metadata, ret_entries, ret_count);
    *ret_code = GRPC_STATUS_OK;
    *ret_message = NULL;
    return 1;
}

static void release_token(void *state)
{
    grpc_c_call_credentials_free(state);
}

/* Core's credentials for one call; NULL when memory is short. */
static grpc_call_credentials *make_plugin(grpc_c_call_credentials *credentials,
                                          grpc_c_credentials_use **ret_use)
{
    grpc_metadata_credentials_plugin plugin = {.type = "grpc-c"};
    if (credentials->callback == NULL) {
        plugin.get_metadata = get_token;
        plugin.destroy = release_token;
        plugin.state = grpc_c_call_credentials_ref(credentials);
    } else {
        *ret_use = grpc_c_credentials_use_new(credentials, &plugin);
        if (*ret_use == NULL)
            return NULL;
    }
    return grpc_metadata_credentials_create_from_plugin(plugin, GRPC_PRIVACY_AND_INTEGRITY, NULL);
}

/* Takes both; `first` may be NULL. */
static grpc_call_credentials *compose(grpc_call_credentials *first, grpc_call_credentials *second)
{
    if (first == NULL)
        return second;
    grpc_call_credentials *both = grpc_composite_call_credentials_create(first, second, NULL);
    grpc_call_credentials_release(first);
    grpc_call_credentials_release(second);
    return both;
}

bool grpc_c_call_credentials_attach(grpc_call *call, grpc_c_call_credentials *const sources[],
                                    grpc_c_credentials_use *ret_uses[])
{
    grpc_c_credentials_use *uses[grpc_c_call_credentials_sources] = {NULL};
    grpc_call_credentials *all = NULL;
    bool complete = true;
    for (int i = 0; complete && i < grpc_c_call_credentials_sources; i++) {
        if (sources[i] == NULL)
            continue;
        grpc_call_credentials *plugin = make_plugin(sources[i], &uses[i]);
        complete = plugin != NULL;
        if (complete)
            all = compose(all, plugin);
    }
    if (complete && all != NULL) {
        grpc_call_error error = grpc_call_set_credentials(call, all);
        GRPC_C_INVARIANT(error == GRPC_CALL_OK);
    }
    if (all != NULL)
        grpc_call_credentials_release(all);
    for (int i = 0; i < grpc_c_call_credentials_sources; i++) {
        if (!complete && uses[i] != NULL)
            grpc_c_credentials_use_release(uses[i]);
        ret_uses[i] = complete ? uses[i] : NULL;
    }
    return complete;
}
