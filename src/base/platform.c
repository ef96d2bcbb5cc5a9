#include "base/platform.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* uname's and people's names, Go's name, and the variant that comes with it. */
static const char *const names[][3] = {{"x86_64", "amd64", ""}, {"x86-64", "amd64", ""},
	{"aarch64", "arm64", ""}, {"i386", "386", ""}, {"i686", "386", ""}, {"armhf", "arm", "v7"},
	{"armv7l", "arm", "v7"}, {"armel", "arm", "v6"}, {"armv6l", "arm", "v6"},
	{"loongarch64", "loong64", ""}};

void platform_clear(Platform *platform)
{
	g_clear_pointer(&platform->os, g_free);
	g_clear_pointer(&platform->architecture, g_free);
	g_clear_pointer(&platform->variant, g_free);
}

static void set(char **place, const char *value)
{
	char *copy = g_ascii_strdown(value, -1);
	g_free(*place);
	*place = copy;
}

/* github.com/containerd/platforms: arm64 is v8, arm is v7, where nothing is said. */
static void fill(Platform *platform, const char *os, const char *architecture, const char *variant)
{
	set(&platform->os, g_ascii_strcasecmp(os, "macos") == 0 ? "darwin" : os);
	set(&platform->architecture, architecture);
	set(&platform->variant, variant);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(platform->architecture, names[i][0]) == 0) {
			set(&platform->architecture, names[i][1]);
			if (*platform->variant == '\0')
				set(&platform->variant, names[i][2]);
		}
	if (g_ascii_isdigit(*platform->variant)) {
		g_autofree char *with_v = g_strconcat("v", platform->variant, NULL);
		set(&platform->variant, with_v);
	}
	if (strcmp(platform->architecture, "arm64") == 0 && strcmp(platform->variant, "v8") == 0)
		set(&platform->variant, "");
	if (strcmp(platform->architecture, "arm") == 0 && *platform->variant == '\0')
		set(&platform->variant, "v7");
}

const char *platform_architecture(void)
{
	static struct utsname host;
	static gsize known; /* the name's address */
	if (g_once_init_enter(&known)) {
		uname(&host);
		const char *name = host.machine;
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			if (strcmp(host.machine, names[i][0]) == 0)
				name = names[i][1];
		g_once_init_leave(&known, (gsize)name);
	}
	return (const char *)known;
}

void platform_read(const json_t *json, Platform *platform)
{
	fill(platform, json_str(json, "os"), json_str(json, "architecture"),
		json_str(json, "variant"));
}

static bool component_valid(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && strchr("_-.", *c) == NULL)
			return false;
	return *text != '\0';
}

/* "windows(10.0.17763)", too. */
static bool os_valid(const char *text)
{
	size_t name = 0, length = strlen(text);
	while (g_ascii_isalnum(text[name]) ||
		(text[name] != '\0' && strchr("_-", text[name]) != NULL))
		name++;
	if (name == 0 || text[name] == '\0')
		return name > 0;
	if (text[name] != '(' || text[length - 1] != ')')
		return false;
	for (const char *c = text + name + 1; c < text + length - 1; c++)
		if (!g_ascii_isalnum(*c) && strchr("_.%-+", *c) == NULL)
			return false;
	return true;
}

static bool refuse_component(bool os, const char *part, const char *text, GError **error)
{
	return os ? fail(error, BERTH_ERROR_INVALID,
			    "\"%s\" is an invalid OS component of \"%s\": OSAndVersion specifier "
			    "component must match "
			    "\"^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%%-]*)((?:\\\\+[A-Za-z0-9_.%%-"
			    "]+)*)"
			    "\\\\))?$\": invalid argument",
			    part, text)
		  : fail(error, BERTH_ERROR_INVALID,
			    "\"%s\" is an invalid component of \"%s\": platform specifier "
			    "component "
			    "must match \"^[A-Za-z0-9_.-]+$\": invalid argument",
			    part, text);
}

static const char systems[] = "aix android darwin dragonfly freebsd hurd illumos ios js linux "
			      "macos nacl netbsd openbsd plan9 "
			      "solaris windows zos";
static const char architectures[] =
	"386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 "
	"mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm";

/* Whether a word is one of a list parted by blanks. */
static bool is_word_of(const char *word, const char *list)
{
	g_auto(GStrv) words = g_strsplit(list, " ", -1);
	g_autofree char *lower = g_ascii_strdown(word, -1);
	return g_strv_contains((const char *const *)words, lower);
}

bool platform_is_architecture(const char *word)
{
	g_autofree char *lower = g_ascii_strdown(word, -1);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(lower, names[i][0]) == 0)
			return true;
	return is_word_of(word, architectures);
}

bool platform_parse(const char *text, Platform *platform, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, "/", -1);
	guint count = g_strv_length(parts);
	if (*text == '{') {
		g_autoptr(json_t) json = json_parse(text, strlen(text), error);
		if (json == NULL)
			return false;
		platform_read(json, platform);
		return true;
	}
	for (guint i = 0; i < MAX(count, 1); i++)
		if (!(i == 0 ? os_valid(count > 0 ? parts[0] : "") : component_valid(parts[i])))
			return refuse_component(i == 0, count > 0 ? parts[i] : "", text, error);
	if (count > 3)
		return fail(error, BERTH_ERROR_INVALID,
			"\"%s\": cannot parse platform specifier: invalid argument", text);
	parts[0][strcspn(parts[0], "(")] = '\0'; /* a version, which says nothing here */
	/* A lone word is an operating system or an architecture that Go knows. */
	bool lone = count == 1 && !is_word_of(parts[0], systems);
	if (lone && !platform_is_architecture(parts[0]))
		return fail(error, BERTH_ERROR_INVALID,
			"\"%s\": unknown operating system or architecture: invalid argument", text);
	fill(platform, lone ? "linux" : parts[0],
		lone	    ? parts[0]
		: count > 1 ? parts[1]
			    : platform_architecture(),
		count > 2 ? parts[2] : "");
	return true;
}

void platform_complete(Platform *platform)
{
	if (*platform->architecture == '\0')
		set(&platform->architecture, platform_architecture());
}

char *platform_text(const Platform *platform)
{
	return g_strconcat(platform->os, *platform->architecture != '\0' ? "/" : "",
		platform->architecture, *platform->variant != '\0' ? "/" : "", platform->variant,
		NULL);
}

int platform_suits(const Platform *offered, const Platform *wanted)
{
	enum { EXACT = 100, PLAIN = 50, LOWER = 10 };
	if ((*wanted->os != '\0' && strcmp(offered->os, wanted->os) != 0) ||
		(*wanted->architecture != '\0' &&
			strcmp(offered->architecture, wanted->architecture) != 0))
		return 0;
	if (strcmp(offered->variant, wanted->variant) == 0)
		return EXACT;
	if (*offered->variant == '\0')
		return PLAIN;
	if (*wanted->variant == '\0')
		return LOWER / 2;
	return strcmp(offered->variant, wanted->variant) < 0 ? LOWER + atoi(offered->variant + 1)
							     : 0;
}
