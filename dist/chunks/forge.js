import { wa as isFailure, xa as Failure, ya as stripHidden } from "./shared.js";
import { p as getOctokit } from "./actions.js";
import { setTimeout } from "node:timers/promises";

// src/adapters/github/client.ts
/**
* The official client for one repository, with a limit on every request, a few more tries for questions, and failures
* that name the permission that is missing.
*/
const tries = 3;
const longestPauseMs = 3e4;
function openClient(options) {
	const [owner, repo, ...more] = options.repository.split("/");
	if (owner === void 0 || repo === void 0 || owner === "" || repo === "" || more.length > 0) throw new Failure({
		code: "U450",
		message: `a repository is named owner/name, not ${stripHidden(options.repository)}`
	});
	if (options.token === "") throw new Failure({
		code: "U451",
		message: `no token for ${stripHidden(options.repository)}: the input github-token is empty`
	});
	const timeoutMs = options.timeoutMs ?? 2e4;
	const octokit = getOctokit(options.token, {
		baseUrl: options.apiUrl.replace(/\/+$/, ""),
		log: silent
	});
	octokit.hook.wrap("request", async (request, asked) => {
		for (let attempt = 1;; attempt++) {
			options.signal.throwIfAborted();
			const limit = AbortSignal.timeout(timeoutMs);
			try {
				Object.assign(asked.request, { signal: AbortSignal.any([options.signal, limit]) });
				return await request(asked);
			} catch (error) {
				options.signal.throwIfAborted();
				const pause = pauseMs(error, attempt, options.pauseMs ?? 1e3);
				if (asked.method !== "GET" || attempt === tries || pause === void 0) throw limit.aborted ? new NoAnswer(timeoutMs, asked.method !== "GET") : error;
				await setTimeout(pause, void 0, { signal: options.signal });
			}
		}
	});
	return {
		owner,
		repo,
		rest: octokit.rest,
		paginate: octokit.paginate
	};
}
/** Every call passes here: what was asked in a person's words, and the permission it needs (`issues: write`). */
async function asking(what, permission, call) {
	try {
		return await call();
	} catch (error) {
		const status = statusOf(error);
		if (status === void 0 && !(error instanceof NoAnswer)) throw error;
		const said = error instanceof Error ? stripHidden(error.message, 300) : "no reason";
		const grant = `give the job in its workflow file: permissions: { ${permission} }`;
		if (error instanceof NoAnswer || status === void 0) throw new Failure({
			code: "I454",
			message: `GitHub did not answer when asked to ${what}: ${said}`
		}, error);
		if (status === 401) throw new Failure({
			code: "I450",
			message: `GitHub does not accept the token, when asked to ${what}`,
			remedy: "pass github-token: ${{ github.token }}"
		}, error);
		if (status === 429 || status === 403 && (header(error, "x-ratelimit-remaining") === "0" || header(error, "retry-after") !== void 0)) throw new Failure({
			code: "I453",
			message: `GitHub's rate limit is reached; it did not ${what}: ${said}`,
			remedy: "gh run rerun --failed  # in an hour"
		}, error);
		if (status === 403) throw new Failure({
			code: "I451",
			message: `the token may not ${what}: ${said}`,
			remedy: grant
		}, error);
		if (status === 404) throw new Failure({
			code: "I452",
			message: `GitHub cannot ${what}: not found, or hidden from this token`,
			remedy: grant
		}, error);
		if (status >= 500) throw new Failure({
			code: "I454",
			message: `GitHub could not ${what}: ${said} (${status})`,
			remedy: "gh run rerun --failed  # when githubstatus.com says that all is well"
		}, error);
		throw new Failure({
			code: "I455",
			message: `GitHub refused to ${what}: ${said} (${status})`
		}, error);
	}
}
const statusOf = (error) => error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : void 0;
/** `undefined`: there is no use in asking again, or not within the time that a job may wait. */
function pauseMs(error, attempt, first) {
	const status = statusOf(error);
	if (status !== void 0 && status !== 429 && status < 500) return void 0;
	const asked = Number(header(error, "retry-after") ?? "none");
	if (Number.isFinite(asked)) return asked * 1e3 <= longestPauseMs ? Math.max(0, asked * 1e3) : void 0;
	return first * 2 ** (attempt - 1);
}
function header(error, name) {
	const response = error instanceof Error && "response" in error ? error.response : void 0;
	const headers = typeof response === "object" && response !== null && "headers" in response ? response.headers : {};
	return headers[name] === void 0 ? void 0 : String(headers[name]);
}
var NoAnswer = class extends Error {
	constructor(timeoutMs, changing) {
		super(`not in ${timeoutMs / 1e3} s${changing ? ", so it is not known whether it was done" : ""}`);
	}
};
const silent = {
	debug: () => void 0,
	info: () => void 0,
	warn: () => void 0,
	error: () => void 0
};

// src/adapters/github/sticky.ts
/**
* Texts that are written once and changed later: one comment or issue of ours per marker, however many runs write it.
*/
/** GitHub refuses longer bodies. */
const maxBody = 65536;
/** On our issues, so that a run finds them among all others. */
const label = "vps-test";
const mostPages = 50;
/** A workflow's token may not ask who it is; its texts are a bot's. A person's token knows its own login. */
async function author(client) {
	try {
		const { data } = await client.rest.users.getAuthenticated();
		return (user) => user?.login === data.login;
	} catch (error) {
		if (statusOf(error) !== 403 && statusOf(error) !== 404) throw error;
		return (user) => user?.type === "Bot";
	}
}
/**
* The body as it is sent: the marker first, because only what stands first cannot be quoted into another text of ours.
*/
function marked(marker, body) {
	const text = body.startsWith(marker) ? body : `${marker}\n${body}`;
	if (marker.trim() === "") throw new Failure({
		code: "H451",
		message: "a comment or issue of ours needs a marker"
	});
	if (text.length > 65536) throw new Failure({
		code: "H450",
		message: `a body of ${text.length} characters for ${marker}; GitHub takes ${maxBody}`
	});
	return text;
}
async function upsertComment(client, isOurs, number, marker, body) {
	const text = marked(marker, body);
	const at = {
		owner: client.owner,
		repo: client.repo
	};
	const may = (what, call) => asking(`${what} on #${number}`, "pull-requests: write", call);
	const change = (id) => may("change the comment", async () => (await client.rest.issues.updateComment({
		...at,
		comment_id: id,
		body: text
	})).data.html_url);
	const ours = () => may("read the comments", () => collectPages(client.paginate.iterator(client.rest.issues.listComments, {
		...at,
		issue_number: number,
		per_page: 100
	}), (one) => isOurs(one.user) && one.body?.startsWith(marker) === true ? [{
		id: one.id,
		url: one.html_url
	}] : []));
	const before = oldest(await ours());
	if (before !== void 0) return change(before.id);
	const made = await may("write a comment", async () => (await client.rest.issues.createComment({
		...at,
		issue_number: number,
		body: text
	})).data);
	const all = await ours();
	const first = oldest(all);
	if (first === void 0 || first.id === made.id) return made.html_url;
	const url = await change(first.id);
	await may("remove our second comment", () => client.rest.issues.deleteComment({
		...at,
		comment_id: made.id
	}).catch((error) => {
		if (statusOf(error) !== 404) throw error;
	}));
	return url;
}
/** Ours that begin so. */
async function issues(client, isOurs, begins, state) {
	const ours = (query, pages) => asking("read the issues", "issues: write", () => collectPages(client.paginate.iterator(client.rest.issues.listForRepo, {
		owner: client.owner,
		repo: client.repo,
		state,
		per_page: 100,
		...query
	}), (one) => one.pull_request === void 0 && isOurs(one.user) && one.body?.startsWith(begins) === true ? [{
		id: one.number,
		url: one.html_url,
		first: one.body.split(/\r?\n/, 1)[0] ?? ""
	}] : [], pages));
	const labelled = await ours({ labels: label }, mostPages);
	return labelled.length > 0 ? labelled : ours({}, 5);
}
const openMarkers = async (client, isOurs) => (await issues(client, isOurs, "<!-- vps-test:", "open")).map((one) => one.first);
async function closeIssue(client, isOurs, marker, title, body) {
	const text = marked(marker, body);
	const found = oldest(await issues(client, isOurs, marker, "open"));
	if (found === void 0) return null;
	return asking(`close issue #${found.id}`, "issues: write", async () => (await client.rest.issues.update({
		owner: client.owner,
		repo: client.repo,
		issue_number: found.id,
		title,
		body: text,
		state: "closed",
		state_reason: "completed"
	})).data.html_url);
}
/** A session has one issue: what needed a person before and does so again opens the same. */
async function issue(client, isOurs, marker, title, body) {
	const text = marked(marker, body);
	const at = {
		owner: client.owner,
		repo: client.repo
	};
	const may = (what, call) => asking(what, "issues: write", call);
	const found = oldest(await issues(client, isOurs, marker, "all"));
	if (found !== void 0) return may(`change issue #${found.id}`, async () => (await client.rest.issues.update({
		...at,
		issue_number: found.id,
		title,
		body: text,
		state: "open"
	})).data.html_url);
	return may("open an issue", async () => (await client.rest.issues.create({
		...at,
		title,
		body: text,
		labels: [label]
	})).data.html_url);
}
const oldest = (all) => all.toSorted((a, b) => a.id - b.id)[0];
/** What `pick` takes from each page, up to a bound that no honest repository reaches. */
async function collectPages(pages, pick, most = mostPages) {
	const found = [];
	let count = 0;
	for await (const page of pages) {
		found.push(...page.data.flatMap((one) => pick(one)));
		if (++count === most) break;
	}
	return found;
}

// src/adapters/github/propose.ts
/** One that a person has closed stays closed. */
async function proposePullRequest(client, isOurs, wanted) {
	const { owner, repo } = client;
	const branch = stripHidden(wanted.branch, 200);
	const text = {
		title: wanted.title.slice(0, 250),
		body: wanted.body.slice(0, maxBody)
	};
	const { data } = await asking(`list the pull requests of ${branch}`, "pull-requests: read", () => client.rest.pulls.list({
		owner,
		repo,
		head: `${owner}:${wanted.branch}`,
		state: "all",
		per_page: 100
	}));
	const own = data.filter(({ head, user }) => head.ref === wanted.branch && head.repo?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase() && isOurs(user));
	const known = own.find((p) => p.state === "open") ?? own[0];
	if (known === void 0) return (await asking(`open a pull request of ${branch}`, "pull-requests: write", () => client.rest.pulls.create({
		owner,
		repo,
		head: wanted.branch,
		base: wanted.base,
		...text
	}))).data.html_url;
	if (known.state === "open" && known.body !== text.body) await asking(`change pull request #${known.number}`, "pull-requests: write", () => client.rest.pulls.update({
		owner,
		repo,
		pull_number: known.number,
		body: text.body
	}));
	return known.html_url;
}

// src/adapters/github/forge.ts
/** GitHub as the port `Forge` sees it. */
/** How we know our own check runs among others of the same name. */
const checkId = "vps-test";
/** Open pull requests that are looked at: ten pages. */
const pullPages = 10;
function openForge(options) {
	const client = openClient(options);
	const at = {
		owner: client.owner,
		repo: client.repo
	};
	let us;
	const isOurs = () => us ??= asking("say whose token this is", "contents: read", () => author(client)).catch((error) => {
		us = void 0;
		throw error;
	});
	return {
		runEnded: (run, attempt) => runEnded(client, run, attempt),
		cancelRun: (run) => cancelRun(client, run),
		environment: (name) => environment(client, name),
		approvals: async (run, name) => {
			return (await asking(`say who approved run ${stripHidden(run)}`, "actions: read", () => client.rest.actions.getReviewsForRun({
				...at,
				run_id: runId(run)
			}))).data.flatMap(({ state, user, comment: words, environments }) => state === "pending" || !environments.some((one) => one.name === name) ? [] : [{
				state,
				by: user?.login ?? "ghost",
				comment: words
			}]);
		},
		pullRequestsAt: (sha) => pullRequestsAt(client, sha),
		comment: async (number, marker, body) => upsertComment(client, await isOurs(), number, marker, body),
		issue: async (marker, title, body) => issue(client, await isOurs(), marker, title, body),
		closeIssue: async (marker, title, body) => closeIssue(client, await isOurs(), marker, title, body),
		openIssues: async () => openMarkers(client, await isOurs()),
		propose: async (wanted) => proposePullRequest(client, await isOurs(), wanted),
		check: (wanted) => check(client, wanted),
		visibility: async () => {
			const { data } = await asking("describe the repository", "contents: read", () => client.rest.repos.get(at));
			return data.visibility ?? (data.private ? "private" : "public");
		},
		dispatch: async (workflow, ref, inputs) => {
			await asking(`start ${stripHidden(workflow)} at ${stripHidden(ref)}`, "actions: write", () => client.rest.actions.createWorkflowDispatch({
				...at,
				workflow_id: workflow,
				ref,
				inputs
			}));
		}
	};
}
async function runEnded(client, run, attempt) {
	const at = {
		owner: client.owner,
		repo: client.repo,
		run_id: runId(run)
	};
	try {
		return await asking(`say whether run ${run} has ended`, "actions: read", async () => {
			const { data } = await client.rest.actions.getWorkflowRunAttempt({
				...at,
				attempt_number: attempt
			});
			if (data.status === "completed") return true;
			return ((await client.rest.actions.getWorkflowRun(at)).data.run_attempt ?? 1) > attempt;
		});
	} catch (error) {
		if (isFailure(error, "I452")) return true;
		throw error;
	}
}
async function cancelRun(client, run) {
	const at = {
		owner: client.owner,
		repo: client.repo,
		run_id: runId(run)
	};
	return asking(`cancel run ${run}`, "actions: write", () => client.rest.actions.cancelWorkflowRun(at).then(() => "cancelled", (error) => {
		if ([404, 409].includes(statusOf(error) ?? 0)) return "over";
		throw error;
	}));
}
async function environment(client, name) {
	const asked = () => client.rest.repos.getEnvironment({
		owner: client.owner,
		repo: client.repo,
		environment_name: name
	});
	const answer = await asking(`describe the environment ${stripHidden(name)}`, "actions: read", () => asked().catch((error) => {
		if (statusOf(error) === 404) return void 0;
		throw error;
	}));
	if (answer === void 0) return {
		kind: "missing",
		reviewers: 0,
		waitMinutes: 0
	};
	const rules = answer.data.protection_rules ?? [];
	const reviewers = rules.reduce((sum, rule) => sum + ("reviewers" in rule && rule.type === "required_reviewers" ? rule.reviewers?.length ?? 0 : 0), 0);
	const waitMinutes = rules.reduce((most, rule) => Math.max(most, "wait_timer" in rule && rule.type === "wait_timer" ? rule.wait_timer ?? 0 : 0), 0);
	return {
		kind: reviewers > 0 || waitMinutes > 0 ? "protected" : "open",
		reviewers,
		waitMinutes
	};
}
/** GitHub's list for a commit leaves out commits of forks; the list of open pull requests has their heads. */
async function pullRequestsAt(client, sha) {
	const at = {
		owner: client.owner,
		repo: client.repo,
		per_page: 100
	};
	const ofHead = (one) => one.state === "open" && one.head.sha.toLowerCase() === sha.toLowerCase() ? [{
		number: one.number,
		title: one.title,
		base: one.base.ref,
		repository: one.head.repo?.full_name ?? null,
		branch: one.head.ref
	}] : [];
	return asking(`list the pull requests of ${stripHidden(sha)}`, "pull-requests: read", async () => {
		const byCommit = collectPages(client.paginate.iterator(client.rest.repos.listPullRequestsAssociatedWithCommit, {
			...at,
			commit_sha: sha
		}), ofHead, pullPages).catch((error) => {
			if ([
				404,
				409,
				422
			].includes(statusOf(error) ?? 0)) return [];
			throw error;
		});
		const open = collectPages(client.paginate.iterator(client.rest.pulls.list, {
			...at,
			state: "open",
			sort: "updated",
			direction: "desc"
		}), ofHead, pullPages);
		const found = await Promise.all([byCommit, open]);
		return [...new Map(found.flat().map((one) => [one.number, one])).values()].toSorted((a, b) => a.number - b.number);
	});
}
async function check(client, wanted) {
	if (wanted.summary.length > 65535) throw new Failure({
		code: "H452",
		message: `a check's summary of ${wanted.summary.length} characters; GitHub takes 65535`
	});
	const at = {
		owner: client.owner,
		repo: client.repo
	};
	const content = {
		status: "completed",
		conclusion: wanted.conclusion,
		external_id: checkId,
		output: {
			title: wanted.title,
			summary: wanted.summary
		},
		...wanted.url === void 0 ? {} : { details_url: wanted.url }
	};
	return asking(`write the check ${stripHidden(wanted.name)}`, "checks: write", async () => {
		const ours = (await collectPages(client.paginate.iterator(client.rest.checks.listForRef, {
			...at,
			ref: wanted.sha,
			check_name: wanted.name,
			filter: "all",
			per_page: 100
		}), (one) => one.name === wanted.name && one.external_id === checkId ? [one.id] : [], pullPages)).toSorted((a, b) => b - a)[0];
		const { data } = ours === void 0 ? await client.rest.checks.create({
			...at,
			name: wanted.name,
			head_sha: wanted.sha,
			...content
		}) : await client.rest.checks.update({
			...at,
			check_run_id: ours,
			...content
		});
		return data.html_url ?? data.url;
	});
}
function runId(run) {
	const id = Number(run);
	if (!/^[1-9][0-9]*$/.test(run) || !Number.isSafeInteger(id)) throw new Failure({
		code: "U452",
		message: `a workflow run has a number, not ${stripHidden(run)}`
	});
	return id;
}

export { openForge as t };