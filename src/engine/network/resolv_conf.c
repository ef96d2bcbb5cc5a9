/* resolv.conf: the host's adapted to a container, with --dns, --dns-search and --dns-option in place of its entries. */
#include "engine/network/names.h"

#include "base/fd.h"
#include "base/number.h"

#include <string.h>
#include <unistd.h>

enum { FILE_LIMIT = 1 << 20 };

static const char *const default_servers[] = {"8.8.8.8", "8.8.4.4", NULL};

typedef struct {
	GPtrArray *servers, *search, *options, *others; /* of char *; others: whole lines */
} Resolv;

static void resolv_clear(Resolv *resolv)
{
	g_ptr_array_unref(resolv->servers);
	g_ptr_array_unref(resolv->search);
	g_ptr_array_unref(resolv->options);
	g_ptr_array_unref(resolv->others);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Resolv, resolv_clear)

static void add_words(GPtrArray *list, char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (*words[i] != '\0')
			g_ptr_array_add(list, g_strdup(words[i]));
}

/* resolv.conf(5): the last of search and domain counts, options accumulate. */
static void read_line(Resolv *resolv, const char *line)
{
	g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);
	int at = 0;
	Address address;
	while (words[at] != NULL && *words[at] == '\0')
		at++;
	if (words[at] == NULL || words[at + 1] == NULL)
		return;
	const char *keyword = words[at++];
	while (words[at] != NULL && *words[at] == '\0')
		at++;
	if (strcmp(keyword, "nameserver") == 0 && words[at] != NULL) {
		/* A link-local address carries the link's name, "fe80::1%eth0". */
		g_autofree char *bare = g_strndup(words[at], strcspn(words[at], "%"));
		if (address_parse(bare, &address))
			g_ptr_array_add(resolv->servers, g_strdup(words[at]));
	} else if (strcmp(keyword, "search") == 0 || strcmp(keyword, "domain") == 0) {
		g_ptr_array_set_size(resolv->search, 0);
		add_words(resolv->search, words + at);
	} else if (strcmp(keyword, "options") == 0) {
		add_words(resolv->options, words + at);
	} else if (strchr("#;", *keyword) == NULL) {
		g_autofree char *rest = g_strjoinv(" ", words + at);
		g_ptr_array_add(
			resolv->others, g_strdup_printf("%s %s", keyword, g_strchomp(rest)));
	}
}

static Resolv resolv_read(const char *path)
{
	Resolv resolv = {g_ptr_array_new_with_free_func(g_free),
		g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free),
		g_ptr_array_new_with_free_func(g_free)};
	g_autofree char *text = file_read(path, FILE_LIMIT);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		read_line(&resolv, lines[i]);
	return resolv;
}

static const char host_file[] = "/etc/resolv.conf";

/* For a container that cannot reach the host's loopback: systemd-resolved, which listens only there, lists its own
 * servers in another file. */
static const char *file_beyond_loopback(void)
{
	static const char stub[] = "127.0.0.53", beyond[] = "/run/systemd/resolve/resolv.conf";
	g_auto(Resolv) resolv = resolv_read(host_file);
	bool is_stub = resolv.servers->len == 1 && strcmp(resolv.servers->pdata[0], stub) == 0;
	return is_stub && access(beyond, R_OK) == 0 ? beyond : host_file;
}

char **host_nameservers(void)
{
	g_auto(Resolv) resolv = resolv_read(host_file);
	g_autoptr(GPtrArray) servers = g_ptr_array_ref(resolv.servers);
	g_ptr_array_add(servers, NULL);
	return g_strdupv((char **)servers->pdata);
}

/* As in dockerd: nameservers that the default bridge cannot reach are replaced by public ones. */
static void keep_reachable(GPtrArray *servers, bool with_ipv6)
{
	for (guint i = servers->len; i-- > 0;) {
		const char *text = servers->pdata[i];
		bool v6 = strchr(text, ':') != NULL;
		if (g_str_has_prefix(text, "127.") || strcmp(text, "::1") == 0 ||
			(v6 && !with_ipv6))
			g_ptr_array_remove_index(servers, i);
	}
	bool none = servers->len == 0;
	for (int i = 0; none && default_servers[i] != NULL; i++)
		g_ptr_array_add(servers, g_strdup(default_servers[i]));
}

static void replace(GPtrArray *list, const json_t *words)
{
	g_auto(GStrv) own = json_strv(words);
	if (own[0] == NULL)
		return;
	g_ptr_array_set_size(list, 0);
	add_words(list, own);
}

/* An invalid value is replaced, as by dockerd: resolvers would use their own default, and ask others for single words. */
static void add_ndots(GPtrArray *options)
{
	bool found = false;
	for (guint i = options->len; i-- > 0;) {
		g_auto(GStrv) pair = g_strsplit(options->pdata[i], ":", 2);
		gint64 value = -1;
		if (pair[0] == NULL || strcmp(pair[0], "ndots") != 0)
			continue;
		if (pair[1] == NULL || number_parse(pair[1], 10, &value) != NULL || value < 0)
			g_ptr_array_remove_index(options, i);
		else
			found = true;
	}
	if (!found)
		g_ptr_array_add(options, g_strdup("ndots:0"));
}

static void put_line(GString *out, const char *keyword, GPtrArray *words)
{
	if (words->len == 0)
		return;
	g_string_append(out, keyword);
	for (guint i = 0; i < words->len; i++)
		g_string_append_printf(out, " %s", (char *)words->pdata[i]);
	g_string_append_c(out, '\n');
}

json_t *config_resolver(const Config *config, const json_t *host, const char *key)
{
	json_t *own = json_object_get(host, key);
	return json_filled(own) ? own : json_object_get(config->resolver, key);
}

char *resolv_conf_text(const Config *config, const Spec *spec, bool own_resolver)
{
	const json_t *host = spec->host;
	bool on_host = spec->modes.network.share == SHARE_HOST;
	g_auto(Resolv) resolv =
		resolv_read(own_resolver || on_host ? host_file : file_beyond_loopback());
	GString *out = g_string_new("");
	if (own_resolver) {
		g_ptr_array_set_size(resolv.servers, 0);
		g_ptr_array_add(resolv.servers, g_strdup("127.0.0.11"));
	} else if (!on_host) {
		keep_reachable(resolv.servers, config->ipv6);
	}
	if (!own_resolver)
		replace(resolv.servers, config_resolver(config, host, "Dns"));
	replace(resolv.search, config_resolver(config, host, "DnsSearch"));
	replace(resolv.options, config_resolver(config, host, "DnsOptions"));
	if (own_resolver)
		add_ndots(resolv.options);
	/* "--dns-search ." means no search domain. */
	if (resolv.search->len == 1 && strcmp(resolv.search->pdata[0], ".") == 0)
		g_ptr_array_set_size(resolv.search, 0);
	for (guint i = 0; i < resolv.servers->len; i++)
		g_string_append_printf(out, "nameserver %s\n", (char *)resolv.servers->pdata[i]);
	put_line(out, "search", resolv.search);
	put_line(out, "options", resolv.options);
	for (guint i = 0; i < resolv.others->len; i++)
		g_string_append_printf(out, "%s\n", (char *)resolv.others->pdata[i]);
	return g_string_free(out, FALSE);
}
