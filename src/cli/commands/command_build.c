/* build: reads flags into a request, sends the contexts, shows what happens, and takes the result. */
#include "cli/build/build_answer.h"
#include "cli/build/build_cache.h"
#include "cli/build/build_context.h"
#include "cli/build/build_flags.h"
#include "cli/build/build_head.h"
#include "cli/build/build_output.h"
#include "cli/build/build_progress.h"
#include "cli/build/build_ssh.h"
#include "cli/common/flags.h"
#include "cli/container/request.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"add-host", 0, SLICE, "add a host to /etc/hosts of each step (name:address)"},
	{"allow", 0, LIST, "allow privileges for steps: network.host, security.insecure"},
	{"annotation", 0, LIST, "annotate the image ([TYPE[PLATFORM],...:]name=value)"},
	{"attest", 0, LIST, "add an attestation (type=provenance)"},
	{"build-arg", 0, LIST, "set an ARG (NAME=value, or NAME from the environment)"},
	{"build-context", 0, LIST, "another context (name=folder, URL or docker-image://image)"},
	{"builder", 0, STRING, "only default: the engine is the builder"},
	{"cache-from", 0, LIST, "use the cache in an image"},
	{"cache-to", 0, LIST, "export the cache (type=inline|registry|local)"},
	{"call", 0, STRING, "build, check, outline or targets (outline,format=json)"},
	{"cgroup-parent", 0, STRING, "parent cgroup of the steps"},
	{"check", 0, BOOL, "check the Dockerfile, and build nothing"},
	{"compress", 0, BOOL, "ignored (for Docker compatibility): the context is sent as it is"},
	{"cpu-period", 0, INT, "period of the CPU quota, microseconds"},
	{"cpu-quota", 0, INT, "CPU quota, microseconds"},
	{"cpu-shares", 'c', INT, "CPU shares"},
	{"cpuset-cpus", 0, STRING, "CPUs that the steps may use"},
	{"cpuset-mems", 0, STRING, "memory nodes that the steps may use"},
	{"disable-content-trust", 0, BOOL, "only true: content trust is not verified"},
	{"file", 'f', STRING, "the Dockerfile (PATH/Dockerfile); - reads standard input"},
	{"force-rm", 0, BOOL, "ignored (for Docker compatibility): no step leaves a container"},
	{"iidfile", 0, STRING, "write the image's id to a file"},
	{"isolation", 0, STRING, "only default, as on every Linux"},
	{"label", 0, LIST, "set a label of the image"},
	{"load", 0, BOOL, "keep the image in the engine (it is)"},
	{"memory", 'm', BYTES, "memory limit of a step"},
	{"memory-swap", 0, BYTES, "limit of memory and swap of a step"},
	{"metadata-file", 0, STRING, "write metadata of the result to a file"},
	{"network", 0, STRING, "network of the steps: default, none, host, or a network's name"},
	{"no-cache", 0, BOOL, "run every step anew"},
	{"no-cache-filter", 0, LIST, "run the steps of these stages anew"},
	{"output", 'o', LIST, "where the result goes (type=local|tar|docker|oci,dest=...)"},
	{"platform", 0, STRING, "platform of the image"},
	{"progress", 0, STRING, "auto, plain, tty, quiet or rawjson"},
	{"provenance", 0, STRING, "add a provenance attestation: true or false"},
	{"pull", 0, BOOL, "ask the registry for newer base images"},
	{"push", 0, BOOL, "push the image when it is built"},
	{"quiet", 'q', BOOL, "print the image's id only"},
	{"rm", 0, BOOL, "ignored (for Docker compatibility): no step leaves a container"},
	{"sbom", 0, STRING, "only false: there is no SBOM generator"},
	{"secret", 0, LIST, "a file for RUN --mount=type=secret (id=x[,src=file|,env=NAME])"},
	{"security-opt", 0, LIST, "security options of the steps"},
	{"shm-size", 0, BYTES, "size of /dev/shm in a step"},
	{"squash", 0, BOOL, "merge the layers that the build adds into one"},
	{"ssh", 0, LIST, "an agent for RUN --mount=type=ssh (default, id=socket or id=key,key)"},
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

static bool choose_show(Cli *cli, BuildShow *show, GError **error)
{
	const char *asked = flag_text(cli, "progress"), *env = getenv("BUILDKIT_PROGRESS");
	if (*asked == '\0' && env != NULL)
		asked = env;
	return build_show_choose(flag_bool(cli, "quiet", false) ? "quiet" : asked, show, error);
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

static bool write_facts(
	Cli *cli, const BuildAnswer *answer, const BuildOutput *output, GError **error)
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
	Cli *cli, BuildAnswer *answer, const BuildOutput *output, HttpBody *body, GError **error)
{
	if (answer->output && !build_output_take(output, body, error))
		return false;
	bool quiet =
		flag_bool(cli, "quiet", false) || strcmp(flag_text(cli, "progress"), "quiet") == 0;
	if (answer->image != NULL && quiet)
		print_to(stdout, "%s\n", answer->image);
	return write_facts(cli, answer, output, error) &&
	       (!(flag_bool(cli, "push", false) || output->push) ||
		       push(cli, output->names, error));
}

/* With the agents at hand, and all shown as it happens. */
static bool build(Cli *cli, const BuildContext *context, const BuildOutput *output, BuildShow show,
	const char *id, const char *path, const char *head, BuildAnswer *answer, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	BuildSsh *ssh = build_ssh_start(cli, id, error);
	if (ssh == NULL)
		return false;
	answer->progress =
		cli->part != NULL ? cli->part->progress : build_progress_new(show, stderr);
	answer->part = cli->part != NULL ? cli->part->name : NULL;
	bool ok = build_exchange(cli, context, path, head, answer, &response, error);
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

static void show_answer(BuildAnswer *answer, const BuildCall *call)
{
	char *json = call->json ? json_dumps(answer->answer, JSON_INDENT(2)) : NULL;
	if (json != NULL)
		print_to(stdout, "%s\n", json);
	else if (answer->text != NULL)
		print_shown(answer->text);
	if (json == NULL && answer->mistake != NULL)
		print_to(stderr, "%s", answer->mistake);
	free(json);
	if (call->ignore_status)
		answer->failed = 0;
}

static bool run_build(
	Cli *cli, BuildContext *context, BuildCache *cache, BuildAnswer *answer, GError **error)
{
	g_auto(BuildOutput) output = {0};
	BuildShow show = SHOW_PLAIN;
	g_auto(BuildCall) call = {0};
	g_autofree char *id = g_uuid_string_random(), *path = NULL, *head = NULL;
	if (!build_flags_check(cli, error) || !build_call_read(cli, &call, error) ||
		!build_context_find(context, cli->args[0], flag_text(cli, "file"), error) ||
		!build_output_read(cli, &output, error) || !choose_show(cli, &show, error) ||
		!build_cache_read(cli, cache, error) ||
		(path = request_path(cli, context, output.names, cache, id, error)) == NULL ||
		(head = build_head(cli, context, &output, cache, &call, error)) == NULL)
		return false;
	bool ok = build(cli, context, &output, show, id, path, head, answer, error);
	if (ok)
		show_answer(answer, &call);
	return ok && build_cache_finish(cli, cache, error);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_auto(BuildContext) context = {0};
	g_auto(BuildAnswer) answer = {0};
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
