/* What a library would have for its functions, here for gcc and clang alone. */
#ifndef EXPORT_H
#define EXPORT_H

#define KINDS_API __attribute__((visibility("default")))

#endif
