/**
 * What a step of a workflow reads and shows: inputs, outputs, masks, the summary, annotations, and a log in which no
 * remote text is a command.
 */
import { existsSync, statSync } from 'node:fs'
import * as core from '@actions/core'
import type { Annotation } from '../../domain/annotation.ts'
import { harmless, type Terminal, uncommanded } from '../terminal.ts'
import { cutMarkdown } from './cut.ts'

export interface Surface {
  /** Trimmed; empty where the caller gave none. The name is that of action.yml. */
  input(name: string): string
  /** As it came: a key without its last newline is none. */
  rawInput(name: string): string
  /** Text as it is, anything else as JSON. */
  setOutputs(values: Readonly<Record<string, unknown>>): void
  /**
   * Nothing of this text is shown in the log from here on: not as a whole, not a line of it, not with its lines joined.
   */
  mask(secret: string): void
  /**
   * Appends to the job's summary; what GitHub would not take is cut off, and says so. False where there is no summary.
   */
  writeSummary(markdown: string): Promise<boolean>
  /** The worst first, ten at most: the runner drops the others, without choosing. */
  annotate(all: readonly Annotation[]): void
  group<T>(title: string, work: () => Promise<T>): Promise<T>
  /** Ends the step as failed, with this as its annotation. */
  fail(title: string, message: string): void
  readonly terminal: Terminal
}

/** Over this the runner skips the whole summary. */
const summaryBytes = 1024 * 1024
const mostAnnotations = 10
const quietMs = 2000

/** `env`: as it was when this process began, since inputs are taken out of it. */
export function openSurface(env: Readonly<Record<string, string | undefined>>): Surface {
  const given = (name: string): string => env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? ''
  return {
    input: (name) => given(name).trim(),
    rawInput: given,
    setOutputs(values) {
      for (const [name, value] of Object.entries(values)) core.setOutput(name, value)
    },
    mask(secret) {
      for (const part of secretParts(secret)) core.setSecret(part)
    },
    async writeSummary(markdown) {
      const file = process.env['GITHUB_STEP_SUMMARY'] ?? ''
      if (file === '' || !existsSync(file)) return false
      await core.summary.addRaw(cutMarkdown(markdown, summaryBytes - statSync(file).size - 1), true).write()
      return true
    },
    annotate(all) {
      const order = ['error', 'warning', 'notice']
      for (const one of all
        .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
        .slice(0, mostAnnotations)) {
        core[one.level](harmless(one.message).slice(0, 4000), {
          title: harmless(one.title).slice(0, 250),
          ...(one.file === undefined
            ? {}
            : { file: one.file, ...(one.line === undefined ? {} : { startLine: one.line }) }),
        })
      }
    },
    group: (title, work) => core.group(harmless(title), work),
    fail(title, message) {
      process.exitCode = 1
      core.error(harmless(message).slice(0, 4000), { title: harmless(title).slice(0, 250) })
    },
    terminal: githubTerminal(),
  }
}

/** The whole, each line, and the lines without those of PEM joined: what a log could show of a key. */
export function secretParts(secret: string): readonly string[] {
  const whole = secret.trim()
  const lines = whole
    .split(/\r\n?|\n|\\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const joined = lines.filter((line) => !line.startsWith('-----')).join('')
  return [...new Set([whole, whole.replaceAll('\r', ''), ...lines, joined])].filter((part) => part !== '')
}

/**
 * Never a terminal, whatever the stream says: under local runners it is one. All on one stream, so that lines keep
 * their order.
 */
function githubTerminal(): Terminal {
  const last = new Map<string, number>()
  const same = (text: string): string => text
  const line = (text: string): void => core.info(harmless(text))
  return {
    interactive: false,
    columns: () => null,
    stripe: (_, text) => text,
    palette: { good: same, bad: same, warn: same, dim: same },
    print: (text) => core.info(uncommanded(text.replace(/\n$/, ''))),
    info: line,
    warn: (text) => line(`warning: ${text}`),
    progress(key, text) {
      const now = Date.now()
      if (now - (last.get(key) ?? 0) < quietMs) return
      last.set(key, now)
      line(`  ${text}`)
    },
  }
}
