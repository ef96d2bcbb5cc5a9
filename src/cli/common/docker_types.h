/* What docker's command line shows to templates, by Go's names: the table that tools/go-types makes. */
#pragma once
#include "template/value.h"

extern const GoType *const docker_container,
	*const docker_image, *const docker_network,
				     *const docker_volume,
					     *const docker_event,
						     *const docker_info,
							     *const docker_version,
								     *const docker_context;
