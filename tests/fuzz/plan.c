/* Any bytes as a launch plan: the shim refuses it or stays within it. */
#include "base/fd.h"
#include "shim/shim.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static size_t use(const struct plan_record *record)
{
	size_t sum = 0;
	for (uint32_t i = 0; i < record->strings && i < 1000; i++)
		sum += strlen(record_string(record, i));
	for (uint32_t i = 0; i < record->numbers && i < 1000; i++)
		sum += (size_t)record_number(record, i);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofd fd = memfd_create("plan", MFD_CLOEXEC);
	struct plan plan = {0};
	volatile size_t sum = 0;
	if (fd < 0 || !fd_write_all(fd, data, size))
		return 0;
	bool good = plan_map(&plan, fd);
	for (const struct plan_record *r = NULL; good && (r = plan_next(&plan, r)) != NULL;)
		sum += use(r);
	plan_unmap(&plan);
	return 0;
}
