/** The way to a node, on this machine's loopback. */
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { wayTo } from '../../src/adapters/ssh/way.ts'
import { nodeOf } from '../kit/plan.ts'

const states = async (more: Parameters<typeof nodeOf>[1]) =>
  (await wayTo(nodeOf('n', more), AbortSignal.timeout(20_000))).map((s) => [s.name, s.state, s.detail])

test('a name, and a port that takes connections', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { readonly port: number }
  expect(await states({ host: '127.0.0.1', ip: '127.0.0.1', sshPort: port })).toEqual([
    ['name', 'good', '127.0.0.1 is 127.0.0.1'],
    ['port', 'good', `127.0.0.1:${port} takes connections`],
  ])
  await new Promise((resolve) => server.close(resolve))
  expect(await states({ host: '127.0.0.1', ip: '127.0.0.1', sshPort: port })).toEqual([
    ['name', 'good', '127.0.0.1 is 127.0.0.1'],
    ['port', 'bad', expect.stringContaining('ECONNREFUSED')],
  ])
})
test('a name that is another address than the fleet file says', async () => {
  const [name] = await states({ host: '127.0.0.1', ip: '127.0.0.2', sshPort: 1 })
  expect(name).toEqual(['name', 'bad', '127.0.0.1 is 127.0.0.1, the fleet file says 127.0.0.2'])
})
test('what goes through a proxy is looked at by the connection', async () => {
  expect(await states({ proxy: { kind: 'command', argv: ['x'] } })).toEqual([['way', 'good', 'a proxy program']])
})
