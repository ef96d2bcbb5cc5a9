/* build: reads flags into a request, sends the contexts, shows what happens, and takes the result. */
#include "cli/build/build_cache.h"
#include "cli/build/build_context.h"
#include "cli/build/build_output.h"
#include "cli/build/build_progress.h"
#include "cli/build/build_ssh.h"
#include "cli/common/flags.h"
#include "cli/container/request.h"
#include "cli/registry/credentials.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/size.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SECRET = 500 * 1024, BLOCK = 64 * 1024, MAX_LINE = 16 << 20 };

static const Flag flags[] = {
	{"add-host", 0, LIST, "add a host to /etc/hosts of each step (name:address)"},
	{"allow", 0, LIST, "let steps do more: network.host, security.insecure"},
	{"annotation", 0, LIST, "ignored (for Docker compatibility)"},
	{"attest", 0, LIST, "say how the image was made (type=provenance)"},
	{"build-arg", 0, LIST, "set an ARG (NAME=value, or NAME from the environment)"},
	{"build-context", 0, LIST, "another context (name=folder, URL or docker-image://image)"},
	{"builder", 0, STRING, "ignored (for Docker compatibility)"},
	{"cache-from", 0, LIST, "take cached steps from an image"},
	{"cache-to", 0, LIST, "keep cached steps elsewhere (type=inline|registry|local)"},
	{"call", 0, STRING, "build or check"},
	{"cgroup-parent", 0, STRING, "cgroup that the steps' are made in"},
	{"check", 0, BOOL, "check the Dockerfile, and build nothing"},
	{"compress", 0, BOOL, "ignored (for Docker compatibility)"},
	{"cpu-period", 0, INT, "period of the CPU quota, microseconds"},
	{"cpu-quota", 0, INT, "CPU quota, microseconds"},
	{"cpu-shares", 'c', INT, "CPU shares"},
	{"cpuset-cpus", 0, STRING, "CPUs that the steps may use"},
	{"cpuset-mems", 0, STRING, "memory nodes that the steps may use"},
	{"disable-content-trust", 0, BOOL, "ignored (for Docker compatibility)"},
	{"file", 'f', STRING, "the Dockerfile (PATH/Dockerfile); - reads standard input"},
	{"force-rm", 0, BOOL, "ignored (for Docker compatibility): no step leaves a container"},
	{"iidfile", 0, STRING, "write the image's id to a file"},
	{"isolation", 0, STRING, "ignored (for Docker compatibility)"},
	{"label", 0, LIST, "set a label of the image"},
	{"load", 0, BOOL, "keep the image in the engine (it is)"},
	{"memory", 'm', BYTES, "memory limit of a step"},
	{"memory-swap", 0, BYTES, "limit of memory and swap of a step"},
	{"metadata-file", 0, STRING, "write facts on the result to a file"},
	{"network", 0, STRING, "network of the steps: default, none, host, or a network's name"},
	{"no-cache", 0, BOOL, "run every step anew"},
	{"no-cache-filter", 0, LIST, "run the steps of these stages anew"},
	{"output", 'o', LIST, "where the result goes (type=local|tar|docker|oci,dest=...)"},
	{"platform", 0, STRING, "platform of the image"},
	{"progress", 0, STRING, "auto, plain, tty, quiet or rawjson"},
	{"provenance", 0, STRING, "say how the image was made: true or false"},
	{"pull", 0, BOOL, "ask the registry for newer base images"},
	{"push", 0, BOOL, "push the image when it is built"},
	{"quiet", 'q', BOOL, "print the image's id only"},
	{"rm", 0, BOOL, "ignored (for Docker compatibility): no step leaves a container"},
	{"sbom", 0, STRING, "false: no generator is run here"},
	{"secret", 0, LIST, "a file for RUN --mount=type=secret (id=x[,src=file|,env=NAME])"},
	{"security-opt", 0, LIST, "security options of the steps"},
	{"shm-size", 0, BYTES, "size of /dev/shm in a step"},
	{"squash", 0, BOOL, "make one layer of all that the build adds"},
	{"ssh", 0, LIST, "an agent for RUN --mount=type=ssh (default, or id=socket)"},
	{"tag", 't', LIST, "name of the image (name[:tag])"},
	{"target", 0, STRING, "stage to build"},
	{"ulimit", 0, LIST, "limit of a resource in the steps (name=soft[:hard])"},
	{0},
};

static void add_query(GString *path, const char *name, const char *value)
{
	g_autofree char *escaped = client_escape(value);
	if (*value != '\0')
		g_string_append_printf(path, "&%s=%s", name, escaped);
}

static void add_json(GString *path, const char *name, json_t *value)
{
	g_autofree char *text = json_text(value);
	bool filled =
		json_is_array(value) ? json_array_size(value) > 0 : json_object_size(value) > 0;
	if (filled)
		add_query(path, name, text);
	json_decref(value);
}

/* "=x" has no name. */
static bool check_names(Cli *cli, const char *flag, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, flag);
	for (size_t i = 0; i < json_array_size(given); i++)
		if (*json_elem(given, i) == '=' || *json_elem(given, i) == '\0')
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"ERROR: invalid key-value pair \"%s\": empty key",
				json_elem(given, i));
	return true;
}

/* NAME=value; NAME alone takes ours, and is left out where we have none. Proxies of config.json come first. */
static json_t *build_args(Cli *cli)
{
	static const struct {
		const char *key, *names[2];
	} proxies[] = {{"httpProxy", {"HTTP_PROXY", "http_proxy"}},
		{"httpsProxy", {"HTTPS_PROXY", "https_proxy"}},
		{"ftpProxy", {"FTP_PROXY", "ftp_proxy"}}, {"noProxy", {"NO_PROXY", "no_proxy"}},
		{"allProxy", {"ALL_PROXY", "all_proxy"}}};
	g_autoptr(json_t) given = flag_list(cli, "build-arg");
	const json_t *configured = json_at(cli->config, "proxies.default");
	json_t *args = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(proxies); i++)
		for (size_t n = 0; n < 2 && *json_str(configured, proxies[i].key) != '\0'; n++)
			json_object_set(args, proxies[i].names[n],
				json_object_get(configured, proxies[i].key));
	if (getenv("SOURCE_DATE_EPOCH") != NULL)
		json_object_set_new(
			args, "SOURCE_DATE_EPOCH", json_string(getenv("SOURCE_DATE_EPOCH")));
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(given, i), "=", 2);
		const char *value = parts[1] != NULL ? parts[1] : getenv(parts[0]);
		json_object_set_new(
			args, parts[0], value != NULL ? json_lenient(value) : json_null());
	}
	return args;
}

/* "name:address"; the sign between them may be "=" as well, as in buildx. */
static json_t *added_hosts(Cli *cli)
{
	g_autoptr(json_t) given = flag_list(cli, "add-host");
	json_t *hosts = json_array();
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_autofree char *host = g_strdup(json_elem(given, i));
		char *equals = strchr(host, '=');
		if (equals != NULL)
			*equals = ':';
		json_array_append_new(hosts, json_lenient(host));
	}
	return hosts;
}

static bool add_limits(Cli *cli, GString *path, GError **error)
{
	static const char *const numbers[][2] = {{"cpu-period", "cpuperiod"},
		{"cpu-quota", "cpuquota"}, {"cpu-shares", "cpushares"}, {"memory", "memory"},
		{"memory-swap", "memswap"}, {"shm-size", "shmsize"}};
	static const char *const texts[][2] = {{"cgroup-parent", "cgroupparent"},
		{"cpuset-cpus", "cpusetcpus"}, {"cpuset-mems", "cpusetmems"},
		{"network", "networkmode"}, {"platform", "platform"}, {"target", "target"}};
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (flag_given(cli, numbers[i][0]))
			g_string_append_printf(path, "&%s=%" G_GINT64_FORMAT, numbers[i][1],
				flag_int(cli, numbers[i][0], 0));
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		add_query(path, texts[i][1], flag_text(cli, texts[i][0]));
	json_t *limits = flag_ulimits(cli, error);
	if (limits == NULL)
		return false;
	add_json(path, "ulimits", limits);
	add_json(path, "extrahosts", added_hosts(cli));
	add_json(path, "securityopt", flag_list(cli, "security-opt"));
	return true;
}

static char *request_path(Cli *cli, const BuildContext *context, const json_t *tags,
	BuildCache *cache, const char *id, GError **error)
{
	g_autoptr(GString) path = g_string_new("/build?rm=1");
	static const char *const switches[][2] = {
		{"no-cache", "nocache"}, {"pull", "pull"}, {"squash", "squash"}};
	for (size_t i = 0; i < json_array_size(tags); i++)
		add_query(path, "t", json_elem(tags, i));
	for (size_t i = 0; i < G_N_ELEMENTS(switches); i++)
		if (flag_bool(cli, switches[i][0], false))
			add_query(path, switches[i][1], "1");
	add_query(path, "dockerfile", context->dockerfile != NULL ? context->dockerfile : "");
	add_query(path, "remote", context->remote != NULL ? context->remote : "");
	add_query(path, "buildid", id);
	add_json(path, "buildargs", build_args(cli));
	add_json(path, "labels", flag_pairs(cli, "label"));
	json_t *sources = build_cache_sources(cli, cache, error);
	if (sources == NULL)
		return NULL;
	add_json(path, "cachefrom", sources);
	return add_limits(cli, path, error) ? g_string_free(g_steal_pointer(&path), FALSE) : NULL;
}

/* "id=x,src=file", "id=x,env=NAME", or "id=x": the variable x, or else the file. */
static bool add_secret(json_t *secrets, const char *text, GError **error)
{
	g_autoptr(json_t) fields = csv_fields(text);
	const char *id = json_str(fields, "id"), *env = json_str(fields, "env"),
		   *source = json_str(fields, "src");
	if (*source == '\0')
		source = json_str(fields, "source");
	if (*id == '\0')
		return fail(error, BERTH_ERROR_UNAVAILABLE, "secret \"%s\" has no id", text);
	if (*env == '\0' && *source == '\0' && getenv(id) != NULL)
		env = id;
	if (*env == '\0' && *source == '\0')
		source = id;
	const char *variable = *env != '\0' ? getenv(env) : NULL;
	if (*env != '\0' && variable == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"secret %s: the environment has no variable %s", id, env);
	size_t length = variable != NULL ? strlen(variable) : 0;
	autofd fd = variable == NULL ? file_open_named(source) : -1;
	g_autofree char *content = variable != NULL ? g_strdup(variable)
				   : fd >= 0	    ? fd_read_all(fd, MAX_SECRET, &length)
						    : NULL;
	if (content == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "secret %s: cannot read %s: %s", id,
			source, errno_words(errno));
	g_autofree char *base64 = g_base64_encode((guchar *)content, length);
	json_object_set_new(secrets, id, json_string(base64));
	return true;
}

static json_t *secrets(Cli *cli, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "secret"), all = json_object();
	for (size_t i = 0; i < json_array_size(given); i++)
		if (!add_secret(all, json_elem(given, i), error))
			return NULL;
	return g_steal_pointer(&all);
}

/* "oci-layout://FOLDER[:TAG]" is loaded, and is an image of the engine then. */
static bool load_layout(Cli *cli, BuildCache *cache, char **place, GError **error)
{
	g_autofree char *folder = g_strdup(*place + strlen("oci-layout://"));
	if (!g_file_test(folder, G_FILE_TEST_IS_DIR) && strrchr(folder, ':') != NULL)
		*strrchr(folder, ':') = '\0';
	g_autofree char *name = image_load_folder(cli, cache, folder, error);
	if (name == NULL)
		return false;
	g_free(*place);
	*place = g_strconcat("docker-image://", name, NULL);
	return true;
}

/* Folders of ours are sent along; everything else the engine gets itself. */
static bool add_contexts(
	Cli *cli, BuildContext *context, BuildCache *cache, json_t *places, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "build-context");
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(given, i), "=", 2);
		if (parts[0] == NULL || parts[1] == NULL || *parts[0] == '\0')
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid context value: %s, expected key=value",
				json_elem(given, i));
		g_autofree char *name = g_ascii_strdown(parts[0], -1);
		if (g_str_has_prefix(parts[1], "oci-layout://") &&
			!load_layout(cli, cache, &parts[1], error))
			return false;
		bool elsewhere = strstr(parts[1], "://") != NULL || is_remote_context(parts[1]);
		if (!elsewhere && !g_file_test(parts[1], G_FILE_TEST_IS_DIR))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"failed to get build context path {%s: %s}: no such folder", name,
				parts[1]);
		if (strchr(name, '/') != NULL || strcmp(name, "..") == 0)
			return fail(
				error, BERTH_ERROR_UNAVAILABLE, "invalid context name %s", name);
		if (!elsewhere)
			json_object_set_new(context->named, name, json_lenient(parts[1]));
		json_object_set_new(
			places, name, elsewhere ? json_lenient(parts[1]) : json_string("local"));
	}
	return true;
}

/* One request for an attestation; "false" and disabled=true are none. What it says beside that must be known. */
static bool read_attestation(const char *type, const char *text, json_t *head, GError **error)
{
	g_autoptr(json_t) fields = csv_fields(text);
	bool bare = strchr(text, '=') == NULL, on = true, off = false;
	const char *mode = json_object_get(fields, "mode") != NULL ? json_str(fields, "mode")
								   : "min",
		   *key;
	json_t *value;
	static const char *const known[] = {"type", "mode", "disabled", "builder-id", NULL};
	if (bare && !bool_parse(text, &on))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: invalid value %s", text);
	json_object_foreach (bare ? NULL : fields, key, value)
		if (!g_strv_contains(known, key))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"attestation %s: option %s=%s is not supported", type, key,
				json_string_value(value));
	bool_parse(json_str(fields, "disabled"), &off);
	bool ours = strcmp(type, "provenance") == 0;
	if (off || !on)
		return !ours || json_object_set_new(head, "provenance", json_string("")) == 0;
	if (!ours)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"attestation %s is not supported: no generator is run here (provenance is)",
			type);
	if (strcmp(mode, "min") != 0 && strcmp(mode, "max") != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid provenance mode=%s", mode);
	json_object_set_new(head, "builderId", json_lenient(json_str(fields, "builder-id")));
	return json_object_set_new(head, "provenance", json_string(mode)) == 0;
}

/* --provenance, --sbom, --attest: "provenance" is "", "min" or "max". */
static bool read_attestations(Cli *cli, json_t *head, GError **error)
{
	static const char *const types[] = {"provenance", "sbom"};
	g_autoptr(json_t) given = flag_list(cli, "attest");
	json_object_set_new(head, "provenance", json_string(""));
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (flag_given(cli, types[i]) &&
			!read_attestation(types[i], flag_text(cli, types[i]), head, error))
			return false;
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_autoptr(json_t) fields = csv_fields(json_elem(given, i));
		if (!read_attestation(json_str(fields, "type"), json_elem(given, i), head, error))
			return false;
	}
	return true;
}

/* As buildx is told how much of the provenance its metadata file has: "min", "max", or "" for none. */
static const char *wanted_metadata(const Cli *cli)
{
	const char *asked = getenv("BUILDX_METADATA_PROVENANCE");
	bool on = true;
	if (*flag_text(cli, "metadata-file") == '\0')
		return "";
	if (g_strcmp0(asked, "max") == 0)
		return "max";
	bool off = asked != NULL &&
		   (strcmp(asked, "disabled") == 0 || (bool_parse(asked, &on) && !on));
	return off ? "" : "min";
}

/* The first line of the body. */
static char *request_head(Cli *cli, BuildContext *context, const BuildOutput *output,
	BuildCache *cache, GError **error)
{
	json_t *hidden = secrets(cli, error);
	g_autoptr(json_t) head = json_object();
	json_t *places = json_object();
	if (hidden == NULL)
		return NULL;
	json_object_set_new(head, "secrets", hidden);
	json_object_set_new(head, "contexts", places);
	if (!add_contexts(cli, context, cache, places, error))
		return NULL;
	if (!read_attestations(cli, head, error))
		return NULL;
	json_object_set_new(head, "metadata", json_string(wanted_metadata(cli)));
	json_object_set_new(head, "events", json_true());
	json_object_set_new(head, "split", json_boolean(!context->archive));
	json_object_set_new(head, "output", json_string(build_output_kind(output)));
	json_object_set_new(head, "check",
		json_boolean(flag_bool(cli, "check", false) ||
			     strcmp(flag_text(cli, "call"), "check") == 0 ||
			     strcmp(flag_text(cli, "call"), "lint") == 0));
	json_object_set_new(head, "ssh", build_ssh_ids(cli));
	json_object_set_new(head, "allow", flag_list(cli, "allow"));
	json_object_set_new(head, "noCacheFilter", flag_list(cli, "no-cache-filter"));
	json_object_set(head, "cacheTo", cache->exports);
	json_object_set(head, "cacheFrom", cache->sources);
	json_object_set_new(head, "outputs",
		output->fields != NULL ? json_pack("[O]", output->fields) : json_array());
	json_object_set_new(head, "cacheTag", json_string(cache->tag));
	if (context->text != NULL)
		json_object_set_new(head, "dockerfile", json_lenient(context->text));
	return json_text(head);
}

static bool check_call(Cli *cli, GError **error)
{
	static const char *const known[] = {"", "build", "check", "lint", NULL};
	const char *call = flag_text(cli, "call");
	return g_strv_contains(known, call) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "--call %s is not supported: build and check are", call);
}

static bool choose_show(Cli *cli, BuildShow *show, GError **error)
{
	const char *asked = flag_text(cli, "progress"), *env = getenv("BUILDKIT_PROGRESS");
	if (*asked == '\0' && env != NULL)
		asked = env;
	bool live = isatty(STDERR_FILENO) && g_strcmp0(getenv("TERM"), "dumb") != 0;
	if (flag_bool(cli, "quiet", false) || strcmp(asked, "quiet") == 0 ||
		strcmp(asked, "none") == 0)
		*show = SHOW_NOTHING;
	else if (strcmp(asked, "") == 0 || strcmp(asked, "auto") == 0)
		*show = live ? SHOW_TTY : SHOW_PLAIN;
	else if (strcmp(asked, "plain") == 0)
		*show = SHOW_PLAIN;
	else if (strcmp(asked, "tty") == 0)
		*show = SHOW_TTY;
	else if (strcmp(asked, "rawjson") == 0)
		*show = SHOW_RAW;
	else
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid progress mode %s", asked);
	return true;
}

/* What came back: lines of JSON, and behind them perhaps the result itself. */
typedef struct {
	BuildProgress *progress;
	const char *part; /* what the build is called among others, or NULL */
	char *image, *error, *excerpt,
		*text;	    /* text: to be printed at the end, such as a check's */
	json_t *provenance; /* how it was made, or NULL */
	bool output;	    /* what follows is no line any more */
	int failed;	    /* of a check */
} Answer;

static void take_line(Answer *answer, const json_t *line)
{
	const json_t *build = json_object_get(line, "build");
	const char *id = json_str(line, "aux.ID"), *problem = json_str(line, "errorDetail.message");
	if (*json_str(build, "output") != '\0')
		answer->output = true;
	else if (json_is_string(json_object_get(build, "text")))
		answer->text = g_strdup(json_str(build, "text"));
	else if (json_is_object(json_object_get(build, "provenance")))
		answer->provenance = json_incref(json_object_get(build, "provenance"));
	else if (build != NULL)
		build_progress_take(answer->progress, answer->part, build);
	if (json_is_true(json_object_get(build, "failed")))
		answer->failed = 1;
	if (*id != '\0')
		answer->image = g_strdup(id);
	if (*problem == '\0')
		return;
	answer->error = g_strdup(problem);
	answer->excerpt = g_strdup(json_str(line, "errorDetail.excerpt"));
}

static bool read_lines(Answer *answer, HttpBody *body, GError **error)
{
	g_autofree char *block = g_malloc(BLOCK);
	g_autoptr(GString) text = g_string_new("");
	ssize_t n;
	while (!answer->output && (n = http_body_read(body, block, BLOCK, error)) != 0) {
		if (n < 0)
			return false;
		g_string_append_len(text, block, n);
		for (char *end;
			!answer->output && (end = memchr(text->str, '\n', text->len)) != NULL;) {
			size_t length = (size_t)(end - text->str);
			g_autoptr(json_t) line = json_parse(text->str, length, NULL);
			take_line(answer, line);
			g_string_erase(text, 0, (gssize)length + 1);
		}
		if (!answer->output && text->len > MAX_LINE)
			return fail(
				error, BERTH_ERROR_UNAVAILABLE, "the engine's answer has no lines");
	}
	http_body_unread(body, text->str, text->len);
	return true;
}

static bool put_file(const char *path, const char *text, GError **error)
{
	return *path == '\0' || file_replace(path, text, strlen(text), 0644, false, error);
}

/* With its registry, as buildx writes it; the engine has found it valid. */
static char *full_name(const char *name)
{
	size_t host = strcspn(name, "/");
	bool has_host = name[host] == '/' &&
			(memchr(name, '.', host) != NULL || memchr(name, ':', host) != NULL ||
				strncmp(name, "localhost/", host + 1) == 0);
	return g_strconcat(has_host ? "" : "docker.io/",
		strchr(name, '/') == NULL ? "library/" : "", name, NULL);
}

/* An index has no configuration, but a descriptor. */
static void describe_index(Cli *cli, const char *id, json_t *facts)
{
	if (*id == '\0' || *flag_text(cli, "metadata-file") == '\0')
		return;
	g_autofree char *path = g_strconcat("/images/", id, "/json", NULL);
	g_autoptr(json_t) image = client_call(cli->client, "GET", path, NULL, NULL);
	json_t *descriptor = json_object_get(image, "Descriptor");
	if (!json_is_object(descriptor))
		return;
	json_object_del(facts, "containerimage.config.digest");
	json_object_set(facts, "containerimage.descriptor", descriptor);
}

static bool write_facts(Cli *cli, const Answer *answer, const BuildOutput *output, GError **error)
{
	const char *id = answer->image != NULL ? answer->image : "";
	g_auto(GStrv) list = json_strv(output->names);
	for (int i = 0; list[i] != NULL; i++) {
		char *full = full_name(list[i]);
		g_free(list[i]);
		list[i] = full;
	}
	g_autofree char *names = g_strjoinv(",", list), *build = g_uuid_string_random(),
			*ref = g_strconcat("default/default/", build, NULL);
	g_autoptr(json_t) facts = json_object();
	if (answer->provenance != NULL)
		json_object_set(facts, "buildx.build.provenance", answer->provenance);
	json_object_set_new(facts, "buildx.build.ref", json_string(ref));
	json_object_set_new(facts, "containerimage.config.digest", json_string(id));
	json_object_set_new(facts, "containerimage.digest", json_string(id));
	if (*names != '\0')
		json_object_set_new(facts, "image.name", json_string(names));
	describe_index(cli, id, facts);
	char *text = json_dumps(facts, JSON_INDENT(2));
	bool ok = put_file(flag_text(cli, "iidfile"), id, error) &&
		  put_file(flag_text(cli, "metadata-file"), text, error);
	free(text);
	return ok;
}

static bool push(Cli *cli, const json_t *tags, GError **error)
{
	for (size_t i = 0; i < json_array_size(tags); i++)
		if (!image_send(cli, json_elem(tags, i), "", false, stderr, error))
			return false;
	return true;
}

static bool finish(
	Cli *cli, Answer *answer, const BuildOutput *output, HttpBody *body, GError **error)
{
	if (answer->output && !build_output_take(output, body, error))
		return false;
	if (answer->text != NULL)
		print_shown(answer->text);
	bool quiet =
		flag_bool(cli, "quiet", false) || strcmp(flag_text(cli, "progress"), "quiet") == 0;
	if (answer->image != NULL && quiet)
		print_to(stdout, "%s\n", answer->image);
	return write_facts(cli, answer, output, error) &&
	       (!(flag_bool(cli, "push", false) || output->push) ||
		       push(cli, output->names, error));
}

/* Sends the request and hears the answer to its last line. ok in *answer's error is the build's own failure. */
static bool exchange(Cli *cli, const BuildContext *context, const char *path, const char *head,
	Answer *answer, Response *response, GError **error)
{
	g_autofree char *known = credentials_all(cli),
			*headers = g_strdup_printf(
				"Content-Type: application/vnd.berth.build\r\n%s%s%s",
				*known != '\0' ? "X-Registry-Config: " : "", known,
				*known != '\0' ? "\r\n" : "");
	g_autoptr(GError) problem = NULL, unread = NULL;
	BuildBody *body = build_body_new(context, head);
	const BodyFile file = build_body_file(body);
	bool ok = client_send_file(cli->client, "POST", path, headers, &file, response, &problem);
	bool sent = build_body_end(body, &unread);
	ok = ok && sent && read_lines(answer, &response->body, &problem);
	/* A context that cannot be read explains a request that broke off. */
	const GError *why = !sent ? unread : problem;
	if (why != NULL && why->domain == BERTH_ERROR && why->code != BERTH_ERROR_UNAVAILABLE)
		answer->error = g_strdup(why->message); /* the build's: told like all of those */
	else if (why != NULL)
		g_propagate_error(error, g_error_copy(why));
	return ok;
}

/* With the agents at hand, and all shown as it happens. */
static bool build(Cli *cli, const BuildContext *context, const BuildOutput *output, BuildShow show,
	const char *id, const char *path, const char *head, Answer *answer, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	BuildSsh *ssh = build_ssh_start(cli, id, error);
	if (ssh == NULL)
		return false;
	answer->progress =
		cli->part != NULL ? cli->part->progress : build_progress_new(show, stderr);
	answer->part = cli->part != NULL ? cli->part->name : NULL;
	bool ok = exchange(cli, context, path, head, answer, &response, error);
	if (answer->error != NULL)
		build_progress_fail(answer->progress, answer->error,
			answer->excerpt != NULL ? answer->excerpt : "");
	if (cli->part == NULL) {
		build_progress_end(answer->progress);
		build_progress_free(answer->progress);
	}
	ok = ok && answer->error == NULL && finish(cli, answer, output, &response.body, error);
	build_ssh_stop(ssh);
	return ok;
}

static void answer_clear(Answer *answer)
{
	g_free(answer->image);
	g_free(answer->error);
	g_free(answer->excerpt);
	g_free(answer->text);
	json_decref(answer->provenance);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

static bool run_build(
	Cli *cli, BuildContext *context, BuildCache *cache, Answer *answer, GError **error)
{
	g_auto(BuildOutput) output = {0};
	BuildShow show = SHOW_PLAIN;
	g_autofree char *id = g_uuid_string_random(), *path = NULL, *head = NULL;
	if (!check_call(cli, error) || !check_names(cli, "build-arg", error) ||
		!check_names(cli, "label", error) ||
		!build_context_find(context, cli->args[0], flag_text(cli, "file"), error) ||
		!build_output_read(cli, &output, error) || !choose_show(cli, &show, error) ||
		!build_cache_read(cli, cache, error) ||
		(path = request_path(cli, context, output.names, cache, id, error)) == NULL ||
		(head = request_head(cli, context, &output, cache, error)) == NULL)
		return false;
	return build(cli, context, &output, show, id, path, head, answer, error) &&
	       build_cache_finish(cli, cache, error);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_auto(BuildContext) context = {0};
	g_auto(Answer) answer = {0};
	BuildCache cache = {0};
	bool ok = run_build(cli, &context, &cache, &answer, &error);
	build_cache_clear(cli, &cache);
	/* A build that failed has been explained already. */
	if (error != NULL)
		return cli_fail(cli, error);
	return ok && !answer.failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

const Command command_build = {
	.names = "build|image build|builder build|buildx build",
	.usage = "[OPTIONS] PATH | URL | -",
	.summary = "Build an image from a Dockerfile",
	.example = "build -t app:1 --build-arg VERSION=1 .",
	.completes = "folders",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
