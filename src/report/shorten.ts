/** The beginning of a section that is too long for its place: whole blocks, then the first rows of the next one. */
import { paragraph, type Block, type Section } from './section.ts'

/** Fewer rows than this are not worth their place. */
const fewest = 3

/** Null where too little of it fits. `size`: of the blocks as they will be shown, in the measure of `room`. */
export function shortened(section: Section, room: number, size: (blocks: readonly Block[]) => number): Section | null {
  const shown: Block[] = []
  for (const [i, block] of section.blocks.entries()) {
    if (fits([...shown, block])) {
      shown.push(block)
      continue
    }
    const part = beginningOf(block, (b) => fits([...shown, b]))
    const left = [block, ...section.blocks.slice(i + 1)].map(rowsOf).reduce((a, b) => a + b, 0)
    return part === null ? null : { ...section, blocks: [...shown, part, rest(left - rowsOf(part))] }
  }
  return section

  function fits(blocks: readonly Block[]): boolean {
    return size([...blocks, rest(999_999)]) <= room
  }
}

const rest = (n: number): Block => paragraph(`${n} more lines; all of them are in the run's summary.`)

const rowsOf = (b: Block): number => (b.kind === 'list' ? b.items.length : b.kind === 'table' ? b.rows.length : 1)

/** As many rows as fit, found by halving. */
function beginningOf(block: Block, fits: (b: Block) => boolean): Block | null {
  if (block.kind !== 'list' && block.kind !== 'table') return null
  const first = (n: number): Block =>
    block.kind === 'list' ? { ...block, items: block.items.slice(0, n) } : { ...block, rows: block.rows.slice(0, n) }
  let [low, high] = [0, rowsOf(block)]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(first(middle))) low = middle
    else high = middle - 1
  }
  return low < fewest ? null : first(low)
}
