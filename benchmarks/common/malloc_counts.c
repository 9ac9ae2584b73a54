/*
 * An interposed malloc that counts: LD_PRELOAD this, with MALLOC_COUNTS naming a file that begins
 * with a malloc_counts. The call is attributed by its return address. glibc only.
 */
#define _GNU_SOURCE
#include "malloc_counts.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

enum { most_ranges = 16 };

static malloc_counts *counts;
static struct {
    uintptr_t begin;
    uintptr_t end;
} ranges[most_ranges];
static int range_count;

static int add_module(struct dl_phdr_info *info, size_t size, void *data)
{
    static const char *const names[] = {"libgrpc-c.", "libprotobuf-c.", "libgrpc++.",
                                        "libprotobuf."};
    (void)size;
    (void)data;
    /* The program itself has no name here, and neither has the vDSO, which allocates nothing. */
    bool wanted = info->dlpi_name[0] == '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        wanted = wanted || strstr(info->dlpi_name, names[i]) != NULL;
    for (int i = 0; wanted && i < info->dlpi_phnum && range_count < most_ranges; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD || (header->p_flags & PF_X) == 0)
            continue;
        ranges[range_count].begin = info->dlpi_addr + header->p_vaddr;
        ranges[range_count].end = ranges[range_count].begin + header->p_memsz;
        range_count++;
    }
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("MALLOC_COUNTS");
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    dl_iterate_phdr(add_module, NULL);
    if (mapped != MAP_FAILED)
        counts = mapped;
}

static void count(const void *caller)
{
    if (counts == NULL)
        return;
    atomic_fetch_add_explicit(&counts->all, 1, memory_order_relaxed);
    for (int i = 0; i < range_count; i++)
        if ((uintptr_t)caller >= ranges[i].begin && (uintptr_t)caller < ranges[i].end)
            atomic_fetch_add_explicit(&counts->ours, 1, memory_order_relaxed);
}

EXPORT void *malloc(size_t size)
{
    count(__builtin_return_address(0));
    return __libc_malloc(size);
}

EXPORT void *calloc(size_t number, size_t size)
{
    count(__builtin_return_address(0));
    return __libc_calloc(number, size);
}

EXPORT void *realloc(void *memory, size_t size)
{
    count(__builtin_return_address(0));
    return __libc_realloc(memory, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    count(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    count(__builtin_return_address(0));
    void *memory = __libc_memalign(alignment, size);
    if (memory == NULL)
        return ENOMEM;
    *ret_memory = memory;
    return 0;
}

/* C++'s operator new, which would otherwise hide its caller behind libstdc++. Without memory the
 * benchmark is over, so none of them throws. */
static void *operator_new(size_t size, size_t alignment, const void *caller)
{
    count(caller);
    void *memory = alignment != 0 ? __libc_memalign(alignment, size) : __libc_malloc(size);
    if (memory == NULL)
        abort();
    return memory;
}

EXPORT void *_Znwm(size_t size);
EXPORT void *_Znam(size_t size);
EXPORT void *_ZnwmSt11align_val_t(size_t size, size_t alignment);
EXPORT void *_ZnwmRKSt9nothrow_t(size_t size, const void *nothrow);
EXPORT void *_ZnamRKSt9nothrow_t(size_t size, const void *nothrow);

void *_Znwm(size_t size)
{
    return operator_new(size, 0, __builtin_return_address(0));
}

void *_Znam(size_t size)
{
    return operator_new(size, 0, __builtin_return_address(0));
}

void *_ZnwmSt11align_val_t(size_t size, size_t alignment)
{
    return operator_new(size, alignment, __builtin_return_address(0));
}

void *_ZnwmRKSt9nothrow_t(size_t size, const void *nothrow)
{
    (void)nothrow;
    return operator_new(size, 0, __builtin_return_address(0));
}

void *_ZnamRKSt9nothrow_t(size_t size, const void *nothrow)
{
    (void)nothrow;
    return operator_new(size, 0, __builtin_return_address(0));
}
