/* The standard streams of a new process, opened in its own root: no descriptor of the host's is among them. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void use(int fd, int as)
{
	if (dup2(fd, as) < 0)
		report_fail(errno, "cannot set up the standard streams");
}

/* If the container has replaced its /dev/null, the read end of an empty pipe is used. */
static int open_null(void)
{
	struct stat st;
	int ends[2], fd = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return fd;
	if (fd >= 0)
		close(fd);
	if (pipe2(ends, O_CLOEXEC) < 0)
		report_fail(errno, "cannot set up the standard streams");
	close(ends[1]);
	return ends[0];
}

void streams_null(void)
{
	int fd = open_null();
	use(fd, 0);
	close(fd);
}

void streams_terminal(int rows, int columns, int sync_fd, bool console)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
	int unlock = 0, master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		report_fail(errno, "cannot open a terminal");
	/* Opened through its master, as the container could have replaced its name (Linux 4.13). */
	int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || (rows > 0 && columns > 0 && ioctl(master, TIOCSWINSZ, &size) < 0) ||
		!message_send(sync_fd, "", 1, master))
		report_fail(errno, "cannot open a terminal");
	if (console)
		mount_console(slave);
	for (int fd = 0; fd < 3; fd++)
		use(slave, fd);
	close(slave);
	close(master);
}

void streams_begin_session(bool tty)
{
	setsid();
	if (tty && ioctl(0, TIOCSCTTY, 0) < 0)
		report_fail(errno, "cannot make the terminal the controlling one");
}
