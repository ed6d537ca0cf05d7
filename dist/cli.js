#!/usr/bin/env node
import { i as __toESM } from "./chunks/rolldown-runtime.js";
import { n as Option, t as Command } from "./chunks/commander.js";
import { $ as flagOf, $n as parseSurvey, A as manifestsIn, Ai as printable, At as orAbort, B as cancelled, Br as heartbeatMs, Bt as confirmSession, C as resumeInterrupted, Cr as originOf$1, Ct as everyAlgorithm, D as loadProfiles, Di as duration, E as plannedEnclosure, Ei as sortFaults, Et as hostKeyOf, F as printLabStatus, Fi as exitCodes, Fr as onEachNode, Ft as yamlOptions, G as projectFiles, Gr as isTest, Gt as bundleIn, H as fleetNamed, Hn as table, Hr as fold, Ht as pushSession, I as shell, Ir as listNodes, It as hint, J as parseRequest, Jn as randomInt, Jt as cloneAt, K as usualWishes, Kn as installProber, Kt as check, L as up, Lr as quote, Lt as hostKey, M as readCargo, Mi as machineFault, Mr as giveLeasesBack, N as down, Ni as Failure, Nt as parseFleet, O as profilesFor, Oi as iso, On as blockText, Or as keptBinary, Ot as reasonOf, P as examine, Pi as exitCodeOf, Pr as takeLeases, Pt as parseYaml, Q as fieldRows, R as nodes, Ri as failures, Rt as isRecord, S as newSession, St as overWire, T as makePlan, Ti as faultText, Tt as hostKeyLine, U as parseProject, V as findProjectFile, Vt as newestPlan, W as parseProjectAll, Wn as toned, Wr as isPersonsPlan, Xn as dialledAs, Y as confirmation, Yn as suiteIds, Z as defaultFleet, Zn as failedOf, _ as diagnose, _i as checkpointRows, _r as eventIn, _t as loadFleet, ai as planDigest, an as gitAt, at as duties, b as waitsOn, br as removeUnit, bt as worldIn, ct as note, dn as testTurn, dr as unitOf, dt as breakLeases, er as survey, et as formFields, f as serviceWishes, fn as readerOf, ft as isOdd, g as nextStep, gi as sha256, gr as hostPort, gt as keyFile, h as status, hr as servicePortOf, ht as settledCode, i as takeEnvironment, in as GitError, j as assemblePlan, ji as stripHidden, jt as replaceFile, k as parseProfile, ki as messageOf, kt as refusedStart, lr as receiveOn, lt as readNotes, m as logs, mr as readPeerId, n as hiddenEnvironment, nn as storedSession, nt as requestFields, ot as take, p as stop, pi as busyPolicies, pn as driverOf, pt as leasesOn, q as choose, qn as randomHex, qt as proofText, r as openAnnouncer, s as deliver, t as contextOf, tn as remoteSessions, tt as fromConfiguration, un as run, ur as switchOn, v as approve$1, vi as checkpointStates, vr as textAt, vt as readInput, w as planText, wt as fingerprint, x as leftBehind, xt as eachAddress, yi as configKey, yr as journal, yt as readOnlyWorld, z as chosenFleet, zi as version, zt as beginSession } from "./chunks/shared.js";
import { t as require_dist } from "./chunks/yaml.js";
import { t as require_lib } from "./chunks/ssh2.js";
import { basename, dirname, join, relative, resolve } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { readFile } from "node:fs/promises";
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { homedir } from "node:os";
import { setFlagsFromString } from "node:v8";

// src/app/remote-login.ts
/**
* Value of the HTTP header `Authorization`; null where the URL is not of that server, which alone may see the token.
*/
function authorizationFor(url, login) {
	if (login === void 0 || !URL.canParse(url) || !URL.canParse(login.server) || new URL(url).origin !== new URL(login.server).origin) return null;
	return `Basic ${Buffer.from(`x-access-token:${login.token}`).toString("base64")}`;
}

// src/cli/define-check.ts
function defineCheck(program, c, done, handlers) {
	const { fleet, lab } = requestFields;
	program.command("check").description("Check profiles, fleets and configurations: every fault of all files at once.").argument("<file...>").option(fleet.flag, fleet.flagMeans).option(lab.flag, lab.flagMeans).option("--key <file>", "private SSH key").option("--json", "machine-readable output on stdout").option("--try <node>", "start the one profile's program on this node, say what is read of it, take it away").option("--binary <file>", "the program that is tried").addHelpText("after", "\nExamples:\n  vps-test check vps-test.yaml profiles/mine.yaml\n  vps-test check profiles/mine.yaml --try saorsa-7 --fleet lab --binary ./my-program\nExit codes: 0 no fault, 2 faults; a program that cannot be tried ends as a deploy of it would.").action(async (files, flags) => done(await handlers.check(c, files, {
		...flags,
		key: keyFile(flags.key)
	})));
}

// src/cli/define-test.ts
/** The verb `test` as the command line knows it. */
function defineTest(command, at, done, handlers) {
	command.option("--failed <session>", "every attempt that failed in the newest test of this session").option("--session <session>", "the session whose pairs are named").option("--pair <caller:callee[:suite]>", "this ordered pair alone; again for more of them", (text, all) => [...all, text], []).option("--binary <file>", "the same program, where this machine has not kept it").option("--key <file>", "private SSH key (default: as the session was started)").addOption(new Option("--on-busy <policy>", "when another session holds the fleet").choices([...busyPolicies])).option("--yes", "confirm the plan").addHelpText("after", "\nPlan, fleet, profile and program are those of the session; the program is deployed where it does not lie.\nA few attempts are no whole test: one that fails again makes it failed (20), and else it is inconclusive (30), never passed.\n\nExamples:\n  vps-test test --failed testnet-20261122-204512-1f3a --yes\n  vps-test test --session testnet-20261122-204512-1f3a --pair saorsa-3:saorsa-7\n  vps-test test --session testnet-20261122-204512-1f3a --pair saorsa-3:saorsa-7:throughput").action(async (flags) => done(await handlers.test(at(flags), flags)));
}

// src/cli/define-notify.ts
const ways = `
Ways to a person are set up by the environment, never by a repository:
  ELEVENLABS_API_KEY          a spoken line, kept as audio, played where a player is (VPS_TEST_ELEVENLABS_VOICE)
  VPS_TEST_NOTIFY_COMMAND     a program of yours: the line is its argument, the whole notification is JSON on stdin
  VPS_TEST_NOTIFY_DESKTOP     any value: the desktop's own notification
  VPS_TEST_SLACK_WEBHOOK      an incoming webhook of Slack
  VPS_TEST_DISCORD_WEBHOOK    a webhook of a Discord channel
  VPS_TEST_MATRIX_HOMESERVER  with VPS_TEST_MATRIX_ROOM and VPS_TEST_MATRIX_TOKEN
  VPS_TEST_WEBHOOK_URL        JSON, signed by HMAC-SHA-256 with VPS_TEST_WEBHOOK_SECRET
What is told, and when, stands under notifications in vps-test.yaml.

Examples:
  vps-test notify              # what is set up here
  VPS_TEST_NOTIFY_COMMAND=~/.claude/hooks/notify.py vps-test notify test
Exit codes: 0 delivered by all, 2 nothing is set up or cannot be used, 10 not delivered by some.`;
function defineNotify(program, c, done, handlers) {
	const verb = program.command("notify").description("Which ways to a person are set up, and a test of them.").option("--json", "machine-readable output on stdout").addHelpText("after", ways).action(async (flags) => done(await handlers.notifyChannels(c, flags)));
	verb.command("test").description("Send one line by every way.").option("--json", "machine-readable output on stdout").action(async (flags) => done(await handlers.notifyTest(c, {
		...verb.opts(),
		...flags
	})));
}

// src/cli/start-line.ts
/** `modify`: the same start as a line to be edited, with nothing left out. */
/** Fields that have a flag, with the flag and its name in {@link StartFlags}. */
const flaggedFields = fieldRows.flatMap(([field, row]) => {
	const flag = flagOf(row);
	return flag === null ? [] : [{
		field,
		row,
		flag,
		property: camel(flag.slice(2))
	}];
});
function camel(name) {
	return name.replaceAll(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}
/** The same start with every answer and flag filled in, each one word of a shell, to be edited by hand. */
function startLine(plan, flags) {
	const { project, focus, criteria, proof } = plan.answers;
	const given = [...flaggedFields, {
		flag: "--key",
		property: "key"
	}].flatMap(({ flag, property }) => {
		const value = property === "customCriteria" ? plan.expression ?? void 0 : flags[property];
		return value === void 0 ? [] : [flag, value];
	});
	return [
		"vps-test",
		"start",
		project.value,
		focus.value,
		criteria.value,
		proof.value,
		...given
	].map(quote).join(" ");
}

// src/cli/approve.ts
/** `approve`: a person's yes or no, typed on a command line. */
async function approve(c, project, flags) {
	const { session } = await approve$1(c, project, flags);
	if (session.by?.kind === "run") c.terminal.info(`${session.by.url}: run its jobs report and vps-test again, so that the checks say so too`);
	return exitCodes.passed;
}

// src/stages/parts/try-program.ts
/** A program on one node for a moment, under a lease, and what we read of it there; then it is taken away. */
async function tryOn(world, plan, node, binary) {
	const holder = `check-${randomHex(world, 8)}`;
	const service = plan.config.deploy.serviceName;
	const planned = unitOf(plan, node);
	if (planned === null) throw new Failure({
		code: "U037",
		message: `${node.name}: nothing of the profile runs on a node of this role`
	});
	const fences = [];
	try {
		for (const what of [testTurn, service]) {
			const taken = await takeLeases(world, plan, holder, [node.name], heartbeatMs, what);
			taken.failed.forEach((failure) => {
				throw failure;
			});
			fences.push(taken.done.get(node.name) ?? 0);
		}
		const runtime = await runtimeOf(world, node, plan.config.deploy.installPath);
		return await whatIsRead(world, {
			...jobOf(plan, node, planned, binary, {
				holder,
				fence: fences[1] ?? 0
			}),
			runtime
		});
	} finally {
		await takeAway(world, plan, node, {
			holder,
			fence: fences[1]
		});
	}
}
function jobOf(plan, node, unit, binary, lease) {
	const { installPath } = plan.config.deploy;
	return {
		plan,
		node,
		unit,
		lease,
		diagnosis: "diagnosis/try",
		shipment: {
			binary,
			packed: {
				zstd: new Uint8Array(zstdCompressSync(binary)),
				gzip: () => new Uint8Array(gzipSync(binary))
			},
			release: {
				name: plan.config.binary.name,
				installPath,
				sha256: sha256(binary),
				bytes: binary.length
			}
		}
	};
}
async function runtimeOf(world, node, installPath) {
	const { stdout } = await (await world.remote(node.name)).run(survey(installPath, node), {
		timeoutMs: 3e4,
		signal: world.signal
	});
	const { machine, glibc } = parseSurvey(stdout, world.clock.now());
	return {
		arch: machine,
		libc: glibc === null ? { kind: "unknown" } : {
			kind: "glibc",
			version: glibc
		}
	};
}
async function whatIsRead(world, job) {
	const { plan, node, unit } = job;
	const { proof } = await switchOn(world, job, await receiveOn(world, job));
	const id = await identity(world, plan, node);
	const remote = await world.remote(node.name);
	const dialled = await dialItself(world, plan, node, id);
	const written = await remote.run(journal(unit.unit.name, 500), {
		timeoutMs: 2e4,
		signal: world.signal
	});
	return {
		process: `pid ${proof.pid}, user ${proof.uid}, ${proof.exeSha256.slice(0, 12)}, capabilities ${proof.capEff}`,
		port: proof.udpPorts.length === 0 ? "no UDP port" : `UDP ${proof.udpPorts.join(", ")}`,
		identity: id === null ? "the profile names none" : id.text,
		events: eventsIn(written.stdout),
		...dialled
	};
}
/** Null: the profile says nothing of one. A program writes it a moment after its start. */
async function identity(world, plan, node) {
	const until = world.clock.now() + plan.config.bootstrap.waitForRegistrationSeconds * 1e3;
	for (;;) {
		const look = await readPeerId(world, plan, node.name);
		if (look === null) return null;
		if (look.kind === "there") return {
			id: look.value,
			text: look.value
		};
		if (world.clock.now() >= until) return {
			id: null,
			text: `not read: ${look.why.message}`
		};
		await world.clock.sleep(300, world.signal);
	}
}
/** One dial from the node to its own service: what is said and written down can be read, whatever it is. */
async function dialItself(world, plan, node, id) {
	const { profile } = plan;
	if (profile.dial.kind !== "commanded") return {
		claim: "it cannot be told to dial",
		record: await emptyRecord(world, plan, node)
	};
	const [nonce, bytes] = [randomHex(world, 16), profile.payload.kind === "opaque" ? 0 : profile.payload.minBytes];
	try {
		const { claim } = await driverOf(profile, (await installProber(world, [node.name])).program).connect(world, plan, {
			from: node,
			to: "itself",
			peerId: id?.id ?? "",
			address: hostPort(node.ip, profile.servicePort),
			localPort: randomInt(world, 10500, 20900),
			bytes,
			nonce,
			payload: profile.payload.kind === "given" ? world.random.bytes(bytes) : null,
			seconds: plan.config.tests.connectivity.timeoutSeconds
		});
		return {
			claim: `of a dial to itself: ${`${claim.success === null ? "nothing" : claim.success ? "success" : "failure"}${claim.method === null ? "" : ` (${claim.method})`}, exit ${String(claim.exitCode)}${claim.error === null ? "" : `: ${claim.error}`}`}`,
			record: await recordOf(world, plan, node, {
				nonce,
				bytes,
				dialledAs: dialledAs(profile, claim)
			})
		};
	} catch (error) {
		world.signal.throwIfAborted();
		return {
			claim: `not made: ${messageOf(error)}`,
			record: await emptyRecord(world, plan, node)
		};
	}
}
const emptyRecord = (world, plan, node) => recordOf(world, plan, node, {
	nonce: randomHex(world, 16),
	bytes: 0
});
async function recordOf(world, plan, node, about) {
	const reader = readerOf(plan.profile);
	if (reader.kind === "none") return "the profile promises none";
	if (reader.kind === "over-http") {
		const record = await reader.ask(world, node.name, about).catch((error) => messageOf(error));
		return typeof record === "string" ? `not read: ${record}` : written(record);
	}
	const key = reader.key(about);
	if (key === null) return "none: the dialler named no id of its own";
	const { code, stdout, stderr } = await (await world.remote(node.name)).run(reader.command(plan, [key]), {
		timeoutMs: 2e4,
		signal: world.signal
	});
	return code === 0 ? written(reader.parse(stdout.split("\n"), about)) : `not read: exit ${String(code)} ${stderr.trim().slice(0, 200)}`;
}
const written = (record) => record === null ? "could be read, and holds no line of this payload" : `${record.bytes} bytes, ${record.missing} parts missing, from ${record.from ?? "nobody"}`;
/** How often each event of the journal occurs. */
function eventsIn(text) {
	const events = text.split("\n").flatMap((line) => {
		const event = eventIn(line.slice(line.indexOf("{")));
		return line.includes("{") && event !== null ? [textAt(event, "event") ?? textAt(event, "type") ?? "?"] : [];
	});
	const counts = [...Map.groupBy(events, (name) => name.slice(0, 40))].map(([name, all]) => `${name} × ${all.length}`);
	return counts.length === 0 ? `none among ${text.split("\n").length} lines` : counts.slice(0, 20).join(", ");
}
async function takeAway(world, plan, node, { holder, fence }) {
	const { serviceName: service, installPath } = plan.config.deploy;
	const after = {
		...world,
		signal: AbortSignal.timeout(6e4)
	};
	if (fence !== void 0) {
		const done = await (await after.remote(node.name)).run(removeUnit(service, installPath, {
			service,
			holder,
			fence
		}), {
			timeoutMs: 6e4,
			signal: after.signal
		});
		if (done.code !== 0) world.log.warn(`${node.name}: ${service} could not be taken away: ${done.stderr.trim().slice(-200)}`);
	}
	await giveLeasesBack(after, plan, holder, [node.name], [service, testTurn]);
}

// src/app/check-try.ts
/** A service of its own beside whatever runs: what another session deployed is not touched. */
function tryPlan(profile, fleet) {
	const name = `try-${profile.name}`;
	return {
		config: parseProject([
			`project: ${profile.project}`,
			`profile: ${profile.name}`,
			`binary: { name: ${profile.binary}, target: ${profile.binary} }`,
			`deploy: { install_path: /opt/${name}/, service_name: ${name} }`,
			"tests: {}"
		].join("\n"), "check --try", { profiles: [profile] }),
		fleet,
		profile: {
			...profile,
			servicePort: servicePortOf(profile, profile.project, fleet)
		}
	};
}

// src/app/check.ts
/** `check <file…>`: profiles, fleets and projects, each known by what stands in it, with every fault of all at once. */
async function checkFiles(c, files, flags) {
	const fleet = flags.fleet === void 0 ? void 0 : (await loadFleet(c, flags.fleet, flags.lab)).fleet;
	const checked = [];
	for (const file of files) checked.push(await checkOne(c, file, fleet));
	const sound = checked.every((one) => one.faults.length === 0);
	const tried = sound && flags.try !== void 0 ? await tryProfile(c, files, fleet, flags) : null;
	if (flags.json === true) c.terminal.print(JSON.stringify({
		files: checked,
		...tried === null ? {} : { tried }
	}));
	else {
		checked.forEach((one) => lines$1(one).forEach((line) => c.terminal.print(line)));
		Object.entries(tried ?? {}).forEach(([what, text]) => c.terminal.print(stripHidden(`${what}: ${text}`, 1e3)));
	}
	return sound ? exitCodes.passed : exitCodes.usage;
}
/** Starts the one profile's program on a node of a fleet that was named, and takes it away again. */
async function tryProfile(c, files, fleet, flags) {
	const [file, ...others] = files;
	if (file === void 0 || others.length > 0 || flags.binary === void 0 || fleet === void 0) throw new Failure({
		code: "U037",
		message: "--try needs one profile, --fleet and --binary"
	});
	const profile = parseProfile(await readInput(resolve(c.cwd, file), "the file"), file);
	const node = fleet.nodes.find((n) => n.name === flags.try);
	if (node === void 0) throw new Failure({
		code: "U030",
		message: `fleet ${fleet.name} has no node ${printable(flags.try)}${hint(flags.try ?? "", fleet.nodes.map((n) => n.name))}`
	});
	const path = resolve(c.cwd, flags.binary);
	const binary = await readFile(path).catch((error) => {
		throw new Failure({
			code: "U046",
			message: `cannot read the given binary ${path}`,
			remedy: `ls -l ${quote(path)}`
		}, error);
	});
	const world = await readOnlyWorld(c, fleet, flags.key ?? null);
	try {
		return await tryOn(world, tryPlan(profile, fleet), node, new Uint8Array(binary));
	} finally {
		await world.close();
	}
}
const lines$1 = ({ file, kind, name, faults }) => faults.length > 0 ? faults.map((f) => `✗ ${faultText(f)}`) : [`✓ ${file}: ${kind} ${name}`];
async function checkOne(c, file, fleet) {
	let kind = null;
	try {
		const text = await readInput(resolve(c.cwd, file), "the file");
		kind = inputKindOf(text, file);
		return {
			file,
			kind,
			name: await nameOf(c, kind, text, file, fleet),
			faults: []
		};
	} catch (error) {
		c.signal.throwIfAborted();
		if (!(error instanceof Failure) || error.kind !== "usage") throw error;
		const { faults = [] } = error.facts;
		const whole = {
			at: {
				file,
				path: ""
			},
			message: error.message
		};
		return {
			file,
			kind,
			name: null,
			faults: sortFaults(faults.length > 0 ? faults : [whole])
		};
	}
}
/** By its keys, never by its name; what is none of the three is read as a project, which then says what it lacks. */
function inputKindOf(text, file) {
	const parsed = parseYaml(text, file);
	if (!parsed.ok) return null;
	const keys = isRecord(parsed.value.raw) ? Object.keys(parsed.value.raw) : [];
	const has = (...known) => known.filter((k) => keys.includes(k)).length;
	if (has("nodes", "ports", "registry_url", "natbox") > 0 && has("nodes") > 0) return "fleet";
	return has("dial", "peer_id", "service_port", "record", "payload", "node", "focuses") > 1 ? "profile" : "project";
}
async function nameOf(c, kind, text, file, fleet) {
	if (kind === "profile") return parseProfile(text, file).name;
	if (kind === "fleet") return parseFleet(text, file).name;
	const dir = repositoryOf$1(resolve(c.cwd, file));
	const { all: profiles, files } = await profilesFor(c, {
		dir,
		text,
		file
	});
	return parseProjectAll(text, file, {
		profiles,
		files,
		...fleet === void 0 ? {} : { fleet }
	}).map((p) => `${p.project} (profile ${p.profile})`).join(", ");
}
/** The directory in which the file is found as a configuration; else its own. */
function repositoryOf$1(file) {
	const name = projectFiles.find((f) => file.endsWith(`/${f}`) && existsSync(join(file.slice(0, -f.length), f)));
	return name === void 0 ? dirname(file) : file.slice(0, -name.length);
}

// src/app/notify.ts
/** `notify`: which ways to a person are set up, and a test message by each of them. */
async function notifyChannels(c, flags) {
	const channels = (await c.notify()).map((n) => n.channel);
	if (flags.json === true) c.terminal.print(JSON.stringify({ channels }));
	else c.terminal.print(channels.length === 0 ? "no way to notify a person is set up" : channels.join("\n"));
	return exitCodes.passed;
}
/** Sends one line by every channel, whatever hours are quiet; exit 10 where one was not delivered. */
async function notifyTest(c, flags) {
	const channels = await c.notify();
	if (channels.length === 0) throw new Failure({
		code: "U093",
		message: "no way to notify a person is set up"
	});
	const at = c.clock.now();
	const note = {
		event: "start",
		project: "vps-test",
		session: `test-${new Date(at).toISOString().replaceAll(/[-:.]/g, "")}`,
		seq: 0,
		at,
		state: "IDLE",
		line: "This is a test of vps-test: if you hear or read it, notifications reach you."
	};
	const telling = {
		channels,
		clock: c.clock,
		log: c.terminal,
		secrets: c.notifySecrets
	};
	const made = await deliver(telling, join(c.scratch, "notify", note.session), [note], usualWishes);
	if (flags.json === true) c.terminal.print(JSON.stringify({ deliveries: made }));
	else c.terminal.print(made.map(said(c, channels)).join("\n"));
	const failed = made.filter((d) => d.outcome.kind !== "delivered").map((d) => d.channel);
	if (failed.length > 0 && flags.json !== true) throw new Failure({
		code: "I410",
		message: `not delivered by ${failed.join(", ")}`
	});
	return failed.length > 0 ? exitCodes.infra : exitCodes.passed;
}
const said = ({ terminal: { palette } }, channels) => ({ channel, outcome }) => {
	const name = channel.padEnd(Math.max(...channels.map((c) => c.channel.length)));
	switch (outcome.kind) {
		case "delivered": return `${name}  ${palette.good("delivered")}${outcome.file === void 0 ? "" : `  ${outcome.file}`}`;
		case "failed": return `${name}  ${palette.bad("failed")}  ${outcome.why} (${outcome.tries} ${outcome.tries === 1 ? "try" : "tries"})`;
		case "silent": return `${name}  silent  ${outcome.why}`;
	}
};

// src/inputs/json-schemas.ts
const schemaFile = (name) => `schemas/${name}.schema.json`;
/** What an editor reads in a file's first line: the schema of the version that will read the file. */
const schemaLine = (name, ref) => `# yaml-language-server: $schema=https://raw.githubusercontent.com/saorsa-labs/vps-test/${ref}/${schemaFile(name)}`;

// src/inputs/init-config.ts
var import_dist = require_dist();
/**
* Stands in where no profile describes the program: it is the one with every promise, so a wrong guess shows at the
* first start.
*/
const fallback = "testnet";
/** `hint`: the repository's own name, which a program may share. Undefined where there is no program. */
function configFor({ programs, several }, profiles, hint) {
	const known = programs.flatMap((program) => profilesOf(program, profiles).map((profile) => ({
		program,
		profile
	})));
	const modules = known.filter((one, i) => known.findIndex((other) => other.profile.module === one.profile.module) === i);
	if (modules.length > 1) return {
		text: workspaceText(modules),
		projects: [...new Set(modules.map((one) => one.profile.project))],
		notes: []
	};
	const [only] = modules;
	if (only !== void 0) return {
		text: projectText({
			...only,
			project: only.profile.project,
			several,
			others: []
		}),
		projects: [only.profile.project],
		notes: []
	};
	const program = programs.find((one) => one.preferred) ?? programs.find((one) => one.name === hint) ?? programs[0];
	const profile = profiles.find((p) => p.name === fallback);
	if (program === void 0 || profile === void 0) return void 0;
	const others = programs.filter((one) => one.name !== program.name).map((one) => one.name);
	return {
		text: projectText({
			program,
			profile,
			project: nameLike(program.name),
			several,
			others,
			guessed: profiles.map((p) => p.name)
		}),
		projects: [nameLike(program.name)],
		notes: [`no profile of vps-test describes ${program.name}: look at "profile" in vps-test.yaml before the first run`]
	};
}
/** Those that must be named only where no other describes the program. */
function profilesOf(program, profiles) {
	const all = profiles.filter((p) => p.binary === program.name);
	const chosen = all.filter((p) => p.onlyWhenNamed !== true);
	return chosen.length > 0 ? chosen : all;
}
function projectText({ program, profile, project, several, others, guessed }) {
	const directory = nameLike(program.name);
	const one = several ? ` -p ${program.package}` : "";
	return `# How vps-test builds, deploys and tests this program.
project: ${project}
${guessed === void 0 ? `# How the program is started, dialled and read.
profile: ${profile.name}` : `# CHECK THIS: a profile says how the program is started, dialled and read, and none of vps-test's describes ${commented(program.name)}.
# It must take the same arguments as the program of this one, or another of: ${guessed.join(", ")}.
profile: ${profile.name}`}

binary:
${others.length > 0 ? `  # The workspace has more programs: ${others.map(commented).join(", ")}.\n` : ""}${indented({
		name: program.name,
		crate: program.package,
		build: `cargo zigbuild --release${one} --target x86_64-unknown-linux-gnu`,
		target: `target/x86_64-unknown-linux-gnu/release/${program.name}`
	})}
deploy:
${indented({
		install_path: `/opt/${directory}/`,
		service_name: directory
	})}  # nodes: [node-1, node-2]   # instead of all
  # post_deploy: ["…"]         # shell commands, run on each node

${shared([profile])}`;
}
function workspaceText(modules) {
	return `# How vps-test builds, deploys and tests this workspace.
# Each module is a project of its own.
modules:
${indented(Object.fromEntries(modules.map(({ program, profile }) => [profile.module, {
		binary: program.name,
		crate: program.directory === "" ? "." : program.directory,
		profile: profile.name
	}])))}
build:
  command: cargo zigbuild --release --target x86_64-unknown-linux-gnu

deploy:
  install_path: /opt/vps-test/
  service_prefix: vps-test
  # nodes: [node-1, node-2]   # instead of all

${shared(modules.map((one) => one.profile))}`;
}
const shared = (used) => `tests:
  connectivity:
    # Per cent of attempts, by how the two peers reach each other.
    success_criteria:
      direct: 99
      nat_traversed: 85
      relay: 100

# The same tests again, one and six hours after they passed.
soak:
${checkpointStates.map((c) => `  ${configKey(c)}: true\n`).join("")}
# For runs where nobody is asked: a push, a pull request.
answers:
  focus: ${["connectivity", "full-suite"].find((focus) => used.every((one) => one.focuses.includes(focus))) ?? "connectivity"}
  criteria: threshold
  proof: all-evidence
`;
const indented = (value) => (0, import_dist.stringify)(value, { lineWidth: 0 }).replace(/^(?=.)/gm, "  ");
const commented = (name) => name.replace(/[^\w.-]/g, "?");
/** As names of projects, services and directories are: lower case, digits, dashes. */
const nameLike = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "").replace(/-+$/, "").slice(0, 63) || "program";

// src/inputs/workflow-forms.ts
/**
* The rows of a request as inputs of workflows, in YAML: questions of a form, inputs of a call, what a job is given.
*/
/** One scalar that every YAML reader takes for this text, wherever it stands. */
const yamlText = (text) => {
	const block = (0, import_dist.stringify)(text, {
		lineWidth: 0,
		singleQuote: true,
		version: "1.1"
	}).trimEnd();
	return block === text && /[[\]{},]/.test(text) ? JSON.stringify(text) : block;
};
const formDefault = (row) => row.formDefault ?? row.menu?.[0] ?? row.default;
/** `inputs` of `workflow_dispatch`, one line a question. */
const formInputs = (own = {}) => formFields.map((row) => {
	const menu = own[row.input]?.menu ?? row.menu;
	const type = menu === void 0 ? "string" : `choice, options: [${menu.map(yamlText).join(", ")}]`;
	const value = own[row.input]?.default ?? formDefault(row);
	return `      ${row.input}: { description: ${JSON.stringify(row.ask)}, type: ${type}, default: ${yamlText(value)} }\n`;
}).join("");

// src/inputs/init-workflows.ts
/** The caller's workflows that `init` writes: triggers and a call of the reusable one, nothing else. */
const source = "saorsa-labs/vps-test";
/**
* `<job of the caller> / <job of the reusable workflow>`, as GitHub shows them. Required where nothing makes it, a
* check is waited for without end.
*/
const labCheck = "lab / lab";
const gateCheck = "vps-test / vps-test";
/** In a branch filter some characters are patterns. */
const branchText = (branch) => JSON.stringify(branch.replace(/[*?+[\]!\\]/g, "\\$&"));
function callerWorkflows(facts) {
	return [
		["vps-test", session(facts)],
		["vps-test-soak", soak$1(facts)],
		["vps-test-ops", ops(facts)],
		["vps-test-pr", pullRequests(facts)],
		["vps-test-comment", comment(facts)]
	].map(([name = "", body = ""]) => ({
		path: `.github/workflows/${name}.yml`,
		text: body
	}));
}
/** A commit is pinned as it is; a tag is one that vps-test never moves, and says so to zizmor. */
const use = (name, { ref }) => `    uses: ${source}/.github/workflows/${name}.yml@${ref}${/^[0-9a-f]{40}$/.test(ref) ? "" : " # zizmor: ignore[unpinned-uses] the name of a version; a commit is stricter: init --ref <commit>"}\n`;
const key = `    secrets:
      ssh-key: \${{ secrets.VPS_TEST_SSH_KEY }}
`;
const secret = `${key}      notify: \${{ secrets.VPS_TEST_NOTIFY }} # ways to people, optional: vps-test notify --help
`;
const sessionPermissions = `    permissions:
      contents: write # the branch vps-test-ledger
      actions: read
      id-token: write # signs the proof
      attestations: write
      pull-requests: write # shows the proof
      checks: write
      issues: write # asks a person
`;
function session(facts) {
	const form = formInputs({
		project: { menu: [fromConfiguration, ...facts.projects] },
		fleet: { default: facts.fleet },
		repo: { default: facts.repo }
	});
	const pushed = {
		fleet: facts.fleet,
		repo: facts.repo
	};
	const given = formFields.map(({ input }) => {
		const own = pushed[input];
		return `      ${input}: \${{ inputs.${input}${own === void 0 ? "" : ` || '${own}'`} }}\n`;
	});
	return `# A session on the fleet: from the Actions tab, and on a push. Its gate is the check "${gateCheck}"; a pull request has none: require "${labCheck}" there (vps-test-pr.yml).
name: vps-test

on:
  workflow_dispatch:
    inputs:
${form}  push:
    branches: [${branchText(facts.branch)}]

permissions: {}

jobs:
  vps-test:
    name: vps-test
${sessionPermissions}${use("vps-test", facts)}    with:
      # A push gives none of them.
${given.join("")}${secret}`;
}
const soak$1 = (facts) => `# Takes the checkpoints that are due. GitHub's schedule comes late; each checkpoint says how late it was taken.
name: vps-test-soak

on:
  schedule:
    - cron: '11,26,41,56 * * * *'
  workflow_dispatch:
  workflow_run: # zizmor: ignore[dangerous-triggers] takes nothing from that run: what is due stands in the ledger
    workflows: [vps-test]
    types: [completed]

permissions: {}

jobs:
  soak:
    name: soak
${sessionPermissions}${use("vps-test-soak", facts)}${secret}`;
const ops = (facts) => `# A look at sessions and nodes, or the end of a session.
name: vps-test-ops

on:
  workflow_dispatch:
    inputs:
      command: { description: "What to do", type: choice, options: [status, stop, logs, diagnose, nodes], default: status }
      project: { description: "For stop and logs: which project", type: string }
      session: { description: "For stop and logs: which session; empty: the newest", type: string }
      node: { description: "For diagnose: which node", type: string }
      services: { description: "For stop: the services on the nodes", type: choice, options: [keep, remove], default: keep }

permissions: {}

jobs:
  ops:
    name: ops
    permissions:
      contents: write # a stop is written to the branch vps-test-ledger
      actions: read
      issues: write # whoever was asked about the session is told
${use("vps-test-ops", facts)}    with:
      command: \${{ inputs.command }}
      project: \${{ inputs.project }}
      session: \${{ inputs.session }}
      node: \${{ inputs.node }}
      services: \${{ inputs.services }}
      fleet: ${yamlText(facts.fleet)}
${key}`;
const pullRequests = (facts) => `# The whole run on a lab of ten nodes on the runner itself: for pull requests, forks included, without secrets; and for the branch that they are compared with.
# On pull requests require its check "${labCheck}".
name: vps-test-pr

on:
  pull_request:
  push:
    branches: [${branchText(facts.branch)}]

permissions: {}

jobs:
  lab:
    name: lab
    permissions:
      contents: write # of the job that records, after a push; the jobs with the lab take contents: read
      actions: read
      issues: write # of the same job, asks a person
${use("vps-test-pr", facts)}    with:
      repo: ${yamlText(facts.repo)}
`;
const comment = (facts) => `# Shows the lab's result on the pull request; runs nothing of it.
name: vps-test-comment

on:
  workflow_run: # zizmor: ignore[dangerous-triggers] checks nothing out, takes the artifact as data
    workflows: [vps-test-pr]
    types: [completed]

permissions: {}

jobs:
  comment:
    name: comment
    permissions:
      contents: read
      actions: read
      pull-requests: write
      checks: write
${use("vps-test-comment", facts)}`;

// src/cli/init.ts
/**
* `vps-test init`: the caller's workflows and a commented configuration, written into another repository; nothing that
* exists is touched.
*/
async function init(c, flags) {
	const dir = real(resolve(c.cwd, flags.dir));
	if (!/^(?!.*\.\.)[A-Za-z0-9][\w./-]{0,199}$/.test(flags.ref)) throw new Failure({
		code: "U080",
		message: `${printable(flags.ref)} is no tag or commit`,
		remedy: `vps-test init --ref v${c.version}`
	});
	const fleet = flags.fleet ?? fleetOf(dir) ?? "saorsa";
	if (!/^[\w./-]{1,200}$/.test(fleet)) throw new Failure({
		code: "U081",
		message: `${printable(fleet)} is no fleet and no path of one`,
		remedy: "vps-test init --fleet saorsa"
	});
	const repository = await repositoryOf(c, dir);
	const here = relative(repository.root, dir);
	if (!/^[\w./@+ -]{0,300}$/.test(here)) throw new Failure({
		code: "U085",
		message: `the path ${printable(here)} cannot stand in a workflow: letters, digits, and . / @ + - _ only`
	});
	const config = await configOf(c, dir, basename(repository.name));
	const files = [...config.text === null ? [] : [{
		path: join(here, projectFiles[0]),
		text: `${schemaLine("vps-test", flags.ref)}\n${config.text}`
	}], ...callerWorkflows({
		ref: flags.ref,
		fleet,
		repo: here === "" ? "." : here,
		branch: repository.branch,
		projects: config.projects
	})];
	const taken = files.filter((file) => present(join(repository.root, file.path))).map((file) => file.path);
	if (taken.length > 0) throw new Failure({
		code: "U084",
		message: `nothing was written, because ${taken.length === 1 ? "this exists" : "these exist"}: ${taken.join(", ")}`,
		remedy: `cd ${quoted(repository.root)} && mkdir before-init && mv ${taken.map(quoted).join(" ")} before-init/`
	});
	for (const file of files) {
		const path = join(repository.root, file.path);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, file.text, { flag: "wx" });
		c.terminal.info(`wrote ${file.path}`);
	}
	for (const note of config.notes) c.terminal.warn(note);
	c.terminal.print(next(fleet, repository.branch, stripHidden(join(here, projectFiles[0]))));
	return exitCodes.passed;
}
const timers = checkpointRows.map(({ id, afterMs }) => `  vps-test-soak-${id}    with a wait timer of ${afterMs / 6e4} minutes: the checkpoint ${id} is taken on time`).join("\n");
const next = (fleet, branch, config) => `
Next, in the repository:
  1. gh secret set VPS_TEST_SSH_KEY < <private key of fleet ${fleet}>
  2. git add .github ${config} && git commit, and push to ${stripHidden(branch)} (a schedule runs on the default branch only)
  3. On pull requests require the check "${labCheck}": the whole run on a lab.
     "${gateCheck}" is the gate of what is pushed or dispatched; required on a pull request, it would be waited for without end.
Environments of the repository (Settings → Environments), each where you want what it does:
  vps-test-approval   with required reviewers: they approve sessions with proof manual-verify
${timers}
Without them checkpoints are taken by the schedule, late, and approval is: GH_TOKEN=$(gh auth token) vps-test approve --remote <url of the repository>
`;
/**
* A path in a configuration is below the tested project's directory; that of a form is below the repository, so it is
* named by hand.
*/
function fleetOf(dir) {
	const file = findProjectFile(dir, existsSync);
	const fleet = file === void 0 ? void 0 : fleetNamed(readFileSync(file, "utf8"), file);
	return fleet === void 0 || /[/.]/.test(fleet) ? void 0 : fleet;
}
/** A repository that has a configuration under its other name keeps it. */
async function configOf(c, dir, name) {
	const own = findProjectFile(dir, existsSync);
	if (own !== void 0 && own !== join(dir, projectFiles[0])) {
		c.terminal.info(`keeping ${stripHidden(relative(dir, own))}`);
		const text = readFileSync(own, "utf8");
		const { all: profiles, files } = await profilesFor(c, {
			dir,
			text,
			file: own
		});
		return {
			text: null,
			projects: parseProjectAll(text, own, {
				profiles,
				files
			}).map((one) => one.project),
			notes: []
		};
	}
	const cargo = readCargo(manifestsIn(dir));
	if (cargo === void 0) throw new Failure({
		code: "U082",
		message: `${stripHidden(dir)} holds no Cargo.toml`
	});
	const config = configFor(cargo, await loadProfiles(c), name);
	if (config === void 0) throw new Failure({
		code: "U083",
		message: `the Cargo workspace in ${stripHidden(dir)} has no program (no src/main.rs, no src/bin, no [[bin]]): vps-test deploys one`
	});
	return config;
}
const quoted = (path) => /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
const real = (path) => existsSync(path) ? realpathSync(path) : path;
/** A dangling link is present too. */
const present = (path) => lstatSync(path, { throwIfNoEntry: false }) !== void 0;
/** Where the repository begins, how it is called, which branch is its default. Without git: this directory, `main`. */
async function repositoryOf(c, dir) {
	const git = async (...args) => gitAt(dir, c.signal)(args).then(({ stdout }) => stdout.toString("utf8").trim(), (error) => {
		if (!(error instanceof GitError)) throw error;
		return "";
	});
	const [root, remote, head, current, known] = await Promise.all([
		git("rev-parse", "--show-toplevel"),
		git("config", "--get", "remote.origin.url"),
		git("symbolic-ref", "--short", "refs/remotes/origin/HEAD"),
		git("symbolic-ref", "--short", "HEAD"),
		git("for-each-ref", "--format=%(refname:lstrip=-1)", "refs/heads/main", "refs/heads/master", "refs/remotes/origin/main", "refs/remotes/origin/master")
	]);
	const name = remote.replace(/\/+$/, "").replace(/\.git$/, "").replace(/^.*[/:]/, "");
	return {
		root: root === "" ? dir : root,
		name: name === "" ? basename(dir) : name,
		branch: head.replace(/^origin\//, "") || known.split("\n")[0] || current || "main"
	};
}

// src/cli/explain.ts
/** An error as a person needs it: what, where, every fault, and a command to type; and its exit code. */
function explain(c, error) {
	if (isCommander(error)) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
	if (c.signal.aborted) {
		c.terminal.warn("interrupted; run the same command again to continue");
		return exitCodes.harness;
	}
	if (!(error instanceof Failure)) {
		const machine = machineFault(error);
		if (machine !== void 0) return explain(c, machine);
		c.terminal.warn(`fault of vps-test itself: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
		return exitCodes.harness;
	}
	c.terminal.info(`${error.facts.code}: ${error.message}`);
	const remedy = failures[error.facts.code].terminalRemedy ?? error.facts.remedy;
	if (remedy !== void 0) c.terminal.info(`try: ${remedy}`);
	if (error.kind === "harness" && error.cause instanceof Error) {
		const machine = machineFault(error.cause);
		c.terminal.info(`because: ${machine?.message ?? error.cause.message}`);
		if (machine?.facts.remedy !== void 0) c.terminal.info(`try: ${machine.facts.remedy}`);
	}
	return exitCodeOf(error.kind);
}
const isCommander = (e) => e instanceof Error && "exitCode" in e && String(e.code ?? "").startsWith("commander.");

// src/cli/soak.ts
/** `soak`: one tick of the schedule, or all of them. */
/** Ends with the worst of what the sessions came to; one that breaks keeps none of the others from its checkpoint. */
async function soak(c, flags) {
	const told = /* @__PURE__ */ new Set();
	for (;;) {
		const found = await duties(c);
		const mine = (id) => flags.session === void 0 || id === flags.session;
		const [open, broken] = [found.open.filter((d) => mine(d.known.session.id)), found.broken.filter((b) => mine(b.id))];
		if (flags.session !== void 0 && open.length + broken.length === 0 && await storedSession(c.sessions, flags.session) === void 0) throw new Failure({
			code: "U053",
			message: `no session ${flags.session}`,
			remedy: "vps-test status"
		});
		const done = [];
		for (const { known, tick } of open) try {
			const taken = await take(c, known, tick, flags.key ?? null, c.cwd);
			if (taken !== void 0) done.push(taken);
			else if (flags.json !== true) c.terminal.info(line(known, tick, c.clock.now()));
		} catch (error) {
			c.signal.throwIfAborted();
			broken.push({
				id: known.session.id,
				project: known.project,
				error
			});
		}
		const codes = broken.map((b) => warnPassedOver(c, b, told));
		if (flags.json === true) c.terminal.print(JSON.stringify(done.map(({ session: s, code }) => ({
			session: s.id,
			state: s.state,
			why: s.why,
			exitCode: code
		}))));
		const waits = open.flatMap(({ tick }) => tick.kind === "nothing" && tick.nextAt !== null ? [tick.nextAt] : []);
		if (flags.watch !== true || waits.length === 0 && done.length === 0) return Math.max(exitCodes.passed, ...done.map((d) => d.code), ...codes);
		if (done.length === 0) await c.clock.sleep(Math.max(1e3, Math.min(6e4, ...waits.map((at) => at - c.clock.now()))), c.signal);
	}
}
/** Once, however often it is found. Its exit code. */
function warnPassedOver(c, { id, error }, told) {
	const what = `${id}: ${messageOf(error)}`;
	if (told.has(what)) return failureCode(error);
	told.add(what);
	c.terminal.warn(`${stripHidden(id, 100)} is passed over:`);
	return explain(c, error);
}
const failureCode = (error) => error instanceof Failure ? exitCodeOf(error.kind) : exitCodes.harness;
const line = ({ session: s }, tick, now) => `${s.id}: ${s.state}${tick.kind === "nothing" ? `: ${tick.why}${tick.nextAt === null ? "" : `; next in ${duration(tick.nextAt - now)}`}` : ""}`;

// src/app/leases-table.ts
const leasesTable = (rows, palette) => blockText(table([
	"node",
	"service",
	"session",
	"who",
	"why",
	"ends in",
	"note"
], rows.map((l) => [
	l.node,
	stripHidden(l.service, 100),
	stripHidden(l.holder, 150),
	stripHidden(l.who, 100),
	stripHidden(l.why, 100),
	duration(l.secondsLeft * 1e3),
	l.odd ? toned("longer than the longest plan: vps-test lease break ends it", "warn") : ""
])), palette);

// src/cli/lease.ts
/** `lease`: who holds which node, and taking a lease away after a person's yes; it asks the nodes and no ledger. */
async function leases(c, flags) {
	const { fleet, seen } = await look(c, flags, null);
	if (flags.json === true) c.terminal.print(JSON.stringify(rowsOf(seen).map(jsonRow)));
	else show(c, seen, fleet.name);
	return unanswered(c, seen);
}
/** Those of the nodes that are named, or all; of one session, where it is named. */
async function leaseBreak(c, names, flags) {
	if (names.length > 0 === (flags.all === true)) throw new Failure({
		code: "U086",
		message: "which leases are to be broken: those of nodes that are named, or --all?",
		remedy: "vps-test lease break --help"
	});
	const { fleet, reference, seen: found } = await look(c, flags, flags.all === true ? null : names);
	const ofSession = (l) => flags.session === void 0 || l.holder === flags.session;
	const seen = {
		...found,
		done: new Map([...found.done].map(([n, all]) => [n, all.filter(ofSession)]).filter(([, l]) => l.length > 0))
	};
	if (flags.json !== true) show(c, seen, fleet.name);
	if (seen.done.size > 0 && !await agreed(c, names, reference, flags)) return exitCodes.usage;
	const world = await readOnlyWorld(c, fleet, flags.key ?? null);
	try {
		const broken = await breakLeases(world, seen.done);
		const rows = rowsOf(seen).filter(({ node }) => broken.done.has(node));
		if (flags.json === true) c.terminal.print(JSON.stringify(rows.map(jsonRow)));
		else if (rows.length > 0) c.terminal.info(`broken: ${rows.map((r) => `${r.service} on ${r.node}`).join(", ")}`);
		return Math.max(unanswered(c, broken), unanswered(c, found));
	} finally {
		await world.close();
	}
}
async function agreed(c, names, fleet, flags) {
	if (flags.yes === true) return true;
	if (flags.json === true || !c.terminal.interactive) throw new Failure({
		code: "U054",
		message: "breaking a lease needs a yes: whoever holds it may be at work",
		remedy: [
			"vps-test lease break",
			...flags.all === true ? ["--all"] : names.map(quote),
			"--fleet",
			quote(fleet),
			"--yes"
		].join(" ")
	});
	return await choose("Break these leases?", [{
		value: "yes",
		description: "their sessions can change nothing on these nodes any more"
	}, {
		value: "no",
		description: "leave them"
	}], "no") === "yes";
}
async function look(c, flags, names) {
	const reference = await chosenFleet(c, {
		named: flags.fleet,
		lab: flags.lab
	});
	const file = await loadFleet(c, reference, flags.lab);
	const { fleet } = file;
	const unknown = (names ?? []).filter((n) => !fleet.nodes.some((f) => f.name === n));
	if (unknown.length > 0) throw new Failure({
		code: "U030",
		message: `fleet ${fleet.name} has no node ${unknown.join(", ")}`,
		remedy: listNodes(fleet)
	});
	const world = await readOnlyWorld(c, fleet, flags.key ?? null);
	try {
		return {
			...file,
			reference,
			seen: await leasesOn(world, names ?? fleet.nodes.map((n) => n.name))
		};
	} finally {
		await world.close();
	}
}
const rowsOf = ({ done }) => [...done].flatMap(([node, all]) => all.map((l) => ({
	node,
	...l,
	odd: isOdd(l)
})));
function show(c, seen, fleet) {
	const rows = rowsOf(seen);
	c.terminal.print(rows.length === 0 ? `no lease is held on ${seen.done.size} node(s) of fleet ${fleet}` : leasesTable(rows, c.terminal.palette));
}
const jsonRow = (l) => ({
	node: l.node,
	service: l.service,
	session: l.holder,
	who: l.who,
	why: l.why,
	fence: l.fence,
	until: (/* @__PURE__ */ new Date(Math.min(l.until, 253402300799) * 1e3)).toISOString(),
	secondsLeft: l.secondsLeft,
	odd: l.odd
});
function unanswered(c, { failed }) {
	failed.forEach((f, node) => {
		c.terminal.warn(`${node}: ${f.message}`);
	});
	return failed.size === 0 ? exitCodes.passed : exitCodes.infra;
}

// src/adapters/git/follows.ts
/** Whether one commit was made after another, on top of it. */
/** False too where the repository does not have the earlier one. */
async function follows(place, earlier, later, signal) {
	if (earlier === later) return false;
	try {
		await gitAt(place, signal)([
			"merge-base",
			"--is-ancestor",
			earlier,
			later
		]);
		return true;
	} catch (error) {
		if (error instanceof GitError) return false;
		throw error;
	}
}

// src/app/waiting-session.ts
/** On one machine a start of a newer commit is the push that a session of its branch waits for. */
/** The newest session that this commit goes on with, once it was told so; null: none waits for it. */
async function pushedOnto(c, asked, plan, origin, source) {
	if (source.kind === "none") return null;
	for (const { id, entries } of (await asked.ledger.all()).toReversed()) {
		const session = fold(id, entries);
		const before = waitsOn(session, entries, plan, origin);
		if (before === null) continue;
		if (!await follows(source.root, before, source.commit, c.signal)) {
			c.terminal.info(`session ${id} waits for a push since ${iso(session.changedAt)}, and ${source.commit.slice(0, 12)} is not on top of its ${before.slice(0, 12)}; to end it: vps-test stop ${plan.config.project} --session ${id}`);
			continue;
		}
		if (!await pushSession({
			...asked,
			session: id
		}, plan, origin)) continue;
		c.terminal.info(`${id} waited for a push onto ${origin.branch ?? ""} and goes on at BUILD`);
		return id;
	}
	return null;
}

// src/cli/confirm.ts
/** The confirmation of a plan: a question on a terminal, or the flag that answers it. */
/** A parameter never skips this; `--yes` gives it. `line`: the same start with every answer. */
async function confirm(c, yes, line) {
	if (yes) return {
		choice: "proceed",
		by: `${c.who} (--yes)`
	};
	if (!c.terminal.interactive) throw new Failure({
		code: "U042",
		message: "there is no terminal to confirm the plan on",
		remedy: `${line} --yes`
	});
	const choice = await choose(confirmation.text, confirmation.options, "proceed");
	return {
		choice: choice === "proceed" || choice === "modify" ? choice : "cancel",
		by: c.who
	};
}

// src/app/recorded-failure.ts
/**
* Null where the newest entry tells of none. A session with too few nodes ended by the failure of the node that it
* names.
*/
function recordedFailure(entries) {
	const last = entries.at(-1);
	if (last?.event !== "unrecoverable" && last?.event !== "failed") return null;
	const { facts } = last;
	if ("code" in facts && facts.code !== void 0) return recorded(facts.code, facts.remedy);
	const named = ("excluded" in facts ? facts.excluded ?? [] : []).find((e) => last.why.includes(e.message));
	return named === void 0 ? null : recorded(named.code, named.remedy);
}
const recorded = (code, remedy) => ({
	code,
	...remedy === void 0 ? {} : { remedy }
});

// src/cli/ending.ts
/** How a session's end is told on a terminal: its proof, times, and what goes on with it; or one JSON object. */
async function ending(c, plan, session, entries, folder, json) {
	const tested = entries.findLast(isTest);
	const proof = tested === void 0 ? null : join(folder, tested.facts.proofPage);
	const code = settledCode(session, entries);
	const failure = recordedFailure(entries);
	if (json) {
		c.terminal.print(JSON.stringify({
			session: session.id,
			project: plan.config.project,
			state: session.state,
			why: session.why,
			verdict: tested?.event ?? null,
			counts: tested?.facts.counts ?? null,
			failure,
			proof,
			exitCode: code
		}));
		return code;
	}
	if (proof !== null) c.terminal.print(await proofText(proof, c.terminal.palette));
	timings(c, entries);
	c.terminal.info(`${session.state}: ${session.why}`);
	if (failure !== null) c.terminal.info(`failure: ${failure.code}`);
	if (failure?.remedy !== void 0) c.terminal.info(`try: ${failure.remedy}`);
	const idle = nextStep(session, (await readNotes(folder)).key);
	if (idle !== void 0) c.terminal.info(idle);
	if (proof !== null) c.terminal.info(`proof: ${proof}\nre-judge it: vps-test verify ${quote(join(proof, ".."))} ${c.sessions.anchorFlag(plan.config.project)}`);
	return code;
}
function timings(c, entries) {
	const times = entries.slice(1).map((e, i) => `${e.from} ${((e.at - (entries[i]?.at ?? e.at)) / 1e3).toFixed(1)} s`);
	c.terminal.info(`stages: ${times.slice(1).join(", ")}`);
}

// src/cli/left-behind.ts
/** A session of the same project that holds the fleet with another plan, and that nobody works on: offered to the person. */
/** The plan of the session that the person wants to go on with; null: a new session begins. */
async function offerLeftBehind(c, ledger, plan, { key, ask }) {
	const { project } = plan.config;
	for (const { session: s, entries, interrupted } of await leftBehind(c, ledger, plan)) {
		const what = `session ${s.id} holds the fleet by another plan: ${s.state} since ${iso(s.changedAt)}`;
		if (!ask) {
			c.terminal.info(`${what}; to end it: vps-test stop ${quote(project)} --session ${quote(s.id)}`);
			continue;
		}
		const choice = await choose(stripHidden(what, 300), [
			...interrupted ? [{
				value: "continue",
				description: "go on with it, by its own plan"
			}] : [],
			{
				value: "stop",
				description: "end it, and begin anew with the plan above"
			},
			{
				value: "leave",
				description: "leave it; the new session waits for the fleet"
			}
		], "leave");
		if (choice === "continue") return entries.findLast(isPersonsPlan)?.facts.plan ?? null;
		if (choice === "stop") await stop(c, project, {
			key,
			session: s.id
		});
	}
	return null;
}

// src/cli/start.ts
/** `start` and `plan`: from parameters to a confirmed plan, and from there to the session's end. */
async function start(c, words, flags) {
	const { plan: wanted, source, checkout, fleet, onBusy } = await planned(c, words, flags);
	const line = startLine(wanted, {
		...flags,
		fleet
	});
	return carryOut(c, {
		plan: wanted,
		origin: originOf(source, c.who),
		source,
		checkout,
		onBusy,
		line
	}, flags);
}
/** From a plan that a person has yet to confirm to the end of its session. */
async function carryOut(c, { plan: wanted, origin, source, checkout, onBusy, line }, flags) {
	c.terminal.info(planText(wanted, await plannedEnclosure(c, wanted)));
	const { choice, by } = await confirm(c, flags.yes === true, line);
	if (choice === "modify") {
		c.terminal.print(line);
		return 0;
	}
	if (choice === "cancel") throw cancelled();
	const ledger = await c.sessions.ledgerOf(wanted.config.project);
	const same = await resumeInterrupted(c, ledger, wanted);
	const ask = c.terminal.interactive && flags.yes !== true;
	const other = same === void 0 ? await offerLeftBehind(c, ledger, wanted, {
		key: keyFile(flags.key),
		ask
	}) : null;
	const resumed = other === null ? same : await resumeInterrupted(c, ledger, other);
	const plan = resumed?.plan ?? other ?? wanted;
	const writing = {
		ledger,
		clock: c.clock,
		writer: c.writer,
		clockShift: c.clockShift
	};
	const waited = resumed === void 0 && source !== null ? await pushedOnto(c, writing, plan, origin, source) : null;
	const session = resumed?.session ?? waited ?? newSession(plan, c.clock);
	const asked = {
		...writing,
		session
	};
	await beginSession(asked, plan, origin);
	await confirmSession(asked, plan, by, onBusy);
	c.terminal.info(`session ${session}; after an interruption the same command continues it`);
	const folder = c.sessions.folderOf(plan.config.project, session);
	if (flags.key !== void 0) await note(folder, { key: resolve(c.cwd, flags.key) });
	const world = worldIn(c, {
		fleet: plan.fleet,
		ledger,
		session,
		folder,
		checkout,
		key: keyFile(flags.key)
	});
	try {
		const end = await run(plan, session, world, resumed?.since === void 0 ? {} : { since: resumed.since });
		return await ending(c, plan, end, await ledger.read(session), folder, flags.json === true);
	} finally {
		await world.close();
	}
}
async function plan(c, words, flags) {
	const made = await planned(c, words, flags);
	const place = await plannedEnclosure(c, made.plan);
	c.terminal.print(flags.json === true ? JSON.stringify({
		digest: planDigest(made.plan),
		sandbox: place.sandbox,
		...made.plan
	}, null, 2) : planText(made.plan, place));
	return 0;
}
async function planned(c, words, f) {
	const given = Object.fromEntries(flaggedFields.flatMap(({ field, property }) => {
		const value = f[property];
		return value === void 0 ? [] : [[field, value]];
	}));
	const release = f.release === void 0 ? {} : { binarySource: "release" };
	const { request, faults } = parseRequest({
		...words,
		...given,
		...release
	}, (field) => flagNames.get(field) ?? field);
	return {
		...await makePlan(c, request, {
			faults,
			soak: true
		}),
		onBusy: request.onBusy ?? "queue"
	};
}
/** What a person typed, where an error is about a field. */
const flagNames = new Map(fieldRows.flatMap(([field, row]) => {
	const flag = flagOf(row) ?? row.saidBy;
	return flag === void 0 ? [] : [[field, flag]];
}));
const originOf = (source, who) => ({
	repository: null,
	branch: source.kind === "git" ? source.branch : null,
	commit: source.kind === "git" ? source.commit : null,
	event: "cli",
	actor: who
});

// src/domain/repeat-plan.ts
/** The plan of a test of a few attempts: an earlier one's, limited to them, with the very program that was tested. */
/** Each attempt has to come through, known to fail or not; nothing is compared, and nothing is soaked. */
const repeatPlan = (plan, only, source) => assemblePlan({
	answers: {
		...plan.answers,
		criteria: {
			value: "all-pass",
			from: "the repetition of single attempts"
		}
	},
	config: {
		...plan.config,
		knownFailures: [],
		soak: {
			...plan.config.soak,
			checkpoints: []
		}
	},
	profile: plan.profile,
	fleet: plan.fleet,
	source,
	binaryBytes: null,
	only
});

// src/app/selection.ts
/** Which attempts of an earlier session are repeated, and with which program: read from its evidence and its ledger. */
async function repeatedRun(c, wish) {
	const from = await storedSession(c.sessions, wish.session);
	const plan = from === void 0 ? void 0 : newestPlan(from.entries);
	if (from === void 0 || plan === void 0) throw new Failure({
		code: "U053",
		message: `there is no session ${wish.session}`,
		remedy: "vps-test status"
	});
	const attempts = wish.pairs.length === 0 ? await failedIn(c, from) : wish.pairs.map((text) => pairIn(text, plan));
	return {
		from,
		plan: repeatPlan(plan, {
			session: wish.session,
			attempts
		}, await programOf(c, from, wish))
	};
}
/** By the evidence of its newest test. */
async function failedIn(c, { project, session, entries }) {
	const tested = entries.findLast(isTest);
	if (tested === void 0) throw new Failure({
		code: "U098",
		message: `session ${session.id} has no test that ended`,
		remedy: `vps-test logs ${quote(project)} --session ${quote(session.id)}`
	});
	const folder = join(c.sessions.folderOf(project, session.id), tested.facts.folder);
	const evidence = await bundleIn(folder).catch((error) => {
		throw new Failure({
			code: "U050",
			message: `the evidence of session ${session.id} cannot be read in ${folder}; its pairs can be named by --pair`,
			remedy: `ls -l ${quote(folder)}`
		}, error);
	});
	const failed = failedOf(evidence.verdict.suites);
	if (failed.length === 0) throw new Failure({
		code: "U098",
		message: `no attempt of session ${session.id} failed: its newest test came to ${evidence.verdict.result}`,
		remedy: `vps-test verify ${quote(folder)} ${c.sessions.anchorFlag(project)}`
	});
	return failed;
}
/** `a:b`, or `a:b:suite` where the plan has several. */
function pairIn(text, plan) {
	const [from = "", to = "", named, ...more] = text.split(":");
	const own = plan.suites.map((s) => s.suite);
	const suite = named === void 0 ? own[0] : suiteIds.find((id) => id === named);
	const peers = plan.fleet.nodes.filter((n) => plan.nodes.includes(n.name) && n.role !== "registry").map((n) => n.name);
	const fault = more.length > 0 || from === "" || to === "" ? "is not caller:callee or caller:callee:suite" : from === to ? "has one node at both ends" : [from, to].some((n) => !peers.includes(n)) ? `names a node that is no peer of the plan; it has ${peers.join(", ")}` : suite === void 0 || !own.includes(suite) ? `names a suite that the plan does not have; it has ${own.join(", ")}` : null;
	if (fault !== null || suite === void 0) throw new Failure({
		code: "U099",
		message: `--pair ${text} ${fault ?? ""}`,
		remedy: "vps-test test --help"
	});
	return {
		suite,
		pair: {
			from,
			to
		}
	};
}
/** The bytes that were tested, by their hash. */
async function programOf(c, from, { binary }) {
	const { id, newest } = from.session;
	const build = newest.BUILD?.event === "built" ? newest.BUILD.facts.build : null;
	if (build === null) throw new Failure({
		code: "U098",
		message: `session ${id} built nothing that could be tested again`,
		remedy: `vps-test logs ${quote(from.project)} --session ${quote(id)}`
	});
	const path = binary === void 0 ? join(c.sessions.folderOf(from.project, id), keptBinary) : resolve(c.cwd, binary);
	const bytes = await readFile(path).catch(() => null);
	if (bytes === null || sha256(bytes) !== build.sha256) throw new Failure({
		code: "U046",
		message: `${path} ${bytes === null ? "cannot be read" : "is another program"}: session ${id} tested ${build.sha256.slice(0, 12)}, which --binary can name`,
		remedy: `sha256sum ${quote(path)}`
	});
	return {
		kind: "session",
		session: id,
		path,
		build
	};
}

// src/cli/test.ts
/** `test`: single attempts of an earlier session once more, with its plan, fleet and program. */
async function test(c, flags) {
	const wish = wishOf(flags);
	const { plan, from } = await repeatedRun(c, {
		...wish,
		...flags.binary === void 0 ? {} : { binary: flags.binary }
	});
	const key = flags.key ?? (await readNotes(c.sessions.folderOf(from.project, from.session.id))).key;
	const words = wish.pairs.length === 0 ? ["--failed", wish.session] : [
		"--session",
		wish.session,
		...wish.pairs.flatMap((p) => ["--pair", p])
	];
	const origin = originOf$1(from.entries) ?? {
		repository: null,
		branch: null,
		commit: null
	};
	return carryOut(c, {
		plan,
		origin: {
			...origin,
			event: "cli",
			actor: c.who
		},
		source: null,
		checkout: c.cwd,
		onBusy: busyPolicies.find((p) => p === flags.onBusy) ?? "queue",
		line: [
			"vps-test",
			"test",
			...words
		].map(quote).join(" ")
	}, {
		...flags,
		...key === void 0 ? {} : { key }
	});
}
function wishOf({ failed, session, pair = [] }) {
	const remedy = "vps-test test --help";
	if (failed !== void 0 && (session !== void 0 || pair.length > 0)) throw new Failure({
		code: "U099",
		message: "--failed names the session, and its failed attempts are all",
		remedy
	});
	if (failed !== void 0) return {
		session: failed,
		pairs: []
	};
	if (session === void 0 || pair.length === 0) throw new Failure({
		code: "U099",
		message: "which attempts: --failed <session>, or --session <session> with --pair <caller:callee>",
		remedy
	});
	return {
		session,
		pairs: pair
	};
}

// src/adapters/ssh/trust.ts
var import_lib = /* @__PURE__ */ __toESM(require_lib(), 1);
/** The strongest key that the node offers now (a jump host must be pinned already). Failures: T004, T007, T010. */
async function fetchHostKeys(node, fleet, options) {
	const blob = await eachAddress(node, fleet, options, options.signal, (address, signal) => overWire(node, fleet, address, options, signal, (wire) => offeredKey(wire, node, hostPort(address, node.sshPort), signal)));
	const key = hostKeyOf(blob);
	if (key === void 0) throw refusedStart(node.name, node.host, "its host key cannot be read");
	return [{
		line: hostKeyLine(key),
		fingerprint: fingerprint(blob)
	}];
}
/** Connects until the verifier is asked, and refuses. */
async function offeredKey(wire, node, address, signal) {
	const seen = Promise.withResolvers();
	const client = new import_lib.Client();
	const failed = (error) => seen.reject(refusedStart(node.name, address, reasonOf(error)));
	client.on("error", failed);
	client.on("close", () => failed(/* @__PURE__ */ new Error("closed")));
	try {
		client.connect({
			sock: wire.stream,
			username: "nobody",
			authHandler: [],
			algorithms: { serverHostKey: [...everyAlgorithm] },
			readyTimeout: 0,
			hostVerifier: (key) => {
				seen.resolve(Buffer.from(key));
				return false;
			}
		});
		return await orAbort(signal, seen.promise);
	} catch (error) {
		const complaint = signal.aborted ? void 0 : await wire.complaint();
		throw complaint === void 0 ? error : new Error(complaint);
	} finally {
		wire.destroy();
	}
}

// src/inputs/host-keys.ts
/** Pinned host keys written into a fleet file: only the lines of one node change, in the file's own style. */
/** The same file with other pinned keys for one node. Failures: U011 no key, U012 not possible so, U030 no such node. */
function withHostKeys(yamlText, node, keys) {
	for (const key of keys) {
		const checked = hostKey.safeParse(key);
		if (!checked.success) throw new Failure({
			code: "U011",
			message: `host key of ${stripHidden(node)}: ${checked.error.issues.map((i) => i.message).join("; ")}`
		});
	}
	const mark = yamlText.startsWith("﻿") ? "﻿" : "";
	const text = yamlText.slice(mark.length);
	const document = (0, import_dist.parseDocument)(text, yamlOptions);
	const index = indexOf(document, node);
	const changed = spliced(text, splices(document, text, index, keys));
	if (!isDeepStrictEqual(readAgain(changed), expected(document, index, keys))) throw new Failure({
		code: "U012",
		message: `the keys of ${printable(node)} cannot be written into the file without changing something else: another node shares its entry; write host_keys of this node as a list of its own`
	});
	return mark + changed;
}
function indexOf(document, node) {
	const nodes = document.get("nodes");
	const names = (0, import_dist.isSeq)(nodes) ? nodes.items.map((n) => (0, import_dist.isMap)(n) ? String(n.get("name")) : "") : [];
	const index = names.indexOf(node);
	if (index === -1) throw new Failure({
		code: "U030",
		message: `the fleet has no node ${printable(node)}${hint(node, names)}`
	});
	return index;
}
function readAgain(text) {
	try {
		return (0, import_dist.parseDocument)(text, yamlOptions).toJS();
	} catch {
		return;
	}
}
function expected(document, index, keys) {
	const all = JSON.parse(JSON.stringify(document.toJS()));
	if (!isRecord(all) || !Array.isArray(all["nodes"])) return void 0;
	const nodes = all["nodes"].map((n, i) => i === index && isRecord(n) ? {
		...n,
		host_keys: [...keys]
	} : n);
	return {
		...all,
		nodes
	};
}
const spliced = (text, all) => all.toSorted((a, b) => b.from - a.from).reduce((t, s) => t.slice(0, s.from) + s.text + t.slice(s.to), text);
function splices(document, text, index, keys) {
	const map = document.getIn(["nodes", index], true);
	if (!(0, import_dist.isMap)(map)) return [];
	const pair = map.items.find((p) => (0, import_dist.isScalar)(p.key) && p.key.value === "host_keys");
	const name = map.items.find((p) => (0, import_dist.isScalar)(p.key) && p.key.value === "name");
	const list = `[${keys.map((k) => JSON.stringify(k)).join(", ")}]`;
	if (pair === void 0) {
		const end = endOf(name?.value);
		if (end === void 0) return [];
		if (map.flow === true) return [{
			from: end,
			to: end,
			text: `, host_keys: ${list}`
		}];
		const eol = lineEnd(text, end);
		return [{
			from: eol,
			to: eol,
			text: newline(text) + block(text, columnOf(text, startOf(name?.key)), [], keys)
		}];
	}
	const start = startOf(pair.key);
	const end = endOf(pair.value) ?? endOf(pair.key);
	if (start === void 0 || end === void 0) return [];
	const kept = keptAnchors(document, pair);
	if (map.flow === true) return [...kept, {
		from: endOf(pair.key) ?? start,
		to: end,
		text: `: ${list}`
	}];
	const eol = lineEnd(text, Math.max(end, start));
	const comments = text.slice(start, eol).split(/\r?\n/).flatMap((line) => /(?:^|\s)(#.*)$/.exec(line)?.[1] ?? []);
	return [...kept, {
		from: start - columnOf(text, start),
		to: eol,
		text: own(text, start, comments, keys)
	}];
}
/** The first line keeps what stands before the key: the dash of a list's entry may. */
function own(text, start, comments, keys) {
	const column = columnOf(text, start);
	return text.slice(start - column, start) + block(text, column, comments, keys).trimStart();
}
function block(text, column, comments, keys) {
	const [outer, inner] = [" ".repeat(column), " ".repeat(column + 2)];
	if (keys.length === 0) return `${outer}host_keys: []${comments.length === 0 ? "" : ` ${comments.join(" ")}`}`;
	return [
		`${outer}host_keys:`,
		...comments.map((c) => inner + c),
		...keys.map((k) => `${inner}- ${k}`)
	].join(newline(text));
}
/** An anchor that goes with the old list goes over to the first alias of it, together with what it stood for. */
function keptAnchors(document, pair) {
	const anchors = /* @__PURE__ */ new Set();
	if ((0, import_dist.isNode)(pair.value)) (0, import_dist.visit)(pair.value, { Node: (_, node) => {
		if ("anchor" in node && node.anchor !== void 0) anchors.add(node.anchor);
	} });
	const found = [];
	(0, import_dist.visit)(document, { Alias: (_, alias) => {
		if (!anchors.delete(alias.source) || alias.range == null) return;
		const value = alias.resolve(document)?.toJS(document);
		found.push({
			from: alias.range[0],
			to: alias.range[1],
			text: `&${alias.source} ${JSON.stringify(value)}`
		});
	} });
	return found;
}
const startOf = (node) => (0, import_dist.isNode)(node) ? node.range?.[0] : void 0;
const newline = (text) => /\r\n/.test(text) ? "\r\n" : "\n";
const columnOf = (text, at) => at === void 0 ? 0 : at - (text.lastIndexOf("\n", at - 1) + 1);
function lineEnd(text, at) {
	const end = text.indexOf("\n", at);
	const last = end < 0 ? text.length : end;
	return text[last - 1] === "\r" && last > at ? last - 1 : last;
}
/** The end of what a node says: a list in block style ends with its last entry, before the next line. */
function endOf(node) {
	if ((0, import_dist.isAlias)(node) || (0, import_dist.isScalar)(node)) return node.range?.[1];
	if (!(0, import_dist.isCollection)(node)) return void 0;
	if (node.flow === true || node.items.length === 0) return node.range?.[1];
	const last = node.items.at(-1);
	return (0, import_dist.isNode)(last) ? endOf(last) : node.range?.[1];
}

// src/cli/trust.ts
/** `nodes trust`: host keys with their fingerprints, pinned in the fleet file after a person's yes. */
/** Shows each node's key and fingerprint, and writes it into the fleet file after a yes. */
async function trust(c, names, flags) {
	const name = await chosenFleet(c, {
		named: flags.fleet,
		lab: flags.lab
	});
	const { fleet, file } = await loadFleet(c, name, flags.lab);
	const wanted = names.length === 0 ? fleet.nodes.filter((n) => n.hostKeys.length === 0) : fleet.nodes.filter((n) => names.includes(n.name));
	const unknown = names.filter((n) => !fleet.nodes.some((f) => f.name === n));
	if (unknown.length > 0) throw new Failure({
		code: "U030",
		message: `fleet ${fleet.name} has no node ${unknown.join(", ")}`,
		remedy: listNodes(fleet)
	});
	const seen = await onEachNode(wanted.map((n) => n.name), c.signal, async (name) => {
		const node = wanted.find((n) => n.name === name);
		if (node === void 0) return [];
		return fetchHostKeys(node, fleet, {
			privateKey: "",
			connectTimeoutMs: 2e4,
			signal: c.signal,
			log: c.terminal
		});
	});
	for (const node of wanted) {
		const keys = seen.done.get(node.name);
		const before = node.hostKeys.length === 0 ? "" : " (replaces the pinned key)";
		c.terminal.print(keys === void 0 ? `${node.name}: ${seen.failed.get(node.name)?.message ?? "no answer"}` : keys.map((k) => `${node.name}  ${k.line.split(" ")[0]}  ${k.fingerprint}${before}`).join("\n"));
	}
	if (seen.done.size === 0) return exitCodes.infra;
	if (flags.yes !== true) {
		if (!c.terminal.interactive) throw new Failure({
			code: "U052",
			message: "pinning keys needs a yes: compare the fingerprints with the provider's console first",
			remedy: `vps-test nodes trust --fleet ${quote(name)} --yes`
		});
		if (await choose(`Pin these keys in ${file}?`, [{
			value: "yes",
			description: "they are right"
		}, {
			value: "no",
			description: "leave the file alone"
		}], "no") !== "yes") return exitCodes.usage;
	}
	let text = await readFile(file, "utf8");
	for (const [name, keys] of seen.done) text = withHostKeys(text, name, keys.map((k) => k.line));
	await replaceFile(file, text);
	c.terminal.info(`pinned ${seen.done.size} key(s) in ${file}`);
	return seen.failed.size === 0 ? exitCodes.passed : exitCodes.infra;
}

// src/cli/verify.ts
/** `verify <folder>`: says whether an evidence folder is what was sealed, and what it proves. */
async function verify(c, folder, flags) {
	const dir = resolve(c.cwd, folder);
	if (!existsSync(join(dir, "manifest.json"))) throw new Failure({
		code: "U050",
		message: `${dir} is no evidence folder: manifest.json is missing`,
		remedy: `ls -l ${quote(dir)}`
	});
	const { result } = await check(dir, {
		version: c.version,
		ledgers: ledgersOf(c, flags)
	});
	if (flags.json === true) c.terminal.print(JSON.stringify(result));
	else lines(result).forEach((line) => c.terminal.print(stripHidden(line, 2e3)));
	if (result.faults.length > 0) return exitCodes.failed;
	return result.anchored ? exitCodes.passed : exitCodes.unanchored;
}
function ledgersOf(c, { ledger, remote }) {
	return [...ledger === void 0 ? [] : [cloneAt(resolve(c.cwd, ledger))], ...remote === void 0 ? [] : [{
		name: remote,
		read: async (session) => ({
			kind: "entries",
			entries: await (await c.sessions.ledgerOf("")).read(session)
		})
	}]];
}
/** The folder names itself: version, session and files are its own words. */
const lines = ({ faults, verdict, root, anchor, session }) => [
	...faults.map((f) => `✗ ${stripHidden(f, 500)}`),
	faults.length === 0 ? `valid: ${verdict}; evidence root ${root}; ${anchor}` : `NOT VALID: the ${faults.length} fault(s) above; ${anchor}`,
	...session.map((line) => `  ${line}`)
];

// src/cli/verbs.ts
/** What each verb of the command line calls. */
const verbs = {
	start,
	plan,
	test,
	status,
	logs,
	stop,
	soak,
	approve,
	diagnose,
	init,
	check: checkFiles,
	verify,
	nodes,
	trust,
	leases,
	leaseBreak,
	notifyChannels,
	notifyTest,
	labUp: up,
	labDown: down,
	labStatus: printLabStatus,
	labShell: shell,
	doctor: examine
};

// src/cli/define.ts
/** The verbs as the command line knows them (spec §6): words, flags, help and examples. */
function defineVerbs(program, c, done, handlers = verbs) {
	program.enablePositionalOptions();
	const optionOf = (command, ...fields) => fields.reduce((so, field) => {
		const row = requestFields[field];
		if (row.flag === null) return so;
		return field === "repo" ? so.option(row.flag, row.flagMeans, row.default) : so.option(row.flag, row.flagMeans);
	}, command);
	const fleet = (command) => optionOf(command, "fleet", "lab").option("--key <file>", "private SSH key");
	const json = (command) => command.option("--json", "machine-readable output on stdout");
	const planned = (command) => optionOf(json(fleet(command)).argument("[project]").argument("[focus]").argument("[criteria]").argument("[proof]"), ...flaggedFields.map(({ field }) => field).filter((field) => field !== "fleet" && field !== "lab"));
	planned(program.command("start").description("Interview, plan, confirm; then build, deploy, test and prove.")).option("--yes", "confirm the plan").addHelpText("after", "\nExamples:\n  vps-test start                                        # asks\n  vps-test start testnet connectivity threshold all-evidence --repo examples/testnet --fleet lab --yes").action(async (project, focus, criteria, proof, flags) => done(await handlers.start(c, words(project, focus, criteria, proof), flags)));
	planned(program.command("plan").description("Print what start would do; touch nothing.")).addHelpText("after", "\nExample:\n  vps-test plan testnet connectivity threshold logs --repo examples/testnet --fleet lab").action(async (project, focus, criteria, proof, flags) => done(await handlers.plan(c, words(project, focus, criteria, proof), flags)));
	const remote = (command) => command.option("--remote <url>", "the ledger on the branch vps-test-ledger of this git repository, instead of this machine's; GitHub's by the token in GH_TOKEN, or by SSH");
	const at = (flags) => flags.remote === void 0 ? c : {
		...c,
		sessions: remoteSessions({
			url: flags.remote,
			authorization: authorizationFor(flags.remote, c.login),
			secrets: c.login === void 0 ? [] : [c.login.token],
			dir: join(c.scratch, ".."),
			signal: c.signal
		})
	};
	defineTest(json(remote(program.command("test").description("Single attempts of an earlier session once more: those that failed, or a pair."))), at, done, handlers);
	const one = (command) => command.option("--session <id>", "this session only");
	json(remote(program.command("status").description("All sessions."))).action(async (flags) => done(await handlers.status(at(flags), flags)));
	one(json(remote(program.command("logs").description("Transitions of the newest session of a project, or of the one that is named.").argument("<project>")))).action(async (project, flags) => done(await handlers.logs(at(flags), project, flags)));
	one(remote(program.command("stop").description("End a session and the run that works on it, and give its leases back.").argument("<project>").addOption(new Option("--services <what>", "its services on the nodes: keep them running, or remove them with their data").choices([...serviceWishes]).default("keep")).option("--key <file>", "private SSH key"))).addHelpText("after", "\nExamples:\n  vps-test stop testnet                        # the services stay as they are: a stop takes nothing away unasked\n  vps-test stop testnet --services remove      # units, releases and data of the session's service go too").action(async (project, flags) => done(await handlers.stop(at(flags), project, {
		...flags,
		key: keyFile(flags.key)
	})));
	one(json(remote(program.command("soak").description("Take the soak checkpoints that are due; record what was missed.").option("--watch", "stay and take each one when it is due").option("--key <file>", "private SSH key")))).addHelpText("after", "\nExamples:\n  vps-test soak                 # one tick: for a timer\n  vps-test soak --watch         # until every session has ended or waits for a person").action(async (flags) => done(await handlers.soak(at(flags), {
		...flags,
		key: keyFile(flags.key)
	})));
	one(remote(program.command("approve").description("Say yes to a session that waits for approval (proof manual-verify).").argument("[project]").option("--reject", "say no").option("--comment <text>", "why"))).action(async (project, flags) => done(await handlers.approve(at(flags), project, flags)));
	json(fleet(program.command("diagnose").description("Services, disk, memory, sockets and leases of one node.").argument("<node>"))).action(async (node, flags) => done(await handlers.diagnose(c, node, {
		...flags,
		key: keyFile(flags.key)
	})));
	program.command("init").description("Write workflows and a configuration into a repository; overwrite nothing.").option("--dir <dir>", "the Cargo workspace to be tested", ".").option("--ref <ref>", "tag or commit of vps-test", `v${c.version}`).option("--fleet <name|file>", "fleet of the runs").addHelpText("after", "\nExample:\n  vps-test init --dir ../saorsa-testnet").action(async (flags) => done(await handlers.init(c, flags)));
	defineCheck(program, c, done, handlers);
	defineNotify(program, c, done, handlers);
	json(remote(program.command("verify").description("Judge an evidence folder again, offline unless a remote is named.").argument("<folder>").option("--ledger <dir>", "clone of the repository whose branch vps-test-ledger anchors it"))).addHelpText("after", "\nOnly a ledger that you name, and that came to you by another way than the folder, is an anchor.\nExit codes: 0 valid and anchored, 31 valid and unanchored, 20 not valid, 2 no evidence folder.").action(async (folder, flags) => done(await handlers.verify(at(flags), folder, flags)));
	const list = json(fleet(program.command("nodes").description("Every node: online, declared NAT, measured NAT."))).option("--no-measure", "only ask who answers").action(async (flags) => done(await handlers.nodes(c, {
		...flags,
		key: keyFile(flags.key)
	})));
	fleet(list.command("trust").description("Show host keys and pin them in the fleet file after a yes.").argument("[node...]")).option("--yes", "the fingerprints were compared").action(async (names, flags) => {
		const { measure: _, ...given } = {
			...list.opts(),
			...flags
		};
		done(await handlers.trust(c, names, {
			...given,
			key: keyFile(given.key)
		}));
	});
	const held = json(fleet(program.command("lease").description("Who holds which node, for what, and how long yet."))).addHelpText("after", "\nExamples:\n  vps-test lease --fleet fleets/mine.yaml\n  vps-test lease break node-3 --fleet fleets/mine.yaml\n  vps-test lease break --all --session testnet-20261122-204512-1f3a --fleet fleets/mine.yaml --yes").action(async (flags) => done(await handlers.leases(c, {
		...flags,
		key: keyFile(flags.key)
	})));
	json(fleet(held.command("break").description("Take leases away, after a yes; it needs no ledger, so that a lost session can be ended.").argument("[node...]"))).option("--all", "of every node of the fleet").option("--session <id>", "of this session only").option("--yes", "nobody is asked").addHelpText("after", "\nA run that works under such a lease ends; its session can be continued by the same start.").action(async (names, flags) => {
		const given = {
			...held.opts(),
			...flags
		};
		done(await handlers.leaseBreak(c, names, {
			...given,
			key: keyFile(given.key)
		}));
	});
	const inLab = (command) => command.option("--lab <id>", "which lab, when several run");
	const labs = program.command("lab").description("Ten hosts with real NATs on this machine (root).");
	inLab(labs.command("up").description("Build the lab, measure its NATs.")).option("--topology <name or file>", "another topology: one that ships (`lab`, `saorsa`), or a file").option("--shaping <auto|none>", "none: no delay, no loss", "auto").option("--no-measure", "believe the topology").option("--seed <n>", "NATs whose ports follow from this number, so that a run can be repeated").action(async (flags) => done(await handlers.labUp(c, flags)));
	inLab(labs.command("down").description("Take it away, whatever state it is in.")).action(async (flags) => done(await handlers.labDown(c, flags)));
	json(inLab(labs.command("status").description("Power, systemd, declared and measured NATs."))).option("--no-measure", "do not measure").action(async (flags) => done(await handlers.labStatus(c, flags)));
	inLab(labs.command("shell").description("A root shell on a node.").argument("<node>")).action(async (node, flags) => done(await handlers.labShell(c, node, flags)));
	for (const parent of [labs, program]) json(parent.command("doctor").description("What this machine has and lacks.").option("--fix", "install with apt")).action(async (flags) => done(await handlers.doctor(c, flags)));
}
const words = (project, focus, criteria, proof) => Object.fromEntries(Object.entries({
	project,
	focus,
	criteria,
	proof
}).filter(([, v]) => v !== void 0));

// src/cli.ts
/** The command line: reads its surroundings, calls one verb, turns the answer into an exit code. */
const abort = new AbortController();
for (const signal of [
	"SIGINT",
	"SIGTERM",
	"SIGHUP"
]) process.on(signal, () => {
	if (abort.signal.aborted) process.exit(130);
	process.stderr.write(`\n${signal}: cleaning up; once more to leave at once\n`);
	abort.abort(new Error(signal));
});
let unsaid;
for (const stream of [process.stdout, process.stderr]) stream.on("error", (error) => {
	if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") unsaid ??= error;
});
if (process.argv[2] === "verify") setFlagsFromString("--optimize-for-size");
const context = contextOf({
	env: takeEnvironment(hiddenEnvironment),
	cwd: process.cwd(),
	home: homedir(),
	directory: import.meta.dirname,
	signal: abort.signal,
	version
});
const announced = await openAnnouncer(context);
const program = new Command("vps-test").description("From a commit to a witnessed proof.").version(version).exitOverride();
let code = exitCodes.harness;
defineVerbs(program, {
	...context,
	sessions: announced.over(context.sessions)
}, (value) => {
	code = value;
});
try {
	await program.parseAsync();
} catch (error) {
	code = explain(context, error);
}
if (!abort.signal.aborted) await announced.settle(abort.signal);
process.exitCode = abort.signal.aborted ? 130 : code;
process.once("exit", () => {
	if (unsaid !== void 0 && process.exitCode === exitCodes.passed) process.exitCode = explain(context, unsaid);
});
setTimeout(() => process.exit(), 3e3).unref();

export {  };