// What scripts do by dockerode, which Node's tools go by (testcontainers, VS Code): dockerode.js SOCKET FOLDER SCENE. Fails by throwing.
const Docker = require('dockerode'), fs = require('fs'), assert = require('assert'), {PassThrough} = require('stream');
const [socketPath, folder, scene] = process.argv.slice(2);
const docker = new Docker({socketPath});

const read = stream => new Promise((resolve, reject) => {
	const parts = [];
	stream.on('data', part => parts.push(part)).on('end', () => resolve(Buffer.concat(parts))).on('error', reject);
});
const progress = stream => new Promise((resolve, reject) => docker.modem.followProgress(stream, (error, lines) => error ? reject(error) : resolve(lines)));
const happens = (stream, event) => new Promise(resolve => stream.once(event, resolve));
const alone = {HostConfig: {NetworkMode: 'none'}};
const create = more => docker.createContainer({Image: 'busybox', ...alone, ...more});

// Both streams of a framed one, once it has ended.
async function framed(stream) {
	const out = new PassThrough(), err = new PassThrough(), texts = [read(out), read(err)], ended = Promise.race([happens(stream, 'end'), happens(stream, 'close')]);
	docker.modem.demuxStream(stream, out, err);
	await ended;
	out.end();
	err.end();
	return (await Promise.all(texts)).map(String);
}

const scenes = {
	async run() {
		const out = new PassThrough(), err = new PassThrough(), texts = [read(out), read(err)];
		const [end, container] = await docker.run('busybox', ['sh', '-c', 'echo out; echo err >&2; exit 3'], [out, err], {Tty: false, ...alone});
		out.end();
		err.end();
		assert.deepStrictEqual([end.StatusCode, ...(await Promise.all(texts)).map(String)], [3, 'out\n', 'err\n']);
		await container.remove();
	},
	async attach() {
		const container = await create({Cmd: ['cat'], AttachStdin: true, AttachStdout: true, OpenStdin: true, StdinOnce: true});
		const stream = await container.attach({stream: true, stdin: true, stdout: true, stderr: true, hijack: true}), texts = framed(stream);
		await container.start();
		stream.end('to and fro\n');
		assert.strictEqual((await container.wait()).StatusCode, 0);
		assert.deepStrictEqual(await texts, ['to and fro\n', '']);
		await container.remove();
		const terminal = await create({Cmd: ['sh'], Tty: true, OpenStdin: true});
		const screen = await terminal.attach({stream: true, stdin: true, stdout: true, hijack: true}), text = read(screen);
		await terminal.start();
		await terminal.resize({h: 30, w: 90});
		screen.write('stty size; exit\n');
		await terminal.wait();
		assert.match(String(await text), /30 90/);
		await terminal.remove();
	},
	async exec() {
		const container = await create({Cmd: ['sleep', '100']});
		await container.start();
		for (const hijack of [true, false]) {
			const exec = await container.exec({Cmd: ['sh', '-c', 'cat; echo err >&2; exit 5'], AttachStdin: hijack, AttachStdout: true, AttachStderr: true});
			const stream = await exec.start({hijack, stdin: hijack}), texts = framed(stream);
			if (hijack) stream.end('word\n');
			assert.deepStrictEqual(await texts, [hijack ? 'word\n' : '', 'err\n']);
			assert.strictEqual((await exec.inspect()).ExitCode, 5);
		}
		assert.ok('cpu_stats' in await container.stats({stream: false}) && (await container.top()).Processes.length === 1);
		await container.remove({force: true});
	},
	async files() {
		const container = await create({});
		const {headers} = await container.infoArchive({path: '/bin/busybox'});
		assert.strictEqual(JSON.parse(Buffer.from(headers['x-docker-container-path-stat'], 'base64')).name, 'busybox');
		const archive = await read(await container.getArchive({path: '/etc/passwd'}));
		await container.putArchive(archive, {path: '/tmp'});
		assert.deepStrictEqual(await read(await container.getArchive({path: '/tmp/passwd'})), archive);
		await container.remove();
	},
	async errors() {
		const told = [[() => docker.getContainer('nope').inspect(), 404, /^no such container/], [() => docker.getImage('nope').inspect(), 404, /^no such image/],
			[() => docker.getNetwork('nope').inspect(), 404, /^no such network/], [() => docker.listContainers({filters: {bogus: ['x']}}), 400, /^bad parameter/],
			[() => docker.getExec('nope').inspect(), 404, /^no such exec/], [() => docker.listServices(), 503, undefined]];
		for (const [ask, code, reason] of told)
			await assert.rejects(ask, error => error.statusCode === code && typeof error.json.message === 'string' && (reason === undefined || reason.test(error.reason)));
	},
	async build() {
		fs.mkdirSync(`${folder}/context`);
		fs.writeFileSync(`${folder}/context/Dockerfile`, 'FROM busybox\nCOPY a /a\nRUN cat /a\n');
		fs.writeFileSync(`${folder}/context/a`, 'A\n');
		const lines = await progress(await docker.buildImage({context: `${folder}/context`, src: ['Dockerfile', 'a']}, {t: 'node-built', networkmode: 'none'}));
		assert.ok(lines.some(line => line.stream === 'Successfully tagged node-built:latest\n') && lines.some(line => line.aux && line.aux.ID));
		const image = docker.getImage('node-built');
		await image.tag({repo: 'node-tagged', tag: '2'});
		assert.deepStrictEqual((await image.inspect()).RepoTags, ['node-built:latest', 'node-tagged:2']);
		const saved = await read(await image.get());
		await docker.getImage('node-tagged:2').remove();
		await image.remove();
		await progress(await docker.loadImage(saved));
		await docker.getImage('node-built').remove();
	},
	async networks() {
		const network = await docker.createNetwork({Name: 'node-net', Labels: {a: 'b'}}), container = await docker.createContainer({Image: 'busybox', Cmd: ['sleep', '100']});
		await container.start();
		await network.connect({Container: container.id, EndpointConfig: {Aliases: ['x']}});
		assert.deepStrictEqual(Object.keys((await network.inspect()).Containers), [container.id]);
		assert.ok((await container.inspect()).NetworkSettings.Networks['node-net'].Aliases.includes('x'));
		await network.disconnect({Container: container.id});
		await container.remove({force: true});
		await network.remove();
	},
	async events() {
		const events = await docker.getEvents({filters: {type: ['container'], label: ['node-events']}}), seen = [];
		let rest = '';
		const destroyed = new Promise(resolve => events.on('data', part => {
			const lines = (rest + part).split('\n');
			rest = lines.pop();
			seen.push(...lines.filter(Boolean).map(line => JSON.parse(line).Action));
			if (seen.includes('destroy')) resolve();
		}));
		const container = await create({Cmd: ['sh', '-c', 'echo 1; sleep 100'], Labels: {'node-events': ''}}), abort = new AbortController();
		await container.start();
		// Who goes away in the middle holds nothing up.
		const logs = await container.logs({follow: true, stdout: true, abortSignal: abort.signal});
		await happens(logs, 'data');
		logs.on('error', () => {});
		abort.abort();
		await container.remove({force: true});
		await destroyed;
		events.destroy();
		assert.deepStrictEqual(seen, ['create', 'start', 'kill', 'die', 'destroy']);
	},
};

scenes[scene]().then(() => process.exit(0), error => {
	console.error(error);
	process.exit(1);
});
