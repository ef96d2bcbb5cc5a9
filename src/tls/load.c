#include "tls/load.h"

#include "base/library.h"

GnuTls gnutls;

#define GNUTLS_PLACE(name) {"gnutls_" #name, &gnutls.name},

bool gnutls_load(GError **error)
{
	static const LibraryFunction functions[] = {GNUTLS_FUNCTIONS(GNUTLS_PLACE)};
	static Library library = {.file = "libgnutls.so.30",
		.package = "libgnutls30",
		.trouble = "TLS cannot be spoken",
		.functions = functions,
		.count = G_N_ELEMENTS(functions)};
	return library_load(&library, error);
}
