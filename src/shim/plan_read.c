#include "shim/shim.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static const char *strings_of(const struct plan_record *record)
{
	return (const char *)(record + 1) + (size_t)record->numbers * sizeof(int64_t);
}

/* Checks that every record lies within the plan, and that its strings end within the record. */
static bool record_fits(const struct plan_record *record, size_t room)
{
	if (room < sizeof *record || record->size > room || record->size < sizeof *record ||
		record->size % PLAN_ALIGN != 0 || record->op >= PLAN_OPS)
		return false;
	size_t left = record->size - sizeof *record;
	if (record->numbers > left / sizeof(int64_t))
		return false;
	left -= (size_t)record->numbers * sizeof(int64_t);
	const char *p = strings_of(record);
	for (uint32_t i = 0; i < record->strings; i++) {
		size_t length = strnlen(p, left);
		if (length == left)
			return false;
		p += length + 1;
		left -= length + 1;
	}
	return true;
}

bool plan_map(struct plan *plan, int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || st.st_size < PLAN_ALIGN || st.st_size > PLAN_MAX_SIZE)
		return false;
	plan->size = (size_t)st.st_size;
	void *data = mmap(NULL, plan->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return false;
	plan->data = data;
	uint64_t magic;
	memcpy(&magic, plan->data, sizeof magic);
	if (magic != PLAN_MAGIC)
		return false;
	for (size_t at = PLAN_ALIGN; at < plan->size;) {
		const struct plan_record *record = (const void *)(plan->data + at);
		if (!record_fits(record, plan->size - at))
			return false;
		at += record->size;
	}
	return true;
}

void plan_keep(const struct plan *plan)
{
	madvise((void *)plan->data, plan->size, MADV_DONTFORK);
}

void plan_unmap(struct plan *plan)
{
	if (plan->data != NULL)
		munmap((void *)plan->data, plan->size);
	plan->data = NULL;
}

const struct plan_record *plan_next(const struct plan *plan, const struct plan_record *previous)
{
	const char *next = previous == NULL ? plan->data + PLAN_ALIGN
					    : (const char *)previous + previous->size;
	return next < plan->data + plan->size ? (const void *)next : NULL;
}

const struct plan_record *plan_find(const struct plan *plan, enum plan_op op)
{
	const struct plan_record *record = NULL;
	while ((record = plan_next(plan, record)) != NULL && record->op != op)
		;
	return record;
}

const struct plan_record *plan_pid_namespace(const struct plan *plan)
{
	const struct plan_record *record = NULL;
	while ((record = plan_next(plan, record)) != NULL &&
		(record->op != PLAN_JOIN || record_number(record, 0) != CLONE_NEWPID))
		;
	return record;
}

int64_t record_number(const struct plan_record *record, uint32_t index)
{
	int64_t value = 0;
	if (record != NULL && index < record->numbers)
		memcpy(&value, (const char *)(record + 1) + index * sizeof value, sizeof value);
	return value;
}

const char *record_string(const struct plan_record *record, uint32_t index)
{
	if (record == NULL || index >= record->strings)
		return "";
	const char *p = strings_of(record);
	while (index-- > 0)
		p += strlen(p) + 1;
	return p;
}
