/** The shape of a build's record in evidence, which may be a stranger's. */
import type { BuildRecord, SandboxKind, Toolchain, Uncommitted } from './build.ts'
import type { ElfInfo } from './elf.ts'
import { every, flag, list, number, oneOf, orNull, text, union } from './shape.ts'

const uncommitted = every<Uncommitted>({ count: number, paths: list(text, 1000), digest: text })
export const buildShape = every<BuildRecord>({
  source: oneOf('zigbuild', 'native', 'file', 'release'),
  name: text,
  sha256: text,
  bytes: number,
  elf: every<ElfInfo>({
    bits: number,
    endian: text,
    machine: text,
    type: text,
    isProgram: flag,
    interpreter: orNull(text),
    isStatic: flag,
    needed: list(text, 10_000),
    glibc: orNull(text),
  }),
  from: union<BuildRecord['from']>({
    none: { why: text },
    git: {
      root: text,
      subdir: text,
      commit: text,
      tree: orNull(text),
      subject: text,
      time: number,
      branch: orNull(text),
      dirty: orNull(uncommitted),
    },
    file: { path: text },
    release: { repository: text, tag: text, asset: text, digest: text },
  }),
  uncommitted: orNull(uncommitted),
  toolchain: orNull(every<Toolchain>({ rustc: text, cargo: text, zigbuild: orNull(text), zig: orNull(text) })),
  glibc: orNull(text),
  argv: list(text, 1000),
  seconds: number,
  sandbox: orNull(union<SandboxKind>({ 'another user': {}, 'user namespace': {}, none: { why: text } })),
  before: list(every<BuildRecord['before'][number]>({ source: text, reason: text, message: text }), 100),
})
