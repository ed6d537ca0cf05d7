import { s as RequestError, t as Octokit } from "./octokit.js";

export { Octokit };