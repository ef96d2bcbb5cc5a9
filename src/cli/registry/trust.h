/* Docker Content Trust, which is refused: signatures by notary are verified nowhere, so none must be counted on. */
#pragma once
#include "cli/common/cli.h"

/* False with error where --disable-content-trust=false, or DOCKER_CONTENT_TRUST without the flag, asks for a verified image
 * of this name. A name with a digest, or an id, needs no signature, as with Docker's client. */
bool trust_check(const Cli *cli, const char *reference, GError **error);
