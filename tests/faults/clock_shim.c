/* LD_PRELOADed into a process: its wall clock is off by so many seconds as the file named by
   CLOCK_SHIM says (a text, read once a millisecond at most). The monotonic clock is left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int (*clock_function)(clockid_t, struct timespec *);

int clock_gettime(clockid_t clock, struct timespec *now) {
    static clock_function real;
    static long offset, read_at;
    if (!real) real = (clock_function)dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (result || clock != CLOCK_REALTIME) return result;
    long at = now->tv_sec * 1000 + now->tv_nsec / 1000000;
    if (at != read_at) {
        char text[32] = {0};
        const char *path = getenv("CLOCK_SHIM");
        int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        if (file >= 0) {
            if (read(file, text, sizeof text - 1) >= 0) offset = atol(text);
            close(file);
        }
        read_at = at;
    }
    now->tv_sec += offset;
    return 0;
}
