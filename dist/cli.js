#!/usr/bin/env node
import { i as __toESM } from "./chunks/rolldown-runtime.js";
import { n as Option, t as Command } from "./chunks/commander.js";
import { $ as cancelled, $n as pageText, $r as hostPort, $t as parseFleet, A as approve$1, Ai as isSealed, Ar as randomInt$1, At as settledCode, B as loadProfiles, Bn as diagnosisSection, Br as itemsFile, Bt as fingerprint, C as nextStep, Ca as exitCodes, Cn as storedSession, Cr as dialledAs, Ct as readNotes, D as noSession, Da as version, Di as fold, Dr as testTurn, Dt as leasesOn, E as namedSession, Ea as failures, Ei as writerText, En as gitAt, Er as failedOf, Et as isOdd, F as newSession, Fr as readPeerId, Ft as worldIn, G as readCargo, Gi as planDigest, Gn as fitted, Gt as refusedStart, H as parseProfile, Ht as hostKeyOf, I as resumeInterrupted, Ir as eventIn, It as readProgress, J as printLabStatus, Ji as groupName, Jr as quantileOf, Jt as folder, K as down, Ki as countOf, Kr as folderOf, Kt as orAbort, L as planText, Lr as textAt, Lt as eachAddress, Mn as readerOf, Mr as switchOn, Mt as loadFleet, N as waitsOn, Nt as readInput, O as sessionById, Oi as hasPlan, Or as installProber, Ot as planFleet, P as leftBehind, Pn as driverOf, Pt as readOnlyWorld, Q as chosenFleet, Qr as withPorts, R as makePlan, Rt as overWire, S as status, Sa as exitCodeOf, Si as fleetReference, Sn as sessionsIn, Sr as suiteIds, St as note, T as named, Ti as heartbeatMs, Tn as GitError, Tr as natName, Tt as breakLeases, U as knownFailuresFor, V as profilesFor, Vt as hostKeyLine, W as manifestsIn, Wn as shortNames, Wt as reasonOf, X as up, Xi as outcomesOf, Xr as deployedUnitOf, Xt as findWay, Y as shell, Yi as groupsOf, Yt as replaceFile, Z as nodes, Zn as blockText, Zr as unitOf, Zt as removed, _ as settleServices, _a as messageOf, _i as takeLeases, _r as parseSurvey, aa as checkpointStates, ai as fleetOf$1, an as beginSession, ar as inline, at as usualWishes, b as lookAtReleases, ba as machineFault, bi as listNodes, br as logKey, ci as subjectOf, cn as pushSession, ct as confirmation, da as traitsOf, di as keptBinary, dn as bundleIn, dr as present$1, dt as fieldRows, ea as busyPolicies, ei as dataDir, en as parseYaml, er as plain, et as findProjectFile, f as stop, fa as faultText, fn as check, fr as strong, ft as flagOf, ga as iso, h as serviceLines, ha as duration, hi as giveLeasesBack, hr as toned, ht as requestFields, i as takeEnvironment, ia as checkpointRows, in as isRecord, it as projectFiles, j as waitingFor, ji as isTest, jn as run, jr as receiveOn, jt as keyFile, k as diagnose, ki as isPersonsPlan, kr as randomHex, kt as exitCode, la as isFinal, li as testsOf, m as rollServicesBack, ma as amount, mn as cloneAt, mr as text, mt as fromConfiguration, n as hiddenEnvironment, na as canonical, ni as removeUnit, nn as hint, nt as parseProject, oa as configKey, oi as originOf$1, on as confirmSession, or as joined, ot as choose, p as allSettled, pa as sortFaults, pn as proofText, pr as table, pt as formFields, q as examine, qi as countsText, qr as independentDifference, qt as authorizationFor, r as openAnnouncer, ra as sha256, ri as ownersDir, rn as hostKey, rt as parseProjectAll, s as deliver, sa as firstLoop, sn as newestPlan, st as parseRequest, t as contextOf, ti as journal, tn as yamlOptions, tt as fleetNamed, ur as paragraph, ut as defaultFleet, v as withLeasesBack, va as printable, vi as onEachNode, vr as survey, vt as duties, w as logs$1, wn as storedSessions, x as parseReleases, xa as Failure, xi as quote, xn as remoteSessions, xr as repeatPlan, xt as writerEnded, y as dropReleases, ya as stripHidden, yi as diagnoseNode, yr as diagnosisOf, yt as take, z as plannedEnclosure, zt as everyAlgorithm } from "./chunks/shared.js";
import { t as require_dist } from "./chunks/yaml.js";
import { t as require_lib } from "./chunks/ssh2.js";
import { basename, dirname, join, relative, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { lstat, mkdir, open, readFile, readdir, rename } from "node:fs/promises";
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { homedir } from "node:os";
import { setFlagsFromString } from "node:v8";

// src/app/remote-forge.ts
/** Null: no token, or none of that site, which alone may see it; or no URL of a repository. */
async function remoteForge(url, login, signal) {
	const named = repositoryIn(url);
	if (login === void 0 || named === null || named.origin !== new URL(login.server).origin) return null;
	const { openForge } = await import("./chunks/late-forge.js");
	const apiUrl = named.origin === "https://github.com" ? "https://api.github.com" : `${named.origin}/api/v3`;
	return openForge({
		repository: named.repository,
		token: login.token,
		apiUrl,
		signal
	});
}
function repositoryIn(url) {
	if (!URL.canParse(url)) return null;
	const { protocol, origin, pathname } = new URL(url);
	const [, repository] = /^\/([\w.-]{1,100}\/[\w.-]{1,100}?)(?:\.git)?\/?$/.exec(pathname) ?? [];
	return protocol !== "https:" || repository === void 0 ? null : {
		origin,
		repository
	};
}

// src/cli/define-check.ts
function defineCheck(program, c, done, handlers) {
	const { fleet, lab } = requestFields;
	program.command("check").description("Check profiles, fleets and configurations: every fault of all files at once.").argument("<file...>").option(fleet.flag, fleet.flagMeans).option(lab.flag, lab.flagMeans).option("--key <file>", "private SSH key").option("--json", "machine-readable output on stdout").option("--try <node>", "start the one profile's program on this node, say what is read of it, take it away").option("--binary <file>", "the program that is tried").addHelpText("after", "\nExamples:\n  vps-test check vps-test.yaml profiles/mine.yaml\n  vps-test check profiles/mine.yaml --try saorsa-7 --fleet lab --binary ./my-program\nExit codes: 0 no fault, 2 faults; a program that cannot be tried ends as a deploy of it would.").action(async (files, flags) => done(await handlers.check(c, files, {
		...flags,
		key: keyFile(flags.key)
	})));
}

// src/cli/define-status.ts
function defineStatus(command, at, done, handlers) {
	command.argument("[project]").option("-w, --watch", "one session on one screen until it ends; Ctrl-C leaves it running").option("--session <id>", "with --watch: this session (default: the newest that runs)").option("--all", "ended sessions too, however many (default: the newest 10)").addHelpText("after", `
--watch shows the state, progress by stage and node, the pairs as they are tried, and the time until the next checkpoint.
Without a terminal it prints a line for each thing that is new. Of a session in a repository (--remote) only its ledger is seen.

Examples:
  vps-test status
  vps-test status testnet --watch
  vps-test status --watch --remote https://github.com/me/testnet.git
Exit codes: 0; with --watch that of the session's end (20 failed, 30 inconclusive, 10 infrastructure), 130 after Ctrl-C.`).action(async (project, flags) => done(flags.watch === true ? await handlers.watch(at(flags), project, flags) : await handlers.status(at(flags), {
		...flags,
		...project === void 0 ? {} : { project }
	})));
}

// src/cli/define-test.ts
/** The verb `test` as the command line knows it. */
function defineTest(command, at, done, handlers) {
	command.option("--failed <session>", "every attempt that failed in the newest test of this session").option("--session <session>", "the session whose pairs are named").option("--pair <caller:callee[:suite]>", "this ordered pair alone; again for more of them", (text, all) => [...all, text], []).option("--binary <file>", "the same program, where this machine has not kept it").option("--key <file>", "private SSH key (default: as the session was started)").addOption(new Option("--on-busy <policy>", "when another session holds the fleet").choices([...busyPolicies])).option("--yes", "confirm the plan").addHelpText("after", "\nPlan, fleet, profile and program are those of the session; the program is deployed where it does not lie.\nA few attempts are no whole test: one that fails again makes it failed (20), and else it is inconclusive (30), never passed.\n\nExamples:\n  vps-test test --failed testnet-20261122-204512-1f3a --yes\n  vps-test test --session testnet-20261122-204512-1f3a --pair saorsa-3:saorsa-7\n  vps-test test --session testnet-20261122-204512-1f3a --pair saorsa-3:saorsa-7:throughput").action(async (flags) => done(await handlers.test(at(flags), flags)));
}

// src/cli/define-history.ts
function defineHistory({ history, compare }, at, done, handlers) {
	history.argument("[project]").option("--limit <n>", "the newest so many (default: 20)").addHelpText("after", `
Examples:
  vps-test history testnet
  vps-test history --remote https://github.com/me/testnet.git --limit 100
  vps-test history testnet --json | jq -r '.[] | select(.verdict == "failed") | .session'
Exit codes: 0 told, 2 no such project.`).action(async (project, flags) => done(await handlers.history(at(flags), project, flags)));
	compare.argument("<session>", "as it was before: its id, or as much of it as is one session only").argument("<session>", "as it is now").addHelpText("after", `
Of the newest test of each: what was changed in plan and program; each group's rate, the difference in points, and where
it lies with 95 % confidence (Newcombe); pairs that fail in one alone; NATs that were measured differently; errors and
warnings that are new, gone, or twice as often. Of a lab's and a fleet's session also where each failing pair belongs.
NATs and logs need the evidence on this machine.

Examples:
  vps-test compare testnet-20261122-204512-1f3a testnet-20261123-091500-77c0
  vps-test compare 1f3a 77c0 --json | jq '.pairs'
Exit codes: 0 compared, whatever came of it; 2 no such session, or one without a test that ended.`).action(async (first, second, flags) => done(await handlers.compare(at(flags), first, second, flags)));
}

// src/cli/define-explain.ts
function defineExplain(command, at, done, handlers) {
	command.argument("<project>").option("--session <id>", "this session only (default: the newest that failed)").addHelpText("after", `
Each cause is told with whose it is, how much of the failure it explains, the lines that it rests on with the file that
holds them, and a command to look further. A diagnosis decides no verdict; where the first cause is not the program's,
no fix is tried.

Examples:
  vps-test explain testnet
  vps-test explain testnet --session testnet-20261122-204512-1f3a --json | jq -r '.causes[0].look'
Exit codes: 0 told, 2 no such session.`).action(async (project, flags) => done(await handlers.explainFailure(at(flags), project, flags)));
}

// src/cli/define-logs.ts
/** The verb `logs` as the command line knows it. */
function defineLogs(command, at, done, handlers) {
	command.argument("<project>").option("--session <id>", "this session only (default: the newest)").option("-n, --node <name>", "of this node alone; again for more of them", (text, all) => [...all ?? [], ...text.split(",")]).option("-f, --follow", "go on until Ctrl-C").option("--since <when>", "10m, 2h, 1d, or a date (UTC)").option("--grep <pattern>", "lines that match (RE2 syntax)").option("--lines <n>", "the newest so many of each node (default: 200; with --since or --grep 20000)").addOption(new Option("--from <where>", "default: the nodes while the session lasts, then the evidence").choices(["nodes", "evidence"])).option("--transitions", "the session's own steps alone; asks no node").option("--key <file>", "private SSH key (default: as the session was started)").addHelpText("after", `
Lines of all nodes are merged by the nodes' own clocks; --json prints one object a line: at, node (null: the session), text.

Examples:
  vps-test logs testnet
  vps-test logs testnet --follow --node saorsa-3
  vps-test logs testnet --since 10m --grep 'error|panicked'
  vps-test logs testnet --session testnet-20261122-204512-1f3a --from evidence
Exit codes: 0 read, 2 no such session or node, 10 no log could be read.`).action(async (project, flags) => done(await handlers.logs(at(flags), project, {
		...flags,
		key: keyFile(flags.key)
	})));
}

// src/cli/define-nodes.ts
function defineNodes(program, c, done, handlers, { fleet, json }) {
	const list = json(fleet(program.command("nodes").description("Every node: who answers, what runs there, how it is, what NAT it has."))).option("--measure", "measure the NATs now; it takes some seconds").option("--no-measure", "NATs as they were measured last (default)").addHelpText("after", `
Columns that do not fit the terminal are left out, the least important first; --json has all of them.
  runs      by the kernel: the start of the release's SHA-256, and its unit; ↻ how often systemd restarted it
  latency   there and back over the SSH connection, by the node's kernel
  clock     the node's clock against ours; ±: no difference beyond what the call took

Examples:
  vps-test nodes --fleet fleets/mine.yaml
  vps-test nodes --fleet lab --measure
  vps-test nodes --fleet lab --json | jq -r '.[] | select(.online | not) | .name'
Exit codes: 0 all answer, 10 some do not.`).action(async (flags) => done(await handlers.nodes(c, {
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
	json(fleet(program.command("diagnose").description("One node looked at whole: the way to it, its machine, what runs there, and what to do.").argument("<node>"))).addHelpText("after", `
Nothing is changed. What is wrong stands at the end, each with a command.

Examples:
  vps-test diagnose node-3 --fleet fleets/mine.yaml
  vps-test diagnose saorsa-4 --fleet lab --json | jq .todo
Exit codes: 0 looked at, 2 no such node or no key, 10 the way to it is broken: where, is told.`).action(async (node, flags) => done(await handlers.diagnose(c, node, {
		...flags,
		key: keyFile(flags.key)
	})));
}

// src/cli/define-gc.ts
const words$2 = `
Here: folders of sessions that ended (evidence, builds, fixes), ledgers of which every session ended, copies of remote
ledgers, build directories and kept programs. With --nodes: releases of the projects of this machine's ledgers, on that fleet.
Never: what a living session uses, a session whose stop is not done, a damaged ledger, a branch of a repository; on nodes
never the current release, the one before it, and the one that runs.

Examples:
  vps-test gc --dry-run
  vps-test gc --older-than 2w --yes
  vps-test gc --nodes --fleet fleets/mine.yaml --dry-run
Exit codes: 0 done, 2 nobody said yes, 10 something could not be taken away.`;
function defineGc(command, c, done, handlers) {
	command.description("Take away what is old and in nobody's use.").option("--older-than <age>", "hours, days or weeks: 12h, 30d, 2w", "30d").option("--dry-run", "show what would go, with sizes; change nothing").option("--nodes", "old releases on the nodes of a fleet too").option("--yes", "nobody is asked").addHelpText("after", words$2).action(async (flags) => done(await handlers.gc(c, {
		...flags,
		key: keyFile(flags.key)
	})));
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

// src/cli/define-rollback.ts
const rollbackWords = `
Shows what each node would get, asks, switches one node, then the rest, and reads from the kernel what runs there then.
A release runs by the unit that it was deployed with. Typed twice it goes back once: to go on to another, name it by --to.

Examples:
  vps-test rollback testnet                              # what was current before the last deploy
  vps-test rollback testnet --to 3f2a9c --yes            # a release by the beginning of its SHA-256
  vps-test rollback testnet --nodes saorsa-3,saorsa-4
Exit codes: 0 every node runs it, 2 a node has no such release (nothing was changed) or nobody said yes, 10 not done on every node.`;
const removeWords = `
Takes units, releases and data off every node that the project's sessions deployed to. Other projects stay as they are, and
so does what lies on this machine: vps-test gc. Refused while a session of it lives. Cut off: type it again.

Examples:
  vps-test remove testnet
  vps-test remove testnet --fleet fleets/mine.yaml --yes
Exit codes: 0 nothing of it is left, 2 nobody said yes, 10 not done on every node.`;
function defineRollback(common, program, at, done, handlers) {
	const ofProject = (command) => common(command).argument("<project>").option("--fleet <name|file>", "where it was deployed on several, this fleet").option("--key <file>", "private SSH key").option("--yes", "nobody is asked");
	ofProject(program.command("rollback").description("Every node of a project back to the release before.")).option("--to <sha256>", "to this release, by the beginning of its hash").option("--nodes <names>", "these nodes alone, separated by commas").addHelpText("after", rollbackWords).action(async (project, flags) => done(await handlers.rollback(at(flags), project, {
		...flags,
		key: keyFile(flags.key)
	})));
	ofProject(program.command("remove").description("A project's units, releases and data off its nodes.")).addHelpText("after", removeWords).action(async (project, flags) => done(await handlers.remove(at(flags), project, {
		...flags,
		key: keyFile(flags.key)
	})));
}

// src/cli/define-stop.ts
/** The verb `stop` as the command line knows it. */
const words$1 = `
The session ends in the ledger, with who and why; its run ends by itself, or is cancelled on GitHub where it waits there.
What the session started is stopped on its nodes; what was there before it, and every other project, stays as it is.
Then its leases are free. Cut off, or a node did not answer: the same command typed again goes on with it.

Examples:
  vps-test stop testnet --reason 'wrong branch'
  vps-test stop testnet --keep                 # the services run on
  vps-test stop testnet --rollback             # each node back to the release before, and that is verified
  vps-test stop testnet --session testnet-20261122-204512-1f3a
Exit codes: 0 done everywhere, 2 there is no such session, 10 not done on every node.`;
function defineStop(command, at, done, handlers) {
	command.description("End a session and the run that works on it; stop what it started; give its leases back.").argument("<project>").option("--reason <text>", "why, for the ledger and whoever reads it").addOption(new Option("--keep", "its services run on").conflicts("rollback")).addOption(new Option("--rollback", "its nodes go back to the release before").conflicts("keep")).option("--key <file>", "private SSH key").addHelpText("after", words$1).action(async (project, { keep, rollback, key, ...flags }) => {
		const services = keep === true ? "keep" : rollback === true ? "rollback" : "stop";
		done(await handlers.stop(at(flags), project, {
			...flags,
			services,
			key: keyFile(key)
		}));
	});
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
/** `approve`: a person's yes or no, typed on a command line, with what it is about before his eyes. */
async function approve(c, project, flags) {
	const waiting = await waitingFor(c, project, flags.session);
	for (const line of aboutLines(c, waiting)) c.terminal.info(line);
	if (c.terminal.interactive && flags.yes !== true) {
		const verb = flags.reject === true ? "reject" : "approve";
		if (await choose(`Do you ${verb} it?`, [{
			value: "no",
			description: "leave it as it is: it waits on"
		}, {
			value: "yes",
			description: verb
		}]) !== "yes") throw new Failure({
			code: "U043",
			message: `${waiting.session.id} waits on: nothing was decided`
		});
	}
	const { session } = await approve$1(c, project, {
		...flags,
		session: waiting.session.id
	});
	if (session.by?.kind === "run") c.terminal.info(`${session.by.url}: run its jobs report and vps-test again, so that the checks say so too`);
	return exitCodes.passed;
}
/** What a yes would stand for. */
function aboutLines(c, { project, session, entries }) {
	const test = testsOf(entries).at(-1);
	const commit = session.origin?.commit;
	return [
		`${session.id}, project ${project}${commit === void 0 || commit === null ? "" : `, commit ${commit.slice(0, 12)} ${stripHidden(subjectOf(entries) ?? "", 80)}`}`,
		...test === void 0 ? [] : [`test ${session.counters.tests}: ${test.result}, ${countsText(test.counts)}`, `proof: ${join(c.sessions.folderOf(project, session.id), test.proofPage)}`],
		...session.waitUntil === null ? [] : [`it waits for ${duration(Math.max(0, session.waitUntil - c.clock.now()))} yet`]
	];
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
			localPort: randomInt$1(world, 10500, 20900),
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
		const done = await (await after.remote(node.name)).run(removeUnit(service, installPath, plan.config.project, {
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
		profile: withPorts(profile, profile.project, fleet)
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
	const known = await knownFailuresFor({
		dir,
		text,
		file
	});
	return parseProjectAll(text, file, {
		profiles,
		files,
		known,
		...fleet === void 0 ? {} : { fleet }
	}).map((p) => `${p.project} (profile ${p.profile})`).join(", ");
}
/** The directory in which the file is found as a configuration; else its own. */
function repositoryOf$1(file) {
	const name = projectFiles.find((f) => file.endsWith(`/${f}`) && existsSync(join(file.slice(0, -f.length), f)));
	return name === void 0 ? dirname(file) : file.slice(0, -name.length);
}

// src/domain/compare-sessions.ts
/** Two sessions side by side: what was another plan or program, what came of each group and pair, and where a failure belongs. */
function compareSessions(a, b) {
	const [labA, labB] = [a, b].map((s) => s.plan?.fleet.lab !== void 0);
	const lab = labA === labB ? null : labA === true ? "a" : "b";
	return {
		changed: changesOf(a, b),
		rates: ratesOf(a.counts, b.counts),
		pairs: a.outcomes === null || b.outcomes === null ? null : pairsOf(a.outcomes, b.outcomes, lab),
		nats: a.nats === null || b.nats === null ? null : natsOf(a.nats, b.nats),
		logs: a.logs === null || b.logs === null ? null : logsOf(a.logs, b.logs),
		lab
	};
}
function changesOf(a, b) {
	return [
		[
			"project",
			a.project,
			b.project
		],
		[
			"commit",
			short$1(a.commit),
			short$1(b.commit)
		],
		[
			"binary",
			short$1(a.binary),
			short$1(b.binary)
		],
		...a.plan === null || b.plan === null ? [] : planChanges(a.plan, b.plan)
	].filter(([, x, y]) => x !== y).map(([what, x, y]) => ({
		what,
		a: x,
		b: y
	}));
}
const short$1 = (digest) => digest?.slice(0, 12) ?? "–";
/** What decides a test, each leaf by its path. Steps, estimates and the order of pairs follow from these. */
function planChanges(a, b) {
	const decided = ({ answers, config, profile, nodes, soak, only, expression, seed, fleet }) => ({
		answers: Object.fromEntries(Object.entries(answers).map(([k, v]) => [k, v.value])),
		config: {
			...config,
			origin: void 0,
			warnings: void 0
		},
		profile,
		nodes,
		soak,
		only,
		expression,
		seed,
		fleet: {
			name: fleet.name,
			ports: fleet.ports,
			nodes: Object.fromEntries(fleet.nodes.map((n) => [n.name, {
				role: n.role,
				nat: n.nat,
				runtime: n.runtime.kind
			}]))
		}
	});
	const [x, y] = [leaves(decided(a)), leaves(decided(b))];
	return [.../* @__PURE__ */ new Set([...x.keys(), ...y.keys()])].sort().map((path) => [
		path,
		x.get(path) ?? "–",
		y.get(path) ?? "–"
	]);
}
function leaves(value, path = "", into = /* @__PURE__ */ new Map()) {
	if (typeof value === "object" && value !== null && !Array.isArray(value)) for (const [key, of] of Object.entries(value)) leaves(of, path === "" ? key : `${path}.${key}`, into);
	else if (value !== void 0) into.set(path, typeof value === "string" ? value : canonical(value));
	return into;
}
function ratesOf(a, b) {
	const z = quantileOf(.95);
	return [...groupsOf(b), ...groupsOf(a).filter(({ suite, group }) => countOf(b, suite, group) === null)].map(({ suite, group }) => {
		const [x, y] = [countOf(a, suite, group), countOf(b, suite, group)];
		return {
			suite,
			group,
			a: x,
			b: y,
			difference: !(x !== null && y !== null && x.attempts > 0 && y.attempts > 0) ? null : {
				points: 100 * (y.successes / y.attempts - x.successes / x.attempts),
				interval: independentDifference(y, x, z)
			}
		};
	});
}
function pairsOf(a, b, lab) {
	const subjects = /* @__PURE__ */ new Map();
	for (const outcomes of [a, b]) for (const [suite, groups] of Object.entries(outcomes)) for (const [group, of] of Object.entries(groups)) for (const subject of Object.keys(of)) subjects.set(JSON.stringify([suite, subject]), [
		suite,
		group,
		subject
	]);
	return [...subjects.values()].flatMap(([suite, group, subject]) => {
		const [x, y] = [fateIn(a, suite, subject), fateIn(b, suite, subject)];
		const belongs = lab === null ? null : belongsTo(lab === "a" ? x : y, lab === "a" ? y : x);
		return x !== y && (x === "bad" || y === "bad") || belongs !== null ? [{
			suite,
			group,
			subject,
			a: x,
			b: y,
			belongs
		}] : [];
	});
}
/** A pair's class follows from measured NATs, and may be another in each session: it is looked for in all. */
function fateIn(outcomes, suite, subject) {
	const letters = (Object.hasOwn(outcomes, suite) ? Object.values(outcomes[suite] ?? {}) : []).map((of) => Object.hasOwn(of, subject) ? of[subject] ?? "" : "").join("");
	return letters.includes("0") ? "bad" : letters.includes("1") ? "good" : "none";
}
function belongsTo(onLab, onFleet) {
	if (onLab === "none" || onFleet === "none" || onLab === "good" && onFleet === "good") return null;
	return onLab === "good" ? "environment" : onFleet === "good" ? "lab" : "product";
}
const natsOf = (a, b) => [...new Set([...a, ...b].map((m) => m.node))].flatMap((node) => {
	const [x, y] = [a, b].map((of) => of.find((m) => m.node === node));
	const [was, is] = [x, y].map((m) => m === void 0 ? "not measured" : natName(m));
	return was === is ? [] : [{
		node,
		change: `${was} → ${is}`
	}];
});
function logsOf(a, b) {
	const [x, y] = [a, b].map(({ templates }) => new Map(templates.map((t) => [logKey(t), t])));
	return [.../* @__PURE__ */ new Set([...x?.keys() ?? [], ...y?.keys() ?? []])].flatMap((key) => {
		const [before, now] = [x?.get(key), y?.get(key)];
		const known = now ?? before;
		if (known === void 0 || known.level === "other") return [];
		const [was, is] = [before?.count ?? 0, now?.count ?? 0];
		return was === 0 || is === 0 || Math.max(was, is) >= 2 * Math.min(was, is) && Math.abs(is - was) >= 10 ? [{
			level: known.level,
			template: known.template,
			a: was,
			b: is
		}] : [];
	});
}

// src/report/session-comparison.ts
const most = {
	changes: 60,
	pairs: 60,
	logs: 40
};
const tones$1 = {
	passed: "good",
	failed: "bad",
	inconclusive: "warn"
};
function comparisonHead(a, b) {
	const row = (name, s) => [
		name,
		s.session,
		toned(s.result, tones$1[s.result]),
		s.plan?.fleet.name ?? "",
		iso(s.at).slice(0, 16).replace("T", " "),
		countsText(s.counts)
	];
	return {
		id: "compared",
		title: `${a.session} → ${b.session}`,
		blocks: [table([
			"",
			"session",
			"verdict",
			"fleet",
			"tested",
			"counted"
		], [row("A", a), row("B", b)])]
	};
}
const comparisonSections = (of) => present$1([
	changes(of),
	rates(of),
	pairsSection(of),
	nats(of),
	logs(of)
]);
const section = (id, title, blocks) => ({
	id,
	title,
	blocks
});
const more = (all, shown) => all > shown ? [paragraph(`and ${all - shown} more (--json has all)`)] : [];
const changes = ({ changed }) => section("changed", "What was changed", changed.length === 0 ? [paragraph("Nothing: the same plan, the same program.")] : [table([
	"",
	"A",
	"B"
], changed.slice(0, most.changes).map((c) => [
	c.what,
	text(c.a, 60),
	text(c.b, 60)
])), ...more(changed.length, most.changes)]);
function rates({ rates: all }) {
	const several = new Set(all.map((r) => r.suite)).size > 1;
	return section("rates", "Rates", [table([
		"group",
		"A",
		"B",
		"points",
		"95 % interval",
		""
	], all.map((r) => [
		groupName(r, several),
		share(r.a),
		share(r.b),
		r.difference === null ? "" : signed(r.difference.points),
		r.difference === null ? "" : `${signed(100 * r.difference.interval.low)} to ${signed(100 * r.difference.interval.high)}`,
		meaning(r)
	]), [
		"left",
		"right",
		"right",
		"right",
		"right"
	])]);
}
const share = (c) => c === null ? "–" : c.attempts === 0 ? "0/0" : `${c.successes}/${c.attempts} ${(100 * c.successes / c.attempts).toFixed(1)} %`;
const signed = (points) => `${Math.abs(points) < .05 ? "±" : points < 0 ? "−" : "+"}${Math.abs(points).toFixed(1)}`;
/** Chance is no change. */
function meaning({ difference }) {
	if (difference === null) return toned("not comparable", "dim");
	const { low, high } = difference.interval;
	if (high < 0) return toned("worse", "bad");
	return low > 0 ? toned("better", "good") : toned("no difference shown", "dim");
}
function pairsSection({ pairs, lab }) {
	if (pairs === null) return section("pairs", "Pairs", [paragraph("Not told: the outcomes of one of them are not at hand.")]);
	const kinds = [
		["newly failing", (p) => p.b === "bad" && p.a === "good"],
		["newly passing", (p) => p.a === "bad" && p.b === "good"],
		["failing, and not counted in the other", (p) => [p.a, p.b].includes("bad") && [p.a, p.b].includes("none")],
		["failing in both", (p) => p.a === "bad" && p.b === "bad"]
	];
	const rows = kinds.flatMap(([kind, is]) => pairs.filter(is).map((p) => ({
		kind,
		p
	})));
	return section("pairs", "Pairs", rows.length === 0 ? [paragraph("None fails in one of them alone.")] : [
		paragraph(joined(kinds.flatMap(([kind, is]) => pairs.some(is) ? [`${kind}: ${pairs.filter(is).length}`] : []), "; ")),
		table([
			"",
			"pair",
			"group",
			"A",
			"B",
			...lab === null ? [] : ["belongs to"]
		], rows.slice(0, most.pairs).map(({ kind, p }) => [
			kind,
			p.subject,
			p.group,
			fate(p.a),
			fate(p.b),
			...lab === null ? [] : [belongs(p)]
		])),
		...more(rows.length, most.pairs),
		...lab === null ? [] : [paragraph(inline`${lab === "a" ? "A" : "B"} is a lab's. What fails on both belongs to the product; what fails on the fleet alone to its environment, as far as the lab is like it.`)]
	]);
}
const fate = (of) => of === "good" ? toned("passed", "good") : of === "bad" ? toned("failed", "bad") : toned("not counted", "dim");
const belongs = ({ belongs: whose }) => whose === null ? "" : whose === "product" ? toned("product", "bad") : whose === "environment" ? toned("environment", "warn") : "lab alone";
function nats({ nats: all }) {
	if (all === null) return section("nats", "NATs", [paragraph("Not told: the evidence of one of them is not at hand.")]);
	return section("nats", "NATs", all.length === 0 ? [paragraph("Each node was measured alike in both.")] : [table(["node", "change"], all.map(({ node, change }) => [node, change]))]);
}
function logs({ logs: all }) {
	if (all === null) return section("logs", "Logs", [paragraph("Not told: the evidence of one of them is not at hand.")]);
	return section("logs", "Errors and warnings in the logs", all.length === 0 ? [paragraph("None is new, gone, or twice as often.")] : [
		paragraph(amount(all.length, "template")),
		table([
			"",
			"A",
			"B",
			"template"
		], all.slice(0, most.logs).map((l) => [
			l.a === 0 ? toned("new", l.level === "error" ? "bad" : "warn") : l.b === 0 ? toned("gone", "good") : l.b > l.a ? "more often" : "less often",
			String(l.a),
			String(l.b),
			text(l.template, 160)
		]), [
			"left",
			"right",
			"right"
		]),
		...more(all.length, most.logs)
	]);
}

// src/app/compare.ts
/** `history` and `compare`: what sessions there were, and how two of them differ. */
const usualLimit = 20;
/** Newest first. */
async function history(c, project, flags) {
	if (flags.limit !== void 0 && !/^[1-9]\d{0,5}$/.test(flags.limit)) throw new Failure({
		code: "U013",
		message: `--limit ${JSON.stringify(stripHidden(flags.limit, 80))}: it is no number from 1 on`,
		remedy: "vps-test history --limit 50"
	});
	const sorted = (project === void 0 ? (await sessionsIn(c.sessions)).whole : await named(c, project, void 0)).toSorted((a, b) => b.session.startedAt - a.session.startedAt);
	const rows = sorted.slice(0, Number(flags.limit ?? usualLimit)).map(rowOf);
	if (flags.json === true) c.terminal.print(JSON.stringify(rows));
	else if (rows.length === 0) c.terminal.print("no sessions yet");
	else {
		c.terminal.print(blockText(fitted(columns, rows, c.terminal.columns()), c.terminal.palette));
		if (rows.length < sorted.length) c.terminal.info(`${sorted.length - rows.length} older ones: --limit ${sorted.length}`);
	}
	return exitCodes.passed;
}
function rowOf({ project, session, entries }) {
	const test = testsOf(entries).at(-1);
	const confirmed = entries.findLast((e) => e.event === "confirmed");
	return {
		session: session.id,
		project,
		startedAt: iso(session.startedAt),
		tookMs: session.changedAt - session.startedAt,
		state: session.state,
		ended: isFinal(session.state),
		verdict: test?.result ?? null,
		counts: test?.counts ?? null,
		tests: session.counters.tests,
		commit: session.origin?.commit ?? null,
		subject: subjectOf(entries),
		branch: session.origin?.branch ?? null,
		fleet: fleetOf$1(entries),
		who: confirmed?.event === "confirmed" ? confirmed.facts.confirmedBy : session.by === null ? null : writerText(session.by),
		why: session.why
	};
}
const tones = {
	passed: "good",
	failed: "bad",
	inconclusive: "warn"
};
const columns = [
	{
		title: "session",
		rank: 1,
		of: (r) => r.session
	},
	{
		title: "started",
		rank: 4,
		of: (r) => r.startedAt.slice(0, 16).replace("T", " ")
	},
	{
		title: "verdict",
		rank: 2,
		of: (r) => r.verdict === null ? toned("–", "dim") : toned(r.verdict, tones[r.verdict])
	},
	{
		title: "state",
		rank: 3,
		of: (r) => r.state
	},
	{
		title: "took",
		rank: 8,
		align: "right",
		of: (r) => duration(r.tookMs)
	},
	{
		title: "commit",
		rank: 5,
		of: (r) => r.commit?.slice(0, 10) ?? ""
	},
	{
		title: "counted",
		rank: 6,
		of: (r) => r.counts === null ? "" : countsText(r.counts)
	},
	{
		title: "fleet",
		rank: 9,
		of: (r) => r.fleet ?? ""
	},
	{
		title: "who",
		rank: 7,
		of: (r) => stripHidden(r.who ?? "", 40)
	},
	{
		title: "subject",
		rank: 10,
		cut: true,
		of: (r) => stripHidden(r.subject ?? "", 120)
	}
];
/** Of two sessions, the first as what it was before. */
async function compareTwo(c, first, second, flags) {
	const [a, b] = [await sideOf(c, await sessionById(c, first)), await sideOf(c, await sessionById(c, second))];
	const compared = compareSessions(a, b);
	c.terminal.print(flags.json === true ? JSON.stringify({
		a: headOf(a),
		b: headOf(b),
		...compared
	}) : pageText(comparisonHead(a, b), comparisonSections(compared), c.terminal.palette));
	return exitCodes.passed;
}
const headOf = ({ session, project, commit, binary, at, result, counts }) => ({
	session,
	project,
	commit,
	binary,
	at: iso(at),
	result,
	counts
});
/** By the ledger, and by the evidence of the newest test where this machine has it. */
async function sideOf(c, { project, session, entries }) {
	const test = testsOf(entries).at(-1);
	if (test === void 0) throw new Failure({
		code: "U053",
		message: `session ${session.id} has no test that ended: it stands in ${session.state}`,
		remedy: `vps-test history ${project}`
	});
	const evidence = await evidenceOf(c, project, session.id, test.folder);
	const begun = entries.findLast((e) => e.event === "begun");
	return {
		session: session.id,
		project,
		plan: entries.findLast(hasPlan)?.facts.plan ?? null,
		commit: session.origin?.commit ?? null,
		binary: begun?.event === "begun" ? begun.facts.binarySha256 : null,
		at: test.at,
		result: test.result,
		why: session.why,
		counts: test.counts,
		outcomes: test.outcomes ?? evidence?.outcomes ?? null,
		nats: evidence?.head.measurements.before ?? null,
		logs: evidence?.head.logs ?? null
	};
}
async function evidenceOf(c, project, session, folder) {
	if (!/^test-\d{1,6}$/.test(folder)) return null;
	try {
		const { bundle, verdict } = await bundleIn(join(c.sessions.folderOf(project, session), folder));
		return {
			head: bundle,
			outcomes: outcomesOf(verdict.suites)
		};
	} catch (error) {
		c.terminal.info(`the evidence of ${session} is not read: ${messageOf(error).split("\n")[0] ?? ""}`);
		return null;
	}
}

// src/adapters/disk.ts
/** How large a folder is and when anything in it was last changed; and taking it away so that a cut-off leaves no half. */
/** Links are not followed; what is gone meanwhile weighs nothing. Null: there is nothing. */
async function weightOf(path, signal) {
	signal.throwIfAborted();
	const own = await lstat(path).catch(() => null);
	if (own === null) return null;
	if (!own.isDirectory()) return {
		bytes: own.blocks * 512,
		at: own.mtimeMs
	};
	let [bytes, at] = [own.blocks * 512, own.mtimeMs];
	for (const name of await readdir(path).catch(() => [])) {
		const inner = await weightOf(join(path, name), signal);
		if (inner === null) continue;
		bytes += inner.bytes;
		at = Math.max(at, inner.at);
	}
	return {
		bytes,
		at
	};
}
const foldersIn = async (path) => (await readdir(path, { withFileTypes: true }).catch(() => [])).filter((d) => d.isDirectory()).map((d) => d.name);
/**
* Out of the way in one rename, then away: one that is killed in between leaves it in `bin`, which {@link emptied} takes.
* A build's user may own what is in it.
*/
async function thrownAway(path, bin, signal) {
	await mkdir(bin, { recursive: true });
	const there = join(bin, randomUUID());
	await rename(path, there);
	await gone(there, signal);
}
async function emptied(bin, signal) {
	if (await lstat(bin).catch(() => null) !== null) await gone(bin, signal);
}
/** A build directory may hold a million files. */
const longestMs = 18e5;
async function gone(path, signal) {
	await removed(path, (await findWay(signal)).way, longestMs);
	if (await lstat(path).catch(() => null) !== null) throw new Error(`${path} could not be taken away whole`);
}

// src/domain/garbage.ts
/** `alive`: projects of which a session lives, by what uses it. */
function sortFound(all, { before, alive }) {
	const old = all.filter((f) => f.at < before);
	const inUse = (f) => f.kind === "build" && f.project !== null ? alive.get(f.project) : void 0;
	return {
		goes: old.filter((f) => inUse(f) === void 0),
		kept: old.flatMap((found) => {
			const session = inUse(found);
			return session === void 0 ? [] : [{
				found,
				why: `session ${session} lives`
			}];
		})
	};
}
/** A ledger goes when all that it tells of ended long ago; a chain is never shortened. */
const ledgerGoes = (sessions, damaged, before) => damaged === 0 && sessions.length > 0 && sessions.every((s) => s.ended && s.changedAt < before);
/** Neither the current one, nor the one before, nor what runs: those a person may need tonight. */
const releasesThatGo = (releases, keep, before) => releases.filter((r) => r.at < before && !keep.includes(r.sha256));

// src/app/agreement.ts
/** A person's yes to what changes nodes: asked on a terminal, given by `--yes` elsewhere, never assumed. */
async function agreed$1(c, flags, { text, yes, line }) {
	if (flags.yes === true) return true;
	if (flags.json === true || !c.terminal.interactive) throw new Failure({
		code: "U101",
		message: `this needs a yes: ${yes}`,
		remedy: line
	});
	return await choose(text, [{
		value: "yes",
		description: yes
	}, {
		value: "no",
		description: "leave everything as it is"
	}], "no") === "yes";
}

// src/app/gc-local.ts
/** What this machine holds of sessions, builds and ledgers, and which of it is in use: read, never changed. */
/** Below the home: `_` stands before what is no project. */
const homeOf = (c) => join(c.scratch, "..");
const binIn = (dir) => join(dir, "_gc");
async function lookHere(c, before) {
	const home = homeOf(c);
	const { whole, damaged } = await sessionsIn(c.sessions);
	const living = whole.filter((k) => !isFinal(k.session.state));
	const alive = new Map(living.map((k) => [k.project, k.session.id]));
	const used = new Set(living.flatMap(reused));
	const found = [];
	const add = async (kind, path, project, at) => {
		const weight = await weightOf(path, c.signal);
		if (weight !== null) found.push({
			kind,
			path,
			project,
			bytes: weight.bytes,
			at: at ?? weight.at
		});
	};
	for (const { project, session } of whole.filter((k) => isFinal(k.session.state) && !used.has(k.session.id))) {
		const folder = c.sessions.folderOf(project, session.id);
		if ((await readNotes(folder)).stopping === true) continue;
		if (session.changedAt < before) await add("evidence", folder, project, session.changedAt);
		else for (const name of (await foldersIn(folder)).filter((n) => n === "tree" || /^fix-\d+$/.test(n))) await add("fix", join(folder, name), project);
	}
	for (const [project, all] of Map.groupBy(whole, (k) => k.project)) {
		const sessions = all.map(({ session: s }) => ({
			id: s.id,
			ended: isFinal(s.state),
			changedAt: s.changedAt
		}));
		const broken = damaged.filter((d) => d.project === project).length;
		if (ledgerGoes(sessions, broken, before)) await add("ledger", join(home, project, "ledger.git"), project, Math.max(...sessions.map((s) => s.changedAt)));
	}
	for (const name of await foldersIn(join(home, "_remotes"))) await add("copy", join(home, "_remotes", name), null);
	for (const kind of [
		"sandbox",
		"sandbox-tests",
		"fetched"
	]) for (const project of await foldersIn(join(c.cacheDir, kind))) await add("build", join(c.cacheDir, kind, project), project);
	for (const sha of await foldersIn(join(c.cacheDir, "binaries"))) await add("binary", join(c.cacheDir, "binaries", sha), null);
	const bins = [binIn(home), binIn(c.cacheDir)];
	for (const bin of bins) await add("cut-off", bin, null, 0);
	return {
		found,
		alive,
		bins
	};
}
/** The folder of an earlier session holds the program that this one tests again. */
function reused({ entries }) {
	const source = entries.findLast(hasPlan)?.facts.plan.source;
	return source?.kind === "session" ? [source.session] : [];
}

// src/app/deployments.ts
/** Where a project is deployed, as its sessions say: fleet, service, directory, and the newest plan that put it there. */
/** One at least. */
async function deploymentsOf(c, project, fleet) {
	const found = await findDeployments(c, project, fleet);
	if (found.deployments.length === 0) throw new Failure({
		code: "U053",
		message: `project ${project} has no session${fleet === void 0 ? "" : ` on fleet ${fleet}`}`,
		remedy: "vps-test status"
	});
	return found;
}
/** `fleet`: as a person names it; only what is deployed there. */
async function findDeployments(c, project, fleet) {
	const { whole, damaged } = await sessionsIn(c.sessions, project);
	damaged.forEach(({ fault }) => c.terminal.warn(fault.message));
	const plans = whole.flatMap((k) => k.entries.filter(hasPlan).map((e) => ({
		plan: e.facts.plan,
		at: e.at
	}))).toSorted((a, b) => b.at - a.at).map((p) => p.plan).filter((p) => fleet === void 0 || [p.fleet.name, fleetReference(p.fleet)].includes(fleet));
	return {
		deployments: [...Map.groupBy(plans, (p) => JSON.stringify([
			p.fleet.name,
			p.config.deploy.serviceName,
			p.config.deploy.installPath
		])).values()].flatMap(([plan, ...older]) => {
			if (plan === void 0) return [];
			const named = new Set([plan, ...older].flatMap((p) => p.nodes));
			return [{
				plan,
				nodes: plan.fleet.nodes.map((n) => n.name).filter((n) => named.has(n))
			}];
		}),
		alive: whole.filter((k) => !isFinal(k.session.state) && k.session.state !== "INTERVIEW")
	};
}
/** The one deployment that is meant; where there are several, a person says which. */
function onlyDeployment({ deployments }, project, verb) {
	const [first] = deployments;
	if (first === void 0) throw new Error("a project without a deployment");
	const fleets = new Set(deployments.map(({ plan }) => fleetReference(plan.fleet)));
	if (fleets.size > 1) throw new Failure({
		code: "U100",
		message: `project ${project} was deployed on several fleets (${[...fleets].join(", ")}): which is meant?`,
		remedy: `vps-test ${verb} ${quote(project)} --fleet ${quote(fleetReference(first.plan.fleet))}`
	});
	return first;
}
/** Nothing of a project that a session works on, or waits to work on, is changed beside it. */
function refuseAlive({ alive }, project, what) {
	const [first] = alive;
	if (first === void 0) return;
	const all = alive.map(({ session: s }) => `${s.id} (${s.state}${traitsOf(s.state).kind === "working" ? ", at work" : ""})`);
	throw new Failure({
		code: "B012",
		message: `${what} while ${alive.length === 1 ? "a session" : `${alive.length} sessions`} of ${project} ${alive.length === 1 ? "lives" : "live"}: ${all.join(", ")}`,
		remedy: `vps-test stop ${quote(project)} --session ${quote(first.session.id)}`
	});
}
/** Of the lease of what a person does by hand; the same when it is typed again, so that it goes on. */
const operatorOf = (c, project) => `by-hand-${project}-${c.who.replaceAll(/[^A-Za-z0-9_-]/g, "-")}`.slice(0, 120);

// src/app/releases.ts
/** What of a deployment lies on its nodes and runs there: releases, the current one and the one before. */
async function releasesOn(world, { plan, nodes }) {
	return onEachNode(nodes, world.signal, async (name) => {
		const node = world.fleet.nodes.find((n) => n.name === name);
		const unit = node === void 0 ? null : deployedUnitOf(plan, node)?.unit.name;
		if (unit === null || unit === void 0) return null;
		const look = lookAtReleases(unit, plan.config.deploy.installPath, ownersDir, dataDir(unit));
		const { code, stdout, stderr } = await (await world.remote(name)).run(look, {
			timeoutMs: 3e4,
			signal: world.signal
		});
		if (code !== 0) throw new Failure({
			code: "I142",
			node: name,
			message: `${name}: its releases cannot be read (exit ${String(code)}): ${stderr.trim().slice(-200)}`,
			remedy: diagnoseNode(name, world.fleet)
		});
		return {
			node: name,
			service: unit,
			...parseReleases(stdout)
		};
	});
}
/** Nodes that have a service of the deployment, or may have one. */
const deployedOn = ({ done }) => [...done.values()].filter((n) => n !== null);

// src/app/gc-nodes.ts
/** Old releases on the nodes of a fleet: those that no session, no person's rollback and no running service needs. */
/** Looks first; {@link OnNodes.drop} takes away what was found then, under a lease of the service on each node. */
async function lookOnNodes(c, fleet, key, before) {
	const world = await readOnlyWorld(c, fleet, key);
	const goes = [];
	const kept = [];
	const failed = [];
	const deployments = /* @__PURE__ */ new Map();
	for (const project of new Set((await storedSessions(c.sessions)).map((k) => k.project))) {
		const found = await findDeployments(c, project, fleet.name);
		const [living] = found.alive;
		if (living !== void 0 && found.deployments.length > 0) {
			kept.push(`releases of ${project}: session ${living.session.id} lives (${living.session.state})`);
			continue;
		}
		for (const { plan, nodes } of found.deployments) {
			const deployment = {
				plan: {
					...plan,
					fleet
				},
				nodes: nodes.filter((n) => fleet.nodes.some((f) => f.name === n))
			};
			const seen = await releasesOn(world, deployment);
			failed.push(...seen.failed.values());
			for (const on of deployedOn(seen).filter((n) => n.unit === "ours" && (n.project ?? project) === project)) {
				const all = on.releases.map((r) => ({
					sha256: r.sha256,
					bytes: r.kib * 1024,
					at: r.at * 1e3
				}));
				const old = releasesThatGo(all, [
					on.current,
					on.before,
					on.running
				], before);
				if (old.length === 0) continue;
				goes.push({
					node: on.node,
					project,
					service: on.service,
					releases: old
				});
				deployments.set(`${project} ${on.service}`, deployment);
			}
		}
	}
	return {
		goes,
		kept,
		failed,
		drop: async () => {
			const wrong = [];
			for (const [name, { plan }] of deployments) {
				const own = goes.filter((g) => `${g.project} ${g.service}` === name);
				wrong.push(...await dropOn(c, world, {
					plan,
					nodes: own.map((g) => g.node)
				}, own));
			}
			return wrong;
		},
		close: () => world.close()
	};
}
async function dropOn(c, world, { plan, nodes }, old) {
	const { project, deploy } = plan.config;
	const work = {
		plan,
		holder: operatorOf(c, project),
		nodes
	};
	const leases = await takeLeases(world, plan, work.holder, nodes, heartbeatMs);
	const dropping = onEachNode([...leases.done.keys()], world.signal, async (name) => {
		const shas = old.filter((o) => o.node === name).flatMap((o) => o.releases.map((r) => r.sha256));
		const lease = {
			service: deploy.serviceName,
			holder: work.holder,
			fence: leases.done.get(name) ?? 0
		};
		const ran = await (await world.remote(name)).run(dropReleases(deploy.installPath, shas, lease), {
			timeoutMs: 12e4,
			signal: world.signal
		});
		if (ran.code !== 0) throw new Failure({
			code: "I142",
			node: name,
			message: `${name}: old releases were not removed (exit ${String(ran.code)}): ${ran.stderr.trim().slice(-200)}`,
			remedy: diagnoseNode(name, world.fleet)
		});
	});
	const dropped = await withLeasesBack(world, work, dropping);
	return [...leases.failed.values(), ...dropped.failed.values()];
}

// src/app/gc.ts
/** `gc`: what is older than a limit and in nobody's use goes, here and, where a fleet is named, on its nodes. */
async function gc(c, flags) {
	const before = c.clock.now() - ageOf(flags.olderThan);
	const fleet = flags.nodes === true ? (await loadFleet(c, await chosenFleet(c, {
		named: flags.fleet,
		lab: flags.lab
	}), flags.lab)).fleet : null;
	const here = await lookHere(c, before);
	const sorted = sortFound(here.found, {
		before,
		alive: here.alive
	});
	const there = fleet === null ? null : await lookOnNodes(c, fleet, flags.key ?? null, before);
	try {
		if (flags.json !== true) show$4(c, sorted, there, before);
		there?.failed.forEach((f) => c.terminal.warn(f.message));
		const nothing = sorted.goes.length === 0 && (there?.goes.length ?? 0) === 0;
		const act = flags.dryRun !== true && !nothing;
		const question = {
			text: "Take all of this away?",
			yes: `${sizeText(totalOf(sorted, there))} of it is gone for good, evidence included`,
			line: lineOf$1(flags)
		};
		if (act && !await agreed$1(c, flags, question)) return exitCodes.usage;
		const goes = act ? await still(c, sorted.goes, before) : sorted.goes;
		const failed = act ? await clear(c, here, goes, there) : [];
		failed.forEach((text) => c.terminal.warn(text));
		const exitCode = failed.length + (there?.failed.length ?? 0) === 0 ? exitCodes.passed : exitCodes.infra;
		if (flags.json === true) c.terminal.print(JSON.stringify(told$1({
			...sorted,
			goes
		}, there, before, act, failed, exitCode)));
		else if (act && failed.length === 0) c.terminal.info(`${sizeText(totalOf({
			...sorted,
			goes
		}, there))} freed`);
		return exitCode;
	} finally {
		await there?.close();
	}
}
/** What may go now as it might before the question. */
async function still(c, goes, before) {
	const { found, alive } = await lookHere(c, before);
	const now = new Set(sortFound(found, {
		before,
		alive
	}).goes.map((f) => f.path));
	return goes.filter((f) => now.has(f.path));
}
/** One after the other, each in one rename: what was cut off is found again by the next. */
async function clear(c, { bins }, goes, there) {
	const [homeBin = "", cacheBin = ""] = bins;
	const failed = [];
	for (const found of goes.toSorted((a, b) => Number(a.kind === "ledger") - Number(b.kind === "ledger"))) {
		c.signal.throwIfAborted();
		c.terminal.progress("gc", found.path);
		const bin = found.path.startsWith(`${homeOf(c)}/`) ? homeBin : cacheBin;
		await (found.kind === "cut-off" ? emptied(found.path, c.signal) : thrownAway(found.path, bin, c.signal)).catch((error) => {
			c.signal.throwIfAborted();
			failed.push(`${found.path} stays: ${messageOf(error)}`);
		});
	}
	for (const bin of bins) await emptied(bin, c.signal).catch((error) => {
		c.signal.throwIfAborted();
		failed.push(messageOf(error));
	});
	return [...failed, ...(await there?.drop() ?? []).map((f) => f.message)];
}
const units = {
	h: 36e5,
	d: 864e5,
	w: 6048e5
};
function ageOf(text) {
	const [, number = "", unit = ""] = /^(\d{1,4})([hdw])$/.exec(text.trim()) ?? [];
	const of = units[unit];
	if (of !== void 0) return Number(number) * of;
	throw new Failure({
		code: "U103",
		message: `--older-than ${text} is no age: a number with h, d or w behind it, as in 30d`,
		remedy: "vps-test gc --older-than 30d --dry-run"
	});
}
const lineOf$1 = (flags) => [
	"vps-test",
	"gc",
	"--older-than",
	flags.olderThan,
	...flags.nodes === true ? ["--nodes"] : [],
	...flags.fleet === void 0 ? [] : ["--fleet", flags.fleet],
	...flags.lab === void 0 ? [] : ["--lab", flags.lab],
	"--yes"
].map(quote).join(" ");
const means = {
	evidence: "folder of a session that ended",
	ledger: "ledger of which every session ended",
	copy: "local copy of a repository's ledger",
	build: "project's build directory",
	binary: "program kept for a session",
	fix: "work of a fix in a session that ended",
	release: "release on a node",
	"cut-off": "left by a gc that was cut off"
};
const sizeText = (bytes) => bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
const totalOf = ({ goes }, there) => goes.reduce((sum, f) => sum + f.bytes, 0) + (there?.goes ?? []).flatMap((g) => g.releases).reduce((sum, r) => sum + r.bytes, 0);
function show$4(c, { goes, kept }, there, before) {
	const rows = [...goes.map((f) => [
		means[f.kind],
		iso(f.at),
		sizeText(f.bytes),
		f.path
	]), ...(there?.goes ?? []).flatMap((g) => g.releases.map((r) => [
		means.release,
		iso(r.at),
		sizeText(r.bytes),
		`${g.node}: ${g.service} ${r.sha256.slice(0, 12)}`
	]))];
	c.terminal.print(rows.length === 0 ? `nothing that is older than ${iso(before)} can go` : `${blockText(table([
		"what",
		"last changed",
		"size",
		"where"
	], rows), c.terminal.palette)}\n${sizeText(totalOf({
		goes,
		kept
	}, there))} in all`);
	for (const { found, why } of kept) c.terminal.info(`stays: ${found.path} (${why})`);
	for (const line of there?.kept ?? []) c.terminal.info(`stays: ${line}`);
}
const told$1 = ({ goes, kept }, there, before, done, failed, exitCode) => ({
	before: new Date(before).toISOString(),
	done,
	bytes: totalOf({
		goes,
		kept
	}, there),
	goes,
	kept: kept.map((k) => ({
		...k.found,
		why: k.why
	})),
	nodes: there === null ? null : {
		goes: there.goes,
		kept: there.kept
	},
	failed: [...(there?.failed ?? []).map((f) => f.message), ...failed],
	exitCode
});

// src/app/explain.ts
/** `explain`: why a session failed, by what its evidence and its nodes told: likeliest causes, each with where to look further. */
/** Of the session that is named, or of the newest that has a failure. */
async function explainFailure(c, project, flags) {
	for (const { project: of, session, entries } of await named(c, project, flags.session)) {
		const found = await diagnosisOf(folder(c.sessions.folderOf(of, session.id)), entries);
		if (found === null) continue;
		if (flags.json === true) c.terminal.print(JSON.stringify({
			session: session.id,
			...found
		}));
		else show$3(c, found);
		return exitCodes.passed;
	}
	c.terminal.print(flags.json === true ? "null" : `nothing of ${flags.session ?? project} has failed`);
	return exitCodes.passed;
}
function show$3(c, found) {
	c.terminal.print(`${found.on.session}: ${found.stage} failed: ${stripHidden(found.why, 500)}\n`);
	for (const block of diagnosisSection(found)?.blocks ?? []) c.terminal.print(blockText(block, c.terminal.palette));
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

// src/adapters/screen.ts
const escape = "\x1B[";
/** Another buffer, no cursor, no wrapping. */
const enter = `${escape}?1049h${escape}?25l${escape}?7l`;
const leave = `${escape}?7h${escape}?25h${escape}?1049l`;
/** Terminals that know it show a frame only when it is whole; the others ignore it. */
const [hold, release] = [`${escape}?2026h`, `${escape}?2026l`];
/** Null: stdout is no terminal, or one that cannot be drawn on. */
function openScreen() {
	const out = process.stdout;
	if (out.isTTY !== true || process.env["TERM"] === "dumb") return null;
	let closed = false;
	const listeners = [];
	const close = () => {
		if (closed) return;
		closed = true;
		process.off("exit", close);
		for (const l of listeners) out.off("resize", l);
		out.write(leave);
	};
	process.once("exit", close);
	out.write(enter);
	return {
		size: () => ({
			columns: out.columns || 80,
			rows: out.rows || 24
		}),
		draw: (lines) => {
			if (closed) return;
			const [columns, rows] = [out.columns || 80, out.rows || 24];
			const shown = lines.slice(0, rows).map((l) => clipped(l, columns));
			out.write(`${hold}${escape}H${shown.map((l) => `${l}${escape}0m${rest(l, columns)}`).join("\r\n")}${shown.length < rows ? `\r\n${escape}J` : ""}${release}`);
		},
		onResize: (call) => {
			listeners.push(call);
			out.on("resize", call);
		},
		close
	};
}
/** What stood behind the line goes; behind a full one stands nothing, and some terminals would take its last letter. */
const rest = (line, columns) => [...line.replaceAll(/\u001b\[[\d;]*m/g, "")].length < columns ? `${escape}K` : "";
/** The beginning that fits, its colours counted as nothing. A terminal that does not wrap cuts what is wider than it is long. */
function clipped(line, columns) {
	let [kept, length] = ["", 0];
	for (const [, colour, letter] of line.matchAll(/(\u001b\[[\d;]*m)|([^])/gu)) {
		if (colour === void 0 && length === columns) return kept;
		kept += colour ?? letter ?? "";
		length += colour === void 0 ? 1 : 0;
	}
	return kept;
}

// src/domain/tried.ts
/** Lines that are whole: the last one may still be written. Those of suites without pairs hold none. */
function triedIn(lines) {
	const pairs = /* @__PURE__ */ new Map();
	for (const line of lines) for (const { from, to, found } of attemptsIn(line)) {
		const key = JSON.stringify([from, to]);
		const before = pairs.get(key);
		pairs.set(key, {
			from,
			to,
			found: (before?.found ?? 0) + (found ? 1 : 0),
			tried: (before?.tried ?? 0) + 1
		});
	}
	return [...pairs.values()];
}
function attemptsIn(line) {
	let value;
	try {
		value = JSON.parse(line);
	} catch {
		return [];
	}
	const attempts = value?.attempts;
	return Array.isArray(attempts) ? attempts.flatMap(triedOf$1) : [];
}
function triedOf$1(attempt) {
	const { pair, record } = attempt ?? {};
	return typeof pair?.from === "string" && typeof pair.to === "string" ? [{
		from: pair.from,
		to: pair.to,
		found: record?.kind === "there"
	}] : [];
}

// src/report/watch-screen.ts
/** Lines from the top; the newest messages fill what room is left. */
function watchLines(view, { columns, rows }, palette = plain) {
	const line = (of) => blockText({
		kind: "paragraph",
		of
	}, palette);
	const head = [
		line([
			strong(view.session.id),
			"  ",
			toned(iso(view.now).slice(0, 19).replace("T", " "), "dim")
		]),
		line(aboutLine(view)),
		"",
		...wrapped(stageSpans(view), columns).map(line),
		"",
		...goingOn(view, columns).map(line)
	];
	const matrix = matrixLines(view, palette);
	const foot = [...comingNext(view).map(line), ...otherLines(view).map(line)];
	const room = rows - head.length - foot.length;
	const shown = matrix.length + 1 <= room ? ["", ...matrix] : [];
	const messages = messagesOf(view, Math.max(0, room - shown.length - 2)).map(line);
	return [
		...head,
		...shown,
		...messages.length === 0 ? [] : ["", ...messages],
		...foot.length === 0 ? [] : [""],
		...foot
	].slice(0, rows);
}
function aboutLine({ project, entries, session }) {
	const plan = entries.findLast(hasPlan)?.facts.plan;
	const commit = session.origin?.commit?.slice(0, 12);
	return [
		stripHidden(project, 60),
		...plan === void 0 ? [] : [` on ${stripHidden(plan.fleet.name, 60)}: ${plan.answers.focus.value}, ${plan.answers.criteria.value}, ${plan.nodes.length} nodes`],
		...commit === void 0 ? [] : [toned(`  ${commit} ${stripHidden(subjectOf(entries) ?? "", 60)}`, "dim")]
	];
}
/** How long each state lasted, and what is still to come. */
function stageSpans({ session, entries, now }) {
	const spent = /* @__PURE__ */ new Map();
	entries.forEach((e, i) => spent.set(e.from, (spent.get(e.from) ?? 0) + e.at - (entries[i - 1]?.at ?? e.at)));
	const visited = [...new Set(entries.map((e) => e.from))].filter((s) => s !== "IDLE" && s !== "INTERVIEW");
	const ahead = [...firstLoop.filter((s) => s !== "INTERVIEW"), ...session.checkpointsLeft];
	return [.../* @__PURE__ */ new Set([
		...visited,
		...isFinal(session.state) ? [] : ahead,
		session.state
	])].map((state) => {
		const took = spent.get(state);
		if (state === session.state) {
			if (isFinal(state)) return toned(state === "COMPLETE" ? "✓ COMPLETE" : "■ STOPPED", state === "COMPLETE" ? "good" : "bad");
			return toned(`▶ ${state} ${duration(now - since(entries, session))}`, "warn");
		}
		return took === void 0 ? toned(`· ${state}`, "dim") : toned(`✓ ${state} ${duration(took)}`, "good");
	});
}
/** When the state was entered: a claim or a note in it does not begin it anew. */
const since = (entries, session) => entries.findLast((e) => e.from !== e.to)?.at ?? session.changedAt;
/** Spans in lines that fit, two spaces between. */
function wrapped(spans, columns) {
	const lines = [];
	let length = 1e400;
	for (const span of spans) {
		const size = [...blockText({
			kind: "paragraph",
			of: span
		})].length + 2;
		if (length + size > columns) {
			lines.push([]);
			length = 0;
		}
		lines.at(-1)?.push(span, "  ");
		length += size;
	}
	return lines;
}
const barWidth = 30;
function goingOn(view, columns) {
	const { session, entries, progress, tried, alive } = view;
	const begun = since(entries, session);
	const lines = [];
	if (alive === false && traitsOf(session.state).kind === "working") lines.push([toned(`whoever worked on it has ended without a record: the same start goes on with it`, "bad")]);
	if (session.state === "TEST") {
		const planned = entries.findLast(hasPlan)?.facts.plan.estimate.attempts ?? 0;
		const done = tried.reduce((n, t) => n + t.tried, 0);
		if (planned > 0 && done > 0) lines.push(bar(done, planned));
	}
	if (progress === null) {
		if (traitsOf(session.state).kind === "working") lines.push([toned("its progress is told where it runs", "dim")]);
		return lines;
	}
	const fresh = Object.entries(progress.keys).filter(([, { at }]) => at >= begun);
	const nodes = fresh.filter(([key]) => key.startsWith("deploy "));
	const rest = fresh.filter(([key]) => !key.startsWith("deploy "));
	if (session.state === "DEPLOY") lines.push(...inColumns(nodes.map(([, n]) => n.text), columns));
	lines.push(...rest.slice(-5).map(([, n]) => [n.text, toned(`  ${agoOf(n, view.now)}`, "dim")]));
	return lines;
}
const agoOf = ({ at }, now) => now - at < 3e3 ? "" : `${duration(now - at)} ago`;
function bar(done, planned) {
	const full = Math.min(barWidth, Math.round(barWidth * done / planned));
	return inline`${toned("█".repeat(full), "good")}${toned("░".repeat(barWidth - full), "dim")} ${done} of about ${planned} attempts`;
}
/** One under the other, in as many columns as fit. */
function inColumns(texts, columns) {
	const cells = texts.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).map((t) => stripHidden(t, 60));
	const width = Math.max(20, ...cells.map((t) => t.length)) + 2;
	const many = Math.max(1, Math.floor(columns / width));
	const height = Math.ceil(cells.length / many);
	return Array.from({ length: height }, (_, row) => Array.from({ length: many }, (__, i) => (cells[row + i * height] ?? "").padEnd(width)).join("").trimEnd());
}
/** More do not fit any screen. */
const mostNames = 40;
/** Of a test that runs: what was found with the receiver so far. The verdict follows from more than that. */
function matrixLines({ session, entries, tried }, palette) {
	if (session.state !== "TEST" || tried.length === 0) return [];
	const plan = entries.findLast(hasPlan)?.facts.plan;
	const concerned = new Set(tried.flatMap((t) => [t.from, t.to]));
	const names = (plan?.nodes ?? []).filter((n) => concerned.has(n));
	if (names.length < 2 || names.length > mostNames) return [];
	const byPair = new Map(tried.map((t) => [JSON.stringify([t.from, t.to]), t]));
	const matrix = {
		kind: "matrix",
		...shortNames(names),
		rows: names.map((from) => names.map((to) => cellOf(from === to, byPair.get(JSON.stringify([from, to]))))),
		legend: [
			{
				symbol: "+",
				meaning: "found with the receiver"
			},
			{
				symbol: "~",
				meaning: "not each time"
			},
			{
				symbol: "x",
				meaning: "not found"
			},
			{
				symbol: "·",
				meaning: "not tried yet"
			}
		]
	};
	return [...blockText(matrix, palette).split("\n"), palette.dim("nothing is judged before the end")];
}
const cellOf = (self, pair) => {
	if (self) return {
		text: "-",
		tone: "dim"
	};
	if (pair === void 0) return {
		text: "·",
		tone: "dim"
	};
	if (pair.found === pair.tried) return {
		text: "+",
		tone: "good"
	};
	return pair.found === 0 ? {
		text: "x",
		tone: "bad"
	} : {
		text: "~",
		tone: "warn"
	};
};
function comingNext({ session, entries, now, next }) {
	const test = testsOf(entries).at(-1);
	return [
		...test === void 0 || session.state === "TEST" ? [] : [inline`test ${session.counters.tests}: ${toned(test.result, {
			passed: "good",
			failed: "bad",
			inconclusive: "warn"
		}[test.result])}  ${countsText(test.counts)}`],
		...session.why === "" || !isFinal(session.state) && test === void 0 ? [] : [toned(stripHidden(session.why, 300), "dim")],
		...session.waitUntil === null ? [] : [countdown(session, session.waitUntil, now)],
		...next === null ? [] : [toned(stripHidden(next, 300), "dim")]
	];
}
const countdown = ({ state }, until, now) => until > now ? inline`${state} ends in ${strong(duration(until - now))}, at ${iso(until).slice(11, 19)}` : [toned(`${state} was due ${duration(now - until)} ago`, "bad")];
const otherLines = ({ others, now }) => others.slice(0, 5).map((s) => [toned(`also ${s.id}: ${s.state} for ${duration(now - s.changedAt)}`, "dim")]);
/** Transitions and messages together, the newest last. */
function messagesOf({ entries, progress }, most) {
	const steps = entries.map((e) => ({
		at: e.at,
		text: `${e.from} → ${e.to}: ${e.why}`
	}));
	const said = (progress?.lines ?? []).filter(({ text }) => !/^[A-Z_0-9]+ → [A-Z_0-9]+: /.test(text));
	return [...steps, ...said].toSorted((a, b) => a.at - b.at).slice(most === 0 ? 1e400 : -most).map(({ at, text }) => [toned(iso(at).slice(11, 19), "dim"), ` ${stripHidden(text, 500)}`]);
}

// src/app/watch.ts
/** `status --watch`: one screen that follows a session until it ends; lines of what is new where there is no terminal. */
const everyMs = 1e3;
/** A ledger on a server is asked more seldom. */
const remoteEvery = 10;
/** Until the session has ended, with the exit code that its end has; Ctrl-C leaves it running. */
async function watchSession(c, project, flags) {
	const chosen = await chooseSession(c, project, flags.session);
	const screen = openScreen();
	const tell = screen === null ? linesOf(c) : null;
	let view = await viewOf(c, chosen, flags);
	const draw = (on) => on.draw(watchLines(view, on.size(), c.terminal.palette));
	screen?.onResize(() => {
		view = {
			...view,
			now: c.clock.now()
		};
		if (screen !== null) draw(screen);
	});
	try {
		for (let tick = 1;; tick++) {
			if (screen !== null) draw(screen);
			else tell?.(view);
			if (isFinal(view.session.state)) break;
			await c.clock.sleep(everyMs, c.signal);
			view = flags.remote === void 0 || tick % remoteEvery === 0 ? await viewOf(c, chosen, flags) : {
				...view,
				now: c.clock.now()
			};
		}
	} catch (error) {
		if (!c.signal.aborted) throw error;
	} finally {
		if (screen !== null) {
			const last = watchLines(view, screen.size(), c.terminal.palette);
			screen.close();
			c.terminal.print(last.join("\n"));
		}
	}
	return exitCode(view.session, view.entries);
}
/** The one that is named; else the newest that has not ended; else the newest. */
async function chooseSession(c, project, session) {
	if (session !== void 0) return project === void 0 ? sessionById(c, session) : namedSession(c, project, session);
	const all = project === void 0 ? (await sessionsIn(c.sessions)).whole : await named(c, project, void 0);
	const found = all.find((k) => traitsOf(k.session.state).kind === "working") ?? all.find((k) => !isFinal(k.session.state)) ?? all[0];
	if (found === void 0) throw noSession("there is no session yet");
	return found;
}
async function viewOf(c, chosen, { remote }) {
	const { whole } = await sessionsIn(c.sessions);
	const known = whole.find((k) => k.session.id === chosen.session.id) ?? chosen;
	const { session, entries, project } = known;
	const folder = c.sessions.folderOf(project, session.id);
	const here = remote === void 0;
	return {
		project,
		session,
		entries,
		now: c.clock.now(),
		progress: here ? await readProgress(folder) : null,
		tried: here && session.state === "TEST" ? await triedOf(known, folder) : [],
		alive: here && traitsOf(session.state).kind === "working" ? !await writerEnded(c, session) : null,
		next: nextStep(session, (await readNotes(folder)).key) ?? null,
		others: whole.map((k) => k.session).filter((s) => s.id !== session.id && !isFinal(s.state))
	};
}
/** More lines of evidence than this are not read again each second. */
const mostBytes = 32 << 20;
/** Of the test that runs now: all suites that try pairs. */
async function triedOf({ entries }, folder) {
	const begun = entries.findLast((e) => e.event === "begun");
	if (begun?.event !== "begun") return [];
	const suites = newestPlan(entries)?.suites ?? [];
	const lines = await Promise.all(suites.map(({ suite }) => linesIn(join(folder, folderOf(begun.facts.test), "evidence", itemsFile(suite)))));
	return triedIn(lines.flat());
}
/** Whole lines of the end of a file that grows. */
async function linesIn(path) {
	const file = await open(path, "r").catch(() => null);
	if (file === null) return [];
	try {
		const { size } = await file.stat();
		const from = Math.max(0, size - mostBytes);
		const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
		return buffer.subarray(0, bytesRead).toString("utf8").split("\n").slice(from === 0 ? 0 : 1, -1);
	} finally {
		await file.close();
	}
}
/** What is new since the last look, a line each. */
function linesOf(c) {
	let told = 0;
	const said = /* @__PURE__ */ new Map();
	return ({ session, entries, progress, now }) => {
		for (const e of entries.filter((one) => one.at > told)) c.terminal.print(`${iso(e.at)} ${session.id} ${e.from} → ${e.to}: ${stripHidden(e.why, 2e3)}`);
		told = Math.max(told, entries.at(-1)?.at ?? 0);
		for (const [key, { text, at }] of Object.entries(progress?.keys ?? {})) {
			if (at < session.changedAt || said.get(key) === text || now - at > 6e4) continue;
			said.set(key, text);
			c.terminal.progress(key, stripHidden(text, 300));
		}
	};
}

// src/app/remove.ts
/** `remove`: a project's units, releases and data off every node of a fleet that its sessions deployed to, after a yes. */
async function remove(c, project, flags) {
	const found = await deploymentsOf(c, project, flags.fleet);
	if (flags.fleet === void 0) onlyDeployment(found, project, "remove");
	const key = flags.key ?? null;
	refuseAlive(found, project, "nothing is removed");
	const opened = [];
	try {
		for (const deployment of found.deployments) {
			const fleet = await planFleet(c, deployment.plan.fleet, {
				key,
				named: flags.fleet
			});
			const world = await readOnlyWorld(c, fleet, key);
			opened.push({
				deployment,
				world,
				...await lookOn(c, world, deployment)
			});
		}
		const all = opened.flatMap((o) => o.there);
		if (flags.json !== true) show$2(c, opened);
		opened.flatMap((o) => o.silent).forEach((f) => c.terminal.warn(f.message));
		const line = [
			"vps-test",
			"remove",
			project,
			...flags.fleet === void 0 ? [] : ["--fleet", flags.fleet]
		];
		const question = {
			text: `Remove ${project} from ${all.length} nodes?`,
			yes: `units, releases and data of ${project} are gone from ${all.map((n) => n.node).join(", ")}`,
			line: `${line.map(quote).join(" ")} --yes`
		};
		if (all.length > 0 && !await agreed$1(c, flags, question)) return exitCodes.usage;
		const services = [];
		const failed = opened.flatMap((o) => o.silent);
		let whole = failed.length === 0;
		for (const { deployment, world, there } of opened) {
			const work = {
				plan: deployment.plan,
				holder: operatorOf(c, project),
				nodes: there.map((n) => n.node)
			};
			const after = await withLeasesBack(world, work, settleServices(world, work, "remove"));
			serviceLines(after).forEach((l) => c.terminal.info(l));
			services.push(...after.services);
			failed.push(...[...after.failed].map(([node, f]) => ({
				node,
				code: f.facts.code,
				message: f.message
			})));
			whole &&= allSettled(after);
		}
		const exitCode = whole ? exitCodes.passed : exitCodes.infra;
		if (!whole) c.terminal.info(`to go on: ${line.map(quote).join(" ")}`);
		if (flags.json === true) c.terminal.print(JSON.stringify({
			project,
			services,
			failed,
			exitCode
		}));
		return exitCode;
	} finally {
		for (const { world } of opened) await world.close();
	}
}
async function lookOn(c, world, deployment) {
	c.terminal.info(`asking ${deployment.nodes.length} nodes of fleet ${fleetReference(deployment.plan.fleet)}`);
	const seen = await releasesOn(world, deployment);
	return {
		there: deployedOn(seen).filter((n) => n.unit !== "absent" || n.releases.length > 0),
		silent: [...seen.failed].map(([node, f]) => ({
			node,
			code: f.facts.code,
			message: f.message
		}))
	};
}
function show$2(c, opened) {
	const rows = opened.flatMap(({ deployment, there }) => there.map((n) => [
		n.node,
		fleetReference(deployment.plan.fleet),
		n.service,
		n.unit === "foreign" ? "not ours" : n.running?.slice(0, 12) ?? "does not run",
		String(n.releases.length),
		`${Math.ceil(n.releases.reduce((sum, r) => sum + r.kib, 0) / 1024)} MiB`,
		`${Math.ceil(n.dataKib / 1024)} MiB`
	]));
	c.terminal.print(rows.length === 0 ? "nothing of it is there" : blockText(table([
		"node",
		"fleet",
		"service",
		"runs",
		"releases",
		"size",
		"data"
	], rows), c.terminal.palette));
}

// src/app/rollback.ts
async function rollback(c, project, flags) {
	const found = await deploymentsOf(c, project, flags.fleet);
	refuseAlive(found, project, "nothing is rolled back");
	const deployment = chosenNodes(onlyDeployment(found, project, "rollback"), flags.nodes);
	const { plan } = deployment;
	const key = flags.key ?? null;
	const world = await readOnlyWorld(c, await planFleet(c, plan.fleet, {
		key,
		named: flags.fleet
	}), key);
	try {
		c.terminal.info(`asking ${deployment.nodes.length} nodes of fleet ${fleetReference(plan.fleet)}`);
		const seen = await releasesOn(world, deployment);
		const steps = deployedOn(seen).map((n) => rollbackStep(n, project, flags.to));
		if (flags.json !== true) show$1(c, steps);
		seen.failed.forEach((f) => c.terminal.warn(f.message));
		const faults = steps.filter((s) => s.fault !== null);
		if (faults.length > 0 || steps.length === 0) throw new Failure({
			code: "U102",
			message: steps.length === 0 ? `no node could say what it has of ${project}` : faults.map((s) => `${s.node}: ${s.fault ?? ""}`).join("\n"),
			remedy: otherWay(project, plan.fleet, flags, newestOnAll(steps))
		});
		const question = {
			text: `Roll ${project} back on ${steps.length} nodes?`,
			yes: `${project} is restarted with these releases on ${steps.map((s) => s.node).join(", ")}`,
			line: `${lineOf(project, plan.fleet, flags, flags.to)} --yes`
		};
		if (!await agreed$1(c, flags, question)) return exitCodes.usage;
		const work = {
			plan,
			holder: operatorOf(c, project),
			nodes: steps.map((s) => s.node)
		};
		const to = new Map(steps.map((s) => [s.node, s.to]));
		const backOf = (node) => ({
			kind: "to",
			sha256: to.get(node) ?? ""
		});
		const after = await withLeasesBack(world, work, inWaves(work.nodes, (nodes) => rollServicesBack(world, {
			...work,
			nodes
		}, backOf)));
		serviceLines(after).forEach((line) => c.terminal.info(line));
		const code = allSettled(after) && seen.failed.size === 0 ? exitCodes.passed : exitCodes.infra;
		if (code !== exitCodes.passed) c.terminal.info(`to go on: ${lineOf(project, plan.fleet, flags, flags.to)}`);
		if (flags.json === true) c.terminal.print(JSON.stringify(told(project, steps, after, seen.failed, code)));
		return code;
	} finally {
		await world.close();
	}
}
/** One node first: a release that does not come up there is not started on the rest. */
async function inWaves(nodes, work) {
	const first = await work(nodes.slice(0, 1));
	if (!allSettled(first)) return first;
	const rest = await work(nodes.slice(1));
	return {
		services: [...first.services, ...rest.services],
		failed: new Map([...first.failed, ...rest.failed])
	};
}
/** What a node would get, by what lies there. */
function rollbackStep(n, project, to) {
	const step = (sha, fault) => ({
		...n,
		to: sha,
		fault
	});
	if (n.unit === "absent") return step(null, `there is no ${n.service}`);
	if (n.unit === "foreign") return step(null, `${n.service} was not written by vps-test`);
	if (n.project !== null && n.project !== project) return step(null, `${n.service} is project ${n.project}'s`);
	if (to === void 0) return n.before === null ? step(null, "which release was before is not known there, or there was none") : n.releases.some((r) => r.sha256 === n.before) ? step(n.before, null) : step(null, `the release before (${n.before.slice(0, 12)}) lies there no more`);
	const matching = n.releases.filter((r) => r.sha256.startsWith(to));
	const [one, ...more] = matching;
	if (one === void 0) return step(null, `no release ${to}: it has ${n.releases.map((r) => r.sha256.slice(0, 12)).join(", ") || "none"}`);
	return more.length > 0 ? step(null, `${to} is the beginning of ${matching.length} releases`) : step(one.sha256, null);
}
/** That every node has, besides what is current. */
function newestOnAll(steps) {
	const [first, ...rest] = steps;
	return (first?.releases.find((r) => r.sha256 !== first.current && rest.every((s) => s.releases.some((o) => o.sha256 === r.sha256))))?.sha256.slice(0, 12) ?? null;
}
function chosenNodes(d, named) {
	if (named === void 0) return d;
	const names = named.split(",").map((n) => n.trim());
	const unknown = names.filter((n) => !d.nodes.includes(n));
	if (unknown.length > 0) throw new Failure({
		code: "U030",
		message: `${d.plan.config.project} is deployed on no node ${unknown.join(", ")}; it is on ${d.nodes.join(", ")}`,
		remedy: listNodes(d.plan.fleet)
	});
	return {
		...d,
		nodes: d.nodes.filter((n) => names.includes(n))
	};
}
const lineOf = (project, fleet, flags, to) => [
	"vps-test",
	"rollback",
	project,
	"--fleet",
	fleetReference(fleet),
	...flags.nodes === void 0 ? [] : ["--nodes", flags.nodes],
	...to === void 0 ? [] : ["--to", to]
].map(quote).join(" ");
/** A release that every node has; where there is none, what is known of the project. */
const otherWay = (project, fleet, flags, sha) => sha === null || sha === flags.to ? `vps-test logs ${quote(project)}` : lineOf(project, fleet, flags, sha);
const short = (sha) => sha?.slice(0, 12) ?? "–";
function show$1(c, steps) {
	c.terminal.print(blockText(table([
		"node",
		"service",
		"runs",
		"would run",
		""
	], steps.map((s) => [
		s.node,
		s.service,
		short(s.running),
		s.to === null ? toned("–", "bad") : short(s.to),
		s.fault ?? (s.running === s.to ? "does already" : "")
	])), c.terminal.palette));
}
const told = (project, steps, after, silent, exitCode) => ({
	project,
	nodes: steps.map((s) => ({
		node: s.node,
		service: s.service,
		ran: s.running,
		to: s.to,
		runs: after.services.find((a) => a.node === s.node)?.runs ?? null,
		did: after.services.find((a) => a.node === s.node)?.did ?? null
	})),
	failed: [...silent, ...after.failed].map(([node, f]) => ({
		node,
		code: f.facts.code,
		message: f.message
	})),
	exitCode
});

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
      services: { description: "For stop: the services that the session started", type: choice, options: [stop, keep, rollback, remove], default: stop }
      reason: { description: "For stop: why, for the ledger", type: string }

permissions: {}

jobs:
  ops:
    name: ops
    permissions:
      contents: write # a stop is written to the branch vps-test-ledger
      actions: write # runs of the session that wait are cancelled
      issues: write # whoever was asked about the session is told
${use("vps-test-ops", facts)}    with:
      command: \${{ inputs.command }}
      project: \${{ inputs.project }}
      session: \${{ inputs.session }}
      node: \${{ inputs.node }}
      services: \${{ inputs.services }}
      reason: \${{ inputs.reason }}
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
		const known = await knownFailuresFor({
			dir,
			text,
			file: own
		});
		return {
			text: null,
			projects: parseProjectAll(text, own, {
				profiles,
				files,
				known
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
	const page = entries.findLast(isSealed)?.facts.proofPage;
	const proof = page === void 0 ? null : join(folder, page);
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
		}, await programOf(c, from, wish), [])
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
	watch: watchSession,
	history,
	compare: compareTwo,
	logs: logs$1,
	stop,
	rollback,
	remove,
	gc,
	soak,
	approve,
	diagnose,
	explainFailure,
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
		remoteForge: () => remoteForge(String(flags.remote), c.login, c.signal),
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
	defineStatus(json(remote(program.command("status").description("Where each session stands; --watch: one of them, live."))), at, done, handlers);
	defineLogs(json(remote(program.command("logs").description("What the programs of a session say, and its own steps."))), at, done, handlers);
	defineExplain(json(remote(program.command("explain").description("Why a session failed: the likeliest causes, and where to look."))), at, done, handlers);
	defineHistory({
		history: json(remote(program.command("history").description("Sessions, newest first: verdict, commit, time, who asked for it."))),
		compare: json(remote(program.command("compare").description("How two sessions differ, and how sure that is.")))
	}, at, done, handlers);
	defineStop(one(json(remote(program.command("stop")))), at, done, handlers);
	defineRollback((command) => json(remote(command)), program, at, done, handlers);
	defineGc(json(fleet(program.command("gc"))), c, done, handlers);
	one(json(remote(program.command("soak").description("Take the soak checkpoints that are due; record what was missed.").option("--watch", "stay and take each one when it is due").option("--key <file>", "private SSH key")))).addHelpText("after", "\nExamples:\n  vps-test soak                 # one tick: for a timer\n  vps-test soak --watch         # until every session has ended or waits for a person").action(async (flags) => done(await handlers.soak(at(flags), {
		...flags,
		key: keyFile(flags.key)
	})));
	one(remote(program.command("approve").description("Say yes to a session that waits for approval (proof manual-verify).").argument("[project]").option("--reject", "say no").option("--comment <text>", "why").option("--yes", "nobody is asked"))).addHelpText("after", "\nWhat was tested, what came of it, and where its proof lies is shown first. Of several sessions that wait, name one.\n\nExamples:\n  vps-test approve testnet --comment \"seen on the dashboard\"\n  vps-test approve --session testnet-20261122-204512-1f3a --reject\nExit codes: 0 decided, 2 nothing waits, or it is not said which, or the answer was no, 10 somebody else decided first.").action(async (project, flags) => done(await handlers.approve(at(flags), project, flags)));
	defineNodes(program, c, done, handlers, {
		fleet,
		json
	});
	program.command("init").description("Write workflows and a configuration into a repository; overwrite nothing.").option("--dir <dir>", "the Cargo workspace to be tested", ".").option("--ref <ref>", "tag or commit of vps-test", `v${c.version}`).option("--fleet <name|file>", "fleet of the runs").addHelpText("after", "\nExample:\n  vps-test init --dir ../saorsa-testnet").action(async (flags) => done(await handlers.init(c, flags)));
	defineCheck(program, c, done, handlers);
	defineNotify(program, c, done, handlers);
	json(remote(program.command("verify").description("Judge an evidence folder again, offline unless a remote is named.").argument("<folder>").option("--ledger <dir>", "clone of the repository whose branch vps-test-ledger anchors it"))).addHelpText("after", "\nOnly a ledger that you name, and that came to you by another way than the folder, is an anchor.\nExit codes: 0 valid and anchored, 31 valid and unanchored, 20 not valid, 2 no evidence folder.").action(async (folder, flags) => done(await handlers.verify(at(flags), folder, flags)));
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