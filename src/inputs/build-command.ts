/** A build command as people write it, split into argv without any shell. */

export type Split =
  | { readonly ok: true; readonly argv: readonly string[] }
  | { readonly ok: false; readonly message: string }

const meaning: Readonly<Record<string, string>> = {
  $: 'variables',
  '`': 'command substitution',
  ';': 'several commands',
  '|': 'pipes',
  '&': 'several commands',
  '>': 'redirection',
  '<': 'redirection',
  '(': 'subshells',
  ')': 'subshells',
  '\n': 'several lines',
  '*': 'file patterns',
  '?': 'file patterns',
}

/** Words, `'…'`, `"…"` and `\x`. Whatever only a shell could do is refused: the build runs without one. */
export function splitCommand(text: string): Split {
  const argv: string[] = []
  let word: string | undefined
  let quote = ''
  const refuse = (c: string): Split => ({
    ok: false,
    message: `must be one plain command: ${JSON.stringify(c)} (${meaning[c] ?? 'shell syntax'}) needs a shell, and the build runs without one`,
  })
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    const next = text.charAt(i + 1)
    if (quote === "'") {
      if (c === quote) quote = ''
      else word += c
    } else if (quote === '"') {
      if (c === quote) quote = ''
      else if (c === '\\' && (next === '"' || next === '\\')) {
        word += next
        i++
      } else if (c === '$' || c === '`') return refuse(c)
      else word += c
    } else if (c === "'" || c === '"') {
      quote = c
      word ??= ''
    } else if (c === '\\') {
      if (next === '' || next === '\n')
        return { ok: false, message: 'must be one plain command: it ends with a backslash' }
      word = (word ?? '') + next
      i++
    } else if (c === ' ' || c === '\t') {
      if (word !== undefined) argv.push(word)
      word = undefined
    } else if (c in meaning || (c === '~' && word === undefined)) return refuse(c)
    else word = (word ?? '') + c
  }
  if (quote !== '') return { ok: false, message: `must be one plain command: a ${quote} is not closed` }
  if (word !== undefined) argv.push(word)
  const [first] = argv
  if (first === undefined || first === '') return { ok: false, message: 'must not be empty' }
  if (/^[A-Za-z_]\w*=/.test(first))
    return {
      ok: false,
      message: `must be one plain command: ${first.split('=')[0]}=… before it needs a shell, and the build runs without one`,
    }
  return { ok: true, argv }
}

/** `cargo zig build` is no command that exists; what is meant is `cargo zigbuild` (spec §7). */
export function withZigbuild(argv: readonly string[]): { readonly argv: readonly string[]; readonly warning?: string } {
  const at = argv[1]?.startsWith('+') === true ? 2 : 1
  if (argv[0] !== 'cargo' || argv[at] !== 'zig' || argv[at + 1] !== 'build') return { argv }
  return {
    argv: [...argv.slice(0, at), 'zigbuild', ...argv.slice(at + 2)],
    warning: '`cargo zig build` is no cargo command: `cargo zigbuild` is run instead',
  }
}

const selects = /^(?:-p.*|--package(?:=.*)?|--workspace|--all|--bins?(?:=.*)?|--manifest-path(?:=.*)?)$/

/**
 * Builds the one crate of a workspace, unless the command chooses for itself: a path by its manifest, a name as a
 * package.
 */
export function withCrate(argv: readonly string[], crate: string | undefined): readonly string[] {
  const at = (argv[1]?.startsWith('+') === true ? 2 : 1) + 1
  if (crate === undefined || argv[0] !== 'cargo' || argv.some((word) => selects.test(word))) return argv
  const chosen = /[/.]/.test(crate) ? ['--manifest-path', `${crate}/Cargo.toml`] : ['-p', crate]
  return [...argv.slice(0, at), ...chosen, ...argv.slice(at)]
}
