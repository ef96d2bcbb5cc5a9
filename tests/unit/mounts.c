/* What mounts and volumes may ask for: words of modes, subpaths, options, and dockerd's refusals of them. */
#include "base/error.h"
#include "engine/volume/mount_check.h"
#include "engine/volume/volume.h"

#include <string.h>

static void test_modes(void)
{
	static const struct {
		const char *text;
		bool valid, writable, no_copy;
		const char *propagation;
	} cases[] = {{"ro", true, false, false, ""}, {"rw,z", true, true, false, ""},
		{"nocopy,ro", true, false, true, ""},
		{"ro,rshared,Z,cached", true, false, false, "rshared"},
		{"slave", true, true, false, "slave"}, {"ro,ro", false, false, false, ""},
		{"ro,rw", false, false, false, ""}, {"z,Z", false, true, false, ""},
		{"shared,private", false, true, false, "private"},
		{"cached,delegated", false, true, false, ""}, {"copy", false, true, false, ""},
		{"", true, true, false, ""}, {"ro,", false, false, false, ""},
		{"RO", false, true, false, ""}, {"rbind", false, true, false, ""}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		MountMode mode;
		g_test_message("%s", cases[i].text);
		g_assert_cmpint(mount_mode_parse(cases[i].text, &mode), ==, cases[i].valid);
		g_assert_cmpint(mode.writable, ==, cases[i].writable);
		g_assert_cmpint(mode.no_copy, ==, cases[i].no_copy);
		g_assert_cmpstr(mode.propagation, ==, cases[i].propagation);
	}
}

static void check_refusal(bool ok, const GError *error, const char *words)
{
	g_assert_cmpint(ok, ==, words == NULL);
	if (words == NULL)
		return;
	g_assert_cmpint(error->code, ==, BERTH_ERROR_INVALID);
	g_assert_cmpstr(error->message, ==, words);
}

static void test_mounts(void)
{
#define OF(type) "invalid mount config for type \"" type "\": "
	static const char *const cases[][2] = {
		{"{'Type':'bind','Source':'/etc','Target':'/b'}", NULL},
		{"{'Type':'bind','Source':'a','Target':'/b'}",
			OF("bind") "invalid mount path: 'a' mount path must be absolute"},
		{"{'Type':'bind','Target':'/b'}", OF("bind") "field Source must not be empty"},
		{"{'Type':'bind','Source':'/etc'}", OF("bind") "field Target must not be empty"},
		{"{'Type':'bind','Source':'/etc','Target':'/x/..'}",
			OF("bind") "invalid specification: destination can't be '/'"},
		{"{'Type':'bind','Source':'/etc','Target':'b'}",
			OF("bind") "invalid mount path: 'b' mount path must be absolute"},
		{"{'Type':'bind','Source':'/etc','Target':'/b','BindOptions':{'Propagation':'x'}}",
			OF("bind") "invalid propagation mode: x"},
		{"{'Type':'bind','Source':'/etc','Target':'/b','VolumeOptions':{'NoCopy':true}}",
			OF("bind") "field VolumeOptions must not be specified"},
		{"{'Type':'bind','Source':'/etc','Target':'/b','VolumeOptions':{}}",
			OF("bind") "field VolumeOptions must not be specified"},
		{"{'Type':'bind','Source':'/etc','Target':'/b','VolumeOptions':null}", NULL},
		{"{'Type':'tmpfs','Target':'/b','ImageOptions':{}}",
			OF("tmpfs") "field ImageOptions must not be specified"},
		{"{'Type':'image','Source':'i','Target':'/b','BindOptions':{}}",
			OF("image") "field BindOptions must not be specified"},
		{"{'Type':'volume','Source':'v1','Target':'/b','VolumeOptions':{'Subpath':'a/../b/"
		 "./c/'}}",
			NULL},
		{"{'Type':'volume','Source':'v1','Target':'/b','VolumeOptions':{'Subpath':'a/../../"
		 "b'}}",
			OF("volume") "subpath must be a relative path within the volume"},
		{"{'Type':'volume','Source':'v1','Target':'/b','VolumeOptions':{'Subpath':'/a'}}",
			OF("volume") "subpath must be a relative path within the volume"},
		{"{'Type':'volume','Target':'/b','VolumeOptions':{'Subpath':'a'}}",
			OF("volume") "must not set Subpath when using anonymous volumes"},
		{"{'Type':'volume','Target':'/b','ReadOnly':true}",
			OF("volume") "must not set ReadOnly mode when using anonymous volumes"},
		{"{'Type':'volume','Source':'v1','Target':'/b','BindOptions':{}}",
			OF("volume") "field BindOptions must not be specified"},
		{"{'Type':'tmpfs','Target':'/b','TmpfsOptions':{'Options':[['noexec']]}}", NULL},
		{"{'Type':'tmpfs','Target':'/b','TmpfsOptions':{'Options':[['uid','5']]}}",
			OF("tmpfs") "invalid option: uid"},
		{"{'Type':'tmpfs','Source':'x','Target':'/b'}",
			OF("tmpfs") "field Source must not be specified"},
		{"{'Type':'npipe','Source':'x','Target':'/b'}", OF("npipe") "mount type unknown"},
		{"{'Source':'x','Target':'/b'}", OF("") "mount type unknown"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdelimit(g_strdup(cases[i][0]), "'", '"');
		g_autoptr(json_t) mount = json_parse(text, strlen(text), NULL);
		g_autoptr(GError) error = NULL;
		g_test_message("%s", text);
		g_assert_nonnull(mount);
		bool ok = mount_check(mount, &error);
		check_refusal(ok, error, cases[i][1]);
	}
}

static void test_volume_options(void)
{
	static const char *const cases[][2] = {{"{}", NULL}, {"{'size':'0'}", NULL},
		{"{'type':'tmpfs','device':'tmpfs','o':'size=1m'}", NULL},
		{"{'type':'','device':'','o':''}", NULL},
		{"{'bogus':'1'}", "invalid option: \"bogus\""},
		{"{'Type':'a'}", "invalid option: \"Type\""},
		{"{'type':5,'device':'x'}", "invalid option: \"type\""},
		{"{'type':'tmpfs'}", "missing required option: \"device\""},
		{"{'device':'x'}", "missing required option: \"type\""},
		{"{'o':'bind','device':'x'}", "missing required option: \"type\""},
		{"{'size':'10m'}", "quota size requested but no quota support"},
		{"{'size':'zz'}", "invalid size: 'zz'"}, {"{'size':'-1'}", "invalid size: '-1'"},
		{"{'size':''}", "invalid size: ''"}};
	g_assert_true(volume_options_check(NULL, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdelimit(g_strdup(cases[i][0]), "'", '"');
		g_autoptr(json_t) options = json_parse(text, strlen(text), NULL);
		g_autoptr(GError) error = NULL;
		g_test_message("%s", text);
		bool ok = volume_options_check(options, &error);
		check_refusal(ok, error, cases[i][1]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mounts/modes", test_modes);
	g_test_add_func("/mounts/refusals", test_mounts);
	g_test_add_func("/mounts/volume-options", test_volume_options);
	return g_test_run();
}
