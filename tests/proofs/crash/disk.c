/*
 * A disk that a test can stop, break and watch: preloaded into a daemon (LD_PRELOAD), it stands
 * between the daemon and the files below one directory. Everything else passes untouched.
 *
 *   DISK_BELOW   the directory; nothing happens without it
 *   DISK_KILL    "N before" or "N after": the process kills itself (SIGKILL) right before or right
 *                after its Nth call that changes or syncs one of these files, and says so on
 *                standard error: "killed before sync NAME\n"
 *   DISK_FROM    a file; calls are counted once it exists (without it: from the start)
 *   DISK_FAULT   a file. While it exists, it says which calls fail and how: "write ENOSPC",
 *                "sync EIO", "sync hang" (until it is gone), "write EROFS"
 *   DISK_RECORD  a file to which every such call that was done is appended, in order, with its
 *                data, and in the same order what was sent to sockets:
 *                "KIND FD OFFSET LENGTH PATH\n" and LENGTH bytes.
 *                KIND: write, truncate (to OFFSET), sync, unlink, send
 *
 * Variables are looked up at each call, so a process may fork and set them in the child.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Held while a call is done and recorded, so that the record has the order of what happened. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long calls;

static ssize_t raw_write(int fd, const void *data, size_t length)
{
    return syscall(SYS_write, fd, data, length);
}

static int below(const char *path)
{
    const char *directory = getenv("DISK_BELOW");
    size_t length;

    if (directory == NULL)
        return 0;
    length = strlen(directory);
    return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The path of a file that is watched, or NULL. */
static const char *watched(int fd, char path[PATH_MAX])
{
    char link[64];
    ssize_t length;
    int saved = errno;

    if (getenv("DISK_BELOW") == NULL)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, PATH_MAX - 1);
    errno = saved;
    if (length < 0)
        return NULL;
    path[length] = '\0';
    return below(path) ? path : NULL;
}

static void record(const char *kind, int fd, long long offset, const void *data, size_t length,
                   const char *path)
{
    static __thread char head[PATH_MAX + 100];
    const char *name = getenv("DISK_RECORD");
    int saved = errno, log, size;

    if (name == NULL)
        return;
    log = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log < 0)
        abort();
    size = snprintf(head, sizeof head, "%s %d %lld %zu %s\n", kind, fd, offset, length, path);
    if (raw_write(log, head, size) != size || raw_write(log, data, length) != (ssize_t)length)
        abort();
    syscall(SYS_close, log);
    errno = saved;
}

/* How many calls there were, with the one that is about to be done; 0 before they are counted. */
static long count(void)
{
    const char *from = getenv("DISK_FROM");

    if (from && syscall(SYS_faccessat, AT_FDCWD, from, F_OK) != 0)
        return 0;
    return __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
}

static void kill_at(long number, const char *when, const char *kind, const char *path)
{
    const char *wanted = getenv("DISK_KILL");
    char moment[16], text[PATH_MAX + 64];
    long at;
    int size;

    if (!wanted || sscanf(wanted, "%ld %15s", &at, moment) != 2 || at != number
        || strcmp(moment, when) != 0)
        return;
    size = snprintf(text, sizeof text, "killed %s %s %s\n", when, kind,
                    path + strlen(getenv("DISK_BELOW")));
    if (raw_write(2, text, size) != size)
        abort();
    for (;;)
        syscall(SYS_kill, getpid(), SIGKILL);
}

/* Whether a call of this kind ("write", "sync") is to fail now; sets errno. */
static int fails(const char *kind)
{
    static const struct timespec moment = {0, 5000000};
    const char *name = getenv("DISK_FAULT");
    char text[64], which[16], how[16];
    int file;
    ssize_t length;

    while (name) {
        file = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
        if (file < 0)
            return 0;
        length = syscall(SYS_read, file, text, sizeof text - 1);
        syscall(SYS_close, file);
        text[length > 0 ? length : 0] = '\0';
        if (sscanf(text, "%15s %15s", which, how) != 2 || strcmp(which, kind) != 0)
            return 0;
        if (strcmp(how, "hang") != 0)
            break;
        nanosleep(&moment, NULL);
    }
    if (name == NULL)
        return 0;
    errno = strcmp(how, "ENOSPC") == 0 ? ENOSPC : strcmp(how, "EROFS") == 0 ? EROFS : EIO;
    return 1;
}

/* Do a call on a watched file, with all that was asked for around it. */
#define CHANGE(kind, call, fd, offset, data, length, path)                                         \
    do {                                                                                           \
        long number;                                                                               \
        ssize_t done = -1;                                                                         \
        int hold = getenv("DISK_RECORD") != NULL;                                                  \
        if (hold)                                                                                  \
            pthread_mutex_lock(&lock);                                                             \
        number = count();                                                                          \
        kill_at(number, "before", kind, path);                                                                 \
        if (!fails(strcmp(kind, "sync") == 0 ? "sync" : "write"))                                  \
            done = (call);                                                                         \
        if (done >= 0)                                                                             \
            record(kind, fd, offset, data, (length) ? (size_t)done : 0, path);                     \
        kill_at(number, "after", kind, path);                                                                 \
        if (hold)                                                                                  \
            pthread_mutex_unlock(&lock);                                                           \
        return done;                                                                               \
    } while (0)

ssize_t write(int fd, const void *data, size_t length)
{
    char path[PATH_MAX];

    if (!watched(fd, path))
        return raw_write(fd, data, length);
    CHANGE("write", raw_write(fd, data, length), fd,
           (long long)syscall(SYS_lseek, fd, 0, SEEK_CUR) - done, data, length, path);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
    char path[PATH_MAX];

    if (!watched(fd, path))
        return syscall(SYS_pwrite64, fd, data, length, offset);
    CHANGE("write", syscall(SYS_pwrite64, fd, data, length, offset), fd, (long long)offset, data,
           length, path);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    return pwrite64(fd, data, length, offset);
}

int ftruncate64(int fd, off64_t size)
{
    char path[PATH_MAX];

    if (!watched(fd, path))
        return syscall(SYS_ftruncate, fd, size);
    CHANGE("truncate", syscall(SYS_ftruncate, fd, size), fd, (long long)size, NULL, 0, path);
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int fdatasync(int fd)
{
    char path[PATH_MAX];

    if (!watched(fd, path))
        return syscall(SYS_fdatasync, fd);
    CHANGE("sync", syscall(SYS_fdatasync, fd), fd, 0LL, NULL, 0, path);
}

int fsync(int fd)
{
    char path[PATH_MAX];

    if (!watched(fd, path))
        return syscall(SYS_fsync, fd);
    CHANGE("sync", syscall(SYS_fsync, fd), fd, 0LL, NULL, 0, path);
}

int unlink(const char *path)
{
    if (!below(path))
        return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    CHANGE("unlink", syscall(SYS_unlinkat, AT_FDCWD, path, 0), -1, 0LL, NULL, 0, path);
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
    ssize_t done;

    if (getenv("DISK_RECORD") == NULL)
        return syscall(SYS_sendto, fd, data, length, flags, NULL, 0);
    pthread_mutex_lock(&lock);
    done = syscall(SYS_sendto, fd, data, length, flags, NULL, 0);
    if (done > 0)
        record("send", fd, 0, data, done, "-");
    pthread_mutex_unlock(&lock);
    return done;
}
