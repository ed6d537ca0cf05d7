import { t as openForge } from "./forge.js";

export { openForge };