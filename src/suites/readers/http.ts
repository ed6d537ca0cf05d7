/** Records that the program answers over HTTP as JSON: one object, or a list of them. */
import type { RecordBy } from '../../domain/profile.ts'
import { listAt } from '../../domain/json-path.ts'
import { recordIn, type RecordForm } from '../../domain/received.ts'
import type { Reader } from './reader.ts'

const timeoutMs = 10_000
const longestAnswer = 4 << 20

/** The program listens on the node itself; what is no JSON, or no answer of success, is no record. */
export const overHttp = (profile: RecordForm, by: RecordBy<'http'>): Reader => ({
  kind: 'over-http',
  async ask(world, node, about) {
    const { nonce } = about
    const { port, path, list, fields } = by
    const url = `http://127.0.0.1:${port}${path.replaceAll('{nonce}', encodeURIComponent(nonce))}`
    const answer = await world.http(node, url, timeoutMs)
    if (answer.status !== 200 || answer.body.length > longestAnswer) return null
    const found = listAt(Buffer.from(answer.body).toString('utf8'), list).find((o) => o[fields.nonce] === nonce)
    return found === undefined ? null : recordIn(profile, JSON.stringify(found), about)
  },
})
