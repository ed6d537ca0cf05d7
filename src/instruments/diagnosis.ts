/** Asks a node why the program failed on it: one command, read by its sections. */
import { dataDir } from '../commands/service.ts'
import { lookForCauses, sectionWord, type DiagnosisOf } from '../commands/diagnosis.ts'
import { parsePortHolder } from '../commands/port-holder.ts'
import type { Diagnosis, DiskLook } from '../domain/diagnosis.ts'
import type { NodeName } from '../domain/fleet.ts'
import { stripHidden } from '../domain/text.ts'
import type { Abortable, Nodes } from '../ports.ts'

export interface Diagnosed {
  readonly diagnosis: Diagnosis
  /** As the node told it, for whoever reads evidence. */
  readonly text: string
}

/** Null: the node did not answer. */
export async function askWhy(
  world: Nodes & Abortable,
  node: NodeName,
  of: Omit<DiagnosisOf, 'data'>,
): Promise<Diagnosed | null> {
  const asked = { ...of, data: dataDir(of.unit) }
  try {
    const { stdout } = await (
      await world.remote(node)
    ).run(lookForCauses(asked), { timeoutMs: 30_000, signal: world.signal, maxBytes: 1 << 18 })
    return { diagnosis: parseDiagnosis(stdout, asked), text: stdout }
  } catch {
    world.signal.throwIfAborted()
    return null
  }
}

export function parseDiagnosis(
  stdout: string,
  { unit, listens, releases, data }: Pick<DiagnosisOf, 'unit' | 'listens' | 'releases' | 'data'>,
): Diagnosis {
  const found = [...stdout.matchAll(new RegExp(`^${sectionWord} (\\w+)(?: (.*))?\\n`, 'gm'))]
  // What the program said is last, and may hold lines that look like ours.
  const said = found.findIndex((m) => m[1] === 'said')
  const sections = (said === -1 ? found : found.slice(0, said + 1)).map((m, i, all) => ({
    name: m[1],
    of: m[2] ?? '',
    text: stdout.slice(m.index + m[0].length, all[i + 1]?.index ?? stdout.length),
  }))
  const text = (name: string, of = ''): string => sections.find((s) => s.name === name && s.of === of)?.text ?? ''
  return {
    unit,
    listens,
    result: /^Result=([a-z-]{1,30})$/m.exec(text('state'))?.[1] ?? '',
    holder: parsePortHolder(text('holder')),
    releases: parseDisk(releases, text('disk', releases)),
    data: parseDisk(data, text('disk', data)),
    firewall: text('firewall'),
    said: text('said')
      .split('\n')
      .map((l) => stripHidden(l, 300))
      .filter((l) => l !== ''),
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
