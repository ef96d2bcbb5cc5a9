# What an engine must not leave behind once its containers are removed.

leftovers() {
	grep "$WORK" /proc/mounts
	[ "$(shims)" -eq 0 ] || echo "$(shims) shims"
	ls -A "$WORK/data/containers" "$WORK/data/tmp" | grep -v '^$' | grep -v :$
	find "$WORK/exec" -mindepth 1 -maxdepth 1 -type d -name '????????????????????????????????????????????????????????????????'
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip -o link | grep '@if'
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" nft list ruleset | grep 'elements = '
	true
}

# Waits for what is done in the background.
nothing_left() {
	local left
	for _ in $(seq 600); do
		left=$(leftovers || true)
		[ -n "$left" ] || return 0
		sleep 0.05
	done
	echo "left behind: $left"
	return 1
}
