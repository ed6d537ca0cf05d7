/**
 * Who owns a failed build: the project's code, the toolchain, or the build command. Texts are cargo's and
 * cargo-zigbuild's, seen with 1.65 and 1.95.
 */
import { chainOf, scriptFailure } from './cargo-causes.ts'
import { oneLine, placed, type BuildError, type CargoRun } from './cargo-messages.ts'

/**
 * `compile`: the project's own files; `toolchain`: compiler, linker, C dependency or network; `usage`: the build
 * command; `access`: a dependency that asks for credentials, on whichever machine.
 */
export const buildFaultKinds = ['compile', 'toolchain', 'usage', 'access'] as const
export type BuildFault = (typeof buildFaultKinds)[number]

export interface Blame {
  readonly reason: BuildFault
  readonly message: string
  readonly errors: readonly BuildError[]
}

/**
 * Compile errors of the project come before all else, since no other toolchain cures them; but without a standard
 * library every line is one.
 */
export function classifyBuild(run: CargoRun, stderr: string): Blame {
  const noStd = run.errors.find(lacksStd)
  if (noStd !== undefined)
    return {
      reason: 'toolchain',
      message: `the compiler has no standard library for this target: ${/rustup target add [\w.-]+/.exec(noStd.rendered)?.[0] ?? oneLine(noStd.message)}`,
      errors: [noStd],
    }
  const own = run.errors.filter((e) => e.own && !isLinker(e))
  const first = own[0]
  if (first !== undefined)
    return {
      reason: 'compile',
      message: `${own.length === 1 ? '1 error' : `${own.length} errors`} in the project's code; first: ${placed(first)}`,
      errors: own,
    }
  const script = scriptFailure(stderr)
  if (script !== undefined)
    return {
      reason: script.projects ? 'compile' : 'toolchain',
      message: `${script.projects ? "the project's build script failed" : 'a build script failed'}: ${placed(script.error)}`,
      errors: [...run.errors, script.error],
    }
  const rule = rules.find((r) => r.pattern.test(stderr))
  if (rule !== undefined) {
    const errors = [...run.errors, ...rule.errors(stderr)]
    const shown =
      errors[0] === undefined ? (chainOf(stderr) ?? oneLine(lineOf(stderr, rule.pattern))) : placed(errors[0])
    return { reason: rule.reason, message: `${rule.says}: ${shown}`, errors }
  }
  const other = run.errors[0]
  if (other !== undefined) return { reason: 'toolchain', message: placed(other), errors: run.errors }
  return {
    reason: 'toolchain',
    message:
      chainOf(stderr) ?? oneLine(stderr.split('\n').findLast((l) => l.trim() !== '') ?? 'the build said nothing'),
    errors: [],
  }
}

interface Rule {
  readonly pattern: RegExp
  readonly reason: BuildFault
  readonly says: string
  readonly errors: (stderr: string) => readonly BuildError[]
}

const none = (): readonly BuildError[] => []

/** First match wins: an old compiler and a missing network are told apart from the manifest errors they come as. */
const rules: readonly Rule[] = [
  {
    reason: 'access',
    says: 'a dependency asks for credentials, which a build is not given',
    errors: none,
    pattern:
      /failed to authenticate when downloading|failed to acquire username|could not read (?:Username|Password)|[Aa]uthentication (?:failed|required)|(?:got|status code:?|HTTP|error:) 40[13]\b|Permission denied \(publickey|no token found for `|no authentication methods succeeded/,
  },
  {
    reason: 'usage',
    says: 'a Cargo workspace above the project claims it',
    errors: none,
    pattern: /current package believes it's in a workspace when it's not/,
  },
  {
    reason: 'usage',
    says: 'the build command does not enable the features that the program needs',
    errors: none,
    pattern: /requires the features: /,
  },
  {
    reason: 'toolchain',
    says: 'a program that cargo starts is not here',
    errors: none,
    pattern: /could not execute process `/,
  },
  {
    reason: 'toolchain',
    says: 'cargo lacks a command',
    errors: none,
    pattern: /no such (?:sub)?command|is not installed for the toolchain/,
  },
  {
    reason: 'toolchain',
    says: 'the compiler is too old for this project',
    errors: none,
    pattern:
      /requires rustc \d|feature `edition\d+` is required|lock file version .* was found|lock file version .* requires|this version of Cargo is older than/,
  },
  {
    reason: 'compile',
    says: 'the lock file does not fit the manifest',
    errors: lockErrors,
    pattern: /lock ?file .*(?:needs to be updated but --locked|because --locked was passed)/i,
  },
  {
    reason: 'compile',
    says: "the project's manifest is wrong",
    errors: manifestErrors,
    pattern: /failed to (?:parse|load) manifest|failed to read `[^`]*Cargo\.toml`|^\s*--> \S*Cargo\.toml:\d/m,
  },
  {
    reason: 'toolchain',
    says: 'a dependency could not be fetched',
    errors: none,
    pattern:
      /failed to (?:download|fetch|get `|query replaced source)|[Cc]ould(?:n't| not) resolve host|no matching package named/,
  },
  {
    reason: 'toolchain',
    says: 'the compiler was killed (out of memory?)',
    errors: none,
    pattern: /signal: 9, SIGKILL/,
  },
  {
    reason: 'usage',
    says: 'the build command does not fit the project',
    errors: none,
    pattern:
      /did not match any packages|no (?:bin|example|library) targets? (?:named|found|matches|available)|could not find `Cargo\.toml`|unexpected argument|wasn't expected|profile `[^`]*` is not defined|(?:does not contain|contains?) (?:this|these) features?|Unsupported Rust target/,
  },
]

const lacksStd = (e: BuildError): boolean => e.code === 'E0463' && /`(?:std|core|alloc)`/.test(e.message)
/** rustc reports these as errors of the crate at hand; they are not the project's fault. */
const isLinker = (e: BuildError): boolean =>
  /^linking with |^linker `|^could not (?:exec|execute) the linker|internal compiler error/.test(e.message)

/** Since 1.7x with a place, before with a chain of causes. */
function manifestErrors(stderr: string): readonly BuildError[] {
  const place = /^\s*--> (\S*Cargo\.toml):(\d{1,7}):(\d{1,7})/m.exec(stderr)
  const file = place?.[1] ?? /`([^`\n]*Cargo\.toml)`/.exec(stderr)?.[1] ?? 'Cargo.toml'
  const head = /^error: (.*)$/m.exec(stderr)?.[1] ?? 'cannot be read'
  const cause = [...stderr.matchAll(/^Caused by:\n\s+(.*)$/gm)].at(-1)?.[1]
  return [
    {
      ...nowhere,
      file,
      line: place === null ? null : Number(place[2]),
      column: place === null ? null : Number(place[3]),
      message: cause === undefined ? head : `${head}: ${cause}`,
      rendered: stderr.slice(-4000),
      crate: 'Cargo.toml',
      own: true,
    },
  ]
}

function lockErrors(stderr: string): readonly BuildError[] {
  return [
    {
      ...nowhere,
      file: /(\S*Cargo\.lock)/.exec(stderr)?.[1] ?? 'Cargo.lock',
      message: 'is not up to date with Cargo.toml; run cargo update --workspace and commit it',
      rendered: stderr.slice(-4000),
      crate: 'Cargo.lock',
      own: true,
    },
  ]
}

const nowhere = { file: null, line: null, column: null, code: null } as const
const lineOf = (stderr: string, pattern: RegExp): string => stderr.split('\n').find((l) => pattern.test(l)) ?? stderr
