/** How one try of a fix ends: a commit, or the reason why there is none. */
import { z } from 'zod'

/** Why no fix came of it: each is told to the person who is waited for. */
export const gaveUpReasons = {
  'not the program': 'what failed is no fault of the program',
  'no commit': 'what was tested is no commit that could be mended',
  'no sandbox': 'this machine has no way to enclose the command',
  'another machine': 'fix commands act on one machine, not in jobs that hold the key of a fleet',
  'attempts used up': 'as many fixes as are allowed did not mend it',
  'command failed': 'the fix command ended badly',
  'too long': 'it did not end in its time',
  'too much output': 'it said more than it may',
  'too much memory': 'its processes took more memory than they may',
  'too many processes': 'it had more processes than it may',
  'no change': 'it changed nothing',
  'outside its paths': 'it changed what it may not change',
  'no regular file': 'it left a link or another thing that is no regular file',
  'a secret': 'a file that it left holds a variable that it was given',
  'too large': 'what it changed is more than a fix',
  'same again': 'it came to a state that was tested before, or made the same change again',
  'tests weakened': 'fewer tests are executed than before, or some are gone',
  'tests failed': 'the local tests do not pass with it',
} as const

export type GaveUpReason = keyof typeof gaveUpReasons
export const gaveUpReason = z.enum(Object.keys(gaveUpReasons) as [GaveUpReason, ...GaveUpReason[]])

/** One command of local tests: what it executed before the fix, and after it; null: it cannot be told. */
export const testedLocally = z
  .object({
    command: z.string(),
    before: z.int().nonnegative().nullable(),
    after: z.int().nonnegative().nullable(),
  })
  .readonly()
export type TestedLocally = z.infer<typeof testedLocally>

const object = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)

/** A fleet of three hundred nodes has no more pairs that are planned. */
export const mostRed = 2000

const red = z
  .object({
    suite: z.string(),
    group: z.string(),
    subject: z.string(),
    /** Null: of no pair. */
    pair: z.object({ from: z.string(), to: z.string() }).readonly().nullable(),
  })
  .readonly()
export type Red = z.infer<typeof red>

const subjects = z.array(z.string()).max(mostRed).readonly()
/** What had failed before a fix, by what became of it: nothing that counts is unknown. */
export const redNowFacts = z.object({ green: subjects, red: subjects, unknown: subjects }).readonly()
export type RedNow = z.infer<typeof redNowFacts>

/** `fault`: why the remote does not have it; null: it has. */
const pushed = z.object({ remote: z.string(), fault: z.string().nullable() }).readonly()
export type Pushed = z.infer<typeof pushed>

/** A fix that was committed. */
export const fixFacts = z
  .object({
    /** From 1, of this session. */
    number: z.int().positive(),
    commit: object,
    parent: object,
    tree: object,
    parentTree: object,
    branch: z.string(),
    subject: z.string(),
    files: z.array(z.string()).max(500).readonly(),
    /** Of the lines that it takes away and adds, of binary contents, and of modes. */
    diff: z.string().regex(/^[0-9a-f]{64}$/),
    tests: z.array(testedLocally).max(20).readonly(),
    /** What had failed. */
    red: z.array(red).max(mostRed).readonly(),
    /** It is tried alone before the whole test; false: nothing of it can be. */
    first: z.boolean(),
    seconds: z.number(),
    /** What became of its push; null: none was asked for. */
    pushed: pushed.nullable(),
  })
  .readonly()
export type FixFacts = z.infer<typeof fixFacts>
