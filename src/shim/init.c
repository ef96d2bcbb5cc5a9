/* --init: a pid 1 that forwards signals to the program and reaps orphans. It is a fork of this process: no file is
 * put into the container, and /proc/1/exe is a sealed memfd. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

static void forward(int signal)
{
	if (child > 0)
		kill(child, signal);
}

static void forward_all(void)
{
	static const int kept[] = {
		SIGCHLD, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGTTIN, SIGTTOU};
	for (int i = 1; i < NSIG; i++) {
		bool keep = false;
		for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
			keep = keep || kept[k] == i;
		if (!keep)
			signal(i, forward);
	}
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
}

void init_fork(void (*confine)(void))
{
	child = fork();
	if (child < 0)
		report_fail(errno, "cannot fork the program from the init");
	if (child == 0) {
		/* The program gets a session of its own, and is the terminal's foreground process if there is a
		 * terminal. */
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		tcsetpgrp(0, getpid());
		signal(SIGTTOU, SIG_DFL);
		return;
	}
	confine();
	forward_all();
	prctl(PR_SET_NAME, "docker-init");
	die_with_shim();
	report_to(-1);
	/* Closes the channel to the shim: the program's own exec closes the other copy. */
	syscall(SYS_close_range, 3, ~0U, 0);
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		if (pid == child)
			end_process(
				WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
		if (pid < 0 && errno == ECHILD)
			end_process(1);
	}
}
