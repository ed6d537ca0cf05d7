#!/usr/bin/env node
/** The command `vps-test` of a checkout: the same first stage as `npm run vps-test --`, in the caller's directory. */
import { go } from '../scripts/go.mjs'

process.exitCode = await go(['vps-test', ...process.argv.slice(2)])
