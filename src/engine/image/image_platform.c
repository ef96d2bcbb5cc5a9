/* Whether an image is of the platform that a client asks for. */
#include "engine/image/images.h"

#include "base/error.h"
#include "image/image.h"

bool image_check_platform(
	Engine *engine, const char *reference, const char *platform, GError **error)
{
	g_auto(Platform) wanted = {0}, own = {0};
	if (*platform == '\0')
		return true;
	if (!platform_parse(platform, &wanted, error))
		return false;
	g_autofree char *id = image_find(engine, reference, error);
	g_autoptr(json_t) config = id != NULL ? image_config(engine, id, error) : NULL;
	if (config == NULL)
		return false;
	platform_read(config, &own);
	if (platform_suits(&own, &wanted) > 0)
		return true;
	return fail(error, BERTH_ERROR_NOT_FOUND,
		"image with reference %s was found but its platform (%s/%s) does not match the"
		" specified platform (%s/%s)",
		reference, own.os, own.architecture, wanted.os, wanted.architecture);
}
