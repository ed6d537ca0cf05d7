/** What tests of bad input are made of: a fleet nobody answers for, keys, a shell's reading of a line. */
import { readFileSync, readdirSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { run } from '../e2e/cli.ts'
import type { ActResult } from './act.ts'
import { readLine } from './log.ts'

const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBA'

/** A fleet file whose nodes are ports of this machine that nothing listens on. */
export const nodeOnNoNet = (names: readonly string[]): string =>
  stringify(
    {
      name: 'nowhere',
      ports: { testnet: 9000 },
      nodes: names.map((name, i) => ({
        name,
        host: `127.0.0.${i + 2}`,
        ip: `127.0.0.${i + 2}`,
        ssh_port: 9,
        provider: 'none',
        region: 'none',
        runtime: 'systemd',
        host_keys: [hostKey],
        role: i === 0 ? 'registry' : i === 1 ? 'bootstrap' : 'nat',
        nat: i < 2 ? 'none' : 'full-cone',
      })),
    },
    { lineWidth: 0 },
  )

/** A private key as ssh-keygen writes it. */
export async function privateKey(dir: string, name: string, passphrase = ''): Promise<string> {
  const file = join(dir, `key-${name}`)
  rmSync(file, { force: true })
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'of a test', '-f', file], { timeout: 90_000 })
  return readFileSync(file, 'utf8')
}

/**
 * A line as a shell reads it: what stands before the answers, and the answers. A stand-in for `gh` says what it was
 * given.
 */
export async function pairsOf(
  line: string,
  dir: string,
): Promise<{ readonly before: readonly string[]; readonly pairs: Readonly<Record<string, string>> }> {
  const file = join(dir, 'gh')
  writeFileSync(file, '#!/bin/sh\nprintf "%s\\0" "$@"\n')
  chmodSync(file, 0o755)
  const { stdout } = await run('sh', ['-euc', line], { env: { PATH: `${dir}:/usr/bin:/bin` }, timeout: 60_000 })
  const words = stdout.split('\0').slice(0, -1)
  const first = words.indexOf('-f')
  const pairs = words
    .slice(first)
    .flatMap((word, i) => (i % 2 === 0 ? [] : [[word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]]))
  return { before: words.slice(0, first), pairs: Object.fromEntries(pairs) as Record<string, string> }
}

/** Names in a folder. */
export const traces = async (dir: string): Promise<readonly string[]> => readdirSync(dir)

/**
 * What act printed, without the words by which a step asks for a text to be masked: act's own log shows those, a
 * runner's does not.
 */
export const shown = ({ raw }: ActResult): readonly string[] =>
  raw.filter((line) => readLine(line)?.command !== 'add-mask')
