#include "cli/registry/credentials.h"
#include "cli/config/config_file.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { MAX_ANSWER = 1 << 20 };
static const char hub[] = "https://index.docker.io/v1/";

/* "https://registry.example/v1/" is "registry.example". */
static char *host_of(const char *address)
{
	const char *name = strstr(address, "://");
	name = name != NULL ? name + 3 : address;
	return g_strndup(name, strcspn(name, "/"));
}

char *registry_normal(const char *server)
{
	g_autofree char *host = host_of(server);
	static const char *const names[] = {"", "docker.io", "index.docker.io",
		"registry-1.docker.io", "registry.hub.docker.com", NULL};
	return g_strv_contains(names, host) ? g_strdup(hub) : g_steal_pointer(&host);
}

bool registry_is_hub(const char *registry)
{
	return strcmp(registry, hub) == 0;
}

char *registry_of(const char *reference)
{
	const char *slash = strchr(reference, '/');
	g_autofree char *first =
		g_strndup(reference, slash != NULL ? (gsize)(slash - reference) : 0);
	bool is_host = strpbrk(first, ".:") != NULL || strcmp(first, "localhost") == 0;
	return registry_normal(is_host ? first : "");
}

/* Runs docker-credential-NAME ACTION; its output, or NULL with what it said. */
static char *run_helper(const char *name, const char *action, const char *input, GError **error)
{
	g_autofree char *program = g_strconcat("docker-credential-", name, NULL);
	char *argv[] = {program, (char *)action, NULL};
	int in, out, status;
	GPid pid;
	g_autoptr(GError) problem = NULL;
	/* A name, which is looked for in $PATH: no place in the folder that we happen to be in. */
	if (strchr(name, '/') != NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"error getting credentials - err: invalid credential helper \"%s\"", name);
		return NULL;
	}
	if (!g_spawn_async_with_pipes(NULL, argv, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &in, &out,
		    NULL, &problem)) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"error getting credentials - err: exec: \"%s\": executable file not found "
			"in "
			"$PATH",
			program);
		return NULL;
	}
	fd_write_all(in, input, strlen(input));
	close(in);
	char *text = fd_read_all(out, MAX_ANSWER, NULL);
	close(out);
	waitpid(pid, &status, 0);
	if (text != NULL && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return text;
	fail(error, BERTH_ERROR_UNAVAILABLE, "error getting credentials - err: %s: %s", program,
		text != NULL ? g_strstrip(text) : "no answer");
	g_free(text);
	return NULL;
}

/* The program that keeps a registry's secret; "" where the file itself does. */
static const char *helper_of(const Cli *cli, const char *registry)
{
	g_autofree char *host = host_of(registry);
	const json_t *helpers = json_object_get(cli->config, "credHelpers");
	const char *own = json_string_value(json_object_get(helpers, registry));
	if (own == NULL)
		own = json_string_value(json_object_get(helpers, host));
	return own != NULL ? own : json_str(cli->config, "credsStore");
}

static json_t *from_helper(const char *helper, const char *registry, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *text = run_helper(helper, "get", registry, &problem);
	if (text == NULL && strstr(problem->message, "credentials not found") == NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	g_autoptr(json_t) answer = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	if (answer == NULL)
		return NULL;
	if (!json_is_string(json_object_get(answer, "Username")) ||
		!json_is_string(json_object_get(answer, "Secret"))) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"error getting credentials - err: docker-credential-%s: Username and "
			"Secret "
			"have to be strings",
			helper);
		return NULL;
	}
	bool token = strcmp(json_str(answer, "Username"), "<token>") == 0;
	return token ? json_pack("{s:s, s:s}", "identitytoken", json_str(answer, "Secret"),
			       "serveraddress", registry)
		     : json_pack("{s:s, s:s, s:s}", "username", json_str(answer, "Username"),
			       "password", json_str(answer, "Secret"), "serveraddress", registry);
}

/* The entry of auths for a registry, whichever way its address is written there. */
static const char *find_entry(const Cli *cli, const char *registry)
{
	json_t *auths = json_object_get(cli->config, "auths"), *entry;
	const char *key;
	if (json_object_get(auths, registry) != NULL)
		return registry;
	json_object_foreach (auths, key, entry) {
		g_autofree char *normal = registry_normal(key);
		if (strcmp(normal, registry) == 0)
			return key;
	}
	return NULL;
}

static json_t *from_file(const Cli *cli, const char *registry)
{
	const char *key = find_entry(cli, registry);
	const json_t *entry =
		key != NULL ? json_object_get(json_object_get(cli->config, "auths"), key) : NULL;
	gsize length = 0;
	const char *auth = json_str(entry, "auth"), *token = json_str(entry, "identitytoken");
	g_autofree guchar *raw = *auth != '\0' ? g_base64_decode(auth, &length) : NULL;
	g_autofree char *pair = raw != NULL ? g_strndup((const char *)raw, length) : g_strdup("");
	char *colon = strchr(pair, ':');
	if (*token == '\0' && colon == NULL && *json_str(entry, "username") == '\0')
		return NULL;
	if (colon != NULL)
		*colon = '\0';
	json_t *json = json_pack("{s:s, s:s, s:s}", "username",
		colon != NULL ? pair : json_str(entry, "username"), "password",
		colon != NULL ? colon + 1 : json_str(entry, "password"), "serveraddress", registry);
	if (json != NULL && *token != '\0')
		json_object_set_new(json, "identitytoken", json_string(token));
	return json;
}

json_t *credentials_get(const Cli *cli, const char *registry, GError **error)
{
	const char *helper = helper_of(cli, registry);
	return *helper != '\0' ? from_helper(helper, registry, error) : from_file(cli, registry);
}

static json_t *auths_of(Cli *cli)
{
	if (!json_is_object(json_object_get(cli->config, "auths")))
		json_object_set_new(cli->config, "auths", json_object());
	return json_object_get(cli->config, "auths");
}

bool credentials_store(Cli *cli, const json_t *credentials, bool *plain, GError **error)
{
	const char *registry = json_str(credentials, "serveraddress"),
		   *helper = helper_of(cli, registry), *user = json_str(credentials, "username"),
		   *token = json_str(credentials, "identitytoken"),
		   *secret = *token != '\0' ? token : json_str(credentials, "password");
	*plain = *helper == '\0';
	if (!*plain) {
		g_autoptr(json_t) body = json_pack("{s:s, s:s, s:s}", "ServerURL", registry,
			"Username", *token != '\0' ? "<token>" : user, "Secret", secret);
		g_autofree char *text = json_text(body);
		g_autofree char *answer = run_helper(helper, "store", text, error);
		if (answer == NULL)
			return false;
		json_object_set_new(auths_of(cli), registry, json_object());
		return cli_write_config(cli, error);
	}
	/* A token stands in the password's place. */
	g_autofree char *pair = g_strconcat(
		user, ":", *token != '\0' ? "" : json_str(credentials, "password"), NULL);
	g_autofree char *auth = g_base64_encode((const guchar *)pair, strlen(pair));
	json_t *entry = json_pack("{s:s}", "auth", auth);
	if (*token != '\0')
		json_object_set_new(entry, "identitytoken", json_string(token));
	json_object_set_new(auths_of(cli), registry, entry);
	return cli_write_config(cli, error);
}

bool credentials_erase(Cli *cli, const char *registry, GError **error)
{
	const char *helper = helper_of(cli, registry), *key = find_entry(cli, registry);
	if (key == NULL)
		return false;
	if (*helper != '\0') {
		g_autofree char *answer = run_helper(helper, "erase", registry, error);
		if (answer == NULL)
			return false;
	}
	g_autofree char *owned = g_strdup(key);
	json_object_del(auths_of(cli), owned);
	return cli_write_config(cli, error);
}

char *credentials_all(Cli *cli)
{
	static const char *const lists[] = {"auths", "credHelpers"};
	g_autoptr(json_t) all = json_object();
	const char *key;
	json_t *entry;
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		json_object_foreach (json_object_get(cli->config, lists[i]), key, entry) {
			g_autofree char *registry = registry_normal(key);
			json_t *known = credentials_get(cli, registry, NULL);
			if (known != NULL)
				json_object_set_new(all, registry, known);
		}
	if (json_object_size(all) == 0)
		return g_strdup("");
	return json_base64url(all);
}

bool credentials_use(Cli *cli, const char *reference, GError **error)
{
	g_autofree char *registry = registry_of(reference);
	g_autoptr(GError) problem = NULL;
	g_autoptr(json_t) known = credentials_get(cli, registry, &problem);
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	g_autoptr(json_t) nobody = json_object();
	g_autofree char *base64 = json_base64url(known != NULL ? known : nobody);
	client_set_registry_auth(cli->client, base64);
	return true;
}
