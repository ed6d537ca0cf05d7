/**
 * Turns the configured build command into the one that is run: with zig here, or with the build host's own toolchain
 * there.
 */

export interface CargoArgv {
  /** `+nightly` or null. */
  readonly channel: string | null
  /** Options as written, without the target directory and the message format, which are ours to set. */
  readonly options: readonly string[]
  /** Triple without glibc suffix; null where the command names none. */
  readonly target: string | null
  /** glibc that the command itself pins, `…-gnu.2.17`. */
  readonly pinned: string | null
}

export const defaultTarget = 'x86_64-unknown-linux-gnu'

/** The parsed command, or one sentence why it is none that we can run. */
export function readBuildCommand(argv: readonly string[]): CargoArgv | string {
  const [program, ...words] = argv
  if (program !== 'cargo')
    return `the build command must start with \`cargo zigbuild\` or \`cargo build\`, not \`${program ?? ''}\``
  const channel = words[0]?.startsWith('+') === true ? (words.shift() ?? null) : null
  const sub = words.shift()
  if (sub !== 'zigbuild' && sub !== 'build')
    return `the build command must be \`cargo zigbuild\` or \`cargo build\`, not \`cargo ${sub ?? ''}\``
  const options: string[] = []
  let target: string | null = null
  while (words.length > 0) {
    const word = words.shift() ?? ''
    const [flag, inline] =
      word.startsWith('--') && word.includes('=')
        ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
        : [word, null]
    if (flag !== '--target' && flag !== '--target-dir' && flag !== '--message-format') {
      options.push(word)
      continue
    }
    const value = inline ?? words.shift()
    if (value === undefined) return `${flag} has no value`
    if (flag !== '--target') continue
    if (target !== null) return 'the build command names two targets'
    target = value
  }
  const suffix = target === null ? null : /^(.*-linux-gnu[a-z0-9]*)\.(\d+(?:\.\d+)+)$/.exec(target)
  return { channel, options, target: suffix?.[1] ?? target, pinned: suffix?.[2] ?? null }
}

export interface ZigOptions {
  readonly glibc: string
  readonly targetDir: string
  readonly locked: boolean
  /** Compilers at once; absent or null: as many as cargo likes. */
  readonly jobs?: number | null
}

/** `cargo zigbuild` with the glibc floor in the target. The command's own pin wins; musl has none. */
export function zigArgv(
  command: CargoArgv,
  options: ZigOptions,
): { readonly argv: readonly string[]; readonly glibc: string | null } {
  const target = command.target ?? defaultTarget
  const glibc = /-linux-gnu[a-z0-9]*$/.test(target) ? (command.pinned ?? options.glibc) : null
  return {
    argv: [
      ...cargo(command, 'zigbuild', options.locked),
      '--target',
      glibc === null ? target : `${target}.${glibc}`,
      '--target-dir',
      options.targetDir,
      ...(options.jobs === undefined || options.jobs === null ? [] : ['--config', `build.jobs=${options.jobs}`]),
    ],
    glibc,
  }
}

/**
 * `cargo build` for the build host. The target directory comes by CARGO_TARGET_DIR, since only the host knows its home.
 */
export const nativeArgv = (command: CargoArgv, locked: boolean): readonly string[] => [
  ...cargo(command, 'build', locked),
  ...(command.target === null ? [] : ['--target', command.target]),
]

function cargo(command: CargoArgv, sub: string, locked: boolean): readonly string[] {
  const strict = command.options.some((o) => o === '--locked' || o === '--frozen')
  return [
    'cargo',
    ...(command.channel === null ? [] : [command.channel]),
    sub,
    ...command.options,
    ...(locked && !strict ? ['--locked'] : []),
    '--message-format=json',
  ]
}
