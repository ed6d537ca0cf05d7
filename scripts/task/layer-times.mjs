/** What `npm test` says of its own time: a line for each layer, and the slowest files. */

/** @typedef {{ readonly layer: string, readonly path: string, readonly tests: number, readonly ms: number, readonly began: number, readonly ended: number }} FileTime */

const seconds = (ms) => (ms / 1000).toFixed(1)

/** @param {readonly FileTime[]} files @param {number} slowest How many files are named. */
export function layerTimes(files, slowest = 10) {
  const sum = (all, of) => all.reduce((total, one) => total + of(one), 0)
  const rows = [...new Set(files.map((file) => file.layer))].map((layer) => {
    const own = files.filter((file) => file.layer === layer)
    const wall = Math.max(...own.map((file) => file.ended)) - Math.min(...own.map((file) => file.began))
    return [layer, String(own.length), String(sum(own, (f) => f.tests)), seconds(wall), seconds(sum(own, (f) => f.ms))]
  })
  const last = files.toSorted((a, b) => b.ms - a.ms).slice(0, slowest)
  return [
    ...table([['layer', 'files', 'tests', 'from first to last s', 'sum of files s'], ...rows]),
    '',
    ...table([['slowest file', 's'], ...last.map((file) => [file.path, seconds(file.ms)])]),
  ]
}

/** Words to the left, numbers to the right. */
function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)))
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  )
}
