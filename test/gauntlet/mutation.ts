/** Not a test: random changes of a sealed folder that know its structure, files, lines, keys and values, as data. */
import fc from 'fast-check'

/** A folder in memory: what each file holds, by its path. */
export type FolderBytes = ReadonlyMap<string, Uint8Array>

interface At {
  readonly file: number
  readonly at: number
}
interface Two extends At {
  readonly other: number
}
type OfValue =
  | ({ readonly kind: 'set'; readonly value: unknown } & At)
  | ({ readonly kind: 'nudge' | 'drop' } & At)
  | ({ readonly kind: 'copy' | 'swap' } & Two)
type OfLine =
  | ({ readonly kind: 'drop line' } & At)
  | ({ readonly kind: 'double line' } & At)
  | ({ readonly kind: 'swap lines' } & Two)
type OfBytes =
  | ({ readonly kind: 'truncate' } & At)
  | ({ readonly kind: 'insert'; readonly bytes: Uint8Array } & At)
  | ({ readonly kind: 'flip'; readonly bit: number } & At)
type OfFile =
  | { readonly kind: 'swap files'; readonly file: number; readonly other: number }
  | { readonly kind: 'copy file'; readonly file: number; readonly other: number }
  | { readonly kind: 'drop file'; readonly file: number }
  | { readonly kind: 'rename'; readonly file: number; readonly name: string }

/** Where numbers say `file`, `at` or `other`, they are taken modulo how many there are. */
export type Mutation = OfValue | OfLine | OfBytes | OfFile

/** `none`: as it lies. `manifest`: listed anew. `all`: chain, plan's digest, verdict, page and manifest follow again. */
export type Sealing = 'none' | 'manifest' | 'all'

const where = fc.nat(1_000_000)
const file = fc.nat(40)
const value = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1, 0.5, 1e308, 2 ** 53, '', 'x', '__proto__', 'constructor', 'none'),
  fc.constantFrom(
    'saorsa-1',
    'saorsa-9',
    '198.18.2.10',
    'there',
    'absent',
    'passed',
    'direct',
    '../x',
    '<b>',
    '\u0000',
  ),
  fc.constantFrom([], {}, [null], [[]], { kind: 'there' }, { kind: 'absent' }, { kind: 'not-read', why: 'x' }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
const name = fc.constantFrom('evidence/more.json', 'evidence/suites/command.jsonl', 'junit.xml', 'a/b', '__proto__')

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), file, at: where, value }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('nudge' as const, 'drop' as const), file, at: where }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('copy' as const, 'swap' as const), file, at: where, other: where }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('drop line' as const, 'double line' as const), file, at: where }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('swap lines' as const), file, at: where, other: where }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('swap files' as const, 'copy file' as const), file, other: file }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop file' as const), file }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), file, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), file, at: where }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      file,
      at: where,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flip' as const), file, at: where, bit: fc.nat(7) }) },
)

export interface Attack {
  /** Which of the honest tests. */
  readonly of: number
  readonly mutations: readonly Mutation[]
  readonly sealing: Sealing
}

export const attack: fc.Arbitrary<Attack> = fc.record({
  of: fc.nat(3),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
  sealing: fc.constantFrom('none' as const, 'manifest' as const, 'all' as const, 'all' as const),
})

export function mutated(folder: FolderBytes, mutations: readonly Mutation[]): FolderBytes {
  const files = new Map(folder)
  for (const one of mutations) {
    const paths = [...files.keys()].toSorted()
    const path = paths[one.file % Math.max(1, paths.length)]
    const bytes = path === undefined ? undefined : files.get(path)
    if (path === undefined || bytes === undefined) return files
    if (one.kind === 'drop file') files.delete(path)
    else if (one.kind === 'rename') {
      files.delete(path)
      files.set(one.name, bytes)
    } else if (one.kind === 'swap files' || one.kind === 'copy file') {
      const second = paths[one.other % paths.length] ?? path
      const others = files.get(second) ?? bytes
      files.set(path, others)
      if (one.kind === 'swap files') files.set(second, bytes)
    } else files.set(path, changed(path, bytes, one))
  }
  return files
}

function changed(path: string, bytes: Uint8Array, one: OfValue | OfLine | OfBytes): Uint8Array {
  const at = one.at % (bytes.length + 1)
  switch (one.kind) {
    case 'truncate':
      return bytes.subarray(0, at)
    case 'insert':
      return Buffer.concat([bytes.subarray(0, at), one.bytes, bytes.subarray(at)])
    case 'flip': {
      const copy = Uint8Array.from(bytes)
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << one.bit)
      return copy
    }
    case 'drop line':
    case 'double line':
    case 'swap lines':
      return Buffer.from(linesChanged(Buffer.from(bytes).toString(), one))
    case 'set':
    case 'nudge':
    case 'drop':
    case 'copy':
    case 'swap':
      return valuesChanged(path, bytes, one)
  }
}

function linesChanged(text: string, one: OfLine): string {
  const lines = text.split('\n')
  const at = one.at % lines.length
  const line = lines[at] ?? ''
  if (one.kind === 'drop line') lines.splice(at, 1)
  else if (one.kind === 'double line') lines.splice(at, 0, line)
  else {
    const other = one.other % lines.length
    lines[at] = lines[other] ?? ''
    lines[other] = line
  }
  return lines.join('\n')
}

/** A value inside another: its holder, and the key or place there. */
interface Slot {
  readonly holder: Record<string, unknown>
  readonly key: string
}

function slotsOf(root: unknown, found: Slot[] = []): readonly Slot[] {
  if (typeof root !== 'object' || root === null) return found
  const holder = root as Record<string, unknown>
  for (const key of Object.keys(holder)) {
    found.push({ holder, key })
    slotsOf(holder[key], found)
  }
  return found
}

/** A file that holds no JSON keeps its bytes. */
function valuesChanged(path: string, bytes: Uint8Array, one: OfValue): Uint8Array {
  const lines = path.endsWith('.jsonl')
  let root: unknown
  try {
    const text = Buffer.from(bytes).toString()
    root = lines
      ? text
          .split('\n')
          .filter((l) => l !== '')
          .map((l) => JSON.parse(l) as unknown)
      : JSON.parse(text)
  } catch {
    return bytes
  }
  const slots = slotsOf(root)
  const slot = slots[one.at % Math.max(1, slots.length)]
  if (slot === undefined) return bytes
  change(slot, slots, one)
  const text = lines ? (root as readonly unknown[]).map((v) => `${JSON.stringify(v)}\n`).join('') : jsonOf(root)
  return Buffer.from(text)
}

const jsonOf = (root: unknown): string => `${JSON.stringify(root, null, 1)}\n`

function change({ holder, key }: Slot, slots: readonly Slot[], one: OfValue): void {
  switch (one.kind) {
    case 'set':
      holder[key] = one.value
      return
    case 'nudge':
      holder[key] = nudged(
        holder[key],
        slots.filter((s) => s.key === key).map((s) => s.holder[key]),
      )
      return
    case 'drop':
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else delete holder[key]
      return
    case 'copy':
    case 'swap': {
      // Of the same name where there are more: what stands there is of the right shape, and of something else.
      const alike = slots.filter((s) => s.key === key)
      const other = alike[one.other % alike.length] ?? { holder, key }
      const [mine, others] = [holder[key], structuredClone(other.holder[other.key])]
      if (one.kind === 'swap') other.holder[other.key] = structuredClone(mine)
      holder[key] = others
    }
  }
}

/** Another value of the same kind. */
function nudged(v: unknown, alike: readonly unknown[]): unknown {
  if (typeof v === 'number') return v + 1
  if (typeof v === 'boolean') return !v
  if (v === null) return alike.find((a) => a !== null) ?? 0
  if (typeof v === 'string') return alike.find((a) => typeof a === 'string' && a !== v) ?? `${v}0`
  if (Array.isArray(v)) return [...(v as readonly unknown[]), ...(v as readonly unknown[]).slice(-1)]
  return null
}
