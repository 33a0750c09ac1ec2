/*
 * Stands between a program and its disk (LD_PRELOAD), for what lies under one folder:
 * writes down every call that changes it, and makes chosen calls fail.
 *
 * AN_DISK_ROOT is the folder, AN_DISK_LOG the file of the record; without it nothing is recorded.
 * The calls of the kernel are made directly, so nothing here can call itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, WRITE = 2, SYNC = 4, TRUNCATE = 8, RENAME = 16, UNLINK = 32, MKDIR = 64, READ = 128 };

/* As tests/crash/recording.py reads it. */
struct heading {
    char kind;
    char failed;
    int16_t reserved;
    int32_t fd;
    int64_t number;
    uint32_t first, second;
} __attribute__((packed));

#define MANY 65536
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static unsigned char traced[MANY];
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;

static struct {
    int kinds, error, is_short;
    long first, times, again, calls, failed;
    int owes;
} fault;

static int paused;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("AN_DISK_ROOT"), *log = getenv("AN_DISK_LOG");
    if (folder && strlen(folder) < PATH_MAX) {
        strcpy(root, folder);
        root_length = strlen(root);
    }
    if (folder && log)
        log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* -- what the tests call ------------------------------------------------------------------- */

void an_mark(const char *text);

void an_root(const char *folder) {
    pthread_mutex_lock(&guard);
    strncpy(root, folder, PATH_MAX - 1);
    root_length = strlen(root);
    pthread_mutex_unlock(&guard);
}

/* From the `first` call of these kinds on, `times` fail; `again` calls later one more (0: none). */
void an_fail(int kinds, long first, long times, long again, int error, int is_short) {
    pthread_mutex_lock(&guard);
    memset(&fault, 0, sizeof fault);
    fault.kinds = kinds;
    fault.first = first;
    fault.times = times;
    fault.again = again;
    fault.error = error;
    fault.is_short = is_short;
    pthread_mutex_unlock(&guard);
}

/* Calls neither count nor fail while it lasts. */
void an_pause(int is_paused) { paused = is_paused; }

/* Stop failing; how many calls failed. */
long an_heal(void) {
    pthread_mutex_lock(&guard);
    long failed = fault.failed;
    paused = 0;
    memset(&fault, 0, sizeof fault);
    pthread_mutex_unlock(&guard);
    return failed;
}

/* -- inside -------------------------------------------------------------------------------- */

static int is_under(const char *path) {
    return root_length && !strncmp(path, root, root_length) &&
           (path[root_length] == '/' || !path[root_length]);
}

static int fails(int kind) {
    if (paused || !(fault.kinds & kind))
        return 0;
    long call = ++fault.calls;
    int is_hit = fault.first && ((call >= fault.first && call < fault.first + fault.times) ||
                                 (fault.again && call == fault.first + fault.times - 1 + fault.again));
    if (is_hit)
        fault.failed++;
    return is_hit;
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length) {
        long done = syscall(SYS_write, log_fd, at, length);
        if (done <= 0)
            _exit(97);
        at += done;
        length -= (size_t)done;
    }
}

static void record(char kind, int fd, int64_t number, const void *first, size_t first_length,
                   const void *second, size_t second_length, int failed) {
    if (log_fd < 0)
        return;
    int kept = errno;
    struct heading heading = {kind, (char)failed, 0, fd, number, (uint32_t)first_length,
                              (uint32_t)second_length};
    put(&heading, sizeof heading);
    put(first, first_length);
    put(second, second_length);
    errno = kept;
}

static void whole_path(int folder, const char *path, char *into) {
    char link[64];
    ssize_t length = 0;
    if (path[0] == '/') {
        strncpy(into, path, PATH_MAX - 1);
        into[PATH_MAX - 1] = 0;
        return;
    }
    if (folder == AT_FDCWD)
        strcpy(link, "/proc/self/cwd");
    else {
        char digits[16];
        int n = 0, value = folder;
        do digits[n++] = (char)('0' + value % 10); while (value /= 10);
        strcpy(link, "/proc/self/fd/");
        size_t end = strlen(link);
        while (n) link[end++] = digits[--n];
        link[end] = 0;
    }
    length = syscall(SYS_readlinkat, AT_FDCWD, link, into, PATH_MAX - 1);
    if (length < 0)
        length = 0;
    into[length] = 0;
    if ((size_t)length + strlen(path) + 2 < PATH_MAX) {
        into[length] = '/';
        strcpy(into + length + 1, path);
    }
}

static int is_traced(int fd) { return fd >= 0 && fd < MANY && traced[fd]; }

static int opened(int folder, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    whole_path(folder, path, whole);
    if (!is_under(whole))
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    pthread_mutex_lock(&guard);
    int fd = -1;
    if (fails(OPEN))
        errno = fault.error;
    else
        fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (fd >= 0 && fd < MANY) {
        traced[fd] = 1;
        record('O', fd, flags & (O_CREAT | O_TRUNC | O_DIRECTORY), whole, strlen(whole), "", 0, 0);
    }
    pthread_mutex_unlock(&guard);
    return fd;
}

#define MODE_OF(flags)                                    \
    mode_t mode = 0;                                      \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                \
        va_list list;                                     \
        va_start(list, flags);                            \
        mode = (mode_t)va_arg(list, int);                 \
        va_end(list);                                     \
    }

int open(const char *path, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE_OF(flags) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE_OF(flags) return opened(at, path, flags, mode); }
int __open_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
    if (!is_traced(fd))
        return (int)syscall(SYS_close, fd);
    pthread_mutex_lock(&guard);
    traced[fd] = 0;
    record('C', fd, 0, "", 0, "", 0, 0);
    int result = (int)syscall(SYS_close, fd);
    pthread_mutex_unlock(&guard);
    return result;
}

/* offset < 0: where the file stands. */
static ssize_t written(int fd, const void *bytes, size_t length, int64_t offset) {
    if (!is_traced(fd))
        return offset < 0 ? syscall(SYS_write, fd, bytes, length)
                          : syscall(SYS_pwrite64, fd, bytes, length, offset);
    pthread_mutex_lock(&guard);
    ssize_t result = -1;
    int64_t place = offset < 0 ? syscall(SYS_lseek, fd, 0L, SEEK_CUR) : offset;
    if (offset < 0 && (syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND)) {
        struct stat status;
        fstat(fd, &status);
        place = status.st_size;
    }
    if (fault.owes || fails(WRITE)) {
        /* A disk that fills takes a part of it and refuses the rest. */
        if (fault.is_short && !fault.owes && length > 1) {
            fault.owes = 1;
            length /= 2;
            goto write;
        }
        fault.owes = 0;
        errno = fault.error;
    } else {
    write:
        result = offset < 0 ? syscall(SYS_write, fd, bytes, length)
                            : syscall(SYS_pwrite64, fd, bytes, length, offset);
    }
    if (result > 0)
        record('W', fd, place, bytes, (size_t)result, "", 0, 0);
    pthread_mutex_unlock(&guard);
    return result;
}

ssize_t write(int fd, const void *bytes, size_t length) { return written(fd, bytes, length, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return written(fd, bytes, length, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) { return written(fd, bytes, length, at); }

static int refused_read(int fd) {
    if (!is_traced(fd) || !(fault.kinds & READ))
        return 0;
    pthread_mutex_lock(&guard);
    int is_hit = fails(READ);
    if (is_hit)
        errno = fault.error;
    pthread_mutex_unlock(&guard);
    return is_hit;
}

ssize_t read(int fd, void *bytes, size_t length) {
    return refused_read(fd) ? -1 : syscall(SYS_read, fd, bytes, length);
}
ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
    return refused_read(fd) ? -1 : syscall(SYS_pread64, fd, bytes, length, at);
}
ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) {
    return refused_read(fd) ? -1 : syscall(SYS_pread64, fd, bytes, length, at);
}

int ftruncate(int fd, off_t length) {
    if (!is_traced(fd))
        return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&guard);
    int result = -1;
    if (fails(TRUNCATE))
        errno = fault.error;
    else if (!(result = (int)syscall(SYS_ftruncate, fd, length)))
        record('T', fd, length, "", 0, "", 0, 0);
    pthread_mutex_unlock(&guard);
    return result;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

static int synced(int fd) {
    /* The disk itself is not asked: what it holds after a cut is the replayer's to say. */
    if (!is_traced(fd))
        return (int)syscall(SYS_fsync, fd);
    pthread_mutex_lock(&guard);
    int failed = fails(SYNC);
    record('S', fd, 0, "", 0, "", 0, failed);
    if (failed)
        errno = fault.error;
    pthread_mutex_unlock(&guard);
    return failed ? -1 : 0;
}
int fsync(int fd) { return synced(fd); }
int fdatasync(int fd) { return synced(fd); }

static int renamed(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    char first[PATH_MAX], second[PATH_MAX];
    whole_path(from_at, from, first);
    whole_path(to_at, to, second);
    if (!is_under(first) && !is_under(second))
        return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    pthread_mutex_lock(&guard);
    int result = -1;
    if (fails(RENAME))
        errno = fault.error;
    else if (!(result = (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags)))
        record('R', -1, 0, first, strlen(first), second, strlen(second), 0);
    pthread_mutex_unlock(&guard);
    return result;
}
int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return renamed(a, from, b, to, 0); }

static int removed(int at, const char *path, int flags) {
    char whole[PATH_MAX];
    whole_path(at, path, whole);
    if (!is_under(whole))
        return (int)syscall(SYS_unlinkat, at, path, flags);
    pthread_mutex_lock(&guard);
    int result = -1;
    if (fails(UNLINK))
        errno = fault.error;
    else if (!(result = (int)syscall(SYS_unlinkat, at, path, flags)))
        record('U', -1, 0, whole, strlen(whole), "", 0, 0);
    pthread_mutex_unlock(&guard);
    return result;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return removed(at, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int at, const char *path, mode_t mode) {
    char whole[PATH_MAX];
    whole_path(at, path, whole);
    if (!is_under(whole))
        return (int)syscall(SYS_mkdirat, at, path, mode);
    pthread_mutex_lock(&guard);
    int result = -1;
    if (fails(MKDIR))
        errno = fault.error;
    else if (!(result = (int)syscall(SYS_mkdirat, at, path, mode)))
        record('M', -1, 0, whole, strlen(whole), "", 0, 0);
    pthread_mutex_unlock(&guard);
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* -- ways round the record: refused where callers know another way, told where they do not -- */

ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
    if (is_traced(out)) {
        errno = ENOTSOCK;
        return -1;
    }
    return syscall(SYS_sendfile, out, in, offset, count);
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) { return sendfile(out, in, offset, count); }

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    if (is_traced(out)) {
        errno = ENOSYS;
        return -1;
    }
    return syscall(SYS_copy_file_range, in, from, out, to, length, flags);
}

static void unknown(int fd, const char *name) {
    pthread_mutex_lock(&guard);
    if (is_traced(fd))
        record('X', fd, 0, name, strlen(name), "", 0, 0);
    pthread_mutex_unlock(&guard);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    unknown(fd, "writev");
    return syscall(SYS_writev, fd, parts, count);
}
int fallocate(int fd, int mode, off_t offset, off_t length) {
    unknown(fd, "fallocate");
    return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}
int posix_fallocate(int fd, off_t offset, off_t length) {
    unknown(fd, "posix_fallocate");
    return syscall(SYS_fallocate, fd, 0, offset, length) ? errno : 0;
}
int link(const char *from, const char *to) {
    char whole[PATH_MAX];
    whole_path(AT_FDCWD, to, whole);
    if (is_under(whole))
        record('X', -1, 0, "link", 4, "", 0, 0);
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* What the program promised to somebody at this moment. */
void an_mark(const char *text) {
    pthread_mutex_lock(&guard);
    record('K', -1, 0, text, strlen(text), "", 0, 0);
    pthread_mutex_unlock(&guard);
}
