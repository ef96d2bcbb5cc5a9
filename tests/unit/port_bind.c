#include "engine/network/ports.h"

#include <netinet/in.h>
#include <string.h>

/* An engine that has published nothing, a bridge, and a container with an address in it. */
typedef struct {
	Engine engine;
	Config config;
	Network network;
	Endpoint endpoint;
	int only;	/* a family */
	GArray *before; /* what the container had */
} Scene;

static void scene_init(Scene *scene)
{
	*scene = (Scene){0};
	g_mutex_init(&scene->engine.network_lock);
	g_mutex_lock(&scene->engine.network_lock);
	scene->engine.config = &scene->config;
	scene->engine.ports =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
	scene->endpoint.id = (char *)"e1";
	g_assert_true(address_parse("172.30.0.2", &scene->endpoint.address));
}

static void scene_clear(Scene *scene)
{
	g_hash_table_unref(scene->engine.ports);
	g_mutex_unlock(&scene->engine.network_lock);
	g_mutex_clear(&scene->engine.network_lock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

/* bindings: of HostConfig.PortBindings. NULL with error. */
static GArray *bind_text(Scene *scene, const char *bindings, GError **error)
{
	g_autoptr(json_t) json = json_loads(bindings, 0, NULL);
	g_autoptr(GArray) requests = g_array_new(FALSE, TRUE, sizeof(PortRequest));
	g_assert_nonnull(json);
	g_assert_true(port_requests_add(requests, json, NULL));
	PortCarrier carrier = {&scene->endpoint, &scene->network, scene->only};
	return port_bind(&scene->engine, "box", &carrier, requests, scene->before, error);
}

static guint16 bound(const GArray *ports, guint i)
{
	return g_array_index(ports, PublishedPort, i).host_port;
}

/* Two that want the same range get a port each; given back, they are free again. */
static void test_range(void)
{
	g_auto(Scene) scene;
	scene_init(&scene);
	static const char request[] =
		"{\"80/tcp\":[{\"HostIp\":\"127.0.0.77\",\"HostPort\":\"41000-41100\"}],"
		"\"81/tcp\":[{\"HostIp\":\"127.0.0.77\",\"HostPort\":\"41000-41100\"}]}";
	g_autoptr(GArray) ports = bind_text(&scene, request, NULL);
	g_assert_cmpuint(ports->len, ==, 2);
	guint16 one = bound(ports, 0), two = bound(ports, 1);
	g_assert_cmpuint(MIN(one, two), >=, 41000);
	g_assert_cmpuint(MAX(one, two), <=, 41100);
	g_assert_cmpuint(one, !=, two);
	port_release(&scene.engine, ports);
	g_assert_cmpuint(g_hash_table_size(scene.engine.ports), ==, 0);
}

/* What one container has, no other gets: not at its address, and not at all addresses; at another address it does. */
static void test_taken(void)
{
	g_auto(Scene) scene;
	scene_init(&scene);
	g_autoptr(GArray) ports = bind_text(&scene,
		"{\"80/tcp\":[{\"HostIp\":\"127.0.0.77\",\"HostPort\":\"42000-42100\"}]}", NULL);
	g_assert_nonnull(ports);
	static const char *const hosts[] = {"127.0.0.77", "0.0.0.0"};
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *again =
			g_strdup_printf("{\"80/tcp\":[{\"HostIp\":\"%s\",\"HostPort\":\"%u\"}]}",
				hosts[i], bound(ports, 0));
		g_assert_null(bind_text(&scene, again, &error));
		g_assert_nonnull(strstr(error->message, "port is already allocated"));
		g_assert_nonnull(strstr(error->message, "endpoint box (e1)"));
	}
	g_autofree char *beside = g_strdup_printf(
		"{\"80/udp\":[{\"HostIp\":\"127.0.0.77\",\"HostPort\":\"%u-42100\"}]}",
		bound(ports, 0));
	g_autoptr(GArray) other = bind_text(&scene, beside, NULL);
	g_assert_nonnull(other);
	port_release(&scene.engine, other);
	port_release(&scene.engine, ports);
}

/* Of several that are asked for, none stays where one cannot be had. */
static void test_all_or_none(void)
{
	g_auto(Scene) scene;
	scene_init(&scene);
	static const char *const requests[] = {
		"{\"80/tcp\":[{\"HostIp\":\"127.0.0.77\",\"HostPort\":\"43000-43100\"}],"
		"\"81/tcp\":[{\"HostIp\":\"nowhere\",\"HostPort\":\"43200\"}]}",
		"{\"80/tcp\":[{\"HostIp\":\"127.0.0.77\",\"HostPort\":\"43000-43100\"}],"
		"\"81/tcp\":[{\"HostIp\":\"192.0.2.77\",\"HostPort\":\"43200\"}]}"};
	for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(bind_text(&scene, requests[i], &error));
		g_assert_nonnull(error);
		g_assert_cmpuint(g_hash_table_size(scene.engine.ports), ==, 0);
	}
}

/* Of one family alone; and what is to be chosen is what it was. */
static void test_family(void)
{
	static const char request[] =
		"{\"80/tcp\":[{\"HostIp\":\"127.0.0.77\",\"HostPort\":\"\"}]}";
	g_auto(Scene) scene;
	scene_init(&scene);
	scene.only = AF_INET6;
	g_autoptr(GArray) none = bind_text(&scene, request, NULL);
	g_assert_cmpuint(none->len, ==, 0);
	scene.only = AF_INET;
	PublishedPort old = {.host_port = 44444};
	g_assert_true(container_port_parse("80", &old.target));
	g_autoptr(GArray) before = g_array_new(FALSE, TRUE, sizeof old);
	g_array_append_val(before, old);
	scene.before = before;
	g_autoptr(GArray) again = bind_text(&scene, request, NULL);
	g_assert_cmpuint(again->len, ==, 1);
	g_assert_cmpuint(bound(again, 0), ==, 44444);
	/* Another has it meanwhile: any other one. */
	g_autoptr(GArray) other = bind_text(&scene, request, NULL);
	g_assert_cmpuint(bound(other, 0), !=, 44444);
	port_release(&scene.engine, again);
	port_release(&scene.engine, other);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/port-bind/range", test_range);
	g_test_add_func("/port-bind/taken", test_taken);
	g_test_add_func("/port-bind/all-or-none", test_all_or_none);
	g_test_add_func("/port-bind/family", test_family);
	return g_test_run();
}
