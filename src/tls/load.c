#include "tls/load.h"

#include "base/error.h"

#include <dlfcn.h>

GnuTls gnutls;

#define GNUTLS_PLACE(name) {"gnutls_" #name, &gnutls.name},

static bool load(GError **error)
{
	static const char library[] = "libgnutls.so.30";
	static const struct {
		const char *name;
		void *place;
	} functions[] = {GNUTLS_FUNCTIONS(GNUTLS_PLACE)};
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; handle != NULL && i < G_N_ELEMENTS(functions); i++)
		if ((*(void **)functions[i].place = dlsym(handle, functions[i].name)) == NULL)
			handle = NULL;
	return handle != NULL ||
	       fail(error, BERTH_ERROR_SYSTEM, "TLS cannot be spoken: %s (install libgnutls30)",
		       dlerror());
}

bool gnutls_load(GError **error)
{
	static GMutex lock;
	static bool ready;
	g_mutex_lock(&lock);
	ready = ready || load(error);
	bool ok = ready;
	g_mutex_unlock(&lock);
	return ok;
}
