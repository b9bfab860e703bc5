/* Preloaded into a process (LD_PRELOAD), this hangs its disk: while there is a file of the name that
   HANGING_DISK gives, no fsync returns. */

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void wait_for_the_disk(void)
{
    const char *path = getenv("HANGING_DISK");
    while (path != NULL && access(path, F_OK) == 0)
        usleep(1000);
}

int fsync(int file)
{
    wait_for_the_disk();
    return syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    wait_for_the_disk();
    return syscall(SYS_fdatasync, file);
}
