// Scenes of testcontainers.bats: node testcontainers.js CONTEXT SCENE.
const { GenericContainer, Network, Wait } = require("testcontainers");
const assert = require("assert");
const [context, scene] = process.argv.slice(2);

async function text(container, path) {
	const answer = await fetch(`http://${container.getHost()}:${container.getMappedPort(80)}${path}`);
	assert.strictEqual(answer.status, 200);
	return (await answer.text()).trim();
}

const scenes = {
	async container() {
		const container = await new GenericContainer("busybox")
			.withCommand(["sh", "-c", "mkdir /w; cp /given /w/index.html; echo it is ready; exec httpd -f -h /w"])
			.withCopyContentToContainer([{ content: "given", target: "/given" }])
			.withEnvironment({ SAID: "yes" })
			.withExposedPorts(80)
			.withWaitStrategy(Wait.forAll([Wait.forListeningPorts(), Wait.forLogMessage("it is ready")]))
			.start();
		assert.strictEqual(await text(container, "/"), "given");
		const ran = await container.exec(["sh", "-c", "echo $SAID; exit 3"]);
		assert.deepStrictEqual([ran.output.trim(), ran.exitCode], ["yes", 3]);
		await container.restart();
		assert.strictEqual(await text(container, "/"), "given");
		await container.stop();
	},
	async build() {
		for (const kit of [false, true]) {
			let asked = GenericContainer.fromDockerfile(context).withBuildArgs({ WORD: `kit-${kit}` });
			if (kit)
				asked = asked.withBuildkit();
			const container = await (await asked.build()).withExposedPorts(80).start();
			assert.strictEqual(await text(container, "/word"), `kit-${kit}`);
			await container.stop();
		}
	},
	async network() {
		const network = await new Network().start();
		const web = await new GenericContainer("busybox").withCommand(["httpd", "-f", "-h", "/etc"]).withNetwork(network)
			.withNetworkAliases("web").start();
		const other = await new GenericContainer("busybox").withCommand(["sleep", "1000"]).withNetwork(network).start();
		const got = await other.exec(["wget", "-qO-", "http://web/hostname"]);
		assert.strictEqual(got.output.trim(), web.getId().slice(0, 12));
		await Promise.all([web.stop(), other.stop()]);
		await network.stop();
	},
	async health() {
		const container = await new GenericContainer("busybox").withCommand(["sh", "-c", "sleep 1; touch /ok; exec sleep 1000"])
			.withHealthCheck({ test: ["CMD-SHELL", "test -e /ok"], interval: 300, timeout: 2000, retries: 50 })
			.withWaitStrategy(Wait.forHealthCheck())
			.start();
		assert.strictEqual((await container.exec(["ls", "/ok"])).exitCode, 0);
		await container.stop();
		const once = await new GenericContainer("busybox").withCommand(["sh", "-c", "echo done"])
			.withWaitStrategy(Wait.forOneShotStartup()).start();
		await once.stop();
	},
};

scenes[scene]().then(() => process.exit(0), (problem) => {
	console.error(problem);
	process.exit(1);
});
