/**
 * Three network namespaces of the test's own: a host behind a NAT box, the box, a host outside. Real UDP, real nft
 * (root).
 */
import { execFileSync } from 'node:child_process'
import { localRemote } from '../../src/adapters/local.ts'
import type { Command } from '../../src/commands/command.ts'
import type { RunResult } from '../../src/ports.ts'

export const insideIp = '192.168.77.2'
export const boxIp = '10.9.0.1'
export const outsideIp = '10.9.0.2'
export const outsideIp6 = 'fd09::2'

export interface Network {
  run(place: Place, command: Command): Promise<RunResult>
  /** `count` datagrams from `place`, each of `bytes`, from one local port. */
  send(
    place: Place,
    to: {
      readonly ip: string
      readonly port: number
      readonly from: number
      readonly bytes: number
      readonly count: number
    },
  ): Promise<void>
  close(): void
}
export type Place = 'inside' | 'box' | 'outside'

const sender = `const dgram = require('node:dgram'); const [ip, port, from, bytes, count] = process.argv.slice(1)
const s = dgram.createSocket(ip.includes(':') ? 'udp6' : 'udp4'); s.on('error', (e) => { throw e })
s.bind(Number(from), async () => { for (let i = 0; i < count; i++) await new Promise((r) => s.send(Buffer.alloc(Number(bytes)), Number(port), ip, r)); s.close() })`

export function network(): Network {
  const name = (place: Place): string => `vtt${process.pid}${place}`
  const ip = (...args: readonly string[]): void => {
    execFileSync('ip', args, { timeout: 60_000, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const places: readonly Place[] = ['inside', 'box', 'outside']
  const close = (): void => {
    for (const p of places)
      try {
        ip('netns', 'del', name(p))
      } catch {
        /* never made */
      }
  }
  try {
    for (const p of places) {
      ip('netns', 'add', name(p))
      ip('-n', name(p), 'link', 'set', 'lo', 'up')
    }
    ip('-n', name('box'), 'link', 'add', 'lan', 'type', 'veth', 'peer', 'name', 'eth', 'netns', name('inside'))
    ip('-n', name('box'), 'link', 'add', 'wan', 'type', 'veth', 'peer', 'name', 'eth', 'netns', name('outside'))
    const links = [
      ['inside', 'eth', `${insideIp}/24`, 'fd77::2/64'],
      ['box', 'lan', '192.168.77.1/24', 'fd77::1/64'],
      ['box', 'wan', `${boxIp}/24`, 'fd09::1/64'],
      ['outside', 'eth', `${outsideIp}/24`, `${outsideIp6}/64`],
    ] as const
    for (const [place, link, v4, v6] of links) {
      ip('-n', name(place), 'addr', 'add', v4, 'dev', link)
      ip('-n', name(place), 'addr', 'add', v6, 'dev', link, 'nodad')
      ip('-n', name(place), 'link', 'set', link, 'up')
    }
    ip('-n', name('inside'), 'route', 'add', 'default', 'via', '192.168.77.1')
    ip('-n', name('box'), 'route', 'add', 'default', 'via', outsideIp)
    ip('netns', 'exec', name('box'), 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    ip(
      'netns',
      'exec',
      name('box'),
      'nft',
      `add table ip n; add chain ip n p { type nat hook postrouting priority srcnat; }; add rule ip n p oifname "wan" ip saddr 192.168.77.0/24 meta l4proto udp masquerade to :40000-40009`,
    )
  } catch (error) {
    close()
    throw error
  }
  const enter = (place: Place): readonly string[] => ['ip', 'netns', 'exec', name(place)]
  const run: Network['run'] = (place, command) =>
    localRemote(place, enter(place)).run(command, { timeoutMs: 20_000, signal: AbortSignal.timeout(20_000) })
  return {
    run,
    close,
    send: async (place, to) => {
      const result = await run(place, {
        kind: 'argv',
        why: 'send',
        idempotent: false,
        argv: [process.execPath, '-e', sender, to.ip, ...[to.port, to.from, to.bytes, to.count].map(String)],
      })
      if (result.code !== 0) throw new Error(result.stderr)
    },
  }
}
