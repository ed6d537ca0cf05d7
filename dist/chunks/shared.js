import { i as __toESM } from "./rolldown-runtime.js";
import { _ as NEVER, a as custom, c as ipv4, d as number$4, f as object, g as union$1, h as string, i as boolean, l as ipv6, m as strictObject, n as _null, o as discriminatedUnion, p as record$2, r as array, s as int, t as _enum, u as literal } from "./zod.js";
import { t as execa } from "./execa.js";
import { t as require_dist } from "./yaml.js";
import { t as require_lib } from "./ssh2.js";
import { basename, delimiter, dirname, isAbsolute, join as join$1, relative, resolve, sep } from "node:path";
import { createCipheriv, createHash, createHmac, randomBytes, randomInt as randomInt$1, timingSafeEqual } from "node:crypto";
import { isAbsolute as isAbsolute$1, join as join$2, normalize } from "node:path/posix";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { PassThrough } from "node:stream";
import { access as access$1, appendFile, chmod, chown, constants as constants$1, copyFile, lstat, mkdir, mkdtemp, open, opendir, readFile, readdir, readlink, realpath, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { closeSync, constants as constants$2, createReadStream, existsSync, openSync, readFileSync, readdirSync, readlinkSync, rmdirSync, statSync } from "node:fs";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import { spawn } from "node:child_process";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import { connect as connect$2, createServer, isIP } from "node:net";

// package.json
var version = "0.1.0";

// src/domain/failures/row.ts
/** Makes the rows of one kind. */
const rowsOf = (kind) => (means, traits = {}) => ({
	kind,
	means,
	...traits
});

// src/domain/failures/infra.ts
/** Infrastructure failures: a node, the network around it, GitHub, or this machine (exit 10). */
const infra = rowsOf("infra");
const doctor$1 = "vps-test doctor";
const labDoctor = "vps-test lab doctor";
const rerun = "gh run rerun --failed";
/** Made where the node and its fleet are known. */
const atNode$1 = { remedyAtSite: "vps-test diagnose ‹node› --fleet ‹fleet›" };
const again = "the same command typed again sends it again";
const infraFailures = {
	I040: infra("nothing listens at an address of the node", { remedy: "vps-test nodes" }),
	I041: infra("the node gives no usable HTTP answer", { remedy: "vps-test nodes" }),
	I042: infra("a transfer from the node was not complete", { remedy: "vps-test nodes" }),
	I100: infra("the prober of vps-test is not built", { remedy: "vps-test doctor --fix" }),
	I101: infra("a tool that the job needs could not be installed", { remedy: doctor$1 }),
	I102: infra("the lab needs root, and sudo asks for a password", { remedy: "sudo -v" }),
	I103: infra("this machine has no space left"),
	I104: infra("this machine does not allow a file to be read or written"),
	I105: infra("this process or machine has too many open files", { remedy: "ulimit -n 4096" }),
	I106: infra("this machine cannot read or write a file"),
	I120: infra("the prober cannot be installed on the node"),
	I121: infra("the reflector on the node ended early", { remedy: "vps-test nodes" }),
	I122: infra("fewer than two other public nodes answer, so a NAT cannot be measured"),
	I123: infra("the prober cannot tell what NAT the node is behind"),
	I124: infra("the receiver of a control ended early", { remedy: "vps-test nodes" }),
	I126: infra("a program cannot be started on the node", atNode$1),
	I125: infra("a port cannot be closed for the control"),
	I130: infra("the lease of the node cannot be taken"),
	I131: infra("the node does not answer the survey"),
	I132: infra("the user on the node is not root", { remedyAtSite: "ssh-copy-id root@‹host›" }),
	I140: infra("the binary cannot run on the node"),
	I141: infra("the built binary is not here and no artifact holds it"),
	I142: infra("the releases on the node cannot be inspected", atNode$1),
	I143: infra("the release cannot be received by the node", atNode$1),
	I144: infra("the unit of the service cannot be prepared", atNode$1),
	I145: infra("the node cannot switch to the release", atNode$1),
	I146: infra("a post-deploy command failed", atNode$1),
	I147: infra("a pre-deploy command failed", atNode$1),
	I148: infra("the node cannot be rolled back", atNode$1),
	I150: infra("the node has no space left", atNode$1),
	I151: infra("the uploaded file does not have the expected digest", atNode$1),
	I152: infra("what was compiled cannot be handed over to the next job", { remedy: "vps-test start" }),
	I153: infra("what the job that compiles handed over cannot be used", { noRemedy: "run the job compile again; what it hands over is written by a machine that ran the project" }),
	I154: infra("another process has the port that the service needs", atNode$1),
	I155: infra("systemd on the node cannot start the service", atNode$1),
	I156: infra("what the service runs cannot be read on the node", atNode$1),
	I157: infra("nothing can be executed where the release lies on the node (mounted noexec)", atNode$1),
	I158: infra("the node has the release or the data of the service on a read-only file system", atNode$1),
	I159: infra("the node's own firewall drops the port of the service", atNode$1),
	I201: infra("a program of the lab did not end in time", { remedy: labDoctor }),
	I202: infra("a program that the lab needs cannot be started", { remedy: labDoctor }),
	I203: infra("a step of the lab failed", { remedy: labDoctor }),
	I204: infra("this machine has no writable cgroup2", { remedy: "sudo mount -t cgroup2 none /sys/fs/cgroup/unified" }),
	I205: infra("network namespaces of the lab cannot be removed"),
	I206: infra("the lab's directory holds files of somebody else"),
	I207: infra("the lab's directory cannot be removed", { remedy: "vps-test lab down" }),
	I210: infra("this machine cannot run a lab", { remedy: "vps-test lab doctor --fix" }),
	I211: infra("what the lab needs cannot be installed"),
	I212: infra("the machine has no inotify instances left for a lab", { remedy: "sysctl -w fs.inotify.max_user_instances=1024" }),
	I220: infra("a lab node does not accept SSH", { remedy: labDoctor }),
	I221: infra("the delay helper did not become ready", { remedy: labDoctor }),
	I222: infra("the lab is not up"),
	I223: infra("the lab node is off"),
	I240: infra("a NAT of the lab is not what the topology says", { remedy: "vps-test lab up --no-measure" }),
	I260: infra("the ledger's repository cannot be reached"),
	I261: infra("the server of the ledger cannot store anything", { noRemedy: "it has no space left or is read-only; the same command typed again continues afterwards" }),
	I301: infra("a program of the build cannot be started", {
		remedy: doctor$1,
		buildHostMayHelp: true
	}),
	I302: infra("a build did not end in time", { noRemedy: "a larger build.timeout in the configuration gives it more time" }),
	I303: infra("a program of the build failed", {
		remedy: doctor$1,
		buildHostMayHelp: true
	}),
	I304: infra("cargo is not installed", {
		remedy: "vps-test doctor --fix",
		buildHostMayHelp: true
	}),
	I305: infra("the cross-compiling toolchain is not complete", {
		remedy: "vps-test doctor --fix",
		buildHostMayHelp: true
	}),
	I306: infra("the cross-compiling toolchain cannot be installed", {
		remedy: "python3 -m pip download cargo-zigbuild ziglang",
		buildHostMayHelp: true
	}),
	I310: infra("git cannot describe the source", { remedy: "git status" }),
	I311: infra("the build host lacks tools"),
	I312: infra("the build host does not have the checkout that was asked for", { noRemedy: again }),
	I313: infra("the program that was built on the build host did not arrive whole", { noRemedy: again }),
	I315: infra("the asset is not what the release states"),
	I316: infra("the asset of the release cannot be fetched", { remedy: "gh release list" }),
	I317: infra("no toolchain could build the program", { remedy: doctor$1 }),
	I318: infra("there is no way left to obtain the binary", { remedy: doctor$1 }),
	I319: infra("the journal of the node cannot be read"),
	I320: infra("this machine has no way to enclose the build, and secrets are beside it", { noRemedy: "build where root, sudo or user namespaces are allowed" }),
	I400: infra("several runs ended without a record", { remedy: "vps-test status" }),
	I450: infra("GitHub does not accept the token", {
		remedy: "vps-test init",
		terminalRemedy: "export GH_TOKEN=$(gh auth token)"
	}),
	I451: infra("the token may not do what was asked", { noRemedy: "the workflow file grants permissions" }),
	I452: infra("GitHub has no such thing, or hides it from the token"),
	I453: infra("GitHub's rate limit is reached", { remedy: rerun }),
	I454: infra("GitHub did not answer, or answered with a fault of its own", { remedy: rerun }),
	I455: infra("GitHub refused a request", { remedy: rerun }),
	I460: infra("GitHub did not store the artifact", { remedy: rerun }),
	I461: infra("the run has an artifact of that name already", { noRemedy: "artifacts are never changed; a new run makes its own" }),
	I462: infra("GitHub did not hand out the artifact", { remedy: "gh run list" }),
	I463: infra("the artifact is not a zip that may be unpacked", { remedy: rerun }),
	I464: infra("the artifact does not have its stated digest", { remedy: rerun }),
	I465: infra("the artifact was not made by vps-test", { remedy: "gh run list" }),
	I466: infra("the artifact is larger than what is read", { remedy: "gh run list" })
};

// src/domain/failures/others.ts
/** Transport, busy, product and harness failures. */
const transport$1 = rowsOf("transport");
const busy$1 = rowsOf("busy");
const product = rowsOf("product");
const harness = rowsOf("harness");
const atNode = { remedyAtSite: "vps-test diagnose ‹node› --fleet ‹fleet›" };
const trust$1 = { remedyAtSite: "vps-test nodes trust ‹node› --fleet ‹fleet›" };
const nodes$3 = "vps-test nodes";
const status$2 = "vps-test status";
/** The connection to a node (exit 10). */
const transportFailures = {
	T001: transport$1("the connection was lost", {
		retryable: true,
		remedy: nodes$3
	}),
	T002: transport$1("the channel closed without an exit code", {
		retryable: true,
		remedy: nodes$3
	}),
	T003: transport$1("a command did not end in time", { remedy: nodes$3 }),
	T004: transport$1("the node cannot be reached", {
		retryable: true,
		remedy: nodes$3
	}),
	T005: transport$1("the node does not accept the key"),
	T006: transport$1("the node refused a channel", {
		retryable: true,
		remedy: nodes$3
	}),
	T007: transport$1("the node closed the connection before the key exchange", {
		retryable: true,
		remedy: nodes$3
	}),
	T009: transport$1("the connection was closed by vps-test itself", { noRemedy: "it was meant" }),
	T010: transport$1("no host key is pinned for the node", trust$1),
	T011: transport$1("the host key is not the pinned one", trust$1),
	T012: transport$1("the node and vps-test have no SSH algorithms in common", { noRemedy: "the SSH server of the node is too old or no SSH server" }),
	T013: transport$1("the login shell on the node does not run commands", { remedyAtSite: `ssh ‹user›@‹host› 'exec /bin/sh -c "echo it works"'` }),
	T014: transport$1("the node takes the key and asks for a second factor", { remedyAtSite: `ssh ‹user›@‹host› 'sshd -T | grep -i authenticationmethods'` }),
	T015: transport$1("the node does not forward connections", { remedyAtSite: `ssh ‹user›@‹host› 'sshd -T | grep -iE "allowtcpforwarding|disableforwarding|permitopen"'` })
};
/** Somebody else is at work (exit 10). */
const busyFailures = {
	B001: busy$1("another writer moved the session first", { remedy: status$2 }),
	B002: busy$1("the ledger is written too often by others", { remedy: status$2 }),
	B003: busy$1("another person decided first", { remedy: status$2 }),
	B004: busy$1("another writer continues the session", { remedy: status$2 }),
	B005: busy$1("another run continues the session"),
	B006: busy$1("another run claimed the session first", { remedy: "gh workflow run vps-test-ops.yml -f command=status" }),
	B007: busy$1("a living run works on the session", { remedy: status$2 }),
	B008: busy$1("the session was ended from elsewhere", { remedy: status$2 }),
	B009: busy$1("the run of a session that was stopped has not ended"),
	B010: busy$1("another session holds the lease of the node"),
	B011: busy$1("the lease of the node was lost", { remedy: status$2 }),
	B201: busy$1("another command works on the lab"),
	B301: busy$1("another build of the project runs on the build host", { remedy: status$2 }),
	B302: busy$1("the built file changed after it was built", { remedy: "git status" }),
	B303: busy$1("the source changed while it was built", { remedy: "git status" }),
	B304: busy$1("the source changed after the plan was confirmed", { remedy: "git status" })
};
/** The program under test (exit 20). */
const productFailures = {
	P010: product("the service does not start", atNode),
	P011: product("the service does not run as deployed"),
	P012: product("the program did not register"),
	P301: product("the program does not compile")
};
/** A fault of vps-test itself (exit 1). */
const harnessFailures = {
	H001: harness("a value that cannot exist"),
	H002: harness("an unexpected error while a node was asked"),
	H003: harness("the profile asks for a placeholder that is not known"),
	H004: harness("the state does not know the event"),
	H010: harness("the ledger is damaged"),
	H011: harness("the ledger cannot be written"),
	H012: harness("an entry would have damaged the ledger"),
	H013: harness("the branch of the ledger was rewritten"),
	H014: harness("the files beside the ledger cannot be made"),
	H015: harness("an entry holds a secret"),
	H020: harness("the built file changed after it was hashed"),
	H021: harness("the binary to deploy is not the one that was built"),
	H022: harness("a local remote cannot forward connections"),
	H023: harness("a word for a shell holds a NUL byte"),
	H024: harness("a command is too long"),
	H025: harness("the job that records was given nothing that was compiled", { noRemedy: "run the job compile again" }),
	H030: harness("the session has no plan"),
	H033: harness("the evidence is not what was recorded"),
	H301: harness("a build that succeeded was taken for a failed one"),
	H450: harness("a comment is too long"),
	H451: harness("a comment has no marker"),
	H452: harness("a check's summary is too long"),
	H460: harness("the name cannot be the name of an artifact"),
	H461: harness("there is nothing to upload"),
	H462: harness("the file cannot be part of an artifact")
};

// src/domain/failures/usage.ts
/** Usage failures: what was asked for cannot be done as asked (exit 2). */
const usage = rowsOf("usage");
const status$1 = "vps-test status";
const opsStatus = "gh workflow run vps-test-ops.yml -f command=status";
const workflows = "vps-test init";
const usageFailures = {
	U010: usage("a configuration, fleet, profile or request has faults", { noRemedy: "each fault names its file, line and what is expected there" }),
	U011: usage("a host key of the fleet file is no OpenSSH public key", { remedy: "vps-test nodes trust --help" }),
	U012: usage("the keys of a node cannot be written without changing another", { noRemedy: "the node needs a list host_keys of its own in the fleet file" }),
	U013: usage("an answer or option is not one of what exists", { remedy: "vps-test start --help" }),
	U030: usage("the fleet has no node of that name", { remedy: "vps-test nodes" }),
	U031: usage("no private SSH key was given"),
	U032: usage("a file that was named cannot be read"),
	U033: usage("the lab is not up", { remedy: "vps-test lab up" }),
	U034: usage("the repository has no configuration"),
	U040: usage("the profile cannot be tested yet", { remedy: "vps-test plan --help" }),
	U041: usage("an answer that no run can honour yet"),
	U042: usage("there is no terminal to confirm the plan on"),
	U043: usage("the person cancelled before anything was touched", { noRemedy: "it was the wish of the person" }),
	U044: usage("the configuration has no such project", { remedy: "vps-test plan --help" }),
	U045: usage("a release was named without its repository"),
	U047: usage("the fleet names no port for the service", { noRemedy: "the fleet file needs one line under ports" }),
	U048: usage("no suite is left to run", { noRemedy: "the configuration has to enable a suite, or to have a command in tests.custom" }),
	U049: usage("the fleet has no registry, and the program uses one", { noRemedy: "one node of the fleet file has to have the role registry" }),
	U046: usage("the given binary cannot be read"),
	U050: usage("the folder holds no evidence"),
	U052: usage("host keys are pinned only after a yes"),
	U053: usage("there is no such session", { remedy: status$1 }),
	U054: usage("a lease is broken only after a yes"),
	U055: usage("no session waits for approval", { remedy: status$1 }),
	U056: usage("the fleet needs a private SSH key"),
	U057: usage("the input needs is no JSON", { remedy: workflows }),
	U058: usage("the clock offset for tests is set outside a lab", { remedy: "unset VPS_TEST_CLOCK_SHIFT_SECONDS" }),
	U059: usage("the clock offset for tests is no number", { remedy: "unset VPS_TEST_CLOCK_SHIFT_SECONDS" }),
	U060: usage("the text cannot be the id of a session", { remedy: opsStatus }),
	U061: usage("the input head-sha is no commit", { remedy: workflows }),
	U062: usage("the input run-id is no number", { remedy: "gh run list" }),
	U063: usage("an input is not one of its values", { noRemedy: "the message lists the values" }),
	U064: usage("the Action was started outside a GitHub runner", { remedy: "vps-test start" }),
	U065: usage("there is no session that the command could act on", { remedy: opsStatus }),
	U066: usage("the environment for confirmation has no reviewers", { remedy: "gh browse --settings" }),
	U067: usage("the run was not approved in its environment"),
	U068: usage("a job came before the stage that it needs"),
	U069: usage("the input ssh-key is empty", { remedy: "gh secret set VPS_TEST_SSH_KEY < ~/.ssh/id_ed25519" }),
	U070: usage("the SSH key file cannot be read"),
	U071: usage("the SSH key is a public key", { remedy: "ls ~/.ssh" }),
	U072: usage("the SSH key has a passphrase", { remedy: "ssh-keygen -t ed25519 -N '' -f vps-test-key" }),
	U073: usage("the SSH key is damaged or in a format that is not read", { remedy: "ssh-keygen -t ed25519 -N '' -f vps-test-key" }),
	U074: usage("the comment job lacks what it needs to know about the run", { remedy: workflows }),
	U075: usage("diagnose was not given a node", { remedy: "gh workflow run vps-test-ops.yml -f command=diagnose -f node=saorsa-4" }),
	U076: usage("the ops command cannot act on what it was given", { remedy: opsStatus }),
	U077: usage("the input github-token is empty", { noRemedy: "left out of the workflow file, it has its default" }),
	U078: usage("a node has an IPv6 address, which no test measures yet", { noRemedy: "the fleet file needs an IPv4 address for each node that is tested, or deploy.nodes names others" }),
	U079: usage("the session cannot be approved as asked"),
	U080: usage("the text is no tag and no commit"),
	U081: usage("the text is no fleet and no path of one"),
	U082: usage("the directory is no Cargo workspace", { remedy: "vps-test init --help" }),
	U083: usage("the Cargo workspace has no program to deploy", { remedy: "vps-test init --help" }),
	U084: usage("files that init would write exist already"),
	U085: usage("the path cannot stand in a workflow file", { remedy: "vps-test init --help" }),
	U086: usage("it is not said which leases are to be broken", { remedy: "vps-test lease break --help" }),
	U088: usage("the input run-attempt is no number", { remedy: workflows }),
	U089: usage("the input head-repository is no owner/name", { remedy: workflows }),
	U090: usage("no fleet is named", { remedy: "export VPS_TEST_FLEET=lab" }),
	U091: usage("the input compiled is no number of an artifact", { remedy: workflows }),
	U201: usage("the file is no lab topology", { noRemedy: "each fault names its line and what is expected there" }),
	U202: usage("the lab id cannot be used", { remedy: "vps-test lab up --lab lab" }),
	U203: usage("the lab has no node of that name"),
	U260: usage("the ledger's URL holds credentials or a line break", { remedy: "git remote -v" }),
	U261: usage("the ledger does not accept the token", {
		noRemedy: "in a job the workflow file grants it: permissions: { contents: write }",
		terminalRemedy: "export GH_TOKEN=$(gh auth token)"
	}),
	U262: usage("the token may not write the ledger", {
		noRemedy: "in a job the workflow file grants it: permissions: { contents: write }",
		terminalRemedy: "export GH_TOKEN=$(gh auth token)"
	}),
	U263: usage("the ledger's repository does not exist, or the token may not see it"),
	U264: usage("a rule protects the branch of the ledger", { remedy: "gh ruleset list" }),
	U265: usage("a tag has the name of the ledger branch"),
	U266: usage("another branch stands in the place of the ledger branch"),
	U267: usage("the server refuses the commits of the ledger", { noRemedy: "a hook or a setting of the server has to let the branch vps-test-ledger pass; the message has its words" }),
	U268: usage("the ledger's repository uses SHA-256", { noRemedy: "another repository has to hold the ledger" }),
	U301: usage("a commit is built, but files are changed and not committed", { remedy: "git commit -a" }),
	U302: usage("the given binary is no file, or too large", { noRemedy: "the message names what is allowed" }),
	U303: usage("the release or its asset does not exist, or is too large", { remedy: "gh release list" }),
	U304: usage("what was given or built is no Linux program", { noRemedy: "an ELF program for Linux is needed, or a .tar.gz that holds one" }),
	U306: usage("a native build cannot take the whole commit along", { noRemedy: "the message names what the commit does not hold" }),
	U307: usage("a dependency asks for credentials, which a build is not given", { noRemedy: "a binary that is built elsewhere can be given instead: --binary or --release" }),
	U308: usage("a program was built from pointers of Git LFS instead of the content", { remedy: "git lfs pull" }),
	U305: usage("the build command or the target of the configuration is wrong", { remedy: "vps-test plan" }),
	U450: usage("a repository is not named owner/name", { remedy: "gh repo view" }),
	U451: usage("the GitHub token is empty", {
		remedy: workflows,
		terminalRemedy: "export GH_TOKEN=$(gh auth token)"
	}),
	U452: usage("a workflow run is not named by a number", { noRemedy: "the number stands in the address of the run" })
};

// src/domain/failures/failures.ts
/** The closed family of failures: every code has one row, and docs/errors.md is made from them. */
const rows$2 = {
	...usageFailures,
	...transportFailures,
	...infraFailures,
	...busyFailures,
	...productFailures,
	...harnessFailures
};
const failures = rows$2;
const failureCodes = Object.keys(rows$2);
/** The row of a code that was read from a ledger or a file. */
const failureRow = (code) => typeof code === "string" && Object.hasOwn(failures, code) ? failures[code] : void 0;

// src/domain/failure.ts
/** The closed family of failures: who owns it is decided where it is first seen (architecture: failure kinds). */
/**
* Exit codes of every command (architecture: style). `unanchored`: evidence that agrees with itself, and with no ledger
* that the person named.
*/
const exitCodes = {
	passed: 0,
	harness: 1,
	usage: 2,
	infra: 10,
	failed: 20,
	inconclusive: 30,
	unanchored: 31
};
/** Every error this program throws on purpose. */
var Failure = class extends Error {
	facts;
	constructor(input, cause) {
		super(input.message, cause === void 0 ? void 0 : { cause });
		this.name = "Failure";
		const { kind, remedy } = failures[input.code];
		this.facts = {
			kind,
			...remedy === void 0 ? {} : { remedy },
			...input
		};
	}
	get kind() {
		return this.facts.kind;
	}
};
const isFailure = (error, code) => error instanceof Failure && error.facts.code === code;
/** What a ledger entry keeps of a failure, so that the end of the run can name it. */
const failureFacts = ({ facts: { code, remedy } }) => ({
	code,
	...remedy === void 0 ? {} : { remedy: remedy.slice(0, 500) }
});
/** Whose matter a failure was that a ledger entry names by its code. */
const recordedKind = (code) => failureRow(code)?.kind ?? "infra";
const exitCodeOf = (kind) => ({
	usage: exitCodes.usage,
	transport: exitCodes.infra,
	infra: exitCodes.infra,
	busy: exitCodes.infra,
	harness: exitCodes.harness,
	product: exitCodes.failed
})[kind];
function assertNever(value) {
	throw new Failure({
		code: "H001",
		message: `unexpected value ${JSON.stringify(value)}`
	});
}

// src/domain/machine-fault.ts
/** What the operating system of this machine refused, as a failure in words with what a person can do. */
const space = (words) => ({
	code: "I103",
	words,
	remedy: (path) => `df -h ${path}; df -i ${path}`
});
const access = (words) => ({
	code: "I104",
	words,
	remedy: (path) => `ls -ld ${path}`
});
const descriptors = (words) => ({
	code: "I105",
	words,
	remedy: () => "ulimit -n 4096"
});
const broken$1 = (words) => ({
	code: "I106",
	words,
	remedy: (path) => `ls -ld ${path}; dmesg | tail`
});
const refusals = {
	ENOSPC: space("no space is left"),
	EDQUOT: space("the disk quota is used up"),
	EFBIG: space("the file would be larger than this machine allows"),
	EROFS: access("the file system is read-only"),
	EACCES: access("permission is denied"),
	EPERM: access("it is not permitted"),
	EBUSY: access("it is in use"),
	ETXTBSY: access("it is a program that runs"),
	EMFILE: descriptors("this process has too many open files"),
	ENFILE: descriptors("this machine has too many open files"),
	ENOMEM: broken$1("no memory is left"),
	EAGAIN: broken$1("no process or memory is left"),
	EIO: broken$1("the device does not answer properly"),
	ESTALE: broken$1("the network file system lost it"),
	ELOOP: broken$1("links lead in a circle"),
	ENAMETOOLONG: broken$1("the name is too long"),
	ENOTDIR: broken$1("a part of the path is no directory"),
	EISDIR: broken$1("it is a directory"),
	ENOENT: broken$1("it is not there any more")
};
/** Undefined for what no operating system said. The errors below an error are looked at as well. */
function machineFault(error) {
	for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
		const code = "code" in at && typeof at.code === "string" ? at.code : "";
		const refusal = Object.hasOwn(refusals, code) ? refusals[code] : void 0;
		const path = "path" in at && typeof at.path === "string" ? at.path : void 0;
		const call = "syscall" in at && typeof at.syscall === "string" ? at.syscall : void 0;
		if (refusal === void 0 || call === void 0) continue;
		const what = path === void 0 ? call : `${call} ${path}`;
		return new Failure({
			code: refusal.code,
			message: `this machine: ${refusal.words} (${what}: ${code})`,
			remedy: refusal.remedy(path === void 0 ? "." : quoted$1(path))
		}, error);
	}
}
const quoted$1 = (path) => /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

// src/domain/text.ts
/** Text for people: hostile text made safe to print, values as words, times and durations, and what an error says. */
/** Control characters, line ends, and the invisible ones that turn or hide text. */
const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const hiddenOrHalf = new RegExp(`${hidden.source}|\\p{Cs}|[\\u{e0000}-\\u{e007f}]`, "gu");
/** For a terminal or a message: hidden characters are dropped and the length is bounded. */
const stripHidden = (text, limit = 200) => {
	const clean = text.replace(hidden, "");
	return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
};
/**
* For a page that is evidence: hidden characters are written as ⟨U+XXXX⟩, so that a reader sees that they were there.
*/
const spellHidden = (value) => value.replace(hiddenOrHalf, (c) => c === "	" ? " " : `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
/** Cut to a number of characters, never through the middle of one; says how many are missing. */
function cut(value, max) {
	if (value.length <= max) return value;
	let [end, points] = [0, 0];
	for (let i = 0; i < value.length; i++, points++) {
		if (points === max) end = i;
		if ((value.codePointAt(i) ?? 0) > 65535) i++;
	}
	return points <= max ? value : `${value.slice(0, end)}… (${points - max} more)`;
}
/** A value in a message: text quoted, anything else by its kind. */
function printable(value) {
	if (typeof value === "string") return JSON.stringify(stripHidden(value, 80));
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	return kindOf$2(value);
}
/** What a YAML value is, in a writer's words. */
function kindOf$2(value) {
	if (value === null || value === void 0) return "empty";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "object") return "a map";
	return {
		string: "text",
		boolean: "true/false"
	}[typeof value] ?? `a ${typeof value}`;
}
/** What was thrown need not be an error. */
const messageOf = (error) => error instanceof Error ? error.message : String(error);
/** Milliseconds below ten seconds; `–` for nothing. */
const ms$1 = (value) => value === null ? "–" : value < 1e4 ? `${Math.round(value)} ms` : duration(value);
/** A node's clock may say anything; a date that does not exist is `?`. */
const iso = (at) => Math.abs(at) <= 864e13 ? new Date(at).toISOString() : "?";
/** `48 s`, `7 min 03 s`, `2 h 05 min`. */
function duration(milliseconds) {
	const s = Math.max(0, Math.round(milliseconds / 1e3));
	const two = (n) => n.toString().padStart(2, "0");
	if (s < 60) return `${s} s`;
	return s < 3600 ? `${Math.floor(s / 60)} min ${two(s % 60)} s` : `${Math.floor(s / 3600)} h ${two(Math.floor(s % 3600 / 60))} min`;
}

// src/inputs/faults.ts
/** Faults of an input: collected, put in order, and turned into one usage failure that lists all of them. */
const shownAtMost = 50;
/** `nodes[3].nat`; names that would be misread are quoted. */
const pathText = (path) => path.map((p, i) => typeof p === "number" ? `[${p}]` : /^[\w-]{1,80}$/.test(p) ? `${i === 0 ? "" : "."}${p}` : `[${JSON.stringify(stripHidden(p, 80))}]`).join("");
/** By place; one fault is said once. */
function sortFaults(faults) {
	return [...new Map(faults.map((f) => [`${placeText(f.at)} ${f.message}`, f])).values()].sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0) || (a.at.column ?? 0) - (b.at.column ?? 0));
}
/** `file:line:column path: message`, safe to print. */
const faultText = (fault) => `${placeText(fault.at)}: ${stripHidden(fault.message, 400)}`;
const placeText = (at) => [`${stripHidden(at.file)}${at.line === void 0 ? "" : `:${at.line}:${at.column ?? 1}`}`, at.path].filter((t) => t !== "").join(" ");
/** U010: an input file is not as it must be. Every fault is in the message. */
function usageFailure(faults, remedy) {
	const all = sortFaults(faults);
	const lines = all.slice(0, shownAtMost).map(faultText);
	if (all.length > shownAtMost) lines.push(`… and ${all.length - shownAtMost} more`);
	const message = all.length === 1 ? lines.join("") : [`${all.length} faults in the input:`, ...lines].join("\n");
	return new Failure({
		code: "U010",
		message,
		faults: all,
		...remedy === void 0 ? {} : { remedy }
	});
}

// src/domain/states.ts
/** States and soak checkpoints as data: what a state is, and when a checkpoint is due. A new checkpoint is one row. */
const hour = 36e5;
/** Each is due this long after the test before it; sooner ones come first. */
const checkpoints = {
	"1h": {
		state: "WAIT_1HR",
		afterMs: hour,
		what: "Test again one hour after a pass"
	},
	"6h": {
		state: "WAIT_6HR",
		afterMs: 6 * hour,
		what: "Test again six hours after that"
	}
};
/** In the order in which they are taken. */
const checkpointRows = Object.entries(checkpoints).map(([id, row]) => ({
	id,
	...row
})).toSorted((a, b) => a.afterMs - b.afterMs);
const checkpointStates = checkpointRows.map((c) => c.state);
/** What a configuration calls it: `wait_1hr`. */
const configKey = (checkpoint) => checkpoint.toLowerCase();
/** One value for every checkpoint's state. */
const perCheckpoint = (of) => Object.fromEntries(checkpointRows.map((c) => [c.state, of(c)]));
const states = {
	IDLE: {
		kind: "start",
		holdsLeases: false,
		standing: "open"
	},
	INTERVIEW: {
		kind: "start",
		holdsLeases: false,
		standing: "open",
		firstLoop: true
	},
	SETUP: {
		kind: "working",
		holdsLeases: false,
		standing: "open",
		firstLoop: true
	},
	BUILD: {
		kind: "working",
		holdsLeases: true,
		standing: "open",
		firstLoop: true
	},
	DEPLOY: {
		kind: "working",
		holdsLeases: true,
		standing: "open",
		firstLoop: true
	},
	TEST: {
		kind: "working",
		holdsLeases: true,
		standing: "open",
		firstLoop: true
	},
	FIX: {
		kind: "working",
		holdsLeases: true,
		standing: "failed"
	},
	...perCheckpoint(() => ({
		kind: "timer",
		holdsLeases: true,
		standing: "passed",
		waitsFor: "the checkpoint is taken by the soak schedule"
	})),
	RESTART: {
		kind: "working",
		holdsLeases: true,
		standing: "failed"
	},
	AWAIT_PUSH: {
		kind: "person",
		holdsLeases: false,
		standing: "failed",
		waitsFor: "a push on the session's branch continues it at BUILD"
	},
	AWAIT_APPROVAL: {
		kind: "person",
		holdsLeases: false,
		standing: "passed",
		waitsFor: "a person decides"
	},
	COMPLETE: {
		kind: "final",
		holdsLeases: false,
		standing: "passed"
	},
	STOPPED: {
		kind: "final",
		holdsLeases: false,
		standing: "open"
	}
};
const stateNames = Object.keys(states);
const traitsOf = (state) => states[state];
const isState = (value) => typeof value === "string" && Object.hasOwn(states, value);
const isCheckpoint = (value) => checkpointStates.some((checkpoint) => checkpoint === value);
/** Nothing further happens in it by itself. */
const isFinal = (state) => traitsOf(state).kind === "final";
/** The first loop, in its order. */
const firstLoop = stateNames.filter((s) => traitsOf(s).firstLoop === true);

// src/domain/canonical.ts
/** One text for one value, and its digest. */
/**
* JSON with sorted keys and no spaces: one value, one text. What JSON has no word for is left out, or null in a list.
*/
function canonical(value) {
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	return `{${Object.entries(value).filter(([, v]) => v !== void 0).sort(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(",")}}`;
}
const sha256 = (data) => createHash("sha256").update(data).digest("hex");

// src/domain/ledger.ts
/**
* The hash chain: every entry names the hash of the one before, so that no entry can be changed, dropped or moved
* unseen.
*/
const genesis = "0".repeat(64);
/** Over everything but the hash itself, so that a field nobody knows cannot be slipped in. */
function hashOf(entry) {
	const { hash: _, ...rest } = {
		hash: "",
		...entry
	};
	return sha256(canonical(rest));
}
/** The next entry of a chain. */
function chain(entries, body) {
	const last = entries.at(-1);
	const entry = {
		...body,
		seq: last === void 0 ? 0 : last.seq + 1,
		prev: last?.hash ?? genesis
	};
	return {
		...entry,
		hash: hashOf(entry)
	};
}
/**
* Every break of the chain, in words; empty when whole. `session`: whose chain it must be, else that of its first
* entry.
*/
function chainFaults(entries, session = entries[0]?.session) {
	const faults = [];
	entries.forEach((e, i) => {
		if (e.seq !== i) faults.push(`entry ${i} has seq ${e.seq}`);
		if (e.prev !== (entries[i - 1]?.hash ?? genesis)) faults.push(`entry ${i} does not follow the one before`);
		if (e.hash !== hashOf(e)) faults.push(`entry ${i} was changed after it was written`);
		if (e.session !== session) faults.push(`entry ${i} belongs to session ${e.session}`);
	});
	return faults;
}

// src/domain/answers.ts
/** The four interview answers: what each may be, and where it came from. */
const focuses = [
	"connectivity",
	"nat-traversal",
	"gossip",
	"throughput",
	"full-suite"
];
const criteriaKinds = [
	"all-pass",
	"threshold",
	"improvement",
	"custom"
];
const proofKinds = [
	"logs",
	"metrics",
	"manual-verify",
	"all-evidence"
];
/** What a start does where another session holds the fleet. */
const busyPolicies = [
	"queue",
	"refuse",
	"supersede"
];

// src/domain/cargo-causes.ts
const longest$3 = 700;
/** `error: …: cause: cause: last cause`; undefined where cargo named no error. Summaries of rustc's errors are none. */
function chainOf$1(stderr) {
	const lines = stderr.split("\n").map((line) => line.trimEnd());
	const at = lines.findIndex((line) => /^error(?:\[\w+\])?: /.test(line) && !/^error: (?:could not compile|aborting due)/.test(line));
	if (at < 0) return void 0;
	return shortened([paragraph$1(lines.slice(at)), ...lines.flatMap((line, i) => i > at && /^Caused by:$/.test(line) ? [i + 1] : []).map((i) => paragraph$1(lines.slice(i)))]);
}
/** The first lines up to an empty one, without hints, source excerpts and backtraces. */
function paragraph$1(lines) {
	const end = lines.findIndex((line, i) => i > 0 && (line === "" || /^(?:note|help|hint|Stack backtrace)\b/.test(line)));
	return lines.slice(0, end < 0 ? 8 : Math.min(end, 8)).map((line) => line.trim()).filter((line) => line !== "" && !/^(?:\d* ?\||-->|\* )/.test(line)).join(" ").slice(0, 300);
}
/** The first and the last say most: of what lies between, as much as there is room for. */
function shortened(parts) {
	const whole = parts.join(": ");
	if (whole.length <= longest$3 || parts.length < 3) return whole.slice(0, longest$3);
	return `${parts[0] ?? ""}: …: ${parts.at(-1) ?? ""}`.slice(0, longest$3);
}
const nowhere$1 = {
	file: null,
	line: null,
	column: null,
	code: null
};
/** What a machine lacks makes the project's own script panic as well. */
const lacking = /not found|no such file or directory|could not find|couldn't find|cannot find|is not installed|is it installed|is `[^`]+` installed|failed to find|unable to find|NotFound|failed to (?:execute|run|spawn)|pkg-config/i;
/** Build scripts speak on stderr only: the block from cargo's error to the end of their own words. */
function scriptFailure(stderr) {
	const found = /failed to run custom build command for `([^`\n]{1,300})`([\s\S]{0,20000})/.exec(stderr);
	if (found === null) return void 0;
	const [, name = "", block = ""] = found;
	const own = /\((?:file:\/\/)?\//.test(name);
	const panic = panicIn(block);
	const said = panic?.message ?? lastWords$1(block);
	return {
		error: {
			...nowhere$1,
			...own && panic !== void 0 ? {
				file: panic.file,
				line: panic.line,
				column: panic.column
			} : {},
			message: `build script: ${said}`,
			rendered: found[0].slice(0, 4e3),
			crate: name.split(" ")[0] ?? name,
			own
		},
		projects: own && !lacking.test(said) && /exit(?: status| code)?: \d/.test(block)
	};
}
/** Since Rust 1.73 the message is below the place, before it stood in quotation marks in front of it. */
function panicIn(block) {
	const now = /panicked at ([^\s:]{1,300}):(\d{1,7}):(\d{1,7}):\n([\s\S]{1,2000})/.exec(block);
	if (now !== null) {
		const [, file = "", line, column, rest = ""] = now;
		const end = rest.search(/\n\s*(?:note: |stack backtrace:|\d+: |--- )|\n\n/);
		const message = rest.slice(0, end < 0 ? void 0 : end).replace(/\s+/g, " ").trim();
		return {
			file,
			line: Number(line),
			column: Number(column),
			message: message.slice(0, 400)
		};
	}
	const before = /panicked at '([\s\S]{0,2000}?)', ([^\s:]{1,300}):(\d{1,7}):(\d{1,7})/.exec(block);
	if (before === null) return void 0;
	const [, message = "", file = "", line, column] = before;
	return {
		file,
		line: Number(line),
		column: Number(column),
		message: message.replace(/\s+/g, " ").slice(0, 400)
	};
}
function lastWords$1(block) {
	const words = block.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !/^(?:warning: build failed|note: |stack backtrace:|at \/|\d+: )/.test(line));
	return words.findLast((line) => /error|fatal|not found|failed|missing|is `/i.test(line)) ?? words.at(-1) ?? "said nothing";
}

// src/domain/cargo-messages.ts
const emptyRun = {
	errors: [],
	warnings: 0,
	finished: 0,
	executables: []
};
const caps = {
	errors: 100,
	rendered: 4e3,
	executables: 100
};
/** Folds one line of cargo's stdout into what is known; lines that are not cargo's change nothing. */
function readCargoLine(run, line) {
	const said = parse$1(line);
	if (said === void 0) return run;
	const id = text$4(said["package_id"]) ?? "";
	if (said["reason"] === "compiler-artifact") {
		const made = text$4(said["executable"]);
		return {
			...run,
			finished: run.finished + 1,
			executables: made === void 0 || run.executables.length >= caps.executables ? run.executables : [...run.executables, made]
		};
	}
	if (said["reason"] !== "compiler-message" || !isObject$2(said["message"])) return run;
	const level = said["message"]["level"];
	if (level === "warning") return {
		...run,
		warnings: run.warnings + 1
	};
	if (level !== "error" && level !== "error: internal compiler error") return run;
	const error = readError(said["message"], id);
	return isSummary(error.message) || run.errors.length >= caps.errors ? run : {
		...run,
		errors: [...run.errors, error]
	};
}
/** `src/main.rs:3:22 E0308 mismatched types` */
const placed = (e) => [
	e.file === null ? `${e.crate}:` : e.line === null ? `${e.file}:` : `${e.file}:${e.line}:${e.column ?? 1}`,
	e.code,
	oneLine$1(e.message)
].filter((p) => p !== null && p !== "").join(" ");
const isSummary = (message) => /^aborting due to /.test(message);
function readError(message, id) {
	const spans = Array.isArray(message["spans"]) ? message["spans"].filter(isObject$2) : [];
	const span = spans.find((s) => s["is_primary"] === true) ?? spans[0];
	const code = isObject$2(message["code"]) ? text$4(message["code"]["code"]) : void 0;
	const rendered = text$4(message["rendered"]) ?? "";
	return {
		file: text$4(span?.["file_name"]) ?? null,
		line: whole$3(span?.["line_start"]),
		column: whole$3(span?.["column_start"]),
		code: code ?? null,
		message: `${text$4(message["message"]) ?? "no message"}${linkerSays(rendered)}`.slice(0, caps.rendered),
		rendered: rendered.slice(0, caps.rendered),
		crate: crateOf(id),
		own: id.includes("path+file:")
	};
}
/** rustc's own sentence on a failed linker holds only the command; why is in a note. */
const linkerSays = (rendered) => {
	const why = /^error: linking with/.test(rendered) ? /= note: .*?((?:error: |undefined (?:symbol|reference)|cannot find ).{1,300})/.exec(rendered)?.[1] : void 0;
	return why === void 0 ? "" : `: ${why}`;
};
/**
* Both spellings of a package id: `toy 0.1.0 (path+file:///x)` until 1.76, `path+file:///x#toy@0.1.0` or `…/toy#0.1.0`
* since.
*/
function crateOf(id) {
	const old = /^([^ ]+) [^ ]+ \(/.exec(id)?.[1];
	if (old !== void 0) return old;
	const [where = "", name = ""] = id.split("#");
	return name.includes("@") ? name.slice(0, name.lastIndexOf("@")) : where.split("/").at(-1) ?? id;
}
const oneLine$1 = (s) => s.replace(/\s+/g, " ").trim().slice(0, 300);
function parse$1(line) {
	if (!line.startsWith("{")) return void 0;
	try {
		const value = JSON.parse(line);
		return isObject$2(value) ? value : void 0;
	} catch {
		return;
	}
}
const isObject$2 = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const text$4 = (value) => typeof value === "string" ? value : void 0;
const whole$3 = (value) => typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;

// src/domain/cargo-failure.ts
/**
* Who owns a failed build: the project's code, the toolchain, or the build command. Texts are cargo's and
* cargo-zigbuild's, seen with 1.65 and 1.95.
*/
/**
* `compile`: the project's own files; `toolchain`: compiler, linker, C dependency or network; `usage`: the build
* command; `access`: a dependency that asks for credentials, on whichever machine.
*/
const buildFaultKinds = [
	"compile",
	"toolchain",
	"usage",
	"access"
];
/**
* Compile errors of the project come before all else, since no other toolchain cures them; but without a standard
* library every line is one.
*/
function classifyBuild(run, stderr) {
	const noStd = run.errors.find(lacksStd);
	if (noStd !== void 0) return {
		reason: "toolchain",
		message: `the compiler has no standard library for this target: ${/rustup target add [\w.-]+/.exec(noStd.rendered)?.[0] ?? oneLine$1(noStd.message)}`,
		errors: [noStd]
	};
	const own = run.errors.filter((e) => e.own && !isLinker(e));
	const first = own[0];
	if (first !== void 0) return {
		reason: "compile",
		message: `${own.length === 1 ? "1 error" : `${own.length} errors`} in the project's code; first: ${placed(first)}`,
		errors: own
	};
	const script = scriptFailure(stderr);
	if (script !== void 0) return {
		reason: script.projects ? "compile" : "toolchain",
		message: `${script.projects ? "the project's build script failed" : "a build script failed"}: ${placed(script.error)}`,
		errors: [...run.errors, script.error]
	};
	const rule = rules.find((r) => r.pattern.test(stderr));
	if (rule !== void 0) {
		const errors = [...run.errors, ...rule.errors(stderr)];
		const shown = errors[0] === void 0 ? chainOf$1(stderr) ?? oneLine$1(lineOf(stderr, rule.pattern)) : placed(errors[0]);
		return {
			reason: rule.reason,
			message: `${rule.says}: ${shown}`,
			errors
		};
	}
	const other = run.errors[0];
	if (other !== void 0) return {
		reason: "toolchain",
		message: placed(other),
		errors: run.errors
	};
	return {
		reason: "toolchain",
		message: chainOf$1(stderr) ?? oneLine$1(stderr.split("\n").findLast((l) => l.trim() !== "") ?? "the build said nothing"),
		errors: []
	};
}
const none$2 = () => [];
/** First match wins: an old compiler and a missing network are told apart from the manifest errors they come as. */
const rules = [
	{
		reason: "access",
		says: "a dependency asks for credentials, which a build is not given",
		errors: none$2,
		pattern: /failed to authenticate when downloading|failed to acquire username|could not read (?:Username|Password)|[Aa]uthentication (?:failed|required)|(?:got|status code:?|HTTP|error:) 40[13]\b|Permission denied \(publickey|no token found for `|no authentication methods succeeded/
	},
	{
		reason: "usage",
		says: "a Cargo workspace above the project claims it",
		errors: none$2,
		pattern: /current package believes it's in a workspace when it's not/
	},
	{
		reason: "usage",
		says: "the build command does not enable the features that the program needs",
		errors: none$2,
		pattern: /requires the features: /
	},
	{
		reason: "toolchain",
		says: "a program that cargo starts is not here",
		errors: none$2,
		pattern: /could not execute process `/
	},
	{
		reason: "toolchain",
		says: "cargo lacks a command",
		errors: none$2,
		pattern: /no such (?:sub)?command|is not installed for the toolchain/
	},
	{
		reason: "toolchain",
		says: "the compiler is too old for this project",
		errors: none$2,
		pattern: /requires rustc \d|feature `edition\d+` is required|lock file version .* was found|lock file version .* requires|this version of Cargo is older than/
	},
	{
		reason: "compile",
		says: "the lock file does not fit the manifest",
		errors: lockErrors,
		pattern: /lock ?file .*(?:needs to be updated but --locked|because --locked was passed)/i
	},
	{
		reason: "compile",
		says: "the project's manifest is wrong",
		errors: manifestErrors,
		pattern: /failed to (?:parse|load) manifest|failed to read `[^`]*Cargo\.toml`|^\s*--> \S*Cargo\.toml:\d/m
	},
	{
		reason: "toolchain",
		says: "a dependency could not be fetched",
		errors: none$2,
		pattern: /failed to (?:download|fetch|get `|query replaced source)|[Cc]ould(?:n't| not) resolve host|no matching package named/
	},
	{
		reason: "toolchain",
		says: "the compiler was killed (out of memory?)",
		errors: none$2,
		pattern: /signal: 9, SIGKILL/
	},
	{
		reason: "usage",
		says: "the build command does not fit the project",
		errors: none$2,
		pattern: /did not match any packages|no (?:bin|example|library) targets? (?:named|found|matches|available)|could not find `Cargo\.toml`|unexpected argument|wasn't expected|profile `[^`]*` is not defined|(?:does not contain|contains?) (?:this|these) features?|Unsupported Rust target/
	}
];
const lacksStd = (e) => e.code === "E0463" && /`(?:std|core|alloc)`/.test(e.message);
/** rustc reports these as errors of the crate at hand; they are not the project's fault. */
const isLinker = (e) => /^linking with |^linker `|^could not (?:exec|execute) the linker|internal compiler error/.test(e.message);
/** Since 1.7x with a place, before with a chain of causes. */
function manifestErrors(stderr) {
	const place = /^\s*--> (\S*Cargo\.toml):(\d{1,7}):(\d{1,7})/m.exec(stderr);
	const file = place?.[1] ?? /`([^`\n]*Cargo\.toml)`/.exec(stderr)?.[1] ?? "Cargo.toml";
	const head = /^error: (.*)$/m.exec(stderr)?.[1] ?? "cannot be read";
	const cause = [...stderr.matchAll(/^Caused by:\n\s+(.*)$/gm)].at(-1)?.[1];
	return [{
		...nowhere,
		file,
		line: place === null ? null : Number(place[2]),
		column: place === null ? null : Number(place[3]),
		message: cause === void 0 ? head : `${head}: ${cause}`,
		rendered: stderr.slice(-4e3),
		crate: "Cargo.toml",
		own: true
	}];
}
function lockErrors(stderr) {
	return [{
		...nowhere,
		file: /(\S*Cargo\.lock)/.exec(stderr)?.[1] ?? "Cargo.lock",
		message: "is not up to date with Cargo.toml; run cargo update --workspace and commit it",
		rendered: stderr.slice(-4e3),
		crate: "Cargo.lock",
		own: true
	}];
}
const nowhere = {
	file: null,
	line: null,
	column: null,
	code: null
};
const lineOf = (stderr, pattern) => stderr.split("\n").find((l) => pattern.test(l)) ?? stderr;

// src/domain/counts.ts
/** Raw counts of one test, by suite and group: what titles, comparisons, the dashboard and the soak baseline read. */
const whole$2 = int().nonnegative();
/** One group of a suite: a pair class, the name of a command. */
const countSchema = object({
	attempts: whole$2,
	successes: whole$2,
	/** Pairs or nodes that the plan has in this group, and how many of them were tried. */
	planned: whole$2,
	tried: whole$2,
	/** Failed at first, and good when a checkpoint tried again. */
	recovered: whole$2
}).readonly().refine((c) => c.successes <= c.attempts, "more successes than attempts");
/** Names stand in titles and tables. */
const name$3 = string().min(1).max(200);
/** By suite, then by group. */
const countsSchema = record$2(name$3, record$2(name$3, countSchema).readonly()).readonly();
/** Every group of every suite, sorted by name. */
const groupsOf$1 = (counts) => Object.entries(counts).flatMap(([suite, groups]) => Object.entries(groups).map(([group, count]) => ({
	suite,
	group,
	count
}))).toSorted((a, b) => compare$1(a.suite, b.suite) || compare$1(a.group, b.group));
const countOf = (counts, suite, group) => {
	const groups = Object.hasOwn(counts, suite) ? counts[suite] : void 0;
	return groups !== void 0 && Object.hasOwn(groups, group) ? groups[group] ?? null : null;
};
/**
* `direct 40/40, relay 9/10`; with several suites each group has its suite before it. Empty where nothing was counted.
*/
function countsText(counts) {
	const several = Object.keys(counts).length > 1;
	return groupsOf$1(counts).map((g) => `${groupName(g, several)} ${g.count.successes}/${g.count.attempts}`).join(", ");
}
/** The group alone, or with its suite where there are several. */
const groupName = ({ suite, group }, several) => several ? `${suite}: ${group}` : group;
const compare$1 = (a, b) => a < b ? -1 : a > b ? 1 : 0;

// src/domain/plan.ts
/** Digest of everything that decides what will be done; where an answer came from does not. */
function planDigest(plan) {
	const answers = Object.fromEntries(Object.entries(plan.answers).map(([question, a]) => [question, a.value]));
	return sha256(canonical({
		...plan,
		answers
	}));
}

// src/domain/shape.ts
const anything = () => null;
const text$3 = (v) => typeof v === "string" ? null : " is no text";
/** What is looked up, compared and repeated: the name of a node, an address. */
const name$2 = (v) => typeof v === "string" && v.length <= 200 ? null : " is no name";
const number$3 = (v) => Number.isFinite(v) ? null : " is no number";
const whole$1 = (v) => Number.isSafeInteger(v) ? null : " is no whole number";
/** Unix milliseconds of a clock that was set: this program is younger than 2020. */
const time$2 = (v) => whole$1(v) ?? between(15778368e5, 41024448e5)(v) === null ? null : " is no time";
const between = (least, most) => (v) => number$3(v) ?? (least <= v && v <= most ? null : ` is not from ${least} to ${most}`);
const flag = (v) => typeof v === "boolean" ? null : " is neither true nor false";
const oneOf = (...words) => (v) => words.includes(v) ? null : ` is none of ${words.map(String).join(", ")}`;
const orNull = (check) => (v) => v === null ? null : check(v);
const optional = (check) => (v) => v === void 0 ? null : check(v);
const list$2 = (of, most = 1e400) => (v) => {
	if (!Array.isArray(v)) return " is no list";
	if (v.length > most) return ` has ${v.length} parts; ${most} are allowed`;
	for (const [i, one] of v.entries()) {
		const fault = of(one);
		if (fault !== null) return `[${i}]${fault}`;
	}
	return null;
};
/** By name, whatever the names are. */
const record$1 = (of) => (v) => {
	if (!isObject$1(v)) return " is no object";
	for (const key of Object.keys(v)) {
		const fault = of(v[key]);
		if (fault !== null) return `.${stripHidden(key, 40)}${fault}`;
	}
	return null;
};
/** The fields that are read, by name; others may be there. */
const fields = (of) => (v) => {
	if (!isObject$1(v)) return " is no object";
	for (const [key, check] of Object.entries(of)) {
		const fault = check(Object.hasOwn(v, key) ? v[key] : void 0);
		if (fault !== null) return `.${key}${fault}`;
	}
	return null;
};
/** Every field of a type: a new one is a type error here until it is checked too. */
const every = (of) => fields(of);
/** A union by its `kind`. */
const kinds$1 = (of) => (v) => {
	const kind = isObject$1(v) ? v["kind"] : void 0;
	return typeof kind === "string" && Object.hasOwn(of, kind) ? of[kind]?.(v) ?? null : `.kind is none of ${Object.keys(of).join(", ")}`;
};
/** Depth of honest evidence is below ten. */
const deepest$2 = 64;
/**
* How many values there are; a fault where there are more than `most`, where a text is too long, or where they are
* nested so deep that reading them would overflow.
*/
function countValues(root, most) {
	let count = 0;
	let level = [root];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > deepest$2) return ` is nested deeper than ${deepest$2}`;
		const below = [];
		for (const value of level) {
			if (typeof value === "string" && value.length > most.longest) return ` holds a text of ${value.length} characters; ${most.longest} are allowed`;
			if (typeof value !== "object" || value === null) continue;
			if (!Array.isArray(value) && Object.keys(value).some((key) => key.length > most.longest)) return ` holds a name of more than ${most.longest} characters`;
			for (const one of Object.values(value)) below.push(one);
			if (count + level.length + below.length > most.values) return ` holds more than ${most.values} values`;
		}
		count += level.length;
		level = below;
	}
	return count;
}
const isObject$1 = (v) => typeof v === "object" && v !== null && !Array.isArray(v);

// src/domain/events/facts.ts
/** Parts that facts of entries are made of, as schemas. */
/** Of the ledger: grows when facts change. Entries of another format are refused. */
const ledgerFormat = 3;
/** A value that is checked without being copied. */
const checked$2 = (check) => custom((value) => check(value) === null, { error: (issue) => `is not as agreed: ${check(issue.input)?.trim() ?? ""}` });
/** Beyond it a date does not exist. */
const lastTime = 864e13;
/** Unix milliseconds. */
const time$1 = number$4().min(-864e13).max(lastTime);
const digest = string().regex(/^[0-9a-f]{64}$/);
const whole = int().nonnegative();
const writer = discriminatedUnion("kind", [object({
	kind: literal("run"),
	repository: string(),
	run: string(),
	attempt: int(),
	url: string()
}).readonly(), object({
	kind: literal("process"),
	host: string(),
	pid: int()
}).readonly()]);
const origin$1 = object({
	repository: string().nullable(),
	branch: string().nullable(),
	commit: string().nullable(),
	event: string(),
	actor: string().nullable()
}).readonly();
const answer$1 = fields({
	value: text$3,
	from: text$3
});
/** As far as readers of entries go; a stage that works by the plan is the writer's own version. */
const plan$3 = checked$2(fields({
	answers: fields({
		project: answer$1,
		focus: answer$1,
		criteria: answer$1,
		proof: answer$1
	}),
	config: fields({ project: text$3 }),
	profile: fields({ name: text$3 }),
	fleet: fields({
		name: name$2,
		nodes: list$2(fields({
			name: name$2,
			host: name$2,
			ip: name$2
		}), 1e3)
	}),
	nodes: list$2(name$2, 1e3),
	source: kinds$1({
		build: fields({ workspace: text$3 }),
		file: fields({ path: text$3 }),
		release: fields({ tag: text$3 })
	})
}));
const methods$1 = [
	"zigbuild",
	"native",
	"file",
	"release"
];
const before = list$2(fields({
	source: oneOf(...methods$1),
	reason: oneOf(...buildFaultKinds),
	message: text$3
}), 20);
const buildsBefore = checked$2(before);
const buildRecord = checked$2(fields({
	source: oneOf(...methods$1),
	sha256: text$3,
	bytes: number$3,
	before,
	from: kinds$1({
		none: fields({ why: text$3 }),
		git: fields({
			commit: text$3,
			subject: text$3
		}),
		file: fields({ path: text$3 }),
		release: fields({ tag: text$3 })
	}),
	uncommitted: orNull(fields({
		count: number$3,
		paths: list$2(text$3, 50)
	})),
	toolchain: orNull(fields({
		rustc: text$3,
		cargo: text$3,
		zigbuild: orNull(text$3),
		zig: orNull(text$3)
	})),
	sandbox: orNull(kinds$1({
		"another user": fields({}),
		"user namespace": fields({}),
		none: fields({ why: text$3 })
	}))
}));
const buildFaults = array(object({
	file: string(),
	line: whole,
	message: string()
}).readonly()).max(20).readonly();
/** What an earlier job stored. */
const artifact = object({
	name: string(),
	id: int(),
	url: string()
}).readonly();
const exclusions$1 = array(object({
	node: string(),
	stage: string(),
	code: string(),
	remedy: string().optional(),
	message: string()
}).readonly()).readonly();
const warnings$1 = array(object({
	kind: _enum([
		"low-disk",
		"missing-tools",
		"skewed-clock"
	]),
	node: string(),
	message: string()
}).readonly()).readonly();
const byNode = (of) => record$2(string(), of).readonly();
const nodes$2 = byNode(object({
	freeBytes: number$4(),
	bootId: string(),
	/** Node's clock minus ours. */
	clockSkewMs: number$4(),
	missingTools: array(string()).readonly(),
	machine: string(),
	glibc: string().nullable(),
	uptimeSeconds: number$4()
}).readonly());
const fences = byNode(number$4());
const peerIds = byNode(string());
const deployed = byNode(object({
	sha256: string(),
	skipped: boolean(),
	sentBytes: number$4(),
	foreignUnit: boolean(),
	pid: number$4()
}).readonly());
const names$2 = array(string()).readonly();
const checkpointName = custom(isCheckpoint, { error: `is none of ${checkpointStates.join(", ")}` });
/** A checkpoint that is being taken. Times are Unix milliseconds of the orchestrator. */
const taking$1 = object({
	name: checkpointName,
	dueAt: time$1,
	takenAt: time$1,
	latenessMs: number$4()
}).readonly();
/** A checkpoint that nobody took. */
const notTaken$1 = object({
	name: checkpointName,
	dueAt: time$1,
	takenAt: _null(),
	latenessMs: _null()
}).readonly();
const soak = array(checkpointName).readonly();
const proofKind = _enum(proofKinds);
/** The fact `running` of a recorded test. */
const runningMarks = array(object({
	node: string(),
	bootId: string(),
	startedAt: number$4(),
	restarts: number$4(),
	exeSha256: string(),
	pid: number$4(),
	clock: object({
		wallMs: number$4(),
		uptimeMs: number$4()
	}).readonly().nullable()
}).readonly()).readonly();
/** One test of the same program, as the ledger knew it; `end`: its verdict, null where none was written. */
const earlierTest = object({
	session: string(),
	test: whole,
	at: time$1,
	binarySha256: digest,
	/** That it was built from, nothing changed; null: of no commit alone. */
	commit: string().nullable(),
	end: _enum([
		"passed",
		"failed",
		"inconclusive"
	]).nullable()
}).readonly();
/** A test that begins, before a packet of it is sent. */
const begun = {
	/** Which of the session, from 1; one that did not end keeps its number. */
	test: whole,
	planDigest: digest,
	binarySha256: digest,
	commit: string().nullable(),
	/** To the seed that all of it is drawn from; the sealed evidence reveals that. */
	seedCommitment: digest,
	/** Tests of the same program in other sessions of this ledger. */
	earlier: array(earlierTest).max(500).readonly(),
	/** Tests of this session that did not end, as their evidence was found and sealed; null: it was not found. */
	interrupted: array(object({
		test: whole,
		evidenceRoot: digest.nullable()
	}).readonly()).readonly()
};
/** What a recorded test came to; the event is its verdict. */
const tested = {
	reasons: names$2,
	/** Clauses that follow the verdict wherever it is told in one line. */
	remarks: names$2,
	counts: countsSchema,
	/** Of the evidence, within the session's folder; and the proof page, within the same. */
	folder: string().regex(/^test-\d+$/),
	evidenceRoot: digest,
	proofPage: string(),
	proofSha256: digest,
	/** What ran at its end. */
	running: runningMarks,
	checkpoint: taking$1.nullable(),
	artifact: artifact.nullable()
};

// src/domain/events/row.ts
/** One row of the table of events: its facts as a schema, and what it means for the session. */
const row$1 = (shape, meaning = { exit: "failed" }) => ({
	facts: object(shape).readonly(),
	meaning
});

// src/domain/events/rows.ts
/**
* Every event of every state: its facts and what it means. Table, fold, checks, titles, exit codes and pages read these
* rows.
*/
const setUp = {
	excluded: exclusions$1,
	answered: names$2,
	warnings: warnings$1,
	nodes: nodes$2,
	fences
};
const shipped = {
	excluded: exclusions$1,
	binarySha256: digest,
	deployed
};
const confirmable = {
	plan: plan$3,
	planDigest: digest,
	origin: origin$1
};
/** They end a session in any state that is none of the last. */
const anywhere$1 = {
	stop: row$1({}, {
		exit: "inconclusive",
		ends: true,
		by: "person"
	}),
	superseded: row$1({}, {
		exit: "inconclusive",
		ends: true,
		by: "person"
	}),
	unrecoverable: row$1({
		/** Of the failure; without one, too few nodes are left. */
		code: string().optional(),
		remedy: string().optional(),
		faults: buildFaults.optional(),
		lost: names$2.optional(),
		...object({
			...setUp,
			...shipped,
			peerIds
		}).partial().shape
	}, {
		exit: "fault",
		ends: true,
		trouble: true
	})
};
const claimed$1 = row$1({}, {
	exit: "inconclusive",
	note: true
});
const queued = row$1({
	holder: string(),
	who: string(),
	until: time$1,
	excluded: exclusions$1.optional()
}, {
	exit: "inconclusive",
	note: true
});
const missed$1 = row$1({ checkpoint: notTaken$1 }, {
	exit: "inconclusive",
	ends: true,
	trouble: true
});
const rows$1 = {
	IDLE: {
		...anywhere$1,
		begin: row$1({
			format: literal(3),
			...confirmable
		})
	},
	INTERVIEW: {
		...anywhere$1,
		confirmed: row$1({
			planDigest: digest,
			soak,
			proof: proofKind,
			confirmedBy: string(),
			onBusy: _enum(busyPolicies)
		})
	},
	SETUP: {
		...anywhere$1,
		claimed: claimed$1,
		queued,
		ready: row$1(setUp, {
			exit: "failed",
			outcome: "progress"
		})
	},
	BUILD: {
		...anywhere$1,
		claimed: claimed$1,
		built: row$1({
			build: buildRecord,
			artifact: artifact.nullable()
		}, {
			exit: "failed",
			counts: "builds",
			outcome: "progress"
		}),
		toolchain: row$1({ before: buildsBefore }),
		failed: row$1({
			code: string(),
			remedy: string().optional(),
			faults: buildFaults
		}, {
			exit: "failed",
			counts: "builds",
			outcome: "failed",
			trouble: true
		})
	},
	DEPLOY: {
		...anywhere$1,
		claimed: claimed$1,
		queued,
		deployed: row$1({
			...shipped,
			peerIds
		}, {
			exit: "failed",
			counts: "deploys",
			outcome: "progress"
		}),
		failed: row$1(shipped, {
			exit: "failed",
			counts: "deploys",
			outcome: "failed",
			trouble: true
		})
	},
	TEST: {
		...anywhere$1,
		claimed: claimed$1,
		begun: row$1(begun, {
			exit: "inconclusive",
			note: true
		}),
		missed: missed$1,
		passed: row$1(tested, {
			exit: "failed",
			counts: "tests",
			outcome: "passed"
		}),
		failed: row$1(tested, {
			exit: "failed",
			counts: "tests",
			outcome: "failed",
			trouble: true
		}),
		inconclusive: row$1(tested, {
			exit: "inconclusive",
			counts: "tests",
			outcome: "inconclusive",
			trouble: true
		})
	},
	FIX: {
		...anywhere$1,
		claimed: claimed$1,
		fixed: row$1({}, {
			exit: "failed",
			counts: "fixes"
		}),
		"no-fix-command": row$1({}, {
			exit: "failed",
			counts: "fixes"
		})
	},
	...perCheckpoint(() => ({
		...anywhere$1,
		missed: missed$1,
		due: row$1({ checkpoint: taking$1 })
	})),
	RESTART: {
		...anywhere$1,
		claimed: claimed$1,
		restart: row$1({}, {
			exit: "failed",
			counts: "restarts",
			outcome: "progress"
		})
	},
	AWAIT_PUSH: {
		...anywhere$1,
		pushed: row$1(confirmable, {
			exit: "failed",
			outcome: "progress"
		})
	},
	AWAIT_APPROVAL: {
		...anywhere$1,
		approved: row$1({
			approvedBy: string(),
			how: string()
		}),
		rejected: row$1({
			approvedBy: string(),
			how: string()
		}, {
			exit: "failed",
			ends: true,
			by: "person"
		}),
		expired: row$1({}, {
			exit: "inconclusive",
			ends: true
		})
	},
	COMPLETE: {},
	STOPPED: {}
};
/** Of every event. */
const common = {
	by: writer.optional(),
	/** Seconds by which a test had moved the writer's clock. */
	clockShift: number$4().optional(),
	/** When a checkpoint is due, and until when a person may decide. */
	dueAt: time$1.optional(),
	deadline: time$1.optional()
};

// src/domain/events/entry.ts
/** The row of an event; undefined where the state knows no such event, or where a stranger's entry names no state. */
function rowOf(state, event) {
	const of = Object.hasOwn(rows$1, state) ? rows$1[state] : {};
	return Object.hasOwn(of, event) ? of[event] : void 0;
}
function meaningOf$1(e) {
	return rowOf(e.from, e.event)?.meaning ?? { exit: "failed" };
}
/** A test that ended with a verdict; a claim or a stop is none. */
const isTest = (e) => meaningOf$1(e).counts === "tests";
/** It holds the plan that is worked on from then on. */
const hasPlan = (e) => "plan" in e.facts;

// src/domain/session.ts
/** A session as the fold of its ledger entries: where it stands, what was done, and what the newest entries learned. */
const idle = (id, at) => ({
	id,
	state: "IDLE",
	startedAt: at,
	changedAt: at,
	lastTestAt: null,
	waitUntil: null,
	counters: {
		builds: 0,
		deploys: 0,
		tests: 0,
		fixes: 0,
		restarts: 0
	},
	testsBegun: 0,
	inconclusiveInARow: 0,
	failedBuildsInARow: 0,
	claimsInARow: 0,
	checkpointsLeft: [],
	checkpointsTaken: [],
	checkpoint: null,
	queued: null,
	unattended: false,
	manualVerify: false,
	planDigest: null,
	origin: null,
	by: null,
	newest: {},
	why: ""
});
/** The session that a chain of entries describes. */
const fold = (id, entries) => entries.reduce(step, idle(id, entries[0]?.at ?? 0));
function step(s, e) {
	const { counts, note = false } = meaningOf$1(e);
	const tested = counts === "tests";
	const begun = e.event === "begun";
	const newest = newestAfter(s, e, note);
	return {
		...s,
		state: e.to,
		changedAt: e.at,
		why: e.why,
		lastTestAt: tested ? e.at : s.lastTestAt,
		waitUntil: e.facts.dueAt ?? e.facts.deadline ?? null,
		counters: counts === void 0 ? s.counters : {
			...s.counters,
			[counts]: s.counters[counts] + 1
		},
		testsBegun: s.testsBegun + (e.event === "begun" ? 1 : 0),
		inconclusiveInARow: begun ? s.inconclusiveInARow : !tested ? s.inconclusiveInARow : e.event === "inconclusive" ? s.inconclusiveInARow + 1 : 0,
		failedBuildsInARow: failedBuildsAfter(s, e),
		claimsInARow: e.event === "claimed" ? s.claimsInARow + 1 : begun ? s.claimsInARow : 0,
		checkpointsLeft: checkpointsLeftAfter(s, e, newest),
		checkpointsTaken: e.to === "RESTART" ? [] : tested && s.checkpoint !== null && e.to !== "TEST" ? [...s.checkpointsTaken, s.checkpoint.name] : s.checkpointsTaken,
		checkpoint: checkpointAfter(s, e),
		queued: e.event === "queued" ? {
			holder: e.facts.holder,
			who: e.facts.who,
			until: e.facts.until
		} : note ? s.queued : null,
		unattended: s.unattended || e.event === "queued" || e.to === "RESTART",
		manualVerify: e.event === "confirmed" ? e.facts.proof === "manual-verify" : s.manualVerify,
		planDigest: e.event === "confirmed" || hasPlan(e) ? e.facts.planDigest : s.planDigest,
		origin: hasPlan(e) ? e.facts.origin : s.origin,
		by: e.facts.by ?? s.by,
		newest: e.from === e.to ? newest : forget(newest, doneAnew[e.to] ?? [])
	};
}
function failedBuildsAfter(s, e) {
	if (e.event === "pushed" || e.event === "built") return 0;
	return e.from === "BUILD" && e.event === "failed" ? s.failedBuildsInARow + 1 : s.failedBuildsInARow;
}
/** In the order in which they are due, each once. */
function checkpointsLeftAfter(s, e, { INTERVIEW }) {
	if (e.event === "confirmed" || e.event === "restart") {
		const wanted = INTERVIEW?.event === "confirmed" ? INTERVIEW.facts.soak : [];
		return checkpointStates.filter((c) => wanted.includes(c));
	}
	return isCheckpoint(e.to) ? s.checkpointsLeft.slice(1) : s.checkpointsLeft;
}
function checkpointAfter(s, e) {
	if (e.to !== "TEST") return null;
	if (isCheckpoint(e.from)) return taking(s, e.from, e.at);
	return e.event === "claimed" && s.checkpoint !== null ? takenAt(s.checkpoint, e.at) : s.checkpoint;
}
/** Lateness follows from the chain's own times, whatever the claimant says. */
const taking = (s, name, at) => takenAt({
	name,
	dueAt: s.waitUntil ?? at
}, at);
/** By the run that takes it over: what one that died had claimed, it did not test. */
const takenAt = ({ name, dueAt }, at) => ({
	name,
	dueAt,
	takenAt: at,
	latenessMs: at - dueAt
});
const newestAfter = (s, e, note) => note ? s.newest : {
	...s.newest,
	[e.from]: e
};
/** What is done anew is not known any more: a node that the old program failed on is in the next deploy again. */
const doneAnew = {
	SETUP: [
		"SETUP",
		"BUILD",
		"DEPLOY"
	],
	BUILD: ["BUILD", "DEPLOY"]
};
const forget = (newest, states) => Object.fromEntries(Object.entries(newest).filter(([state]) => !states.some((s) => s === state)));
/** Everything left out so far, oldest first. */
const exclusions = ({ newest }) => [newest.SETUP, newest.DEPLOY].flatMap((e) => e !== void 0 && "excluded" in e.facts ? e.facts.excluded ?? [] : []);
const setupWarnings = ({ newest }) => newest.SETUP?.event === "ready" ? newest.SETUP.facts.warnings : [];
/** What SETUP saw that is worth a person's eye. */
const setupFindings = (s) => setupWarnings(s).filter((w) => w.kind === "skewed-clock").map(({ message, node }) => ({
	kind: "skewed-clock",
	message,
	node,
	attempts: []
}));

// src/domain/writer.ts
/** `run 123 (attempt 2) of owner/name`, for a person. */
const writerText = (w) => w.kind === "run" ? `run ${w.run} (attempt ${w.attempt}) of ${w.repository}` : `process ${w.pid} on ${w.host}`;
const signature = ({ writer, clockShift }) => ({
	by: writer,
	...clockShift === 0 ? {} : { clockShift }
});

// src/domain/reconcile.ts
/**
* What a tick of the schedule does with one session: a function of its ledger, the clock and whether its writer still
* lives (spec §4 WAIT_*, RESTART).
*/
/**
* GitHub's schedule was seen twelve hours late (github-platform §3); what comes a day late says nothing about the hours
* that it was to witness.
*/
const windowMs = 864e5;
/** Runs that may end without a record before a person is asked. */
const claimsAllowed = 5;
/** Whether the tick must know if the session's last writer still lives. */
const asksWriter = (s) => s.by !== null && traitsOf(s.state).kind === "working" && resumable(s);
/**
* `writerEnded`: the run or process that wrote the last entry has ended; asked only where {@link asksWriter} says so.
*/
function reconcile(s, now, writerEnded) {
	if (isFinal(s.state)) return nothing("ended");
	if (isCheckpoint(s.state)) {
		const due = s.waitUntil ?? s.changedAt;
		if (now < due) return nothing("not due", due);
		const checkpoint = taking(s, s.state, now);
		if (now > due + 864e5) return {
			kind: "record",
			outcome: {
				event: "missed",
				why: `due ${iso(due)}, nobody took it until ${iso(now)}: more than ${windowMs / 36e5} h late`,
				facts: { checkpoint: notTaken(checkpoint) }
			}
		};
		return {
			kind: "claim",
			outcome: {
				event: "due",
				why: `${duration(checkpoint.latenessMs)} late`,
				facts: { checkpoint }
			}
		};
	}
	if (s.state === "AWAIT_APPROVAL") {
		const deadline = s.waitUntil ?? 1e400;
		return now > deadline ? {
			kind: "record",
			outcome: {
				event: "expired",
				why: `the deadline was ${iso(deadline)}`,
				facts: {}
			}
		} : nothing("waits for approval", deadline);
	}
	if (traitsOf(s.state).kind !== "working") return nothing(s.state === "AWAIT_PUSH" ? "waits for a push" : "not confirmed");
	if (!resumable(s)) return nothing("an interrupted run: run its job again, or stop it");
	if (!writerEnded) return nothing(`${s.by === null ? "somebody" : writerText(s.by)} works on it`);
	if (s.checkpoint !== null && now > s.checkpoint.dueAt + 864e5) return {
		kind: "record",
		outcome: {
			event: "missed",
			why: `claimed and not recorded; due ${iso(s.checkpoint.dueAt)}`,
			facts: { checkpoint: notTaken(s.checkpoint) }
		}
	};
	if (s.claimsInARow >= 5) return {
		kind: "record",
		outcome: {
			event: "unrecoverable",
			why: `${5} runs ended in ${s.state} without a record: a person is asked`,
			facts: { code: "I400" }
		}
	};
	if (s.queued !== null && now < s.queued.until && s.state === "SETUP" && now < s.changedAt + retryMs) return nothing(`waits for the fleet, held by ${s.queued.who}`, Math.min(s.queued.until, s.changedAt + retryMs));
	return {
		kind: "claim",
		outcome: {
			event: "claimed",
			why: s.by === null ? "taken over" : `taken over from ${writerText(s.by)}, which ended without a record`,
			facts: {}
		}
	};
}
/** A holder may give a lease back long before it ends, so it is asked again now and then. */
const retryMs = 6e5;
/** Only what was begun to go on by itself: a first loop that broke off waits for the person who began it. */
const resumable = (s) => s.checkpoint !== null || s.unattended;
const nothing = (why, nextAt = null) => ({
	kind: "nothing",
	why,
	nextAt: nextAt === 1e400 ? null : nextAt
});
const notTaken = ({ name, dueAt }) => ({
	name,
	dueAt,
	takenAt: null,
	latenessMs: null
});

// src/domain/lease-policy.ts
/** How long leases last, and what becomes of them when a run leaves its session: functions of where the session stands. */
const minute = 6e4;
/** Of a run at work, which renews it: whoever waits for the fleet of an orchestrator that is lost waits no longer. */
const heartbeatMs = 5 * minute;
/** A build may take 45 minutes, in a job that cannot renew the lease; that one and the next wait for their runners. */
const buildMs = 90 * minute;
/** Between two jobs of one run. */
const jobGapMs = 30 * minute;
/** No plan asks for more: its longest wait, and as long as that checkpoint may still be taken. */
const longestLeaseMs = Math.max(...checkpointRows.map((c) => c.afterMs)) + windowMs;
/** What a run at work asks for: a checkpoint's fleet stays held, since the schedule goes on with what broke off. */
const workingMs = ({ checkpoint }, now) => Math.max(heartbeatMs, checkpoint === null ? 0 : checkpoint.dueAt + windowMs - now);
function leaseFate(s, { brokeOff, ours, now }) {
	const { kind, holdsLeases } = traitsOf(s.state);
	if (kind === "timer" && s.waitUntil !== null) return {
		kind: "hold",
		until: s.waitUntil + windowMs
	};
	const schedules = s.state === "TEST" && (s.checkpoint !== null || s.unattended);
	if (brokeOff && schedules) return {
		kind: "hold",
		until: (s.checkpoint?.dueAt ?? s.changedAt) + windowMs
	};
	if (isFinal(s.state) || kind === "person" || brokeOff) return { kind: "give-back" };
	return ours && holdsLeases ? {
		kind: "hold",
		until: now + (s.state === "BUILD" ? buildMs : jobGapMs)
	} : { kind: "leave" };
}

// src/domain/transitions.ts
const to = (state, why) => why === void 0 ? { to: state } : {
	to: state,
	why
};
const afterPass = (s) => s.checkpointsLeft[0] !== void 0 ? to(s.checkpointsLeft[0]) : s.manualVerify ? to("AWAIT_APPROVAL") : to("COMPLETE");
const afterRegression = (s) => s.counters.restarts < restartsAllowed ? to("RESTART", "regression at a soak checkpoint") : to("STOPPED", `regression after ${restartsAllowed} full loops: a person is asked`);
const buildsAllowed = 3;
/**
* The texts name no end to the loop of soak and restart; a program that regresses each time would hold a fleet for
* ever.
*/
const restartsAllowed = 3;
const anywhere = {
	stop: () => to("STOPPED", "stopped by a person"),
	superseded: () => to("STOPPED", "superseded"),
	unrecoverable: () => to("STOPPED")
};
const stay = {
	...anywhere,
	claimed: (s) => to(s.state)
};
const missed = () => to("STOPPED", "a checkpoint was missed");
/** Every state and every event it knows. */
const table$3 = {
	IDLE: {
		...anywhere,
		begin: () => to("INTERVIEW")
	},
	INTERVIEW: {
		...anywhere,
		confirmed: () => to("SETUP")
	},
	SETUP: {
		...stay,
		ready: () => to("BUILD"),
		queued: () => to("SETUP")
	},
	BUILD: {
		...stay,
		built: () => to("DEPLOY"),
		toolchain: () => to("BUILD", "natively on the build host"),
		failed: (s) => s.failedBuildsInARow + 1 >= buildsAllowed ? to("STOPPED", `${buildsAllowed} failed builds: a person is asked`) : to("FIX")
	},
	DEPLOY: {
		...stay,
		deployed: () => to("TEST"),
		failed: () => to("FIX"),
		queued: () => to("SETUP")
	},
	TEST: {
		...stay,
		begun: () => to("TEST"),
		passed: afterPass,
		failed: (s) => s.checkpoint === null ? to("FIX") : afterRegression(s),
		inconclusive: (s) => s.inconclusiveInARow === 0 ? to("TEST", "inconclusive: once more") : to("STOPPED", "inconclusive twice in a row"),
		missed
	},
	FIX: {
		...stay,
		fixed: () => to("BUILD"),
		"no-fix-command": () => to("AWAIT_PUSH")
	},
	AWAIT_PUSH: {
		...anywhere,
		pushed: () => to("BUILD")
	},
	...perCheckpoint(() => ({
		...anywhere,
		due: () => to("TEST"),
		missed
	})),
	RESTART: {
		...stay,
		restart: () => to("SETUP")
	},
	AWAIT_APPROVAL: {
		...anywhere,
		approved: () => to("COMPLETE"),
		rejected: () => to("STOPPED", "rejected by a person"),
		expired: () => to("STOPPED", "nobody approved in time")
	},
	COMPLETE: {},
	STOPPED: {}
};
function targetOf(session, event) {
	const row = table$3[session.state];
	return Object.hasOwn(row, event) ? row[event]?.(session) : void 0;
}

// src/domain/next.ts
/** A person's time to look at the proof (spec §4: AWAIT_APPROVAL has a deadline). */
const approvalMs = 6048e5;
/** The entry that records `result`; undefined when this state knows no such event. */
function next(entries, session, result, at, signer) {
	const target = targetOf(session, result.event);
	if (target === void 0) return void 0;
	return chain(entries, {
		session: session.id,
		at,
		from: session.state,
		event: result.event,
		to: target.to,
		why: target.why === void 0 ? result.why : `${target.why}; ${result.why}`,
		facts: {
			...result.facts,
			...untilWhen(target.to, at),
			...signer === void 0 ? {} : signature(signer)
		}
	});
}
function untilWhen(to, at) {
	if (isCheckpoint(to)) return { dueAt: at + (checkpointRows.find((c) => c.state === to)?.afterMs ?? 0) };
	return to === "AWAIT_APPROVAL" ? { deadline: at + approvalMs } : {};
}

// src/domain/build.ts
/**
* One text for one state of a source: the commit, and a digest of what is not committed. Null where git knows nothing.
*/
const revisionOf = (source) => source.kind === "none" ? null : source.dirty === null ? source.commit : `${source.commit}+${source.dirty.digest.slice(0, 12)}`;
/**
* What to do with the result of zigbuild: another toolchain cures neither the project's own errors nor a wrong command.
*/
function afterZigbuild(result) {
	if (result.kind === "built") return "use";
	return result.reason === "toolchain" ? "native" : "fail";
}

// src/domain/fleet.ts
/** `registry` is never a peer; the three others are (spec §1 Role). */
const roles = [
	"registry",
	"bootstrap",
	"test",
	"nat"
];
/** What a label claims. What a NAT really does is a {@link NatMeasurement}. */
const natKinds = [
	"none",
	"full-cone",
	"address-restricted",
	"port-restricted",
	"symmetric"
];
/** How a lab's delay and loss are made; `none`: they are not covered. */
const shapings = [
	"netem",
	"nfqueue",
	"none"
];
/** What `--fleet` takes to mean this fleet. */
const fleetReference = (fleet) => fleet.reference ?? fleet.name;
const peersOf = (fleet) => fleet.nodes.filter((n) => n.role !== "registry");
const registryOf = (fleet) => fleet.nodes.find((n) => n.role === "registry");
const bootstrapsOf = (fleet) => fleet.nodes.filter((n) => n.role === "bootstrap");
/** The declared kind that a measurement matches; undefined where it matches none (ADM mapping, say). */
function measuredKind(m) {
	if (m.mapping === "none") return "none";
	if (m.mapping === "APDM") return m.filtering === "APDF" ? "symmetric" : void 0;
	if (m.mapping === "ADM") return void 0;
	switch (m.filtering) {
		case "EIF": return "full-cone";
		case "ADF": return "address-restricted";
		case "APDF": return "port-restricted";
	}
}

// src/commands/quote.ts
/** Quoting for POSIX shells: the one place where a value becomes shell text. */
const plain$2 = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/;
/** Read as something else than a word when they stand first: assignments and reserved words. */
const special = /^(?:[A-Za-z_][A-Za-z0-9_]*\+?=.*|if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|select|time)$/;
/** Linux refuses a single argument longer than this (MAX_ARG_STRLEN), and sshd passes the whole line as one. */
const longest$2 = 131071;
/** One word that the shell reads back unchanged. */
function quote(word) {
	if (word.includes("\0")) throw new Failure({
		code: "H023",
		message: "a word for a shell holds a NUL byte"
	});
	return plain$2.test(word) && !special.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
const raw$1 = (text) => ({ raw: text });
/**
* Template for scripts: every interpolated string is quoted as one word, an array as several; {@link raw} passes
* through.
* The template's own common indentation is removed; lines inside values are never touched. Backslashes reach the shell
* as written.
*/
function sh$1(text, ...parts) {
	const lines = text.raw.join(hole).replace(/^\n/, "").split("\n");
	const indents = lines.filter((l) => l.trim() !== "").map(leading);
	const indent = indents.length === 0 ? 0 : Math.min(...indents);
	return lines.map((l) => l.slice(Math.min(indent, leading(l)))).join("\n").trimEnd().split(hole).map((chunk, i) => chunk + (i < parts.length ? word(parts[i]) : "")).join("");
}
/** Stands for a value while the template is dedented: a newline inside a value is no line of the template. */
const hole = "\0";
const leading = (line) => /^ */.exec(line)?.[0].length ?? 0;
function word(part) {
	if (typeof part === "number") return String(part);
	if (typeof part === "string") return quote(part);
	return "raw" in part ? part.raw : part.map(quote).join(" ");
}
/** The line that is sent to the node's shell. */
function render(command) {
	const line = command.kind === "argv" ? command.argv.map(quote).join(" ") : `sh -c ${quote(command.text)}`;
	if (Buffer.byteLength(line) > longest$2) throw new Failure({
		code: "H024",
		message: `the command “${command.why}” is longer than ${longest$2} bytes: send its data by stdin`
	});
	return line;
}
/** The same command entered through a prefix such as `nsenter --net=… --`. */
function inside(prefix, command) {
	if (prefix.length === 0) return command;
	const { why, idempotent } = command;
	return {
		kind: "argv",
		why,
		idempotent,
		argv: [...prefix, ...command.kind === "argv" ? command.argv : [
			"sh",
			"-c",
			command.text
		]]
	};
}

// src/commands/remedies.ts
/** Remedies as lines that work when they are typed: every word is quoted for a shell. */
const diagnoseNode = (node, fleet) => `vps-test diagnose ${quote(node)} --fleet ${quote(fleetReference(fleet))}`;
const listNodes = (fleet) => `vps-test nodes --fleet ${quote(fleetReference(fleet))}`;
const listLeasesOf = (fleet) => `vps-test lease --fleet ${quote(fleetReference(fleet))}`;
/** `remote`: the repository that holds the ledger; absent: the ledger of this machine. */
const listSessions = (remote) => `vps-test status${remote === void 0 ? "" : ` --remote ${quote(remote)}`}`;

// src/commands/lease.ts
/** On the node. */
const leaseDir = "/var/lib/vps-test/leases";
/**
* What no run of ours wrote (a disk that lost the end of it, a hand) is nobody's lease: it keeps no node for ever, and
* is no number that a shell computes with. The clock's seconds are more than any fencing number before.
*/
const sound = raw$1(`case "$fence" in ''|0?*|*[!0-9]*|?????????????*) fence=$now; until=0;; esac
  case "$until" in ''|*[!0-9]*|?????????????*) until=0;; esac`);
const readState = (service) => raw$1(sh$1`
  set -eu; umask 077; d=${leaseDir}; s=${service}; mkdir -p "$d"; exec 9>"$d/$s.lock"; flock -w 10 9
  now=$(date +%s); fence=0; until=0; holder=; info=
  if [ -s "$d/$s" ]; then { read -r fence; read -r until; read -r holder; read -r info; } <"$d/$s" || true; fi
  ${sound}`);
/**
* For as long as was asked for, from now on: a heartbeat of minutes replaces a wait of hours, and the other way round.
* Synced before it counts: a number that came back smaller after a power cut would let an old holder in again. Four
* lines on the node: fencing number, expiry (node's Unix seconds), holder, base64 of who and why. Exit 75: held by
* another.
*/
const acquireLease = (r) => ({
	kind: "script",
	why: `lease ${r.service}`,
	idempotent: true,
	text: sh$1`
    ${readState(r.service)}
    if [ "$holder" != ${r.holder} ] && [ "$until" -gt "$now" ]; then echo "held $fence $until $holder $info"; exit 75; fi
    if [ "$holder" != ${r.holder} ] || [ "$until" -le "$now" ]; then fence=$((fence + 1)); fi
    until=$((now + ${r.seconds}))
    printf '%s\n' "$fence" "$until" ${r.holder} ${Buffer.from(JSON.stringify({
		who: r.who,
		why: r.why
	})).toString("base64")} >"$d/$s.new"
    sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"; echo "acquired $fence $until"`
});
/**
* The heartbeat: never shortens, and gives nothing back to whom it was taken from (exit 76). One that ran out and that
* nobody took since is still the holder's: no other could have changed anything meanwhile.
*/
const renewLease = (service, holder, fence, seconds) => ({
	kind: "script",
	why: `renew lease ${service}`,
	idempotent: true,
	text: sh$1`
    ${readState(service)}
    if [ "$holder" != ${holder} ] || [ "$fence" != ${fence} ]; then echo "lost $fence $until $holder $info"; exit 76; fi
    wanted=$((now + ${seconds}))
    if [ "$until" -lt "$wanted" ]; then
      printf '%s\n' "$fence" "$wanted" "$holder" "$info" >"$d/$s.new"; sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"
    fi`
});
/** Gives the lease back; another holder's lease is left alone. The fencing number stays, so that it never goes down. */
const releaseLease = (service, holder) => ({
	kind: "script",
	why: `release lease ${service}`,
	idempotent: true,
	text: sh$1`
    ${readState(service)}
    if [ "$holder" = ${holder} ]; then printf '%s\n' "$fence" 0 - - >"$d/$s.new"; sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"; fi`
});
/** Takes a lease away, whoever holds it: the fencing number goes up, so that its holder changes nothing any more. */
const breakLease = (service) => ({
	kind: "script",
	why: `break lease ${service}`,
	idempotent: false,
	text: sh$1`
    ${readState(service)}
    printf '%s\n' "$((fence + 1))" 0 - - >"$d/$s.new"; sync "$d/$s.new"; mv "$d/$s.new" "$d/$s"`
});
/** One line for each lease that is held: the node's clock, service, fencing number, expiry, holder, who and why. */
const listLeases = {
	kind: "script",
	why: "leases",
	idempotent: true,
	text: sh$1`
    now=$(date +%s)
    for f in ${raw$1(leaseDir)}/*; do
      case "$f" in *.lock|*.new) continue;; esac
      [ -s "$f" ] || continue
      fence=; until=0; holder=-; info=
      { read -r fence; read -r until; read -r holder; read -r info; } <"$f" || true
      ${sound}
      if [ "$until" -gt "$now" ] 2>/dev/null; then printf '%s\n' "$now $(basename "$f") $fence $until $holder $info"; fi
    done`
};
/** What {@link listLeases} printed; a line that is none of it is left out. */
const parseLeases = (stdout) => stdout.split("\n").flatMap((line) => {
	const [now = "", service = "", fence = "", until = "", holder = "", info = ""] = line.split(" ");
	if (![
		now,
		fence,
		until
	].every((n) => number$2.test(n))) return [];
	return [{
		service,
		fence: Number(fence),
		until: Number(until),
		secondsLeft: Number(until) - Number(now),
		holder,
		...about(info)
	}];
});
/** First lines of every script that changes a service: exit 76 unless this holder still has this fencing number. */
const fenced = (service, holder, fence) => raw$1(sh$1`
  ${readState(service)}
  if [ "$holder" != ${holder} ] || [ "$fence" != ${fence} ] || [ "$until" -le "$now" ]; then echo "lease lost: $holder has $fence" >&2; exit 76; fi`);
/** Twelve digits of Unix seconds are a date that JavaScript knows. */
const number$2 = /^\d{1,12}$/;
function parseLease(stdout) {
	const [kind, fence, until, holder, info] = (stdout.trim().split("\n").at(-1) ?? "").split(" ");
	if (kind !== "acquired" && kind !== "held" || !number$2.test(fence ?? "") || !number$2.test(until ?? "")) return {
		kind: "unreadable",
		text: stdout.slice(0, 200)
	};
	if (kind === "acquired") return {
		kind,
		fence: Number(fence),
		until: Number(until)
	};
	return {
		kind,
		fence: Number(fence),
		until: Number(until),
		holder: holder ?? "",
		...about(info ?? "")
	};
}
function about(info) {
	try {
		const value = JSON.parse(Buffer.from(info, "base64").toString("utf8"));
		return {
			who: String(value.who ?? ""),
			why: String(value.why ?? "")
		};
	} catch {
		return {
			who: "",
			why: ""
		};
	}
}

// src/commands/release.ts
const releaseDir = (r) => `${r.installPath}/releases/${r.sha256}`;
const currentBinary = (r) => `${r.installPath}/current/${r.name}`;
const exitNoSpace = 28;
const exitDigest = 65;
const exitNoExec = 67;
/** Exit 67 where the folder's file system lets nothing be executed: a script that does nothing is tried. */
const executable = (dir) => raw$1(sh$1`
  try="${dir}/.$$.try"; printf '#!/bin/sh\n' >"$try"; chmod 755 "$try"
  "$try" 2>/dev/null || { rm -f "$try"; echo "mounted noexec: nothing in ${dir} can be executed" >&2; exit ${67}; }; rm -f "$try"`);
/** Prints `present` when this exact release lies there already, else which packing the node can decompress. */
const inspectRelease = (r) => ({
	kind: "script",
	why: `look for ${r.name} ${r.sha256.slice(0, 12)}`,
	idempotent: true,
	text: sh$1`
    dir=${releaseDir(r)}; f="$dir"/${r.name}
    if [ -f "$f" ] && echo ${`${r.sha256}  `}"$f" | sha256sum -c --status; then
      ${executable(raw$1("$dir"))}
      chmod 755 "$f"; echo present; exit 0
    fi
    if command -v zstd >/dev/null; then echo zstd; else echo gzip; fi`
});
/**
* Reads the compressed binary from stdin; leaves nothing behind when cut, when the digest differs (65) or when there is
* no room (28).
*/
const receive = (r, packing) => ({
	kind: "script",
	why: `receive ${r.name} ${r.sha256.slice(0, 12)}`,
	idempotent: true,
	text: sh$1`
    set -eu; umask 022; dir=${releaseDir(r)}; mkdir -p "$dir" || exit ${28}
    free() { df -Pk "$dir" | awk 'NR==2{print $4}'; }
    full() { echo "no space: $(free) KiB free" >&2; rmdir "$dir" 2>/dev/null || true; exit ${28}; }
    if [ "$(free)" -lt ${Math.ceil(r.bytes / 1024) + 64} ]; then full; fi
    part="$dir/.$$.part"; trap 'rm -f "$part"; rmdir "$dir" 2>/dev/null || true' EXIT; trap 'exit 74' HUP INT TERM PIPE
    ${packing === "zstd" ? ["zstd", "-qdc"] : ["gzip", "-dc"]} >"$part" || { if [ "$(free)" -lt 64 ]; then full; fi; exit 74; }
    echo ${`${r.sha256}  `}"$part" | sha256sum -c --status || exit ${65}
    ${executable(raw$1("$dir"))}
    chmod 755 "$part"; sync "$part"; mv -f "$part" "$dir"/${r.name}`
});
/** Written on the node before the switch: whose it is, and what was current before it. */
const note$1 = (r, lease) => `${lease.holder} ${lease.fence} ${r.sha256}`;
/**
* Points `current` at the release, in one rename; what was current before is written down on the node, so that
* {@link undoSwitch} depends on no answer. A repetition of the same switch keeps what the first one wrote.
*/
const switchTo = (r, lease) => ({
	kind: "script",
	why: `switch to ${r.sha256.slice(0, 12)}`,
	idempotent: true,
	text: sh$1`${fenced(lease.service, lease.holder, lease.fence)}
    cd ${r.installPath}; old=$(readlink current || true); [ -n "$old" ] || old=none
    wrote=; [ ! -s .switched ] || read -r wrote <.switched || true
    case "$wrote" in ${note$1(r, lease)}' '*) : ;; *) printf '%s %s\n' ${note$1(r, lease)} "$old" >.switched.new; mv -f .switched.new .switched;; esac
    if [ "$old" != ${`releases/${r.sha256}`} ]; then ln -sfn ${`releases/${r.sha256}`} .current.new; mv -T .current.new current; fi`
});
/**
* Where this release is current, back to what was current before; prints `back`, `none` (nothing was, or this very
* release), `unknown` (nothing is written down) or `untouched` (the switch did not happen).
*/
const undoSwitch = (r, lease) => raw$1(sh$1`
  cd ${r.installPath}; was=untouched
  if [ "$(readlink current || true)" = ${`releases/${r.sha256}`} ]; then
    wrote=; [ ! -s .switched ] || read -r wrote <.switched || true; old=${raw$1("${wrote#")}${note$1(r, lease)}' '}; was=unknown
    if [ "$old" = none ] || [ "$old" = ${`releases/${r.sha256}`} ]; then was=none
    elif [ -n "$old" ] && [ "$old" != "$wrote" ] && [ -d "$old/" ]; then was=back; ln -sfn "$old" .current.new; mv -T .current.new current; fi
  fi`);
/** Keeps the current release and the two newest others. */
const prune = (r) => ({
	kind: "script",
	why: "prune old releases",
	idempotent: true,
	text: sh$1`
    cd ${r.installPath}/releases 2>/dev/null || exit 0; keep=$(basename "$(readlink ../current)")
    ls -1t | grep -E '^[0-9a-f]{64}$' | grep -vxF "$keep" | tail -n +3 | while read -r d; do rm -rf "./$d"; done`
});

// src/instruments/per-node.ts
/** The same work on many nodes at once: one node's failure never stops the others. */
/** Anything that is not a {@link Failure} already is ours to answer for: harness. An aborted run aborts as a whole. */
async function onEachNode(nodes, signal, work) {
	const done = /* @__PURE__ */ new Map();
	const failed = /* @__PURE__ */ new Map();
	await Promise.all(nodes.map(async (node) => {
		try {
			done.set(node, await work(node));
		} catch (error) {
			failed.set(node, asFailure(error, node));
		}
	}));
	signal.throwIfAborted();
	return {
		done: inOrder(nodes, done),
		failed: inOrder(nodes, failed)
	};
}
/** As asked for, not as answered: what is written down must not depend on who was faster. */
const inOrder = (nodes, found) => new Map([...found].toSorted(([a], [b]) => nodes.indexOf(a) - nodes.indexOf(b)));
const asFailure = (error, node) => error instanceof Failure ? error : new Failure({
	code: "H002",
	node,
	message: `${node}: ${messageOf(error)}`
}, error);

// src/stages/parts/leases.ts
/** Takes, renews and gives back the leases of a run; they lie on the nodes (spec §1 Lease). */
/**
* Fencing number per node. A lease that another session holds is a `busy` failure which says who, why and until when.
*/
async function takeLeases(world, plan, holder, nodes, ms, service = plan.config.deploy.serviceName) {
	const seconds = Math.ceil(ms / 1e3);
	return onEachNode(nodes, world.signal, async (name) => {
		const result = await (await world.remote(name)).run(acquireLease({
			service,
			holder,
			who: world.who,
			why: `test of ${plan.config.project}`,
			seconds
		}), {
			timeoutMs: 3e4,
			signal: world.signal
		});
		const answer = parseLease(result.stdout);
		if (answer.kind === "acquired" && result.code === 0) {
			world.held?.set(`${name} ${service}`, {
				node: name,
				service,
				fence: answer.fence
			});
			return answer.fence;
		}
		if (answer.kind === "held") throw new Failure({
			code: "B010",
			node: name,
			message: `${name}: ${service} is leased by ${answer.who} (session ${answer.holder}, ${answer.why}) until ${iso(answer.until * 1e3)}`,
			remedy: `vps-test stop ${plan.config.project} --session ${quote(answer.holder)}`,
			held: {
				holder: answer.holder,
				who: answer.who,
				until: answer.until * 1e3
			}
		});
		throw unwritten(world.fleet, name, "take", result);
	});
}
/**
* Keeps the fleet through a build, or takes one that is free: all of it or nothing. That it is busy is no reason not to
* know whether the program compiles; DEPLOY waits for it or refuses.
*/
async function leaseForBuild(world, plan, holder, nodes, ms) {
	const { done, failed } = await takeLeases(world, plan, holder, nodes, ms);
	const busy = [...failed.values()].find((f) => f.kind === "busy");
	if (busy === void 0) return;
	world.log.info(`${busy.message}; building meanwhile`);
	await giveLeasesBack(world, plan, holder, [...done.keys()]);
}
/**
* Keeps the fleet through a wait, or until the next job. `until`: Unix milliseconds of our clock. What is not known to
* be held is taken; what this run knew and lost is not.
*/
async function holdLeases(world, plan, holder, nodes, until) {
	const ms = Math.max(heartbeatMs, until - world.clock.now());
	const service = plan.config.deploy.serviceName;
	const known = nodes.flatMap((n) => world.held?.get(`${n} ${service}`) ?? []);
	const { failed } = await takeLeases(world, plan, holder, nodes.filter((n) => !known.some((k) => k.node === n)), ms);
	const lost = await renewLeases(world, holder, known, ms);
	new Map([...failed, ...lost]).forEach((f, n) => world.log.warn(`${n}: the lease was not prolonged: ${f.message}`));
}
/** Answers with what could not be renewed; a lease that is no longer ours is a `busy` failure. */
async function renewLeases(world, holder, held, ms) {
	const names = [...new Set(held.map((h) => h.node))];
	const { failed } = await onEachNode(names, world.signal, async (name) => {
		const remote = await world.remote(name);
		for (const { service, fence } of held.filter((h) => h.node === name)) {
			const result = await remote.run(renewLease(service, holder, fence, Math.ceil(ms / 1e3)), {
				timeoutMs: 3e4,
				signal: world.signal
			});
			if (result.code === 76) throw new Failure({
				code: "B011",
				node: name,
				message: `${name}: the lease of ${service} is no longer ours: a person broke it, or another session took it`,
				remedy: listLeasesOf(world.fleet)
			});
			if (result.code !== 0) throw unwritten(world.fleet, name, "renew", result);
		}
	});
	return failed;
}
const unwritten = (fleet, name, what, { code, stderr }) => new Failure({
	code: "I130",
	node: name,
	message: `${name}: cannot ${what} the lease (exit ${String(code)}): ${stderr.trim().slice(0, 200)}`,
	remedy: diagnoseNode(name, fleet)
});
async function giveLeasesBack(world, plan, holder, nodes, services = [plan.config.deploy.serviceName]) {
	const { failed } = await onEachNode(nodes, world.signal, async (name) => {
		const remote = await world.remote(name);
		for (const service of services) {
			world.held?.delete(`${name} ${service}`);
			const done = await remote.run(releaseLease(service, holder), {
				timeoutMs: 15e3,
				signal: world.signal
			});
			if (done.code !== 0) throw unwritten(world.fleet, name, "give back", done);
		}
	});
	failed.forEach((f, n) => world.log.warn(`${n}: the lease was not given back and stays until it expires: ${f.message}`));
}

// src/stages/parts/roster.ts
/**
* Why a run cannot go on, with what happened to the node that it is about, or to the first: one line for whoever reads
* nothing else.
*/
function withCause(fault, all) {
	const first = all.find((e) => fault.includes(`${e.node} `)) ?? all[0];
	return first === void 0 ? fault : `${fault}: ${first.message}${all.length > 1 ? ` (${all.length} nodes left out)` : ""}`;
}
const rosterOf = (plan, session) => {
	const out = new Set(exclusions(session).map((e) => e.node));
	return plan.nodes.filter((n) => !out.has(n));
};
/**
* Nodes on which a lease of ours may lie: also those that DEPLOY left out, which would else be refused to others until
* it expires.
*/
const leasedNodes = (plan, session) => {
	const never = new Set(exclusions(session).filter((e) => e.stage === "SETUP").map((e) => e.node));
	return plan.nodes.filter((n) => !never.has(n));
};

// src/stages/build.ts
/**
* BUILD: a binary, its digest and where it came from; kept in the session's folder so that a resumed run deploys the
* same bytes.
*/
const folder$1 = "binary";
const keptBinary = `${folder$1}/current`;
/** Ways that this session's build was tried already. */
const triedBefore = ({ newest: { BUILD } }) => BUILD?.event === "toolchain" ? BUILD.facts.before : [];
const build$2 = async (plan, session, world) => {
	const before = triedBefore(session);
	await leaseForBuild(world, plan, session.id, rosterOf(plan, session), workingMs(session, world.clock.now()));
	world.log.info(`build: ${plan.config.binary.name} from ${plan.source.kind}${before.length > 0 ? ", on the build host" : ""}`);
	try {
		const obtained = await world.builder.obtain(plan, before, world.signal);
		if ("elsewhere" in obtained) return {
			event: "toolchain",
			why: obtained.elsewhere.at(-1)?.message.slice(0, 1e3) ?? "zigbuild cannot work here",
			facts: { before: obtained.elsewhere }
		};
		const { record, bytes } = await checked$1(plan, obtained, world);
		await world.files.write(keptBinary, bytes);
		const artifact = await world.storeArtifact(`build-${session.counters.builds + 1}`, folder$1);
		return {
			event: "built",
			why: `${record.source}: ${bytes.length} bytes, sha256 ${record.sha256.slice(0, 12)}`,
			facts: {
				build: record,
				artifact
			}
		};
	} catch (error) {
		world.signal.throwIfAborted();
		if (!(error instanceof Failure) || error.kind === "harness") throw error;
		const faults = (error.facts.faults ?? []).slice(0, 20).map((f) => ({
			file: inRepository(plan, f.at.file),
			line: f.at.line ?? 0,
			message: f.message.slice(0, 500)
		}));
		return {
			event: error.kind === "product" ? "failed" : "unrecoverable",
			why: error.message.slice(0, 1e3),
			facts: {
				...failureFacts(error),
				faults
			}
		};
	}
};
/** A compiler names files from its workspace; everybody else looks for them from the root of the repository. */
const inRepository = ({ source }, file) => source.kind !== "build" || isAbsolute$1(source.workspace) || isAbsolute$1(file) ? file : join$2(source.workspace, file);
async function checked$1(plan, { path, record }, world) {
	const bytes = await world.readBinary(path);
	const digest = sha256(bytes);
	if (digest !== record.sha256) throw new Failure({
		code: "H020",
		message: `the built file changed after it was hashed (${record.sha256.slice(0, 12)} became ${digest.slice(0, 12)})`
	});
	if (plan.source.kind === "build" && "kind" in record.from && (record.from.kind === "git" || record.from.kind === "none") && revisionOf(record.from) !== plan.source.revision) throw new Failure({
		code: "B304",
		message: `the source changed after the plan was confirmed: ${plan.source.revision ?? "no commit"} became ${revisionOf(record.from) ?? "no commit"}`,
		remedy: "git status"
	});
	return {
		record,
		bytes
	};
}

// src/domain/quorum.ts
/**
* Who must be there for a run to go on: the registry where the program uses one, a bootstrap node, half of the peers
* (spec §2).
*/
/** Why the session cannot go on with only `left`; null when it can. `planned` are the nodes of the plan. */
function quorumFault({ fleet, nodes: planned, profile }, left) {
	const registry = registryOf(fleet);
	if (profile.registry !== null && (registry === void 0 || !left.includes(registry.name))) return `the registry ${registry?.name ?? ""} is not available`.replace("  ", " ");
	if (!bootstrapsOf(fleet).some((n) => left.includes(n.name))) return "no bootstrap node is available";
	const peers = peersOf(fleet).map((n) => n.name).filter((n) => planned.includes(n));
	const there = peers.filter((n) => left.includes(n));
	if (there.length * 2 < peers.length) return `${there.length} of ${peers.length} peers are available: fewer than 50 %`;
	return null;
}

// src/domain/events/readers.ts
/** Tests that ended with a verdict, oldest first; a claim or a stop is none. */
const testsOf = (entries) => entries.filter(isTest).map((e) => ({
	...e.facts,
	seq: e.seq,
	at: e.at,
	result: e.event
}));
const writerOf = (entry) => entry?.facts.by ?? null;
/** Of the newest entry that has one: a push that continued the session tells another commit than its start. */
const originOf = (entries) => entries.findLast(hasPlan)?.facts.origin ?? null;
const projectOf = (entries) => entries.findLast(hasPlan)?.facts.plan.answers.project.value ?? null;
/** The fleet of the newest plan. */
const fleetOf$1 = (entries) => entries.findLast(hasPlan)?.facts.plan.fleet.name ?? null;
/** First line of the tested commit's message; null where nothing was built yet, or not from that commit. */
function subjectOf(entries) {
	const from = entries.findLast((e) => e.event === "built")?.facts.build.from;
	return from !== void 0 && from.kind === "git" && from.commit === originOf(entries)?.commit ? from.subject : null;
}
/** Of the newest build, when that one failed. */
function buildFaultsOf(entries) {
	const last = entries.findLast((e) => e.from === "BUILD");
	return (last?.event === "failed" || last?.event === "unrecoverable" ? last.facts.faults ?? [] : []).map((f) => ({
		...f,
		line: f.line === 0 ? null : f.line
	}));
}

// src/stages/parts/busy.ts
const pollMs = 5e3;
/** The leases, or what the session comes to without them. */
async function leaseFleet(plan, session, world, nodes) {
	const confirmed = session.newest.INTERVIEW;
	const policy = confirmed?.event === "confirmed" ? confirmed.facts.onBusy : "refuse";
	const deadline = world.clock.now() + world.patienceMs;
	let ended = null;
	for (;;) {
		const leases = await takeLeases(world, plan, session.id, nodes, workingMs(session, world.clock.now()));
		const busy = [...leases.failed.values()].find((f) => f.kind === "busy");
		if (busy === void 0) return leases;
		await giveLeasesBack(world, plan, session.id, [...leases.done.keys()]);
		const holder = busy.facts.held?.holder ?? "";
		if (policy === "supersede" && holder !== ended) {
			const refused = await supersede(plan, session, world, holder);
			if (refused !== null) return refusal$2(busy, refused);
			ended = holder;
			continue;
		}
		if (policy !== "queue") return refusal$2(busy);
		const newer = await newerOf(plan, session, world);
		if (newer !== null) return {
			event: "superseded",
			why: `${newer} is newer and waits for the same fleet`,
			facts: {}
		};
		world.log.progress("queue", `${busy.message}; waiting`);
		const left = deadline - world.clock.now();
		if (left <= 0) return {
			event: "queued",
			why: busy.message.slice(0, 1e3),
			facts: {
				holder,
				who: busy.facts.held?.who ?? "",
				until: busy.facts.held?.until ?? 0
			}
		};
		await world.clock.sleep(Math.min(pollMs, left), world.signal);
	}
}
const refusal$2 = (busy, also) => ({
	event: "unrecoverable",
	why: `${busy.message}${also === void 0 ? "" : `; ${also}`}`.slice(0, 1e3),
	facts: failureFacts(busy)
});
/** Ends the holder's session, when it is one of ours: same ledger, project and branch. Null: done; else why not. */
async function supersede(plan, session, world, holder) {
	const entries = await world.ledger.read(holder);
	const other = fold(holder, entries);
	if (entries.length === 0) return "it is not in this ledger, so it cannot be superseded from here";
	const branch = session.origin?.branch ?? null;
	if (branch === null || other.origin?.branch !== branch || projectOf(entries) !== plan.config.project) return "only a session of the same project and branch may be superseded";
	if (!isFinal(other.state)) {
		const superseded = {
			event: "superseded",
			why: `by ${session.id}`,
			facts: {}
		};
		const entry = next(entries, other, superseded, world.clock.now(), world);
		if (entry !== void 0) await world.ledger.append(holder, entry);
		world.log.warn(`${holder} ends: superseded by this session`);
	}
	await giveLeasesBack(world, plan, holder, plan.nodes);
	return null;
}
/**
* Of several that wait, only the newest of a project and branch goes on that wants the same fleet. Outside git there is
* no branch, and nobody is anybody's successor.
*/
async function newerOf(plan, session, world) {
	if ((session.origin?.branch ?? null) === null) return null;
	const all = await world.ledger.all();
	const ours = askedAt(all.find((t) => t.id === session.id)?.entries ?? []);
	for (const { id, entries } of all) {
		const other = fold(id, entries);
		if (askedAt(entries) > ours && fleetOf$1(entries) === plan.fleet.name && !isFinal(other.state) && other.state !== "INTERVIEW" && projectOf(entries) === plan.config.project && other.origin?.branch === session.origin?.branch) return id;
	}
	return null;
}
/** When a session was begun, or went on with what was pushed. */
const askedAt = (entries) => entries.findLast(hasPlan)?.at ?? 0;

// src/commands/service.ts
const marker = "# Written by vps-test; a unit without this line is never overwritten.";
/** Whose each unit of ours is: one file for each, with project and session. */
const ownersDir = "/var/lib/vps-test/owners";
const dataDir = (unit) => `/var/lib/${unit}`;
/** Unprivileged and without capabilities: a subject that could change nft could change the witness. */
const unitText = (u) => [
	marker,
	"[Unit]",
	`Description=${u.name} (program under test)`,
	"After=network.target",
	"StartLimitIntervalSec=0",
	"",
	"[Service]",
	`ExecStart=${[u.binary, ...u.args].map((w) => quoted(w).replaceAll("$", "$$$$")).join(" ")}`,
	...Object.entries(u.environment).map(([k, v]) => `Environment=${quoted(`${k}=${v}`)}`),
	"DynamicUser=yes",
	`StateDirectory=${u.name}`,
	`WorkingDirectory=${dataDir(u.name)}`,
	"CapabilityBoundingSet=",
	"AmbientCapabilities=",
	"NoNewPrivileges=yes",
	"ProtectSystem=strict",
	"ProtectHome=yes",
	"Restart=on-failure",
	"LogRateLimitIntervalSec=0",
	"RestartSec=1",
	"KillSignal=SIGTERM",
	"TimeoutStopSec=5",
	...u.namespace === null ? [] : [`NetworkNamespacePath=${u.namespace}`],
	"",
	"[Install]",
	"WantedBy=multi-user.target",
	""
].join("\n");
/**
* systemd's own quoting (systemd.syntax, systemd.unit): a word in double quotes, `%` doubled. `$` is doubled in command
* lines only, where variables are.
*/
const quoted = (word) => {
	const text = word.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("%", "%%").replaceAll(/[\u0001-\u001f\u007f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
	return /^[A-Za-z0-9_@+=:,./{}-]+$/.test(text) ? text : `"${text}"`;
};
/** Writes the unit, and whose it is, unless a foreign one is there; prints `foreign`, `changed` or `same`. */
const writeUnit = (u, lease, project) => ({
	kind: "script",
	why: `write unit ${u.name}`,
	idempotent: true,
	text: sh$1`${fenced(lease.service, lease.holder, lease.fence)}
    f=/etc/systemd/system/${raw$1(quote(`${u.name}.service`))}
    if [ "$(readlink "$f")" = /dev/null ]; then echo "$f is masked: systemctl unmask ${raw$1(quote(`${u.name}.service`))}" >&2; exit 1; fi
    if [ -e "$f" ] && ! grep -qxF ${marker} "$f"; then echo foreign; exit 0; fi
    if systemctl cat ${`${u.name}.service`} >/dev/null 2>&1 && [ ! -e "$f" ]; then echo foreign; exit 0; fi
    mkdir -p ${ownersDir}; printf '%s\n' ${project} ${lease.holder} >${ownersDir}/${raw$1(quote(u.name))}
    printf %s ${unitText(u)} >"$f.new"
    if cmp -s "$f.new" "$f"; then rm -f "$f.new"; echo same; exit 0; fi
    if [ -e "$f" ]; then cp -p "$f" "$f.before"; else rm -f "$f.before"; fi
    mv "$f.new" "$f"; systemctl daemon-reload; systemctl enable -q ${`${u.name}.service`} 2>/dev/null || true; echo changed`
});
const restartUnit = (unit, lease) => ({
	kind: "script",
	why: `restart ${unit}`,
	idempotent: true,
	text: sh$1`${fenced(lease.service, lease.holder, lease.fence)}
    systemctl reset-failed ${unit} 2>/dev/null || true; systemctl restart ${unit}`
});
/**
* Undoes what a failed switch left, all by what lies on the node: the release and the unit's text of before come back; a
* unit that never ran, or of which nobody knows what ran, is stopped, so that it does not restart for ever. Prints what
* it found.
*/
const putBack = (unit, release, lease) => ({
	kind: "script",
	why: `put back what ${unit} ran before`,
	idempotent: true,
	text: sh$1`${fenced(lease.service, lease.holder, lease.fence)}
    f=/etc/systemd/system/${raw$1(quote(`${unit}.service`))}
    ${undoSwitch(release, lease)}
    if [ -e "$f.before" ] && grep -qxF ${marker} "$f"; then
      mv "$f.before" "$f"; systemctl daemon-reload; if [ "$was" = none ]; then was=same; fi
    fi
    case "$was" in
      back | same) systemctl reset-failed ${unit} 2>/dev/null || true; systemctl restart ${unit} ;;
      none | unknown) systemctl reset-failed ${unit} 2>/dev/null || true; systemctl stop ${unit} ;;
    esac
    echo "$was"`
});
/** The unit's text of before is not needed any more: what is written down is only ever of the last change. */
const settleUnit = (unit) => ({
	kind: "script",
	why: `keep unit ${unit}`,
	idempotent: true,
	text: sh$1`rm -f /etc/systemd/system/${raw$1(quote(`${unit}.service.before`))}`
});
/** The unit, its releases and its data; prints `removed`, `absent`, or `foreign` for a unit that is not ours. */
const removeUnit = (unit, installPath, lease) => ({
	kind: "script",
	why: `remove ${unit}`,
	idempotent: true,
	text: sh$1`${fenced(lease.service, lease.holder, lease.fence)}
    f=/etc/systemd/system/${raw$1(quote(`${unit}.service`))}
    if ! [ -e "$f" ]; then
      if systemctl cat ${`${unit}.service`} >/dev/null 2>&1; then echo foreign; else echo absent; fi; exit 0
    fi
    if ! grep -qxF ${marker} "$f"; then echo foreign; exit 0; fi
    systemctl disable -q --now ${`${unit}.service`} 2>/dev/null || systemctl stop ${`${unit}.service`}
    systemctl clean --what=state ${`${unit}.service`} 2>/dev/null || rm -rf ${dataDir(unit)}
    rm -f "$f" "$f.before" "$f.new" ${ownersDir}/${raw$1(quote(unit))}; systemctl daemon-reload
    systemctl reset-failed ${`${unit}.service`} 2>/dev/null || true
    if cd ${installPath} 2>/dev/null; then
      for d in releases/*; do n=$(basename "$d"); case "$n" in *[!0-9a-f]*) ;; *) rm -rf "./$d";; esac; done
      rm -f current .current.new .switched .switched.new; rmdir releases 2>/dev/null || true; cd /; rmdir ${installPath} 2>/dev/null || true
    fi
    echo removed`
});
/** Key=value lines about the process behind the unit, read from the kernel rather than from the program. */
const proveRunning = (unit, place) => ({
	kind: "script",
	why: `prove what ${unit} runs`,
	idempotent: true,
	text: sh$1`
    set -eu; u=${unit}
    systemctl show "$u" -p MainPID -p NRestarts -p ActiveState -p SubState -p Result -p ExecMainStatus -p DropInPaths
    f=$(systemctl show "$u" -p FragmentPath --value); [ -z "$f" ] || echo "UnitSha256=$(sha256sum <"$f" | cut -c1-64) $(grep -cxF ${marker} "$f")"
    echo "BootId=$(cat /proc/sys/kernel/random/boot_id)"; echo "Clock=$(date +%s%3N) $(cut -d' ' -f1 /proc/uptime)"
    pid=$(systemctl show "$u" -p MainPID --value); [ "$pid" -gt 0 ] || exit 0
    # One that ends while it is looked at is none that runs.
    ids=$(grep -E '^(Uid|CapEff):' "/proc/$pid/status" 2>/dev/null) || exit 0
    echo "Exe=$(sha256sum "/proc/$pid/exe" 2>/dev/null | cut -c1-64)"; echo "$ids"
    echo "Image=$(sed 's/^.*) //' "/proc/$pid/stat" | cut -d' ' -f24,26 | tr ' ' .)"
    echo "StartTicks=$(sed 's/^.*) //' "/proc/$pid/stat" | cut -d' ' -f20) Hz=$(getconf CLK_TCK) Btime=$(sed -n 's/^btime //p' /proc/stat)"
    ${place} ss -Hlntup | grep -F "pid=$pid," | sed 's/^/Socket /' || true`
});
/** The newest lines of a unit's journal, for evidence. */
const journal = (unit, lines) => ({
	kind: "argv",
	why: `journal of ${unit}`,
	idempotent: true,
	argv: [
		"journalctl",
		"-u",
		unit,
		"-n",
		String(lines),
		"--no-pager",
		"-o",
		"short-iso-precise"
	]
});

// src/domain/json-path.ts
/** A list of objects inside an answer of JSON that comes from outside. */
/**
* `at`: `$` for the answer itself, else names with dots between. An object alone is a list of one; what is none is
* dropped.
*/
function listAt(text, at) {
	let value;
	try {
		value = JSON.parse(text);
	} catch {
		return [];
	}
	for (const name of at === "$" ? [] : at.split(".")) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : void 0;
	return (Array.isArray(value) ? value : [value]).filter(isObject);
}
/** One object; null where the text is anything else. */
function objectIn(text) {
	try {
		const value = JSON.parse(text);
		return isObject(value) ? value : null;
	} catch {
		return null;
	}
}
const isObject = (v) => typeof v === "object" && v !== null && !Array.isArray(v);

// src/domain/addresses.ts
/**
* IP addresses in one spelling, so that two sights of one address compare equal (testnet-interfaces §10.1: IPv4-mapped
* addresses are everywhere).
*/
/** Dotted quad for IPv4 and IPv4-mapped IPv6; eight unpadded groups for other IPv6; lower case for what is neither. */
function normalAddress(address) {
	const bare = address.trim().toLowerCase().replace(/^\[|\]$/g, "").replace(/%.*$/, "");
	const groups = bare.includes(":") ? groupsOf(bare) : void 0;
	if (groups === void 0) return bare;
	if (!(groups.slice(0, 5).every((g) => g === 0) && groups[5] === 65535)) return groups.map((g) => g.toString(16)).join(":");
	const [high, low] = [groups[6] ?? 0, groups[7] ?? 0];
	return [
		high >> 8,
		high & 255,
		low >> 8,
		low & 255
	].join(".");
}
/** As URLs and programs write it: an IPv6 address stands in brackets. */
const hostPort = (host, port) => `${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
/** A real IPv6 address, after IPv4-mapped ones are taken out. */
const isIPv6 = (address) => normalAddress(address).includes(":");
/** Link-local and multicast: neighbour discovery and the like, never a path between two hosts. */
const isLocalIPv6 = (address) => /^f(e[89ab]|f)/.test(normalAddress(address));
function groupsOf(text) {
	const quad = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
	const [, prefix = "", a = "", b = "", c = "", d = ""] = quad ?? [];
	const [head = "", tail, ...more] = (quad === null ? text : `${prefix}${(+a << 8 | +b).toString(16)}:${(+c << 8 | +d).toString(16)}`).split("::");
	if (more.length > 0) return void 0;
	const list = (part) => part === "" ? [] : part.split(":");
	const [left, right] = [list(head), list(tail ?? "")];
	const gap = 8 - left.length - right.length;
	if (tail === void 0 ? gap !== 0 : gap < 0) return void 0;
	const all = [
		...left,
		...Array(Math.max(gap, 0)).fill("0"),
		...right
	];
	return all.every((g) => /^[0-9a-f]{1,4}$/.test(g)) ? all.map((g) => parseInt(g, 16)) : void 0;
}

// src/domain/program.ts
/**
* Fills a profile's argument templates; every placeholder becomes part of one word, so nothing can grow a second one.
*/
/** What each template may ask for: the schema's list, and what whoever fills it must have. */
const placeholders = {
	registry: [
		"registryUrl",
		"registryIp",
		"servicePort",
		"dataDir",
		"bootstraps"
	],
	node: [
		"registryUrl",
		"registryIp",
		"servicePort",
		"dataDir",
		"bootstraps"
	],
	dial: [
		"registryUrl",
		"peerId",
		"localPort",
		"bytes",
		"nonce",
		"timeoutMs",
		"timeoutSeconds",
		"bootstraps"
	],
	file: ["dataDir"],
	record: ["nonce"],
	kept: ["dataDir", "nonce"]
};
/** Every placeholder that the template may hold has a value, or it does not compile. */
const fillTemplate = (_template, words, values) => fillArguments(words, values);
function fillArguments(template, values) {
	return template.map((word) => word.replaceAll(/\{([A-Za-z]+)\}/g, (_, name) => {
		const value = Object.hasOwn(values, name) ? values[name] : void 0;
		if (value === void 0) throw new Failure({
			code: "H003",
			message: `the profile asks for {${name}}, which is not known here`
		});
		return value;
	}));
}
/**
* The registry as nodes reach it: the configuration's, the fleet's, else the registry node's address. In a lab always
* the lab's own.
*/
function registryUrlOf(fleet, plan) {
	return (fleet.lab === void 0 ? plan.config.bootstrap.registry ?? fleet.registryUrl : fleet.registryUrl) ?? `http://${hostPort(registryOf(fleet)?.ip ?? "127.0.0.1", plan.profile.registry?.httpPort ?? 8080)}`;
}
/**
* `host:port` of the bootstrap nodes, separated by commas: the configuration's, else the fleet's. In a lab always the
* lab's own.
*/
function bootstrapsFor(fleet, { config, profile }) {
	const own = fleet.lab === void 0 ? config.bootstrap.nodes : [];
	return (own.length > 0 ? own : bootstrapsOf(fleet).map(({ ip }) => hostPort(ip, profile.servicePort))).join(",");
}
/**
* The service's port as a number: a key of the fleet's ports, what the fleet says of the project, else the profile's
* own.
*/
function servicePortOf({ servicePort }, project, { name, ports }) {
	const port = typeof servicePort === "string" ? ports[servicePort] : ports[project] ?? servicePort;
	if (port !== void 0) return port;
	throw new Failure({
		code: "U047",
		message: `fleet ${name} names no port ${String(servicePort)}, by which the profile finds its service: add it to "ports" of the fleet file`
	});
}
/** Services that bind a port of their own choice (planned: 0), and the one UDP port that each was seen to have. */
const boundPorts = (planned, running) => new Map(running.flatMap(({ node, udpPorts: [port, ...others] }) => planned !== 0 || port === void 0 || others.length > 0 ? [] : [[node, port]]));

// src/stages/parts/registration.ts
/**
* Waits until each node's own peer id, read from its disk, appears in the registry, as far as the program has either
* (spec §4 DEPLOY).
*/
async function awaitRegistration(world, plan, nodes) {
	const wait = plan.config.bootstrap.waitForRegistrationSeconds;
	const deadline = world.clock.now() + wait * 1e3;
	const peerIds = /* @__PURE__ */ new Map();
	const said = /* @__PURE__ */ new Map();
	for (;;) {
		const unknown = nodes.filter((n) => !peerIds.has(n));
		const read = await onEachNode(unknown, world.signal, (name) => readPeerId(world, plan, name));
		read.failed.forEach((f, n) => said.set(n, {
			code: f.facts.code,
			message: f.message
		}));
		read.done.forEach((id, n) => {
			if (id === null) return;
			if (id.kind === "there") peerIds.set(n, id.value);
			else said.set(n, id.why);
		});
		const listed = await registeredPeers(world, plan);
		const peers = listed.kind === "there" ? listed.value : /* @__PURE__ */ new Set();
		const missing = nodes.filter((n) => !isReady(plan, peerIds.get(n), peers));
		world.log.progress("registration", `registered: ${nodes.length - missing.length}/${nodes.length}`);
		if (missing.length === 0) return {
			peerIds,
			missing: /* @__PURE__ */ new Map()
		};
		if (world.clock.now() >= deadline) return {
			peerIds,
			missing: new Map(missing.map((n) => [n, peerIds.has(n) ? because(`not registered within ${wait} s`, listed.kind === "none" ? listed.why : void 0) : because(`has no peer id after ${wait} s`, said.get(n))]))
		};
		await world.clock.sleep(300, world.signal);
	}
}
/** The last reason counts: a node or a way to it that fails is not the program's fault. */
const because = (text, why) => ({
	code: why?.code ?? "P012",
	message: why === void 0 ? text : `${text}: ${why.message}`
});
async function readPeerId(world, plan, name) {
	if (plan.profile.peerId.kind === "none") return null;
	const path = plan.profile.peerId.path.replaceAll("{dataDir}", dataDir(plan.config.deploy.serviceName));
	const result = await (await world.remote(name)).run({
		kind: "argv",
		why: "peer id",
		idempotent: true,
		argv: ["cat", path]
	}, {
		timeoutMs: 15e3,
		signal: world.signal
	});
	const id = result.stdout.trim();
	if (result.code !== 0) return none$1("P012", `${path}: ${result.stderr.trim().slice(0, 200) || `exit ${String(result.code)}`}`);
	return /^[0-9a-f]{16,128}$/i.test(id) ? {
		kind: "there",
		value: id
	} : none$1("P012", `${path} holds no peer id, but: ${JSON.stringify(id.slice(0, 80))}`);
}
const none$1 = (code, message) => ({
	kind: "none",
	why: {
		code,
		message
	}
});
/** A program whose ids nobody can read is not looked for in any list. */
const isReady = ({ profile: { peerId, registry } }, id, listed) => peerId.kind === "none" || id !== void 0 && ((registry?.ready ?? null) === null || listed.has(id));
/** Peer ids that the registry lists now; none are listed where nothing says where. */
async function registeredPeers(world, plan) {
	const [node, ready] = [registryOf(world.fleet), plan.profile.registry?.ready ?? null];
	if (node === void 0 || ready === null) return {
		kind: "there",
		value: /* @__PURE__ */ new Set()
	};
	const url = `${registryUrlOf(world.fleet, plan)}${ready.path}`;
	try {
		const answer = await world.http(node.name, url, 1e4);
		const text = Buffer.from(answer.body).toString("utf8");
		if (answer.status < 200 || answer.status > 299) return none$1("P012", `the registry answers ${url} with ${answer.status}: ${shorten(text)}`);
		if (!isJson(text)) return none$1("P012", `the registry answers ${url} with no JSON: ${shorten(text)}`);
		return {
			kind: "there",
			value: new Set(listAt(text, ready.list).map((peer) => String(peer[ready.id] ?? "")))
		};
	} catch (error) {
		world.signal.throwIfAborted();
		const code = error instanceof Failure && !["I040", "I041"].includes(error.facts.code) ? error.facts.code : "P012";
		return none$1(code, messageOf(error));
	}
}
const shorten = (text) => JSON.stringify(text.slice(0, 80));
function isJson(text) {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

// src/commands/place.ts
const dockerEnter = (container) => [
	"sh",
	"-c",
	"pid=$(docker inspect -f \"{{.State.Pid}}\" \"$0\") && exec nsenter -t \"$pid\" -n -- \"$@\"",
	container
];
/** argv prefix that enters the service's network namespace from the node's host. */
function placeOf(runtime) {
	switch (runtime.kind) {
		case "systemd": return [];
		case "netns": return [
			"ip",
			"netns",
			"exec",
			runtime.name
		];
		case "docker": return dockerEnter(runtime.container);
	}
}
/** How to enter the NAT box: from the node's own host, or from the orchestrator's machine. */
function boxOf(box) {
	switch (box.kind) {
		case "orchestrator": return {
			at: "orchestrator",
			enter: box.enter
		};
		case "host": return {
			at: "node",
			enter: []
		};
		case "netns": return {
			at: "node",
			enter: [
				"ip",
				"netns",
				"exec",
				box.name
			]
		};
		case "docker": return {
			at: "node",
			enter: dockerEnter(box.container)
		};
	}
}
/** systemd's name for the namespace: docker's is given a name by {@link attachNamespace} first. */
const namespacePath = (node) => node.runtime.kind === "systemd" ? null : `/run/netns/${node.runtime.kind === "netns" ? node.runtime.name : `vps-test-${node.runtime.container}`}`;

// src/domain/elf.ts
/** The only error {@link readElf} throws, whatever the bytes. */
var ElfError = class extends Error {
	constructor(message) {
		super(message);
		this.name = "ElfError";
	}
};
const machines = {
	3: "i686",
	8: "mips",
	20: "ppc",
	21: "ppc64",
	22: "s390x",
	40: "armv7l",
	62: "x86_64",
	183: "aarch64",
	243: "riscv64",
	258: "loongarch64"
};
const types = [
	"other",
	"relocatable",
	"executable",
	"shared",
	"core"
];
const LOAD = 1;
const DYNAMIC = 2;
const INTERP = 3;
const NEEDED = 1n;
const STRTAB = 5n;
const STRSZ = 10n;
const VERNEED = 1879048190n;
const VERNEEDNUM = 1879048191n;
const FLAGS_1 = 1879048187n;
const DF_1_PIE = 134217728;
/** Bounds on what a hostile file can make us walk through; real programs stay far below. */
const limits$1 = {
	segments: 1024,
	dynamic: 4096,
	versions: 4096,
	text: 4096
};
function readElf(bytes) {
	const at = reader(bytes);
	const head = at.header();
	const segments = at.segments(head);
	const interp = segments.find((s) => s.type === INTERP);
	const dynamic = segments.find((s) => s.type === DYNAMIC);
	const links = dynamic === void 0 ? {
		needed: [],
		versions: [],
		pie: false
	} : at.dynamic(dynamic, segments);
	const interpreter = interp === void 0 ? null : at.text(interp.offset, interp.offset + interp.size);
	const type = types[head.type] ?? "other";
	return {
		bits: at.bits,
		endian: at.little ? "little" : "big",
		machine: machines[head.machine] ?? `em-${head.machine}`,
		type,
		isProgram: type === "executable" || type === "shared" && (interpreter !== null || links.pie),
		interpreter,
		isStatic: interpreter === null && links.needed.length === 0,
		needed: links.needed,
		glibc: highest(links.versions)
	};
}
/** Why this binary cannot run on this node, one sentence each; empty when nothing speaks against it. */
function elfFaults(elf, node, name) {
	const faults = [];
	if (!elf.isProgram) faults.push(`not a program but a ${elf.type} ELF file`);
	if (elf.machine !== node.arch) faults.push(`${elf.machine} binary, ${name} is ${node.arch}`);
	if (elf.isStatic) return faults;
	const musl = elf.interpreter !== null && /\/ld-musl-/.test(elf.interpreter);
	switch (node.libc.kind) {
		case "glibc":
			if (musl) faults.push(`needs musl's loader ${elf.interpreter}, ${name} has glibc ${node.libc.version}`);
			if (elf.glibc !== null && compareVersions(elf.glibc, node.libc.version) > 0) faults.push(`needs GLIBC_${elf.glibc}, ${name} has ${node.libc.version}`);
			return faults;
		case "musl":
			if (!musl) faults.push(`needs glibc${elf.glibc === null ? "" : ` ${elf.glibc}`}, ${name} has musl`);
			return faults;
		case "unknown":
			faults.push(`needs a C library, and ${name} did not say which it has`);
			return faults;
	}
}
function compareVersions(a, b) {
	const left = a.split(".").map(Number), right = b.split(".").map(Number);
	for (let i = 0; i < Math.max(left.length, right.length); i++) {
		const difference = (left[i] ?? 0) - (right[i] ?? 0);
		if (difference !== 0) return Math.sign(difference);
	}
	return 0;
}
const highest = (versions) => versions.flatMap((v) => /^GLIBC_(\d{1,4}(?:\.\d{1,4}){1,3})$/.exec(v)?.[1] ?? []).reduce((best, v) => best === null || compareVersions(v, best) > 0 ? v : best, null);
function reader(bytes) {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < 16 || view.getUint32(0) !== 2135247942) throw new ElfError("not an ELF file");
	const wide = bytes[4] === 2, little = bytes[5] === 1;
	if (!wide && bytes[4] !== 1) throw new ElfError(`unknown ELF class ${bytes[4]}`);
	if (!little && bytes[5] !== 2) throw new ElfError(`unknown ELF byte order ${bytes[5]}`);
	const need = (offset, size) => {
		if (!Number.isSafeInteger(offset) || offset < 0 || offset + size > bytes.length) throw new ElfError(`points outside the file: ${size} bytes at ${offset} of ${bytes.length}`);
	};
	const u16 = (o) => {
		need(o, 2);
		return view.getUint16(o, little);
	};
	const u32 = (o) => {
		need(o, 4);
		return view.getUint32(o, little);
	};
	const u64 = (o) => {
		need(o, 8);
		return view.getBigUint64(o, little);
	};
	/** A native word: 4 or 8 bytes by class. Values beyond 2^53 stay finite and fail in {@link need}. */
	const word = (o) => wide ? Number(u64(o)) : u32(o);
	const text = (from, end) => {
		need(from, 1);
		const stop = Math.min(end, from + limits$1.text, bytes.length);
		const zero = bytes.subarray(from, stop).indexOf(0);
		if (zero < 0) throw new ElfError(`a name at ${from} does not end`);
		return new TextDecoder("latin1").decode(bytes.subarray(from, from + zero));
	};
	const header = () => ({
		type: u16(16),
		machine: u16(18),
		table: word(wide ? 32 : 28),
		size: u16(wide ? 54 : 42),
		count: u16(wide ? 56 : 44)
	});
	function segments(head) {
		if (head.count > limits$1.segments) throw new ElfError(`${head.count} program headers`);
		if (head.count > 0 && head.size < (wide ? 56 : 32)) throw new ElfError(`program headers of ${head.size} bytes`);
		return Array.from({ length: head.count }, (_, i) => {
			const p = head.table + i * head.size;
			return {
				type: u32(p),
				offset: word(p + (wide ? 8 : 4)),
				address: word(p + (wide ? 16 : 8)),
				size: word(p + (wide ? 32 : 16))
			};
		});
	}
	/** Through DT_* and PT_LOAD, as the loader reads it: section headers may be stripped or may lie. */
	function dynamic(segment, all) {
		const entries = /* @__PURE__ */ new Map();
		const neededAt = [];
		const step = wide ? 16 : 8;
		for (let i = 0; i < Math.min(limits$1.dynamic, Math.floor(segment.size / step)); i++) {
			const o = segment.offset + i * step;
			const tag = wide ? u64(o) : BigInt(u32(o));
			if (tag === 0n) break;
			const value = word(o + step / 2);
			if (tag === NEEDED) neededAt.push(value);
			else entries.set(tag, value);
		}
		const file = (address) => {
			const load = all.find((s) => s.type === LOAD && address >= s.address && address < s.address + s.size);
			if (load === void 0) throw new ElfError(`address ${address} is in no loaded segment`);
			return address - load.address + load.offset;
		};
		const strings = entries.get(STRTAB);
		const pie = ((entries.get(FLAGS_1) ?? 0) & DF_1_PIE) !== 0;
		if (strings === void 0) return {
			needed: [],
			versions: [],
			pie
		};
		const base = file(strings);
		const name = (o) => text(base + o, base + (entries.get(STRSZ) ?? 0));
		const verneed = entries.get(VERNEED);
		return {
			pie,
			needed: neededAt.map(name),
			versions: verneed === void 0 ? [] : versions(file(verneed), entries.get(VERNEEDNUM) ?? 0, name)
		};
	}
	/**
	* Elf_Verneed lists of Elf_Vernaux: both have one layout for 32 and 64 bit. Offsets are relative and unsigned, so
	* each list only moves forward.
	*/
	function versions(first, files, name) {
		const found = [];
		for (let at = first, i = 0; i < files; i++) {
			if (i > limits$1.versions) throw new ElfError("too many version files");
			for (let aux = at + u32(at + 8), j = 0; j < u16(at + 2); j++) {
				if (found.push(name(u32(aux + 8))) > limits$1.versions) throw new ElfError("too many symbol versions");
				const next = u32(aux + 12);
				if (next === 0) break;
				aux += next;
			}
			const next = u32(at + 12);
			if (next === 0) break;
			at += next;
		}
		return found;
	}
	return {
		bits: wide ? 64 : 32,
		little,
		header,
		segments,
		dynamic,
		text
	};
}

// src/instruments/process.ts
/** What a node really runs, read from the kernel (testnet-interfaces §9), never from the program's word. */
async function provenProcess(world, name, unit) {
	const node = world.fleet.nodes.find((n) => n.name === name);
	const result = await (await world.remote(name)).run(proveRunning(unit, placeOf(node?.runtime ?? { kind: "systemd" })), {
		timeoutMs: 3e4,
		signal: world.signal
	});
	if (result.code !== 0) throw new Failure({
		code: "I156",
		node: name,
		message: `${name}: what ${unit} runs cannot be read (exit ${String(result.code)}): ${(result.stderr || result.stdout).trim().slice(-200)}`,
		remedy: diagnoseNode(name, world.fleet)
	});
	return parseProcess(name, unit, result.stdout);
}
/** Exit codes of systemd.exec(5) that are set before the program starts. */
const steps = {
	200: "CHDIR",
	203: "EXEC",
	214: "SETSCHEDULER",
	216: "GROUP",
	217: "USER",
	218: "CAPABILITIES",
	219: "CGROUP",
	225: "NETWORK",
	226: "NAMESPACE",
	227: "NO_NEW_PRIVILEGES",
	228: "SECCOMP",
	233: "RUNTIME_DIRECTORY",
	238: "STATE_DIRECTORY",
	243: "CREDENTIALS"
};
const stepOf = (status) => status >= 200 && status <= 243 ? `${status}/${steps[status] ?? "see systemd.exec(5)"}` : null;
function parseProcess(node, unit, stdout) {
	const lines = stdout.split("\n");
	const value = (key) => lines.find((l) => l.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
	const state = `${value("ActiveState")}/${value("SubState")} (${value("Result")})`;
	const beforeStart = stepOf(Number(value("ExecMainStatus")));
	const pid = Number(value("MainPID"));
	const exe = value("Exe");
	const start = /^StartTicks=(\d+) Hz=(\d+) Btime=(\d+)/m.exec(stdout);
	const ports = lines.filter((l) => l.startsWith("Socket ")).flatMap((l) => {
		const [, protocol, , , , local = ""] = l.split(/\s+/);
		const port = Number(local.slice(local.lastIndexOf(":") + 1));
		return (protocol === "tcp" || protocol === "udp") && port > 0 ? [{
			protocol,
			port
		}] : [];
	});
	const [, unitSha256 = null, ours = "0"] = /^UnitSha256=([0-9a-f]{64}) (\d+)$/m.exec(stdout) ?? [];
	const active = value("ActiveState") === "active" && pid > 0;
	if (!active || !/^[0-9a-f]{64}$/.test(exe) || start === null) return {
		active,
		state,
		proof: null,
		beforeStart,
		unitSha256,
		ports
	};
	return {
		active,
		state,
		beforeStart,
		unitSha256,
		ports,
		proof: {
			node,
			unit,
			pid,
			exeSha256: exe,
			image: value("Image"),
			bootId: value("BootId"),
			restarts: Number(value("NRestarts")),
			unitFile: ours === "0" ? "foreign" : "ours",
			dropIns: value("DropInPaths").split(" ").filter((p) => p !== "").map((p) => p.slice(0, 200)),
			version: "",
			startedAt: Number(start[3]) * 1e3 + Math.round(Number(start[1]) / Number(start[2]) * 1e3),
			udpPorts: [...new Set(ports.filter((p) => p.protocol === "udp").map((p) => p.port))],
			uid: Number(/^Uid:\s+(\d+)/m.exec(stdout)?.[1] ?? 0),
			clock: parseClock(value("Clock")),
			capEff: /^CapEff:\s+([0-9a-f]+)/m.exec(stdout)?.[1] ?? ""
		}
	};
}
/** `1700000000123 4567.89`: a wall clock in milliseconds, seconds since boot. A `date` without milliseconds is none. */
function parseClock(text) {
	const [, wall, up] = /^(\d{10,16}) (\d{1,12}(?:\.\d+)?)$/.exec(text.trim()) ?? [];
	return wall === void 0 || up === void 0 ? null : {
		wallMs: Number(wall),
		uptimeMs: Math.round(Number(up) * 1e3)
	};
}

// src/commands/sequence.ts
/**
* Runs each in a subshell of its own and stops after the first that fails; {@link parts} takes the output apart. Exit 0
* in any case.
*/
const sequence = (why, commands) => ({
	kind: "script",
	why,
	idempotent: commands.every((c) => c.idempotent),
	text: commands.map((c) => sh$1`( ${raw$1(c.kind === "script" ? c.text : render(c))}
  ) 2>&1; c=$?; printf '\n\036%s\n' "$c"; [ "$c" = 0 ] || exit 0`).join("\n")
});
/**
* One part for each command that ran; a command without one did not run. Output holds stdout and stderr as they came.
*/
function parts$1(stdout) {
	const found = [];
	let rest = stdout;
	for (let m = /\n\u001e(\d+)\n/.exec(rest); m !== null; m = /\n\u001e(\d+)\n/.exec(rest)) {
		found.push({
			output: rest.slice(0, m.index),
			code: Number(m[1])
		});
		rest = rest.slice(m.index + m[0].length);
	}
	return found;
}

// src/stages/parts/node-commands.ts
/** Runs commands that must all exit 0, in one exec; the first other exit becomes a named failure. */
function runner$1(world, name, remote) {
	return async (commands, code, upload = {}) => {
		const only = commands[0];
		if (only === void 0) return [];
		const result = await remote.run(commands.length === 1 ? only : sequence(commands.map((c) => c.why).join(", "), commands), {
			timeoutMs: 6e5,
			signal: world.signal,
			...upload
		});
		const ran = commands.length === 1 ? [{
			code: result.code ?? -1,
			output: result.code === 0 ? result.stdout : `${result.stdout}${result.stderr}`
		}] : parts$1(result.stdout);
		const bad = commands.findIndex((_, i) => ran[i]?.code !== 0);
		if (bad === -1) return ran.map((r) => r.output.trim());
		throw failed$1(world.fleet, name, commands[bad], ran[bad]?.code ?? null, (ran[bad]?.output ?? result.stderr).trim().slice(-300), typeof code === "string" ? code : code[bad] ?? "I142");
	};
}
function failed$1(fleet, name, command, exit, tail, code) {
	const [knownCode, text] = {
		[28]: ["I150", `no space left: ${tail}`],
		[67]: ["I157", tail],
		[65]: ["I151", "the uploaded file does not have the expected sha256"],
		[76]: ["B011", `the lease was lost: ${tail}`]
	}[exit ?? -1] ?? [code, `${command.why} failed (exit ${String(exit)})${tail === "" ? "" : `: ${tail}`}`];
	return new Failure({
		code: knownCode,
		node: name,
		message: `${name}: ${text}`,
		remedy: diagnoseNode(name, fleet)
	});
}
/** The answer that a command gives by its last line; whatever else the node said is a failure and not a guess. */
function answered(fleet, name, command, output, known, code) {
	const last = output.trim().split("\n").at(-1)?.trim();
	const found = known.find((k) => k === last);
	if (found === void 0) throw failed$1(fleet, name, command, 0, `it gave none of its answers, but: ${output.trim().slice(-200) || "nothing"}`, code);
	return found;
}

// src/commands/port-holder.ts
/** Prints `pid`, program, unit, project and session, each in a line, `-` where there is none; nothing where it is free. */
const findPortHolder = (place, protocol, port) => ({
	kind: "script",
	why: `who has ${protocol} ${port}`,
	idempotent: true,
	text: sh$1`
    pid=$(${place} ss -Hlnp ${protocol === "tcp" ? "-t" : "-u"} ${`sport = :${port}`} | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -n 1)
    [ -n "$pid" ] || exit 0
    unit=$(sed -n 's/.*\/\([^/]*\)\.service$/\1/p' "/proc/$pid/cgroup" | head -n 1)
    echo "$pid"; tr '\n' ' ' <"/proc/$pid/comm"; echo; if [ -n "$unit" ]; then echo "$unit"; else echo -; fi
    if [ -n "$unit" ] && [ -s ${ownersDir}/"$unit" ]; then head -n 2 ${ownersDir}/"$unit"; else echo -; echo -; fi`
});
function parsePortHolder(stdout) {
	const [pid = "", program = "", unit = "-", project = "-", session = "-"] = stdout.split("\n").map((l) => l.trim());
	if (!/^\d+$/.test(pid)) return null;
	return {
		pid: Number(pid),
		program: program.slice(0, 50),
		unit: unit === "-" ? null : unit,
		owner: project === "-" || session === "-" || project === "" ? null : {
			project,
			session
		}
	};
}

// src/commands/diagnosis.ts
/** Each section begins with this word and its name. */
const sectionWord = "vps-test-section";
/**
* Sections `state`, `disk <path>` (KiB used, KiB free, inodes free, KiB of its own, mount options), `holder`, `firewall`
* and `said`: the program's own last lines since its last start. Each is asked whatever became of the others.
*/
const lookForCauses = ({ unit, place, listens, releases, data }) => {
	const holder = listens.port === 0 ? null : findPortHolder(place, listens.protocol, listens.port);
	return {
		kind: "script",
		why: `why ${unit} fails`,
		idempotent: true,
		text: sh$1`u=${`${unit}.service`}
      echo ${sectionWord} state
      systemctl show "$u" -p ActiveState -p SubState -p Result -p ExecMainStatus -p InvocationID 2>/dev/null
      disk() {
        echo; echo ${sectionWord} disk "$1"; at=$1; while ! [ -e "$at" ] && [ "$at" != / ]; do at=$(dirname "$at"); done
        own=; [ "$at" != "$1" ] || own=$(timeout 5 du -skx "$at/" 2>/dev/null | cut -f1)
        echo "$(df -Pk "$at" | awk 'NR==2{print $3, $4}') $(df -Pi "$at" | awk 'NR==2{print ($2 > 0 ? $4 : "-")}') ${raw$1("${own:--}")} $(findmnt -no OPTIONS -T "$at" 2>/dev/null)"
      }
      disk ${releases}; disk ${data}
      echo; echo ${sectionWord} holder
      ( ${raw$1(holder?.kind === "script" ? holder.text : ":")}
      )
      echo; echo ${sectionWord} firewall
      ${place} nft list ruleset 2>/dev/null | head -c 60000
      echo; echo ${sectionWord} said
      i=$(systemctl show "$u" -p InvocationID --value 2>/dev/null)
      [ -z "$i" ] || journalctl "_SYSTEMD_INVOCATION_ID=$i" _TRANSPORT=stdout -n 60 --no-pager -o cat 2>/dev/null | tail -c 8000`
	};
};
/** Typed on this machine: asks the node itself. */
const onNode = (node, what) => `ssh -p ${node.sshPort} ${quote(`${node.user === "" ? "root" : node.user}@${node.host}`)} ${quote(what)}`;

// src/domain/firewall.ts
/** The rule, or the policy, that drops what comes to the port; null: none, or it cannot be told. */
function droppedBy(ruleset, protocol, port) {
	for (const chain of chainsOf(ruleset)) {
		if (chain.hook !== "input" && chain.hook !== "prerouting") continue;
		const deciding = chain.rules.find((r) => isAbout(r, protocol, port) && verdictOf(r) !== null);
		if (deciding !== void 0 && verdictOf(deciding) === "drop") return deciding.slice(0, 120);
		if (deciding === void 0 && chain.policy === "drop" && !chain.rules.some((r) => mayAccept(r, protocol))) return `policy drop, and no rule for ${protocol} ${port}`;
	}
	return null;
}
/** Tables of ours come and go with a control. */
function chainsOf(ruleset) {
	return [...ruleset.matchAll(/^table \S+ (\S+) \{\n([^]*?)^\}/gm)].filter(([, name]) => name?.startsWith("vps_test_") !== true).flatMap(([, , body = ""]) => [...body.matchAll(/^\tchain \S+ \{\n([^]*?)^\t\}/gm)]).map(([, body = ""]) => {
		const lines = body.split("\n").map((l) => l.trim());
		const type = lines.find((l) => l.startsWith("type ")) ?? "";
		return {
			hook: / hook (\w+)/.exec(type)?.[1] ?? "",
			policy: /policy (\w+)/.exec(type)?.[1] ?? "accept",
			rules: lines.filter((l) => l !== "" && !l.startsWith("type "))
		};
	});
}
/** A rule for the port alone: one that also asks for an address or an interface may be about somebody else. */
function isAbout(rule, protocol, port) {
	if (/\b(?:saddr|daddr|iif|iifname|sport|mark|limit)\b/.test(rule)) return false;
	const [, ports = ""] = new RegExp(`\\b(?:${protocol}|th) dport (\\{[^}]*\\}|\\S+)`).exec(rule) ?? [];
	return ports.replaceAll(/[{}]/g, "").split(",").map((p) => p.trim().split("-").map(Number)).some(([low = NaN, high = low]) => low <= port && port <= high);
}
const verdictOf = (rule) => {
	const [, word] = /\b(accept|drop|reject)\b(?! packets)/.exec(rule.replaceAll(/"[^"]*"/g, "")) ?? [];
	return word === void 0 ? null : word === "accept" ? "accept" : "drop";
};
/** What could let it in after all: a jump, a set, an accept that is neither for other ports nor for known connections. */
const mayAccept = (rule, protocol) => /\b(?:jump|goto|vmap|queue)\b/.test(rule) || verdictOf(rule) === "accept" && !/\bct state\b|\biif(?:name)? "lo"|\bicmp|\bdport \d|\bdport \{ \d/.test(rule) && !new RegExp(`\\b${protocol === "udp" ? "tcp" : "udp"} `).test(rule);

// src/domain/diagnosis.ts
const disks = (d) => [d.releases, d.data].filter((l) => l !== null);
const paths = (d) => disks(d).map((l) => l.path).join(" ");
/** Less is no room for a record or a log. */
const leastKiB = 1024;
/** A program that fills a disk by itself has nobody else to blame for it. */
const ownDoing = ({ usedKiB, ownKiB }) => usedKiB !== null && ownKiB !== null && ownKiB * 2 >= usedKiB;
/** The first that holds is told. */
const causes = [
	{
		code: "I154",
		why: ({ holder, unit, listens: { protocol, port } }) => {
			if (holder === null || holder.unit === unit) return null;
			return `${protocol} ${port}, which ${unit} needs, is held by ${holder.unit === null ? `process ${holder.pid} (${holder.program})` : `${holder.unit}.service`}${holder.owner === null ? "" : `, which project ${holder.owner.project} left there (session ${holder.owner.session})`}`;
		},
		look: () => "ss -lntup"
	},
	{
		code: "I150",
		why: (d) => {
			const full = disks(d).find((l) => !ownDoing(l) && ((l.freeKiB ?? leastKiB) < leastKiB || l.freeInodes === 0));
			if (full === void 0) return null;
			return full.freeInodes === 0 ? `no inodes are free at ${full.path}` : `${full.freeKiB} KiB are free at ${full.path}`;
		},
		look: (d) => `df -h ${paths(d)}; df -i ${paths(d)}`
	},
	{
		code: "I157",
		why: ({ releases }) => releases?.mount.includes("noexec") === true ? `${releases.path} is mounted noexec: nothing there can be executed` : null,
		look: ({ releases }) => `findmnt -T ${releases?.path ?? "/"}`
	},
	{
		code: "I158",
		why: (d) => {
			const closed = disks(d).find((l) => l.mount.includes("ro"));
			return closed === void 0 ? null : `${closed.path} is on a file system that is mounted read-only`;
		},
		look: (d) => `findmnt -T ${disks(d).find((l) => l.mount.includes("ro"))?.path ?? "/"}`
	},
	{
		code: "I159",
		why: ({ firewall, listens: { protocol, port } }) => {
			const rule = port === 0 ? null : droppedBy(firewall, protocol, port);
			return rule === null ? null : `the node's own firewall drops ${protocol} ${port}: ${rule}`;
		},
		look: () => "nft list ruleset"
	}
];
/** Null: nothing of the machine explains it. */
function causeOf(d) {
	for (const row of causes) {
		const why = row.why(d);
		if (why !== null) return {
			code: row.code,
			why,
			look: row.look(d)
		};
	}
	return null;
}
/** What a message of failure adds: the program's own last words, of a panic its first ones. */
function lastWords({ said }) {
	const lines = said.map((l) => l.trim()).filter((l) => l !== "" && !l.startsWith("note: run with `RUST_BACKTRACE"));
	const panic = lines.findLastIndex((l) => / panicked at /.test(l));
	const told = panic === -1 ? lines.slice(-2) : lines.slice(panic, panic + 3);
	return told.length === 0 ? "" : `; it said: ${told.join(" | ").slice(0, 300)}`;
}

// src/instruments/diagnosis.ts
/** Asks a node why the program failed on it: one command, read by its sections. */
/** Null: the node did not answer. */
async function askWhy(world, node, of) {
	const asked = {
		...of,
		data: dataDir(of.unit)
	};
	try {
		const { stdout } = await (await world.remote(node)).run(lookForCauses(asked), {
			timeoutMs: 3e4,
			signal: world.signal,
			maxBytes: 1 << 18
		});
		return {
			diagnosis: parseDiagnosis(stdout, asked),
			text: stdout
		};
	} catch {
		world.signal.throwIfAborted();
		return null;
	}
}
function parseDiagnosis(stdout, { unit, listens, releases, data }) {
	const found = [...stdout.matchAll(new RegExp(`^${sectionWord} (\\w+)(?: (.*))?\\n`, "gm"))];
	const said = found.findIndex((m) => m[1] === "said");
	const sections = (said === -1 ? found : found.slice(0, said + 1)).map((m, i, all) => ({
		name: m[1],
		of: m[2] ?? "",
		text: stdout.slice(m.index + m[0].length, all[i + 1]?.index ?? stdout.length)
	}));
	const text = (name, of = "") => sections.find((s) => s.name === name && s.of === of)?.text ?? "";
	return {
		unit,
		listens,
		holder: parsePortHolder(text("holder")),
		releases: parseDisk(releases, text("disk", releases)),
		data: parseDisk(data, text("disk", data)),
		firewall: text("firewall"),
		said: text("said").split("\n").map((l) => stripHidden(l, 300)).filter((l) => l !== "")
	};
}
function parseDisk(path, text) {
	const [used, free, inodes, own, mount = ""] = text.trim().split(" ");
	const number = (word) => word !== void 0 && /^\d{1,18}$/.test(word) ? Number(word) : null;
	return number(used) === null || number(free) === null ? null : {
		path,
		usedKiB: number(used),
		freeKiB: number(free),
		freeInodes: number(inodes),
		ownKiB: number(own),
		mount: mount.split(",")
	};
}

// src/stages/parts/diagnosed.ts
/** A failure of the program on a node, once the node was asked: the machine's where the machine explains it. */
/** What the node told is kept beside the session, also where nothing explains the failure. */
async function diagnosed(world, node, { unit, listens }, releases, failure) {
	const place = placeOf(node.runtime);
	const asked = await askWhy(world, node.name, {
		unit: unit.name,
		place,
		listens,
		releases
	});
	if (asked === null) return failure;
	const kept = `diagnosis/${node.name}.txt`;
	await world.files.write(kept, world.concealer?.conceal(asked.text) ?? asked.text);
	world.log.info(`${node.name}: what it told of the failure is kept in ${kept}`);
	const words = lastWords(asked.diagnosis);
	const cause = causeOf(asked.diagnosis);
	const { message } = failure;
	return cause === null ? new Failure({
		...failure.facts,
		message: stripHidden(`${message}${words}`, 700)
	}) : new Failure({
		code: cause.code,
		node: node.name,
		message: stripHidden(`${node.name}: ${cause.why}; ${message.replace(`${node.name}: `, "")}${words}`, 700),
		remedy: remedyOf(cause, asked.diagnosis, node)
	});
}
function remedyOf(cause, { holder }, node) {
	const owner = cause.code === "I154" ? holder?.owner : null;
	return owner === null || owner === void 0 ? onNode(node, cause.look) : `vps-test stop ${quote(owner.project)} --session ${quote(owner.session)} --services remove`;
}

// src/stages/parts/units.ts
/** Which unit runs on which node, with which arguments: the profile's templates filled in. */
/** Null: nothing of ours runs there (a registry that the fleet keeps itself). */
function unitOf(plan, node) {
	const { deploy, binary } = plan.config;
	const name = node.role === "registry" ? `${deploy.serviceName}-registry` : deploy.serviceName;
	const values = {
		registryUrl: registryUrlOf(plan.fleet, plan),
		registryIp: plan.fleet.nodes.find((n) => n.role === "registry")?.ip ?? "",
		servicePort: String(plan.profile.servicePort),
		dataDir: dataDir(name),
		bootstraps: bootstrapsFor(plan.fleet, plan)
	};
	const common = {
		name,
		binary: currentBinary({
			installPath: deploy.installPath,
			name: binary.name
		}),
		namespace: namespacePath(node),
		environment: plan.profile.node.environment
	};
	if (node.role === "registry") {
		const { registry } = plan.profile;
		if (registry === null || registry.args === null) return null;
		return {
			unit: {
				...common,
				args: fillTemplate("registry", registry.args, values)
			},
			listens: {
				protocol: "tcp",
				port: registry.httpPort
			}
		};
	}
	const args = [...plan.profile.node.args, ...node.role === "bootstrap" ? plan.profile.node.bootstrapArgs : []];
	return {
		unit: {
			...common,
			args: fillTemplate("node", args, values)
		},
		listens: {
			protocol: "udp",
			port: plan.profile.servicePort
		}
	};
}
/** None on bootstrap nodes that are never deployed either: what runs there is not ours to change. */
const deployedUnitOf = (plan, node) => node.role === "bootstrap" && plan.config.deploy.bootstrap === "never" ? null : unitOf(plan, node);
/** Whether a process that has these ports listens where it was told to. */
const listens = (ports, { protocol, port }) => ports.some((p) => p.protocol === protocol && (port === 0 || p.port === port));

// src/stages/parts/deploy-node.ts
/**
* One node's deploy in two halves: receive beside what runs; then switch in one rename, restart, prove what runs. A
* failure puts the old release back.
*/
/**
* Brings the release onto the node, beside what runs there; changes nothing that runs. Bytes sent; 0 when it lay there
* already.
*/
async function receiveOn(world, { plan, node, shipment: { release, packed, binary }, runtime }) {
	const faults = elfFaults(readElf(binary), runtime, node.name);
	if (faults.length > 0) throw new Failure({
		code: "I140",
		node: node.name,
		message: `${node.name}: ${plan.config.binary.name} cannot run there: ${faults.join("; ")}`,
		remedy: diagnoseNode(node.name, world.fleet)
	});
	const run = runner$1(world, node.name, await world.remote(node.name));
	const look = inspectRelease(release);
	const [said = ""] = await run([look], "I142");
	const packing = answered(world.fleet, node.name, look, said, [
		"present",
		"zstd",
		"gzip"
	], "I142");
	if (packing === "present") return 0;
	const data = packing === "zstd" ? packed.zstd : packed.gzip();
	await run([receive(release, packing)], "I143", {
		stdin: data,
		onSent: (sent) => saying(world, node)(`uploading ${Math.floor(100 * sent / data.length)} %`)
	});
	return data.length;
}
/** Makes the received release the running one, unless it is already; proves it, or puts the old one back. */
async function switchOn(world, job, sentBytes) {
	const { plan, node, unit, shipment: { release } } = job;
	const name = unit.unit.name;
	const say = saying(world, node);
	const held = {
		service: plan.config.deploy.serviceName,
		...job.lease
	};
	const run = runner$1(world, node.name, await world.remote(node.name));
	const prove = proveRunning(name, placeOf(node.runtime));
	await run(plan.config.deploy.preDeploy.map((text) => owners("pre-deploy", text)), "I147");
	const write = writeUnit(unit.unit, held, plan.config.project);
	const [wrote = "", before = ""] = await run([
		write,
		prove,
		prune(release)
	], [
		"I144",
		"I156",
		"I144"
	]);
	const unitState = answered(world.fleet, node.name, write, wrote, [
		"foreign",
		"changed",
		"same"
	], "I144");
	const now = parseProcess(node.name, name, before).proof;
	const forced = node.role === "bootstrap" && plan.config.deploy.bootstrap === "always";
	if (unitState === "same" && now?.exeSha256 === release.sha256 && !forced) {
		say("already runs this binary");
		return {
			proof: now,
			skipped: true,
			sentBytes,
			foreignUnit: false
		};
	}
	say("restarting");
	try {
		const [, , after = ""] = await run([
			switchTo(release, held),
			restartUnit(name, held),
			prove
		], [
			"I145",
			"P010",
			"I156"
		]);
		const proof = await awaitRunning(world, node, unit, release.sha256, parseProcess(node.name, name, after));
		await run(plan.config.deploy.postDeploy.map((text) => owners("post-deploy", text)), "I146");
		if (unitState === "changed") await run([settleUnit(name)], "I144");
		say(`runs ${release.sha256.slice(0, 12)} as pid ${proof.pid}`);
		return {
			proof,
			skipped: false,
			sentBytes,
			foreignUnit: unitState === "foreign"
		};
	} catch (error) {
		world.signal.throwIfAborted();
		const explained = error instanceof Failure && error.kind === "product" ? await diagnosed(world, node, unit, release.installPath, error) : error;
		say("putting back what ran before");
		await run([putBack(name, release, held)], "I148").then(([was = ""]) => {
			if (was === "unknown") world.log.warn(`${node.name}: what ${name} ran before is not known, so it is stopped`);
		}, (e) => world.log.warn(messageOf(e)));
		throw explained;
	}
}
const saying = (world, node) => (text) => world.log.progress(`deploy ${node.name}`, `${node.name}: ${text}`);
/** A shell line that the project's owner wrote into the configuration; it may not be safe to run twice. */
const owners = (why, text) => ({
	kind: "script",
	why,
	idempotent: false,
	text
});
/** Polls until the unit runs this very binary and its main process owns the port. */
async function awaitRunning(world, node, unit, sha256, first) {
	const deadline = world.clock.now() + 15e3;
	for (let seen = first;; seen = await provenProcess(world, node.name, unit.unit.name)) {
		const bound = listens(seen.ports, unit.listens);
		if (seen.proof !== null && seen.proof.exeSha256 === sha256 && bound) return seen.proof;
		if (world.clock.now() > deadline) throw new Failure({
			code: seen.proof === null && seen.beforeStart !== null ? "I155" : "P011",
			node: node.name,
			message: `${node.name}: ${why$1(seen, sha256, unit)}`,
			remedy: diagnoseNode(node.name, world.fleet)
		});
		await world.clock.sleep(100, world.signal);
	}
}
const why$1 = (r, sha256, unit) => r.proof === null ? `${unit.unit.name} does not run: ${r.state}${r.beforeStart === null ? "" : `; systemd could not start it: ${r.beforeStart}`}` : r.proof.exeSha256 !== sha256 ? `${unit.unit.name} runs another binary (${r.proof.exeSha256.slice(0, 12)})` : `${unit.unit.name} does not listen on ${unit.listens.port === 0 ? "any port of " : ""}${unit.listens.protocol}${unit.listens.port === 0 ? "" : ` ${unit.listens.port}`}`;

// src/stages/parts/rollout.ts
function rolloutOf(world, roster, leases, planned) {
	const jobs = new Map(planned.map((job) => [job.node.name, job]));
	const sent = /* @__PURE__ */ new Map();
	const done = /* @__PURE__ */ new Map();
	const excluded = [...leases.failed].map(([node, failure]) => exclusionOf(node, failure));
	const leaveOut = (failed) => failed.forEach((failure, node) => {
		jobs.delete(node);
		excluded.push(exclusionOf(node, failure));
		world.log.warn(`${node}: left out: ${failure.message}`);
	});
	/** Switches those of the nodes that are to be deployed and have received; answers with what failed. */
	const wave = async (nodes) => {
		const result = await onEachNode(nodes.map((n) => n.name).filter((name) => jobs.has(name)), world.signal, (name) => switchOn(world, jobs.get(name), sent.get(name) ?? 0));
		result.done.forEach((deployed, node) => done.set(node, deployed));
		leaveOut(result.failed);
		return [...result.failed.values()];
	};
	const ofRole = (...roles) => roster.filter((n) => roles.includes(n.role));
	/** Not switched yet; those behind no NAT first. */
	const peers = () => ofRole("test", "nat").filter((n) => jobs.has(n.name) && !done.has(n.name)).toSorted((a, b) => Number(a.nat !== "none") - Number(b.nat !== "none"));
	return {
		done,
		excluded,
		remaining: () => roster.map((n) => n.name).filter((name) => !excluded.some((e) => e.node === name)),
		exclude: (exclusion) => void excluded.push(exclusion),
		receiveEverywhere: async () => {
			const received = await onEachNode([...jobs.keys()], world.signal, (name) => receiveOn(world, jobs.get(name)));
			received.done.forEach((bytes, node) => sent.set(node, bytes));
			leaveOut(received.failed);
		},
		switchRegistry: async () => (await wave(ofRole("registry"))).find(isOfProduct) ?? null,
		switchGatekeeper: async () => {
			for (const peer of peers()) {
				const failures = await wave([peer]);
				if (failures.length === 0) return null;
				const broken = failures.find(isOfProduct);
				if (broken !== void 0) return broken;
			}
			return null;
		},
		switchRest: async () => {
			await wave(peers());
			await wave(ofRole("bootstrap"));
		}
	};
}
const isOfProduct = (failure) => failure.kind === "product";
const exclusionOf = (node, failure) => ({
	node,
	stage: "DEPLOY",
	...failureFacts(failure),
	message: failure.message.slice(0, 400)
});

// src/stages/deploy.ts
/**
* DEPLOY: registry, then one gatekeeper, then the rest, bootstrap nodes last; then everybody must be registered (spec
* §4, issue of the order: kamal's barrier).
*/
const deploy = async (plan, session, world) => {
	const roster = rosterOf(plan, session).map((n) => world.fleet.nodes.find((f) => f.name === n)).filter((n) => n !== void 0);
	const names = roster.map((n) => n.name);
	const leases = await leaseFleet(plan, session, world, names);
	if ("event" in leases) return leases;
	const shipment = await pack(world, plan, session);
	const { release, packed } = shipment;
	const jobs = roster.flatMap((node) => jobOf(plan, session, node, shipment, leases.done.get(node.name)));
	const rollout = rolloutOf(world, roster, leases, jobs);
	const facts = () => factsOf(rollout, release.sha256);
	const size = `${packed.zstd.length} bytes each`;
	world.log.info(`deploy: ${release.name} ${release.sha256.slice(0, 12)} to ${roster.length} nodes, ${size}`);
	await rollout.receiveEverywhere();
	const registry = await rollout.switchRegistry();
	if (registry !== null) return {
		event: "failed",
		why: `the registry does not run, no peer was switched: ${registry.message}`,
		facts: facts()
	};
	const gatekeeper = await rollout.switchGatekeeper();
	if (gatekeeper !== null) return {
		event: "failed",
		why: `the gatekeeper node failed, no other peer was switched: ${gatekeeper.message}`,
		facts: facts()
	};
	await rollout.switchRest();
	const early = quorumFault(plan, rollout.remaining());
	if (early !== null) return {
		event: "unrecoverable",
		why: withCause(early, rollout.excluded),
		facts: facts()
	};
	const peers = rollout.remaining().filter((n) => roster.some((r) => r.name === n && r.role !== "registry"));
	const registered = await awaitRegistration(world, plan, peers);
	for (const [node, why] of registered.missing) rollout.exclude({
		node,
		stage: "DEPLOY",
		code: why.code,
		message: why.message.slice(0, 400)
	});
	const all = {
		...facts(),
		peerIds: Object.fromEntries(registered.peerIds)
	};
	const fault = quorumFault(plan, rollout.remaining());
	if (fault !== null) return {
		event: "unrecoverable",
		why: withCause(fault, rollout.excluded),
		facts: all
	};
	return {
		event: "deployed",
		why: sentenceOf$1(rollout, release.sha256),
		facts: all
	};
};
const factsOf = ({ done, excluded }, binarySha256) => ({
	excluded: [...excluded],
	binarySha256,
	deployed: Object.fromEntries([...done].map(([node, { proof, skipped, sentBytes, foreignUnit }]) => [node, {
		sha256: proof.exeSha256,
		skipped,
		sentBytes,
		foreignUnit,
		pid: proof.pid
	}]))
});
function sentenceOf$1({ done, excluded }, sha256) {
	const skipped = [...done.values()].filter((d) => d.skipped).length;
	const already = skipped === 0 ? "" : ` (${skipped} did already)`;
	const without = excluded.length === 0 ? "" : `; left out: ${excluded.map((e) => e.node).join(", ")}`;
	return `${done.size} nodes run ${sha256.slice(0, 12)}${already}${without}`;
}
/** None where nothing of ours runs, where the lease is not ours, and on bootstrap nodes that are never deployed. */
function jobOf(plan, session, node, shipment, fence) {
	const unit = deployedUnitOf(plan, node);
	if (unit === null || fence === void 0) return [];
	const ready = session.newest.SETUP;
	const seen = ready?.event === "ready" ? ready.facts.nodes[node.name] : void 0;
	const libc = seen?.glibc ? {
		kind: "glibc",
		version: seen.glibc
	} : { kind: "unknown" };
	return [{
		plan,
		node,
		unit,
		shipment,
		lease: {
			holder: session.id,
			fence
		},
		runtime: {
			arch: seen?.machine ?? "",
			libc
		}
	}];
}
/** Compressed once, whatever the number of nodes. */
async function pack(world, plan, session) {
	const binary = await world.files.read(keptBinary);
	const built = session.newest.BUILD?.event === "built" ? session.newest.BUILD.facts.build.sha256 : void 0;
	if (sha256(binary) !== built) throw new Failure({
		code: "H021",
		message: `the binary to deploy is not the one that was built: ${sha256(binary).slice(0, 12)} instead of ${built?.slice(0, 12) ?? "none"}`
	});
	const zstd = new Uint8Array(zstdCompressSync(binary, { params: { [constants.ZSTD_c_compressionLevel]: 9 } }));
	let gzip;
	return {
		binary,
		packed: {
			zstd,
			gzip: () => gzip ??= new Uint8Array(gzipSync(binary))
		},
		release: {
			name: plan.config.binary.name,
			installPath: plan.config.deploy.installPath,
			sha256: sha256(binary),
			bytes: binary.length
		}
	};
}

// src/stages/fix.ts
const fix = async (_plan, session) => ({
	event: "no-fix-command",
	why: `no fix command is configured; the failure stands: ${session.why}`,
	facts: {}
});

// src/stages/parts/heartbeat.ts
/** Beside a run at work: renews its leases, and watches the ledger, so that a person's stop ends the run and not only it. */
/** Five renewals may fail before a lease runs out. */
const renewMs = heartbeatMs / 5;
const lookMs$2 = 2e3;
/** A ledger that is far away is asked less often. */
const looksShare = 20;
/** `ours`: whether this run goes on behind that entry. */
function startHeartbeat(world, id, ours) {
	const run = new AbortController();
	const over = new AbortController();
	const signal = AbortSignal.any([world.signal, run.signal]);
	const beating = beat({
		...world,
		signal: AbortSignal.any([signal, over.signal])
	}, id, ours, (reason) => run.abort(reason)).catch(() => void 0);
	return {
		signal,
		end: async () => {
			over.abort(/* @__PURE__ */ new Error("the run is over"));
			await beating;
		}
	};
}
async function beat(world, id, ours, interrupt) {
	let renewedAt = world.clock.now();
	for (let pause = lookMs$2;;) {
		await world.clock.sleep(pause, world.signal);
		const began = world.clock.now();
		const newest = (await world.ledger.read(id).catch(() => [])).at(-1);
		if (newest !== void 0 && !ours(newest) && !sameWriter(newest.facts.by, world.writer)) return interrupt(movedBy(id, newest));
		pause = Math.max(lookMs$2, (world.clock.now() - began) * looksShare);
		if (world.clock.now() < renewedAt + renewMs) continue;
		renewedAt = world.clock.now();
		const failed = await renewLeases(world, id, [...world.held?.values() ?? []], heartbeatMs);
		const lost = [...failed.values()].find((f) => f.kind === "busy");
		if (lost !== void 0) return interrupt(lost);
		failed.forEach((f, n) => world.log.warn(`${n}: the lease was not renewed: ${f.message}`));
	}
}
const sameWriter = (a, b) => a !== void 0 && writerText(a) === writerText(b);
const movedBy = (id, { to, why }) => isFinal(to) ? new Failure({
	code: "B008",
	message: `session ${id} was ended from elsewhere: ${why}`
}) : new Failure({
	code: "B004",
	message: `another writer goes on with session ${id}`
});

// src/stages/restart.ts
const restart = async (_plan, session) => ({
	event: "restart",
	why: `full loop ${session.counters.restarts + 2}`,
	facts: {}
});

// src/commands/survey.ts
const tools = [
	"nft",
	"sha256sum",
	"flock",
	"systemctl",
	"journalctl",
	"setpriv",
	"ss",
	"timeout",
	"gzip"
];
const survey = (installPath) => ({
	kind: "script",
	why: "survey",
	idempotent: true,
	text: sh$1`
    echo "uid $(id -u)"; echo "user $(id -un)"
    if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then echo 'sudo yes'; fi
    for d in ${installPath} /var/lib/vps-test; do
      p=$d; while [ ! -d "$p" ]; do p=$(dirname "$p"); done
      case ",$(findmnt -nro OPTIONS -T "$p" 2>/dev/null)," in *,noexec,*) echo "noexec $p" ;; esac
    done
    p=${installPath}; while [ ! -d "$p" ]; do p=$(dirname "$p"); done
    echo "now $(date +%s%3N)"; echo "free $(df -Pk "$p" | awk 'NR==2{print $4}')"; echo "boot $(cat /proc/sys/kernel/random/boot_id)"
    echo "machine $(uname -m)"; echo "glibc $(getconf GNU_LIBC_VERSION 2>/dev/null)"; echo "uptime $(cut -d' ' -f1 /proc/uptime)"
    for t in ${tools}; do command -v "$t" >/dev/null || echo "missing $t"; done`
});
function parseSurvey(stdout, ourNow) {
	const values = new Map(stdout.split("\n").map((l) => [l.slice(0, Math.max(0, l.indexOf(" "))), l.slice(l.indexOf(" ") + 1)]));
	/** busybox has no `%3N`, a broken node says anything: what is no number is told as its fallback. */
	const number = (key, fallback) => /^\d+(?:\.\d+)?$/.test(values.get(key) ?? "") ? Number(values.get(key)) : fallback;
	return {
		freeBytes: number("free", 0) * 1024,
		bootId: values.get("boot") ?? "",
		clockSkewMs: number("now", ourNow) - ourNow,
		missingTools: stdout.split("\n").filter((l) => l.startsWith("missing ")).map((l) => l.slice(8)),
		machine: values.get("machine") ?? "",
		glibc: /^glibc (\d+\.\d+)/.exec(values.get("glibc") ?? "")?.[1] ?? null,
		uptimeSeconds: number("uptime", 0)
	};
}
function parseUnfit(stdout) {
	const of = (key) => stdout.split("\n").filter((l) => l.startsWith(`${key} `)).map((l) => l.slice(key.length + 1));
	const [uid = ""] = of("uid");
	return {
		user: of("user")[0] ?? "",
		uid: /^\d{1,10}$/.test(uid) ? Number(uid) : null,
		sudo: of("sudo")[0] === "yes",
		noexec: of("noexec")
	};
}
/** Who we are on a node, and nothing else. */
const whoThere = {
	kind: "script",
	why: "are you there",
	idempotent: true,
	text: `echo "uid $(id -u)"; echo "user $(id -un)"; if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then echo 'sudo yes'; fi`
};
/** Old journals go first when a disk is nearly full (spec §4 SETUP). */
const vacuum = {
	kind: "argv",
	why: "vacuum old logs",
	idempotent: true,
	argv: [
		"journalctl",
		"--vacuum-size=64M",
		"--rotate"
	]
};

// src/instruments/fitness.ts
/** Whether a node lets us in as who we must be, and lets be executed what we put there. */
/** Units, packet counters and namespaces are root's; sudo is not used. */
function refuseUnfit(fleet, name, { user, uid, sudo, noexec }) {
	const node = fleet.nodes.find((n) => n.name === name);
	if (uid !== 0) throw new Failure({
		code: "I132",
		node: name,
		message: `${name}: user ${user === "" ? "of the fleet file" : user} is not root (uid ${uid ?? "unknown"})${sudo ? "; it may use sudo without a password, which is not used yet" : ""}`,
		remedy: `ssh-copy-id -p ${node?.sshPort ?? 22} ${quote(`root@${node?.host ?? name}`)}`
	});
	if (noexec.length > 0) throw new Failure({
		code: "I157",
		node: name,
		message: `${name}: mounted noexec: nothing below ${noexec.join(" and ")} can be executed`,
		remedy: diagnoseNode(name, fleet)
	});
}

// src/stages/setup.ts
/**
* SETUP: every node answers, has room, tools and a sane clock, and its lease is ours; what is not is named and left
* out.
*/
const lowDisk = 1 << 30;
const criticalDisk = 200 << 20;
const setup = async (plan, session, world) => {
	world.log.info(`setup: ${plan.nodes.length} nodes`);
	const seen = await onEachNode(plan.nodes, world.signal, (name) => Promise.all([surveyNode(world, name, plan.config.deploy.installPath), tryForward(plan, world, name)]).then(([facts]) => facts));
	const excluded = [...seen.failed].map(([node, f]) => exclusion(node, f));
	excluded.forEach((e) => world.log.warn(`${e.node}: left out: ${e.message}`));
	const answered = plan.nodes.filter((n) => seen.done.has(n));
	const early = quorumFault(plan, answered);
	if (early !== null) return {
		event: "unrecoverable",
		why: withCause(early, excluded),
		facts: { excluded }
	};
	const leases = await leaseFleet(plan, session, world, answered);
	if ("event" in leases) return withExclusions(leases, excluded);
	const all = [...excluded, ...[...leases.failed].map(([node, f]) => exclusion(node, f))];
	const left = answered.filter((n) => leases.done.has(n));
	const facts = {
		excluded: all,
		answered: left,
		warnings: [...seen.done].flatMap(([node, f]) => warnings(node, f)),
		nodes: Object.fromEntries(seen.done),
		fences: Object.fromEntries(leases.done)
	};
	facts.warnings.forEach((w) => world.log.warn(w.message));
	const fault = quorumFault(plan, left);
	if (fault !== null) return {
		event: "unrecoverable",
		why: withCause(fault, all),
		facts
	};
	return {
		event: "ready",
		why: `${left.length} of ${plan.nodes.length} nodes answered${all.length === 0 ? "" : `; left out: ${all.map((e) => e.node).join(", ")}`}`,
		facts
	};
};
/** The registry is asked through its node's SSH connection: where that may not forward, nothing is touched. */
async function tryForward(plan, world, name) {
	const asked = plan.profile.registry !== null && registryOf(world.fleet)?.name === name;
	if (!asked && plan.profile.record.kind !== "http") return;
	const { hostname, port, protocol } = new URL(asked ? registryUrlOf(world.fleet, plan) : "http://127.0.0.1");
	try {
		const host = hostname.replace(/^\[(.*)\]$/, "$1");
		const number = Number(port || (protocol === "https:" ? 443 : 80));
		(await (await world.remote(name)).forward(host, number, {
			timeoutMs: 15e3,
			signal: world.signal
		})).destroy();
	} catch (error) {
		if (isFailure(error, "T015")) throw error;
	}
}
async function surveyNode(world, name, installPath) {
	const remote = await world.remote(name);
	const options = {
		timeoutMs: 3e4,
		signal: world.signal
	};
	const ask = async () => {
		const began = world.clock.now();
		const result = await remote.run(survey(installPath), options);
		const facts = parseSurvey(result.stdout, Math.round((began + world.clock.now()) / 2));
		if (result.code !== 0 || facts.bootId === "") throw new Failure({
			code: "I131",
			node: name,
			message: `${name}: tells nothing about itself (exit ${String(result.code)}): ${result.stderr.trim().slice(0, 200)}`,
			remedy: diagnoseNode(name, world.fleet)
		});
		refuseUnfit(world.fleet, name, parseUnfit(result.stdout));
		return facts;
	};
	const facts = await ask();
	if (facts.freeBytes >= criticalDisk) return facts;
	const { code, stderr } = await remote.run(vacuum, options);
	if (code !== 0) world.log.warn(`${name}: old logs were not removed (exit ${String(code)}): ${stderr.trim().slice(0, 200)}`);
	return ask();
}
const exclusion = (node, f) => ({
	node,
	stage: "SETUP",
	...failureFacts(f),
	message: f.message.slice(0, 400)
});
function withExclusions(busy, excluded) {
	switch (busy.event) {
		case "queued": return {
			...busy,
			facts: {
				...busy.facts,
				excluded
			}
		};
		case "unrecoverable": return {
			...busy,
			facts: {
				...busy.facts,
				excluded
			}
		};
		case "superseded": return busy;
	}
}
const warnings = (node, f) => [
	...f.freeBytes < lowDisk ? [{
		kind: "low-disk",
		node,
		message: `${node}: ${(f.freeBytes / (1 << 20)).toFixed(0)} MiB free`
	}] : [],
	...f.missingTools.length > 0 ? [{
		kind: "missing-tools",
		node,
		message: `${node}: missing ${f.missingTools.join(", ")}`
	}] : [],
	...Math.abs(f.clockSkewMs) > 2e3 ? [{
		kind: "skewed-clock",
		node,
		message: `${node}: clock is off by ${(f.clockSkewMs / 1e3).toFixed(1)} s`
	}] : []
];

// src/domain/continuity.ts
/** A node may call its boot anything: the ledger keeps no more than a boot id's length of it. */
const markOf = ({ node, bootId, startedAt, restarts, exeSha256, pid, clock }) => ({
	node,
	bootId: bootId.slice(0, 64),
	startedAt,
	restarts,
	exeSha256,
	pid,
	clock
});
/** Start times are computed from clock ticks and boot time: they may differ by a little for one process. */
const jitterMs = 2e3;
const sameStart = (a, b) => Math.abs(a.startedAt - b.startedAt - clockMoved(a, b)) <= jitterMs;
/** A start is told as a date, from ticks since boot: a wall clock that was set meanwhile moves it with it. */
const clockMoved = (a, b) => a.clock === null || b.clock === null ? 0 : a.clock.wallMs - a.clock.uptimeMs - (b.clock.wallMs - b.clock.uptimeMs);
/** A crash is the product's; a reboot or somebody's restart is not, but what was tested is no longer one process. */
function changeBetween(before, after, when) {
	if (before.bootId !== after.bootId) return {
		finding: "rebooted",
		result: "inconclusive",
		text: `the host was rebooted ${when}`
	};
	if (after.restarts > before.restarts) return {
		finding: "restarted",
		result: "failed",
		text: `${after.unit} died and was restarted ${after.restarts - before.restarts} times ${when}`
	};
	return before.pid !== after.pid || !sameStart(before, after) ? {
		finding: "restarted",
		result: "inconclusive",
		text: `${after.unit} was restarted by somebody ${when}`
	} : void 0;
}
const when = "since the last test that passed";
/**
* `since`: what ran after that test; `now`: before this one. The registry is no peer: its change is a finding, no
* reason.
*/
function judgeContinuity(since, now, peers, tried) {
	const known = new Map(since.map((m) => [m.node, m]));
	const judged = [...known.values()].map((before) => {
		const found = now.find((p) => p.node === before.node);
		const after = found === void 0 ? void 0 : {
			...markOf(found),
			unit: found.unit
		};
		return {
			before,
			after,
			change: after === void 0 ? gone$1 : otherBinary(before, after) ?? changeBetween(before, after, when)
		};
	});
	const reasons = judged.flatMap(({ before: { node }, change }) => change === void 0 || !peers.includes(node) ? [] : [{
		kind: change.result,
		text: `${node}: ${change.text}`
	}]);
	return {
		rows: judged.map(({ before, after, change }) => ({
			node: before.node,
			since: before,
			now: after === void 0 ? null : markOf(after),
			change: change?.text ?? null
		})),
		reasons: tried.length > 0 && !tried.some((n) => known.has(n)) ? [...reasons, {
			kind: "inconclusive",
			text: "nothing proves what ran at the end of the last test that passed"
		}] : reasons,
		findings: judged.flatMap(({ before: { node }, change }) => change === void 0 ? [] : [{
			kind: change.finding,
			node,
			message: `${node}: ${change.text}`,
			attempts: []
		}]),
		unproven: tried.filter((n) => !known.has(n))
	};
}
const gone$1 = {
	finding: "not-running",
	result: "inconclusive",
	text: "its service ran at the end of the last test that passed, now nothing proves that it runs"
};
/**
* Told before a restart, which it needs: who put it there did not test this program. After a reboot the reboot comes
* first.
*/
const otherBinary = (before, after) => before.bootId === after.bootId && before.exeSha256 !== after.exeSha256 ? {
	finding: "wrong-binary",
	result: "inconclusive",
	text: `runs ${after.exeSha256.slice(0, 12)}, at the end of the last test that passed it ran ${before.exeSha256.slice(0, 12)}`
} : void 0;

// src/domain/node-clock.ts
/** An uptime is told to the hundredth. */
const roundingMs = 20;
/** A second of rounding, and the slewing of a clock that is being corrected. */
const slackMs$1 = (overMs) => 2e3 + .001 * Math.abs(overMs);
const jump$1 = (message, node) => ({
	kind: "clock-jump",
	message,
	attempts: [],
	...node === void 0 ? {} : { node }
});
/** `looks`: of one boot, in the order in which they were made. */
function nodeJumps(node, looks) {
	const [first] = looks;
	if (first === void 0) return [];
	const most = looks.map((l) => l.wallMs - first.wallMs - (l.uptimeMs - first.uptimeMs)).reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a, 0);
	const over = (looks.at(-1)?.uptimeMs ?? 0) - first.uptimeMs;
	if (looks.find((l, i) => l.uptimeMs < (looks[i - 1] ?? l).uptimeMs - roundingMs) !== void 0) return [jump$1(`${node}: its uptime went back during the test, in one boot: its machine was set back or lies`, node)];
	return Math.abs(most) <= slackMs$1(over) ? [] : [jump$1(`${node}: its wall clock moved by ${signed(most)} against its uptime during the test`, node)];
}
/** The orchestrator's wall clock against its own monotonic one, and both against the nodes' uptime. */
function ownJumps(clock, before, after) {
	const most = [
		clock.began,
		clock.looked,
		clock.looking,
		clock.ended
	].map((m) => m.wallMs - clock.began.wallMs - (m.monotonicMs - clock.began.monotonicMs)).reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a, 0);
	const least = clock.looking.monotonicMs - clock.looked.monotonicMs;
	const whole = clock.ended.monotonicMs - clock.began.monotonicMs;
	const grown = growth(before, after).map((g) => g.ms);
	const odd = grown.filter((ms) => ms < least - slackMs$1(least) || ms > whole + slackMs$1(whole));
	return [...Math.abs(most) <= slackMs$1(whole) ? [] : [jump$1(`the orchestrator's wall clock moved by ${signed(most)} against its monotonic one during the test`)], ...grown.length > 0 && odd.length * 2 > grown.length ? [jump$1(`the orchestrator measured ${duration(least)} between its looks at the nodes, by the uptime of ${odd.length} of ${grown.length} it was ${duration(odd.toSorted((a, b) => a - b)[odd.length >> 1] ?? 0)}`)] : []];
}
/** By how much each node's uptime grew, where it was read twice in one boot. */
const growth = (before, after) => before.flatMap((a) => {
	const b = after.find((p) => p.node === a.node && p.bootId === a.bootId);
	return a.clock === null || b === void 0 || b.clock === null ? [] : [{
		node: a.node,
		ms: b.clock.uptimeMs - a.clock.uptimeMs
	}];
});
const waitSlackMs = 3e4;
/** What may lie between the claim of a checkpoint and its first look, waiting for a turn on the nodes apart. */
const muchMore = 2;
/**
* `waitedMs`: what the ledger's times say went by between the test that passed and this one's claim, a declared shift
* of the clock taken off. At least half of the nodes must have lived through it.
*/
function judgeWait(waitedMs, since, now) {
	const grown = growth(since, now);
	const least = waitedMs * .98 - waitSlackMs;
	const short = grown.filter((g) => g.ms < least);
	const median = grown.map((g) => g.ms).toSorted((a, b) => a - b)[grown.length >> 1] ?? 0;
	const says = `the ledger's times say ${duration(waitedMs)} since the last test that passed, the uptime of the nodes says ${duration(median)}`;
	if (grown.length === 0) return {
		reasons: [{
			kind: "inconclusive",
			text: "no node was up at both tests, so nothing tells how long the wait was"
		}],
		findings: []
	};
	return {
		reasons: short.length * 2 > grown.length ? [{
			kind: "inconclusive",
			text: says
		}] : [],
		findings: short.length > 0 || median > waitedMs * muchMore + 20 * waitSlackMs ? [jump$1(short.length * 2 > grown.length ? says : `${says}; shorter on ${short.length} of ${grown.length}`)] : []
	};
}
const signed = (ms) => `${ms < 0 ? "−" : "+"}${duration(Math.abs(ms))}`;

// src/domain/statistics.ts
/** Standard normal quantile of a two-sided 95 % interval. */
const z95 = 1.959963984540054;
/**
* Wilson score interval of successes / attempts, both ends in 0..1 (Wilson 1927, without continuity correction).
* Nothing tried: [0, 1].
*/
function wilson(successes, attempts, z = z95) {
	if (attempts === 0) return {
		low: 0,
		high: 1
	};
	const p = successes / attempts;
	const scale = 1 + z * z / attempts;
	const centre = (p + z * z / (2 * attempts)) / scale;
	const half = z / scale * Math.sqrt(p * (1 - p) / attempts + z * z / (4 * attempts * attempts));
	return {
		low: successes === 0 ? 0 : Math.max(0, centre - half),
		high: successes === attempts ? 1 : Math.min(1, centre + half)
	};
}
/**
* Attempts without one failure that bring the interval's lower bound to `target` (0..1); undefined for 1, which no
* number reaches.
*/
const attemptsForLowerBound = (target, z = z95) => target >= 1 ? void 0 : Math.ceil(z * z * target / (1 - target) - 1e-9);
/**
* Nearest-rank quantile: the smallest value that at least the share `q` (0..1) of all values does not exceed. Null when
* there is none.
*/
function quantile(values, q) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] ?? null;
}
const spread = (values) => ({
	count: values.length,
	p50: quantile(values, .5),
	p95: quantile(values, .95),
	max: quantile(values, 1)
});
/** 0..1 as per cent, never rounded up to 100. */
const percent$1 = (share) => (share < 1 ? Math.min(99.9, Math.round(share * 1e3) / 10) : 100).toString();

// src/domain/checkpoint.ts
/**
* What a soak checkpoint is judged by beyond the criterion: no class may have lost more than the tolerance since the
* first test, and one process must have gone on (spec §4, WAIT_1HR).
*/
/** A test before the last DEPLOY was of another program; one that did not pass is nothing to go on from. */
function checkpointInput(entries, tolerancePoints) {
	const passed = entries.slice(entries.findLastIndex((e) => e.from === "DEPLOY") + 1).filter(isTest).filter((e) => e.event === "passed");
	const last = passed.at(-1);
	return {
		baseline: passed[0]?.facts.counts ?? null,
		tolerancePoints,
		since: last?.facts.running ?? [],
		waitedMs: last === void 0 ? null : waitedSince(entries, last)
	};
}
/** From the entry of that test to the claim of this one, by the clocks of whoever wrote them. */
function waitedSince(entries, last) {
	const claim = entries.findLast((e) => e.event === "due" || e.event === "claimed" && e.from === "TEST");
	const shift = (e) => 1e3 * (e.facts.clockShift ?? 0);
	return claim === void 0 || claim.seq < last.seq ? null : claim.at - shift(claim) - (last.at - shift(last));
}
function judgeCheckpoint({ input, counts, evidence, peers, tried, sampleFloorOf }) {
	const continuity = judgeContinuity(input.since, evidence.runningBefore, peers, tried);
	const wait = input.waitedMs === null ? null : judgeWait(input.waitedMs, input.since, evidence.runningBefore);
	const before = input.baseline ?? {};
	const groups = [...groupsOf$1(counts), ...groupsOf$1(before).filter(({ suite, group }) => countOf(counts, suite, group) === null)].map(({ suite, group }) => changeOf(suite, group, countOf(before, suite, group), countOf(counts, suite, group)));
	return {
		result: {
			tolerancePoints: input.tolerancePoints,
			groups,
			continuity: continuity.rows
		},
		reasons: [
			...input.baseline === null ? [{
				kind: "inconclusive",
				text: "the ledger holds no first test that passed, so nothing tells whether this one is worse"
			}] : groups.flatMap((c) => groupReason(c, input.tolerancePoints, sampleFloorOf(c.suite, c.group))),
			...continuity.reasons,
			...wait?.reasons ?? []
		],
		findings: [...continuity.findings, ...wait?.findings ?? []],
		notCovered: [...input.baseline === null ? [] : groups.filter((c) => c.first === null).map((c) => ({
			kind: "other",
			what: `regression of ${c.group}`,
			why: "the first test had no such group"
		})), ...continuity.unproven.map((n) => ({
			kind: "other",
			what: `continuity of ${n}`,
			why: "the last test that passed did not prove what ran there"
		}))]
	};
}
function changeOf(suite, group, first, now) {
	return {
		suite,
		group,
		first,
		now,
		lost: first !== null && now !== null && first.attempts > 0 && now.attempts > 0 ? 100 * (first.successes * now.attempts - now.successes * first.attempts) / (first.attempts * now.attempts) : null
	};
}
/** Too few attempts to meet a criterion are too few to call it a regression. */
function groupReason({ group, first, now, lost }, tolerance, sampleFloor) {
	if (first !== null && first.attempts > 0 && now === null) return [{
		kind: "inconclusive",
		text: `${group}: ${first.successes}/${first.attempts} at the first test, now the plan has no such group`
	}];
	if (first === null || now === null || lost === null || now.attempts < sampleFloor || lost <= tolerance + 1e-9) return [];
	return [{
		kind: "failed",
		text: `${group}: ${now.successes}/${now.attempts} = ${percent$1(now.successes / now.attempts)} % after retries, ${percent$1(first.successes / first.attempts)} % at the first test: a regression of ${points(lost)} points, tolerance ${tolerance}`
	}];
}
/** Rounded up, so that a loss beyond the tolerance never reads as the tolerance. */
const points = (lost) => (Math.ceil(lost * 100 - 1e-6) / 100).toString();

// src/domain/history.ts
/** Which tests of a program were begun, here and in earlier sessions, and what became of each: tests cannot be shopped. */
/** Every test that a session began, oldest first; `end` is null where no entry tells a verdict of it. */
function testsBegunIn(entries) {
	const ends = new Map(entries.filter(isTest).map((e) => [e.facts.folder, e.event]));
	return entries.flatMap((e) => e.event === "begun" ? [{
		session: e.session,
		test: e.facts.test,
		at: e.at,
		binarySha256: e.facts.binarySha256,
		commit: e.facts.commit,
		end: ends.get(folderOf$1(e.facts.test)) ?? null
	}] : []);
}
const folderOf$1 = (test) => `test-${test}`;
/** A build is not always the same to the byte: what was built from one commit, nothing changed, is one program too. */
const sameProgram = (a, b) => a.binarySha256 === b.binarySha256 || a.commit !== null && a.commit === b.commit;
/** What a session tests now: the binary that was deployed, and the commit where it was built from exactly that. */
function programOf(entries, session) {
	const { DEPLOY, BUILD } = fold(session, entries).newest;
	const from = BUILD?.event === "built" ? BUILD.facts.build.from : void 0;
	return {
		binarySha256: DEPLOY?.event === "deployed" ? DEPLOY.facts.binarySha256 : "0".repeat(64),
		commit: from?.kind === "git" && from.dirty === null ? from.commit : null
	};
}
/** Tests of one program in the other sessions of a ledger, of one project, oldest first. */
const earlierTests = (sessions, own, program) => sessions.filter(({ id, entries }) => id !== own.session && entries.findLast(hasPlan)?.facts.plan.answers.project.value === own.project).flatMap(({ entries }) => testsBegunIn(entries)).filter((t) => sameProgram(t, program)).toSorted((a, b) => a.at - b.at).slice(-mostEarlier);
/** Of a ledger that grew for years, the newest are told. */
const mostEarlier = 500;
/** `test`: which of the session; its own entries are those before its verdict. */
function historyOf(entries, test) {
	const begun = entries.findLast((e) => e.event === "begun" && e.facts.test === test);
	if (begun?.event !== "begun") return {
		begun: null,
		before: []
	};
	const own = testsBegunIn(entries).filter((t) => t.test !== test && sameProgram(t, begun.facts));
	return {
		begun: begun.facts,
		before: [...begun.facts.earlier, ...own].toSorted((a, b) => a.at - b.at)
	};
}
/**
* A runner may crash: one test that was begun and not ended is told and no more. More of them than tests that were
* recorded, this one included, could hide a failure: as many must be recorded as were cut off.
*/
function judgeHistory({ begun, before }) {
	const cut = before.filter((t) => t.end === null);
	const failed = before.filter((t) => t.end === "failed");
	const recorded = before.length - cut.length + 1;
	const remarks = [...cut.length === 0 ? [] : [`${tests$1(cut.length)} of this program begun before and not ended`], ...failed.length === 0 ? [] : [`${tests$1(failed.length)} of this program failed before`]];
	return {
		reasons: [...begun === null ? [{
			kind: "inconclusive",
			text: "the ledger does not hold the beginning of this test"
		}] : [], ...cut.length > recorded ? [{
			kind: "inconclusive",
			text: `${tests$1(cut.length)} of this program begun and not ended, ${recorded} recorded with this one: as many must be recorded as were cut off, ${cut.length - recorded} more`
		}] : []],
		findings: [...cut.length === 0 ? [] : [{
			kind: "not-ended",
			message: `${remarks[0]}: ${named$2(cut)}`,
			attempts: []
		}], ...failed.length === 0 ? [] : [{
			kind: "failed-before",
			message: `${remarks.at(-1)}: ${named$2(failed)}`,
			attempts: []
		}]],
		remarks
	};
}
const tests$1 = (n) => n === 1 ? "1 test" : `${n} tests`;
const shown$2 = 20;
const named$2 = (all) => `${all.slice(-20).map((t) => `${t.session} test ${t.test}`).join(", ")}${all.length > shown$2 ? ` and ${all.length - shown$2} before` : ""}`;

// src/domain/promises.ts
const promisesOf = ({ record, payload }) => ({
	record: record.kind !== "none",
	payload: payload.kind === "given" ? "given" : payload.kind === "opaque" ? "opaque" : "derived",
	kept: payload.kind === "given" && payload.kept !== null
});
const bestGrade = ({ record, payload, kept }) => !record || payload !== "given" ? "C" : kept ? "A" : "B";
/** What each grade rests on, in a few words. */
const gradeWords = {
	A: "the payload itself, found with the receiver",
	B: "the receiver's record of an unpredictable payload",
	C: "volume in packet counters",
	D: "the program's claim alone"
};

// src/domain/bundle.ts
/**
* The evidence of one test as data, and the verdict's input made from it: the same function for the run and for
* `verify`.
*/
const layout = {
	plan: "plan.json",
	entries: "ledger.jsonl",
	facts: "facts.json",
	nat: "nat.json",
	controls: "controls.json",
	running: "running.json",
	verdict: "verdict.json"
};
/** One file for each suite of the plan, one line for each measurement. */
const itemsFile = (suite) => `suites/${suite}.jsonl`;
/**
* The checkpoint that this test took, by the chain of entries: no fact beside it can make a test one, or keep it from
* being one.
*/
const checkpointOf = (b) => fold(b.facts.session, b.entries).checkpoint;
const verdictInputOf = (b) => ({
	criteria: b.plan.answers.criteria.value,
	suites: b.plan.suites,
	items: b.items,
	promises: promisesOf(b.plan.profile),
	fleet: b.plan.fleet,
	planned: b.plan.nodes,
	excluded: b.facts.excluded,
	measurements: b.measurements,
	deployed: b.facts.deployed,
	evidence: {
		controls: b.controls,
		runningBefore: b.running.before,
		runningAfter: b.running.after
	},
	findings: b.facts.findings,
	clock: b.facts.clock,
	history: historyOf(b.entries, b.facts.test),
	missing: [...b.plan.unsupported, ...b.facts.notes],
	...checkpointOf(b) === null ? {} : { checkpoint: checkpointInput(b.entries, b.plan.config.soak.regressionTolerance) }
});
/** A sealed file of one value; the same value has one spelling, which `verify` asks for. */
const jsonText = (value) => `${JSON.stringify(value, null, 1)}\n`;
/** One JSON value per line, each ending in a newline. */
const toLines = (values) => values.map((v) => `${JSON.stringify(v)}\n`).join("");
/** A last line without its newline is a torn write: refused, because evidence is whole or it is none. */
function fromLines(text) {
	if (text !== "" && !text.endsWith("\n")) throw new Error("the last line is torn");
	return text.split("\n").filter((l) => l !== "").map((l) => JSON.parse(l));
}

// src/domain/clock-shift.ts
/** A clock that a test moved: on a lab alone, whoever writes, and said of every session that such a writer wrote to. */
/** Refuses a moved clock on a fleet that is no lab; null: nobody knows the fleet. */
function checkShift(shift, fleet) {
	if (shift === void 0 || shift === 0) return;
	const remedy = "unset VPS_TEST_CLOCK_SHIFT_SECONDS";
	if (typeof shift !== "number" || !Number.isFinite(shift)) throw new Failure({
		code: "U059",
		message: "VPS_TEST_CLOCK_SHIFT_SECONDS is no number",
		remedy
	});
	if (fleet?.lab === void 0) throw new Failure({
		code: "U058",
		message: `the clock is moved by ${shift} s, which is for tests on a lab; fleet ${fleet?.name ?? "of this session"} is none`,
		remedy
	});
}
/** The same for an entry that is to follow these: its own signature against the newest plan. */
function checkEntryShift(before, entry) {
	const plan = [...before, entry].findLast(hasPlan)?.facts.plan;
	checkShift(entry.facts.clockShift, plan?.fleet ?? null);
}
/**
* Our clock decides when a checkpoint is due: that it was moved is told wherever its times are, whichever writer of the
* session moved it.
*/
function shiftNotes(entries, own) {
	const seconds = [...entries.map((e) => e.facts.clockShift), own].filter((s) => typeof s === "number" && s !== 0);
	return seconds.length === 0 ? [] : [{
		what: "real waiting",
		why: `the clock was moved by ${[...new Set(seconds)].map((s) => `${s} s`).join(", ")} for a test`
	}];
}

// src/domain/rederive/shipped.ts
/** sha256 of what DEPLOY put on each node; of one that it never touched, of what runs there. */
function deployedOf({ newest }, there, before) {
	const shipped = newest.DEPLOY?.event === "deployed" ? newest.DEPLOY.facts.deployed : {};
	return Object.fromEntries([...there, ...before.map((p) => p.node)].map((n) => [n, shipped[n]?.sha256 ?? before.find((p) => p.node === n)?.exeSha256 ?? ""]));
}
function shippedFaults({ facts, plan, running }, session) {
	const { BUILD, DEPLOY } = session.newest;
	const built = BUILD?.event === "built" ? BUILD.facts.build : null;
	const shipped = DEPLOY?.event === "deployed" ? DEPLOY.facts : null;
	const out = new Set(facts.excluded.map((e) => e.node));
	const there = plan.nodes.filter((n) => !out.has(n));
	const told = exclusions(session).map((e) => ({
		node: e.node,
		why: e.message
	}));
	const missing = (all, wanted) => {
		const have = new Set(all.map(canonical));
		return wanted.some((one) => !have.has(canonical(one)));
	};
	return [
		...canonical(facts.build) === canonical(built) ? [] : ["the build is not the one that the entries tell"],
		...shipped === null || built === null || shipped.binarySha256 === built.sha256 ? [] : ["what was deployed is not what was built"],
		...Object.entries(shipped?.deployed ?? {}).flatMap(([node, { sha256 }]) => sha256 === shipped?.binarySha256 ? [] : [`${node} was given another binary than was built`]),
		...canonical(facts.deployed) === canonical(deployedOf(session, there, running.before)) ? [] : ["what was deployed is not what the entries tell"],
		...canonical(facts.excluded.slice(0, told.length)) === canonical(told) ? [] : ["the nodes that were left out are not those that the entries tell"],
		...out.size === facts.excluded.length ? [] : ["a node is left out twice"],
		...[...out].filter((n) => !plan.nodes.includes(n)).map((n) => `${n} is left out, and was not planned`),
		...missing(facts.notes, setupWarnings(session).map((w) => ({
			what: "warning of SETUP",
			why: w.message
		}))) ? ["a warning of SETUP is missing"] : [],
		...missing(facts.findings, setupFindings(session)) ? ["a finding of SETUP is missing"] : []
	];
}

// src/domain/suites/suite.ts
const resultsOf = (suites) => Object.keys(suites).flatMap((suite) => {
	const result = suites[suite];
	return result === void 0 ? [] : [{
		suite,
		...result
	}];
});
/** What the ledger keeps of a test. */
const suiteCounts = (suites) => Object.fromEntries(resultsOf(suites).map(({ suite, groups }) => [suite, Object.fromEntries(groups.map(({ name, attempts, successes, planned, tried, recovered }) => [name, {
	attempts,
	successes,
	planned,
	tried,
	recovered
}]))]));

// src/domain/criteria/criterion.ts
/** Each group against a bar of its own. */
function againstBars(groups, barOf) {
	const judged = groups.map((group) => ({
		group,
		bar: barOf(group)
	}));
	return {
		groups: judged.map(({ group, bar }) => resultOf$1(group, bar)),
		reasons: judged.flatMap(({ group, bar }) => reasonsOf(resultOf$1(group, bar), bar))
	};
}
function resultOf$1(group, { percent: target, strict }) {
	const { attempts, terms } = group;
	if (target === null || attempts < terms.sampleFloor || attempts === 0) return {
		...group,
		target,
		met: null
	};
	const reaches = (of) => strict ? wilson(of.successes, of.attempts).low * 100 >= target : of.successes * 100 >= target * of.attempts;
	const { asFailures, asSuccesses } = bothWays(group);
	const [worst, best] = [reaches(asFailures), reaches(asSuccesses)];
	return {
		...group,
		target,
		met: worst === best ? worst : null
	};
}
/** What was not counted may have been anything: nothing is told of a group but what holds both ways. */
const bothWays = ({ attempts, successes, notCounted }) => ({
	asFailures: {
		attempts: attempts + notCounted,
		successes
	},
	asSuccesses: {
		attempts: attempts + notCounted,
		successes: successes + notCounted
	}
});
/** Why this group keeps a run from passing; empty when it is met and covered. */
function reasonsOf(r, { strict }) {
	if (!isRequired(r)) return [];
	const { sampleFloor, coverage } = r.terms;
	const reason = (kind, text) => ({
		kind,
		text: `${r.name}: ${text}`
	});
	return [
		...r.met !== false ? [] : [reason("failed", (strict ? missedStrictly(r) : `${r.successes}/${r.attempts} = ${percent$1(r.rate ?? 0)} %, target ${r.target} %`) + (r.notCounted === 0 ? "" : `; missed also with the ${r.notCounted} not counted as successes`))],
		...r.met === null && r.target !== null && r.attempts >= Math.max(1, sampleFloor) ? [reason("inconclusive", undecided(r, strict))] : [],
		...r.attempts >= Math.max(1, sampleFloor) ? [] : [reason("inconclusive", `${r.attempts} counted attempts, the sample floor is ${sampleFloor}: ${lacks(r, Math.max(1, sampleFloor) - r.attempts, "attempt")}`)],
		...100 * r.tried / r.planned >= coverage ? [] : [reason("inconclusive", `${r.tried} of ${r.planned} ${r.of}s tried = ${percent$1(r.tried / r.planned)} %, coverage asks for ${coverage} %: ${lacks(r, Math.ceil(coverage * r.planned / 100) - r.tried, r.of)}`)]
	];
}
/** A target of nothing is met by nothing: such a group is told of, and decides nothing. */
const isRequired = ({ target }) => target !== 0;
/** What would have to be done before more can be said. */
const lacks = ({ secondsEach }, more, of) => `needs ${more} more ${of}${more === 1 ? "" : "s"}, about ${Math.ceil(more * secondsEach)} s`;
function undecided(r, strict) {
	const rate = ({ attempts, successes }) => `${successes}/${attempts} = ${percent$1(strict ? wilson(successes, attempts).low : successes / attempts)} %`;
	const { asFailures, asSuccesses } = bothWays(r);
	return `${r.successes}/${r.attempts}, and ${r.notCounted} not counted: with these as failures ${rate(asFailures)}, as successes ${rate(asSuccesses)}${strict ? " (lower bounds)" : ""}; target ${r.target} % is met only one way`;
}
function missedStrictly(r) {
	const needed = r.target === null ? void 0 : attemptsForLowerBound(r.target / 100);
	return `${r.successes}/${r.attempts}, lower bound ${percent$1(r.interval.low)} %, target ${r.target} %` + (needed === void 0 ? "; no number of attempts brings a lower bound to 100 %" : needed > r.attempts ? `; at least ${needed} attempts without a failure are needed` : "");
}

// src/domain/criteria/all-pass.ts
/** `all-pass`: every counted sample of every group, by count. */
/** Never strict: a lower bound is never 1, which would make it impossible. */
const allPass = { judge: (groups) => againstBars(groups, () => ({
	percent: 100,
	strict: false
})) };

// src/domain/criteria/threshold.ts
/** `threshold`: every group against the target that its suite's configuration names. */
const threshold = { judge: (groups) => againstBars(groups, ({ terms }) => ({
	percent: terms.target,
	strict: terms.strict
})) };

// src/domain/criteria/criteria.ts
/** Refused in a plan; evidence that names it all the same passes nothing. */
const notActing = (kind) => ({ judge: (groups) => {
	const { groups: results, reasons } = againstBars(groups, () => ({
		percent: null,
		strict: false
	}));
	return {
		groups: results,
		reasons: [...reasons, {
			kind: "inconclusive",
			text: `criteria ${kind} is not acting yet`
		}]
	};
} });
const criteria = {
	"all-pass": allPass,
	threshold,
	improvement: notActing("improvement"),
	custom: notActing("custom")
};

// src/domain/findings.ts
/** One finding for each kind and message, with all its attempts. */
function mergeFindings(findings) {
	const merged = /* @__PURE__ */ new Map();
	for (const finding of findings) {
		const key = `${finding.kind} ${finding.message}`;
		const before = merged.get(key);
		merged.set(key, before === void 0 ? finding : {
			...before,
			attempts: [.../* @__PURE__ */ new Set([...before.attempts, ...finding.attempts])]
		});
	}
	return [...merged.values()].sort((a, b) => a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0);
}

// src/domain/controls.ts
const isSelfTest = ({ name }) => name === "self-test" || name === "self-test-after";
/** Nodes on which our own instruments did not work, before the first round or when somebody was to be blamed. */
const unfitNodes = (controls) => new Map(controls.filter((c) => isSelfTest(c) && c.seen !== "through").map((c) => [c.from, `self test ${c.name === "self-test" ? "before the first round" : "after the rounds"}: ${c.detail}`]));
const required = ["open-path", "closed-path"];
function judgeControls(controls) {
	const invalid = controls.filter((c) => c.name !== "nonexistent-peer" && !isSelfTest(c)).filter((c) => c.seen !== c.expected || !c.witnessed);
	const missing = required.filter((name) => controls.every((c) => c.name !== name));
	const ghosts = controls.filter((c) => c.name === "nonexistent-peer");
	return {
		invalid,
		reasons: [...invalid.map((c) => ({
			kind: "invalid",
			text: `invalid run: control ${c.name} ${c.from} → ${c.to}: expected ${c.expected}, ${c.seen === c.expected ? "but the packet witness disagrees" : `saw ${c.seen}`}`
		})), ...missing.map((name) => ({
			kind: "invalid",
			text: `invalid run: control ${name} did not run`
		}))],
		findings: ghosts.filter((c) => c.seen === "claimed").map((c) => ({
			kind: "untrustworthy-claim",
			message: `${c.from}: the program claimed success towards a peer that does not exist`,
			node: c.from,
			attempts: []
		})),
		notCovered: ghosts.filter((c) => c.seen === "error").map((c) => ({
			kind: "other",
			what: "control nonexistent-peer",
			why: c.detail
		}))
	};
}

// src/domain/suites/connectivity/oracle.ts
/**
* What a pair should do, from the two measured NATs alone (nat-lab C.4; no port prediction, peer-reflexive learning
* assumed).
*/
const pairClasses = [
	"direct",
	"nat_traversed",
	"relay"
];
function oracle(caller, callee) {
	const path = endToEndPossible(caller, callee);
	const open = callee.mapping === "none";
	const sure = path && !uncertain(caller, callee);
	return {
		pairClass: open ? "direct" : path ? "nat_traversed" : "relay",
		expected: sure ? "end-to-end" : path || open ? "either" : "relayed",
		wouldRefuseFirstPacket: callee.filtering !== "EIF",
		refusesFreshPorts: callee.filtering === "APDF",
		why: `${natName(caller)} × ${natName(callee)}: ${sure ? "a path end to end" : path || open ? "end to end uncertain" : "no path end to end"}`
	};
}
/**
* A filter that knows only addresses, or nothing, lets a changed port in; one that knows ports needs a mapping that
* keeps its port towards everybody.
*/
const endToEndPossible = (a, b) => admits(a, b) && admits(b, a);
const admits = (filter, sender) => filter.filtering !== "APDF" || keepsPort(sender.mapping);
const keepsPort = (mapping) => mapping === "none" || mapping === "EIM";
/** A mapping that moves under an unsolicited packet makes order decide, unless the other end admits anybody. */
const uncertain = (a, b) => a.stable === false && b.filtering !== "EIF" || b.stable === false && a.filtering !== "EIF";
/** The name a person knows it by, or the two behaviours of RFC 4787 where there is none. */
function natName(nat) {
	const kind = measuredKind(nat);
	return `${kind === void 0 ? `${nat.mapping}+${nat.filtering}` : kind === "none" ? "no NAT" : kind}${nat.mapping === "none" && nat.filtering !== "EIF" ? ` (${nat.filtering} firewall)` : ""}${nat.stable === false ? " (unstable)" : ""}`;
}
const declaredBehaviour = {
	none: ["none", "EIF"],
	"full-cone": ["EIM", "EIF"],
	"address-restricted": ["EIM", "ADF"],
	"port-restricted": ["EIM", "APDF"],
	symmetric: ["APDM", "APDF"]
};
/**
* What a label would measure as: only for nodes that are absent, to know which class their pairs would have been in.
*/
function asDeclared(node) {
	const [mapping, filtering] = declaredBehaviour[node.nat];
	return {
		mapping,
		filtering,
		stable: null
	};
}

// src/domain/nats.ts
function judgeNats(peers, excluded, measurements) {
	const measured = peers.filter((n) => !excluded.has(n.name)).flatMap((n) => {
		const m = measurements.before.find((x) => x.node === n.name);
		return m === void 0 ? [] : [{
			n,
			m
		}];
	});
	const wrong = measured.filter(({ n, m }) => measuredKind(m) !== n.nat);
	const other = measured.filter(({ n, m }) => measuredKind(m) !== n.nat || m.stable === false);
	const again = measured.map(({ m }) => ({
		m,
		later: measurements.after.find((x) => x.node === m.node)
	}));
	const changed = again.flatMap(({ m, later }) => {
		const change = later === void 0 ? null : natChange(m, later);
		return change === null ? [] : [{
			node: m.node,
			why: `the NAT of ${m.node} changed during the test: ${change}`
		}];
	});
	const unknown = again.filter(({ later }) => later === void 0).map(({ m: { node } }) => ({
		node,
		why: `the NAT of ${node} could not be measured again after the last round`
	}));
	const label = (n) => natName(asDeclared(n));
	return {
		unsettled: new Map([...changed, ...unknown].map(({ node, why }) => [node, why])),
		findings: [
			...changed.map(({ node, why }) => ({
				kind: "nat-changed",
				node,
				message: why,
				attempts: []
			})),
			...wrong.map(({ n, m }) => ({
				kind: "mislabelled-nat",
				node: n.name,
				message: `${n.name}: declared ${label(n)}, measured ${natName(m)}`,
				attempts: []
			})),
			...measured.filter(({ m }) => m.stable === false).map(({ n }) => ({
				kind: "unstable-nat",
				node: n.name,
				message: `${n.name}: its mapping moved after an unsolicited packet`,
				attempts: []
			}))
		],
		reasons: [...[...changed, ...unknown].map(({ why }) => ({
			kind: "inconclusive",
			text: `${why}: its attempts do not count`
		})), ...other.map(({ n, m }) => ({
			kind: "inconclusive",
			text: `NAT type ${label(n)} is not covered: ${n.name} is declared so but was measured ${natName(m)}`
		}))],
		notCovered: uncoveredNats(peers, excluded, new Set(other.map(({ n }) => n.name)))
	};
}
/** What of it decides anything; null: nothing. What was seen only once of the two is no change. */
function natChange(before, after) {
	const [was, is] = [before, after].map((m) => [...m.externalAddresses].sort().join(", "));
	return before.mapping !== after.mapping || before.filtering !== after.filtering || unsettled(before, after) ? `measured ${natName(before)} before, ${natName(after)} after` : was !== is ? `seen from outside as ${was === "" ? "nothing" : was} before, as ${is === "" ? "nothing" : is} after` : null;
}
const unsettled = (a, b) => a.stable !== null && b.stable !== null && a.stable !== b.stable;
/** Declared NAT types that no tried node was measured to have. */
function uncoveredNats(peers, excluded, other) {
	return [...new Set(peers.map((n) => n.nat))].flatMap((nat) => {
		const declared = peers.filter((n) => n.nat === nat);
		const [gone, different] = [declared.filter((n) => excluded.has(n.name)).map((n) => `${n.name} was not tried`), declared.filter((n) => !excluded.has(n.name) && other.has(n.name)).map((n) => `${n.name} was measured to be something else`)];
		return gone.length + different.length < declared.length ? [] : [{
			kind: "nat",
			nat,
			why: [...gone, ...different].join("; ")
		}];
	});
}

// src/domain/running.ts
/**
* Whether every node ran the deployed binary, one process from before the first attempt until after the last
* (testnet-interfaces §9, "binary X runs on host H").
*/
/** `deployed`: sha256 of the binary that DEPLOY put, or found and kept, on each node. */
function judgeRunning(evidence, tried, deployed) {
	const barred = /* @__PURE__ */ new Map();
	const findings = [];
	const reasons = [];
	const find = (kind, node, message) => {
		findings.push({
			kind,
			node,
			message: `${node}: ${message}`,
			attempts: []
		});
	};
	const nodes = /* @__PURE__ */ new Set([
		...tried,
		...evidence.runningBefore.map((p) => p.node),
		...evidence.runningAfter.map((p) => p.node)
	]);
	for (const node of nodes) {
		const peer = tried.includes(node);
		const [before, after] = [evidence.runningBefore, evidence.runningAfter].map((list) => list.find((p) => p.node === node));
		const wrong = [before, after].find((p) => p !== void 0 && deployed[node] !== void 0 && p.exeSha256 !== deployed[node]);
		if (wrong !== void 0) {
			find("wrong-binary", node, `runs ${wrong.exeSha256.slice(0, 12)}, deployed was ${deployed[node]?.slice(0, 12)}`);
			if (peer) barred.set(node, `wrong binary on ${node}`);
		} else if (peer && (before === void 0 || deployed[node] === void 0)) barred.set(node, `nothing proves which binary ran on ${node}`);
		const bar = barred.get(node);
		if (bar !== void 0) reasons.push({
			kind: "inconclusive",
			text: `${bar}: its attempts do not count`
		});
		if (before !== void 0 && after !== void 0) {
			const change = changeBetween(before, after, "during the test");
			if (change !== void 0) {
				find(change.finding, node, change.text);
				if (peer) reasons.push({
					kind: change.result,
					text: `${node}: ${change.text}`
				});
			}
		} else if (before !== void 0 && peer) {
			find("not-running", node, "no running service was found after the test");
			reasons.push({
				kind: "inconclusive",
				text: `${node}: no running service was found after the test`
			});
		}
		const unit = unitFault(before) ?? unitFault(after);
		if (unit !== null) {
			find("unit-changed", node, unit);
			reasons.push({
				kind: "inconclusive",
				text: `${node}: ${unit}`
			});
		}
		const tamper = before === void 0 ? void 0 : power(before);
		if (tamper !== void 0) {
			const text = `the program under test ${tamper}, so it could change the packet counters`;
			find("subject-can-tamper", node, text);
			reasons.push({
				kind: "inconclusive",
				text: `${node}: ${text}`
			});
		}
	}
	return {
		barred,
		findings,
		reasons
	};
}
/** Some distributions put it beside every service; it only shortens how long a stop may take. */
const vendors = ["/usr/lib/systemd/system/service.d/10-timeout-abort.conf"];
/** What hooks of the project, or somebody else, made of a unit of ours; a foreign one is as its owner wants it. */
function unitFault(proof) {
	if (proof === void 0 || proof.unitFile === "foreign") return null;
	if (proof.unitFile === "changed") return `the file of ${proof.unit} is not the one that was written at DEPLOY`;
	const added = proof.dropIns.filter((p) => !vendors.includes(p));
	return added.length === 0 ? null : `${added.join(", ")} adds to ${proof.unit} and is not ours`;
}
const CAP_NET_ADMIN = 1n << 12n;
function power(proof) {
	if (proof.uid === 0) return "runs as root";
	if (!/^[0-9a-f]{1,16}$/i.test(proof.capEff)) return "has capabilities that could not be read";
	return (BigInt(`0x${proof.capEff}`) & CAP_NET_ADMIN) !== 0n ? "has CAP_NET_ADMIN" : void 0;
}

// src/domain/profile.ts
/**
* How one program is started, dialled and read: data from `profiles/<name>.yaml`. Argument lists are templates of
* `{placeholder}`s, each filling one word.
*/
/** Grammars of a dialler's output that are read here (suites/dialects). */
const dialects = ["testnet-jsonl"];
const isDialect = (name) => dialects.includes(name);
/** The focuses that make sense for the program and, where its module names tests, among these. */
function focusesFor({ focuses }, moduleTests) {
	const named = focuses.filter((focus) => moduleTests?.includes(focus) === true);
	return named.length === 0 ? focuses : focuses.filter((focus) => named.includes(focus) || focus === "full-suite");
}
/** Whether any of the profile's argument lists has a place for the value. */
const takes = ({ node, dial }, placeholder) => [
	...node.args,
	...node.bootstrapArgs,
	...dial.kind === "commanded" ? dial.args : []
].some((word) => word.includes(`{${placeholder}}`));

// src/domain/unsupported.ts
const notYet = "does not act in this version";
const unsupportedFields = [
	suite("nat_matrix", "natMatrix", (t) => t.natMatrix.enabled),
	suite("throughput", "throughput", (t) => t.throughput.enabled),
	suite("message_delivery", "messageDelivery", (t) => t.messageDelivery.enabled),
	suite("crdt_consistency", "crdtConsistency", (t) => t.crdtConsistency.enabled),
	suite("channel_creation", "channelCreation", (t) => t.channelCreation.enabled),
	{
		what: "soak.check_interval_minutes",
		field: "soak.checkIntervalMinutes",
		test: false,
		why: `${notYet}: the fleet is tested at the checkpoints, not between them`,
		asked: ({ soak }) => soak.checkIntervalMinutes !== null
	},
	{
		what: "notifications",
		field: "notifications",
		test: false,
		why: notYet,
		asked: ({ notifications }) => notifications !== null
	}
];
function suite(name, field, asked) {
	return {
		what: `tests.${name}`,
		field: `tests.${field}`,
		test: true,
		why: notYet,
		asked: ({ tests }) => asked(tests)
	};
}
/** Answers that no run can honour: not offered, and refused before anything is touched. */
const unsupportedAnswers = {
	focus: {
		gossip: "no suite measures it",
		throughput: "no suite measures it"
	},
	criteria: {
		improvement: "no earlier run is compared with",
		custom: "no expression is evaluated"
	},
	proof: { metrics: "Prometheus is not asked" }
};
const isActing = (question, value) => !Object.hasOwn(unsupportedAnswers, question) || !Object.hasOwn(unsupportedAnswers[question], value);
/** What acts in the place of an answer that does not. */
const instead = {
	focus: "connectivity",
	criteria: "threshold",
	proof: "all-evidence"
};
/** Throws a usage failure (U041) that names every answer which no run can honour. */
function refuseUnsupported(answers) {
	const questions = [
		"focus",
		"criteria",
		"proof"
	];
	const bad = questions.filter((q) => !isActing(q, answers[q].value));
	if (bad.length === 0) return;
	const why = (q) => unsupportedAnswers[q][answers[q].value];
	throw new Failure({
		code: "U041",
		message: bad.map((q) => `${q} ${answers[q].value} ${notYet}: ${why(q)}; ${instead[q]} does`).join("\n"),
		remedy: `vps-test start ${answers.project.value} ${questions.map((q) => bad.includes(q) ? instead[q] : answers[q].value).join(" ")}`
	});
}
/** What a plan asks for and no run of this version does: named in the plan, the summary and the proof. */
const unsupportedParts = ({ config, profile, answers }) => [
	...unsupportedFields.filter((row) => row.asked(config)).map(({ what, why, test }) => ({
		what,
		why,
		test
	})),
	...answers.focus.value === "full-suite" ? focusesFor(profile, config.moduleTests).filter((focus) => !isActing("focus", focus)).map((focus) => ({
		what: `focus ${focus} of full-suite`,
		why: notYet,
		test: true
	})) : [],
	...(config.moduleTests ?? []).filter((name) => !profile.focuses.includes(name)).map((name) => ({
		what: `test ${name} of the module`,
		why: notYet,
		test: answers.focus.value === "full-suite"
	})),
	...config.bootstrap.nodes.length > 0 && !takes(profile, "bootstraps") ? [{
		what: "bootstrap.nodes",
		why: `has no effect: profile ${profile.name} gives its program no list`,
		test: false
	}] : [],
	...answers.proof.value === "all-evidence" ? [{
		what: "proof by metrics",
		why: "Prometheus is not asked; the registry's own answers are kept",
		test: false
	}] : []
];
/** Why a run whose tests were not all done proves nothing of the rest; null when all were. */
function undoneTests(parts) {
	const undone = parts.filter((p) => p.test === true).map((p) => p.what);
	return undone.length === 0 ? null : `asked for and not done: ${undone.join(", ")}`;
}

// src/domain/judge-run.ts
/** What a run is worth whatever its suites say: controls, processes, NATs. */
function judgeRun$1(input) {
	const { fleet, excluded, measurements, deployed, promises, evidence } = input;
	const nodes = fleet.nodes.filter((n) => input.planned.includes(n.name));
	const peers = peersOf(fleet).filter((n) => input.planned.includes(n.name));
	const out = new Set(excluded.map((e) => e.node));
	const tried = peers.map((n) => n.name).filter((n) => !out.has(n));
	const controls = judgeControls(evidence.controls);
	const running = judgeRunning(evidence, tried, deployed);
	const history = input.history === void 0 ? null : judgeHistory(input.history);
	const unfit = new Map([...unfitNodes(evidence.controls)].filter(([node]) => tried.includes(node)));
	const clocks = clockFindings(input);
	const undone = undoneTests(input.missing ?? []);
	const nats = judgeNats(peers, out, measurements);
	return {
		context: {
			fleet,
			nodes,
			peers,
			excluded,
			measurements: measurements.before,
			promises,
			deployed,
			running: {
				before: evidence.runningBefore,
				after: evidence.runningAfter
			},
			serviceUids: new Map(evidence.runningBefore.map((p) => [p.node, p.uid])),
			barred: new Map([...unfit, ...running.barred]),
			unsettledNats: nats.unsettled,
			checkpoint: (input.checkpoint ?? null) !== null
		},
		peers: peers.map((n) => n.name),
		tried,
		reasons: [
			...controls.reasons,
			...running.reasons,
			...[...unfit].map(([node, why]) => ({
				kind: "inconclusive",
				text: `${node}: ${why}`
			})),
			...nats.reasons,
			...history?.reasons ?? [],
			...undone === null ? [] : [{
				kind: "inconclusive",
				text: undone
			}]
		],
		findings: [
			...input.findings ?? [],
			...controls.findings,
			...running.findings,
			...nats.findings,
			...history?.findings ?? [],
			...clocks
		],
		notCovered: [
			...fleet.lab?.shaping === "none" ? [{
				kind: "other",
				what: "delay and loss",
				why: "the lab does not shape its links"
			}] : [],
			...nats.notCovered,
			...controls.notCovered,
			...(input.missing ?? []).map(({ what, why }) => ({
				kind: "other",
				what,
				why
			}))
		],
		remarks: history?.remarks ?? [],
		invalidControls: controls.invalid
	};
}
/** Of each boot apart: after a reboot both clocks are others. */
function clockFindings({ evidence, items, clock }) {
	const { runningBefore: before, runningAfter: after } = evidence;
	const rounds = items.connectivity ?? [];
	return [...before.flatMap((b) => {
		const a = after.find((p) => p.node === b.node);
		const looks = [
			b.clock,
			...rounds.map((r) => r.readings[b.node]?.clock ?? null),
			a?.clock ?? null
		];
		return a !== void 0 && a.bootId !== b.bootId ? [] : nodeJumps(b.node, looks.filter((c) => c !== null));
	}), ...clock === void 0 ? [] : ownJumps(clock, before, after)];
}

// src/domain/suites/sample.ts
const counts = (s) => s.outcome === "success" || s.outcome === "failed";
const subjectName = (s) => {
	switch (s.kind) {
		case "pair": return `${s.pair.from} → ${s.pair.to}`;
		case "node": return s.node;
		case "fleet": return "the fleet";
	}
};
/** Equal for two samples of one subject in one group, whatever the names hold. */
const sampleKey = ({ group, subject: s }) => JSON.stringify([group, ...s.kind === "pair" ? [s.pair.from, s.pair.to] : s.kind === "node" ? [s.node] : []]);

// src/domain/suites/group.ts
function tally$1(group, samples) {
	const all = samples.filter((s) => s.group === group.name);
	const counted = all.filter(counts);
	const recovered = counted.filter((s) => s.recovered === true).length;
	const [attempts, successes] = [counted.length, counted.filter((s) => s.outcome === "success").length + recovered];
	const grades = {
		A: 0,
		B: 0,
		C: 0,
		D: 0,
		none: 0
	};
	for (const s of counted) grades[s.grade ?? "none"]++;
	return {
		...group,
		tried: new Set(counted.map(sampleKey)).size,
		attempts,
		successes,
		recovered,
		notCounted: all.filter((s) => !counts(s) && s.repeatedBy === void 0).length,
		rate: attempts === 0 ? null : successes / attempts,
		interval: wilson(successes, attempts),
		grades
	};
}

// src/domain/suites/repeat.ts
/** Of one attempt: a node that is never well must not keep a test for ever. */
const mostRepeats = 2;
/** Only what did not count may be repeated: elsewhere the mark would be one more chance for a failure. */
function applyRepeats(judged, items) {
	const lines = new Map(items.map((i) => [i.id, i]));
	const samples = new Map(judged.map((s) => [s.id, s]));
	const followers = Map.groupBy(judged.filter((s) => lines.get(s.id)?.repeats !== void 0), (s) => lines.get(s.id)?.repeats ?? "");
	const strays = [];
	const standsFor = /* @__PURE__ */ new Map();
	for (const [of, list] of followers) for (const [i, sample] of list.entries()) {
		const fault = i > 0 ? "it was repeated already" : faultOf$2(sample, samples.get(of), lines);
		if (fault === null) standsFor.set(of, sample.id);
		else strays.push({
			kind: "inconclusive",
			text: `attempt ${sample.id} is marked as a repetition of ${of}: ${fault}`
		});
	}
	return {
		samples: judged.map((s) => withCounted(s, samples, standsFor)),
		strays
	};
}
function faultOf$2(sample, first, lines) {
	if (first === void 0) return "there is no such attempt";
	if (counts(first)) return "that attempt counts";
	if (sampleKey(first) !== sampleKey(sample)) return "that attempt is of something else";
	if ((lines.get(sample.id)?.startedAt ?? -1e400) < (lines.get(first.id)?.endedAt ?? 1e400)) return "it began before that attempt had ended";
	return depth(sample.id, lines) > 2 ? `only ${2} repetitions are made` : null;
}
/** How many attempts it stands for, one behind the other; a ring is endless. */
function depth(id, lines) {
	let n = 0;
	for (let at = lines.get(id)?.repeats; at !== void 0 && n <= 2; at = lines.get(at)?.repeats) n++;
	return n;
}
function withCounted(s, samples, standsFor) {
	if (counts(s)) return s;
	for (let [n, id] = [0, standsFor.get(s.id)]; id !== void 0 && n < 2; n++, id = standsFor.get(id)) {
		const again = samples.get(id);
		if (again !== void 0 && counts(again)) return {
			...s,
			repeatedBy: id,
			sentence: `${s.sentence}; tried again as ${id}`
		};
	}
	return s;
}
/** What no rate shows: how many attempts of a group say nothing, and what became of them. */
function notCountedFindings(group, all) {
	const lost = all.filter((s) => s.group === group && !counts(s));
	if (lost.length === 0) return [];
	const kinds = [...Map.groupBy(lost, (s) => s.outcome)].map(([outcome, list]) => `${list.length} ${outcome}`);
	const again = lost.filter((s) => s.repeatedBy !== void 0).length;
	return [{
		kind: "not-counted",
		message: `${group}: ${lost.length} ${lost.length === 1 ? "attempt" : "attempts"} not counted (${kinds.sort().join(", ")}); ${again === 0 ? "judged as failures and as successes" : again === lost.length ? "each was repeated, and the repetition counts" : `${again} repeated and counted then, ${lost.length - again} judged as failures and as successes`}`,
		attempts: lost.map((s) => s.id)
	}];
}

// src/domain/suites/retry.ts
/**
* `allowed`: only a checkpoint's test has retries. Elsewhere, and for a subject that needed none, the mark could hide a
* failure: such a test cannot pass.
*/
function applyRetries(judged, items, allowed) {
	const byId = new Map(items.map((i) => [i.id, i]));
	const marked = (s) => byId.get(s.id)?.retry === true;
	const [first, again] = [judged.filter((s) => !marked(s)), judged.filter(marked)];
	const whole = new Set([...Map.groupBy(judged, sampleKey)].filter(([, list]) => list.every((s) => marked(s) || s.outcome === "success")).map(([key]) => key));
	const stray = (s) => !allowed || whole.has(sampleKey(s));
	const retries = again.filter((s) => !stray(s));
	return {
		samples: first.map((s) => recovers(s, retries, byId) ? {
			...s,
			recovered: true,
			sentence: `${s.sentence}; recovered on retry`
		} : s),
		retries,
		strays: again.filter(stray).map((s) => ({
			kind: "inconclusive",
			text: `attempt ${s.id} is marked as a retry, but ${allowed ? `no attempt of its ${s.subject.kind} had failed` : "this test is no checkpoint"}`
		}))
	};
}
/** Later, witnessed, and no other retry of the subject failed. */
function recovers(s, retries, byId) {
	if (s.outcome !== "failed") return false;
	const again = retries.filter((r) => sampleKey(r) === sampleKey(s) && counts(r));
	const failedAt = byId.get(s.id)?.endedAt ?? 1e400;
	return again.length > 0 && again.every((r) => r.outcome === "success" && (byId.get(r.id)?.startedAt ?? -1e400) >= failedAt);
}

// src/domain/suites/command/rederive.ts
/** What the runs of commands say twice: each asked for once on each peer that was there, under the id of its place. */
function rederiveCommands({ fleet, test, there }, { commands }) {
	const peers = peersOf(fleet).filter((n) => there.includes(n.name));
	const missing = new Set(commands.flatMap((_, i) => peers.map((n) => `${test}.${i + 1}.${n.name}`)));
	return {
		add: (one) => {
			const place = `${test}.${commands.findIndex((c) => c.name === one.command) + 1}.${one.node}`;
			if (one.repeats === void 0 && one.retry !== true) missing.delete(one.id);
			return one.id === place || (one.retry === true || one.repeats !== void 0) && one.id.startsWith(`${place}.`) ? [] : [`run ${one.id}: its id is not of its test, command and node`];
		},
		end: () => [...missing].map((id) => `run ${id} is missing`)
	};
}

// src/domain/suites/command/suite.ts
/**
* Commands of the project's configuration: planned for every peer, judged by their exit, their pattern and their time.
*/
/** A command is asked for on every node: one that fails anywhere fails, and four nodes in five must have been asked. */
const terms$1 = {
	target: 100,
	sampleFloor: 1,
	coverage: 80,
	strict: false
};
/** Rough: most of what is asked of a node is answered at once. */
const secondsEach = 2;
const command$1 = {
	title: "commands",
	unable: () => null,
	plan: plan$2,
	item: every({
		id: name$2,
		startedAt: time$2,
		endedAt: time$2,
		retry: optional(oneOf(true)),
		repeats: optional(name$2),
		command: name$2,
		node: name$2,
		end: kinds$1({
			exit: fields({
				code: number$3,
				matched: orNull(flag)
			}),
			timeout: fields({}),
			fault: fields({
				by: oneOf("infra", "harness"),
				message: text$3
			})
		}),
		output: text$3,
		errors: text$3
	}),
	work: every({ commands: list$2(every({
		name: name$2,
		command: text$3,
		successPattern: orNull(text$3),
		timeoutSeconds: number$3,
		expectedExit: number$3
	})) }),
	rederive: rederiveCommands,
	judge: judge$3
};
function plan$2({ config, fleet, nodes }) {
	const commands = config.tests.custom;
	if (commands.length === 0) return null;
	const peers = peersOf(fleet).filter((n) => nodes.includes(n)).length;
	return {
		work: { commands },
		attempts: commands.length * peers,
		seconds: commands.length * secondsEach,
		detail: `${commands.length} ${commands.length === 1 ? "command" : "commands"} on ${peers} nodes`,
		thresholds: `each command ${terms$1.target}%`
	};
}
function judge$3(items, { commands }, run) {
	const { runs, strays } = sortOut$1(items, commands, run);
	const judged = runs.flatMap((one) => {
		const asked = commands.find((c) => c.name === one.command);
		return asked === void 0 ? [] : [judgeRun(one, asked, run.barred.get(one.node) ?? null)];
	});
	const repeated = applyRepeats(judged, runs);
	const retried = applyRetries(repeated.samples, runs, run.checkpoint);
	return {
		samples: retried.samples,
		retries: retried.retries,
		groups: commands.map((c) => ({
			name: c.name,
			of: "node",
			planned: run.peers.length,
			terms: terms$1,
			secondsEach
		})),
		figures: { nodes: run.peers.map((n) => n.name) },
		reasons: [
			...strays,
			...repeated.strays,
			...retried.strays
		],
		notCovered: uncovered$1(retried.samples, commands, run)
	};
}
function judgeRun(one, asked, barred) {
	const [outcome, words] = outcomeOf$1(one, asked, barred);
	return {
		id: one.id,
		group: one.command,
		subject: {
			kind: "node",
			node: one.node
		},
		outcome,
		grade: null,
		sentence: `${one.node}: ${one.command}: ${words}`,
		findings: [],
		output: outcome === "success" ? "" : [one.output, one.errors].filter((part) => part !== "").join("\n")
	};
}
function outcomeOf$1({ end }, { expectedExit, successPattern, timeoutSeconds }, barred) {
	if (end.kind === "fault") return [end.by, end.message];
	if (barred !== null) return ["unwitnessed", barred];
	if (end.kind === "timeout") return ["failed", `did not end within ${timeoutSeconds} s`];
	if (end.code !== expectedExit) return ["failed", `exit ${end.code}; expected was ${expectedExit}`];
	if (successPattern !== null && end.matched !== true) return ["failed", `exit ${end.code}, and nothing in its output matches ${successPattern}`];
	return ["success", `exit ${end.code}${successPattern === null ? "" : ", and its output matches"}`];
}
/** A repeated id is a copy; a command or a node that the plan does not have belongs to nobody. */
function sortOut$1(items, commands, { peers }) {
	const ids = /* @__PURE__ */ new Set();
	const strays = [];
	return {
		runs: items.filter((one) => {
			const copy = ids.has(one.id);
			ids.add(one.id);
			const planned = commands.some((c) => c.name === one.command) && peers.some((n) => n.name === one.node);
			if (copy) strays.push({
				kind: "inconclusive",
				text: `command run ${one.id} occurs twice in the evidence`
			});
			else if (!planned) strays.push({
				kind: "inconclusive",
				text: `command run ${one.id}: the plan has no ${one.command} on ${one.node}`
			});
			return !copy && planned;
		}),
		strays
	};
}
/** Each command on each peer without a sample that counts, and what kept it from counting. */
function uncovered$1(samples, commands, { peers, excluded }) {
	const counted = new Set(samples.filter(counts).map(sampleKey));
	return commands.flatMap(({ name: group }) => peers.flatMap(({ name: node }) => {
		const subject = {
			kind: "node",
			node
		};
		const key = sampleKey({
			group,
			subject
		});
		if (counted.has(key)) return [];
		const out = excluded.find((e) => e.node === node);
		return [{
			kind: "subject",
			suite: "command",
			group,
			subject,
			why: out === void 0 ? samples.find((s) => sampleKey(s) === key)?.sentence ?? "it was not run" : `${node} was left out: ${out.why}`
		}];
	}));
}

// src/domain/evidence.ts
/** The user that diallers run as. */
const nobody$1 = 65534;
const thereIs = (value) => ({
	kind: "there",
	value
});
const notRead = (why) => ({
	kind: "not-read",
	why
});
/** Null where it is not there, for whatever reason. */
const valueOf = (read) => read?.kind === "there" ? read.value : null;

// src/domain/processes.ts
/** In the order of the rounds: by node, what is foreign. */
function foreignIn(rounds, before, deployed) {
	const called = new Set(rounds.flatMap((r) => r.attempts).flatMap((a) => a.servicePort > 0 ? [a.pair.to] : []));
	const images = new Map(before.filter((p) => p.image !== "").map((p) => [p.node, /* @__PURE__ */ new Set([p.image])]));
	return rounds.map(({ readings }) => {
		const found = /* @__PURE__ */ new Map();
		for (const [node, { processes }] of Object.entries(readings)) {
			if (processes?.kind !== "there") continue;
			const looks = processes.value;
			const foreign = judgeLook(looks, deployed[node], images.get(node) ?? null, called.has(node));
			if (foreign !== null) found.set(node, foreign);
			images.set(node, new Set(looks.filter((l) => l.role === "service").map((l) => l.image)));
		}
		return found;
	});
}
/** A dial by another file than the deployed one, or by one that is not known. */
function foreignDialler(attempt, deployed) {
	const { from } = attempt.pair;
	const [seen, expected] = [attempt.diallerSha256, deployed[from]];
	if (attempt.fault !== void 0 || expected === void 0 || seen === expected) return null;
	return {
		kind: "another-program",
		text: seen === null ? `which file dialled on ${from} is not known` : `the file that dialled on ${from} is ${short$1(seen)}, deployed was ${short$1(expected)}`
	};
}
/** The main process had the service's port before a test and not after it. */
function closedPort({ before, after }, node, port) {
	const [first, last] = [before, after].map((list) => list.find((p) => p.node === node));
	return first?.udpPorts.includes(port) === true && last?.udpPorts.includes(port) === false ? {
		kind: "port-closed",
		text: `${node}: its main process had udp ${port} before the test and not after it`
	} : null;
}
/** `known`: images of the look before; null: there was none. `port`: that its port was asked for. */
function judgeLook(looks, expected, known, port) {
	const service = looks.filter((l) => l.role === "service");
	const owners = looks.filter((l) => l.role === "port-owner");
	const another = [...owners, ...service].find((l) => expected !== void 0 && l.exeSha256 !== expected);
	if (another !== void 0) return {
		kind: "another-program",
		text: sentenceOf(another, expected)
	};
	const outside = owners.find((o) => !service.some((s) => s.pid === o.pid));
	if (outside !== void 0) return {
		kind: "another-program",
		text: `its port is held by process ${outside.pid}, which is none of its service`
	};
	if (service.length === 0) return {
		kind: "not-running",
		text: "no process of its service ran"
	};
	if (port && owners.length === 0) return {
		kind: "port-closed",
		text: "no process had its port"
	};
	const anew = known === null ? void 0 : service.find((s) => !known.has(s.image));
	return anew === void 0 ? null : {
		kind: "executed-anew",
		text: `process ${anew.pid} was executed since the look before: what ran in between is not known`
	};
}
const sentenceOf = ({ role, pid, exeSha256 }, expected) => {
	const what = exeSha256 === null ? "a program that could not be read" : short$1(exeSha256);
	return `${role === "service" ? `process ${pid} of its service runs` : `its port is held by process ${pid}, which runs`} ${what}, deployed was ${short$1(expected ?? "")}`;
};
const short$1 = (sha256) => sha256.slice(0, 12);

// src/domain/suites/connectivity/contradicted.ts
/** What was measured and what was seen cannot both be so: a path is seen between measured addresses alone. */
const againstNats = (path, { expected }) => path.kind === "end-to-end" && expected === "relayed";
const contradictionText = ({ why }) => `it went end to end, and as measured it could not (${why})`;
const contradiction = ({ pair, id }, oracle) => ({
	kind: "nat-contradicted",
	message: `${pair.from} → ${pair.to}: ${contradictionText(oracle)}`,
	pair,
	attempts: [id]
});
/** Once is enough: a NAT that is not what was measured says so of every class that it decided. */
function contradictedNats(samples) {
	return [...Map.groupBy(samples, ({ subject: { pair } }) => [pair.from, pair.to].toSorted().join(" and "))].flatMap(([ends, all]) => {
		const against = all.filter((s) => s.findings.some((f) => f.kind === "nat-contradicted")).length;
		return against === 0 ? [] : [{
			kind: "inconclusive",
			text: `${against} of ${all.length} attempts between ${ends} went end to end, where their NATs as measured leave no such path`
		}];
	});
}

// src/domain/suites/connectivity/timetable.ts
const pairKey = (pair) => `${pair.from}→${pair.to}`;
/** The same text for both directions. */
const peersKey = (pair) => [pair.from, pair.to].sort().join("↔");
function timetable(input) {
	const relays = new Set(input.relayNodes.filter((n) => input.peers.includes(n)));
	const apart = new Set(relays.size === 0 ? [] : input.relayPairs.map(pairKey));
	const tries = triesOf(input);
	return interleave(place(tries.filter((t) => !apart.has(pairKey(t.pair))), 2 * circleLength(input.peers.length)), place(tries.filter((t) => apart.has(pairKey(t.pair))), 0));
}
const circleLength = (peers) => peers < 2 ? 0 : peers % 2 === 0 ? peers - 1 : peers;
/** Circle method: one seat stands still, the others move on by one each round; an odd number gets an empty seat. */
function circle(peers) {
	const seats = peers.length % 2 === 0 ? [...peers] : [void 0, ...peers];
	const half = seats.length / 2;
	return Array.from({ length: circleLength(peers.length) }, (_, round) => {
		const [still, ...ring] = seats;
		const turned = [
			still,
			...ring.slice(ring.length - round),
			...ring.slice(0, ring.length - round)
		];
		return Array.from({ length: half }, (_, i) => [turned[i], turned[turned.length - 1 - i]]).flatMap(([a, b], i) => a === void 0 || b === void 0 ? [] : [(i + round) % 2 === 0 ? {
			from: a,
			to: b
		} : {
			from: b,
			to: a
		}]);
	});
}
/** Every try of every ordered pair: both directions half a tournament apart, repetitions spread evenly. */
function triesOf({ peers, repetitions }) {
	const rounds = circle(peers);
	return rounds.flatMap((round, i) => round.flatMap((pair) => [{
		pair,
		at: i / (2 * rounds.length)
	}, {
		pair: {
			from: pair.to,
			to: pair.from
		},
		at: (i + rounds.length) / (2 * rounds.length)
	}])).flatMap(({ pair, at }) => {
		const times = repetitions?.get(pairKey(pair)) ?? 1;
		return Array.from({ length: times }, (_, j) => ({
			pair,
			due: (j + at) / times
		}));
	}).sort((a, b) => a.due - b.due);
}
/**
* Puts each try into the first round from its due one on in which both nodes are free, else into the last one before
* it, else into a catch-up round.
*/
function place(tries, circleRounds) {
	const load = /* @__PURE__ */ new Map();
	for (const { pair } of tries) for (const n of [pair.from, pair.to]) load.set(n, (load.get(n) ?? 0) + 1);
	const length = Math.max(circleRounds, ...load.values());
	const rounds = Array.from({ length }, () => ({
		pairs: [],
		busy: /* @__PURE__ */ new Set()
	}));
	for (const { pair, due } of tries) {
		const wanted = Math.min(length - 1, Math.floor(due * length + 1e-9));
		const free = (i) => !rounds[i]?.busy.has(pair.from) && !rounds[i]?.busy.has(pair.to);
		let at = wanted;
		while (at < rounds.length && !free(at)) at++;
		if (at >= length) {
			let back = wanted;
			while (back >= 0 && !free(back)) back--;
			if (back >= 0) at = back;
		}
		const round = rounds[at] ?? (rounds[at] = {
			pairs: [],
			busy: /* @__PURE__ */ new Set()
		});
		round.pairs.push(pair);
		round.busy.add(pair.from).add(pair.to);
	}
	return rounds.map((r) => r.pairs).filter((r) => r.length > 0);
}
/**
* The rarer rounds go in from the first to the last place at even steps, so that the few peers in them rest as long as
* can be.
*/
function interleave(a, b) {
	const [many, few] = a.length >= b.length ? [a, b] : [b, a];
	const total = many.length + few.length;
	const slots = new Map(few.map((round, i) => [few.length === 1 ? Math.floor(total / 2) : Math.floor(i * (total - 1) / (few.length - 1)), round]));
	const rest = many.values();
	return Array.from({ length: total }, (_, i) => slots.get(i) ?? rest.next().value ?? []);
}

// src/domain/suites/connectivity/cooloff.ts
/** When each two peers last met, by {@link peersKey}: Unix milliseconds of the end of their attempt. */
function lastMeetings(attempts) {
	const ended = /* @__PURE__ */ new Map();
	for (const { pair, endedAt } of attempts) ended.set(peersKey(pair), Math.max(ended.get(peersKey(pair)) ?? -1e400, endedAt));
	return ended;
}
/**
* Milliseconds until every pair of the round has cooled off; a clock that was set back never makes it longer than the
* cool-off itself.
*/
function waitBefore(round, ended, now, cooloffMs) {
	const waits = round.map((pair) => (ended.get(peersKey(pair)) ?? -1e400) + cooloffMs - now);
	return Math.min(cooloffMs, Math.max(0, ...waits));
}
/** Seconds that a timetable spends waiting, when every round takes `roundSeconds`. */
function waitingSeconds(rounds, roundSeconds, cooloffSeconds) {
	const ended = /* @__PURE__ */ new Map();
	let now = 0;
	let waited = 0;
	for (const round of rounds) {
		const wait = waitBefore(round, ended, now, cooloffSeconds);
		waited += wait;
		now += wait + roundSeconds;
		for (const pair of round) ended.set(peersKey(pair), now);
	}
	return waited;
}
/**
* From the end of one attempt to the start of the next of the same two peers, either direction; null when no two met
* twice.
*/
function shortestPause(attempts) {
	const ended = /* @__PURE__ */ new Map();
	let shortest = null;
	for (const { pair, startedAt, endedAt } of attempts.toSorted((x, y) => x.startedAt - y.startedAt)) {
		const before = ended.get(peersKey(pair));
		if (before !== void 0) shortest = Math.min(shortest ?? 1e400, startedAt - before);
		ended.set(peersKey(pair), Math.max(before ?? -1e400, endedAt));
	}
	return shortest;
}

// src/domain/suites/connectivity/coverage.ts
/** Every ordered pair of the planned peers; classes come from measured NATs wherever there are any. */
function plannedPairs(peers, measurements) {
	const byNode = new Map(measurements.map((m) => [m.node, m]));
	const nat = (n) => byNode.get(n.name) ?? asDeclared(n);
	return peers.flatMap((from) => peers.filter((to) => to.name !== from.name).map((to) => ({
		pair: {
			from: from.name,
			to: to.name
		},
		oracle: oracle(nat(from), nat(to)),
		measured: byNode.has(from.name) && byNode.has(to.name)
	})));
}
/** Tries per pair ({@link pairKey}), so that every class reaches the sample floor. */
function repetitionsFor(pairs, sampleFloor) {
	const size = (c) => pairs.filter((p) => p.oracle.pairClass === c).length;
	const times = Object.fromEntries(pairClasses.map((c) => [c, Math.max(1, Math.ceil(sampleFloor / Math.max(1, size(c))))]));
	return new Map(pairs.map((p) => [pairKey(p.pair), times[p.oracle.pairClass]]));
}
/** Pairs whose rounds a relay node must sit out. */
const relayPairsOf = (pairs) => pairs.filter((p) => p.oracle.expected === "relayed").map((p) => p.pair);
/**
* `whyNot`: for a planned pair without a counted attempt, what kept its attempts from counting; undefined when it had
* none.
*/
function uncoveredPairs(pairs, tried, excluded, whyNot) {
	const out = new Map(excluded.map((e) => [e.node, e.why]));
	const left = (n) => out.has(n) ? `${n} was left out: ${out.get(n)}` : void 0;
	return pairs.filter((p) => !tried.has(pairKey(p.pair))).map(({ pair, oracle: { pairClass } }) => ({
		kind: "subject",
		suite: "connectivity",
		group: pairClass,
		subject: {
			kind: "pair",
			pair
		},
		why: left(pair.from) ?? left(pair.to) ?? whyNot(pair) ?? "no attempt was made"
	}));
}
/** Classes that no pair of the plan is in. */
const uncoveredClasses = (pairs) => pairClasses.filter((c) => pairs.every((p) => p.oracle.pairClass !== c)).map((group) => ({
	kind: "group",
	suite: "connectivity",
	group,
	of: "pair",
	what: `pair class ${group}`,
	why: "the plan has no such pair"
}));
/** A NAT that had no time to forget the attempt before may have let this one through, or kept it out. */
const uncoveredPause = (pauseMs, cooloffMs) => pauseMs === null || pauseMs >= cooloffMs ? [] : [{
	kind: "other",
	what: "cool-off of the same two peers",
	why: `the shortest pause was ${pauseMs / 1e3} s; nat_cooloff_seconds asks for ${cooloffMs / 1e3} s`
}];

// src/domain/suites/connectivity/evidence-shape.ts
const read$2 = (value) => kinds$1({
	there: fields({ value }),
	absent: anything,
	"not-read": fields({ why: text$3 })
});
const flow$1 = every({
	remote: name$2,
	remotePort: number$3,
	localPort: number$3,
	packets: number$3,
	bytes: number$3
});
const sum$1 = every({
	packets: number$3,
	bytes: number$3
});
const sent = every({
	remote: name$2,
	protocol: name$2,
	localPort: number$3,
	uid: number$3,
	packets: number$3,
	bytes: number$3
});
const countersShape = every({
	in: list$2(flow$1),
	out: list$2(flow$1),
	sent: list$2(sent),
	fragmentsIn: sum$1,
	overflow: flag
});
const mapping = every({
	insideAddress: name$2,
	insidePort: number$3,
	outsideAddress: name$2,
	outsidePort: number$3,
	remote: name$2,
	remotePort: number$3
});
const box$1 = every({
	counters: countersShape,
	mappings: list$2(mapping)
});
const look = every({
	pid: number$3,
	exeSha256: orNull(name$2),
	startTicks: number$3,
	image: name$2,
	role: oneOf("service", "port-owner")
});
const reading$2 = every({
	counters: read$2(countersShape),
	box: orNull(read$2(box$1)),
	clock: orNull(fields({
		wallMs: number$3,
		uptimeMs: number$3
	})),
	processes: orNull(read$2(list$2(look, 1e3)))
});
const claim = every({
	success: orNull(flag),
	method: oneOf("direct", "hole_punched", "relayed", null),
	remote: orNull(text$3),
	connectMs: orNull(number$3),
	error: orNull(text$3),
	upgraded: flag,
	exitCode: orNull(number$3),
	lines: list$2(text$3)
});
const receiverRecord = every({
	nonce: text$3,
	bytes: number$3,
	sha256: text$3,
	from: orNull(text$3),
	missing: number$3,
	completedMs: orNull(number$3),
	raw: text$3
});
const attempt$1 = every({
	id: name$2,
	pair: fields({
		from: name$2,
		to: name$2
	}),
	repetition: number$3,
	nonce: name$2,
	bytes: number$3,
	expectedSha256: name$2,
	localPort: number$3,
	servicePort: number$3,
	startedAt: time$2,
	endedAt: time$2,
	claim,
	diallerSha256: orNull(name$2),
	record: read$2(receiverRecord),
	kept: orNull(read$2(every({
		bytes: number$3,
		sha256: text$3
	}))),
	fault: optional(fields({
		kind: oneOf("infra", "harness"),
		message: text$3,
		node: optional(name$2)
	})),
	repeats: optional(name$2)
});
const roundShape = every({
	pass: number$3,
	round: number$3,
	retry: optional(oneOf(true)),
	attempts: list$2(attempt$1, 1e3),
	readings: record$1(reading$2)
});
const percent = between(0, 100);
const count$2 = between(1, 1e4);
const workShape = every({
	targets: every({
		direct: percent,
		natTraversed: percent,
		relay: percent,
		sampleFloor: count$2,
		coverage: percent,
		strict: flag
	}),
	cooloffSeconds: number$3,
	timeoutSeconds: number$3
});

// src/domain/suites/connectivity/figures.ts
function figuresOf(run, pairs, judgements, attempts, cooloffMs) {
	const counted = judgements.filter(counts);
	const good = counted.filter((j) => j.outcome === "success");
	const out = new Set(run.excluded.map((e) => e.node));
	return {
		nodes: run.peers.map((n) => nodeResult(n, run.measurements, counted)),
		timeToConnect: spread(good.flatMap((j) => j.connectMs ?? [])),
		relayUpgrades: {
			claimed: good.filter((j) => j.upgradeClaimed).length,
			witnessed: good.filter((j) => j.upgradeClaimed && j.numbers.delivered.packets > 0 && j.numbers.returned.packets > 0).length
		},
		families: {
			ipv4: counted.filter((j) => !j.ipv6).length,
			ipv6: counted.filter((j) => j.ipv6).length
		},
		shortestPauseMs: shortestPause(attempts),
		cooloffMs,
		mixedVersionPairs: pairs.map((p) => p.pair).filter(({ from, to }) => !out.has(from) && !out.has(to) && run.deployed[from] !== run.deployed[to])
	};
}
function nodeResult(n, measurements, counted) {
	const m = measurements.find((x) => x.node === n.name);
	const tally = (list) => ({
		attempts: list.length,
		successes: list.filter((j) => j.outcome === "success").length
	});
	return {
		node: n.name,
		declared: n.nat,
		measured: m === void 0 ? null : natName(m),
		expectedRate: n.expectedRate ?? null,
		asCallee: tally(counted.filter((j) => j.subject.pair.to === n.name)),
		asCaller: tally(counted.filter((j) => j.subject.pair.from === n.name))
	};
}

// src/domain/suites/connectivity/foreign.ts
/** At the ends of the attempt, and at a relay that it went through. */
function orForeign(judged, attempt, readings, inRound, run) {
	const { from, to } = attempt.pair;
	const at = [
		from,
		to,
		...judged.relayVia === null ? [] : [judged.relayVia]
	];
	const unread = at.find((n) => Object.hasOwn(readings, n) && readings[n]?.processes?.kind === "not-read");
	if (unread !== void 0 && counts(judged)) return notCounted(judged, attempt, `what ran on ${unread} could not be read`);
	const dialler = foreignDialler(attempt, run.deployed);
	const found = [...dialler === null ? [] : [{
		...dialler,
		node: from
	}], ...at.flatMap((node) => {
		const foreign = inRound.get(node);
		return foreign === void 0 ? [] : [{
			...foreign,
			node,
			text: `${node}: ${foreign.text}`
		}];
	})];
	const [first] = found;
	const closed = closedPort(run.running, to, attempt.servicePort);
	const findings = [...judged.findings, ...[...found, ...closed === null ? [] : [{
		...closed,
		node: to
	}]].map(({ kind, text, node }) => ({
		kind,
		node,
		message: text,
		attempts: [attempt.id]
	}))];
	return {
		...judged.outcome === "success" && first !== void 0 ? notCounted(judged, attempt, first.text) : judged,
		findings
	};
}
const notCounted = (judged, { claim }, why) => ({
	...judged,
	outcome: "unwitnessed",
	grade: claim.success === true ? "D" : null,
	sentence: `${subjectName(judged.subject)}: not counted: ${why}`
});
const neverPassed = [
	"another-program",
	"executed-anew",
	"port-closed"
];
/** Whatever the rest of a run says: what was tested was not the deployed program alone. */
const foreignReasons = (judged) => {
	const texts = judged.flatMap((j) => j.findings).filter((f) => neverPassed.includes(f.kind) && f.pair === void 0);
	return [...new Set(texts.map((f) => f.message))].map((text) => ({
		kind: "inconclusive",
		text
	}));
};

// src/domain/suites/connectivity/scene.ts
/** What one attempt is seen in: its round, who is who, and whose packets are the program's. */
/** Measured addresses; the fleet file's only where nothing was measured. */
function outsideAddresses(node, { nats, fleet }) {
	const measured = nats.get(node)?.externalAddresses ?? [];
	const ip = fleet.nodes.find((n) => n.name === node)?.ip;
	return new Set((measured.length > 0 ? measured : ip === void 0 ? [] : [ip]).map(normalAddress));
}
const total = (sums) => sums.reduce((all, s) => ({
	packets: all.packets + s.packets,
	bytes: all.bytes + s.bytes
}), {
	packets: 0,
	bytes: 0
});

// src/domain/suites/connectivity/besides.ts
/**
* What the program under test sent from a caller beside one leg: whatever way a payload may have gone, it had to leave
* the caller, so that little besides leaves one way only.
*/
/**
* Beside the leg from the attempt's own port to these addresses, net of what other attempts of the round account for by
* their own ports.
*/
function besides$1(attempt, scene, caller) {
	const { from } = attempt.pair;
	const users = /* @__PURE__ */ new Set([scene.senders.dialler, scene.senders.services.get(from)]);
	const diallers = new Set(scene.others.filter((o) => o.pair.from === from).map((o) => o.localPort));
	const own = caller.sent.filter((f) => users.has(f.uid) && !(f.protocol === "udp" && diallers.has(f.localPort)));
	const forOthers = scene.others.filter((o) => o.pair.from !== from).reduce((n, other) => n + accountedFor(other, from, scene, caller, own), 0);
	return (leg) => {
		const beside = total(own.filter((f) => !(f.protocol === "udp" && f.localPort === attempt.localPort && leg.has(normalAddress(f.remote)))));
		return {
			packets: beside.packets,
			bytes: Math.max(0, beside.bytes - forOthers)
		};
	};
}
/** Overhead of a relay, and what was sent again: a payload and a quarter. */
const overhead = 5 / 4;
/** What a node sends to introduce two others, whose payload does not go through it. */
const introductionBytes = 1024;
/**
* Bytes that this node sent for another attempt: a relay passes on no more than came in from the other end, and next to
* nothing of a payload that went end to end; a callee answers with no more than half of what came. Neither is more than
* that attempt's payload accounts for: else a payload of this node could hide in it.
*/
function accountedFor(other, node, scene, counters, own) {
	const [a, b] = [outsideAddresses(other.pair.from, scene), outsideAddresses(other.pair.to, scene)];
	const came = (from) => Math.min(other.bytes * overhead, total(counters.in.filter((f) => from.has(normalAddress(f.remote)))).bytes);
	const went = (to) => total(own.filter((f) => f.protocol === "udp" && to.has(normalAddress(f.remote)))).bytes;
	if (other.pair.to === node) return Math.min(went(a), Math.floor(came(a) / 2));
	const relayed = Math.min(went(b), came(a)) + Math.min(went(a), came(b));
	return wentStraight(other, scene) ? Math.min(relayed, introductionBytes) : relayed;
}
/** The other payload came from its caller itself, as the callee's counters tell, or the caller's where these do not. */
function wentStraight({ pair, bytes, servicePort, localPort }, scene) {
	const [caller, callee] = [pair.from, pair.to].map((n) => valueOf(scene.readings[n]?.counters));
	const [flows, port, remote] = callee == null ? [
		caller?.out ?? [],
		localPort,
		pair.to
	] : [
		callee.in,
		servicePort,
		pair.from
	];
	const addresses = outsideAddresses(remote, scene);
	return total(flows.filter((f) => f.localPort === port && addresses.has(normalAddress(f.remote)))).bytes >= Math.max(1, bytes);
}

// src/domain/suites/connectivity/flows.ts
/**
* One attempt as the packet counters tell it: what was sent, arrived, was delivered and came back, end to end and
* through each node that could relay, and what the caller sent besides.
*/
function views(attempt, scene) {
	const { readings } = scene;
	const { from, to } = attempt.pair;
	const [caller, callee] = [countersOf$1(readings, from) ?? none, countersOf$1(readings, to) ?? none];
	const callerSeen = outside(scene, from, attempt.localPort);
	const calleeSeen = outside(scene, to, attempt.servicePort);
	const box = valueOf(readings[to]?.box);
	const beside = besides$1(attempt, scene, caller);
	return {
		gaps: [...gapsOf(readings, from), ...gapsOf(readings, to)],
		sent: sum(caller.out, attempt.localPort, {
			...calleeSeen,
			port: anyPort
		}),
		arrived: box === null ? null : sum(box.counters.in, anyLocalPort, callerSeen),
		delivered: sum(callee.in, attempt.servicePort, callerSeen),
		returned: sum(caller.in, attempt.localPort, calleeSeen),
		besides: beside(calleeSeen.addresses),
		shared: sharedWith(attempt, scene, callerSeen),
		fragments: callee.fragmentsIn,
		callerAddresses: callerSeen.addresses,
		relays: relayCandidates(attempt, scene, callerSeen, calleeSeen, beside),
		ipv6: [...caller.in, ...caller.out].some((f) => f.localPort === attempt.localPort && globalIPv6(f)) || callee.in.some((f) => f.localPort === attempt.servicePort && globalIPv6(f))
	};
}
function relayCandidates(attempt, scene, callerSeen, calleeSeen, beside) {
	const { from, to } = attempt.pair;
	const [caller, callee] = [countersOf$1(scene.readings, from) ?? none, countersOf$1(scene.readings, to) ?? none];
	return scene.fleet.nodes.filter((n) => n.name !== from && n.name !== to).flatMap((n) => {
		const addresses = outsideAddresses(n.name, scene);
		if ([...addresses].some((a) => callerSeen.addresses.has(a) || calleeSeen.addresses.has(a))) return [];
		const relay = {
			addresses,
			port: anyPort,
			exact: true
		};
		const own = readable(countersOf$1(scene.readings, n.name));
		const delivered = sum(callee.in, attempt.servicePort, relay);
		const sent = sum(caller.out, attempt.localPort, relay);
		if (delivered.packets === 0 && sent.packets === 0) return [];
		return [{
			via: n.name,
			addresses,
			sent,
			delivered,
			relayIn: own && sum(own.in, anyLocalPort, callerSeen),
			relayOut: own && sum(own.out, anyLocalPort, calleeSeen),
			returned: sum(caller.in, attempt.localPort, relay),
			besides: beside(addresses)
		}];
	});
}
/** Without the ports of a caller's NAT, another dial from the same address to the same callee looks the same. */
function sharedWith(attempt, scene, callerSeen) {
	if (callerSeen.exact) return {
		packets: 0,
		bytes: 0
	};
	const alike = scene.others.filter((o) => o.pair.to === attempt.pair.to && [...outsideAddresses(o.pair.from, scene)].some((a) => callerSeen.addresses.has(a)));
	return {
		packets: alike.length,
		bytes: alike.reduce((n, o) => n + o.bytes, 0)
	};
}
/** How the outside sees what a node sends from one of its ports in this attempt. */
function outside(scene, node, insidePort) {
	const addresses = outsideAddresses(node, scene);
	if (scene.nats.get(node)?.mapping === "none") return {
		addresses,
		port: (p) => p === insidePort,
		exact: true
	};
	const mappings = (valueOf(scene.readings[node]?.box)?.mappings ?? []).filter((m) => addresses.has(normalAddress(m.outsideAddress)));
	const portsOf = (own) => new Set(mappings.filter((m) => m.insidePort === insidePort === own).map((m) => m.outsidePort));
	const [own, others] = [portsOf(true), portsOf(false)];
	return own.size > 0 ? {
		addresses,
		port: (p) => own.has(p),
		exact: true
	} : {
		addresses,
		port: (p) => !others.has(p),
		exact: false
	};
}
const countersOf$1 = (readings, node) => Object.hasOwn(readings, node) ? valueOf(readings[node]?.counters) : null;
function gapsOf(readings, node) {
	const counters = countersOf$1(readings, node);
	if (counters === null) return [`the counters of ${node} could not be read`];
	return counters.overflow ? [`the counters of ${node} overflowed`] : [];
}
const readable = (counters) => counters !== null && !counters.overflow ? counters : null;
const none = {
	in: [],
	out: [],
	sent: [],
	fragmentsIn: {
		packets: 0,
		bytes: 0
	},
	overflow: false
};
const anyPort = () => true;
const anyLocalPort = void 0;
const globalIPv6 = (flow) => flow.packets > 0 && isIPv6(flow.remote) && !isLocalIPv6(flow.remote);
const sum = (flows, localPort, remote) => total(flows.filter((f) => (localPort === void 0 || f.localPort === localPort) && remote.port(f.remotePort) && remote.addresses.has(normalAddress(f.remote))));

// src/domain/suites/connectivity/path.ts
/** Path class from counters alone: the one leg that carried a payload, while no other one could have. */
/** More than any handshake takes, with signatures of four kilobytes and lost datagrams sent again. */
const handshakeReach = 65536;
/** The part of a payload that may have gone another way before the way is in doubt. */
const besidesShare = 1 / 4;
/**
* Claims are not a parameter, so that nobody can be tempted. `bytes`: the payload drawn for this attempt; 0 where the
* program sends what it likes.
*/
function pathClass(seen, bytes) {
	if (seen.gaps.length > 0) return {
		kind: "unwitnessed",
		why: seen.gaps.join(" and ")
	};
	const straight = carries(seen.sent, bytes) && carries(seen.delivered, bytes) && seen.returned.packets > 0;
	const ends = (bytes > 0 ? seen.relays : []).filter((r) => carries(r.sent, bytes) && carries(r.delivered, bytes) && r.returned.packets > 0);
	const relays = ends.filter((r) => carries(r.relayIn, bytes) && carries(r.relayOut, bytes));
	const unread = ends.find((r) => r.relayIn === null || r.relayOut === null);
	if (unread !== void 0) return {
		kind: "unwitnessed",
		why: `the counters of ${unread.via}, a relay, could not be read`
	};
	const ways = [...straight ? ["end to end"] : [], ...relays.map((r) => `through ${r.via}`)];
	if (ways.length > 1) return {
		kind: "ambiguous",
		why: `as much as the payload went ${ways.join(" and ")}: nothing tells which carried it`
	};
	if (!straight && relays.length === 0) return nothingCarried(seen, bytes);
	const [relay] = relays;
	const beside = relay === void 0 ? seen.besides : relay.besides;
	if (bytes > 0 && beside.bytes >= bytes * besidesShare) return {
		kind: "ambiguous",
		why: `the payload of ${bytes} bytes went ${ways.join()}, and ${beside.bytes} bytes left the caller another way`
	};
	if (relay !== void 0) return {
		kind: "relayed",
		via: relay.via
	};
	return seen.delivered.bytes < bytes + seen.shared.bytes ? {
		kind: "ambiguous",
		why: "other dials from the same address at the same moment cannot be told apart from this one"
	} : { kind: "end-to-end" };
}
function nothingCarried(seen, bytes) {
	const hidden = [{
		sent: seen.sent,
		delivered: seen.delivered
	}, ...seen.relays].some((l) => carries(l.sent, bytes) && l.delivered.packets > 0 && l.delivered.bytes + seen.fragments.bytes >= Math.max(bytes, 1));
	return seen.fragments.packets > 0 && hidden ? {
		kind: "unwitnessed",
		why: `${seen.fragments.packets} trailing fragments belong to no flow that was counted`
	} : { kind: "none" };
}
const carries = (leg, bytes) => leg !== null && leg.packets > 0 && leg.bytes >= bytes;
/** Whether the sender that a receiver names is at the end of this path; null: it names none. */
function namesPath(from, path, seen) {
	const named = from === null ? "" : from.trim();
	if (named === "") return null;
	return (path.kind === "relayed" ? seen.relays.find((r) => r.via === path.via)?.addresses : seen.callerAddresses)?.has(normalAddress(hostOf(named))) ?? false;
}
/** `host:port`, `[v6]:port`, or an address alone. */
function hostOf(text) {
	const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text);
	if (bracketed !== null) return bracketed[1] ?? "";
	return /^[^:]*:\d+$/.test(text) ? text.slice(0, text.lastIndexOf(":")) : text;
}

// src/domain/suites/connectivity/possession.ts
function possessionOf(attempt, promises) {
	if (!promises.record) return { kind: "unpromised" };
	if (attempt.record.kind === "not-read") return {
		kind: "unread",
		why: attempt.record.why
	};
	const why = faultOfRecord(attempt) ?? (promises.kept ? faultOfKept(attempt) : null);
	if (why !== null) return {
		kind: "fault",
		why
	};
	return promises.kept && attempt.kept?.kind === "there" ? { kind: "possession" } : {
		kind: "record",
		unpredictable: promises.payload === "given"
	};
}
const gradeOf = (possession) => possession.kind === "possession" ? "A" : possession.kind === "record" && possession.unpredictable ? "B" : "C";
function faultOfRecord({ record: read, ...attempt }) {
	if (read.kind === "absent") return "the receiver's record is missing";
	if (read.kind === "not-read") return null;
	const record = read.value;
	if (record.nonce !== attempt.nonce) return "the receiver's record is of another nonce";
	if (record.missing !== 0) return `the receiver's record misses ${record.missing} parts`;
	if (record.bytes !== attempt.bytes) return `the receiver's record has ${record.bytes} of ${attempt.bytes} bytes`;
	return record.sha256.toLowerCase() === attempt.expectedSha256.toLowerCase() ? null : "the receiver's record has the wrong hash";
}
function faultOfKept({ kept, bytes, expectedSha256 }) {
	if (kept === null || kept.kind === "not-read") return null;
	if (kept.kind === "absent") return "the receiver did not keep the payload where it promises to";
	if (kept.value.bytes !== bytes) return `the receiver kept ${kept.value.bytes} of ${bytes} bytes`;
	return kept.value.sha256 === expectedSha256 ? null : "what the receiver kept is not the payload";
}
/** Nobody without the payload, or its hash from somebody who had it, could have shown this. */
const isUnpredictable = (p) => p.kind === "possession" || p.kind === "record" && p.unpredictable;

// src/domain/suites/connectivity/sentence.ts
function sentence$1(facts) {
	const { attempt: { pair }, notCounted } = facts;
	return `${pair.from} → ${pair.to}: ${notCounted === null ? judged(facts) : `not counted: ${notCounted}`}`;
}
function judged({ attempt, oracle, path, punched, seen, recordFault }) {
	const { expected } = oracle;
	const broken = recordFault !== null ? `, but ${recordFault}` : attempt.claim.success === false ? ", but the program claimed failure" : "";
	switch (path.kind) {
		case "unwitnessed": return `unwitnessed: ${path.why}`;
		case "ambiguous": return `ambiguous: ${path.why}${broken}`;
		case "none": return `expected ${expected}, saw nothing delivered${inPart(seen, attempt.bytes) ? " in full and answered" : ""}; ${claimed(attempt.claim)}${recordFault === null || attempt.record.kind === "absent" ? "" : `; ${recordFault}`}${undelivered(seen, attempt.bytes)}`;
		case "end-to-end":
			if (expected === "relayed" && broken === "") return `not counted: ${contradictionText(oracle)}`;
			return `${punched ? "punched" : "end-to-end"}${expected === "relayed" ? ` although expected relayed (${oracle.why})` : ""}${broken}`;
		case "relayed": return `expected ${expected} (${oracle.why})${expected === "end-to-end" ? ", delivered only by relay through " : "; relayed through "}${path.via}${broken}`;
	}
}
/** Part of the payload came, or packets stopped at the callee's NAT: said with numbers. */
function undelivered(seen, bytes) {
	if (inPart(seen, bytes)) return `; of ${bytes} bytes came ${seen.delivered.bytes} end to end, ${fromRelays(seen)} from relays, ${seen.returned.packets} packets went back`;
	return seen.arrived !== null && seen.arrived.packets > 0 ? `; ${seen.arrived.packets} packets stopped at the callee's NAT` : "";
}
const fromRelays = (seen) => seen.relays.reduce((n, r) => n + r.delivered.bytes, 0);
/** Introductions and keepalives from relays always come; a tenth of the payload is more than these. */
const inPart = (seen, bytes) => seen.delivered.bytes > 0 || fromRelays(seen) * 10 > bytes;
function claimed(claim) {
	if (claim.success === null) return "the program claimed nothing";
	return `the program claimed ${claim.success ? (claim.method ?? "success").replace("_", "-") : "failure"}`;
}

// src/domain/suites/connectivity/judge.ts
/**
* One attempt's judgement: outcome, grade and path from witnesses; claims only ever add findings (spec §1 Grade, Path
* class; §3).
*/
function judgeAttempt({ attempt, promises, oracle, seen, disqualified }) {
	const possession = possessionOf(attempt, promises);
	const path = pathOf(attempt, seen, possession);
	const delivered = path.kind === "end-to-end" || path.kind === "relayed";
	const punched = path.kind === "end-to-end" && oracle.wouldRefuseFirstPacket;
	const recordFault = possession.kind === "fault" ? possession.why : null;
	const notShown = attempt.fault === void 0 ? disqualified?.(path) ?? (delivered && possession.kind === "unpromised" ? volumeFault(attempt, path, seen) : null) : null;
	const outcome = attempt.fault?.kind ?? (notShown !== null ? "unwitnessed" : outcomeOf(attempt, path, oracle, recordFault));
	const told = attempt.fault === void 0 && path.kind !== "unwitnessed";
	const forbidden = attempt.fault === void 0 && notShown === null && againstNats(path, oracle);
	return {
		id: attempt.id,
		group: oracle.pairClass,
		subject: {
			kind: "pair",
			pair: attempt.pair
		},
		expected: oracle.expected,
		outcome,
		grade: outcome === "infra" || outcome === "harness" || path.kind === "unwitnessed" || path.kind === "ambiguous" ? null : delivered && recordFault === null && notShown === null && !forbidden ? gradeOf(possession) : attempt.claim.success === true ? "D" : null,
		path: path.kind,
		punched,
		relayVia: path.kind === "relayed" ? path.via : null,
		connectMs: attempt.claim.connectMs,
		upgradeClaimed: attempt.claim.upgraded,
		ipv6: seen.ipv6,
		numbers: {
			sent: seen.sent,
			arrived: seen.arrived,
			delivered: seen.delivered,
			returned: seen.returned,
			besides: (path.kind === "relayed" ? relayOf(path, seen)?.besides : void 0) ?? seen.besides
		},
		findings: [
			...told ? claimFindings({
				attempt,
				oracle,
				path,
				punched,
				recordFault,
				possession
			}) : [],
			...pathFindings(attempt, seen),
			...forbidden ? [contradiction(attempt, oracle)] : []
		],
		sentence: sentence$1({
			attempt,
			oracle,
			path,
			punched,
			seen,
			recordFault,
			notCounted: attempt.fault === void 0 ? notShown : `${attempt.fault.kind}: ${attempt.fault.message}`
		})
	};
}
/** The counters' path, where nothing that the receiver shows speaks against it. */
function pathOf(attempt, seen, possession) {
	if (possession.kind === "unread") return {
		kind: "unwitnessed",
		why: `the receiver's record could not be read: ${possession.why}`
	};
	const path = pathClass(seen, attempt.bytes);
	const from = valueOf(attempt.record)?.from ?? null;
	if ((path.kind === "end-to-end" || path.kind === "relayed") && namesPath(from, path, seen) === false) return {
		kind: "ambiguous",
		why: `the counters show ${path.kind}, and the receiver's record names ${String(from).slice(0, 80)} as the sender`
	};
	return path.kind === "none" && isUnpredictable(possession) ? {
		kind: "ambiguous",
		why: `${recordWithoutDelivery}; ${seen.besides.bytes} bytes left the caller another way`
	} : path;
}
const recordWithoutDelivery = "the receiver wrote the payload down, no counter saw it arrive";
/** Without a record: volume both ways that no handshake reaches, and the program's own word that it connected. */
function volumeFault(attempt, path, seen) {
	if (attempt.claim.success === false) return null;
	if (attempt.claim.success === null) return "the program did not say whether it connected, and counters alone do not";
	const leg = relayOf(path, seen) ?? seen;
	const [there, back] = [leg.delivered.bytes, leg.returned.bytes];
	return Math.min(there, back) < 65536 ? `${there} bytes one way and ${back} the other may be a handshake alone (up to ${handshakeReach})` : null;
}
const relayOf = (path, seen) => path.kind === "relayed" ? seen.relays.find((r) => r.via === path.via) : void 0;
/**
* A promised record that is missing or wrong fails the attempt, whatever counters and claims say; a claim of failure is
* no success, whatever they say (spec §1 Grade).
*/
function outcomeOf(attempt, path, oracle, recordFault) {
	if (path.kind === "unwitnessed") return "unwitnessed";
	if (recordFault !== null) return "failed";
	switch (path.kind) {
		case "ambiguous": return "unwitnessed";
		case "none": return "failed";
		case "end-to-end": return attempt.claim.success === false ? "failed" : againstNats(path, oracle) ? "unwitnessed" : "success";
		case "relayed": return attempt.claim.success === false || oracle.expected === "end-to-end" ? "failed" : "success";
	}
}
function claimFindings({ attempt, oracle, path, punched, recordFault, possession }) {
	const { claim, pair } = attempt;
	const [route, arrow] = [path.kind, `${pair.from} → ${pair.to}`];
	const finding = (kind, message) => ({
		kind,
		message: `${arrow}: ${message}`,
		pair,
		attempts: [attempt.id]
	});
	const delivered = (route === "end-to-end" || route === "relayed") && recordFault === null;
	const found = [];
	if (path.kind === "ambiguous") found.push(finding("ambiguous-path", path.why));
	if (claim.success === true && !delivered && (path.kind !== "ambiguous" || recordFault !== null)) found.push(finding("claim-without-delivery", `claimed success${claim.method === null ? "" : ` (${claim.method})`}, ${route === "none" || recordFault === null ? "nothing was delivered" : recordFault}`));
	if (claim.success === false && delivered) found.push(finding("delivery-without-claim", "claimed failure, the payload was delivered"));
	if (route === "none" && possession.kind === "record") found.push(finding("record-without-delivery", recordWithoutDelivery));
	const mislabel = claim.success === true ? mislabelled$1(claim.method, route, punched, oracle) : null;
	if (mislabel !== null) found.push(finding("method-mislabelled", mislabel));
	return found;
}
/**
* A program cannot know its peer's filtering, so `hole_punched` towards an open NAT passes; towards a peer without any
* NAT it does not.
*/
function mislabelled$1(method, route, punched, oracle) {
	if (method === null || route !== "end-to-end" && route !== "relayed") return null;
	if (method === "relayed" !== (route === "relayed")) return `claimed ${method}, the counters show ${route}`;
	if (method === "direct" && punched && oracle.refusesFreshPorts) return "claimed direct, but the callee's NAT refuses every port it has not sent to: it was punched";
	return method === "hole_punched" && oracle.pairClass === "direct" && !punched ? "claimed hole_punched towards a peer without a NAT" : null;
}
const pathFindings = (attempt, seen) => seen.ipv6 ? [{
	kind: "ipv6-path",
	message: `${attempt.pair.from} → ${attempt.pair.to}: IPv6 packets, which no NAT here translates`,
	pair: attempt.pair,
	attempts: [attempt.id]
}] : [];

// src/domain/test-seed.ts
/** One secret of each test, from which all that its subject must not foresee is drawn; its end reveals it. */
const isTestSeed = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
/** What the ledger keeps of the seed when a test begins: whoever draws again after the end checks that it is the same. */
const seedCommitment = (seed) => sha256(`vps-test seed\n${seed}\n`);
/** The first `bytes` bytes of the stream of this label: AES-256-CTR over zeros, under HMAC-SHA256(seed, label). */
function drawn(seed, label, bytes) {
	const key = createHmac("sha256", Buffer.from(seed, "hex")).update(label, "utf8").digest();
	return new Uint8Array(createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(bytes)));
}
/** A whole number in `[low, high]`. */
function drawnInt(seed, label, low, high) {
	return low + Buffer.from(drawn(seed, label, 6)).readUIntBE(0, 6) % (high - low + 1);
}
/** What an attempt draws, by its id: its nonce as hex, the length of its payload, and the payload itself. */
const nonceOf = (seed, attempt) => Buffer.from(drawn(seed, `nonce ${attempt}`, 16)).toString("hex");
const lengthOf = (seed, attempt, low, high) => drawnInt(seed, `length ${attempt}`, low, high);
const payloadOf = (seed, attempt, bytes) => drawn(seed, `payload ${attempt}`, bytes);

// src/domain/payload.ts
/** What a receiver must report of a payload, without a byte having been sent: of a seed, or of a nonce alone. */
/** Empty where the program sends what it likes. */
function expectedSha256(payload, seed, { id, nonce, bytes }) {
	switch (payload.kind) {
		case "given": return sha256(payloadOf(seed, id, bytes));
		case "sha256-counter": return payloadSha256(nonce, bytes);
		case "opaque": return "";
	}
}
/** SHA-256 of the first `bytes` bytes of SHA-256(nonce ‖ u64 big-endian counter), counter = 0, 1, 2 … */
function payloadSha256(nonceHex, bytes) {
	const nonce = Buffer.from(nonceHex, "hex");
	const whole = createHash("sha256");
	const counter = Buffer.alloc(8);
	for (let offset = 0, i = 0n; offset < bytes; offset += 32, i++) {
		counter.writeBigUInt64BE(i);
		const block = createHash("sha256").update(nonce).update(counter).digest();
		whole.update(block.subarray(0, Math.min(32, bytes - offset)));
	}
	return whole.digest("hex");
}

// src/domain/received.ts
/** What a program writes may be megabytes; no record of a payload is. */
const longestRecord = 4e3;
/** Null: the text is no record of this nonce. */
function recordIn(by, raw, nonce) {
	if (raw.length > 4e3) return null;
	switch (by.kind) {
		case "jsonl":
		case "http": {
			const object = objectIn(raw);
			return object?.[by.fields.nonce] === nonce ? recordOf(foundIn(object, by.fields), nonce, raw) : null;
		}
		case "log": return matched(by.pattern, raw, nonce);
		case "none": return null;
	}
}
/** The program's values by our names. */
const foundIn = (object, fields) => ({
	nonce: object[fields.nonce],
	bytes: object[fields.bytes],
	sha256: object[fields.sha256],
	from: object[fields.from],
	missing: object[fields.missing],
	completedMs: object[fields.completedMs]
});
function matched(pattern, raw, nonce) {
	const groups = new RegExp(pattern).exec(raw)?.groups;
	if (groups === void 0 || groups["nonce"] !== nonce) return null;
	const digits = (name) => /^\d{1,15}$/.test(groups[name] ?? "") ? Number(groups[name]) : null;
	return recordOf({
		nonce,
		bytes: digits("bytes"),
		sha256: groups["sha256"],
		from: groups["from"],
		missing: pattern.includes("(?<missing>") ? digits("missing") : 0,
		completedMs: digits("completedMs")
	}, nonce, raw);
}
const number$1 = (value) => typeof value === "number" && Number.isFinite(value) ? value : null;
/** A value of another kind matches no payload. */
const recordOf = (found, nonce, raw) => ({
	nonce,
	raw,
	bytes: number$1(found.bytes) ?? -1,
	sha256: String(found.sha256 ?? ""),
	from: typeof found.from === "string" ? found.from : null,
	missing: number$1(found.missing) ?? -1,
	completedMs: number$1(found.completedMs)
});

// src/domain/rederive/counters.ts
/** An IPv4 header; every packet that is counted has one at least. */
const headerBytes = 20;
function countersFaults(counters) {
	return [
		...rowsFaults("in", counters.in),
		...rowsFaults("out", counters.out),
		...rowsFaults("sent", counters.sent),
		...sumFaults("fragments", counters.fragmentsIn)
	];
}
function rowsFaults(direction, rows) {
	const seen = /* @__PURE__ */ new Set();
	for (const row of rows) {
		const key = JSON.stringify({
			...row,
			packets: void 0,
			bytes: void 0
		});
		const faults = sumFaults(direction, row);
		if (faults.length > 0) return faults;
		if (!port$1(row.localPort) || !port$1(row.remotePort ?? 0)) return [`${direction}: ${key} has no port`];
		if (seen.has(key)) return [`${direction}: ${key} stands twice in one table`];
		seen.add(key);
	}
	return [];
}
function sumFaults(what, { packets, bytes }) {
	if (!count$1(packets) || !count$1(bytes)) return [`${what}: ${packets} packets of ${bytes} bytes are no count`];
	if (bytes < packets * headerBytes) return [`${what}: ${packets} packets have more than ${bytes} bytes`];
	return packets === 0 && bytes > 0 ? [`${what}: ${bytes} bytes without a packet`] : [];
}
function readingFaults({ counters, box }) {
	const [own, outer] = [valueOf(counters), valueOf(box)];
	return [...own === null ? [] : countersFaults(own), ...outer === null ? [] : countersFaults(outer.counters).map((f) => `NAT box: ${f}`)];
}
const count$1 = (n) => Number.isSafeInteger(n) && n >= 0;
const port$1 = (n) => Number.isInteger(n) && n >= 0 && n <= 65535;

// src/domain/suites/connectivity/rounds.ts
/** Which rounds a test dials: a function of its peers, of what their NATs were measured to be, and of the plan. */
/** `there`: nodes of the plan that were not left out. */
function plannedRounds(fleet, there, measurements, { targets }) {
	const peers = peersOf(fleet).filter((n) => there.includes(n.name));
	const pairs = plannedPairs(peers, measurements);
	return timetable({
		peers: peers.map((n) => n.name),
		relayPairs: relayPairsOf(pairs),
		relayNodes: bootstrapsOf(fleet).map((n) => n.name),
		repetitions: repetitionsFor(pairs, targets.sampleFloor)
	});
}

// src/domain/suites/connectivity/rederive.ts
/** What rounds of attempts say twice: the timetable, ids, draws, records and counters, derived again round by round. */
function rederiveRounds(on, work) {
	const { fleet, profile, test, seed, there, measurements, running } = on;
	const planned = plannedRounds(fleet, there, measurements, work);
	const peers = new Set(planned.flat().flatMap((p) => [p.from, p.to]));
	const relays = bootstrapsOf(fleet).map((n) => n.name).filter((n) => peers.has(n));
	const ports = boundPorts(profile.servicePort, running);
	const tries = /* @__PURE__ */ new Map();
	const used = /* @__PURE__ */ new Set();
	const retried = /* @__PURE__ */ new Set();
	let [next, last, retrying] = [
		0,
		0,
		false
	];
	const timetableOf = ({ round, retry, attempts }) => {
		const faults = round > last ? [] : [`stands behind round ${last}`];
		last = round;
		if (retry === true) {
			retrying = true;
			const again = attempts.filter((a) => retried.has(pairKey(a.pair)));
			attempts.forEach((a) => retried.add(pairKey(a.pair)));
			return [...faults, ...again.map((a) => `${a.id} is a second retry`)];
		}
		const first = attempts.filter((a) => a.repeats === void 0);
		if (first.length === 0) return faults;
		const wanted = planned[next++] ?? [];
		const same = sorted(first.map((a) => pairKey(a.pair))) === sorted(wanted.map(pairKey));
		return [
			...faults,
			...retrying ? ["stands behind retries"] : [],
			...same ? [] : [`is not round ${next} of the plan`]
		];
	};
	const attemptOf = (a, round) => {
		const key = pairKey(a.pair);
		const repetition = (tries.get(key) ?? 0) + 1;
		tries.set(key, repetition);
		const socket = `${a.pair.from}:${a.localPort}`;
		const taken = used.has(socket);
		used.add(socket);
		return [
			...a.id === `${test}.${round}.${a.pair.from}.${a.pair.to}` ? [] : ["its id is not of its test, round and pair"],
			...a.repetition === repetition ? [] : [`it is try ${repetition} of its pair, not ${a.repetition}`],
			...taken ? [`port ${a.localPort} of ${a.pair.from} was used before`] : [],
			...a.servicePort === (ports.get(a.pair.to) ?? profile.servicePort) ? [] : [`${a.servicePort} is not the port of the service`],
			...payloadFaults(a, profile.payload, seed),
			...recordFaults(a, profile.record)
		];
	};
	return {
		add: (line) => [
			...line.pass === test ? [] : [`round ${line.round}: is of test ${line.pass}`],
			...timetableOf(line).map((f) => `round ${line.round}: ${f}`),
			...line.attempts.flatMap((a) => attemptOf(a, line.round).map((f) => `attempt ${a.id}: ${f}`)),
			...looksFaults(line, relays).map((f) => `round ${line.round}: ${f}`)
		],
		end: () => next === planned.length ? [] : [`${next} of the plan's ${planned.length} rounds are there`]
	};
}
const sorted = (keys) => keys.toSorted().join("\n");
/** Drawn from the test's seed, so that it is in the profile's range; and its hash follows. */
function payloadFaults({ id, nonce, bytes, expectedSha256: expectedSha256$1 }, payload, seed) {
	if (nonce !== nonceOf(seed, id)) return ["its nonce is not drawn from the test's seed"];
	if (payload.kind === "opaque") return bytes === 0 && expectedSha256$1 === "" ? [] : ["the profile knows no payload of a known length and hash"];
	if (bytes !== lengthOf(seed, id, payload.minBytes, payload.maxBytes)) return [`${bytes} bytes are not drawn from the test's seed`];
	return expectedSha256$1 === expectedSha256(payload, seed, {
		id,
		nonce,
		bytes
	}) ? [] : ["the expected hash does not follow from what was drawn"];
}
function recordFaults({ record, nonce }, by) {
	const told = valueOf(record);
	return told === null || canonical(told) === canonical(recordIn(by, told.raw, nonce)) ? [] : ["the receiver's record is not what its own text says"];
}
/** One reading of each node that was concerned, and of no other. */
function looksFaults({ attempts, readings }, relays) {
	const concerned = [.../* @__PURE__ */ new Set([...attempts.flatMap((a) => [a.pair.from, a.pair.to]), ...relays])];
	return [...sorted(Object.keys(readings)) === sorted(concerned) ? [] : ["its readings are of other nodes"], ...Object.entries(readings).flatMap(([node, r]) => readingFaults(r).map((f) => `counters of ${node}: ${f}`))];
}

// src/domain/suites/connectivity/unseen.ts
/** Why an attempt could not be seen, and whether the program itself is the reason: then it is its failure. */
/** Half of what a counter set holds: with so many the program's own ports filled it, and not the rest of the machine. */
const ownFlows = 32768;
/** A node's full counter set that the program filled by its own ports, or its dialler as the user it runs as. */
function floodedBy(attempt, { attempts, readings }) {
	for (const node of [attempt.pair.from, attempt.pair.to]) {
		const counters = countersOf(readings, node);
		if (counters?.overflow !== true) continue;
		const own = new Set(attempts.flatMap(({ pair, localPort, servicePort }) => [...pair.from === node ? [localPort] : [], ...pair.to === node ? [servicePort] : []]));
		const dialler = counters.sent.filter((s) => s.uid === 65534 && node === attempt.pair.from);
		dialler.filter((s) => s.protocol === "udp").forEach((s) => own.add(s.localPort));
		const flows = [...counters.in, ...counters.out];
		const its = Math.max(dialler.length, flows.filter((f) => own.has(f.localPort)).length);
		if (its >= ownFlows) return `the program filled the packet counters of ${node}: ${its} flows are its own`;
	}
	return null;
}
/** What kept us from seeing it that the program cannot have caused; null: it was seen, or the program is the reason. */
function unseen(attempt, seen, recordPromised) {
	if (attempt.fault !== void 0) return attempt.fault.message;
	if (floodedBy(attempt, seen) !== null) return null;
	for (const node of [attempt.pair.from, attempt.pair.to]) {
		const counters = countersOf(seen.readings, node);
		if (counters === null) return `the packet counters of ${node} were not there`;
		if ((Object.hasOwn(seen.readings, node) ? seen.readings[node]?.processes : void 0)?.kind === "not-read") return `what ran on ${node} could not be read`;
		if (counters.overflow) return `the packet counters of ${node} were full`;
	}
	return recordPromised && attempt.record.kind === "not-read" ? attempt.record.why : null;
}
/** Attempts that are to be tried again, one for each pair at a time; none more often than a judge takes it. */
function toRepeat(rounds, recordPromised) {
	const all = new Map(rounds.flatMap((r) => r.attempts).map((a) => [a.id, a]));
	const repeated = new Set([...all.values()].map((a) => a.repeats));
	const wanted = rounds.flatMap((round) => round.attempts.filter((a) => !repeated.has(a.id) && triesBefore(a, all) < 2 && unseen(a, round, recordPromised) !== null));
	return [...new Map(wanted.map((a) => [JSON.stringify([a.pair.from, a.pair.to]), a])).values()];
}
/** Repetitions of what was seen, or what the program itself kept from being seen: one more chance for a failure. */
function unasked(rounds, recordPromised) {
	const repeated = new Map(rounds.flatMap((r) => r.attempts).map((a) => [a.repeats, a.id]));
	return rounds.flatMap((round) => round.attempts.flatMap((a) => {
		const by = repeated.get(a.id);
		return by === void 0 || unseen(a, round, recordPromised) !== null ? [] : [{
			kind: "inconclusive",
			text: `attempt ${by} repeats ${a.id}, which nothing of ours kept from being seen`
		}];
	}));
}
function triesBefore(attempt, all) {
	let n = 0;
	for (let at = attempt.repeats; at !== void 0 && n < 2; at = all.get(at)?.repeats) n++;
	return n;
}
function countersOf(readings, node) {
	const read = Object.hasOwn(readings, node) ? readings[node]?.counters : void 0;
	return read?.kind === "there" ? read.value : null;
}

// src/domain/suites/connectivity/suite.ts
/** Connectivity before anything acts: every ordered pair of peers, judged by what its packets did. */
const connectivity$2 = {
	title: "connectivity",
	unable,
	plan: plan$1,
	item: roundShape,
	work: workShape,
	rederive: rederiveRounds,
	judge: judge$2
};
function unable({ name, dial, peerId }) {
	if (dial.kind === "observed") return `${name} connects by itself, and only a program that is told to dial can be measured pair by pair in this version`;
	if (!isDialect(dial.dialect)) return `nothing here reads the dialect ${dial.dialect} of ${name}`;
	return dial.args.some((word) => word.includes("{peerId}")) && peerId.kind === "none" ? `${name} is dialled by peer id, and nothing says where a node's peer id is` : null;
}
/** One round of dials and readings, measured on the lab. */
const roundSeconds = 2.5;
/** Labels stand in for measurements here: what is dialled in the end follows from what the NATs turn out to be. */
function plan$1({ config, profile, fleet, nodes }) {
	const { enabled, criteria: targets, cooloffSeconds, timeoutSeconds } = config.tests.connectivity;
	if (!enabled) return null;
	const peers = peersOf(fleet).filter((n) => nodes.includes(n));
	const pairs = plannedPairs(peers, []);
	const rounds = timetable({
		peers: peers.map((n) => n.name),
		relayPairs: relayPairsOf(pairs),
		relayNodes: bootstrapsOf(fleet).map((n) => n.name),
		repetitions: repetitionsFor(pairs, targets.sampleFloor)
	});
	const attempts = rounds.flat().length;
	const best = bestGrade(promisesOf(profile));
	const waiting = Math.ceil(waitingSeconds(rounds, roundSeconds, cooloffSeconds));
	const rest = waiting === 0 ? "" : `, ${waiting} s of waiting so that the same two peers rest ${cooloffSeconds} s`;
	return {
		work: {
			targets,
			cooloffSeconds,
			timeoutSeconds
		},
		attempts,
		seconds: Math.ceil(rounds.length * roundSeconds + waiting),
		detail: `${attempts} attempts in ${rounds.length} rounds${rest}; grade ${best} at best (${gradeWords[best]})`,
		thresholds: `direct ${targets.direct}%, NAT ${targets.natTraversed}%, relay ${targets.relay}%`
	};
}
function judge$2(rounds, { targets, cooloffSeconds }, run) {
	const pairs = plannedPairs(run.peers, run.measurements);
	const { placed, strays } = sortOut(rounds, pairs, foreignIn(rounds, run.running.before, run.deployed));
	const judgedAll = judgeAll(placed, pairs, run);
	const attempts = placed.map(({ attempt, retry }) => ({
		...attempt,
		...retry === true ? { retry } : {}
	}));
	const repeated = applyRepeats(judgedAll, attempts);
	const retried = applyRetries(repeated.samples, attempts, run.checkpoint);
	const { samples, retries } = retried;
	const counted = samples.filter(counts);
	const figures = figuresOf(run, pairs, samples, attempts, cooloffSeconds * 1e3);
	return {
		samples,
		retries,
		groups: pairClasses.flatMap((name) => {
			const planned = pairs.filter((p) => p.oracle.pairClass === name).length;
			return planned === 0 ? [] : [{
				name,
				of: "pair",
				planned,
				terms: termsOf(name, targets),
				secondsEach: roundSeconds + cooloffSeconds
			}];
		}),
		figures,
		reasons: [
			...strays,
			...repeated.strays,
			...unasked(rounds, run.promises.record),
			...retried.strays,
			...foreignReasons(judgedAll),
			...wholeReasons(samples, pairs, targets.sampleFloor),
			...contradictedNats(samples)
		],
		notCovered: [
			...uncoveredClasses(pairs),
			...uncoveredPause(figures.shortestPauseMs, figures.cooloffMs),
			...uncoveredPairs(pairs, new Set(counted.map((j) => pairKey(j.subject.pair))), run.excluded, (pair) => samples.find((j) => pairKey(j.subject.pair) === pairKey(pair))?.sentence.replace(/^.*?: /, ""))
		]
	};
}
const termsOf = (pairClass, { direct, natTraversed, relay, ...terms }) => ({
	...terms,
	target: {
		direct,
		nat_traversed: natTraversed,
		relay
	}[pairClass]
});
/** Nothing counts twice: a repeated id or nonce is a copy, and a pair outside the plan belongs to nobody. */
function sortOut(rounds, pairs, foreign) {
	const known = new Set(pairs.map((p) => pairKey(p.pair)));
	const seen = /* @__PURE__ */ new Set();
	const strays = [];
	return {
		placed: rounds.flatMap(({ attempts, readings, retry }, i) => attempts.map((attempt) => ({
			attempt,
			others: attempts.filter((a) => a !== attempt),
			readings,
			retry,
			foreign: foreign[i] ?? /* @__PURE__ */ new Map()
		}))).filter(({ attempt: a }) => {
			const copy = seen.has(`id ${a.id}`) || seen.has(`nonce ${a.nonce}`);
			seen.add(`id ${a.id}`).add(`nonce ${a.nonce}`);
			if (copy) strays.push({
				kind: "inconclusive",
				text: `attempt ${a.id}: its id or nonce occurs twice in the evidence`
			});
			else if (!known.has(pairKey(a.pair))) strays.push({
				kind: "inconclusive",
				text: `attempt ${a.id}: ${pairKey(a.pair)} is no pair of the plan`
			});
			return !copy && known.has(pairKey(a.pair));
		}),
		strays
	};
}
function judgeAll(placed, pairs, run) {
	const measurements = new Map(run.measurements.map((m) => [m.node, m]));
	const planned = new Map(pairs.map((p) => [pairKey(p.pair), p.oracle]));
	const barred = new Map([...run.unsettledNats, ...run.barred]);
	const senders = {
		dialler: nobody$1,
		services: run.serviceUids
	};
	return placed.flatMap(({ attempt, others, readings, foreign }) => {
		const { from, to } = attempt.pair;
		const oracle = planned.get(pairKey(attempt.pair));
		if (oracle === void 0) return [];
		const unmeasured = [from, to].find((n) => !measurements.has(n));
		const flood = floodedBy(attempt, {
			attempts: [attempt, ...others],
			readings
		});
		return [orOwnDoing(flood, {
			counts: attempt.fault === void 0 && !barred.has(from) && !barred.has(to),
			judged: orForeign(judgeAttempt({
				attempt,
				promises: run.promises,
				oracle,
				seen: views(attempt, {
					readings,
					others,
					nats: measurements,
					fleet: run.fleet,
					senders
				}),
				disqualified: (path) => barred.get(from) ?? barred.get(to) ?? (path.kind === "relayed" ? barred.get(path.via) : void 0) ?? (unmeasured === void 0 ? null : `the NAT of ${unmeasured} was not measured`)
			}), attempt, readings, foreign, run)
		})];
	});
}
/** What kept an attempt from being seen was the program's own doing: that is its failure, and no gap of ours. */
const orOwnDoing = (doing, { counts: mayCount, judged }) => doing === null || !mayCount ? judged : {
	...judged,
	outcome: "failed",
	grade: null,
	sentence: `${subjectName(judged.subject)}: ${doing}`
};
/** What no single class can say. */
function wholeReasons(samples, pairs, sampleFloor) {
	const counted = samples.filter(counts);
	const open = samples.some((s) => !counts(s) && s.repeatedBy === void 0);
	return [...pairs.length === 0 ? [{
		kind: "inconclusive",
		text: "the plan has no pair of peers"
	}] : [], ...counted.length > 0 && !open && counted.length >= sampleFloor && counted.every((j) => j.outcome === "failed" && j.recovered !== true) ? [{
		kind: "failed",
		text: `nothing was delivered as expected in ${counted.length} attempts while the controls passed`
	}] : []];
}

// src/domain/suites/registry.ts
/** Every suite by its id; the compiler names a missing one. */
const suites = {
	connectivity: connectivity$2,
	command: command$1
};
const suiteIds = Object.keys(suites);

// src/domain/judge-suites.ts
function judgeSuites(parts, items, run, criterion) {
	const judged = parts.map((part) => ({
		part,
		...judgeOne(part, items, run, criterion)
	}));
	return {
		results: Object.fromEntries(judged.map(({ part, result }) => [part.suite, result])),
		reasons: [...parts.length === 0 ? [{
			kind: "inconclusive",
			text: "the plan has no suite"
		}] : [], ...judged.flatMap((j) => j.reasons)],
		findings: judged.flatMap((j) => j.findings),
		notCovered: judged.flatMap((j) => j.notCovered)
	};
}
function judgeOne(part, items, run, criterion) {
	const suite = suites[part.suite];
	try {
		return judgedBy(criterion, suite.judge(items[part.suite] ?? [], part.work, run));
	} catch (error) {
		return broken(part.suite, brokenBy(`suite ${part.suite}: its judge`, error));
	}
}
function judgedBy(criterion, judged) {
	const { samples, retries, figures } = judged;
	const { groups, reasons } = criterion.judge(judged.groups.map((g) => tally$1(g, samples)));
	return {
		result: {
			samples,
			retries,
			groups,
			figures,
			error: null
		},
		findings: judged.groups.flatMap((g) => notCountedFindings(g.name, samples)),
		reasons: [
			...reasons,
			...judged.reasons,
			...samples.some(counts) ? [] : [{
				kind: "inconclusive",
				text: "no attempt was counted"
			}]
		],
		notCovered: judged.notCovered
	};
}
/** No stack: it names this machine's paths, and the same evidence must give the same words everywhere. */
const brokenBy = (what, error) => `${what} broke: ${(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500)}`;
const broken = (suite, error) => ({
	result: {
		samples: [],
		retries: [],
		groups: [],
		figures: null,
		error
	},
	findings: [],
	reasons: [{
		kind: "inconclusive",
		text: error
	}],
	notCovered: [{
		kind: "other",
		what: `suite ${suite}`,
		why: error
	}]
});

// src/domain/reason.ts
const weight = {
	invalid: 3,
	failed: 2,
	inconclusive: 1
};
const weightiestFirst = (reasons) => reasons.toSorted((a, b) => weight[b.kind] - weight[a.kind]);

// src/domain/not-asked.ts
/** What a headline must not keep back: groups that nobody required, and those that no planned fleet could form. */
const notAsked = (suites, notCovered) => [...resultsOf(suites).flatMap(({ groups }) => groups.filter((g) => !isRequired(g)).map((g) => `${g.name} not required`)), ...notCovered.flatMap((n) => n.kind === "group" ? [`${n.group}: no such ${n.of}`] : [])];

// src/domain/rests-on.ts
/** On which grade a result rests: the lowest among its successes, in the words of the headline. */
function restsOn(suites) {
	const grades = resultsOf(suites).flatMap((r) => r.samples).flatMap((s) => s.outcome === "success" && s.grade !== null ? [s.grade] : []).toSorted();
	const [best, lowest] = [grades[0], grades.at(-1)];
	return lowest === void 0 ? [] : [`rests on grade ${best === lowest ? lowest : `${best} to ${lowest}`}: ${gradeWords[lowest]}`];
}

// src/domain/verdict.ts
/**
* Passed, failed or inconclusive: a function of evidence and of nothing else, so that anybody can judge again offline
* (spec §3, architecture).
*/
/** Never throws: evidence that a judge breaks on is inconclusive, and is kept all the same. */
function verdict(input) {
	try {
		return judge$1(input);
	} catch (error) {
		const text = brokenBy("a judge", error);
		return {
			result: "inconclusive",
			reasons: [{
				kind: "invalid",
				text
			}],
			suites: {},
			findings: [],
			notCovered: [{
				kind: "other",
				what: "everything",
				why: text
			}],
			remarks: [],
			invalidControls: []
		};
	}
}
function judge$1(input) {
	const run = judgeRun$1(input);
	const { results, findings, reasons, notCovered } = judgeSuites(input.suites, input.items, run.context, criteria[input.criteria]);
	const soak = judgeSoak(input, run, results);
	const decided = resultOf([
		...run.reasons,
		...reasons,
		...soak?.reasons ?? []
	]);
	return {
		...decided,
		suites: results,
		findings: mergeFindings([
			...run.findings,
			...soak?.findings ?? [],
			...findings,
			...resultsOf(results).flatMap(({ samples, retries }) => [...samples, ...retries].flatMap((s) => s.findings))
		]),
		notCovered: [
			...run.notCovered,
			...soak?.notCovered ?? [],
			...notCovered
		],
		remarks: [...run.remarks, ...decided.result === "passed" ? [...notAsked(results, notCovered), ...restsOn(results)] : []],
		invalidControls: run.invalidControls,
		...soak === null ? {} : { checkpoint: soak.result }
	};
}
function resultOf(all) {
	const reasons = weightiestFirst(all);
	return {
		result: reasons[0] === void 0 ? "passed" : reasons[0].kind === "failed" ? "failed" : "inconclusive",
		reasons
	};
}
function judgeSoak(input, run, results) {
	if (input.checkpoint === void 0 || input.checkpoint === null) return null;
	const floors = new Map(resultsOf(results).flatMap(({ suite, groups }) => groups.map((g) => [JSON.stringify([suite, g.name]), g.terms.sampleFloor])));
	return judgeCheckpoint({
		input: input.checkpoint,
		counts: suiteCounts(results),
		evidence: input.evidence,
		peers: run.peers,
		tried: run.tried,
		sampleFloorOf: (suite, group) => floors.get(JSON.stringify([suite, group])) ?? 0
	});
}

// src/commands/processes.ts
/** What runs at one look: every process of a service, whoever holds its port, and the file that each of them executes. */
/** The one line's first word. */
const processesWord = "vps-test-processes";
/** More are counted, and not looked at: each execution file costs a hash of its bytes. */
const mostProcesses = 200;
const mostFiles = 4;
const largestBytes = 2 ** 30;
/**
* One line of words `role:pid:start:image:hash`: the start in clock ticks since boot, the image by its addresses, which
* are others after each execve, the hash of what it executes, `-` where that cannot be read. What ended meanwhile is
* left out, and so are zombies, which run nothing. The last word is `end`.
*/
const lookAtProcesses = ({ unit, port }) => raw$1(sh$1`
    hashed=' '; files=0
    look() {
      k=$(stat -Lc '%d.%i.%Y.%s' "/proc/$2/exe" 2>/dev/null) || k=
      case "$hashed" in
        (*" $k="*) h=${raw$1("${hashed#*\" $k=\"}; h=${h%% *}")} ;;
        (*)
          h=-; files=$((files + 1))
          if [ -n "$k" ] && [ "$files" -le ${mostFiles} ] && [ "${raw$1("${k##*.}")}" -le ${largestBytes} ]; then
            h=$(sha256sum <"/proc/$2/exe" 2>/dev/null | cut -c1-64); [ -n "$h" ] || h=-
          fi
          [ -z "$k" ] || hashed="$hashed$k=$h " ;;
      esac
      t=$1; p=$2; s=$(cat "/proc/$p/stat" 2>/dev/null) || return 0; set -- ${raw$1("${s##*) }")}
      [ "$#" -ge 26 ] && [ "$1" != Z ] && [ "$1" != X ] || return 0
      printf ' %s:%s:%s:%s.%s:%s' "$t" "$p" "${raw$1("${20}")}" "${raw$1("${24}")}" "${raw$1("${26}")}" "$h"
    }
    printf %s ${processesWord}
    all=$(grep -lE ${`/${unit.replaceAll(/[^A-Za-z0-9_-]/g, (c) => `[${c}]`)}\\.service(/|$)`} /proc/[0-9]*/cgroup 2>/dev/null | sed 's/[^0-9]//g')
    n=0; for p in $all; do
      n=$((n + 1)); [ "$n" -le ${mostProcesses} ] || { printf ' service:0:0:0.0:-'; break; }
      look service "$p"
    done
    for p in $(${raw$1(port === 0 ? ":" : `ss -Hanup ${quote(`sport = :${port}`)} | grep -o 'pid=[0-9][0-9]*' | sed 's/pid=//' | sort -un | head -n 20`)}); do look port-owner "$p"; done
    echo ' end'`);

// src/commands/tables.ts
/** Our nft tables on a node: their names say whose they are, so that no session reads, resets or removes another's. */
const tableOf$1 = (kind, { session, fence, node }) => `vps_test_${kind}_${session}_${fence}_${node}`;
/** Where packets are counted. */
const witnessTable = (owner) => tableOf$1("witness", owner);
/** Where a control closes a port. */
const wallTable = (owner) => tableOf$1("wall", owner);
const listed$1 = raw$1(`nft list tables inet 2>/dev/null | sed -n 's/^table inet \\(vps_test_w[a-z]*_[^ ]*\\).*/\\1/p'`);
/** Whatever the session has there, under any fencing number. */
const removeTables = ({ session, node }) => raw$1(sh$1`
    ${listed$1} | while read -r t; do
      case "$t" in vps_test_w*_${session}_[0-9]*_${node}) nft delete table inet "$t" 2>/dev/null || true;; esac; done`);
/**
* Every table for which no lease of this node speaks, but the owner's own: what a run left that died, or that was put
* out of its lease.
*/
const sweepTables = (owner) => raw$1(sh$1`
    now=$(date +%s)
    ${listed$1} | while read -r t; do
      case "$t" in ${witnessTable(owner)}|${wallTable(owner)}) continue;; esac
      spoken=
      for l in ${leaseDir}/*; do
        fence=; until=0; holder=
        { read -r fence; read -r until; read -r holder; } 2>/dev/null <"$l" || continue
        case "$until" in ''|*[!0-9]*) continue;; esac
        [ "$until" -gt "$now" ] || continue
        case "$t" in vps_test_w*_"$holder"_"$fence"_*) spoken=1;; esac
      done
      [ -n "$spoken" ] || nft delete table inet "$t" 2>/dev/null || true; done`);

// src/commands/witness.ts
const sets = [
	"in4",
	"out4",
	"in6",
	"out6"
];
/** Deletes and re-creates the table in one transaction: this is also the reset. `@WAN@` is replaced on the node. */
function witnessRuleset(place, owner) {
	const table = witnessTable(owner);
	const inFrom = place === "node" ? "iifname != \"lo\"" : "iifname \"@WAN@\"";
	const outTo = place === "node" ? "oifname != \"lo\"" : "oifname \"@WAN@\"";
	const into = place === "node" ? "hook input priority 200" : "hook prerouting priority raw";
	const out = place === "node" ? "hook output priority 200" : "hook postrouting priority 120";
	const set = (name, type) => `  set ${name} {\n    type ${type} . inet_service . inet_service\n    size 65535\n    flags dynamic\n    counter\n  }`;
	const count = (match, direction) => {
		const [address, remote, local] = direction === "in" ? [
			"saddr",
			"sport",
			"dport"
		] : [
			"daddr",
			"dport",
			"sport"
		];
		return [
			...direction === "in" ? [`    ${match} meta nfproto ipv4 ip frag-off & 0x1fff != 0 counter name frag_in return`, `    ${match} meta nfproto ipv6 frag frag-off != 0 counter name frag_in return`] : [],
			`    ${match} meta nfproto ipv4 meta l4proto udp update @${direction}4 { ip ${address} . udp ${remote} . udp ${local} counter }`,
			`    ${match} meta nfproto ipv6 meta l4proto udp update @${direction}6 { ip6 ${address} . udp ${remote} . udp ${local} counter }`
		].join("\n");
	};
	const sentBy = (family) => `    ${outTo} meta nfproto ipv${family} meta skuid != 0 update @sent${family} { ${family === 4 ? "ip" : "ip6"} daddr . meta l4proto . th sport . meta skuid counter }`;
	const sentSet = (family) => `  set sent${family} {\n    type ipv${family}_addr . inet_proto . inet_service . uid\n    size 65535\n    flags dynamic\n    counter\n  }`;
	return [
		`table inet ${table}`,
		`delete table inet ${table}`,
		`table inet ${table} {`,
		...sets.map((s) => set(s, s.endsWith("4") ? "ipv4_addr" : "ipv6_addr")),
		...place === "node" ? [sentSet(4), sentSet(6)] : [],
		"  counter frag_in { }",
		"  chain i {",
		`    type filter ${into}; policy accept;`,
		count(inFrom, "in"),
		"  }",
		"  chain o {",
		`    type filter ${out}; policy accept;`,
		count(outTo, "out"),
		...place === "node" ? [sentBy(4), sentBy(6)] : [],
		"  }",
		"}",
		""
	].join("\n");
}
const reset = (place, owner) => raw$1(place === "node" ? sh$1`printf %s ${witnessRuleset(place, owner)} | nft -f -` : sh$1`
    wan=$(ip -o route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1); [ -n "$wan" ] || { echo 'no default route' >&2; exit 69; }
    printf %s ${witnessRuleset(place, owner)} | sed "s/@WAN@/$wan/" | nft -f -`);
/** Also takes away what runs that died left behind: on a node, whatever no lease there speaks for. */
const resetWitness = (place, owner) => ({
	kind: "script",
	why: "witness: reset",
	idempotent: true,
	text: sh$1`set -eu; ${place === "node" ? sweepTables(owner) : removeTables(owner)}
    ${reset(place, owner)}`
});
/**
* The line of JSON of this owner's table (`nft -j`), or `absent` where nft answers and has no such table: somebody took
* it away, which makes it no less ours to make again.
*/
const listing = (owner) => raw$1(sh$1`tables=$(nft list tables inet) || exit 67
    if printf '%s\n' "$tables" | grep -qxF ${`table inet ${witnessTable(owner)}`}; then nft -j list table inet ${witnessTable(owner)}; echo; else echo absent; fi`);
/** The line after what ran beside the witness: its exit. */
const alsoEnd = "vps-test-also";
/**
* The table's line, then the reset for the next round, whatever became of this one's table; the node's clock and what
* runs there, a line each; then what another command reads at the same moment, and its exit: its failure is none of the
* witness, nor the witness's its own.
*/
const readNodeWitness = (owner, also, watched = null) => ({
	kind: "script",
	why: "witness: read and reset",
	idempotent: false,
	text: sh$1`
    ( ${listing(owner)} ) || echo; ( ${reset("node", owner)} ); echo "$(date +%s%3N) $(cut -d' ' -f1 /proc/uptime)"
    ran=$( ${watched === null ? raw$1(":") : lookAtProcesses(watched)}
    ); printf '%s\n' "${raw$1(`\${ran:-${processesWord}}`)}"
    ( ${raw$1(also === null ? ":" : also.kind === "script" ? also.text : render(also))}
    ); c=$?; echo; echo ${alsoEnd} "$c"`
});
/** The table's line, then the reset; in between the box's UDP connection tracking, where there is a table. */
const readBoxWitness = (owner) => ({
	kind: "script",
	why: "witness: read NAT box",
	idempotent: false,
	text: sh$1`set -eu; ${listing(owner)}; conntrack -L -p udp -o extended 2>/dev/null || exit 68; ${reset("box", owner)}`
});
const removeWitness = (owner) => ({
	kind: "script",
	why: "witness: remove",
	idempotent: true,
	text: removeTables(owner).raw
});

// src/instruments/processes-reading.ts
/** From the one line about processes to values; a line without its end is no look. */
function parseProcesses(line) {
	const [first, ...words] = line.split(" ");
	if (first !== "vps-test-processes" || words.at(-1) !== "end") return notRead("what runs there was not told in full");
	const looks = words.slice(0, -1).map(parseLook);
	return looks.every((l) => l !== null) ? thereIs(looks) : notRead("what runs there was told in other words");
}
function parseLook(word) {
	const [, role, pid, ticks, image = "", hash] = /^(service|port-owner):(\d{1,10}):(\d{1,19}):(\d{1,20}\.\d{1,20}):([0-9a-f]{64}|-)$/.exec(word) ?? [];
	return role === "service" || role === "port-owner" ? {
		pid: Number(pid),
		exeSha256: hash === "-" ? null : hash ?? null,
		startTicks: Number(ticks),
		image,
		role
	} : null;
}

// src/instruments/witness-reading.ts
/** Undefined where the line is no nft listing of our table. */
function parseCounters(line) {
	let objects;
	try {
		const value = JSON.parse(line);
		if (!Array.isArray(value.nftables)) return void 0;
		objects = value.nftables;
	} catch {
		return;
	}
	const sets = new Map(objects.flatMap((o) => o.set?.name === void 0 ? [] : [[o.set.name, o.set]]));
	if (![
		"in4",
		"out4",
		"in6",
		"out6"
	].every((s) => sets.has(s))) return void 0;
	const flows = (direction) => [`${direction}4`, `${direction}6`].flatMap((s) => (sets.get(s)?.elem ?? []).flatMap(flow));
	const count = (name) => sumOf(objects.find((o) => o.counter?.name === name)?.counter);
	const overflow = [...sets.values()].some((s) => (s.elem?.length ?? 0) >= (s.size ?? 65535));
	return {
		in: flows("in"),
		out: flows("out"),
		sent: ["sent4", "sent6"].flatMap((name) => (sets.get(name)?.elem ?? []).flatMap(sentFlow)),
		fragmentsIn: count("frag_in"),
		overflow
	};
}
const partsOf$2 = (e) => {
	const concat = e?.elem?.val?.concat;
	return Array.isArray(concat) ? concat : [];
};
const sumOf = (counter) => ({
	packets: counter?.packets ?? 0,
	bytes: counter?.bytes ?? 0
});
function flow(e) {
	const [remote, remotePort, localPort] = partsOf$2(e);
	if (typeof remote !== "string" || typeof remotePort !== "number" || typeof localPort !== "number") return [];
	return [{
		remote,
		remotePort,
		localPort,
		...sumOf(e?.elem?.counter)
	}];
}
function sentFlow(e) {
	const [remote, protocol, localPort, uid] = partsOf$2(e);
	if (typeof remote !== "string" || typeof localPort !== "number" || typeof uid !== "number") return [];
	if (typeof protocol !== "string" && typeof protocol !== "number") return [];
	return [{
		remote,
		protocol: String(protocol),
		localPort,
		uid,
		...sumOf(e?.elem?.counter)
	}];
}
/**
* `conntrack -L` lines. Begun from inside, the original tuple is the inside's view and the reply is addressed to the
* outside one; begun from outside
* (a full cone lets anybody begin), the original is addressed to the outside endpoint and the reply comes from the
* inside one.
*/
function parseMappings(lines) {
	return lines.flatMap((line) => {
		const [original, reply] = [...line.matchAll(/src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g)];
		if (!/\budp\b/.test(line) || original === void 0 || reply === void 0) return [];
		const [, source = "", destination = "", sourcePort, destinationPort] = original;
		const [, replySource = "", replyDestination = "", replySourcePort, replyDestinationPort] = reply;
		return replySource !== destination || replySourcePort !== destinationPort ? [{
			insideAddress: replySource,
			insidePort: Number(replySourcePort),
			outsideAddress: destination,
			outsidePort: Number(destinationPort),
			remote: source,
			remotePort: Number(sourcePort)
		}] : [{
			insideAddress: source,
			insidePort: Number(sourcePort),
			outsideAddress: replyDestination,
			outsidePort: Number(replyDestinationPort),
			remote: destination,
			remotePort: Number(destinationPort)
		}];
	});
}
function parseBox(stdout) {
	const [first = "", ...rest] = stdout.split("\n");
	const counters = parseCounters(first);
	return counters === void 0 ? null : {
		counters,
		mappings: parseMappings(rest)
	};
}

// src/instruments/witness.ts
/**
* Resets and reads the packet witness on nodes and NAT boxes; what cannot be read is not read, and counts as unwitnessed.
*/
const timeoutMs$2 = 3e4;
/** A node that has no lease of ours has no table of ours either: 0 is nobody's fencing number. */
const ownerOn = ({ tables }, node) => ({
	session: tables.session,
	fence: tables.fences.get(node) ?? 0,
	node
});
const nodeOf$1 = (world, name) => {
	const node = world.fleet.nodes.find((n) => n.name === name);
	if (node === void 0) throw new Error(`no node ${name} in fleet ${world.fleet.name}`);
	return node;
};
/** Where a node's NAT box is entered, or null where it has none. */
async function boxOn(world, node) {
	if (node.natBox === void 0) return null;
	const { at, enter } = boxOf(node.natBox);
	return {
		remote: at === "node" ? await world.remote(node.name) : world.here,
		wrap: (c) => inside(enter, c)
	};
}
/** A fresh table on every node and box; names what failed. */
async function resetWitnesses(world, nodes) {
	const result = await onEachNode(nodes, world.signal, async (name) => {
		const node = nodeOf$1(world, name);
		const box = await boxOn(world, node);
		const options = {
			timeoutMs: timeoutMs$2,
			signal: world.signal
		};
		return (await Promise.all([(await world.remote(name)).run(inside(placeOf(node.runtime), resetWitness("node", ownerOn(world, name))), options), ...box === null ? [] : [box.remote.run(box.wrap(resetWitness("box", ownerOn(world, name))), options)]])).filter((a) => a.code !== 0).map(reasonOf$1).join("; ");
	});
	return new Map([...[...result.done].filter(([, text]) => text !== ""), ...[...result.failed].map(([n, f]) => [n, f.message])]);
}
/** Reads and resets one node's counters; `also` runs in the same exec, and its lines come with them. */
async function readNode(world, name, also, watched = null) {
	return readLook(await (await world.remote(name)).run(inside(placeOf(nodeOf$1(world, name).runtime), readNodeWitness(ownerOn(world, name), also, watched)), {
		timeoutMs: timeoutMs$2,
		signal: world.signal
	}));
}
/** Each of the two by its own word. */
function readLook(result) {
	const [first = "", ...rest] = result.stdout.split("\n");
	const [clock = "", ran = "", ...lines] = rest.filter((l) => l !== "");
	const end = lines.at(-1)?.split(" ") ?? [];
	const counters = parseCounters(first);
	return {
		clock: parseClock(clock),
		processes: parseProcesses(ran),
		counters: first === "absent" ? { kind: "absent" } : counters === void 0 ? notRead(result.stderr.trim() === "" ? "no listing of our table" : reasonOf$1(result)) : thereIs(counters),
		lines: end[0] === "vps-test-also" && end[1] === "0" ? thereIs(lines.slice(0, -1)) : notRead(end[0] === "vps-test-also" ? `reading it ended with ${end[1]}` : reasonOf$1(result))
	};
}
/** Reads and resets a NAT box; null where there is none. */
async function readBox(world, name) {
	const box = await boxOn(world, nodeOf$1(world, name));
	if (box === null) return null;
	const result = await box.remote.run(box.wrap(readBoxWitness(ownerOn(world, name))), {
		timeoutMs: timeoutMs$2,
		signal: world.signal
	});
	if (result.code !== 0) return notRead(reasonOf$1(result));
	if (result.stdout.startsWith("absent\n")) return { kind: "absent" };
	const view = parseBox(result.stdout);
	return view === null ? notRead("no listing of our table") : thereIs(view);
}
const reasonOf$1 = ({ code, stderr }) => stderr.trim().slice(0, 200) || `exit ${String(code)}`;
/** Takes our tables away again; a node that does not answer keeps an inert one. */
async function removeWitnesses(world, nodes) {
	await onEachNode(nodes, world.signal, async (name) => {
		const node = nodeOf$1(world, name);
		const box = await boxOn(world, node);
		const options = {
			timeoutMs: timeoutMs$2,
			signal: world.signal
		};
		await Promise.all([(await world.remote(name)).run(inside(placeOf(node.runtime), removeWitness(ownerOn(world, name))), options), ...box === null ? [] : [box.remote.run(box.wrap(removeWitness(ownerOn(world, name))), options)]]);
	});
}

// src/domain/manifest.ts
/** The list of evidence files with their digests, and one root digest over all of them (spec §8). */
function manifestOf(files) {
	const sorted = files.map(({ path, bytes, sha256: digest }) => ({
		path,
		bytes,
		sha256: digest
	})).sort(byPath);
	return {
		files: sorted,
		root: rootOf(sorted)
	};
}
/** Every way in which the files found are not the ones listed; empty when equal to the byte. */
function manifestFaults(manifest, actual) {
	const faults = [];
	if (rootOf(manifest.files.toSorted(byPath)) !== manifest.root) faults.push("manifest.json: the root digest does not follow from the listed files");
	const listed = new Map(manifest.files.map((f) => [f.path, f]));
	if (listed.size !== manifest.files.length) faults.push("a file is listed twice");
	for (const { path } of manifest.files) if (!safe$1(path)) faults.push(`${JSON.stringify(path)} is no path inside the evidence folder`);
	const found = new Map(actual.map((f) => [f.path, f]));
	for (const [path, wanted] of listed) {
		const file = found.get(path);
		if (file === void 0) faults.push(`${JSON.stringify(path)} is missing`);
		else if (file.sha256 !== wanted.sha256) faults.push(`${JSON.stringify(path)} was changed: sha256 ${file.sha256}, listed ${wanted.sha256}`);
		else if (file.bytes !== wanted.bytes) faults.push(`${JSON.stringify(path)} has ${file.bytes} bytes, listed ${wanted.bytes}`);
	}
	for (const path of found.keys()) if (!listed.has(path)) faults.push(`${JSON.stringify(path)} is not listed`);
	return faults;
}
/** SHA-256 over one canonical JSON line per file, in the order of their paths' code units. */
const rootOf = (sorted) => sha256(sorted.map(({ path, bytes, sha256: digest }) => `${canonical({
	path,
	bytes,
	sha256: digest
})}\n`).join(""));
const byPath = (a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
const safe$1 = (path) => path !== "" && !path.startsWith("/") && !path.includes("\\") && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");

// src/commands/probe.ts
const dir = "/var/lib/vps-test/bin";
const probePath = (sha256) => `${dir}/vps-probe-${sha256.slice(0, 16)}`;
/** Prints `present` when the right prober is there. */
const findProbe = (sha256) => ({
	kind: "script",
	why: "look for the prober",
	idempotent: true,
	text: sh$1`f=${probePath(sha256)}; if [ -x "$f" ] && echo ${`${sha256}  `}"$f" | sha256sum -c --status; then echo present; else echo absent; fi`
});
/** Reads the gzipped prober from stdin. */
const installProbe = (sha256) => ({
	kind: "script",
	why: "install the prober",
	idempotent: true,
	text: sh$1`
    set -eu; mkdir -p ${dir}; f=${probePath(sha256)}; part="$f.$$.part"; trap 'rm -f "$part"' EXIT; trap 'exit 74' HUP INT TERM PIPE
    gzip -dc >"$part"; echo ${`${sha256}  `}"$part" | sha256sum -c --status || exit 65
    try="$f.$$.try"; printf '#!/bin/sh\n' >"$try"; chmod 755 "$try"
    "$try" 2>/dev/null || { rm -f "$try"; echo ${`${dir} is mounted noexec: nothing there can be executed`} >&2; exit 67; }; rm -f "$try"
    chmod 755 "$part"; mv -f "$part" "$f"`
});
/** Runs until stdin ends, at most `seconds`. */
const reflect = (program, place, pair, peer, seconds) => ({
	kind: "argv",
	why: "reflector",
	idempotent: false,
	argv: [
		...place,
		program,
		"reflect",
		"--ports",
		pair.ports.join(","),
		"--peer",
		peer,
		"--token",
		pair.token,
		"--seconds",
		String(seconds),
		"--until-eof"
	]
});
/** `waitMs`: how long an answer may take; the prober's own time unless told. */
const classify = (program, place, pair, waitMs) => ({
	kind: "argv",
	why: "measure the NAT",
	idempotent: true,
	argv: [
		...place,
		program,
		"classify",
		"--primary",
		pair.primary,
		"--secondary",
		pair.secondary,
		"--ports",
		pair.ports.join(","),
		"--token",
		pair.token,
		...waitMs === void 0 ? [] : ["--wait-ms", String(waitMs)]
	]
});
const receiveProbe = (sha256, place, port, token, seconds) => ({
	kind: "argv",
	why: "control: receive",
	idempotent: false,
	argv: [
		...place,
		probePath(sha256),
		"receive",
		"--port",
		String(port),
		"--token",
		token,
		"--seconds",
		String(seconds)
	]
});
const sendProbe = (sha256, place, p) => ({
	kind: "argv",
	why: "control: send",
	idempotent: true,
	argv: [
		...place,
		probePath(sha256),
		"send",
		"--to",
		p.to,
		"--bind-port",
		String(p.bindPort),
		"--token",
		p.token,
		"--nonce",
		p.nonce,
		"--bytes",
		String(p.bytes),
		"--count",
		"5",
		"--interval-ms",
		"150",
		"--timeout-ms",
		"1500"
	]
});
const wallSeconds = 60;
/**
* Drops one control's datagrams before anything can see them. The kernel takes the element away after a minute,
* whatever becomes of us; nobody else's packets match.
*/
const closePath = (place, owner, { from, to }) => {
	const t = wallTable(owner);
	return {
		kind: "argv",
		why: `close port ${to} to the control`,
		idempotent: true,
		argv: [
			...place,
			"nft",
			`add table inet ${t}; delete table inet ${t}; add table inet ${t}; add set inet ${t} closed { type inet_service . inet_service; flags timeout; }; add chain inet ${t} i { type filter hook prerouting priority -400; policy accept; }; add rule inet ${t} i udp sport . udp dport @closed drop; add element inet ${t} closed { ${from} . ${to} timeout ${wallSeconds}s }`
		]
	};
};
const openPath = (place, owner) => ({
	kind: "argv",
	why: "open the port again",
	idempotent: true,
	argv: [
		...place,
		"nft",
		`add table inet ${wallTable(owner)}; delete table inet ${wallTable(owner)}`
	]
});

// src/instruments/prober.ts
/** Puts our prober on nodes and reads its JSON lines. */
/** Uploads the prober to every node that has not got it. */
async function installProber(world, nodes) {
	const bytes = await world.probe();
	const digest = sha256(bytes);
	const packed = new Uint8Array(gzipSync(bytes));
	const on = await onEachNode(nodes, world.signal, async (name) => {
		const remote = await world.remote(name);
		const options = {
			timeoutMs: 6e4,
			signal: world.signal
		};
		if ((await remote.run(findProbe(digest), options)).stdout.trim() === "present") return true;
		const result = await remote.run(installProbe(digest), {
			...options,
			stdin: packed
		});
		if (result.code !== 0) throw new Failure({
			code: "I120",
			node: name,
			message: `${name}: cannot install the prober (exit ${result.code}): ${result.stderr.trim().slice(0, 200)}`,
			remedy: diagnoseNode(name, world.fleet)
		});
		return true;
	});
	return {
		sha256: digest,
		program: probePath(digest),
		on
	};
}
/** JSON objects among the lines; anything else is dropped. */
function events$1(text) {
	return text.split("\n").flatMap((line) => {
		try {
			const value = JSON.parse(line);
			return typeof value === "object" && value !== null && !Array.isArray(value) ? [value] : [];
		} catch {
			return [];
		}
	});
}
/** Lowercase hex of `n` random bytes. */
const randomHex = (world, n) => Buffer.from(world.random.bytes(n)).toString("hex");
/** A number in `[low, high]`, from unpredictable bytes. */
function randomInt(world, low, high) {
	return low + Buffer.from(world.random.bytes(6)).readUIntBE(0, 6) % (high - low + 1);
}

// src/stages/parts/begin-test.ts
/** Writes a test's beginning into the ledger before anything of it is done, and seals what earlier ones left behind. */
async function beginTest(world, plan, session, record) {
	const number = session.testsBegun + 1;
	const seed = randomHex(world, 32);
	const sessions = await world.ledger.all();
	const own = sessions.find((s) => s.id === session.id)?.entries ?? [];
	const program = programOf(own, session.id);
	const earlier = earlierTests(sessions, {
		session: session.id,
		project: plan.answers.project.value
	}, program);
	const left = testsBegunIn(own).filter((t) => t.end === null);
	const interrupted = [];
	for (const { test } of left) interrupted.push({
		test,
		evidenceRoot: await sealInterrupted(world.files, session.id, test)
	});
	await record({
		event: "begun",
		why: `test ${number} of ${program.binarySha256.slice(0, 12)}${left.length === 0 ? "" : `; begun before and not ended: ${left.map((t) => t.test).join(", ")}`}`,
		facts: {
			test: number,
			planDigest: planDigest(plan),
			...program,
			seedCommitment: seedCommitment(seed),
			earlier,
			interrupted
		}
	});
	return {
		number,
		folder: folderOf$1(number),
		seed
	};
}
/** Its root, so that nobody changes it afterwards; null where this machine has nothing of it. */
async function sealInterrupted(files, session, test) {
	const folder = folderOf$1(test);
	if (await files.exists(`${folder}/manifest.json`)) return JSON.parse(new TextDecoder().decode(await files.read(`${folder}/manifest.json`))).root;
	if ((await files.list(folder)).length === 0) return null;
	await files.write(`${folder}/evidence/interrupted.json`, json({
		session,
		test,
		why: "it did not end"
	}));
	const paths = await files.list(`${folder}/evidence`);
	const manifest = manifestOf(await Promise.all(paths.map(async (path) => {
		const data = await files.read(path);
		return {
			path: path.slice(folder.length + 1),
			bytes: data.length,
			sha256: sha256(data)
		};
	})));
	await files.write(`${folder}/manifest.json`, json(manifest));
	return manifest.root;
}
const json = (value) => `${JSON.stringify(value, null, 1)}\n`;

// src/collectors/logs.ts
/** The journal of every node's unit. */
/** Of one node, with the sentence that says so 4 MiB at most. */
const logBytes = (4 << 20) - 64;
const collectLogs = async ({ world, nodes, folder, unitOn }) => {
	return [...(await onEachNode(nodes, world.signal, async (name) => {
		const unit = unitOn(name);
		if (unit === null) return;
		const said = await (await world.remote(name)).run(journal(unit, 500), {
			timeoutMs: 3e4,
			signal: world.signal,
			maxBytes: logBytes
		});
		if (said.code !== 0) throw new Failure({
			code: "I319",
			node: name,
			message: `${name}: the journal cannot be read (exit ${String(said.code)}): ${said.stderr.trim().slice(0, 200)}`,
			remedy: diagnoseNode(name, world.fleet)
		});
		await world.files.write(`${folder}/logs/${name}.log`, said.truncated ? `${said.stdout}\n[cut after ${logBytes} bytes]\n` : said.stdout);
	})).failed].map(([n, f]) => ({
		what: `log of ${n}`,
		why: f.message
	}));
};

// src/collectors/registry.ts
/** The registry's own answers, as many as the profile asks to keep. */
const registry$1 = async ({ world, plan, nodes, folder }) => {
	const node = registryOf(world.fleet);
	if (node === void 0 || !nodes.includes(node.name)) return [];
	return [...(await onEachNode(plan.profile.registry?.keep ?? [], world.signal, async (path) => {
		const answer = await world.http(node.name, `${registryUrlOf(world.fleet, plan)}${path}`, 15e3);
		await world.files.write(`${folder}/registry/${path.slice(1).replaceAll("/", "-") || "root"}.json`, answer.body);
	})).failed].map(([path, f]) => ({
		what: `the registry's ${path}`,
		why: f.message
	}));
};

// src/collectors/collectors.ts
/** A person who verifies reads the same evidence; metrics are not asked for in this version. */
const collectors = {
	logs: [collectLogs, registry$1],
	metrics: [collectLogs, registry$1],
	"manual-verify": [collectLogs, registry$1],
	"all-evidence": [collectLogs, registry$1]
};

// src/stages/parts/collect.ts
/** Always done at the end of a test, whatever happened: what the proof method asks to be fetched. */
/** Writes below `folder` and names what could not be had. */
async function collect(world, plan, nodes, folder) {
	const unitOn = (name) => {
		const node = world.fleet.nodes.find((n) => n.name === name);
		return node === void 0 ? null : unitOf(plan, node)?.unit.name ?? null;
	};
	const missing = await Promise.all(collectors[plan.answers.proof.value].map((fetch) => fetch({
		world,
		plan,
		nodes,
		folder,
		unitOn
	})));
	const taken = world.concealer?.takenOut() ?? [];
	return [...missing.flat(), ...taken.map((what) => ({
		what: "evidence without secrets",
		why: `${what}: it was taken out before sealing`
	}))];
}

// src/domain/control-trial.ts
const isTrial = (name) => Object.hasOwn(trials, name);
/** Bytes of its payload; whether its way was closed on purpose. */
const trials = {
	"open-path": {
		bytes: 600,
		closed: false
	},
	"large-datagram": {
		bytes: 4096,
		closed: false
	},
	"closed-path": {
		bytes: 600,
		closed: true
	}
};
function controlOf$1(name, from, to, raw) {
	const { closed, bytes } = trials[name];
	const answer = eventOf(raw.answer);
	const sent = counted(raw.from, "out", raw.bindPort);
	const delivered = counted(raw.to, "in", raw.port);
	const fragments = raw.to?.fragmentsIn.bytes ?? 0;
	const whole = delivered.packets > 0 && delivered.bytes + fragments >= delivered.packets * bytes;
	const through = answer?.["acked"] === true && answer["hash_ok"] === true;
	return {
		name,
		from,
		to,
		expected: closed ? "blocked" : "through",
		seen: answer === null ? "error" : through ? "through" : "blocked",
		witnessed: raw.from !== null && raw.to !== null && sent.packets > 0 && (closed ? delivered.packets === 0 : whole),
		detail: `${sent.packets} sent, ${delivered.packets} delivered (${delivered.bytes} bytes), ${through ? "acknowledged with the right hash" : "not acknowledged"}`,
		raw: [raw]
	};
}
const eventOf = (answer) => typeof answer === "object" && answer !== null && "event" in answer && answer.event === "send-result" ? { ...answer } : null;
const counted = (c, direction, localPort) => (c?.[direction] ?? []).filter((f) => f.localPort === localPort).reduce((all, f) => ({
	packets: all.packets + f.packets,
	bytes: all.bytes + f.bytes
}), {
	packets: 0,
	bytes: 0
});

// src/instruments/controls.ts
/**
* Controls of every run (spec §3): our prober must get through an open path, must not through a closed one, and the
* packet witness must agree.
*/
/** The control pair: two public nodes, peers before bootstraps, that answered; none where there are not two. */
function controlPair(world, tried) {
	const open = world.fleet.nodes.filter((n) => tried.includes(n.name) && n.nat === "none" && n.role !== "registry");
	const [a, b] = [...open.filter((n) => n.role === "test"), ...open.filter((n) => n.role !== "test")];
	return a === void 0 || b === void 0 ? void 0 : [a, b];
}
/** All at once on the control pair, each on ports of its own, so that one reset and one reading serve them all. */
async function runControls(world, prober, [from, to]) {
	const base = randomInt(world, 28100, 28800);
	const places = Object.keys(trials).map((name, i) => ({
		name,
		...trials[name],
		port: base + i,
		bindPort: base + 1e3 + i,
		token: randomHex(world, 16),
		nonce: randomHex(world, 16)
	}));
	const remoteTo = await world.remote(to.name);
	const options = {
		timeoutMs: 3e4,
		signal: world.signal
	};
	const closed = places.find((p) => p.closed);
	const owner = ownerOn(world, to.name);
	if (closed !== void 0) {
		const wall = await remoteTo.run(closePath(placeOf(to.runtime), owner, {
			from: closed.bindPort,
			to: closed.port
		}), options);
		if (wall.code !== 0) throw new Failure({
			code: "I125",
			node: to.name,
			message: `${to.name}: cannot close a port for the control: ${wall.stderr.trim().slice(0, 200)}`,
			remedy: diagnoseNode(to.name, world.fleet)
		});
	}
	try {
		await resetWitnesses(world, [from.name, to.name]);
		const sent = await Promise.all(places.map((p) => send$1(world, prober.sha256, from, to, p)));
		const [a, b] = await Promise.all([readNode(world, from.name, null), readNode(world, to.name, null)]);
		return places.map(({ name, bindPort, port }, i) => controlOf$1(name, from.name, to.name, {
			answer: sent[i]?.result ?? { stderr: sent[i]?.stderr.slice(0, 500) ?? "" },
			from: valueOf(a.counters),
			to: valueOf(b.counters),
			bindPort,
			port
		}));
	} finally {
		if (closed !== void 0) await remoteTo.run(openPath(placeOf(to.runtime), owner), {
			timeoutMs: 1e4,
			signal: AbortSignal.timeout(1e4)
		});
	}
}
/** Starts the receiver, waits until it listens, sends, and ends the receiver. */
async function send$1(world, prober, from, to, p) {
	const stop = new AbortController();
	const remoteTo = await world.remote(to.name);
	let received = Promise.resolve();
	try {
		await new Promise((resolve, reject) => {
			received = remoteTo.run(receiveProbe(prober, placeOf(to.runtime), p.port, p.token, 15), {
				timeoutMs: 2e4,
				signal: AbortSignal.any([world.signal, stop.signal]),
				onLine: (l) => {
					if (l.includes("\"ready\"")) resolve();
				}
			}).then((r) => {
				reject(new Failure({
					code: "I124",
					node: to.name,
					message: `${to.name}: the control receiver ended early: ${r.stderr.slice(0, 200)}`
				}));
			}, reject);
		});
		const command = sendProbe(prober, placeOf(from.runtime), {
			to: hostPort(to.ip, p.port),
			bindPort: p.bindPort,
			token: p.token,
			nonce: p.nonce,
			bytes: p.bytes
		});
		const sent = await (await world.remote(from.name)).run(command, {
			timeoutMs: 3e4,
			signal: world.signal
		});
		return {
			result: events$1(sent.stdout).find((e) => e["event"] === "send-result"),
			stderr: sent.stderr
		};
	} finally {
		stop.abort(/* @__PURE__ */ new Error("control over"));
		await received.catch(() => void 0);
	}
}

// src/domain/nat-event.ts
/** Undefined where the prober says that it does not know, or says something else. */
function natOf(node, event) {
	if (typeof event !== "object" || event === null) return void 0;
	const nat = event;
	const [mapping, filtering] = [String(nat["mapping"]), String(nat["filtering"])];
	if (nat["event"] !== "nat" || typeof nat["behind_nat"] !== "boolean" || ![
		"EIM",
		"ADM",
		"APDM"
	].includes(mapping) || ![
		"EIF",
		"ADF",
		"APDF"
	].includes(filtering)) return void 0;
	const addresses = (Array.isArray(nat["mapped"]) ? nat["mapped"] : []).map((m) => String(m?.addr ?? "").replace(/:\d+$/, "")).filter((a) => a !== "");
	return {
		node,
		mapping: !nat["behind_nat"] ? "none" : mapping,
		filtering,
		stable: typeof nat["stable"] === "boolean" ? nat["stable"] : null,
		portPreserving: nat["port_preserving"] === true,
		externalAddresses: [...new Set(addresses)].sort(),
		hairpin: nat["hairpin"] === "external-source" || nat["hairpin"] === "internal-source" ? nat["hairpin"] : "none",
		raw: [nat]
	};
}

// src/instruments/nat.ts
/**
* Measures every node's NAT from inside its own network namespace, with pairs of public nodes as reflectors (RFC 5780
* §4.3, §4.4).
*/
/**
* Classifies the nodes that have the prober. A node that is a reflector itself is measured by two others. `known`: what
* was measured before; a node that answers something else is asked once more, because packets get lost.
*/
async function measureNats(world, prober, known = []) {
	const failed = /* @__PURE__ */ new Map();
	prober.on.failed.forEach((f, n) => failed.set(n, f));
	const able = world.fleet.nodes.filter((n) => prober.on.done.has(n.name));
	const stop = new AbortController();
	const signal = AbortSignal.any([world.signal, stop.signal]);
	const post = {
		world,
		prober,
		signal,
		stdins: [],
		running: []
	};
	try {
		const pairs = await startReflectors(post, able.filter((n) => n.nat === "none" && n.runtime.kind === "systemd"), failed);
		const seen = await onEachNode(able.map((n) => n.name), world.signal, async (name) => {
			const node = able.find((n) => n.name === name);
			const chosen = pairFor(pairs, name)[0];
			if (chosen === void 0) throw new Failure({
				code: "I122",
				node: name,
				message: `${name}: no two other public nodes answer, so its NAT cannot be measured`,
				remedy: listNodes(world.fleet)
			});
			const remote = await world.remote(name);
			const ask = async () => {
				const r = await remote.run(classify(prober.program, placeOf(node.runtime), chosen.pair, prober.waitMs), {
					timeoutMs: 3e4,
					signal
				});
				return {
					...r,
					nat: readMeasurement(node, r.stdout)
				};
			};
			const answer = await measuredAgain(ask, known.find((m) => m.node === name));
			if (answer.nat === void 0) throw new Failure({
				code: "I123",
				node: name,
				message: `${name}: the prober cannot tell (UDP blocked, or too many packets lost): ${(answer.stderr || answer.stdout).trim().slice(0, 200)}`,
				remedy: diagnoseNode(name, world.fleet)
			});
			return answer.nat;
		});
		seen.failed.forEach((f, n) => failed.set(n, f));
		return {
			measurements: [...seen.done.values()],
			failed
		};
	} finally {
		post.stdins.forEach((s) => s.end());
		AbortSignal.timeout(3e3).addEventListener("abort", () => stop.abort(/* @__PURE__ */ new Error("survey over")));
		await Promise.allSettled(post.running);
	}
}
/** Packets get lost: the prober then says that it does not know, or takes a silence for a refusal. */
async function measuredAgain(ask, before) {
	const known = async () => {
		const first = await ask();
		return first.nat === void 0 ? ask() : first;
	};
	const answer = await known();
	return answer.nat !== void 0 && before !== void 0 && natChange(before, answer.nat) !== null ? known() : answer;
}
/**
* Reflectors on the first three public nodes, in three pairs, so that each of the three can be measured by the other
* two. A node where one does not start is passed over.
*/
async function startReflectors(post, candidates, failed) {
	const pairs = reflectorPairs(post.world, candidates);
	const hosts = pairs.flatMap((r) => [{
		pair: r.pair,
		host: r.hosts[0],
		peer: r.hosts[1].ip
	}, {
		pair: r.pair,
		host: r.hosts[1],
		peer: r.hosts[0].ip
	}]);
	const broken = /* @__PURE__ */ new Map();
	await Promise.all(hosts.map((h) => startReflector(post, h).catch((e) => {
		broken.set(h.host.name, asFailure(e, h.host.name));
	})));
	post.world.signal.throwIfAborted();
	if (broken.size === 0) return pairs;
	broken.forEach((f, n) => failed.set(n, f));
	return startReflectors(post, candidates.filter((n) => !broken.has(n.name)), failed);
}
/** Resolves when it listens; its end is awaited by the survey. */
async function startReflector({ world, prober, signal, stdins, running }, { pair, host, peer }) {
	const remote = await world.remote(host.name);
	const stdin = new PassThrough();
	stdins.push(stdin);
	await new Promise((resolve, reject) => {
		const done = remote.run(reflect(prober.program, placeOf(host.runtime), pair, peer, 90), {
			timeoutMs: 1e5,
			signal,
			stdin,
			onLine: (line) => {
				if (line.includes("\"ready\"")) resolve();
			}
		});
		running.push(done.then((r) => {
			reject(new Failure({
				code: "I121",
				node: host.name,
				message: `${host.name}: the reflector ended early: ${(r.stderr || r.stdout).trim().slice(0, 200)}`
			}));
		}, reject));
	});
}
function reflectorPairs(world, [a, b, c]) {
	const combos = a === void 0 || b === void 0 ? [] : c === void 0 ? [[a, b]] : [
		[a, b],
		[b, c],
		[a, c]
	];
	const base = randomInt(world, 21e3, 28e3);
	return combos.map((hosts, i) => ({
		hosts,
		pair: {
			primary: hosts[0].ip,
			secondary: hosts[1].ip,
			ports: [base + 2 * i, base + 2 * i + 1],
			token: randomHex(world, 16)
		}
	}));
}
const pairFor = (pairs, node) => pairs.filter((p) => p.hosts.every((h) => h.name !== node)).slice(0, 1);
/** Undefined where the prober got no answer, or says that it does not know. */
const readMeasurement = (node, stdout) => natOf(node.name, events$1(stdout).find((e) => e["event"] === "nat"));

// src/commands/as-nobody.ts
/** Takes every right from what follows it: a subject that could write nft could write the witness. */
const asNobody = [
	"setpriv",
	`--reuid=${nobody$1}`,
	`--regid=${nobody$1}`,
	"--clear-groups",
	"--inh-caps=-all",
	"--bounding-set=-all",
	"--no-new-privs",
	"--"
];

// src/commands/subject-run.ts
/**
* Code of the project on a node, once: as nobody, in a cgroup of its own, bounded in time and output, ended whole; its
* end is known from inside.
*/
const errorBytes = 4096;
/** Exit of the wrapper that found no way to keep the program's processes together. */
const noCgroup = 71;
/**
* Prints `vps-test-run <started> <exit> <centiseconds> <sha256 of the program's file> <end of its errors, base64>`, then
* its output. Its status goes to a file that the program has no descriptor of, in a folder that is closed to it; what
* holds its output when its main process has ended is killed, so that nothing keeps the channel open. A program that
* cannot be executed (no such file, a file system without exec) was not started.
*/
const subjectRun = ({ why, place, program, args, seconds, output }) => ({
	kind: "script",
	why,
	idempotent: false,
	text: sh$1`cd /
    m=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
    d=$(mktemp -d /run/vps-test-run.XXXXXX) || exit ${noCgroup}; g=$m/${raw$1("${d##*/}")}
    end_all() {
      n=0; until rmdir "$g" 2>/dev/null || [ ! -d "$g" ]; do
        echo 1 2>/dev/null >"$g/cgroup.kill" || { p=$(cat "$g/cgroup.procs"); [ -z "$p" ] || kill -s KILL $p; } 2>/dev/null
        n=$((n + 1)); [ "$n" -lt 500 ] || return 1; sleep 0.01
      done
    }
    trap 'end_all; rm -rf "$d"' EXIT; trap 'exit 74' HUP INT TERM PIPE
    [ -n "$m" ] && mkdir "$g" && [ -w "$g/cgroup.procs" ] || { echo "no cgroup2 that can be written" >&2; exit ${noCgroup}; }
    : >"$d/started"; : >"$d/ended"; exec 5<&0
    uptime() { IFS=' .' read -r s c rest </proc/uptime; echo "$s$c"; }
    { {
      began=$(uptime)
      ( echo 0 >"$g/cgroup.procs" || exit ${noCgroup}
        exec ${place} timeout -k 2 ${seconds} ${asNobody} sh -c ${inner} ${program} ${args} ) <&5 5<&- 2>&4 4>&- 3>"$d/started" &
      p=$!; { sha256sum <${program}; } 2>/dev/null | cut -c1-64 >"$d/hash"; wait "$p"; code=$?
      end_all || :
      echo "$code $(( $(uptime) - began ))" >"$d/ended"
    } | { ${raw$1(output.keep === "beginning" ? `head -c ${output.bytes}; cat >/dev/null` : `tail -c ${output.bytes}`)}; } >"$d/out"; } 4>&1 | tail -c ${errorBytes} >"$d/err"
    read -r started <"$d/started" || started=no; read -r ended <"$d/ended" || ended='- -'
    read -r hash <"$d/hash" || hash=-
    echo "vps-test-run $started $ended $hash $(base64 <"$d/err" | tr -d '\n')"; cat "$d/out"`
});
/** Runs as nobody already, so that the answer is the program's own. */
const inner = "if [ -x \"$0\" ]; then echo started >&3; exec 3>&-; exec \"$0\" \"$@\"; fi; echo \"$0 cannot be executed: no such file, or a file system or mode that forbids it\" >&2; exit 126";
/** What `timeout` and a shell say of a command that was stopped: SIGTERM, SIGKILL. */
const stopped = [124, 137];
/** `stderr`: what the wrapper itself said. What a login file printed before stands before the first line of ours. */
function readSubjectRun(stdout, stderr, seconds) {
	const found = /^vps-test-run (started|no) (\d+|-) (\d+|-) ([0-9a-f]{64}|-) ([A-Za-z0-9+/=]*)$/m.exec(stdout);
	if (found === null) return {
		kind: "not-started",
		why: said$1(stderr)
	};
	const errors = Buffer.from(found[5] ?? "", "base64").toString("utf8");
	if (found[1] === "no" || found[2] === "-") return {
		kind: "not-started",
		why: `${said$1(errors.trim() === "" ? stderr : errors)} (exit ${found[2]})`
	};
	const [code, centiseconds] = [Number(found[2]), Number(found[3])];
	return {
		kind: "ended",
		code,
		sha256: found[4] === "-" ? null : found[4] ?? null,
		late: stopped.includes(code) && centiseconds >= seconds * 100 - 1,
		output: stdout.slice(found.index + found[0].length + 1),
		errors
	};
}
const said$1 = (errors) => errors.trim().split("\n").at(-1)?.slice(0, 200) || "it said nothing";

// src/commands/self-test.ts
/** Nobody answers, so nobody needs to know it. */
const anyHex = "0".repeat(32);
/** A fresh table, one packet of our prober, then what a round's look reads: that packet, and what reads a record. */
const selfTestWitness = (owner, packet, record) => {
	const [reset, read] = [resetWitness("node", owner), readNodeWitness(owner, record)];
	if (reset.kind !== "script" || read.kind !== "script") throw new Error("the witness is read by scripts");
	const send = [
		"--to",
		packet.to,
		"--bind-port",
		String(packet.bindPort),
		"--token",
		anyHex,
		"--nonce",
		anyHex
	];
	const once = [
		"--bytes",
		"100",
		"--count",
		"1",
		"--interval-ms",
		"1",
		"--timeout-ms",
		"50"
	];
	return {
		kind: "script",
		why: "self test: witness",
		idempotent: false,
		text: sh$1`( ${raw$1(reset.text)}
      ) || exit 66
      ${[
			packet.program,
			"send",
			...send,
			...once
		]} >/dev/null 2>&1
      ${raw$1(read.text)}`
	};
};
const selfTestSeconds = 10;
/** Whether a program can be run as the dialler is, and the deployed one executed by nobody; exit 0 when so. */
const selfTestRun = (binary) => subjectRun({
	why: "self test: run",
	place: [],
	program: "/bin/sh",
	args: [
		"-c",
		"/bin/true && [ -x \"$0\" ]",
		binary
	],
	seconds: 10,
	output: {
		keep: "beginning",
		bytes: 100
	}
});

// src/instruments/self-test.ts
/** One control for each node; `seen` is `through` where all of it works. */
async function selfTest(world, nodes, { prober, binary, record, when }) {
	const tested = await onEachNode(nodes, world.signal, async (name) => {
		const node = world.fleet.nodes.find((n) => n.name === name);
		const other = world.fleet.nodes.find((n) => n.name !== name);
		if (node === void 0 || other === void 0) throw new Error(`no pair of nodes for ${name}`);
		const remote = await world.remote(name);
		const bindPort = randomInt(world, 29900, 30800);
		const packet = {
			program: prober,
			to: `${other.ip}:9`,
			bindPort
		};
		const options = {
			timeoutMs: 3e4,
			signal: world.signal
		};
		const [look, run] = await Promise.all([remote.run(inside(placeOf(node.runtime), selfTestWitness(ownerOn(world, name), packet, record)), options), remote.run(selfTestRun(binary), options)]);
		const end = readSubjectRun(run.stdout, run.stderr, 10);
		return troubleOf({
			look: readLook(look),
			end,
			bindPort,
			binary
		});
	});
	return nodes.map((name) => controlOf(name, when, tested.done.get(name) ?? tested.failed.get(name)?.message ?? null));
}
/** Null: nothing is wrong. */
function troubleOf(of) {
	const { counters, lines } = of.look;
	if (counters.kind === "absent") return "its packet witness cannot be made: the table is gone at once";
	if (counters.kind === "not-read") return `its packet witness cannot be read: ${counters.why}`;
	if (!counters.value.out.some((f) => f.localPort === of.bindPort && f.packets > 0)) return "its packet witness did not count our own prober's packet";
	if (lines.kind === "not-read") return `the receiver's record cannot be read there: ${lines.why}`;
	if (of.end.kind === "not-started") return `no program can be run there: ${of.end.why}`;
	if (of.end.code !== 0) return `${of.binary} cannot be executed there (exit ${of.end.code})`;
	return null;
}
const controlOf = (node, when, trouble) => ({
	name: when === "before" ? "self-test" : "self-test-after",
	from: node,
	to: node,
	expected: "through",
	seen: trouble === null ? "through" : "error",
	witnessed: trouble === null,
	detail: trouble ?? "",
	raw: []
});

// src/commands/dial.ts
/** Of what it prints, from its beginning. */
const keptBytes$1 = 1 << 18;
/** Ended whole after `seconds` on the node itself; read by `readSubjectRun`. */
const dial$1 = (why, place, binary, args, seconds) => subjectRun({
	why,
	place,
	program: binary,
	args,
	seconds,
	output: {
		keep: "beginning",
		bytes: keptBytes$1
	}
});

// src/suites/dialects/testnet-jsonl.ts
const methods = [
	"direct",
	"hole_punched",
	"relayed"
];
const method = (value) => typeof value === "string" && methods.includes(value) ? value : null;
const text$2 = (value) => typeof value === "string" ? value : null;
const number = (value) => typeof value === "number" && Number.isFinite(value) ? value : null;
function readTestnetClaim(stdout, exitCode) {
	const seen = events$1(stdout);
	const connected = seen.filter((e) => e["event"] === "connected");
	const result = seen.findLast((e) => e["event"] === "result");
	return {
		success: typeof result?.["success"] === "boolean" ? result["success"] : null,
		method: method(result?.["method"] ?? connected.at(-1)?.["method"]),
		remote: text$2(connected.at(-1)?.["remote"]),
		connectMs: number(result?.["connect_ms"] ?? connected[0]?.["connect_ms"]),
		error: text$2(result?.["error"]),
		upgraded: connected[0]?.["method"] === "relayed" && connected.slice(1).some((e) => e["method"] !== "relayed"),
		exitCode,
		lines: stdout.split("\n").filter((l) => l !== "").slice(0, 60).map((l) => l.slice(0, 1e3))
	};
}

// src/suites/dialects/dialects.ts
const dialectReaders = { "testnet-jsonl": readTestnetClaim };

// src/suites/drivers/driver.ts
/** Of a program that said nothing. */
const noClaim = {
	success: null,
	method: null,
	remote: null,
	connectMs: null,
	error: null,
	upgraded: false,
	exitCode: null,
	lines: []
};

// src/suites/drivers/commanded.ts
/** A program that is told to dial: one short-lived process for each connection. */
const commanded = (how) => ({
	rounds: (planned) => planned,
	connect: (world, plan, wanted) => connect$1(how, world, plan, wanted)
});
async function connect$1(how, world, plan, wanted) {
	const { from, to, seconds } = wanted;
	const args = fillTemplate("dial", how.args, {
		registryUrl: registryUrlOf(world.fleet, plan),
		peerId: wanted.peerId,
		localPort: String(wanted.localPort),
		bytes: String(wanted.bytes),
		nonce: wanted.nonce,
		timeoutMs: String(seconds * 1e3),
		timeoutSeconds: String(seconds),
		bootstraps: bootstrapsFor(world.fleet, plan)
	});
	const binary = currentBinary({
		installPath: plan.config.deploy.installPath,
		name: plan.config.binary.name
	});
	const remote = await world.remote(from.name);
	const limit = seconds + 3;
	const result = await remote.run(dial$1(`dial ${to}`, placeOf(from.runtime), binary, args, limit), {
		timeoutMs: (seconds + 20) * 1e3,
		signal: world.signal,
		maxBytes: 1 << 19,
		...wanted.payload === null ? {} : { stdin: wanted.payload }
	});
	const end = readSubjectRun(result.stdout, result.stderr, limit);
	if (end.kind === "not-started") throw new Failure({
		code: "I126",
		node: from.name,
		message: `${from.name}: the dialler could not be started: ${end.why}`,
		remedy: diagnoseNode(from.name, world.fleet)
	});
	return {
		claim: isDialect(how.dialect) ? dialectReaders[how.dialect](end.output, end.code) : noClaim,
		sha256: end.sha256
	};
}

// src/suites/drivers/observed.ts
/**
* A program that connects by itself: one window in which it may, and no claim. A suite that needs more says so
* (`Suite.unable`).
*/
const observed = () => ({
	rounds: (planned) => planned.length === 0 ? [] : [planned.flat()],
	async connect(world, _, { seconds }) {
		await world.clock.sleep(seconds * 1e3, world.signal);
		return {
			claim: noClaim,
			sha256: null
		};
	}
});

// src/suites/drivers/drivers.ts
const drivers = {
	commanded,
	observed
};
const driverOf = ({ dial }) => make$1(dial);
const make$1 = (how) => drivers[how.kind](how);

// src/suites/ghost.ts
/** Null: the program cannot be told whom to dial. */
async function ghostControl(world, plan, from) {
	if (plan.profile.dial.kind !== "commanded") return null;
	const control = {
		name: "nonexistent-peer",
		from: from.name,
		to: "nobody",
		expected: "no-claim"
	};
	const told = await driverOf(plan.profile).connect(world, plan, {
		from,
		to: "nobody",
		peerId: randomHex(world, 32),
		localPort: randomInt(world, 21e3, 27900),
		bytes: 1e3,
		nonce: randomHex(world, 16),
		payload: plan.profile.payload.kind === "given" ? world.random.bytes(1e3) : null,
		seconds: 4
	}).catch((error) => asFailure(error, from.name));
	world.signal.throwIfAborted();
	if (told instanceof Failure) return {
		...control,
		seen: "error",
		witnessed: true,
		detail: `did not run: ${told.message}`,
		raw: []
	};
	const { claim } = told;
	return {
		...control,
		seen: claim.success === true ? "claimed" : claim.success === false ? "no-claim" : "error",
		witnessed: true,
		detail: claim.error ?? `exit ${String(claim.exitCode)}`,
		raw: claim.lines
	};
}

// src/suites/readers/http.ts
const timeoutMs$1 = 1e4;
const longestAnswer = 4 << 20;
/** The program listens on the node itself; what is no JSON, or no answer of success, is no record. */
const overHttp = (by) => ({
	kind: "over-http",
	async ask(world, node, nonce) {
		const { port, path, list, fields } = by;
		const url = `http://127.0.0.1:${port}${path.replaceAll("{nonce}", encodeURIComponent(nonce))}`;
		const answer = await world.http(node, url, timeoutMs$1);
		if (answer.status !== 200 || answer.body.length > longestAnswer) return null;
		const found = listAt(Buffer.from(answer.body).toString("utf8"), list).find((o) => o[fields.nonce] === nonce);
		return found === void 0 ? null : recordIn(by, JSON.stringify(found), nonce);
	}
});

// src/commands/record.ts
/** What came of reading goes past the pipe, which hides it: a text that could not be read has no lines that say so. */
const matching = (text, nonces) => sh$1`
  { failed=$({ { ${text} || echo failed >&3; } | grep -F ${nonces.flatMap((n) => ["-e", n])} | head -n 20; } 3>&1 >&4); } 4>&1
  [ -z "$failed" ] || exit 65`;
/**
* Lines of a file that carry one of the nonces; none where there is no such file. A file that was rotated is read where
* the unit's process still has it open, and under the name that rotation gives it. What is no regular file (a pipe, a
* device) is no record: only the program itself can have put it there, and it holds nobody up.
*/
const fileLines = (path, unit, nonces) => ({
	kind: "script",
	why: "record: file",
	idempotent: true,
	text: sh$1`p=${path}; pid=$(systemctl show ${unit} -p MainPID --value 2>/dev/null) || pid=0; [ -n "$pid" ] || pid=0
    rotated() { for f in "/proc/$pid/fd"/*; do
      case "$(readlink "$f")" in "$p"|"$p.1") ;; "$p"*) echo "$f";; esac; done 2>/dev/null; }
    newest() { for f in "$p" "$p.1" $(rotated); do
      if [ -f "$f" ]; then timeout 10 tail -c 1048576 "$f" || [ ! -f "$f" ] || return 1; echo; fi; done; }
    ${raw$1(matching(raw$1("newest"), nonces))}`
});
/** Lines of a unit's journal that carry one of the nonces. */
const journalLines = (unit, nonces) => ({
	kind: "script",
	why: "record: journal",
	idempotent: true,
	text: sh$1`newest() { journalctl --no-pager --quiet --output=cat --lines=20000 --unit ${unit}; }
    ${raw$1(matching(raw$1("newest"), nonces).replace("| grep", "| tail -c 1048576 | grep"))}`
});

// src/suites/readers/reader.ts
/** The first line that is a record. */
function firstRecord(lines, read) {
	for (const line of lines) {
		const record = read(line);
		if (record !== null) return record;
	}
	return null;
}

// src/suites/readers/json-lines.ts
/** Records as lines of JSON in a file; the profile's data names the fields. */
const jsonLines = (by) => ({
	kind: "on-node",
	command: ({ config: { deploy } }, nonces) => fileLines(by.path.replaceAll("{dataDir}", dataDir(deploy.serviceName)), deploy.serviceName, nonces),
	parse: (lines, nonce) => firstRecord(lines, (line) => recordIn(by, line, nonce))
});

// src/suites/readers/log-lines.ts
/**
* Records as lines of a log, in the unit's journal or a file; a regular expression with named groups takes them apart.
*/
const logLines = (by) => ({
	kind: "on-node",
	command: ({ config: { deploy } }, nonces) => by.path === null ? journalLines(deploy.serviceName, nonces) : fileLines(by.path.replaceAll("{dataDir}", dataDir(deploy.serviceName)), deploy.serviceName, nonces),
	parse: (lines, nonce) => firstRecord(lines, (line) => recordIn(by, line.slice(0, longestRecord), nonce))
});

// src/suites/readers/readers.ts
const readers = {
	jsonl: jsonLines,
	log: logLines,
	http: overHttp,
	none: () => ({ kind: "none" })
};
const readerOf = ({ record }) => make(record);
const make = (record) => readers[record.kind](record);

// src/stages/parts/steady-clock.ts
/** Durations and pauses of a test do not depend on who sets the wall clock meanwhile. */
function steadyClock(clock) {
	const [wall, began] = [clock.now(), clock.monotonic()];
	return {
		...clock,
		now: () => wall + Math.round(clock.monotonic() - began)
	};
}
const momentOf = (clock) => ({
	wallMs: clock.now(),
	monotonicMs: Math.round(clock.monotonic())
});

// src/stages/parts/open-bench.ts
/**
* Sets up what every suite of a test stands on: what runs, the prober, measured NATs, controls, a driver and a reader.
*/
async function openBench(plan, session, world, nodes, { number, seed, wall }) {
	const [{ before, looked }, prober] = await Promise.all([provenProcesses(world, plan, nodes).then((found) => ({
		before: found,
		looked: momentOf(wall)
	})), installProber(world, nodes)]);
	world.log.info("test: measuring NATs, running the controls");
	const reader = readerOf(plan.profile);
	const { installPath } = plan.config.deploy;
	const selfTestOn = (on, when) => selfTest(world, on, {
		prober: prober.program,
		binary: currentBinary({
			installPath,
			name: plan.config.binary.name
		}),
		record: reader.kind === "on-node" ? reader.command(plan, [randomHex(world, 16)]) : null,
		when
	});
	const peers = peersOf(world.fleet).map((n) => n.name);
	const own = await selfTestOn(nodes.filter((n) => peers.includes(n)), "before");
	const unfit = [...unfitNodes(own)].map(([node, why]) => ({
		node,
		why
	}));
	unfit.forEach(({ node, why }) => world.log.warn(`${node}: left out: ${why}`));
	const fit = nodes.filter((n) => unfit.every((u) => u.node !== n));
	const [survey, ran] = await Promise.all([measureNats(world, prober), allControls(world, plan, prober, fit)]);
	const controls = [...ran, ...own];
	survey.failed.forEach((f, n) => world.log.warn(`${n}: NAT not measured: ${f.message}`));
	ran.forEach((c) => world.log.info(`  control ${c.name}: ${c.seen}, expected ${c.expected} (${c.detail})`));
	const shipped = session.newest.DEPLOY;
	const peerIds = new Map(Object.entries(shipped?.event === "deployed" ? shipped.facts.peerIds : {}));
	return {
		bench: {
			world,
			plan,
			test: number,
			seed,
			nodes: fit,
			measurements: survey.measurements,
			subjects: {
				peerIds,
				ports: boundPorts(plan.profile.servicePort, before)
			},
			driver: driverOf(plan.profile),
			reader
		},
		survey,
		controls,
		before,
		unfit,
		testAgain: async (on) => withCauses(await selfTestOn(on, "after"), await causesOn(world, plan, on)),
		looked,
		surveyAgain: () => measureNats(world, prober, survey.measurements)
	};
}
/** What of a machine explains that the program fails there. */
async function causesOn(world, plan, nodes) {
	const asked = await onEachNode(nodes, world.signal, async (name) => {
		const node = world.fleet.nodes.find((n) => n.name === name);
		const planned = node === void 0 ? null : unitOf(plan, node);
		if (node === void 0 || planned === null) return null;
		const { unit, listens } = planned;
		const place = placeOf(node.runtime);
		const releases = plan.config.deploy.installPath;
		const told = await askWhy(world, name, {
			unit: unit.name,
			place,
			listens,
			releases
		});
		return told === null ? null : causeOf(told.diagnosis);
	});
	return new Map([...asked.done].flatMap(([name, cause]) => cause === null ? [] : [[name, cause.why]]));
}
/** Where a machine explains a failure, the program is not blamed for it. */
const withCauses = (tested, causes) => tested.map((c) => {
	const why = causes.get(c.from);
	return why === void 0 || c.seen !== "through" ? c : {
		...c,
		seen: "error",
		witnessed: false,
		detail: why
	};
});
/** What runs on each node now, by the kernel's word. */
async function provenProcesses(world, plan, nodes) {
	return [...(await onEachNode(nodes, world.signal, async (name) => {
		const node = world.fleet.nodes.find((n) => n.name === name);
		const unit = node === void 0 ? null : unitOf(plan, node);
		if (node === void 0 || unit === null) return null;
		const { proof, unitSha256 } = await provenProcess(world, name, unit.unit.name);
		const changed = deployedUnitOf(plan, node) !== null && unitSha256 !== sha256(unitText(unit.unit));
		return proof?.unitFile === "ours" && changed ? {
			...proof,
			unitFile: "changed"
		} : proof;
	})).done.values()].filter((p) => p !== null);
}
async function allControls(world, plan, prober, fit) {
	const pair = controlPair(world, [...prober.on.done.keys()].filter((n) => fit.includes(n)));
	if (pair === void 0) return [];
	const ours = runControls(world, prober, pair).catch((error) => {
		world.signal.throwIfAborted();
		if (!(error instanceof Failure) || error.kind !== "transport" && error.kind !== "infra") throw error;
		world.log.warn(`the controls did not run: ${error.message}`);
		return [];
	});
	const [own, ghost] = await Promise.all([ours, ghostControl(world, plan, pair[0])]);
	return [...own, ...ghost === null ? [] : [ghost]];
}

// src/commands/owners-text.ts
const ownersText = ({ why, place, text, seconds, maxBytes }) => subjectRun({
	why,
	place,
	program: "/bin/sh",
	args: ["-c", text],
	seconds,
	output: {
		keep: "end",
		bytes: maxBytes
	}
});

// src/commands/kept.ts
/**
* Payloads as they lie with the callee, hashed by a command of ours: the one thing of a delivery that no program can say
* without having it.
*/
/** More than any payload: a file without end holds nobody up. */
const longest$1 = 64 << 20;
/**
* One line for each file: `kept <bytes> <sha256>`, `absent`, or `unread`; then what another command prints. Only a
* regular file is one that is kept: a link or a pipe can only be the program's own doing.
*/
const keptPayloads = (paths, also) => ({
	kind: "script",
	why: "record: payloads and lines",
	idempotent: true,
	text: sh$1`for f in ${paths}; do
      if [ ! -f "$f" ] || [ -L "$f" ]; then echo absent; continue; fi
      s=$(stat -c %s "$f") && h=$(timeout 10 head -c ${longest$1} "$f" | sha256sum | cut -c1-64) && echo "kept $s $h" || echo unread
    done
    ${raw$1(also === null ? ":" : also.kind === "script" ? also.text : render(also))}`
});
function keptIn(line) {
	const [, bytes, sha256 = ""] = /^kept (\d{1,15}) ([0-9a-f]{64})$/.exec(line) ?? [];
	if (bytes !== void 0) return thereIs({
		bytes: Number(bytes),
		sha256
	});
	return line === "absent" ? { kind: "absent" } : notRead("the payload could not be hashed");
}

// src/suites/attempt.ts
function prepare({ world, plan: { profile }, subjects, test, seed }, pair, round, repetition, ports) {
	const id = `${test}.${round}.${pair.from}.${pair.to}`;
	const nonce = nonceOf(seed, id);
	const range = profile.payload.kind === "opaque" ? {
		minBytes: 0,
		maxBytes: 0
	} : profile.payload;
	const bytes = lengthOf(seed, id, range.minBytes, range.maxBytes);
	return {
		id,
		pair,
		repetition,
		nonce,
		bytes,
		expectedSha256: expectedSha256(profile.payload, seed, {
			id,
			nonce,
			bytes
		}),
		localPort: ports.take(pair.from),
		servicePort: subjects.ports.get(pair.to) ?? profile.servicePort,
		startedAt: world.clock.now()
	};
}
async function dialOnce({ world, plan, subjects, driver, seed }, seconds, start) {
	const { from, to } = start.pair;
	try {
		const peerId = subjects.peerIds.get(to);
		if (peerId === void 0) throw new Error(`no peer id of ${to} is known`);
		if (start.servicePort === 0) throw new Error(`which UDP port the service of ${to} has is not known`);
		const { claim, sha256 } = await driver.connect(world, plan, {
			...start,
			from: world.fleet.nodes.find((n) => n.name === from),
			to,
			peerId,
			payload: plan.profile.payload.kind === "given" ? payloadOf(seed, start.id, start.bytes) : null,
			seconds
		});
		return {
			...start,
			endedAt: world.clock.now(),
			claim,
			diallerSha256: sha256
		};
	} catch (error) {
		world.signal.throwIfAborted();
		return {
			...start,
			endedAt: world.clock.now(),
			claim: noClaim,
			diallerSha256: null,
			fault: faultOf$1(error, from)
		};
	}
}
/** Null: both ends can be witnessed. */
function notDialled({ clock }, start, blind) {
	const node = [start.pair.from, start.pair.to].find((n) => blind.has(n));
	if (node === void 0) return null;
	const message = `${node}: no packet witness, so nothing was dialled: ${blind.get(node)}`;
	return {
		...start,
		endedAt: clock.now(),
		claim: noClaim,
		diallerSha256: null,
		fault: {
			kind: "infra",
			message,
			node
		}
	};
}
/** What broke on the way to a node is infrastructure; anything else is ours. */
function faultOf$1(error, node) {
	const failure = asFailure(error, node);
	return {
		kind: failure.kind === "transport" || failure.kind === "infra" ? "infra" : "harness",
		message: failure.message,
		node
	};
}
/**
* What reads the payloads that the callee keeps and its own lines, beside its counters; null where nobody called it, or
* it is asked in another way.
*/
function recordCommand({ plan, reader }, node, dialled) {
	const nonces = dialled.filter((d) => d.pair.to === node).map((d) => d.nonce);
	if (nonces.length === 0) return null;
	const record = reader.kind === "on-node" ? reader.command(plan, nonces) : null;
	const { payload } = plan.profile;
	return payload.kind === "given" && payload.kept !== null ? keptPayloads(nonces.map((nonce) => keptPath(plan, payload.kept, nonce)), record) : record;
}
const keptPath = ({ config }, kept, nonce) => fillTemplate("kept", [kept ?? ""], {
	dataDir: dataDir(config.deploy.serviceName),
	nonce
}).join("");
/** `round`: all of its dials; `looks`: by node. */
async function complete$1(bench, d, round, looks) {
	const called = round.filter((o) => o.pair.to === d.pair.to);
	const { from, to } = d.pair;
	const unread = [from, to].find((n) => !looks.done.has(n));
	const { kept, lines } = readKept(bench, d, called, looks.done.get(to)?.lines ?? notRead(whyUnread(looks, to)));
	const read = await readRecord(bench, d, lines);
	const fault = d.fault ?? read.fault ?? (unread === void 0 ? void 0 : {
		kind: "infra",
		message: `${unread}: its witness could not be read`,
		node: unread
	});
	return {
		...d,
		record: read.record,
		kept,
		...fault === void 0 ? {} : { fault }
	};
}
const whyUnread = (looks, node) => looks.failed.get(node)?.message ?? "it was not asked";
/** The kept payloads' lines stand first, one for each dial to this node: nothing that the program wrote comes before. */
function readKept({ plan: { profile } }, d, called, seen) {
	if (profile.payload.kind !== "given" || profile.payload.kept === null) return {
		kept: null,
		lines: seen
	};
	if (seen.kind !== "there") return {
		kept: notRead(seen.kind === "absent" ? "it was not asked" : seen.why),
		lines: seen
	};
	return {
		kept: keptIn(seen.value[called.indexOf(d)] ?? ""),
		lines: thereIs(seen.value.slice(called.length))
	};
}
async function readRecord({ world, reader }, d, lines) {
	if (reader.kind === "none") return { record: notRead("the profile promises none") };
	if (reader.kind === "on-node") return { record: lines.kind === "there" ? found$1(reader.parse(lines.value, d.nonce)) : lines };
	try {
		return { record: found$1(await reader.ask(world, d.pair.to, d.nonce)) };
	} catch (error) {
		world.signal.throwIfAborted();
		const fault = faultOf$1(error, d.pair.to);
		return {
			record: notRead(fault.message),
			fault
		};
	}
}
const found$1 = (record) => record === null ? { kind: "absent" } : thereIs(record);
/** Which try of this pair it is, from 1. */
function countTry(tries, pair) {
	const key = `${pair.from}\n${pair.to}`;
	const n = (tries.get(key) ?? 0) + 1;
	tries.set(key, n);
	return n;
}
/** Fresh local ports below the ephemeral range; none twice on a node in one test. */
var PortPool = class {
	#taken = /* @__PURE__ */ new Set();
	#world;
	constructor(world, before) {
		this.#world = world;
		for (const a of before) this.#taken.add(`${a.pair.from}:${a.localPort}`);
	}
	take(node) {
		for (;;) {
			const port = randomInt(this.#world, 10500, 20900);
			const key = `${node}:${port}`;
			if (!this.#taken.has(key)) {
				this.#taken.add(key);
				return port;
			}
		}
	}
};

// src/suites/command.ts
/**
* Commands of the project's configuration in action: each on all peers at once, as nobody, in the service's own
* namespace.
*/
/** Of its output, what is matched with the pattern and kept. */
const keptBytes = 4096;
/** What a node far away may take beside the command itself. */
const transportSeconds = 20;
const command = {
	async run(bench, { commands }, keep) {
		const peers = peersOf(bench.world.fleet).filter((n) => bench.nodes.includes(n.name));
		bench.world.log.info(`test: ${commands.length} commands on ${peers.length} nodes`);
		for (const [index, asked] of commands.entries()) await onAll(bench, {
			index,
			asked,
			nodes: peers
		}, keep);
	},
	/** On the nodes where it failed, and on no other. */
	async again(bench, { commands }, failed, _before, keep) {
		for (const [index, asked] of commands.entries()) {
			const names = failed.filter((s) => s.group === asked.name).map((s) => s.subject.node);
			await onAll(bench, {
				index,
				asked,
				nodes: peersOf(bench.world.fleet).filter((n) => names.includes(n.name)),
				retry: true
			}, keep);
		}
	}
};
/** Kept in the fleet's order: what is written down must not depend on who was faster. */
async function onAll(bench, turn, keep) {
	const runs = await Promise.all(turn.nodes.map((node) => untilSeen(bench, turn, node)));
	for (const one of runs.flat()) await keep(one);
}
/** What a machine or the network kept from running is tried again, as often as a judge takes it. */
async function untilSeen(bench, turn, node) {
	const runs = [await onOne(bench, turn, node)];
	for (let last = runs[0]; last?.end.kind === "fault" && last.end.by === "infra" && runs.length <= 2;) {
		last = {
			...await onOne(bench, turn, node),
			id: `${runs[0]?.id}.${runs.length + 1}`,
			repeats: last.id
		};
		runs.push(last);
	}
	return runs;
}
async function onOne(bench, { index, asked, retry }, node) {
	const { clock } = bench.world;
	const startedAt = clock.now();
	const ended = await endOf(bench, asked, node);
	return {
		id: `${bench.test}.${index + 1}.${node.name}${retry === true ? ".retry" : ""}`,
		command: asked.name,
		node: node.name,
		startedAt,
		endedAt: clock.now(),
		...ended,
		...retry === true ? { retry } : {}
	};
}
async function endOf({ world }, { name, command: text, timeoutSeconds: seconds, successPattern }, node) {
	const fault = (by, message) => ({
		kind: "fault",
		by,
		message
	});
	try {
		const result = await (await world.remote(node.name)).run(ownersText({
			why: `test ${name}`,
			place: placeOf(node.runtime),
			text,
			seconds,
			maxBytes: keptBytes
		}), {
			timeoutMs: (seconds + transportSeconds) * 1e3,
			signal: world.signal
		});
		const ended = readSubjectRun(result.stdout, result.stderr, seconds);
		if (ended.kind === "not-started") return {
			end: fault("infra", `it could not be started on the node: ${ended.why}`),
			output: "",
			errors: ""
		};
		const { code, output, errors } = ended;
		if (ended.late) return {
			end: { kind: "timeout" },
			output,
			errors
		};
		return {
			end: {
				kind: "exit",
				code,
				matched: successPattern === null ? null : new RegExp(successPattern).test(output)
			},
			output,
			errors
		};
	} catch (error) {
		world.signal.throwIfAborted();
		const { kind, message } = faultOf$1(error, node.name);
		return {
			end: fault(kind, message),
			output: "",
			errors: ""
		};
	}
}

// src/domain/suites/connectivity/retry.ts
/** At a checkpoint, pairs that failed are tried again: which, and in what order (spec §4, WAIT_1HR). */
/** Pairs with an attempt that failed, each once. */
const pairsToRetry = (judgements) => [...new Map(judgements.filter((j) => j.outcome === "failed").map(({ subject: { pair } }) => [pairKey(pair), pair])).values()];
/**
* One try of each pair; the two peers that met longest ago come first, so that everybody cools off as long as can be.
*/
function retryRounds(again, planned, peers, relayNodes, before) {
	const wanted = new Set(again.map(pairKey));
	const rounds = timetable({
		peers,
		relayPairs: relayPairsOf(planned),
		relayNodes,
		repetitions: new Map(planned.map(({ pair }) => [pairKey(pair), wanted.has(pairKey(pair)) ? 1 : 0]))
	});
	const met = /* @__PURE__ */ new Map();
	for (const a of before) met.set(peersKey(a.pair), Math.max(met.get(peersKey(a.pair)) ?? -1e400, a.endedAt));
	const last = (round) => Math.max(...round.map((pair) => met.get(peersKey(pair)) ?? -1e400));
	return rounds.toSorted((a, b) => last(a) < last(b) ? -1 : last(a) > last(b) ? 1 : 0);
}

// src/suites/connectivity.ts
const connectivity$1 = {
	/** What is dialled follows from what the NATs were measured to be. */
	async run(bench, work, keep) {
		const peers = peersOf(bench.world.fleet).filter((n) => bench.nodes.includes(n.name));
		const rounds = plannedRounds(bench.world.fleet, bench.nodes, bench.measurements, work);
		bench.world.log.info(`test: ${rounds.flat().length} attempts in ${rounds.length} rounds`);
		await repeatUnseen(bench, work, peers, await runRounds(bench, work, rounds, keep), keep);
	},
	/** Pairs that failed are tried once more, after everything else, so that they have cooled off (spec §4, WAIT_1HR). */
	async again(bench, work, failed, before, keep) {
		const pairs = pairsToRetry(failed);
		if (pairs.length === 0) return;
		const attempts = before.flatMap((r) => r.attempts);
		const ends = new Set(attempts.flatMap(({ pair }) => [pair.from, pair.to]));
		const peers = bench.world.fleet.nodes.filter((n) => ends.has(n.name));
		const rounds = retryRounds(pairs, plannedPairs(peers, bench.measurements), peers.map((n) => n.name), bootstrapsOf(bench.world.fleet).map((n) => n.name), attempts);
		bench.world.log.info(`test: ${pairs.length} pairs failed and are tried again in ${rounds.length} rounds`);
		await runRounds(bench, work, rounds, keep, before);
	}
};
/**
* What could not be seen for no fault of the program is tried again at the end, as far as both ends are fit to be
* measured. Each repetition says which attempt it is of.
*/
async function repeatUnseen(bench, work, peers, first, keep) {
	const { world } = bench;
	let all = first;
	for (;;) {
		const wanted = toRepeat(all, bench.plan.profile.record.kind !== "none");
		const ends = [...new Set(wanted.flatMap(({ pair }) => [pair.from, pair.to]))];
		const unfit = await resetWitnesses(world, ends);
		const again = wanted.filter(({ pair }) => !unfit.has(pair.from) && !unfit.has(pair.to));
		if (again.length === 0) return;
		const rounds = retryRounds(again.map((a) => a.pair), plannedPairs(peers, bench.measurements), peers.map((n) => n.name), bootstrapsOf(world.fleet).map((n) => n.name), all.flatMap((r) => r.attempts));
		world.log.info(`test: ${again.length} attempts could not be counted and are repeated in ${rounds.length} rounds`);
		const of = new Map(again.map((a) => [pairKey(a.pair), a.id]));
		all = [...all, ...await runRounds(bench, work, rounds, keep, all, of)];
	}
}
/**
* Runs the timetable round by round and hands over each as soon as it is known. `before`: rounds of the same test; these
* are then retries of some of their attempts, or, with `repeats`, what is repeated of each pair. A pair with an end
* whose witness cannot be made is not dialled: nothing could come of it but blame.
*/
async function runRounds(bench, { cooloffSeconds, timeoutSeconds }, planned, keep, before = [], repeats = null) {
	const { world } = bench;
	const rounds = bench.driver.rounds(planned);
	const earlier = before.flatMap((r) => r.attempts);
	const names = [...new Set([...earlier.map((a) => a.pair), ...rounds.flat()].flatMap((p) => [p.from, p.to]))];
	const last = Math.max(0, ...before.map((r) => r.round));
	const relays = bootstrapsOf(world.fleet).map((n) => n.name).filter((n) => names.includes(n));
	const used = new PortPool(world, earlier);
	const tries = /* @__PURE__ */ new Map();
	earlier.forEach((a) => countTry(tries, a.pair));
	const all = [];
	const kind = repeats !== null ? "repeated round" : before.length === 0 ? "round" : "retry round";
	let blind = await witnessesOn(bench, names);
	for (const [index, pairs] of rounds.entries()) {
		const met = lastMeetings([...earlier, ...all.flatMap((r) => r.attempts)]);
		await coolOff(world, waitBefore(pairs, met, world.clock.now(), cooloffSeconds * 1e3));
		const began = world.clock.now();
		const round = last + index + 1;
		const starts = pairs.map((pair) => ({
			...prepare(bench, pair, round, countTry(tries, pair), used),
			...repeats === null ? {} : { repeats: repeats.get(pairKey(pair)) ?? "" }
		}));
		if (blind.size > 0) blind = await witnessesOn(bench, [...blind.keys()]);
		const dialled = await Promise.all(starts.map(async (start) => notDialled(world, start, blind) ?? dialOnce(bench, timeoutSeconds, start)));
		const concerned = [.../* @__PURE__ */ new Set([...pairs.flatMap((p) => [p.from, p.to]), ...relays])];
		const [looks, boxes] = await Promise.all([onEachNode(concerned, world.signal, (name) => readNode(world, name, recordCommand(bench, name, dialled), watchedOn(bench, name))), onEachNode(concerned, world.signal, (name) => readBox(world, name))]);
		const whole = {
			pass: bench.test,
			round,
			...before.length === 0 || repeats !== null ? {} : { retry: true },
			attempts: await Promise.all(dialled.map((attempt) => complete$1(bench, attempt, dialled, looks))),
			readings: Object.fromEntries(concerned.map((name) => [name, readingOf(name, looks, boxes)]))
		};
		all.push(whole);
		await keep(whole);
		const lost = concerned.filter((n) => whole.readings[n]?.counters.kind !== "there");
		blind = new Map([...blind, ...lost.map((n) => [n, "its table was gone"])]);
		world.log.progress("rounds", `${kind} ${index + 1}/${rounds.length}: ${dialled.filter((d) => d.claim.success === true).length}/${pairs.length} claimed, ${((world.clock.now() - began) / 1e3).toFixed(1)} s`);
	}
	return all;
}
/** Makes the witness (again) on these; answers those where that fails, and why. */
async function witnessesOn({ world }, nodes) {
	const trouble = await resetWitnesses(world, nodes);
	trouble.forEach((text, node) => world.log.warn(`${node}: no packet witness: ${text}`));
	return trouble;
}
const readingOf = (name, looks, boxes) => ({
	counters: looks.done.get(name)?.counters ?? notRead(whyUnread(looks, name)),
	box: boxes.failed.has(name) ? notRead(whyUnread(boxes, name)) : boxes.done.get(name) ?? null,
	clock: looks.done.get(name)?.clock ?? null,
	processes: looks.done.get(name)?.processes ?? notRead(whyUnread(looks, name))
});
/** No round asks the registry, whose unit is another. */
const watchedOn = ({ plan, subjects }, name) => ({
	unit: plan.config.deploy.serviceName,
	port: subjects.ports.get(name) ?? plan.profile.servicePort
});
/** A timer may end a moment early by the clock that dates the attempts. */
const timerSlackMs = 5;
async function coolOff(world, waitMs) {
	if (waitMs <= 0) return;
	world.log.progress("rounds", `waiting ${(waitMs / 1e3).toFixed(1)} s: the next peers met not long enough ago`);
	await world.clock.sleep(waitMs + timerSlackMs, world.signal);
}

// src/suites/runners.ts
const runners = {
	connectivity: connectivity$1,
	command
};

// src/stages/parts/run-suites.ts
/**
* Runs the suites of a plan one after the other, and at a checkpoint what failed once more; each line is written down
* as it comes.
*/
async function runSuites(bench, files, folder) {
	const all = {};
	for (const part of bench.plan.suites) all[part.suite] = await runOne(bench, files, part, folder);
	return all;
}
/** `results`: what was judged of the items so far; the answer has these items and those of the retries. */
async function retryFailed(bench, files, items, results, folder) {
	const all = {};
	for (const part of bench.plan.suites) all[part.suite] = await retryOne(bench, files, part, items, results, folder);
	return all;
}
async function runOne(bench, files, part, folder) {
	const kept = keeper(files, part.suite, folder);
	await runners[part.suite].run(bench, part.work, kept.keep);
	return kept.items;
}
async function retryOne(bench, files, part, items, results, folder) {
	const before = items[part.suite] ?? [];
	const failed = (results[part.suite]?.samples ?? []).filter((s) => s.outcome === "failed");
	const kept = keeper(files, part.suite, folder);
	if (failed.length > 0) await runners[part.suite].again(bench, part.work, failed, before, kept.keep);
	return [...before, ...kept.items];
}
function keeper(files, suite, folder) {
	const items = [];
	return {
		items,
		keep: async (item) => {
			items.push(item);
			await files.append(`${folder}/evidence/${itemsFile(suite)}`, toLines([item]));
		}
	};
}

// src/stages/parts/test-turn.ts
/** A lease of the node itself; no service has this name. */
const testTurn = "vps-test-turn";
/** A test ends within its job's time; whoever died in one has its turn for a heartbeat only. */
const longestMs = 36e5;
/** All or nothing, the first node before the others, so that of two that want the same fleet one gets it. */
async function awaitTurn(world, plan, holder, nodes) {
	const until = world.clock.now() + longestMs;
	for (;;) {
		const first = await takeLeases(world, plan, holder, nodes.slice(0, 1), heartbeatMs, testTurn);
		const rest = busyOf(first) === void 0 ? nodes.slice(1) : [];
		const more = await takeLeases(world, plan, holder, rest, heartbeatMs, testTurn);
		const busy = busyOf(first) ?? busyOf(more);
		if (busy === void 0) return {
			done: new Map([...first.done, ...more.done]),
			failed: new Map([...first.failed, ...more.failed])
		};
		await giveTurnBack(world, plan, holder, [...first.done.keys(), ...more.done.keys()]);
		if (world.clock.now() >= until) throw busy;
		world.log.progress("turn", `${busy.message}; waiting for that test to end`);
		await world.clock.sleep(randomInt(world, 2e3, 4e3), world.signal);
	}
}
const giveTurnBack = (world, plan, holder, nodes) => giveLeasesBack(world, plan, holder, nodes, [testTurn]);
const busyOf = ({ failed }) => [...failed.values()].find((f) => f.kind === "busy");

// src/report/link.ts
/** Links whose target came from data: https only, nothing ends the link early, a strange site is named beside it. */
/** Longest target; GitHub's own are far below. */
const longest = 2e3;
/** The target as it may stand in a page; null for anything but a plain https URL. */
function httpsUrl(value) {
	if (typeof value !== "string" || value.length > longest || !URL.canParse(value)) return null;
	const url = new URL(value);
	if (url.protocol !== "https:" || url.username !== "" || url.password !== "") return null;
	return url.href.replace(/[()[\]|<>\\'"`$*_~!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
/** What a renderer shows of a link; without a target that may be shown, its label alone. */
function safeLink({ label, to }) {
	const href = httpsUrl(to);
	if (href === null) return {
		label,
		href
	};
	const { host } = new URL(href);
	return {
		label: host === "github.com" ? label : `${label} at ${host}`,
		href
	};
}

// src/report/section.ts
/** On spans that a constructor below made, and on nothing that was read from JSON: data cannot pose as a link. */
const brand = Symbol("span");
/** Longest foreign text in one place, characters. */
const usualLength = 400;
/** Longest text of a code block, characters. */
const usualBlockLength = 2e4;
const text$1 = (value, max) => ({
	[brand]: true,
	kind: "text",
	text: value,
	max
});
const toned = (value, tone) => ({
	[brand]: true,
	kind: "text",
	text: value,
	max: 400,
	tone
});
const code$1 = (value, max = 400) => ({
	[brand]: true,
	kind: "code",
	text: value,
	max
});
const strong = (of) => ({
	[brand]: true,
	kind: "strong",
	of
});
const link = (label, to) => ({
	[brand]: true,
	kind: "link",
	label,
	to
});
/** Our own words with foreign ones between them: the former are never cut, and a line end in them is a space. */
const inline = (words, ...values) => words.flatMap((word, i) => [...word === "" ? [] : [text$1(word.replace(/\s*\n\s*/g, " "), 1e400)], ...i < values.length ? spansOf(values[i] ?? "") : []]);
/** Several as one, with `between` between them. */
const joined = (list, between) => list.flatMap((one, i) => [...i === 0 ? [] : [text$1(between, 1e400)], ...spansOf(one)]);
/** Whatever is neither text nor of a constructor's making is shown as `?`. */
function spansOf(of) {
	if (typeof of === "number") return [String(of)];
	return (Array.isArray(of) ? of : [of]).map((one) => isSpan(one) ? one : "?");
}
const isSpan = (value) => typeof value === "string" || typeof value === "object" && value !== null && brand in value;
const paragraph = (of) => ({
	kind: "paragraph",
	of
});
const heading = (title) => ({
	kind: "heading",
	title
});
const list$1 = (items) => ({
	kind: "list",
	items
});
const codeBlock = (value, max = usualBlockLength) => ({
	kind: "code",
	text: value,
	max
});
const table$2 = (head, rows, align = []) => ({
	kind: "table",
	head,
	rows,
	align
});
/** Names and what stands beside them. */
const pairs = (rows) => ({
	kind: "table",
	head: null,
	rows,
	align: []
});
/** Those that are there. */
const present = (sections) => sections.filter((s) => s !== null);
const legendText = (legend) => legend.map(({ symbol, meaning }) => `${symbol} ${meaning}`).join("; ");

// src/report/plain.ts
const same = (s) => s;
const plain$1 = {
	good: same,
	bad: same,
	warn: same,
	dim: same
};
/** A whole page, and the sections below its head. */
const pageText = (head, sections, palette = plain$1) => [head, ...sections].map((s) => sectionText(s, palette)).join("\n\n\n");
function sectionText({ title, blocks }, palette = plain$1) {
	const heading = inlineText(title);
	return [`${heading}\n${"─".repeat(width(heading))}`, ...blocks.map((b) => blockText(b, palette))].join("\n\n");
}
function blockText(b, palette = plain$1) {
	switch (b.kind) {
		case "paragraph": return coloured(b.of, palette);
		case "heading": return `${inlineText(b.title)}:`;
		case "list": return b.items.map((item) => `- ${coloured(item, palette)}`).join("\n");
		case "table": return tableText(b, palette);
		case "matrix": return matrixText(b, palette);
		case "code": return cut(b.text, b.max ?? 1e400).split(/\r\n|\r|\n/).map(spellHidden).join("\n");
		case "gantt": return ganttText(b, palette);
		case "details": return [`${spellHidden(b.summary)}:`, ...b.blocks.map((one) => blockText(one, palette))].join("\n\n");
	}
}
/** Columns; a cell's tone is applied after padding, so that it does not count. */
function tableText({ head, rows, align }, palette) {
	const lines = rows.map((r) => r.map((c) => ({
		plain: inlineText(c),
		shown: coloured(c, palette)
	})));
	const titles = head?.map((c) => ({
		plain: inlineText(c),
		shown: palette.dim(inlineText(c))
	})) ?? null;
	const all = titles === null ? lines : [titles, ...lines];
	const widths = Array.from({ length: Math.max(0, ...all.map((r) => r.length)) }, (_, i) => Math.max(...all.map((r) => width(r[i]?.plain ?? ""))));
	return all.map((row) => row.map(({ plain: words, shown }, i) => {
		const gap = " ".repeat(Math.max(0, (widths[i] ?? 0) - width(words)));
		return align[i] === "right" ? gap + shown : i === row.length - 1 ? shown : shown + gap;
	}).join("  ").trimEnd()).join("\n");
}
const width = (s) => [...s].length;
function matrixText({ stem, names, rows, legend }, palette) {
	const cells = rows.map((r, i) => [names[i] ?? "", ...r.map((c) => toned(c.text, c.tone))]);
	return `${tableText({
		kind: "table",
		head: [`${stem}from\\to`, ...names],
		rows: cells,
		align: []
	}, palette)}\n${spellHidden(legendText(legend))}`;
}
const ganttText = ({ bars }, palette) => bars.map(({ name, start, end, bad }) => {
	const line = `${iso(start)} ${spellHidden(name)} ${Math.round((end - start) / 1e3)} s`;
	return bad ? palette.bad(line) : line;
}).join("\n");
const inlineText = (of) => coloured(of, plain$1);
const coloured = (of, palette) => spansOf(of).map((span) => spanText(span, palette)).join("");
function spanText(span, palette) {
	if (typeof span === "string") return spellHidden(span);
	switch (span.kind) {
		case "text": {
			const words = spellHidden(cut(span.text, span.max));
			return span.tone === void 0 ? words : palette[span.tone](words);
		}
		case "code": return spellHidden(cut(span.text, span.max));
		case "strong": return coloured(span.of, palette);
		case "link": {
			const { label, href } = safeLink(span);
			return href === null ? spellHidden(label) : `${spellHidden(label)} (${href})`;
		}
	}
}
/** One line of at most `max` UTF-16 units, which is how GitHub counts; a surrogate pair is kept whole. */
function plainLine(value, max) {
	return clip(spellHidden(clip(value, max * 2)), max);
}
/** The same over several lines. */
const plainLines = (value, max) => clip(clip(value, max * 2).split(/\r\n|\r|\n/).map(spellHidden).join("\n"), max);
function clip(value, max) {
	if (value.length <= max) return value;
	const last = value.charCodeAt(max - 2);
	return `${value.slice(0, last >= 55296 && last <= 56319 ? max - 2 : max - 1)}…`;
}

// src/report/guarded.ts
/** A section that cannot be made is replaced by its error as text: evidence is sealed whatever breaks on its page. */
function guarded$1(id, make) {
	try {
		const made = make();
		return made === null || "blocks" in made ? [made] : made;
	} catch (error) {
		return [{
			id,
			title: `Section ${id}`,
			blocks: [paragraph(brokenBy(`section ${id}`, error))]
		}];
	}
}

// src/report/html.ts
/** Whole in text and in a quoted attribute. */
const escapeHtml = (value) => value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&apos;");

// src/report/markdown.ts
/** `level` of the section's own heading, from 1; sections within stand one below. */
const sectionMarkdown = ({ title, blocks }, level = 2) => [headingMarkdown(title, level), ...blocks.length === 0 ? [] : [blocksMarkdown(blocks, level + 1)]].join("\n\n");
/** A whole page, and the sections below its head. `level`: of the head. */
const pageMarkdown = (head, level, sections = []) => `${[sectionMarkdown(head, level), ...sections.map((s) => sectionMarkdown(s, level + 1))].join("\n\n")}\n`;
/** `level`: of headings among the blocks. */
const blocksMarkdown = (blocks, level = 3) => blocks.map((b) => blockMarkdown(b, level)).join("\n\n");
/** A line that no page shows and programs find; a key from data cannot end it early. */
const hiddenLine = (key) => `<!-- vps-test:${key.replace(/[^A-Za-z0-9._/]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 200)} -->`;
function blockMarkdown(b, level) {
	switch (b.kind) {
		case "paragraph": return line$1(b.of);
		case "heading": return headingMarkdown(b.title, level);
		case "list": return b.items.map((item) => `- ${line$1(item)}`).join("\n");
		case "table": return tableMarkdown(b);
		case "matrix": return matrixMarkdown(b);
		case "code": return block(b.text, b.max);
		case "gantt": return mermaid(b);
		case "details": return `<details><summary>${summary(b.summary)}</summary>\n\n${blocksMarkdown(b.blocks, level)}\n\n</details>`;
	}
}
/** Raw HTML: Markdown is not read there, mentions are. */
const summary = (value) => unlinked(escapeHtml(spellHidden(cut(value, 400))));
const headingMarkdown = (title, level) => `${"#".repeat(level)} ${inlineMarkdown(title)}`;
const tableMarkdown = ({ head, rows, align }) => table$1(head === null ? ["", ""] : head.map(cell$2), rows.map((r) => r.map(cell$2)), align);
function matrixMarkdown({ stem, names, rows, legend }) {
	const lines = rows.map((r, i) => [strong(names[i] ?? ""), ...r.map((c) => c.text)]);
	const head = [`${stem}from ╲ to`, ...names];
	return `${tableMarkdown({
		kind: "table",
		head,
		rows: lines,
		align: []
	})}\n\n${line$1(legendText(legend))}`;
}
const mermaid = ({ bars }) => [
	"```mermaid",
	"gantt",
	"  dateFormat x",
	"  axisFormat %H:%M",
	"  section Session",
	...bars.map((b, i) => `  ${b.name.replace(/\W+/g, "_")} :${b.bad ? "crit" : "done"}, s${i}, ${ms(b.start)}, ${ms(b.end)}`),
	"```"
].join("\n");
const ms = (at) => Number.isSafeInteger(at) ? `${at}` : "0";
/** A line of its own: what would begin a list or a heading there does not. */
const line$1 = (of) => lineStart(inlineMarkdown(of, "line").trim());
const cell$2 = (of) => inlineMarkdown(of, "cell");
/** Neighbouring texts are escaped as one, so that no two of them make up a mention or a command. */
function inlineMarkdown(of, where = "line") {
	let [out, pending] = ["", ""];
	const add = (part) => {
		out += out.endsWith("`") && part.startsWith("`") ? ` ${part}` : part;
	};
	for (const span of spansOf(of)) if (typeof span === "string") pending += cut(span, 400);
	else if (span.kind === "text") pending += cut(span.text, span.max);
	else {
		add(escape(pending));
		pending = "";
		add(spanMarkdown(span, where));
	}
	add(escape(pending));
	return out;
}
function spanMarkdown(span, where) {
	switch (span.kind) {
		case "code": return codeSpan(span.text, span.max, where);
		case "strong": {
			const inner = inlineMarkdown(span.of, where);
			return inner === "" ? "" : `**${inner}**`;
		}
		case "link": {
			const { label, href } = safeLink(span);
			return href === null ? text(label, 120) : `[${text(label, 200)}](${href})`;
		}
	}
}
/** Foreign text inline: no markup, no links, no mentions or references, no HTML, no workflow commands, one line. */
const text = (value, max = 400) => lineStart(escape(cut(value, max)));
const escape = (value) => unlinked(spellHidden(value).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/[\\`*_{}[\]()|~!$]/g, "\\$&"));
/** GitHub looks for these after rendering, where an entity or a backslash is gone already: a zero-width space stays. */
const unlinked = (value) => value.replace(/[@#]/g, "$&​").replace(/:(?=:|\/\/)/g, ":​").replace(/(?<![a-z0-9])(www|gh)(?=[.-])/gi, "$1​").replace(/:(?=(?![0-9a-f]{1,5}:)[a-z0-9\\_+-]+:)/gi, ":​");
const lineStart = (value) => value.replace(/^(\s*)([-+](?=\s|$)|-{2,}|=+|\d+(?=[.)](?:\s|$)))/, "$1$2​");
/** A table reads `\|` before code does; elsewhere the backslash would be shown. One of the text's own keeps away. */
function codeSpan(value, max, where) {
	const visible = spellHidden(cut(value === "" ? " " : value, max)).replace(/:(?=:)/g, ":​");
	const inner = where === "cell" ? visible.replace(/\\(?=\|)/g, "\\​").replace(/\|/g, "\\|") : visible;
	const longest = Math.max(0, ...(inner.match(/`+/g) ?? []).map((run) => run.length));
	const fence = "`".repeat(longest + 1);
	const pad = inner.startsWith("`") || inner.endsWith("`") ? " " : "";
	return `${fence}${pad}${inner}${pad}${fence}`;
}
/** Foreign lines as a block; `max` counts characters of the whole. */
function block(value, max = usualBlockLength) {
	const lines = cut(value, max).split(/\r\n|\r|\n/).map((one) => spellHidden(one).replace(/:(?=:)/g, ":​").replace(/##(?=\[)/g, "##​"));
	const longest = Math.max(2, ...lines.flatMap((l) => (l.match(/`+/g) ?? []).map((run) => run.length)));
	const fence = "`".repeat(longest + 1);
	return [
		`${fence}text`,
		...lines,
		fence
	].join("\n");
}
/** Cells are Markdown already. */
function table$1(header, rows, align = []) {
	const row = (cells) => `| ${cells.join(" | ")} |`;
	return [
		row(header),
		row(header.map((_, i) => align[i] === "right" ? "---:" : "---")),
		...rows.map(row)
	].join("\n");
}

// src/report/sections/checkpoint.ts
/**
* A soak checkpoint: when it was due, what it was compared with, what was tried again, and that one process went on.
*/
function checkpointSection({ checkpoint, verdict }) {
	const judged = verdict.checkpoint;
	if (checkpoint === void 0 || checkpoint === null || judged === void 0) return null;
	const again = resultsOf(verdict.suites).flatMap(({ samples, retries }) => retries.map((r) => retryLine(r, samples)));
	return {
		id: "checkpoint",
		title: "Checkpoint",
		blocks: [
			pairs([
				["Checkpoint", checkpoint.name],
				["Due", iso(checkpoint.dueAt)],
				["Taken", `${iso(checkpoint.takenAt)}, ${lateness(checkpoint)}`]
			]),
			heading("Against the first test"),
			...judged.groups.some((c) => c.first !== null) ? [] : [paragraph("The ledger holds no first test that passed.")],
			table$2([
				"group",
				"first test",
				"rate",
				"now, after retries",
				"rate",
				"difference"
			], judged.groups.map((c) => groupRow$1(c, judged.tolerancePoints)), [
				"left",
				"right",
				"right",
				"right",
				"right",
				"right"
			]),
			paragraph(inline`The tolerance is ${judged.tolerancePoints} points. A failed attempt counts as delivered
          here when its pair or node was tried again, later, and delivered.`),
			heading("Tried again"),
			again.length === 0 ? paragraph("Nothing was tried again.") : list$1(again),
			heading("Since the last test that passed"),
			judged.continuity.length === 0 ? paragraph("Nothing proves what ran then.") : table$2([
				"node",
				"boot id",
				"process start",
				"restarts",
				"binary",
				"judged"
			], judged.continuity.map(continuityRow))
		]
	};
}
const lateness = ({ latenessMs }) => latenessMs < 1e3 ? "on time" : `${duration(latenessMs)} late`;
function groupRow$1({ group, first, now, lost }, tolerance) {
	const figures = (c) => c === null ? ["–", "–"] : [`${c.successes}/${c.attempts}`, c.attempts === 0 ? "–" : `${percent$1(c.successes / c.attempts)} %`];
	const difference = lost === null ? "–" : lost > 0 ? `−${points(lost)} points` : `${points(lost).replace("-", "+")} points`;
	return [
		text$1(group, 200),
		...figures(first),
		...figures(now),
		lost !== null && lost > tolerance + 1e-9 ? strong(difference) : difference
	];
}
function retryLine(r, samples) {
	const failed = samples.filter((s) => sampleKey(s) === sampleKey(r) && s.outcome === "failed");
	const recovered = failed.length > 0 && failed.every((j) => j.recovered === true);
	const sentence = r.sentence.replace(/^.*?: /, "");
	const came = recovered ? "recovered" : r.outcome === "failed" ? strong("still fails") : "not recovered";
	return inline`${subjectName(r.subject)}: ${came}, ${sentence} (${failed.length} failed before)`;
}
function continuityRow({ node, since, now, change }) {
	const judged = change === null ? "one process" : strong(change);
	if (now === null) return [
		node,
		code$1(since.bootId),
		iso(since.startedAt),
		`${since.restarts}`,
		code$1(since.exeSha256.slice(0, 16)),
		judged
	];
	return [
		node,
		since.bootId === now.bootId ? inline`same, ${code$1(now.bootId)}` : inline`${code$1(since.bootId)} → ${code$1(now.bootId)}`,
		sameStart(since, now) && since.pid === now.pid ? `same, ${iso(now.startedAt)}` : `${iso(since.startedAt)} (pid ${since.pid}) → ${iso(now.startedAt)} (pid ${now.pid})`,
		since.restarts === now.restarts ? `${now.restarts}` : `${since.restarts} → ${now.restarts}`,
		since.exeSha256 === now.exeSha256 ? "same" : inline`changed, ${code$1(since.exeSha256.slice(0, 16))} → ${code$1(now.exeSha256.slice(0, 16))}`,
		judged
	];
}

// src/report/suites/command.ts
const commandPages = ({ samples, groups, figures }) => ({
	overview: [commandsSection(samples, groups.map((g) => g.name), figures.nodes)],
	terms: inline`Commands: each ran on every peer as an unprivileged user; success needs the expected exit code, its
    pattern in the last 4 KB of its output, and an end in time.`,
	sentences: samples.some(wanting) ? [outputSection(samples.filter(wanting))] : [],
	figures: []
});
const words$5 = {
	failed: ["failed", "bad"],
	harness: ["a step of ours broke", "warn"],
	infra: ["a step of ours broke", "warn"],
	unwitnessed: ["does not count", "warn"],
	success: ["ok", "good"]
};
const worstFirst = Object.keys(words$5);
function commandsSection(samples, names, nodes) {
	return {
		id: "commands",
		title: "Commands",
		blocks: [table$2(["command", ...nodes], names.map((name) => [text$1(name, 100), ...nodes.map((node) => cell$1(samples.filter((s) => s.group === name && s.subject.node === node)))]))]
	};
}
function cell$1(list) {
	const worst = worstFirst.find((outcome) => list.some((s) => s.outcome === outcome));
	if (worst === void 0) return toned("not run", "dim");
	const [word, tone] = words$5[worst];
	const recovered = worst === "failed" && list.every((s) => s.outcome === "success" || s.recovered === true);
	return toned(recovered ? `${word}, recovered on retry` : word, tone);
}
const wanting = (s) => s.outcome !== "success";
const outputSection = (samples) => ({
	id: "commands-output",
	title: "Commands that did not succeed",
	blocks: samples.flatMap((s) => [paragraph(s.sentence), ...s.output === "" ? [] : [codeBlock(s.output)]])
});

// src/report/nodes-table.ts
/** All nodes with declared and measured NAT side by side, for `nodes` and `lab status`. */
const nodesTable = (rows, palette = plain$1) => blockText(nodesOf$1(rows), palette);
const nodesOf$1 = (rows) => table$2([
	"node",
	"host",
	"address",
	"role",
	"online",
	"declared NAT",
	"measured NAT",
	"RFC 4787",
	"expected",
	"runtime",
	"note"
], rows.map(({ node, online, measurement, note }) => [
	node.name,
	node.host,
	node.ip,
	node.role,
	onlineCell(online),
	natName(asDeclared(node)),
	measuredCell(node, measurement),
	behaviour(measurement),
	node.expectedRate === void 0 ? "" : `~${node.expectedRate} %`,
	runtimeOf(node),
	note ?? node.notes ?? ""
]), columns);
const columns = [
	"left",
	"left",
	"left",
	"left",
	"left",
	"left",
	"left",
	"left",
	"right"
];
const onlineCell = (online) => online === void 0 ? toned("?", "dim") : online ? toned("yes", "good") : toned("no", "bad");
/** Equal to the label, or the difference said loudly. */
function measuredCell(node, m) {
	if (m === void 0) return toned("not measured", "dim");
	const same = measuredKind(m) === node.nat;
	return toned(`${natName(m)}${same ? "" : " ≠"}`, !same ? "bad" : m.stable === false ? "warn" : "good");
}
/** `EIM+APDF, stable`. */
const behaviour = (m) => m === void 0 ? "" : [
	`${m.mapping}+${m.filtering}`,
	...m.stable === null ? [] : [m.stable ? "stable" : "UNSTABLE"],
	...m.hairpin === "none" ? [] : [`hairpin ${m.hairpin}`]
].join(", ");
function runtimeOf({ runtime }) {
	switch (runtime.kind) {
		case "systemd": return "systemd";
		case "docker": return `docker ${runtime.container}`;
		case "netns": return `netns ${runtime.name}`;
	}
}

// src/report/suites/connectivity-matrix.ts
const legend = {
	D: "end-to-end, delivered",
	P: "end-to-end, punched",
	R: "relayed as expected",
	r: "delivered only by relay (failed)",
	X: "failed",
	"?": "unwitnessed or ambiguous",
	"!": "a step of ours broke",
	"·": "not tried",
	"-": "itself"
};
/** Beside the symbol of a cell whose every failure a checkpoint's retry made good. */
const recoveredMark = {
	symbol: "*",
	meaning: "recovered on retry"
};
/** Worst first: what a pair with several attempts shows. */
const order = [
	"X",
	"r",
	"!",
	"?",
	"R",
	"D",
	"P"
];
const tones = {
	X: "bad",
	r: "bad",
	"!": "warn",
	"?": "warn",
	R: "good",
	D: "good",
	P: "good",
	"·": "dim",
	"-": "dim"
};
function symbolOf(j) {
	switch (j.outcome) {
		case "success": return j.path === "relayed" ? "R" : j.punched ? "P" : "D";
		case "failed": return j.path === "relayed" && j.grade !== null && j.grade !== "D" ? "r" : "X";
		case "unwitnessed": return "?";
		case "infra":
		case "harness": return "!";
	}
}
/** The symbol, and successes/attempts where a pair was tried more than once. */
function cell(list, self) {
	if (self) return {
		symbol: "-",
		recovered: false,
		text: "-"
	};
	const symbol = order.find((s) => list.some((j) => symbolOf(j) === s)) ?? "·";
	const good = list.filter((j) => j.outcome === "success").length;
	const failed = list.filter((j) => j.outcome === "failed");
	const recovered = failed.length > 0 && failed.every((j) => j.recovered === true);
	const shown = recovered ? `${symbol}${recoveredMark.symbol}` : symbol;
	return {
		symbol,
		recovered,
		text: list.length > 1 ? `${shown} ${good}/${list.length}` : shown
	};
}
function matrixOf({ samples, nodes }) {
	const byPair = Map.groupBy(samples, ({ subject: { pair } }) => JSON.stringify([pair.from, pair.to]));
	const cells = nodes.map(({ node: from }) => nodes.map(({ node: to }) => cell(byPair.get(JSON.stringify([from, to])) ?? [], from === to)));
	const rows = cells.map((row) => row.map((c) => ({
		text: c.text,
		tone: tones[c.symbol]
	})));
	return {
		kind: "matrix",
		...shortNames(nodes.map((n) => n.node)),
		rows,
		legend: used(cells.flat())
	};
}
function used(cells) {
	const symbols = new Set(cells.map((c) => c.symbol));
	return [...Object.entries(legend).filter(([symbol]) => symbols.has(symbol)).map(([symbol, meaning]) => ({
		symbol,
		meaning
	})), ...cells.some((c) => c.recovered) ? [recoveredMark] : []];
}
/** `saorsa-4`, `saorsa-10` → stem `saorsa-`, names `4`, `10`; names without a common stem up to a dash stay whole. */
function shortNames(names) {
	const stem = names[0]?.replace(/[^-]*$/, "") ?? "";
	return stem !== "" && names.length > 1 && names.every((n) => n.startsWith(stem) && n !== stem) ? {
		stem,
		names: names.map((n) => n.slice(stem.length))
	} : {
		stem: "",
		names
	};
}

// src/report/suites/connectivity.ts
const connectivityPages = ({ samples, figures }, { verdict, input }) => ({
	overview: [{
		id: "matrix",
		title: "Matrix",
		blocks: [matrixOf({
			samples,
			nodes: figures.nodes
		})]
	}],
	terms: terms(input),
	sentences: [pathsSection(samples)],
	figures: [figuresSection(samples, figures), nodesSection(figures.nodes, verdict, input)]
});
function terms(input) {
	const targets = input.suites.find((s) => s.suite === "connectivity")?.work.targets;
	if (targets === void 0) return null;
	const bound = targets.strict && input.criteria !== "all-pass" ? "the lower bound of the interval" : "the rate";
	return inline`Criteria ${input.criteria}: ${bound} is compared with the target, over counted attempts, with at least
    ${targets.sampleFloor} of them and ${targets.coverage} % of the pairs in each class. Classes: direct, the callee has
    no NAT; nat_traversed, it has one and a path end to end exists; relay, none exists. Success needs ${successNeeds(input)}`;
}
function successNeeds({ promises }) {
	const best = bestGrade(promises);
	const oneLeg = "and one leg in the packet counters that carried it while no other could have";
	switch (best) {
		case "A": return `the payload itself, found with the receiver, ${oneLeg} (grade A).`;
		case "B": return `the receiver's own record of an unpredictable payload, ${oneLeg} (grade B).`;
		default: return promises.record ? `the receiver's own record of a payload that follows from its nonce, ${oneLeg} (grade C).` : "volume both ways that no handshake reaches, counted behind the NATs, and that the program says it connected (grade C).";
	}
}
/** One sentence for each pair that was not end to end; the same sentence of several attempts once. */
function pathsSection(samples) {
	const others = samples.filter((j) => j.outcome !== "success" || j.path !== "end-to-end");
	const sentences = [...Map.groupBy(others, (j) => j.sentence)].map(([sentence, alike]) => alike.length > 1 ? inline`${sentence} (${alike.length} attempts)` : sentence);
	return {
		id: "paths",
		title: "Why not end to end",
		blocks: [samples.length === 0 ? paragraph("No attempt was made.") : others.length === 0 ? paragraph("Every attempt was delivered end to end.") : list$1(sentences)]
	};
}
function figuresSection(attempts, { timeToConnect: t, relayUpgrades, families, shortestPauseMs, cooloffMs, mixedVersionPairs }) {
	const grade = (g) => attempts.filter((j) => j.grade === g).length;
	const direct = attempts.filter((j) => j.path === "end-to-end");
	const outcome = (o) => attempts.filter((j) => j.outcome === o).length;
	return {
		id: "figures",
		title: "Figures",
		blocks: [pairs([
			["Time to connect, by the program's own clock", `p50 ${ms$1(t.p50)} · p95 ${ms$1(t.p95)} · max ${ms$1(t.max)} (${t.count} successes)`],
			["Relay-to-direct upgrades", `${relayUpgrades.claimed} claimed, ${relayUpgrades.witnessed} witnessed`],
			["Attempts per grade", `A ${grade("A")} · B ${grade("B")} · C ${grade("C")} · D ${grade("D")} · none ${grade(null)}`],
			["Attempts per outcome", [
				"success",
				"failed",
				"unwitnessed",
				"infra",
				"harness"
			].map((o) => `${o} ${outcome(o)}`).join(" · ")],
			["End-to-end paths", `${direct.filter((j) => j.punched).length} punched, ${direct.filter((j) => !j.punched).length} not`],
			["IPv4 / IPv6", `${families.ipv4} / ${families.ipv6}`],
			["Shortest pause of the same two peers", shortestPauseMs === null ? "no two peers met twice" : inline`${ms$1(shortestPauseMs)};
                ${shortestPauseMs < cooloffMs ? "shorter than" : "at least"} the ${ms$1(cooloffMs)} asked for`],
			["Mixed-version pairs", mixedVersionPairs.length === 0 ? "none" : joined(mixedVersionPairs.map((pair) => subjectName({
				kind: "pair",
				pair
			})), ", ")]
		])]
	};
}
/** Declared and measured side by side; the expected per cent beside the measured ones, never a gate. */
function nodesSection(nodes, verdict, input) {
	const excluded = new Map(input.excluded.map((e) => [e.node, e.why]));
	const finding = (n) => [excluded.has(n.node) ? `left out: ${excluded.get(n.node)}` : "", ...verdict.findings.filter((f) => f.node === n.node && (f.kind === "mislabelled-nat" || f.kind === "unstable-nat")).map((f) => f.kind)].filter((s) => s !== "").join("; ");
	const node = (name) => input.fleet.nodes.find((n) => n.name === name);
	return {
		id: "nodes",
		title: "Nodes and NATs",
		blocks: [table$2([
			"node",
			"role",
			"provider, region",
			"declared NAT",
			"measured NAT",
			"RFC 4787",
			"as callee",
			"as caller",
			"expected",
			"note"
		], nodes.map((n) => [
			n.node,
			node(n.node)?.role ?? "",
			[node(n.node)?.provider, node(n.node)?.region].filter(Boolean).join(", "),
			n.declared,
			n.measured ?? "not measured",
			behaviour(input.measurements.before.find((m) => m.node === n.node)),
			share(n.asCallee),
			share(n.asCaller),
			n.expectedRate === null ? "" : `~${n.expectedRate} %`,
			finding(n)
		]))]
	};
}
const share = ({ attempts, successes }) => attempts === 0 ? "–" : `${successes}/${attempts} = ${percent$1(successes / attempts)} %`;

// src/report/suites/registry.ts
/** Every suite's section of a report by its id; the compiler names a missing one. */
const pages = {
	connectivity: connectivityPages,
	command: commandPages
};
/** Of every suite that was judged, in the order of the plan. */
const suiteReports = (verdict, input) => Object.keys(verdict.suites).flatMap((id) => reportOf(id, verdict, input));
function reportOf(id, verdict, input) {
	const result = verdict.suites[id];
	if (result === void 0) return [];
	const { figures } = result;
	if (figures === null) return [brokenReport(id, result.error ?? "")];
	try {
		return [pages[id]({
			...result,
			figures
		}, {
			verdict,
			input
		})];
	} catch (error) {
		return [brokenReport(id, brokenBy(`the page of suite ${id}`, error))];
	}
}
const brokenReport = (id, error) => ({
	overview: [{
		id: `suite-${id}`,
		title: `Suite ${suites[id].title}`,
		blocks: [paragraph(error)]
	}],
	terms: null,
	sentences: [],
	figures: []
});

// src/report/sections/criteria.ts
/** What was measured against what was asked for: from the verdict, or from the ledger's raw counts. */
function criteriaSection({ verdict, input }) {
	const results = resultsOf(verdict.suites);
	const rows = results.flatMap(({ suite, groups }) => groups.map((g) => groupRow(groupName({
		suite,
		group: g.name
	}, results.length > 1), g)));
	return {
		id: "criteria",
		title: "Success criteria",
		blocks: [table$2([
			"group",
			"measured",
			"rate",
			"95 % interval",
			"target",
			"met",
			"tried",
			"not counted"
		], rows, [
			"left",
			"right",
			"right",
			"right",
			"right"
		]), ...suiteReports(verdict, input).flatMap(({ terms }) => terms === null ? [] : [paragraph(terms)])]
	};
}
const groupRow = (title, r) => [
	text$1(title, 200),
	`${r.successes}/${r.attempts}${r.recovered === 0 ? "" : ` (${r.recovered} recovered on retry)`}`,
	r.rate === null ? "–" : `${percent$1(r.rate)} %`,
	`${percent$1(r.interval.low)}–${percent$1(r.interval.high)} %`,
	r.target === null ? "–" : `${r.target} %`,
	r.met === null ? "cannot say" : r.met ? "yes" : strong("no"),
	`${r.tried}/${r.planned}`,
	`${r.notCounted}`
];
/** Where the evidence is not at hand, the ledger's raw counts still are. */
const countsSection = (test) => test === void 0 ? null : {
	id: "criteria",
	title: "Success criteria",
	blocks: [table$2([
		"group",
		"measured",
		"tried"
	], groupsOf$1(test.counts).map(({ suite, group, count: n }) => [
		text$1(groupName({
			suite,
			group
		}, Object.keys(test.counts).length > 1), 200),
		`${n.successes}/${n.attempts}`,
		`${n.tried}/${n.planned}`
	]), [
		"left",
		"right",
		"right"
	])]
};

// src/report/sections/findings.ts
const withAttempts = (of, attempts) => attempts > 1 ? inline`${of} (${attempts} attempts)` : of;
const findingsSection = ({ findings }) => ({
	id: "findings",
	title: "Findings",
	blocks: listOr(findings.map((f) => withAttempts(inline`${strong(f.kind)} ${f.message}`, f.attempts.length)), "None.")
});
const listOr = (items, none) => [items.length === 0 ? paragraph(none) : list$1(items)];
function notCoveredSection({ notCovered }) {
	const byReason = Map.groupBy(notCovered.filter((n) => n.kind === "subject"), (n) => n.why);
	const lines = [...notCovered.filter((n) => n.kind !== "subject").map((n) => `${whatIsMissing(n)}: ${n.why}`), ...[...byReason].map(([why, alike]) => inline`${alike.length} ${alike[0]?.subject.kind ?? "subject"}s, ${why}: ${joined(alike.map((n) => subjectName(n.subject)), ", ")}`)];
	return {
		id: "not-covered",
		title: "Not covered",
		blocks: listOr(lines, "Nothing that the plan asks for.")
	};
}
function whatIsMissing(n) {
	switch (n.kind) {
		case "nat": return `NAT type ${n.nat}`;
		case "group":
		case "other": return n.what;
	}
}

// src/report/sections/ledger.ts
/** A session's entries: all of them with the state of their chain, or the newest. */
function ledgerSection({ entries }) {
	if (entries.length === 0) return null;
	const faults = chainFaults(entries);
	return {
		id: "ledger",
		title: "Ledger",
		blocks: [faults.length === 0 ? paragraph(inline`${entries.length} entries, the chain is whole; last hash ${code$1(entries.at(-1)?.hash ?? "")}.`) : list$1(faults.map((f) => inline`${strong("broken")}: ${f}`)), table$2([
			"entry",
			"when",
			"from",
			"event",
			"to",
			"why"
		], entries.map((e) => [
			`${e.seq}`,
			iso(e.at),
			e.from,
			e.event,
			e.to,
			e.why
		]), ["right"])]
	};
}
/** Enough for a soak of a day. */
const entriesShown = 200;
function newestEntriesSection(entries) {
	const shown = entries.slice(-200);
	return {
		id: "ledger",
		title: "Ledger",
		blocks: [...shown.length < entries.length ? [paragraph(`The newest ${entriesShown} of ${entries.length} entries.`)] : [], table$2([
			"entry",
			"when",
			"from",
			"event",
			"to",
			"why"
		], shown.map((e) => [
			text$1(`${e.seq}`, 20),
			iso(e.at),
			text$1(e.from, 40),
			text$1(e.event, 40),
			text$1(e.to, 40),
			text$1(e.why, 300)
		]), ["right"])]
	};
}

// src/report/sections/history.ts
/** Every other test of the program that this ledger knows of: what was begun, and what became of it. */
function historySection({ input: { history } }) {
	if (history === void 0) return null;
	const roots = new Map(history.begun?.interrupted.map((i) => [i.test, i.evidenceRoot]));
	return {
		id: "history",
		title: "Tests of this program before",
		blocks: [history.before.length === 0 ? paragraph("None that this ledger knows of.") : table$2([
			"session",
			"test",
			"begun",
			"end",
			"evidence of what did not end"
		], history.before.map((t) => [
			text$1(t.session, 80),
			`${t.test}`,
			iso(t.at),
			t.end ?? strong("none"),
			t.end === null && roots.get(t.test) !== void 0 ? code$1(roots.get(t.test) ?? "not found") : "–"
		]), ["left", "right"])]
	};
}

// src/report/sections/machines.ts
/** Sections on machines: the lab's own limits, controls, and what ran. */
function labSection({ lab }) {
	if (lab === void 0) return null;
	return {
		id: "lab",
		title: "Lab",
		blocks: [list$1([
			`The fleet is a lab: network namespaces on one machine.`,
			inline`NAT mapping lifetimes are divided by ${lab.natTimeoutFactor}: RFC 4787 REQ-5's 120 s
          become ${Math.round(1200 / lab.natTimeoutFactor) / 10} s.`,
			`Delay and loss: ${lab.shaping === "none" ? "not covered" : `shaped by ${lab.shaping}`}.`
		])]
	};
}
function controlsSection(controls) {
	const [id, title] = ["controls", "Controls"];
	if (controls.length === 0) return {
		id,
		title,
		blocks: [paragraph("None ran: the run is invalid.")]
	};
	return {
		id,
		title,
		blocks: [table$2([
			"control",
			"path",
			"expected",
			"seen",
			"packet witness",
			"right",
			"detail"
		], controls.filter((c) => !isSelfTest(c) || c.seen !== "through").map((c) => {
			const right = c.seen === c.expected && (c.witnessed || c.name === "nonexistent-peer");
			return [
				c.name,
				`${c.from} → ${c.to}`,
				c.expected,
				c.seen,
				c.witnessed ? "agrees" : "disagrees",
				right ? "yes" : strong("no"),
				text$1(c.detail, 160)
			];
		})), ...selfTests(controls)]
	};
}
const selfTests = (controls) => {
	const good = controls.filter((c) => isSelfTest(c) && c.seen === "through");
	return good.length === 0 ? [] : [paragraph(`Self tests: on ${new Set(good.map((c) => c.from)).size} nodes our packet was counted, a record could be read and a program run.`)];
};
/** What ran on each node, by the kernel's word: one process, before and after. */
function runningSection({ evidence, deployed }) {
	const after = new Map(evidence.runningAfter.map((p) => [p.node, p]));
	const row = (p) => [
		p.node,
		p.unit,
		`${p.pid}`,
		code$1(p.exeSha256.slice(0, 16)),
		p.exeSha256 === deployed[p.node] ? "yes" : deployed[p.node] === void 0 ? "not deployed by us" : strong("no"),
		iso(p.startedAt),
		p.udpPorts.join(", "),
		`${p.uid}`,
		code$1(p.capEff),
		p.version,
		sameProcess(p, after.get(p.node))
	];
	if (evidence.runningBefore.length === 0) return null;
	return {
		id: "running",
		title: "What ran",
		blocks: [table$2([
			"node",
			"unit",
			"pid",
			"sha256 of /proc/pid/exe",
			"is the deployed one",
			"started",
			"UDP ports",
			"uid",
			"capabilities",
			"says version",
			"after the test"
		], evidence.runningBefore.map(row))]
	};
}
/** What the project had done to each node as root; null: nothing. */
function hooksSection({ deploy }) {
	const hooks = [...deploy.preDeploy.map((text) => ["before the switch", code$1(text)]), ...deploy.postDeploy.map((text) => ["after it", code$1(text)])];
	if (hooks.length === 0) return null;
	return {
		id: "hooks",
		title: "Commands of the project",
		blocks: [paragraph("They ran as root on each node that was switched. The unit and the running file were looked at afterwards; what else they changed is not known."), table$2(["when", "command"], hooks)]
	};
}
function sameProcess(before, after) {
	if (after === void 0) return strong("not running");
	return after.pid === before.pid && after.bootId === before.bootId && after.exeSha256 === before.exeSha256 && after.restarts === before.restarts ? "the same process" : strong("another process");
}

// src/report/sections/record.ts
function sourceSection({ build, fixCommits, plan }) {
	const { source } = plan;
	const from = source.kind === "build" ? `build in ${source.workspace}` : source.kind === "file" ? `file ${source.path}` : `release ${source.repository} ${source.tag} ${source.asset}`;
	const rows = build === null ? [["Source", from]] : [
		["Source", from],
		["Built by", build.how],
		["Toolchain", build.toolchain ?? "unknown"],
		["Commit", commitOf(build)],
		...uncommittedOf(build),
		["Binary", inline`${code$1(build.sha256)} (${build.bytes} bytes)`]
	];
	return {
		id: "source",
		title: "Source and binary",
		blocks: [pairs(rows), ...fixes(fixCommits)]
	};
}
const commitOf = ({ commit, subject, dirty }) => {
	const id = commit === null ? "unknown" : code$1(commit);
	const name = subject === null ? id : inline`${id} ${text$1(subject, 200)}`;
	return dirty === true ? inline`${name} ${strong("with changes that no commit holds")}` : name;
};
const uncommittedOf = ({ uncommitted: u }) => u === null ? [] : [["Also built from", inline`${strong(`${u.count} file${u.count === 1 ? "" : "s"} that no commit holds`)}: ${text$1(u.paths.slice(0, 10).join(", "), 600)}${u.count > 10 ? ", …" : ""}`]];
const fixes = (commits) => commits.length === 0 ? [paragraph("Fix commits: none.")] : [paragraph("Fix commits:"), list$1(commits.map((c) => inline`${code$1(c.sha.slice(0, 12))} ${iso(c.at)} ${c.message}`))];
const recoverySection = ({ recoveries }) => ({
	id: "recoveries",
	title: "Recovery rules that fired",
	blocks: [recoveries.length === 0 ? paragraph("None.") : list$1(recoveries.map((r) => inline`${r.rule} × ${r.times}: ${r.where}`))]
});
const timingsSection = ({ timings }) => timings.length === 0 ? null : {
	id: "timings",
	title: "Time of each stage",
	blocks: [table$2(["stage", "time"], timings.map((t) => [t.stage, duration(t.ms)]), ["left", "right"])]
};
const evidenceSection = ({ manifest, verifyCommand }) => ({
	id: "evidence",
	title: "Evidence",
	blocks: [paragraph(inline`${manifest.files.length} files; root digest ${code$1(manifest.root)}. Judge again: ${code$1(verifyCommand)}`), table$2([
		"file",
		"bytes",
		"sha256"
	], manifest.files.map((f) => [
		code$1(f.path),
		`${f.bytes}`,
		code$1(f.sha256)
	]), ["left", "right"])]
});

// src/report/proof.ts
/** The proof: one page that binds plan, commit, binary, fleet, evidence and verdict, rebuilt from data alone. */
const renderProof = (p) => pageMarkdown(headSection(p), 1, proofSections(p));
const proofSections = (p) => present([
	...guarded$1("reasons", () => reasonsSection(p.verdict)),
	...guarded$1("criteria", () => criteriaSection(p)),
	...guarded$1("checkpoint", () => checkpointSection(p)),
	...suiteReports(p.verdict, p.input).flatMap((s) => [
		...s.overview,
		...s.sentences,
		...s.figures
	]),
	...guarded$1("lab", () => labSection(p.input.fleet)),
	...guarded$1("controls", () => controlsSection(p.input.evidence.controls)),
	...guarded$1("findings", () => findingsSection(p.verdict)),
	...guarded$1("not-covered", () => notCoveredSection(p.verdict)),
	...guarded$1("source", () => sourceSection(p)),
	...guarded$1("running", () => runningSection(p.input)),
	...guarded$1("hooks", () => hooksSection(p.plan.config)),
	...guarded$1("history", () => historySection(p)),
	...guarded$1("recovery", () => recoverySection(p)),
	...guarded$1("timings", () => timingsSection(p)),
	...guarded$1("ledger", () => ledgerSection(p)),
	...guarded$1("evidence", () => evidenceSection(p))
]);
/** `proof-2026-01-31T08-05-09Z.md`. */
const proofName = (finishedAt) => `proof-${iso(finishedAt).replace(/\.\d+Z$/, "Z").replaceAll(":", "-")}.md`;
function headSection({ version, plan, verdict, session, startedAt, finishedAt, anchor, manifest }) {
	const { answers } = plan;
	return {
		id: "proof",
		title: inline`Test proof: ${answers.project.value}`,
		blocks: [pairs([
			["Result", inline`${strong([verdict.result, ...verdict.remarks].join("; "))} · ${link("what these words mean", meaningOf(version))}`],
			["Project", answers.project.value],
			["Date", iso(finishedAt)],
			["Duration", duration(finishedAt - startedAt)],
			["Session", code$1(session)],
			["Focus · criteria · proof", [
				answers.focus,
				answers.criteria,
				answers.proof
			].map((a) => `${a.value} (${a.from})`).join(" · ")],
			["Fleet", plan.fleet.name],
			["Plan", code$1(planDigest(plan))],
			["Evidence root", code$1(manifest.root)],
			["Anchor", anchorOf(anchor, manifest.root)]
		])]
	};
}
function anchorOf(anchor, root) {
	if (anchor === null) return "none: consistent, unanchored";
	const where = inline`${anchor.kind} ${anchor.where} ${code$1(anchor.digest)}`;
	return anchor.digest === root ? where : inline`${where} ${strong("is another digest than the evidence root")}`;
}
/** The page of the version that wrote the proof: a later one may mean something else by the same word. */
const meaningOf = (version) => `https://github.com/saorsa-labs/vps-test/blob/v${encodeURIComponent(version.toWellFormed())}/docs/verdict.md`;
const reasonsSection = ({ reasons, result }) => reasons.length === 0 ? null : {
	id: "reasons",
	title: `Why ${result}`,
	blocks: [list$1(reasons.map((r) => inline`${r.kind === "inconclusive" ? r.kind : strong(r.kind)}: ${r.text}`))]
};

// src/report/bundle-proof.ts
const proofFile = (b) => proofName(b.facts.testEndedAt);
const renderBundleProof = (b, verdict, manifest) => renderProof(proofOf(b, verdict, manifest));
/** The same for a terminal. */
function bundleProofText(b, verdict, manifest, palette) {
	const proof = proofOf(b, verdict, manifest);
	return pageText(headSection(proof), proofSections(proof), palette);
}
function proofOf(b, verdict, manifest) {
	const { facts, entries } = b;
	const seq = entries.length;
	return {
		version: facts.version,
		session: facts.session,
		startedAt: facts.sessionStartedAt,
		finishedAt: facts.testEndedAt,
		plan: b.plan,
		verdict,
		input: verdictInputOf(b),
		entries,
		manifest,
		build: buildFacts(facts.build),
		fixCommits: [],
		timings: [...entries.slice(1).map((e, i) => ({
			stage: e.from,
			ms: e.at - (entries[i]?.at ?? e.at)
		})), {
			stage: "TEST",
			ms: facts.testEndedAt - facts.testStartedAt
		}],
		recoveries: recoveries(b),
		anchor: {
			kind: "ledger",
			where: `session ${facts.session}, entry ${seq}`,
			digest: manifest.root
		},
		verifyCommand: "vps-test verify <this folder>",
		checkpoint: checkpointOf(b)
	};
}
function buildFacts(r) {
	if (r === null) return null;
	const git = "kind" in r.from && r.from.kind === "git" ? r.from : null;
	const how = {
		zigbuild: "cargo zigbuild",
		native: "native build on the build host",
		file: "a given file",
		release: "a release asset"
	}[r.source];
	const enclosed = r.sandbox === null ? how : `${how} ${sandboxText(r.sandbox)}`;
	return {
		how: r.before.length === 0 ? enclosed : `${enclosed}, after ${r.before.map((x) => `${x.source} failed (${x.reason})`).join(", ")}`,
		toolchain: r.toolchain === null ? null : [
			r.toolchain.rustc,
			r.toolchain.cargo,
			r.toolchain.zigbuild,
			r.toolchain.zig === null ? null : `zig ${r.toolchain.zig}`
		].filter((t) => t !== null).join(" · "),
		commit: git?.commit ?? null,
		subject: git?.subject ?? null,
		dirty: git === null ? null : git.dirty !== null,
		uncommitted: r.uncommitted,
		sha256: r.sha256,
		bytes: r.bytes
	};
}
const sandboxText = (sandbox) => sandbox.kind === "none" ? `without a sandbox (${sandbox.why})` : `in a sandbox (${sandbox.kind})`;
/** Rules of spec §5 that left a trace in the evidence. */
function recoveries(b) {
	const out = b.facts.excluded;
	const again = b.entries.filter((e) => e.from === "TEST" && e.event === "inconclusive").length;
	const fallback = b.facts.build?.before.length ?? 0;
	return [
		...out.length === 0 ? [] : [{
			rule: "node unreachable or failed: left out, the rest goes on",
			times: out.length,
			where: out.map((e) => e.node).join(", ")
		}],
		...fallback === 0 ? [] : [{
			rule: "zigbuild failed: native build on the build host",
			times: fallback,
			where: "BUILD"
		}],
		...again === 0 ? [] : [{
			rule: "inconclusive: once more",
			times: again,
			where: "TEST"
		}]
	];
}

// src/stages/parts/seal.ts
/** Seals a test: every fact as a file, a digest of each, one root over all, and the proof that binds them (spec §8). */
/**
* Logs and registry answers lie in `<folder>/evidence` already; everything there is listed in `<folder>/manifest.json`.
*/
async function seal(files, folder, bundle, judged) {
	const put = (name, text) => files.write(`${folder}/evidence/${name}`, text);
	await put(layout.plan, jsonText(bundle.plan));
	await put(layout.entries, toLines(bundle.entries));
	await put(layout.facts, jsonText(bundle.facts));
	await put(layout.nat, jsonText(bundle.measurements));
	await put(layout.controls, jsonText(bundle.controls));
	await put(layout.running, jsonText(bundle.running));
	for (const { suite } of bundle.plan.suites) await put(itemsFile(suite), toLines(bundle.items[suite] ?? []));
	await put(layout.verdict, jsonText(judged));
	const digests = await Promise.all((await files.list(`${folder}/evidence`)).map(async (path) => {
		const data = await files.read(path);
		return {
			path: path.slice(folder.length + 1),
			bytes: data.length,
			sha256: sha256(data)
		};
	}));
	const manifest = manifestOf(digests);
	await files.write(`${folder}/manifest.json`, jsonText(manifest));
	const proof = renderBundleProof(bundle, judged, manifest);
	const proofPath = `${folder}/${proofFile(bundle)}`;
	await files.write(proofPath, proof);
	return {
		root: manifest.root,
		proofPath,
		proofSha256: sha256(proof)
	};
}

// src/stages/test.ts
/**
* TEST: measure NATs, run controls and the suites of the plan, prove what ran before and after; the verdict follows
* from what was written down.
*/
const test = async (plan, session, world, record) => {
	const roster = rosterOf(plan, session);
	const leases = await takeLeases(world, plan, session.id, roster, workingMs(session, world.clock.now()));
	const leased = roster.filter((n) => leases.done.has(n));
	const turn = await awaitTurn(world, plan, session.id, leased);
	const steady = steadyClock(world.clock);
	const testStartedAt = steady.now();
	const began = momentOf(world.clock);
	const there = leased.filter((n) => turn.done.has(n));
	const lost = [...leases.failed, ...turn.failed].map(([node, f]) => ({
		node,
		why: f.message
	}));
	const giveTurn = (signal) => giveTurnBack({
		...world,
		signal
	}, plan, session.id, there);
	const fault = quorumFault(plan, there);
	if (fault !== null) {
		await giveTurn(world.signal);
		return {
			event: "unrecoverable",
			why: fault,
			facts: { lost: lost.map((l) => l.why) }
		};
	}
	const begun = await beginTest(world, plan, session, record).catch(async (error) => {
		await giveTurn(world.signal);
		throw error;
	});
	const { folder } = begun;
	const ours = {
		...world,
		clock: steady,
		tables: {
			session: session.id,
			fences: leases.done
		}
	};
	try {
		const result = await work(plan, session, ours, {
			...begun,
			testStartedAt,
			there,
			lost,
			began,
			wall: world.clock
		});
		await giveTurn(world.signal);
		return result;
	} catch (error) {
		const calm = {
			...ours,
			signal: AbortSignal.timeout(world.signal.aborted ? 4e3 : 2e4)
		};
		await Promise.allSettled([collect(calm, plan, there, `${folder}/evidence`), removeWitnesses(calm, there).then(() => giveTurn(calm.signal))]);
		await sealInterrupted(world.files, session.id, begun.number);
		throw error;
	}
};
async function work(plan, session, world, { folder, ...own }) {
	const { there, wall } = own;
	const open = await openBench(plan, session, world, there, own);
	const scene = {
		...own,
		plan,
		session,
		world,
		open,
		looking: open.looked,
		resurveyed: open.survey
	};
	const first = await runSuites(open.bench, world.files, folder);
	const items = session.checkpoint === null ? first : await retryFailed(open.bench, world.files, first, verdict(verdictInputOf(await bundleOf(scene, first, open.before, []))).suites, folder);
	const accused = endsOfFailures(verdict(verdictInputOf(await bundleOf(scene, items, open.before, []))));
	const tried = {
		...open,
		controls: [...open.controls, ...await open.testAgain(accused)]
	};
	const looking = momentOf(wall);
	const after = await provenProcesses(world, plan, there);
	const [notes, resurveyed] = await Promise.all([collect(world, plan, there, `${folder}/evidence`), open.surveyAgain()]);
	await removeWitnesses(world, there);
	const whole = await bundleOf({
		...scene,
		open: tried,
		looking,
		resurveyed
	}, items, after, notes);
	const bundle = world.concealer?.conceal(whole) ?? whole;
	const judged = verdict(verdictInputOf(bundle));
	const sealed = await seal(world.files, folder, bundle, judged);
	const artifact = await world.storeArtifact(folder, folder);
	const results = resultsOf(judged.suites);
	const [samples, again] = [results.flatMap((r) => r.samples), results.flatMap((r) => r.retries)];
	return {
		event: judged.result,
		why: judged.reasons[0]?.text ?? `every group met its target in ${samples.length} attempts${again.length === 0 ? "" : `, ${again.length} tried again`}`,
		facts: {
			reasons: judged.reasons.map((r) => r.text),
			remarks: judged.remarks,
			counts: suiteCounts(judged.suites),
			folder,
			evidenceRoot: sealed.root,
			proofPage: sealed.proofPath,
			proofSha256: sealed.proofSha256,
			running: after.map(markOf),
			checkpoint: session.checkpoint,
			artifact
		}
	};
}
async function bundleOf({ plan, session, world, open, number, seed, testStartedAt, there, lost, began, looking, resurveyed, wall }, items, after, notes) {
	const { survey, controls, before, unfit } = open;
	const entries = await world.ledger.read(session.id);
	return {
		plan,
		entries,
		measurements: {
			before: survey.measurements,
			after: resurveyed.measurements
		},
		controls,
		running: {
			before,
			after
		},
		items,
		facts: {
			format: 3,
			version: world.version,
			session: session.id,
			test: number,
			seed,
			sessionStartedAt: session.startedAt,
			testStartedAt,
			testEndedAt: world.clock.now(),
			excluded: [
				...exclusions(session).map((e) => ({
					node: e.node,
					why: e.message
				})),
				...lost,
				...unfit
			],
			clock: {
				began,
				looked: open.looked,
				looking,
				ended: momentOf(wall)
			},
			deployed: deployedOf(session, there.filter((n) => unfit.every((u) => u.node !== n)), before),
			notes: [
				...notes,
				...shiftNotes(entries, world.clockShift),
				...surveyNotes(survey, resurveyed),
				...setupWarnings(session).map((w) => ({
					what: "warning of SETUP",
					why: w.message
				}))
			],
			findings: setupFindings(session),
			build: session.newest.BUILD?.event === "built" ? session.newest.BUILD.facts.build : null,
			checkpoint: session.checkpoint
		}
	};
}
/** Nodes that a failure would be told of: there our own instruments are tried once more. */
const endsOfFailures = ({ suites }) => [...new Set(resultsOf(suites).flatMap((r) => r.samples).filter((s) => s.outcome === "failed").flatMap(({ subject }) => subject.kind === "pair" ? [subject.pair.from, subject.pair.to] : subject.kind === "node" ? [subject.node] : []))];
const surveyNotes = (first, again) => [...[...first.failed].map(([n, f]) => ({
	what: `NAT of ${n}`,
	why: f.message
})), ...[...again.failed].filter(([n]) => !first.failed.has(n)).map(([n, f]) => ({
	what: `NAT of ${n} after the last round`,
	why: f.message
}))];

// src/run.ts
/**
* The story on one screen: fold the ledger, do the stage of its state, write the transition down, and again. Resume is
* the same loop.
*/
const stages = {
	SETUP: setup,
	BUILD: build$2,
	DEPLOY: deploy,
	TEST: test,
	FIX: fix,
	RESTART: restart
};
/** Whether running a session in this state does anything: such a session was interrupted, not ended and not waiting. */
const acts = (state) => stages[state] !== void 0;
/** Works until a state in which nothing acts (COMPLETE, STOPPED, a wait) or which is another job's. */
async function run(plan, id, outer, { states, before, since } = {}) {
	/** Entries behind which this run goes on. Behind any other, another run does, because this one was given up. */
	const ours = new Set(since === void 0 ? [] : [since]);
	/** The ledger as this run knows it; nothing, once another writer was in its way. */
	let known = [];
	const held = /* @__PURE__ */ new Map();
	const heartbeat = startHeartbeat({
		...outer,
		held
	}, id, (e) => ours.size === 0 || ours.has(e.hash));
	const world = {
		...outer,
		held,
		signal: heartbeat.signal
	};
	heartbeat.signal.addEventListener("abort", () => outer.abandon?.(heartbeat.signal.reason), { once: true });
	try {
		for (;;) {
			const entries = known = await world.ledger.read(id);
			const session = fold(id, entries);
			const stage = stages[session.state];
			if (stage === void 0 || states?.includes(session.state) === false || session.state === before) return session;
			const newest = entries.at(-1)?.hash ?? genesis;
			if (ours.size > 0 && !ours.has(newest)) throw new Failure({
				code: "B004",
				message: `${session.by === null ? "another writer" : writerText(session.by)} goes on with session ${id}`,
				remedy: "vps-test status"
			});
			ours.add(newest);
			const record = async (outcome) => {
				const entry = next(known, fold(id, known), outcome, world.clock.now(), world);
				if (entry === void 0) throw new Failure({
					code: "H004",
					message: `state ${session.state} knows no event ${outcome.event}`
				});
				ours.add(entry.hash);
				await world.ledger.append(id, entry);
				known = [...known, entry];
				return entry;
			};
			const note = async (outcome) => void await record(outcome);
			const entry = await record(await attempt(() => stage(plan, session, world, note), world));
			world.log.info(`${entry.from} → ${entry.to}: ${entry.why}`);
			if (entry.event === "queued") return fold(id, known);
		}
	} catch (error) {
		if (!outer.signal.aborted) {
			const entries = await outer.ledger.read(id).catch(() => known);
			if (isFinal(fold(id, entries).state) && !ours.has(entries.at(-1)?.hash ?? genesis)) return fold(id, entries);
		}
		const cause = heartbeat.signal.aborted && !outer.signal.aborted ? heartbeat.signal.reason : error;
		if (cause instanceof Failure && cause.kind === "busy") known = [];
		throw cause;
	} finally {
		await heartbeat.end();
		await leave(plan, id, world, {
			whole: states === void 0,
			ours,
			known,
			...before === void 0 ? {} : { before }
		});
	}
}
/**
* What a stage could not handle ends the session with its reason; our own faults and an abort leave it where it is, to
* be run again.
*/
async function attempt(stage, { signal }) {
	try {
		return await stage();
	} catch (error) {
		if (signal.aborted || !(error instanceof Failure) || error.kind === "harness" || error.kind === "usage") throw error;
		return {
			event: "unrecoverable",
			why: error.message.slice(0, 1e3),
			facts: failureFacts(error)
		};
	}
}
/**
* The fleet is ours from SETUP to the end, waits between checkpoints included. Leases go back at the end, after Ctrl-C,
* and when a whole run (no job of several) broke off; what cannot be reached keeps its lease until that expires, and so
* does what another run goes on with.
*/
async function leave(plan, id, world, { whole, before, ours, known }) {
	const calm = {
		...world,
		signal: AbortSignal.timeout(15e3)
	};
	const entries = await world.ledger.read(id).catch(() => known);
	const session = fold(id, entries);
	const nodes = leasedNodes(plan, session);
	const own = ours.has(entries.at(-1)?.hash ?? genesis);
	const brokeOff = own && (world.signal.aborted || whole && session.state !== before);
	const now = world.clock.now();
	await settleLeases(leaseFate(session, {
		brokeOff,
		ours: own,
		now
	}), calm, plan, id, nodes).catch((error) => world.log.warn(`leases were not given back: ${String(error)}`));
}
async function settleLeases(fate, world, plan, id, nodes) {
	switch (fate.kind) {
		case "hold": return holdLeases(world, plan, id, nodes, fate.until);
		case "give-back": return giveLeasesBack(world, plan, id, nodes);
		case "leave": return;
	}
}

// src/report/sections/checkpoints.ts
/** Null where the session has none. */
function checkpointsSection(session, entries) {
	const taken = testsOf(entries).flatMap((t) => t.checkpoint === null ? [] : [row(t.checkpoint, `${t.result}${countsText(t.counts) === "" ? "" : `: ${countsText(t.counts)}`}`)]);
	const missed = entries.filter((e) => e.event === "missed").map((e) => row(e.facts.checkpoint, inline`${strong("missed")}: ${text$1(e.why, 200)}`));
	const rows = [
		...taken,
		...missed,
		...coming(session, entries)
	];
	return rows.length === 0 ? null : {
		id: "checkpoints",
		title: "Soak checkpoints",
		blocks: [table$2([
			"checkpoint",
			"due",
			"taken",
			"late by",
			"result"
		], rows)]
	};
}
function coming(session, entries) {
	if (isCheckpoint(session.state)) return [row({
		name: session.state,
		dueAt: session.waitUntil,
		takenAt: null,
		latenessMs: null
	}, "not taken yet")];
	const claim = session.state === "TEST" ? entries.findLast((e) => e.event === "due" || e.from === "TEST" && e.event !== "claimed" && e.event !== "begun") : void 0;
	const claimed = claim?.event === "due" ? claim.facts.checkpoint : null;
	return claimed === null ? [] : [row(claimed, "claimed, not recorded yet")];
}
const row = (c, result) => [
	text$1(c.name ?? "–", 40),
	time(c.dueAt),
	time(c.takenAt),
	latenessText(c.latenessMs),
	result
];
const time = (at) => at === null ? "–" : iso(at);
const latenessText = (ms) => ms === null ? "–" : ms < 1e3 ? "on time" : duration(ms);

// src/domain/events/check.ts
/**
* What must be true of each entry of a ledger before anything follows it: the branch can be written by others, and one
* odd entry is to harm its own session alone.
*/
const state = (v) => isState(v) ? null : " is no state";
const date = (v) => time$1.safeParse(v).success ? null : " is no time";
const envelope$1 = fields({
	session: text$3,
	seq: whole$1,
	prev: text$3,
	at: date,
	from: state,
	event: text$3,
	to: state,
	why: text$3,
	hash: text$3
});
const shared$2 = object(common);
/** What is wrong with the entry, in words; null: it is an {@link Entry}. */
const entryShape = (value) => {
	const fault = envelope$1(value);
	if (fault !== null) return fault;
	const { from, event, facts } = value;
	const row = rowOf(from, event);
	if (row === void 0) return `.event is none of ${Object.keys(rows$1[from]).join(", ")}, which ${from} knows`;
	return faultOf(row.facts, facts) ?? faultOf(shared$2, facts);
};
function faultOf(schema, facts) {
	const issue = schema.safeParse(facts).error?.issues[0];
	return issue === void 0 ? null : stripHidden(`.facts${issue.path.map((p) => `.${String(p)}`).join("")}: ${issue.message}`, 300);
}

// src/domain/secrets.ts
/**
* What must never stand in a ledger that anybody may read: the secrets this run was given, in the forms they leak in,
* and what is a secret by its look.
*/
const looks = [
	["a private key", /-----BEGIN [A-Z0-9 ]*PRIVATE KEY|PuTTY-User-Key-File-|b3BlbnNzaC1rZXktdjE/],
	["a GitHub token", /gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}/],
	["an AWS key", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/]
];
/** What this text holds that is a secret by its look, in words. */
const secretLooks = (text) => looks.filter(([, look]) => look.test(text)).map(([name]) => name);
/** Shorter lines of a secret are words that stand everywhere. */
const shortest = 8;
/** Every secret found, in words that do not repeat it; empty when clean. */
function secretFaults(entry, secrets) {
	const { hash: _, prev: __, ...rest } = entry;
	const text = canonical(rest);
	const said = stringsIn(rest);
	const whole = [text, ...said];
	const unbroken = [text, ...said.map((s) => s.replace(/\s+/g, ""))];
	return [...secrets.flatMap((secret, i) => {
		const what = `secret ${i + 1} of ${secrets.length}`;
		if (plainForms(secret).some((f) => whole.some((t) => t.includes(f)))) return [`the entry holds ${what}, or a line of it`];
		if (encodedForms(secret).some((f) => unbroken.some((t) => t.includes(f)))) return [`the entry holds ${what} in base64`];
		return [];
	}), ...looks.filter(([, look]) => whole.some((t) => look.test(t))).map(([name]) => `the entry holds what looks like ${name}`)];
}
/** Whole secrets as they look, without crossing a quote: within JSON it stays JSON. */
const wholeLooks = [
	["a private key", String.raw`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?:-----(?:[^"]{0,16384}?-----END [A-Z0-9 ]*PRIVATE KEY-----)?)?|PuTTY-User-Key-File-[^"]{0,16384}|b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=]*`],
	["a GitHub token", "gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"],
	["an AWS key", String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`]
];
/** Takes out of a text what was given, a line of it or its base64, and what looks like a secret. */
function redactor(secrets) {
	const given = secrets.flatMap((secret) => [...plainForms(secret), ...encodedForms(secret)]).filter((form) => form.length >= shortest).toSorted((a, b) => b.length - a.length).map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
	const kinds = [...wholeLooks.map(([what, look]) => [`what looks like ${what}`, new RegExp(look, "g")]), ...given.length === 0 ? [] : [["a secret of this run", new RegExp(given.join("|"), "g")]]];
	return (text) => {
		const found = [];
		let clean = text;
		for (const [what, pattern] of kinds) {
			const next = clean.replace(pattern, "[taken out]");
			if (next !== clean) found.push(what);
			clean = next;
		}
		return {
			text: clean,
			found
		};
	};
}
/** The same for every text in a value, names included. */
function redactIn(value, redact, found) {
	if (typeof value === "string") {
		const clean = redact(value);
		for (const what of clean.found) found(what);
		return clean.text;
	}
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map((one) => redactIn(one, redact, found));
	return Object.fromEntries(Object.entries(value).map(([k, v]) => [redactIn(k, redact, found), redactIn(v, redact, found)]));
}
function plainForms(secret) {
	const lines = secret.split(/\r\n|\r|\n/).map((l) => l.trim()).filter((l) => l.length >= shortest);
	const forms = [secret.trim(), ...lines].filter((f) => f !== "");
	return [...forms, ...forms.map((f) => JSON.stringify(f).slice(1, -1))];
}
/**
* base64 of a longer text that holds the secret depends on where it begins: three ways, without the characters that its
* neighbours share.
*/
function encodedForms(secret) {
	return [secret, secret.trim()].filter((s) => s !== "").flatMap((s) => [
		0,
		1,
		2
	].flatMap((before) => {
		const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(s, "utf8")]);
		const sure = Math.floor(bytes.length * 8 / 6);
		const form = bytes.toString("base64").slice(Math.ceil(before * 8 / 6), sure);
		return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
	})).filter((f) => f.length >= shortest);
}
function stringsIn(value) {
	if (typeof value === "string") return [value];
	if (typeof value !== "object" || value === null) return [];
	if (Array.isArray(value)) return value.flatMap(stringsIn);
	return Object.entries(value).flatMap(([k, v]) => [k, ...stringsIn(v)]);
}

// src/adapters/process.ts
const graceMs = 2e3;
const lookMs$1 = 20;
/** Groups that were started and not seen to be gone. */
const living$1 = /* @__PURE__ */ new Set();
process.on("exit", () => {
	for (const group of living$1) toGroup(group, "SIGKILL");
});
function startProcess(argv, { cwd, env, within = [] } = {}) {
	const [program = "", ...args] = [...within, ...argv];
	const child = execa(program, args, {
		...cwd === void 0 ? {} : { cwd },
		...env === void 0 ? {} : {
			env,
			extendEnv: false
		},
		stdin: "pipe",
		stdout: "pipe",
		stderr: "pipe",
		buffer: false,
		reject: false,
		detached: true
	});
	const { pid } = child;
	if (pid !== void 0) living$1.add(pid);
	const forgetIfGone = () => {
		if (pid !== void 0 && !groupLives(pid)) living$1.delete(pid);
	};
	const exited = new Promise((resolve) => {
		child.nodeChildProcess.once("exit", (code, signal) => {
			forgetIfGone();
			resolve(signal === null ? {
				kind: "exited",
				code: code ?? 1
			} : {
				kind: "signalled",
				signal
			});
		});
		child.then(({ exitCode, signal, cause, shortMessage, code }) => {
			if (exitCode !== void 0) resolve({
				kind: "exited",
				code: exitCode
			});
			else if (signal !== void 0) resolve({
				kind: "signalled",
				signal
			});
			else resolve({
				kind: "not started",
				why: cause instanceof Error ? cause.message : shortMessage ?? "it did not start",
				errno: code
			});
		});
	});
	for (const stream of [
		child.stdin,
		child.stdout,
		child.stderr
	]) stream.on("error", () => void 0);
	return {
		pid,
		stdin: child.stdin,
		stdout: child.stdout,
		stderr: child.stderr,
		exited,
		duplex: () => child.duplex(),
		end: async () => {
			if (pid === void 0) return;
			toGroup(pid, "SIGTERM");
			if (!await gone(pid)) {
				toGroup(pid, "SIGKILL");
				await gone(pid);
			}
			living$1.delete(pid);
		},
		kill: () => {
			if (pid === void 0) return;
			toGroup(pid, "SIGKILL");
			living$1.delete(pid);
		}
	};
}
/** Rejects with the signal's reason on abort, and with what a callback throws; every other ending is a result. */
async function runProcess(argv, options) {
	const { timeoutMs, signal, keepBytes = 1 << 20 } = options;
	signal?.throwIfAborted();
	const started = performance.now();
	const child = startProcess(argv, options);
	const stopped = Promise.withResolvers();
	const stop = () => stopped.reject(signal?.reason);
	const timer = setTimeout(() => stopped.resolve({ kind: "late" }), Math.min(timeoutMs, 2 ** 31 - 1));
	signal?.addEventListener("abort", stop, { once: true });
	const overflow = () => {
		if (options.refuseMore === true) stopped.resolve({ kind: "too much" });
	};
	const out = tail(child.stdout, keepBytes, overflow, options.onOut, stopped.reject);
	const err = tail(child.stderr, keepBytes, overflow, options.onErr, stopped.reject);
	if (options.hold !== true) child.stdin.end(options.input ?? "");
	try {
		const ending = await Promise.race([stopped.promise, child.exited]);
		child.stdin.end();
		await child.end();
		await Promise.race([Promise.all([out.closed, err.closed]), setTimeout$1(graceMs, void 0, { ref: false })]);
		return {
			ending: options.refuseMore === true && (out.more() || err.more()) ? { kind: "too much" } : ending,
			stdout: out.bytes(),
			stderr: err.bytes(),
			ms: performance.now() - started
		};
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener("abort", stop);
		child.stdin.end();
		await child.end();
		for (const stream of [child.stdout, child.stderr]) stream.destroy();
	}
}
/** The last bytes of a stream. */
function tail(stream, keep, overflow, onChunk, failed) {
	let chunks = [];
	let length = 0;
	let more = false;
	stream.on("data", (chunk) => {
		try {
			onChunk?.(chunk);
		} catch (error) {
			failed(error);
		}
		chunks.push(chunk);
		length += chunk.length;
		if (length <= keep) return;
		more = true;
		overflow();
		if (length > 2 * keep) {
			chunks = [Buffer.concat(chunks).subarray(-keep)];
			length = keep;
		}
	});
	return {
		bytes: () => Buffer.concat(chunks).subarray(more ? -keep : 0),
		more: () => more,
		closed: new Promise((resolve) => {
			stream.once("close", resolve);
		})
	};
}
/** A program that takes over this terminal until it ends. `told`: what it reads first; stdin ends with the signal. */
async function runAttached(argv, told) {
	const [program = "", ...args] = argv;
	const common = {
		stdout: "inherit",
		stderr: "inherit",
		reject: false,
		cleanup: false
	};
	const child = told === void 0 ? execa(program, args, {
		...common,
		stdin: "inherit"
	}) : execa(program, args, {
		...common,
		stdin: "pipe"
	});
	const hangUp = () => {
		child.stdin?.end();
	};
	if (told !== void 0) {
		child.stdin?.on("error", () => void 0);
		child.stdin?.write(told.text);
		told.signal.addEventListener("abort", hangUp, { once: true });
	}
	const { exitCode, signal, code, cause, shortMessage } = await child;
	told?.signal.removeEventListener("abort", hangUp);
	if (exitCode !== void 0) return {
		kind: "exited",
		code: exitCode
	};
	if (signal !== void 0) return {
		kind: "signalled",
		signal
	};
	return {
		kind: "not started",
		why: cause instanceof Error ? cause.message : shortMessage ?? "it did not start",
		errno: code
	};
}
/** True once nothing of the group is left; false when something still is after the grace. */
async function gone(group) {
	for (const until = performance.now() + graceMs; groupLives(group); await setTimeout$1(lookMs$1)) if (performance.now() > until) return false;
	return true;
}
/** Signal 0 only asks; what belongs to another user may not be asked, so it is there. */
function groupLives(group) {
	try {
		return process.kill(-group, 0);
	} catch (error) {
		return error.code === "EPERM";
	}
}
function toGroup(group, signal) {
	try {
		process.kill(-group, signal);
	} catch {}
}

// src/adapters/git/settings.ts
/** What of a person's own git settings is taken over: how to reach a server, and how a file maps to its content. */
/**
* `safe.directory` is a person's trust in a repository of another owner. Without filters and line endings a clean file
* would look changed. A proxy and its certificates are the way out of a house. Nothing else changes an answer.
*/
const taken = {
	"a ledger": /^(?:safe\.directory|https?\.(?:.*\.)?(?:proxy\w*|ssl(?:cainfo|capath|cert|key|backend)))$/i,
	"a working tree": /^(?:safe\.directory|filter\..*|core\.(?:autocrlf|eol))$/i
};
let reading$1;
/** Read once: of the person and the system, never of a repository. */
async function settingsOf(purpose) {
	reading$1 ??= readAll();
	const all = await reading$1;
	return {
		config: all.filter(([key]) => taken[purpose].test(key)),
		ssh: sshOf(all)
	};
}
function sshOf(all) {
	const own = process.env["GIT_SSH_COMMAND"] || all.findLast(([key]) => key === "core.sshcommand")?.[1] || "ssh";
	return /^\S*ssh\b/.test(own) ? `${own} -oBatchMode=yes` : own;
}
async function readAll() {
	const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_") || /^GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)$/.test(name));
	const { ending, stdout } = await runProcess([
		"git",
		"config",
		"--list",
		"--null",
		"--show-scope",
		"--includes"
	], {
		cwd: "/",
		env: {
			...Object.fromEntries(kept),
			GIT_CEILING_DIRECTORIES: "/",
			LC_ALL: "C"
		},
		timeoutMs: 2e4
	});
	if (ending.kind !== "exited" || ending.code !== 0) return [];
	const words = stdout.toString("utf8").split("\0");
	return words.flatMap((scope, i) => {
		const text = words[i + 1] ?? "";
		if (i % 2 !== 0 || scope !== "system" && scope !== "global") return [];
		const at = text.indexOf("\n");
		return [at < 0 ? [text, "true"] : [text.slice(0, at), text.slice(at + 1)]];
	});
}

// src/adapters/git/process.ts
/** The one way to run git: its surroundings, its time limit, and errors without what must not be said. */
/**
* What a hook, an alias or a person set for another repository is not for this one: variables that begin with GIT_ stay
* out, and so do the settings of the person and the system but for those that {@link settingsOf} names.
*/
const surroundings = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
const nobody = {
	GIT_AUTHOR_NAME: "vps-test",
	GIT_AUTHOR_EMAIL: "vps-test@lab.invalid",
	GIT_COMMITTER_NAME: "vps-test"
};
const quiet = {
	GIT_CONFIG_NOSYSTEM: "1",
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_NO_REPLACE_OBJECTS: "1",
	GIT_ATTR_NOSYSTEM: "1",
	LC_ALL: "C",
	GIT_TERMINAL_PROMPT: "0",
	GIT_ASKPASS: ""
};
/**
* A transition is on the disk before the next action; other writers are waited for; nothing runs on after git has
* answered; no hook, watcher, pager or check of signatures changes or delays an answer.
*/
const settings = {
	"core.fsync": "all",
	"core.filesRefLockTimeout": "2000",
	"gc.auto": "0",
	"maintenance.auto": "false",
	"core.hooksPath": "/dev/null",
	"core.fsmonitor": "false",
	"core.quotePath": "false",
	"core.excludesFile": "/dev/null",
	"core.attributesFile": "/dev/null",
	"log.showSignature": "false",
	"advice.detachedHead": "false"
};
/** git ended badly. `words`: its stderr; `report`: its stdout, where a push says what became of each ref. Scrubbed. */
var GitError = class extends Error {
	words;
	code;
	report;
	constructor(command, words, code, report = "") {
		super(`git ${command}: ${words}`);
		this.name = "GitError";
		this.words = words;
		this.code = code;
		this.report = report;
	}
};
/** git on the bare repository `dir` (null: on none yet). What `hidden` lists never stands in an error. */
const gitIn = (dir, hidden = [], signal) => runner("a ledger", dir === null ? {} : { dir }, hidden, signal);
/** git on the repository whose working tree holds `place`. */
const gitAt = (place, signal) => runner("a working tree", { place }, [], signal);
function runner(purpose, { dir, place }, hidden, signal) {
	return async (args, { input, config = {}, env = {}, timeoutMs = 6e4 } = {}) => {
		signal?.throwIfAborted();
		const persons = await settingsOf(purpose);
		const pairs = [...persons.config, ...Object.entries({
			...settings,
			...config
		})];
		const passed = Object.fromEntries([["GIT_CONFIG_COUNT", String(pairs.length)], ...pairs.flatMap(([key, value], i) => [[`GIT_CONFIG_KEY_${i}`, key], [`GIT_CONFIG_VALUE_${i}`, value]])]);
		const done = await runProcess([
			"git",
			...dir === void 0 ? [] : [`--git-dir=${dir}`],
			...args
		], {
			...place === void 0 ? {} : { cwd: place },
			env: {
				...surroundings,
				...nobody,
				...quiet,
				...purpose === "a working tree" ? {
					GIT_OPTIONAL_LOCKS: "0",
					GIT_DISCOVERY_ACROSS_FILESYSTEM: "1"
				} : {},
				GIT_SSH_COMMAND: persons.ssh,
				GIT_COMMITTER_EMAIL: `vps-test+${randomBytes(8).toString("hex")}@lab.invalid`,
				...env,
				...passed
			},
			timeoutMs,
			keepBytes: 1 << 29,
			refuseMore: true,
			...input === void 0 ? {} : { input },
			signal
		});
		const stderr = scrub(done.stderr.toString("utf8"), hidden);
		if (done.ending.kind === "exited" && done.ending.code === 0) return {
			stdout: done.stdout,
			stderr
		};
		const code = done.ending.kind === "exited" ? done.ending.code : void 0;
		throw new GitError(args[0] ?? "", why(done, stderr, timeoutMs, hidden), code, scrub(shown$1(done.stdout), hidden));
	};
}
function why({ ending }, stderr, timeoutMs, hidden) {
	switch (ending.kind) {
		case "late": return `no answer within ${timeoutMs} ms`;
		case "too much": return "its answer is larger than what is read";
		case "not started": return scrub(ending.errno === "ENOENT" ? "git is not installed here" : ending.why, hidden);
		case "signalled": return stderr.trim() || `it was ended by ${ending.signal}`;
		case "exited": return stderr.trim() || `exit code ${ending.code}`;
	}
}
const shown$1 = (stdout) => stdout.subarray(0, 65536).toString("utf8");
/** `text` without any of the secrets, the longest taken out first. */
const scrub = (text, hidden) => hidden.filter((h) => h !== "").toSorted((a, b) => b.length - a.length).reduce((t, h) => t.replaceAll(h, "***"), text);

// src/adapters/git/place.ts
/** The bare repository's own folder: made whole or not at all, and freed of the lock that a killed git left. */
const branch = "refs/heads/vps-test-ledger";
/**
* git holds the branch's lock file for milliseconds. A killed git leaves it for ever, so one that is older belongs to
* nobody.
*/
const staleLockMs = 1e4;
const unwritable = (dir, cause) => new Failure({
	code: "H011",
	message: `cannot write the ledger in ${dir}`,
	remedy: `ls -ld ${dir}`
}, cause);
/** Made beside and moved into place, so that two first runs at once, or a killed one, leave one whole repository. */
async function create(dir) {
	if (existsSync(join$1(dir, "HEAD"))) return;
	try {
		await mkdir(dirname(dir), { recursive: true });
		const fresh = await mkdtemp(`${dir}.new-`);
		try {
			await gitIn(null)([
				"init",
				"-q",
				"--bare",
				"--template=",
				fresh
			]);
			await rename(fresh, dir);
		} finally {
			await rm(fresh, {
				recursive: true,
				force: true
			});
		}
	} catch (error) {
		if (!existsSync(join$1(dir, "HEAD"))) throw unwritable(dir, error);
	}
}
/** True while another writer may hold the branch, or when a dead one's lock has just been taken away: try again. */
async function locked(dir) {
	const lock = join$1(dir, `${branch}.lock`);
	const seen = await stat(lock).catch(() => void 0);
	if (seen === void 0) return false;
	if (Date.now() - seen.mtimeMs < staleLockMs) return true;
	const aside = `${lock}.${seen.ino}-${process.pid}`;
	await rename(lock, aside).catch(() => void 0);
	const moved = await stat(aside).catch(() => void 0);
	if (moved !== void 0 && (moved.ino !== seen.ino || moved.mtimeMs !== seen.mtimeMs)) await rename(aside, lock);
	await rm(aside, { force: true });
	return true;
}

// src/adapters/git/refusal.ts
/** What git's words about a remote repository mean, as a failure whose remedy helps. */
/** Somebody else was just writing there; nothing is wrong. */
const contention = /stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref|failed to lock|incorrect old value|reference already exists|but expected/;
const unauthenticated = /Authentication failed|could not read (Username|Password)|Invalid username or (password|token)|error: 401|Permission denied \(publickey/;
const missing$1 = /repository .*not found|error: 404|does not appear to be a git repository|does not exist/i;
const denied = /error: 403|Permission to .* denied|Write access to repository not granted|not allowed to push|Resource not accessible/;
/** GitHub's words for a rule; other servers have a hook that says no in words of its own. */
const guarded = /GH006|GH013|[Pp]rotected branch|rule violations/;
/** A branch below ours, or above it, stands where ours would be. */
const inTheWay = /'(refs\/heads\/[^'\s]+)' exists; cannot create '/;
const full = /No space left on device|[Qq]uota exceeded|unpacker error|unable to create temporary (?:file|object)|Read-only file system/;
const otherFormat = /mismatched algorithms|does not support this repository's hash algorithm/;
/** What git itself says; lines after `remote:` are the server's and may hold any words. */
const ownWords = (words) => words.split("\n").filter((line) => !line.startsWith("remote:")).join("\n");
/** Why the server did not take the branch, of the report of `push --porcelain`: `!<tab>from:to<tab>[…] (why)`. */
const rejection = ({ report }) => {
	const [, who, why] = /^!\t[^\t]*\t\[(rejected|remote rejected|remote failure)\](?: \((.*)\))?$/m.exec(report) ?? [];
	return who === void 0 ? void 0 : {
		by: who === "rejected" ? "us" : "server",
		why: why ?? ""
	};
};
/** git found the lock file of another, here. */
const wasLocked = (error) => error instanceof GitError && /\.lock': File exists/.test(error.words);
const contended = (error) => {
	if (!(error instanceof GitError) || inTheWay.test(error.words)) return false;
	return contention.test(rejection(error)?.why ?? ownWords(error.words));
};
/** The branch that keeps ours from being made, in the words of git or as it is listed. */
const branchInTheWay = (url, other, cause) => new Failure({
	code: "U266",
	message: `${url} has a branch ${stripHidden(other, 200)}, and git cannot have the branch vps-test-ledger beside it`,
	remedy: `git push ${quote(url)} --delete ${quote(other)}`
}, cause);
/** A refusal that asking again does not change, or undefined: then the remote repository was not reached. */
function refusal$1(error, url) {
	if (!(error instanceof GitError) || contended(error)) return void 0;
	const rejected = rejection(error);
	if (rejected?.by === "server") return rejectedByServer(error, rejected.why, url);
	const words = ownWords(error.words);
	if (otherFormat.test(words)) return new Failure({
		code: "U268",
		message: `${url} is a repository with SHA-256, and ledgers are kept with SHA-1: name another one for the ledger`
	}, error);
	if (unauthenticated.test(words)) return new Failure({
		code: "U261",
		message: `${url} does not accept the token for the ledger: ${said(error.words)}`,
		remedy: "give the job in its workflow file: permissions: { contents: write }"
	}, error);
	if (denied.test(words)) return new Failure({
		code: "U262",
		message: `the token may not write the ledger in ${url} (a run for a pull request from a fork never may, and never writes): ${said(error.words)}`,
		remedy: "give the job in its workflow file: permissions: { contents: write }"
	}, error);
	if (missing$1.test(words)) return new Failure({
		code: "U263",
		message: `no repository for the ledger at ${url}, or the token may not see it: ${said(error.words)}`,
		remedy: `git ls-remote ${url}`
	}, error);
}
function rejectedByServer(error, why, url) {
	const told = said(`${why}; ${error.words.replaceAll(/^remote: ?/gm, "")}`);
	const other = inTheWay.exec(error.words)?.[1];
	if (other !== void 0) return branchInTheWay(url, other, error);
	if (full.test(why) || full.test(error.words)) return new Failure({
		code: "I261",
		message: `${url} cannot store the ledger: ${told}`
	}, error);
	if (guarded.test(why) || guarded.test(error.words)) return new Failure({
		code: "U264",
		message: `${url} refuses pushes to the branch vps-test-ledger; a rule protects it and has to exempt it: ${told}`
	}, error);
	return new Failure({
		code: "U267",
		message: `the server of ${url} refuses the commits of the branch vps-test-ledger: ${told}`
	}, error);
}
const ledgerUnreachable = (error, url, note = "") => new Failure({
	code: "I260",
	message: `cannot reach the ledger in ${url}: ${error instanceof GitError ? said(error.words) : "no answer"}${note}`,
	remedy: `git ls-remote ${url}`
}, error);
/** The other side's words are hostile text: one line, bounded. */
const said = (words) => stripHidden(words.trim().replace(/\s+/g, " "), 300);

// src/adapters/git/remote.ts
/**
* The branch of a remote repository as the truth: looked at before each reading, moved by a push that names what it
* replaces.
*/
const networkTimeoutMs = 6e4;
/** How often a remote that does not answer, or shows less than it did, is asked again. */
const patience = 3;
/** Rounds of several writers fall apart by chance. Bounded: at most two seconds. */
async function pause(round, signal) {
	await setTimeout$1(randomInt$1(20, Math.min(2e3, 100 * 2 ** round)), void 0, signal === void 0 ? {} : { signal }).catch(() => {
		signal?.throwIfAborted();
	});
}
/** What of the authorization must never be said: the value, its credentials, and the token in them. */
function partsOf$1(authorization) {
	if (authorization === void 0 || authorization === "") return [];
	const credentials = authorization.slice(authorization.indexOf(" ") + 1);
	const decoded = Buffer.from(credentials, "base64").toString("utf8");
	return [
		authorization,
		credentials,
		...decoded.includes(":") ? [decoded, decoded.slice(decoded.indexOf(":") + 1)] : []
	].filter((part) => part.trim().length >= 4);
}
function checkRemote({ url, authorization = "" }) {
	if (/^https?:\/\/[^/]*@/i.test(url)) throw new Failure({
		code: "U260",
		message: "the URL of the ledger holds credentials, which lists of processes would show; the token is given apart from it"
	});
	if (/[\r\n\0]/.test(url + authorization)) throw new Failure({
		code: "U260",
		message: "the URL or the authorization of the ledger holds a line break"
	});
}
function remoteOf(dir, git, store, { url, authorization }, signal) {
	const config = {
		"remote.ledger.url": url,
		...authorization === void 0 || authorization === "" ? {} : { [`http.${url}.extraheader`]: `Authorization: ${authorization}` },
		"http.lowSpeedLimit": "100",
		"http.lowSpeedTime": "20"
	};
	const network = async (args) => (await git(args, {
		config,
		timeoutMs: networkTimeoutMs
	})).stdout.toString("utf8");
	/** Asks until there is an answer, a few times; a refusal is one. */
	const patiently = async (args) => {
		for (let round = 0;; round++) try {
			return await network(args);
		} catch (error) {
			signal?.throwIfAborted();
			const no = refusal$1(error, url);
			if (no !== void 0) throw no;
			if (round + 1 >= patience) throw ledgerUnreachable(error, url);
			await pause(round, signal);
		}
	};
	/** Refs that git's push would take for the branch, or beside it. */
	let twins = [];
	/** A branch below ours: ours cannot be made. */
	let below;
	/** git lists every ref whose name ends like this one, `refs/heads/a/refs/heads/…` before it. */
	const ask = async () => {
		const lines = (await patiently([
			"ls-remote",
			"ledger",
			branch,
			`${branch}/*`
		])).split("\n");
		const found = new Map(lines.flatMap((line) => {
			const [, commit, name] = /^([0-9a-f]{40,64})\t(.*)$/.exec(line) ?? [];
			return commit === void 0 || name === void 0 ? [] : [[name, commit]];
		}));
		twins = [
			"refs",
			"refs/heads",
			"refs/tags",
			"refs/remotes"
		].map((above) => `${above}/${branch}`).filter((name) => found.has(name));
		below = [...found.keys()].find((name) => name.startsWith(`${branch}/`));
		return found.get("refs/heads/vps-test-ledger") ?? null;
	};
	const fetch = async () => {
		await patiently([
			"fetch",
			"--quiet",
			"--no-tags",
			"--no-write-fetch-head",
			"--no-recurse-submodules",
			"ledger",
			branch
		]);
	};
	/** The cache is only ever moved forward; that another process, or a dead one's lock, was first does no harm. */
	const remember = async (to, from) => {
		await store.move(to, from).catch(async () => {
			await locked(dir);
		});
	};
	/** The remote's commit, with all its objects here. */
	const tip = async () => {
		await create(dir);
		for (let round = 0;; round++) {
			const seen = await store.tip();
			const there = await ask();
			if (there === seen) return there;
			if (there !== null) {
				await fetch();
				if (await store.has(there) && (seen === null || await store.follows(seen, there))) {
					await remember(there, seen);
					return there;
				}
			}
			if (round >= patience) throw new Failure({
				code: "H013",
				message: `the branch vps-test-ledger of ${url} ${there === null ? "is gone" : "was rewritten"} since it was last read: ${seen ?? "nothing"} is not in it any more; the copy of what was seen is in ${dir}`,
				remedy: `git --git-dir=${dir} log ${branch}`
			});
			await pause(round, signal);
		}
	};
	/** Pushes in a row that failed for no reason the other side gave. */
	let troubles = 0;
	/**
	* True: the commit is in the branch. False: another was faster, or the answer was lost on its way: re-read and decide
	* again.
	*/
	const publish = async (commit, old) => {
		if (below !== void 0) throw branchInTheWay(url, below);
		const [twin] = twins;
		if (twin !== void 0) throw new Failure({
			code: "U265",
			message: `${url} has a ref ${twin}, which git cannot tell from the branch vps-test-ledger in a push`,
			remedy: `git push ${quote(url)} --delete ${twin}`
		});
		try {
			await network([
				"push",
				"--quiet",
				"--porcelain",
				"--no-verify",
				"--no-recurse-submodules",
				`--force-with-lease=${branch}:${old ?? ""}`,
				"ledger",
				`${commit}:${branch}`
			]);
		} catch (error) {
			signal?.throwIfAborted();
			const now = await tip().catch((after) => {
				throw isFailure(after, "I260") ? ledgerUnreachable(error, url, "; whether the last entry was written is not known") : after;
			});
			if (now !== null && await store.has(commit) && await store.follows(commit, now)) return true;
			if (now !== old || contended(error)) return false;
			const no = refusal$1(error, url);
			if (no !== void 0) throw no;
			if (++troubles < patience) return false;
			troubles = 0;
			throw ledgerUnreachable(error, url);
		}
		troubles = 0;
		await remember(commit, old);
		return true;
	};
	return {
		tip,
		publish
	};
}

// src/adapters/git/store.ts
/** Entries as files of git trees: reading them at a commit, and writing a commit with one entry more. */
/** `sessions/<id>/0003-BUILD-DEPLOY.json` */
const nameOf$1 = (e) => `${String(e.seq).padStart(4, "0")}-${e.from}-${e.to}.json`;
/**
* `home`: the repository that holds the truth, which a person can push to; absent: this is somebody's clone, or a look
* at one.
*/
function storeIn(dir, git, home) {
	const line = async (...args) => (await git(...args)).stdout.toString("utf8").trim();
	const list = async (args) => (await git(args)).stdout.toString("utf8").split("\0").filter(Boolean);
	const damaged = (what, words, cause, remedy = `git --git-dir=${dir} fsck`) => new Failure({
		code: "H010",
		message: `the ledger of ${what} is damaged: ${words}`,
		remedy
	}, cause);
	/** What a person can do: the branch without the session; its history keeps it. */
	const without = (id) => home === void 0 || !/^[\x20-\x7e]+$/.test(id) ? void 0 : `git clone -q -b vps-test-ledger ${quote(home)} ledger && git -C ledger --literal-pathspecs rm -rq ${quote(`sessions/${id}`)} && git -C ledger commit -qm ${quote(`without ${id}`)} && git -C ledger push -q`;
	const tip = async () => {
		if (!existsSync(dir)) return null;
		const { stdout, stderr } = await git([
			"for-each-ref",
			"--format=%(objectname) %(refname)",
			branch
		]).catch((error) => {
			throw error instanceof GitError ? damaged(dir, "git cannot read it", error) : error;
		});
		if (stderr !== "") throw damaged(dir, stderr);
		return refsIn(stdout).get("refs/heads/vps-test-ledger") ?? null;
	};
	/** Every session below `prefix` (`sessions/` or one of them), in one reading, each as far as it is whole. */
	const told = async (at, prefix) => readAll(at, prefix).catch((error) => {
		throw error instanceof GitError ? damaged(home ?? dir, error.words, error) : error;
	});
	const readAll = async (at, prefix) => {
		if (at === null) return [];
		const files = (await list([
			"ls-tree",
			"-r",
			"-z",
			at,
			prefix
		])).flatMap((l) => {
			const [, blob, id, seq] = /^\d+ blob ([0-9a-f]+)\tsessions\/([^/]+)\/(\d+)-[^/]*\.json$/.exec(l) ?? [];
			return blob === void 0 || id === void 0 ? [] : [{
				blob,
				id,
				seq: Number(seq)
			}];
		});
		if (files.length === 0) return [];
		const texts = blobs((await git(["cat-file", "--batch"], { input: `${files.map((f) => f.blob).join("\n")}\n` })).stdout);
		const sessions = /* @__PURE__ */ new Map();
		for (const f of files.map((f, i) => ({
			...f,
			text: texts[i] ?? ""
		})).sort((a, b) => a.seq - b.seq)) sessions.set(f.id, [...sessions.get(f.id) ?? [], f.text]);
		return [...sessions].map(([id, all]) => {
			const { entries, fault } = followed(id, all);
			return fault === null ? {
				id,
				entries
			} : {
				id,
				entries,
				damage: damaged(`session ${stripHidden(id, 100)}`, stripHidden(fault, 1e3), void 0, without(id))
			};
		}).sort((a, b) => a.id < b.id ? -1 : 1);
	};
	const read = async (session, at) => {
		const one = (await told(at, `sessions/${session}/`)).find((t) => t.id === session);
		if (one?.damage !== void 0) throw one.damage;
		return one?.entries ?? [];
	};
	const children = async (at, prefix) => at === null ? [] : (await list([
		"ls-tree",
		"-z",
		at,
		...prefix === "" ? [] : [prefix]
	])).map((l) => l.replace(`\t${prefix}`, "	"));
	const nameIn = (child) => child.slice(child.indexOf("	"));
	/**
	* The tree `old` with some children more, or in the place of others. Trees are written without an index: a killed
	* writer leaves no files.
	*/
	const withChildren = async (old, prefix, more) => {
		const named = new Set(more.map(nameIn));
		return line(["mktree", "-z"], { input: [...(await children(old, prefix)).filter((c) => !named.has(nameIn(c))), ...more].map((c) => `${c}\0`).join("") });
	};
	const blob = async (text) => line([
		"hash-object",
		"-w",
		"--stdin"
	], { input: text });
	/** The commit after `old` with this entry, and `derived` files at the root beside what is there. No branch moves. */
	const commit = async (entry, old, derived) => {
		const file = await blob(`${canonical(entry)}\n`);
		const session = await withChildren(old, `sessions/${entry.session}/`, [`100644 blob ${file}\t${nameOf$1(entry)}`]);
		const sessions = await withChildren(old, "sessions/", [`040000 tree ${session}\t${entry.session}`]);
		const beside = await Promise.all(Object.entries(derived).map(async ([name, text]) => `100644 blob ${await blob(text)}\t${name}`));
		const tree = await withChildren(old, "", [`040000 tree ${sessions}\tsessions`, ...beside]);
		return line([
			"commit-tree",
			tree,
			...old === null ? [] : ["-p", old],
			"-m",
			`${entry.session}: ${entry.from} → ${entry.to}`
		]);
	};
	return {
		tip,
		read,
		commit,
		all: async (at) => told(at, "sessions/"),
		names: async (at) => at === null ? [] : (await list([
			"ls-tree",
			"-z",
			"--name-only",
			at,
			"sessions/"
		]).catch((error) => {
			throw error instanceof GitError ? damaged(home ?? dir, error.words, error) : error;
		})).map((n) => n.replace("sessions/", "")).sort(),
		/** Compare-and-swap of the branch. */
		move: async (to, from) => {
			await git([
				"update-ref",
				branch,
				to,
				from ?? "0".repeat(40)
			]);
		},
		/** Whether `later` is `earlier` or was built on it. */
		follows: async (earlier, later) => git([
			"merge-base",
			"--is-ancestor",
			earlier,
			later
		]).then(() => true, (error) => {
			if (error instanceof GitError && error.code === 1) return false;
			throw error instanceof GitError ? damaged(dir, error.words, error) : error;
		}),
		has: async (commit) => git([
			"cat-file",
			"-e",
			`${commit}^{commit}`
		]).then(() => true, (error) => {
			if (error instanceof GitError) return false;
			throw error;
		})
	};
}
/** Names to objects, of `for-each-ref --format='%(objectname) %(refname)'`. */
const refsIn = (stdout) => new Map(stdout.toString("utf8").split("\n").flatMap((line) => {
	const at = line.indexOf(" ");
	return at < 0 ? [] : [[line.slice(at + 1), line.slice(0, at)]];
}));
/**
* The entries as far as they are whole. Texts are anybody's: nothing that is wrong with one session may keep another
* from being read.
*/
function followed(id, texts) {
	const entries = [];
	try {
		for (const text of texts) {
			const value = parsed(text);
			const fault = value === void 0 ? " is no JSON" : entryShape(value);
			if (fault !== null) return upTo(id, entries, `entry ${entries.length}${fault}`);
			entries.push(value);
		}
		return upTo(id, entries);
	} catch (error) {
		return {
			entries: [],
			fault: `it cannot be followed: ${error instanceof Error ? error.message : "it throws"}`
		};
	}
}
function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return;
	}
}
function upTo(id, entries, after) {
	const faults = [...chainFaults(entries, id), ...after === void 0 ? [] : [after]];
	if (faults.length === 0) {
		fold(id, entries);
		return {
			entries,
			fault: null
		};
	}
	const good = entries.findIndex((_, i) => chainFaults(entries.slice(0, i + 1), id).length > 0);
	return {
		entries: good < 0 ? entries : entries.slice(0, good),
		fault: faults.join("; ")
	};
}
/** The texts of `git cat-file --batch`: `<id> blob <size>`, newline, the bytes, newline. */
function blobs(batch) {
	const texts = [];
	for (let at = 0; at < batch.length;) {
		const end = batch.indexOf(10, at);
		const size = Number(/ blob (\d+)$/.exec(batch.subarray(at, end).toString("latin1"))?.[1] ?? -1);
		texts.push(size < 0 ? "" : batch.subarray(end + 1, end + 1 + size).toString("utf8"));
		at = end + 1 + (size < 0 ? 0 : size + 1);
	}
	return texts;
}

// src/adapters/git-ledger.ts
/**
* The ledger on a branch of a git repository, here or remote: one commit and one file per transition, appended by
* compare-and-swap.
*/
const rounds = 20;
/** No answer at all is not asked for as often as a race is run. */
const deadlineMs = 18e4;
const usable = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/**
* The ledger in the bare repository `dir`, or the remote one that it caches. Reading a local one creates nothing: a
* missing repository is an empty ledger.
*/
async function openGitLedger(dir, options = {}) {
	const { remote, signal, derive } = options;
	if (remote !== void 0) checkRemote(remote);
	const hidden = partsOf$1(remote?.authorization);
	const git = gitIn(dir, hidden, signal);
	const store = storeIn(dir, git, remote?.url ?? dir);
	const truth = remote === void 0 ? localTruth(dir, store) : remoteOf(dir, git, store, remote, signal);
	const secrets = [...options.secrets ?? [], ...hidden];
	const derived = async (entry, old) => {
		if (derive === void 0) return {};
		const all = await store.all(old);
		const mine = {
			id: entry.session,
			entries: [...all.find((t) => t.id === entry.session)?.entries ?? [], entry]
		};
		const after = [...all.filter((t) => t.id !== entry.session), mine].sort((a, b) => a.id < b.id ? -1 : 1);
		const wrong = (words, cause) => new Failure({
			code: "H014",
			message: `the files beside the ledger of session ${entry.session} cannot be made, so nothing was written: ${words}`
		}, cause);
		let files;
		try {
			files = derive(after);
		} catch (error) {
			throw wrong(error instanceof Error ? error.message : "derive threw", error);
		}
		const odd = Object.keys(files).filter((name) => !usable.test(name) || name === "sessions");
		if (odd.length > 0) throw wrong(`${odd.map((name) => JSON.stringify(name)).join(", ")} is no name`);
		return files;
	};
	const append = async (session, entry) => {
		await create(dir);
		const until = performance.now() + deadlineMs;
		for (let round = 0; round < rounds && performance.now() < until; round++) {
			const old = await truth.tip();
			const before = await store.read(session, old);
			const last = before.at(-1);
			if ((last?.hash ?? genesis) !== entry.prev) throw new Failure({
				code: "B001",
				message: `another writer moved session ${session} to ${last?.to ?? "its start"} first`,
				remedy: listSessions(remote?.url)
			});
			const shape = entryShape(entry);
			const faults = [
				...chainFaults([...before, entry], session),
				...shape === null ? [] : [`the entry${shape}`],
				...[session, nameOf$1(entry)].filter((n) => !usable.test(n)).map((n) => `${JSON.stringify(n)} is no name`)
			];
			if (faults.length > 0) throw new Failure({
				code: "H012",
				message: `refused to damage the ledger of session ${session}: ${faults.join("; ")}`
			});
			checkEntryShift(before, entry);
			const files = await derived(entry, old);
			const commit = await store.commit(entry, old, files).catch((error) => {
				throw error instanceof GitError ? unwritable(dir, error) : error;
			});
			if (await truth.publish(commit, old)) return;
			if (remote !== void 0) await pause(round, signal);
		}
		throw new Failure({
			code: "B002",
			message: `the ledger in ${remote?.url ?? dir} is written too often by others`,
			remedy: listSessions(remote?.url)
		});
	};
	return {
		sessions: async () => store.names(await truth.tip()),
		read: async (session) => store.read(session, await truth.tip()),
		all: async () => (await store.all(await truth.tip())).filter((t) => t.damage === void 0),
		told: async () => store.all(await truth.tip()),
		append: async (session, entry) => {
			const secret = secretFaults(entry, secrets);
			if (secret.length > 0) throw new Failure({
				code: "H015",
				message: `refused to write a secret into the ledger: ${secret.join("; ")}`
			});
			await append(session, entry);
		}
	};
}
function localTruth(dir, store) {
	return {
		tip: store.tip,
		publish: async (commit, old) => {
			try {
				await store.move(commit, old);
				return true;
			} catch (error) {
				const inTheWay = await locked(dir) || wasLocked(error);
				if (await store.tip() === old && !inTheWay) throw unwritable(dir, error);
				return false;
			}
		}
	};
}

// src/report/dashboard.ts
const finishedShown = 50;
/** More rows than GitHub renders of one page would be cut by it, unsaid. */
const unfinishedShown = 100;
/** Of state.json; grows when a field changes its meaning. */
const schema$2 = 1;
function dashboard(sessions, broken = []) {
	const sorted = sessions.toSorted((a, b) => b.session.changedAt - a.session.changedAt || (a.session.id < b.session.id ? -1 : 1));
	const states = [...sorted.map((s) => [s.session.id, stateOf$1(s)]), ...broken.map((b) => [b.id, { damage: short(b.why) }])];
	return {
		"README.md": pageMarkdown(head(sorted), 1, sections(sorted, broken)),
		"state.json": `${JSON.stringify({
			schema: schema$2,
			sessions: Object.fromEntries(states)
		}, sortedKeys, 1)}\n`
	};
}
const isOpen = ({ session }) => !isFinal(session.state);
const head = (sorted) => ({
	id: "sessions",
	title: "vps-test: sessions",
	blocks: holding(sorted.filter(isOpen))
});
function sections(sorted, broken) {
	const [open, done] = [sorted.filter(isOpen), sorted.filter((s) => !isOpen(s))];
	return [
		...broken.length === 0 ? [] : [damage(broken)],
		{
			id: "unfinished",
			title: "Unfinished",
			blocks: [open.length === 0 ? paragraph("None.") : rows(open.slice(0, unfinishedShown)), ...more(open.length - unfinishedShown)]
		},
		{
			id: "finished",
			title: "Finished",
			blocks: [done.length === 0 ? paragraph("None yet.") : rows(done.slice(0, finishedShown)), ...more(done.length - finishedShown)]
		},
		{
			id: "reading",
			title: "How to read this",
			blocks: [list$1(reading)]
		}
	];
}
const reading = [
	inline`Each session is a folder of this branch: one file for each transition, chained by SHA-256,
    with the raw counts of each test. ${code$1("state.json")} and this page follow from them and are written again with
    each entry.`,
	inline`${strong("next due")} is when the next soak checkpoint is to be taken; ${strong("late by")}
    is how long after its due time the newest one was.`,
	inline`Verdicts give successes/attempts for each pair class or other group. Inconclusive counts as a failure.`,
	inline`Judge a test again, offline: unpack its evidence artifact into a folder, get this branch with
    ${code$1("git clone -b vps-test-ledger <this repository> ledger")}, and run
    ${code$1("vps-test verify <folder> --ledger ledger")}. The digest of the proof page stands here.`
];
const damage = (broken) => ({
	id: "damaged",
	title: "Damaged",
	blocks: [
		paragraph(inline`Nothing is done with these any more, and the others go on. To be rid of one, remove its
        folder from this branch by a commit; the history keeps it.`),
		table$2([
			"session",
			"what is wrong",
			"on a clone of this branch"
		], broken.slice(0, unfinishedShown).map(({ id, why }) => [
			code$1(id, 80),
			text$1(why, 300),
			/^\w[\w.-]*$/.test(id) ? code$1(`git rm -r sessions/${id}`, 200) : "–"
		])),
		...more(broken.length - unfinishedShown)
	]
});
const more = (n) => n > 0 ? [paragraph(`And ${n} more, in this branch's folders.`)] : [];
const rows = (shown) => table$2([
	"session",
	"project",
	"branch",
	"commit",
	"state",
	"changed",
	"next due",
	"late by",
	"last verdict",
	"proof",
	"run",
	"why"
], shown.map(({ session, entries }) => {
	const [origin, tests, writer] = [
		originOf(entries),
		testsOf(entries),
		writerOf(entries.at(-1))
	];
	const last = tests.at(-1);
	return [
		code$1(session.id, 80),
		text$1(projectOf(entries) ?? "–", 60),
		origin?.branch == null ? "–" : code$1(origin.branch, 80),
		origin?.commit == null ? "–" : code$1(origin.commit.slice(0, 10)),
		strong(text$1(session.state, 40)),
		iso(session.changedAt),
		session.waitUntil === null ? "–" : iso(session.waitUntil),
		latenessText(tests.findLast((t) => t.checkpoint !== null)?.checkpoint?.latenessMs ?? null),
		last === void 0 ? "–" : `${last.result}${countsText(last.counts) === "" ? "" : `: ${countsText(last.counts)}`}`,
		last?.proofSha256 == null ? "–" : code$1(last.proofSha256.slice(0, 16)),
		writer === null ? "–" : writer.kind === "run" ? link(`run ${writer.run.slice(0, 40)}`, writer.url) : text$1(writerText(writer), 80),
		text$1(session.why, 160)
	];
}));
/** The mirror of the leases: what entries say of who holds the fleet and who waits for it. */
function holding(open) {
	const lines = open.flatMap(({ session, entries }) => {
		const wait = queueOf(entries);
		if (wait !== null) return [inline`${code$1(session.id, 80)} waits for session ${code$1(wait.holder, 80)} (${text$1(wait.who, 80)}),
          leased until ${iso(wait.until)}`];
		const fences = fencesOf(entries);
		return traitsOf(session.state).holdsLeases && fences !== null ? [inline`${code$1(session.id, 80)} holds ${fences} nodes (${text$1(fleetOf$1(entries) ?? "fleet", 60)})`] : [];
	});
	return lines.length === 0 ? [paragraph("No session holds a fleet.")] : [paragraph("The fleet:"), list$1(lines.slice(0, unfinishedShown))];
}
function queueOf(entries) {
	const last = entries.at(-1);
	return last?.event === "queued" ? last.facts : null;
}
function fencesOf(entries) {
	const ready = entries.findLast((e) => e.event === "ready");
	return ready === void 0 ? null : Object.keys(ready.facts.fences).length;
}
/** What a program that reads the branch needs without folding entries; never a plan, an address or a log line. */
function stateOf$1({ session: s, entries }) {
	const [origin, tests, writer] = [
		originOf(entries),
		testsOf(entries),
		writerOf(entries.at(-1))
	];
	const last = tests.at(-1);
	return {
		state: short(s.state),
		why: short(s.why),
		project: short(projectOf(entries)),
		branch: short(origin?.branch ?? null),
		commit: short(origin?.commit ?? null),
		startedAt: s.startedAt,
		changedAt: s.changedAt,
		dueAt: s.waitUntil,
		entries: entries.length,
		lastHash: entries.at(-1)?.hash ?? null,
		planDigest: short(s.planDigest),
		counters: { ...s.counters },
		checkpointsLeft: [...s.checkpointsLeft],
		checkpointsTaken: [...s.checkpointsTaken],
		by: writer === null ? null : short(writerText(writer)),
		waitsFor: short(queueOf(entries)?.holder ?? null),
		lastTest: last === void 0 ? null : {
			at: last.at,
			result: last.result,
			counts: last.counts,
			evidenceRoot: last.evidenceRoot,
			proofSha256: last.proofSha256,
			checkpoint: last.checkpoint === null ? null : {
				...last.checkpoint,
				name: short(last.checkpoint.name)
			}
		}
	};
}
/** Foreign words as they are, but not by the megabyte. */
const short = (value) => value === null ? null : value.slice(0, 500).toWellFormed();
const sortedKeys = (_, value) => typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)) : value;

// src/app/sessions.ts
/**
* Where sessions are written: one ledger per project below a directory of this machine, or one branch of a repository.
*/
const derive = (sessions) => dashboard(sessions.filter((s) => s.damage === void 0).map(({ id, entries }) => ({
	session: fold(id, entries),
	entries
})), sessions.flatMap(({ id, damage }) => damage === void 0 ? [] : [{
	id,
	why: damage.message
}]));
/** `<dir>/<project>/ledger.git` and `<dir>/<project>/sessions/<id>/`. */
const localSessions = (dir) => ({
	ledgerOf: (project) => openGitLedger(join$1(dir, project, "ledger.git")),
	ledgers: async (project) => {
		const projects = (await readdir(dir, { withFileTypes: true }).catch(() => [])).filter((d) => d.isDirectory() && !d.name.startsWith("_") && (project === void 0 || d.name === project));
		return Promise.all(projects.map(async ({ name }) => ({
			ledger: await openGitLedger(join$1(dir, name, "ledger.git")),
			project: name
		})));
	},
	folderOf: (project, session) => join$1(dir, project, "sessions", session),
	anchorFlag: (project) => `--ledger ${quote(join$1(dir, project, "ledger.git"))}`
});
/** The branch vps-test-ledger of a repository, with its page. */
function remoteSessions({ url, authorization, secrets, dir, signal }) {
	const copy = join$1(dir, "_remotes", `${createHash("sha256").update(url).digest("hex").slice(0, 16)}.git`);
	const ledger = () => openGitLedger(copy, {
		remote: {
			url,
			...authorization === null ? {} : { authorization }
		},
		derive,
		secrets,
		signal
	});
	return {
		ledgerOf: ledger,
		ledgers: async () => [{
			ledger: await ledger(),
			project: null
		}],
		folderOf: (project, session) => join$1(dir, project, "sessions", session),
		anchorFlag: () => `--remote ${quote(url)}`
	};
}
/** In one look: the whole ones, newest change first, and the damaged ones. */
async function sessionsIn(home, project) {
	const all = (await Promise.all((await home.ledgers(project)).map(async ({ ledger, project: own }) => (await ledger.told()).map((told) => ({
		...told,
		ledger,
		project: own ?? projectOf(told.entries) ?? ""
	}))))).flat().filter((k) => project === void 0 || k.project === project);
	return {
		whole: all.filter((t) => t.damage === void 0).map(({ id, entries, project: of, ledger }) => ({
			project: of,
			ledger,
			entries,
			session: fold(id, entries)
		})).sort((a, b) => b.session.changedAt - a.session.changedAt),
		damaged: all.flatMap(({ id, project: of, damage }) => damage === void 0 ? [] : [{
			project: of,
			id,
			fault: damage
		}])
	};
}
/** The whole ones, newest change first. */
const storedSessions = async (home, project) => (await sessionsIn(home, project)).whole;
/** One session by its id; undefined where no ledger holds it. */
async function storedSession(home, id) {
	for (const { ledger, project } of await home.ledgers()) {
		const entries = await ledger.read(id);
		if (entries.length > 0) return {
			project: project ?? projectOf(entries) ?? "",
			ledger,
			entries,
			session: fold(id, entries)
		};
	}
}

// src/report/subject-results.ts
/** What each pair, node or fleet came to, over all its samples: the test cases that other tools count. */
/** By suite and group, in the order of the verdict. */
function subjectResults({ suites, notCovered }) {
	const all = resultsOf(suites);
	return all.flatMap((result) => {
		const title = (group) => groupName({
			suite: result.suite,
			group
		}, all.length > 1);
		const tried = triedOf(result).map((r) => ({
			...r,
			title: title(r.group)
		}));
		const known = new Set(tried.map(sampleKey));
		const skipped = notCovered.flatMap((n) => n.kind === "subject" && n.suite === result.suite && !known.has(sampleKey(n)) ? [{
			title: title(n.group),
			group: n.group,
			subject: n.subject,
			kind: "skipped",
			why: [n.why],
			attempts: 0,
			successes: 0
		}] : []);
		return [.../* @__PURE__ */ new Set([...result.groups.map((g) => g.name), ...tried.map((r) => r.group)])].flatMap((name) => [...tried, ...skipped].filter((r) => r.group === name));
	});
}
const triedOf = ({ samples }) => [...Map.groupBy(samples, sampleKey).values()].flatMap(ofSamples);
function ofSamples(list) {
	const first = list[0];
	if (first === void 0) return [];
	const successes = list.filter((s) => s.outcome === "success" || s.recovered === true).length;
	return [{
		group: first.group,
		subject: first.subject,
		attempts: list.length,
		successes,
		kind: list.some((s) => s.outcome === "failed" && s.recovered !== true) ? "failed" : successes > 0 ? "passed" : "error",
		why: [...new Set(list.filter((s) => s.outcome !== "success").map((s) => s.sentence))]
	}];
}
/** `pairs`, `nodes`, or `subjects` where there are several kinds. */
function nounOf(results) {
	const kinds = new Set(results.map((r) => r.subject.kind));
	const [only] = kinds;
	return kinds.size === 1 && only !== void 0 ? `${only}s` : "subjects";
}

// src/adapters/inert-folder.ts
/** A folder that others may have made, only read: regular files alone, each opened once, and nothing waits for a pipe. */
/** Honest evidence is three folders deep. */
const deepest$1 = 16;
/** `most`: files and folders in all. The folder itself may be named by a link; nothing in it may be one. */
async function openFolder(named, most) {
	const dir = await realpath(named);
	const listed = [];
	await list(dir, "", listed, most, 0);
	const taken = /* @__PURE__ */ new Set();
	const take = (path) => {
		if (taken.has(path)) throw new Error(`${path} would be read twice`);
		taken.add(path);
		return join$1(dir, path);
	};
	return {
		listed,
		read: async (path, longest) => contentOf(take(path), path, longest, true),
		digest: async (path, longest) => contentOf(take(path), path, longest, false)
	};
}
async function list(dir, below, found, most, depth) {
	if (depth > deepest$1) throw new Error(`${stripHidden(below)} is nested deeper than ${deepest$1} folders`);
	let empty = true;
	for await (const entry of await opendir(join$1(dir, below))) {
		empty = false;
		const path = below === "" ? entry.name : `${below}/${entry.name}`;
		const kind = await kindOf$1(entry, join$1(dir, path));
		if (kind === "folder") await list(dir, path, found, most, depth + 1);
		else found.push({
			path,
			kind
		});
		if (found.length > most) throw new Error(`it holds more than ${most} files`);
	}
	if (empty && below !== "") found.push({
		path: below,
		kind: "empty folder"
	});
}
/** Some file systems do not say in their lists what a name is. */
async function kindOf$1(entry, path) {
	const one = [
		entry.isFile(),
		entry.isDirectory(),
		entry.isSymbolicLink(),
		entry.isFIFO(),
		entry.isSocket()
	].some(Boolean) ? entry : await lstat(path);
	if (one.isFile()) return "file";
	if (one.isDirectory()) return "folder";
	if (one.isSymbolicLink()) return "link";
	return one.isFIFO() ? "pipe" : one.isSocket() ? "socket" : "device";
}
/** What became a link or a pipe since it was listed is not followed, nor waited for. */
const inert = constants$2.O_RDONLY | constants$2.O_NOFOLLOW | constants$2.O_NONBLOCK;
async function contentOf(full, path, most, keep) {
	const file = await open(full, inert);
	try {
		if (!(await file.stat()).isFile()) throw new Error(`${path} is no regular file`);
		const hash = createHash("sha256");
		const kept = [];
		let length = 0;
		const chunk = Buffer.allocUnsafe(1 << 18);
		for (;;) {
			const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
			if (bytesRead === 0) break;
			length += bytesRead;
			if (length > most) throw new Error(`${path} is longer than ${most} bytes`);
			const part = chunk.subarray(0, bytesRead);
			hash.update(part);
			if (keep) kept.push(Buffer.from(part));
		}
		return {
			bytes: Buffer.concat(kept, keep ? length : 0),
			length,
			sha256: hash.digest("hex")
		};
	} finally {
		await file.close();
	}
}

// src/domain/bundle-shape.ts
/** What no run of ours comes near. */
const trustedEvidence = {
	nodes: 200,
	entries: 1e5,
	items: 2e5,
	files: 2e4,
	bytes: 256 << 20,
	values: 1e8,
	longest: 1e400
};
/**
* What a run without secrets may have left: a test of ten nodes, 500 attempts and ten checkpoints is a tenth of it, and
* to judge all of it takes seconds.
*/
const untrustedEvidence = {
	nodes: 100,
	entries: 1e3,
	items: 3e3,
	files: 5e3,
	bytes: 16 << 20,
	values: 1e6,
	longest: 8e3
};
const pair = fields({
	from: name$2,
	to: name$2
});
const sealedEntryShape = every({
	session: text$3,
	seq: whole$1,
	prev: text$3,
	at: whole$1,
	from: text$3,
	event: text$3,
	to: text$3,
	why: text$3,
	facts: record$1(anything),
	hash: text$3
});
const control$1 = every({
	name: oneOf("open-path", "closed-path", "large-datagram", "nonexistent-peer", "self-test", "self-test-after"),
	from: name$2,
	to: name$2,
	expected: oneOf("through", "blocked", "no-claim"),
	seen: oneOf("through", "blocked", "claimed", "no-claim", "error"),
	witnessed: flag,
	detail: text$3,
	raw: list$2(anything)
});
const clock = fields({
	wallMs: number$3,
	uptimeMs: number$3
});
const moment = fields({
	wallMs: number$3,
	monotonicMs: number$3
});
const running = every({
	node: name$2,
	unit: text$3,
	pid: number$3,
	exeSha256: text$3,
	image: text$3,
	startedAt: number$3,
	bootId: text$3,
	restarts: number$3,
	unitFile: oneOf("ours", "changed", "foreign"),
	dropIns: list$2(text$3),
	udpPorts: list$2(number$3),
	uid: number$3,
	capEff: text$3,
	version: text$3,
	clock: orNull(clock)
});
const measurement = every({
	node: name$2,
	mapping: oneOf("none", "EIM", "ADM", "APDM"),
	filtering: oneOf("EIF", "ADF", "APDF"),
	stable: orNull(flag),
	portPreserving: flag,
	externalAddresses: list$2(name$2),
	hairpin: oneOf("none", "external-source", "internal-source"),
	raw: list$2(anything)
});
const finding = every({
	kind: text$3,
	message: text$3,
	node: optional(name$2),
	pair: optional(pair),
	attempts: list$2(text$3, 1e4)
});
const build$1 = fields({
	source: oneOf("zigbuild", "native", "file", "release"),
	sha256: text$3,
	bytes: number$3,
	before: list$2(fields({
		source: text$3,
		reason: text$3
	})),
	from: kinds$1({
		none: anything,
		git: fields({ commit: text$3 }),
		file: anything,
		release: anything
	}),
	toolchain: orNull(fields({
		rustc: text$3,
		cargo: text$3,
		zigbuild: orNull(text$3),
		zig: orNull(text$3)
	})),
	sandbox: orNull(kinds$1({
		"another user": anything,
		"user namespace": anything,
		none: fields({ why: text$3 })
	}))
});
const facts = (most) => every({
	format: oneOf(3),
	version: text$3,
	session: text$3,
	test: whole$1,
	seed: text$3,
	clock: fields({
		began: moment,
		looked: moment,
		looking: moment,
		ended: moment
	}),
	sessionStartedAt: time$2,
	testStartedAt: time$2,
	testEndedAt: time$2,
	excluded: list$2(fields({
		node: name$2,
		why: text$3
	}), most.nodes),
	deployed: record$1(text$3),
	notes: list$2(fields({
		what: text$3,
		why: text$3
	}), 1e3),
	findings: list$2(finding, 200),
	build: orNull(build$1),
	checkpoint: anything
});
const node$2 = fields({
	name: name$2,
	host: name$2,
	ip: name$2,
	provider: text$3,
	region: text$3,
	role: oneOf(...roles),
	nat: oneOf(...natKinds),
	expectedRate: optional(number$3),
	hostKeys: list$2(text$3)
});
const answer = fields({
	value: text$3,
	from: text$3
});
/** A part of a plan: of a suite that is known here, with the work that this suite checks itself. */
const part = (v) => fields({ suite: oneOf(...suiteIds) })(v) ?? fields(partFields(v))(v);
const partFields = ({ suite }) => ({
	work: suites[suite].work,
	attempts: number$3,
	seconds: number$3,
	detail: text$3,
	thresholds: text$3
});
const plan = (most) => fields({
	answers: fields({
		project: answer,
		focus: answer,
		criteria: fields({
			value: oneOf(...criteriaKinds),
			from: text$3
		}),
		proof: answer
	}),
	config: fields({ soak: fields({ regressionTolerance: number$3 }) }),
	profile: fields({
		record: kinds$1({
			jsonl: anything,
			log: anything,
			http: anything,
			none: anything
		}),
		payload: kinds$1({
			given: fields({ kept: orNull(text$3) }),
			"sha256-counter": anything,
			opaque: anything
		})
	}),
	suites: list$2(part, suiteIds.length),
	fleet: fields({
		name: text$3,
		nodes: list$2(node$2, most.nodes),
		lab: optional(fields({
			natTimeoutFactor: number$3,
			shaping: oneOf(...shapings)
		}))
	}),
	nodes: list$2(name$2, most.nodes),
	unsupported: list$2(fields({
		what: text$3,
		why: text$3,
		test: optional(flag)
	}), 1e3),
	source: kinds$1({
		build: fields({ workspace: text$3 }),
		file: fields({
			path: text$3,
			sha256: text$3
		}),
		release: fields({
			repository: text$3,
			tag: text$3,
			asset: text$3
		})
	})
});
/** By the names that `layout` gives the files. */
const shapes = (most) => ({
	plan: plan(most),
	facts: facts(most),
	nat: fields({
		before: list$2(measurement, most.nodes),
		after: list$2(measurement, most.nodes)
	}),
	controls: list$2(control$1, 1e3),
	running: fields({
		before: list$2(running, most.nodes),
		after: list$2(running, most.nodes)
	}),
	entries: list$2(sealedEntryShape, most.entries)
});
/** Every line of one suite's file. */
const itemsShape = (suite, most) => list$2(suites[suite].item, most.items);
const manifestShape = (most) => every({
	files: list$2(every({
		path: text$3,
		bytes: whole$1,
		sha256: text$3
	}), most.files),
	root: text$3
});

// src/domain/rederive/first-faults.ts
/** Of what is wrong, in words, the first ones are kept and the rest are counted: a forger decides how many there are. */
const most = 100;
function firstFaults(all) {
	const kept = [];
	let more = 0;
	for (const one of all) if (kept.length < most) kept.push(one);
	else more++;
	return more === 0 ? kept : [...kept, `… and ${more} more of this kind`];
}

// src/domain/seed-faults.ts
/** Whether the seed that the evidence reveals is the one that the ledger was promised when the test began. */
function seedFaults({ facts, entries }) {
	const { begun } = historyOf(entries, facts.test);
	if (begun === null) return [`${layout.entries}: test ${facts.test} has no beginning`];
	if (!isTestSeed(facts.seed)) return [`${layout.facts}: the seed is none`];
	return seedCommitment(facts.seed) === begun.seedCommitment ? [] : [`${layout.facts}: the seed is not the one that was committed to when the test began`];
}

// src/domain/rederive/instruments.ts
/** Controls and NAT measurements from the lines that they were read from. */
function instrumentsFaults({ controls, measurements, running, plan }) {
	const known = new Set(plan.nodes);
	const strangers = (nodes) => [...nodes.filter((n) => !known.has(n)).map((n) => `${n} is no node of the plan`), ...new Set(nodes).size === nodes.length ? [] : ["a node stands twice"]];
	return [
		...controls.flatMap((c) => controlFaults(c, known).map((f) => `${layout.controls}: ${c.name}: ${f}`)),
		...["before", "after"].flatMap((when) => [...strangers(measurements[when].map((m) => m.node)), ...measurements[when].filter((m) => m.raw.length !== 1 || canonical(natOf(m.node, m.raw[0]) ?? null) !== canonical(m)).map((m) => `${m.node}: the measurement is not what the prober's own event says`)].map((f) => `${layout.nat}: ${when}: ${f}`)),
		...strangers(running.before.map((p) => p.node)).map((f) => `${layout.running}: before: ${f}`),
		...strangers(running.after.map((p) => p.node)).map((f) => `${layout.running}: after: ${f}`)
	];
}
const raw = every({
	answer: anything,
	from: orNull(countersShape),
	to: orNull(countersShape),
	bindPort: number$3,
	port: number$3
});
/**
* A dial to nobody has no counters: what it shows is the program's own word. A self test keeps its words alone, and a
* trial that could not run has nothing to show: it is none that passed.
*/
function controlFaults(control, known) {
	const { name, from, to } = control;
	if (!known.has(from)) return [`${from} is no node of the plan`];
	if (!isTrial(name)) return [];
	if (control.raw.length === 0 && control.seen === "error" && !control.witnessed) return [];
	const [trial, ...more] = control.raw;
	if (more.length > 0 || raw(trial) !== null) return ["nothing shows what its two ends said and counted"];
	const seen = trial;
	return [
		...known.has(to) && from !== to ? [] : [`${to} is no other node of the plan`],
		...[seen.from, seen.to].flatMap((c) => c === null ? [] : countersFaults(c)),
		...canonical(controlOf$1(name, from, to, seen)) === canonical(control) ? [] : ["it is not what its two ends said and counted"]
	];
}

// src/domain/rederive/test.ts
/** What an evidence folder says twice must agree: everything that follows from something else in it is derived again. */
/** Of everything but the items. */
function rederivedFaults(bundle) {
	const { entries, facts, plan } = bundle;
	const broken = chainFaults(entries, facts.session).map((f) => `${layout.entries}: ${f}`);
	if (broken.length > 0) return broken;
	const session = fold(facts.session, entries);
	return [
		...chainOf(bundle, session),
		...planFaults(plan).map((f) => `${layout.plan}: ${f}`),
		...shippedFaults(bundle, session).map((f) => `${layout.facts}: ${f}`),
		...instrumentsFaults(bundle),
		...seedFaults(bundle)
	];
}
const rederiveContext = ({ plan, facts, measurements, running, entries }) => {
	const out = new Set(facts.excluded.map((e) => e.node));
	return {
		fleet: plan.fleet,
		profile: plan.profile,
		test: facts.test,
		seed: facts.seed,
		there: plan.nodes.filter((n) => !out.has(n)),
		measurements: measurements.before,
		running: running.before,
		checkpoint: checkpointOf({
			facts,
			entries
		}) !== null
	};
};
/** The session stands before its test, and the plan is the confirmed one. */
function chainOf({ entries, facts, plan }, session) {
	const confirmed = entries.findLast((e) => e.event === "confirmed" || hasPlan(e))?.facts.planDigest;
	const test = session.testsBegun;
	return [
		...confirmed === planDigest(plan) ? [] : [`${layout.plan} is not the plan that was confirmed`],
		...session.state === "TEST" ? [] : [`${layout.entries} ends in ${session.state}, where nothing is tested`],
		...facts.test === test ? [] : [`${layout.facts}: it is test ${test} of its session, not ${facts.test}`],
		...facts.sessionStartedAt === session.startedAt ? [] : [`${layout.facts}: sessionStartedAt is not the time of the first entry`],
		...canonical(facts.checkpoint ?? null) === canonical(session.checkpoint) ? [] : [`${layout.facts}: the checkpoint is not the one that the entries tell`]
	];
}
/** Nodes of its own fleet, each once; and what its suites are to do is what its configuration asks for. */
function planFaults(plan) {
	const known = new Set(plan.fleet.nodes.map((n) => n.name));
	const ids = plan.suites.map((s) => s.suite);
	return [
		...known.size === plan.fleet.nodes.length ? [] : ["two nodes of the fleet have one name"],
		...new Set(plan.nodes).size === plan.nodes.length ? [] : ["a node stands twice"],
		...plan.nodes.filter((n) => !known.has(n)).map((n) => `${n} is no node of the fleet`),
		...new Set(ids).size === ids.length ? [] : ["a suite stands twice"],
		...plan.suites.flatMap((part) => canonical(part.work) === canonical(workOf(plan, part)) ? [] : [`what suite ${part.suite} is to do is not what the configuration asks for`]),
		...peersOf(plan.fleet).some((n) => plan.nodes.includes(n.name)) ? [] : ["no peer is planned"]
	];
}
/** Null also where a stranger's configuration is no configuration at all. */
function workOf(plan, { suite }) {
	const { config, profile, fleet } = plan;
	const nodes = fleet.nodes.filter((n) => plan.nodes.includes(n.name));
	try {
		return suites[suite].plan({
			config,
			profile,
			fleet,
			nodes
		})?.work ?? null;
	} catch {
		return null;
	}
}
/** Of the items, one after the other; those of a suite that breaks on them are at fault. */
function* itemsFaults(bundle) {
	const on = rederiveContext(bundle);
	for (const part of bundle.plan.suites) yield* suiteFaults(part, bundle, on);
}
function* suiteFaults(part, bundle, on) {
	const suite = suites[part.suite];
	const items = bundle.items[part.suite] ?? [];
	try {
		const again = suite.rederive(on, part.work);
		for (const item of items) for (const f of again.add(item)) yield `${part.suite}: ${f}`;
		for (const f of again.end()) yield `${part.suite}: ${f}`;
	} catch (error) {
		yield `${part.suite} cannot be derived again: ${messageOf(error)}`;
	}
}

// src/report/junit.ts
/** Of one test's evidence: what an artifact has beside it, and `verify` makes again. */
const junitOf = ({ facts }, verdict) => junit(verdict, {
	session: facts.session,
	test: facts.test,
	at: facts.testEndedAt
});
function junit(verdict, meta) {
	const suites = [...[...Map.groupBy(subjectResults(verdict), (r) => r.title)].map(([name, results]) => ({
		name,
		cases: results.map((r) => ({
			name: subjectName(r.subject),
			kind: r.kind,
			why: r.why
		}))
	})), {
		name: "verdict",
		cases: [verdictCase(verdict), ...uncovered(verdict)]
	}];
	return [
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
		`<testsuites name="vps-test ${xml(meta.session)} test ${meta.test}"${tally(suites.flatMap((s) => s.cases))}>`,
		...suites.flatMap((s) => [
			`  <testsuite name="${xml(s.name)}"${tally(s.cases)} timestamp="${iso(meta.at)}">`,
			...s.cases.map((c) => caseXml(s.name, c)),
			"  </testsuite>"
		]),
		"</testsuites>"
	].join("\n") + "\n";
}
/** Without it a reader would see green over an inconclusive run. */
const verdictCase = (v) => ({
	name: "verdict",
	kind: v.result === "passed" ? "passed" : v.result === "failed" ? "failed" : "error",
	why: [...v.result === "passed" ? [] : [v.result], ...v.reasons.map((r) => r.text)]
});
/** What no subject stands for: NAT types, groups and parts of the plan. */
const uncovered = (v) => v.notCovered.flatMap((n) => n.kind === "subject" ? [] : [{
	name: n.kind === "nat" ? `NAT type ${n.nat}` : n.what,
	kind: "skipped",
	why: [n.why]
}]);
const tags = {
	failed: "failure",
	error: "error",
	skipped: "skipped"
};
function caseXml(suite, { name, kind, why }) {
	const open = `    <testcase classname="vps-test.${xml(suite)}" name="${xml(name)}"`;
	if (kind === "passed") return why.length === 0 ? `${open}/>` : `${open}>\n      <system-out>${lines$1(why)}</system-out>\n    </testcase>`;
	const tag = tags[kind];
	return `${open}>\n      <${tag} message="${xml(why[0] ?? "")}">${lines$1(why)}</${tag}>\n    </testcase>`;
}
const tally = (cases) => {
	const of = (kind) => cases.filter((c) => c.kind === kind).length;
	return ` tests="${cases.length}" failures="${of("failed")}" errors="${of("error")}" skipped="${of("skipped")}"`;
};
const linesShown = 50;
const lines$1 = (why) => [...why.slice(0, linesShown).map(xml), ...why.length > linesShown ? [`and ${why.length - linesShown} more`] : []].join("\n");
/** XML 1.0 §2.2 forbids two noncharacters even as references; other hidden characters are spelled out already. */
const xml = (value) => plainLine(value, 1e3).replace(/[\ufffe\uffff]/g, (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase()}⟩`).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&apos;");

// src/adapters/git/clone.ts
/**
* The ledger as a repository on this machine has it, a person's own clone included: only read, and nothing is asked of
* another machine.
*/
const tracked = branch.replace("refs/heads/", "refs/remotes/origin/");
const name$1 = branch.replace("refs/heads/", "");
/**
* `place`: a bare repository, or one with a working tree. Of a clone's own branch and what it fetched of origin's, the
* one that has all of the other.
*/
async function readClone(place, session) {
	const dir = existsSync(join$1(place, ".git")) ? join$1(place, ".git") : place;
	const git = (args, options = {}) => gitIn(dir)(args, {
		...options,
		config: {
			...options.config,
			"protocol.allow": "never"
		}
	});
	const store = storeIn(dir, git);
	const none = (why) => ({
		kind: "no ledger",
		why: `${place} ${why}`
	});
	let refs;
	try {
		const { stdout, stderr } = await git([
			"for-each-ref",
			"--format=%(objectname) %(refname)",
			branch,
			tracked
		]);
		if (stderr !== "") return none(`is damaged: ${stripHidden(stderr.trim(), 300)}`);
		refs = refsIn(stdout);
	} catch (error) {
		if (!(error instanceof GitError)) throw error;
		return none(/not a git repository/.test(error.words) ? "is no git repository" : `cannot be read by git: ${stripHidden(error.words, 300)}`);
	}
	const [here, origins] = [refs.get(branch), refs.get(tracked)];
	const own = here ?? origins;
	if (own === void 0) return none(`has no branch ${name$1}; try: git -C ${quote(place)} fetch origin ${name$1}:${name$1}`);
	const ahead = origins !== void 0 && await store.follows(own, origins);
	if (origins !== void 0 && !ahead && !await store.follows(origins, own)) return none(`has two histories of ${name$1}, its own and origin's, and neither holds all of the other`);
	const tip = ahead ? origins : own;
	return {
		kind: "entries",
		entries: await store.read(session, tip)
	};
}

// src/domain/anchor.ts
/** What a ledger says of evidence that was judged again: whether it holds that very test, and what became of it since. */
const notHere = "the ledger does not hold this test: it has other entries, or the run was killed before they were written";
/** Everything that the entry of a test says is compared with what follows from the evidence. */
function anchoring(ledger, test) {
	const { bundle, root, page } = test;
	const broken = chainFaults(ledger, bundle.facts.session).map((f) => `the ledger: ${f}`);
	if (broken.length > 0) return {
		faults: broken,
		entry: null
	};
	const entry = ledger[bundle.entries.length];
	if (!bundle.entries.every((e, i) => ledger[i]?.hash === e.hash) || entry === void 0 || !isTest(entry)) return {
		faults: [notHere],
		entry: null
	};
	const { facts } = entry;
	const of = `the ledger's entry ${entry.seq} holds another`;
	return {
		entry,
		faults: [
			...facts.evidenceRoot === root ? [] : [`${of} evidence root: ${facts.evidenceRoot}`],
			...page !== null && facts.proofSha256 !== page.sha256 ? [`${of} digest of the proof page`] : [],
			...differences(entry, test).map((what) => `${of} ${what} than follows from the evidence`)
		]
	};
}
function differences(entry, { bundle, verdict, page }) {
	const { facts } = entry;
	return [
		[
			"verdict",
			entry.event,
			verdict.result
		],
		[
			"set of counts",
			facts.counts,
			suiteCounts(verdict.suites)
		],
		[
			"list of reasons",
			facts.reasons,
			verdict.reasons.map((r) => r.text)
		],
		[
			"list of remarks",
			facts.remarks,
			verdict.remarks
		],
		[
			"account of what ran",
			facts.running,
			bundle.running.after.map(markOf)
		],
		[
			"checkpoint",
			facts.checkpoint,
			checkpointOf(bundle)
		],
		[
			"number of the test",
			facts.folder,
			`test-${bundle.facts.test}`
		],
		...page === null ? [] : [[
			"name of the proof page",
			facts.proofPage,
			`${facts.folder}/${page.name}`
		]]
	].filter(([, told, judged]) => canonical(told) !== canonical(judged)).map(([what]) => what);
}
/** A session as far as a ledger knows it, told to a person who holds the proof of one of its tests. */
function sessionStory(ledger, seq) {
	const [first] = ledger;
	if (first === void 0) return [];
	const session = fold(first.session, ledger);
	return [
		`session ${session.id} is ${session.state} since ${iso(session.changedAt)}: ${session.why}`,
		...ledger.filter(isTest).map((e) => {
			const taken = e.facts.checkpoint === null ? "" : `, checkpoint ${e.facts.checkpoint.name}`;
			return `${e.facts.folder}${taken}: ${e.event} (entry ${e.seq}, ${iso(e.at)})${e.seq === seq ? ", this one" : ""}`;
		}),
		...testsBegunIn(ledger).filter((t) => t.end === null).map((t) => `test-${t.test}: begun ${iso(t.at)}, no end is known`)
	];
}

// src/app/anchors.ts
/** Where the root digest of a test stands besides its own folder: in ledgers that a person names, and in no other. */
const cloneAt = (place) => ({
	name: place,
	read: async (session) => existsSync(place) ? readClone(place, session).catch((error) => ({
		kind: "no ledger",
		why: messageOf(error)
	})) : {
		kind: "no ledger",
		why: `${place} does not exist`
	}
});
/** Every ledger that was named must hold the test. One beside the folder came with it, and whoever made one made both. */
async function anchorsOf(dir, named, test) {
	const { session } = test.bundle.facts;
	if (named.length > 0) {
		const read = await Promise.all(named.map((ledger) => compare(ledger, test)));
		const forked = twoHistories(read);
		const anchored = forked.length === 0 && read.every((r) => r.faults.length === 0);
		return {
			anchored,
			anchor: read.map(({ name, entry }) => entry === null || !anchored ? `anchor: ${name}` : `anchored in ${name}, session ${session}, ${nameOf(entry)}`).join("; "),
			session: storyOf(read),
			faults: [...read.flatMap((r) => r.faults), ...forked]
		};
	}
	const place = join$1(dir, "..", "..", "..", "ledger.git");
	if (!existsSync(place)) return {
		anchored: false,
		anchor: "consistent, unanchored: no ledger was named",
		session: [],
		faults: []
	};
	const read = await compare(cloneAt(place), test);
	return {
		anchored: false,
		anchor: read.entry === null || read.faults.length > 0 ? `unanchored: ${place} lies beside the evidence` : `consistent, unanchored: ${place} lies beside the evidence, by the same hand, and agrees in ${nameOf(read.entry)}; name a ledger with --ledger or --remote`,
		session: storyOf([read]),
		faults: read.faults
	};
}
async function compare(ledger, test) {
	const reading = await ledger.read(test.bundle.facts.session);
	if (reading.kind === "no ledger") return {
		name: ledger.name,
		entries: [],
		entry: null,
		faults: [reading.why]
	};
	return {
		name: ledger.name,
		entries: reading.entries,
		...anchoring(reading.entries, test)
	};
}
/** One ledger may be behind another; where each goes on in its own way, one of them was written anew. */
function twoHistories(read) {
	const [longest, ...others] = read.toSorted((a, b) => b.entries.length - a.entries.length);
	return others.filter(({ entries }) => entries.length > 0 && entries.at(-1)?.hash !== longest?.entries[entries.length - 1]?.hash).map(({ name }) => `${longest?.name ?? ""} and ${name} go on in two ways: one history of this session was written anew`);
}
const nameOf = (entry) => `entry ${entry.seq} (${entry.hash.slice(0, 12)})`;
/** Of the longest account: it is the newest. */
function storyOf(read) {
	const newest = read.filter((r) => r.entry !== null).toSorted((a, b) => b.entries.length - a.entries.length)[0];
	return newest?.entry == null ? [] : sessionStory(newest.entries, newest.entry.seq);
}

// src/app/evidence-folder.ts
/**
* Reads an evidence folder into a bundle; it may be a stranger's, so every file is checked for its shape and for how
* much it holds before anything else looks at it.
*/
/** One file after the other, so that no two lies are in memory at a time. */
async function readBundle(read, most) {
	const shape = shapes(most);
	const odd = [];
	let left = most.values;
	const file = async (name, check, lines) => {
		const content = textOf(await read(name), name);
		const value = lines ? fromLines(content) : JSON.parse(content);
		left -= checked(value, check, name, {
			...most,
			values: left
		});
		if (content !== (lines ? toLines(value) : jsonText(value))) odd.push(name);
		return value;
	};
	const part = (name, lines = false) => file(layout[name], shape[name], lines);
	const plan = await part("plan");
	return {
		bundle: {
			plan,
			entries: await part("entries", true),
			facts: await part("facts"),
			measurements: await part("nat"),
			controls: await part("controls"),
			running: await part("running"),
			items: await itemsOf(plan, (suite) => file(itemsFile(suite), itemsShape(suite, most), true))
		},
		odd
	};
}
/** Only suites that the plan has: any other file is listed in the manifest, and judged by nobody. */
async function itemsOf(plan, read) {
	const items = {};
	for (const { suite } of plan.suites) items[suite] = await read(suite);
	return items;
}
/** Files that a bundle may be read from. */
const bundleFiles = () => [...Object.values(layout), ...suiteIds.map(itemsFile)];
function readManifest(text, most) {
	const value = JSON.parse(text);
	checked(value, manifestShape(most), "manifest.json", most);
	return value;
}
/** Bytes that are no UTF-8 would be read as other characters than were sealed. */
function textOf(bytes, name) {
	try {
		return new TextDecoder("utf-8", {
			fatal: true,
			ignoreBOM: true
		}).decode(bytes);
	} catch {
		throw new Error(`${name} is no UTF-8 text`);
	}
}
/** How many values it holds. */
function checked(value, shape, name, most) {
	const count = countValues(value, most);
	if (typeof count === "string") throw new Error(`${name}${count}`);
	const fault = shape(value);
	if (fault !== null) throw new Error(`${name}: ${fault.replace(/^\./, "")}`);
	return count;
}

// src/app/evidence.ts
/** An evidence folder judged again with no network; it is at fault if one byte is not what was sealed. */
async function check$1(dir, { version, ledgers = [], most = trustedEvidence }) {
	const faults = [];
	let test;
	try {
		test = await judgedAgain(dir, version, most, faults);
	} catch (error) {
		faults.push(`cannot be read: ${messageOf(error)}`);
		return {
			result: {
				faults,
				verdict: null,
				anchored: false,
				anchor: "no anchor was checked",
				root: null,
				session: []
			},
			evidence: null
		};
	}
	const { anchored, anchor, session, faults: others } = await anchorsOf(dir, ledgers, test);
	faults.push(...firstFaults(others));
	return {
		result: {
			faults,
			verdict: test.verdict.result,
			anchored,
			anchor,
			root: test.root,
			session
		},
		evidence: {
			bundle: test.bundle,
			verdict: test.verdict
		}
	};
}
async function judgedAgain(dir, version, most, faults) {
	const folder = await openFolder(dir, most.files);
	const { manifest, held } = await readSealed(folder, most, faults);
	const { bundle, odd } = await readBundle(async (name) => held(`evidence/${name}`), most);
	faults.push(...odd.map((name) => `${name}: not written as it was sealed`));
	faults.push(...firstFaults(strangers(folder.listed, bundle)));
	const judged = verdict(verdictInputOf(bundle));
	faults.push(...firstFaults(rederivedFaults(bundle)), ...firstFaults(itemsFaults(bundle)));
	if (textOf(held(`evidence/${layout.verdict}`), layout.verdict) !== jsonText(judged)) faults.push(`${layout.verdict} does not follow from the evidence${writtenBy(bundle, version)}`);
	const page = await besides(folder, {
		bundle,
		judged,
		manifest,
		version,
		most
	}, faults);
	return {
		bundle,
		verdict: judged,
		root: manifest.root,
		page
	};
}
/** Everything in `evidence/`, each file once. */
async function readSealed(folder, most, faults) {
	const text = textOf((await folder.read("manifest.json", most.bytes)).bytes, "manifest.json");
	const manifest = readManifest(text, most);
	if (text !== jsonText(manifest)) faults.push("manifest.json: not written as it was sealed");
	for (const { path, kind } of folder.listed) if (kind !== "file") faults.push(`${JSON.stringify(path)} is ${kind === "empty folder" ? "an" : "a"} ${kind}, no regular file`);
	const listed = new Map(manifest.files.map((f) => [f.path, f.bytes]));
	const judged = new Set(bundleFiles().map((name) => `evidence/${name}`));
	const kept = /* @__PURE__ */ new Map();
	const digests = [];
	for (const { path, kind } of folder.listed) {
		if (kind !== "file" || !path.startsWith("evidence/")) continue;
		const bytes = listed.get(path);
		if (bytes === void 0 && !judged.has(path)) {
			digests.push({
				path,
				bytes: 0,
				sha256: ""
			});
			continue;
		}
		const content = await (judged.has(path) ? folder.read(path, most.bytes) : folder.digest(path, bytes ?? 0));
		if (judged.has(path)) kept.set(path, content.bytes);
		digests.push({
			path,
			bytes: content.length,
			sha256: content.sha256
		});
	}
	faults.push(...firstFaults(manifestFaults(manifest, digests)));
	return {
		manifest,
		held: (path) => {
			const bytes = kept.get(path);
			if (bytes === void 0) throw new Error(`${path} is missing`);
			return bytes;
		}
	};
}
/** What the nodes and the registry left lies in folders of its own; everything else is read, and so has a known name. */
function strangers(listed, { plan }) {
	const known = /* @__PURE__ */ new Set([...Object.values(layout), ...plan.suites.map(({ suite }) => itemsFile(suite))]);
	return listed.map(({ path }) => /^evidence\/(.*)$/.exec(path)?.[1]).filter((name) => name !== void 0 && /^(?:suites\/|[^/]*$)/.test(name) && !known.has(name)).map((name) => `${JSON.stringify(`evidence/${name}`)} is a file that nothing here reads`);
}
/** Beside the evidence stand only pages that are made of it again: people read those first. */
async function besides(folder, { bundle, judged, manifest, version, most }, faults) {
	const name = proofFile(bundle);
	const remade = /* @__PURE__ */ new Map([[name, () => renderBundleProof(bundle, judged, manifest)], ["junit.xml", () => junitOf(bundle, judged)]]);
	let page = null;
	for (const { path, kind } of folder.listed) {
		if (kind !== "file" || path === "manifest.json" || path.startsWith("evidence/")) continue;
		const make = remade.get(path);
		if (make === void 0) {
			faults.push(`${JSON.stringify(path)} is no part of this evidence`);
			continue;
		}
		const content = await folder.read(path, most.bytes);
		if (path === name) page = {
			name,
			sha256: content.sha256
		};
		if (Buffer.compare(content.bytes, Buffer.from(make())) !== 0) faults.push(`${path} does not follow from the evidence${writtenBy(bundle, version)}`);
	}
	if (page === null) faults.push(`${name} is missing`);
	return page;
}
/** Another version may word a page in another way: only that one can make it again. */
const writtenBy = ({ facts }, version) => facts.version === version ? "" : `: it says that vps-test ${facts.version} wrote it, and this is ${version}; verify it with that version`;
/** An evidence folder as data, with the verdict that follows from it; nothing is compared. */
async function bundleIn(dir, most = trustedEvidence) {
	const { bundle } = await readBundle((name) => readFile(join$1(dir, "evidence", name)), most);
	return {
		bundle,
		verdict: verdict(verdictInputOf(bundle))
	};
}
/** A proof page for a person at a terminal; the page itself, where its evidence cannot be read again. */
async function proofText(page, palette) {
	const folder = dirname(page);
	try {
		const { bundle, verdict: judged } = await bundleIn(folder);
		const manifest = readManifest(await readFile(join$1(folder, "manifest.json"), "utf8"), trustedEvidence);
		return bundleProofText(bundle, judged, manifest, palette);
	} catch {
		return readFile(page, "utf8");
	}
}

// src/stages/parts/interview.ts
/**
* INTERVIEW: what was answered, where from, who confirmed and when: in the ledger before anything is touched (spec §4).
*/
const planFacts = (plan, origin) => ({
	plan,
	planDigest: planDigest(plan),
	origin
});
/** The first entry: what somebody wants. Nothing is done before it is confirmed. */
async function beginSession(asked, plan, origin) {
	const { ledger, clock, session } = asked;
	if ((await ledger.read(session)).length > 0) return;
	await ledger.append(session, chain([], {
		session,
		at: clock.now(),
		from: "IDLE",
		event: "begin",
		to: "INTERVIEW",
		why: `a start was asked for (${origin.event})`,
		facts: {
			format: 3,
			...planFacts(plan, origin),
			...signature(asked)
		}
	}));
}
async function confirmSession(asked, plan, confirmedBy, onBusy) {
	const { project, focus, criteria, proof } = plan.answers;
	await recordOutcome(asked, {
		event: "confirmed",
		why: `${project.value}, ${focus.value}, ${criteria.value}, ${proof.value}; confirmed by ${confirmedBy}`,
		facts: {
			planDigest: planDigest(plan),
			soak: plan.soak,
			proof: proof.value,
			confirmedBy,
			onBusy
		}
	});
}
/** A push onto the branch of a session that waits for one: the same session, another commit. */
const pushSession = (asked, plan, origin) => recordOutcome(asked, {
	event: "pushed",
	why: `${origin.commit?.slice(0, 12) ?? "a commit"} by ${origin.actor ?? "somebody"}`,
	facts: planFacts(plan, origin)
});
/** Appends what happened, where the session's state knows it. False: it does not, and nothing was written. */
async function recordOutcome(asked, outcome) {
	const { ledger, clock, session } = asked;
	const entries = await ledger.read(session);
	const entry = next(entries, fold(session, entries), outcome, clock.now(), asked);
	if (entry !== void 0) await ledger.append(session, entry);
	return entry !== void 0;
}
/** The plan that a session works on: the newest that was written down. */
const newestPlan = (entries) => entries.findLast(hasPlan)?.facts.plan;
const recordedPlan = async (ledger, session) => newestPlan(await ledger.read(session));

// src/inputs/fields.ts
/** The kinds of value that input files share: each with the words a fault is told in. */
var import_dist = require_dist();
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** One line of text without control characters. */
const textField = string().min(1, {
	error: "must not be empty",
	abort: true
}).max(1e3, "must not be longer than 1000 characters").refine((t) => !control.test(t), "must not hold control characters");
/** Text that may have several lines, such as a shell command. */
const shellText = string().trim().min(1, {
	error: "must not be empty",
	abort: true
}).max(1e4, "must not be longer than 10000 characters").refine((t) => !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(t), "must not hold control characters");
const like = (pattern, what) => string().regex(pattern, `must be ${what}: ${pattern.source}`);
const nodeName = like(/^[a-z0-9][a-z0-9-]{0,62}$/, "a node name");
const projectName = like(/^[a-z][a-z0-9-]*$/, "a project name").max(63, "must not be longer than 63 characters");
/** RFC 1123 §2.1, or an address. */
const hostName = string().refine((t) => /^(?=.{1,253}\.?$)[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*\.?$/.test(t) || ipv6().safeParse(t).success, "must be a host name or an address");
const userName = like(/^[a-z_][a-z0-9_-]{0,31}$/, "a user name");
const objectName = like(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, "a container or namespace name");
const fileName = like(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "a file name");
const identifier = like(/^[a-z0-9][a-z0-9-]{0,62}$/, "a name");
/**
* systemd.unit(5), without `.service`, which is taken off. The name is also that of the state directory and of the user,
* where `:`, `%`, `\\` and `@` mean something else, and where a user of that name would be taken.
*/
const unitName = string().transform((t) => t.replace(/\.service$/, "")).refine((t) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(t) && !/^(?:root|nobody)$/.test(t), "must be a systemd unit name of letters, digits, _ . - (with others, systemd reads another directory or instance), and no user of the system");
/** A path that stays below the directory it is taken from. */
const pathBelow = textField.refine((t) => !t.startsWith("/") && !t.startsWith("~") && !t.startsWith("-") && !t.split("/").includes(".."), "must be a path below the repository: not absolute, without \"..\"").transform((t) => t.replace(/^(?:\.\/+)+(?=.)/, "").replace(/(?<=.)\/+$/, ""));
const port = int().min(1).max(65535);
/** 0: the service binds a port of its own choice. */
const servicePort = int().min(0).max(65535);
const percentField = number$4().min(0).max(100);
const seconds = (least, most) => number$4().min(least).max(most);
const count = int().min(1);
const ip$1 = string().refine((t) => ipv4().safeParse(t).success || ipv6().safeParse(t).success, "must be an IPv4 or IPv6 address");
const httpUrl = textField.refine((t) => {
	const url = URL.parse(t);
	return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}, "must be an http or https URL without user, query or fragment").transform((t) => t.replace(/\/+$/, ""));
const hostAndPort = string().refine((t) => {
	const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(t);
	return match !== null && Number(match[3]) >= 1 && Number(match[3]) <= 65535 && (match[1] === void 0 ? hostName.safeParse(match[2]).success : ipv6().safeParse(match[1]).success);
}, "must be host:port");
const keyTypes = [
	"ssh-ed25519",
	"ssh-rsa",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521",
	"sk-ssh-ed25519@openssh.com",
	"sk-ecdsa-sha2-nistp256@openssh.com"
];
/** `<type> <base64>`, the blob naming the same type in its first field (RFC 4253 §6.6). */
const hostKey = string().superRefine((t, context) => {
	const [type = "", blob = "", ...rest] = t.split(" ");
	const bytes = Buffer.from(blob, "base64");
	const inside = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString("latin1") : "";
	if (!keyTypes.includes(type)) context.addIssue(`must be a host key "<type> <base64>" of type ${keyTypes.slice(0, 5).join(", ")}`);
	else if (rest.length > 0 || blob === "" || bytes.toString("base64") !== blob) context.addIssue("must be a host key \"<type> <base64>\" with nothing after it, and valid base64");
	else if (inside !== type || bytes.length < 4 + type.length + 4 + 32) context.addIssue(`the key is no ${type} key`);
});
const argv = array(textField).min(1);
/** A map, before any schema has looked at it. */
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** A map that must have exactly one of its keys: how the files write a tagged union. */
const taggedUnion = (shape) => strictObject(shape).partial().refine((v) => Object.values(v).filter((x) => x !== void 0).length === 1, `must have exactly one of ${Object.keys(shape).join(", ")}`);

// src/inputs/fleet-schema.ts
/** What a fleet file may say, field by field; spec §2. */
const jump = strictObject({
	host: hostName.describe("Name or address of the jump host."),
	port: port.default(22).describe("Its SSH port (default 22)."),
	user: userName.default("root").describe("Its user (default root)."),
	host_keys: array(hostKey).default([]).describe("Its pinned host keys, each `<type> <base64>`.")
});
const proxy = taggedUnion({
	command: argv.describe("Program whose input and output are the connection; %h and %p are replaced."),
	jump: jump.describe("Host through which SSH goes.")
}).transform((p) => p.jump === void 0 ? {
	kind: "command",
	argv: p.command ?? []
} : {
	kind: "jump",
	host: p.jump.host,
	port: p.jump.port,
	user: p.jump.user,
	hostKeys: p.jump.host_keys
});
const runtime = union$1([literal("systemd"), taggedUnion({
	docker: objectName.describe("In the network of this container."),
	netns: objectName.describe("In this network namespace.")
})]).transform((r) => r === "systemd" ? { kind: "systemd" } : r.docker === void 0 ? {
	kind: "netns",
	name: r.netns ?? ""
} : {
	kind: "docker",
	container: r.docker
});
const natBox = union$1([literal("host"), taggedUnion({
	orchestrator: argv.describe("On the machine of vps-test, entered by this command."),
	docker: objectName.describe("In this container."),
	netns: objectName.describe("In this network namespace.")
})]).transform((b) => b === "host" ? { kind: "host" } : b.orchestrator !== void 0 ? {
	kind: "orchestrator",
	enter: b.orchestrator
} : b.docker !== void 0 ? {
	kind: "docker",
	container: b.docker
} : {
	kind: "netns",
	name: b.netns ?? ""
});
const node$1 = strictObject({
	name: nodeName.describe("Name of the node."),
	host: hostName.describe("Host name, which is tried first."),
	ip: ip$1.describe("Address, which is tried second and compared with what the network shows."),
	ssh_port: port.default(22).describe("SSH port (default 22)."),
	user: userName.default("root").describe("SSH user (default root)."),
	provider: textField.describe("Who runs the machine."),
	region: textField.describe("Where the machine stands."),
	role: _enum(roles).describe("What the node is: registry, bootstrap, test or nat."),
	nat: _enum(natKinds).describe("The NAT that it is said to be behind; every test measures it."),
	expected_rate: percentField.optional().describe("Per cent that is expected of this NAT: shown beside the measured rate, never a gate."),
	runtime: runtime.default({ kind: "systemd" }).describe("Where the service runs: on the host, or in a container's or a namespace's network (default systemd)."),
	nat_box: natBox.optional().describe("Where the node's addresses are translated."),
	host_keys: array(hostKey).default([]).describe("Pinned host keys, each `<type> <base64>`; nothing is sent to a node without one."),
	proxy: proxy.optional().describe("How SSH reaches this node (default: as the fleet says)."),
	notes: textField.optional().describe("Anything a person should know.")
});
const fleetSchema = strictObject({
	name: identifier.describe("Name of the fleet."),
	identity_file: textField.refine((t) => t.startsWith("/") || t.startsWith("~/"), "must be an absolute path or start with ~/").optional().describe("Path of the SSH key for every node (default: the one that is given at the start)."),
	registry_url: httpUrl.optional().describe("Base URL of the registry as the nodes see it (default: port 8080 of the registry node)."),
	ports: record$2(projectName, servicePort).default({}).describe("UDP port of each project's service; 0: the service binds one of its own choice."),
	proxy: proxy.optional().describe("How SSH reaches the nodes: a command or a jump host (default: directly)."),
	lab: strictObject({
		nat_timeout_factor: number$4().min(1).default(1).describe("By how much the lab shortens the lifetime of NAT mappings (default 1)."),
		shaping: _enum(shapings).describe("How the lab makes delay and loss.")
	}).optional(),
	nodes: array(node$1).min(1).max(200).describe("The machines.")
}).transform(fleetOf);
function fleetOf(w) {
	return {
		name: w.name,
		ports: w.ports,
		nodes: w.nodes.map((n) => nodeOf(n, n.proxy ?? w.proxy)),
		...w.identity_file === void 0 ? {} : { identityFile: w.identity_file },
		...w.registry_url === void 0 ? {} : { registryUrl: w.registry_url },
		...w.lab === void 0 ? {} : { lab: {
			natTimeoutFactor: w.lab.nat_timeout_factor,
			shaping: w.lab.shaping
		} }
	};
}
function nodeOf(n, through) {
	const { name, host, user, provider, region, role, nat, runtime: runs } = n;
	return {
		name,
		host,
		ip: n.ip,
		sshPort: n.ssh_port,
		user,
		provider,
		region,
		role,
		nat,
		runtime: runs,
		hostKeys: n.host_keys,
		...n.expected_rate === void 0 ? {} : { expectedRate: n.expected_rate },
		...n.nat_box === void 0 ? {} : { natBox: n.nat_box },
		...through === void 0 ? {} : { proxy: through },
		...n.notes === void 0 ? {} : { notes: n.notes }
	};
}

// src/inputs/nearest.ts
/** The known word that a mistyped one most likely meant. */
/**
* Undefined where nothing is near: more than a third of the letters would have to change. Case, `-` and `_` do not
* count.
*/
function nearest(word, known) {
	if (word.length > 64) return void 0;
	const best = known.map((k) => ({
		k,
		d: distance(plain(word), plain(k))
	})).sort((a, b) => a.d - b.d)[0];
	return best !== void 0 && best.d <= Math.max(1, Math.floor(Math.max(word.length, best.k.length) / 3)) ? best.k : void 0;
}
/** `; did you mean "x"?`, or the known words where they are few, or nothing. */
function hint(word, known) {
	const near = nearest(word, known);
	if (near !== void 0) return `; did you mean "${near}"?`;
	return known.length > 0 && known.length <= 20 ? `; known are ${known.join(", ")}` : "";
}
const plain = (word) => word.toLowerCase().replaceAll(/[-_ ]/g, "");
/** Edits (insert, delete, replace, swap of neighbours) between two words. */
function distance(a, b) {
	let before = [];
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : 1e400;
			next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1), swap);
		}
		before = row;
		row = next;
	}
	return row[b.length] ?? 0;
}

// src/inputs/issues.ts
/**
* Given to every parse: puts the known keys where {@link findingsOf} reads them, because an issue does not carry its
* schema.
*/
const keepKnownKeys = (issue) => {
	if (issue.code !== "unrecognized_keys") return void 0;
	const def = issue.inst?._zod.def;
	return Object.keys(def?.shape ?? {}).join(" ");
};
function findingsOf(issue, root, above = []) {
	const path = [...above, ...issue.path.map((p) => typeof p === "symbol" ? String(p) : p)];
	const value = at(root, path);
	const here = (message, onKey = false) => [{
		path,
		onKey,
		message
	}];
	switch (issue.code) {
		case "unrecognized_keys": return issue.keys.map((key) => ({
			path: [...path, key],
			onKey: true,
			message: `${notAllowed(key)}${sentence(hint(key, issue.message.split(" ").filter((k) => k !== "")))}`
		}));
		case "invalid_type": return here(value === void 0 ? `is required (${words$4(issue.expected)})` : `must be ${words$4(issue.expected)}, is ${typeof value === "string" ? `text: ${printable(value)}` : kindOf$2(value)}${issue.expected === "string" && typeof value === "number" ? "; put it in quotes" : ""}`);
		case "invalid_value":
			if (value === void 0) return here(`is required (${issue.values.map(String).join(", ")})`);
			return here(`must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}; is ${printable(value)}${typeof value === "string" && issue.values.length > 1 ? near$1(value, issue.values.map(String)) : ""}`);
		case "too_small": return here(issue.origin === "string" && Number(issue.minimum) === 1 ? "must not be empty" : `must be ${amount(issue.origin)}at least ${String(issue.minimum)}; is ${measure$1(value)}`);
		case "too_big": return here(`must be ${amount(issue.origin)}at most ${String(issue.maximum)}; is ${measure$1(value)}`);
		case "invalid_key": return here(`the key ${issue.issues.map((i) => i.message).join(", ")}`, true);
		case "invalid_union": return union(issue, root, path);
		default: return here(issue.message);
	}
}
/** The words in which editors tell of a key outside a JSON Schema: one message here and there. */
const notAllowed = (key) => `Property ${stripHidden(key, 80)} is not allowed.`;
/** A hint as a sentence of its own. */
const sentence = (hinted) => hinted === "" ? "" : ` ${hinted.slice(2, 3).toUpperCase()}${hinted.slice(3)}`;
/** Only the branch that the writer evidently meant is worth reading: the one whose kind of value fits. */
function union(issue, root, path) {
	const meant = issue.errors.find((issues) => issues.length > 0 && !issues.some((i) => i.path.length === 0 && (i.code === "invalid_type" || i.code === "invalid_value")));
	if (meant !== void 0) return meant.flatMap((i) => findingsOf(i, root, path));
	const value = at(root, path);
	const forms = issue.errors.map((issues) => issues[0]).flatMap((i) => i === void 0 ? [] : i.code === "invalid_value" ? i.values.map(String) : i.code === "invalid_type" ? [words$4(i.expected)] : []);
	const message = `must be ${[...new Set(forms)].join(" or ")}`;
	return [{
		path,
		onKey: false,
		message: value === void 0 ? `is required: ${message}` : `${message}; is ${printable(value)}`
	}];
}
const near$1 = (value, known) => {
	const h = hint(value, known);
	return h.includes("did you mean") ? h : "";
};
const words$4 = (expected) => ({
	string: "text",
	boolean: "true or false",
	array: "a list",
	object: "a map",
	record: "a map",
	int: "a whole number",
	number: "a number",
	null: "empty"
})[expected] ?? expected;
const amount = (origin) => origin === "array" ? "a list of " : origin === "string" ? "text of " : "";
const measure$1 = (value) => Array.isArray(value) || typeof value === "string" ? String(value.length) : printable(value);
function at(root, path) {
	let value = root;
	for (const step of path) {
		if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return void 0;
		value = value[step];
	}
	return value;
}

// src/inputs/positions.ts
/** Where a path of a parsed YAML document stands in its text, so that a fault can name line and column. */
function positionsOf(document, lines) {
	const position = (offset) => {
		const { line, col } = lines.linePos(offset);
		return {
			line: Math.max(1, line),
			column: Math.max(1, col)
		};
	};
	const find = (path) => {
		let node = document.contents;
		let at = {
			key: start$1(node) ?? 0,
			value: start$1(node) ?? 0
		};
		for (const step of path) {
			const inside = (0, import_dist.isAlias)(node) ? node.resolve(document) : node;
			if ((0, import_dist.isMap)(inside)) {
				const pair = inside.items.findLast((p) => keyText(p) === String(step));
				if (pair === void 0) return at;
				const key = start$1(pair.key) ?? at.key;
				at = {
					key,
					value: start$1(pair.value) ?? key
				};
				node = pair.value;
			} else if ((0, import_dist.isSeq)(inside) && typeof step === "number" && inside.items[step] !== void 0) {
				node = inside.items[step];
				const value = start$1(node) ?? at.value;
				at = {
					key: value,
					value
				};
			} else return at;
		}
		return at;
	};
	return {
		value: (path) => position(find(path).value),
		key: (path) => position(find(path).key)
	};
}
function start$1(node) {
	if ((0, import_dist.isPair)(node)) return start$1(node.key);
	if (!(0, import_dist.isNode)(node) || node.range == null) return void 0;
	return (0, import_dist.isScalar)(node) && node.value === null && node.range[0] === node.range[1] ? void 0 : node.range[0];
}
/** A key that is a list, a map or an alias has no text; {@link refusedKeys} finds it. */
const keyText = (pair) => (0, import_dist.isScalar)(pair.key) ? String(pair.key.value) : "";
/** The path of the key that starts at an offset. */
function pathOfKey(document, offset) {
	let found;
	(0, import_dist.visit)(document, { Pair: (_, pair, ancestors) => {
		if (start$1(pair.key) !== offset) return void 0;
		found = [...ancestors, pair].flatMap((node, i, all) => (0, import_dist.isPair)(node) ? (0, import_dist.isScalar)(node.key) ? [keyText(node)] : [] : (0, import_dist.isSeq)(node) ? [node.items.indexOf(all[i + 1])] : []);
		return import_dist.visit.BREAK;
	} });
	return found;
}
/**
* Keys that no file needs: those that are not plain text, and the one that reaches into a JavaScript object's own
* workings.
*/
function refusedKeys(document) {
	const found = [];
	(0, import_dist.visit)(document, { Pair: (_, pair) => {
		const offset = start$1(pair.key) ?? 0;
		if (!(0, import_dist.isScalar)(pair.key)) found.push({
			offset,
			message: "a key must be plain text"
		});
		else if (pair.key.value === "__proto__") found.push({
			offset,
			message: "the key __proto__ is not allowed"
		});
	} });
	return found;
}

// src/inputs/yaml.ts
/** One YAML file into one checked value, or every fault at once, each with its path, line and column. */
/** Far above any real file; below what could stall the parser. */
const limits = {
	characters: 262144,
	aliases: 500
};
/** Version 1.2, and merge keys as most programs read them. */
const yamlOptions = {
	version: "1.2",
	merge: true,
	prettyErrors: false,
	logLevel: "silent"
};
function loadYaml(text, file, schema, check) {
	const parsed = parseYaml(text, file);
	return parsed.ok ? validate(parsed.value, file, schema, check) : parsed;
}
function validate(parsed, file, schema, check) {
	const faults = [...parsed.faults];
	const add = (path, onKey, message) => {
		faults.push({
			at: {
				file,
				path: pathText(path),
				...parsed.position(path, onKey)
			},
			message
		});
	};
	const result = schema.safeParse(parsed.raw, { error: keepKnownKeys });
	if (!result.success) for (const f of result.error.issues.flatMap((i) => findingsOf(i, parsed.raw))) add(f.path, f.onKey, f.message);
	check?.(parsed.raw, (path, message) => add(path, false, message));
	return result.success && faults.length === 0 ? {
		ok: true,
		value: result.data
	} : {
		ok: false,
		faults: sortFaults(faults)
	};
}
/** Syntax only; a document that cannot be read as one bounded tree is refused here. */
function parseYaml(text, file) {
	const refuse = (message, line = 1, column = 1) => ({
		ok: false,
		faults: [{
			at: {
				file,
				path: "",
				line,
				column
			},
			message
		}]
	});
	if (text.length > limits.characters) return refuse(`is larger than ${limits.characters} characters`);
	const lines = new import_dist.LineCounter();
	let documents;
	try {
		documents = [...(0, import_dist.parseAllDocuments)(text, {
			...yamlOptions,
			lineCounter: lines
		})];
	} catch {
		return refuse("is nested too deeply to be read");
	}
	const [document, second] = documents;
	if (document === void 0) return refuse("is empty");
	const place = (offset) => ({
		line: lines.linePos(offset).line || 1,
		column: lines.linePos(offset).col || 1
	});
	if (second !== void 0) {
		const { line, column } = place(second.range?.[0] ?? 0);
		return refuse("holds more than one YAML document; only one is read", line, column);
	}
	if (document.directives?.yaml.version !== "1.2") return refuse("is marked as another version of YAML; only 1.2 is read");
	const forbidden = refusedKeys(document).map(({ offset, message }) => ({
		code: "FORBIDDEN",
		pos: [offset],
		message
	}));
	const problems = [
		...document.errors,
		...document.warnings,
		...forbidden
	].map((e) => {
		const path = pathText(aboutKey.includes(e.code) ? pathOfKey(document, e.pos[0]) ?? [] : []);
		return {
			code: e.code,
			fault: {
				at: {
					file,
					path,
					...place(e.pos[0])
				},
				message: problem(e.code, e.message)
			}
		};
	});
	if (problems.filter((p) => p.code !== "DUPLICATE_KEY").length > 0) return {
		ok: false,
		faults: sortFaults(problems.map((p) => p.fault)).slice(0, 20)
	};
	if (document.contents === null || (0, import_dist.isScalar)(document.contents) && document.contents.value === null) return refuse("is empty");
	return tree(document, lines, problems.map((p) => p.fault), refuse);
}
function tree(document, lines, faults, refuse) {
	let raw;
	try {
		raw = document.toJS({ maxAliasCount: limits.aliases });
		JSON.stringify(raw);
	} catch (error) {
		return refuse(error instanceof ReferenceError ? `its aliases cannot be followed: ${stripHidden(error.message)}` : "contains itself, or is nested too deeply to be read");
	}
	const positions = positionsOf(document, lines);
	return {
		ok: true,
		value: {
			raw,
			faults,
			position: (path, onKey) => onKey ? positions.key(path) : positions.value(path)
		}
	};
}
/** Problems that a key's path can be told for; elsewhere in broken text a path would be a guess. */
const aboutKey = ["DUPLICATE_KEY", "FORBIDDEN"];
const problem = (code, message) => code === "DUPLICATE_KEY" ? "this key was given before" : code === "FORBIDDEN" ? message : `is not valid YAML: ${stripHidden(message)}`;

// src/inputs/fleet.ts
/** A fleet file read into a {@link Fleet}, and a fleet written as a file again. */
/** Throws a usage failure (U010) that lists every fault of the file. */
function parseFleet(text, file) {
	const loaded = loadYaml(text, file, fleetSchema, crossChecks$1);
	if (!loaded.ok) throw usageFailure(loaded.faults);
	return loaded.value;
}
/** What no single field can see. It gets unchecked values: the schema's faults are told beside these. */
const crossChecks$1 = (raw, report) => {
	const nodes = isRecord(raw) && Array.isArray(raw["nodes"]) ? raw["nodes"].map((n) => isRecord(n) ? n : {}) : [];
	if (nodes.length === 0) return;
	unique(nodes, report, "name", "name");
	const addresses = /* @__PURE__ */ new Map();
	nodes.forEach((node, i) => {
		const own = ["host", "ip"].flatMap((key) => typeof node[key] === "string" ? [{
			key,
			address: canonicalAddress(node[key])
		}] : []);
		for (const { key, address } of own) {
			const other = addresses.get(address);
			if (other !== void 0) report([
				"nodes",
				i,
				key
			], `${printable(node[key])} is already the address of ${other}`);
		}
		for (const { address } of own) if (!addresses.has(address)) addresses.set(address, typeof node["name"] === "string" ? stripHidden(node["name"], 64) : `nodes[${i}]`);
		if (node["role"] === "nat" && node["nat"] === "none") report([
			"nodes",
			i,
			"nat"
		], "a node of role nat must have a NAT other than none");
	});
	const registries = nodes.flatMap((n, i) => n["role"] === "registry" ? [i] : []);
	for (const i of registries.slice(1)) report([
		"nodes",
		i,
		"role"
	], `only one node may have the role registry; nodes[${registries[0]}] has it already`);
	if (!nodes.some((n) => n["role"] === "bootstrap")) report(["nodes"], "at least one node must have the role bootstrap; there is none");
};
function unique(nodes, report, key, what) {
	const seen = /* @__PURE__ */ new Map();
	nodes.forEach((node, i) => {
		const value = node[key];
		if (typeof value !== "string") return;
		const first = seen.get(value);
		if (first === void 0) seen.set(value, i);
		else report([
			"nodes",
			i,
			key
		], `${what} ${printable(value)} is already used by nodes[${first}]`);
	});
}
/** One address, one text: case, a trailing dot and IPv6 shorthand do not make it another. */
function canonicalAddress(address) {
	const plain = address.toLowerCase().replace(/\.$/, "");
	return plain.includes(":") ? URL.parse(`http://[${plain}]/`)?.hostname ?? plain : plain;
}
/** The YAML text that {@link parseFleet} reads back into the same fleet. */
function renderFleet(fleet) {
	const shared = sharedProxy(fleet);
	const written = {
		name: fleet.name,
		...fleet.identityFile === void 0 ? {} : { identity_file: fleet.identityFile },
		...fleet.registryUrl === void 0 ? {} : { registry_url: fleet.registryUrl },
		ports: fleet.ports,
		...shared === void 0 ? {} : { proxy: proxyText(shared) },
		...fleet.lab === void 0 ? {} : { lab: {
			nat_timeout_factor: fleet.lab.natTimeoutFactor,
			shaping: fleet.lab.shaping
		} },
		nodes: fleet.nodes.map((n) => nodeText(n, shared === void 0))
	};
	return (0, import_dist.stringify)(written, {
		lineWidth: 0,
		aliasDuplicateObjects: false
	});
}
const nodeText = (n, ownProxy) => ({
	name: n.name,
	host: n.host,
	ip: n.ip,
	...n.sshPort === 22 ? {} : { ssh_port: n.sshPort },
	...n.user === "root" ? {} : { user: n.user },
	provider: n.provider,
	region: n.region,
	role: n.role,
	nat: n.nat,
	...n.expectedRate === void 0 ? {} : { expected_rate: n.expectedRate },
	runtime: runtimeText(n.runtime),
	...n.natBox === void 0 ? {} : { nat_box: natBoxText(n.natBox) },
	host_keys: n.hostKeys,
	...n.proxy === void 0 || !ownProxy ? {} : { proxy: proxyText(n.proxy) },
	...n.notes === void 0 ? {} : { notes: n.notes }
});
const runtimeText = (r) => r.kind === "systemd" ? "systemd" : r.kind === "docker" ? { docker: r.container } : { netns: r.name };
function natBoxText(b) {
	switch (b.kind) {
		case "host": return "host";
		case "orchestrator": return { orchestrator: b.enter };
		case "docker": return { docker: b.container };
		case "netns": return { netns: b.name };
	}
}
const proxyText = (p) => p.kind === "command" ? { command: p.argv } : { jump: {
	host: p.host,
	port: p.port,
	user: p.user,
	host_keys: p.hostKeys
} };
/** Written once at the top where every node goes the same way. */
function sharedProxy(fleet) {
	const first = fleet.nodes[0]?.proxy;
	const text = JSON.stringify(first);
	return first !== void 0 && fleet.nodes.every((n) => JSON.stringify(n.proxy) === text) ? first : void 0;
}

// src/inputs/profile-payload.ts
/** What a profile says of its payload: whose bytes they are, how long, and where a receiver keeps them. */
const counter = strictObject({
	min_bytes: count.describe("Least length of a payload, in bytes."),
	max_bytes: count.describe("Greatest length of a payload, in bytes.")
}).refine((c) => c.min_bytes <= c.max_bytes, "min_bytes must not be larger than max_bytes");
const given$2 = strictObject({
	min_bytes: count.describe("Least length of a payload, in bytes; 16384 at least, far above what a program sends besides."),
	max_bytes: count.describe("Greatest length of a payload, in bytes."),
	kept: textField.refine((t) => t.startsWith("{dataDir}/") && t.includes("{nonce}") && !t.split("/").includes(".."), "must be a file below {dataDir}/ with {nonce} in its name").optional().describe("File in which the receiver keeps the payload of a nonce: `{dataDir}` and `{nonce}` are filled.")
}).refine((p) => p.min_bytes <= p.max_bytes, "min_bytes must not be larger than max_bytes").refine((p) => p.min_bytes >= 16384, "min_bytes must be 16384 at least");
const payload = union$1([literal("opaque"), taggedUnion({
	stdin: given$2.describe("Random bytes of ours, handed to the dialler on its standard input."),
	sha256_counter: counter.describe("Bytes that follow from the nonce alone, of a length drawn from a range.")
})]).transform((p) => {
	if (p === "opaque") return { kind: "opaque" };
	if (p.stdin !== void 0) {
		const { min_bytes: minBytes, max_bytes: maxBytes, kept = null } = p.stdin;
		return {
			kind: "given",
			minBytes,
			maxBytes,
			kept
		};
	}
	return p.sha256_counter === void 0 ? { kind: "opaque" } : {
		kind: "sha256-counter",
		minBytes: p.sha256_counter.min_bytes,
		maxBytes: p.sha256_counter.max_bytes
	};
});

// src/inputs/profile.ts
/** A profile file read into a {@link Profile}: how one program is started, dialled and read is data, and a mistyped placeholder is a fault. */
/** Throws a usage failure (U010) that lists every fault of the file. */
function parseProfile(yaml, file) {
	const loaded = loadYaml(yaml, file, profileSchema, templateChecks);
	if (!loaded.ok) throw usageFailure(loaded.faults);
	return loaded.value;
}
const words$3 = array(textField).default([]);
const file$1 = textField.refine((t) => t.startsWith("{dataDir}/") && !t.split("/").includes(".."), "must be a file below {dataDir}/");
const field = string().regex(/^[A-Za-z_]\w{0,63}$/, "must be the name of a JSON field");
const dial = union$1([literal("observed"), taggedUnion({ commanded: strictObject({
	dialect: identifier.describe("How the dialler reports: the name of a dialect."),
	args: array(textField).min(1).describe("Arguments of one dial, with placeholders.")
}) })]).transform((d) => d === "observed" || d.commanded === void 0 ? { kind: "observed" } : {
	kind: "commanded",
	...d.commanded
});
const recordFields = strictObject({
	nonce: field.describe("Field of the nonce that was received."),
	bytes: field.describe("Field of the number of bytes."),
	sha256: field.describe("Field of the digest of what was received."),
	from: field.describe("Field of the sender."),
	missing: field.describe("Field of what did not arrive."),
	completed_ms: field.describe("Field of the time of the last byte, in milliseconds.")
}).transform(({ completed_ms: completedMs, ...others }) => ({
	...others,
	completedMs
}));
/** What a log line must be found to hold. */
const neededGroups = [
	"nonce",
	"bytes",
	"sha256"
];
const logPattern = textField.superRefine((t, context) => {
	try {
		new RegExp(t);
	} catch (error) {
		context.addIssue(`must be a regular expression: ${messageOf(error)}`);
		return;
	}
	const missing = neededGroups.filter((name) => !t.includes(`(?<${name}>`));
	if (missing.length > 0) context.addIssue(`must have the named groups ${missing.join(", ")}, as (?<${missing[0]}>…)`);
});
const httpPath = textField.refine((t) => /^\/[\w./?=&{}~%-]*$/.test(t), "must be a path on the node, beginning with /");
const listPath = string().regex(/^(?:\$|\w+(?:\.\w+)*)$/, "must be $, or names with dots between");
const record = union$1([literal("none"), taggedUnion({
	jsonl: strictObject({
		path: file$1.describe("File in which the receiver writes down what it received, below {dataDir}/."),
		fields: recordFields.describe("Names of the fields of each line.")
	}),
	log: strictObject({
		path: file$1.nullable().default(null).describe("File of the log, below {dataDir}/ (default: the unit's own journal)."),
		pattern: logPattern.describe("Regular expression whose named groups hold what was received.")
	}),
	http: strictObject({
		port: port.describe("TCP port on the node."),
		path: httpPath.describe("Path of the request, with placeholders."),
		list: listPath.default("$").describe("Where the answer holds the list: names with dots between (default $, all of it)."),
		fields: recordFields.describe("Names of the fields of each entry.")
	})
})]).transform((r) => {
	if (r === "none") return { kind: "none" };
	if (r.jsonl !== void 0) return {
		kind: "jsonl",
		...r.jsonl
	};
	if (r.log !== void 0) return {
		kind: "log",
		...r.log
	};
	return r.http === void 0 ? { kind: "none" } : {
		kind: "http",
		...r.http
	};
});
const registryPath = textField.refine((t) => /^\/[\w./-]*$/.test(t), "must be a path of the registry, beginning with /");
const registry = strictObject({
	args: array(textField).nullable().default(null).describe("Arguments of the registry that is started on the registry node (default: the fleet's own is used)."),
	http_port: port.default(8080).describe("TCP port of the registry (default 8080)."),
	ready: taggedUnion({ http_json: strictObject({
		path: registryPath.describe("Path of the answer."),
		list: listPath.default("$").describe("Where the list is in the answer, $ for the whole (default)."),
		id: field.describe("Field that holds a peer's id.")
	}).describe("An answer in JSON that lists the registered peers.") }).nullable().default(null).describe("Where it lists who has registered (default: nothing is waited for)."),
	keep: array(registryPath).default([]).describe("Paths whose answers are kept as evidence.")
}).transform(({ args, http_port: httpPort, ready, keep }) => ({
	args,
	httpPort,
	ready: ready?.http_json ?? null,
	keep
}));
const profileSchema = strictObject({
	name: identifier.describe("Name of the profile, by which a configuration chooses it."),
	title: textField.describe("What the program is, in a few words."),
	project: projectName.describe("Project that it serves."),
	module: identifier.describe("Module of a workspace that it serves."),
	only_when_named: boolean().default(false).describe("Never chosen for its project unless it is named (default false)."),
	focuses: array(_enum(focuses)).min(1).describe("What can be tested of the program."),
	binary: fileName.describe("Name of the program's file."),
	service_port: union$1([servicePort, projectName]).describe("UDP port of the service: a number, or a key of the fleet's ports; 0: one of its own choice."),
	registry: registry.nullable().default(null).describe("Where nodes find each other (default: the program knows no registry)."),
	node: strictObject({
		args: words$3.describe("Arguments of the service, with placeholders."),
		bootstrap_args: words$3.describe("Further arguments on a bootstrap node."),
		environment: record$2(string().regex(/^[A-Z_][A-Z0-9_]*$/, "must be the name of an environment variable"), textField).default({}).describe("Environment of the service.")
	}).describe("How the service is started."),
	peer_id: union$1([literal("none"), taggedUnion({ file: file$1.describe("The file, below {dataDir}/.") })]).transform((p) => p === "none" || p.file === void 0 ? { kind: "none" } : {
		kind: "file",
		path: p.file
	}).describe("Where a node writes its peer id: a file below {dataDir}/, or none."),
	dial: dial.describe("How it is made to connect: commanded by a process for each attempt, or observed."),
	record: record.describe("Where the receiver writes down what it received, or none."),
	payload: payload.describe("What is sent: random bytes of ours, bytes that follow from the nonce, or opaque.")
}).transform((w) => ({
	name: w.name,
	title: w.title,
	project: w.project,
	module: w.module,
	focuses: w.focuses,
	binary: w.binary,
	servicePort: w.service_port,
	registry: w.registry,
	node: {
		args: w.node.args,
		bootstrapArgs: w.node.bootstrap_args,
		environment: w.node.environment
	},
	peerId: w.peer_id,
	dial: w.dial,
	record: w.record,
	payload: w.payload,
	...w.only_when_named ? { onlyWhenNamed: true } : {}
}));
const templateChecks = (raw, report) => {
	if (!(isRecord(raw) && isRecord(raw["registry"])) && /\{registry(?:Url|Ip)\}/.test(JSON.stringify(raw) ?? "")) report(["registry"], "is missing, and an argument asks for it: {} where the fleet keeps its own registry");
	check(raw, ["registry", "args"], placeholders.registry, report);
	check(raw, ["node", "args"], placeholders.node, report);
	check(raw, ["node", "bootstrap_args"], placeholders.node, report);
	check(raw, [
		"dial",
		"commanded",
		"args"
	], placeholders.dial, report);
	check(raw, ["peer_id", "file"], placeholders.file, report);
	check(raw, [
		"record",
		"jsonl",
		"path"
	], placeholders.file, report);
	check(raw, [
		"record",
		"log",
		"path"
	], placeholders.file, report);
	check(raw, [
		"record",
		"http",
		"path"
	], placeholders.record, report);
	check(raw, [
		"payload",
		"stdin",
		"kept"
	], placeholders.kept, report);
};
function check(raw, path, known, report) {
	const value = path.reduce((v, key) => typeof v === "object" && v !== null ? v[key] : void 0, raw);
	if (typeof value === "string") for (const message of templateFaults(value, known)) report(path, message);
	if (Array.isArray(value)) value.forEach((word, i) => {
		if (typeof word === "string") for (const message of templateFaults(word, known)) report([...path, i], message);
	});
}
/** What is wrong with the placeholders of one word. */
function templateFaults(word, known) {
	const faults = [...word.matchAll(/\{([^{}]*)\}/g)].map((m) => m[1] ?? "").filter((n) => !known.includes(n)).map((n) => `unknown placeholder {${stripHidden(n, 40)}}${hint(n, known)}`);
	return /[{}]/.test(word.replaceAll(/\{[^{}]*\}/g, "")) ? [...faults, "has a brace that is no part of a {placeholder}"] : faults;
}

// src/inputs/build-command.ts
const meaning = {
	$: "variables",
	"`": "command substitution",
	";": "several commands",
	"|": "pipes",
	"&": "several commands",
	">": "redirection",
	"<": "redirection",
	"(": "subshells",
	")": "subshells",
	"\n": "several lines",
	"*": "file patterns",
	"?": "file patterns"
};
/** Words, `'…'`, `"…"` and `\x`. Whatever only a shell could do is refused: the build runs without one. */
function splitCommand(text) {
	const argv = [];
	let word;
	let quote = "";
	const refuse = (c) => ({
		ok: false,
		message: `must be one plain command: ${JSON.stringify(c)} (${meaning[c] ?? "shell syntax"}) needs a shell, and the build runs without one`
	});
	for (let i = 0; i < text.length; i++) {
		const c = text.charAt(i);
		const next = text.charAt(i + 1);
		if (quote === "'") {
			if (c === quote) quote = "";
			else word += c;
		} else if (quote === "\"") {
			if (c === quote) quote = "";
			else if (c === "\\" && (next === "\"" || next === "\\")) {
				word += next;
				i++;
			} else if (c === "$" || c === "`") return refuse(c);
			else word += c;
		} else if (c === "'" || c === "\"") {
			quote = c;
			word ??= "";
		} else if (c === "\\") {
			if (next === "" || next === "\n") return {
				ok: false,
				message: "must be one plain command: it ends with a backslash"
			};
			word = (word ?? "") + next;
			i++;
		} else if (c === " " || c === "	") {
			if (word !== void 0) argv.push(word);
			word = void 0;
		} else if (c in meaning || c === "~" && word === void 0) return refuse(c);
		else word = (word ?? "") + c;
	}
	if (quote !== "") return {
		ok: false,
		message: `must be one plain command: a ${quote} is not closed`
	};
	if (word !== void 0) argv.push(word);
	const [first] = argv;
	if (first === void 0 || first === "") return {
		ok: false,
		message: "must not be empty"
	};
	if (/^[A-Za-z_]\w*=/.test(first)) return {
		ok: false,
		message: `must be one plain command: ${first.split("=")[0]}=… before it needs a shell, and the build runs without one`
	};
	return {
		ok: true,
		argv
	};
}
/** `cargo zig build` is no command that exists; what is meant is `cargo zigbuild` (spec §7). */
function withZigbuild(argv) {
	const at = argv[1]?.startsWith("+") === true ? 2 : 1;
	if (argv[0] !== "cargo" || argv[at] !== "zig" || argv[at + 1] !== "build") return { argv };
	return {
		argv: [
			...argv.slice(0, at),
			"zigbuild",
			...argv.slice(at + 2)
		],
		warning: "`cargo zig build` is no cargo command: `cargo zigbuild` is run instead"
	};
}
const selects = /^(?:-p.*|--package(?:=.*)?|--workspace|--all|--bins?(?:=.*)?|--manifest-path(?:=.*)?)$/;
/**
* Builds the one crate of a workspace, unless the command chooses for itself: a path by its manifest, a name as a
* package.
*/
function withCrate(argv, crate) {
	const at = (argv[1]?.startsWith("+") === true ? 2 : 1) + 1;
	if (crate === void 0 || argv[0] !== "cargo" || argv.some((word) => selects.test(word))) return argv;
	const chosen = /[/.]/.test(crate) ? ["--manifest-path", `${crate}/Cargo.toml`] : ["-p", crate];
	return [
		...argv.slice(0, at),
		...chosen,
		...argv.slice(at)
	];
}

// src/inputs/project-checks.ts
/** By its keys, never by its file's name. */
function shapeOf(raw) {
	const keys = isRecord(raw) ? Object.keys(raw) : [];
	const of = (known) => keys.filter((k) => known.includes(k)).length;
	return of([
		"modules",
		"workspace",
		"build"
	]) > of(["binary"]) ? "workspace" : "project";
}
const profileNamed = (profiles, name) => profiles.find((p) => p.name === name);
const profileOfProject = (profiles, project) => profiles.find((p) => p.project === project && p.onlyWhenNamed !== true);
const profileOfModule = (profiles, module) => profiles.find((p) => p.module === module && p.onlyWhenNamed !== true);
const projectChecks = (context) => (raw, report) => {
	if (!isRecord(raw)) return;
	checkNodes(raw, context, report);
	checkProfile(raw["profile"], ["profile"], context, report);
	checkCustomTests(raw, report);
	if (shapeOf(raw) === "workspace") {
		for (const [name, module] of Object.entries(isRecord(raw["modules"]) ? raw["modules"] : {})) if (isRecord(module)) checkProfile(module["profile"], [
			"modules",
			name,
			"profile"
		], context, report);
		return;
	}
	const project = raw["project"];
	if (typeof project !== "string") return;
	if (context.project !== void 0 && context.project !== project) report(["project"], `this file configures ${printable(project)}; asked for was ${printable(context.project)}`);
	if (raw["profile"] === void 0 && context.profile === void 0 && profileOfProject(context.profiles, project) === void 0) report(["project"], `no profile says how ${printable(project)} is started and tested; name one with "profile": ${context.profiles.map((p) => p.name).join(", ")}`);
};
function checkNodes(raw, { fleet }, report) {
	const nodes = isRecord(raw["deploy"]) ? raw["deploy"]["nodes"] : void 0;
	if (!Array.isArray(nodes)) return;
	const known = fleet?.nodes.map((n) => n.name);
	nodes.forEach((name, i) => {
		if (typeof name !== "string") return;
		if (nodes.indexOf(name) < i) report([
			"deploy",
			"nodes",
			i
		], `${printable(name)} is listed twice`);
		else if (known?.includes(name) === false) report([
			"deploy",
			"nodes",
			i
		], `fleet ${fleet?.name ?? ""} has no node ${printable(name)}${hint(name, known)}`);
	});
}
function checkProfile(name, path, { profiles }, report) {
	if (typeof name !== "string" || profileNamed(profiles, name) !== void 0) return;
	report(path, `there is no profile ${printable(name)}${hint(name, profiles.map((p) => p.name))}`);
}
function checkCustomTests(raw, report) {
	const custom = isRecord(raw["tests"]) ? raw["tests"]["custom"] : void 0;
	if (!Array.isArray(custom)) return;
	const names = custom.map((c) => isRecord(c) ? c["name"] : void 0);
	names.forEach((name, i) => {
		if (typeof name === "string" && names.indexOf(name) < i) report([
			"tests",
			"custom",
			i,
			"name"
		], `${printable(name)} is already the name of another test`);
	});
}

// src/inputs/project-tests-schema.ts
/** What a project file may say of its tests, with every default; spec §7. */
const natTypes = [
	"full_cone",
	"symmetric",
	"port_restricted",
	"address_restricted",
	"cgnat",
	"double_nat"
];
const pattern = string().min(1).max(500).superRefine((t, context) => {
	try {
		new RegExp(t);
	} catch (error) {
		context.addIssue(`must be a regular expression: ${error instanceof Error ? error.message : ""}`);
	}
});
const connectivity = strictObject({
	enabled: boolean().default(true).describe("Whether the suite runs (default true)."),
	success_criteria: strictObject({
		direct: percentField.default(99).describe("Per cent of attempts that must succeed between two public peers (default 99)."),
		nat_traversed: percentField.default(85).describe("Per cent of attempts that must succeed where a NAT must be traversed (default 85)."),
		relay: percentField.default(100).describe("Per cent of attempts that must succeed where only a relay can connect (default 100).")
	}).prefault({}),
	nat_cooloff_seconds: seconds(0, 300).default(30).describe("Least pause between two attempts of the same two peers, in seconds (default 30)."),
	timeout_seconds: seconds(1, 60).default(10).describe("Longest time of one attempt, in seconds (default 10)."),
	sample_floor: count.default(10).describe("Attempts that a class needs before it counts (default 10)."),
	coverage: percentField.default(80).describe("Per cent of a class's pairs that must have been tried (default 80)."),
	strict: boolean().default(false).describe("Compare the lower bound of the confidence interval, not the rate itself (default false).")
}).prefault({});
const tests = strictObject({
	connectivity,
	nat_matrix: strictObject({
		enabled: boolean().default(false).describe("Whether the suite is asked for (default false)."),
		types: array(_enum(natTypes)).default([
			"full_cone",
			"symmetric",
			"port_restricted"
		]).describe("NAT types that must be measured (default full_cone, symmetric, port_restricted).")
	}).prefault({}),
	throughput: strictObject({
		enabled: boolean().default(false).describe("Whether the suite is asked for (default false)."),
		min_mbps: number$4().min(1).default(10).describe("Least rate, in megabits a second (default 10)."),
		test_size_mb: number$4().min(1).max(1e3).default(100).describe("Size of the transfer, in megabytes (default 100).")
	}).prefault({}),
	message_delivery: strictObject({
		enabled: boolean().default(false).describe("Whether the suite is asked for (default false)."),
		success_rate: percentField.default(100).describe("Per cent of messages that must arrive (default 100)."),
		message_count: count.default(100).describe("Messages to send (default 100).")
	}).prefault({}),
	crdt_consistency: strictObject({
		enabled: boolean().default(false).describe("Whether the suite is asked for (default false)."),
		max_sync_seconds: seconds(1, 300).default(30).describe("Longest time until all replicas agree, in seconds (default 30).")
	}).prefault({}),
	channel_creation: strictObject({
		enabled: boolean().default(false).describe("Whether the suite is asked for (default false)."),
		channels_to_create: count.default(10).describe("Channels to create (default 10).")
	}).prefault({}),
	custom: array(strictObject({
		name: textField.max(100, "must not be longer than 100 characters").describe("Name of the test, and of its rate."),
		command: shellText.describe("Shell command that runs on each peer, as an unprivileged user."),
		success_pattern: pattern.optional().describe("Regular expression that the end of its output (4 KB) must match."),
		timeout_seconds: seconds(1, 3600).default(60).describe("Longest time of the command, in seconds (default 60)."),
		expected_exit: int().min(0).max(255).default(0).describe("Exit code that the command must have (default 0).")
	})).default([]).describe("Commands whose result is a test: each runs on every peer, whatever the focus.")
});

// src/inputs/project-schema.ts
/** What a project file may say in either of its two shapes, with every default; spec §7. */
const defaultBuild = "cargo zigbuild --release --target x86_64-unknown-linux-gnu";
const bootstrapPolicies = [
	"always",
	"changed",
	"never"
];
const events = [
	"start",
	"test_fail",
	"fix_commit",
	"wait_start",
	"complete",
	"error"
];
/** A key for each checkpoint. */
const checkpointKeys = Object.fromEntries(checkpointRows.map((c) => [configKey(c.state), boolean().default(true).describe(`${c.what} (default true).`)]));
const buildCommand = string().transform((t, context) => {
	const split = splitCommand(t.trim());
	if (split.ok) return split.argv;
	context.addIssue(split.message);
	return NEVER;
});
const installPath = string().regex(/^\/opt\/[a-z][a-z0-9-]*\/?$/, "must be /opt/<name>/: ^/opt/[a-z][a-z0-9-]*/?$").transform((t) => t.replace(/\/$/, ""));
const nodes$1 = union$1([literal("all"), array(nodeName).min(1)]).default("all").describe("Nodes that are deployed to and tested: all, or a list of names (default all).");
const fleetKey = pathBelow.optional();
/** Blocks that both shapes have. */
const shared$1 = {
	bootstrap: strictObject({
		registry: httpUrl.optional().describe("Base URL of the registry (default: the fleet's)."),
		nodes: array(hostAndPort).default([]).describe("Nodes by which a program joins, each host:port (default: the fleet's bootstrap nodes)."),
		wait_for_registration: seconds(0, 300).default(30).describe("Longest wait until every node is registered, in seconds (default 30).")
	}).prefault({}),
	soak: strictObject({
		...checkpointKeys,
		regression_tolerance: percentField.default(0).describe("Percentage points by which a checkpoint may fall below the first test (default 0)."),
		check_interval_minutes: number$4().min(1).optional().describe("Minutes between checks while waiting; does not act in this version.")
	}).prefault({}),
	notifications: strictObject({
		voice: boolean().default(true).describe("Speak the notifications; does not act in this version (default true)."),
		on_events: array(_enum(events)).default([
			"start",
			"test_fail",
			"complete",
			"error"
		]).describe("Events to tell of; does not act in this version.")
	}).optional(),
	fleet: fleetKey.describe("Name of a fleet, or path of a fleet file below the repository."),
	profile: identifier.optional().describe("Name of the profile that says how the program is started, dialled and read (default: the project's own)."),
	workspace_dir: pathBelow.optional().describe("Directory of the Cargo workspace below the repository (default: its root)."),
	glibc: string().regex(/^2\.\d{1,2}$/, "must be a glibc version such as \"2.31\"").default("2.31").describe("Oldest glibc that the program must run with (default 2.31)."),
	answers: strictObject({
		focus: _enum(focuses).optional().describe("What is tested when nobody is asked."),
		criteria: _enum(criteriaKinds).optional().describe("What counts as success when nobody is asked."),
		proof: _enum(proofKinds).optional().describe("How success is proven when nobody is asked.")
	}).prefault({})
};
const sharedDeploy = {
	install_path: installPath.describe("Directory on each node, /opt/<name>/."),
	nodes: nodes$1,
	pre_deploy: array(shellText).default([]).describe("Shell commands that run on each node before the switch."),
	post_deploy: array(shellText).default([]).describe("Shell commands that run on each node after the switch."),
	bootstrap: _enum(bootstrapPolicies).default("changed").describe("When bootstrap nodes are deployed to: always, changed or never (default changed).")
};
/** One project: the shape of the projects' own repositories. */
const projectShape = strictObject({
	project: projectName.describe("Name of the project."),
	binary: strictObject({
		name: fileName.describe("Name of the program's file."),
		crate: pathBelow.optional().describe("Crate that is built alone: a directory below the workspace, or a package's name (default: what the command builds)."),
		build: buildCommand.prefault(defaultBuild).describe("Build command, without a shell (default cargo zigbuild --release --target x86_64-unknown-linux-gnu)."),
		local_build: buildCommand.optional().describe("Build command of a machine's own toolchain, used where there is no zig (default: as build)."),
		target: pathBelow.describe("Path of the built file below the workspace.")
	}),
	deploy: strictObject({
		...sharedDeploy,
		service_name: unitName.describe("Name of the systemd unit.")
	}),
	tests,
	...shared$1
});
/** A workspace of several test modules: the shape of saorsa-testnet. */
const workspaceShape = strictObject({
	project: projectName.optional().describe("Name of the project that is meant when none is asked for."),
	workspace: textField.optional().describe("Where one person keeps the workspace; the repository of this file is built instead."),
	modules: record$2(identifier, strictObject({
		binary: fileName.describe("Name of the module's program."),
		crate: pathBelow.optional().describe("Crate that is built alone: a directory below the workspace, or a package's name (default: what the command builds)."),
		tests: array(identifier).default([]).describe("Tests of the module: the focuses that are offered for it."),
		profile: identifier.optional().describe("Name of the profile that says how the program is started, dialled and read (default: the project's own).")
	})).refine((m) => Object.keys(m).length > 0, "must have at least one module").describe("The test modules of the workspace, by name."),
	build: strictObject({
		command: buildCommand.prefault(defaultBuild).describe("Build command, without a shell (default cargo zigbuild --release --target x86_64-unknown-linux-gnu)."),
		target_dir: pathBelow.default("target/x86_64-unknown-linux-gnu/release").describe("Directory of the built programs below the workspace.")
	}).prefault({}),
	deploy: strictObject({
		...sharedDeploy,
		service_prefix: unitName.describe("First part of each unit's name; the module's name is the rest.")
	}),
	tests: tests.prefault({}),
	...shared$1
});

// src/inputs/project.ts
/** A tested repository's configuration, in either of its two shapes, read into one {@link ProjectConfig}. */
/** Searched for in the tested repository, in this order. */
const projectFiles = [
	"vps-test.yaml",
	"vps-test.yml",
	".claude/vps-test/config.yaml",
	".claude/vps-test/config.yml",
	".claude/vps-test.yaml",
	".claude/vps-test.yml"
];
function findProjectFile(directory, exists) {
	const [first, second] = projectFiles.map((f) => `${directory.replace(/\/+$/, "")}/${f}`).filter(exists);
	if (first !== void 0 && second !== void 0 && second.replace(/\.yml$/, ".yaml") === first) throw usageFailure([{
		at: {
			file: second,
			path: ""
		},
		message: `stands beside ${first}: only one of the two may be there`
	}]);
	return first;
}
/** Every project that the file can give. */
const parseProjectAll = (text, file, context) => read$1(text, file, context).all;
/**
* The fleet that the file names: a name, or a path below the file's repository. Undefined where it names none; faults
* are told by {@link parseProjectAll}.
*/
function fleetNamed(text, file) {
	const parsed = parseYaml(text, file);
	const read = parsed.ok && isRecord(parsed.value.raw) ? fleetKey.safeParse(parsed.value.raw["fleet"]) : void 0;
	return read?.success === true ? read.data : void 0;
}
function read$1(text, file, context) {
	const parsed = parseYaml(text, file);
	if (!parsed.ok) throw usageFailure(parsed.faults);
	const checks = projectChecks(context);
	if (shapeOf(parsed.value.raw) === "project") {
		const loaded = validate(parsed.value, file, projectShape, checks);
		if (!loaded.ok) throw usageFailure(loaded.faults);
		return {
			all: [fromProject(loaded.value, file, context)],
			parsed: parsed.value,
			modules: /* @__PURE__ */ new Map()
		};
	}
	const loaded = validate(parsed.value, file, workspaceShape, checks);
	if (!loaded.ok) throw usageFailure(loaded.faults);
	const modules = new Map(Object.keys(loaded.value.modules).flatMap((name) => {
		const config = fromModule(loaded.value, name, file, context);
		return config === void 0 ? [] : [[config, name]];
	}));
	return {
		all: [...modules.keys()],
		parsed: parsed.value,
		modules
	};
}
function fromProject(w, file, context) {
	const build = withZigbuild(w.binary.build);
	return {
		project: w.project,
		profile: context.profile ?? w.profile ?? profileOfProject(context.profiles, w.project)?.name ?? "",
		origin: `${file} (project shape)`,
		warnings: build.warning === void 0 ? [] : [build.warning],
		moduleTests: null,
		binary: {
			name: w.binary.name,
			workspace: w.workspace_dir ?? ".",
			build: withCrate(build.argv, w.binary.crate),
			localBuild: w.binary.local_build === void 0 ? null : withCrate(w.binary.local_build, w.binary.crate),
			target: w.binary.target,
			glibc: w.glibc
		},
		deploy: {
			serviceName: w.deploy.service_name,
			...deployOf(w)
		},
		...sharedOf(w)
	};
}
/** Undefined where no profile says how the module's program is started. */
function fromModule(w, name, file, context) {
	const module = w.modules[name];
	const known = profileOfModule(context.profiles, name);
	const profile = context.profile ?? module?.profile ?? w.profile ?? known?.name;
	if (module === void 0 || profile === void 0) return void 0;
	const build = withZigbuild(w.build.command);
	const elsewhere = w.workspace_dir === void 0 && w.workspace !== void 0 && /^[/~]/.test(w.workspace);
	const place = elsewhere ? [`workspace ${printable(w.workspace)} is one person's path: the repository that holds this file is built (workspace_dir changes that)`] : [];
	return {
		project: known?.project ?? profileNamed(context.profiles, profile)?.project ?? name,
		profile,
		origin: `${file} (workspace shape, module ${name})`,
		warnings: [...build.warning === void 0 ? [] : [build.warning], ...place],
		moduleTests: module.tests.length === 0 ? null : module.tests,
		binary: {
			name: module.binary,
			workspace: w.workspace_dir ?? (elsewhere ? "." : w.workspace ?? "."),
			build: withCrate(build.argv, module.crate),
			localBuild: null,
			target: `${w.build.target_dir}/${module.binary}`,
			glibc: w.glibc
		},
		deploy: {
			serviceName: `${w.deploy.service_prefix}-${name}`,
			...deployOf(w)
		},
		...sharedOf(w)
	};
}
const deployOf = ({ deploy: d }) => ({
	installPath: d.install_path,
	nodes: d.nodes,
	preDeploy: d.pre_deploy,
	postDeploy: d.post_deploy,
	bootstrap: d.bootstrap
});
function sharedOf({ bootstrap, tests: t, soak, notifications, answers }) {
	const c = t.connectivity;
	const rates = c.success_criteria;
	return {
		bootstrap: {
			registry: bootstrap.registry ?? null,
			nodes: bootstrap.nodes,
			waitForRegistrationSeconds: bootstrap.wait_for_registration
		},
		tests: {
			connectivity: {
				enabled: c.enabled,
				criteria: {
					direct: rates.direct,
					natTraversed: rates.nat_traversed,
					relay: rates.relay,
					sampleFloor: c.sample_floor,
					coverage: c.coverage,
					strict: c.strict
				},
				cooloffSeconds: c.nat_cooloff_seconds,
				timeoutSeconds: c.timeout_seconds
			},
			natMatrix: t.nat_matrix,
			throughput: {
				enabled: t.throughput.enabled,
				minMbps: t.throughput.min_mbps,
				testSizeMb: t.throughput.test_size_mb
			},
			messageDelivery: {
				enabled: t.message_delivery.enabled,
				successRate: t.message_delivery.success_rate,
				messageCount: t.message_delivery.message_count
			},
			crdtConsistency: {
				enabled: t.crdt_consistency.enabled,
				maxSyncSeconds: t.crdt_consistency.max_sync_seconds
			},
			channelCreation: {
				enabled: t.channel_creation.enabled,
				channelsToCreate: t.channel_creation.channels_to_create
			},
			custom: t.custom.map((x) => ({
				name: x.name,
				command: x.command,
				successPattern: x.success_pattern ?? null,
				timeoutSeconds: x.timeout_seconds,
				expectedExit: x.expected_exit
			}))
		},
		soak: {
			checkpoints: checkpointStates.filter((c) => soak[configKey(c)]),
			regressionTolerance: soak.regression_tolerance,
			checkIntervalMinutes: soak.check_interval_minutes ?? null
		},
		notifications: notifications === void 0 ? null : {
			voice: notifications.voice,
			onEvents: notifications.on_events
		},
		answers: {
			focus: answers.focus ?? null,
			criteria: answers.criteria ?? null,
			proof: answers.proof ?? null
		}
	};
}

// src/lab/layout.ts
/**
* Every name and address a lab uses, computed from its id and its nodes' numbers: nothing is looked up, so what is ours
* can be told at any time.
*/
function layoutOf(id = "lab", stateDir) {
	if (!/^[a-z][a-z0-9]{0,7}$/.test(id) || [
		"nat",
		"ix",
		"hq"
	].includes(id)) throw new Failure({
		code: "U202",
		message: `lab id ${JSON.stringify(id)} is not usable: one to eight lower-case letters and digits, not nat, ix or hq`,
		remedy: "vps-test lab up --lab lab"
	});
	const suffix = id === "lab" ? "" : `-${id}`;
	return {
		id,
		prefix: `lab${suffix}-`,
		cgroup: `vps-test-lab${suffix}`,
		stateDir: stateDir ?? `/var/lib/vps-test/lab${suffix}`
	};
}
const routerOf = (l) => `${l.prefix}ix`;
const hqOf = (l) => `${l.prefix}hq`;
const nodeNamespace = (l, node) => `${l.prefix}${node}`;
const boxNamespace = (l, node) => `${l.prefix}nat-${node}`;
/** True for a namespace of this lab, whatever topology it was made from; never for one of a lab with another id. */
const owns = (l, namespace) => namespace.startsWith(l.prefix) && /^(ix|hq|(nat-)?[a-z]{1,16}-[1-9][0-9]{0,2})$/.test(namespace.slice(l.prefix.length));
const enter = (namespace) => [
	"nsenter",
	`--net=/run/netns/${namespace}`,
	"--"
];
/**
* RFC 2544 addresses: peer-to-peer programs refuse to advertise documentation, private and carrier-grade ranges, and
* take these for public.
*/
const publicAddress = (n) => `198.18.${n.number}.10`;
const publicGateway = (n) => `198.18.${n.number}.1`;
const privateAddress = (n) => `192.168.${n.number}.10`;
const privateGateway = (n) => `192.168.${n.number}.1`;
const hqAddresses = ["198.18.0.10", "198.18.0.11"];
const hqGateway = "198.18.0.1";
/** The router's end of a node's link; interface names have at most 15 characters. */
const interfaceName = (n) => `w${n.number}`;
/** RFC 2606: `.invalid` never resolves, so that no mistake reaches a real machine. */
const labHostName = (n) => `${n.name}.lab.invalid`;
/** Where the node itself is addressed inside its namespace. */
const ownAddress = (n) => n.box === "none" ? publicAddress(n) : privateAddress(n);
const pathsOf = (l) => ({
	marker: `${l.stateDir}/lab.json`,
	key: `${l.stateDir}/id_ed25519`,
	fleet: `${l.stateDir}/fleet.yaml`,
	hosts: `${l.stateDir}/hosts`,
	reach: `${l.stateDir}/reach.sh`,
	boot: `${l.stateDir}/boot.sh`,
	keeper: `${l.stateDir}/keeper.sh`,
	template: `${l.stateDir}/template`,
	/** What a node has in its /dev and /run before systemd. */
	early: `${l.stateDir}/early`,
	/** The table of the mounts that every node begins with. */
	mounts: `${l.stateDir}/mounts`,
	shaperLog: `${l.stateDir}/lab-delay.log`,
	node: (name) => `${l.stateDir}/nodes/${name}`,
	root: (name) => `${l.stateDir}/nodes/${name}/root`,
	/** Its presence tells boot.sh that the root lies over the template. */
	rootWork: (name) => `${l.stateDir}/nodes/${name}/root.work`,
	hostKey: (name) => `${l.stateDir}/nodes/${name}/ssh_host_ed25519_key`
});

// src/adapters/build/build-failure.ts
/** No binary was made. `errors` are for the fix stage and for a person; `faults` of the facts hold the same with places. */
var BuildFailure = class extends Failure {
	errors;
	before;
	constructor(facts, errors, before) {
		super({
			...facts,
			faults: errors.map((e) => ({
				at: {
					file: e.file ?? e.crate,
					path: e.crate,
					...e.line === null ? {} : { line: e.line },
					...e.column === null ? {} : { column: e.column }
				},
				message: e.code === null ? e.message : `${e.code} ${e.message}`
			}))
		});
		this.name = "BuildFailure";
		this.errors = errors;
		this.before = before;
	}
};
/** The failure that a build's result is. `also`: why no other machine was asked. */
function failed(result, before, also) {
	if (result.kind === "built") throw new Failure({
		code: "H301",
		message: "a build that succeeded was taken for a failed one"
	});
	const codes = {
		compile: "P301",
		toolchain: "I317",
		usage: "U305",
		access: "U307"
	};
	const message = [
		result.message,
		...also === void 0 ? [] : [also],
		...before.filter((b) => b.message !== result.message).map((b) => `${b.source} before: ${b.message}`)
	].join("; ");
	return new BuildFailure({
		code: codes[result.reason],
		step: "build",
		message
	}, result.errors, before);
}

// src/adapters/build/unpack.ts
/**
* The program out of what was given: an ELF file as it is, or one member of a .tar.gz, which the system's tar reads.
*/
/** Larger programs are refused, also where an archive would grow to one. */
const maxBytes = 1 << 30;
/** Nothing of the archive is written to disk; its one member of the program's name is taken. Failure U304. */
async function unpacked(data, program, from, signal) {
	if (data[0] === 127) return data;
	if (data[0] !== 31 || data[1] !== 139) throw new Failure({
		code: "U304",
		message: `${from} is neither an ELF program nor a .tar.gz`
	});
	const tar = async (...args) => {
		const { ending, stdout, stderr } = await runProcess(["tar", ...args], {
			input: data,
			keepBytes: maxBytes,
			refuseMore: true,
			timeoutMs: 12e4,
			signal
		});
		if (ending.kind === "exited" && ending.code === 0) return stdout;
		throw new Error(ending.kind === "too much" ? `it grows to more than ${maxBytes} bytes` : ending.kind === "not started" ? ending.why : `tar: ${stderr.toString("utf8").trim().split("\n")[0] || ending.kind}`);
	};
	try {
		const members = new TextDecoder().decode(await tar("-tzf", "-")).split("\n").filter((m) => basename(m) === program && !m.endsWith("/"));
		const [member] = members;
		if (member === void 0 || members.length > 1) throw new Failure({
			code: "U304",
			message: `${from} holds ${members.length} files named ${program}; one is needed`
		});
		return await tar("-xzOf", "-", "--", member);
	} catch (error) {
		if (error instanceof Failure) throw error;
		signal.throwIfAborted();
		throw new Failure({
			code: "U304",
			message: `${from} cannot be unpacked: ${messageOf(error).split("\n")[0] ?? ""}`
		}, error);
	}
}

// src/adapters/build/given.ts
/** Takes a program that is already built: a file given by path, or an asset of a GitHub release. */
const maxPacked = 512 << 20;
async function givenFile(path, program, signal) {
	const facts = await stat(path).catch(() => void 0);
	if (facts?.isFile() !== true) throw new Failure({
		code: "U302",
		message: `the given binary ${path} is no file`,
		remedy: `ls -l ${path}`
	});
	if (facts.size > 1073741824) throw new Failure({
		code: "U302",
		message: `the given binary ${path} has ${facts.size} bytes; at most ${maxBytes} are taken`
	});
	const handle = await open(path);
	try {
		return await unpacked(await handle.readFile(), program, path, signal);
	} finally {
		await handle.close();
	}
}
async function releaseAsset(options) {
	const [owner, repo, ...more] = options.repository.split("/");
	if (owner === void 0 || repo === void 0 || repo === "" || more.length > 0) throw new Failure({
		code: "U303",
		message: `a release needs owner/repository, not ${options.repository}`
	});
	const { Octokit } = await import("./late-octokit.js");
	const octokit = new Octokit({
		...options.baseUrl === void 0 ? {} : { baseUrl: options.baseUrl },
		...options.token === void 0 ? {} : { auth: options.token },
		throttle: { enabled: false },
		retry: { enabled: false },
		log: silent
	});
	const stop = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
	const request = { signal: stop };
	const where = `${options.repository} ${options.tag}`;
	try {
		const release = options.tag === "latest" ? await octokit.rest.repos.getLatestRelease({
			owner,
			repo,
			request
		}) : await octokit.rest.repos.getReleaseByTag({
			owner,
			repo,
			tag: options.tag,
			request
		});
		const asset = release.data.assets.find((a) => a.name === options.asset);
		if (asset === void 0) throw new Failure({
			code: "U303",
			remedy: viewRelease(options),
			message: `release ${where} has no asset ${options.asset}; it has ${release.data.assets.map((a) => a.name).slice(0, 20).join(", ") || "none"}`
		});
		if (asset.size > maxPacked) throw new Failure({
			code: "U303",
			remedy: viewRelease(options),
			message: `asset ${options.asset} has ${asset.size} bytes; at most ${maxPacked} are taken`
		});
		const data = bytesOf((await octokit.request("GET /repos/{owner}/{repo}/releases/assets/{asset_id}", {
			owner,
			repo,
			asset_id: asset.id,
			headers: { accept: "application/octet-stream" },
			request
		})).data);
		const stated = digestOf$1(asset);
		if (data.length !== asset.size || stated !== null && stated !== sha256(data)) throw new Failure({
			code: "I315",
			remedy: viewRelease(options),
			message: `asset ${options.asset} of ${where} is not what the release states: ${data.length} of ${asset.size} bytes, sha256 ${sha256(data)}${stated === null ? "" : ` instead of ${stated}`}`
		});
		return {
			data: await unpacked(data, options.program, options.asset, stop),
			digest: stated === null ? "not stated" : "matched",
			tag: release.data.tag_name
		};
	} catch (error) {
		options.signal.throwIfAborted();
		if (error instanceof Failure) throw error;
		if ((error instanceof Error && "status" in error ? error.status : void 0) === 404) throw new Failure({
			code: "U303",
			message: `there is no release ${where}, or this token may not see it`,
			remedy: viewRelease(options)
		}, error);
		throw new Failure({
			code: "I316",
			remedy: viewRelease(options),
			message: `cannot fetch ${options.asset} of ${where}: ${stop.aborted ? `not done in ${options.timeoutMs / 1e3} s` : messageOf(error)}`
		}, error);
	}
}
async function storeProgram(data, outDir, name) {
	const path = join$1(outDir, name);
	await mkdir(outDir, { recursive: true });
	await writeFile(path, data, { mode: 493 });
	return path;
}
/** GitHub states `digest: "sha256:…"` for assets uploaded since mid-2025. */
const digestOf$1 = (asset) => /^sha256:([0-9a-f]{64})$/.exec(asset.digest ?? "")?.[1] ?? null;
function bytesOf(data) {
	if (data instanceof ArrayBuffer) return new Uint8Array(data);
	if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	if (typeof data === "string") return new TextEncoder().encode(data);
	throw new Failure({
		code: "I316",
		message: "the asset came without bytes"
	});
}
const silent = {
	debug: () => void 0,
	info: () => void 0,
	warn: () => void 0,
	error: () => void 0
};
const viewRelease = ({ tag, repository }) => `gh release view ${tag === "latest" ? "" : `${quote(tag)} `}--repo ${quote(repository)}`;

// src/commands/native-build.ts
/** The bundle's only ref. */
const bundleRef = "refs/heads/vps-test-build";
/** Exit code when another build of this project holds the host's lock (EX_TEMPFAIL). */
const busyExit = 75;
const hostTools = [
	"git",
	"cargo",
	"rustc",
	"timeout",
	"flock",
	"sha256sum"
];
/** Layout: ~/.cache/vps-test/build/<project>/{src,target,lock}; src is fresh for each commit, target survives. */
const base = (project) => `"\${XDG_CACHE_HOME:-$HOME/.cache}"/vps-test/build/${project.replaceAll(/[^A-Za-z0-9_-]/g, "_")}`;
/** rustup's cargo is on PATH in login shells only. */
const cargoPath = raw$1("if [ -r \"$HOME/.cargo/env\" ]; then . \"$HOME/.cargo/env\" >/dev/null; fi");
const lock$1 = raw$1(`exec 9>"$base/lock"; flock -n 9 || exit ${75}`);
/** The host's own git settings change neither what is checked out nor what counts as changed. */
const gitAlone = raw$1("export LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0");
/** An older git knows no other format than SHA-1, and not the option. */
const formatOf = (commit) => commit.length === 64 ? ["--object-format=sha256"] : [];
/** Prints `<tool> <version>` for each tool that is there. */
const checkHost = {
	kind: "script",
	why: "build tools of the build host",
	idempotent: true,
	text: sh$1`
    ${cargoPath}
    for tool in ${hostTools}; do
      if command -v "$tool" >/dev/null 2>&1; then echo "$tool $("$tool" --version 2>&1 | head -n 1)"; fi
    done
    exit 0`
};
/** Versions by tool, as each says it itself. */
function readTools(stdout) {
	const known = new Set(hostTools);
	return new Map(stdout.split("\n").flatMap((line) => {
		const [tool = "", ...version] = line.split(" ");
		return known.has(tool) ? [[tool, version.join(" ").trim().slice(0, 200)]] : [];
	}));
}
/**
* Reads a bundle from stdin. The commit is declared shallow before it is fetched, since its parents did not travel.
* Not idempotent: a second try would need the stream again.
*/
const receiveCommit = (project, commit) => ({
	kind: "script",
	why: `receive commit ${commit.slice(0, 12)}`,
	idempotent: false,
	text: sh$1`
    set -eu; umask 077; ${gitAlone}
    base=${raw$1(base(project))}; mkdir -p "$base"; ${lock$1}
    rm -rf "$base/src"; git init --quiet --template= ${formatOf(commit)} "$base/src"; cd "$base/src"
    cat > .git/commit.bundle; echo ${commit} > .git/shallow
    git fetch --quiet .git/commit.bundle ${bundleRef}
    git -c core.hooksPath=/dev/null checkout --quiet --detach ${commit}
    rm -f .git/commit.bundle; git rev-parse HEAD`
});
/** Cargo's JSON messages on stdout. Exits 66 when the checkout is not the commit, unchanged. */
const buildCommit = (b) => ({
	kind: "script",
	why: `native build of ${b.commit.slice(0, 12)}`,
	idempotent: true,
	text: sh$1`
    set -eu; umask 022; ${gitAlone}; export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never
    ${cargoPath}
    base=${raw$1(base(b.project))}; ${lock$1}
    cd "$base/src"; test "$(git rev-parse HEAD)" = ${b.commit} && test -z "$(git status --porcelain)" || exit 66
    cd ${`./${b.subdir}`}; export CARGO_TARGET_DIR="$base/target"
    exec timeout -k 10 ${b.seconds} ${b.argv}`
});
/** `<sha256> <bytes>` of a file on the host. */
const measure = (path) => ({
	kind: "script",
	why: "digest and size of the built program",
	idempotent: true,
	text: sh$1`set -eu; echo "$(sha256sum < ${path} | cut -d ' ' -f 1) $(wc -c < ${path})"`
});
const fetchProgram = (path) => ({
	kind: "argv",
	why: "download the built program",
	idempotent: true,
	argv: [
		"cat",
		"--",
		path
	]
});

// src/domain/cargo-argv.ts
const defaultTarget = "x86_64-unknown-linux-gnu";
/** The parsed command, or one sentence why it is none that we can run. */
function readBuildCommand(argv) {
	const [program, ...words] = argv;
	if (program !== "cargo") return `the build command must start with \`cargo zigbuild\` or \`cargo build\`, not \`${program ?? ""}\``;
	const channel = words[0]?.startsWith("+") === true ? words.shift() ?? null : null;
	const sub = words.shift();
	if (sub !== "zigbuild" && sub !== "build") return `the build command must be \`cargo zigbuild\` or \`cargo build\`, not \`cargo ${sub ?? ""}\``;
	const options = [];
	let target = null;
	while (words.length > 0) {
		const word = words.shift() ?? "";
		const [flag, inline] = word.startsWith("--") && word.includes("=") ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] : [word, null];
		if (flag !== "--target" && flag !== "--target-dir" && flag !== "--message-format") {
			options.push(word);
			continue;
		}
		const value = inline ?? words.shift();
		if (value === void 0) return `${flag} has no value`;
		if (flag !== "--target") continue;
		if (target !== null) return "the build command names two targets";
		target = value;
	}
	const suffix = target === null ? null : /^(.*-linux-gnu[a-z0-9]*)\.(\d+(?:\.\d+)+)$/.exec(target);
	return {
		channel,
		options,
		target: suffix?.[1] ?? target,
		pinned: suffix?.[2] ?? null
	};
}
/** `cargo zigbuild` with the glibc floor in the target. The command's own pin wins; musl has none. */
function zigArgv(command, options) {
	const target = command.target ?? "x86_64-unknown-linux-gnu";
	const glibc = /-linux-gnu[a-z0-9]*$/.test(target) ? command.pinned ?? options.glibc : null;
	return {
		argv: [
			...cargo(command, "zigbuild", options.locked),
			"--target",
			glibc === null ? target : `${target}.${glibc}`,
			"--target-dir",
			options.targetDir
		],
		glibc
	};
}
/**
* `cargo build` for the build host. The target directory comes by CARGO_TARGET_DIR, since only the host knows its home.
*/
const nativeArgv = (command, locked) => [...cargo(command, "build", locked), ...command.target === null ? [] : ["--target", command.target]];
function cargo(command, sub, locked) {
	const strict = command.options.some((o) => o === "--locked" || o === "--frozen");
	return [
		"cargo",
		...command.channel === null ? [] : [command.channel],
		sub,
		...command.options,
		...locked && !strict ? ["--locked"] : [],
		"--message-format=json"
	];
}

// src/adapters/build/changes.ts
/** What differs from the commit in a working tree: every path, and a digest of what lies there now. */
const shownPaths = 50;
/** Repositories within repositories. */
const deepest = 8;
/** The digest changes with every byte of what is not committed, submodules and repositories within this one included. */
async function changesIn(root, signal, isNone = () => false) {
	const entries = (await statusOf(root, signal)).filter((entry) => !isNone(entry));
	if (entries.length === 0) return null;
	const hash = createHash("sha256");
	for (const entry of entries) await addEntry(root, entry, hash, signal, 0);
	return {
		count: entries.length,
		paths: entries.slice(0, shownPaths).map((e) => e.path),
		digest: hash.digest("hex")
	};
}
async function statusOf(root, signal) {
	const git = gitAt(root, signal);
	const { env, done } = await unhidden(git, root);
	try {
		return (await git([
			"status",
			"--porcelain=v1",
			"-z",
			"--no-renames",
			"--untracked-files=all",
			"--ignore-submodules=none"
		], {
			env,
			timeoutMs: 3e5
		})).stdout.toString("latin1").split("\0").filter((e) => e !== "").toSorted((a, b) => a.slice(3) < b.slice(3) ? -1 : 1).map((e) => ({
			state: e.slice(0, 2),
			bytes: Buffer.from(e.slice(3), "latin1")
		})).map((e) => ({
			...e,
			path: e.bytes.toString("utf8")
		}));
	} finally {
		await done();
	}
}
/**
* A file that is marked "assume unchanged", or is there though a sparse checkout leaves it out, is looked at as every
* other one: in a copy of the index, so that the person's own stays as it is.
*/
async function unhidden(git, root) {
	const marked = (await git([
		"ls-files",
		"-v",
		"-z"
	])).stdout.toString("utf8").split("\0").filter(Boolean).map((line) => ({
		mark: line.charAt(0),
		path: line.slice(2)
	}));
	const assumed = marked.filter(({ mark }) => mark !== mark.toUpperCase()).map(({ path }) => path);
	const left = marked.filter(({ mark }) => mark.toUpperCase() === "S").map(({ path }) => path);
	const there = (await Promise.all(left.map(async (path) => [path, await kindOf(join$1(root, path))]))).filter(([, kind]) => kind !== "nothing").map(([path]) => path);
	if (assumed.length === 0 && there.length === 0) return {
		env: {},
		done: async () => void 0
	};
	const dir = await mkdtemp(join$1(tmpdir(), "vps-test-index-"));
	const done = async () => rm(dir, {
		recursive: true,
		force: true
	});
	try {
		const own = (await git([
			"rev-parse",
			"--git-path",
			"index"
		])).stdout.toString("utf8").trim();
		const copy = join$1(dir, "index");
		await copyFile(own.startsWith("/") ? own : join$1(root, own), copy);
		const env = { GIT_INDEX_FILE: copy };
		const mark = async (flag, paths) => {
			if (paths.length > 0) await git([
				"update-index",
				"-z",
				flag,
				"--stdin"
			], {
				env,
				input: paths.map((p) => `${p}\0`).join("")
			});
		};
		await mark("--no-assume-unchanged", assumed);
		await mark("--no-skip-worktree", there);
		return {
			env,
			done
		};
	} catch (error) {
		await done();
		throw error;
	}
}
async function addEntry(root, { bytes }, hash, signal, depth) {
	hash.update("\0").update(bytes).update("\0");
	await addContent(Buffer.concat([Buffer.from(`${root}/`), bytes]), hash, signal, depth);
}
async function kindOf(path) {
	const found = await lstat(path).catch(() => void 0);
	if (found === void 0) return "nothing";
	if (found.isSymbolicLink()) return "link";
	if (found.isDirectory()) return "folder";
	return found.isFile() ? (found.mode & 64) === 0 ? "file" : "program" : "other";
}
async function addContent(path, hash, signal, depth) {
	const kind = await kindOf(path);
	hash.update(`${kind}\0`);
	if (kind === "link") hash.update(await readlink(path, "buffer"));
	else if (kind === "file" || kind === "program") for await (const chunk of createReadStream(path)) hash.update(chunk);
	else if (kind === "folder" && depth < deepest) await addFolder(path.toString("utf8"), hash, signal, depth + 1);
}
/** A folder that git names as one is a repository of its own: its commit, and what is not committed in it. */
async function addFolder(path, hash, signal, depth) {
	const git = gitAt(path, signal);
	if (await kindOf(join$1(path, ".git")) === "nothing") {
		for (const name of (await readdir(path)).toSorted()) {
			hash.update(`${name}\0`);
			await addContent(Buffer.from(join$1(path, name)), hash, signal, depth);
		}
		return;
	}
	const head = await git([
		"rev-parse",
		"--verify",
		"--quiet",
		"HEAD"
	]).catch(() => null);
	hash.update(head === null ? "no commit" : head.stdout);
	for (const entry of await statusOf(path, signal)) await addEntry(path, entry, hash, signal, depth);
}

// src/adapters/ssh/collect.ts
/** What a command prints, bounded: bytes up to a cap, lines up to a length. */
const longestLine$1 = 65536;
const defaultBytes = 8388608;
const stderrBytes = 1048576;
/** Everything is read to the end; what passes a bound is dropped, so that a talkative node costs no memory. */
function collector(options) {
	const out = capped(options.maxBytes ?? defaultBytes);
	const err = capped(stderrBytes);
	const lines = options.onLine === void 0 ? void 0 : lineSplitter(options.onLine);
	return {
		stdout: (chunk) => {
			out.add(chunk);
			lines?.add(chunk);
		},
		stderr: (chunk) => err.add(chunk),
		end: () => lines?.end(),
		out: out.bytes,
		err: err.bytes,
		truncated: out.truncated
	};
}
function capped(limit) {
	const chunks = [];
	let room = limit;
	let cut = false;
	return {
		add: (chunk) => {
			if (chunk.length > room) cut = true;
			if (room > 0) chunks.push(chunk.subarray(0, room));
			room = Math.max(0, room - chunk.length);
		},
		bytes: () => Buffer.concat(chunks),
		truncated: () => cut
	};
}
/**
* Splits at newlines before decoding, so that no character is cut in two. A line longer than `longest` keeps its
* beginning.
*/
function lineSplitter(onLine, longest = longestLine$1) {
	let parts = [];
	let length = 0;
	const keep = (bytes) => {
		const part = bytes.subarray(0, longest - length);
		if (part.length === 0) return;
		parts.push(Buffer.from(part));
		length += part.length;
	};
	const flush = () => {
		const line = Buffer.concat(parts).toString("utf8");
		parts = [];
		length = 0;
		onLine(line);
	};
	return {
		add: (chunk) => {
			let from = 0;
			for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
				keep(chunk.subarray(from, at));
				flush();
				from = at + 1;
			}
			keep(chunk.subarray(from));
		},
		end: () => {
			if (length > 0) flush();
		}
	};
}

// src/adapters/build/process.ts
/** Programs of a build: their output line by line, and endings that are failures of this room. */
/** A message of a compiler is one line of JSON, with the whole text that a person would see. */
const longestLine = 4 << 20;
/**
* Rejects with I301 when the program is not there, I302 past the timeout, and the signal's reason on abort; an exit
* code is a result.
*/
async function runTool(argv, options) {
	const { onLine, onErrorLine, ...rest } = options;
	const out = lines(onLine), err = lines(onErrorLine);
	const { ending, stdout, stderr, ms } = await runProcess(argv, {
		...rest,
		onOut: out.add,
		onErr: err.add
	});
	out.end();
	err.end();
	const said = {
		stdout: stdout.toString("utf8"),
		stderr: stderr.toString("utf8"),
		ms
	};
	switch (ending.kind) {
		case "exited": return {
			code: ending.code,
			signal: null,
			...said
		};
		case "signalled": return {
			code: null,
			signal: ending.signal,
			...said
		};
		case "not started": throw new Failure({
			code: "I301",
			message: `cannot start ${argv[0]}: ${ending.why}`
		});
		case "late":
		case "too much": throw new Failure({
			code: "I302",
			message: `${argv.slice(0, 2).join(" ")} did not end in ${Math.round(options.timeoutMs / 1e3)} s and was stopped`
		});
	}
}
/** The first line that calls itself an error; without one, the last line. */
const reasonIn = (stderr) => {
	const lines = stderr.split("\n").map((l) => l.trim()).filter((l) => l !== "");
	return lines.find((l) => /^(?:error|fatal)\b/i.test(l)) ?? lines.at(-1) ?? "it said nothing";
};
const lines = (onLine) => onLine === void 0 ? {
	add: () => void 0,
	end: () => void 0
} : lineSplitter((line) => onLine(line.replace(/\r$/, "")), longestLine);

// src/adapters/build/source.ts
/** What git says about the directory that is built: the commit, and whether what lies there is that commit. */
/** Never throws for a directory without git: a project may be a plain folder, and the record then says so. */
async function readSource(dir, signal) {
	const root = await git(dir, signal, "rev-parse", "--show-toplevel").catch(orNone);
	if (typeof root !== "string") return root;
	const head = await git(dir, signal, "rev-parse", "--verify", "HEAD^{commit}").catch(orNone);
	if (typeof head !== "string") return head;
	const commit = commitName(head, dir);
	const [prefix, branch, tree, told] = await Promise.all([
		git(dir, signal, "rev-parse", "--show-prefix"),
		git(dir, signal, "branch", "--show-current"),
		git(dir, signal, "rev-parse", "--verify", "--quiet", `${commit}:./`).catch(() => null),
		git(dir, signal, "show", "--no-patch", "--no-show-signature", "--no-notes", "--format=%ct%n%s", commit)
	]);
	const [time = "", ...subject] = told.split("\n");
	const subdir = prefix.replace(/\/$/, "");
	return {
		kind: "git",
		root,
		subdir,
		commit,
		tree: tree === null ? null : commitName(tree, dir),
		subject: subject.join("\n").slice(0, 300),
		time: Number(time),
		branch: branch === "" ? null : branch,
		dirty: await dirtyIn(root, subdir, signal)
	};
}
/** A commit is named by 40 or 64 hexadecimal digits and by nothing else. */
function commitName(text, dir) {
	if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return text;
	throw new Failure({
		code: "I310",
		message: `git in ${dir} names a commit as ${JSON.stringify(text.slice(0, 100))}`
	});
}
/**
* Of the whole repository: a build reads what lies beside its workspace too. A lock file that no commit holds is made
* by cargo where there is none, so that it is no change of the source.
*/
async function dirtyIn(root, subdir, signal) {
	const above = [""];
	for (let at = subdir; at !== "" && at !== "."; at = dirname(at)) above.push(at);
	const locks = new Set(above.map((folder) => join$1(folder, "Cargo.lock")));
	return changesIn(root, signal, (entry) => entry.state === "??" && locks.has(entry.path));
}
/** Trimmed stdout of git; Failure I310 with git's own reason when it fails. */
const git = async (dir, signal, ...args) => gitTold(dir, signal, args);
async function gitTold(dir, signal, args, input) {
	try {
		return (await gitAt(dir, signal)(args, input === void 0 ? {} : {
			input,
			timeoutMs: 6e5
		})).stdout.toString("utf8").replace(/\n+$/, "");
	} catch (error) {
		if (!(error instanceof GitError)) throw error;
		const owner = /dubious ownership/.test(error.words);
		throw new Failure({
			code: "I310",
			message: `git ${args[0] ?? ""} in ${dir}: ${reasonIn(error.words)}`,
			...owner ? { remedy: `git config --global --add safe.directory ${quote(dir)}` } : {}
		}, error);
	}
}
function orNone(error) {
	if (!(error instanceof Failure)) throw error;
	return {
		kind: "none",
		why: error.message
	};
}

// src/adapters/build/bundle.ts
/** Packs exactly one commit, without its history, so that a host that cannot reach the repository can build it. */
/**
* Calls `use` with the bundle's path and removes it afterwards. The commit keeps its id: git checks every object
* against its hash on both ends.
*/
async function withBundle(root, commit, signal, use) {
	const objects = await objectsOf(root, commit, signal);
	const dir = await mkdtemp(join$1(tmpdir(), "vps-test-bundle-"));
	try {
		const bare = join$1(dir, "one.git"), file = join$1(dir, "commit.bundle");
		const format = await git(root, signal, "rev-parse", "--show-object-format");
		await git(dir, signal, "init", "--quiet", "--bare", "--template=", `--object-format=${format}`, bare);
		await gitTold(root, signal, [
			"pack-objects",
			"--quiet",
			join$1(bare, "objects", "pack", "pack")
		], objects);
		await writeFile(join$1(bare, "shallow"), `${commit}\n`);
		await git(bare, signal, "update-ref", bundleRef, commit);
		await git(bare, signal, "bundle", "create", "--quiet", file, bundleRef);
		return await use(file);
	} finally {
		await rm(dir, {
			recursive: true,
			force: true
		});
	}
}
/** One line each, as git packs them. Objects that a partial clone left out are told, and not fetched. */
async function objectsOf(root, commit, signal) {
	const lines = (await git(root, signal, "rev-list", "--objects", "--no-walk", "--missing=print", commit)).split("\n");
	const missing = lines.filter((line) => line.startsWith("?")).length;
	if (missing === 0) return `${lines.map((line) => line.split(" ")[0]).join("\n")}\n`;
	throw new Failure({
		code: "U306",
		message: `${missing} object(s) of the commit ${commit.slice(0, 12)} are not in ${root}, which is a partial clone: a native build sends the whole commit`,
		remedy: `git -C ${quote(root)} fetch --refetch --no-filter`
	});
}

// src/adapters/build/progress.ts
const quietMs$1 = 2e3;
const beatMs = 5e3;
function buildProgress(key, log, clock, signal) {
	const started = clock.now();
	const over = new AbortController();
	let crates = 0, current = "starting", finished = 0;
	const show = () => {
		const ms = clock.now() - started;
		if (ms >= quietMs$1) log.progress(key, `${key}: ${current}, crate ${crates}, ${finished} done, ${Math.round(ms / 1e3)} s`);
	};
	beat(AbortSignal.any([signal, over.signal]));
	return {
		saw: (line, done) => {
			finished = done;
			const crate = /^\s*(Compiling|Building|Downloaded|Updating) ([A-Za-z0-9_. -]{1,80})/.exec(line);
			if (crate === null) return;
			if (crate[1] === "Compiling") crates++;
			current = `${crate[1]?.toLowerCase()} ${crate[2]?.trim()}`;
			show();
		},
		end: () => {
			over.abort();
		}
	};
	async function beat(stop) {
		while (!stop.aborted) {
			await clock.sleep(beatMs, stop).catch(() => void 0);
			if (!stop.aborted) show();
		}
	}
}

// src/domain/cargo-metadata.ts
/** What `cargo metadata --no-deps` says of a workspace, and whether a build command can make a program of it. */
const metadata = object({
	workspace_root: string(),
	packages: array(object({
		name: string(),
		manifest_path: string(),
		default_run: string().nullish(),
		features: record$2(string(), array(string())).default({}),
		targets: array(object({
			name: string(),
			kind: array(string()),
			"required-features": array(string()).default([])
		}))
	}))
});
/** Undefined for a text that is not cargo's. */
function readMetadata(text) {
	let raw;
	try {
		raw = JSON.parse(text);
	} catch {
		return;
	}
	const read = metadata.safeParse(raw);
	if (!read.success) return void 0;
	return {
		root: read.data.workspace_root,
		packages: read.data.packages.length,
		programs: read.data.packages.flatMap((p) => p.targets.filter((t) => t.kind.includes("bin")).map((t) => ({
			name: t.name,
			package: p.name,
			directory: p.manifest_path.replace(/\/Cargo\.toml$/, ""),
			preferred: t.name === p.default_run,
			requires: t["required-features"],
			features: p.features
		})))
	};
}
/** Why these options of `cargo build` cannot make the program, in one sentence; null where nothing says so. */
function programFault(workspace, program, options) {
	const named = workspace.programs.filter((p) => p.name === program);
	if (named.length === 0) {
		const others = workspace.programs.map((p) => p.name).slice(0, 20);
		return `the Cargo workspace has no program ${program}; it has ${others.length === 0 ? "none" : others.join(", ")}: correct binary.target or binary.name`;
	}
	if (options.includes("--all-features")) return null;
	const least = named.map((p) => missing(p, options)).toSorted((a, b) => a.length - b.length)[0] ?? [];
	if (least.length === 0) return null;
	return `the program ${program} needs the feature${least.length === 1 ? "" : "s"} ${least.join(", ")} (required-features), which the build command does not enable: add --features ${least.join(",")}`;
}
function missing(program, options) {
	const asked = options.flatMap((option, i) => {
		const value = /^(?:--features=|-F=?)(.+)$/.exec(option)?.[1];
		const before = options[i - 1];
		return value !== void 0 ? words$2(value) : before === "--features" || before === "-F" ? words$2(option) : [];
	});
	const enabled = /* @__PURE__ */ new Set();
	const enable = (feature) => {
		if (enabled.has(feature)) return;
		enabled.add(feature);
		for (const more of program.features[feature] ?? []) enable(more);
	};
	if (!options.includes("--no-default-features")) enable("default");
	for (const feature of asked) {
		const [owner, own] = feature.includes("/") ? feature.split("/") : [program.package, feature];
		if (owner === program.package && own !== void 0) enable(own);
		enable(feature);
	}
	return program.requires.filter((feature) => !enabled.has(feature));
}
const words$2 = (text) => text.split(/[\s,]+/).filter((word) => word !== "");
const dependencies = object({ packages: array(object({ dependencies: array(object({ path: string().nullish() })) })) });
/** Directories that the packages' manifests name as dependencies; none for a text that is not cargo's. */
function readPathDependencies(text) {
	let raw;
	try {
		raw = JSON.parse(text);
	} catch {
		return [];
	}
	const read = dependencies.safeParse(raw);
	return read.success ? read.data.packages.flatMap((p) => p.dependencies.flatMap((d) => d.path ?? [])) : [];
}

// src/adapters/sandbox/policy.ts
/** What a sandbox lets in: which variables of our environment, and which directories of programs. */
/** A variable that no build needs stays outside, whatever it is called: only what is named here comes in. */
const wanted$1 = /^(?:PATH|LANG|LC_[A-Z]+|TZ|TERM|CI|SOURCE_DATE_EPOCH|RUST_BACKTRACE|RUSTFLAGS|RUSTUP_TOOLCHAIN|RUSTUP_(?:DIST_SERVER|UPDATE_ROOT|AUTO_INSTALL)|CARGO_(?:BUILD|HTTP|NET|PROFILE|TARGET|SOURCE|REGISTRIES|REGISTRY|UNSTABLE|ZIGBUILD)_[A-Z0-9_]+|CARGO_INCREMENTAL|(?:HOST|TARGET)?_?(?:CC|CXX|AR|RANLIB|CFLAGS|CXXFLAGS|LDFLAGS)(?:_[A-Za-z0-9_]+)?|CMAKE(?:_[A-Z0-9_]+)?|PKG_CONFIG(?:_[A-Za-z0-9_]+)?|PROTOC(?:_INCLUDE)?|OPENSSL_[A-Z_]+|LIBCLANG_PATH|BINDGEN_EXTRA_CLANG_ARGS|SSL_CERT_(?:FILE|DIR)|CURL_CA_BUNDLE|GIT_SSL_CAINFO|(?:https?|no|all)_proxy|(?:HTTPS?|NO|ALL)_PROXY|GITHUB_(?:ACTIONS|REPOSITORY|REF|REF_NAME|REF_TYPE|HEAD_REF|BASE_REF|SHA|RUN_ID|RUN_NUMBER|RUN_ATTEMPT|SERVER_URL))$/;
const secretName$1 = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|_KEY(?:_|$)/i;
const withUser = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*@/i;
/** The inner user's own directories, and an allow-list of ours; nothing that is a secret by its name or its look. */
function sandboxEnvironment(env) {
	const kept = Object.entries(env).filter((e) => e[1] !== void 0 && wanted$1.test(e[0]) && !secretName$1.test(e[0]) && !withUser.test(e[1]) && secretLooks(e[1]).length === 0);
	return {
		...Object.fromEntries(kept),
		LC_ALL: "C.UTF-8",
		CARGO_TERM_COLOR: "never",
		CARGO_TERM_PROGRESS_WHEN: "never"
	};
}
const innerHome = "/home/build";
/** Where the inner user's things are: nothing of it is ours. */
const innerPlaces = {
	HOME: innerHome,
	USER: "build",
	LOGNAME: "build",
	TMPDIR: "/tmp",
	CARGO_HOME: join$1(innerHome, ".cargo"),
	GIT_CONFIG_COUNT: "1",
	GIT_CONFIG_KEY_0: "safe.directory",
	GIT_CONFIG_VALUE_0: "*"
};
const system = /^\/(?:usr|bin|sbin|lib\w*|nix|gnu)(?:\/|$)/;
/**
* Directories to show so that the programs on `path` are found: of an installation outside the home its whole prefix, in
* the home (which holds keys) only what is named. `own`: the home and the checkout, neither to be shown whole.
*/
function shownFor(path, own, also) {
	const above = (dir, one) => one === dir || one.startsWith(dir === "/" ? "/" : `${dir}/`);
	const all = [...path.split(delimiter).map((dir) => {
		const prefix = dirname(dir);
		const holds = (place) => above(place, dir) || above(prefix, place);
		return dir.endsWith("/bin") && !own.some(holds) && prefix !== "/" ? prefix : dir;
	}), ...also].filter((dir) => isAbsolute(dir) && !system.test(dir) && !own.some((place) => above(dir, place)));
	return [...new Set(all)].filter((dir) => !dir.includes("\n") && !all.some((other) => other !== dir && above(other, dir)));
}

// src/adapters/sandbox/script.ts
/** The shell texts that enclose a program: an outer one that ends it whole, an inner one that builds its world. */
/**
* What a program that is built needs of /etc; anything else there may be a secret of the machine.
*/
const etc = [
	"alternatives",
	"ca-certificates",
	"ca-certificates.conf",
	"crypto-policies",
	"debian_version",
	"gai.conf",
	"host.conf",
	"hosts",
	"ld.so.cache",
	"ld.so.conf",
	"ld.so.conf.d",
	"localtime",
	"lsb-release",
	"mime.types",
	"nsswitch.conf",
	"os-release",
	"pki",
	"protocols",
	"resolv.conf",
	"services",
	"ssl",
	"timezone"
];
/**
* Stdin is held open by whoever waits: its end, also by their death, ends all that runs inside. Signals alone would not
* do: a plain user may send none to what sudo started.
*/
const outerScript = `exec 3<&0 </dev/null
"$@" 3<&- &
inside=$!
(read -r _ <&3; kill -KILL "$inside") >/dev/null 2>&1 &
watch=$!
exec 3<&-
trap 'kill -KILL "$inside" 2>/dev/null' TERM INT HUP
wait "$inside"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;
/**
* First process of its own PID, mount and IPC namespaces. Its arguments, in order: folder of this run; number of the
* inner user; `setpriv` or `unshare`, by which rights are given up; paths that are shown and paths that may be written, a
* line each; the inner user's home; where sources stand, a line each, whose files are listed in the run's folder; what
* stands for `.git` in the first, and git's objects (both may be empty); the directory to begin in; the program with its
* arguments.
*/
const innerScript = `set -eu
run=$1 user=$2 drop=$3 shown=$4 written=$5 home=$6 sources=$7 git=$8 objects=$9
shift 9
begin=$1
shift
umask 022
fail() { echo "sandbox: $*" >&2; exit 125; }
root=$run/root
mkdir -p "$root"
mount -t tmpfs -o mode=755,size=64m,nosuid,nodev sandbox "$root"
cd "$root"
mkdir -p usr etc dev/shm dev/pts proc run tmp var .before home/build
for name in bin sbin lib lib32 lib64 libx32; do [ ! -L "/$name" ] || cp -P "/$name" "$name"; done
newline='
'
readonly=
place() {
  if [ ! -d "$1" ]; then mkdir -p ".\${2%/*}"; : >".$2"
  elif [ ! -d ".$2" ]; then mkdir -p ".$2"; fi
  mount --rbind "$1" ".$2"
}
shown() { place "$1" "$1"; readonly=$readonly$root$1$newline; }
# One look at all mounts, and a program only where something is to change: a machine may have hundreds.
seal() {
  cat /proc/self/mountinfo >"$run/mounts"
  while IFS=' ' read -r _ _ _ _ point options _; do
    case "$options," in rw,*) ;; *) continue ;; esac
    case "$point" in *\\\\*) point=$(printf '%b' "$point") ;; esac
    IFS=$newline
    for path in $readonly; do
      case "$point/" in "$path"/*) mount -o "remount,bind,ro\${options#rw}" "$point"; break ;; esac
    done
  done <"$run/mounts"
  readonly=
}
own() {
  mkdir -p "$1"
  [ "$drop" != setpriv ] || [ "$(stat -c %u "$1")" = "$user" ] || chown -R -h "$user:$user" "$1"
}
own "$run/tmp"
own "$home"
place "$run/tmp" /tmp
ln -s /tmp var/tmp
place "$home" /home/build
IFS=$newline
for path in /usr /bin /sbin /lib /lib32 /lib64 /libx32 /nix /gnu $shown; do
  if [ -e "$path" ] && [ ! -L "$path" ]; then shown "$path"; fi
done
unset IFS
for name in ${etc.join(" ")}; do
  if [ -d "/etc/$name" ]; then shown "/etc/$name"
  elif [ -r "/etc/$name" ]; then cp -L "/etc/$name" "etc/$name"; fi
done
seal
IFS=$newline
n=0
# After what is shown: that may lie around a source, and shows the checkout itself.
for from in $sources; do
  own "$run/source-$n"
  place "$run/source-$n" "$from"
  if [ "$n" = 0 ] && [ -n "$git" ]; then
    place "$git" "$from/.git"
    place "$objects" "$from/.git/objects"
    readonly=$root$from/.git
  fi
  n=$((n + 1))
done
seal
IFS=$newline
for path in $written; do own "$path"; place "$path" "$path"; done
unset IFS
printf 'root:x:0:0::/:/bin/sh\\nbuild:x:%s:%s::/home/build:/bin/sh\\nnobody:x:65534:65534::/:/bin/sh\\n' "$user" "$user" >etc/passwd
printf 'root:x:0:\\nbuild:x:%s:\\nnogroup:x:65534:\\n' "$user" >etc/group
for name in null zero full random urandom; do : >"dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=1777,size=512m,nosuid,nodev shm dev/shm
mount -t proc -o nosuid,nodev,noexec proc proc
pivot_root . .before
cd /
as() {
  if [ "$drop" = setpriv ]; then
    setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"
  else
    unshare --user --map-user="$user" --map-group="$user" -- setpriv --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"
  fi
}
IFS=$newline
n=0
for from in $sources; do
  unset IFS
  if [ ! -e "/.before$run/copied-$n" ]; then
    tar -C "/.before$from" --null --no-recursion --verbatim-files-from -T "/.before$run/files-$n" -cf - |
      as tar -C "$from" -xpf - || fail "the source could not be copied"
    : >"/.before$run/copied-$n"
  fi
  n=$((n + 1))
done
umount -l /.before
rmdir /.before
mount -o remount,ro /
cd "$begin" || fail "no directory $begin in the sandbox"
as "$@"
`;

// src/adapters/sandbox/way.ts
/** Which way this machine lets us enclose a program, tried once with the sandbox itself, and the words that do it. */
/** Nothing on a usual machine belongs to this number: Debian keeps it for itself and has not given it out. */
const innerUser = "61017";
function enclosed(way, inner, env) {
	const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
	return {
		within: [
			...way === "sudo" ? [
				"sudo",
				"-n",
				"--"
			] : [],
			"sh",
			"-c",
			outerScript,
			"sandbox",
			"unshare",
			...way === "namespace" ? ["--user", "--map-root-user"] : [],
			"--mount",
			"--pid",
			"--ipc",
			"--fork",
			"--kill-child",
			"--",
			"sh",
			"-c",
			innerScript,
			"sandbox",
			...inner,
			"env",
			"-i",
			...variables
		],
		env: {
			PATH: systemPath,
			LC_ALL: "C.UTF-8"
		}
	};
}
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Whose files these are decides who can write them again: a user of its own, or ours. */
const suffix = (way) => way === "namespace" ? "-namespace" : way === "none" ? "-beside" : "";
const sandboxKind = (found) => found.way === "none" ? {
	kind: "none",
	why: found.why
} : { kind: found.way === "namespace" ? "user namespace" : "another user" };
/** What encloses the project's code on this machine. */
const sandboxHere = async (signal) => sandboxKind(await findWay(signal));
let known;
const findWay = (signal) => {
	known ??= tried(signal).catch((error) => {
		known = void 0;
		throw error;
	});
	return known;
};
async function tried(signal) {
	if (process.platform !== "linux") return {
		way: "none",
		why: `there is none for ${process.platform}`
	};
	const ways = process.getuid?.() === 0 ? ["root", "namespace"] : ["sudo", "namespace"];
	const whys = [];
	for (const way of ways) {
		const why = await refusal(way, signal);
		if (why === null) return { way };
		whys.push(`${way}: ${why}`);
	}
	return {
		way: "none",
		why: whys.join("; ")
	};
}
/** Tried with the sandbox itself: a kernel, a container or a policy may refuse any part of it. Null: it works. */
async function refusal(way, signal) {
	const run = await mkdtemp(join$1(tmpdir(), "vps-test-sandbox-"));
	try {
		const { within, env } = enclosed(way, [
			run,
			innerUser,
			way === "namespace" ? "unshare" : "setpriv",
			"",
			"",
			join$1(run, "home"),
			"",
			"",
			"",
			"/"
		], { PATH: systemPath });
		const { ending, stdout, stderr } = await runProcess([
			"sh",
			"-c",
			"id -u; exec echo /proc/[0-9]*"
		], {
			cwd: "/",
			within,
			env,
			hold: true,
			timeoutMs: 2e4,
			signal
		});
		if (ending.kind === "not started") return ending.why;
		if (ending.kind !== "exited" || ending.code !== 0) return stderr.toString("utf8").trim().split("\n").at(-1) ?? "it did not end well";
		const [user, processes = ""] = stdout.toString("utf8").trim().split("\n");
		return user === "61017" && processes.split(" ").length < 10 ? null : "it does not hide what runs here";
	} finally {
		await removed(run, way);
	}
}
/** What stays, stays in a folder of its own, and the next run tries again. */
async function removed(dir, way) {
	if (way !== "sudo") return rm(dir, {
		recursive: true,
		force: true
	}).catch(() => void 0);
	await runProcess([
		"sudo",
		"-n",
		"--",
		"rm",
		"-rf",
		"--",
		dir
	], { timeoutMs: 6e4 }).catch(() => void 0);
}

// src/adapters/sandbox/sandbox.ts
/** The one sandbox for programs of the project that run beside us: another user, its own processes, files and variables. */
/** Where the machine has no way to enclose a program, it would run beside us, and `kind` says so. */
async function openSandbox(options) {
	const found = options.way === void 0 ? await findWay(options.signal) : options.way === "none" ? {
		way: "none",
		why: "none was wanted"
	} : { way: options.way };
	if (found.way === "none") {
		for (const dir of options.written) await mkdir(dir, { recursive: true });
		return {
			kind: sandboxKind(found),
			enclose: (_, more) => ({
				within: [],
				env: {
					...options.ours,
					...options.env,
					...more
				}
			}),
			addSource: async () => void 0,
			copyOf: () => null,
			close: async () => void 0
		};
	}
	const { way } = found;
	const run = join$1(options.folder, `run-${process.pid}-${randomBytes(4).toString("hex")}`);
	await forgetOld(options.folder, way);
	await mkdir(run, { recursive: true });
	try {
		const first = await options.source(join$1(run, "git"));
		const sources = [];
		const addSource = async ({ root, files }) => {
			await writeFile(join$1(run, `files-${sources.length}`), files.map((path) => `./${path}\0`).join(""));
			sources.push(root);
		};
		await addSource(first);
		const home = join$1(options.folder, `home${suffix(way)}`);
		await mkdir(home, { recursive: true });
		return {
			kind: sandboxKind(found),
			enclose: (cwd, more) => {
				const inner = [
					run,
					innerUser,
					way === "namespace" ? "unshare" : "setpriv",
					options.shown.filter((dir) => !sources.some((root) => `${dir}/`.startsWith(`${root}/`))).join("\n"),
					options.written.join("\n"),
					home,
					sources.join("\n"),
					first.git?.folder ?? "",
					first.git?.objects ?? "",
					cwd
				];
				return enclosed(way, inner, {
					...options.env,
					...innerPlaces,
					...more
				});
			},
			addSource,
			copyOf: (path) => {
				const n = sources.findIndex((root) => path.startsWith(`${root}/`));
				const below = join$1(run, `source-${n}`);
				return n < 0 ? null : {
					file: join$1(below, path.slice((sources[n] ?? "").length + 1)),
					below
				};
			},
			close: () => removed(run, way)
		};
	} catch (error) {
		await removed(run, way);
		throw error;
	}
}
/** The folder of this name for things that the sandbox writes, and how to take one of them away. */
async function writtenFolder(folder, name, signal) {
	const { way } = await findWay(signal);
	return {
		path: join$1(folder, `${name}${suffix(way)}`),
		remove: (dir) => removed(dir, way)
	};
}
/** Of runs whose process is gone. */
async function forgetOld(folder, way) {
	const runs = (await readdir(folder).catch(() => [])).filter((name) => /^run-\d+-/.test(name));
	await Promise.all(runs.filter((name) => !lives(Number(name.split("-")[1]))).map((n) => removed(join$1(folder, n), way)));
}
function lives(pid) {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return error.code === "EPERM";
	}
}

// src/adapters/build/inside.ts
/** Whether a file that the project's code may have made is what it seems: a regular file of that directory. */
/** A link would have us read, and publish, a file that the project's code could not; a pipe would hold us for ever. */
async function isInside(file, dir) {
	return (await lstat(file).catch(() => void 0))?.isFile() === true && (await realpath(file)).startsWith(`${await realpath(dir)}${sep}`);
}

// src/adapters/build/questions.ts
/** Nothing is fetched. */
const cargoMetadata = [
	"cargo",
	"metadata",
	"--no-deps",
	"--offline",
	"--format-version",
	"1"
];
/**
* Each answer behind a line with its exit code and lengths, so that no text can pass for another's. Zig's own come
* first: rustc and cargo may be programs of the project's choice.
*/
const script = `said=$(mktemp -d) || exit 1
answer() {
  "$@" >"$said/out" 2>"$said/err" </dev/null
  code=$?
  for stream in out err; do head -c 4194304 "$said/$stream" >"$said/$stream.cut"; done
  echo "$code $(($(wc -c <"$said/out.cut"))) $(($(wc -c <"$said/err.cut")))"
  cat "$said/out.cut" "$said/err.cut"
}
answer "$1" version
answer cargo-zigbuild --version
answer rustc --version
answer cargo --version
answer ${cargoMetadata.join(" ")}
rm -rf "$said"
`;
const names$1 = [
	"zig version",
	"cargo-zigbuild --version",
	"rustc --version",
	"cargo --version",
	"cargo metadata"
];
/** `rustc`: why it does not answer, which a toolchain that is fetched may cure. */
async function askTools(zig, launch, signal) {
	const limits = {
		...launch,
		signal,
		timeoutMs: 6e5,
		keepBytes: 64 << 20,
		refuseMore: true
	};
	const { ending, stdout, stderr } = await runProcess([
		"sh",
		"-c",
		script,
		"tools",
		zig
	], limits);
	if (ending.kind === "late") throw new Failure({
		code: "I302",
		message: "the tools of the build did not answer"
	});
	const answers = readAnswers(stdout);
	const [zigs, zigbuild, rustc, cargo, metadata] = answers;
	if (zigs === void 0 || zigbuild === void 0 || rustc === void 0 || cargo === void 0 || metadata === void 0) throw new Failure({
		code: "I303",
		message: `${names$1[answers.length]} gave no answer: ${reasonIn(stderr.toString("utf8"))}`
	});
	const failed = [
		zigs,
		zigbuild,
		rustc,
		cargo
	].findIndex((one) => one.code !== 0);
	const fault = answers[failed];
	if (fault !== void 0) {
		const message = `${names$1[failed]} failed (${fault.code}): ${reasonIn(fault.err)}`;
		const failure = new Failure({
			code: "I303",
			message
		});
		if (fault === rustc) return { rustc: failure };
		throw failure;
	}
	const version = (of) => of.out.trim();
	return {
		versions: {
			rustc: version(rustc),
			cargo: version(cargo),
			zigbuild: version(zigbuild),
			zig: version(zigs)
		},
		metadata: metadata.code === 0 ? metadata.out : null
	};
}
/** As many whole answers as there are; what follows a broken one is none. */
function readAnswers(said) {
	const found = [];
	for (let at = 0; at < said.length;) {
		const end = said.indexOf("\n", at);
		const [, code, out, err] = /^(\d{1,3}) (\d{1,8}) (\d{1,8})$/.exec(said.toString("latin1", at, Math.max(at, end))) ?? [];
		const outAt = end + 1;
		const errAt = outAt + Number(out);
		at = errAt + Number(err);
		if (code === void 0 || !(at <= said.length)) break;
		found.push({
			code: Number(code),
			out: said.toString("utf8", outAt, errAt),
			err: said.toString("utf8", errAt, at)
		});
	}
	return found;
}

// src/adapters/build/source-copy.ts
/** What of a checkout is handed to the sandbox: its files without secrets, and git without its configuration. */
/** Larger files are no keys. */
const longestKey = 65536;
const sourceCopy = (workspace, log, signal) => async (gitFolder) => {
	const root = await git(workspace, signal, "rev-parse", "--show-toplevel").catch((error) => {
		if (error instanceof Failure) return null;
		throw error;
	});
	const top = root ?? workspace;
	return {
		root: top,
		files: await filesOf(top, root !== null, log, signal),
		git: root === null ? null : await bareGit(root, gitFolder, signal)
	};
};
/** Of a directory outside the repository that a manifest names. */
const outsideCopy = async (root, log, signal) => {
	return {
		root,
		files: await filesOf(root, await git(root, signal, "rev-parse", "--show-toplevel").catch(() => null) !== null, log, signal)
	};
};
/**
* All that is committed; of the rest (what the record of the build names, where it is read) neither earlier builds nor
* what looks like a secret by its name or its text.
*/
async function filesOf(top, isGit, log, signal) {
	const files = isGit ? await listed(top, log, signal) : await harmless$1(top, await walked(top), log);
	return (await Promise.all([...new Set(files)].map(async (path) => {
		const found = await lstat(join$1(top, path)).catch(() => void 0);
		return found?.isFile() === true || found?.isSymbolicLink() === true ? [path] : [];
	}))).flat();
}
const secretName = /(?:^|\/)(?:\.env(?:\..*)?|\.netrc|\.npmrc|\.pypirc|id_(?:rsa|dsa|ecdsa|ed25519)[^/]*|[^/]*credentials[^/]*|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|kdbx))$/i;
async function harmless$1(top, paths, log) {
	const kept = [];
	const left = [];
	for (const path of paths) (secretName.test(path) || await looksSecret(join$1(top, path)) ? left : kept).push(path);
	if (left.length > 0) log.warn(`not committed and like a secret, so that the build does not see it: ${cut(left.slice(0, 5).join(", "), 400)}`);
	return kept;
}
async function listed(root, log, signal) {
	const ask = async (...flags) => (await git(root, signal, "ls-files", "-z", ...flags)).split("\0").filter((path) => path !== "");
	const [committed, others, ignored] = await Promise.all([
		ask("--cached"),
		ask("--others", "--exclude-standard"),
		ask("--others", "--ignored", "--exclude-standard", "--directory")
	]);
	const below = await Promise.all(ignored.map(async (path) => path.endsWith("/") ? (await walked(join$1(root, path))).map((one) => join$1(path, one)) : [path]));
	const all = [...committed, ...await harmless$1(root, [...others, ...below.flat()], log)];
	const nested = await Promise.all(all.map(async (path) => {
		const dir = join$1(root, path);
		return (await lstat(dir).catch(() => void 0))?.isDirectory() === true && await lstat(join$1(dir, ".git")).catch(() => void 0) !== void 0 ? (await listed(dir, log, signal)).map((one) => join$1(path, one)) : [];
	}));
	return [...all, ...nested.flat()];
}
async function looksSecret(file) {
	const found = await lstat(file).catch(() => void 0);
	if (found?.isFile() !== true || found.size > longestKey) return false;
	return secretLooks(await readFile(file, "latin1").catch(() => "")).length > 0;
}
/** A folder without git: all of it, but what cargo itself marks as an earlier build. */
async function walked(dir, below = "") {
	const entries = await readdir(join$1(dir, below), { withFileTypes: true });
	if (entries.some((e) => e.name === "CACHEDIR.TAG") || /(?:^|\/)node_modules\/?$/.test(join$1(dir, below))) return [];
	return (await Promise.all(entries.filter((e) => e.name !== ".git").map(async (e) => e.isDirectory() ? walked(dir, join$1(below, e.name)) : [join$1(below, e.name)]))).flat();
}
/**
* HEAD, refs and index for build scripts that ask for the commit. Git's configuration, its logs and its helpers' files
* may hold tokens.
*/
async function bareGit(root, folder, signal) {
	const at = (name) => git(root, signal, "rev-parse", "--path-format=absolute", "--git-path", name);
	const [objects, index, shallow, head, refs, format] = await Promise.all([
		at("objects"),
		at("index"),
		at("shallow"),
		git(root, signal, "rev-parse", "HEAD").catch(() => null),
		git(root, signal, "for-each-ref", "--format=%(objectname) %(refname)"),
		git(root, signal, "rev-parse", "--show-object-format")
	]);
	if (head === null || await lstat(join$1(objects, "info", "alternates")).catch(() => void 0) !== void 0) return null;
	const branch = await git(root, signal, "symbolic-ref", "--quiet", "HEAD").catch(() => null);
	for (const dir of [
		"",
		"objects",
		"refs",
		"refs/heads"
	]) await mkdir(join$1(folder, dir), {
		recursive: true,
		mode: 493
	});
	const extension = format === "sha1" ? "" : `[extensions]\n\tobjectformat = ${format}\n`;
	const readable = { mode: 420 };
	await writeFile(join$1(folder, "config"), `[core]\n\trepositoryformatversion = ${format === "sha1" ? 0 : 1}\n\tbare = false\n${extension}`, readable);
	await writeFile(join$1(folder, "HEAD"), branch === null ? `${head}\n` : `ref: ${branch}\n`, readable);
	await writeFile(join$1(folder, "packed-refs"), refs === "" ? "" : `${refs}\n`, readable);
	for (const [from, name] of [[index, "index"], [shallow, "shallow"]]) await copyFile(from, join$1(folder, name)).catch(() => void 0);
	return {
		folder,
		objects
	};
}

// src/adapters/build/enclosed.ts
/** The sandbox of a build: which tools it is shown, and which of them answer in the project's directory. */
async function sandboxFor(options, tools, ours) {
	const home = ours["HOME"] || homedir();
	const rustup = ours["RUSTUP_HOME"] || join$1(home, ".rustup");
	const own = Object.entries(ours).filter((e) => ownPlaces.test(e[0]) && e[1] !== void 0);
	const env = {
		...sandboxEnvironment({
			...ours,
			...tools.env
		}),
		RUSTUP_HOME: rustup
	};
	const enclosure = await openSandbox({
		folder: options.sandboxDir,
		shown: shownFor(tools.env["PATH"] ?? ours["PATH"] ?? "", [home, options.workspace], [rustup, ...tools.directories]),
		written: [options.targetDir],
		source: sourceCopy(options.workspace, options.log, options.signal),
		env,
		ours: Object.fromEntries(own),
		...options.way === void 0 ? {} : { way: options.way },
		signal: options.signal
	});
	if (enclosure.kind.kind !== "none") return {
		enclosure,
		cwd: "/"
	};
	if (options.unenclosed === "refuse") throw new Failure({
		code: "I320",
		message: `the project's code would run beside a key or a token that writes: ${enclosure.kind.why}`
	});
	return {
		enclosure,
		cwd: options.workspace
	};
}
const ownPlaces = /^(?:HOME|USER|LOGNAME|TMPDIR|CARGO_HOME|XDG_CACHE_HOME)$/;
/**
* Toolchains are shown and not written; a project that asks for one that is not here gets it into the sandbox's own
* home, where there is any way to.
*/
async function asked({ enclosure, cwd }, zig, options) {
	const launching = (more) => (dir) => ({
		...enclosure.enclose(dir, more),
		cwd: enclosure.kind.kind === "none" ? dir : cwd,
		hold: true
	});
	const usual = launching({});
	const answers = await askTools(zig, usual(options.workspace), options.signal);
	if (!("rustc" in answers)) return {
		...answers,
		launch: usual
	};
	if (enclosure.kind.kind === "none" || !await asksForToolchain(options.workspace)) throw answers.rustc;
	options.log.info("the project asks for a toolchain that is not installed: it is fetched into the sandbox");
	const own = launching({
		RUSTUP_HOME: join$1(innerHome, ".rustup"),
		RUSTUP_AUTO_INSTALL: "1"
	});
	const again = await askTools(zig, own(options.workspace), options.signal);
	if ("rustc" in again) throw again.rustc;
	return {
		...again,
		launch: own
	};
}
/** More than this is no list of dependencies that a person wrote. */
const mostOutside = 20;
/**
* Packages outside the repository that manifests name by their path come in as copies too: only directories with a
* manifest, without what looks like a secret.
*/
async function showOutside({ enclosure }, { log, signal }, launch, metadata) {
	if (enclosure.kind.kind === "none") return;
	const waiting = [...readPathDependencies(metadata ?? "")];
	const seen = /* @__PURE__ */ new Set();
	const metadataOf = async (dir) => {
		const said = await runTool(cargoMetadata, {
			...launch(dir),
			timeoutMs: 6e4,
			signal
		});
		return said.code === 0 ? said.stdout : "";
	};
	for (let path = waiting.shift(); path !== void 0 && seen.size < mostOutside; path = waiting.shift()) {
		if (!(enclosure.copyOf(join$1(path, "Cargo.toml")) === null) || seen.has(path) || !await isInside(join$1(path, "Cargo.toml"), path)) continue;
		seen.add(path);
		await enclosure.addSource(await outsideCopy(path, log, signal));
		waiting.push(...readPathDependencies(await metadataOf(path)));
	}
}
/** A lock file that cargo made belongs to the project's directory; it is data that the project's code may have written. */
async function keepLock({ enclosure }, lock) {
	const made = enclosure.copyOf(lock);
	if (made === null || !await isInside(made.file, made.below)) return;
	if ((await stat(made.file)).size < longestLock) await writeFile(lock, await readFile(made.file), { flag: "wx" });
}
const longestLock = 16 << 20;
/** Looked for as rustup does: in each directory above. */
async function asksForToolchain(workspace) {
	for (let dir = workspace;; dir = join$1(dir, "..")) {
		for (const name of ["rust-toolchain.toml", "rust-toolchain"]) if (await access$1(join$1(dir, name)).then(() => true, () => false)) return true;
		if (dir === join$1(dir, "..")) return false;
	}
}

// src/adapters/build/zig-wheels.ts
/**
* The cargo-zigbuild and zig that are installed where a machine has none: exact versions, with the SHA-256 of each
* platform's wheel.
*/
const zigWheels = {
	"cargo-zigbuild": {
		version: "0.24.0",
		sha256: {
			"linux-x64": "484412e39e4c6039474535ce97ee75a22bab22d58233056f8ec8a8f9034bb957",
			"linux-arm64": "6942e4320f7b05d8fb29e0a8ce5670bcbb3d254275100b85b5b7c86552f9a744",
			"darwin-arm64": "b576e8b95ff199eedee0e57afcdbaff7579744916261483280d350b9a35711fd",
			"darwin-x64": "b576e8b95ff199eedee0e57afcdbaff7579744916261483280d350b9a35711fd"
		}
	},
	ziglang: {
		version: "0.17.1",
		sha256: {
			"linux-x64": "ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54",
			"linux-arm64": "b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e",
			"darwin-arm64": "09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23",
			"darwin-x64": "4e0b4b9c02b8d0d220e9948010f860b62ff11d96abb39762eca5fa2ef3f7bc97"
		}
	}
};
/** A pip requirements file that accepts these bytes only; any listed platform's wheel may match. */
const zigRequirements = () => Object.entries(zigWheels).map(([name, wheel]) => `${name}==${wheel.version} ${[...new Set(Object.values(wheel.sha256))].map((h) => `--hash=sha256:${h}`).join(" ")}\n`).join("");
const zigFolder = `zig-${zigWheels["cargo-zigbuild"].version}-${zigWheels.ziglang.version}`;

// src/adapters/build/toolchain.ts
/** Finds cargo, cargo-zigbuild and zig, and installs the last two from PyPI into the cache where a machine has none. */
/** Looks for files only: which rustc answers in a directory is the project's word, and is asked in the sandbox. */
async function ensureZig(options) {
	const env = options.env ?? process.env;
	const cargo = await findCargo(env);
	const path = [...cargo.onPath ? [] : [cargo.dir], ...(env["PATH"] ?? "").split(delimiter)];
	const here = await find("cargo-zigbuild", path);
	const zig = env["CARGO_ZIGBUILD_ZIG_PATH"] ?? await find("zig", path);
	if (here !== void 0 && zig !== void 0) return {
		env: { PATH: path.join(delimiter) },
		zig,
		directories: [
			cargo.dir,
			dirname(here),
			await folderOf(here),
			await folderOf(zig)
		]
	};
	const tools = await realpath(await installed(env, options));
	const used = env["CARGO_ZIGBUILD_ZIG_PATH"] ?? join$1(tools, "ziglang", "zig");
	return {
		env: {
			PATH: [join$1(tools, "bin"), ...path].join(delimiter),
			CARGO_ZIGBUILD_ZIG_PATH: used
		},
		zig: used,
		directories: [
			cargo.dir,
			tools,
			dirname(used),
			await folderOf(used)
		]
	};
}
/** Where a program really lies. */
const folderOf = async (file) => dirname(await realpath(file).catch(() => file));
async function findCargo(env) {
	const onPath = await find("cargo", (env["PATH"] ?? "").split(delimiter));
	if (onPath !== void 0) return {
		dir: dirname(onPath),
		onPath: true
	};
	const home = await find("cargo", [join$1(env["CARGO_HOME"] || join$1(env["HOME"] || homedir(), ".cargo"), "bin")]);
	if (home !== void 0) return {
		dir: dirname(home),
		onPath: false
	};
	throw new Failure({
		code: "I304",
		message: "cargo is not installed here (looked on PATH and in ~/.cargo/bin)",
		remedy: "apt-get install cargo"
	});
}
/** Installed beside and moved in one step: a killed installation is never found, and two at once do not meet. */
async function installed(env, { cacheDir, log, signal }) {
	const tools = join$1(cacheDir, zigFolder);
	if (await complete(tools)) return tools;
	log.info(`installing cargo-zigbuild ${zigWheels["cargo-zigbuild"].version} and zig ${zigWheels.ziglang.version} from PyPI into ${cacheDir}`);
	await mkdir(cacheDir, { recursive: true });
	const staging = await mkdtemp(join$1(cacheDir, `${zigFolder}.`));
	try {
		await pip(staging, env, signal);
		await rename(join$1(staging, "tools"), tools).catch(async (error) => {
			if (await complete(tools)) return;
			await rm(tools, {
				recursive: true,
				force: true
			});
			await rename(join$1(staging, "tools"), tools).catch(() => {
				throw error;
			});
		});
		return tools;
	} finally {
		await rm(staging, {
			recursive: true,
			force: true
		});
	}
}
const complete = async (tools) => await runs(join$1(tools, "ziglang", "zig")) && runs(join$1(tools, "bin", "cargo-zigbuild"));
async function pip(staging, env, signal) {
	const venv = join$1(staging, "venv"), list = join$1(staging, "requirements.txt");
	await writeFile(list, zigRequirements());
	const limits = {
		cwd: staging,
		env,
		signal,
		timeoutMs: 6e5
	};
	const made = await runTool([
		"python3",
		"-I",
		"-m",
		"venv",
		venv
	], limits).catch((error) => {
		throw isFailure(error, "I301") ? missingPython("python3 is not installed here", "apt-get install python3 python3-venv") : error;
	});
	if (made.code !== 0) throw missingPython(`python3 cannot make a virtual environment: ${lastLine(made.stdout + made.stderr)}`, "apt-get install python3-venv");
	const done = await runTool([
		join$1(venv, "bin", "python3"),
		"-I",
		"-m",
		"pip",
		"install",
		"--no-input",
		"--disable-pip-version-check",
		"--require-hashes",
		"--only-binary=:all:",
		"--no-deps",
		"--target",
		join$1(staging, "tools"),
		"-r",
		list
	], limits);
	if (done.code !== 0) throw new Failure({
		code: "I306",
		message: `pip could not install cargo-zigbuild and ziglang: ${lastLine(done.stderr)}`,
		remedy: "python3 -m pip download cargo-zigbuild ziglang"
	});
}
const missingPython = (message, remedy) => new Failure({
	code: "I305",
	message,
	remedy: `${remedy} (or: vps-test doctor --fix)`
});
const lastLine = (text) => text.split("\n").map((l) => l.trim()).filter((l) => l !== "").at(-1) ?? "it said nothing";
const runs = (file) => access$1(file, constants$1.X_OK).then(() => true, () => false);
async function find(program, dirs) {
	for (const dir of dirs) if (dir !== "" && await runs(join$1(dir, program))) return join$1(dir, program);
}

// src/adapters/build/workspace.ts
/** Whether a build command can make the program, by what cargo says of its workspace. */
/** Why the build command cannot make the program; null where nothing says so. */
function commandFault(workspace, argv, target) {
	const command = readBuildCommand(argv);
	if (typeof command === "string") return command;
	return workspace === void 0 ? null : programFault(workspace, basename(target), command.options);
}

// src/adapters/build/zigbuild.ts
/** Builds the workspace here with cargo-zigbuild against an old glibc, and says whose fault it is when that fails. */
async function buildWithZig(options) {
	const { workspace, log, clock, signal } = options;
	const command = readBuildCommand(options.argv);
	if (typeof command === "string") return {
		kind: "failed",
		reason: "usage",
		errors: [],
		message: command
	};
	if (!await exists$2(join$1(workspace, "Cargo.toml"))) return {
		kind: "failed",
		reason: "usage",
		errors: [],
		message: `${workspace} holds no Cargo.toml`
	};
	const ours = options.env ?? process.env;
	const tools = await ensureZig({
		cacheDir: options.cacheDir,
		log,
		signal,
		env: ours
	}).catch(orFailed);
	if ("kind" in tools) return tools;
	const started = clock.now();
	const sandbox = await sandboxFor(options, tools, ours);
	try {
		const { kind } = sandbox.enclosure;
		if (kind.kind === "none") log.warn(`the build runs without a sandbox: ${kind.why}`);
		const answered = await asked(sandbox, tools.zig, options).catch(orFailed);
		if ("kind" in answered) return answered;
		const { versions, metadata, launch } = answered;
		const known = metadata === null ? void 0 : readMetadata(metadata);
		const fault = commandFault(known, options.argv, options.target);
		if (fault !== null) return {
			kind: "failed",
			reason: "usage",
			errors: [],
			message: fault
		};
		await showOutside(sandbox, options, launch, metadata);
		const cargoRoot = known?.root ?? workspace;
		const lock = join$1(cargoRoot, "Cargo.lock");
		const locked = await exists$2(lock);
		if (!locked) log.warn("no Cargo.lock: the versions of dependencies are whatever is newest today");
		const { argv, glibc } = zigArgv(command, {
			glibc: options.glibc,
			targetDir: options.targetDir,
			locked
		});
		let run = emptyRun;
		const progress = buildProgress("zigbuild", log, clock, signal);
		const done = await runTool(argv, {
			...launch(workspace),
			timeoutMs: options.timeoutMs,
			signal,
			onLine: (line) => {
				run = readCargoLine(run, line);
			},
			onErrorLine: (line) => {
				progress.saw(line, run.finished);
			}
		}).finally(progress.end);
		if (done.code !== 0) return {
			kind: "failed",
			...classifyBuild(run, done.stderr)
		};
		if (!locked) await keepLock(sandbox, lock);
		const here = {
			cargoRoot,
			targetDir: options.targetDir,
			enclosed: kind.kind !== "none"
		};
		const seconds = (clock.now() - started) / 1e3;
		return await found(options, run, {
			toolchain: versions,
			glibc,
			argv,
			seconds,
			sandbox: kind,
			here
		});
	} finally {
		await sandbox.enclosure.close();
	}
}
async function found(options, run, facts) {
	const program = basename(options.target);
	const made = run.executables.findLast((path) => basename(path) === program);
	if (made === void 0) return {
		kind: "failed",
		reason: "usage",
		errors: [],
		message: notMade(program, run.executables)
	};
	if (!await isInside(made, options.targetDir)) return {
		kind: "failed",
		reason: "compile",
		errors: [],
		message: `${made} is no file of this build`
	};
	const [sha256, { size }] = await Promise.all([digestOf(made), stat(made)]);
	return {
		kind: "built",
		path: made,
		sha256,
		bytes: size,
		source: "zigbuild",
		...facts
	};
}
const notMade = (program, made) => `the build made no program ${program}; it made ${made.length === 0 ? "none" : made.map((m) => basename(m)).join(", ")}: correct binary.target or the build command`;
async function digestOf(path) {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(path)) hash.update(chunk);
	return hash.digest("hex");
}
/** A machine without the tools is a toolchain failure like any other: the build host may have them. */
function orFailed(error) {
	if (!(error instanceof Failure) || failures[error.facts.code].buildHostMayHelp !== true) throw error;
	return {
		kind: "failed",
		reason: "toolchain",
		errors: [],
		message: error.facts.remedy === void 0 ? error.message : `${error.message}; to build here: ${error.facts.remedy}`
	};
}
const exists$2 = (path) => access$1(path).then(() => true, () => false);

// src/adapters/build/native.ts
/** Builds a commit on the build host with its own toolchain and brings the program back, hash-checked. */
const shortMs = 6e4;
const transferMs = 9e5;
const maxProgram = 1 << 30;
async function buildNative(options) {
	const { remote, project, source, log, clock, signal } = options;
	const command = readBuildCommand(options.argv);
	if (typeof command === "string") return {
		kind: "failed",
		reason: "usage",
		errors: [],
		message: command
	};
	refuseDirty(source, "a native build");
	const started = clock.now();
	const tools = await hostToolchain(remote, signal);
	await send(options);
	const locked = await git(source.root, signal, "ls-tree", "--name-only", source.commit, "--", join$1(source.subdir, "Cargo.lock")) !== "";
	const argv = nativeArgv(command, locked);
	let run = emptyRun;
	const progress = buildProgress(`native build on ${remote.name}`, log, clock, signal);
	const built = await remote.run(buildCommit({
		project,
		commit: source.commit,
		subdir: source.subdir,
		argv,
		seconds: Math.ceil(options.timeoutMs / 1e3)
	}), {
		timeoutMs: options.timeoutMs + 3e4,
		signal,
		onLine: (line) => {
			run = readCargoLine(run, line);
			progress.saw(compiled(line), run.finished);
		}
	}).finally(progress.end);
	refuseExit(built, options);
	if (built.code !== 0) return {
		kind: "failed",
		...classifyBuild(run, built.stderr)
	};
	const program = basename(options.target);
	const made = run.executables.findLast((path) => basename(path) === program);
	if (made === void 0) return {
		kind: "failed",
		reason: "usage",
		errors: [],
		message: notMade(program, run.executables)
	};
	return {
		kind: "built",
		...await download(remote, made, options),
		source: "native",
		toolchain: {
			...tools,
			zigbuild: null,
			zig: null
		},
		glibc: null,
		argv,
		seconds: (clock.now() - started) / 1e3,
		sandbox: null
	};
}
/** What a person sees in the directory must be what is tested: a commit that lacks their changes would not be. */
function refuseDirty(source, what) {
	if (source.dirty === null) return;
	throw new Failure({
		code: "U301",
		remedy: "git commit -a",
		message: `${what} takes the commit ${source.commit.slice(0, 12)}, which lacks ${source.dirty.count} changed file(s): ${source.dirty.paths.slice(0, 5).join(", ")}`
	});
}
async function hostToolchain(remote, signal) {
	const asked = await remote.run(checkHost, {
		timeoutMs: shortMs,
		signal
	});
	const tools = readTools(asked.stdout);
	const missing = hostTools.filter((t) => !tools.has(t));
	if (asked.code !== 0) throw new Failure({
		code: "I311",
		node: remote.name,
		step: "native build",
		message: `${remote.name} cannot say what it can build with (exit ${String(asked.code)}): ${asked.stderr.trim().slice(-200)}`,
		remedy: "vps-test nodes"
	});
	if (missing.length === 0) return {
		rustc: tools.get("rustc") ?? "",
		cargo: tools.get("cargo") ?? ""
	};
	throw new Failure({
		code: "I311",
		node: remote.name,
		step: "native build",
		message: `${remote.name} cannot build: no ${missing.join(", no ")}`,
		remedy: "apt-get install git cargo coreutils util-linux"
	});
}
async function send({ remote, project, source, log, signal }) {
	await withBundle(source.root, source.commit, signal, async (file) => {
		const { size } = await stat(file);
		log.info(`${remote.name}: sending commit ${source.commit.slice(0, 12)} (${size} bytes)`);
		const onSent = (bytes) => {
			log.progress("bundle", `bundle: ${bytes} of ${size} bytes`);
		};
		const done = await remote.run(receiveCommit(project, source.commit), {
			timeoutMs: transferMs,
			signal,
			stdin: createReadStream(file),
			onSent
		});
		if (done.code === 75) throw busy(remote, project);
		if (done.code !== 0 || done.stdout.trim() !== source.commit) throw new Failure({
			code: "I312",
			node: remote.name,
			step: "native build",
			message: `${remote.name} could not check out ${source.commit.slice(0, 12)} (exit ${String(done.code)}): ${(done.stderr.trim() || done.stdout.trim() || "it said nothing").split("\n").at(-1)?.slice(0, 200) ?? ""}`
		});
	});
}
function refuseExit(built, { remote, project, timeoutMs, source }) {
	if (built.code === 75) throw busy(remote, project);
	if (built.code === 124) throw new Failure({
		code: "I302",
		node: remote.name,
		step: "native build",
		message: `the native build on ${remote.name} did not end in ${Math.round(timeoutMs / 1e3)} s and was stopped`
	});
	if (built.code === 66) throw new Failure({
		code: "I312",
		node: remote.name,
		step: "native build",
		message: `the checkout on ${remote.name} is not ${source.commit.slice(0, 12)} any more`
	});
}
const busy = (remote, project) => new Failure({
	code: "B301",
	node: remote.name,
	step: "native build",
	message: `another build of ${project} runs on ${remote.name}`
});
async function download(remote, path, { outDir, target, signal }) {
	const limits = {
		timeoutMs: shortMs,
		signal
	};
	const measured = await remote.run(measure(path), limits);
	const said = measured.code === 0 ? /^([0-9a-f]{64}) (\d{1,12})$/.exec(measured.stdout.trim()) : null;
	const digest = said?.[1], bytes = Number(said?.[2] ?? NaN);
	if (digest === void 0 || !(bytes > 0 && bytes <= maxProgram)) throw new Failure({
		code: "I313",
		node: remote.name,
		step: "native build",
		message: `${remote.name} did not say the digest of the built program (exit ${String(measured.code)}): ${(measured.stderr.trim() || measured.stdout.trim()).slice(0, 200)}`
	});
	const data = await remote.read(fetchProgram(path), {
		timeoutMs: transferMs,
		signal,
		maxBytes: bytes + 1
	});
	if (data.length !== bytes || sha256(data) !== digest) throw new Failure({
		code: "I313",
		node: remote.name,
		step: "native build",
		message: `the downloaded program is not the one on ${remote.name}: ${data.length} of ${bytes} bytes, sha256 ${sha256(data).slice(0, 12)} instead of ${digest.slice(0, 12)}`
	});
	const file = join$1(outDir, basename(target));
	await mkdir(outDir, { recursive: true });
	await writeFile(file, data, { mode: 493 });
	return {
		path: file,
		sha256: digest,
		bytes
	};
}
/** The host's stderr comes only at the end, so progress is told from finished crates. */
const compiled = (line) => {
	const name = /^\{"reason":"compiler-artifact".*?"target":\{.*?"name":"([A-Za-z0-9_-]{1,80})"/.exec(line)?.[1];
	return name === void 0 ? "" : `Compiling ${name}`;
};

// src/adapters/build/target-directory.ts
/** Cargo's target directory of one checkout, and the end of those that nobody builds in any more. */
const kept$1 = 6;
/** A build that is running may be as old as its time limit. */
const youngMs = 72e5;
/**
* One directory for each place of a checkout. Two checkouts in one directory have the same fingerprint for cargo, which
* then goes by the files' times:
* the program of one commit would be taken for that of another.
*/
async function targetDirectory(below, workspace, remove) {
	const own = join$1(below, sha256(workspace).slice(0, 16));
	await mkdir(own, { recursive: true });
	await utimes(own, /* @__PURE__ */ new Date(), /* @__PURE__ */ new Date()).catch(() => void 0);
	const old = (await Promise.all((await readdir(below, { withFileTypes: true })).filter((d) => d.isDirectory()).map(async (d) => ({
		path: join$1(below, d.name),
		at: (await stat(join$1(below, d.name)).catch(() => void 0))?.mtimeMs ?? 0
	})))).toSorted((a, b) => b.at - a.at).slice(kept$1).filter((d) => d.path !== own && Date.now() - d.at > youngMs);
	await Promise.all(old.map((d) => remove(d.path)));
	return own;
}

// src/domain/dep-info.ts
/** The files that a build read, as cargo writes them beside the program (`<program>.d`, the syntax of make). */
/** Spaces in a name are written with a backslash; a line that goes on ends with one. */
function readDepInfo(text) {
	const files = text.split("\n").flatMap((line) => {
		const at = line.search(/(?<!\\):(?:\s|$)/);
		return at < 0 ? [] : (line.slice(at + 1).match(/(?:\\.|[^\\\s])+/g) ?? []).map((word) => word.replace(/\\(.)/g, "$1"));
	});
	return [...new Set(files)].toSorted();
}

// src/adapters/build/uncommitted.ts
/** What a build read that no commit holds: files that git ignores, files outside the repository, a lock file just made. */
const shown = 50;
const pointer = "version https://git-lfs.github.com/spec/v1";
/** Null where everything that was read is of the commit. Failure U308 for a pointer in the place of its content. */
async function uncommittedIn(place, signal) {
	const root = await realpath(place.root);
	const made = await Promise.all([place.targetDir, process.env["CARGO_HOME"] || join$1(homedir(), ".cargo")].map((dir) => realpath(dir).catch(() => dir)));
	const listing = `${place.program}.d`;
	const text = await isInside(listing, place.targetDir) ? await readFile(listing, "utf8").catch(() => "") : "";
	const settings = configsAbove(place.workspace, place.enclosed ? root : "/");
	const files = [
		...readDepInfo(text).map((f) => resolve(place.workspace, f)),
		join$1(place.cargoRoot, "Cargo.lock"),
		...settings
	];
	const real = /* @__PURE__ */ new Set();
	for (const file of files) {
		const path = await realpath(file).catch(() => void 0);
		if (path !== void 0 && (await lstat(path)).isFile() && !made.some((dir) => path.startsWith(`${dir}/`))) real.add(path);
	}
	const listed = await gitAt(root, signal)([
		"ls-files",
		"-z",
		"--recurse-submodules"
	]);
	const tracked = new Set(listed.stdout.toString("utf8").split("\0"));
	const within = (path) => relative(root, path);
	await refusePointers([...real].filter((path) => tracked.has(within(path))), within);
	const others = [...real].filter((path) => !tracked.has(within(path))).toSorted();
	if (others.length === 0) return null;
	const hash = createHash("sha256");
	for (const path of others) hash.update(`\0${path}\0`).update(await readFile(path).catch(() => "not read"));
	return {
		count: others.length,
		paths: others.slice(0, shown).map((path) => within(path).startsWith("..") ? path : within(path)),
		digest: hash.digest("hex")
	};
}
/** Cargo reads the settings of every folder above the one that it is started in. */
function configsAbove(workspace, top) {
	const found = [];
	for (let at = workspace;; at = dirname(at)) {
		for (const name of ["config.toml", "config"]) {
			const file = join$1(at, ".cargo", name);
			if (existsSync(file)) found.push(file);
		}
		if (at === top || dirname(at) === at) return found;
	}
}
async function refusePointers(files, shownAs) {
	const pointers = [];
	for (const file of files) {
		const handle = await open(file).catch(() => void 0);
		if (handle === void 0) continue;
		try {
			const { buffer } = await handle.read(Buffer.alloc(42), 0, 42, 0);
			if (buffer.toString("latin1") === pointer) pointers.push(shownAs(file));
		} finally {
			await handle.close();
		}
	}
	if (pointers.length > 0) throw new Failure({
		code: "U308",
		message: `the program was built from ${pointers.length} pointer(s) of Git LFS instead of the content: ${pointers.slice(0, 5).join(", ")}`,
		remedy: "git lfs pull"
	});
}

// node_modules/smol-toml/dist/error.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
function getLineColFromPtr(string, ptr) {
	let lines = string.slice(0, ptr).split(/\r?\n/);
	return [lines.length, lines.pop().length + 1];
}
function makeCodeBlock(string, line, column) {
	let lines = string.split(/\r?\n/);
	let codeblock = "";
	let numberLen = (Math.log10(line + 1) | 0) + 1;
	for (let i = line - 1; i <= line + 1; i++) {
		let l = lines[i - 1];
		if (!l) continue;
		codeblock += i.toString().padEnd(numberLen, " ");
		codeblock += ":  ";
		codeblock += l;
		codeblock += "\n";
		if (i === line) {
			codeblock += " ".repeat(numberLen + column + 2);
			codeblock += "^\n";
		}
	}
	return codeblock;
}
var TomlError = class TomlError extends Error {
	line;
	column;
	codeblock;
	constructor(message, options) {
		const [line, column] = getLineColFromPtr(options.toml, options.ptr);
		const codeblock = makeCodeBlock(options.toml, line, column);
		super(`Invalid TOML document: ${message}\n\n${codeblock}`, options);
		this.line = line;
		this.column = column;
		this.codeblock = codeblock;
	}
	/** @internal */
	static x(message, ctx, ptr) {
		throw new TomlError(message, {
			toml: ctx.s,
			ptr: ptr ?? ctx.p
		});
	}
};

// node_modules/smol-toml/dist/primitive.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
/** @internal */
function parseString(ctx) {
	let startPtr = ctx.p;
	let c = ctx.s.charCodeAt(ctx.p++);
	let first = c;
	let isLiteral = c === 39;
	let isMultiline = c === ctx.s.charCodeAt(ctx.p) && c === ctx.s.charCodeAt(ctx.p + 1);
	if (isMultiline) {
		if ((c = ctx.s.charCodeAt(ctx.p += 2)) === 10) ctx.p++;
		else if (c === 13 && ctx.s.charCodeAt(ctx.p + 1) === 10) ctx.p += 2;
	}
	let parsed = "";
	let sliceStart = ctx.p;
	let state = 0;
	for (; ctx.p < ctx.s.length; ctx.p++) {
		c = ctx.s.charCodeAt(ctx.p);
		if (isMultiline && (c === 10 || c === 13 && ctx.s.charCodeAt(ctx.p + 1) === 10)) state = state && 3;
		else if (c < 32 && c !== 9 || c === 127) TomlError.x("control characters are not allowed in strings", ctx);
		else if ((!state || state === 3) && c === first && (!isMultiline || ctx.s.charCodeAt(ctx.p + 1) === first && ctx.s.charCodeAt(ctx.p + 2) === first)) {
			if (isMultiline) {
				if (ctx.s.charCodeAt(ctx.p + 3) === first) ctx.p++;
				if (ctx.s.charCodeAt(ctx.p + 3) === first) ctx.p++;
			}
			if (!state) {
				let s = ctx.s.slice(sliceStart, ctx.p);
				parsed = parsed ? parsed + s : s;
			}
			ctx.p += isMultiline ? 3 : 1;
			return parsed;
		} else if (!state) {
			if (!isLiteral && c === 92) {
				parsed += ctx.s.slice(sliceStart, sliceStart = ctx.p);
				state = 1;
			}
		} else if (state === 1) {
			if (c === 120 || c === 117 || c === 85) {
				let errPtr = ctx.p++ - 1;
				let value = 0;
				let len = c === 120 ? 2 : c === 117 ? 4 : 8;
				for (let j = 0; j < len; j++, ctx.p++) {
					let hex = ctx.s.charCodeAt(ctx.p);
					let digit = hex >= 48 && hex <= 57 ? hex - 48 : hex >= 65 && hex <= 70 ? hex - 65 + 10 : hex >= 97 && hex <= 102 ? hex - 97 + 10 : -1;
					if (digit < 0) TomlError.x("invalid non-hex character in unicode escape", ctx);
					value = value << 4 | digit;
				}
				if (value < 0 || value > 1114111 || value >= 55296 && value <= 57343) TomlError.x("invalid unicode escape", ctx, errPtr);
				parsed += String.fromCodePoint(value);
				sliceStart = ctx.p--;
				state = 0;
			} else if (isMultiline && (c === 32 || c === 9)) state = 2;
			else {
				if (c === 98) parsed += "\b";
				else if (c === 116) parsed += "	";
				else if (c === 110) parsed += "\n";
				else if (c === 102) parsed += "\f";
				else if (c === 114) parsed += "\r";
				else if (c === 101) parsed += "\x1B";
				else if (c === 34) parsed += "\"";
				else if (c === 92) parsed += "\\";
				else TomlError.x("unrecognised escape sequence", ctx);
				sliceStart = ctx.p + 1;
				state = 0;
			}
		} else if (c !== 32 && c !== 9) {
			if (state === 2) TomlError.x("invalid escape: only line-ending whitespace may be escaped", ctx, sliceStart);
			state = !isLiteral && c === 92 ? 1 : 0;
			sliceStart = ctx.p;
		}
	}
	TomlError.x("unfinished string", ctx, startPtr);
}

// node_modules/smol-toml/dist/date.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
let DATE_TIME_RE = /^(\d{4}-\d{2}-\d{2})?[Tt ]?(?:(\d{2}):\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|z|[-+]\d{2}:\d{2})?$/i;
var TomlDate = class TomlDate extends Date {
	#hasDate = false;
	#hasTime = false;
	#offset = null;
	constructor(date, fasttype, unsafeDelim) {
		let hasDate = true;
		let hasTime = true;
		let offset = "Z";
		let c;
		if (typeof date === "string") {
			if (fasttype) prep: {
				if (fasttype < 3) {
					if (+date.slice(11, 13) > 23) {
						date = "";
						break prep;
					}
					if (fasttype === 2) {
						offset = null;
						date += "Z";
					} else if ((c = date.charCodeAt(date.length - 1)) !== 90 && c !== 122) offset = date.slice(date.length - 6);
					if (unsafeDelim) date = date.slice(0, 10) + "T" + date.slice(11);
				} else if (fasttype === 4) date = +date.slice(0, 2) > 23 ? "" : `0000-01-01T${date}Z`;
				hasDate = fasttype !== 4;
				hasTime = fasttype !== 3;
			}
			else {
				let match = date.match(DATE_TIME_RE);
				if (match) {
					if (!match[1]) {
						hasDate = false;
						date = `0000-01-01T${date}`;
					}
					hasTime = !!match[2];
					hasTime && date[10] === " " && (date = date.replace(" ", "T"));
					if (match[2] && +match[2] > 23) date = "";
					else {
						offset = match[3] || null;
						if (!offset && hasTime) date += "Z";
					}
				} else date = "";
			}
		}
		super(date);
		if (!isNaN(this.getTime())) {
			this.#hasDate = hasDate;
			this.#hasTime = hasTime;
			this.#offset = offset;
		}
	}
	isDateTime() {
		return this.#hasDate && this.#hasTime;
	}
	isLocal() {
		return !this.#hasDate || !this.#hasTime || !this.#offset;
	}
	isDate() {
		return this.#hasDate && !this.#hasTime;
	}
	isTime() {
		return this.#hasTime && !this.#hasDate;
	}
	isValid() {
		return this.#hasDate || this.#hasTime;
	}
	toISOString() {
		let iso = super.toISOString();
		if (this.isDate()) return iso.slice(0, 10);
		if (this.isTime()) return iso.slice(11, 23);
		if (this.#offset === null) return iso.slice(0, -1);
		if (this.#offset === "Z" || this.#offset === "z") return iso;
		let offset = +this.#offset.slice(1, 3) * 60 + +this.#offset.slice(4, 6);
		offset = this.#offset[0] === "-" ? offset : -offset;
		return (/* @__PURE__ */ new Date(this.getTime() - offset * 6e4)).toISOString().slice(0, -1) + this.#offset;
	}
	static wrapAsOffsetDateTime(jsDate, offset = "Z") {
		let date = new TomlDate(jsDate);
		date.#offset = offset;
		return date;
	}
	static wrapAsLocalDateTime(jsDate) {
		let date = new TomlDate(jsDate);
		date.#offset = null;
		return date;
	}
	static wrapAsLocalDate(jsDate) {
		let date = new TomlDate(jsDate);
		date.#hasTime = false;
		date.#offset = null;
		return date;
	}
	static wrapAsLocalTime(jsDate) {
		let date = new TomlDate(jsDate);
		date.#hasDate = false;
		date.#offset = null;
		return date;
	}
};

// node_modules/smol-toml/dist/extract.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
function isDigit(char, base = 10) {
	return base === 16 ? char > 47 && char < 58 || char > 64 && char < 71 || char > 96 && char < 103 : char > 47 && char < 48 + base;
}
function isEndOfValue(char, delim) {
	return char === 32 || char === 9 || char === 10 || char === 13 || delim && (char === delim || char === 44) || char === 35;
}
/** @internal */
function extractValue(ctx, end) {
	let errPtr = ctx.p;
	let c = ctx.s.charCodeAt(ctx.p);
	if (c === 91 || c === 123) {
		ctx.d-- || TomlError.x("document contains excessively nested structures. aborting.", ctx);
		let value = c === 91 ? parseArray(ctx) : parseInlineTable(ctx);
		ctx.d++;
		return value;
	}
	if (c === 34 || c === 39) return parseString(ctx);
	if (c === 116) {
		if (ctx.s.charCodeAt(++ctx.p) !== 114 || ctx.s.charCodeAt(++ctx.p) !== 117 || ctx.s.charCodeAt(++ctx.p) !== 101) TomlError.x("invalid value", ctx, errPtr);
		return ctx.p++, true;
	}
	if (c === 102) {
		if (ctx.s.charCodeAt(++ctx.p) !== 97 || ctx.s.charCodeAt(++ctx.p) !== 108 || ctx.s.charCodeAt(++ctx.p) !== 115 || ctx.s.charCodeAt(++ctx.p) !== 101) TomlError.x("invalid value", ctx, errPtr);
		return ctx.p++, false;
	}
	if (c === 43 || c === 45) return parseNumber(ctx, ctx.p, ctx.s.charCodeAt(++ctx.p), 44 - c, end);
	if (ctx.s.charCodeAt(ctx.p + 4) === 45 && ctx.s.charCodeAt(ctx.p + 7) === 45) return parseDate(ctx, c, end);
	if (ctx.s.charCodeAt(ctx.p + 2) === 58) return parseTime(ctx, c, end);
	return parseNumber(ctx, ctx.p, c, 0, end);
}
function parseNumber(ctx, startPtr, startChr, sign, endChr) {
	let c = startChr;
	let state = 0;
	let hasUnderscores = false;
	if (c === 105) {
		if (ctx.s.charCodeAt(++ctx.p) !== 110 || ctx.s.charCodeAt(++ctx.p) !== 102) TomlError.x("invalid value", ctx, startPtr);
		return ctx.p++, (sign || 1) / 0;
	}
	if (c === 110) {
		if (ctx.s.charCodeAt(++ctx.p) !== 97 || ctx.s.charCodeAt(++ctx.p) !== 110) TomlError.x("invalid value", ctx, startPtr);
		return ctx.p++, NaN;
	}
	if (c === 48) {
		if (++ctx.p >= ctx.s.length || isEndOfValue(c = ctx.s.charCodeAt(ctx.p), endChr)) return ctx.bi === true ? 0n : 0;
		if (!sign) {
			if (c === 120) return parseIntegerBaseN(ctx, startPtr, 16, endChr);
			else if (c === 98) return parseIntegerBaseN(ctx, startPtr, 2, endChr);
			else if (c === 111) return parseIntegerBaseN(ctx, startPtr, 8, endChr);
		}
		if (c === 46) state = 2;
		else if (c === 101 || c === 69) state = 4;
		else TomlError.x("illegal leading zero", ctx, startPtr);
	} else if (!isDigit(c)) TomlError.x("invalid value", ctx, startPtr);
	while (++ctx.p < ctx.s.length && (c = ctx.s.charCodeAt(ctx.p), !isEndOfValue(c, endChr))) {
		if (!state) state = 1;
		if (c === 95) {
			if (!(state & 1)) TomlError.x("illegal underscore", ctx);
			state += 11;
			hasUnderscores = true;
		} else if (state === 1 && c === 46) state = 2;
		else if ((state === 1 || state === 3) && (c === 101 || c === 69)) state = 4;
		else if (state === 4 && (c === 43 || c === 45)) state = 6;
		else if (!isDigit(c)) TomlError.x(`illegal character in numeric literal`, ctx);
		else if (state > 9) state -= 11;
		else if (!(state & 1)) state++;
	}
	if (!state) {
		let val = (startChr - 48) * (sign || 1);
		return ctx.bi === true ? BigInt(val) : val;
	}
	if (!(state & 1)) TomlError.x("unfinished numeric value", ctx, startPtr);
	let str = ctx.s.slice(startPtr, ctx.p);
	if (hasUnderscores) str = str.replaceAll("_", "");
	return state > 1 ? parseFloat(str) : parseInteger(ctx, str, 10, startPtr);
}
function parseIntegerBaseN(ctx, startPtr, base, endChr) {
	let c, underscore = 1;
	while (++ctx.p < ctx.s.length && (c = ctx.s.charCodeAt(ctx.p), !isEndOfValue(c, endChr))) if (c === 95) {
		if (underscore & 1) TomlError.x("illegal underscore", ctx);
		underscore = 3;
	} else if (!isDigit(c, base)) TomlError.x(`illegal character in numeric literal`, ctx);
	else if (underscore & 1) underscore--;
	if (underscore & 1) TomlError.x("unfinished numeric value", ctx);
	let str = ctx.s.slice(startPtr + 2, ctx.p);
	if (underscore) str = str.replaceAll("_", "");
	return parseInteger(ctx, str, base, startPtr);
}
function parseInteger(ctx, str, base, startPtr) {
	if (ctx.bi !== true) int: {
		let val = parseInt(str, base);
		if (!Number.isSafeInteger(val)) {
			if (ctx.bi) break int;
			TomlError.x("integer value cannot be represented losslessly", ctx, startPtr);
		}
		return val;
	}
	return base === 10 ? BigInt(str) : BigInt((base === 2 ? "0b" : base === 8 ? "0o" : "0x") + str);
}
function parseDate(ctx, c, endChr) {
	let startPtr = ctx.p++, unsafeSeparator;
	if (!isDigit(c) || !isDigit(ctx.s.charCodeAt(ctx.p++)) || !isDigit(ctx.s.charCodeAt(ctx.p++)) || !isDigit(ctx.s.charCodeAt(ctx.p++))) return parseNumber(ctx, ctx.p = startPtr, c, 0, endChr);
	ctx.p += 5;
	if (!isDigit(ctx.s.charCodeAt(ctx.p++))) TomlError.x("invalid date-time: date part is malformed", ctx, startPtr);
	if (ctx.p >= ctx.s.length || ((c = ctx.s.charCodeAt(ctx.p)) !== 32 || (unsafeSeparator = true, !isDigit(ctx.s.charCodeAt(ctx.p + 1)))) && c !== 84 && c !== 116) return readDate(ctx, ctx.s.slice(startPtr, ctx.p), 3, false, startPtr);
	if (ctx.s.charCodeAt(ctx.p += 3) !== 58) TomlError.x("invalid date-time: time part is malformed", ctx, startPtr);
	if (ctx.s.charCodeAt(ctx.p += 3) === 58) ctx.p += 3;
	if (ctx.s.charCodeAt(ctx.p) === 46) while (isDigit(ctx.s.charCodeAt(++ctx.p)));
	if (c = ctx.s.charCodeAt(ctx.p)) {
		if (c === 90 || c === 122) return readDate(ctx, ctx.s.slice(startPtr, ++ctx.p), 1, unsafeSeparator, startPtr, "[+00:00]");
		if (c === 43 || c === 45) return readDate(ctx, ctx.s.slice(startPtr, ctx.p += 6), 1, unsafeSeparator, startPtr, !ctx.ld && "[" + ctx.s.slice(ctx.p - 6, ctx.p) + "]");
	}
	return readDate(ctx, ctx.s.slice(startPtr, ctx.p), 2, unsafeSeparator, startPtr);
}
function parseTime(ctx, c, endChr) {
	let start = ctx.p;
	if (!isDigit(c) || !isDigit(ctx.s.charCodeAt(++ctx.p))) return parseNumber(ctx, --ctx.p, c, 0, endChr);
	if (ctx.s.charCodeAt(ctx.p += 4) === 58) ctx.p += 3;
	if (ctx.s.charCodeAt(ctx.p) === 46) while (isDigit(ctx.s.charCodeAt(++ctx.p)));
	return readDate(ctx, ctx.s.slice(start, ctx.p), 4, false, start);
}
function readDate(ctx, str, type, unsafeDelim, errPtr, temporalSuffix) {
	if (ctx.ld) {
		let date = new TomlDate(str, type, unsafeDelim);
		if (!date.isValid()) TomlError.x("invalid date", ctx, errPtr);
		return date;
	}
	try {
		if (temporalSuffix) str += temporalSuffix;
		switch (type) {
			case 1: return Temporal.ZonedDateTime.from(str);
			case 2: return Temporal.PlainDateTime.from(str);
			case 3: return Temporal.PlainDate.from(str);
			case 4: return Temporal.PlainTime.from(str);
		}
	} catch (e) {
		TomlError.x(e instanceof Error ? e.message : "" + e, ctx, errPtr);
	}
}

// node_modules/smol-toml/dist/util.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
/** @internal */
function skipComment(ctx) {
	for (; ctx.p < ctx.s.length; ctx.p++) {
		let c = ctx.s.charCodeAt(ctx.p);
		if (c === 10) break;
		if (c === 13 && ctx.s.charCodeAt(ctx.p + 1) === 10) {
			ctx.p++;
			break;
		}
		if (c < 32 && c !== 9 || c === 127) TomlError.x("control characters are not allowed in comments", ctx);
	}
}
/** @internal */
function skipVoid(ctx, banNewLines, banComments) {
	let c;
	while (ctx.p < ctx.s.length) {
		while (ctx.p < ctx.s.length && ((c = ctx.s.charCodeAt(ctx.p)) === 32 || c === 9 || !banNewLines && (c === 10 || c === 13 && ctx.s.charCodeAt(ctx.p + 1) === 10))) ctx.p++;
		if (banComments || c !== 35) break;
		skipComment(ctx);
	}
}

// node_modules/smol-toml/dist/struct.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
/** @internal */
function parseKey(ctx, end = 61) {
	let startPtr;
	let state = 0;
	let parsed = [];
	let sliceStart;
	let c = ctx.s.charCodeAt(startPtr = ctx.p);
	do
		if (c === end) {
			if (!state) TomlError.x("unexpected end of key", ctx);
			if (state === 1) parsed.push(ctx.s.slice(sliceStart, ctx.p));
			return ctx.p++, parsed;
		} else if (c === 46) {
			if (!state) TomlError.x("illegal empty bare key", ctx);
			if (state === 1) parsed.push(ctx.s.slice(sliceStart, ctx.p));
			state = 0;
		} else if (!state && (c === 34 || c === 39)) {
			if (c === ctx.s.charCodeAt(ctx.p + 1) && c === ctx.s.charCodeAt(ctx.p + 2)) TomlError.x("illegal quoted key: multiline strings are not allowed", ctx);
			parsed.push(parseString(ctx));
			state = 2;
			ctx.p--;
		} else if (c === 32 || c === 9) {
			if (state === 1) {
				parsed.push(ctx.s.slice(sliceStart, ctx.p));
				state = 2;
			}
		} else if (state === 2 || c < 48 && c !== 45 || c > 57 && c < 65 || c > 90 && c < 97 && c !== 95 || c > 122) TomlError.x("illegal character in key", ctx);
		else if (!state) {
			state = 1;
			sliceStart = ctx.p;
		}
	while (c = ctx.s.charCodeAt(++ctx.p));
	TomlError.x("incomplete key-value: cannot find end of key", ctx, startPtr);
}
/** @internal */
function parseInlineTable(ctx) {
	let startPtr = ctx.p++;
	let res = Object.create(null);
	let seen = /* @__PURE__ */ new Set();
	let c;
	while (ctx.p < ctx.s.length) {
		skipVoid(ctx);
		if ((c = ctx.s.charCodeAt(ctx.p)) === 125) {
			ctx.p++;
			return res;
		}
		let k;
		let t = res;
		let hasOwn = false;
		let errPtr = ctx.p;
		let key = parseKey(ctx);
		for (let i = 0; i < key.length; i++) {
			if (i) t = hasOwn ? t[k] : t[k] = Object.create(null);
			k = key[i];
			if ((hasOwn = Object.hasOwn(t, k)) && (typeof t[k] !== "object" || seen.has(t[k]))) TomlError.x("trying to redefine an already defined value", ctx, errPtr);
			let unsafe = k === "__proto__";
			if (ctx.uk && (unsafe || k === "constructor")) {
				t = ctx.uk !== 1 && TomlError.x("document contains an unsafe property", ctx, errPtr);
				break;
			}
			if (!hasOwn && unsafe) Object.defineProperty(t, k, {
				enumerable: true,
				configurable: true,
				writable: true
			});
		}
		if (hasOwn) TomlError.x("trying to redefine an already defined value", ctx, errPtr);
		skipVoid(ctx, true, true);
		let value = extractValue(ctx, 125);
		if (t && typeof (t[k] = value) === "object") seen.add(value);
		skipVoid(ctx);
		if ((c = ctx.s.charCodeAt(ctx.p++)) === 125) return res;
		if (c !== 44) TomlError.x("expected comma or end of structure", ctx, ctx.p - 1);
	}
	TomlError.x("unfinished table", ctx, startPtr);
}
/** @internal */
function parseArray(ctx) {
	let startPtr = ctx.p++;
	let res = [];
	let c;
	while (ctx.p < ctx.s.length) {
		skipVoid(ctx);
		if ((c = ctx.s.charCodeAt(ctx.p)) === 93) {
			ctx.p++;
			return res;
		}
		res.push(extractValue(ctx, 93));
		skipVoid(ctx);
		if ((c = ctx.s.charCodeAt(ctx.p++)) === 93) return res;
		if (c !== 44) TomlError.x("expected comma or end of structure", ctx, ctx.p - 1);
	}
	TomlError.x("unfinished array", ctx, startPtr);
}

// node_modules/smol-toml/dist/parse.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
function peekTable(ctx, key, table, meta, type) {
	let t = table;
	let m = meta;
	let k;
	let hasOwn = false;
	let state;
	for (let i = 0; i < key.length; i++) {
		if (i) {
			t = hasOwn ? t[k] : t[k] = Object.create(null);
			m = (state = m[k]).c;
			if (type === 0 && (state.t === 1 || state.t === 2)) return null;
			if (state.t === 2) {
				let l = t.length - 1;
				t = t[l];
				m = m[l].c;
			}
		}
		k = key[i];
		if ((hasOwn = Object.hasOwn(t, k)) && m[k]?.t === 0 && m[k]?.d) return null;
		if (!hasOwn) {
			let unsafe = k === "__proto__";
			if (ctx.uk && (unsafe || k === "constructor")) return false;
			if (unsafe) {
				Object.defineProperty(t, k, {
					enumerable: true,
					configurable: true,
					writable: true
				});
				Object.defineProperty(m, k, {
					enumerable: true,
					configurable: true,
					writable: true
				});
			}
			m[k] = {
				t: i < key.length - 1 && type === 2 ? 3 : type,
				d: false,
				i: 0,
				c: Object.create(null)
			};
		}
	}
	state = m[k];
	if (state.t !== type && !(type === 1 && state.t === 3)) return null;
	if (type === 2) {
		if (!state.d) {
			state.d = true;
			t[k] = [];
		}
		t[k].push(t = Object.create(null));
		state.c[state.i++] = state = {
			t: 1,
			d: false,
			i: 0,
			c: Object.create(null)
		};
	}
	if (state.d) return null;
	state.d = true;
	if (type === 1) t = hasOwn ? t[k] : t[k] = Object.create(null);
	else if (type === 0 && hasOwn) return null;
	return [
		k,
		t,
		state.c
	];
}
function validateTablePeek(ctx, peek, ptr) {
	if (peek === null || ctx.uk === 2) TomlError.x(peek === null ? "trying to redefine an already defined table or value" : "document contains an unsafe property", ctx, ptr);
}
function parse(toml, options = {}) {
	let ctx = {
		s: toml,
		p: 0,
		d: options.maxDepth ?? 1e3,
		bi: options.integersAsBigInt ?? false,
		ld: options.useLegacyDate ?? true,
		uk: options.unsafeKeyBehaviour === "throw" ? 2 : options.unsafeKeyBehaviour === "drop" ? 1 : 0
	};
	let res = Object.create(null);
	let meta = Object.create(null);
	let tmp;
	let skipping = false;
	let tbl = res;
	let m = meta;
	if (toml.charCodeAt(0) === 65279) ctx.p++;
	skipVoid(ctx);
	while (ctx.p < toml.length) {
		if (toml.charCodeAt(ctx.p) === 91) {
			let isTableArray = toml.charCodeAt(++ctx.p) === 91;
			tmp = ctx.p += +isTableArray;
			skipping = false;
			let k = parseKey(ctx, 93);
			if (isTableArray) {
				if (toml.charCodeAt(ctx.p) !== 93) TomlError.x("expected end of table array declaration", ctx);
				ctx.p++;
			}
			let p = peekTable(ctx, k, res, meta, isTableArray ? 2 : 1);
			if (!p) {
				validateTablePeek(ctx, p, tmp);
				skipping = true;
			} else {
				m = p[2];
				tbl = p[1];
			}
		} else {
			tmp = ctx.p;
			let p = peekTable(ctx, parseKey(ctx), tbl, m, 0);
			if (!p && !skipping) validateTablePeek(ctx, p, tmp);
			skipVoid(ctx, true, true);
			let v = extractValue(ctx, void 0);
			if (p && !skipping) p[1][p[0]] = v;
		}
		skipVoid(ctx, true);
		if (ctx.p < toml.length && (tmp = toml.charCodeAt(ctx.p)) !== 10 && (tmp !== 13 || toml.charCodeAt(ctx.p + 1) !== 10)) TomlError.x("each key-value declaration must be followed by an end-of-line", ctx);
		skipVoid(ctx);
	}
	return res;
}

// node_modules/smol-toml/dist/stringify.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
let HAS_WELLFORMED = !!"".isWellFormed;

// node_modules/smol-toml/dist/index.js
/*!
* Copyright (c) Squirrel Chat et al., All rights reserved.
* SPDX-License-Identifier: BSD-3-Clause
*
* Redistribution and use in source and binary forms, with or without
* modification, are permitted provided that the following conditions are met:
*
* 1. Redistributions of source code must retain the above copyright notice, this
*    list of conditions and the following disclaimer.
* 2. Redistributions in binary form must reproduce the above copyright notice,
*    this list of conditions and the following disclaimer in the
*    documentation and/or other materials provided with the distribution.
* 3. Neither the name of the copyright holder nor the names of its contributors
*    may be used to endorse or promote products derived from this software without
*    specific prior written permission.
*
* THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
* ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
* WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
* DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
* FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
* DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
* SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
* CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
* OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
* OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/

// src/adapters/build/path-dependencies.ts
/** Dependencies by path that lead out of a repository, as its manifests name them; no program of the project is run. */
/** `manifests`: the Cargo.toml files to begin with, relative to the repository; those that they lead to are followed. */
async function pathsOutside(manifests, read) {
	const outside = /* @__PURE__ */ new Set();
	const seen = /* @__PURE__ */ new Set();
	const queue = [...manifests];
	for (let manifest = queue.pop(); manifest !== void 0; manifest = queue.pop()) {
		if (seen.has(manifest)) continue;
		seen.add(manifest);
		const text = await read(manifest);
		if (text === void 0) continue;
		for (const path of pathsIn(tableOf(text))) {
			const place = isAbsolute$1(path) ? normalize(path) : normalize(join$2(manifest, "..", path));
			if (isAbsolute$1(place) || place === ".." || place.startsWith("../")) outside.add(path);
			else queue.push(join$2(place, "Cargo.toml"));
		}
	}
	return [...outside].toSorted();
}
/** Every table that holds dependencies, of the package, its targets, the workspace, and what stands in for others. */
function pathsIn(manifest) {
	const kinds = [
		"dependencies",
		"dev-dependencies",
		"build-dependencies"
	];
	const targets = Object.values(table(manifest["target"])).map(table);
	const holders = [
		manifest,
		table(manifest["workspace"]),
		...targets
	].flatMap((one) => kinds.map((kind) => one[kind]));
	const patches = Object.values(table(manifest["patch"]));
	return [
		...holders,
		...patches,
		manifest["replace"]
	].flatMap((one) => Object.values(table(one))).flatMap((dependency) => {
		const { path } = table(dependency);
		return typeof path === "string" ? [path] : [];
	});
}
const table = (value) => typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
/** What is no TOML is told by cargo. */
function tableOf(text) {
	try {
		return parse(text.replace(/^\uFEFF/, ""));
	} catch {
		return {};
	}
}

// src/adapters/build/whole-commit.ts
/** One sentence that names it, or null. */
async function besideTheCommit(source, signal) {
	const git = gitAt(source.root, signal);
	const tree = (await git([
		"ls-tree",
		"-r",
		"-z",
		source.commit
	])).stdout.toString("utf8").split("\0");
	const submodules = tree.flatMap((line) => line.startsWith("160000 ") ? [line.slice(line.indexOf("	") + 1)] : []);
	if (submodules.length > 0) return `the commit has ${named$1("submodule", submodules)}, which are repositories of their own`;
	const all = tree.filter(Boolean).map((line) => line.slice(line.indexOf("	") + 1));
	const within = source.subdir === "" ? "" : `${source.subdir}/`;
	const manifests = all.filter((path) => path.startsWith(within) && /(?:^|\/)Cargo\.toml$/.test(path));
	const outside = await pathsOutside(manifests, (path) => git([
		"cat-file",
		"blob",
		`${source.commit}:${path}`
	]).then(({ stdout }) => stdout.toString("utf8"), () => void 0));
	if (outside.length > 0) return `the workspace depends on ${named$1("package", outside)} outside of the repository`;
	const words = (await git([
		"check-attr",
		"--cached",
		"-z",
		"--stdin",
		"filter"
	], {
		input: all.map((file) => `${file}\0`).join(""),
		timeoutMs: 3e5
	})).stdout.toString("utf8").split("\0");
	const filtered = words.flatMap((path, i) => {
		const value = words[i + 2] ?? "";
		return i % 3 !== 0 || path === "" || [
			"unspecified",
			"unset",
			"set",
			""
		].includes(value) ? [] : [{
			path,
			value
		}];
	});
	const [first] = filtered;
	if (first === void 0) return null;
	const paths = filtered.filter(({ value }) => value === first.value).map(({ path }) => path);
	return `the commit holds only what the filter ${first.value} made of ${named$1("file", paths)}`;
}
const named$1 = (what, paths) => `${paths.length} ${what}${paths.length === 1 ? "" : "s"} (${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ", …" : ""})`;

// src/adapters/build/obtain-binary.ts
/** One binary to test, whichever way it comes: zigbuild here, the native build where that cannot work, a given file, a release asset. */
/** {@link NeedsNativeBuild}: zigbuild failed for a toolchain reason and there is a build host; ask again with what it names. */
async function obtainBinary(options) {
	const { source, binary, log, signal, clock } = options;
	const started = clock.now();
	switch (source.kind) {
		case "build": return built(options, source.workspace, source.native === true);
		case "file": return kept(options, await givenFile(source.path, binary.name, signal), {
			source: "file",
			from: {
				kind: "file",
				path: source.path
			},
			uncommitted: null,
			toolchain: null,
			glibc: null,
			argv: [],
			seconds: (clock.now() - started) / 1e3,
			sandbox: null,
			before: []
		});
		case "release": {
			log.info(`fetching ${source.asset} of ${source.repository} ${source.tag}`);
			const { data, digest, tag } = await releaseAsset({
				...source,
				program: binary.name,
				timeoutMs: options.timeoutMs,
				signal,
				...options.github
			});
			return kept(options, data, {
				source: "release",
				from: {
					kind: "release",
					repository: source.repository,
					tag,
					asset: source.asset,
					digest
				},
				uncommitted: null,
				toolchain: null,
				glibc: null,
				argv: [],
				seconds: (clock.now() - started) / 1e3,
				sandbox: null,
				before: []
			});
		}
	}
}
async function built(options, workspace, native) {
	const { project, binary, log, clock, signal, cacheDir, timeoutMs } = options;
	const from = await readSource(workspace, signal);
	const before = options.before ?? [];
	if (native || before.length > 0) return natively(options, before, from);
	const common = {
		argv: binary.build,
		target: binary.target,
		timeoutMs,
		log,
		clock,
		signal
	};
	const sandboxDir = join$1(cacheDir, "sandbox", project);
	const targets = await writtenFolder(sandboxDir, "target", signal);
	const zig = await buildWithZig({
		...common,
		workspace,
		glibc: binary.glibc,
		cacheDir,
		sandboxDir,
		targetDir: await targetDirectory(targets.path, workspace, targets.remove),
		unenclosed: options.unenclosed,
		...options.env === void 0 ? {} : { env: options.env }
	});
	switch (afterZigbuild(zig)) {
		case "use": return finish(options, zig, await sameSource(from, workspace, signal), []);
		case "fail": throw failed(zig, []);
		case "native": return elsewhere(options, zig, from);
	}
}
async function elsewhere(options, zig, from) {
	const before = [{
		source: "zigbuild",
		reason: zig.reason,
		message: zig.message
	}];
	const not = await notNatively(options, from);
	if (not !== null) throw failed(zig, before, not);
	options.log.warn(`zigbuild failed (${zig.message}); building natively on the build host`);
	return { elsewhere: before };
}
async function notNatively(options, from) {
	if (options.buildHost === void 0) return "no build host is known for a native build";
	if (from.kind === "none") return `a native build needs a git commit, and ${from.why}`;
	const beside = await besideTheCommit(from, options.signal);
	return beside === null ? null : `a native build sends the commit alone, and ${beside}`;
}
async function natively(options, before, from) {
	const not = await notNatively(options, from);
	if (options.buildHost === void 0 || from.kind === "none" || not !== null) throw new Failure({
		code: "I318",
		message: not ?? "no native build is possible"
	});
	const remote = await options.buildHost();
	const { project, binary, log, clock, signal, timeoutMs } = options;
	return finish(options, await buildNative({
		remote,
		project,
		source: from,
		argv: binary.localBuild ?? binary.build,
		target: binary.target,
		outDir: join$1(options.cacheDir, "fetched", project),
		timeoutMs,
		log,
		clock,
		signal
	}), from, before);
}
async function finish(options, result, from, before) {
	if (result.kind === "failed") throw failed(result, before);
	const { source, toolchain, glibc, argv, seconds, sandbox } = result;
	const data = await readFile(result.path);
	if (sha256(data) !== result.sha256) throw new Failure({
		code: "B302",
		message: `${result.path} changed after it was built: does another build run in this directory?`
	});
	return kept(options, data, {
		source,
		from,
		uncommitted: await readBesides(options, result, from),
		toolchain,
		glibc,
		argv,
		seconds,
		sandbox,
		before
	});
}
const readBesides = async (o, { here, path }, from) => here === void 0 || from.kind === "none" ? null : uncommittedIn({
	root: from.root,
	workspace: join$1(from.root, from.subdir),
	program: path,
	...here
}, o.signal);
/** A source that moved during the build belongs to no commit that could be named. Commits elsewhere in the repository do not move it. */
async function sameSource(before, workspace, signal) {
	const after = await readSource(workspace, signal);
	if (content(after) === content(before)) return before;
	throw new Failure({
		code: "B303",
		message: `the source in ${workspace} changed while it was built`,
		remedy: "git status"
	});
}
const content = (s) => s.kind === "none" ? "" : `${s.tree} ${s.dirty?.digest}`;
async function kept(options, data, facts) {
	const digest = sha256(data);
	try {
		const record = {
			...facts,
			name: options.binary.name,
			sha256: digest,
			bytes: data.length,
			elf: readElf(data)
		};
		return {
			path: await storeProgram(data, join$1(options.outDir, digest), options.binary.name),
			record
		};
	} catch (error) {
		if (!(error instanceof ElfError)) throw error;
		throw new Failure({
			code: "U304",
			message: `${options.binary.name} is no program for Linux: ${error.message}`
		}, error);
	}
}

// src/adapters/concealing.ts
/** Searches what is written into a session's evidence for secrets, and takes them out before anything is sealed. */
/** Evidence is text: a log, JSON, lines of JSON. Byte for byte the same where nothing was found. */
function concealing(files, secrets) {
	const redact = redactor(secrets.map((s) => Buffer.from(s, "utf8").toString("latin1")));
	const ofText = redactor(secrets);
	const taken = /* @__PURE__ */ new Set();
	const clean = (path, data) => {
		if (!/(?:^|\/)evidence\//.test(path)) return data;
		const { text, found } = redact(Buffer.from(data).toString("latin1"));
		for (const what of found) taken.add(`${path.slice(path.indexOf("evidence/"))} held ${what}`);
		return found.length === 0 ? data : Buffer.from(text, "latin1");
	};
	return {
		files: {
			...files,
			write: (path, data) => files.write(path, clean(path, data)),
			append: (path, data) => files.append(path, Buffer.from(clean(path, data)).toString("utf8"))
		},
		conceal: (value) => redactIn(value, ofText, (what) => {
			taken.add(`a value held ${what}`);
		}),
		takenOut: () => [...taken]
	};
}

// src/adapters/ssh/deadline.ts
/** setTimeout fires at once above this. */
const longestTimer = 2 ** 31 - 1;
/**
* Runs `work` under the limit. Passing it rejects with `late()`, an abort with the signal's reason, both at once;
* `work` sees either by its signal. `life` is a second signal, of whatever the call belongs to.
*/
async function withDeadline(limit, late, work, life) {
	limit.signal.throwIfAborted();
	life?.throwIfAborted();
	const own = new AbortController();
	const relay = () => own.abort((life?.aborted === true ? life : limit.signal).reason);
	limit.signal.addEventListener("abort", relay, { once: true });
	life?.addEventListener("abort", relay, { once: true });
	const timer = setTimeout(() => own.abort(late()), Math.min(limit.timeoutMs, longestTimer));
	try {
		return await orAbort(own.signal, work(own.signal));
	} finally {
		clearTimeout(timer);
		limit.signal.removeEventListener("abort", relay);
		life?.removeEventListener("abort", relay);
	}
}
/** The promise's outcome, or the signal's reason if that comes first. A late outcome of the promise is swallowed. */
async function orAbort(signal, promise) {
	const stop = Promise.withResolvers();
	const abort = () => stop.reject(signal.reason);
	signal.addEventListener("abort", abort, { once: true });
	if (signal.aborted) abort();
	try {
		return await Promise.race([promise, stop.promise]);
	} finally {
		signal.removeEventListener("abort", abort);
	}
}

// src/adapters/ssh/failures.ts
/** Every failure of the SSH side, one function per code. */
const transport = (node, code, message, remedy, cause) => new Failure({
	code,
	node,
	message: `${node}: ${message}`,
	...remedy === void 0 ? {} : { remedy }
}, cause);
const lost$1 = (node, why, reason) => transport(node, "T001", `“${why}”: the connection was lost (${clean(reason)})`);
const noEnding = (node, why) => transport(node, "T002", `“${why}”: the channel closed with neither exit code nor signal`);
const late = (node, why, ms, phase) => transport(node, "T003", `“${why}”: not finished after ${ms / 1e3} s${phase === void 0 ? "" : ` (${clean(phase)})`}`);
const nodeUnreachable = (node, tries, fleet) => transport(node, "T004", `cannot be reached: ${tries.map(clean).join("; ")}`, fleet === void 0 ? void 0 : `vps-test nodes --fleet ${quote(fleet)}`);
const refusedUser = (node, user, address, reason) => transport(node, "T005", `${address} did not accept the key for user ${user} (${clean(reason)})`, `ssh-copy-id ${sshTarget(user, address)}`);
/** Name left methods of a server that took the key and asks for more. */
const secondFactor = (node, user, address, left) => transport(node, "T014", `${address} accepted the key for user ${user} and asks for a second factor (${clean(left.join(", ") || "it names none")})`, `ssh ${sshTarget(user, address)} 'sshd -T | grep -i authenticationmethods'`);
/** The login shell ended, or went on, without running what it was given. */
const unstarted = (u) => transport(u.node, "T013", `“${u.why}”: the login shell of user ${u.user} did not run it (${u.ending ?? "it still runs"}${clean(u.said) === "" ? ", it said nothing" : `, it said: ${clean(u.said)}`}); ${reasonUnstarted(u)}`, `ssh ${sshTarget(u.user, u.address)} 'exec /bin/sh -c "echo it works"'`);
const reasonUnstarted = ({ ending, said }) => /not available/i.test(said) ? "the account has no login shell" : /restricted/i.test(said) ? "a restricted shell starts nothing" : ending === "exit 0" || ending === null ? "a login file replaces the shell or reads its input, or a forced command answers" : "it is no shell that starts /bin/sh, or a login file ends it";
const forbidden = (node, user, address, target) => transport(node, "T015", `its sshd may not forward connections (AllowTcpForwarding or PermitOpen), so ${target} cannot be asked`, `ssh ${sshTarget(user, address)} 'sshd -T | grep -iE "allowtcpforwarding|disableforwarding|permitopen"'`);
const refusedChannel = (node, why, reason) => transport(node, "T006", `“${why}”: the node refused a channel (${clean(reason)}), also over a fresh connection; MaxSessions of its sshd is the usual cause`);
const refusedStart = (node, address, reason) => transport(node, "T007", `${address} closed the connection before the key exchange (${clean(reason)})`);
const closed = (node) => transport(node, "T009", "this connection was closed by vps-test itself");
/** `jump host h:22` or `h:22`, as ssh-copy-id wants it. */
const sshTarget = (user, address) => {
	const [, host = address, port = "22"] = /^(?:jump host )?\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
	return `-p ${port} ${quote(`${user}@${host}`)}`;
};
const trust = (node, fleet) => `vps-test nodes trust ${quote(node)} --fleet ${quote(fleet)}`;
const unpinned = (node, fleet, what = "the node") => transport(node, "T010", `no usable host key is pinned for ${what}, so nothing was sent to it`, trust(node, fleet));
const changedKey = (node, fleet, pinned, offered) => transport(node, "T011", `the host key is not the pinned one: pinned ${pinned.join(" or ")}, offered ${clean(offered)}. Nothing was sent. Ask the provider's console which is right before trusting it`, trust(node, fleet));
const protocol = (node, address, reason) => transport(node, "T012", `${address}: no agreement on SSH algorithms or protocol (${clean(reason)})`);
/** The far end of a forward is the service's matter, not the connection's. */
const noListener = (node, target, reason) => new Failure({
	code: "I040",
	node,
	message: `${node}: nothing accepts connections at ${target} (${clean(reason)})`
});
const badReply = (node, target, reason) => new Failure({
	code: "I041",
	node,
	message: `${node}: no usable HTTP answer from ${target} (${clean(reason)})`
});
const unreadable = (node, why, reason) => new Failure({
	code: "I042",
	node,
	message: `${node}: “${why}” gave no complete data (${clean(reason)})`
});
const noForward = (node) => new Failure({
	code: "H022",
	node,
	message: `${node}: a local remote cannot forward connections`
});
/** Text from the other side on one bounded line without control characters. */
const clean = (text) => {
	const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
	return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};
const reasonOf = (error) => error instanceof Error ? error.message || error.code || error.name : String(error);

// src/adapters/ssh/feed.ts
const slice = 65536;
/**
* Writes the source and ends the stream. `over` aborts when the command has ended: a command that stops reading early
* is no error,
* its exit code says what it means. An error of the source rejects, and the stream is left without an end.
*/
async function feed(into, source, onSent, over) {
	if (source === void 0) {
		into.end();
		return;
	}
	const stop = () => {
		if (!(source instanceof Uint8Array)) source.destroy();
	};
	over.addEventListener("abort", stop, { once: true });
	try {
		let sent = 0;
		for await (const chunk of source instanceof Uint8Array ? slices(source) : source) {
			over.throwIfAborted();
			const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
			await orAbort(over, written(into, bytes));
			sent += bytes.length;
			onSent?.(sent);
		}
		over.throwIfAborted();
		into.end();
	} catch (error) {
		if (!over.aborted) throw error;
	} finally {
		over.removeEventListener("abort", stop);
	}
}
function* slices(bytes) {
	for (let at = 0; at < bytes.length; at += slice) yield bytes.subarray(at, at + slice);
}
/**
* Resolves when the stream has taken the bytes. A write that fails means that nobody reads any more: `over` follows.
*/
const written = (into, bytes) => new Promise((resolve) => {
	into.write(bytes, (error) => {
		if (error === null || error === void 0) resolve();
	});
});

// src/adapters/ssh/line.ts
/** Known to shells only: `exec` cannot start them. */
const builtins = /^(?:[.:]|alias|bg|cd|command|eval|exec|exit|export|fc|fg|getopts|hash|jobs|read|readonly|return|set|shift|times|trap|type|ulimit|umask|unalias|unset|wait)$/;
/** `exec` replaces the login shell, so that the exit signal reported is the program's own and not a shell's 128 + n. */
const shellLine = (command) => (command.kind === "argv" && builtins.test(command.argv[0] ?? ":") ? "" : "exec ") + render(command);

// src/adapters/ssh/result.ts
/** The bytes, if the command ended with 0 and nothing was cut; otherwise I042 with the reason. */
function completeResult(node, why, ending, into) {
	if (ending.signal !== null) throw unreadable(node, why, `ended by ${ending.signal}`);
	if (ending.code !== 0) throw unreadable(node, why, `exit code ${ending.code}: ${into.err().toString("utf8") || "it said nothing"}`);
	if (into.truncated()) throw unreadable(node, why, `more than the ${into.out().length} bytes allowed`);
	return into.out();
}

// src/adapters/local.ts
/**
* `prefix`: argv before the command, such as `nsenter --net=… --`; empty runs it here. Failures: T003, T004 when the
* prefix cannot start.
*/
function localRemote(name, prefix) {
	const life = new AbortController();
	const exec = async (command, run, lines) => {
		const stream = run.stdin === void 0 || run.stdin instanceof Uint8Array ? void 0 : run.stdin;
		stream?.on("error", () => void 0);
		const into = collector({
			...run.maxBytes === void 0 ? {} : { maxBytes: run.maxBytes },
			...run.onLine !== void 0 && lines ? { onLine: run.onLine } : {}
		});
		const argv = [
			...prefix,
			"sh",
			"-c",
			shellLine(command)
		];
		try {
			return {
				ending: await withDeadline(run, () => late(name, command.why, run.timeoutMs), (own) => spawned(name, argv, run, into, own), life.signal),
				into
			};
		} finally {
			stream?.destroy();
		}
	};
	return {
		name,
		run: async (command, run) => {
			const started = performance.now();
			const { ending, into } = await exec(command, run, true);
			return {
				...ending,
				stdout: into.out().toString("utf8"),
				stderr: into.err().toString("utf8"),
				truncated: into.truncated(),
				ms: performance.now() - started
			};
		},
		read: async (command, run) => {
			const { ending, into } = await exec(command, run, false);
			return completeResult(name, command.why, ending, into);
		},
		forward: () => Promise.reject(noForward(name)),
		close: async () => {
			if (!life.signal.aborted) life.abort(closed(name));
		}
	};
}
/** In a process group of its own, so that a deadline reaches the command's children too. */
async function spawned(name, argv, run, into, signal) {
	const child = startProcess(argv);
	const over = new AbortController();
	const broken = Promise.withResolvers();
	const take = (sink) => (chunk) => {
		if (over.signal.aborted) return;
		try {
			sink(chunk);
		} catch (error) {
			broken.reject(error);
		}
	};
	child.stdout.on("data", take(into.stdout));
	child.stderr.on("data", take(into.stderr));
	try {
		const outputs = Promise.all([ended$1(child.stdout), ended$1(child.stderr)]);
		const done = Promise.all([child.exited, outputs]).finally(() => over.abort());
		const [[exit]] = await orAbort(signal, Promise.race([broken.promise, Promise.all([done, feed(child.stdin, run.stdin, run.onSent, over.signal)])]));
		into.end();
		if (exit.kind === "not started") throw nodeUnreachable(name, [`${argv[0]} cannot be started: ${reasonOf(exit.why)}`]);
		return exit.kind === "exited" ? {
			code: exit.code,
			signal: null
		} : {
			code: null,
			signal: exit.signal
		};
	} catch (error) {
		await child.end();
		throw error;
	} finally {
		over.abort();
	}
}
const ended$1 = (stream) => new Promise((resolve) => {
	stream.once("close", resolve);
});

// src/adapters/ssh/http.ts
/** HTTP/1.1, plain or in TLS, over a forwarded stream, for services that listen only where the node can reach them. */
/**
* Any status is an answer. Failures: T003 deadline, I040 nothing listens, I041 no HTTP or too long; those of the
* connection. Redirects are not followed.
*/
function httpOverRemote(remote, target, call) {
	const at = `${target.tls === void 0 ? "http" : "https"}://${hostPort(target.host, target.port)}${call.path}`;
	return withDeadline(call, () => late(remote.name, `${call.method} ${at}`, call.timeoutMs), async (signal) => {
		const http = await import("node:http");
		const stream = await remote.forward(target.host, target.port, {
			timeoutMs: call.timeoutMs,
			signal
		});
		try {
			const wire = target.tls === void 0 ? stream : await orAbort(signal, secured(stream, target));
			return await orAbort(signal, exchange(http.request, wire, target, call));
		} catch (error) {
			throw signal.aborted ? error : badReply(remote.name, at, reasonOf(error));
		} finally {
			stream.destroy();
		}
	});
}
/** The certificate must be that of the host that was named, as everywhere. */
async function secured(stream, { host, tls }) {
	const { connect } = await import("node:tls");
	return new Promise((resolve, reject) => {
		const socket = connect({
			socket: stream,
			host,
			...isIP(host) === 0 ? { servername: host } : {},
			...tls?.ca === void 0 ? {} : { ca: tls.ca }
		});
		socket.on("error", reject);
		socket.once("secureConnect", () => resolve(socket));
		socket.once("close", () => reject(/* @__PURE__ */ new Error("the connection closed before TLS was agreed")));
	});
}
function exchange(ask, stream, target, call) {
	return new Promise((resolve, reject) => {
		const length = call.body === void 0 ? {} : { "content-length": String(Buffer.byteLength(call.body)) };
		const sent = ask({
			method: call.method,
			path: call.path,
			host: target.host,
			port: target.port,
			createConnection: () => stream,
			headers: {
				connection: "close",
				...length,
				...call.headers
			}
		});
		sent.on("error", reject);
		let answered = false;
		stream.once("close", () => {
			if (!answered) reject(/* @__PURE__ */ new Error("the connection closed without an answer"));
		});
		sent.on("response", (answer) => {
			answered = true;
			body(answer, call.maxBytes).then((bytes) => resolve({
				status: answer.statusCode ?? 0,
				headers: answer.headers,
				body: bytes
			}), reject);
		});
		sent.end(call.body);
	});
}
async function body(answer, maxBytes) {
	const chunks = [];
	let length = 0;
	for await (const chunk of answer) {
		length += chunk.length;
		if (length > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
		chunks.push(chunk);
	}
	if (!answer.complete) throw new Error("the answer was cut off");
	return Buffer.concat(chunks);
}

// src/adapters/ssh/key.ts
/** The private key as ssh2 wants it, and errors that say what is wrong without showing a byte of it. */
var import_lib = /* @__PURE__ */ __toESM(require_lib(), 1);
/** Reads the key file (`~/` is the home directory). Failures: U070 unreadable, and those of {@link parsePrivateKey}. */
async function readPrivateKey(path) {
	const file = path.startsWith("~/") ? join$1(homedir(), path.slice(2)) : path;
	let text;
	try {
		text = await readFile(file, "utf8");
	} catch (error) {
		throw bad("U070", file, `cannot be read (${error.code ?? "unknown error"})`, `ls -l ${clean(file)}`);
	}
	return parsePrivateKey(text, file);
}
/**
* Checks and normalises: CRLF, a missing last newline, blank lines, indentation and a byte order mark are what pasting
* does to keys. `origin` names the file or input. Failures: U071 public, U072 encrypted, U073 no key.
*/
function parsePrivateKey(text, origin) {
	const key = `${privatePart(text.trim().split(/\r\n?|\n/).map((line) => line.trim()).join("\n"))}\n`;
	if (text.trim() === "") throw bad("U073", origin, "is empty");
	if (/^-----BEGIN [A-Z0-9 ]+-----.*\\n/.test(key)) throw bad("U073", origin, "holds a key whose line breaks became the two characters \\n: paste it with real line breaks");
	const parsed = import_lib.default.utils.parseKey(key);
	if (parsed instanceof Error) {
		if (/encrypted|passphrase/i.test(parsed.message)) throw bad("U072", origin, "is encrypted with a passphrase, and nobody is there to type it: use a key of its own for this, without one", `ssh-keygen -t ed25519 -N '' -f vps-test-key`);
		if (key.startsWith("-----BEGIN PRIVATE KEY-----")) throw bad("U073", origin, "is in PKCS#8 format, which is not read here", `ssh-keygen -p -N '' -f ${origin.includes(" ") ? "vps-test-key" : clean(origin)}`);
		throw guess(key, origin);
	}
	if (!parsed.isPrivateKey()) throw bad("U071", origin, "holds a public key; the private one is needed (the file without .pub)");
	return key;
}
/** The one private key of a file that holds more: attributes in front, as PKCS#12 is exported, certificates behind. */
function privatePart(text) {
	const parts = [...text.matchAll(/^-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----\n[\s\S]*?\n-----END \1-----$/gm)];
	return parts.length === 1 ? parts[0]?.[0] ?? text : text;
}
/** What people do to keys on the way into a secret, told by the form alone. */
function guess(key, origin) {
	if (key.startsWith("PuTTY-User-Key-File-")) return bad("U073", origin, "is in PuTTY's format", "puttygen key.ppk -O private-openssh -o key");
	if (/^LS0tLS1CRUdJTi/.test(key)) return bad("U073", origin, "is a key in base64: give the key itself");
	if (/^["']/.test(key)) return bad("U073", origin, "begins with a quotation mark: give the key without it");
	if ((key.match(/-----BEGIN /g)?.length ?? 0) > 1) return bad("U073", origin, "holds more than one key");
	if (/^-----BEGIN [A-Z0-9 ]+-----[ \t]*[A-Za-z0-9+/]/.test(key)) return bad("U073", origin, "holds a key whose line breaks became spaces: paste it with real line breaks");
	if (/^-----BEGIN /.test(key) && !/\n-----END [A-Z0-9 ]+-----\n$/.test(key)) return bad("U073", origin, "holds a key that is cut off, or has something behind it: its last line must be the one with END");
	return bad("U073", origin, "holds no private key in OpenSSH or PEM format");
}
const bad = (code, origin, what, remedy) => new Failure({
	code,
	message: `the SSH key ${clean(origin)} ${what}`,
	...remedy === void 0 ? {} : { remedy }
});

// node_modules/yocto-queue/index.js
var Node = class {
	value;
	next;
	constructor(value) {
		this.value = value;
	}
};
var Queue = class {
	#head;
	#tail;
	#size;
	constructor() {
		this.clear();
	}
	enqueue(value) {
		const node = new Node(value);
		if (this.#head) {
			this.#tail.next = node;
			this.#tail = node;
		} else {
			this.#head = node;
			this.#tail = node;
		}
		this.#size++;
	}
	dequeue() {
		const current = this.#head;
		if (!current) return;
		this.#head = this.#head.next;
		this.#size--;
		if (!this.#head) this.#tail = void 0;
		return current.value;
	}
	peek() {
		if (!this.#head) return;
		return this.#head.value;
	}
	clear() {
		this.#head = void 0;
		this.#tail = void 0;
		this.#size = 0;
	}
	get size() {
		return this.#size;
	}
	*[Symbol.iterator]() {
		let current = this.#head;
		while (current) {
			yield current.value;
			current = current.next;
		}
	}
	*drain() {
		while (this.#head) yield this.dequeue();
	}
};

// node_modules/p-limit/index.js
function pLimit(concurrency) {
	let rejectOnClear = false;
	if (typeof concurrency === "object") ({concurrency, rejectOnClear = false} = concurrency);
	validateConcurrency(concurrency);
	if (typeof rejectOnClear !== "boolean") throw new TypeError("Expected `rejectOnClear` to be a boolean");
	const queue = new Queue();
	let activeCount = 0;
	const resumeNext = () => {
		if (activeCount < concurrency && queue.size > 0) {
			activeCount++;
			queue.dequeue().run();
		}
	};
	const next = () => {
		activeCount--;
		resumeNext();
	};
	const run = async (function_, resolve, arguments_) => {
		const result = (async () => function_(...arguments_))();
		resolve(result);
		try {
			await result;
		} catch {}
		next();
	};
	const enqueue = (function_, resolve, reject, arguments_) => {
		const queueItem = { reject };
		new Promise((internalResolve) => {
			queueItem.run = internalResolve;
			queue.enqueue(queueItem);
		}).then(run.bind(void 0, function_, resolve, arguments_));
		if (activeCount < concurrency) resumeNext();
	};
	const generator = (function_, ...arguments_) => new Promise((resolve, reject) => {
		enqueue(function_, resolve, reject, arguments_);
	});
	Object.defineProperties(generator, {
		activeCount: { get: () => activeCount },
		pendingCount: { get: () => queue.size },
		clearQueue: { value() {
			if (!rejectOnClear) {
				queue.clear();
				return;
			}
			const abortError = AbortSignal.abort().reason;
			while (queue.size > 0) queue.dequeue().reject(abortError);
		} },
		concurrency: {
			get: () => concurrency,
			set(newConcurrency) {
				validateConcurrency(newConcurrency);
				concurrency = newConcurrency;
				queueMicrotask(() => {
					while (activeCount < concurrency && queue.size > 0) resumeNext();
				});
			}
		},
		map: { async value(iterable, function_) {
			const promises = [];
			try {
				Array.from(iterable, (value, index) => {
					const promise = generator(function_, value, index);
					promises.push(promise);
					return promise;
				});
			} catch (error) {
				for (const promise of promises) promise.catch(() => {});
				throw error;
			}
			return Promise.all(promises);
		} }
	});
	return generator;
}
function validateConcurrency(concurrency) {
	if (!((Number.isInteger(concurrency) || concurrency === Number.POSITIVE_INFINITY) && concurrency > 0)) throw new TypeError("Expected `concurrency` to be a number from 1 and up");
}

// src/adapters/ssh/envelope.ts
/**
* `exec /bin/sh` is understood by sh, bash, zsh, csh, tcsh and fish, and so are single quotes around a text that holds
* no quote, backslash before another, exclamation mark or newline. Tools of a superuser are found for every user.
*/
const envelope = (line, token) => `exec /bin/sh -c '${opener(token)}' sh ${words$1(line)}`;
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/**
* Says on both outputs that it started, in which group (the fifth field of stat) and session (the sixth). Where a
* forced command or a wrapper stands above it, it says the end and the exit code as well.
*/
const opener = (token) => [
	`PATH=\${PATH:+$PATH:}${path}; export PATH`,
	"g=$$; s=0; { read -r a a a a g s a </proc/$$/stat; } 2>/dev/null",
	"c=$(printf %b \"$@\"); set --",
	`echo ${token} $$ $g $s >&2; echo ${token} $$ $g $s`,
	"if [ \"$s\" = $$ ]; then eval \"$c\"",
	`else ( eval "$c" ); e=$?; echo ${token} end $e >&2; echo ${token} end $e; exit $e; fi`
].join("; ");
/** Read alike inside single quotes by every shell; the rest travels as octal numbers for `printf %b`. */
const safe = /[A-Za-z0-9 _@%+=:,./"$&|;<>()[\]{}*?~#`-]/;
/** csh gives up on longer words. */
const longestWord = 1e3;
function words$1(line) {
	const found = [];
	let word = "";
	for (const byte of Buffer.from(line)) {
		const letter = String.fromCharCode(byte);
		const piece = safe.test(letter) ? letter : `\\0${byte.toString(8).padStart(3, "0")}`;
		if (word.length + piece.length > longestWord) {
			found.push(word);
			word = "";
		}
		word += piece;
	}
	return [...found, word].map((w) => `'${w}'`).join(" ");
}
const longestStray = 400;
const numbers = 24;
/** Hands on what stands between the start and the end; login files and forced commands may say what they like. */
function framed(token, rest) {
	const opened = Promise.withResolvers();
	const [starts, ends] = [new RegExp(`${token} (\\d{1,9}) (\\d{1,9}) (\\d{1,9})\n`), new RegExp(`${token} end (\\d{1,3})\n`)];
	let held = Buffer.alloc(0);
	let stray = Buffer.alloc(0);
	let start;
	let code;
	const inside = (chunk) => {
		if (start?.leads === true) rest(chunk);
		else if (code === void 0) {
			held = Buffer.concat([held, chunk]);
			const found = ends.exec(held.toString("latin1"));
			if (found === null) give(Math.max(0, held.length - token.length - numbers));
			else {
				code = Number(found[1]);
				give(found.index);
				held = Buffer.alloc(0);
			}
		}
	};
	const give = (bytes) => {
		const part = held.subarray(0, bytes);
		held = held.subarray(bytes);
		if (part.length > 0) rest(part);
	};
	const before = (chunk) => {
		held = Buffer.concat([held, chunk]);
		const found = starts.exec(held.toString("latin1"));
		if (found === null) {
			const from = Math.max(0, held.length - token.length - 48);
			remember(held.subarray(0, from));
			held = held.subarray(from);
			return;
		}
		remember(held.subarray(0, found.index));
		const after = held.subarray(found.index + found[0].length);
		held = Buffer.alloc(0);
		start = {
			group: Number(found[2]),
			leads: found[1] === found[3]
		};
		opened.resolve(start);
		if (after.length > 0) inside(after);
	};
	const remember = (bytes) => {
		if (stray.length < longestStray) stray = Buffer.concat([stray, bytes.subarray(0, longestStray - stray.length)]);
	};
	return {
		add: (chunk) => start === void 0 ? before(chunk) : inside(chunk),
		end: () => {
			opened.resolve(start);
			if (start === void 0) remember(held);
			else give(held.length);
		},
		opened: opened.promise,
		start: () => start,
		code: () => code,
		stray: () => stray.toString("utf8")
	};
}

// src/adapters/ssh/stop.ts
/** How long the node may take; afterwards the channel is given up. */
const patienceMs$1 = 5e3;
/** TERM to the group, two seconds for its traps, then KILL. Ids of 0 and 1 would mean everybody. */
const kill = (group) => `exec /bin/sh -c 'exec 2>/dev/null; kill -s TERM -- -${group} || exit 0; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; kill -s 0 -- -${group} || exit 0; done; kill -s KILL -- -${group}'`;
/**
* Never rejects. The caller has its answer already; the place in the queue is kept so that sshd's MaxSessions holds.
*/
async function stopCommand(link, channel, group, apart) {
	if (link.lost() !== void 0 || stateOf(channel) === "closed") return;
	const closed = new Promise((resolve) => {
		channel.once("close", () => resolve(void 0));
	});
	const timer = Promise.withResolvers();
	const handle = setTimeout(timer.resolve, patienceMs$1, void 0);
	try {
		const leader = await Promise.race([
			group,
			closed,
			link.whenLost,
			timer.promise
		]);
		hangUp(link, channel);
		if (typeof leader === "number" && leader > 1) await Promise.race([
			link.tidy(() => ended(link, leader, apart)),
			link.whenLost,
			timer.promise
		]);
		await Promise.race([
			closed,
			link.whenLost,
			timer.promise
		]);
	} finally {
		clearTimeout(handle);
	}
}
/**
* Asks by the protocol (an sshd with privilege separation does it at once) and closes the channel. ssh2's
* `channel.signal()` stays silent
* once stdin has ended, though RFC 4254 §6.9 allows the packet, so it is written by the protocol object below it.
*/
function hangUp(link, channel) {
	const { outgoing } = channel;
	const { _protocol: protocol } = link.client;
	try {
		if (outgoing?.state === "open" || outgoing?.state === "eof") protocol?.signal(outgoing.id, "TERM");
		channel.close();
	} catch {}
}
/** Where the command holds the only channel that sshd grants, the clean-up comes by another way. */
async function ended(link, leader, apart) {
	if (await oneLine(link, kill(leader))) return;
	await apart(async (other) => void await oneLine(other, kill(leader))).catch(() => void 0);
}
/** Runs one line whose outcome nobody needs; false: the node refused a channel for it. */
function oneLine(link, line) {
	return new Promise((resolve) => {
		try {
			link.client.exec(line, (error, channel) => {
				if (error !== void 0) {
					resolve(false);
					return;
				}
				channel.on("error", () => void 0).once("close", () => resolve(true)).resume();
				channel.stderr.on("error", () => void 0).resume();
				channel.end();
			});
		} catch {
			resolve(true);
		}
	});
}
/** The types of ssh2 leave out a channel's state; a channel may close before its event is heard, so it is read there. */
const stateOf = (channel) => channel.incoming?.state;

// src/adapters/ssh/exec.ts
/** Runs one command on an open link: stdin in, output to a collector, and the truth about how it ended. */
/** A login shell that did not start the command after so long reads its stdin itself, or never will. */
const startMs = 2e4;
/**
* Failures: T001, T002, T006, T013; the signal's reason on abort. After any of them the command was stopped and its
* channel is closed, or that was tried for seconds.
*/
async function execute(link, work, signal) {
	const over = new AbortController();
	const started = await start(link, work, over.signal);
	try {
		const [result] = await orAbort(signal, Promise.all([started.ended.finally(() => over.abort()), fed(started, link, work, over.signal)]));
		return result;
	} catch (error) {
		over.abort();
		await stopCommand(link, started.channel, started.frame.opened.then((o) => o?.group), work.apart);
		throw error;
	} finally {
		over.abort();
	}
}
/** Not a byte of stdin leaves before the command said that it runs: whoever else reads it would run it. */
async function fed({ channel, frame }, link, work, over) {
	if (work.stdin !== void 0) {
		const opened = await Promise.race([frame.opened, setTimeout$1(startMs, "late", { signal: over }).catch(() => null)]);
		if (opened === "late") throw unstarted(didNotStart(link, work, frame, void 0));
		if (opened === void 0 || opened === null) return;
	}
	await feed(channel, work.stdin, work.onSent, over);
}
const didNotStart = (link, work, frame, ending) => ({
	node: work.node,
	user: link.user,
	address: link.address,
	why: work.why,
	ending: ending === void 0 ? null : ending.signal ?? `exit ${String(ending.code)}`,
	said: frame.stray()
});
/**
* No abort in here: the caller has its answer by its own signal, and a channel that opens late must still be found and
* stopped.
*/
function start(link, work, over) {
	const token = randomBytes(8).toString("hex");
	return new Promise((resolve, reject) => {
		const fail = (otherwise) => {
			const reason = link.lost();
			reject(reason === void 0 ? otherwise : lost$1(work.node, work.why, reason));
		};
		if (link.lost() !== void 0) {
			fail(/* @__PURE__ */ new Error("lost"));
			return;
		}
		try {
			link.client.exec(envelope(work.line, token), (error, channel) => {
				if (error !== void 0) {
					fail(refusedChannel(work.node, work.why, reasonOf(error)));
					return;
				}
				resolve(watch(channel, link, work, over, token));
			});
		} catch (error) {
			reject(lost$1(work.node, work.why, reasonOf(error)));
		}
	});
}
/** `ended` settles when the channel has closed and both outputs are read to their ends. */
function watch(channel, link, work, over, token) {
	const ended = Promise.withResolvers();
	ended.promise.catch(() => void 0);
	let exit;
	let open = 2;
	const take = (sink) => (chunk) => {
		if (over.aborted) return;
		try {
			sink(chunk);
		} catch (error) {
			ended.reject(error);
		}
	};
	const stdout = framed(token, take(work.into.stdout));
	const stderr = framed(token, take(work.into.stderr));
	const part = () => {
		open -= 1;
		if (open > 0) return;
		try {
			stdout.end();
			stderr.end();
			if (over.aborted) return;
			work.into.end();
		} catch (error) {
			ended.reject(error);
		}
		const reason = link.lost();
		const start = stdout.start();
		if (reason !== void 0 && exit === void 0) ended.reject(lost$1(work.node, work.why, reason));
		else if (exit === void 0) ended.reject(noEnding(work.node, work.why));
		else if (start === void 0) ended.reject(unstarted(didNotStart(link, work, stdout.stray() === "" ? stderr : stdout, exit)));
		else if (start.leads) ended.resolve(exit);
		else if (stdout.code() !== void 0) ended.resolve({
			code: stdout.code() ?? null,
			signal: null
		});
		else if (exit.code === 0) ended.reject(noEnding(work.node, work.why));
		else ended.resolve(exit);
	};
	channel.on("error", () => void 0);
	channel.stderr.on("error", () => void 0);
	channel.on("exit", (code, name) => {
		exit = {
			code,
			signal: name ?? null
		};
	});
	channel.once("close", part);
	channel.stderr.once("end", part);
	channel.on("data", stdout.add);
	channel.stderr.on("data", stderr.add);
	return {
		channel,
		ended: ended.promise,
		frame: stdout
	};
}

// src/adapters/ssh/forward.ts
/** OPEN_ADMINISTRATIVELY_PROHIBITED of RFC 4254 §5.1: sshd may not forward, whoever listens there. */
const prohibited = 1;
/** Failures: I040 when nothing listens there; T015 when its sshd may not forward; T001. */
function openForward(link, node, host, port, signal) {
	const target = hostPort(host, port);
	return orAbort(signal, new Promise((resolve, reject) => {
		try {
			link.client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
				const reason = link.lost();
				if (error !== void 0) reject(reason !== void 0 ? lost$1(node, `forward to ${target}`, reason) : error.reason === prohibited ? forbidden(node, link.user, link.address, target) : noListener(node, target, reasonOf(error)));
				else {
					channel.on("error", () => void 0);
					if (signal.aborted) channel.destroy();
					resolve(channel);
				}
			});
		} catch (error) {
			reject(lost$1(node, `forward to ${target}`, reasonOf(error)));
		}
	}));
}

// src/adapters/ssh/connection.ts
/** The one connection of this process to a node: opened when needed, shared by all calls, replaced when lost. */
/** How long commands in flight may take to end, and then the goodbye. */
const goodbyeMs = 2e3;
var Connection = class {
	#name;
	#open;
	#life = new AbortController();
	#current;
	#living;
	constructor(name, open) {
		this.#name = name;
		this.#open = open;
	}
	/** The living link, or the next one. A caller that gives up stops waiting; the attempt goes on for the others. */
	link(signal) {
		if (this.#life.signal.aborted) return Promise.reject(this.#life.signal.reason);
		if (this.#current === void 0 || this.#living?.lost() !== void 0) this.#current = this.#start();
		return orAbort(signal, this.#current);
	}
	#start() {
		this.#living = void 0;
		const attempt = this.#open(this.#life.signal);
		attempt.then((link) => {
			this.#living = link;
			if (this.#life.signal.aborted) link.destroy("closed");
		}, () => {
			if (this.#current === attempt) this.#current = void 0;
		});
		return attempt;
	}
	/** Aborts when the connection is closed for good: the calls in flight end by it. */
	get life() {
		return this.#life.signal;
	}
	/** Ends everything; safe to call again. `idle` resolves when the calls in flight have cleaned up behind them. */
	async close(reason, idle) {
		if (this.#life.signal.aborted) return;
		this.#life.abort(reason ?? closed(this.#name));
		await soon(idle());
		const link = this.#living;
		if (link === void 0 || link.lost() !== void 0) return;
		link.client.end();
		await soon(link.whenLost);
		link.destroy("closed");
	}
};
/** Waits, but not for long. */
async function soon(promise) {
	const enough = Promise.withResolvers();
	const timer = setTimeout(enough.resolve, goodbyeMs);
	await Promise.race([promise, enough.promise]);
	clearTimeout(timer);
}

// src/adapters/ssh/pool.ts
/**
* The connections of this process to a node: one, until the node refuses a channel; then as many as its MaxSessions
* makes necessary.
*/
/** sshd's default MaxSessions is 10 per connection; two are left for others. Also the most commands at once. */
const mostChannels = 8;
var Pool = class {
	#name;
	#open;
	#places;
	#life = new AbortController();
	#perConnection = 8;
	constructor(name, open) {
		this.#name = name;
		this.#open = open;
		this.#places = [this.#place()];
	}
	/** A connection with room for one more channel; whoever takes a turn ends it. */
	turn() {
		const room = this.#places.find((p) => !p.retired && p.busy < this.#perConnection);
		const place = room ?? this.#place();
		if (room === void 0) this.#places.push(place);
		const asked = this.#perConnection;
		place.busy += 1;
		return {
			connection: place.connection,
			refused: () => {
				this.#perConnection = Math.min(this.#perConnection, Math.max(1, asked >> 1));
				if (asked === 1) place.retired = true;
			},
			done: () => {
				place.busy -= 1;
			}
		};
	}
	/** Aborts when the pool is closed for good: the calls in flight end by it. */
	get life() {
		return this.#life.signal;
	}
	/** One command over a connection of its own, which ends with it. */
	async apart(work) {
		const link = await this.#open(AbortSignal.timeout(apartMs));
		try {
			await work(link);
		} finally {
			link.destroy("over");
		}
	}
	/** Ends everything; safe to call again. `idle` resolves when the calls in flight have cleaned up behind them. */
	async close(reason, idle) {
		const closing = Promise.all(this.#places.map((p) => p.connection.close(reason, idle)));
		this.#life.abort(this.#places[0]?.connection.life.reason ?? reason);
		await closing;
	}
	#place() {
		return {
			connection: new Connection(this.#name, this.#open),
			busy: 0,
			retired: false
		};
	}
};
const apartMs = 1e4;

// src/adapters/ssh/address.ts
/** Hostname first, then IP (spec §2); one entry when they are the same. */
const addressesOf = (node) => [...new Set([node.host, node.ip].filter((a) => a !== ""))];
/** Milliseconds for the next try: an equal part of what is left, so that a dead name cannot eat the IP's turn. */
const shareOf = (leftMs, triesLeft) => Math.max(1, Math.floor(leftMs / Math.max(1, triesLeft)));
/** A proxy program's argv for one address: `%h`, `%p`, `%r` and `%%` are replaced inside each word, never split. */
const proxyArgv = (argv, host, port, user) => argv.map((word) => word.replace(/%[hpr%]/g, (m) => m === "%h" ? host : m === "%p" ? String(port) : m === "%r" ? user : "%"));

// src/adapters/ssh/hostkey.ts
/** Host keys as values: parsing a pinned line, fingerprints, comparison (pure). */
/**
* Reads `<type> <base64> [comment]`; undefined where it is no such line, or where the type named is not the type
* inside.
*/
function parseHostKey(line) {
	const [type, base64] = line.trim().split(/\s+/);
	if (type === void 0 || base64 === void 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return void 0;
	const key = hostKeyOf(Buffer.from(base64, "base64"));
	return key?.type === type ? key : void 0;
}
/** A key from its raw bytes (RFC 4253 §6.6: a length-prefixed type name comes first). */
function hostKeyOf(blob) {
	if (blob.length < 4) return void 0;
	const end = 4 + blob.readUInt32BE(0);
	const type = blob.subarray(4, end).toString("latin1");
	return end < blob.length && /^[a-z0-9@.-]{1,64}$/.test(type) ? {
		type,
		blob
	} : void 0;
}
/** The line to pin: `<type> <base64>`. */
const hostKeyLine = (key) => `${key.type} ${key.blob.toString("base64")}`;
/** As `ssh-keygen -l` prints it: `SHA256:` and unpadded base64. */
const fingerprint = (blob) => `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
/** Compares with every pinned key in constant time; all are always looked at. */
function isPinned(offered, pinned) {
	let found = false;
	for (const key of pinned) if (key.blob.length === offered.length && timingSafeEqual(key.blob, offered)) found = true;
	return found;
}
/** Signature algorithms by which a server can prove a key type, strongest first. Other types cannot be pinned. */
const algorithms = {
	"ssh-ed25519": ["ssh-ed25519"],
	"ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
	"ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
	"ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
	"ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"]
};
/** What to offer in the key exchange so that the server shows a key of a pinned type. */
const algorithmsFor = (pinned) => {
	const types = new Set(pinned.map((k) => k.type));
	return Object.entries(algorithms).flatMap(([type, names]) => types.has(type) ? names : []);
};
/** For a first look at a server: everything that can be pinned, strongest first. */
const everyAlgorithm = Object.values(algorithms).flat();

// src/adapters/ssh/link.ts
/** One authenticated SSH connection over a wire: the key exchange, the host key check, the end of it. */
/**
* aes128-gcm is twice as fast as chacha20 here; ssh2's `prepend` does not move what it already lists, so the list is
* whole.
*/
const ciphers = [
	"aes128-gcm@openssh.com",
	"aes256-gcm@openssh.com",
	"chacha20-poly1305@openssh.com",
	"aes128-ctr",
	"aes192-ctr",
	"aes256-ctr"
];
/** Keepalive every 15 s, four unanswered: a silent peer is lost after a minute and a quarter. */
const keepalive = {
	keepaliveInterval: 15e3,
	keepaliveCountMax: 4
};
/**
* Resolves when authenticated. Failures: T005, T007, T011, T012; a plain Error where this address just did not work.
*/
async function openLink(wire, address, peer, signal) {
	const client = new import_lib.Client();
	const gone = Promise.withResolvers();
	const ready = Promise.withResolvers();
	const seen = {
		key: void 0,
		pinned: false,
		agreed: false,
		partial: false,
		left: void 0
	};
	let reason;
	const lose = (error) => {
		reason ??= clean(reasonOf(error));
		gone.resolve(reason);
		ready.reject(error);
		wire.destroy();
	};
	ready.promise.catch(() => void 0);
	client.on("error", lose);
	client.on("end", () => lose(/* @__PURE__ */ new Error("the node closed the connection")));
	client.on("close", () => lose(/* @__PURE__ */ new Error("the connection closed")));
	client.on("handshake", () => {
		seen.agreed = true;
	});
	client.on("ready", () => ready.resolve());
	const config = {
		sock: wire.stream,
		username: peer.user,
		authHandler: (left, partial) => {
			if (left === null) return {
				type: "publickey",
				username: peer.user,
				key: peer.privateKey
			};
			seen.left = left;
			seen.partial = partial;
			return false;
		},
		algorithms: {
			cipher: ciphers,
			serverHostKey: algorithmsFor(peer.pinned)
		},
		hostVerifier: (key) => {
			seen.key = key;
			return seen.pinned = isPinned(key, peer.pinned);
		},
		readyTimeout: 0,
		...keepalive
	};
	try {
		client.connect(config);
		await orAbort(signal, ready.promise);
	} catch (error) {
		lose(error);
		if (signal.aborted) throw error;
		const complaint = await wire.complaint();
		throw complaint !== void 0 && seen.key === void 0 ? new Error(complaint) : judge(error, seen, address, peer);
	}
	return {
		client,
		address,
		user: peer.user,
		lost: () => reason,
		whenLost: gone.promise,
		tidy: pLimit(1),
		destroy: (why) => {
			client.end();
			lose(new Error(why));
		}
	};
}
/** Who is to blame for a connection that did not come up. */
function judge(error, seen, address, peer) {
	const pinned = peer.pinned.map((k) => fingerprint(k.blob));
	const message = reasonOf(error);
	const level = error instanceof Error ? error.level : void 0;
	if (seen.key !== void 0 && !seen.pinned) return changedKey(peer.name, peer.fleet, pinned, fingerprint(seen.key));
	if (/no matching host key/.test(message)) return changedKey(peer.name, peer.fleet, pinned, `no key of type ${[...new Set(peer.pinned.map((k) => k.type))].join(" or ")}`);
	if (seen.partial) return secondFactor(peer.name, peer.user, address, seen.left ?? []);
	if (level === "client-authentication") return refusedUser(peer.name, peer.user, address, seen.left === void 0 || seen.left.includes("publickey") ? message : `it takes no keys, only ${seen.left.join(", ") || "nothing"}`);
	if (seen.agreed && typeof error.code === "number") return refusedUser(peer.name, peer.user, address, message);
	if (seen.key === void 0 && !/^Handshake failed|^Invalid|^Bad|Protocol|algorithm/i.test(message)) return refusedStart(peer.name, address, message);
	return level === "handshake" || seen.key === void 0 ? protocol(peer.name, address, message) : error;
}

// src/adapters/ssh/retry.ts
/** When a remote call may be tried again (pure). */
/** Calls are tried this often in all. */
const maxTries = 3;
/**
* A refused start happens before anything was sent, so it is safe for every command; the rest only for those that may
* run twice.
*/
function mayRetry(error, tried, replayable) {
	return replayable && tried < 3 && error instanceof Failure && failures[error.facts.code].retryable === true;
}
/** Milliseconds to wait after try number `tried` (from 1): 300, 1200, … */
const pauseAfter = (tried) => 300 * 4 ** (tried - 1);

// src/adapters/ssh/wire.ts
/** The byte stream under an SSH connection: TCP, or a proxy program's stdio. */
/** A TCP connection without Nagle's delay. Rejects when nothing answers or the signal aborts. */
async function tcpWire(host, port, signal) {
	const socket = connect$2({
		host,
		port,
		noDelay: true
	});
	socket.on("error", () => void 0);
	try {
		await orAbort(signal, new Promise((resolve, reject) => {
			socket.once("connect", resolve).once("error", reject);
		}));
	} catch (error) {
		socket.destroy();
		throw error;
	}
	return {
		stream: socket,
		complaint: async () => void 0,
		destroy: () => socket.destroy()
	};
}
/** A program that fails says so at once; one that still runs after its stream ended is not waited for. */
const complaintMs = 500;
/** Starts the program; its stdin and stdout are the connection. It dies with it. */
function proxyWire(argv) {
	const child = startProcess(argv);
	const proxy = `proxy ${argv[0]}`;
	let said = "";
	child.stderr.setEncoding("utf8").on("data", (text) => {
		said = (said + text).slice(-4096);
	});
	const ended = child.exited.then((exit) => exit.kind === "exited" && exit.code === 0 ? void 0 : `${proxy}: ${clean(said) || (exit.kind === "exited" ? `exit code ${exit.code}` : exit.kind === "signalled" ? "ended by a signal" : reasonOf(exit.why))}`);
	const stream = child.duplex();
	stream.on("error", () => void 0);
	const kill = () => {
		stream.destroy();
		child.kill();
	};
	return {
		stream,
		complaint: () => Promise.race([ended, new Promise((resolve) => {
			setTimeout(resolve, complaintMs, void 0).unref();
		})]),
		destroy: kill
	};
}

// src/adapters/ssh/reach.ts
/** Finds a way to a node: hostname then IP, directly, through a proxy program or through a jump host. */
/** The keys that may be accepted. Without a usable one: T010, before a single packet. */
function pinnedKeys(node, fleet, lines, what) {
	const keys = lines.map(parseHostKey).filter((k) => k !== void 0);
	if (keys.length === 0) throw unpinned(node, fleet, what);
	return keys;
}
/** Opens a wire to one address of the node and does `work` on it; the wire is freed when the work fails. */
async function overWire(node, fleet, address, options, signal, work) {
	const wire = await wireTo(node, fleet, address, options, signal);
	try {
		return await work(wire);
	} catch (error) {
		wire.destroy();
		throw error;
	}
}
/** One authenticated link to the node. Failures: T004, T005, T007, T010, T011, T012. */
async function reach(node, fleet, options, signal) {
	const peer = {
		name: node.name,
		fleet: fleetReference(fleet),
		user: node.user,
		pinned: pinnedKeys(node.name, fleetReference(fleet), node.hostKeys),
		privateKey: options.privateKey
	};
	return eachAddress(node, fleet, options, signal, (address, part) => overWire(node, fleet, address, options, part, (wire) => openLink(wire, hostPort(address, node.sshPort), peer, part)));
}
/**
* Tries the node's addresses in order, each with its part of the time; starts that the server refuses (MaxStartups)
* back off and are tried again.
*/
async function eachAddress(node, fleet, options, signal, attempt) {
	const until = performance.now() + options.connectTimeoutMs;
	const addresses = addressesOf(node);
	const said = [];
	let refused;
	for (const [i, address] of addresses.entries()) {
		const mine = performance.now() + shareOf(until - performance.now(), addresses.length - i);
		for (let tried = 1;; tried++) {
			const timeoutMs = Math.max(1, mine - performance.now());
			try {
				return await withDeadline({
					timeoutMs,
					signal
				}, () => /* @__PURE__ */ new Error(`no answer within ${(timeoutMs / 1e3).toFixed(1)} s`), (part) => attempt(address, part));
			} catch (error) {
				signal.throwIfAborted();
				refused = isFailure(error, "T007") ? error : void 0;
				if (error instanceof Failure && refused === void 0) throw error;
				if (refused !== void 0 && tried < 3 && performance.now() + pauseAfter(tried) < mine) {
					options.log?.warn(`${refused.message}; trying again`);
					await setTimeout$1(pauseAfter(tried), void 0, { signal });
					continue;
				}
				said.push(`${hostPort(address, node.sshPort)}: ${reasonOf(error)}`);
				break;
			}
		}
	}
	throw refused ?? nodeUnreachable(node.name, said, fleetReference(fleet));
}
function wireTo(node, fleet, address, options, signal) {
	const { proxy } = node;
	if (proxy === void 0) return tcpWire(address, node.sshPort, signal);
	if (proxy.kind === "command") return proxyWire(proxyArgv(proxy.argv, address, node.sshPort, node.user));
	return jumpWire(node, fleet, proxy, address, options, signal);
}
/** Through another verified connection: the jump host is checked against its own pinned keys. */
async function jumpWire(node, fleet, jump, address, options, signal) {
	const at = hostPort(jump.host, jump.port);
	const peer = {
		name: node.name,
		fleet: fleetReference(fleet),
		user: jump.user,
		pinned: pinnedKeys(node.name, fleetReference(fleet), jump.hostKeys, `its jump host ${at}`),
		privateKey: options.privateKey
	};
	const under = await tcpWire(jump.host, jump.port, signal);
	const link = await openLink(under, `jump host ${at}`, peer, signal);
	try {
		const stream = await orAbort(signal, new Promise((resolve, reject) => {
			link.client.forwardOut("127.0.0.1", 0, address, node.sshPort, (error, channel) => error instanceof Error ? reject(/* @__PURE__ */ new Error(`jump host ${at}: ${error.message}`)) : resolve(channel));
		}));
		stream.on("error", () => void 0);
		return {
			stream,
			complaint: async () => void 0,
			destroy: () => {
				stream.destroy();
				link.destroy("the connection through it ended");
			}
		};
	} catch (error) {
		link.destroy("not needed");
		throw error;
	}
}

// src/adapters/ssh/remote.ts
/**
* Connects to the node. Failures: T004, T005, T007, T010, T011, T012. A connection lost later is replaced by the next
* call. An idempotent command that is run again calls `onLine` and `onSent` from the start again.
*/
async function openRemote(node, fleet, options) {
	options.signal.throwIfAborted();
	pinnedKeys(node.name, fleetReference(fleet), node.hostKeys);
	const pool = new Pool(node.name, (signal) => reach(node, fleet, options, signal));
	const limit = pLimit(8);
	const running = /* @__PURE__ */ new Set();
	const abort = () => {
		end(options.signal.reason);
	};
	const end = (reason) => {
		options.signal.removeEventListener("abort", abort);
		return pool.close(reason, () => Promise.allSettled(running));
	};
	options.signal.addEventListener("abort", abort, { once: true });
	/**
	* The whole of a call: its place in the queue, the connection, the work, and further tries, all under one deadline.
	*/
	const call = (why, replayable, run, work) => {
		let phase = "waiting for a free channel";
		return withDeadline(run, () => late(node.name, why, run.timeoutMs, phase), async (signal) => {
			let refusals = 0;
			for (let tried = 1;;) try {
				return await limit(() => {
					signal.throwIfAborted();
					phase = "connecting";
					const turn = pool.turn();
					const done = turn.connection.link(signal).then((link) => {
						phase = "running";
						return work(link, signal);
					}).catch((error) => {
						if (isFailure(error, "T006")) turn.refused();
						throw error;
					});
					running.add(done);
					return done.finally(() => {
						running.delete(done);
						turn.done();
					});
				});
			} catch (error) {
				if (!signal.aborted && isFailure(error, "T006") && ++refusals < 7) continue;
				if (signal.aborted || !mayRetry(error, tried, replayable)) throw error;
				phase = `after: ${reasonOf(error)}`;
				options.log?.warn(`${reasonOf(error)}; try ${tried + 1} of ${3}`);
				await setTimeout$1(pauseAfter(tried), void 0, { signal });
				tried++;
			}
		}, pool.life);
	};
	const apart = (work) => pool.apart(work);
	const exec = async (command, run, lines) => {
		const { stdin, onSent, onLine, maxBytes } = run;
		const stream = stdin === void 0 || stdin instanceof Uint8Array ? void 0 : stdin;
		stream?.on("error", () => void 0);
		try {
			const line = shellLine(command);
			return await call(command.why, command.idempotent && stream === void 0, run, async (link, signal) => {
				const into = collector({
					...maxBytes === void 0 ? {} : { maxBytes },
					...onLine !== void 0 && lines ? { onLine } : {}
				});
				return {
					ending: await execute(link, {
						node: node.name,
						why: command.why,
						line,
						stdin,
						onSent,
						into,
						apart
					}, signal),
					into
				};
			});
		} finally {
			stream?.destroy();
		}
	};
	const remote = {
		name: node.name,
		run: async (command, run) => {
			const started = performance.now();
			const { ending, into } = await exec(command, run, true);
			return {
				...ending,
				stdout: into.out().toString("utf8"),
				stderr: into.err().toString("utf8"),
				truncated: into.truncated(),
				ms: performance.now() - started
			};
		},
		read: async (command, run) => {
			const { ending, into } = await exec(command, run, false);
			return completeResult(node.name, command.why, ending, into);
		},
		forward: (host, port, run) => call(`forward to ${hostPort(host, port)}`, true, run, (link, signal) => openForward(link, node.name, host, port, signal)),
		close: () => end()
	};
	try {
		const first = pool.turn();
		await first.connection.link(options.signal).finally(first.done);
	} catch (error) {
		await end();
		throw error;
	}
	return remote;
}

// src/adapters/replace-file.ts
/** A file replaced as a whole: written beside it, on the disk, and renamed over it; a failure leaves the old one. */
/** A link stays one, and what it leads to is replaced; mode and, as far as allowed, owner stay. Failures: I103 to I106. */
async function replaceFile(path, data) {
	try {
		const place = await realpath(path).catch(() => path);
		const old = await stat(place).catch(() => void 0);
		const beside = `${place}.${randomBytes(4).toString("hex")}.new`;
		try {
			const file = await open(beside, "wx", old === void 0 ? 438 : old.mode & 4095);
			try {
				await file.writeFile(data);
				await file.sync();
			} finally {
				await file.close();
			}
			if (old !== void 0) await chown(beside, old.uid, old.gid).catch(() => void 0);
			await rename(beside, place);
		} catch (error) {
			await rm(beside, { force: true }).catch(() => void 0);
			throw error;
		}
		await syncDirectory(dirname(place));
	} catch (error) {
		throw machineFault(error) ?? error;
	}
}
/** So that the new name is on the disk as well; some file systems do not offer it. */
async function syncDirectory(path) {
	const folder = await open(path, "r").catch(() => void 0);
	await folder?.sync().catch(() => void 0);
	await folder?.close();
}

// src/adapters/system.ts
/** Clock, randomness and a session's folder of files: the machine we run on. */
const systemClock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	sleep: async (ms, signal) => {
		await setTimeout$1(ms, void 0, { signal });
	}
};
/**
* `seconds` ahead of the machine: for tests of waits on a lab, and written into ledger and proof wherever it is not 0.
*/
const shiftedClock = (seconds) => seconds === 0 ? systemClock : {
	...systemClock,
	now: () => Date.now() + seconds * 1e3
};
const systemRandom = { bytes: (n) => randomBytes(n) };
/**
* Files below `root`; writing replaces whole files by rename, so that a killed run leaves the old one or the new one.
*/
function folder(root) {
	const at = (path) => {
		const full = join$1(root, path);
		if (relative(root, full).startsWith("..")) throw new Error(`path leaves the folder: ${path}`);
		return full;
	};
	return {
		root,
		write: async (path, data) => {
			await mkdir(dirname(at(path)), { recursive: true });
			await replaceFile(at(path), data);
		},
		append: async (path, data) => {
			await mkdir(dirname(at(path)), { recursive: true });
			await appendFile(at(path), data);
		},
		read: async (path) => new Uint8Array(await readFile(at(path))),
		exists: async (path) => stat(at(path)).then(() => true, () => false),
		list: async (path = ".") => {
			return (await readdir(at(path), {
				recursive: true,
				withFileTypes: true
			}).catch(() => [])).filter((f) => !f.isDirectory()).map((f) => relative(root, join$1(f.parentPath, f.name))).sort();
		},
		remove: async (path) => {
			await rm(at(path), {
				recursive: true,
				force: true
			});
		}
	};
}
/** `user@host`, as leases show it. */
const whoAmI = () => {
	return `${(() => {
		try {
			return userInfo().username;
		} catch {
			return "unknown";
		}
	})()}@${hostname()}`;
};
/** This process, as the ledger names it. */
const thisProcess = () => ({
	kind: "process",
	host: hostname(),
	pid: process.pid
});
/** A process of another host cannot be seen from here: it counts as alive until its lease says otherwise. */
const processEnded = (w) => w.host === hostname() && w.pid !== process.pid && !exists$1(w.pid);
/** Signal 0 only asks; a process of another user may not be asked, so it is there. */
function exists$1(pid) {
	if (!Number.isSafeInteger(pid) || pid <= 0) return false;
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return error.code !== "ESRCH";
	}
}

// src/world.ts
/** The composition root: the real fleet or the lab (which is a fleet like any other), wired to real adapters. */
function openWorld(o) {
	const open = /* @__PURE__ */ new Map();
	const buildHost = registryOf(o.fleet)?.name;
	const clock = shiftedClock(o.clockShift ?? 0);
	const concealed = concealing(folder(o.folder), [...o.secrets ?? [], ...o.key?.kind === "text" ? [o.key.text] : []]);
	let connecting = new AbortController();
	const remote = (name) => {
		const known = open.get(name);
		if (known !== void 0) return known;
		const opening = connect({
			...o,
			signal: AbortSignal.any([o.signal, connecting.signal])
		}, name);
		open.set(name, opening);
		opening.catch(() => {
			if (open.get(name) === opening) open.delete(name);
		});
		return opening;
	};
	return {
		fleet: o.fleet,
		clock,
		random: systemRandom,
		log: o.log,
		signal: o.signal,
		who: whoOf(o.writer),
		version: o.version,
		ledger: o.ledger,
		files: concealed.files,
		concealer: concealed,
		writer: o.writer,
		storeArtifact: o.keep ?? (async () => null),
		patienceMs: o.patienceMs ?? 1e400,
		clockShift: o.clockShift ?? 0,
		builder: { obtain: (plan, before, signal = o.signal) => obtainBinary({
			project: plan.config.project,
			binary: plan.config.binary,
			source: located(plan.source, o.checkout),
			before,
			outDir: join$1(o.cacheDir, "binaries"),
			cacheDir: o.cacheDir,
			timeoutMs: 27e5,
			log: o.log,
			clock,
			signal,
			unenclosed: o.unenclosed ?? "build",
			...o.github === void 0 ? {} : { github: o.github },
			...buildHost === void 0 ? {} : { buildHost: () => remote(buildHost) }
		}) },
		remote,
		abandon: (reason) => {
			connecting.abort(reason);
			connecting = new AbortController();
		},
		here: localRemote("this machine", []),
		readBinary: async (path) => new Uint8Array(await readFile(path)),
		probe: async () => {
			if (o.probe === null) throw new Failure({
				code: "I100",
				message: "our prober is not built",
				remedy: "vps-test doctor --fix"
			});
			return new Uint8Array(await readFile(o.probe));
		},
		http: async (node, url, timeoutMs) => {
			const { protocol, hostname, port, pathname, search } = new URL(url);
			const secure = protocol === "https:";
			const answer = await httpOverRemote(await remote(node), {
				host: hostname.replace(/^\[(.*)\]$/, "$1"),
				port: Number(port || (secure ? 443 : 80)),
				...secure ? { tls: {} } : {}
			}, {
				method: "GET",
				path: `${pathname}${search}`,
				timeoutMs,
				signal: o.signal,
				maxBytes: 16 << 20
			});
			return {
				status: answer.status,
				body: answer.body,
				headers: Object.fromEntries(Object.entries(answer.headers).map(([k, v]) => [k, String(v)]))
			};
		},
		close: async () => {
			await Promise.allSettled([...open.values()].map(async (r) => (await r).close()));
		}
	};
}
const located = (source, checkout) => source.kind === "build" ? {
	...source,
	workspace: resolve(checkout, source.workspace)
} : source;
/** On a runner, `runner@host` would tell nobody whom to ask. */
const whoOf = (writer) => writer.kind === "run" ? `${writer.repository} run ${writer.run}` : whoAmI();
const keyOf = (o) => o.key ?? (o.fleet.identityFile === void 0 ? null : {
	kind: "file",
	path: o.fleet.identityFile
});
async function connect(o, name) {
	const node = o.fleet.nodes.find((n) => n.name === name);
	if (node === void 0) throw new Failure({
		code: "U030",
		message: `fleet ${o.fleet.name} has no node ${name}`,
		remedy: listNodes(o.fleet)
	});
	const key = keyOf(o);
	if (key === null) throw new Failure({
		code: "U031",
		message: `no private key for fleet ${o.fleet.name}`,
		remedy: `vps-test start --fleet ${quote(fleetReference(o.fleet))} --key ~/.ssh/id_ed25519`
	});
	const privateKey = key.kind === "file" ? await readPrivateKey(key.path) : parsePrivateKey(key.text, key.origin);
	o.signal.throwIfAborted();
	const life = new AbortController();
	const abort = () => {
		life.abort(o.signal.reason);
	};
	o.signal.addEventListener("abort", abort, { once: true });
	try {
		return await openRemote(node, o.fleet, {
			privateKey,
			signal: life.signal,
			connectTimeoutMs: 2e4,
			log: o.log
		});
	} finally {
		o.signal.removeEventListener("abort", abort);
	}
}

// src/app/context.ts
/** What every verb needs from its surroundings: files of this package, the fleet, the profiles, where state lies. */
/** A world in these surroundings. */
function worldIn(c, w) {
	checkShift(c.clockShift, w.fleet);
	return openWorld({
		fleet: w.fleet,
		ledger: w.ledger,
		folder: w.folder,
		checkout: w.checkout ?? c.cwd,
		key: w.key,
		log: c.terminal,
		signal: c.signal,
		version: c.version,
		probe: c.probe,
		cacheDir: c.cacheDir,
		writer: c.writer,
		clockShift: c.clockShift,
		...w.patienceMs === void 0 ? {} : { patienceMs: w.patienceMs },
		...c.keep === void 0 ? {} : { keep: c.keep(w.session, w.folder) },
		...c.github === void 0 ? {} : { github: c.github },
		...c.secrets === void 0 ? {} : { secrets: c.secrets },
		...c.unenclosed === void 0 ? {} : { unenclosed: c.unenclosed }
	});
}
/** A world for a look at a fleet that leaves no session behind. */
async function readOnlyWorld(c, fleet, key) {
	return worldIn(c, {
		fleet,
		ledger: {
			sessions: async () => [],
			read: async () => [],
			all: async () => [],
			append: async () => void 0
		},
		session: "",
		folder: c.scratch,
		key
	});
}
const keyFile = (path) => path === void 0 ? null : {
	kind: "file",
	path
};
/** Text of a file that a person wrote; the byte order mark is dropped. */
const read = async (file, what) => {
	let bytes;
	try {
		bytes = await readFile(file);
	} catch (error) {
		throw new Failure({
			code: "U032",
			message: `cannot read ${what} ${file}: ${error.code ?? String(error)}`,
			remedy: `ls -l ${quote(file)}`
		}, error);
	}
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch (error) {
		const utf16 = bytes[0] === 255 && bytes[1] === 254 || bytes[0] === 254 && bytes[1] === 255;
		throw new Failure({
			code: "U032",
			message: `cannot read ${what} ${file}: it is ${utf16 ? "written in UTF-16" : "not written in UTF-8"}`,
			remedy: `iconv -f ${utf16 ? "UTF-16" : "ISO-8859-1"} -t UTF-8 ${quote(file)} -o ${quote(`${file}.utf8`)}`
		}, error);
	}
};
/** `lab` is the running lab's own file; another name is one of fleets/; anything with a slash or a dot is a path. */
async function loadFleet(c, name, labId) {
	const file = fleetPath(c, name, labId);
	if (name === "lab" && !existsSync(file)) throw new Failure({
		code: "U033",
		message: "the lab is not up",
		remedy: `vps-test lab up${labId === void 0 ? "" : ` --lab ${quote(labId)}`}`
	});
	const text = await read(file, "the fleet file");
	const fleet = parseFleet(text, file);
	return {
		fleet: fleet.name === name ? fleet : {
			...fleet,
			reference: name
		},
		file,
		text
	};
}
function fleetPath(c, name, labId) {
	if (name === "lab") return pathsOf(layoutOf(labId)).fleet;
	return /[/.]/.test(name) ? resolve(c.cwd, name) : join$1(c.root, "fleets", `${name}.yaml`);
}
async function loadProfiles(c) {
	const files = (await readdir(join$1(c.root, "profiles"))).filter((f) => f.endsWith(".yaml")).sort();
	return Promise.all(files.map(async (f) => parseProfile(await read(join$1(c.root, "profiles", f), "the profile"), `profiles/${f}`)));
}
/** Every project that the repository's configuration can give. */
async function loadRepository(c, directory, configFile, fleet, profiles) {
	const dir = resolve(c.cwd, directory);
	const file = configFile === void 0 ? findProjectFile(dir, existsSync) : resolve(c.cwd, configFile);
	if (file === void 0) throw new Failure({
		code: "U034",
		message: `no configuration in ${dir}: add ${projectFiles[0]} to the repository (${projectFiles.slice(1).join(" and ")} are read too)`,
		remedy: `vps-test init --dir ${basename(dir) === "" ? "." : quote(dir)}`
	});
	const configs = parseProjectAll(await read(file, "the configuration"), file, {
		fleet,
		profiles
	});
	const path = relative(dir, file);
	const shown = path.startsWith("..") || isAbsolute(path) ? basename(file) : path;
	return {
		dir,
		configs: configs.map((p) => ({
			...p,
			origin: p.origin.replace(file, () => shown)
		}))
	};
}

// src/app/exit-code.ts
/** The exit code that a session's end has (architecture: exit codes). */
/** What others may build on: what a person must approve has not passed before he has (spec §4, proof manual-verify). */
function settledCode(session, entries) {
	const code = exitCode(session, entries);
	return code === exitCodes.passed && session.manualVerify && session.state !== "COMPLETE" ? exitCodes.inconclusive : code;
}
/**
* As far as the session has come: 0 passed · 10 infrastructure · 20 product failed · 30 inconclusive. A wait after a
* pass has passed so far.
*/
function exitCode(session, entries) {
	const last = entries.at(-1);
	if (traitsOf(session.state).standing === "passed") return exitCodes.passed;
	if (last?.event === "unrecoverable") return recordedKind(last.facts.code) === "usage" ? exitCodes.usage : exitCodes.infra;
	return last !== void 0 && meaningOf$1(last).exit === "inconclusive" ? exitCodes.inconclusive : exitCodes.failed;
}

// src/app/leases.ts
/** Who holds the nodes of a fleet: read from the nodes themselves, so that it needs no ledger and no orchestrator's home. */
const timeoutMs = 2e4;
const leasesOn = (world, names) => onEachNode(names, world.signal, async (name) => parseLeases((await (await world.remote(name)).run(listLeases, {
	timeoutMs,
	signal: world.signal
})).stdout));
/** Takes them away by their fencing numbers; their holders change nothing any more. */
const breakLeases = (world, held) => onEachNode([...held.keys()], world.signal, async (name) => {
	const remote = await world.remote(name);
	for (const { service } of held.get(name) ?? []) await remote.run(breakLease(service), {
		timeoutMs,
		signal: world.signal
	});
});
/** A clock that was wrong when it was taken, or a hand: no plan of vps-test lasts so long. */
const isOdd = ({ secondsLeft }) => secondsLeft * 1e3 > longestLeaseMs + slackMs;
const slackMs = 6e5;

// src/app/can-begin.ts
/**
* Whether a checkpoint can begin, asked before it is claimed: a key that no node takes, a registry that is away or a
* fleet that somebody else holds is a refusal, and the wait goes on.
*/
async function checkCanBegin(world, plan, session) {
	const nodes = rosterOf(plan, session);
	const seen = await leasesOn(world, nodes);
	const faults = new Map(seen.failed);
	for (const [node, held] of seen.done) {
		const other = held.find((l) => l.service === plan.config.deploy.serviceName && l.holder !== session.id);
		if (other !== void 0) faults.set(node, new Failure({
			code: "B010",
			node,
			message: `${node}: ${other.service} is leased by ${other.who} (session ${other.holder}, ${other.why})`,
			remedy: listLeasesOf(plan.fleet)
		}));
	}
	const left = nodes.filter((n) => !faults.has(n));
	const cause = faults.get(registryOf(plan.fleet)?.name ?? "") ?? [...faults.values()][0];
	if (cause !== void 0 && quorumFault(plan, left) !== null) throw cause;
}

// src/app/key.ts
/**
* The private key, looked at before anything is written down or a node is asked: who has none is told so, and nothing
* was begun.
*/
async function checkKey({ missingKey }, key, fleet) {
	if (key?.kind === "text") {
		parsePrivateKey(key.text, key.origin);
		return;
	}
	const file = key?.path ?? fleet.identityFile;
	if (file !== void 0) await readPrivateKey(file);
	else throw (missingKey ?? noKey)(fleet.name);
}
const noKey = (fleet) => new Failure({
	code: "U056",
	message: `fleet ${fleet} needs a private SSH key, and none is given`,
	remedy: "vps-test soak --key ~/.ssh/id_ed25519"
});

// src/app/local-notes.ts
/** What this machine alone knows of a session, beside its evidence: the key it was started with, and a try that was refused. */
const file = (folder) => join$1(folder, "local.json");
/** A file that is none of ours says nothing. */
async function readNotes(folder) {
	try {
		const { key, refused } = JSON.parse(await readFile(file(folder), "utf8"));
		return {
			...typeof key === "string" ? { key } : {},
			...typeof refused?.at === "number" && typeof refused.code === "string" && typeof refused.message === "string" ? { refused: {
				at: refused.at,
				code: refused.code,
				message: refused.message
			} } : {}
		};
	} catch {
		return {};
	}
}
async function note(folder, more) {
	await mkdir(folder, { recursive: true });
	await writeFile(file(folder), `${JSON.stringify({
		...await readNotes(folder),
		...more
	})}\n`);
}

// src/app/writer-ended.ts
/** Whether the writer of a session's newest entry has ended: until then the session is its own. */
async function writerEnded(c, s) {
	if (s.by === null) return true;
	const silent = c.clock.now() - s.changedAt;
	if (s.by.kind === "run") return silent > 18e6 || c.forge !== null && c.forge.runEnded(s.by.run, s.by.attempt);
	return processEnded(s.by) || silent > longestStageMs;
}
const longestStageMs = 108e5;
/** `timeout-minutes` of the job `checkpoint` is 240 (a test holds the two together). */
const longestJobMs = 18e6;

// src/app/checkpoints.ts
/** What is due in each session, and taking it: claimed in the ledger, tested, recorded with its lateness. */
/** What a tick finds, for every session that has not ended. */
async function duties(c) {
	const { whole, damaged } = await sessionsIn(c.sessions);
	const open = [];
	const broken = damaged.map(({ id, project, fault }) => ({
		id,
		project,
		error: fault
	}));
	await Promise.all(whole.filter((k) => !isFinal(k.session.state)).map(async (known) => {
		try {
			open.push({
				known,
				tick: await tickOf(c, known.session)
			});
		} catch (error) {
			c.signal.throwIfAborted();
			broken.push({
				id: known.session.id,
				project: known.project,
				error: endable(known, error)
			});
		}
	}));
	return {
		open: open.toSorted((a, b) => b.known.session.changedAt - a.known.session.changedAt),
		broken
	};
}
/** What its ledger says can make no sense: then a person ends it. */
const endable = (known, error) => error instanceof Failure && error.kind === "usage" && error.facts.remedy === void 0 ? new Failure({
	...error.facts,
	remedy: endingOf(known)
}, error) : error;
const endingOf = ({ project, session: { id } }) => `vps-test stop ${quote(project)} --session ${quote(id)}`;
const tickOf = async (c, s) => reconcile(s, c.clock.now(), asksWriter(s) && await writerEnded(c, s));
/**
* Appends what the tick decided, on exactly the entries that it was decided on. Answers with the entry; undefined:
* another writer was first.
*/
async function decide(c, { ledger, session, entries }, outcome) {
	const at = c.clock.now();
	const claim = outcome.event === "due" && isCheckpoint(session.state) ? {
		...outcome,
		facts: { checkpoint: taking(session, session.state, at) }
	} : outcome;
	const entry = next(entries, session, claim, at, c);
	if (entry === void 0) return void 0;
	try {
		await ledger.append(session.id, entry);
		c.terminal.info(`${session.id}: ${entry.from} → ${entry.to}: ${entry.why}`);
		return entry;
	} catch (error) {
		if (isFailure(error, "B001")) {
			c.terminal.info(`${session.id}: another writer was first`);
			return;
		}
		throw error;
	}
}
/**
* Claims what is due in one session and works on it until it waits or ends. Undefined: nothing was due, or another was
* first.
*/
async function take(c, known, tick, key, checkout, limits = {}) {
	if (tick.kind === "nothing") return void 0;
	const { ledger, project, entries, session: { id } } = known;
	const plan = newestPlan(entries);
	const folder = c.sessions.folderOf(project, id);
	const claims = tick.kind === "claim";
	const before = claims ? planned(plan, known) : plan;
	if (claims && before !== void 0) await refusing(c, folder, () => checkKey(c, key, before.fleet));
	const open = (of) => worldIn(c, {
		fleet: of.fleet,
		ledger,
		session: id,
		folder,
		checkout,
		key,
		patienceMs: 0
	});
	if (claims && before !== void 0 && known.session.state !== "SETUP") {
		const look = open(before);
		try {
			await refusing(c, folder, () => checkCanBegin(look, before, known.session));
		} finally {
			await look.close();
		}
	}
	const decided = await decide(c, known, tick.outcome);
	if (decided === void 0) return void 0;
	const world = open(planned(plan, known));
	try {
		const session = await run(planned(plan, known), id, world, {
			...limits,
			since: decided.hash
		});
		return {
			session,
			code: exitCode(session, await ledger.read(id))
		};
	} finally {
		await world.close();
	}
}
/** What kept the checkpoint from its beginning is told by `status` too. */
async function refusing(c, folder, look) {
	try {
		await look();
	} catch (error) {
		if (error instanceof Failure) await note(folder, { refused: {
			at: c.clock.now(),
			code: error.facts.code,
			message: error.message
		} });
		throw error;
	}
}
function planned(plan, known) {
	if (plan === void 0) throw new Failure({
		code: "H030",
		message: `session ${known.session.id} has no plan`,
		remedy: endingOf(known)
	});
	return plan;
}

// src/lab/inotify.ts
/**
* Room for inotify instances: a user has 128 of them by default, and the systemd of each node takes some, so that the
* fourth lab on a machine finds none.
*/
const setting = "/proc/sys/fs/inotify/max_user_instances";
/** Of systemd, journald, D-Bus and what a test starts. */
const perNode = 6;
/** What `lab up` raises the limit to. */
const roomy = 1024;
const wanted = (nodes) => nodes * perNode;
/** Exit 1 in words where a lab of ten nodes finds no room. */
const roomProbe = `limit=$(cat ${setting}); used=$(find /proc/[0-9]*/fd -lname 'anon_inode:*inotify*' 2>/dev/null | wc -l)
[ $((limit - used)) -ge ${wanted(10)} ] || { echo "$used of $limit inotify instances are in use, and a lab of ten nodes takes ${wanted(10)}"; exit 1; }`;
const roomRemedy = `sysctl -w fs.inotify.max_user_instances=${roomy}`;
function inotifyRoom() {
	return {
		limit: Number(readFileSync(setting, "utf8")),
		used: readdirSync("/proc").filter((p) => /^\d+$/.test(p)).reduce((sum, pid) => sum + instancesOf(pid), 0)
	};
}
function instancesOf(pid) {
	try {
		return readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`).includes("inotify")).length;
	} catch {
		return 0;
	}
}
const linkOf = (path) => {
	try {
		return readlinkSync(path);
	} catch {
		return "";
	}
};
/** The new limit where there is too little room; undefined: there is enough. */
const raisedLimit = ({ limit, used }, nodes) => limit - used >= wanted(nodes) ? void 0 : Math.max(roomy, 2 * limit, used + 2 * wanted(nodes));
/**
* Raises this machine's limit where a lab of so many nodes would not fit. Answers with what was done; undefined:
* nothing.
*/
async function makeRoom(nodes) {
	const room = inotifyRoom();
	const limit = raisedLimit(room, nodes);
	if (limit === void 0) return void 0;
	try {
		await writeFile(setting, String(limit));
	} catch (cause) {
		throw new Failure({
			code: "I212",
			message: `${room.used} of ${room.limit} inotify instances are in use, a lab of ${nodes} nodes takes ${wanted(nodes)}, and the limit cannot be raised here`,
			remedy: `sysctl -w fs.inotify.max_user_instances=${limit}`
		}, cause);
	}
	return `fs.inotify.max_user_instances of this machine was ${room.limit} with ${room.used} in use; it is ${limit} now`;
}

// src/lab/checks.ts
/** What this machine must have, as named checks: data, tried by doctor.ts. */
const sh = (text) => [
	"sh",
	"-c",
	`PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:$HOME/.cargo/bin"; ${text}`
];
const tool = (name) => sh(`command -v ${name} >/dev/null || { echo "${name} is not installed"; exit 1; }`);
const checks = [
	{
		name: "root",
		purpose: "network namespaces, mounts, systemd as PID 1",
		needed: "lab",
		probe: sh("[ \"$(id -u)\" = 0 ] || { echo \"not root\"; exit 1; }"),
		remedy: "sudo -E env \"PATH=$PATH\" vps-test lab up"
	},
	{
		name: "iproute2",
		purpose: "namespaces, links and addresses",
		needed: "lab",
		probe: tool("ip"),
		package: "iproute2"
	},
	{
		name: "nftables",
		purpose: "the NAT boxes, and the packet counters on every node",
		needed: "lab",
		probe: tool("nft"),
		package: "nftables"
	},
	{
		name: "conntrack",
		purpose: "reading a NAT box's mappings",
		needed: "lab",
		probe: tool("conntrack"),
		package: "conntrack"
	},
	{
		name: "openssh-server",
		purpose: "sshd of every node",
		needed: "lab",
		probe: sh("[ -x /usr/sbin/sshd ] || { echo \"sshd is not installed\"; exit 1; }"),
		package: "openssh-server"
	},
	{
		name: "openssh-client",
		purpose: "ssh-keygen: the lab's keys",
		needed: "lab",
		probe: tool("ssh-keygen"),
		package: "openssh-client"
	},
	{
		name: "dbus",
		purpose: "systemctl and systemd-run inside a node",
		needed: "lab",
		probe: tool("dbus-daemon"),
		package: "dbus"
	},
	{
		name: "systemd",
		purpose: "init and journal of every node",
		needed: "lab",
		probe: sh("[ -x /lib/systemd/systemd ] || { echo \"systemd is not installed\"; exit 1; }"),
		package: "systemd"
	},
	{
		name: "procps",
		purpose: "sysctl, ps",
		needed: "lab",
		probe: tool("sysctl"),
		package: "procps"
	},
	{
		name: "util-linux",
		purpose: "unshare, nsenter, setpriv",
		needed: "lab",
		probe: sh("command -v unshare >/dev/null && command -v nsenter >/dev/null && command -v setpriv >/dev/null || { echo \"unshare, nsenter or setpriv is not installed\"; exit 1; }"),
		package: "util-linux"
	},
	{
		name: "socat",
		purpose: "the way from the orchestrator into the lab",
		needed: "lab",
		probe: tool("socat"),
		package: "socat"
	},
	{
		name: "merged /usr",
		purpose: "nodes borrow this machine's programs",
		needed: "lab",
		probe: sh("[ -L /bin ] && [ -L /lib ] || { echo \"/bin or /lib is no link into /usr\"; exit 1; }"),
		remedy: "apt-get install usrmerge"
	},
	{
		name: "cgroup2",
		purpose: "systemd in a node, and taking a lab down at one stroke",
		needed: "lab",
		probe: sh("for at in $(awk '$3==\"cgroup2\"{print $2}' /proc/mounts); do d=$at/vps-test-doctor.$$; mkdir \"$d\" 2>/dev/null || continue; [ -e \"$d/cgroup.kill\" ]; e=$?; rmdir \"$d\"; [ $e = 0 ] && exit 0; done; echo \"no writable cgroup2 with cgroup.kill (Linux 5.14)\"; exit 1"),
		remedy: "run on a machine, or in a container, with a writable cgroup2"
	},
	{
		name: "namespaces",
		purpose: "a node is a set of namespaces",
		needed: "lab",
		probe: [
			"unshare",
			"--net",
			"--mount",
			"--pid",
			"--uts",
			"--ipc",
			"--cgroup",
			"--fork",
			"true"
		],
		remedy: "run as root with CAP_SYS_ADMIN"
	},
	{
		name: "inotify instances",
		purpose: "each node's systemd watches files",
		needed: "lab",
		probe: sh(roomProbe),
		remedy: roomRemedy
	},
	{
		name: "iptables",
		purpose: "queueing packets for the delay helper where the kernel has no netem",
		needed: "shaping",
		probe: tool("iptables"),
		package: "iptables"
	},
	{
		name: "netem or NFQUEUE",
		purpose: "delay and loss between nodes",
		needed: "shaping",
		probe: [
			"unshare",
			"--net",
			...sh("tc qdisc add dev lo root netem delay 0ms 2>/dev/null || iptables -A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass || { echo \"this kernel has neither\"; exit 1; }")
		],
		remedy: "apt-get install linux-modules-extra-$(uname -r)"
	},
	{
		name: "zstd",
		purpose: "one compressed upload for all nodes",
		needed: "deploy",
		probe: tool("zstd"),
		package: "zstd"
	},
	{
		name: "git",
		purpose: "the commit under test, the ledger",
		needed: "build",
		probe: tool("git"),
		package: "git"
	},
	{
		name: "cargo",
		purpose: "building the program under test",
		needed: "build",
		probe: tool("cargo"),
		package: "cargo"
	},
	{
		name: "gcc",
		purpose: "linking native builds",
		needed: "build",
		probe: tool("gcc"),
		package: "gcc"
	},
	{
		name: "python3-venv",
		purpose: "cargo-zigbuild and zig come as wheels",
		needed: "build",
		probe: sh("python3 -c \"import venv, ensurepip\""),
		package: "python3-venv"
	}
];

// src/lab/process.ts
/** Starts programs as root: those that are waited for, and those that outlive this process. */
const isRoot = () => process.getuid?.() === 0;
const environment = {
	PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	LC_ALL: "C.UTF-8"
};
const join = (cgroup, argv) => [
	"sh",
	"-c",
	"echo 0 >\"$1/cgroup.procs\" || exit 125; shift; exec \"$@\"",
	"join",
	cgroup,
	...argv
];
/** Resolves however the program ends; rejects when it cannot start, at the deadline, or on abort. */
function exec(argv, o) {
	o.signal.throwIfAborted();
	return new Promise((resolve, reject) => {
		const [file = "", ...rest] = o.cgroup === void 0 ? argv : join(o.cgroup, argv);
		const child = spawn(file, rest, {
			detached: true,
			stdio: "pipe",
			...o.inherit ? {} : { env: environment },
			cwd: "/"
		});
		let stdout = "", stderr = "", enough = false;
		const kill = () => {
			try {
				if (child.pid !== void 0) process.kill(-child.pid, "SIGKILL");
			} catch {}
		};
		const stop = (why) => {
			kill();
			done(() => reject(why));
		};
		const timer = setTimeout(() => stop(new Failure({
			code: "I201",
			message: `${argv.slice(0, 6).join(" ")}: no end within ${o.timeoutMs} ms${stderr ? `: ${stderr.trim().slice(-300)}` : ""}`
		})), o.timeoutMs);
		const aborted = () => stop(o.signal.reason);
		const done = (settle) => {
			clearTimeout(timer);
			o.signal.removeEventListener("abort", aborted);
			settle();
		};
		o.signal.addEventListener("abort", aborted, { once: true });
		child.stdout.setEncoding("utf8").on("data", (text) => {
			stdout = (stdout + text).slice(-1e6);
			o.onText?.(text);
			if (o.until?.test(stdout)) {
				enough = true;
				kill();
			}
		});
		child.stderr.setEncoding("utf8").on("data", (text) => {
			stderr = (stderr + text).slice(-1e5);
			o.onText?.(text);
		});
		child.stdin.on("error", () => {});
		child.stdin.end(o.stdin ?? "");
		child.on("error", (cause) => done(() => reject(new Failure({
			code: "I202",
			message: `cannot start ${argv[0]}: ${cause.message}`,
			remedy: "vps-test lab doctor"
		}, cause))));
		child.on("close", (code) => done(() => resolve({
			code: enough ? 0 : code,
			stdout,
			stderr
		})));
	});
}
/** Starts a program that outlives this one, inside a cgroup, with its output in a file. */
function daemon(argv, cgroup, logFile) {
	const out = openSync(logFile, "a");
	const [file = "", ...rest] = join(cgroup, argv);
	const child = spawn(file, rest, {
		detached: true,
		stdio: [
			"ignore",
			out,
			out
		],
		env: environment,
		cwd: "/"
	});
	child.on("error", () => {});
	child.unref();
	closeSync(out);
}

// src/lab/doctor.ts
/** Tries the checks of this machine, refuses in one sentence, and gets what is missing in one way. */
const doctor = (o) => Promise.all((o.list ?? checks).filter((c) => o.only === void 0 || o.only.includes(c.needed)).map(async (check) => {
	const ended = await exec(check.probe, {
		timeoutMs: 2e4,
		signal: o.signal,
		inherit: true
	}).catch((e) => {
		o.signal.throwIfAborted();
		return {
			code: 1,
			stdout: e.message,
			stderr: ""
		};
	});
	return {
		check,
		ok: ended.code === 0,
		detail: ended.code === 0 ? "" : (ended.stdout + ended.stderr).trim().split("\n").at(-1) ?? ""
	};
}));
/** The refusal that names everything missing at once; undefined where nothing is. */
function refusalOf(results) {
	const bad = results.filter((r) => !r.ok);
	if (bad.length === 0) return void 0;
	const byHand = bad.find((r) => r.check.package === void 0);
	return new Failure({
		code: "I210",
		message: `this machine cannot run a lab: ${bad.map((r) => `${r.check.name} (${r.detail || "missing"}; for ${r.check.purpose})`).join(", ")}`,
		remedy: byHand?.check.remedy ?? "vps-test lab doctor --fix"
	});
}
/** The shell program that installs packages; the values are arguments. */
const installScript = `set -eu
export DEBIAN_FRONTEND=noninteractive
deny=/usr/sbin/policy-rc.d mine=no
undo() { [ "$mine" = no ] || rm -f "$deny"; }
trap undo EXIT
# A new package must not start services here: the lab needs sshd's program, this machine does not need its service.
[ -e "$deny" ] || { mine=yes; printf '#!/bin/sh\\nexit 101\\n' >"$deny"; chmod 755 "$deny"; }
apt-get -o DPkg::Lock::Timeout=120 update
apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"
for name; do
  [ "$name" != openssh-server ] || systemctl disable ssh.service ssh.socket 2>/dev/null || :
done`;
/**
* Installs what is missing and checks again. An sshd that is installed already is not touched: its package is then not
* in the list.
*/
async function doctorFix(o) {
	const before = await doctor(o);
	const packages = [...new Set(before.filter((r) => !r.ok).flatMap((r) => r.check.package ?? []))];
	if (packages.length === 0) return before;
	o.log.info(`installing ${packages.join(" ")}`);
	const argv = [
		...isRoot() ? [] : ["sudo", "-n"],
		"sh",
		"-c",
		installScript,
		"install",
		...packages
	];
	const ended = await exec(argv, {
		timeoutMs: 6e5,
		signal: o.signal,
		inherit: true,
		onText: (text) => o.log.progress("apt", text.trim().split("\n").at(-1) ?? "")
	});
	if (ended.code !== 0) throw new Failure({
		code: "I211",
		message: `could not install ${packages.join(" ")}: ${ended.stderr.trim().split("\n").slice(-3).join(" / ")}`,
		remedy: `sudo apt-get install -y --no-install-recommends ${packages.join(" ")}`
	});
	return doctor(o);
}

// src/lab/fleet-file.ts
function labFleet(t, l, running) {
	const registry = t.nodes.find((n) => n.role === "registry");
	return {
		name: t.name,
		ports: t.ports,
		identityFile: pathsOf(l).key,
		...registry === void 0 ? {} : { registryUrl: `http://${publicAddress(registry)}:${t.registryPort}` },
		lab: {
			natTimeoutFactor: t.natTimeoutFactor,
			shaping: running.shaping
		},
		nodes: t.nodes.map((n) => fleetNode(n, l, running))
	};
}
/** Enters the namespace of the lab's orchestrator and speaks TCP from there; `%h` may be a lab name or an address. */
const labProxyArgv = (l) => [
	...enter(hqOf(l)),
	"sh",
	pathsOf(l).reach,
	pathsOf(l).hosts,
	"%h",
	"%p"
];
function fleetNode(n, l, running) {
	const pin = running.hostKeys[n.name];
	return {
		name: n.name,
		host: labHostName(n),
		ip: publicAddress(n),
		sshPort: 22,
		user: "root",
		provider: "Lab",
		region: n.region,
		role: n.role,
		nat: n.nat,
		...n.expectedRate === void 0 ? {} : { expectedRate: n.expectedRate },
		runtime: { kind: "systemd" },
		...n.box === "none" ? {} : { natBox: {
			kind: "orchestrator",
			enter: enter(boxNamespace(l, n.name))
		} },
		hostKeys: pin === void 0 ? [] : [pin],
		proxy: {
			kind: "command",
			argv: labProxyArgv(l)
		}
	};
}
const fleetYaml = (fleet) => `# Written by \`vps-test lab up\`: true while the lab is up, gone with it.\n${renderFleet(fleet)}`;

// src/lab/files.ts
/** Small files of a lab: read where they may be missing, written where their directory may be. */
async function writeText(path, text, mode = 420) {
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, text, { mode });
}
const readText = (path) => readFile(path, "utf8").catch(() => null);
const exists = (path) => access$1(path).then(() => true, () => false);

// src/lab/marker.ts
/** Null: no lab, or one that was killed while it wrote its first line. */
async function markerOf(l) {
	const text = await readText(pathsOf(l).marker);
	try {
		return text === null ? null : JSON.parse(text);
	} catch {
		return null;
	}
}
const mark = (l, marker) => writeText(pathsOf(l).marker, JSON.stringify(marker));

// src/lab/nat.ts
/** The NATs a lab can build: named values, one line each on what they model, and the nft ruleset of each (RFC 4787). */
const boxKinds = {
	"full-cone": "EIM + EIF: one external port per socket, open to everybody once used (RFC 4787 §4.1, §5)",
	"address-restricted": "EIM + ADF: the same port for everybody, open to addresses that were written to",
	"port-restricted": "EIM + APDF: the same port for everybody, open to endpoints that were written to; the usual home router",
	symmetric: "APDM + APDF: a fresh random port for every destination; enterprise and mobile carriers",
	"plain-masquerade": "EIM + APDF until an unsolicited packet comes, then another port: the clash of routers without an input drop, as in many container set-ups"
};
/** RFC 4787 REQ-5: a UDP mapping lives at least two minutes. */
const REQ5_SECONDS = 120;
const mappingSeconds = (factor) => Math.max(1, Math.round(REQ5_SECONDS / factor));
/** Text for `nft -f -` inside the box. */
function natRuleset(box) {
	return [
		"table ip lab {",
		...memory(box).flatMap((line) => `  ${line}`),
		"  chain prerouting {",
		"    type nat hook prerouting priority dstnat; policy accept;",
		`    iifname "wan" ip daddr ${box.outside} tcp dport 22 dnat to ${box.inside}:22`,
		...admit(box).map((rule) => `    ${rule}`),
		"  }",
		"  chain postrouting {",
		"    type nat hook postrouting priority srcnat; policy accept;",
		`    oifname "wan" meta l4proto { udp, tcp } snat to ${box.outside}${box.kind === "symmetric" ? " random,fully-random" : ""}`,
		`    oifname "wan" snat to ${box.outside}`,
		"  }",
		...learn(box).map((line) => `  ${line}`),
		"  chain forward {",
		"    type filter hook forward priority filter; policy accept;",
		"    iifname \"wan\" ct state established,related accept",
		"    iifname \"wan\" ct status dnat accept",
		"    iifname \"wan\" drop",
		"  }",
		...input(box).map((line) => `  ${line}`),
		"}",
		""
	].join("\n");
}
/** What the box remembers about outgoing packets; keyed by the external port, hence exact when a port was remapped. */
function memory(box) {
	const set = (head, type) => [
		`${head} {`,
		`  type ${type}`,
		"  flags dynamic,timeout",
		`  timeout ${box.mappingSeconds}s`,
		"  size 65536",
		"}"
	];
	const eim = set("map eim", "inet_service : ipv4_addr . inet_service");
	switch (box.kind) {
		case "full-cone": return eim;
		case "address-restricted": return [...eim, ...set("set peers", "inet_service . ipv4_addr")];
		case "port-restricted":
		case "symmetric":
		case "plain-masquerade": return [];
		default: return assertNever(box.kind);
	}
}
/** Who may come in without having been answered: filtering wider than conntrack's own. */
function admit(box) {
	const to = `iifname "wan" ip daddr ${box.outside}`;
	if (box.kind === "full-cone") return [`${to} meta l4proto udp dnat ip to udp dport map @eim`];
	if (box.kind === "address-restricted") return [`${to} udp dport . ip saddr @peers dnat ip to udp dport map @eim`];
	return [];
}
/**
* A filter chain after source NAT: sees the true external port of every packet, and each packet refreshes its mapping
* (RFC 4787 REQ-6).
*/
function learn(box) {
	if (box.kind !== "full-cone" && box.kind !== "address-restricted") return [];
	const udp = "oifname \"wan\" meta l4proto udp";
	const live = `timeout ${box.mappingSeconds}s`;
	return [
		"chain learn {",
		"  type filter hook postrouting priority srcnat + 10; policy accept;",
		`  ${udp} ct direction original update @eim { udp sport ${live} : ct original ip saddr . ct original proto-src }`,
		`  ${udp} ct direction reply update @eim { udp sport ${live} : ct reply ip saddr . ct reply proto-src }`,
		...box.kind === "address-restricted" ? [`  ${udp} update @peers { udp sport . ip daddr ${live} }`] : [],
		"}"
	];
}
/**
* The important half of a cone: an unsolicited packet must die *before* it is delivered locally. Delivered, it confirms
* a
* conntrack entry that occupies (remote, wan:port), and the node's own later flow to that remote gets another port.
*/
function input(box) {
	if (box.kind === "plain-masquerade") return [];
	return [
		"chain input {",
		"  type filter hook input priority filter; policy accept;",
		"  iifname \"wan\" ct state established,related accept",
		"  iifname \"wan\" icmp type echo-request accept",
		"  iifname \"wan\" drop",
		"}"
	];
}

// src/lab/network.ts
/**
* Topology → namespaces, links, addresses and NAT rules, as steps. A routed core without conntrack and without a way
* out.
*/
const namespacesOf = (t, l) => [
	routerOf(l),
	hqOf(l),
	...t.nodes.map((n) => nodeNamespace(l, n.name)),
	...t.nodes.filter((n) => n.box !== "none").map((n) => boxNamespace(l, n.name))
];
const compileNetwork = (t, l) => [
	[ip("make the namespaces", null, namespacesOf(t, l).map((name) => `netns add ${name}`))],
	[ip("lay the links", routerOf(l), links(t, l))],
	[
		ip("address the orchestrator", hqOf(l), [
			"link set lo up",
			...hqAddresses.map((a) => `addr add ${a}/24 dev eth0`),
			"link set eth0 up",
			`route add default via ${hqGateway}`
		]),
		sysctl("let the router route", routerOf(l), ["net.ipv4.ip_forward=1"]),
		...t.nodes.map((n) => ip(`address ${n.name}`, nodeNamespace(l, n.name), end("eth0", ownAddress(n), n.box === "none" ? publicGateway(n) : privateGateway(n)))),
		...t.nodes.flatMap((n) => box(t, l, n))
	],
	t.nodes.filter((n) => n.box !== "none").map((n) => sysctl(`time the mappings of ${n.name}'s box`, boxNamespace(l, n.name), timeouts(t)))
];
/** Every veth goes straight into its places; the router holds one end of each /24. */
function links(t, l) {
	const far = (n) => n.box === "none" ? `eth0 netns ${nodeNamespace(l, n.name)}` : `wan netns ${boxNamespace(l, n.name)}`;
	return [
		"link set lo up",
		`link add hq type veth peer name eth0 netns ${hqOf(l)}`,
		`addr add ${hqGateway}/24 dev hq`,
		"link set hq up",
		...t.nodes.flatMap((n) => [
			`link add ${interfaceName(n)} type veth peer name ${far(n)}`,
			`addr add ${publicGateway(n)}/24 dev ${interfaceName(n)}`,
			`link set ${interfaceName(n)} up`
		]),
		...t.nodes.filter((n) => n.box !== "none").map((n) => `link add lan netns ${boxNamespace(l, n.name)} type veth peer name eth0 netns ${nodeNamespace(l, n.name)}`)
	];
}
const end = (device, address, gateway) => [
	"link set lo up",
	`addr add ${address}/24 dev ${device}`,
	`link set ${device} up`,
	`route add default via ${gateway}`
];
function box(t, l, n) {
	if (n.box === "none") return [];
	const name = boxNamespace(l, n.name);
	const rules = natRuleset({
		kind: n.box,
		outside: publicAddress(n),
		inside: privateAddress(n),
		mappingSeconds: mappingSeconds(t.natTimeoutFactor)
	});
	return [ip(`address ${n.name}'s box`, name, [
		...end("wan", publicAddress(n), publicGateway(n)),
		`addr add ${privateGateway(n)}/24 dev lan`,
		"link set lan up"
	]), {
		kind: "run",
		why: `${n.name}'s box: ${n.box}`,
		argv: [
			...enter(name),
			"nft",
			"-f",
			"-"
		],
		stdin: rules
	}];
}
/** After the rules: these settings exist only once connection tracking is in use. */
const timeouts = (t) => {
	const seconds = mappingSeconds(t.natTimeoutFactor);
	return [
		"net.ipv4.ip_forward=1",
		`net.netfilter.nf_conntrack_udp_timeout=${seconds}`,
		`net.netfilter.nf_conntrack_udp_timeout_stream=${seconds}`
	];
};
const ip = (why, namespace, lines) => ({
	kind: "run",
	why,
	argv: [
		"ip",
		...namespace === null ? [] : ["-n", namespace],
		"-batch",
		"-"
	],
	stdin: `${lines.join("\n")}\n`
});
/** Settings below net/ belong to the namespace that the writer is in, never to the machine. */
const sysctl = (why, namespace, settings) => ({
	kind: "run",
	why,
	argv: [
		...enter(namespace),
		"sysctl",
		"-qw",
		...settings
	]
});

// src/lab/cgroup.ts
/** The lab's cgroups: made, asked who lives in them, and killed at one stroke. */
/** The cgroup2 mount, at /sys/fs/cgroup or, on hybrid machines, below it. */
function cgroupMount() {
	const line = readFileSync("/proc/mounts", "utf8").split("\n").map((l) => l.split(" ")).find((f) => f[2] === "cgroup2" && f[3]?.split(",").includes("rw"));
	if (line?.[1] === void 0) throw new Failure({
		code: "I204",
		message: "no writable cgroup2 on this machine: systemd cannot run in a lab node",
		remedy: "mount -t cgroup2 none /sys/fs/cgroup/unified"
	});
	return line[1];
}
const cgroupOf = (l) => `${cgroupMount()}/${l.cgroup}`;
/**
* Makes `paths` below the lab's cgroup and hands controllers down as far as the machine lets us; without them
* MemoryMax= and the
* like are not enforced, nothing else. Not in a delegated subtree (it has a type): enabling some there turns it
* threaded.
*/
async function makeCgroups(l, paths) {
	const top = cgroupOf(l);
	for (const path of paths) await mkdir(`${top}/${path}`, { recursive: true });
	const givers = [
		dirname(top),
		top,
		...new Set(paths.filter((p) => p.includes("/")).map((p) => `${top}/${dirname(p)}`))
	];
	if (await exists(`${dirname(top)}/cgroup.type`)) return;
	for (const giver of givers) for (const one of [
		"memory",
		"pids",
		"io",
		"cpu"
	]) await writeFile(`${giver}/cgroup.subtree_control`, `+${one}`).catch(() => void 0);
}
/** Kills all that is in the cgroup, however deep, and removes it: repeated until nothing can be left. */
async function clearCgroup(path, remove, signal) {
	while (await exists(path)) {
		await writeFile(`${path}/cgroup.kill`, "1").catch(() => void 0);
		if (remove) removeEmpty(path);
		else if (/^populated 0$/m.test(await readText(`${path}/cgroup.events`) ?? "")) return;
		if (await exists(path)) await setTimeout$1(10, void 0, { signal });
	}
}
function removeEmpty(path) {
	try {
		for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeEmpty(`${path}/${entry.name}`);
		rmdirSync(path);
	} catch {}
}
/** The pid, on this machine, of a node's PID 1; undefined when the node is off. */
async function leaderOf(l, node) {
	for (const at of ["payload/init.scope", "payload"]) for (const pid of (await readText(`${cgroupOf(l)}/${node}/${at}/cgroup.procs`) ?? "").split("\n").filter(Boolean)) if (/^NSpid:.*\s(\d+)$/m.exec(await readText(`/proc/${pid}/status`) ?? "")?.[1] === "1") return Number(pid);
}
const populated = async (path) => /^populated 1$/m.test(await readText(`${path}/cgroup.events`) ?? "");

// src/lab/power.ts
/** Power and the first sign of life: starts a node's keeper, waits until sshd speaks. */
/** Gives a node its power. It outlives this process. */
function startNode(l, node) {
	const at = pathsOf(l), cgroup = `${cgroupOf(l)}/${node}`;
	daemon([
		"sh",
		at.keeper,
		cgroup,
		nodeNamespace(l, node),
		at.boot,
		at.root(node)
	], `${cgroup}/keeper`, `${at.node(node)}/console.log`);
}
/** Resolves when every node's sshd has sent its banner, the way an orchestrator would see it. */
async function banners(nodes, l, o) {
	const heard = await Promise.all(nodes.map((n) => banner(n, l, o)));
	o.signal.throwIfAborted();
	const silent = nodes.filter((_, i) => !heard[i]).map((n) => n.name);
	const first = silent[0];
	if (first === void 0) return;
	const console = (await readText(`${pathsOf(l).node(first)}/console.log`) ?? "").trim().slice(-500);
	throw new Failure({
		code: "I220",
		node: first,
		message: `no ssh within ${o.timeoutMs / 1e3} s on ${silent.join(", ")}; the console of ${first} says: ${console || "nothing"}`,
		remedy: "vps-test lab doctor"
	});
}
/** One small program repeats the connection; it is given up early when the node's keeper has ended. */
async function banner(n, l, o) {
	const over = new AbortController();
	const signal = AbortSignal.any([o.signal, over.signal]);
	const argv = [
		...enter(hqOf(l)),
		"socat",
		"-u",
		`TCP:${publicAddress(n)}:22,connect-timeout=2,retry=${Math.ceil(o.timeoutMs / 30)},interval=0.03`,
		"STDOUT"
	];
	const spoke = exec(argv, {
		...o,
		signal,
		until: /^SSH-/
	}).then((ended) => ended.code === 0, () => false);
	const died = lost(l, n.name, signal).then(() => false, () => false);
	try {
		return await Promise.race([spoke, died]);
	} finally {
		over.abort();
	}
}
async function lost(l, node, signal) {
	for (let seen = false;;) {
		const alive = await populated(`${cgroupOf(l)}/${node}`);
		if (seen && !alive) return;
		seen ||= alive;
		await setTimeout$1(50, void 0, { signal });
	}
}

// src/lab/boot.ts
/**
* The two shell programs of a node: the keeper (its power supply) and the boot (from namespaces to systemd as PID 1).
* Static texts; values come as arguments.
*/
/**
* keeper.sh <node's cgroup> <namespace> <boot.sh> <root>. Reboots are told by the way PID 1 of a pid namespace dies
* (reboot(2): SIGHUP for restart, SIGINT for halt and power-off). A fresh payload cgroup for each boot: the old
* one has controllers handed down, and such a cgroup takes no process itself.
*/
const keeperScript = `#!/bin/sh
set -u
cgroup=$1 namespace=$2 boot=$3 root=$4
while :; do
  find "$cgroup/payload" -depth -type d -exec rmdir {} + 2>/dev/null
  mkdir -p "$cgroup/payload" || exit 1
  nsenter --net="/run/netns/$namespace" -- \\
    unshare --mount --uts --ipc --pid --fork --kill-child=SIGKILL --propagation private -- \\
    sh "$boot" enter "$cgroup/payload" "$root"
  ended=$?
  echo "keeper: node ended with $ended"
  [ "$ended" = 129 ] || exit "$ended"
done
`;
/**
* boot.sh enter <payload cgroup> <root>, as PID 1 of fresh namespaces. Joins its cgroup only here, after the fork: were
* the
* waiting parent in it too, systemd could not hand down controllers.
*
* The node's own files lie over the common template where a work directory was made for that; else its tree is a whole
* copy. The mount
* is in the node's own namespace and ends with it, so that nothing is to be unmounted by whoever takes a lab away.
* Nothing is left to systemd-tmpfiles, and there is no generator: the journal finds the mark that it was flushed, and
* writes to the disk at once.
*
* Why the mounts are as they are: /proc/sys is read-only except net/, or systemd-sysctl would write the *machine's*
* settings;
* a boot id of its own makes \`journalctl --boot\` and every "was it rebooted?" check true; /proc/kmsg is silenced.
* Dropped capabilities are those that reach past the namespaces (modules, raw I/O, the clock, the kernel log).
*
* Ten nodes boot on few cores: what starts a program here is paid for ten times, so that tables are mounted, and trees copied, whole.
*/
const bootScript = `#!/bin/sh
set -eu
if [ "$1" = enter ]; then
  echo 0 >"$2/cgroup.procs"
  exec unshare --cgroup -- sh "$0" mount "$3"
fi
root=$2 above=\${2%/*} lab=\${2%/*/*/*}
if [ -d "$above/root.work" ]; then
  mount -t overlay -o "lowerdir=$lab/template,upperdir=$root,workdir=$above/root.work" overlay "$root"
else
  mount --bind "$root" "$root"
fi
cd "$root"

mkdir -p "$above/usr" "$above/usr.work"
mount -t overlay -o "lowerdir=/usr,upperdir=$above/usr,workdir=$above/usr.work" overlay usr 2>/dev/null || {
  mkdir -p "$above/usr/local"
  mount --bind /usr usr && mount -o remount,bind,ro usr && mount --bind "$above/usr/local" usr/local
}

mount -a -T "$lab/mounts"
cp -a "$lab/early/." .
read -r id </proc/sys/kernel/random/uuid
echo "$id" >run/.boot-id
mounts=
for device in null zero full random urandom tty net/tun; do
  [ ! -e "/dev/$device" ] || { : >"dev/$device"; mounts="$mounts/dev/$device dev/$device none bind
"; }
done
for entry in sysrq-trigger irq bus fs acpi; do
  [ ! -e "proc/$entry" ] || mounts="\${mounts}proc/$entry proc/$entry none bind,ro,nosuid,nodev,noexec
"
done
echo "\${mounts}devpts dev/pts devpts newinstance,ptmxmode=0666,mode=620,gid=5
tmpfs dev/shm tmpfs mode=1777,nosuid,nodev
proc/sys proc/sys none bind
proc/sys/net proc/sys/net none bind
run/.boot-id proc/sys/kernel/random/boot_id none bind
dev/null proc/kmsg none bind" >"$above/mounts"
mount -a -T "$above/mounts"
mount -o remount,bind,ro,nosuid,nodev,noexec proc/sys

pivot_root . .before
cd /
umount -l /.before
rmdir /.before
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin container=lab TERM=dumb LANG=C.UTF-8 \\
  SYSTEMD_GENERATOR_PATH=/var/empty SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/var/empty \\
  setpriv --bounding-set=-sys_module,-sys_rawio,-sys_time,-syslog,-mknod,-mac_admin,-mac_override,-wake_alarm,-block_suspend \\
  /lib/systemd/systemd --system --log-target=journal </dev/null
`;
/** What boot.sh lays into a node at one stroke, over file systems that are empty at every boot. */
const earlyDirectories = [
	"",
	"dev",
	"dev/pts",
	"dev/shm",
	"dev/net",
	"run",
	"run/lock",
	"run/systemd",
	"run/systemd/journal",
	".before"
];
/** A node's own file systems, from its root: one program mounts them all. */
const earlyMounts = `proc proc proc nosuid,nodev,noexec
sysfs sys sysfs nosuid,nodev,noexec,ro
cgroup2 sys/fs/cgroup cgroup2 nosuid,nodev,noexec
tmpfs dev tmpfs mode=755,nosuid,size=4m
tmpfs run tmpfs mode=755,nosuid,nodev,size=64m
tmpfs tmp tmpfs mode=1777,nosuid,nodev
`;
/**
* reach.sh <hosts file> <host> <port>: the fleet's proxy. Looks lab names up in the lab's own hosts file and nowhere
* else: a
* name that is not there fails at once, and no resolver ever hears of it. Without nodelay every SSH command costs one
* to two round trips more.
*/
const reachScript = `#!/bin/sh
case $2 in
  *[!0-9.]*) address=$(while read -r ip name; do [ "$name" = "$2" ] && echo "$ip"; done <"$1") ;;
  *) address=$2 ;;
esac
[ -n "$address" ] || { echo "no lab host is called $2" >&2; exit 68; }
exec socat - "TCP:$address:$3,nodelay"
`;

// src/lab/units.ts
/**
* What runs on a lab node beside the thing under test: journald, D-Bus, sshd. All else that a borrowed /usr would start
* is masked.
*/
const masked = [
	"systemd-udevd.service",
	"systemd-udev-trigger.service",
	"systemd-udev-settle.service",
	"systemd-udevd-control.socket",
	"systemd-udevd-kernel.socket",
	"systemd-networkd.service",
	"systemd-networkd.socket",
	"systemd-networkd-wait-online.service",
	"systemd-network-generator.service",
	"systemd-resolved.service",
	"systemd-timesyncd.service",
	"systemd-modules-load.service",
	"kmod-static-nodes.service",
	"systemd-hwdb-update.service",
	"systemd-sysctl.service",
	"systemd-binfmt.service",
	"proc-sys-fs-binfmt_misc.automount",
	"proc-sys-fs-binfmt_misc.mount",
	"systemd-oomd.service",
	"systemd-oomd.socket",
	"systemd-pstore.service",
	"systemd-random-seed.service",
	"systemd-boot-update.service",
	"systemd-pcrphase.service",
	"systemd-pcrphase-sysinit.service",
	"dev-hugepages.mount",
	"dev-mqueue.mount",
	"sys-fs-fuse-connections.mount",
	"sys-kernel-config.mount",
	"sys-kernel-debug.mount",
	"sys-kernel-tracing.mount",
	"getty.target",
	"console-getty.service",
	"systemd-ask-password-console.path",
	"systemd-ask-password-wall.path",
	"systemd-logind.service",
	"systemd-firstboot.service",
	"systemd-homed.service",
	"systemd-userdbd.service",
	"systemd-userdbd.socket",
	"systemd-machine-id-commit.service",
	"systemd-remount-fs.service",
	"systemd-update-utmp.service",
	"systemd-update-utmp-runlevel.service",
	"systemd-journal-catalog-update.service",
	"ldconfig.service",
	"systemd-tmpfiles-setup.service",
	"systemd-tmpfiles-setup-dev.service",
	"systemd-tmpfiles-setup-dev-early.service",
	"systemd-sysusers.service",
	"systemd-user-sessions.service",
	"systemd-journal-flush.service",
	"apt-daily.timer",
	"apt-daily-upgrade.timer",
	"dpkg-db-backup.timer",
	"e2scrub_all.timer",
	"e2scrub_reap.service",
	"fstrim.timer",
	"logrotate.timer",
	"man-db.timer",
	"motd-news.timer",
	"systemd-tmpfiles-clean.timer",
	"ssh.socket",
	"sshd-keygen.service"
];
/** Own unit: Debian starts sshd as a service, Ubuntu by socket. */
const sshUnit = `[Unit]
Description=OpenSSH server
[Service]
ExecStart=/usr/sbin/sshd -D -e -f /etc/ssh/sshd_config
ExecReload=/bin/kill -HUP $MAINPID
KillMode=process
Restart=on-failure
RestartSec=200ms
RuntimeDirectory=sshd
RuntimeDirectoryMode=0755
[Install]
WantedBy=multi-user.target
Alias=sshd.service
`;
/** No PAM: a login then starts no per-user manager, and does not depend on how the machine's PAM is set up. */
const sshdConfig = `Port 22
ListenAddress 0.0.0.0
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
AuthorizedKeysFile .ssh/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
X11Forwarding no
AllowTcpForwarding yes
MaxStartups 100:30:200
MaxSessions 100
Subsystem sftp internal-sftp
`;
const journaldConfig = `[Journal]
Storage=persistent
SystemMaxUse=64M
SystemMaxFileSize=8M
RateLimitIntervalSec=0
ReadKMsg=no
Audit=no
`;
const managerConfig = `[Manager]
DefaultTimeoutStopSec=5s
DefaultEnvironment=LANG=C.UTF-8
`;

// src/lab/root-tree.ts
/**
* A node's root tree, as steps: the machine's own /usr by overlay, one small template for all nodes, and a node's few
* own files over it.
*/
/** Everything of /etc that programs from the borrowed /usr need; no keys, no users' settings, no units. */
const borrowed = [
	"pam.d",
	"security",
	"login.defs",
	"nsswitch.conf",
	"ld.so.conf",
	"ld.so.conf.d",
	"ld.so.cache",
	"ssl/certs",
	"ssl/openssl.cnf",
	"alternatives",
	"profile",
	"bash.bashrc",
	"shells",
	"services",
	"protocols",
	"localtime",
	"dbus-1",
	"debian_version",
	"lsb-release",
	"iproute2",
	"xattr.conf",
	"gai.conf",
	"environment"
];
const directories = [
	"usr",
	"etc/ssh",
	"dev",
	"proc",
	"sys",
	"run",
	"home",
	"opt",
	"srv",
	"mnt",
	"media",
	"var/lib",
	"var/log/journal",
	"var/cache",
	"var/spool",
	"etc/systemd/system/multi-user.target.wants"
];
/** Tries an overlay beside the lab's other files, in a mount namespace that ends with it. */
const overlayProbe = (l) => [
	"unshare",
	"--mount",
	"--propagation",
	"private",
	"--",
	"sh",
	"-c",
	`set -eu
cd "$1"; mkdir -p probe/lower/d probe/upper probe/work
trap 'umount probe/lower 2>/dev/null; rm -rf probe' EXIT
mount -t overlay -o lowerdir=probe/lower,upperdir=probe/upper,workdir=probe/work overlay probe/lower
: >probe/lower/x && rmdir probe/lower/d`,
	"probe",
	l.stateDir
];
/** What all nodes share is put together once; then each node has its names and its key pair. */
const compileTrees = (t, l, accounts, kind) => {
	const at = pathsOf(l);
	return [
		[
			keyPair("make the key of the lab", `vps-test-${l.id}`, at.key),
			shared(t, l),
			template(at.template, accounts),
			...t.nodes.map((n) => own(t, l, n, kind))
		],
		[
			borrow(at.template),
			{
				kind: "run",
				why: "let the orchestrator in",
				argv: [
					"install",
					"-m",
					"600",
					`${at.key}.pub`,
					`${at.template}/root/.ssh/authorized_keys`
				]
			},
			...t.nodes.map((n) => keyPair(`make the key of ${n.name}`, n.name, `${at.root(n.name)}/etc/ssh/ssh_host_ed25519_key`))
		],
		kind === "overlay" ? [] : t.nodes.map((n) => ({
			kind: "run",
			why: `grow the tree of ${n.name}`,
			argv: [
				"cp",
				"-a",
				"--no-clobber",
				`${at.template}/.`,
				at.root(n.name)
			]
		}))
	];
};
const keyPair = (why, comment, path) => ({
	kind: "run",
	why,
	argv: [
		"ssh-keygen",
		"-q",
		"-t",
		"ed25519",
		"-N",
		"",
		"-C",
		comment,
		"-f",
		path
	]
});
const borrow = (to) => ({
	kind: "run",
	why: "borrow what /etc must say",
	argv: [
		"sh",
		"-c",
		`set -eu
to=$1; shift
for name in bin sbin lib lib32 lib64 libx32; do [ ! -L "/$name" ] || ln -s "$(readlink "/$name")" "$to/$name"; done
cp -L /etc/os-release "$to/etc/os-release"
for name; do [ ! -e "/etc/$name" ] || { mkdir -p "$to/etc/$(dirname "$name")"; cp -a "/etc/$name" "$to/etc/$(dirname "$name")/"; }; done`,
		"borrow",
		to,
		...borrowed
	]
});
const shared = (t, l) => {
	const at = pathsOf(l);
	return {
		kind: "files",
		why: "write the lab's own programs",
		directories: earlyDirectories.map((d) => ({
			path: `${at.early}/${d}`,
			mode: 493
		})),
		links: [
			{
				path: `${at.early}/dev/ptmx`,
				target: "pts/ptmx"
			},
			{
				path: `${at.early}/dev/fd`,
				target: "/proc/self/fd"
			},
			{
				path: `${at.early}/dev/stdin`,
				target: "fd/0"
			},
			{
				path: `${at.early}/dev/stdout`,
				target: "fd/1"
			},
			{
				path: `${at.early}/dev/stderr`,
				target: "fd/2"
			}
		],
		files: [
			{
				path: at.keeper,
				text: keeperScript
			},
			{
				path: at.boot,
				text: bootScript
			},
			{
				path: at.reach,
				text: reachScript
			},
			{
				path: at.mounts,
				text: earlyMounts
			},
			{
				path: `${at.early}/run/systemd/journal/flushed`,
				text: ""
			},
			{
				path: at.hosts,
				text: t.nodes.map((n) => `${publicAddress(n)} ${labHostName(n)}\n`).join("")
			}
		]
	};
};
const template = (to, accounts) => {
	const units = `${to}/etc/systemd/system`;
	return {
		kind: "files",
		why: "put the nodes' common tree together",
		directories: [
			...directories.map((d) => ({
				path: `${to}/${d}`,
				mode: 493
			})),
			{
				path: `${to}/root`,
				mode: 448
			},
			{
				path: `${to}/root/.ssh`,
				mode: 448
			},
			{
				path: `${to}/tmp`,
				mode: 1023
			},
			{
				path: `${to}/var/tmp`,
				mode: 1023
			}
		],
		files: [
			...accountFiles(to, accounts),
			{
				path: `${to}/etc/resolv.conf`,
				text: "nameserver 127.0.0.1\n"
			},
			{
				path: `${to}/etc/ssh/sshd_config`,
				text: sshdConfig
			},
			{
				path: `${units}/ssh.service`,
				text: sshUnit
			},
			{
				path: `${to}/etc/systemd/journald.conf.d/lab.conf`,
				text: journaldConfig
			},
			{
				path: `${to}/etc/systemd/system.conf.d/lab.conf`,
				text: managerConfig
			}
		],
		links: [
			...masked.map((unit) => ({
				path: `${units}/${unit}`,
				target: "/dev/null"
			})),
			{
				path: `${units}/default.target`,
				target: "/lib/systemd/system/multi-user.target"
			},
			{
				path: `${units}/sshd.service`,
				target: "ssh.service"
			},
			{
				path: `${units}/multi-user.target.wants/ssh.service`,
				target: "../ssh.service"
			},
			{
				path: `${to}/var/run`,
				target: "/run"
			},
			{
				path: `${to}/var/lock`,
				target: "/run/lock"
			}
		]
	};
};
/** The system's accounts only, all without passwords. */
function accountFiles(to, accounts) {
	const system = (text) => text.split("\n").filter((line) => {
		const [name, , id] = line.split(":");
		return id !== void 0 && (Number(id) < 1e3 || name === "nobody" || name === "nogroup");
	});
	const names = (lines) => lines.map((line) => line.split(":")[0] ?? "");
	const users = system(accounts.passwd).map((line) => line.replace(/^root:.*$/, "root:x:0:0:root:/root:/bin/bash"));
	const groups = system(accounts.group).map((line) => line.split(":").slice(0, 3).join(":") + ":");
	const text = (lines) => lines.map((line) => `${line}\n`).join("");
	return [
		{
			path: `${to}/etc/passwd`,
			text: text(users)
		},
		{
			path: `${to}/etc/group`,
			text: text(groups)
		},
		{
			path: `${to}/etc/shadow`,
			text: text(names(users).map((n) => `${n}:*:19000:0:99999:7:::`)),
			mode: 416
		},
		{
			path: `${to}/etc/gshadow`,
			text: text(names(groups).map((n) => `${n}:*::`)),
			mode: 416
		}
	];
}
function own(t, l, n, kind) {
	const at = pathsOf(l);
	const root = at.root(n.name);
	const others = t.nodes.map((o) => `${publicAddress(o)} ${labHostName(o)} ${o.name}`);
	const files = [
		{
			path: `${root}/etc/hostname`,
			text: `${n.name}\n`
		},
		{
			path: `${root}/etc/hosts`,
			text: [
				"127.0.0.1 localhost",
				`127.0.1.1 ${n.name}`,
				...others.filter((line) => !line.endsWith(` ${n.name}`)),
				""
			].join("\n")
		},
		{
			path: `${root}/etc/machine-id`,
			text: `${createHash("sha256").update(`vps-test ${l.id} ${n.name}`).digest("hex").slice(0, 32)}\n`,
			mode: 292
		}
	];
	const mode = 493;
	return {
		kind: "files",
		why: `name ${n.name}`,
		directories: [...kind === "overlay" ? [{
			path: at.rootWork(n.name),
			mode
		}] : [], ...[
			root,
			`${root}/etc`,
			`${root}/etc/ssh`
		].map((path) => ({
			path,
			mode
		}))],
		files
	};
}

// src/lab/clear.ts
/** Takes away what a lab left on this machine: namespaces with whoever is in them, and its state directory. */
function namespacesPresent(l) {
	try {
		return readdirSync("/run/netns").filter((name) => owns(l, name));
	} catch {
		return [];
	}
}
/** Processes inside our namespaces that are in no cgroup of ours: a proxy, a shell somebody left open. */
async function clearNamespaces(l, signal) {
	const names = namespacesPresent(l);
	if (names.length === 0) return;
	const ours = new Set(names.map((name) => `net:[${inode(`/run/netns/${name}`)}]`));
	for (const pid of readdirSync("/proc").filter((p) => /^\d+$/.test(p) && Number(p) !== process.pid)) try {
		if (ours.has(readlinkSync(`/proc/${pid}/ns/net`))) process.kill(Number(pid), "SIGKILL");
	} catch {}
	await exec([
		"ip",
		"-force",
		"-batch",
		"-"
	], {
		timeoutMs: 3e4,
		signal,
		stdin: names.map((name) => `netns del ${name}\n`).join("")
	});
	const left = namespacesPresent(l);
	if (left.length > 0) throw new Failure({
		code: "I205",
		message: `could not remove the namespaces ${left.join(", ")}`,
		remedy: `ip netns del ${left[0]}`
	});
}
const inode = (path) => {
	try {
		return statSync(path).ino;
	} catch {
		return "";
	}
};
/** Only a directory that a lab marked as its own, or an empty one, is removed. */
async function clearState(l, marker, signal) {
	if (!await exists(l.stateDir)) return;
	if (readdirSync(l.stateDir).length > 0 && !await exists(marker)) throw new Failure({
		code: "I206",
		message: `${l.stateDir} holds files but was not made by a lab: left alone`,
		remedy: `ls -la ${l.stateDir}`
	});
	const ended = await exec([
		"sh",
		"-c",
		"find \"$1\" -mindepth 1 -maxdepth 1 ! -path \"$2\" -exec rm -rf --one-file-system -- {} + && rm -f -- \"$2\" && rmdir -- \"$1\"",
		"clear",
		l.stateDir,
		marker
	], {
		timeoutMs: 6e4,
		signal
	});
	if (ended.code !== 0) throw new Failure({
		code: "I207",
		message: `could not remove ${l.stateDir}: ${ended.stderr.trim().slice(-300)}`
	});
	try {
		if (dirname(l.stateDir) === "/var/lib/vps-test") rmdirSync("/var/lib/vps-test");
	} catch {}
}

// src/lab/lock.ts
/** One doer per lab and machine, and whoever waits is told who it is. */
/**
* One doer per lab and machine. An abstract socket instead of a lock file: it ends with its process whatever kills
* that, leaves
* nothing behind, and answers who holds it.
*/
async function lock(l, doing, waitMs, signal) {
	const path = `\0vps-test/${l.cgroup}`;
	const patience = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
	for (;;) {
		const server = await listen(path, `${doing}, process ${process.pid}`);
		if (server) return { [Symbol.asyncDispose]: () => new Promise((resolve) => {
			server.close(() => resolve());
		}) };
		const holder = await ask$1(path);
		await setTimeout$1(50, void 0, { signal: patience }).catch(() => {
			signal.throwIfAborted();
			throw new Failure({
				code: "B201",
				message: `the lab ${l.id} is busy with ${holder}`,
				remedy: `vps-test lab status --lab ${l.id}`
			});
		});
	}
}
const listen = (path, answer) => new Promise((resolve, reject) => {
	const server = createServer((socket) => {
		socket.on("error", () => void 0).end(answer);
	});
	server.once("error", (error) => {
		if (error.code === "EADDRINUSE") resolve(null);
		else reject(error);
	});
	server.listen(path, () => {
		server.unref();
		resolve(server);
	});
});
const ask$1 = (path) => new Promise((resolve) => {
	let text = "";
	connect$2(path).setTimeout(1e3, () => resolve(text || "somebody")).on("data", (d) => {
		text += d.toString();
	}).on("error", () => resolve("somebody")).on("close", () => resolve(text || "somebody"));
});

// src/lab/perform.ts
/** Carries out compiled steps: stages in order, the steps of one stage side by side. */
/** Stages in order, the steps of one stage side by side. */
async function perform(stages, o) {
	const slot = pLimit(8);
	for (const stage of stages) await together(stage.map((step) => slot(() => act(step, o))));
}
/** All, then the first failure: whoever clears up afterwards must not race with what is still being made. */
async function together(doings) {
	for (const ended of await Promise.allSettled(doings)) if (ended.status === "rejected") throw ended.reason;
}
async function act(step, o) {
	o.signal.throwIfAborted();
	if (step.kind === "run") {
		const ended = await exec(step.argv, {
			timeoutMs: 3e4,
			...o,
			...step.stdin === void 0 ? {} : { stdin: step.stdin }
		});
		if (ended.code !== 0) throw new Failure({
			code: "I203",
			step: step.why,
			message: `could not ${step.why}: ${step.argv.slice(0, 4).join(" ")} ended with ${ended.code}: ${(ended.stderr || ended.stdout).trim().slice(-500)}`,
			remedy: "vps-test lab doctor"
		});
		return;
	}
	for (const d of step.directories ?? []) {
		await mkdir(d.path, { recursive: true });
		await chmod(d.path, d.mode);
	}
	for (const f of step.files) await writeText(f.path, f.text, f.mode);
	for (const link of step.links ?? []) await symlink(link.target, link.path);
}

// src/lab/shaping.ts
/** Does this kernel have netem? Asked on the router's loopback, which nothing uses. */
const netemProbe = (l) => [
	"tc",
	"-n",
	routerOf(l),
	"qdisc",
	"add",
	"dev",
	"lo",
	"root",
	"netem",
	"delay",
	"0ms"
];
const shaped = (t) => t.nodes.filter((n) => n.delayMs > 0 || n.lossPercent > 0);
function compileShaping(t, l, mode) {
	switch (mode) {
		case "none": return [];
		case "netem": return [[batch("delay and loss towards the nodes", routerOf(l), shaped(t).map((n) => [interfaceName(n), n])), ...shaped(t).map((n) => fromNode(l, n))]];
		case "nfqueue": return [[{
			kind: "run",
			why: "queue what crosses the router",
			argv: [
				...enter(routerOf(l)),
				"iptables",
				"-w",
				"-A",
				"FORWARD",
				"-j",
				"NFQUEUE",
				"--queue-num",
				"0",
				"--queue-bypass"
			]
		}]];
	}
}
/** The delay helper's command line; a packet waits the delays of the two links it crosses. */
const delayArgv = (t, l, helper) => [
	...enter(routerOf(l)),
	helper,
	"--queue",
	"0",
	...shaped(t).flatMap((n) => ["--link", `${interfaceName(n)}=${n.delayMs},${n.lossPercent}`])
];
/** The outgoing half: behind a NAT it is on the box, where the node cannot reach it. */
const fromNode = (l, n) => n.box === "none" ? batch(`delay and loss from ${n.name}`, nodeNamespace(l, n.name), [["eth0", n]]) : batch(`delay and loss from ${n.name}`, boxNamespace(l, n.name), [["wan", n]]);
const batch = (why, namespace, devices) => ({
	kind: "run",
	why,
	argv: [
		"tc",
		"-n",
		namespace,
		"-batch",
		"-"
	],
	stdin: devices.map(([device, n]) => `qdisc add dev ${device} root netem delay ${n.delayMs}ms loss ${n.lossPercent}% limit 10000\n`).join("")
});

// src/lab/topology.ts
/** The wish: which hosts, behind which NATs, how far apart. The running thing is a fleet (fleet.ts of the domain). */
const kinds = Object.keys(boxKinds);
const node = strictObject({
	name: string().regex(/^[a-z]{1,16}-[1-9][0-9]{0,2}$/, "must be a word, a hyphen and a number, such as saorsa-4"),
	region: string().regex(/^[A-Za-z0-9-]{1,16}$/, "must be letters, digits and hyphens"),
	role: _enum(roles),
	nat: _enum(natKinds).default("none"),
	box: _enum(["none", ...kinds]).optional(),
	delay_ms: number$4().min(0).max(2e3).default(0),
	loss_percent: number$4().min(0).max(50).default(0),
	expected_rate: percentField.optional()
});
const schema$1 = strictObject({
	name: string().regex(/^[a-z][a-z0-9-]{0,30}$/),
	nat_timeout_factor: number$4().min(1).max(120).default(10),
	registry_port: port.default(8080),
	ports: record$2(string().regex(/^[a-z][a-z0-9-]*$/), servicePort).default({}),
	nodes: array(node).min(1).max(64)
});
/** Throws one usage {@link Failure} that lists every fault with its line. */
function loadTopology(text, file = "topology") {
	const loaded = loadYaml(text, file, schema$1, crossChecks);
	if (!loaded.ok) throw new Failure({
		code: "U201",
		message: `${file} is not a topology:\n${loaded.faults.map((f) => `  ${faultText(f)}`).join("\n")}`,
		faults: loaded.faults
	});
	const { name, nat_timeout_factor: natTimeoutFactor, registry_port: registryPort, ports, nodes } = loaded.value;
	return {
		name,
		natTimeoutFactor,
		registryPort,
		ports,
		nodes: nodes.map(wish)
	};
}
const numberIn = (name) => Number(name.split("-")[1]);
const crossChecks = (raw, report) => {
	const names = (isRecord(raw) && Array.isArray(raw["nodes"]) ? raw["nodes"] : []).map((n) => isRecord(n) && typeof n["name"] === "string" ? n["name"] : "");
	names.forEach((name, i) => {
		const number = numberIn(name);
		const twin = names.findIndex((other) => numberIn(other) === number);
		if (twin !== -1 && twin < i) report([
			"nodes",
			i,
			"name"
		], `has the same number as ${printable(names[twin])}: both would be 198.18.${number}.10`);
		if (number > 254) report([
			"nodes",
			i,
			"name"
		], "has a number above 254, for which there is no address");
	});
};
const wish = (n) => ({
	name: n.name,
	number: numberIn(n.name),
	region: n.region,
	role: n.role,
	nat: n.nat,
	box: n.box ?? n.nat,
	delayMs: n.delay_ms,
	lossPercent: n.loss_percent,
	...n.expected_rate === void 0 ? {} : { expectedRate: n.expected_rate }
});

// src/lab/node.ts
async function labStatus(o) {
	const l = layoutOf(o.id, o.stateDir);
	const marker = await markerOf(l);
	if (marker === null) return {
		id: l.id,
		phase: "down",
		stateDir: l.stateDir,
		nodes: []
	};
	const nodes = await Promise.all(marker.topology.nodes.map(async (n) => {
		const leader = await leaderOf(l, n.name);
		const said = leader === void 0 ? "off" : (await exec([
			...into(leader),
			"systemctl",
			"is-system-running"
		], {
			timeoutMs: 1e4,
			signal: o.signal
		})).stdout.trim() || "starting";
		return {
			name: n.name,
			address: publicAddress(n),
			up: leader !== void 0,
			systemd: said,
			nat: n.nat,
			box: n.box
		};
	}));
	const shaping = marker.running?.shaping;
	return {
		id: l.id,
		phase: marker.phase,
		stateDir: l.stateDir,
		nodes,
		...shaping === void 0 ? {} : {
			shaping,
			shapingAlive: shaping !== "nfqueue" || await populated(`${cgroupOf(l)}/shaper`)
		}
	};
}
/** An argv that runs `argv` as root in all namespaces of the node; good until the node's next reboot. */
async function labExec(o, argv) {
	const l = layoutOf(o.id, o.stateDir);
	const leader = await leaderOf(l, o.node);
	if (leader === void 0) throw await absent(l, o.node);
	return [...into(leader), ...argv];
}
const labShell = (o) => labExec(o, ["/bin/bash", "-l"]);
const into = (leader) => [
	"nsenter",
	"-t",
	String(leader),
	"-m",
	"-u",
	"-i",
	"-n",
	"-p",
	"-C",
	"-r",
	"-w",
	"--",
	"env",
	"-i",
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/root",
	"USER=root",
	"LANG=C.UTF-8",
	"TERM=xterm-256color"
];
async function absent(l, name) {
	const nodes = (await markerOf(l))?.topology.nodes.map((n) => n.name);
	if (nodes === void 0) return new Failure({
		code: "I222",
		message: `the lab ${l.id} is not up`,
		remedy: `vps-test lab up --lab ${l.id}`
	});
	if (!nodes.includes(name)) return new Failure({
		code: "U203",
		message: `the lab ${l.id} has no node ${JSON.stringify(name)}; it has ${nodes.join(", ")}`,
		remedy: `vps-test lab status --lab ${l.id}`
	});
	return new Failure({
		code: "I223",
		node: name,
		message: `${name} is off`,
		remedy: `vps-test lab up --lab ${l.id}`
	});
}

// src/lab/lab.ts
/**
* The lab's verbs: up, down, status, power, and the ways in. Everything they do was compiled first (network.ts,
* root-tree.ts, shaping.ts).
*/
/** Idempotent: a healthy lab of the same topology is left as it is; anything else of this id is taken down first. */
async function labUp(o) {
	const l = layoutOf(o.id, o.stateDir);
	const raised = isRoot() ? await makeRoom(o.topology.nodes.length) : void 0;
	if (raised !== void 0) o.log.warn(raised);
	const refusal = refusalOf(await doctor({
		signal: o.signal,
		only: ["lab"]
	}));
	if (refusal) throw refusal;
	await using _ = await lock(l, "up", 12e4, o.signal);
	const digest = createHash("sha256").update(JSON.stringify([
		o.topology,
		o.shaping ?? "auto",
		o.delayHelper !== void 0
	])).digest("hex");
	const found = await markerOf(l);
	if (found?.running && found.digest === digest && await healthy(found.topology, l, found.running, o.signal)) {
		o.log.info(`the lab ${l.id} is up already`);
		const fleet = labFleet(found.topology, l, found.running);
		await o.verify?.({
			fleet,
			enter: entryOf(l),
			shaped: fleet.lab?.shaping !== "none"
		}, o.signal);
		return fleet;
	}
	await clear(l, o.signal);
	try {
		return await build(o, l, digest);
	} catch (error) {
		await clear(l, AbortSignal.timeout(6e4));
		throw error;
	}
}
/** Takes everything of this lab away, whatever state it is in, and nothing else. */
async function labDown(o) {
	const l = layoutOf(o.id, o.stateDir);
	const refusal = refusalOf(await doctor({
		signal: o.signal,
		list: checks.filter((c) => ["root", "iproute2"].includes(c.name))
	}));
	if (refusal) throw refusal;
	await using _ = await lock(l, "down", 12e4, o.signal);
	await clear(l, o.signal);
}
const entryOf = (l) => (node) => enter(nodeNamespace(l, node));
/**
* NATs are looked at while the nodes boot, and before links are slow: the rules that are measured are there already.
*/
async function build(o, l, digest) {
	const t = o.topology, at = pathsOf(l);
	const marker = {
		phase: "starting",
		digest,
		topology: t
	};
	await mark(l, marker);
	await makeCgroups(l, [
		"work",
		"shaper",
		...t.nodes.map((n) => `${n.name}/keeper`)
	]);
	const doing = {
		cgroup: `${cgroupOf(l)}/work`,
		signal: o.signal
	};
	const network = perform(compileNetwork(t, l), doing);
	const looked = network.then(async () => {
		o.log.info(`${namespacesOf(t, l).length} namespaces`);
		await o.verify?.({
			fleet: labFleet(t, l, {
				shaping: "none",
				hostKeys: {}
			}),
			enter: entryOf(l),
			shaped: false
		}, o.signal);
		if (o.verify !== void 0) o.log.info("network verified");
	});
	await together([looked, boot(o, l, network, doing)]);
	const running = {
		shaping: await shape(o, l, doing),
		hostKeys: await pins(t, l)
	};
	o.log.info(`shaping ${running.shaping}`);
	const fleet = labFleet(t, l, running);
	await writeText(at.fleet, fleetYaml(fleet));
	await mark(l, {
		...marker,
		phase: "up",
		running
	});
	return fleet;
}
async function boot({ topology: t, log }, l, network, doing) {
	const accounts = {
		passwd: await readText("/etc/passwd") ?? "",
		group: await readText("/etc/group") ?? ""
	};
	const overlay = await exec(overlayProbe(l), {
		...doing,
		timeoutMs: 1e4
	});
	if (overlay.code !== 0) log.warn(`each node has a copy of its tree, which takes longer: no overlay on the file system of ${l.stateDir} (${overlay.stderr.trim().split("\n").at(-1) ?? ""})`);
	await perform(compileTrees(t, l, accounts, overlay.code === 0 ? "overlay" : "copy"), doing);
	log.info(`${t.nodes.length} root trees`);
	await network;
	for (const n of t.nodes) startNode(l, n.name);
	await banners(t.nodes, l, {
		...doing,
		timeoutMs: 6e4
	});
	log.info(`ssh on ${t.nodes.length} nodes`);
}
async function shape(o, l, doing) {
	if (o.shaping === "none") return "none";
	if ((await exec(netemProbe(l), {
		...doing,
		timeoutMs: 1e4
	})).code === 0) {
		await perform(compileShaping(o.topology, l, "netem"), doing);
		return "netem";
	}
	const lacking = o.delayHelper === void 0 ? "no delay helper was given" : refusalOf(await doctor({
		signal: o.signal,
		only: ["shaping"]
	}))?.message;
	if (o.delayHelper === void 0 || lacking !== void 0) {
		o.log.warn(`delay and loss are not covered: no netem in this kernel, and ${lacking}`);
		return "none";
	}
	const shaper = `${cgroupOf(l)}/shaper`, at = pathsOf(l);
	daemon(delayArgv(o.topology, l, o.delayHelper), shaper, at.shaperLog);
	const patience = AbortSignal.any([o.signal, AbortSignal.timeout(1e4)]);
	for (;;) {
		const said = await readText(at.shaperLog) ?? "";
		if (said.includes("\"ready\"")) break;
		await setTimeout$1(10, void 0, { signal: patience }).catch(() => {
			o.signal.throwIfAborted();
			throw new Failure({
				code: "I221",
				message: `the delay helper ${o.delayHelper} did not become ready: ${said.trim().slice(-300) || "it said nothing"}`
			});
		});
	}
	await perform(compileShaping(o.topology, l, "nfqueue"), doing);
	return "nfqueue";
}
async function pins(t, l) {
	const keys = await Promise.all(t.nodes.map(async (n) => [n.name, (await readText(`${pathsOf(l).root(n.name)}/etc/ssh/ssh_host_ed25519_key.pub`) ?? "").split(" ").slice(0, 2).join(" ")]));
	return Object.fromEntries(keys);
}
async function healthy(t, l, running, signal) {
	const present = new Set(namespacesPresent(l));
	if (!namespacesOf(t, l).every((name) => present.has(name))) return false;
	if (running.shaping === "nfqueue" && !await populated(`${cgroupOf(l)}/shaper`)) return false;
	if ((await Promise.all(t.nodes.map((n) => leaderOf(l, n.name)))).includes(void 0)) return false;
	return banners(t.nodes, l, {
		signal,
		timeoutMs: 5e3
	}).then(() => true, () => {
		signal.throwIfAborted();
		return false;
	});
}
async function clear(l, signal) {
	const limited = AbortSignal.any([signal, AbortSignal.timeout(6e4)]);
	await clearCgroup(cgroupOf(l), true, limited);
	await clearNamespaces(l, limited);
	await clearState(l, pathsOf(l).marker, limited);
}

// src/app/lab-nats.ts
/** A lab's NATs, measured from the nodes' own networks without SSH: while they boot, or over the links as they are. */
/** Unshaped links answer within a millisecond; this is for two busy cores. */
const quickMs = 120;
async function measureLab(c, { fleet, enter, shaped }, signal) {
	if (c.probe === null) throw new Failure({
		code: "I100",
		message: "our prober is not built"
	});
	const remotes = new Map(fleet.nodes.map((n) => [n.name, localRemote(n.name, enter(n.name))]));
	const remote = async (name) => {
		const found = remotes.get(name);
		if (found === void 0) throw new Failure({
			code: "U030",
			message: `the fleet has no node ${name}`
		});
		return found;
	};
	try {
		const { measurements, failed } = await measureNats({
			fleet,
			signal,
			remote,
			random: systemRandom
		}, {
			program: c.probe,
			on: {
				done: new Map(fleet.nodes.map((n) => [n.name, true])),
				failed: /* @__PURE__ */ new Map()
			},
			...shaped ? {} : { waitMs: quickMs }
		});
		return fleet.nodes.map((node) => {
			const measurement = measurements.find((m) => m.node === node.name);
			const note = failed.get(node.name)?.message;
			return {
				node,
				...measurement === void 0 ? {} : { measurement },
				...note === void 0 ? {} : { note }
			};
		});
	} finally {
		await Promise.all([...remotes.values()].map((r) => r.close()));
	}
}

// src/adapters/prompt.ts
/** The chosen value; null when the person left. */
async function choose(text, choices, initial) {
	const { cancel, isCancel, select } = await import("./late-clack-prompts.js");
	const answer = await select({
		message: text,
		options: choices.map((c) => ({
			value: c.value,
			label: c.value,
			hint: c.description
		})),
		...initial === void 0 ? {} : { initialValue: initial }
	});
	if (!isCancel(answer)) return answer;
	cancel("cancelled");
	return null;
}

// src/domain/suites/focus.ts
/** Run with any focus: nobody's choice of what to measure takes back what the configuration asks for. */
const byConfiguration = ["command"];
const measuring = suiteIds.filter((id) => !byConfiguration.includes(id));
const byFocus = {
	connectivity: ["connectivity"],
	"nat-traversal": ["connectivity"],
	gossip: [],
	throughput: [],
	"full-suite": measuring
};
/** In the order in which they run. */
const suitesOf = (focus) => [...byFocus[focus], ...byConfiguration];
/** Whether any focus can say anything of this program. */
const isMeasurable = (profile) => measuring.some((id) => suites[id].unable(profile) === null);

// src/inputs/request-fields.ts
/** What a start is asked for: one row a field, from which inputs, forms, flags, questions and tables are made. */
/** On GitHub, of a repository whose configuration names no fleet: forms and the Action's description show it. */
const defaultFleet = "saorsa";
const binarySources = [
	"zigbuild",
	"native",
	"release"
];
const confirmations = [
	"proceed",
	"modify",
	"cancel"
];
/** First option of a menu: the answer is left to the configuration. */
const fromConfiguration = "from the configuration";
const menuOf = (question, values) => [fromConfiguration, ...values.filter((value) => isActing(question, value))];
const code = (values) => {
	const all = values.map((value) => `\`${value}\``);
	return `${all.slice(0, -1).join(", ")} or ${all.at(-1) ?? ""}`;
};
const interview$1 = (values) => `Interview: ${code(values)}. Empty: what the configuration says.`;
/** In the order of inputs, forms and help. */
const requestFields = {
	project: {
		input: "project",
		means: "Interview: which project. Empty: what the configuration says.",
		default: "",
		ask: "Which project are you testing?",
		menu: [fromConfiguration],
		unsaid: fromConfiguration,
		fixable: true,
		flag: null
	},
	focus: {
		input: "focus",
		means: interview$1(focuses),
		default: "",
		ask: "What specific functionality are you testing?",
		menu: menuOf("focus", focuses),
		unsaid: fromConfiguration,
		flag: null
	},
	criteria: {
		input: "criteria",
		means: interview$1(criteriaKinds),
		default: "",
		ask: "What result indicates success?",
		menu: menuOf("criteria", criteriaKinds),
		unsaid: fromConfiguration,
		flag: null
	},
	customCriteria: {
		input: "custom-criteria",
		means: "The expression of `criteria` `custom`, which does not act in this version.",
		default: "",
		ask: "The expression of criteria \"custom\"",
		...isActing("criteria", "custom") ? {} : { unasked: true },
		fixable: true,
		flag: "--custom-criteria <expression>",
		flagMeans: "for criteria custom, which does not act yet"
	},
	proof: {
		input: "proof",
		means: interview$1(proofKinds),
		default: "",
		ask: "How should success be proven/verified?",
		menu: menuOf("proof", proofKinds),
		unsaid: fromConfiguration,
		flag: null
	},
	nodes: {
		input: "nodes",
		means: "Names of nodes to use, separated by commas. Empty or `all`, what the configuration says.",
		default: "",
		ask: "Names of nodes, separated by commas; empty: what the configuration says",
		flag: "--nodes <names>",
		flagMeans: "only these nodes, separated by commas"
	},
	binarySource: {
		input: "binary-source",
		means: "`zigbuild` (natively on the build host where zigbuild fails for a toolchain reason), `native` or `release`.",
		default: "zigbuild",
		ask: "Where the program comes from",
		menu: binarySources,
		flag: null,
		saidBy: "--release"
	},
	binaryFile: {
		input: null,
		means: "",
		default: "",
		ask: null,
		flag: "--binary <file>",
		flagMeans: "test this program instead of building"
	},
	releaseTag: {
		input: "release-tag",
		means: "For `binary-source` `release`: `tag`, `tag:asset` or `owner/repo@tag:asset`.",
		default: "",
		ask: "For \"release\": tag, tag:asset or owner/repo@tag:asset",
		flag: "--release <owner/repo@tag:asset>",
		flagMeans: "test a release asset"
	},
	soak: {
		input: "soak",
		means: "`on` or `off`. Empty: on for a dispatch and a schedule, off for a push and a pull request.",
		default: "",
		ask: "Checkpoints after one and six hours; default: on for a dispatch, off for a push",
		menu: [
			"default",
			"on",
			"off"
		],
		unsaid: "default",
		flag: "--soak <on|off>",
		flagMeans: "off: no soak checkpoints"
	},
	confirm: {
		input: "confirm",
		means: "`proceed`; `modify` prints the plan and a line with every answer filled in, and ends; `cancel` ends.",
		default: "proceed",
		ask: "proceed; modify prints the plan and a line with every answer; cancel ends",
		menu: confirmations,
		flag: null
	},
	onBusy: {
		input: "on-busy",
		means: "When another session holds the fleet: `queue`, `refuse`, or `supersede` (a session of the same project and branch only).",
		default: "queue",
		ask: "When another session holds the fleet",
		menu: busyPolicies,
		flag: "--on-busy <queue|refuse|supersede>",
		flagMeans: "when another session holds the fleet"
	},
	queueMinutes: {
		input: "queue-minutes",
		means: "How long SETUP waits for a busy fleet in this job, 0 to 240; after that the soak schedule goes on with the session when the fleet is free.",
		default: "10",
		ask: "How long SETUP waits for a busy fleet in its job, 0 to 240; after that the schedule goes on with the session when the fleet is free",
		fixable: true,
		flag: null
	},
	repo: {
		input: "repo",
		means: "Directory of the tested project in the checkout.",
		default: ".",
		ask: "Directory of the tested project",
		fixable: true,
		flag: "--repo <dir>",
		flagMeans: "repository of the tested project"
	},
	config: {
		input: "config",
		means: "The configuration file, when it is not in its usual place.",
		default: "",
		ask: "The configuration file, when it is not in its usual place",
		fixable: true,
		flag: "--config <file>",
		flagMeans: "configuration, when not in its usual place"
	},
	fleet: {
		input: "fleet",
		means: `A fleet of this package, \`lab\` (built on this machine, needs sudo), or the path of a fleet file in the repository. Empty: the fleet that the configuration names, or else \`${defaultFleet}\`.`,
		default: "",
		ask: "A fleet of vps-test, or the path of a fleet file in the repository; empty: what the configuration names",
		formDefault: defaultFleet,
		fixable: true,
		flag: "--fleet <name|file>",
		flagMeans: "lab, a fleet of this package, or a fleet file"
	},
	lab: {
		input: null,
		means: "",
		default: "",
		ask: null,
		flag: "--lab <id>",
		flagMeans: "which lab, when several run"
	}
};
/** Every row with its name, in order. */
const fieldRows = Object.entries(requestFields);
/** Inputs of the Action that are fields of a request: the input's name and the field. */
const requestInputs = fieldRows.flatMap(([field, row]) => row.input === null ? [] : [{
	...row,
	field,
	input: row.input
}]);
/** Those that a workflow can be called with. */
const callFields = requestInputs.flatMap((row) => row.ask === null ? [] : [{
	...row,
	ask: row.ask
}]);
/** Those that the forms ask. */
const formFields = callFields.filter((row) => row.unasked !== true);
/** `--on-busy`, of a row that has a flag. */
const flagOf = ({ flag }) => flag?.split(" ")[0] ?? null;

// src/inputs/questions.ts
/** The four questions of the interview with their options, as data (spec §3). */
const questionIds = [
	"project",
	"focus",
	"criteria",
	"proof"
];
const focusDescriptions = {
	connectivity: "Connection matrix (direct, NAT, relay)",
	"nat-traversal": "NAT hole-punching across different NAT types",
	gossip: "Message broadcast and CRDT sync",
	throughput: "Data transfer performance",
	"full-suite": "All tests in sequence"
};
const criteriaDescriptions = {
	"all-pass": "100% of tests must pass",
	threshold: "Meet configured success thresholds (e.g., 85% NAT)",
	improvement: "Better than previous run",
	custom: "I'll specify custom criteria"
};
const proofDescriptions = {
	logs: "Gather and analyze logs from all VPS nodes",
	metrics: "Check dashboard metrics and Prometheus data",
	"manual-verify": "I'll manually verify after tests complete",
	"all-evidence": "Collect logs, metrics, and connection reports"
};
/** With a profile chosen, only the focuses that it has are offered. */
const questions = (profiles, chosen) => [
	{
		id: "project",
		header: "Project",
		text: requestFields.project.ask,
		options: projectOptions(profiles)
	},
	{
		id: "focus",
		header: "Test focus",
		text: requestFields.focus.ask,
		options: acting("focus", focusDescriptions).filter((o) => chosen === void 0 || focusesOf(chosen).includes(o.value))
	},
	{
		id: "criteria",
		header: "Success criteria",
		text: requestFields.criteria.ask,
		options: acting("criteria", criteriaDescriptions)
	},
	{
		id: "proof",
		header: "Proof method",
		text: requestFields.proof.ask,
		options: acting("proof", proofDescriptions)
	}
];
const confirmation = {
	header: "Confirm",
	text: "Confirm test plan and proceed?",
	options: [
		{
			value: "proceed",
			description: "Yes, start the test loop"
		},
		{
			value: "modify",
			description: "No, I want to change something"
		},
		{
			value: "cancel",
			description: "Cancel and exit"
		}
	]
};
/** In the interview's own order. */
const focusesOf = (profile, moduleTests = null) => focuses.filter((f) => focusesFor(profile, moduleTests).includes(f));
function projectOptions(profiles) {
	const first = /* @__PURE__ */ new Map();
	for (const p of profiles) if (!first.has(p.project) && p.onlyWhenNamed !== true) first.set(p.project, p);
	return [...first.values()].map((p) => ({
		value: p.project,
		description: isMeasurable(p) ? p.title : `${p.title} (planned: cannot be tested yet)`
	}));
}
/** Only what a run can honour is offered. */
const acting = (question, descriptions) => Object.entries(descriptions).filter(([value]) => isActing(question, value)).map(([value, description]) => ({
	value,
	description
}));

// src/inputs/answers.ts
/** The four interview answers, each with where it came from; or every answer that is missing or wrong, all at once. */
/** A parameter beats the interview, that the configuration, that a default. */
function resolveAnswers(sources, profiles) {
	const { configs } = sources;
	const problems = [];
	const only = configs.length === 1 ? configs[0] : void 0;
	const projects = [...new Set(configs.length > 0 ? configs.map((c) => c.project) : profiles.map((p) => p.project))];
	const project = ask("project", sources, only === void 0 ? void 0 : { project: only.project }, projects, problems, configs.length > 0 ? "a project of the configuration" : "a known project");
	const config = configs.find((c) => c.project === project?.value);
	const profile = project === void 0 ? void 0 : config === void 0 ? profileOfProject(profiles, project.value) : profileNamed(profiles, config.profile);
	if (project !== void 0 && profile === void 0) problems.push({
		question: "project",
		kind: "invalid",
		message: `no profile says how ${printable(project.value)} is tested`
	});
	const own = config === void 0 ? void 0 : given$1(config);
	const focus = ask("focus", sources, own, profile === void 0 ? focuses : focusesOf(profile, config?.moduleTests), problems, profile === void 0 ? "a focus" : `a focus of ${printable(project?.value)}`);
	const criteria = ask("criteria", sources, own, criteriaKinds, problems, "a success criterion");
	const proof = ask("proof", sources, own, proofKinds, problems, "a proof method");
	if (problems.length === 0 && project !== void 0 && focus !== void 0 && criteria !== void 0 && proof !== void 0 && profile !== void 0) return {
		ok: true,
		profile,
		answers: {
			project,
			focus,
			criteria,
			proof
		}
	};
	return {
		ok: false,
		problems,
		...profile === void 0 ? {} : { profile }
	};
}
/** U013: for runs where nobody can be asked. `also`: what else is wrong with the request. */
function answersFailure(problems, also = []) {
	const text = [...also, ...problems.map((p) => p.message)].join("\n");
	return new Failure({
		code: "U013",
		message: text
	});
}
function ask(question, sources, config, known, problems, what) {
	const found = [
		[sources.parameters[question], "parameter"],
		[sources.interview?.[question], "interview"],
		[config?.[question], "vps-test.yaml"],
		[sources.defaults?.[question], "default"]
	].find(([value]) => value !== void 0 && value.trim() !== "");
	const choices = known.filter((value) => isActing(question, value)).join(", ");
	if (found === void 0) {
		problems.push({
			question,
			kind: "missing",
			message: `${question} is missing: one of ${choices}`
		});
		return;
	}
	const value = (found[0] ?? "").trim();
	if (known.includes(value)) return {
		value,
		from: found[1]
	};
	const near = hint(value, known);
	problems.push({
		question,
		kind: "invalid",
		message: `${question} ${printable(value)} (${found[1]}) is not ${what}${near.startsWith("; did") ? near : ""}${near.startsWith("; did") ? " There are" : "; there are"}: ${choices}`
	});
}
function given$1({ project, answers: { focus, criteria, proof } }) {
	return {
		project,
		...focus === null ? {} : { focus },
		...criteria === null ? {} : { criteria },
		...proof === null ? {} : { proof }
	};
}

// src/app/interview.ts
/**
* The interview: parameters pre-fill, a terminal is asked for the rest, the summary is confirmed; without a terminal
* every missing answer is named.
*/
/** `faults`: what is wrong besides the answers, told in one breath with them. */
async function interview(c, sources, profiles, faults = []) {
	const asked = {};
	for (;;) {
		const resolved = resolveAnswers({
			...sources,
			interview: asked
		}, profiles);
		if (resolved.ok && faults.length === 0) return resolved;
		if (resolved.ok) throw answersFailure([], faults);
		const problem = resolved.problems[0];
		const missing = problem?.kind === "missing";
		if (!c.terminal.interactive || !missing || faults.length > 0) throw answersFailure(resolved.problems, faults);
		const question = questions(profiles, resolved.profile).find((q) => q.id === problem.question);
		if (question === void 0) throw answersFailure(resolved.problems);
		const answer = await choose(question.text, question.options);
		if (answer === null) throw cancelled();
		asked[question.id] = answer;
	}
}
const cancelled = () => new Failure({
	code: "U043",
	message: "cancelled; nothing was touched"
});

// src/app/fleet-choice.ts
/** Which fleet a command is about: named by a person, never assumed. */
/** A name or a path, by: the words themselves, the environment, the configuration, an answer on a terminal. */
async function chosenFleet(c, wish) {
	const named = wish.named ?? c.fleet ?? await fleetOfConfiguration(c, wish) ?? wish.otherwise;
	if (named !== void 0) return named;
	const known = await knownFleets(c, wish.lab);
	if (!c.terminal.interactive) throw new Failure({
		code: "U090",
		message: `no fleet is named: by --fleet, by VPS_TEST_FLEET, or by "fleet" in the configuration; there are: ${known.join(", ")}, or the path of a fleet file`,
		remedy: "export VPS_TEST_FLEET=lab"
	});
	const answer = await choose("Which fleet?", known.map((value) => ({
		value,
		description: value === "lab" ? "on this machine" : `fleets/${value}.yaml`
	})));
	if (answer === null) throw cancelled();
	return answer;
}
/** A path in the configuration is relative to the tested project's directory. */
async function fleetOfConfiguration(c, { repo, config }) {
	const dir = resolve(c.cwd, repo ?? ".");
	const file = config === void 0 ? findProjectFile(dir, existsSync) : resolve(c.cwd, config);
	if (file === void 0) return void 0;
	const text = await readFile(file, "utf8").catch(() => void 0);
	const fleet = text === void 0 ? void 0 : fleetNamed(text, file);
	if (fleet === void 0 || !/[/.]/.test(fleet)) return fleet;
	const path = relative(c.cwd, resolve(dir, fleet));
	return /[/.]/.test(path) ? path : `./${path}`;
}
/** Those of this package, and the lab; which of them are a person's own nodes, only that person knows. */
async function knownFleets(c, lab) {
	const shipped = (await readdir(join$1(c.root, "fleets")).catch(() => [])).filter((f) => f.endsWith(".yaml") && !f.includes(".topology.")).map((f) => f.slice(0, -5)).toSorted();
	const up = existsSync(pathsOf(layoutOf(lab)).fleet);
	return [
		...up ? ["lab"] : [],
		...shipped,
		...up ? [] : ["lab"]
	].map((name) => name === quote(name) ? name : quote(name));
}

// src/app/nodes.ts
/** `nodes`: who answers, and declared and measured NAT side by side. */
async function nodes(c, flags) {
	const name = await chosenFleet(c, {
		named: flags.fleet,
		lab: flags.lab
	});
	const { fleet } = await loadFleet(c, name, flags.lab);
	const rows = await surveyFleet(c, fleet, flags.key ?? null, flags.measure !== false);
	c.terminal.print(flags.json === true ? JSON.stringify(rows.map(jsonRow)) : nodesTable(rows, c.terminal.palette));
	return rows.every((r) => r.online === true) ? exitCodes.passed : exitCodes.infra;
}
/** Who answers, and what their NATs really are. */
async function surveyFleet(c, fleet, key, measure) {
	const world = await readOnlyWorld(c, fleet, key);
	try {
		c.terminal.info(`asking ${fleet.nodes.length} nodes of fleet ${fleet.name}`);
		const seen = await onEachNode(fleet.nodes.map((n) => n.name), c.signal, async (name) => {
			const said = await (await world.remote(name)).run(whoThere, {
				timeoutMs: 2e4,
				signal: c.signal
			});
			if (said.code !== 0) throw new Failure({
				code: "I131",
				node: name,
				message: `${name}: does not say who we are there (exit ${String(said.code)}): ${said.stderr.trim().slice(0, 200)}`,
				remedy: diagnoseNode(name, fleet)
			});
			refuseUnfit(fleet, name, parseUnfit(said.stdout));
		});
		const online = [...seen.done.keys()];
		const nat = measure && online.length > 0 ? await measureNats(world, await installProber(world, online)) : {
			measurements: [],
			failed: /* @__PURE__ */ new Map()
		};
		return fleet.nodes.map((node) => {
			const measurement = nat.measurements.find((m) => m.node === node.name);
			const note = seen.failed.get(node.name)?.message ?? nat.failed.get(node.name)?.message;
			return {
				node,
				online: seen.done.has(node.name),
				...measurement === void 0 ? {} : { measurement },
				...note === void 0 ? {} : { note }
			};
		});
	} finally {
		await world.close();
	}
}
/** Nodes whose NAT was not measured, or is not what the fleet file says. */
const mislabelled = (rows) => rows.flatMap(({ node, measurement }) => measurement === void 0 ? [`${node.name}: not measured`] : measuredKind(measurement) !== node.nat || measurement.stable === false ? [`${node.name}: declared ${node.nat}, measured ${described(measurement)}`] : []);
const described = (m) => `${m.mapping}${m.mapping === "none" ? "" : `+${m.filtering}`}${m.stable === false ? ", unstable" : ""}`;
const jsonRow = ({ node, online, measurement, note }) => ({
	name: node.name,
	host: node.host,
	ip: node.ip,
	role: node.role,
	online: online ?? null,
	declaredNat: node.nat,
	measured: measurement === void 0 ? null : {
		kind: measuredKind(measurement) ?? null,
		mapping: measurement.mapping,
		filtering: measurement.filtering,
		stable: measurement.stable,
		externalAddresses: measurement.externalAddresses
	},
	note: note ?? null
});

// src/app/lab.ts
/** `lab up | down | status | shell | doctor`: a fleet on this machine, measured before it counts as up. */
const where = (c, flags) => ({
	signal: c.signal,
	log: c.terminal,
	...flags.lab === void 0 ? {} : { id: flags.lab }
});
/** Fails, and takes the lab down again, when a NAT is not what the topology says. */
async function up(c, flags) {
	const file = flags.topology === void 0 ? join$1(c.root, "fleets", "lab.topology.yaml") : resolve(c.cwd, flags.topology);
	const topology = loadTopology(await readFile(file, "utf8"), file);
	const began = systemClock.now();
	const elapsed = () => ((systemClock.now() - began) / 1e3).toFixed(1);
	const fleet = await labUp({
		...where(c, flags),
		log: {
			...c.terminal,
			info: (line) => c.terminal.info(`${elapsed()} s  ${line}`)
		},
		topology,
		shaping: flags.shaping === "none" ? "none" : "auto",
		...c.delayHelper === null ? {} : { delayHelper: c.delayHelper },
		...flags.measure === false ? {} : { verify: async (made, signal) => {
			const rows = await measureLab(c, made, signal);
			c.terminal.info(nodesTable(rows));
			const wrong = mislabelled(rows);
			if (wrong.length > 0) throw new Failure({
				code: "I240",
				message: `a NAT is not what the topology says: ${wrong.join("; ")}`,
				remedy: "vps-test lab up --no-measure"
			});
		} }
	});
	c.terminal.info(`lab up: ${fleet.nodes.length} nodes in ${elapsed()} s; shaping ${fleet.lab?.shaping ?? "none"}; NAT timeouts divided by ${fleet.lab?.natTimeoutFactor ?? 1}`);
	return exitCodes.passed;
}
async function down(c, flags) {
	await labDown(where(c, flags));
	c.terminal.info("lab down");
	return exitCodes.passed;
}
/** State of every node; with a running lab also its NATs, declared and measured side by side. */
async function printLabStatus(c, flags) {
	const state = await labStatus(where(c, flags));
	if (state.phase !== "up") {
		c.terminal.print(flags.json === true ? JSON.stringify(state) : `lab ${state.id}: ${state.phase}`);
		return exitCodes.infra;
	}
	const { fleet } = await loadFleet(c, "lab", flags.lab);
	const rows = flags.measure === false ? fleet.nodes.map((node) => ({ node })) : await surveyFleet(c, fleet, null, true);
	if (flags.json === true) {
		c.terminal.print(JSON.stringify({
			...state,
			nats: rows.map((r) => ({
				node: r.node.name,
				declared: r.node.nat,
				measured: ("measurement" in r ? r.measurement : null) ?? null
			}))
		}));
		return exitCodes.passed;
	}
	c.terminal.print(blockText(table$2([
		"node",
		"address",
		"power",
		"systemd",
		"box"
	], state.nodes.map((n) => [
		n.name,
		n.address,
		toned(n.up ? "on" : "off", n.up ? "good" : "bad"),
		n.systemd,
		n.box
	])), c.terminal.palette));
	c.terminal.print(nodesTable(rows, c.terminal.palette));
	return state.nodes.every((n) => n.up) ? exitCodes.passed : exitCodes.infra;
}
async function shell(c, node, flags) {
	const exit = await runAttached(await labShell({
		...where(c, flags),
		node
	}));
	return exit.kind === "exited" ? exit.code : exitCodes.harness;
}
async function examine(c, flags) {
	const results = flags.fix === true ? await doctorFix({
		signal: c.signal,
		log: c.terminal
	}) : await doctor({ signal: c.signal });
	c.terminal.print(flags.json === true ? JSON.stringify(results.map((r) => ({
		name: r.check.name,
		ok: r.ok,
		detail: r.detail,
		needed: r.check.needed
	}))) : results.map((r) => line(r)).join("\n"));
	const bad = results.filter((r) => !r.ok);
	if (bad.length > 0 && flags.fix !== true) c.terminal.info("to install what is missing: vps-test doctor --fix");
	return bad.length === 0 ? exitCodes.passed : exitCodes.infra;
}
const line = (r) => `${r.ok ? "ok     " : "MISSING"} ${r.check.name.padEnd(18)} ${r.check.purpose}${r.ok ? "" : ` (${r.detail})`}`;

// src/inputs/request.ts
/**
* What a start is asked for, in one shape and by one schema, whether it comes from the command line, a dispatch form or
* a workflow call.
*/
const given = string().trim().optional().transform((s) => s === "" ? void 0 : s);
/** A choice of words, with the nearest one suggested. */
const choice = (words) => given.transform((value, c) => {
	if (value === void 0 || words.includes(value)) return value;
	c.addIssue({
		code: "custom",
		message: `${printable(value)} is not one of ${words.join(", ")}${near(value, words)}`
	});
	return NEVER;
});
const near = (value, words) => {
	const h = hint(value, words);
	return h.startsWith("; did") ? h : "";
};
const name = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const nodeList = given.transform((value, c) => {
	if (value === void 0 || value === "all") return null;
	const names = value.split(/[\s,]+/).filter((n) => n !== "");
	const bad = names.filter((n) => !name.test(n));
	if (bad.length > 0) c.addIssue({
		code: "custom",
		message: `${bad.map((n) => printable(n)).join(", ")} cannot be names of nodes: names separated by commas, or all`
	});
	return [...new Set(names)];
});
const release = given.transform((value, c) => {
	if (value === void 0) return void 0;
	const [, repository, tag, asset] = /^(?:([\w.-]+\/[\w.-]+)@)?([^:@\s]+)(?::([^\s/:]+))?$/.exec(value) ?? [];
	if (tag === void 0) {
		c.addIssue({
			code: "custom",
			message: `${printable(value)} is not tag, tag:asset or owner/repo@tag:asset`
		});
		return NEVER;
	}
	return {
		repository: repository ?? null,
		tag,
		asset: asset ?? null
	};
});
/**
* A job that waits longer would be taken for dead by the schedule (a test holds this and the job's `timeout-minutes`
* together).
*/
const longestQueueMinutes = 240;
const minutes = given.transform((value, c) => {
	if (value === void 0) return void 0;
	const n = Number(value);
	if (!Number.isFinite(n) || n < 0 || n > 240) {
		c.addIssue({
			code: "custom",
			message: `${printable(value)} is not a number of minutes from 0 to ${240}`
		});
		return NEVER;
	}
	return n;
});
/** The reader of each field. */
const schema = strictObject({
	project: given,
	focus: given,
	criteria: given,
	proof: given,
	customCriteria: given,
	nodes: nodeList,
	binarySource: choice(binarySources),
	binaryFile: given,
	releaseTag: release,
	soak: choice([
		"on",
		"off",
		"default"
	]),
	onBusy: choice(busyPolicies),
	queueMinutes: minutes,
	fleet: given,
	lab: given,
	repo: given,
	config: given,
	confirm: choice(confirmations)
});
/** `named`: how a field is called where it was given, `--on-busy` or `on-busy`. Every fault at once, as sentences. */
function parseRequest(raw, named) {
	const parsed = schema.safeParse(raw);
	const faults = parsed.success ? [] : parsed.error.issues.map((i) => `${named(i.path.join("."))}: ${i.message}`);
	const bad = new Set(parsed.success ? [] : parsed.error.issues.map((i) => String(i.path[0])));
	const request = parsed.success ? parsed.data : schema.parse(Object.fromEntries(Object.entries(raw).filter(([field]) => !bad.has(field))));
	return {
		request,
		faults: [...faults, ...crossFaults(request, bad, named)]
	};
}
function crossFaults(r, bad, named) {
	const faults = [];
	if (r.binarySource === "release" && r.releaseTag === void 0 && !bad.has("releaseTag")) faults.push(`${named("releaseTag")} is missing: ${named("binarySource")} release needs a tag`);
	if (r.binarySource !== void 0 && r.binarySource !== "release" && r.releaseTag !== void 0) faults.push(`${named("releaseTag")} is given, but ${named("binarySource")} is ${r.binarySource}`);
	if (r.binaryFile !== void 0 && (r.releaseTag !== void 0 || r.binarySource === "native")) faults.push(`${named("binaryFile")} excludes ${named(r.releaseTag !== void 0 ? "releaseTag" : "binarySource")}`);
	if (r.criteria === "custom" && r.customCriteria === void 0) faults.push(`${named("customCriteria")} is missing: ${named("criteria")} custom needs an expression`);
	return faults;
}
/** The four answers among the words. */
const answersIn = (r) => Object.fromEntries(questionIds.flatMap((q) => {
	const value = r[q];
	return value === void 0 ? [] : [[q, value]];
}));

// src/domain/assemble-plan.ts
/**
* Assembles the plan: numbered steps, time and bytes, from answers, configuration, profile and fleet; touches nothing.
*/
function assemblePlan(input) {
	const { answers, config, profile, fleet } = input;
	refuseUnsupported(answers);
	if (profile.registry !== null && registryOf(fleet) === void 0) throw new Failure({
		code: "U049",
		message: `fleet ${fleet.name} has no registry, and ${profile.name} finds its peers through one`
	});
	const nodes = nodesOf(fleet, config);
	refuseIPv6(fleet, nodes);
	const { parts, unable } = partsOf(input, nodes);
	const steps = stepsOf(nodes.length, parts, config, input);
	return {
		answers,
		config,
		profile: {
			...profile,
			servicePort: servicePortOf(profile, config.project, fleet)
		},
		fleet,
		nodes,
		source: input.source,
		suites: parts,
		unsupported: [...unable, ...unsupportedParts({
			config,
			profile,
			answers
		})],
		soak: config.soak.checkpoints,
		steps,
		estimate: {
			seconds: steps.reduce((n, s) => n + s.seconds, 0),
			attempts: parts.reduce((n, p) => n + p.attempts, 0),
			uploadBytes: input.binaryBytes === null ? null : input.binaryBytes * nodes.length
		}
	};
}
/** NATs, controls and packet counters are measured by IPv4 only: no lab shows the rest. */
function refuseIPv6(fleet, nodes) {
	const found = fleet.nodes.filter((n) => nodes.includes(n.name) && isIPv6(n.ip));
	if (found.length === 0) return;
	throw new Failure({
		code: "U078",
		message: `fleet ${fleet.name}: a node is tested by its IPv4 address, and ${found.map((n) => `${n.name} (${n.ip})`).join(", ")} ${found.length === 1 ? "has" : "have"} an IPv6 address`
	});
}
/** What the focus and the configuration ask for; refused where nothing of it is possible. */
function partsOf(input, names) {
	const { answers, config, profile, fleet } = input;
	const nodes = fleet.nodes.filter((n) => names.includes(n.name));
	const planned = suitesOf(answers.focus.value).map((id) => planOne(id, {
		config,
		profile,
		fleet,
		nodes
	}));
	const parts = planned.filter((p) => p !== null && "work" in p);
	const unable = planned.filter((p) => p !== null && "why" in p);
	if (parts.length > 0) return {
		parts,
		unable
	};
	if (unable.length === 0) throw new Failure({
		code: "U048",
		message: `the configuration asks for no suite of focus ${answers.focus.value}: nothing is left to be tested`
	});
	throw new Failure({
		code: "U040",
		message: `focus ${answers.focus.value} measures nothing of ${profile.name}: ${unable.map((p) => p.why).join("; ")}`
	});
}
/** The suite's part, or why it cannot measure the program; null: the configuration asks for nothing of it. */
function planOne(id, on) {
	const part = suites[id].plan(on);
	if (part === null) return null;
	const why = suites[id].unable(on.profile);
	return why === null ? {
		suite: id,
		...part
	} : {
		what: `suite ${suites[id].title}`,
		why,
		test: true
	};
}
/** The configured nodes, and always the registry; a bootstrap node is added where none was named. */
function nodesOf(fleet, config) {
	const wanted = config.deploy.nodes === "all" ? fleet.nodes.map((n) => n.name) : config.deploy.nodes;
	const registry = registryOf(fleet)?.name;
	const bootstrap = bootstrapsOf(fleet).some((n) => wanted.includes(n.name)) ? [] : bootstrapsOf(fleet).slice(0, 1).map((n) => n.name);
	const all = /* @__PURE__ */ new Set([
		...registry === void 0 ? [] : [registry],
		...wanted,
		...bootstrap
	]);
	return fleet.nodes.map((n) => n.name).filter((n) => all.has(n));
}
/** Seconds are rough, for a person who decides whether to wait: measured on the lab, see docs/figures.md. */
function stepsOf(nodes, parts, config, input) {
	const step = (id, title, detail, seconds) => ({
		id,
		title,
		detail,
		seconds
	});
	return [
		step("1", "SETUP", `connect to ${nodes} nodes, check disk, clock and tools, take the leases`, 3),
		input.source.kind === "build" ? step("2", "BUILD", config.binary.build.join(" "), 20) : step("2", "BUILD", `take the ${input.source.kind} as it is`, 2),
		step("3", "DEPLOY", `registry, one gatekeeper, the rest, bootstrap nodes last; wait up to ${config.bootstrap.waitForRegistrationSeconds} s for registration`, 12),
		step("4", "TEST", [
			"measure every NAT",
			"run the controls",
			...parts.map((p) => p.detail)
		].join(", "), parts.reduce((n, p) => n + p.seconds, 12)),
		step("5", "PROOF", "collect logs and registry answers, seal the evidence, judge it, write the proof", 3)
	];
}

// src/app/make-plan.ts
/** From a request to a plan, or to every reason why there is none: the same for the command line and the Action. */
/** What would enclose the build of a plan on this machine. */
const plannedEnclosure = async (c, { source }) => ({
	sandbox: source.kind === "build" && source.native !== true ? await sandboxHere(c.signal) : null,
	unenclosed: c.unenclosed ?? "build"
});
async function makePlan(c, r, s) {
	const name = await chosenFleet(c, {
		named: r.fleet,
		lab: r.lab,
		repo: r.repo,
		config: r.config,
		otherwise: s.fleet
	});
	const { fleet } = await loadFleet(c, name, r.lab);
	const profiles = await loadProfiles(c);
	const repository = await loadRepository(c, r.repo ?? ".", r.config, fleet, profiles);
	const faults = [...s.faults, ...unknownNodes(fleet, r.nodes)];
	const { answers, profile } = await interview(c, {
		parameters: answersIn(r),
		configs: repository.configs,
		...s.defaults === void 0 ? {} : { defaults: s.defaults }
	}, profiles, faults);
	const found = repository.configs.find((p) => p.project === answers.project.value);
	if (found === void 0) throw new Failure({
		code: "U044",
		message: `the configuration has no project ${answers.project.value}`
	});
	const config = wished(found, r, s);
	const dir = join$1(repository.dir, config.binary.workspace);
	const source = await readSource(dir, c.signal);
	const checkout = source.kind === "git" ? source.root : c.cwd;
	return {
		plan: assemblePlan({
			answers,
			config,
			profile,
			fleet,
			source: await sourceOf(c, r, s, config, dir, source),
			binaryBytes: null
		}),
		fleet: name,
		source,
		checkout
	};
}
const unknownNodes = (fleet, nodes) => (nodes ?? []).filter((n) => !fleet.nodes.some((f) => f.name === n)).map((n) => `nodes: fleet ${fleet.name} has no node ${n}${hint(n, fleet.nodes.map((f) => f.name))}`);
function wished(config, r, s) {
	const soak = r.soak === "on" || r.soak !== "off" && s.soak;
	const none = config.soak.checkpoints.length === 0;
	return {
		...config,
		deploy: {
			...config.deploy,
			nodes: r.nodes ?? config.deploy.nodes
		},
		soak: !soak ? {
			...config.soak,
			checkpoints: []
		} : none && r.soak === "on" ? {
			...config.soak,
			checkpoints: checkpointStates
		} : config.soak
	};
}
/**
* Names the exact source, so that a session is continued only with the program that it was begun with, on whichever
* machine.
*/
async function sourceOf(c, r, s, config, dir, source) {
	if (r.binaryFile !== void 0) return {
		kind: "file",
		path: resolve(c.cwd, r.binaryFile),
		sha256: await digestOfGiven(resolve(c.cwd, r.binaryFile))
	};
	if (r.releaseTag !== void 0) {
		const repository = r.releaseTag.repository ?? s.repository;
		if (repository === void 0) throw new Failure({
			code: "U045",
			message: `release ${r.releaseTag.tag}: of which repository?`,
			remedy: `vps-test start --release owner/repo@${r.releaseTag.tag}:${config.binary.name}`
		});
		return {
			kind: "release",
			repository,
			tag: r.releaseTag.tag,
			asset: r.releaseTag.asset ?? config.binary.name
		};
	}
	await refuseBuild(c, r, config, source);
	return {
		kind: "build",
		workspace: source.kind === "git" ? relative(source.root, dir) || "." : dir,
		revision: revisionOf(source),
		...r.binarySource === "native" ? { native: true } : {}
	};
}
/** What the build would refuse is refused here, before a node is asked. */
async function refuseBuild(c, r, config, source) {
	const { build, localBuild } = config.binary;
	const native = r.binarySource === "native";
	for (const argv of native && localBuild !== null ? [localBuild] : localBuild === null ? [build] : [build, localBuild]) {
		const fault = readBuildCommand(argv);
		if (typeof fault === "string") throw new Failure({
			code: "U305",
			message: `${config.origin}: ${fault}; a program that is built in another way can be given by --binary`,
			remedy: `vps-test plan ${config.project} --binary ${config.binary.target}`
		});
	}
	if (!native) return;
	if (source.kind === "none") throw new Failure({
		code: "U306",
		message: `a native build needs a git commit, and ${source.why}`
	});
	refuseDirty(source, "a native build");
	const beside = await besideTheCommit(source, c.signal);
	if (beside !== null) throw new Failure({
		code: "U306",
		message: `a native build sends the commit alone, and ${beside}`
	});
}
const digestOfGiven = (path) => digestOf(path).catch((error) => {
	throw new Failure({
		code: "U046",
		message: `cannot read the given binary ${path}`,
		remedy: `ls -l ${path}`
	}, error);
});

// src/inputs/summary.ts
function planSummary(plan) {
	const { project, focus, criteria, proof } = plan.answers;
	const used = plan.nodes.flatMap((name) => plan.fleet.nodes.filter((n) => n.name === name));
	const peers = used.filter((n) => n.role !== "registry");
	const translated = peers.filter((n) => n.nat !== "none");
	return [
		"Test Plan Summary",
		"=".repeat(17),
		`Project: ${stripHidden(project.value)} (${origin(project)})`,
		`Focus: ${focusDescriptions[focus.value]} (${origin(focus)})`,
		`Success: ${success(plan)} (${origin(criteria)})`,
		`Proof: ${proofDescriptions[proof.value]} (${origin(proof)})`,
		"",
		`Nodes to use (fleet ${stripHidden(plan.fleet.name)}):`,
		`  Registry: ${names(used.filter((n) => n.role === "registry"))}`,
		`  Standard: ${names(peers.filter((n) => n.nat === "none"))}`,
		...translated.length === 0 ? ["  NAT Emulation: none"] : ["  NAT Emulation:", ...translated.map((n) => `    - ${stripHidden(n.name)} (${natNames[n.nat]})`)],
		"",
		`Binary source: ${source(plan)}`,
		...plan.config.warnings.map((w) => `Note: ${stripHidden(w, 400)}`),
		...plan.unsupported.map((u) => `Not done: ${u.what} ${u.why}${u.test === true ? "; the run cannot pass" : ""}`),
		"",
		"Ready to proceed?"
	].join("\n");
}
const natNames = {
	none: "no NAT",
	"full-cone": "Full Cone",
	"address-restricted": "Address Restricted",
	"port-restricted": "Port Restricted",
	symmetric: "Symmetric"
};
const origin = ({ from }) => from === "interview" ? "confirmed via interview" : `from ${stripHidden(from)}`;
const names = (nodes) => nodes.length === 0 ? "none" : nodes.map((n) => stripHidden(n.name)).join(", ");
function success({ answers, suites }) {
	if (answers.criteria.value !== "threshold") return criteriaDescriptions[answers.criteria.value];
	return `Meet configured thresholds: ${suites.map((s) => stripHidden(s.thresholds, 400)).join("; ")}`;
}
function source({ source: s, config }) {
	switch (s.kind) {
		case "build": return `Build on this machine (${stripHidden(config.binary.build.join(" "))}) in ${stripHidden(s.workspace)}`;
		case "file": return `Given file ${stripHidden(s.path)}`;
		case "release": return `Release ${stripHidden(s.tag)} of ${stripHidden(s.repository)}, ${stripHidden(s.asset)}`;
	}
}

// src/app/plan-text.ts
const planText = (plan, place) => [
	planSummary(plan),
	"",
	...plan.steps.map((s) => `${s.id}. ${s.title.padEnd(7)} ${s.detail} (about ${s.seconds} s)`),
	`About ${Math.ceil(plan.estimate.seconds / 60)} min, ${plan.estimate.attempts} attempts, ${plan.estimate.uploadBytes === null ? "upload size known after the build" : `${plan.estimate.uploadBytes} bytes to upload`}.`,
	...withoutSandbox(place),
	plan.soak.length === 0 ? "Soak: off." : `Soak: ${plan.soak.join(", ")}; the fleet stays leased until the last checkpoint.`,
	`Plan ${planDigest(plan).slice(0, 16)}.`
].join("\n");
const withoutSandbox = ({ sandbox, unenclosed }) => sandbox?.kind !== "none" ? [] : [unenclosed === "refuse" ? `The build would be refused here: this job holds a key or a token that writes, and has no sandbox (${sandbox.why}).` : `The build would run without a sandbox, as this user: the project's code sees what it sees (${sandbox.why}).`];

// src/app/new-session.ts
/** The id of a new session, and the session that a start goes on with instead. */
/** Sorts by time: `testnet-20261122-204512-1f3a`. */
function newSession(plan, clock) {
	const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
	return `${plan.config.project}-${stamp}-${Buffer.from(systemRandom.bytes(2)).toString("hex")}`;
}
/**
* A session of the very same plan that was interrupted is continued: running again is the resume.
* One that waits has done its test: a new start tests anew, or it would show the old result for new code.
*/
async function resumeInterrupted(c, ledger, plan) {
	const digest = planDigest(plan);
	const interrupted = (await ledger.all()).toReversed().map(({ id, entries }) => ({
		entries,
		session: fold(id, entries)
	})).filter(({ session: s }) => s.planDigest === digest && (s.state === "INTERVIEW" || acts(s.state)));
	for (const { session } of interrupted) if (!await writerEnded(c, session)) throw living(plan, session);
	const [newest] = interrupted;
	if (newest === void 0) return void 0;
	const { session, entries } = newest;
	const claimed = next(entries, session, {
		event: "claimed",
		why: `taken over from ${session.by === null ? "nobody" : writerText(session.by)}, which ended without a record`,
		facts: {}
	}, c.clock.now(), c);
	if (claimed !== void 0) await ledger.append(session.id, claimed);
	return {
		session: session.id,
		since: claimed?.hash
	};
}
/**
* Sessions of the same project and fleet, by another plan, that hold the nodes while nobody works on them: interrupted,
* or waiting for a checkpoint. Newest first.
*/
async function leftBehind(c, ledger, plan) {
	const digest = planDigest(plan);
	const others = (await ledger.all()).toReversed().map(({ id, entries }) => ({
		entries,
		session: fold(id, entries),
		interrupted: acts(fold(id, entries).state)
	})).filter(({ session: s, entries }) => s.planDigest !== digest && traitsOf(s.state).holdsLeases && fleetOf$1(entries) === plan.fleet.name && projectOf(entries) === plan.config.project);
	const idle = await Promise.all(others.map(async (o) => !o.interrupted || writerEnded(c, o.session)));
	return others.filter((_, i) => idle[i]);
}
/** Two runs of one session would test beside each other and write over each other's evidence. */
const living = (plan, { id, by, state, changedAt }) => new Failure({
	code: "B007",
	message: `${by === null ? "another run" : writerText(by)} works on session ${id}: in ${state} since ${new Date(changedAt).toISOString()}`,
	remedy: `vps-test stop ${plan.config.project} --session ${id}`
});

// src/app/approve.ts
/** `approve`: a person's yes or no to a session that waits for one (spec §4 AWAIT_APPROVAL). */
/** Answers with the session as it stood before. `how`: `cli`, or the environment whose reviewers said it. */
async function approve(c, project, flags, by = c.who, how = "cli") {
	const open = (await storedSessions(c.sessions, project)).filter((k) => flags.session === void 0 || k.session.id === flags.session).find((k) => k.session.state === "AWAIT_APPROVAL");
	if (open === void 0) throw new Failure({
		code: "U055",
		message: `no session${project === void 0 ? "" : ` of project ${project}`} waits for approval`,
		remedy: "vps-test status"
	});
	const comment = flags.comment === void 0 || flags.comment === "" ? "" : `: ${flags.comment.slice(0, 500)}`;
	if (!await recordOutcome({
		ledger: open.ledger,
		clock: c.clock,
		session: open.session.id,
		writer: c.writer,
		clockShift: c.clockShift
	}, {
		event: flags.reject === true ? "rejected" : "approved",
		why: `by ${by} (${how})${comment}`,
		facts: {
			approvedBy: by,
			how
		}
	})) throw new Failure({
		code: "B003",
		message: `session ${open.session.id} was decided by somebody else first`,
		remedy: "vps-test status"
	});
	c.terminal.info(`${open.session.id}: ${flags.reject === true ? "rejected" : "approved"} by ${by}`);
	return open;
}

// src/app/diagnose.ts
const parts = [
	["failed units", [
		"systemctl",
		"--failed",
		"--no-pager",
		"--plain",
		"--no-legend"
	]],
	["units of vps-test", [
		"sh",
		"-c",
		"for f in $(grep -l \"Written by vps-test\" /etc/systemd/system/*.service 2>/dev/null); do systemctl --no-pager -n 20 status \"$(basename \"$f\")\"; done; true"
	]],
	["disk", [
		"df",
		"-h",
		"/",
		"/opt",
		"/var"
	]],
	["memory", [
		"sh",
		"-c",
		"head -n 3 /proc/meminfo"
	]],
	["UDP and TCP sockets", ["ss", "-Hlntup"]],
	["leases", [
		"sh",
		"-c",
		"head -n 3 /var/lib/vps-test/leases/* 2>/dev/null; true"
	]]
];
async function diagnose(c, node, flags) {
	const name = await chosenFleet(c, {
		named: flags.fleet,
		lab: flags.lab
	});
	const { fleet } = await loadFleet(c, name, flags.lab);
	const world = await readOnlyWorld(c, fleet, flags.key ?? null);
	try {
		const remote = await world.remote(node);
		const answers = await Promise.all(parts.map(async ([title, argv]) => {
			const command = {
				kind: "argv",
				why: title,
				idempotent: true,
				argv
			};
			const result = await remote.run(command, {
				timeoutMs: 2e4,
				signal: c.signal,
				maxBytes: 1 << 18
			});
			return {
				title,
				code: result.code,
				text: `${result.stdout}${result.stderr}`.trim()
			};
		}));
		if (flags.json === true) c.terminal.print(JSON.stringify({
			node,
			parts: answers
		}));
		else for (const a of answers) c.terminal.print(`== ${a.title}${a.code === 0 ? "" : ` (exit ${String(a.code)})`}\n${a.text.split("\n").map((l) => stripHidden(l, 500)).join("\n")}\n`);
		return exitCodes.passed;
	} finally {
		await world.close();
	}
}

// src/app/next-step.ts
/**
* What goes on with a session that waits, as a command that finds it: the ledger of a run is on its repository's
* branch, that of a start here on this machine.
*/
/** `key`: the one that a person named at its start; absent: none was. */
function nextStep(s, key) {
	const words = traitsOf(s.state).waitsFor;
	if (words === void 0) return void 0;
	const line = (...more) => ["vps-test", ...more].map(quote).join(" ");
	const at = repositoryOf(s);
	const remote = at === null ? [] : ["--remote", at];
	switch (s.state) {
		case "AWAIT_APPROVAL": return `${words}: ${line("approve", ...remote, "--session", s.id)} (no: --reject)`;
		case "AWAIT_PUSH": return words;
		default: return `${words}, or by: ${line("soak", "--watch", ...remote, ...key === void 0 ? [] : ["--key", key])}`;
	}
}
function repositoryOf({ origin, by }) {
	if (origin === null || origin.repository === null) return null;
	return `${by?.kind === "run" && URL.canParse(by.url) ? new URL(by.url).origin : "https://github.com"}/${origin.repository}.git`;
}

// src/app/status.ts
/** `status` and `logs`: what the ledgers say. */
async function status(c, flags) {
	const { whole: sessions, damaged } = await sessionsIn(c.sessions);
	damaged.forEach(({ fault: { message, facts } }) => {
		c.terminal.warn(`${message}${facts.remedy === void 0 ? "" : `\ntry: ${facts.remedy}`}`);
	});
	if (flags.json === true) {
		c.terminal.print(JSON.stringify(sessions.map(({ project, session }) => ({
			project,
			...session,
			newest: void 0
		}))));
		return exitCodes.passed;
	}
	if (sessions.length === 0) {
		c.terminal.print("no sessions yet");
		return exitCodes.passed;
	}
	const notes = new Map(await Promise.all(sessions.map(async (k) => [k.session.id, await readNotes(c.sessions.folderOf(k.project, k.session.id))])));
	c.terminal.print(blockText(table$2([
		"session",
		"state",
		"changed",
		"due",
		"tests",
		"why"
	], sessions.map(({ session: s }) => [
		s.id,
		toned(s.state, s.state === "COMPLETE" ? "good" : s.state === "STOPPED" ? "bad" : "warn"),
		iso(s.changedAt),
		s.waitUntil === null ? "" : iso(s.waitUntil),
		String(s.counters.tests),
		`${stripHidden(s.why, 100)}${refusedText(s, notes.get(s.id)?.refused)}${nextStepText(nextStep(s, notes.get(s.id)?.key))}`
	])), c.terminal.palette));
	return exitCodes.passed;
}
/** Of the session that is named, or the newest. */
async function logs(c, project, flags) {
	const [known] = await named(c, project, flags.session);
	c.terminal.print(flags.json === true ? JSON.stringify(known.entries.map((e) => ({
		...e,
		facts: void 0
	}))) : known.entries.map((e) => `${iso(e.at)} ${e.from} → ${e.to}: ${stripHidden(e.why, 2e3)}`).join("\n"));
	return exitCodes.passed;
}
/** Only of the state that it stands in: a later entry has got over it. */
const refusedText = ({ changedAt, state }, refused) => refused === void 0 || refused.at < changedAt || isFinal(state) ? "" : `; could not begin at ${iso(refused.at)}: ${refused.code} ${stripHidden(refused.message, 300)}`;
const nextStepText = (next) => next === void 0 ? "" : `; ${stripHidden(next, 1e3)}`;
/** Sessions of a project, the newest first, or the one that is meant; at least one. */
async function named(c, project, session) {
	const [first, ...more] = (await storedSessions(c.sessions, project)).filter((k) => session === void 0 || k.session.id === session);
	if (first === void 0) throw new Failure({
		code: "U053",
		message: `project ${project} has no session${session === void 0 ? "" : ` ${session}`}`,
		remedy: "vps-test status"
	});
	return [first, ...more];
}

// src/app/services.ts
/** The services that a session left on its nodes: what they run, and taking them away. */
/** Which binary each of them is left on. */
async function servicesLeft(world, plan, nodes, remedy) {
	const running = [...(await onEachNode(nodes, world.signal, async (name) => {
		const unit = unitOn(world, plan, name);
		return unit === null ? null : {
			unit,
			proof: (await provenProcess(world, name, unit)).proof
		};
	})).done].flatMap(([node, s]) => s?.proof == null ? [] : [{
		node,
		unit: s.unit,
		exe: s.proof.exeSha256
	}]);
	const lines = [...Map.groupBy(running, (r) => `${r.unit} runs ${r.exe.slice(0, 12)}`)].map(([what, on]) => `${what} still, on ${on.map((r) => r.node).join(", ")}`);
	return {
		lines: lines.length === 0 ? [] : [...lines, `to take them away: ${remedy}`],
		whole: true
	};
}
/** Under a lease of the session's own: what another session holds stays. */
async function removeServices(world, plan, session, nodes) {
	const { serviceName: service, installPath } = plan.config.deploy;
	const leases = await takeLeases(world, plan, session, nodes, heartbeatMs);
	const done = await onEachNode([...leases.done.keys()], world.signal, async (name) => {
		const unit = unitOn(world, plan, name);
		if (unit === null) return null;
		const lease = {
			service,
			holder: session,
			fence: leases.done.get(name) ?? 0
		};
		const result = await (await world.remote(name)).run(removeUnit(unit, installPath, lease), {
			timeoutMs: 6e4,
			signal: world.signal
		});
		return {
			unit,
			answer: result.code === 0 ? result.stdout.trim() : `failed: ${result.stderr.trim().slice(-200)}`
		};
	});
	const answers = [...done.done].flatMap(([node, a]) => a === null ? [] : [{
		node,
		...a
	}]);
	const failed = [...leases.failed, ...done.failed].map(([node, f]) => `${node}: its service stays: ${f.message}`);
	return {
		lines: [...[...Map.groupBy(answers, (a) => words(a.unit, a.answer))].map(([what, on]) => `${what} on ${on.map((a) => a.node).join(", ")}`), ...failed],
		whole: failed.length === 0 && answers.every((a) => a.answer === "removed" || a.answer === "absent")
	};
}
function words(unit, answer) {
	switch (answer) {
		case "removed": return `${unit} was removed, with its releases and its data,`;
		case "absent": return `there is no ${unit}`;
		case "foreign": return `${unit} was not written by vps-test and stays`;
		default: return `${unit} could not be removed (${answer})`;
	}
}
const unitOn = (world, plan, name) => {
	const node = world.fleet.nodes.find((n) => n.name === name);
	return node === void 0 ? null : deployedUnitOf(plan, node)?.unit.name ?? null;
};

// src/app/stop.ts
/** `stop`: a person ends a session, and with it the run that works on it; then its tables, leases and services. */
const serviceWishes = ["keep", "remove"];
/**
* Ends the newest unfinished session of a project; where all have ended, only what the newest left behind when it was
* killed.
*/
async function stop(c, project, flags) {
	const all = await named(c, project, flags.session);
	const open = all.find((k) => !isFinal(k.session.state)) ?? all[0];
	const { id } = open.session;
	const stopped = await recordOutcome({
		ledger: open.ledger,
		clock: c.clock,
		session: id,
		writer: c.writer,
		clockShift: c.clockShift
	}, {
		event: "stop",
		why: `by ${c.who}`,
		facts: {}
	});
	c.terminal.info(stopped ? `stopped ${id}` : `${id} has ended already (${open.session.state})`);
	const plan = await recordedPlan(open.ledger, id);
	if (plan === void 0) return exitCodes.passed;
	const world = worldIn(c, {
		fleet: plan.fleet,
		ledger: open.ledger,
		session: id,
		folder: c.sessions.folderOf(project, id),
		key: flags.key ?? null
	});
	try {
		const nodes = leasedNodes(plan, open.session);
		await awaitRunsEnd(c, open, world, plan, nodes);
		await removeWitnesses({
			...world,
			tables: {
				session: id,
				fences: /* @__PURE__ */ new Map()
			}
		}, nodes);
		const told = flags.services === "remove" ? await removeServices(world, plan, id, nodes) : await servicesLeft(world, plan, nodes, `vps-test stop ${quote(project)} --session ${quote(id)} --services remove`);
		await giveLeasesBack(world, plan, id, nodes, [plan.config.deploy.serviceName, testTurn]);
		told.lines.forEach((line) => c.terminal.info(line));
		return told.whole ? exitCodes.passed : exitCodes.infra;
	} finally {
		await world.close();
	}
}
const patienceMs = 9e4;
const lookMs = 5e3;
/**
* The run sees the stop in the ledger and ends by itself; before that its leases are not given to others. What cannot
* be seen from here has ended when no lease of its session is left.
*/
async function awaitRunsEnd(c, open, world, plan, nodes) {
	const worked = lastAtWork(open);
	if (worked === void 0 || worked.by === null) return;
	const until = c.clock.now() + patienceMs;
	for (let lookedAt = -1e400; !await writerEnded(c, worked);) {
		if (c.clock.now() >= lookedAt + lookMs) {
			lookedAt = c.clock.now();
			const seen = await leasesOn(world, nodes);
			if (seen.done.size === 0 && worked.by.kind === "run") {
				c.terminal.warn(`no node can be asked whether ${writerText(worked.by)} has ended`);
				return;
			}
			if (seen.failed.size === 0 && ![...seen.done.values()].flat().some((l) => l.holder === worked.id)) return;
		}
		if (c.clock.now() > until) throw new Failure({
			code: "B009",
			message: `${writerText(worked.by)} works on session ${worked.id} still, ${patienceMs / 1e3} s after it was stopped; its leases stay until it ends, or run out by themselves`,
			remedy: `vps-test lease break --all --session ${quote(worked.id)} --fleet ${quote(fleetReference(plan.fleet))}`
		});
		c.terminal.progress("stop", `waiting for ${writerText(worked.by)} to end`);
		await c.clock.sleep(200, c.signal);
	}
}
/** As it was when a run worked on it last; undefined: none does, it waited or had ended by itself. */
function lastAtWork({ session, entries }) {
	const before = isFinal(session.state) && entries.at(-1)?.event === "stop" ? fold(session.id, entries.slice(0, -1)) : session;
	return traitsOf(before.state).kind === "working" ? before : void 0;
}

// src/adapters/terminal.ts
const quietMs = 2e3;
function terminal() {
	const tty = process.stderr.isTTY === true;
	const colour = tty && process.env["NO_COLOR"] === void 0;
	const paint = (sgr) => (text) => colour ? `\u001b[${sgr}m${text}\u001b[0m` : text;
	const last = /* @__PURE__ */ new Map();
	let open = false;
	const line = (text) => {
		process.stderr.write(`${open ? "\r\x1B[K" : ""}${harmless(text)}\n`);
		open = false;
	};
	return {
		interactive: tty && process.stdin.isTTY === true,
		palette: {
			good: paint(32),
			bad: paint(31),
			warn: paint(33),
			dim: paint(2)
		},
		print: (text) => {
			const safe = uncommanded(text);
			process.stdout.write(safe.endsWith("\n") ? safe : `${safe}\n`);
		},
		info: line,
		warn: (text) => line(`warning: ${text}`),
		progress: (key, text) => {
			if (tty) {
				process.stderr.write(`\r\u001b[K${harmless(text).slice(0, 160)}`);
				open = true;
				return;
			}
			const now = Date.now();
			if (now - (last.get(key) ?? 0) < quietMs) return;
			last.set(key, now);
			line(`  ${text}`);
		}
	};
}
/** Remote text may hold escape sequences, and workflow commands of GitHub. */
const harmless = (text) => uncommanded(text.split("\n").map((l) => stripHidden(l, 2e3)).join("\n"));
/**
* A runner obeys `::` at a line's start, behind what it takes for space, and `##[` anywhere, on both streams. In JSON
* the same text is written another way.
*/
const uncommanded = (text) => text.replaceAll(/^([\s\u0085]*)::/gm, "$1: :").replaceAll("##[", /^[[{]/.test(text) ? "##\\u005b" : "## [");

// src/app/surroundings.ts
/** From the process's surroundings to the context that verbs work in. */
function contextOf({ env, cwd, home, directory, signal, version }) {
	const program = (name) => {
		const path = env[name];
		return path !== void 0 && path !== "" && existsSync(path) ? path : null;
	};
	const state = env["VPS_TEST_HOME"] || join$1(home, ".vps-test");
	const shift = shiftOf(env["VPS_TEST_CLOCK_SHIFT_SECONDS"]);
	return {
		terminal: terminal(),
		signal,
		cwd,
		version,
		root: packageRoot(directory),
		who: whoAmI(),
		writer: thisProcess(),
		clock: shiftedClock(shift),
		clockShift: shift,
		sessions: localSessions(state),
		scratch: join$1(state, "_nodes"),
		forge: null,
		cacheDir: env["VPS_TEST_CACHE"] || join$1(env["XDG_CACHE_HOME"] || join$1(home, ".cache"), "vps-test"),
		probe: program("VPS_TEST_PROBE"),
		delayHelper: program("VPS_TEST_DELAY"),
		...env["VPS_TEST_FLEET"] ? { fleet: env["VPS_TEST_FLEET"] } : {},
		...loginOf(env)
	};
}
/** As `gh` names it. */
const loginOf = (env) => {
	const token = env["GH_TOKEN"] || env["GITHUB_TOKEN"];
	return token === void 0 || token === "" ? {} : { login: {
		token,
		server: env["GITHUB_SERVER_URL"] || "https://github.com"
	} };
};
/** What is no number is refused where the clock is used, with every fleet: a wait must not end by a typing error. */
const shiftOf = (text) => {
	const n = Number(text ?? "0");
	return Number.isFinite(n) ? n : NaN;
};
const packageRoot = (from) => existsSync(join$1(from, "fleets")) || dirname(from) === from ? from : packageRoot(dirname(from));

export { replaceFile as $, anything as $n, blocksMarkdown as $t, flagOf as A, hostPort as An, messageOf as Ar, junitOf as At, note as B, leasedNodes as Bn, version as Br, runAttached as Bt, nodes as C, suiteCounts as Cn, isCheckpoint as Cr, pushSession as Ct, callFields as D, percent$1 as Dn, faultText as Dr, check$1 as Dt, confirmation as E, verdictInputOf as En, traitsOf as Er, bundleIn as Et, choose as F, subjectOf as Fn, exitCodeOf as Fr, remoteSessions as Ft, leasesOn as G, quote as Gn, controlsSection as Gt, checkKey as H, leaseForBuild as Hn, checkpointsSection as Ht, decide as I, testsOf as In, exitCodes as Ir, storedSession as It, keyFile as J, writerText as Jn, notCoveredSection as Jt, exitCode as K, revisionOf as Kn, newestEntriesSection as Kt, duties as L, writerOf as Ln, isFailure as Lr, storedSessions as Lt, fromConfiguration as M, fleetOf$1 as Mn, stripHidden as Mr, nounOf as Mt, requestFields as N, originOf as Nn, machineFault as Nr, subjectResults as Nt, defaultFleet as O, ElfError as On, duration as Or, proofText as Ot, requestInputs as P, projectOf as Pn, Failure as Pr, localSessions as Pt, worldIn as Q, meaningOf$1 as Qn, checkpointSection as Qt, take as R, keptBinary as Rn, failureRow as Rr, GitError as Rt, up as S, subjectName as Sn, firstLoop as Sr, newestPlan as St, cancelled as T, toLines as Tn, perCheckpoint as Tr, recordedPlan as Tt, breakLeases as U, onEachNode as Un, run as Ut, readNotes as V, rosterOf as Vn, runProcess as Vt, isOdd as W, listNodes as Wn, proofFile as Wt, loadProfiles as X, hasPlan as Xn, criteriaSection as Xt, loadFleet as Y, fold as Yn, countsSection as Yt, readOnlyWorld as Z, isTest as Zn, suiteReports as Zt, parseRequest as _, table$2 as _n, canonical as _r, hint as _t, stop as a, plainLine as an, number$3 as ar, hostKeyOf as at, printLabStatus as b, httpsUrl as bn, checkpointStates as br, beginSession as bt, nextStep as c, codeBlock as cn, orNull as cr, refusedStart as ct, leftBehind as d, link as dn, planDigest as dr, readSource as dt, hiddenLine as en, every as er, eachAddress as et, newSession as f, list$1 as fn, countOf as fr, findProjectFile as ft, plannedEnclosure as g, strong as gn, buildFaultKinds as gr, yamlOptions as gt, makePlan as h, present as hn, groupsOf$1 as hr, projectFiles as ht, serviceWishes as i, inlineText as in, name$2 as ir, hostKeyLine as it, formFields as j, buildFaultsOf as jn, printable as jr, untrustedEvidence as jt, fieldRows as k, readElf as kn, iso as kr, cloneAt as kt, diagnose as l, inline as ln, text$3 as lr, orAbort as lt, planText as m, paragraph as mn, groupName as mr, parseProjectAll as mt, harmless as n, sectionMarkdown as nn, kinds$1 as nr, everyAlgorithm as nt, logs as o, plainLines as on, oneOf as or, parsePrivateKey as ot, resumeInterrupted as p, pairs as pn, countsText as pr, fleetNamed as pt, settledCode as q, buildMs as qn, findingsSection as qt, uncommanded as r, blockText as rn, list$2 as rr, fingerprint as rt, status as s, code$1 as sn, optional as sr, reasonOf as st, contextOf as t, pageMarkdown as tn, fields as tr, overWire as tt, approve as u, joined as un, whole$1 as ur, parse as ut, down as v, text$1 as vn, sha256 as vr, hostKey as vt, chosenFleet as w, checkpointOf as wn, isFinal as wr, recordOutcome as wt, shell as x, collect as xn, configKey as xr, confirmSession as xt, examine as y, toned as yn, checkpointRows as yr, isRecord as yt, tickOf as z, triedBefore as zn, failures as zr, gitAt as zt };