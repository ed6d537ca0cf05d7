/** The machine that a figure comes from, in a few words. */
import { cpus, totalmem } from 'node:os'

export const machineNow = (): string => {
  const model = cpus()[0]?.model.replaceAll(/\s+/g, ' ').trim() ?? 'unknown processor'
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`
}
