/* Stands where berth-shim is looked for: starts the real one (REAL_SHIM) under ptrace(2), and kills it before its Nth system call
 * that changes something, its own or one of the process that it makes, until that runs its program. N stands in the file KILL_FILE,
 * read again at SIGUSR1, from where is counted anew; -1: nothing is counted. The names of the calls go to KILL_FILE.log. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	long number;
	const char *name;
} points[] = {
#define CALL(name)                                                                                 \
	{                                                                                          \
		SYS_##name, #name                                                                  \
	}
	CALL(bind), CALL(chdir), CALL(chmod), CALL(clone), CALL(clone3), CALL(execve), CALL(fchmod),
	CALL(fchown), CALL(fchmodat), CALL(fchownat), CALL(fork), CALL(fsconfig), CALL(fsmount),
	CALL(fsopen), CALL(ftruncate), CALL(kill), CALL(listen), CALL(mkdir), CALL(mkdirat),
	CALL(mknodat), CALL(mount_setattr), CALL(move_mount), CALL(open_tree), CALL(pidfd_open),
	CALL(pidfd_send_signal), CALL(pipe2), CALL(pivot_root), CALL(prctl), CALL(rename),
	CALL(rmdir), CALL(sendmsg), CALL(setdomainname), CALL(sethostname), CALL(setns),
	CALL(setresuid), CALL(setsid), CALL(socketpair), CALL(symlinkat), CALL(umount2),
	CALL(unlink), CALL(unlinkat), CALL(unshare), CALL(write), CALL(writev)};

static int count, kill_at, log_fd = -1;
static volatile sig_atomic_t told;

static void tell(int signal)
{
	(void)signal;
	told = 1;
}

static void read_request(void)
{
	char text[32] = "";
	int fd = open(KILL_FILE, O_RDONLY | O_CLOEXEC);
	if (read(fd, text, sizeof text - 1) > 0)
		kill_at = atoi(text);
	close(fd);
	count = 0;
	log_fd = open(KILL_FILE ".log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void note(pid_t shim, pid_t pid)
{
	struct user_regs_struct registers;
	char line[64];
	if (told) {
		told = 0;
		read_request();
	}
	if (kill_at < 0 || ptrace(PTRACE_GETREGS, pid, NULL, &registers) < 0 ||
		registers.rax != (unsigned long long)-38)
		return; /* on the way out: -ENOSYS stands there on the way in */
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
		if (points[i].number != (long)registers.orig_rax)
			continue;
		int n = snprintf(line, sizeof line, "%s%s\n", points[i].name,
			pid == shim ? "" : " of the process");
		if (write(log_fd, line, (size_t)n) != n)
			_exit(3);
		if (++count != kill_at)
			return;
		kill(shim, SIGKILL);
		/* What it has made goes on by itself, as it would. */
		_exit(0);
	}
}

static void follow(pid_t shim)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid < 0)
			continue;
		if (!WIFSTOPPED(status)) {
			if (pid == shim)
				_exit(0);
			continue;
		}
		int signal = WSTOPSIG(status), event = status >> 16, passed = 0;
		if (event == PTRACE_EVENT_EXEC && pid != shim) {
			ptrace(PTRACE_DETACH, pid, NULL, NULL);
			continue;
		}
		if (signal == (SIGTRAP | 0x80))
			note(shim, pid);
		else if (event == 0 && signal != SIGSTOP && signal != SIGTRAP)
			passed = signal;
		ptrace(PTRACE_SYSCALL, pid, NULL, passed);
	}
	_exit(0);
}

static void say_pid(void)
{
	char text[16];
	int fd = open(KILL_FILE ".pid", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int n = snprintf(text, sizeof text, "%d", (int)getpid());
	if (write(fd, text, (size_t)n) != n)
		_exit(3);
	close(fd);
}

/* Follows its grandparent, which goes on to become the shim: the engine knows that by its pid, and its process as its child. */
static _Noreturn void trace(pid_t shim, int seized)
{
	struct sigaction told_by = {.sa_handler = tell};
	/* Its sockets are its own. */
	for (int inherited = 3; inherited <= 5; inherited++)
		close(inherited);
	read_request();
	sigaction(SIGUSR1, &told_by, NULL);
	say_pid();
	/* Seized: what it makes is not stopped by a signal, which would outlive us. */
	ptrace(PTRACE_SEIZE, shim, NULL,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
	ptrace(PTRACE_INTERRUPT, shim, NULL, NULL);
	if (write(seized, "", 1) != 1)
		_exit(4);
	close(seized);
	follow(shim);
	_exit(0);
}

int main(void)
{
	char text[1], *const arguments[] = {"berth-shim", NULL}, *const none[] = {NULL};
	pid_t shim = getpid();
	int seized[2];
	if (access(KILL_FILE, F_OK) == 0) {
		if (pipe2(seized, O_CLOEXEC) < 0)
			return 4;
		pid_t between = fork();
		if (between == 0 && fork() == 0)
			trace(shim, seized[1]);
		if (between == 0)
			_exit(0);
		/* A shim has no child that it did not make. */
		waitpid(between, NULL, 0);
		close(seized[1]);
		if (read(seized[0], text, 1) != 1)
			return 2;
	}
	execve(REAL_SHIM, arguments, none);
	return 2;
}
