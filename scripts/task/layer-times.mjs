/** What `npm test` says of its own time: a line for each layer, and the files that took and computed most. */

/**
 * `ms`: its tests and hooks, on the clock; `cpuMs`: processor time of its worker and of all that it started and waited for.
 * @typedef {{ readonly layer: string, readonly path: string, readonly tests: number, readonly ms: number, readonly began: number, readonly ended: number, readonly cpuMs: number }} FileTime
 */

const seconds = (ms) => (ms / 1000).toFixed(1)

/** @param {readonly FileTime[]} files @param {number} most How many files are named. */
export function layerTimes(files, most = 10) {
  const sum = (all, of) => all.reduce((total, one) => total + of(one), 0)
  const rows = [...new Set(files.map((file) => file.layer))].map((layer) => {
    const own = files.filter((file) => file.layer === layer)
    const wall = Math.max(...own.map((file) => file.ended)) - Math.min(...own.map((file) => file.began))
    return [
      layer,
      String(own.length),
      String(sum(own, (f) => f.tests)),
      seconds(wall),
      seconds(sum(own, (f) => f.ms)),
      seconds(sum(own, (f) => f.cpuMs)),
    ]
  })
  const first = (of) => files.toSorted((a, b) => b[of] - a[of]).slice(0, most)
  return [
    ...table([['layer', 'files', 'tests', 'from first to last s', 'sum of files s', 'computed s'], ...rows]),
    '',
    ...table([['slowest file', 's'], ...first('ms').map((file) => [file.path, seconds(file.ms)])]),
    '',
    ...table([['computed most', 's'], ...first('cpuMs').map((file) => [file.path, seconds(file.cpuMs)])]),
  ]
}

/** Words to the left, numbers to the right. */
function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)))
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  )
}
