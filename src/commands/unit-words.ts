/** Words of systemd's unit files: how a value becomes one of them, and the line by which we know our own files. */

export const marker = '# Written by vps-test; a unit without this line is never overwritten.'

/** An `Exec…=` of these words. */
export const commandLine = (words: readonly string[]): string =>
  words.map((w) => quoted(w).replaceAll('$', '$$$$')).join(' ')

/**
 * systemd's own quoting (systemd.syntax, systemd.unit): a word in double quotes, `%` doubled. `$` is doubled in command
 * lines only, where variables are.
 */
export const quoted = (word: string): string => {
  const text = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll(/[\u0001-\u001f\u007f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return /^[A-Za-z0-9_@+=:,./{}-]+$/.test(text) ? text : `"${text}"`
}
