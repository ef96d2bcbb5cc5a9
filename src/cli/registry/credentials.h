/* Who we are to registries: auths, credsStore and credHelpers of config.json, as Docker's client keeps them. */
#pragma once
#include "cli/common/cli.h"

/* The registry of an image's name: its host, or "https://index.docker.io/v1/" for Docker Hub. */
char *registry_of(const char *reference);
/* A server as it is typed, in the same form: "" is Docker Hub. */
char *registry_normal(const char *server);
bool registry_is_hub(const char *registry);

/* {"username", "password", "identitytoken", "serveraddress"}; NULL without error where nothing is known. */
json_t *credentials_get(const Cli *cli, const char *registry, GError **error);
/* Keeps them; *plain: in the file itself, which Docker warns of. */
bool credentials_store(Cli *cli, const json_t *credentials, bool *plain, GError **error);
/* False without error where there was nothing to forget. */
bool credentials_erase(Cli *cli, const char *registry, GError **error);

/* All that is known, as X-Registry-Config has it (base64url); "" if nothing is. The caller frees it. */
char *credentials_all(Cli *cli);

/* Lets the client's next requests carry what is known of the registry of an image. */
bool credentials_use(Cli *cli, const char *reference, GError **error);
