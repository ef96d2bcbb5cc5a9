/* Names of the Container Device Interface: "vendor.com/class=device". "vendor.com/class" is called a kind. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

bool cdi_kind_valid(const char *kind, size_t length);
bool cdi_device_valid(const char *device);
/* Whether the whole text is such a name; a path never is. */
bool cdi_name_valid(const char *name);
