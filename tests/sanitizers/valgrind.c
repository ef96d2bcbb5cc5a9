/* Preloaded under valgrind, which does not know openat2(2): done by openat(2), relative to the root that it names. What is behind
 * links is looked up as the host has it, so this is for tests that attack nothing. And valgrind writes memory that it runs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

long syscall(long number, ...)
{
	static long (*real)(long number, ...);
	long a[6];
	va_list args;
	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (real == NULL)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	if (number != SYS_openat2)
		return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	const char *path = (const char *)a[1];
	const struct open_how *how = (const struct open_how *)a[2];
	path += how->resolve & RESOLVE_IN_ROOT ? strspn(path, "/") : 0;
	return openat((int)a[0], *path != '\0' ? path : ".", (int)how->flags, (mode_t)how->mode);
}

int prctl(int option, ...)
{
	enum { SET_MDWE = 65 };
	unsigned long a[4];
	va_list args;
	va_start(args, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(args, unsigned long);
	va_end(args);
	return option == SET_MDWE ? 0
				  : (int)syscall(SYS_prctl, (long)option, a[0], a[1], a[2], a[3]);
}
