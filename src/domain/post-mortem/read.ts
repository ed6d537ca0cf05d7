/** What a node told after a failure, read by its sections: the same for the run, for `verify` and for a person. */
import type { Diagnosis, DiskLook, PortHolder } from '../diagnosis.ts'
import { stripHidden } from '../text.ts'
import { machineOf } from './machine.ts'
import { sectionWord, type AskedOf, type PostMortem } from './told.ts'

/** Null: it did not answer. */
export const readPostMortem = ({ lines, of }: PostMortem): Diagnosis | null =>
  lines === null ? null : parseDiagnosis(lines.join('\n'), of)

export function parseDiagnosis(stdout: string, { unit, listens, releases, data }: AskedOf): Diagnosis {
  const found = [...stdout.matchAll(new RegExp(`^${sectionWord} (\\w+)(?: (.*))?\\n`, 'gm'))]
  // What the program said is last, and may hold lines that look like ours.
  const said = found.findIndex((m) => m[1] === 'said')
  const sections = (said === -1 ? found : found.slice(0, said + 1)).map((m, i, all) => ({
    name: m[1],
    of: m[2] ?? '',
    text: stdout.slice(m.index + m[0].length, all[i + 1]?.index ?? stdout.length),
  }))
  const text = (name: string, of = ''): string => sections.find((s) => s.name === name && s.of === of)?.text ?? ''
  const machine = machineOf(text)
  return {
    unit,
    listens,
    result: endOf(machine),
    holder: parsePortHolder(text('holder')),
    releases: parseDisk(releases, text('disk', releases)),
    data: parseDisk(data, text('disk', data)),
    firewall: text('firewall'),
    machine,
    said: text('said')
      .split('\n')
      .map((l) => stripHidden(l, 300))
      .filter((l) => l !== ''),
  }
}

/** Of the unit now; one that systemd has just started again has none, and ended as systemd said last. */
function endOf({ unit, systemd }: Diagnosis['machine']): string {
  const now = unit?.result ?? ''
  if (now !== '' && now !== 'success') return now
  return (
    systemd.map((l) => /: Failed with result '([a-z-]{1,30})'/.exec(l)?.[1]).findLast((r) => r !== undefined) ?? now
  )
}

export function parsePortHolder(stdout: string): PortHolder | null {
  const [pid = '', program = '', unit = '-', project = '-', session = '-'] = stdout.split('\n').map((l) => l.trim())
  if (!/^\d+$/.test(pid)) return null
  return {
    pid: Number(pid),
    program: program.slice(0, 50),
    unit: unit === '-' ? null : unit,
    owner: project === '-' || session === '-' || project === '' ? null : { project, session },
  }
}

function parseDisk(path: string, text: string): DiskLook | null {
  const [used, free, inodes, own, mount = ''] = text.trim().split(' ')
  const number = (word: string | undefined): number | null =>
    word !== undefined && /^\d{1,18}$/.test(word) ? Number(word) : null
  return number(used) === null || number(free) === null
    ? null
    : {
        path,
        usedKiB: number(used),
        freeKiB: number(free),
        freeInodes: number(inodes),
        ownKiB: number(own),
        mount: mount.split(','),
      }
}
