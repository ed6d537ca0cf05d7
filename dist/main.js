import { $i as buildFaultKinds, A as approve$1, An as checkpointsSection, At as settledCode, Bi as oneOf, Ca as exitCodes, Ci as revisionOf, Cn as storedSession, Da as version, Di as fold, Dn as runAttached, Ei as writerText, F as newSession, Fi as fields$1, Fn as proofFile, Ft as worldIn, Gi as planDigest, Gr as needsOf, Hi as orNull, Hn as criteriaSection, Hr as toLines, Ii as kinds$1, In as controlsSection, Ji as groupName, Jn as hiddenLine, K as down, Ki as countOf, Kn as checkpointSection, L as planText, Li as list$1, Ln as newestEntriesSection, M as sameNodes, Mi as meaningOf, Ni as anything, Nn as collect, Nr as ElfError, Oi as hasPlan, On as runProcess, Pi as every, Pr as readElf, Q as chosenFleet, Qi as subjectName, Qn as inlineText, Qt as readSource, R as makePlan, Ri as name, Rn as findingsSection, Rr as checkpointOf, S as status, Sa as exitCodeOf, Ta as failureRow, Ui as text$1, Un as suiteReports, Ur as bestGrade, Ut as parsePrivateKey, Vi as optional, Vn as countsSection, Vr as runInputOf, Wi as whole, Wr as promisesOf, X as up, Xn as sectionMarkdown, Yi as groupsOf, Yn as pageMarkdown, Yr as percent, Z as nodes, Zi as suiteCounts, _a as messageOf, _n as untrustedEvidence, _t as decide, a as harmless, ai as fleetOf, an as beginSession, ar as inline, ba as machineFault, bn as localSessions, bt as tickOf, c as wishesOf, ca as isCheckpoint, ci as subjectOf, cn as pushSession, cr as list, d as notifySecrets, da as traitsOf, di as keptBinary, dn as bundleIn, dr as present, f as stop, fa as faultText, fi as triedBefore, fn as check, fr as strong, g as serviceWishes, ga as iso, gi as leaseForBuild, gn as ctrfOf, gr as httpsUrl, gt as requestInputs, ha as duration, hn as junitOf, i as takeEnvironment, ia as checkpointRows, ii as buildFaultsOf, ir as codeBlock, ji as isTest, jn as run, k as diagnose, kn as entryShape, kt as exitCode, l as notificationsOf, la as isFinal, li as testsOf, ln as recordOutcome, lr as pairs, lt as callFields, mi as rosterOf, mr as text, na as canonical, nn as hint, nr as plainLines, o as uncommanded, oi as originOf$1, on as confirmSession, or as joined, pi as leasedNodes, pr as table, qi as countsText, qn as blocksMarkdown, ra as sha256$1, rr as code$1, s as deliver, sa as firstLoop, si as projectOf$1, sr as link, st as parseRequest, t as contextOf, ta as chainFaults, tr as plainLine, u as channelsOf, ua as perCheckpoint, ui as writerOf, un as recordedPlan, ur as paragraph, ut as defaultFleet, va as printable, vn as nounOf, vt as duties, w as logs, wa as isFailure, wi as buildMs, wn as storedSessions, wr as knownName, wt as checkKey, xa as Failure, xi as quote, xn as remoteSessions, ya as stripHidden, yn as subjectResults, yt as take, z as plannedEnclosure, zi as number, zn as notCoveredSection, zr as fromLines } from "./chunks/shared.js";
import { t as openForge } from "./chunks/forge.js";
import { a as info, i as group, l as summary, o as setOutput, r as error, s as setSecret, t as core_exports } from "./chunks/actions.js";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import { createInflateRaw } from "node:zlib";
import { Transform } from "node:stream";
import { copyFile, mkdir, mkdtemp, open, readFile, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { pipeline } from "node:stream/promises";

// src/report/shorten.ts
/** The beginning of a section that is too long for its place: whole blocks, then the first rows of the next one. */
/** Fewer rows than this are not worth their place. */
const fewest = 3;
/** Null where too little of it fits. `size`: of the blocks as they will be shown, in the measure of `room`. */
function shortened(section, room, size) {
	const shown = [];
	for (const [i, block] of section.blocks.entries()) {
		if (fits([...shown, block])) {
			shown.push(block);
			continue;
		}
		const part = beginningOf(block, (b) => fits([...shown, b]));
		const left = [block, ...section.blocks.slice(i + 1)].map(rowsOf).reduce((a, b) => a + b, 0);
		return part === null ? null : {
			...section,
			blocks: [
				...shown,
				part,
				rest(left - rowsOf(part))
			]
		};
	}
	return section;
	function fits(blocks) {
		return size([...blocks, rest(999999)]) <= room;
	}
}
const rest = (n) => paragraph(`${n} more lines; all of them are in the run's summary.`);
const rowsOf = (b) => b.kind === "list" ? b.items.length : b.kind === "table" ? b.rows.length : 1;
/** As many rows as fit, found by halving. */
function beginningOf(block, fits) {
	if (block.kind !== "list" && block.kind !== "table") return null;
	const first = (n) => block.kind === "list" ? {
		...block,
		items: block.items.slice(0, n)
	} : {
		...block,
		rows: block.rows.slice(0, n)
	};
	let [low, high] = [0, rowsOf(block)];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (fits(first(middle))) low = middle;
		else high = middle - 1;
	}
	return low < fewest ? null : first(low);
}

// src/report/sections/build-faults.ts
function buildFaultsSection(entries) {
	const faults = buildFaultsOf(entries);
	if (faults.length === 0) return null;
	const where = (file, line) => file === null ? "" : inline`${code$1(line === null ? file : `${file}:${line}`, 200)} `;
	const items = faults.slice(0, 20).map((f) => inline`${where(f.file, f.line)}${f.message}`);
	const more = faults.length > 20 ? [`and ${faults.length - 20} more`] : [];
	return {
		id: "build",
		title: "Build faults",
		blocks: [list([...items, ...more])]
	};
}

// src/report/sections/comparison.ts
/** Now against the base branch, group by group, with the difference in points. */
function comparisonSection({ base, rows, weaker }) {
	const [id, title] = ["comparison", "Against the base branch"];
	if (base === null) return {
		id,
		title,
		blocks: [paragraph("The base branch has no recorded test of this project on this fleet: nothing to compare with.")]
	};
	const commit = base.commit === null ? "" : inline` of commit ${code$1(base.commit.slice(0, 12))}`;
	const checkpoint = base.checkpoint === null ? "" : inline`, soak checkpoint ${text(base.checkpoint, 40)}`;
	const several = new Set(rows.map((r) => r.suite)).size > 1;
	const fleet = code$1(base.fleet ?? "unknown", 60);
	return {
		id,
		title,
		blocks: [
			paragraph(inline`Compared with session ${code$1(base.session, 100)}${commit} on ${code$1(base.branch, 100)},
          fleet ${fleet}${checkpoint}, recorded ${iso(base.at)}.`),
			...weaker.length === 0 ? [] : [paragraph(inline`${strong("Less is demanded here than there")}, or something else: the same result is worth less.`), list(weaker.map((w) => text(w, 200)))],
			table([
				"group",
				"now",
				"base",
				"difference"
			], rows.map((r) => [
				text(groupName(r, several), 200),
				share(r.now),
				share(r.base),
				points(r.points)
			]), [
				"left",
				"right",
				"right",
				"right"
			])
		]
	};
}
const share = (c) => c === null ? "–" : c.attempts === 0 ? "0/0" : `${c.successes}/${c.attempts} = ${percent(c.successes / c.attempts)} %`;
/** Never rounded to nothing: a difference that is there is shown as one. */
function points(value) {
	if (value === null) return "–";
	if (value === 0) return "±0 points";
	const size = Math.max(.1, Math.round(Math.abs(value) * 10) / 10);
	return `${value > 0 ? "+" : "−"}${size} points`;
}

// src/report/sections/timeline.ts
/** Older ones are left out: a chart of thousands of bars is not drawn. */
const bars = 60;
function timelineSection(all) {
	const entries = all.filter((e) => e.event !== "recovered");
	const spans = entries.slice(1).flatMap((e, i) => {
		const start = entries[i]?.at;
		return start === void 0 || !real(start) || !real(e.at) ? [] : [{
			name: e.from,
			start,
			end: Math.max(e.at, start + 1e3),
			bad: meaningOf(e).trouble === true
		}];
	});
	if (spans.length === 0) return null;
	const shown = spans.slice(-60);
	return {
		id: "timeline",
		title: "Timeline",
		blocks: [...shown.length < spans.length ? [paragraph(inline`The newest ${bars} of ${spans.length} stages:`)] : [], {
			kind: "gantt",
			bars: shown
		}]
	};
}
/** Whole milliseconds of a date that exists, after 1970. */
const real = (at) => Number.isSafeInteger(at) && at >= 0 && at <= 864e13;

// src/report/verdict-title.ts
const longest$2 = 200;
function verdictTitle({ session, entries, verdict = null, notTested = null }) {
	if (notTested !== null) return plainLine(`nothing was tested (${notTested})`, longest$2);
	if (session === null || entries.length === 0) return "nothing was tested";
	const { said, next } = standing(session, entries, verdict);
	const end = plainLine(next, 150);
	return `${plainLine(said, longest$2 - end.length)}${end}`;
}
function standing(session, entries, verdict) {
	const last = entries.at(-1);
	if (last !== void 0 && isFinal(session.state) && meaningOf(last).ends === true) return only(`stopped (counts as a failure): ${last.why}`);
	if (session.queued !== null) return only(`queued, the schedule goes on with it: ${session.queued.who} has the fleet until ${iso(session.queued.until)} (session ${session.queued.holder})`);
	const decisive = entries.findLast((e) => meaningOf(e).outcome !== void 0);
	const test = testsOf(entries).at(-1);
	const recorded = test !== void 0 && test.seq === decisive?.seq;
	if (verdict !== null && (recorded || session.state === "TEST" || decisive?.event !== "failed")) return {
		said: judged$1(verdict.result, suiteCounts(verdict.suites), verdict.reasons[0]?.text ?? "") + remarked(verdict.remarks),
		next: after(session)
	};
	if (recorded) return {
		said: judged$1(test.result, test.counts, test.reasons[0] ?? decisive.why) + remarked(test.remarks),
		next: after(session)
	};
	if (decisive?.event === "still-red") return only(`failed: after a fix: ${decisive.why}`);
	if (decisive?.event === "failed") {
		const fault = decisive.from === "BUILD" ? buildFaultsOf(entries)[0] : void 0;
		return only(`failed: ${decisive.from}: ${fault === void 0 ? decisive.why : `${fault.file}${fault.line === null ? "" : `:${fault.line}`}: ${fault.message}`}`);
	}
	return only(`no verdict yet: ${session.state}: ${session.why}`);
}
const only = (said) => ({
	said,
	next: ""
});
const remarked = (remarks) => remarks.map((r) => `; ${r}`).join("");
function judged$1(result, counts, why) {
	const figures = countsText(counts);
	switch (result) {
		case "passed": return `passed${figures === "" ? "" : `: ${figures}`}`;
		case "failed": return `failed: ${why}${figures === "" ? "" : ` (${figures})`}`;
		case "inconclusive": return `inconclusive (counts as a failure): ${why}`;
	}
}
function after({ state, waitUntil, checkpointsTaken, manualVerify }) {
	if (isCheckpoint(state)) return `; ${state} is due ${waitUntil === null ? "" : iso(waitUntil)}${manualVerify ? ", and then a person's approval (counts as a failure until then)" : ""}`;
	switch (state) {
		case "AWAIT_APPROVAL": return "; a person's approval is awaited (counts as a failure until then)";
		case "COMPLETE": return checkpointsTaken.length === 0 ? "" : `; soak checkpoints taken: ${checkpointsTaken.join(", ")}`;
		default: return "";
	}
}

// src/report/session-page.ts
/** What a job summary and a comment both show of a session: a head that is always short, then sections by weight. */
/** Below 20,000 characters, whatever the data is. */
function sessionHead(input) {
	const { session, entries, bundle, verdict, artifactUrl, runUrl, subject, title, note } = input;
	const [origin, test] = [originOf$1(entries), testsOf(entries).findLast((t) => bundle === null || t.seq >= bundle.entries.length)];
	const of = subject ?? subjectOf(entries);
	const branch = origin === null || origin.branch === null ? "" : inline` on ${code$1(origin.branch, 100)}`;
	const commit = origin === null || origin.commit === null ? "unknown" : inline`${code$1(origin.commit.slice(0, 12))}${branch}`;
	const urls = [...artifactUrl === null ? [] : [link("artifact", artifactUrl)], ...runUrl === null ? [] : [link("run", runUrl)]];
	const rows = [
		...of === null ? [] : [["Of", text(of, 200)]],
		["Project", text(projectOf$1(entries) ?? "unknown", 100)],
		["Session", inline`${code$1(session.id, 100)} in ${text(session.state, 40)}`],
		["Commit", commit],
		...session.waitUntil === null ? [] : [["Next due", iso(session.waitUntil)]],
		["Evidence", urls.length === 0 ? "none was uploaded" : joined(urls, " · ")],
		...test?.evidenceRoot === void 0 || test.evidenceRoot === null ? [] : [["Evidence root", code$1(test.evidenceRoot)]],
		...test?.proofSha256 === void 0 || test.proofSha256 === null ? [] : [["Proof", inline`sha256 ${code$1(test.proofSha256)}`]]
	];
	const reasons = whyOf(session, verdict, test);
	return {
		id: "session",
		title: inline`vps-test: ${text(title ?? verdictTitle({
			session,
			entries,
			verdict
		}), 200)}`,
		blocks: [
			...note === void 0 ? [] : [paragraph(note)],
			...reasons.length === 0 ? [] : [list(reasons)],
			pairs(rows)
		]
	};
}
const reasonsShown = 6;
function whyOf(session, verdict, test) {
	const given = verdict?.reasons.map((r) => inline`${strong(r.kind)}: ${text(r.text, 200)}`) ?? test?.reasons.map((r) => text(r, 200)) ?? [];
	const shown = given.length === 0 && session.why !== "" ? [`${session.state}: ${session.why}`] : given.slice(0, reasonsShown);
	return given.length > reasonsShown ? [...shown, `and ${given.length - reasonsShown} more reasons, in the proof`] : shown;
}
/** The ones that matter most first, because a page that is full drops them from the end. */
function sessionSections({ session, entries, bundle, verdict, comparison }) {
	const input = bundle === null ? null : runInputOf(bundle);
	const suites = verdict === null || input === null ? [] : suiteReports(verdict, input);
	return present([
		buildFaultsSection(entries),
		...suites.flatMap((s) => s.overview),
		verdict !== null && input !== null ? criteriaSection({
			verdict,
			input
		}) : countsSection(testsOf(entries).at(-1)),
		comparison === null ? null : comparisonSection(comparison),
		checkpointsSection(session, entries),
		timelineSection(entries),
		...verdict === null ? [] : [
			bundle === null ? null : checkpointSection({
				checkpoint: checkpointOf(bundle),
				verdict
			}),
			notCoveredSection(verdict),
			findingsSection(verdict),
			...suites.flatMap((s) => s.figures),
			bundle === null ? null : controlsSection(bundle.controls),
			...suites.flatMap((s) => s.sentences)
		],
		newestEntriesSection(entries)
	]);
}

// src/report/pr-comment.ts
/** The one comment of ours on a pull request: a fold for each section, a hidden first line, within GitHub's limit. */
/** `<!-- vps-test:<key> -->`. A key from data cannot end the comment early. */
const commentMarker = hiddenLine;
const markerShape = /^<!-- vps-test:([^\s>]*) -->$/;
/** `marker`: from {@link commentMarker}; anything else is taken as a key. */
function prComment(input, marker) {
	const head = `${commentMarker(markerShape.exec(marker)?.[1] ?? marker)}\n${sectionMarkdown(sessionHead(input), 3)}`;
	const folds = [];
	const cut = [];
	let left = 63e3 - head.length;
	for (const section of sessionSections(input)) {
		const fold = (blocks) => blocksMarkdown([foldOf(section, blocks)], 4);
		const room = left - 2;
		const whole = fold(section.blocks);
		const part = whole.length <= room ? section : shortened(section, room, (blocks) => fold(blocks).length);
		if (part === null) {
			cut.push(section);
			continue;
		}
		const shown = part === section ? whole : fold(part.blocks);
		folds.push(shown);
		left = room - shown.length;
	}
	return `${[
		head,
		...folds,
		...leftOut$1(cut)
	].join("\n\n")}\n`;
}
const foldOf = ({ title }, blocks) => ({
	kind: "details",
	summary: inlineText(title),
	blocks
});
const leftOut$1 = (cut) => cut.length === 0 ? [] : [blocksMarkdown([paragraph(inline`Left out, because a comment may have 64,000 characters: ${joined(cut.map((s) => s.title), ", ")}. All of it is in the run's summary and in the proof.`)])];

// src/report/annotations.ts
/**
* GitHub keeps ten of a kind for each step, and drops the rest unsaid; one is left for the end of the step, which says
* what failed.
*/
const shown = 9;
const longest$1 = 4e3;
function annotations(session, entries, verdict) {
	const all = [
		...buildFaults(entries),
		...reasons(entries, verdict),
		...stopped(session, entries),
		...subjects(verdict),
		...findings(verdict),
		...notes(entries)
	].toSorted((a, b) => weight[a.level] - weight[b.level]);
	if (all.length <= shown) return all;
	const rest = all.slice(8);
	return [...all.slice(0, 8), one(rest[0]?.level ?? "notice", `${rest.length} more`, rest.map((a) => `${a.title}: ${a.message}`).join("\n"))];
}
const weight = {
	error: 0,
	warning: 1,
	notice: 2
};
const one = (level, title, message) => ({
	level,
	title: plainLine(title, 200),
	message: plainLines(message === "" ? title : message, longest$1)
});
const buildFaults = (entries) => buildFaultsOf(entries).map(({ file, line, message }) => ({
	...one("error", "the build failed", message),
	...file === null || !inside(file) ? {} : {
		file,
		...line === null ? {} : { line }
	}
}));
const inside = (file) => file.length <= 500 && plainLine(file, 500) === file && !file.startsWith("/") && !file.includes("\\") && !file.split("/").includes("..");
/** Of this verdict, or of the newest recorded test. */
function reasons(entries, verdict) {
	const test = testsOf(entries).at(-1);
	const result = verdict?.result ?? test?.result;
	if (result === void 0 || result === "passed") return [];
	const title = result === "failed" ? "failed" : "inconclusive, which counts as a failure";
	return (verdict?.reasons.map((r) => r.text) ?? test?.reasons ?? []).map((text) => one("error", title, text));
}
function stopped(session, entries) {
	const last = entries.at(-1);
	if (last === void 0) return [];
	const { ends = false, by, exit } = meaningOf(last);
	if (last.from === "TEST" && !ends) return [];
	if (session.state === "STOPPED") return [one(by === "person" && exit === "inconclusive" ? "notice" : "error", `stopped in ${last.from}`, last.why)];
	return last.event === "failed" && !isFinal(session.state) && last.from !== "BUILD" ? [one("error", `${last.from} failed`, last.why)] : [];
}
function subjects(verdict) {
	const results = verdict === null ? [] : subjectResults(verdict);
	const [failed, unsure] = [results.filter((r) => r.kind === "failed"), results.filter((r) => r.kind === "error")];
	return [...failed.length === 0 ? [] : [one("error", `${failed.length} of ${results.length} ${nounOf(results)} failed`, failed.map((r) => r.why[0] ?? "").join("\n"))], ...unsure.length === 0 ? [] : [one("warning", `${unsure.length} of ${results.length} ${nounOf(results)} were tried and could not be counted`, unsure.map((r) => r.why[0] ?? "").join("\n"))]];
}
const findings = (verdict) => (verdict?.findings ?? []).map((f) => one("warning", `finding: ${f.kind}`, f.message));
const notes = (entries) => entries.filter((e) => e.event === "toolchain").slice(-1).map((e) => one("notice", "zigbuild failed, built natively", e.why));

// src/report/job-summary.ts
/** A job's summary. GitHub drops one over 1 MiB whole, so sections are cut from the end, and what was cut is said. */
/** Bytes of UTF-8; the rest of the 1 MiB is for what other steps of the job's own print. */
const summaryLimit = 921600;
function jobSummary(input) {
	const parts = [sectionMarkdown(sessionHead(input), 2)];
	const cut = [];
	let left = 919600 - bytes$1(parts[0] ?? "");
	for (const section of sessionSections(input)) {
		const markdown = sectionMarkdown(section, 3);
		left -= bytes$1(markdown) + 2;
		if (cut.length > 0 || left < 0) cut.push(section.title);
		else parts.push(markdown);
	}
	if (cut.length > 0) parts.push(blocksMarkdown([paragraph(inline`Cut here, because a summary may have ${summaryLimit / 1024} KiB: ${joined(cut, ", ")}.
            All of it is in the proof and the ledger, which the artifacts of this run hold.`)]));
	return `${parts.join("\n\n")}\n`;
}
const bytes$1 = (s) => Buffer.byteLength(s, "utf8");

// src/action/report.ts
/** After every job: outputs, annotations, and a summary when there is something to show. */
const noTestView = {
	bundle: null,
	verdict: null,
	folder: null,
	comparison: null
};
const newestTest = (entries) => entries.findLast(isTest);
/** What this machine holds of the newest test. */
async function testViewHere(job, { project, session, entries }) {
	const test = newestTest(entries);
	if (test === void 0) return noTestView;
	const folder = join(job.context.sessions.folderOf(project, session.id), test.facts.folder);
	const found = await bundleIn(folder).catch(() => null);
	return found === null ? noTestView : {
		...found,
		folder,
		comparison: null
	};
}
/**
* What the newest test came to, while the session stands on it: a checkpoint that was claimed or missed since, or an
* end without a test, is no pass.
*/
function verdictOf({ checkpoint }, entries) {
	const verdict = newestTest(entries)?.event;
	const last = entries.at(-1);
	if (verdict === void 0 || last === void 0) return "";
	const { ends = false, exit } = meaningOf(last);
	return verdict === "passed" && (checkpoint !== null || ends && exit !== "failed") ? "inconclusive" : verdict;
}
function setOutputs(job, session, entries, more = {}) {
	const test = newestTest(entries);
	job.surface.setOutputs({
		session: session.id,
		state: session.state,
		verdict: verdictOf(session, entries),
		rates: JSON.stringify(ratesOf(test?.facts.counts ?? {})),
		evidence: test?.facts.artifact?.name ?? "",
		"artifact-url": test?.facts.artifact?.url ?? "",
		...more
	});
}
/** The attempt of a run that wrote an entry, and so holds its artifacts. */
const runOf = ({ facts: { by } }) => by?.kind === "run" ? {
	run: by.run,
	attempt: by.attempt
} : void 0;
const ratesOf = (counts) => Object.fromEntries(Object.entries(counts).map(([suite, groups]) => [suite, Object.fromEntries(Object.entries(groups).map(([group, { attempts, successes }]) => [group, {
	attempts,
	successes,
	rate: attempts === 0 ? null : successes / attempts
}]))]));
/** Summary and annotations of a session as it stands now. */
async function reportSession(job, known, shown = noTestView) {
	const { session, entries } = known;
	await job.surface.writeSummary(jobSummary({
		session,
		entries,
		bundle: shown.bundle,
		verdict: shown.verdict,
		artifactUrl: newestTest(entries)?.facts.artifact?.url ?? null,
		runUrl: job.facts.runUrl,
		comparison: shown.comparison,
		subject: job.facts.pullTitle
	}));
	job.surface.annotate(annotations(session, entries, shown.verdict));
}
const titleOf = ({ session, entries }) => verdictTitle({
	session,
	entries
});
/** The session as the ledger has it now; the action's job is on it alone. */
async function sessionOf(job, id = job.inputs.session) {
	const known = id === "" ? void 0 : await storedSession(job.context.sessions, id);
	if (known === void 0) throw missing(id);
	return known;
}
const missing = (id) => new Failure({
	code: "U065",
	message: id === "" ? "the input session is empty" : `the ledger has no session ${id}`,
	remedy: "gh workflow run vps-test-ops.yml -f command=status"
});

// src/action/ask.ts
/**
* "Ask a person": one issue of the tested repository for each session, opened when the session needs one and told, and
* closed, when it needs nobody any more.
*/
/** Sessions that only a person can go on with, or that ended in a way that a person should know. */
const needsPerson = ({ session: s, entries }) => traitsOf(s.state).kind === "person" || s.state === "STOPPED" && s.newest.INTERVIEW !== void 0 && !endedByPerson(entries);
function endedByPerson(entries) {
	const last = entries.at(-1);
	return last !== void 0 && meaningOf(last).by === "person";
}
/** The others were never asked about: GitHub need not be searched for their issue. */
const everWaited = ({ entries }) => entries.some((e) => traitsOf(e.to).kind === "person");
/** Asks, or tells whoever was asked before. */
async function askPerson(job, known) {
	if (!needsPerson(known)) return updateAskIssue(job, known);
	const { forge } = job.context;
	if (forge === null || job.facts.origin.event === "pull_request") return;
	await tried(job, async () => `asked a person: ${await forge.issue(commentMarker(known.session.id), headline(known), `${bodyOf(job, known)}\n${blocksMarkdown([paragraph(nextOf(job, known))])}\n`)}`);
}
/**
* What became of a session that a person was asked about: its open issue says so and is closed. Where there is none,
* none is made.
*/
async function updateAskIssue(job, known) {
	const { forge } = job.context;
	if (forge === null || needsPerson(known) || !everWaited(known)) return;
	const last = isFinal(known.session.state) ? "The session has ended: nobody is asked any more." : "The session goes on: nobody is asked any more.";
	await tried(job, async () => {
		const url = await forge.closeIssue(commentMarker(known.session.id), headline(known), `${bodyOf(job, known)}\n${last}\n`);
		return url === null ? null : `told who was asked: ${url}`;
	});
}
/** The same for every session with an open issue: what a person said on a command line, no job was there to tell. */
async function updateAskIssues(job) {
	const { context: { forge, sessions } } = job;
	if (forge === null) return;
	await tried(job, async () => {
		const open = await forge.openIssues();
		const all = open.length === 0 ? [] : await storedSessions(sessions);
		for (const known of all.filter((k) => open.includes(commentMarker(k.session.id)))) await updateAskIssue(job, known);
		return null;
	});
}
/** Nobody was asked or told, and whoever reads the log must know; the session itself is not worse for it. */
async function tried({ context: { terminal, signal } }, write) {
	try {
		const said = await write();
		if (said !== null) terminal.info(said);
	} catch (error) {
		signal.throwIfAborted();
		terminal.warn(`no issue could be written: ${messageOf(error)}`);
	}
}
const headline = (known) => plainLine(`vps-test ${known.session.id}: ${titleOf(known)}`, 240);
const bodyOf = ({ facts }, { session, entries }) => prComment({
	session,
	entries,
	bundle: null,
	verdict: null,
	artifactUrl: newestTest(entries)?.facts.artifact?.url ?? null,
	runUrl: facts.runUrl,
	comparison: null
}, commentMarker(session.id));
/** What a person can do, in commands that find the session on the ledger branch, from any machine. */
function nextOf({ facts }, { project, session, entries }) {
	const origin = originOf$1(entries);
	const remote = `${facts.serverUrl}/${origin?.repository ?? facts.repository}.git`;
	const command = (...words) => code$1(["vps-test", ...words].map(quote).join(" "), 2e3);
	const here = [
		"--remote",
		remote,
		"--session",
		session.id
	];
	const until = session.waitUntil === null ? "" : ` until ${iso(session.waitUntil)}`;
	switch (session.state) {
		case "AWAIT_APPROVAL": return inline`A person decides${until}. Yes: ${command("approve", ...here)} No: ${command("approve", "--reject", ...here)}`;
		case "AWAIT_PUSH": return inline`A push ${origin?.branch == null ? "on the session's branch" : inline`onto ${code$1(origin.branch, 100)}`} continues it at BUILD. To end it: ${command("stop", project, ...here)}`;
		default: return inline`It has ended. All sessions: ${command("status", "--remote", remote)}`;
	}
}

// src/action/follow-ups.ts
/** The environments that hold what comes next; empty where there is none, and then the schedule and `approve` do it. */
async function followUps(job, s) {
	const { soakEnvironments: timers, approvalEnvironment } = job.inputs;
	const isAhead = ({ state }) => s.state === state || isCheckpoint(s.state) && s.checkpointsLeft.includes(state);
	const waits = await Promise.all(checkpointRows.map(async (c) => [`wait-${c.id}`, isAhead(c) ? await timer(job, c, timers[c.state]) : ""]));
	return {
		...Object.fromEntries(waits),
		"approval-environment": s.state === "AWAIT_APPROVAL" ? await approval(job, approvalEnvironment, s.id) : ""
	};
}
async function timer({ context: { forge, terminal } }, checkpoint, name) {
	const found = name === "" || forge === null ? null : await forge.environment(name);
	if (found !== null && found.waitMinutes * 6e4 >= checkpoint.afterMs) return name;
	terminal.info(`${checkpoint.state}: ${name === "" ? "no environment is named" : `environment ${name} ${found === null || found.kind === "missing" ? "does not exist" : `has a timer of ${found.waitMinutes} minutes`}`}; the schedule takes the checkpoint, as late as GitHub's schedule is`);
	return "";
}
async function approval({ context: { forge, terminal }, facts }, name, session) {
	const found = name === "" || forge === null ? null : await forge.environment(name);
	if (found !== null && found.reviewers > 0) return name;
	terminal.warn(`environment ${name === "" ? "for approval" : name} ${found === null || found.kind === "missing" ? "does not exist" : "has no required reviewers"}, so nobody would be asked there; say it with: vps-test approve --remote ${facts.serverUrl}/${facts.repository}.git --session ${session}`);
	return "";
}

// src/report/predicate.ts
/** The in-toto test-result v0.1 predicate of one test: names, results and digests alone, for it is public for ever. */
/**
* WARNED is "passed with warnings", which an inconclusive test did not: as at the gate, what is not passed has failed.
*/
const resultWords = {
	passed: "PASSED",
	inconclusive: "FAILED",
	failed: "FAILED"
};
/**
* Its subject is the sealed manifest, which lists every file of the evidence.
* `warnedTests` are tests that passed with a warning (the predicate's own words): one of which no sample counted is a
* failed one here, and one that was never tried stands in no list: a policy that asks for it by name is not fooled.
*/
function testResultPredicate({ verdict, plan, url }) {
	const results = subjectResults(verdict);
	const names = (of) => results.filter(of).map(nameOf);
	const link = httpsUrl(url);
	return {
		result: resultWords[verdict.result],
		configuration: [
			{
				name: "plan",
				digest: { sha256: planDigest(plan) }
			},
			{
				name: `fleet ${plainLine(plan.fleet.name, 100)}`,
				digest: { sha256: digestOf(plan.fleet) }
			},
			{
				name: `profile of ${plainLine(plan.answers.project.value, 100)}`,
				digest: { sha256: digestOf(plan.profile) }
			}
		],
		...link === null ? {} : { url: link },
		passedTests: names((p) => p.kind === "passed" && p.why.length === 0),
		warnedTests: names((p) => p.kind === "passed" && p.why.length > 0),
		failedTests: names((p) => p.kind === "failed" || p.kind === "error")
	};
}
/** A pair's name alone says what was tested; of a node it does not. */
const nameOf = ({ title, subject }) => plainLine(subject.kind === "pair" ? subjectName(subject) : `${title}: ${subjectName(subject)}`, 200);
const digestOf = (value) => sha256$1(canonical(value));

// src/action/proof-outputs.ts
/** Where a proof lies on this runner, and whether it may be attested. */
/** Where the proof lies, and what may be attested: the manifest, which lists every file of the evidence. */
async function proofOutputs(job, { bundle, verdict, folder }) {
	if (bundle === null || verdict === null || folder === null) return { attest: "false" };
	const predicate = join(folder, "..", "predicate.json");
	await writeFile(predicate, `${JSON.stringify(testResultPredicate({
		verdict,
		plan: bundle.plan,
		url: job.facts.runUrl
	}))}\n`);
	return {
		proof: join(folder, proofFile(bundle)),
		"proof-name": proofFile(bundle),
		predicate,
		subject: join(folder, "manifest.json"),
		attest: String(await attestable(job))
	};
}
/**
* Private repositories can keep attestations only in GitHub's Enterprise Cloud; forks get no identity token
* (github-platform §6).
*/
async function attestable({ inputs, context: { forge, terminal }, facts }) {
	if (inputs.attest === "off") return false;
	if (inputs.ledger === "none") {
		terminal.info("not attested: a run without a ledger branch (a fork) has no identity to sign with");
		return false;
	}
	const visibility = forge === null ? "unknown" : await forge.visibility().catch(() => "unknown");
	if (visibility === "public" && facts.serverUrl === "https://github.com") return true;
	terminal.info(`not attested: the repository is ${visibility}, and only public ones can keep attestations on every plan`);
	return false;
}

// src/action/end-job.ts
/** `known`: the session as it stands after the job's work. */
async function endJob(job, known, end) {
	setOutputs(job, known.session, known.entries, {
		...end.next ? await followUps(job, known.session) : {},
		...end.proof === null ? {} : await proofOutputs(job, end.proof),
		...end.outputs
	});
	if (end.summary !== null) await reportSession(job, known, end.summary);
	if (end.person === "ask") await askPerson(job, known);
	if (end.person === "update") await updateAskIssue(job, known);
	return {
		code: end.code,
		title: end.title ?? titleOf(known)
	};
}

// src/action/checkout.ts
/** Where this job's checkout of the tested repository lies. */
/** What a plan's workspace is relative to. */
async function checkoutOf({ context: c, inputs }) {
	const source = await readSource(join(c.cwd, inputs.request.repo ?? "."), c.signal);
	return source.kind === "git" ? source.root : c.cwd;
}

// src/domain/compiled.ts
/**
* What the job that compiles, which has no secret, hands to the job that records: words of a machine on which the
* project's code ran.
*/
const kindsHandedOver = [
	"usage",
	"infra",
	"product",
	"busy"
];
const isHandedOver = (code) => {
	const row = failureRow(code);
	return row !== void 0 && kindsHandedOver.includes(row.kind);
};
/** Whether the project's code is compiled by whoever does BUILD, rather than on the build host or not at all. */
const compilesHere = ({ source }, before) => source.kind === "build" && source.native !== true && before.length === 0;
/** A compiler's errors are cut to this many before they are handed over. */
const mostFaults = 100;
const methods = oneOf("zigbuild", "native", "file", "release");
const before = list$1(fields$1({
	source: methods,
	reason: oneOf(...buildFaultKinds),
	message: text$1
}), 10);
const toolchain = fields$1({
	rustc: name,
	cargo: name,
	zigbuild: orNull(name),
	zig: orNull(name)
});
const sandbox = kinds$1({
	"another user": anything,
	"user namespace": anything,
	none: fields$1({ why: text$1 })
});
const record$1 = every({
	source: oneOf("zigbuild"),
	name,
	sha256: name,
	bytes: whole,
	elf: anything,
	from: kinds$1({
		none: fields$1({ why: text$1 }),
		git: fields$1({
			commit: name,
			dirty: orNull(fields$1({ digest: name }))
		})
	}),
	uncommitted: orNull(fields$1({
		count: whole,
		paths: list$1(text$1, 50),
		digest: name
	})),
	toolchain: orNull(toolchain),
	glibc: orNull(name),
	argv: list$1(text$1, 1e3),
	seconds: number,
	sandbox: orNull(sandbox),
	before
});
const place = fields$1({
	file: text$1,
	path: text$1,
	line: optional(whole),
	column: optional(whole)
});
const fault = fields$1({
	code: (v) => isHandedOver(v) ? null : " is no code of a build that failed",
	message: text$1,
	faults: optional(list$1(fields$1({
		at: place,
		message: text$1
	}), 100))
});
const shape = kinds$1({
	built: fields$1({ record: record$1 }),
	elsewhere: fields$1({ before }),
	failed: fields$1({ fault })
});
/** What is wrong with what was handed over, in words; null: nothing. */
const compiledFault = (value) => shape(value);

// src/action/compiled.ts
/** BUILD where the key is: takes what another job compiled, checks it, and never runs the project's code. */
const artifactParts = {
	outcome: "outcome.json",
	program: "current"
};
const longestOutcome = 4 << 20;
/** The world of a job that may reach the fleet: what is to be compiled was compiled elsewhere. */
const recording = (job, { session }, world) => ({
	...world,
	builder: { obtain: async (plan, before) => compilesHere(plan, before) ? fetched(job, plan, session.id) : world.builder.obtain(plan, before) }
});
async function fetched(job, plan, session) {
	const { artifacts, context: c, inputs } = job;
	if (inputs.compiled === "" || artifacts === null) throw new Failure({
		code: "H025",
		message: `nothing was compiled for session ${session}: the input compiled is empty`,
		remedy: `gh run rerun ${job.facts.run}`
	});
	const folder = join(job.facts.temp, "handed-over");
	await rm(folder, {
		recursive: true,
		force: true
	});
	c.terminal.info(`fetching artifact ${inputs.compiled}`);
	await artifacts.download(Number(inputs.compiled), folder, {
		run: job.facts.run,
		attempt: job.facts.attempt - 1
	});
	const compiled = await outcomeIn(folder);
	switch (compiled.kind) {
		case "elsewhere": return { elsewhere: compiled.before };
		case "failed": {
			const { code, message, faults = [] } = compiled.fault;
			throw new Failure({
				code,
				message,
				faults
			});
		}
		case "built": return checked$1(job, plan, compiled, join(folder, artifactParts.program));
	}
}
async function outcomeIn(folder) {
	const file = join(folder, artifactParts.outcome);
	if (!existsSync(file) || (await stat(file)).size > longestOutcome) throw unreadable("no outcome of a readable size");
	const value = parsed(await readFile(file, "utf8"));
	const fault = compiledFault(value);
	if (fault !== null) throw unreadable(fault);
	return value;
}
function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		throw unreadable("no JSON");
	}
}
const unreadable = (what) => new Failure({
	code: "I153",
	message: `what the job compile handed over cannot be read: ${what}`
});
/**
* The program's own facts are read from its bytes, and the source's from this job's checkout; the toolchain is the
* other job's word.
*/
async function checked$1(job, plan, { record }, path) {
	const workspace = plan.source.kind === "build" ? plan.source.workspace : ".";
	const from = await readSource(resolve(await checkoutOf(job), workspace), job.context.signal);
	if (!existsSync(path)) throw unreadable("no program");
	const bytes = await readFile(path);
	const digest = sha256$1(bytes);
	if (digest !== record.sha256) throw unreadable(`the program is ${digest.slice(0, 12)} instead of ${record.sha256.slice(0, 12)}`);
	const theirs = "kind" in record.from && (record.from.kind === "git" || record.from.kind === "none") ? record.from : null;
	if (theirs === null || revisionOf(theirs) !== revisionOf(from)) throw unreadable("it was compiled from another source than this checkout");
	try {
		return {
			path,
			record: {
				...record,
				name: plan.config.binary.name,
				bytes: bytes.length,
				elf: readElf(bytes),
				from
			}
		};
	} catch (error) {
		if (!(error instanceof ElfError)) throw error;
		throw unreadable(`the program is none for Linux: ${error.message}`);
	}
}

// src/action/stages.ts
/** One stage as a job of its own: it does what the session's state asks for, or says that it is done already. */
/** The fleet is kept through the compiling, which happens in a job that cannot reach it. */
async function setup(job) {
	const before = await sessionOf(job);
	const ended = await stageJob(job, "SETUP");
	if (before.session.state === "BUILD") await withStage(job, before, (world, plan) => leaseForBuild(world, plan, before.session.id, rosterOf(plan, before.session), buildMs));
	return ended;
}
/**
* Writes down what the job before compiled, or builds natively on the build host; compiles nothing here, beside the
* key.
*/
const build = (job) => stageJob(job, "BUILD");
const deploy = (job) => stageJob(job, "DEPLOY");
const test = (job) => stageJob(job, "TEST");
async function stageJob(job, state) {
	const before = await sessionOf(job);
	checkStageOrder(job, before.session, state);
	await othersWork(job, before.session);
	if (before.session.state !== state) job.context.terminal.info(`${state} is done already: session ${before.session.id} is in ${before.session.state}`);
	else await withStage(job, before, async (world, plan) => {
		await claim(job, before);
		return run(plan, before.session.id, recording(job, before, world), { states: [state] });
	});
	return stageEnd(job, before.session.id);
}
/** A job whose stage comes later than the session's state was started too early. */
function checkStageOrder(job, session, state) {
	if (firstLoop.includes(session.state) && firstLoop.indexOf(session.state) < firstLoop.indexOf(state)) throw new Failure({
		code: "U068",
		message: `session ${session.id} is in ${session.state}; ${state} comes later`,
		remedy: `gh run rerun ${job.facts.run}`
	});
}
/**
* A job that is run again must not work beside the run that goes on with the session: a checkpoint is the schedule's,
* which claims it, and a session is its writer's while that one lives. An earlier attempt of our own run has ended.
*/
async function othersWork({ context: { forge }, facts }, s) {
	const { by, checkpoint } = s;
	const lives = async () => by?.kind === "run" && firstLoop.includes(s.state) && by.run !== facts.run && forge !== null && !await forge.runEnded(by.run, by.attempt);
	if (checkpoint !== null || await lives()) throw new Failure({
		code: "B005",
		message: `${by === null ? "the schedule" : writerText(by)} goes on with session ${s.id}${checkpoint === null ? "" : `: its checkpoint ${checkpoint.name} is the schedule's`}`,
		remedy: "gh workflow run vps-test-soak.yml"
	});
}
/**
* What the schedule may go on with as well is claimed, on the entries that were looked at, before it is worked on: of a
* job that is run again and a tick, one goes on.
*/
async function claim({ context: c, facts }, known) {
	const { id, unattended, by } = known.session;
	if (!unattended || by?.kind === "run" && by.run === facts.run && by.attempt === facts.attempt) return;
	if (await decide(c, known, {
		event: "claimed",
		why: `run ${facts.run} (attempt ${facts.attempt}) goes on with it`,
		facts: {}
	}) === void 0) throw new Failure({
		code: "B006",
		message: `another run went on with session ${id} first`,
		remedy: "gh workflow run vps-test-ops.yml -f command=status"
	});
}
/** Opens the world of a session, with the key looked at before a node is. */
async function withStage(job, known, work) {
	const { context: c, inputs } = job;
	const plan = await planOf(known);
	await checkKey(c, job.key, plan.fleet);
	const folder = c.sessions.folderOf(known.project, known.session.id);
	await fetchBinary(job, known.session, folder);
	const world = worldIn(c, {
		fleet: plan.fleet,
		ledger: known.ledger,
		session: known.session.id,
		folder,
		checkout: await checkoutOf(job),
		key: job.key,
		patienceMs: (inputs.request.queueMinutes ?? 10) * 6e4
	});
	try {
		return await work(world, plan);
	} finally {
		await world.close();
	}
}
/** The binary that another job built lies in an artifact of this run; its digest is checked by DEPLOY. */
async function fetchBinary({ artifacts, context }, session, folder) {
	if (session.state !== "DEPLOY" || existsSync(join(folder, "binary/current"))) return;
	const built = session.newest.BUILD?.event === "built" ? session.newest.BUILD : void 0;
	const stored = built?.facts.artifact ?? null;
	if (built === void 0 || stored === null || artifacts === null) throw new Failure({
		code: "I141",
		message: "the binary that was built is not here, and the ledger names no artifact that holds it",
		remedy: `gh workflow run vps-test-ops.yml -f command=stop -f session=${session.id} && gh workflow run vps-test.yml`
	});
	context.terminal.info(`fetching artifact ${stored.name}`);
	await artifacts.download(stored.id, join(folder, "binary"), runOf(built));
}
async function planOf(known) {
	const plan = await recordedPlan(known.ledger, known.session.id);
	if (plan === void 0) throw new Failure({
		code: "H030",
		message: `session ${known.session.id} has no plan`
	});
	return plan;
}
/**
* Outputs, summary and annotations of a session as it stands now. That a busy fleet is waited for is no failure of this
* job; the gate says what it means.
*/
async function stageEnd(job, id) {
	const known = await sessionOf(job, id);
	const code = codeOf(known);
	const tested = known.session.lastTestAt !== null;
	return endJob(job, known, {
		outputs: {},
		next: false,
		proof: null,
		summary: code === exitCodes.passed ? null : tested ? await testViewHere(job, known) : noTestView,
		person: "leave",
		code,
		title: null
	});
}
const codeOf = ({ session, entries }) => session.queued !== null ? exitCodes.passed : traitsOf(session.state).standing === "failed" ? exitCodes.failed : firstLoop.includes(session.state) ? exitCodes.passed : exitCode(session, entries);

// src/action/advance.ts
/**
* `advance`: what follows a test. Without a fix command the session waits for a push; with checkpoints ahead, the
* environments whose timers would hold them are looked up; a person is asked where one is needed.
*/
async function advance(job) {
	const before = await sessionOf(job);
	const on = () => withStage(job, before, (world, plan) => run(plan, before.session.id, world, { states: ["FIX"] }));
	if (before.session.state === "FIX") await on();
	else if (rests(before.session)) await on().catch((error) => {
		job.context.terminal.warn(`leases: ${messageOf(error)}`);
	});
	const known = await sessionOf(job);
	return endJob(job, known, {
		outputs: {},
		next: true,
		proof: null,
		summary: null,
		person: "ask",
		code: exitCodes.passed,
		title: null
	});
}
const rests = (s) => s.newest.SETUP !== void 0 && (isFinal(s.state) || traitsOf(s.state).waitsFor !== void 0);

// src/action/dispatch-line.ts
/** `modify`: the same dispatch as a line for the command line of GitHub, with every answer filled in. */
/** Answers stand in their final form; a form refuses answers to questions that it does not have. */
function dispatchLine(plan, r, facts) {
	const { project, focus, criteria, proof } = plan.answers;
	const settled = {
		project: project.value,
		focus: focus.value,
		criteria: criteria.value,
		...plan.expression === null ? {} : { customCriteria: plan.expression },
		proof: proof.value,
		binarySource: r.binarySource ?? "zigbuild",
		soak: plan.soak.length > 0 ? "on" : "off",
		confirm: "proceed"
	};
	const given = callFields.flatMap(({ field, input, fixable }) => {
		const value = settled[field] ?? wordOf(r[field]);
		return value === void 0 || fixable === true && facts.form?.includes(input) === false ? [] : ["-f", `${input}=${value}`];
	});
	return [
		"gh",
		"workflow",
		"run",
		facts.workflow,
		"--repo",
		facts.repository,
		...facts.ref === "" ? [] : ["--ref", facts.ref],
		...given
	].map(quote).join(" ");
}
/** A field as it is typed. */
function wordOf(value) {
	if (value === void 0 || value === null) return void 0;
	if (typeof value !== "object") return String(value);
	if (!("tag" in value)) return value.join(",");
	return `${value.repository === null ? "" : `${value.repository}@`}${value.tag}${value.asset === null ? "" : `:${value.asset}`}`;
}

// src/action/plan.ts
/** `plan` and `confirm`: the dispatch form is the interview; nothing is touched before it is recorded and confirmed. */
/** For a push, where nobody is asked and the configuration says nothing. */
const pushDefaults = {
	focus: "connectivity",
	criteria: "threshold",
	proof: "all-evidence"
};
/** A person who fills in a form means the whole of it; a push wants an answer soon (spec §4). */
const soakingEvents = ["workflow_dispatch", "schedule"];
async function plan(job) {
	const begun = await begin(job);
	return begun === null ? {
		code: 0,
		title: `nothing is done (confirm: ${job.inputs.request.confirm ?? ""})`
	} : {
		code: 0,
		title: `session ${begun.session}`
	};
}
/** The session with its plan; null when it was not to be begun. */
async function begin(job) {
	const { context: c, inputs, facts } = job;
	const soaking = soakingEvents.includes(facts.origin.event);
	const made = await makePlan(c, inputs.request, {
		faults: inputs.faults,
		repository: facts.repository,
		soak: soaking,
		fleet: defaultFleet,
		...facts.origin.event === "workflow_dispatch" ? {} : { defaults: pushDefaults }
	});
	const text = planText(made.plan, await plannedEnclosure(c, made.plan));
	c.terminal.info(text);
	await job.surface.writeSummary(pageMarkdown({
		id: "plan",
		title: "Test plan",
		blocks: [codeBlock(text)]
	}, 2));
	const choice = inputs.request.confirm ?? "proceed";
	if (choice !== "proceed") {
		if (choice === "modify") {
			const line = dispatchLine(made.plan, inputs.request, facts);
			c.terminal.print(line);
			await job.surface.writeSummary(`${blocksMarkdown([paragraph("Change what you want and run it:"), codeBlock(line)])}\n`);
		}
		job.surface.setOutputs({
			proceed: "false",
			session: "",
			state: ""
		});
		return null;
	}
	const environment = await confirming(job);
	const asked = {
		ledger: await c.sessions.ledgerOf(made.plan.config.project),
		clock: c.clock,
		session: "",
		writer: c.writer,
		clockShift: c.clockShift
	};
	const waits = environment === "" ? await waiting(job, made.plan) : void 0;
	const session = await continued(job, made.plan, asked, waits) ?? await begun(job, made.plan, asked, environment);
	if (environment === "") await confirmSession({
		...asked,
		session
	}, made.plan, `${facts.origin.actor ?? "somebody"} (${facts.origin.event})`, inputs.request.onBusy ?? "queue");
	await endJob(job, await sessionOf(job, session), {
		outputs: {
			proceed: "true",
			fleet: made.plan.fleet.name,
			"confirm-environment": environment
		},
		next: false,
		proof: null,
		summary: null,
		person: "update",
		code: exitCodes.passed,
		title: null
	});
	return {
		made,
		session
	};
}
/**
* The session of this branch that waits for a push, if it is to be tested on the same nodes: SETUP is not done again.
*/
async function waiting({ context: c, facts: { origin } }, made) {
	if (origin.branch === null) return void 0;
	return (await storedSessions(c.sessions, made.config.project)).find((k) => k.session.state === "AWAIT_PUSH" && k.session.origin?.branch === origin.branch && sameNodes(k.entries, made));
}
/** A push goes on with it. */
async function continued({ context: c, facts: { origin } }, made, asked, waits) {
	if (origin.event !== "push" || waits === void 0 || !await pushSession({
		...asked,
		session: waits.session.id
	}, made, origin)) return null;
	c.terminal.info(`${waits.session.id} waited for a push onto ${origin.branch ?? ""} and goes on at BUILD`);
	return waits.session.id;
}
/**
* The session that an earlier attempt of this run began, or went on with, by the same plan, or a new one: running the
* job again begins nothing twice. What has ended is over: all jobs run again are another test.
*/
async function begun(job, made, asked, environment) {
	const over = (state) => isFinal(state) || environment !== "" && state === "AWAIT_PUSH";
	const earlier = (await storedSessions(job.context.sessions, made.config.project)).find((k) => isOurs(k, job) && k.session.planDigest === planDigest(made) && !over(k.session.state));
	const session = earlier?.session.id ?? newSession(made, job.context.clock);
	if (earlier?.session.state === "AWAIT_PUSH") await pushSession({
		...asked,
		session
	}, made, job.facts.origin);
	await beginSession({
		...asked,
		session
	}, made, job.facts.origin);
	return session;
}
const isOurs = ({ entries }, { facts }) => {
	const by = writerOf(entries.findLast(hasPlan));
	return by?.kind === "run" && by.run === facts.run && by.repository === facts.repository;
};
/**
* GitHub makes an environment that does not exist, without any protection, as soon as a job names it (github-platform
* §2.6): so it is asked before.
*/
async function confirming({ inputs: { confirmEnvironment: name }, context: { forge } }) {
	if (name === "") return "";
	const found = forge === null ? null : await forge.environment(name);
	if (found?.kind === "protected" && found.reviewers > 0) return name;
	throw new Failure({
		code: "U066",
		message: `environment ${name} ${found?.kind === "missing" ? "does not exist" : "has no required reviewers"}: nobody would be asked before the plan is carried out; set required reviewers there, or leave confirm-environment empty`
	});
}
/** In the environment whose reviewers have said yes. */
async function confirm(job) {
	const { context: c, inputs, facts } = job;
	const known = await sessionOf(job);
	const made = await recordedPlan(known.ledger, known.session.id);
	if (made === void 0) throw new Failure({
		code: "H030",
		message: `session ${known.session.id} has no plan`
	});
	const by = await approvedBy(job, inputs.confirmEnvironment);
	await confirmSession({
		ledger: known.ledger,
		clock: c.clock,
		session: known.session.id,
		writer: c.writer,
		clockShift: c.clockShift
	}, made, `${by} (environment ${inputs.confirmEnvironment}), asked for by ${facts.origin.actor ?? "somebody"}`, inputs.request.onBusy ?? "queue");
	const confirmed = await sessionOf(job);
	const before = facts.origin.event === "push" ? await waiting(job, made) : void 0;
	if (before !== void 0 && await recordOutcome({
		...c,
		ledger: before.ledger,
		session: before.session.id
	}, {
		event: "superseded",
		why: `by ${confirmed.session.id}, which reviewers confirmed`,
		facts: {}
	})) await updateAskIssue(job, await sessionOf(job, before.session.id));
	return endJob(job, confirmed, {
		outputs: { proceed: "true" },
		next: false,
		proof: null,
		summary: null,
		person: "leave",
		code: exitCodes.passed,
		title: `confirmed by ${by}`
	});
}
/**
* Who let this run into the environment, newest first. Nobody: its protection was taken away meanwhile, or an
* administrator passed it.
*/
async function approvedBy({ context: { forge }, facts }, environment) {
	const yes = (forge === null ? [] : await forge.approvals(facts.run, environment)).find((a) => a.state === "approved");
	if (yes === void 0) throw new Failure({
		code: "U067",
		message: `nobody has approved this run in environment ${environment}`,
		remedy: `gh run view ${facts.run} --web`
	});
	return yes.by;
}

// src/domain/profile-demands.ts
/** What a profile demands of its program, field by field: numbers of which more is stricter, texts that must stay. */
/** Names, and what chooses among profiles. */
const label = () => ({});
const same = (field) => (profile) => ({ [field]: canonical(profile[field]) });
/** A new field of a profile does not compile until it is said here what it demands. */
const fields = {
	name: label,
	title: label,
	project: label,
	module: label,
	focuses: label,
	onlyWhenNamed: label,
	binary: same("binary"),
	servicePort: same("servicePort"),
	registry: same("registry"),
	node: same("node"),
	peerId: same("peerId"),
	dial: ({ dial }) => {
		if (dial.kind === "observed") return { dial: canonical(dial) };
		const { endSeconds, ...rest } = dial;
		return {
			dial: canonical(rest),
			"seconds to end after a dial": -endSeconds
		};
	},
	record: (profile) => ({
		"receiver's record": promisesOf(profile).record ? 1 : 0,
		"grade at best (A is 4)": {
			A: 4,
			B: 3,
			C: 2,
			D: 1
		}[bestGrade(promisesOf(profile))],
		record: canonical(profile.record)
	}),
	payload: ({ payload }) => {
		if (payload.kind === "opaque") return {
			"bytes of a payload": 0,
			payload: canonical(payload)
		};
		const { minBytes, maxBytes: _, ...rest } = payload;
		return {
			"bytes of a payload": minBytes,
			payload: canonical(rest)
		};
	},
	claims: ({ claims }) => ({
		"claims that are read": (claims.reports === null ? 0 : 1) + claims.log.length + claims.figures.length,
		...claims.reports === null ? {} : { reports: canonical(claims.reports) },
		...Object.fromEntries(claims.log.map((line, i) => [`claim of the log ${i + 1}`, canonical(line)])),
		...Object.fromEntries(claims.figures.map((figure, i) => [`figure ${i + 1}`, canonical(figure)]))
	}),
	window: ({ window }) => window === null ? {} : {
		"window, seconds": -(window.looks.at(-1) ?? 0),
		looks: window.looks.length,
		"bytes each way": window.minBytes,
		"seconds both ways": window.sustainedSeconds
	},
	needs: (profile) => {
		const { datagramBytes, ipv6 } = needsOf(profile);
		return {
			"datagram that must pass": -datagramBytes,
			"goes without IPv6": ipv6 ? 0 : 1
		};
	},
	startsPrograms: ({ startsPrograms }) => ({ confined: startsPrograms === true ? 0 : 1 }),
	gossip: same("gossip"),
	survival: same("survival"),
	throughput: ({ throughput }) => ({
		"megabytes at once": throughput?.maxMb ?? 0,
		"throughput arguments": canonical(throughput?.args ?? null)
	}),
	commands: ({ commands }) => Object.fromEntries(commands.map((c) => [`command ${c.suite}: ${c.name}`, canonical(c)]))
};
const profileDemands = (profile) => Object.assign({}, ...Object.values(fields).map((of) => of(profile)));

// src/domain/demands.ts
/** What a plan demands: two plans of one project can be told apart by it, the profile that it brings included. */
const ofPart = {
	observed: ({ targets, window }, allPass) => ({
		...ofTargets(targets, allPass),
		"bytes each way": window.minBytes,
		"seconds both ways": window.sustainedSeconds
	}),
	survival: ({ pairs, target }, allPass) => ({
		connections: pairs.length,
		target: allPass ? 100 : target
	}),
	gossip: ({ broadcast, map, members }, allPass) => ({
		...broadcast === null ? {} : {
			"target of broadcast": allPass ? 100 : broadcast.target,
			messages: broadcast.messages,
			"receipt within seconds": -broadcast.withinSeconds
		},
		...map === null ? {} : {
			"agreement within seconds": -map.maxSyncSeconds,
			"conflicting writes": map.conflict ? 1 : 0
		},
		...members === null ? {} : { "members within seconds": -members.withinSeconds }
	}),
	connectivity: (work, allPass) => ({
		...ofTargets(work.targets, allPass),
		...ofDials(work)
	}),
	"nat-traversal": (work, allPass) => ({
		...ofTargets(work.targets, allPass),
		...ofDials(work),
		"NAT types": work.types.length
	}),
	throughput: ({ minMbps, bytes }) => ({
		"Mbit/s": minMbps,
		bytes
	}),
	command: ({ commands }) => ({
		commands: commands.length,
		...Object.fromEntries(commands.map((c) => [c.name, canonical(askedOf(c))]))
	})
};
/** Less time for a dial is stricter, and more rest before it: a NAT may have forgotten. */
const ofDials = ({ timeoutSeconds, cooloffSeconds, sampling }) => ({
	"pairs are drawn beyond nodes": sampling.beyondNodes,
	"timeout, seconds": -timeoutSeconds,
	"cool-off, seconds": cooloffSeconds
});
const askedOf = ({ command, successPattern, timeoutSeconds, expectedExit }) => ({
	command,
	successPattern,
	timeoutSeconds,
	expectedExit
});
const ofTargets = (targets, allPass) => ({
	"target of direct": allPass ? 100 : targets.direct,
	"target of nat_traversed": allPass ? 100 : targets.natTraversed,
	"target of relay": allPass ? 100 : targets.relay,
	"sample floor": targets.sampleFloor,
	coverage: targets.coverage,
	strict: targets.strict && !allPass ? 1 : 0
});
const demandsOf = ({ answers, nodes, suites, profile, config, expression }) => ({
	nodes: nodes.length,
	...expression === null ? {} : { expression },
	...ofSoak(config.soak),
	...within(leftOut, Object.fromEntries(config.knownFailures.map((k) => [`${knownName(k)} until ${k.until}`, 0]))),
	...within("profile", profileDemands(profile)),
	...Object.assign({}, ...suites.map((part) => named(part, answers.criteria.value === "all-pass")))
});
/** Less growth is stricter, and samples that follow sooner see more. */
const ofSoak = (soak) => ({
	"soak: tolerance": -soak.regressionTolerance,
	"soak: minutes between samples": -soak.checkIntervalMinutes,
	...soak.maxGrowthMbPerHour === null ? {} : { "soak: growth of memory": -soak.maxGrowthMbPerHour },
	...soak.maxGrowthFilesPerHour === null ? {} : { "soak: growth of files": -soak.maxGrowthFilesPerHour }
});
const named = (part, allPass) => within(part.suite, {
	attempts: part.attempts,
	...ofPart[part.suite](part.work, allPass)
});
const within = (what, demands) => Object.fromEntries(Object.entries(demands).map(([name, value]) => [`${what}: ${name}`, value]));
/** What a list of known failures leaves out: more of it is less that is demanded. */
const leftOut = "known failure";
/** `connectivity: target of relay 0, was 100`, `profile: node is another`; empty where nothing is demanded less. */
const weakerThan = (now, base) => [...Object.entries(base), ...leaves(now, base)].flatMap(([name, was]) => {
	const is = now[name];
	if (name.startsWith(`${leftOut}: `)) return Object.hasOwn(base, name) ? [] : [`${name} is left out`];
	if (is === void 0) return [`${name} not asked for${typeof was === "number" ? `, was ${was}` : ""}`];
	if (typeof was === "string" || typeof is === "string") return is === was ? [] : [`${name} is another`];
	return is >= was ? [] : [`${name} ${is}, was ${was}`];
});
const leaves = (now, base) => Object.entries(now).filter(([name]) => name.startsWith(`${leftOut}: `) && !Object.hasOwn(base, name));

// src/report/comparison.ts
/** The demands of the newest plan among these entries. */
const demandsIn = (entries) => {
	const plan = entries.findLast(hasPlan)?.facts.plan;
	return plan === void 0 ? {} : demandsOf(plan);
};
function compare(now, base, demands) {
	const before = base?.counts ?? {};
	return {
		base,
		rows: [...groupsOf(now), ...groupsOf(before).filter(({ suite, group }) => countOf(now, suite, group) === null)].map(({ suite, group }) => {
			const [a, b] = [countOf(now, suite, group), countOf(before, suite, group)];
			return {
				suite,
				group,
				now: a,
				base: b,
				points: a === null || b === null || a.attempts === 0 || b.attempts === 0 ? null : 100 * (a.successes / a.attempts - b.successes / b.attempts)
			};
		}),
		weaker: base === null ? [] : weakerThan(demands, base.demands)
	};
}
/** The newest recorded test of a branch, of the same project and fleet; pull requests into the branch are not it. */
function lastProofOf(sessions, { branch, project, fleet }) {
	if (project === null || fleet === null) return null;
	return sessions.flatMap(({ entries }) => {
		const test = testsOf(entries).at(-1);
		const until = test === void 0 ? [] : entries.filter((e) => e.seq <= test.seq);
		const origin = originOf$1(until);
		return test === void 0 || origin === null || origin.branch !== branch || origin.event.startsWith("pull_request") || projectOf$1(until) !== project || fleetOf(until) !== fleet ? [] : [{
			branch,
			project,
			fleet,
			counts: test.counts,
			demands: demandsIn(until),
			session: entries[0]?.session ?? "",
			commit: origin.commit,
			at: test.at,
			checkpoint: test.checkpoint?.name ?? null
		}];
	}).toSorted((a, b) => b.at - a.at || (a.session < b.session ? -1 : 1))[0] ?? null;
}

// src/action/base.ts
/**
* With what a test is compared: the newest proof of the branch that it goes into, of the same project on the same
* fleet.
*/
/**
* For any base branch, with one look at the ledger; null where that cannot be read, because then nothing is known of
* the branch.
*/
async function againstBase(job, { id, entries, counts }) {
	const others = (await storedSessions(job.baseHome).catch((error) => {
		job.context.signal.throwIfAborted();
		job.context.terminal.warn(`the base branch's ledger cannot be read: ${messageOf(error)}`);
		return null;
	}))?.filter((k) => k.session.id !== id) ?? null;
	const [project, fleet] = [projectOf$1(entries), fleetOf(entries)];
	return (branch) => others === null || branch === null ? null : compare(counts, lastProofOf(others, {
		branch,
		project,
		fleet
	}), demandsIn(entries));
}
/**
* Where no pull request says it: what this run's goes into; of anything else the default branch, which is not compared
* with itself.
*/
const baseBranchOf = ({ facts }, entries) => {
	const origin = originOf$1(entries);
	return facts.origin.event !== "pull_request" && (origin?.branch ?? facts.origin.branch) === facts.baseBranch ? null : facts.baseBranch;
};

// src/action/other-commit.ts
/** One sentence; null: the session is about this run's commit. */
function continuedAtOtherCommit({ facts }, { id, origin }) {
	const [theirs, ours] = [origin?.commit ?? null, facts.origin.commit];
	return theirs === null || ours === null || theirs === ours ? null : `session ${id} went on with commit ${theirs.slice(0, 12)}: it says nothing about ${ours.slice(0, 12)}`;
}

// src/action/store-artifact.ts
/** Keeps a session's folder as an artifact, before the ledger names it. */
/** `vps-test-<what>-<session>-<label>-<attempt>`: session and attempt make a name that its run has not seen. */
const artifactKeeper = (artifacts, attempt, log) => (session, root) => async (label, folder) => {
	const from = join(root, folder);
	if (label.startsWith("test-")) await addResults(from);
	const name = `vps-test-${whatIn(label)}-${session}-${label}-${attempt}`;
	const stored = await artifacts.upload(name, from, await filesBelow(from));
	log.info(`artifact ${name}: ${stored.bytes} bytes, ${stored.url}`);
	return {
		name,
		id: stored.id,
		url: stored.url
	};
};
/** What is left of a test that was cut off has no name of evidence: nobody is to take it for a test's. */
const whatIn = (label) => kinds.find(([of]) => label.startsWith(`${of}-`))?.[1] ?? "binary";
const kinds = [
	["test", "evidence"],
	["interrupted", "interrupted"],
	["deploy", "diagnosis"]
];
/** What other tools read. */
async function addResults(folder) {
	const { bundle, verdict } = await bundleIn(folder);
	await writeFile(join(folder, "junit.xml"), junitOf(bundle, verdict));
	await writeFile(join(folder, "ctrf.json"), ctrfOf(bundle, verdict));
}
const filesBelow = async (root) => (await readdir(root, {
	recursive: true,
	withFileTypes: true
})).filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name)).sort();

// src/action/show-evidence.ts
/**
* `prove`: fetches the evidence that the test job kept, judges it again against the ledger, and shows it; without a
* test, at least every node's log.
*/
async function prove(job) {
	const known = await sessionOf(job);
	const other = continuedAtOtherCommit(job, known.session);
	if (other !== null) return {
		code: exitCodes.inconclusive,
		title: other
	};
	const test = newestTest(known.entries);
	const shown = test === void 0 ? noTestView : await evidence(job, known, test);
	if (test === void 0 || known.entries.at(-1) !== test) await nodeLogs(job, known);
	return endJob(job, known, {
		outputs: {},
		next: false,
		proof: shown,
		summary: shown,
		person: "leave",
		code: exitCodes.passed,
		title: null
	});
}
/** The evidence of a test, from this machine or from its artifact, found to be what the ledger says. */
async function evidence(job, { project, session, entries }, test) {
	const { context: c, artifacts } = job;
	const folder = join(c.sessions.folderOf(project, session.id), test.facts.folder);
	const stored = test.facts.artifact;
	if ((await filesBelow(folder).catch(() => [])).length === 0) {
		if (stored === null || artifacts === null) return noTestView;
		c.terminal.info(`fetching artifact ${stored.name}`);
		await artifacts.download(stored.id, folder, runOf(test));
	}
	const { result, evidence: read } = await check(folder, {
		version: c.version,
		ledgers: [{
			name: "the ledger branch",
			read: async () => ({
				kind: "entries",
				entries
			})
		}]
	});
	const seen = [...result.faults, ...result.root === test.facts.evidenceRoot ? [] : ["the evidence is not the one that the ledger names"]];
	if (seen.length > 0 || read === null || !result.anchored) throw new Failure({
		code: "H033",
		message: `the evidence of ${session.id} is not what was recorded: ${seen.slice(0, 5).join("; ")}`,
		remedy: `vps-test verify ${quote(folder)} ${c.sessions.anchorFlag(project)}`
	});
	return {
		...read,
		folder,
		comparison: await comparisonWith(job, entries, test)
	};
}
async function comparisonWith(job, entries, test) {
	const branch = baseBranchOf(job, entries);
	return branch === null ? null : (await againstBase(job, {
		id: test.session,
		entries,
		counts: test.facts.counts
	}))(branch);
}
/** Of every node that SETUP reached: one that DEPLOY had to leave out is of most interest. */
async function nodeLogs(job, known) {
	const { context: c, artifacts, facts } = job;
	if (known.session.newest.SETUP === void 0 && known.session.state !== "BUILD") return;
	const folder = `logs-${facts.attempt}`;
	await withStage(job, known, async (world, plan) => {
		(await collect({
			...world,
			signal: AbortSignal.any([c.signal, AbortSignal.timeout(12e4)])
		}, plan, {
			nodes: leasedNodes(plan, known.session),
			folder,
			window: {
				from: known.session.startedAt,
				to: world.clock.now()
			},
			since: known.session.startedAt
		})).forEach((m) => c.terminal.warn(`${m.what}: ${m.why}`));
		const root = join(world.files.root, folder);
		const files = await filesBelow(root).catch(() => []);
		if (artifacts !== null && files.length > 0) await artifacts.upload(`vps-test-logs-${known.session.id}-${facts.attempt}`, root, files);
	}).catch((error) => {
		c.terminal.warn(`logs of the nodes: ${messageOf(error)}`);
	});
}

// src/domain/handed-ledger.ts
/** Entries of a ledger that a job without rights kept: recorded only as what that job of this run can have come to. */
/** No session of one run has more. */
const mostEntries = 1e3;
/** The lines as entries, or what is wrong with them. */
function readHanded(lines) {
	let values;
	try {
		values = fromLines(lines);
	} catch (error) {
		return `no lines of JSON: ${messageOf(error)}`;
	}
	if (values.length === 0 || values.length > mostEntries) return `${values.length} entries`;
	const entries = [];
	for (const value of values) {
		const fault = entryShape(value);
		if (fault !== null) return `entry ${entries.length}${fault}`;
		entries.push(value);
	}
	return entries;
}
/** Nobody but a job that can do no harm wrote them: about a lab alone, of this run's commit, and at rest. */
function handedFaults(entries, of) {
	const told = originOf$1(entries);
	const last = entries.at(-1)?.to;
	return [
		...chainFaults(entries, of.session),
		...entries.flatMap(({ facts: { by } }, i) => by?.kind === "run" && by.run === of.run && by.repository === of.repository ? [] : [`entry ${i} was not written by run ${of.run}`]),
		...[
			"repository",
			"branch",
			"commit",
			"event"
		].flatMap((key) => told?.[key] === of.origin[key] ? [] : [`its ${key} is not that of this run`]),
		...entries.filter(hasPlan).every((e) => e.facts.plan.fleet.lab !== void 0) ? [] : ["its fleet is no lab"],
		...last !== void 0 && atRest(last) ? [] : [`its last state is ${last ?? "none"}, which another job goes on with`]
	];
}
/** A checkpoint or an approval cannot come: the lab ended with its job. */
const atRest = (state) => isFinal(state) || traitsOf(state).kind === "person" && state !== "AWAIT_APPROVAL";

// src/action/record.ts
/**
* `record`: writes into the ledger what a job of this run did on a lab with a token that only reads. What it left is
* data: nothing of the project runs here.
*/
const longest = 16 << 20;
/** What the job with the lab leaves, and this one takes. */
const reportName = (session, attempt) => `vps-test-report-${session}-${attempt}`;
const reportFile = "ledger.jsonl";
async function record(job) {
	const { session: id } = job.inputs;
	const entries = await handedOver(job, id);
	const project = projectOf$1(entries) ?? "";
	const ledger = await job.context.sessions.ledgerOf(project);
	const session = fold(id, entries);
	const test = newestTest(entries);
	if (test !== void 0) await evidence(job, {
		project,
		ledger,
		session,
		entries
	}, test);
	const known = (await storedSession(job.context.sessions, id))?.entries ?? [];
	if (known.some((entry, i) => entry.hash !== entries[i]?.hash)) throw refused(id, "the ledger has another session of this name");
	for (const entry of entries.slice(known.length)) await ledger.append(id, entry);
	const recorded = await sessionOf(job);
	await supersede(job, recorded);
	return endJob(job, recorded, {
		outputs: {},
		next: false,
		proof: null,
		summary: null,
		person: "ask",
		code: exitCodes.passed,
		title: null
	});
}
async function handedOver(job, id) {
	const { artifacts, facts, context } = job;
	const begins = reportName(id, "");
	const found = id === "" ? void 0 : (await artifacts?.list(facts.run))?.find(({ name }) => name.startsWith(begins));
	if (found === void 0 || artifacts === null) throw refused(id, "no job of this run left a ledger of it");
	const folder = join(facts.temp, "handed-over");
	context.terminal.info(`fetching artifact ${found.name}`);
	await artifacts.download(found.id, folder, {
		run: facts.run,
		attempt: facts.attempt - 1
	});
	const file = join(folder, reportFile);
	if ((await stat(file).catch(() => null))?.isFile() !== true || (await stat(file)).size > longest) throw refused(id, "no ledger of a readable size was left");
	const entries = readHanded(await readFile(file, "utf8"));
	if (typeof entries === "string") throw refused(id, entries);
	const faults = handedFaults(entries, {
		session: id,
		...facts
	});
	if (faults.length > 0) throw refused(id, faults.slice(0, 5).join("; "));
	return entries;
}
/** Its lab is gone, so a push does not go on with an older session: the newer one stands in its place. */
async function supersede({ context: c }, { project, session, entries }) {
	const older = (await storedSessions(c.sessions, project)).filter((k) => k.session.id !== session.id && k.session.state === "AWAIT_PUSH" && k.session.startedAt < session.startedAt && k.session.origin?.branch === session.origin?.branch && fleetOf(k.entries) === fleetOf(entries));
	for (const known of older) await decide(c, known, {
		event: "superseded",
		why: `by ${session.id}, of a newer commit`,
		facts: {}
	});
}
const refused = (id, why) => new Failure({
	code: "H026",
	message: `what was done for session ${id === "" ? "(none)" : id} is not recorded: ${why}`
});

// src/action/all.ts
/**
* `run`: every stage in one job; with fleet `lab` the fleet is built on this machine first and taken away at the end.
*/
const labId = "action";
async function all(job) {
	if (job.inputs.request.fleet !== "lab") return story(job);
	const flags = { lab: labId };
	try {
		const code = await job.surface.group("lab up", () => up(job.context, flags));
		if (code !== exitCodes.passed) return {
			code,
			title: "the lab could not be built"
		};
		return await story({
			...job,
			inputs: {
				...job.inputs,
				request: {
					...job.inputs.request,
					lab: labId
				}
			}
		});
	} finally {
		await down({
			...job.context,
			signal: AbortSignal.timeout(6e4)
		}, flags);
	}
}
async function story(job) {
	const begun = await begin(job);
	if (begun === null) return {
		code: exitCodes.passed,
		title: "nothing was done, as asked"
	};
	const before = await sessionOf(job, begun.session);
	await withStage(job, {
		...before,
		ledger: remembering(job, before.ledger)
	}, (world, plan) => run(plan, begun.session, world));
	const known = await sessionOf(job, begun.session);
	const test = newestTest(known.entries);
	const shown = test === void 0 ? noTestView : await evidence(job, known, test);
	await report(job, known.session.id, toLines(known.entries));
	return endJob(job, known, {
		outputs: { proceed: "true" },
		next: true,
		proof: shown,
		summary: shown,
		person: job.inputs.ledger === "none" ? "leave" : "ask",
		code: settledCode(known.session, known.entries),
		title: null
	});
}
/**
* A run that writes no branch still reads there what was begun before, of the same program: a test that is repeated
* until it passes is seen to be one.
*/
function remembering({ inputs, baseHome, context: c }, own) {
	if (inputs.ledger !== "none") return own;
	return {
		...own,
		all: async () => {
			const mine = await own.all();
			return [...(await storedSessions(baseHome).catch((error) => {
				c.signal.throwIfAborted();
				c.terminal.warn(`earlier tests are not known, because the ledger branch cannot be read: ${messageOf(error)}`);
				return [];
			})).map(({ session: { id }, entries }) => ({
				id,
				entries
			})), ...mine];
		}
	};
}
/** The ledger of a run that writes none: it ends with this machine otherwise. */
async function report({ artifacts, context: c, facts, inputs }, session, lines) {
	if (artifacts === null || inputs.ledger !== "none") return;
	const folder = join(facts.temp, "report");
	await mkdir(folder, { recursive: true });
	const file = join(folder, reportFile);
	await writeFile(file, lines);
	const { url } = await artifacts.upload(reportName(session, facts.attempt), folder, [file]);
	c.terminal.info(`ledger of this run: ${url}`);
}

// src/action/approve.ts
/**
* `approve` and `reject`: write down what the reviewers of the protected environment said. A job of that environment
* runs only after a yes; a no ends it before its first step, so that another job writes it down.
*/
const approve = (job) => decided(job, false, () => approvedBy(job, job.inputs.approvalEnvironment));
const reject = (job) => decided(job, true, () => rejectedBy(job));
async function decided(job, no, who) {
	const { inputs } = job;
	const before = await sessionOf(job);
	if (before.session.state === "AWAIT_APPROVAL") await approve$1(job.context, void 0, {
		session: inputs.session,
		reject: no
	}, await who(), `environment ${inputs.approvalEnvironment}`);
	else job.context.terminal.info(`nothing waits for approval: session ${before.session.id} is in ${before.session.state}`);
	const known = await sessionOf(job);
	if (job.key !== null) await withStage(job, known, (world, plan) => run(plan, known.session.id, world, { states: [] }));
	return endJob(job, known, {
		outputs: {},
		next: false,
		proof: null,
		summary: noTestView,
		person: "update",
		code: exitCodes.passed,
		title: null
	});
}
/**
* Who kept this run out. GitHub tells of a run and not of which job: where the same run also got a yes there, for
* another session or for its plan, the no may be anybody's, and a person says it again.
*/
async function rejectedBy({ context: { forge }, facts, inputs: { approvalEnvironment: environment, session } }) {
	const all = forge === null ? [] : await forge.approvals(facts.run, environment);
	const [yes, no] = [all.find((a) => a.state === "approved"), all.find((a) => a.state === "rejected")];
	if (no !== void 0 && yes === void 0) return no.by;
	throw new Failure({
		code: "U079",
		message: no === void 0 ? `nobody has rejected this run in environment ${environment}` : `this run was both approved (${yes?.by ?? ""}) and rejected (${no.by}) in environment ${environment}, and GitHub does not say for which session`,
		remedy: `vps-test approve --reject --remote ${quote(`${facts.serverUrl}/${facts.repository}.git`)} --session ${quote(session)}`
	});
}

// src/adapters/github/cut.ts
/** Markdown cut to a number of bytes at the end of a line, with what was open closed again. */
const closing = 400;
function cutMarkdown(markdown, bytes) {
	const all = Buffer.from(markdown, "utf8");
	if (all.length <= bytes) return markdown;
	if (bytes <= closing) return "";
	const kept = all.subarray(0, Math.max(0, all.lastIndexOf("\n", bytes - closing - 1))).toString("utf8");
	const fence = kept.split("\n").reduce((open, line) => {
		const marks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
		return marks === void 0 ? open : open === null ? marks : marks.startsWith(open) ? null : open;
	}, null);
	const folds = Math.min(10, Math.max(0, (kept.match(/<details\b/g)?.length ?? 0) - (kept.match(/<\/details>/g)?.length ?? 0)));
	return `${kept}\n${fence === null ? "" : `${fence.slice(0, 20)}\n`}${"</details>\n".repeat(folds)}\n**Cut here:** ${all.length} bytes are more than GitHub shows. The whole is in the artifacts of this run.\n`;
}

// src/adapters/github/unzip.ts
/**
* Unpacks a zip file that may be hostile: nothing outside the folder, no links, nothing twice, and no more bytes than
* are allowed.
*/
const refuse = (what) => new Failure({
	code: "I463",
	message: `the artifact is not unpacked: ${what}`
});
/**
* The names are those of the directory at the end, which is the one that is checked whole before anything is written.
*/
async function unzip(archive, into, limits, signal) {
	const file = await open(archive);
	try {
		const members = checked(await directory(file, limits), limits);
		let left = limits.bytes;
		for (const member of members) {
			const target = join(into, member.path);
			await mkdir(dirname(target), { recursive: true });
			const [start, end] = await span(file, member);
			let room = limits.each ?? limits.bytes;
			const counted = new Transform({ transform(chunk, _encoding, done) {
				left -= chunk.length;
				room -= chunk.length;
				done(left < 0 ? refuse(`it unpacks to more than ${limits.bytes} bytes`) : room < 0 ? refuse(`${stripHidden(member.path)} has more than ${limits.each ?? limits.bytes} bytes`) : null, chunk);
			} });
			const target$ = createWriteStream(target, { flags: "wx" });
			if (end <= start) await pipeline([Buffer.alloc(0)], counted, target$, { signal });
			else {
				const packed = createReadStream(archive, {
					start,
					end: end - 1
				});
				await (member.method === 0 ? pipeline(packed, counted, target$, { signal }) : pipeline(packed, createInflateRaw(), counted, target$, { signal }));
			}
		}
		return members.map((member) => member.path);
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof Failure) throw error;
		throw new Failure({
			code: "I463",
			message: `the artifact is not unpacked: ${stripHidden(messageOf(error))}`
		}, error);
	} finally {
		await file.close();
	}
}
function checked(members, limits) {
	const files = members.filter((member) => !member.path.endsWith("/"));
	const seen = /* @__PURE__ */ new Set();
	for (const { path, link, method, size } of members) {
		const parts = path.replace(/\/$/, "").split("/");
		if (path.includes("\\") || path.includes("\0") || parts.some((part) => part === "" || part === "." || part === "..")) throw refuse(`${JSON.stringify(stripHidden(path))} leads out of its folder`);
		if (link) throw refuse(`${stripHidden(path)} is a link`);
		if (method !== 0 && method !== 8) throw refuse(`${stripHidden(path)} is packed by method ${method}`);
		if (seen.has(path)) throw refuse(`${stripHidden(path)} is there twice`);
		const allowed = Math.min(limits.bytes, limits.each ?? limits.bytes);
		if (size > allowed) throw refuse(`${stripHidden(path)} has ${size} bytes; ${allowed} are allowed`);
		seen.add(path);
	}
	return files;
}
async function bytes(file, at, length) {
	const buffer = Buffer.alloc(length);
	const { bytesRead } = await file.read(buffer, 0, length, at);
	if (bytesRead !== length) throw refuse("it ends too early");
	return buffer;
}
/** Zip files are read from their end. Files of more than 4 GiB (zip64) are not taken: none of ours is that large. */
async function directory(file, limits) {
	const { size } = await file.stat();
	const tail = await bytes(file, Math.max(0, size - 65557), Math.min(size, 65557));
	const end = tail.lastIndexOf(Buffer.from("PK"));
	if (end < 0 || end + 22 > tail.length) throw refuse("it is no zip file");
	const count = tail.readUInt16LE(end + 10);
	const length = tail.readUInt32LE(end + 12);
	const start = tail.readUInt32LE(end + 16);
	if (count === 65535 || start === 4294967295) throw refuse("it is of the zip64 kind");
	if (count > limits.files) throw refuse(`it holds ${count} files; ${limits.files} are allowed`);
	if (start + length > size) throw refuse("its list of files lies outside");
	const list = await bytes(file, start, length);
	const found = [];
	for (let at = 0, n = 0; n < count; n++) {
		if (at + 46 > list.length || list.readUInt32LE(at) !== 33639248) throw refuse("its list of files is broken");
		const nameLength = list.readUInt16LE(at + 28);
		const mode = list.readUInt32LE(at + 38) >>> 16;
		if ((list.readUInt16LE(at + 8) & 1) !== 0) throw refuse("it is encrypted");
		found.push({
			path: list.toString("utf8", at + 46, at + 46 + nameLength),
			method: list.readUInt16LE(at + 10),
			packed: list.readUInt32LE(at + 20),
			size: list.readUInt32LE(at + 24),
			at: list.readUInt32LE(at + 42),
			link: (mode & 61440) === 40960
		});
		at += 46 + nameLength + list.readUInt16LE(at + 30) + list.readUInt16LE(at + 32);
	}
	return found;
}
/** Where a member's packed bytes lie: behind its own header, whose name may be of another length than the list says. */
async function span(file, member) {
	const header = await bytes(file, member.at, 30);
	if (header.readUInt32LE(0) !== 67324752) throw refuse(`${stripHidden(member.path)} is not where the list says`);
	const start = member.at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
	return [start, start + member.packed];
}

// src/adapters/github/artifacts.ts
/** Artifacts of workflow runs as the port `ArtifactStore` sees them, on the official client. */
const roomy = {
	files: 2e4,
	bytes: 2 * 1024 ** 3
};
/**
* Every name that we give. The library writes a name into the log as it is, where the runner reads `##[error]` as a
* command.
*/
const ours = /^vps-test-[\w.-]{1,240}$/;
/** The library is larger than all the rest of the Action: only what stores or reads an artifact loads it. */
const openClient = async () => {
	const { DefaultArtifactClient } = await import("./chunks/late-actions-artifact.js");
	return new DefaultArtifactClient();
};
function openArtifacts(given) {
	const options = {
		...given,
		signal: given.signal ?? new AbortController().signal
	};
	let opened;
	const client = () => opened ??= openClient();
	const [owner, repo] = options.repository.split("/");
	if (owner === void 0 || repo === void 0 || repo === "") throw new Failure({
		code: "U450",
		message: `a repository is named owner/name, not ${stripHidden(options.repository)}`
	});
	const place = {
		repositoryOwner: owner,
		repositoryName: repo,
		token: options.token
	};
	const within = (code, what, call) => limited(code, what, call, options);
	const elsewhere = (run) => run === void 0 || run === options.run ? void 0 : {
		...place,
		workflowRunId: runId(run)
	};
	const listed = async (findBy, what) => (await within("read", what, async () => (await client()).listArtifacts(findBy === void 0 ? {} : { findBy }))).artifacts;
	/**
	* The runtime service of a run that was started again need not show what its earlier attempts kept; the REST API
	* does.
	*/
	const find = async (id, from) => {
		const earlier = from?.run === options.run && from.attempt !== (options.attempt ?? 1) ? {
			...place,
			workflowRunId: runId(options.run)
		} : void 0;
		for (const findBy of [elsewhere(from?.run), ...earlier === void 0 ? [] : [earlier]]) {
			const known = (await listed(findBy, `find artifact ${id}`)).find((one) => one.id === id);
			if (known !== void 0) return {
				known,
				findBy
			};
		}
		throw new Failure({
			code: "I462",
			message: `run ${stripHidden(from?.run ?? options.run)} has no artifact ${id}; artifacts expire after 90 days`,
			remedy: `gh run view ${stripHidden(from?.run ?? options.run)} --web`
		});
	};
	return {
		async upload(name, root, files) {
			checkName(name);
			for (const file of files) checkFile(root, file);
			if (files.length === 0) throw new Failure({
				code: "H461",
				message: `nothing to upload as ${stripHidden(name)}`
			});
			const made = await within("upload", `upload the artifact ${name}`, async () => (await client()).uploadArtifact(name, [...files], root, { compressionLevel: 6 }));
			if (made.id === void 0) throw new Failure({
				code: "I460",
				message: `GitHub gave the artifact ${name} no number`
			});
			return {
				id: made.id,
				name,
				bytes: made.size ?? 0,
				digest: plain$1(made.digest),
				url: `${options.serverUrl ?? "https://github.com"}/${options.repository}/actions/runs/${options.run}/artifacts/${made.id}`
			};
		},
		async list(run) {
			const findBy = elsewhere(run);
			return (await listed(findBy, `list the artifacts of ${findBy === void 0 ? "this run" : `run ${findBy.workflowRunId}`}`)).map(stored).toSorted((a, b) => b.id - a.id);
		},
		async download(id, into, from) {
			const folder = await mkdtemp(join(tmpdir(), "vps-test-artifact-"));
			const limits = options.limits ?? roomy;
			try {
				const { known, findBy } = await find(id, from);
				if (!ours.test(known.name)) throw new Failure({
					code: "I465",
					message: `artifact ${id} is none of ours: ${JSON.stringify(stripHidden(known.name, 80))}`
				});
				if (known.size > limits.bytes) throw new Failure({
					code: "I466",
					message: `the artifact ${known.name} has ${known.size} bytes; ${limits.bytes} are allowed`
				});
				await within("read", `download the artifact ${stripHidden(known.name)}`, async () => (await client()).downloadArtifact(id, {
					path: folder,
					skipDecompress: true,
					...findBy === void 0 ? {} : { findBy }
				}));
				const [file, ...more] = await readdir(folder);
				if (file === void 0 || more.length > 0) throw new Failure({
					code: "I462",
					message: `the artifact ${stripHidden(known.name)} did not arrive`
				});
				const archive = join(folder, file);
				const stated = plain$1(known.digest);
				const got = await sha256(archive);
				if (stated !== null && stated !== got) throw new Failure({
					code: "I464",
					message: `the artifact ${stripHidden(known.name)} has sha256 ${got} instead of ${stated}`
				});
				await mkdir(into, { recursive: true });
				await unzip(archive, await realpath(into), limits, options.signal);
			} finally {
				await rm(folder, {
					recursive: true,
					force: true
				});
			}
		}
	};
}
async function limited(kind, what, call, options) {
	options.signal.throwIfAborted();
	const timeoutMs = options.timeoutMs ?? 6e5;
	const limit = AbortSignal.timeout(timeoutMs);
	const either = AbortSignal.any([options.signal, limit]);
	let stop = () => void 0;
	const stopped = new Promise((_, fail) => {
		stop = () => fail(/* @__PURE__ */ new Error(`not done in ${timeoutMs / 1e3} s`));
		either.addEventListener("abort", stop);
	});
	try {
		return await Promise.race([call(), stopped]);
	} catch (error) {
		options.signal.throwIfAborted();
		const said = messageOf(error);
		if (kind === "upload" && /\b409\b|already exists/.test(said)) throw new Failure({
			code: "I461",
			message: `cannot ${stripHidden(what)}: this run has one of that name, and artifacts are never changed`
		}, error);
		if (kind === "upload") throw new Failure({
			code: "I460",
			message: `cannot ${stripHidden(what)}: ${stripHidden(said, 300)}`
		}, error);
		throw new Failure({
			code: "I462",
			message: `cannot ${stripHidden(what)}: ${stripHidden(said, 300)}`,
			remedy: "give the job in its workflow file: permissions: { actions: read }"
		}, error);
	} finally {
		either.removeEventListener("abort", stop);
	}
}
/** What file systems of other systems cannot hold is refused by GitHub, and here with a clearer word. */
function checkName(name) {
	if (name === "" || name.length > 255 || /["<>|*?:\\/\u0000-\u001f]/.test(name) || name !== name.trim()) throw new Failure({
		code: "H460",
		message: `no name for an artifact: ${JSON.stringify(stripHidden(name))}`
	});
}
function checkFile(root, file) {
	const path = relative(root, file);
	if (path === "" || path === ".." || path.startsWith(`..${sep}`) || /["<>|*?:\r\n]/.test(path)) throw new Failure({
		code: "H462",
		message: `no file for an artifact: ${JSON.stringify(stripHidden(path))}`
	});
}
function runId(run) {
	if (!/^[1-9][0-9]{0,15}$/.test(run)) throw new Failure({
		code: "U452",
		message: `a workflow run has a number, not ${stripHidden(run)}`
	});
	return Number(run);
}
/** The two services write it with and without `sha256:`. */
const plain$1 = (digest) => /^(?:sha256:)?([0-9a-f]{64})$/.exec(digest ?? "")?.[1] ?? null;
const stored = (one) => ({
	id: one.id,
	name: one.name,
	bytes: one.size,
	digest: plain$1(one.digest)
});
async function sha256(path) {
	const hash = createHash("sha256");
	await pipeline(createReadStream(path), hash);
	return hash.digest("hex");
}

// src/action/comment-page.ts
/** What both comments are made of: the page of each pull request, and who may write it. */
/** Of a check's summary, which GitHub refuses above 65,535 characters. */
const summaryBytes$1 = 6e4;
function forgeOf({ context: { forge } }) {
	if (forge === null) throw new Failure({
		code: "U077",
		message: "the input github-token is empty: nothing can be written to GitHub"
	});
	return forge;
}

// src/action/pull-request.ts
/**
* `comment` with a run: what a run without secrets left on the code of a pull request. It is data of a stranger: judged
* again here, shown on the pull request that GitHub says it came from, and on no other.
*/
const marker = commentMarker("pull-request");
async function ofPullRequest(job) {
	const { artifacts, inputs: { runAttempt, headSha, headRepository, headBranch } } = job;
	if (artifacts === null || headSha === "" || runAttempt === "") throw new Failure({
		code: "U074",
		message: "a comment on a pull request needs run-id, run-attempt, head-sha and the artifacts of that run"
	});
	if (headRepository === "" || headBranch === "") return unwritten(job, "GitHub does not say which repository and branch the run is of (a fork that was deleted has none): nothing is written");
	const pulls = (await forgeOf(job).pullRequestsAt(headSha)).filter((p) => p.repository?.toLowerCase() === headRepository.toLowerCase() && p.branch === headBranch);
	const [pull, ...more] = pulls;
	if (pull === void 0) return unwritten(job, `no open pull request of that repository and branch has ${headSha.slice(0, 12)} as its head: nothing is written`);
	const shown = more.length > 0 ? undecided(job, pulls) : await tested(job, artifacts);
	for (const one of pulls) await show$1(job, one, shown);
	await job.surface.writeSummary(shown.body(pull));
	return {
		code: exitCodes.passed,
		title: shown.title
	};
}
async function unwritten({ context, surface }, why) {
	context.terminal.info(why);
	await surface.writeSummary(pageMarkdown({
		id: "unwritten",
		title: "vps-test",
		blocks: [paragraph(inline`${why}.`)]
	}, 3));
	return {
		code: exitCodes.passed,
		title: why
	};
}
/** A title holds a few; the page lists all. */
const someOf = (weaker) => `${weaker.slice(0, 3).join("; ")}${weaker.length > 3 ? `; and ${weaker.length - 3} more` : ""}`;
const runPage = ({ facts, inputs }) => `${facts.serverUrl}/${facts.repository}/actions/runs/${inputs.runId}`;
const pullPage = ({ facts }, { number }) => `${facts.serverUrl}/${facts.repository}/pull/${number}`;
const attemptPage = (job) => `${runPage(job)}/attempts/${job.inputs.runAttempt}`;
const plain = (title, words) => ({
	title,
	good: false,
	body: () => `${marker}\n${pageMarkdown({
		id: "untested",
		title: inline`vps-test: ${title}`,
		blocks: [paragraph(words)]
	}, 3)}`
});
/** One branch may go into two bases at once, and of a fork's run GitHub names the branch only. */
const undecided = (job, pulls) => plain("it cannot be told which pull request was tested", inline`This branch goes into several bases (pull requests ${joined(pulls.map((p) => link(`${p.number}`, pullPage(job, p))), ", ")}); each merge is another program, and GitHub does not say of which ${link("the run", attemptPage(job))} was. Close all but one and run it again.`);
async function tested(job, artifacts) {
	const { runId: run, runAttempt } = job.inputs;
	const found = (await artifacts.list(run)).find(({ name }) => ours.test(name) && name.startsWith("vps-test-evidence-") && name.endsWith(`-${runAttempt}`));
	if (found === void 0) return plain("nothing was tested", inline`This attempt of the run kept no evidence. What happened is in ${link("its log", attemptPage(job))}.`);
	const folder = join(job.facts.temp, "artifact");
	try {
		await artifacts.download(found.id, folder, {
			run,
			attempt: Number(runAttempt)
		});
		return await judged(job, folder, `${runPage(job)}/artifacts/${found.id}`);
	} catch (error) {
		job.context.signal.throwIfAborted();
		if (isFailure(error, "I462")) throw error;
		job.context.terminal.warn(`the evidence cannot be read: ${messageOf(error)}`);
		return plain("the evidence of this run cannot be read", inline`What happened is in ${link("its log", attemptPage(job))}.`);
	}
}
async function judged(job, folder, artifactUrl) {
	const { result, evidence } = await check(folder, {
		version: job.context.version,
		most: untrustedEvidence
	});
	if (evidence === null) throw new Error(result.faults.join("; "));
	const { bundle, verdict } = evidence;
	const session = fold(bundle.facts.session, bundle.entries);
	const commit = session.origin?.commit ?? null;
	const faults = [...result.faults, ...commit === job.inputs.headSha ? [] : [`the evidence is of commit ${commit?.slice(0, 12) ?? "none"}, not of the head of this pull request`]];
	const counts = suiteCounts(verdict.suites);
	const against = await againstBase(job, {
		id: "",
		entries: bundle.entries,
		counts
	});
	const good = faults.length === 0 && verdict.result === "passed";
	const weaker = against(job.facts.baseBranch)?.weaker ?? [];
	const title = faults.length > 0 ? `the evidence is not whole: ${faults.length} faults` : verdictTitle({
		session,
		entries: bundle.entries,
		verdict
	}) + (weaker.length === 0 ? "" : `; less demanded than of ${job.facts.baseBranch}: ${someOf(weaker)}`);
	const note = faults.length > 0 ? inline`The evidence is ${strong("not whole")} (${faults.length} faults): do not trust it.` : "Judged again from the evidence of a run without secrets on the code of this pull request: it is consistent, and anchored nowhere.";
	const body = (pull) => prComment({
		session,
		entries: bundle.entries,
		bundle,
		verdict,
		artifactUrl,
		runUrl: attemptPage(job),
		comparison: against(pull?.base ?? job.facts.baseBranch),
		subject: pull?.title ?? null,
		title,
		note
	}, marker);
	body(null);
	return {
		title,
		good,
		body
	};
}
/**
* A check stands at a commit, for every pull request with that head. It is named by the base, because commit and base
* together are what was tested: the rules of another base ask for another check. A pull request that is given another
* base shows the old test under the new name until it runs again.
*/
async function show$1(job, pull, { title, good, body }) {
	const forge = forgeOf(job);
	const page = body(pull);
	job.context.terminal.info(`pull request ${pull.number}: ${await forge.comment(pull.number, marker, page)}`);
	await forge.check({
		name: `vps-test lab proof (${plainLine(pull.base, 100)})`,
		sha: job.inputs.headSha,
		conclusion: good ? "success" : "failure",
		title: plainLine(`#${pull.number} into ${plainLine(pull.base, 100)}: ${title}`, 250),
		summary: cutMarkdown(page, summaryBytes$1),
		url: job.facts.runUrl
	});
}

// src/action/comment.ts
/**
* `comment`: shows a session of the ledger on the pull requests of its commit, and as a check there; with a run, what
* that run left ({@link ofPullRequest}).
*/
const comment = (job) => job.inputs.runId === "" ? ofSession(job) : ofPullRequest(job);
/** A session of this ledger: on the pull requests of its commit, and as a check there. */
async function ofSession(job) {
	const known = await sessionOf(job);
	const { session, entries } = known;
	const commit = session.origin?.commit ?? null;
	if (commit === null) return {
		code: exitCodes.passed,
		title: "the session has no commit: nothing to show it on"
	};
	if (session.checkpoint !== null) return {
		code: exitCodes.passed,
		title: `${session.checkpoint.name} is being taken: shown when it is recorded`
	};
	const newer = await newerThan(job, known, commit);
	if (newer !== void 0) {
		const title = `${newer.id} is a newer session of the same commit on the same fleet: that one is shown`;
		job.context.terminal.info(title);
		return {
			code: exitCodes.passed,
			title
		};
	}
	const test = newestTest(entries);
	const shown = test === void 0 ? noTestView : await evidence(job, known, test).catch((error) => {
		job.context.terminal.warn(`shown without its evidence: ${messageOf(error)}`);
		return noTestView;
	});
	const against = test === void 0 ? () => null : await againstBase(job, {
		id: session.id,
		entries,
		counts: test.facts.counts
	});
	const input = {
		session,
		entries,
		bundle: shown.bundle,
		verdict: shown.verdict,
		artifactUrl: test?.facts.artifact?.url ?? null,
		runUrl: job.facts.runUrl,
		comparison: shown.comparison
	};
	const fleet = fleetOf(entries) ?? "unknown";
	const marker = commentMarker(`fleet/${known.project}/${fleet}`);
	const good = test !== void 0 && settledCode(session, entries) === exitCodes.passed;
	return show(job, commit, {
		title: verdictTitle({
			session,
			entries
		}),
		good,
		body: (pull) => prComment(pull === null ? input : {
			...input,
			subject: pull.title,
			comparison: against(pull.base)
		}, marker)
	}, `vps-test proof (${plainLine(known.project, 60)}, ${plainLine(fleet, 60)})`, marker);
}
/**
* One comment and one check for a commit, a project and a fleet: an older session that ends later says nothing over a
* newer one that was tested or is on its way. One that was never confirmed, or was refused, has nothing to say.
*/
async function newerThan(job, { project, session, entries }, commit) {
	const after = (s) => s.startedAt > session.startedAt || s.startedAt === session.startedAt && s.id > session.id;
	return (await storedSessions(job.context.sessions, project)).find((k) => k.session.origin?.commit === commit && fleetOf(k.entries) === fleetOf(entries) && after(k.session) && speaks(k))?.session;
}
const speaks = ({ session, entries }) => newestTest(entries) !== void 0 || !isFinal(session.state) && session.state !== "INTERVIEW";
async function show(job, sha, { title, good, body }, name, marker) {
	const forge = forgeOf(job);
	const pulls = await forge.pullRequestsAt(sha);
	for (const pull of pulls) job.context.terminal.info(`pull request ${pull.number}: ${await forge.comment(pull.number, marker, body(pull))}`);
	if (pulls.length === 0) job.context.terminal.info(`no open pull request has ${sha.slice(0, 12)} as its head`);
	const first = body(pulls[0] ?? null);
	await forge.check({
		name,
		sha,
		conclusion: good ? "success" : "failure",
		title,
		summary: cutMarkdown(first, summaryBytes$1),
		url: job.facts.runUrl
	});
	await job.surface.writeSummary(first);
	return {
		code: exitCodes.passed,
		title
	};
}

// src/action/compile.ts
/**
* `compile`: builds the program in a job that has no secret, since build scripts can read all that it has, and hands it
* over as an artifact.
*/
async function compile(job) {
	const { artifacts, context: c, surface } = job;
	const known = await sessionOf(job);
	const { session } = known;
	checkStageOrder(job, session, "BUILD");
	const plan = await planOf(known);
	surface.setOutputs({
		session: session.id,
		state: session.state,
		compiled: ""
	});
	if (session.state !== "BUILD" || !compilesHere(plan, triedBefore(session))) {
		c.terminal.info(`nothing to compile here: session ${session.id} is in ${session.state}, ${plan.source.kind}`);
		return {
			code: exitCodes.passed,
			title: ""
		};
	}
	if (artifacts === null) throw new Failure({
		code: "I152",
		message: "what was compiled cannot be handed over: this runner has no artifacts",
		remedy: "vps-test start"
	});
	const folder = join(job.facts.temp, "compiled");
	await mkdir(folder, { recursive: true });
	const { compiled, ended } = await outcomeOf(job, known, plan, folder);
	await writeFile(join(folder, artifactParts.outcome), JSON.stringify(compiled));
	const name = `vps-test-compiled-${session.id}-${session.counters.builds + 1}-${job.facts.attempt}`;
	const stored = await artifacts.upload(name, folder, await filesBelow(folder));
	c.terminal.info(`artifact ${name}: ${stored.bytes} bytes, ${stored.url}`);
	surface.setOutputs({ compiled: String(stored.id) });
	return ended;
}
async function outcomeOf(job, { ledger, session }, plan, folder) {
	const { context: c } = job;
	const checkout = await checkoutOf(job);
	const world = worldIn(c, {
		fleet: plan.fleet,
		ledger,
		session: session.id,
		folder,
		checkout,
		key: null
	});
	c.terminal.info(`compile: ${plan.config.binary.name}`);
	try {
		const obtained = await world.builder.obtain(plan, []);
		if ("elsewhere" in obtained) return {
			compiled: {
				kind: "elsewhere",
				before: obtained.elsewhere
			},
			ended: {
				code: exitCodes.passed,
				title: "zigbuild cannot work here; the native build is next"
			}
		};
		await copyFile(obtained.path, join(folder, artifactParts.program));
		return {
			compiled: {
				kind: "built",
				record: obtained.record
			},
			ended: {
				code: exitCodes.passed,
				title: ""
			}
		};
	} catch (error) {
		c.signal.throwIfAborted();
		if (!(error instanceof Failure)) throw error;
		const { kind, code, message, faults = [] } = error.facts;
		if (!isHandedOver(code)) throw error;
		return {
			compiled: {
				kind: "failed",
				fault: {
					code,
					message,
					faults: faults.slice(0, 100)
				}
			},
			ended: {
				code: exitCodeOf(kind),
				title: `${code}: ${message.split("\n")[0] ?? ""}`
			}
		};
	} finally {
		await world.close();
	}
}

// src/action/gate.ts
/**
* `gate`: the one check to require. What is inconclusive, skipped, queued or never begun is a failure here, with its
* own title, because GitHub counts a neutral or skipped check as passed.
*/
/** Jobs that show what happened; that one of them failed changes no verdict, but is told. */
const showing = [
	"report",
	"approve",
	"rejected"
];
async function gate(job) {
	const results = jobResults(job.inputs.needs);
	const broken = Object.entries(results).filter(([, r]) => r === "failure" || r === "cancelled");
	const known = job.inputs.session === "" ? null : await sessionOf(job);
	const said = broken.map(([name, r]) => `${name}: ${r}`).join(", ");
	if (known === null) {
		const title = broken.length > 0 ? `nothing was tested (${said})` : verdictTitle({
			session: null,
			entries: [],
			notTested: results["plan"] === void 0 ? "no plan" : "the plan was not confirmed"
		});
		return told$1(job, {
			code: exitCodes.inconclusive,
			title
		});
	}
	const { session, entries } = known;
	const other = continuedAtOtherCommit(job, session);
	if (other !== null) return told$1(job, {
		code: exitCodes.inconclusive,
		title: other
	});
	const title = verdictTitle({
		session,
		entries
	});
	const tested = newestTest(entries) !== void 0;
	const { kind, standing } = traitsOf(session.state);
	const code = tested || kind === "final" || standing === "failed" ? settledCode(session, entries) : exitCodes.inconclusive;
	const hurt = code === exitCodes.passed && broken.some(([name]) => !showing.includes(name));
	return told$1(job, await endJob(job, known, {
		outputs: {},
		next: false,
		proof: null,
		summary: null,
		person: "leave",
		code: hurt ? exitCodes.harness : code,
		title: hurt ? `${title}, but not every job ended well (${said})` : code !== exitCodes.passed && broken.length > 0 ? `${title} (${said})` : title
	}));
}
async function told$1(job, ended) {
	await job.surface.writeSummary(pageMarkdown({
		id: "gate",
		title: ended.code === exitCodes.passed ? "Passed" : "Not passed",
		blocks: [codeBlock(ended.title)]
	}, 2));
	return ended;
}
/** Job name to result, from `toJSON(needs)`. */
function jobResults(text) {
	if (text === "") return {};
	try {
		const all = JSON.parse(text);
		return Object.fromEntries(Object.entries(all).map(([name, j]) => [name, String(j.result ?? "unknown")]));
	} catch (error) {
		throw new Failure({
			code: "U057",
			message: "the input needs is no JSON: it is toJSON(needs)"
		}, error);
	}
}

// src/action/inspect.ts
/**
* `status`, `stop`, `logs`, `diagnose`, `nodes`: the verbs of the command line, their output as summary and artifact.
*/
/** Of a summary; the artifact has all of it. */
const shownCharacters = 2e5;
async function inspect(job, command) {
	const lines = [];
	const { terminal } = job.context;
	const keep = (text) => {
		lines.push(text);
		terminal.print(text);
	};
	const code = await act$1(job, {
		...job.context,
		terminal: {
			...terminal,
			print: keep,
			info: (line) => {
				lines.push(line);
				terminal.info(line);
			}
		}
	}, command);
	const text = lines.join("\n");
	const rest = text.length > shownCharacters ? [paragraph("The rest is in the artifact.")] : [];
	await job.surface.writeSummary(pageMarkdown({
		id: command,
		title: command,
		blocks: [codeBlock(text, shownCharacters), ...rest]
	}, 2));
	if (job.artifacts !== null && text !== "") {
		const folder = join(job.facts.temp, "look");
		await mkdir(folder, { recursive: true });
		const file = join(folder, `${command}.txt`);
		await writeFile(file, `${text}\n`);
		await job.artifacts.upload(`vps-test-${command}-${job.facts.attempt}`, folder, [file]);
	}
	return {
		code,
		title: `${command}: ${code === exitCodes.passed ? "done" : `exit ${code}`}`
	};
}
async function act$1(job, c, command) {
	const { inputs: { request, session, node, services, reason }, key } = job;
	const fleet = () => chosenFleet(c, {
		named: request.fleet,
		repo: request.repo,
		config: request.config,
		otherwise: defaultFleet
	});
	switch (command) {
		case "status": return status(c, {});
		case "nodes": return nodes(c, {
			fleet: await fleet(),
			key,
			measure: true
		});
		case "diagnose":
			if (node === "") throw new Failure({
				code: "U075",
				message: "diagnose needs the input node",
				remedy: "gh workflow run vps-test-ops.yml -f command=diagnose -f node=saorsa-4"
			});
			return diagnose(c, node, {
				fleet: await fleet(),
				key
			});
		case "logs": return logs(c, await projectOf(c, request.project, session), {
			transitions: true,
			...session === "" ? {} : { session }
		});
		case "stop": {
			const code = await stop(c, await projectOf(c, request.project, session), {
				key,
				services,
				...reason === "" ? {} : { reason },
				...session === "" ? {} : { session }
			});
			await updateAskIssues(job);
			return code;
		}
	}
}
/** Named, or that of the session, or the only one there is; the ledger has a session of it. */
async function projectOf(c, given, session) {
	const all = (await storedSessions(c.sessions, given)).filter((k) => session === "" || k.session.id === session);
	const [found, ...more] = new Set(all.map((k) => k.project));
	if (found !== void 0 && more.length === 0) return found;
	const message = found !== void 0 ? `which project: ${[found, ...more].join(", ")}?` : `the ledger has no session${session === "" ? "" : ` ${session}`}${given === void 0 ? "" : ` of project ${given}`}`;
	throw new Failure({
		code: "U076",
		message,
		remedy: "gh workflow run vps-test-ops.yml -f command=status"
	});
}

// src/inputs/variables.ts
/** Lines `NAME=value`, as one secret holds several: what is none is refused without being repeated. */
function parseLines(text, what) {
	const lines = text.split("\n").map((line, i) => ({
		line: line.trim(),
		number: i + 1
	})).filter(({ line }) => line !== "" && !line.startsWith("#"));
	const bad = lines.filter(({ line }) => !/^[A-Z][A-Z0-9_]*=/.test(line)).map(({ number }) => number);
	if (bad.length > 0) throw new Failure({
		code: "U092",
		message: `line ${bad.join(", ")} of ${what} is no NAME=value`
	});
	return Object.fromEntries(lines.map(({ line }) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

// src/action/notify.ts
/** `notify`: tells people of what this run wrote into the ledger, by the ways that the secret of this one job names. */
/** A notifier never fails a run: what went wrong is a warning. */
async function notify(job) {
	const { terminal } = job.context;
	try {
		return {
			code: exitCodes.passed,
			title: await told(job)
		};
	} catch (error) {
		terminal.warn(`nobody was notified: ${messageOf(error)}`);
		return {
			code: exitCodes.passed,
			title: ""
		};
	}
}
async function told(job) {
	const { surface, facts, inputs, context } = job;
	const text = surface.rawInput("notify");
	for (const line of text.split("\n").filter((l) => l.trim() !== "")) surface.mask(line);
	const env = parseLines(text, "the input notify");
	for (const value of Object.values(env)) surface.mask(value);
	const channels = await channelsOf(env);
	if (channels.length === 0) return "no way to notify a person is set up";
	const { project, session, entries } = await sessionOf(job);
	const mine = new Set(entries.filter((e) => runOf(e)?.run === facts.run && runOf(e)?.attempt === facts.attempt).map((e) => e.seq));
	const notes = notificationsOf(entries).filter((n) => mine.has(n.seq));
	const folder = context.sessions.folderOf(project, session.id);
	const keys = notifySecrets.flatMap((name) => env[name] ?? []);
	const telling = {
		channels,
		clock: context.clock,
		log: context.terminal,
		secrets: [...context.secrets ?? [], ...keys]
	};
	const made = await deliver(telling, folder, notes, wishesOf(entries));
	const files = made.length === 0 ? [] : await filesBelow(folder);
	if (files.length > 0) await job.artifacts?.upload(`vps-test-notifications-${inputs.session}-${facts.run}-${facts.attempt}`, folder, files.filter((f) => /(?:\/notifications\.jsonl|\/voice\/[^/]+\.mp3)$/.test(f)));
	const out = made.filter((d) => d.outcome.kind === "delivered").length;
	return `${notes.length} to tell, ${out} of ${made.length} deliveries went out`;
}

// src/action/remedy.ts
/**
* A remedy as it can be typed where a job of GitHub told it: the ledger and the nodes are behind the workflow
* vps-test-ops, not on this machine.
*/
const ops = "gh workflow run vps-test-ops.yml -f command=";
const known = [
	[/^vps-test status(?: --remote \S+)?$/, () => `${ops}status`],
	[/^vps-test nodes(?: --fleet \S+)?$/, () => `${ops}nodes`],
	[/^vps-test diagnose (\S+)(?: --fleet \S+)?$/, ([node = ""]) => `${ops}diagnose -f node=${node}`],
	[/^vps-test stop (\S+)(?: --session (\S+))?$/, ([project = "", session]) => `${ops}stop ${session === void 0 ? `-f project=${project}` : `-f session=${session}`}`],
	[/^vps-test init --dir .*$/, () => "vps-test init"]
];
function onGitHub(remedy) {
	for (const [pattern, say] of known) {
		const found = pattern.exec(remedy);
		if (found !== null) return say(found.slice(1));
	}
	return remedy;
}

// src/adapters/runner.ts
/** Brings what a command needs on a runner: our prober, the lab's system tools, and root for the lab. */
/** `root`: this package. What is there already is not made again. */
async function bring(what, root, signal) {
	const { ending, stdout, stderr } = await runProcess([
		process.execPath,
		join(root, "scripts/runner.mjs"),
		what
	], {
		timeoutMs: 12e5,
		signal,
		keepBytes: 16 << 20
	});
	const line = stdout.toString("utf8").trim().split("\n").at(-1) ?? "";
	if (ending.kind !== "exited" || ending.code !== 0 || !line.startsWith("{")) throw new Failure({
		code: "I101",
		message: `cannot bring the ${what}: ${stderr.toString("utf8").trim().split("\n").slice(-5).join(" ")}`,
		remedy: "vps-test doctor"
	});
	return JSON.parse(line);
}
/**
* After a cancellation the root process takes its lab down, for which it gives itself a minute; the runner, which kills
* this process after 10 s, cannot kill that one.
*/
const patienceMs = 75e3;
/**
* The same entry again, as root: its environment goes through a pipe, never through a command line. Answers with its
* exit code.
* The pipe stays open as long as somebody waits: a plain user may not signal sudo or what it started (EPERM), and one
* that was killed cannot; a closed pipe tells it in both cases.
*/
async function againAsRoot(root, entry, env, signal) {
	signal.throwIfAborted();
	const exit = await runAttached([
		"sudo",
		"-n",
		process.execPath,
		join(root, "scripts/runner.mjs"),
		"as-root"
	], {
		text: `${JSON.stringify({
			env,
			argv: [process.execPath, entry],
			patienceMs
		})}\n`,
		signal
	});
	if (exit.kind === "not started") throw new Failure({
		code: "I102",
		message: `the lab needs root, and sudo does not start: ${exit.why}`
	});
	return exit.kind === "exited" ? exit.code : 1;
}

// src/action/soak.ts
/**
* `soak`: without a session, what is due in the whole ledger, as a matrix for one job each; with one, that session's
* checkpoint, full loop or record.
*/
const soak = (job) => job.inputs.session === "" ? reconcile(job) : checkpoint(job);
/**
* Claims nothing: the job that does the work claims it, so that a matrix that never starts holds nothing up. It fails
* where a session is passed over, after the others were listed.
*/
async function reconcile(job) {
	const { context: c, surface } = job;
	const { open, broken } = await duties(c);
	const due = open.filter((d) => d.tick.kind !== "nothing").map(({ known: { session, entries } }) => ({
		session: session.id,
		commit: session.origin?.commit ?? "",
		fleet: fleetOf(entries) ?? "",
		repo: "."
	}));
	surface.setOutputs({ due: JSON.stringify(due) });
	const rows = [...open.map((d) => row(d, c.clock.now())), ...broken.map(brokenRow)];
	await surface.writeSummary(pageMarkdown({
		id: "soak",
		title: `Soak: ${due.length} due, ${open.length} open${said(broken)}`,
		blocks: [rows.length === 0 ? paragraph("No session is open.") : table([
			"session",
			"state",
			"due",
			"what"
		], rows)]
	}, 2));
	rows.forEach((r) => c.terminal.info(r.map((cell) => plainLine(cell, 400)).join(" · ")));
	surface.annotate(broken.slice(0, mostTold$1).map((b) => ({
		level: "error",
		title: `vps-test ${b.error instanceof Failure ? b.error.facts.code : "fault"}`,
		message: wordsOf(b)
	})));
	await updateAskIssues(job);
	return {
		code: Math.max(exitCodes.passed, ...broken.map((b) => b.error instanceof Failure ? exitCodeOf(b.error.kind) : exitCodes.harness)),
		title: `${due.length} due${said(broken)}`
	};
}
/** Of ten annotations that a step may have, one is the step's own failure. */
const mostTold$1 = 9;
const said = (broken) => broken.length === 0 ? "" : `, ${broken.length} passed over`;
const wordsOf = ({ id, error }) => {
	const remedy = error instanceof Failure && error.facts.remedy !== void 0 ? ` (try: ${onGitHub(error.facts.remedy)})` : "";
	return `${id}: ${messageOf(error)}${remedy}`;
};
const brokenRow = (b) => [
	b.id,
	"passed over",
	"",
	wordsOf(b)
];
function row({ known: { session: s }, tick }, now) {
	const due = s.waitUntil === null ? "" : `${iso(s.waitUntil)}${now > s.waitUntil ? `, ${duration(now - s.waitUntil)} late` : ""}`;
	return [
		s.id,
		s.state,
		due,
		tick.kind === "nothing" ? tick.why : `${tick.outcome.event}: ${tick.outcome.why}`
	];
}
async function checkpoint(job) {
	const before = await sessionOf(job);
	const taken = compiledByUs(job, before) ? await goOn(job, before) : await takeDue(job, before);
	const known = await sessionOf(job);
	const test = newestTest(known.entries);
	const shown = taken === void 0 || test === void 0 || test.hash === newestTest(before.entries)?.hash ? noTestView : await evidence(job, known, test);
	const compiling = taken !== void 0 && known.session.state === "BUILD";
	return endJob(job, known, {
		outputs: { compile: String(compiling) },
		next: true,
		proof: shown,
		summary: shown,
		person: taken === void 0 ? "leave" : "ask",
		code: compiling ? exitCodes.passed : taken?.code ?? exitCodes.passed,
		title: null
	});
}
/** As far as BUILD: a job with the key compiles nothing. */
async function takeDue(job, before) {
	const { context: c } = job;
	const tick = await tickOf(c, before.session);
	const taken = await take(c, before, tick, job.key, await checkoutOf(job), { before: "BUILD" });
	if (taken === void 0) c.terminal.info(`nothing is done: ${tick.kind === "nothing" ? tick.why : "another run was first"}`);
	return taken;
}
/** The session rests in BUILD because an earlier job of this run brought it there. */
const compiledByUs = ({ facts }, { session: { by, state } }) => state === "BUILD" && by?.kind === "run" && by.run === facts.run && by.attempt === facts.attempt;
/** Writes down what was compiled and goes on; a second build is the next tick's. */
async function goOn(job, before) {
	const { id } = before.session;
	await withStage(job, before, async (world, plan) => {
		await run(plan, id, recording(job, before, world), { states: ["BUILD"] });
		await run(plan, id, world, { before: "BUILD" });
	});
	const { session, entries } = await sessionOf(job);
	return {
		session,
		code: exitCode(session, entries)
	};
}

// src/action/commands.ts
/** Command name to what it does; and an error as one annotation for each fault. */
const acts = {
	run: all,
	plan,
	confirm,
	setup,
	compile,
	build,
	deploy,
	test,
	prove,
	advance,
	gate,
	record,
	soak,
	approve,
	reject,
	comment,
	notify,
	status: (job) => inspect(job, "status"),
	stop: (job) => inspect(job, "stop"),
	logs: (job) => inspect(job, "logs"),
	diagnose: (job) => inspect(job, "diagnose"),
	nodes: (job) => inspect(job, "nodes"),
	version: async (job) => {
		job.surface.setOutputs({ version: job.context.version });
		job.context.terminal.info(`vps-test ${job.context.version}`);
		return {
			code: exitCodes.passed,
			title: ""
		};
	}
};
const probing = [
	"run",
	"test",
	"nodes"
];
async function act(job) {
	const { command, session } = job.inputs;
	if (!(probing.includes(command) || command === "soak" && session !== "") || job.context.probe !== null) return acts[command](job);
	const { VPS_TEST_PROBE } = await job.surface.group("prober", () => bring("prober", job.context.root, job.context.signal));
	return acts[command]({
		...job,
		context: {
			...job.context,
			probe: VPS_TEST_PROBE
		}
	});
}
/**
* Every fault gets its own annotation, at its place where it has one in the checkout, so that nobody mends one at a
* time; the remedy is told with the last.
*/
async function annotateFailure(surface, error, interrupted, workspace) {
	if (interrupted) {
		surface.fail("interrupted", "the job was cancelled; what was recorded stays, and running it again goes on from there");
		return exitCodes.harness;
	}
	if (!(error instanceof Failure)) {
		const machine = machineFault(error);
		if (machine !== void 0) return annotateFailure(surface, machine, interrupted, workspace);
		surface.fail("fault of vps-test itself", error instanceof Error ? error.stack ?? error.message : String(error));
		return exitCodes.harness;
	}
	const { code } = error.facts;
	const remedy = error.facts.remedy === void 0 ? void 0 : onGitHub(error.facts.remedy);
	const lines = error.message.split("\n").filter((l) => l.trim() !== "");
	const said = error.facts.faults?.map((f) => ({
		message: faultText(f),
		...placeIn(workspace, f.at)
	})) ?? lines.map((message) => ({ message }));
	const shown = said.length <= mostTold ? said : [...said.slice(0, mostTold - 1), { message: `and ${said.length - mostTold + 1} more: all are in the summary` }];
	surface.annotate(shown.map((s, i) => ({
		...s,
		level: "error",
		title: `vps-test ${code}`,
		message: i === shown.length - 1 && remedy !== void 0 ? `${s.message} (try: ${remedy})` : s.message
	})));
	await surface.writeSummary(pageMarkdown({
		id: "failure",
		title: code,
		blocks: [codeBlock(lines.join("\n")), ...remedy === void 0 ? [] : [paragraph("Try:"), codeBlock(remedy)]]
	}, 2));
	return exitCodeOf(error.kind);
}
/** Of ten that a step may have, one is left for whoever else complains. */
const mostTold = 9;
/** A file outside the checkout, such as a fleet of this package, has no place that GitHub could show. */
function placeIn(workspace, { file, line }) {
	const path = relative(workspace, resolve(workspace, file));
	return path === "" || path.startsWith("..") || isAbsolute(path) ? {} : {
		file: path,
		...line === void 0 ? {} : { line }
	};
}

// src/adapters/github/surface.ts
/**
* What a step of a workflow reads and shows: inputs, outputs, masks, the summary, annotations, and a log in which no
* remote text is a command.
*/
/** Over this the runner skips the whole summary. */
const summaryBytes = 1048576;
const mostAnnotations = 10;
const quietMs = 2e3;
/** `env`: as it was when this process began, since inputs are taken out of it. */
function openSurface(env) {
	const given = (name) => env[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] ?? "";
	return {
		input: (name) => given(name).trim(),
		rawInput: given,
		setOutputs(values) {
			for (const [name, value] of Object.entries(values)) setOutput(name, value);
		},
		mask(secret) {
			for (const part of secretParts(secret)) setSecret(part);
		},
		async writeSummary(markdown) {
			const file = process.env["GITHUB_STEP_SUMMARY"] ?? "";
			if (file === "" || !existsSync(file)) return false;
			await summary.addRaw(cutMarkdown(markdown, summaryBytes - statSync(file).size - 1), true).write();
			return true;
		},
		annotate(all) {
			const order = [
				"error",
				"warning",
				"notice"
			];
			for (const one of all.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level)).slice(0, mostAnnotations)) core_exports[one.level](harmless(one.message).slice(0, 4e3), {
				title: harmless(one.title).slice(0, 250),
				...one.file === void 0 ? {} : {
					file: one.file,
					...one.line === void 0 ? {} : { startLine: one.line }
				}
			});
		},
		group: (title, work) => group(harmless(title), work),
		fail(title, message) {
			process.exitCode = 1;
			error(harmless(message).slice(0, 4e3), { title: harmless(title).slice(0, 250) });
		},
		terminal: githubTerminal()
	};
}
/** The whole, each line, and the lines without those of PEM joined: what a log could show of a key. */
function secretParts(secret) {
	const whole = secret.trim();
	const lines = whole.split(/\r\n?|\n|\\n/).map((line) => line.trim()).filter((line) => line !== "");
	const joined = lines.filter((line) => !line.startsWith("-----")).join("");
	return [.../* @__PURE__ */ new Set([
		whole,
		whole.replaceAll("\r", ""),
		...lines,
		joined
	])].filter((part) => part !== "");
}
/**
* Never a terminal, whatever the stream says: under local runners it is one. All on one stream, so that lines keep
* their order.
*/
function githubTerminal() {
	const last = /* @__PURE__ */ new Map();
	const same = (text) => text;
	const line = (text) => info(harmless(text));
	return {
		interactive: false,
		columns: () => null,
		stripe: (_, text) => text,
		palette: {
			good: same,
			bad: same,
			warn: same,
			dim: same
		},
		print: (text) => info(uncommanded(text.replace(/\n$/, ""))),
		info: line,
		warn: (text) => line(`warning: ${text}`),
		progress(key, text) {
			const now = Date.now();
			if (now - (last.get(key) ?? 0) < quietMs) return;
			last.set(key, now);
			line(`  ${text}`);
		}
	};
}

// src/inputs/job-inputs.ts
/** Inputs of the Action that are no field of a request: what a job does, with what, and for which session. */
/** Commands of the Action: stages as jobs of their own, and what else a job may be for. */
const commands = [
	"run",
	"plan",
	"confirm",
	"setup",
	"compile",
	"build",
	"deploy",
	"test",
	"prove",
	"advance",
	"gate",
	"record",
	"soak",
	"approve",
	"reject",
	"comment",
	"status",
	"stop",
	"logs",
	"diagnose",
	"nodes",
	"notify",
	"version"
];
/** One environment of GitHub for each checkpoint; its wait timer is what makes a checkpoint come on time. */
const soakEnvironments = Object.fromEntries(checkpointRows.map(({ id, afterMs }) => [`soak-${id}-environment`, {
	means: `An environment with a wait timer of ${afterMs / 6e4} minutes, so that the checkpoint ${id} is taken on time.`,
	default: `vps-test-soak-${id}`
}]));
const jobInputs = {
	"ssh-key": {
		means: "Private SSH key of the fleet, as text. Kept in memory, masked line by line.",
		default: ""
	},
	"github-token": {
		means: "Token for the ledger branch, comments, checks and issues.",
		default: "${{ github.token }}"
	},
	ledger: {
		means: "`branch`: the branch vps-test-ledger of this repository; `none`: a ledger that ends with this job, or is handed to `record`: nothing is written (forks, labs).",
		default: "branch"
	},
	session: {
		means: "The session that an earlier job began.",
		default: ""
	},
	compiled: {
		means: "For `build` and `soak`: number of the artifact that `compile` left.",
		default: ""
	},
	node: {
		means: "For `diagnose`, which node.",
		default: ""
	},
	services: {
		means: "For `stop`, what becomes of the services that the session started: `stop`, `keep` them running, `rollback` to the release before, or `remove` units, releases and data.",
		default: "stop"
	},
	reason: {
		means: "For `stop`, why: it is written into the ledger.",
		default: ""
	},
	notify: {
		means: "For `notify`, the ways to people: lines `NAME=value` with the names that `vps-test notify --help` lists. Masked.",
		default: ""
	},
	needs: {
		means: "For `gate`, the results of the jobs before, as JSON (`toJSON(needs)`).",
		default: ""
	},
	attest: {
		means: "`auto` (where the repository allows it) or `off`.",
		default: "auto"
	},
	"confirm-environment": {
		means: "A protected environment whose reviewers confirm the plan. Missing or unprotected, nothing is run.",
		default: ""
	},
	"approval-environment": {
		means: "A protected environment whose reviewers approve a session with proof `manual-verify`.",
		default: "vps-test-approval"
	},
	...soakEnvironments,
	"head-sha": {
		means: "For `comment`, the head commit of the run whose artifact is shown.",
		default: ""
	},
	"run-id": {
		means: "For `comment`, the run whose artifact is shown.",
		default: ""
	},
	"run-attempt": {
		means: "For `comment`, which attempt of that run; evidence of another attempt is not shown.",
		default: ""
	},
	"head-repository": {
		means: "For `comment`, the repository that run's head came from, `owner/name`. Empty (a deleted fork), nothing is written.",
		default: ""
	},
	"head-branch": {
		means: "For `comment`, the branch that run's head came from.",
		default: ""
	}
};

// src/action/inputs.ts
/** The Action's inputs, typed; a start's words go through the schema of the command line. */
const inputOf = (field) => requestInputs.find((row) => row.field === field)?.input ?? field;
/** `input`: the value of an input, trimmed; empty where it was left alone. */
function readInputs(input) {
	const read = (name) => input(name);
	const { request, faults } = parseRequest(Object.fromEntries(requestInputs.map((row) => [row.field, input(row.input)])), inputOf);
	const session = read("session");
	if (session !== "" && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(session)) throw new Failure({
		code: "U060",
		message: `session ${printable(session)} cannot be the name of a session`,
		remedy: "gh workflow run vps-test-ops.yml -f command=status"
	});
	const compiled = read("compiled");
	if (compiled !== "" && !/^\d{1,15}$/.test(compiled)) throw new Failure({
		code: "U091",
		message: `compiled ${printable(compiled)} is no number of an artifact`
	});
	const headSha = read("head-sha"), runId = read("run-id"), runAttempt = read("run-attempt"), headRepository = read("head-repository");
	if (headSha !== "" && !/^[0-9a-f]{40,64}$/.test(headSha)) throw new Failure({
		code: "U061",
		message: `head-sha ${printable(headSha)} is no commit`
	});
	if (runId !== "" && !/^\d{1,20}$/.test(runId)) throw new Failure({
		code: "U062",
		message: `run-id ${printable(runId)} is no number`
	});
	if (runAttempt !== "" && !/^[1-9]\d{0,9}$/.test(runAttempt)) throw new Failure({
		code: "U088",
		message: `run-attempt ${printable(runAttempt)} is no number`
	});
	if (headRepository !== "" && !/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(headRepository)) throw new Failure({
		code: "U089",
		message: `head-repository ${printable(headRepository)} is no owner/name`
	});
	return {
		command: choice("command", read("command") || "run", commands),
		request,
		faults,
		session,
		compiled,
		headSha,
		runId,
		runAttempt,
		headRepository,
		headBranch: read("head-branch"),
		ledger: choice("ledger", read("ledger") || "branch", ["branch", "none"]),
		attest: choice("attest", read("attest") || "auto", ["auto", "off"]),
		node: read("node"),
		services: choice("services", read("services") || "stop", serviceWishes),
		reason: read("reason"),
		needs: read("needs"),
		confirmEnvironment: read("confirm-environment"),
		approvalEnvironment: read("approval-environment"),
		soakEnvironments: perCheckpoint(({ id }) => read(`soak-${id}-environment`))
	};
}
function choice(input, value, words) {
	if (words.includes(value)) return value;
	throw new Failure({
		code: "U063",
		message: `${input} ${printable(value)} is not one of ${words.join(", ")}${hint(value, words).startsWith("; did") ? hint(value, words) : ""}`
	});
}

// src/action/surroundings.ts
/** From a runner's environment to a job: the facts of the run, the ledger branch, the key in memory. */
async function jobOf({ env, cwd, directory, signal, version, surface }) {
	const key = keyOf(surface);
	const token = surface.input("github-token");
	const inputs = readInputs(surface.input);
	const facts = factsOf(env);
	const state = join(facts.temp, "state");
	mkdirSync(state, { recursive: true });
	const plain = contextOf({
		env: {
			...env,
			VPS_TEST_HOME: state
		},
		cwd: env["GITHUB_WORKSPACE"] || cwd,
		home: env["HOME"] ?? facts.temp,
		directory,
		signal,
		version
	});
	const secrets = [
		token,
		...key === null ? [] : [key.kind === "text" ? key.text : ""],
		env["ACTIONS_RUNTIME_TOKEN"] ?? ""
	].filter((s) => s !== "");
	const forge = token === "" ? null : openForge({
		repository: facts.repository,
		token,
		apiUrl: env["GITHUB_API_URL"] ?? "https://api.github.com",
		signal
	});
	const artifacts = (env["ACTIONS_RESULTS_URL"] ?? "") === "" ? null : openArtifacts({
		repository: facts.repository,
		token,
		run: facts.run,
		attempt: facts.attempt,
		serverUrl: facts.serverUrl,
		signal,
		...inputs.runId === "" ? {} : { limits: ofStrangers }
	});
	const branchHome = remoteSessions({
		url: env["VPS_TEST_LEDGER_REMOTE"] || `${facts.serverUrl}/${facts.repository}.git`,
		authorization: token === "" ? null : `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
		secrets,
		dir: state,
		signal
	});
	const context = {
		...plain,
		terminal: surface.terminal,
		sessions: inputs.ledger === "none" ? localSessions(join(state, "own")) : branchHome,
		forge,
		who: facts.origin.actor ?? plain.who,
		writer: {
			kind: "run",
			repository: facts.repository,
			run: facts.run,
			attempt: facts.attempt,
			url: facts.runUrl
		},
		missingKey,
		secrets,
		unenclosed: key === null && (inputs.command === "compile" || inputs.ledger === "none") ? "build" : "refuse",
		github: {
			baseUrl: env["GITHUB_API_URL"] ?? "https://api.github.com",
			...token === "" ? {} : { token }
		}
	};
	return {
		context: artifacts === null ? context : {
			...context,
			keep: artifactKeeper(artifacts, facts.attempt, context.terminal)
		},
		inputs,
		facts,
		surface,
		artifacts,
		key,
		baseHome: branchHome
	};
}
const missingKey = (fleet) => new Failure({
	code: "U069",
	message: `fleet ${fleet} needs the input ssh-key, which is empty`,
	remedy: "gh secret set VPS_TEST_SSH_KEY < ~/.ssh/id_ed25519"
});
/**
* What a run without secrets may have packed; our own evidence of ten nodes is a tenth of it. How much of it is read:
* domain/bundle-shape.
*/
const ofStrangers = {
	files: 5e3,
	bytes: 64 * 1024 ** 2,
	each: 16 * 1024 ** 2
};
/** Untrimmed, because a key without its last newline is none; masked before anything else is done. */
function keyOf(surface) {
	const text = surface.rawInput("ssh-key");
	if (text.trim() === "") return null;
	surface.mask(text);
	return {
		kind: "text",
		text: parsePrivateKey(text, "in the input ssh-key"),
		origin: "in the input ssh-key"
	};
}
function factsOf(env) {
	const need = (name) => {
		const value = env[name];
		if (value === void 0 || value === "") throw new Failure({
			code: "U064",
			message: `${name} is not set: this is the Action's entry, for a GitHub runner`,
			remedy: "vps-test start"
		});
		return value;
	};
	const repository = need("GITHUB_REPOSITORY"), run = need("GITHUB_RUN_ID"), serverUrl = env["GITHUB_SERVER_URL"] || "https://github.com";
	const attempt = Number(env["GITHUB_RUN_ATTEMPT"] || "1");
	return {
		repository,
		serverUrl,
		run,
		attempt,
		runUrl: `${serverUrl}/${repository}/actions/runs/${run}${attempt > 1 ? `/attempts/${attempt}` : ""}`,
		origin: originOf(env, repository),
		workflow: env["GITHUB_WORKFLOW_REF"]?.replace(/@.*$/, "").split("/").at(-1) ?? "vps-test.yml",
		ref: env["GITHUB_REF_NAME"] ?? "",
		form: formOf(env["GITHUB_EVENT_PATH"]),
		baseBranch: env["GITHUB_BASE_REF"] || defaultBranch(env["GITHUB_EVENT_PATH"]),
		pullTitle: pullTitle(env),
		temp: join(env["RUNNER_TEMP"] || need("HOME"), `vps-test-${run}-${attempt}-${(env["GITHUB_JOB"] ?? "job").replaceAll(/[^\w.-]/g, "_")}`)
	};
}
/** On a pull request the branch and commit are those of its head, not of the merge that the runner checked out. */
function originOf(env, repository) {
	const event = env["GITHUB_EVENT_NAME"] ?? "unknown";
	const pull = event === "pull_request" ? pullOf(env["GITHUB_EVENT_PATH"]) : null;
	return {
		repository,
		event,
		actor: env["GITHUB_ACTOR"] ?? null,
		branch: pull?.branch ?? (env["GITHUB_HEAD_REF"] || env["GITHUB_REF_NAME"] || null),
		commit: pull?.commit ?? env["GITHUB_SHA"] ?? null
	};
}
const payload = (path) => path === void 0 || !existsSync(path) ? {} : JSON.parse(readFileSync(path, "utf8"));
const formOf = (path) => {
	const { inputs } = payload(path);
	return inputs === void 0 || inputs === null ? null : Object.keys(inputs);
};
const defaultBranch = (path) => {
	const name = payload(path).repository?.default_branch;
	return typeof name === "string" ? name : null;
};
const pullTitle = (env) => {
	const title = env["GITHUB_EVENT_NAME"] === "pull_request" ? payload(env["GITHUB_EVENT_PATH"]).pull_request?.title : null;
	return typeof title === "string" && title !== "" ? title : null;
};
function pullOf(path) {
	const head = payload(path).pull_request?.head;
	return typeof head?.ref === "string" && typeof head.sha === "string" ? {
		branch: head.ref,
		commit: head.sha
	} : null;
}

// src/main.ts
/** The entry of the Action: reads the runner's surroundings, does one command, and turns its end into the step's. */
const abort = new AbortController();
for (const signal of [
	"SIGINT",
	"SIGTERM",
	"SIGHUP"
]) process.on(signal, () => {
	abort.abort(new Error(signal));
});
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => void 0);
const env = takeEnvironment(/^INPUT_/);
const surface = openSurface(env);
const labAlone = surface.input("command") === "run" && surface.input("fleet") === "lab";
let code = 1;
try {
	if (labAlone && process.env["VPS_TEST_PROBE"] === void 0) Object.assign(process.env, await surface.group("lab tools", () => bring("lab", dirname(import.meta.dirname), abort.signal)));
	if (labAlone && process.getuid?.() !== 0) code = await againAsRoot(dirname(import.meta.dirname), fileURLToPath(import.meta.url), {
		...env,
		...process.env
	}, abort.signal);
	else {
		const job = await jobOf({
			env: {
				...env,
				...process.env
			},
			cwd: process.cwd(),
			directory: import.meta.dirname,
			signal: abort.signal,
			version,
			surface
		});
		const ended = await act(job);
		code = ended.code;
		if (code !== 0) surface.fail(ended.title === "" ? "vps-test" : ended.title, `exit code ${code}: ${ended.title}`);
		else if (ended.title !== "") surface.terminal.info(ended.title);
	}
} catch (error) {
	code = await annotateFailure(surface, error, abort.signal.aborted, process.env["GITHUB_WORKSPACE"] || process.cwd());
}
process.exitCode = code;
setTimeout(() => process.exit(), 3e3).unref();

export {  };