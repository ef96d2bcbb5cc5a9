/* Name resolution in containers: hosts, resolv.conf, the resolver, links. */
#pragma once
#include "engine/network/endpoint.h"

/* endpoint_hosts.c: one endpoint's lines in /etc/hosts; the caller frees them. */
char *endpoint_hosts(const Spec *spec, const Endpoint *endpoint);
/* The lines of all of its endpoints. Takes network_lock. */
void endpoints_hosts(Container *container, const Spec *spec, GString *hosts);
/* hosts_file.c: a file of a container's folder as a whole. */
bool network_file_put(const char *folder, const char *name, const char *text, GError **error);
/* Adds and removes lines in the hosts file of a running container, keeping the container's own. less: a line, or a
 * tab and the names that begin the lines to remove. */
void hosts_change(Container *container, const char *less, const char *more);
/* Makes its resolv.conf name the resolver, unless the container has changed that file. */
void resolv_conf_switch(Container *container, const Spec *spec);
/* resolver.c: tells the shim of a running container about its current networks, and gives it a resolver if it has
 * none and a network has names. network_lock is held; failures are logged. True if the resolver is new. */
bool resolver_update(Container *container, const Spec *spec, int netns);
/* resolv_conf.c: the file for a container with or without a resolver of its own, with or without comments on how it was
 * made; and the host's nameservers. The caller frees them. */
char *resolv_conf_text(const Config *config, const Spec *spec, bool own_resolver, bool comments);
char **host_nameservers(void);

/* resolver.c: for a container that starts; the caller clears it. */
Resolver resolver_of(Container *container, const Spec *spec);
/* network_files.c: writes its /etc/hosts, /etc/hostname and /etc/resolv.conf, unless it shares another's. */
bool network_files_write(Container *container, const Spec *spec, GError **error);
/* The folder with these files, which is another container's where it shares that one's network; the caller frees it. */
char *network_files_folder(Container *container, const Spec *spec);
/* container_links.c: --link on the default bridge. */
/* HostConfig.Links of a request in the kept form, with ids of existing containers. */
bool links_resolve(Engine *engine, const Spec *spec, json_t *host, GError **error);
/* Registers a container that has links; removes it. */
void links_remember(Container *container, const Spec *spec);
void links_forget(Container *container);
json_t *links_json(Container *container); /* as inspect shows them; null if there are none */
void links_names(
	Container *container, json_t *list); /* appends "/parent/alias" for each link to it */
/* Removes the link "parent/alias". */
bool link_remove(Engine *engine, const char *reference, GError **error);
void links_hosts(Container *container, GString *hosts); /* the lines of /etc/hosts */
void links_started(
	Container *container); /* updates the hosts files of containers that link to it */
/* The environment variables of its links (the caller frees it; NULL: a linked container does not exist, or does not
 * run). */
char **links_env(Container *container, const json_t *host, GError **error);

/* A container's "Dns", "DnsOptions" or "DnsSearch", or the engine's default. Borrowed. */
json_t *config_resolver(const Config *config, const json_t *host, const char *key);
