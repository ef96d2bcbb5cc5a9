/* Preloaded into berthd: each call that changes something outside of the process is a point, counted once SIGUSR2 has come.
 * At point KILL_AT the process kills itself, before the call. Each point's name goes to the file KILL_LOG. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int armed, count;
static int kill_at, log_fd = -1;

static void arm(int signal)
{
	(void)signal;
	armed = 1;
}

__attribute__((constructor)) static void start(void)
{
	const char *at = getenv("KILL_AT"), *path = getenv("KILL_LOG");
	kill_at = at != NULL ? atoi(at) : 0;
	if (path != NULL)
		log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0600);
	/* What is started from here is to live. */
	unsetenv("LD_PRELOAD");
	signal(SIGUSR2, arm);
}

static void point(const char *name, const char *path)
{
	char line[256];
	if (!armed)
		return;
	int number = ++count;
	int n = snprintf(line, sizeof line, "%d %s %s\n", number, name, path);
	if (log_fd >= 0)
		syscall(SYS_write, log_fd, line, (size_t)n);
	if (number == kill_at)
		syscall(SYS_kill, getpid(), SIGKILL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define POINT(result, name, parameters, arguments, path)                                           \
	result name parameters                                                                     \
	{                                                                                          \
		static __typeof__(&name) real;                                                     \
		if (real == NULL)                                                                  \
			real = REAL(name);                                                         \
		point(#name, path);                                                                \
		return real arguments;                                                             \
	}

POINT(int, rename, (const char *a, const char *b), (a, b), b)
POINT(int, renameat, (int x, const char *a, int y, const char *b), (x, a, y, b), b)
POINT(int, renameat2, (int x, const char *a, int y, const char *b, unsigned f), (x, a, y, b, f), b)
POINT(int, unlink, (const char *a), (a), a)
POINT(int, unlinkat, (int x, const char *a, int f), (x, a, f), a)
POINT(int, rmdir, (const char *a), (a), a)
POINT(int, mkdir, (const char *a, mode_t m), (a, m), a)
POINT(int, mkdirat, (int x, const char *a, mode_t m), (x, a, m), a)
POINT(int, link, (const char *a, const char *b), (a, b), b)
POINT(int, linkat, (int x, const char *a, int y, const char *b, int f), (x, a, y, b, f), b)
POINT(int, symlinkat, (const char *a, int x, const char *b), (a, x, b), b)
POINT(int, fsync, (int x), (x), "")
POINT(int, fdatasync, (int x), (x), "")
POINT(int, syncfs, (int x), (x), "")
POINT(int, ftruncate, (int x, off_t n), (x, n), "")
POINT(int, ftruncate64, (int x, off64_t n), (x, n), "")
POINT(ssize_t, pwrite, (int x, const void *p, size_t n, off_t o), (x, p, n, o), "")
POINT(ssize_t, pwrite64, (int x, const void *p, size_t n, off64_t o), (x, p, n, o), "")
POINT(ssize_t, sendmsg, (int x, const struct msghdr *m, int f), (x, m, f), "")
POINT(ssize_t, sendto,
	(int x, const void *p, size_t n, int f, const struct sockaddr *a, socklen_t l),
	(x, p, n, f, a, l), "")
POINT(int, mount, (const char *a, const char *b, const char *t, unsigned long f, const void *d),
	(a, b, t, f, d), b)
POINT(int, umount2, (const char *a, int f), (a, f), a)
POINT(int, bind, (int x, const struct sockaddr *a, socklen_t l), (x, a, l), "")

/* Declared here, as its types need no header. */
int posix_spawn(pid_t *, const char *, const void *, const void *, char *const *, char *const *);
POINT(int, posix_spawn,
	(pid_t * pid, const char *path, const void *actions, const void *attributes,
		char *const *argv, char *const *envp),
	(pid, path, actions, attributes, argv, envp), path)

static int create(const char *name, const char *path, int flags, mode_t mode)
{
	if (flags & (O_CREAT | O_TRUNC))
		point(name, path);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list args;                                                                      \
		va_start(args, flags);                                                             \
		mode_t mode = (mode_t)va_arg(args, int);                                           \
		va_end(args);                                                                      \
		return create(#name, path, flags, mode);                                           \
	}
OPEN(open)
OPEN(open64)
