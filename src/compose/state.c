/* The existing containers of a project, found by their labels. */
#include "compose/compose.h"

#include "base/error.h"
#include "base/json_names.h"

#include <stdarg.h>
#include <string.h>

json_t *engine_call(Client *client, GError **error, const char *method, const json_t *body,
	const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *path = g_strdup_vprintf(format, args);
	va_end(args);
	g_autoptr(GError) problem = NULL;
	json_t *answer = client_call(client, method, path, body, &problem);
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	return answer != NULL ? answer : json_object();
}

static int by_number(const void *a, const void *b)
{
	return container_number(*(json_t *const *)a) - container_number(*(json_t *const *)b);
}

const char *container_label(const json_t *container, const char *name)
{
	g_autofree char *key = g_strconcat("com.docker.compose.", name, NULL);
	const char *value =
		json_string_value(json_object_get(json_object_get(container, "Labels"), key));
	return value != NULL ? value : "";
}

const char *container_name(const json_t *container)
{
	const char *name = json_elem(json_object_get(container, "Names"), 0);
	return name + (*name == '/');
}

int container_number(const json_t *container)
{
	return atoi(container_label(container, "container-number"));
}

static bool is_one_off(const json_t *container)
{
	return strcmp(container_label(container, "oneoff"), "True") == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(container_name(*(json_t *const *)a), container_name(*(json_t *const *)b));
}

char *project_filter(const char *project)
{
	g_autofree char *label = g_strconcat("com.docker.compose.project=", project, NULL);
	g_autoptr(json_t) filters = json_pack("{s:[s]}", "label", label);
	g_autofree char *text = json_text(filters);
	return client_escape(text);
}

/* Those of services first, then those of `run`; either may be left out. */
static json_t *list_containers(
	Client *client, const char *project, bool all, bool services, bool runs, GError **error)
{
	g_autofree char *escaped = project_filter(project);
	g_autoptr(json_t) list = engine_call(
		client, error, "GET", NULL, "/containers/json?all=%d&filters=%s", all, escaped),
			  own = json_array(), one_offs = json_array();
	json_t *container;
	size_t i;
	if (list == NULL)
		return NULL;
	json_array_foreach (list, i, container)
		json_array_append(is_one_off(container) ? one_offs : own, container);
	json_t *ordered = services ? json_list_sorted(own, by_number) : json_array();
	g_autoptr(json_t) rest = runs ? json_list_sorted(one_offs, by_number) : NULL;
	json_array_extend(ordered, rest);
	return ordered;
}

json_t *project_containers(
	Client *client, const char *project, bool all, bool one_off, GError **error)
{
	return list_containers(client, project, all, !one_off, one_off, error);
}

json_t *project_all_containers(Client *client, const char *project, GError **error)
{
	return list_containers(client, project, true, true, true, error);
}

json_t *containers_by_name(const json_t *containers)
{
	return json_list_sorted(containers, by_name);
}

json_t *containers_of(const json_t *containers, const char *service)
{
	json_t *own = json_array(), *container;
	size_t i;
	json_array_foreach (containers, i, container)
		if (strcmp(container_label(container, "service"), service) == 0)
			json_array_append(own, container);
	return own;
}

json_t *container_at(const json_t *containers, const char *service, int number, GError **error)
{
	size_t i;
	json_t *container;
	json_array_foreach (containers, i, container)
		if (strcmp(container_label(container, "service"), service) == 0 &&
			(number == 0 || container_number(container) == number))
			return container;
	if (number > 0)
		fail(error, BERTH_ERROR_UNAVAILABLE, "service \"%s\" is not running container #%d",
			service, number);
	else
		fail(error, BERTH_ERROR_UNAVAILABLE, "service \"%s\" is not running", service);
	return NULL;
}

/* Parses "db:service_started:false,..." of a label. */
static json_t *dependencies_of(const char *text)
{
	json_t *all = json_object();
	g_auto(GStrv) entries = g_strsplit(text, ",", -1);
	for (int i = 0; entries[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(entries[i], ":", 3);
		if (parts[0] != NULL && *parts[0] != '\0')
			json_object_set_new(all, parts[0],
				json_pack("{s:s, s:b, s:b}", "condition",
					parts[1] != NULL ? parts[1] : "service_started", "required",
					0, "restart",
					parts[1] != NULL && g_strcmp0(parts[2], "true") == 0));
	}
	return all;
}

Project *project_of_labels(Client *client, const char *name, GError **error)
{
	g_autoptr(json_t) containers = project_containers(client, name, true, false, error);
	if (containers == NULL)
		return NULL;
	Project *project = g_new0(Project, 1);
	json_t *services = json_object(), *container;
	size_t i;
	project->name = g_strdup(name);
	project->folder = g_strdup("");
	project->files = g_new0(char *, 1);
	project->env_files = g_new0(char *, 1);
	project->inactive = json_object();
	project->separator = "-";
	project->model = json_pack("{s:s, s:o}", "name", name, "services", services);
	json_array_foreach (containers, i, container)
		json_object_set_new(services, container_label(container, "service"),
			json_pack("{s:s, s:o}", "image", json_str(container, "Image"), "depends_on",
				dependencies_of(container_label(container, "depends_on"))));
	return project;
}

json_t *project_orphans(const Project *project, const json_t *containers)
{
	json_t *orphans = json_array(), *container;
	size_t i;
	json_array_foreach (containers, i, container) {
		const char *service = container_label(container, "service"),
			   *state = json_str(container, "State");
		/* Containers of `run` that have ended are ignored. */
		bool run = strcmp(container_label(container, "oneoff"), "True") == 0,
		     ended = strcmp(state, "exited") == 0 || strcmp(state, "dead") == 0,
		     known = json_object_get(project_services(project), service) != NULL ||
			     json_object_get(project->inactive, service) != NULL;
		/* Containers left by a hook belong to their service until the next run. */
		bool kept = known && *container_label(container, "hook") != '\0';
		if (!kept && (run ? ended : !known))
			json_array_append(orphans, container);
	}
	return orphans;
}

void tell_happening(Teller *teller, const Happening *happening)
{
	g_mutex_lock(&teller->lock);
	teller->say(teller->data, happening);
	g_mutex_unlock(&teller->lock);
}

/* A status that ends in "ing" is in progress. */
static int status_of(const char *word)
{
	if (strcmp(word, "Error") == 0)
		return TOLD_ERROR;
	if (strcmp(word, "Warning") == 0)
		return TOLD_WARNING;
	return g_str_has_suffix(word, "ing") && strcmp(word, "Running") != 0 ? TOLD_WORKING
									     : TOLD_DONE;
}

void tell(Teller *teller, const char *kind, const char *name, const char *state, const char *text)
{
	g_autofree char *id = *kind != '\0' ? g_strconcat(kind, " ", name, NULL) : g_strdup(name),
			*whole = *text != '\0' ? g_strconcat(state, " ", text, NULL)
					       : g_strdup(state);
	tell_happening(teller, &(Happening){.id = id,
				       .parent = "",
				       .text = "",
				       .state = whole,
				       .status = status_of(state)});
}

void tell_work(Teller *teller, const char *id, const char *text, const char *state)
{
	tell_happening(teller, &(Happening){.id = id,
				       .parent = "",
				       .text = text,
				       .state = state,
				       .status = status_of(text)});
}
