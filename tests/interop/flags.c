/* The command lines of interop_server and interop_client (flags.h). */
#include "flags.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool set_number(const char *text, int *ret_number)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || number < 0 || number > INT_MAX)
        return false;
    *ret_number = (int)number;
    return true;
}

static bool set_boolean(const char *text, bool *ret_boolean)
{
    bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0)
        return false;
    *ret_boolean = is_true;
    return true;
}

static bool set_flag(const interop_flag *flag, const char *text)
{
    if (flag->number != NULL)
        return set_number(text, flag->number);
    if (flag->boolean != NULL)
        return set_boolean(text, flag->boolean);
    *flag->string = text;
    return true;
}

static bool parse_flag(const char *argument, const interop_flag *flags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(flags[i].name);
        if (strncmp(argument, "--", 2) == 0 && strncmp(argument + 2, flags[i].name, length) == 0 &&
            argument[2 + length] == '=')
            return set_flag(&flags[i], argument + 2 + length + 1);
    }
    return false;
}

bool interop_parse_flags(int argc, char **argv, const interop_flag *flags, size_t count)
{
    for (int i = 1; i < argc; i++)
        if (!parse_flag(argv[i], flags, count)) {
            fprintf(stderr, "%s: no such flag, or no such value: %s\n", argv[0], argv[i]);
            return false;
        }
    return true;
}
