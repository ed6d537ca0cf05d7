/** What the tools of a build say of themselves and of the workspace, asked in one start of the sandbox. */
import type { Toolchain } from '../../domain/build.ts'
import { Failure } from '../../domain/failure.ts'
import { runProcess, type Launch } from '../process.ts'
import { reasonIn } from './process.ts'

export interface ToolAnswers {
  readonly versions: Toolchain
  /** What `cargo metadata --no-deps` printed; null where cargo cannot read the manifest. */
  readonly metadata: string | null
}

/** Nothing is fetched. */
export const cargoMetadata = ['cargo', 'metadata', '--no-deps', '--offline', '--format-version', '1'] as const

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

/**
 * Each answer behind a line with its exit code and lengths, so that no text can pass for another's. Zig's own come
 * first: rustc and cargo may be programs of the project's choice.
 */
const script = `said=$(mktemp -d) || exit 1
answer() {
  "$@" >"$said/out" 2>"$said/err" </dev/null
  code=$?
  for stream in out err; do head -c 4194304 "$said/$stream" >"$said/$stream.cut"; done
  echo "$code $(($(wc -c <"$said/out.cut"))) $(($(wc -c <"$said/err.cut")))"
  cat "$said/out.cut" "$said/err.cut"
}
answer "$1" version
answer cargo-zigbuild --version
answer rustc --version
answer cargo --version
answer ${cargoMetadata.join(' ')}
rm -rf "$said"
`
const names = ['zig version', 'cargo-zigbuild --version', 'rustc --version', 'cargo --version', 'cargo metadata']

/** `rustc`: why it does not answer, which a toolchain that is fetched may cure. */
export async function askTools(
  zig: string,
  launch: Launch & { readonly hold?: boolean },
  signal: AbortSignal,
): Promise<ToolAnswers | { readonly rustc: Failure }> {
  const limits = { ...launch, signal, timeoutMs: 600_000, keepBytes: 64 << 20, refuseMore: true }
  const { ending, stdout, stderr } = await runProcess(['sh', '-c', script, 'tools', zig], limits)
  if (ending.kind === 'late') throw new Failure({ code: 'I302', message: 'the tools of the build did not answer' })
  const answers = readAnswers(stdout)
  const [zigs, zigbuild, rustc, cargo, metadata] = answers
  if (
    zigs === undefined ||
    zigbuild === undefined ||
    rustc === undefined ||
    cargo === undefined ||
    metadata === undefined
  )
    throw new Failure({
      code: 'I303',
      message: `${names[answers.length]} gave no answer: ${reasonIn(stderr.toString('utf8'))}`,
    })
  const failed = [zigs, zigbuild, rustc, cargo].findIndex((one) => one.code !== 0)
  const fault = answers[failed]
  if (fault !== undefined) {
    const message = `${names[failed]} failed (${fault.code}): ${reasonIn(fault.err)}`
    const failure = new Failure({ code: 'I303', message })
    if (fault === rustc) return { rustc: failure }
    throw failure
  }
  const version = (of: Answer): string => of.out.trim()
  return {
    versions: { rustc: version(rustc), cargo: version(cargo), zigbuild: version(zigbuild), zig: version(zigs) },
    metadata: metadata.code === 0 ? metadata.out : null,
  }
}

/** As many whole answers as there are; what follows a broken one is none. */
export function readAnswers(said: Buffer): readonly Answer[] {
  const found: Answer[] = []
  for (let at = 0; at < said.length;) {
    const end = said.indexOf('\n', at)
    const [, code, out, err] =
      /^(\d{1,3}) (\d{1,8}) (\d{1,8})$/.exec(said.toString('latin1', at, Math.max(at, end))) ?? []
    const outAt = end + 1
    const errAt = outAt + Number(out)
    at = errAt + Number(err)
    if (code === undefined || !(at <= said.length)) break
    found.push({ code: Number(code), out: said.toString('utf8', outAt, errAt), err: said.toString('utf8', errAt, at) })
  }
  return found
}
