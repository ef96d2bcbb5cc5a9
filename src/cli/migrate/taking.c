#include "cli/migrate/taking.h"

#include "base/error.h"
#include "base/shown.h"

#include <stdio.h>
#include <string.h>

void taking_tell(const char *kind, const char *name, const char *what)
{
	print_to(stdout, "%-10s %-24s %s\n", kind, name, what);
	fflush(stdout);
}

void taking_tell_failed(Taking *taking, const char *kind, const char *name, const char *why)
{
	g_autofree char *text = g_strconcat("CANNOT be taken over: ", why, NULL);
	taking_tell(kind, name, text);
	taking->failed++;
}

static char *path_of(const char *format, const char *name)
{
	g_autofree char *escaped = client_escape(name);
	g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
	return g_strjoinv(escaped, parts);
}

bool taking_is_there(Taking *taking, const char *format, const char *name, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *path = path_of(format, name);
	g_autoptr(json_t) answer = client_call(taking->client, "GET", path, NULL, &problem);
	if (answer == NULL && problem != NULL && !is_answer_of(problem, BERTH_ERROR_NOT_FOUND))
		g_propagate_error(error, g_steal_pointer(&problem));
	/* A prefix of an id counts as a name. */
	const char *its = json_str(answer, "Name");
	its += *its == '/';
	/* Only images may have an id and no name. */
	return *its != '\0' ? strcmp(its, name) == 0 : *json_str(answer, "Id") != '\0';
}

bool taking_take(Taking *taking, const char *kind, const char *format, json_t *thing,
	const char *what, Make make, gpointer data)
{
	g_autoptr(GError) error = NULL;
	const char *problem = json_str(thing, "Problem"), *name = json_str(thing, "Name");
	bool there = taking_is_there(taking, format, name, &error);
	g_autofree char *text =
		g_strdup_printf("%s %s", taking->apply ? "is made:" : "would be made:", what);
	if (there)
		taking_tell(kind, name, "is there already, and left alone");
	else if (error != NULL || *problem != '\0')
		taking_tell_failed(taking, kind, name, error != NULL ? error->message : problem);
	else if (taking->apply && !make(data, thing, &error))
		taking_tell_failed(taking, kind, name, error->message);
	else
		taking_tell(kind, name, text);
	return !there && error == NULL && *problem == '\0' && taking->apply;
}

bool taking_ask(
	Taking *taking, const char *method, const char *path, const json_t *request, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	return client_send(taking->client, method, path, request, &response, error);
}

void taking_undo(Taking *taking, const char *format, const char *name)
{
	g_autofree char *path = path_of(format, name);
	taking_ask(taking, "DELETE", path, NULL, NULL);
}

char *taking_image_named(Taking *taking, const char *name)
{
	g_autofree char *path = path_of("/images/%s/json", name);
	g_autoptr(json_t) image = client_call(taking->client, "GET", path, NULL, NULL);
	return g_strdup(json_str(image, "Id"));
}

/* Uses the image's name in the request, if it still means the same image. */
static void name_image(Taking *taking, json_t *request, const char *id)
{
	g_autofree char *named = taking_image_named(taking, json_str(request, "Image")),
			*its = taking_image_named(taking, id);
	if (strcmp(named, its) != 0)
		json_object_set_new(request, "Image", json_string(id));
}

/* All but the first one. */
static bool connect_networks(
	Taking *taking, const char *id, const json_t *container, GError **error)
{
	const char *first = json_str(container, "Request.HostConfig.NetworkMode"), *name;
	json_t *endpoint;
	json_object_foreach (json_object_get(container, "Networks"), name, endpoint) {
		g_autofree char *path = path_of("/networks/%s/connect", name);
		g_autoptr(json_t) request =
			json_pack("{s:s, s:O}", "Container", id, "EndpointConfig", endpoint);
		if (strcmp(name, first) != 0 && !taking_ask(taking, "POST", path, request, error))
			return false;
	}
	return true;
}

char *taking_make_container(Taking *taking, json_t *container, GError **error)
{
	const char *first = json_str(container, "Request.HostConfig.NetworkMode");
	json_t *request = json_object_get(container, "Request"),
	       *endpoint = json_object_get(json_object_get(container, "Networks"), first);
	g_autofree char *path = path_of("/containers/create?name=%s", json_str(container, "Name"));
	if (endpoint != NULL)
		json_object_set_new(request, "NetworkingConfig",
			json_pack("{s:{s:O}}", "EndpointsConfig", first, endpoint));
	name_image(taking, request, json_str(container, "Image"));
	g_autoptr(json_t) answer = client_call(taking->client, "POST", path, request, error);
	const char *id = json_str(answer, "Id");
	if (answer != NULL && connect_networks(taking, id, container, error))
		return g_strdup(id);
	if (answer != NULL)
		taking_undo(taking, "/containers/%s", id);
	return NULL;
}
