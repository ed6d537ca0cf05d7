/** One project for each layer of the tests (scripts/layers.mjs): pure, local, lab, act. */
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { filesOf, type Layer } from './scripts/layers.mjs'

const minute = 60_000

/** Every Node that a test starts finds what an earlier one compiled. */
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compile')

/** `histories`: how many random histories a property of the domain is tried with. */
const layer = (name: Layer, patienceMs: number, histories: number) => ({
  test: {
    name,
    ...filesOf(name),
    // What is pure leaves nothing behind, so its files may share a worker.
    isolate: name !== 'pure',
    testTimeout: patienceMs,
    hookTimeout: patienceMs,
    // A condition that is waited for may come late on a busy machine; only one that never comes fails.
    expect: { poll: { timeout: minute / 2 } },
    provide: { histories },
    setupFiles: ['test/computed.setup.ts'],
    globalSetup: name === 'pure' ? [] : ['test/dist/bundle.setup.ts'],
  },
})

declare module 'vitest' {
  interface ProvidedContext {
    readonly histories: number
  }
}

export default defineConfig({
  test: {
    allowOnly: false,
    passWithNoTests: false,
    reporters: ['default'],
    teardownTimeout: minute,
    maxWorkers: 2,
    projects: [
      layer('pure', minute, 1_000),
      layer('local', 5 * minute, 10_000),
      layer('lab', 10 * minute, 10_000),
      layer('act', 10 * minute, 10_000),
    ],
  },
})
