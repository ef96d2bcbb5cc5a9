/* berth system certs: certificates for TLS between an engine and its clients. */
#include "cli/common/flags.h"

#include "base/address.h"
#include "tls/tls.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_DAYS = 825 }; /* the longest that Apple's clients accept */
#define DEFAULT_FOLDER "/etc/berth/certs"

static const Flag flags[] = {
	{"client", 0, STRING, "name of the client to make a certificate for (client)"},
	{"days", 0, INT, "how long the certificates are valid (825)"},
	{"dir", 0, STRING, "folder of the certificates (" DEFAULT_FOLDER ")"},
	{"host", 0, LIST, "name or address of this engine (default: all of this host)"},
	{0},
};

static bool is_of_link(const struct sockaddr *address)
{
	return address->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LINKLOCAL(
		       &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static void add_addresses(GStrvBuilder *hosts)
{
	struct ifaddrs *list = NULL;
	getifaddrs(&list);
	for (const struct ifaddrs *a = list; a != NULL; a = a->ifa_next) {
		g_autofree char *text = a->ifa_addr != NULL ? sockaddr_text(a->ifa_addr) : NULL;
		if (text != NULL && *text != '\0' && (a->ifa_flags & IFF_LOOPBACK) == 0 &&
			!is_of_link(a->ifa_addr))
			g_strv_builder_add(hosts, text);
	}
	freeifaddrs(list);
}

/* Those of --host, or all names and addresses of this host. */
static char **engine_hosts(const Cli *cli)
{
	g_autoptr(json_t) given = flag_list(cli, "host");
	g_autoptr(GStrvBuilder) hosts = g_strv_builder_new();
	char name[256] = "";
	if (json_array_size(given) > 0)
		return json_strv(given);
	if (gethostname(name, sizeof name - 1) == 0 && *name != '\0')
		g_strv_builder_add(hosts, name);
	g_strv_builder_add_many(hosts, "localhost", "127.0.0.1", "::1", NULL);
	add_addresses(hosts);
	return g_strv_builder_end(hosts);
}

static void print_next(const TlsMake *make, char *const *hosts)
{
	g_autofree char *shown = g_strjoinv(", ", (char **)hosts);
	if (make->hosts != NULL)
		print_to(stdout, "Made the engine's certificate in %s, for %s.\n", make->folder,
			shown);
	print_to(stdout, "Made the certificate of client \"%s\" in %s/clients/%s.\n\n",
		make->client, make->folder, make->client);
	bool usual = strcmp(make->folder, DEFAULT_FOLDER) == 0;
	g_autofree char *places =
		g_strdup_printf(" --tlscacert %s/ca.pem --tlscert %s/cert.pem --tlskey %s/key.pem",
			make->folder, make->folder, make->folder);
	print_to(stdout,
		"On this host:    berthd -H unix:///run/berth.sock -H tcp://0.0.0.0:2376 "
		"--tlsverify%s\n"
		"On the device:   scp -r root@%s:%s/clients/%s/. ~/.docker/\n"
		"                 docker --tlsverify -H tcp://%s:2376 ps\n",
		usual ? "" : places, hosts[0], make->folder, make->client, hosts[0]);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) hosts = engine_hosts(cli);
	const char *folder = flag_text(cli, "dir"), *client = flag_text(cli, "client");
	TlsMake make = {.folder = *folder != '\0' ? folder : DEFAULT_FOLDER,
		.client = *client != '\0' ? client : "client",
		.days = (int)flag_int(cli, "days", DEFAULT_DAYS)};
	g_autofree char *cert = g_build_filename(make.folder, "cert.pem", NULL);
	/* Adding a client leaves the engine's certificate unchanged. */
	if (flag_given(cli, "host") || !g_file_test(cert, G_FILE_TEST_EXISTS))
		make.hosts = hosts;
	if (!tls_make(&make, &error))
		return cli_fail(cli, error);
	print_next(&make, hosts);
	return EXIT_SUCCESS;
}

const Command command_certs = {
	.names = "system certs",
	.usage = "[OPTIONS]",
	.summary = "Create certificates for access to this engine over TLS",
	.example = "system certs --host build.example laptop",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
