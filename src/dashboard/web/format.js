// Numbers and times, as people read them.

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

export function bytes(number) {
	if (!(number > 0)) return "0 B";
	const power = Math.min(Math.floor(Math.log10(number) / 3), UNITS.length - 1);
	const value = number / 1000 ** power;
	return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

export function percent(number) {
	return `${number < 10 ? number.toFixed(1) : Math.round(number)} %`;
}

export function ago(seconds) {
	const passed = Math.max(Date.now() / 1000 - seconds, 0);
	for (const [length, name] of [[31536000, "year"], [2592000, "month"], [86400, "day"], [3600, "hour"], [60, "minute"]]) {
		const count = Math.floor(passed / length);
		if (count >= 1) return `${count} ${name}${count > 1 ? "s" : ""} ago`;
	}
	return "just now";
}

export function clock(seconds) {
	return new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });
}

export function shortId(id) {
	return id.replace(/^sha256:/, "").slice(0, 12);
}

export function containerName(container) {
	return (container.Names?.[0] ?? container.Id.slice(0, 12)).replace(/^\//, "");
}

export function ports(list) {
	const shown = (list ?? []).filter((port) => port.PublicPort).map((port) => `${port.PublicPort}→${port.PrivatePort}${port.Type === "tcp" ? "" : `/${port.Type}`}`);
	return [...new Set(shown)].join(", ");
}

// Share of one processor between two samples, in percent.
export function cpuShare(now, before) {
	const used = (now.cpu_stats?.cpu_usage?.total_usage ?? 0) - (before?.cpu_stats?.cpu_usage?.total_usage ?? 0);
	const passed = Date.parse(now.read) - Date.parse(before?.read ?? 0);
	return before && passed > 0 && used > 0 ? used / (passed * 1e4) : 0;
}

export function memoryUsed(sample) {
	const memory = sample.memory_stats ?? {}, stats = memory.stats ?? {};
	return Math.max((memory.usage ?? 0) - (stats.inactive_file ?? stats.total_inactive_file ?? 0), 0);
}

export function traffic(sample, key) {
	return Object.values(sample.networks ?? {}).reduce((sum, link) => sum + (link[key] ?? 0), 0);
}

export function diskTraffic(sample, kind) {
	return (sample.blkio_stats?.io_service_bytes_recursive ?? []).filter((entry) => entry.op.toLowerCase() === kind).reduce((sum, entry) => sum + entry.value, 0);
}
