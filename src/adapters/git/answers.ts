/** What git prints, read: names of refs, texts of a batch. */

/** Names to objects, of `for-each-ref --format='%(objectname) %(refname)'`. */
export const refsIn = (stdout: Buffer): ReadonlyMap<string, string> =>
  new Map(
    stdout
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        const at = line.indexOf(' ')
        return at < 0 ? [] : [[line.slice(at + 1), line.slice(0, at)]]
      }),
  )

/** The texts of `git cat-file --batch`: `<id> blob <size>`, newline, the bytes, newline. */
export function blobs(batch: Buffer): readonly string[] {
  const texts: string[] = []
  for (let at = 0; at < batch.length;) {
    const end = batch.indexOf(10, at)
    // A blob that is gone is `<id> missing`: no text, and so no entry.
    const size = Number(/ blob (\d+)$/.exec(batch.subarray(at, end).toString('latin1'))?.[1] ?? -1)
    texts.push(size < 0 ? '' : batch.subarray(end + 1, end + 1 + size).toString('utf8'))
    at = end + 1 + (size < 0 ? 0 : size + 1)
  }
  return texts
}
