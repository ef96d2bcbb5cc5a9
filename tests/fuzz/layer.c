/* Any bytes as a layer: what is in the folder's neighbour stays as it is. */
#include "base/fd.h"
#include "image/image.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
	const uint8_t *data;
	size_t left;
} Input;

static int base_fd = -1;
static char base[] = "/tmp/fuzz-layer.XXXXXX";

static void clean_up(void)
{
	tree_remove(AT_FDCWD, base);
}

static ssize_t give(gpointer data, void *buffer, size_t size, GError **error)
{
	Input *input = data;
	size_t n = MIN(size, input->left);
	(void)error;
	memcpy(buffer, input->data, n);
	input->data += n;
	input->left -= n;
	return (ssize_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gint64 bytes;
	Input input = {data, size};
	if (base_fd < 0) {
		base_fd = open(mkdtemp(base), O_PATH | O_DIRECTORY | O_CLOEXEC);
		mkdirat(base_fd, "beside", 0700);
		atexit(clean_up);
	}
	mkdirat(base_fd, "in", 0700);
	autofd in = openat(base_fd, "in", O_PATH | O_DIRECTORY | O_CLOEXEC);
	layer_apply(in, give, &input, &bytes, NULL);
	autofd all = openat(base_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	       beside = openat(base_fd, "beside", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GPtrArray) names = folder_names(all);
	if (names->len != 2 || !tree_is_empty(beside))
		abort();
	tree_remove(base_fd, "in");
	return 0;
}
