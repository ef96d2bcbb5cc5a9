/* What Docker Compose's lists show to templates beside texts, by Go's names. */
#pragma once
#include "template/value.h"

extern const GoType *const compose_publishers, /* of a container's ports: URL, TargetPort, ... */
	*const compose_exit_code;
