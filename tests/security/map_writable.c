/* Has the process PID ask for memory that may be written and run, by a call put into its registers; prints what the kernel
 * answered it (an address, or -errno). x86-64. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	pid_t pid = argc > 1 ? atoi(argv[1]) : 0;
	int status;
	struct user_regs_struct before, call;
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 ||
		waitpid(pid, &status, 0) < 0 || ptrace(PTRACE_GETREGS, pid, 0, &before) < 0)
		return 1;
	/* It waits in a system call: the instruction before the one that comes next is "syscall". */
	call = before;
	call.rip -= 2;
	call.orig_rax = -1ULL;
	call.rax = SYS_mmap;
	call.rdi = 0;
	call.rsi = 4096;
	call.rdx = PROT_WRITE | PROT_EXEC;
	call.r10 = MAP_PRIVATE | MAP_ANONYMOUS;
	call.r8 = -1ULL;
	call.r9 = 0;
	if (ptrace(PTRACE_SETREGS, pid, 0, &call) < 0 || ptrace(PTRACE_SINGLESTEP, pid, 0, 0) < 0 ||
		waitpid(pid, &status, 0) < 0 || ptrace(PTRACE_GETREGS, pid, 0, &call) < 0)
		return 1;
	printf("%lld\n", (long long)call.rax);
	return ptrace(PTRACE_SETREGS, pid, 0, &before) < 0 || ptrace(PTRACE_DETACH, pid, 0, 0) < 0;
}
