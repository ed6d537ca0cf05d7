/** The files that a build read, as cargo writes them beside the program (`<program>.d`, the syntax of make). */

/** Spaces in a name are written with a backslash; a line that goes on ends with one. */
export function readDepInfo(text: string): readonly string[] {
  const files = text.split('\n').flatMap((line) => {
    // The first `: ` that no backslash hides ends the target.
    const at = line.search(/(?<!\\):(?:\s|$)/)
    return at < 0
      ? []
      : (line.slice(at + 1).match(/(?:\\.|[^\\\s])+/g) ?? []).map((word) => word.replace(/\\(.)/g, '$1'))
  })
  return [...new Set(files)].toSorted()
}
