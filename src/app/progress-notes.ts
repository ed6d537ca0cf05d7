/** What a run says of its progress, kept beside its session on this machine: another window shows it (`status --watch`). */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Noted, ProgressNotes } from '../domain/progress.ts'
import { every, fields, list, record, text, time } from '../domain/shape.ts'
import { stripHidden } from '../domain/text.ts'
import type { Clock, Log } from '../ports.ts'

const file = 'progress.json'
const everyMs = 400
const most = { lines: 30, keys: 100, characters: 400 } as const

/** The same log, and its newest words on the disk a moment later; that they cannot be kept keeps nothing from being done. */
export function notingLog(log: Log, folder: string, clock: Clock, signal: AbortSignal): Log {
  const keys = new Map<string, Noted>()
  const lines: Noted[] = []
  let [changed, writing] = [false, false]
  const write = async (): Promise<void> => {
    writing = true
    while (changed) {
      changed = false
      const notes: ProgressNotes = { keys: Object.fromEntries(keys), lines: lines.slice(-most.lines) }
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, `.${file}.new`), JSON.stringify(notes))
      await rename(join(folder, `.${file}.new`), join(folder, file))
      if (!signal.aborted) await clock.sleep(everyMs, signal).catch(() => undefined)
    }
  }
  const note = (keep: (noted: Noted) => void, words: string): void => {
    keep({ at: clock.now(), text: stripHidden(words, most.characters) })
    changed = true
    if (!writing)
      void write()
        .catch(() => undefined)
        .finally(() => {
          writing = false
        })
  }
  const line = (noted: Noted): void => {
    lines.push(noted)
    if (lines.length > 2 * most.lines) lines.splice(0, lines.length - most.lines)
  }
  return {
    info: (words) => {
      note(line, words)
      log.info(words)
    },
    warn: (words) => {
      note(line, `warning: ${words}`)
      log.warn(words)
    },
    progress: (key, words) => {
      note((noted) => {
        keys.delete(key)
        keys.set(stripHidden(key, 100), noted)
        if (keys.size > most.keys) keys.delete([...keys.keys()][0] ?? '')
      }, words)
      log.progress(key, words)
    },
  }
}

const noted = fields({ at: time, text })
const shape = every<ProgressNotes>({ keys: record(noted), lines: list(noted, 2 * most.lines) })

/** A file that is none of ours, or is not there, says nothing. */
export async function readProgress(folder: string): Promise<ProgressNotes> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'))
    if (shape(value) === null) return value as ProgressNotes
  } catch {
    // As if it were not there.
  }
  return { keys: {}, lines: [] }
}
