import { Wt as openForge } from "./shared.js";

export { openForge };