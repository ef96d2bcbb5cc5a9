# Receivers of logs in the engine's own namespaces, one at a time. A file that loads this calls receivers_setup.
receivers_setup() { # commands of the engine's namespaces, before it begins
	printf '#!/bin/sh\n%s\nip link set lo up\nexec "$@"\n' "$1" >"$BATS_FILE_TMPDIR/runner"
	chmod +x "$BATS_FILE_TMPDIR/runner"
	export ENGINE_RUNNER="unshare --net --mount --propagation private $BATS_FILE_TMPDIR/runner"
	file_setup
}
teardown_file() { file_teardown; }
teardown() {
	d rm -f logs >/dev/null 2>&1 || true
	receiver_stop
}
# In the engine's namespaces, as one process.
inside() { exec nsenter -t "$(cat "$WORK/pid")" -n -m "$@"; }
receiver_stop() { # that whose pid is in $WORK/receiver
	[ -e "$WORK/receiver" ] || return 0
	kill "$(cat "$WORK/receiver")" 2>/dev/null || true
	while kill -0 "$(cat "$WORK/receiver")" 2>/dev/null; do wait "$(cat "$WORK/receiver")" 2>/dev/null || sleep 0.02; done
	rm -f "$WORK/receiver"
}
