/* Makes system calls as the words say, each in a process of its own, and prints what came of it: "socket 38 0",
 * "high 38" (socket with the high bits set), "pair 38", "i386 38" (socket by int 0x80), "mux 38" (socketcall by int 0x80), "call N". */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long i386(long number, long a, long b, long c)
{
	long result;
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	errno = result < 0 ? (int)-result : 0;
	return (int)result < 0 ? -1 : result;
}

static long mux(long call, long family)
{
	uint32_t *args = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	args[0] = (uint32_t)family;
	args[1] = SOCK_SEQPACKET;
	args[2] = 0;
	args[3] = (uint32_t)(uintptr_t)(args + 16);
	return i386(102, call, (long)(uintptr_t)args, 0);
}

static long make(const char *how, long number)
{
	int pair[2];
	int type = number == AF_ALG || number == AF_UNIX ? SOCK_SEQPACKET : SOCK_STREAM;
	if (strcmp(how, "socket") == 0)
		return syscall(SYS_socket, number, type, 0);
	if (strcmp(how, "high") == 0)
		return syscall(SYS_socket, number | 0x700000000L, type, 0);
	if (strcmp(how, "pair") == 0)
		return syscall(SYS_socketpair, number, type, 0, pair);
	if (strcmp(how, "i386") == 0)
		return i386(359, number, type, 0);
	if (strcmp(how, "mux") == 0)
		return mux(1, number);
	if (strcmp(how, "muxpair") == 0)
		return mux(8, number);
	return syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
}

int main(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		int status;
		fflush(stdout);
		if (fork() == 0) {
			errno = 0;
			long result = make(argv[i], strtol(argv[i + 1], NULL, 0));
			printf("%s %s: %s\n", argv[i], argv[i + 1],
				result < 0 ? strerror(errno) : "done");
			fflush(stdout);
			_exit(0);
		}
		wait(&status);
		if (WIFSIGNALED(status))
			printf("%s %s: killed by %d\n", argv[i], argv[i + 1], WTERMSIG(status));
	}
	return 0;
}
