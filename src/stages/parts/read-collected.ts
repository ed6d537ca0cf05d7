/** What collectors left below a test's folder, read back to be grouped: the pages show what the files hold. */
import { digestLogs, type LogDigest } from '../../domain/log-templates.ts'
import type { Files } from '../../ports.ts'

export async function readLogs(files: Files, folder: string): Promise<LogDigest> {
  const logs: (readonly [string, string])[] = []
  for (const path of await files.list(`${folder}/logs`)) {
    const node = /([^/]+)\.log$/.exec(path)?.[1]
    if (node !== undefined) logs.push([node, new TextDecoder().decode(await files.read(path))])
  }
  return digestLogs(logs)
}
