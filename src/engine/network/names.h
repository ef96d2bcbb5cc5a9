/* What a container in networks finds by name: hosts, resolv.conf, its resolver, links. */
#pragma once
#include "engine/network/endpoint.h"

/* endpoint_hosts.c: the lines of one endpoint in /etc/hosts; the caller frees them. */
char *endpoint_hosts(const Spec *spec, const Endpoint *endpoint);
/* The same of all that a container has now. Takes the lock. */
void endpoints_hosts(Container *container, const Spec *spec, GString *hosts);
/* hosts_file.c: a whole file of a container's folder. */
bool network_file_put(const char *folder, const char *name, const char *text, GError **error);
/* In the hosts file of a container that runs, lines go and come; what the container wrote there stays. less:
 * a line, or a tab and the names with which those begin that go. */
void hosts_change(Container *container, const char *less, const char *more);
/* Its resolv.conf names the resolver from now on, unless the container has changed that file. */
void resolv_conf_switch(Container *container, const Spec *spec);
/* resolver.c: tells the shim of a running container which networks it is in now, and gives it a resolver if it has none and
 * one of them has names. Under network_lock; failures are logged. True if it has a resolver that it had not before. */
bool resolver_update(Container *container, const Spec *spec, int netns);
/* resolv_conf.c: that of a container, which has a resolver of its own or not; and the nameservers of the host. The caller
 * frees them. */
char *resolv_conf_text(const Config *config, const Spec *spec, bool own_resolver);
char **host_nameservers(void);

/* resolver.c: of a container that starts; the caller clears it. */
Resolver resolver_of(Container *container, const Spec *spec);
/* network_files.c: writes its /etc/hosts, /etc/hostname and /etc/resolv.conf, unless it has those of another. */
bool network_files_write(Container *container, const Spec *spec, GError **error);
/* The folder that they are in, which is another's where it shares that one's network; the caller frees it. */
char *network_files_folder(Container *container, const Spec *spec);
/* container_links.c: --link on the default bridge. */
/* HostConfig.Links of a request as it is kept, by the ids of containers that are there. */
bool links_resolve(Engine *engine, const Spec *spec, json_t *host, GError **error);
/* Knows a container as one that has links; no longer. */
void links_remember(Container *container, const Spec *spec);
void links_forget(Container *container);
json_t *links_json(Container *container); /* as inspect shows them; null if there are none */
void links_names(
	Container *container, json_t *list); /* appends "/parent/alias" of each that links to it */
/* "parent/alias" is no name of anything any more. */
bool link_remove(Engine *engine, const char *reference, GError **error);
void links_hosts(Container *container, GString *hosts); /* the lines of /etc/hosts */
void links_started(Container *container); /* who links to it finds it at its new address */
/* What links say in the environment (the caller frees it; NULL: a linked container is not there, or does not run). */
char **links_env(Container *container, const json_t *host, GError **error);

/* A container's "Dns", "DnsOptions" or "DnsSearch", or the engine's where it has none. Borrowed. */
json_t *config_resolver(const Config *config, const json_t *host, const char *key);
