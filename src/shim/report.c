#include "shim/shim.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int report_fd = -1;
static void (*report_handler)(const char *text);

void report_to(int fd)
{
	report_fd = fd;
	report_handler = NULL;
}

void report_with(void (*handler)(const char *text))
{
	report_handler = handler;
}

void die_with_shim(void)
{
	struct pollfd shim = {.fd = report_fd};
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* The shim may have died before; in a new pid namespace getppid(2) does not show that. */
	if (poll(&shim, 1, 0) > 0 && (shim.revents & (POLLERR | POLLHUP)) != 0)
		end_process(1);
}

void end_process(int code)
{
	/* _exit() would try for ever where the container's seccomp profile does not allow that; a fault ends whom nothing else
	 * may, the first process of a container, too. */
	syscall(SYS_exit_group, code);
	__builtin_trap();
}

/* Quoted as Go does: control characters in a container's names and links must not reach a terminal. */
static void show_controls(char *out, size_t room, const char *text)
{
	size_t used = 0;
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0' && used + 7 < room;
		p++) {
		bool c1 = *p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;
		if (c1)
			used += (size_t)snprintf(out + used, room - used, "\\u%04x", *++p);
		else if (*p < ' ' || *p == 0x7f)
			used += (size_t)snprintf(out + used, room - used, "\\x%02x", *p);
		else
			out[used++] = (char)*p;
	}
	out[used] = '\0';
}

static _Noreturn void report(const char *mark, int errnum, const char *format, va_list args)
{
	char text[SHIM_TEXT - 1], raw[SHIM_TEXT];
	size_t used = (size_t)snprintf(text, sizeof text, "%s", mark);
	vsnprintf(raw, sizeof raw, format, args);
	show_controls(text + used, sizeof text - used, raw);
	used = strlen(text);
	if (errnum != 0) {
		/* Lower case, as Go words it: scripts look for these texts. */
		snprintf(text + used, sizeof text - used, ": %s", strerror(errnum));
		if (used + 2 < sizeof text && text[used + 2] >= 'A' && text[used + 2] <= 'Z')
			text[used + 2] = (char)(text[used + 2] - 'A' + 'a');
	}
	if (report_handler != NULL)
		report_handler(text);
	/* Once, as a pipe takes so much as a whole: a profile may answer that nothing was written, or an interruption, for ever. */
	ssize_t unused = write(report_fd, text, strlen(text));
	(void)unused;
	end_process(1);
}

void report_fail(int errnum, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report("", errnum, format, args);
	/* cppcheck-suppress va_end_missing */ /* report() ends the process */
}

void report_refusal(int errnum, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report(SHIM_REFUSAL, errnum, format, args);
	/* cppcheck-suppress va_end_missing */
}
