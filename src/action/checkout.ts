/** Where this job's checkout of the tested repository lies. */
import { join } from 'node:path'
import { readSource } from '../adapters/build/source.ts'
import type { Job } from './job.ts'

/** What a plan's workspace is relative to. */
export async function checkoutOf({ context: c, inputs }: Pick<Job, 'context' | 'inputs'>): Promise<string> {
  const source = await readSource(join(c.cwd, inputs.request.repo ?? '.'), c.signal)
  return source.kind === 'git' ? source.root : c.cwd
}
