/* What the load generators share: clocks, what /proc says of the server, connections, latencies. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ull

_Noreturn static inline void fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    exit(1);
}

/* Arguments are NAME=VALUE. */

static inline const char *text(char **arguments, const char *name, const char *missing) {
    size_t length = strlen(name);
    while (*++arguments)
        if (!strncmp(*arguments, name, length) && (*arguments)[length] == '=')
            return *arguments + length + 1;
    if (!missing) fail("%s= is missing", name);
    return missing;
}

static inline double number(char **arguments, const char *name, const char *missing) {
    return atof(text(arguments, name, missing));
}

static inline uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

/* Nanoseconds that a process was on a core: all its threads, as the scheduler accounts them. */
static inline uint64_t cpu_of(int pid) {
    char path[64], name[400];
    uint64_t sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (!threads) fail("the server is gone");
    for (struct dirent *thread; (thread = readdir(threads));) {
        if (*thread->d_name == '.') continue;
        snprintf(name, sizeof name, "%s/%s/schedstat", path, thread->d_name);
        FILE *file = fopen(name, "r");
        unsigned long long nanoseconds;
        if (!file) continue;
        if (fscanf(file, "%llu", &nanoseconds) == 1) sum += nanoseconds;
        fclose(file);
    }
    closedir(threads);
    return sum;
}

static inline uint64_t own_cpu(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

/* Bytes of a process that are in memory. */
static inline uint64_t memory_of(int pid) {
    char path[64];
    unsigned long all = 0, resident = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%lu %lu", &all, &resident) != 2) fail("the server is gone");
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Memory that costs nothing until it is written to. */
static inline void *reserve(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) fail("no address space: %s", strerror(errno));
    return memory;
}

/* A socket of client number `index`, from an address of its own neighbourhood: one address has too
 * few ports for all. Not connected yet. */
static inline int new_socket(int index, int flags) {
    int fd = socket(AF_INET, SOCK_STREAM | flags, 0), one = 1;
    if (fd < 0) fail("no socket for client %d: %s", index, strerror(errno));
    char name[32];
    struct sockaddr_in source = {.sin_family = AF_INET};
    snprintf(name, sizeof name, "127.0.%d.%d", 1 + index / 200 % 250, 1 + index % 200);
    inet_pton(AF_INET, name, &source.sin_addr);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&source, sizeof source))
        fail("client %d cannot come from %s: %s", index, name, strerror(errno));
    return fd;
}

static inline int dial(int fd, int port) {
    struct sockaddr_in server = {.sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connect(fd, (struct sockaddr *)&server, sizeof server);
}

static inline int dial_path(int fd, const char *path) {
    struct sockaddr_un server = {.sun_family = AF_UNIX};
    snprintf(server.sun_path, sizeof server.sun_path, "%s", path);
    return connect(fd, (struct sockaddr *)&server, sizeof server);
}

/* Lines out of what comes in pieces. */

enum { LONGEST = 8192 };

struct part {
    char *bytes; /* the start of a line whose end has not come */
    size_t length;
};

static inline void keep_part(struct part *part, const char *data, size_t length) {
    if (!part->bytes) part->bytes = malloc(LONGEST + 1);
    if (part->length + length > LONGEST) fail("a line without an end");
    memcpy(part->bytes + part->length, data, length);
    part->length += length;
    part->bytes[part->length] = 0; /* for whoever reads numbers at its end */
}

/* The next whole line of what came, without its end; *data moves behind it. When there is none,
 * what is left is kept for the next time. */
static inline bool next_line(struct part *part, const char **data, const char *end,
                             const char **line, size_t *length) {
    const char *newline = memchr(*data, '\n', end - *data);
    if (!newline) {
        if (*data < end) keep_part(part, *data, end - *data);
        return false;
    }
    *line = *data;
    *length = newline - *data;
    *data = newline + 1;
    if (part->length) {
        keep_part(part, *line, *length);
        *line = part->bytes;
        *length = part->length;
        part->length = 0;
    }
    if (*length && (*line)[*length - 1] == '\r') --*length;
    return true;
}

/* Latencies in nanoseconds, in buckets less than 1.6 % wide. */

struct latencies {
    uint64_t count[4096], total, greatest;
};

static inline void record(struct latencies *all, uint64_t nanoseconds) {
    int shift = nanoseconds < 128 ? 0 : 57 - __builtin_clzll(nanoseconds);
    all->count[shift * 64 + (nanoseconds >> shift)]++;
    all->total++;
    if (nanoseconds > all->greatest) all->greatest = nanoseconds;
}

/* In milliseconds; 0 when nothing was recorded. */
static inline double quantile(const struct latencies *all, double share) {
    uint64_t below = 0;
    for (int bucket = 0; bucket < 4096; bucket++) {
        below += all->count[bucket];
        if (below && below >= share * all->total) {
            int shift = bucket < 128 ? 0 : bucket / 64 - 1;
            return (bucket - shift * 64 + .5) * (1ull << shift) / 1e6;
        }
    }
    return 0;
}
