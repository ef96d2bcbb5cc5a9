/* Registry credentials: auths, credsStore and credHelpers of config.json, as in Docker's client. */
#pragma once
#include "cli/common/cli.h"

/* The registry of an image's name: its host, or "https://index.docker.io/v1/" for Docker Hub. */
char *registry_of(const char *reference);
/* A server as it is typed, in the same form: "" is Docker Hub. */
char *registry_normal(const char *server);
bool registry_is_hub(const char *registry);

/* {"username", "password", "identitytoken", "serveraddress"}; NULL without error where nothing is known. */
json_t *credentials_get(const Cli *cli, const char *registry, GError **error);
/* Stores them; *plain: in the file itself, which Docker warns about. */
bool credentials_store(Cli *cli, const json_t *credentials, bool *plain, GError **error);
/* False without error if there were none. */
bool credentials_erase(Cli *cli, const char *registry, GError **error);

/* All credentials in the form of X-Registry-Config (base64url); "" if there are none. The caller frees it. */
char *credentials_all(Cli *cli);

/* Adds the credentials for an image's registry to the client's next requests. */
bool credentials_use(Cli *cli, const char *reference, GError **error);
