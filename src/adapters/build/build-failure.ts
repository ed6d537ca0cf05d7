/** A build that made no binary, as a failure with the errors of the compiler. */
import type { BuildRecord, BuildResult } from '../../domain/build.ts'
import type { BuildError } from '../../domain/cargo-messages.ts'
import { Failure, type FailureInput } from '../../domain/failure.ts'

/** No binary was made. `errors` are for the fix stage and for a person; `faults` of the facts hold the same with places. */
export class BuildFailure extends Failure {
  readonly errors: readonly BuildError[]
  readonly before: BuildRecord['before']
  constructor(facts: FailureInput, errors: readonly BuildError[], before: BuildRecord['before']) {
    super({
      ...facts,
      faults: errors.map((e) => ({
        at: {
          file: e.file ?? e.crate,
          path: e.crate,
          ...(e.line === null ? {} : { line: e.line }),
          ...(e.column === null ? {} : { column: e.column }),
        },
        message: e.code === null ? e.message : `${e.code} ${e.message}`,
      })),
    })
    this.name = 'BuildFailure'
    this.errors = errors
    this.before = before
  }
}

/** The failure that a build's result is. `also`: why no other machine was asked. */
export function failed(result: BuildResult, before: BuildRecord['before'], also?: string): Failure {
  if (result.kind === 'built')
    throw new Failure({ code: 'H301', message: 'a build that succeeded was taken for a failed one' })
  const codes = {
    compile: 'P301',
    toolchain: 'I317',
    usage: 'U305',
    access: 'U307',
  } as const
  const message = [
    result.message,
    ...(also === undefined ? [] : [also]),
    ...before.filter((b) => b.message !== result.message).map((b) => `${b.source} before: ${b.message}`),
  ].join('; ')
  return new BuildFailure({ code: codes[result.reason], step: 'build', message }, result.errors, before)
}
