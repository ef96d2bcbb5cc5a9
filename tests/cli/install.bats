load ../lib/engine
# What `make install` puts where: below DESTDIR, with other folders, and without musl.
setup_file() {
	export WORK=$(mktemp -d /tmp/berth-test.XXXXXX)
	meson setup -Dmusl=disabled --prefix /opt/berth --bindir sbin "$WORK/build" "$ROOT" >"$WORK/setup" 2>&1 || { cat "$WORK/setup" >&2; return 1; }
	# What takes minutes to compile is the suite's own; where it goes, and the shim, are the other build's.
	ninja -C "$WORK/build" berth-shim >"$WORK/ninja" 2>&1 || { cat "$WORK/ninja" >&2; return 1; }
	cp "$BUILD/berth" "$BUILD/berthd" "$WORK/build"
	DESTDIR=$WORK/dest meson install -C "$WORK/build" --no-rebuild >"$WORK/installed" 2>&1 || { cat "$WORK/installed" >&2; return 1; }
}
teardown_file() { rm -rf "$WORK"; }

@test "make install: everything is below DESTDIR and the prefix, and the unit starts what is there" {
	[ "$(ls "$WORK/dest")" = opt ]
	[ "$(ls "$WORK/dest/opt/berth/sbin" | xargs)" = 'berth berth-shim berthd docker docker-compose' ]
	[ "$(readlink "$WORK/dest/opt/berth/sbin/docker" "$WORK/dest/opt/berth/sbin/docker-compose" | xargs)" = 'berth berth' ]
	grep -q '^ExecStart=/opt/berth/sbin/berthd\b' "$WORK/dest/opt/berth/lib/systemd/system/berthd.service"
	[ -s "$WORK/dest/opt/berth/share/man/man8/berthd.8" ]
	[ -s "$WORK/dest/opt/berth/share/bash-completion/completions/docker" ]
}

@test "make install without musl: a shim that needs no interpreter, which the engine finds beside itself" {
	export DOCKER_HOST=unix://$WORK/b.sock DOCKER_CONFIG=$WORK/config PATH=$WORK/dest/opt/berth/sbin:$PATH
	not grep -q INTERP <(readelf -lW "$WORK/dest/opt/berth/sbin/berth-shim")
	not grep -qa musl "$WORK/dest/opt/berth/sbin/berth-shim"
	"$ROOT/tools/busybox-image" >"$WORK/busybox.tar"
	echo '{}' >"$WORK/daemon.json"
	# As it is called: by its whole name, by a name in PATH, and by a link elsewhere.
	ln -s "$WORK/dest/opt/berth/sbin/berthd" "$WORK/linked"
	for name in "$WORK/dest/opt/berth/sbin/berthd" berthd "$WORK/linked"; do
		unshare --net "$name" -H "$DOCKER_HOST" --data-root "$WORK/data" --exec-root "$WORK/exec" --config-file "$WORK/daemon.json" </dev/null >>"$WORK/log" 2>&1 3>&- &
		engine=$!
		await berth version
		berth image inspect busybox >/dev/null 2>&1 || berth import "$WORK/busybox.tar" busybox >/dev/null
		said=$(docker run --rm --network none busybox echo hello)
		kill $engine
		wait $engine || true
		[ "$said" = hello ]
	done
}
