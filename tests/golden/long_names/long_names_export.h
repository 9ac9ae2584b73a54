/* What a library would have for its functions, here for gcc and clang alone. */
#ifndef LONG_NAMES_EXPORT_H
#define LONG_NAMES_EXPORT_H

#define LONG_LIBRARY_API __attribute__((visibility("default")))

#endif
