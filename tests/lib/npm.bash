# Packages of the npm registry, where Node and the registry can be had; kept outside of the checkout, so that they are fetched once.

MODULES=${BERTH_NPM:-/var/cache/berth-npm}

# A package of a version, in a folder of its own: npm_fetch NAME VERSION. False where it cannot be had.
npm_fetch() {
	local at=$MODULES/${1##*/}-$2
	command -v npm >/dev/null && command -v node >/dev/null || return
	mkdir -p "$at"
	(
		flock 9
		[ -e "$at/whole" ] || { timeout 120 npm install --prefix "$at" --no-audit --no-fund --ignore-scripts "$1@$2" && touch "$at/whole"; }
	) 9>"$at/lock" >/dev/null 2>&1 3>&-
}
npm_at() { echo "$MODULES/${1##*/}-$2/node_modules"; }
