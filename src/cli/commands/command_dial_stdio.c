/* Run by ssh on the engine's host: connects standard streams to the engine's socket. */
#include "cli/common/cli.h"

#include "base/error.h"
#include "base/fd.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static bool pass(int from, int to)
{
	char block[65536];
	ssize_t n = read(from, block, sizeof block);
	return n > 0 && fd_write_all(to, block, (size_t)n);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *host = client_host(cli->client);
	autofd fd = g_str_has_prefix(host, "unix://") ? unix_connect(host + 7, SOCK_STREAM) : -1;
	if (fd < 0) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"Cannot connect to the Docker daemon at %s. Is the docker daemon running?",
			host);
		return cli_fail(cli, error);
	}
	struct pollfd polls[] = {
		{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
	while (poll(polls, 2, -1) >= 0) {
		if (polls[0].revents != 0 && !pass(STDIN_FILENO, fd)) {
			shutdown(fd, SHUT_WR);
			polls[0].fd = -1;
		}
		if (polls[1].revents != 0 && !pass(fd, STDOUT_FILENO))
			break;
	}
	return EXIT_SUCCESS;
}

const Command command_dial_stdio = {
	.names = "system dial-stdio",
	.usage = "",
	.summary = "Connect standard streams to the engine (for ssh://)",
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
