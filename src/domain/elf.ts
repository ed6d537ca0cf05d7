/**
 * Reads what an ELF file asks of the machine it runs on: architecture, loader, libraries and the newest GLIBC symbol
 * version (System V gABI; LSB symbol versioning).
 */
import type { NodeRuntime } from './runtime.ts'

/** The only error {@link readElf} throws, whatever the bytes. */
export class ElfError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ElfError'
  }
}

export interface ElfInfo {
  readonly bits: 32 | 64
  readonly endian: 'little' | 'big'
  /** As `uname -m` says it where known (`x86_64`, `aarch64`), else `em-<number>`. */
  readonly machine: string
  readonly type: 'relocatable' | 'executable' | 'shared' | 'core' | 'other'
  /** Can be started: `executable`, or `shared` with a loader or the linker's PIE mark (DF_1_PIE). */
  readonly isProgram: boolean
  /** The loader's path; null for a static program or a library. */
  readonly interpreter: string | null
  /** No loader and no needed library. */
  readonly isStatic: boolean
  readonly needed: readonly string[]
  /** Highest GLIBC_x.y that the dynamic symbols need, `2.31`; null where none is. */
  readonly glibc: string | null
}

const machines: Readonly<Record<number, string>> = {
  3: 'i686',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'armv7l',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
}
const types = ['other', 'relocatable', 'executable', 'shared', 'core'] as const
const LOAD = 1,
  DYNAMIC = 2,
  INTERP = 3
const NEEDED = 1n,
  STRTAB = 5n,
  STRSZ = 10n,
  VERNEED = 0x6ffffffen,
  VERNEEDNUM = 0x6fffffffn,
  FLAGS_1 = 0x6ffffffbn
const DF_1_PIE = 0x08000000
/** Bounds on what a hostile file can make us walk through; real programs stay far below. */
const limits = { segments: 1024, dynamic: 4096, versions: 4096, text: 4096 } as const

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

export function readElf(bytes: Uint8Array): ElfInfo {
  const at = reader(bytes)
  const head = at.header()
  const segments = at.segments(head)
  const interp = segments.find((s) => s.type === INTERP)
  const dynamic = segments.find((s) => s.type === DYNAMIC)
  const links = dynamic === undefined ? { needed: [], versions: [], pie: false } : at.dynamic(dynamic, segments)
  const interpreter = interp === undefined ? null : at.text(interp.offset, interp.offset + interp.size)
  const type = types[head.type] ?? 'other'
  return {
    bits: at.bits,
    endian: at.little ? 'little' : 'big',
    machine: machines[head.machine] ?? `em-${head.machine}`,
    type,
    isProgram: type === 'executable' || (type === 'shared' && (interpreter !== null || links.pie)),
    interpreter,
    isStatic: interpreter === null && links.needed.length === 0,
    needed: links.needed,
    glibc: highest(links.versions),
  }
}

/** Why this binary cannot run on this node, one sentence each; empty when nothing speaks against it. */
export function elfFaults(elf: ElfInfo, node: NodeRuntime, name: string): readonly string[] {
  const faults: string[] = []
  if (!elf.isProgram) faults.push(`not a program but a ${elf.type} ELF file`)
  if (elf.machine !== node.arch) faults.push(`${elf.machine} binary, ${name} is ${node.arch}`)
  if (elf.isStatic) return faults
  const musl = elf.interpreter !== null && /\/ld-musl-/.test(elf.interpreter)
  switch (node.libc.kind) {
    case 'glibc':
      if (musl) faults.push(`needs musl's loader ${elf.interpreter}, ${name} has glibc ${node.libc.version}`)
      if (elf.glibc !== null && compareVersions(elf.glibc, node.libc.version) > 0)
        faults.push(`needs GLIBC_${elf.glibc}, ${name} has ${node.libc.version}`)
      return faults
    case 'musl':
      if (!musl) faults.push(`needs glibc${elf.glibc === null ? '' : ` ${elf.glibc}`}, ${name} has musl`)
      return faults
    case 'unknown':
      faults.push(`needs a C library, and ${name} did not say which it has`)
      return faults
  }
}

export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number),
    right = b.split('.').map(Number)
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return 0
}

const highest = (versions: readonly string[]): string | null =>
  versions
    .flatMap((v) => /^GLIBC_(\d{1,4}(?:\.\d{1,4}){1,3})$/.exec(v)?.[1] ?? [])
    .reduce<string | null>((best, v) => (best === null || compareVersions(v, best) > 0 ? v : best), null)

function reader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 16 || view.getUint32(0) !== 0x7f454c46) throw new ElfError('not an ELF file')
  const wide = bytes[4] === 2,
    little = bytes[5] === 1
  if (!wide && bytes[4] !== 1) throw new ElfError(`unknown ELF class ${bytes[4]}`)
  if (!little && bytes[5] !== 2) throw new ElfError(`unknown ELF byte order ${bytes[5]}`)

  const need = (offset: number, size: number): void => {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + size > bytes.length)
      throw new ElfError(`points outside the file: ${size} bytes at ${offset} of ${bytes.length}`)
  }
  const u16 = (o: number): number => {
    need(o, 2)
    return view.getUint16(o, little)
  }
  const u32 = (o: number): number => {
    need(o, 4)
    return view.getUint32(o, little)
  }
  const u64 = (o: number): bigint => {
    need(o, 8)
    return view.getBigUint64(o, little)
  }
  /** A native word: 4 or 8 bytes by class. Values beyond 2^53 stay finite and fail in {@link need}. */
  const word = (o: number): number => (wide ? Number(u64(o)) : u32(o))
  const text = (from: number, end: number): string => {
    need(from, 1)
    const stop = Math.min(end, from + limits.text, bytes.length)
    const zero = bytes.subarray(from, stop).indexOf(0)
    if (zero < 0) throw new ElfError(`a name at ${from} does not end`)
    return new TextDecoder('latin1').decode(bytes.subarray(from, from + zero))
  }

  const header = () => ({
    type: u16(16),
    machine: u16(18),
    table: word(wide ? 32 : 28),
    size: u16(wide ? 54 : 42),
    count: u16(wide ? 56 : 44),
  })

  function segments(head: ReturnType<typeof header>): readonly Segment[] {
    if (head.count > limits.segments) throw new ElfError(`${head.count} program headers`)
    if (head.count > 0 && head.size < (wide ? 56 : 32)) throw new ElfError(`program headers of ${head.size} bytes`)
    return Array.from({ length: head.count }, (_, i) => {
      const p = head.table + i * head.size
      return {
        type: u32(p),
        offset: word(p + (wide ? 8 : 4)),
        address: word(p + (wide ? 16 : 8)),
        size: word(p + (wide ? 32 : 16)),
      }
    })
  }

  /** Through DT_* and PT_LOAD, as the loader reads it: section headers may be stripped or may lie. */
  function dynamic(segment: Segment, all: readonly Segment[]) {
    const entries = new Map<bigint, number>()
    const neededAt: number[] = []
    const step = wide ? 16 : 8
    for (let i = 0; i < Math.min(limits.dynamic, Math.floor(segment.size / step)); i++) {
      const o = segment.offset + i * step
      const tag = wide ? u64(o) : BigInt(u32(o))
      if (tag === 0n) break
      const value = word(o + step / 2)
      if (tag === NEEDED) neededAt.push(value)
      else entries.set(tag, value)
    }
    const file = (address: number): number => {
      const load = all.find((s) => s.type === LOAD && address >= s.address && address < s.address + s.size)
      if (load === undefined) throw new ElfError(`address ${address} is in no loaded segment`)
      return address - load.address + load.offset
    }
    const strings = entries.get(STRTAB)
    const pie = ((entries.get(FLAGS_1) ?? 0) & DF_1_PIE) !== 0
    if (strings === undefined) return { needed: [], versions: [], pie }
    const base = file(strings)
    const name = (o: number): string => text(base + o, base + (entries.get(STRSZ) ?? 0))
    const verneed = entries.get(VERNEED)
    return {
      pie,
      needed: neededAt.map(name),
      versions: verneed === undefined ? [] : versions(file(verneed), entries.get(VERNEEDNUM) ?? 0, name),
    }
  }

  /**
   * Elf_Verneed lists of Elf_Vernaux: both have one layout for 32 and 64 bit. Offsets are relative and unsigned, so
   * each list only moves forward.
   */
  function versions(first: number, files: number, name: (o: number) => string): readonly string[] {
    const found: string[] = []
    for (let at = first, i = 0; i < files; i++) {
      if (i > limits.versions) throw new ElfError('too many version files')
      for (let aux = at + u32(at + 8), j = 0; j < u16(at + 2); j++) {
        if (found.push(name(u32(aux + 8))) > limits.versions) throw new ElfError('too many symbol versions')
        const next = u32(aux + 12)
        if (next === 0) break
        aux += next
      }
      const next = u32(at + 12)
      if (next === 0) break
      at += next
    }
    return found
  }

  return { bits: wide ? (64 as const) : (32 as const), little, header, segments, dynamic, text }
}
