/* The arena: alignment, limit, reuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"

static void test_memory_is_aligned_and_distinct(void **state)
{
    (void)state;
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 1 << 20);
    char *previous = NULL;
    for (size_t size = 0; size < 600; size += 7) {
        char *memory = grpc_c_arena_alloc(&arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        assert_ptr_not_equal(memory, previous);
        memset(memory, 0x5a, size);
        previous = memory;
    }
    grpc_c_arena_free(&arena);
}

static void test_limit_is_kept(void **state)
{
    (void)state;
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 1000);
    assert_non_null(grpc_c_arena_alloc(&arena, 512));
    assert_false(arena.exhausted);
    assert_null(grpc_c_arena_alloc(&arena, 512));
    assert_true(arena.exhausted);
    assert_null(grpc_c_arena_alloc(&arena, SIZE_MAX));
    assert_null(grpc_c_arena_copy_string(&arena, "", SIZE_MAX));
    grpc_c_arena_reset(&arena);
    assert_false(arena.exhausted);
    assert_non_null(grpc_c_arena_alloc(&arena, 1000));
    grpc_c_arena_free(&arena);
}

static void test_steady_state_settles_in_one_chunk(void **state)
{
    (void)state;
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 1 << 20);
    /* The first round needs several chunks; later ones must find what they need in place. */
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++)
            assert_non_null(grpc_c_arena_alloc(&arena, 200));
        grpc_c_arena_reset(&arena);
    }
    grpc_c_arena_chunk *kept = arena.chunks;
    assert_non_null(kept);
    for (int i = 0; i < 100; i++)
        grpc_c_arena_alloc(&arena, 200);
    assert_ptr_equal(arena.chunks, kept);
    grpc_c_arena_free(&arena);
}

static void test_large_call_is_not_kept(void **state)
{
    (void)state;
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 64 << 20);
    assert_non_null(grpc_c_arena_alloc(&arena, 32 << 20));
    grpc_c_arena_reset(&arena);
    assert_null(arena.chunks);
    assert_non_null(grpc_c_arena_alloc(&arena, 1));
    assert_true(arena.end - arena.next <= 64 * 1024);
    grpc_c_arena_free(&arena);
}

static void take_and_reset(grpc_c_arena *arena, size_t size)
{
    assert_non_null(grpc_c_arena_alloc(arena, 100));
    assert_non_null(grpc_c_arena_alloc(arena, size));
    grpc_c_arena_reset(arena);
}

static void test_steady_load_of_large_calls_is_kept_for_a_while(void **state)
{
    (void)state;
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 64 << 20);
    take_and_reset(&arena, 1 << 20);
    take_and_reset(&arena, 1 << 20);
    grpc_c_arena_chunk *kept = arena.chunks;
    assert_non_null(kept);
    for (int i = 0; i < 50; i++) /* one large call in fifty is steady enough */
        take_and_reset(&arena, 100);
    take_and_reset(&arena, 1 << 20);
    assert_ptr_equal(arena.chunks, kept);
    for (int i = 0; i < 100; i++)
        take_and_reset(&arena, 100);
    assert_true(arena.end - arena.next <= 64 * 1024);
    grpc_c_arena_free(&arena);
}

static void test_all_arenas_together_keep_so_much(void **state)
{
    (void)state;
    enum { count = 20 };
    grpc_c_arena arenas[count];
    for (int round = 0; round < 2; round++) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            grpc_c_arena_init(&arenas[i], 64 << 20);
            take_and_reset(&arenas[i], 1 << 20);
            take_and_reset(&arenas[i], 1 << 20);
            kept += arenas[i].end - arenas[i].next > 64 * 1024;
        }
        assert_in_range(kept, 1, 8); /* what is freed may be kept by others: as many again */
        for (int i = 0; i < count; i++)
            grpc_c_arena_free(&arenas[i]);
    }
}

static char *format(grpc_c_arena *arena, const char *format_string, ...)
{
    va_list arguments;
    va_start(arguments, format_string);
    char *text = grpc_c_arena_vprintf(arena, format_string, arguments);
    va_end(arguments);
    return text;
}

static void test_printf_short_and_long(void **state)
{
    (void)state;
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 1 << 20);
    assert_string_equal(format(&arena, "%s-%d", "a", 7), "a-7");
    assert_string_equal(format(&arena, "%s", ""), "");
    char *text = format(&arena, "%5000d", 42);
    assert_int_equal(strlen(text), 5000);
    assert_string_equal(text + 4998, "42");
    /* Around the size that is formatted in one go. */
    for (int length = 250; length < 262; length++)
        assert_int_equal(strlen(format(&arena, "%*d", length, 1)), length);
    grpc_c_arena_free(&arena);
}

static void test_allocator_is_the_arena(void **state)
{
    (void)state;
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 100);
    void *memory = arena.allocator.alloc(arena.allocator.allocator_data, 50);
    assert_non_null(memory);
    arena.allocator.free(arena.allocator.allocator_data, memory);
    assert_null(arena.allocator.alloc(arena.allocator.allocator_data, 60));
    grpc_c_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_aligned_and_distinct),
        cmocka_unit_test(test_limit_is_kept),
        cmocka_unit_test(test_steady_state_settles_in_one_chunk),
        cmocka_unit_test(test_large_call_is_not_kept),
        cmocka_unit_test(test_steady_load_of_large_calls_is_kept_for_a_while),
        cmocka_unit_test(test_all_arenas_together_keep_so_much),
        cmocka_unit_test(test_printf_short_and_long),
        cmocka_unit_test(test_allocator_is_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
