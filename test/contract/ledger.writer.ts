/** A writer in a process of its own: appends `count` entries to one session, and says how often another was first. */
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { Failure } from '../../src/domain/failure.ts'
import { entryAfter, foreignEntry } from '../kit/session.ts'

const [dir = '', session = '', count = '1', name = '', url = ''] = process.argv.slice(2)
const ledger = await openGitLedger(dir, url === '' ? {} : { remote: { url } })
const { facts } = entryAfter([], 'begin')
const codes: string[] = []
process.stdout.write('ready\n')
await new Promise((resolve) => {
  process.stdin.once('data', resolve)
})
for (let done = 0; done < Number(count);) {
  const before = await ledger.read(session)
  try {
    await ledger.append(session, foreignEntry(before, { session, at: before.length, why: `${name} ${done}`, facts }))
    done++
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    codes.push(error.facts.code)
    if (error.kind !== 'busy') break
  }
}
process.stdout.write(`${JSON.stringify(codes)}\n`)
process.stdin.destroy()
