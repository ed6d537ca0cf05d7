/**
 * What the job that compiles, which has no secret, hands to the job that records: words of a machine on which the
 * project's code ran.
 */
import { buildFaultKinds } from './cargo-failure.ts'
import type { BuildRecord } from './build.ts'
import type { FailureInfo, FailureKind } from './failure.ts'
import { failureRow } from './failures/failures.ts'
import type { Plan } from './plan.ts'
import {
  anything,
  every,
  fields,
  kinds,
  list,
  name,
  number,
  oneOf,
  optional,
  orNull,
  text,
  whole,
  type Check,
} from './shape.ts'

/** A failure as data, without a remedy, which a person would type. One of the harness ends the job that met it. */
export type CompileFault = Pick<FailureInfo, 'code' | 'message' | 'faults'>

const kindsHandedOver: readonly FailureKind[] = ['usage', 'infra', 'product', 'busy']
export const isHandedOver = (code: unknown): boolean => {
  const row = failureRow(code)
  return row !== undefined && kindsHandedOver.includes(row.kind)
}

export type Compiled =
  | { readonly kind: 'built'; readonly record: BuildRecord }
  | { readonly kind: 'elsewhere'; readonly before: BuildRecord['before'] }
  | { readonly kind: 'failed'; readonly fault: CompileFault }

/** Whether the project's code is compiled by whoever does BUILD, rather than on the build host or not at all. */
export const compilesHere = ({ source }: Plan, before: BuildRecord['before']): boolean =>
  source.kind === 'build' && source.native !== true && before.length === 0

/** A compiler's errors are cut to this many before they are handed over. */
export const mostFaults = 100

const methods = oneOf('zigbuild', 'native', 'file', 'release')
const before = list(fields({ source: methods, reason: oneOf(...buildFaultKinds), message: text }), 10)
const toolchain = fields({ rustc: name, cargo: name, zigbuild: orNull(name), zig: orNull(name) })
const sandbox = kinds({
  'another user': anything,
  'user namespace': anything,
  none: fields({ why: text }),
})
const record = every<BuildRecord>({
  source: oneOf('zigbuild'),
  name,
  sha256: name,
  bytes: whole,
  elf: anything,
  from: kinds({
    none: fields({ why: text }),
    git: fields({ commit: name, dirty: orNull(fields({ digest: name })) }),
  }),
  uncommitted: orNull(fields({ count: whole, paths: list(text, 50), digest: name })),
  toolchain: orNull(toolchain),
  glibc: orNull(name),
  argv: list(text, 1000),
  seconds: number,
  sandbox: orNull(sandbox),
  before,
})
const place = fields({ file: text, path: text, line: optional(whole), column: optional(whole) })
const fault = fields({
  code: (v) => (isHandedOver(v) ? null : ' is no code of a build that failed'),
  message: text,
  faults: optional(list(fields({ at: place, message: text }), mostFaults)),
})
const shape: Check = kinds({
  built: fields({ record }),
  elsewhere: fields({ before }),
  failed: fields({ fault }),
})

/** What is wrong with what was handed over, in words; null: nothing. */
export const compiledFault = (value: unknown): string | null => shape(value)
