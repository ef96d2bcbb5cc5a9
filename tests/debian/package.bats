load ../lib/engine
load ../lib/debian
# The Debian package in a Debian with a real systemd, which is a privileged container here: installed, upgraded, removed.
setup_file() {
	debian_setup
	mkdir "$WORK/packages"
	git -C "$ROOT" rev-parse --short HEAD >"$WORK/commit"
	BERTH_BUILD=$WORK/packages DEB_VERSION=9.1 "$ROOT/tools/deb" >&2
	mv "$WORK/packages/deb/berth_9.1_"*.deb "$WORK/packages/old.deb"
	mv "$WORK"/packages/deb/berth-docker_9.1_*.deb "$WORK/packages/docker.deb"
	lintian --fail-on warning,error "$WORK"/packages/*.deb >"$WORK/lintian" 2>&1 || cat "$WORK/lintian" >&2
	# The same program in a newer package.
	dpkg-deb -R "$WORK/packages/old.deb" "$WORK/packages/tree"
	sed -i 's/^Version: .*/Version: 9.2/' "$WORK/packages/tree/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$WORK/packages/tree" "$WORK/packages/new.deb" >&2
	cp "$WORK/busybox.tar" "$WORK/packages"
	mkdir "$WORK/context"
	cat >"$WORK/context/Dockerfile" <<-'E'
		FROM debian:bookworm
		RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends systemd systemd-sysv dbus >/dev/null && rm -f /usr/sbin/policy-rc.d
		STOPSIGNAL SIGRTMIN+3
		CMD ["/sbin/init"]
	E
	debian_build -t systemd "$WORK/context" >&2
	d run -d --name machine --network host --add-host deb.debian.org:127.0.0.1 --privileged --tmpfs /run --tmpfs /tmp -v /var/lib/berth \
		-v "$WORK/packages:/packages:ro" systemd
	until d exec machine systemctl is-system-running --wait >/dev/null 2>&1; do sleep 0.2; done
	d exec machine apt-get update -qq >&2
}
teardown_file() { debian_teardown; }
machine() { timeout -s KILL 120 "$DOCKER" exec machine "$@"; }
main_pid() { machine systemctl show -P MainPID berthd.service; }

@test "lintian finds nothing in the packages" {
	[ -z "$(grep '^[EW]:' "$WORK/lintian")" ] || { cat "$WORK/lintian"; return 1; }
}

@test "apt install: the socket is there for the group berth, and the primer's first command works" {
	machine apt-get install -y -qq /packages/old.deb >&2
	[ "$(machine systemctl is-active berthd.socket berthd.service | sort -u)" = active ]
	[ "$(machine systemctl is-enabled berthd.service)" = enabled ]
	[ "$(machine stat -c '%U:%G %a' /run/berth.sock)" = 'root:berth 660' ]
	[ "$(machine cat /etc/berth/daemon.json)" = '{}' ]
	[ "$(machine systemctl show -P Type -P WatchdogUSec berthd.service | xargs)" = 'notify 1min' ]
	[ "$(machine berth version -f '{{.Client.GitCommit}}')" = "$(cat "$WORK/commit")" ]
	machine berth import /packages/busybox.tar busybox >&2
	[ "$(machine berth run --rm busybox echo hello)" = hello ]
}

@test "the journal has the engine's lines with their fields" {
	# Which line is the last is chance: the engine may have had something to tell since.
	machine journalctl -u berthd -o json SYSLOG_IDENTIFIER=berthd | tee "$WORK/journal" | grep listening | grep -q '"PRIORITY":"6"' || { cat "$WORK/journal"; return 1; }
}

@test "the socket starts the engine that was stopped" {
	machine systemctl stop berthd.service
	[ "$(machine systemctl is-active berthd.service || true)" = inactive ]
	[ "$(machine berth version -f '{{.Server.Version}}' | wc -l)" -eq 1 ]
	[ "$(machine systemctl is-active berthd.service)" = active ]
}

@test "systemctl reload reads daemon.json again" {
	machine sh -c 'echo "{\"registry-mirrors\": [\"https://m.example/\"]}" >/etc/berth/daemon.json'
	before=$(main_pid)
	machine systemctl reload berthd.service
	for _ in $(seq 300); do [[ $(machine berth info -f '{{json .RegistryConfig.Mirrors}}') == *m.example* ]] && break; sleep 0.1; done
	[[ $(machine berth info -f '{{json .RegistryConfig.Mirrors}}') == *m.example* ]]
	[ "$(main_pid)" = "$before" ]
}

@test "the engine that is killed comes back, and an upgrade stops no container" {
	machine berth run -d --name stays --network none busybox sleep 1000
	started=$(machine berth inspect -f '{{.State.StartedAt}} {{.State.Pid}}' stays)
	machine systemctl kill -s KILL --kill-who=main berthd.service
	for _ in $(seq 300); do [ "$(machine systemctl is-active berthd.service || true)" != active ] || break; sleep 0.1; done
	[ "$(machine berth inspect -f '{{.State.StartedAt}} {{.State.Pid}}' stays)" = "$started" ]
	before=$(main_pid)
	machine apt-get install -y -qq /packages/new.deb >&2
	[ "$(machine dpkg-query -W -f '${Version}' berth)" = 9.2 ]
	[ "$(main_pid)" != "$before" ]
	[ "$(machine berth inspect -f '{{.State.StartedAt}} {{.State.Pid}} {{.State.Running}}' stays)" = "$started true" ]
	[[ $(machine cat /etc/berth/daemon.json) == *m.example* ]]
}

@test "the second package has docker's names" {
	machine apt-get install -y -qq /packages/docker.deb >&2
	[ "$(machine docker run --rm --network none busybox echo by docker)" = 'by docker' ]
	[[ $(machine docker-compose version) == *ompose* ]]
	for program in berth docker docker-compose; do
		machine test -s /usr/share/bash-completion/completions/$program
		machine test -s /usr/share/man/man1/$program.1.gz
	done
	machine apt-get purge -y -qq berth-docker >&2
	[ -z "$(machine sh -c 'command -v docker || true')" ]
}

@test "remove ends what runs and leaves what it keeps; purge takes the configuration, and says where the rest is" {
	pid=$(machine berth inspect -f '{{.State.Pid}}' stays)
	machine apt-get remove -y -qq berth >&2
	[ -z "$(machine sh -c "cat /proc/$pid/comm 2>/dev/null || true")" ]
	[ "$(machine systemctl is-active berthd.socket || true)" = inactive ]
	machine test -e /var/lib/berth/state.db
	machine test -e /etc/berth/daemon.json
	run machine apt-get purge -y -qq berth
	[[ $output == */var/lib/berth* ]]
	machine test ! -e /etc/berth
	machine test -e /var/lib/berth/state.db
}

@test "where no systemd runs: an upgrade gives the new engine in place of the old one, a removal leaves none" {
	d exec -i machine unshare --mount bash -s >&2 <<-'E'
		set -ex
		mount -t tmpfs tmpfs /run
		engine() { for exe in /proc/[0-9]*/exe; do [ ! "$exe" -ef /usr/bin/berthd ] || cut -d/ -f3 <<<"$exe"; done; }
		dpkg -i /packages/old.deb
		[ -z "$(engine)" ]
		berth run -d --name goes-on --network none busybox sleep 1000
		old=$(engine) started=$(berth inspect -f '{{.State.StartedAt}} {{.State.Pid}}' goes-on)
		[ -n "$old" ]
		dpkg -i /packages/new.deb
		new=$(engine)
		[ -n "$new" ] && [ "$new" != "$old" ]
		[ "$(BERTH_AUTOSTART=0 berth inspect -f '{{.State.StartedAt}} {{.State.Pid}}' goes-on)" = "$started" ]
		dpkg -r berth
		[ -z "$(engine)" ]
		[ ! -e "/proc/${started##* }" ]
		[ -z "$(ls -d /run/berth.sock /run/berthd.* 2>/dev/null)" ]
		dpkg -P berth
	E
}
