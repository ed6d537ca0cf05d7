/** `nodes trust`: host keys with their fingerprints, pinned in the fleet file after a person's yes. */
import { readFile } from 'node:fs/promises'
import { listNodes } from '../commands/remedies.ts'
import { choose } from '../adapters/prompt.ts'
import { replaceFile } from '../adapters/replace-file.ts'
import { fetchHostKeys } from '../adapters/ssh/trust.ts'
import { loadFleet, type Context } from '../app/context.ts'
import { chosenFleet } from '../app/fleet-choice.ts'
import type { NodesFlags } from '../app/nodes.ts'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { withHostKeys } from '../inputs/host-keys.ts'
import { onEachNode } from '../instruments/per-node.ts'

export interface TrustFlags extends NodesFlags {
  readonly yes?: boolean
}

/** Shows each node's key and fingerprint, and writes it into the fleet file after a yes. */
export async function trust(c: Context, names: readonly string[], flags: TrustFlags): Promise<number> {
  const name = await chosenFleet(c, { named: flags.fleet, lab: flags.lab })
  const { fleet, file } = await loadFleet(c, name, flags.lab)
  const wanted =
    names.length === 0
      ? fleet.nodes.filter((n) => n.hostKeys.length === 0)
      : fleet.nodes.filter((n) => names.includes(n.name))
  const unknown = names.filter((n) => !fleet.nodes.some((f) => f.name === n))
  if (unknown.length > 0)
    throw new Failure({
      code: 'U030',
      message: `fleet ${fleet.name} has no node ${unknown.join(', ')}`,
      remedy: listNodes(fleet),
    })
  const seen = await onEachNode(
    wanted.map((n) => n.name),
    c.signal,
    async (name) => {
      const node = wanted.find((n) => n.name === name)
      if (node === undefined) return []
      return fetchHostKeys(node, fleet, { privateKey: '', connectTimeoutMs: 20_000, signal: c.signal, log: c.terminal })
    },
  )
  for (const node of wanted) {
    const keys = seen.done.get(node.name)
    const before = node.hostKeys.length === 0 ? '' : ' (replaces the pinned key)'
    c.terminal.print(
      keys === undefined
        ? `${node.name}: ${seen.failed.get(node.name)?.message ?? 'no answer'}`
        : keys.map((k) => `${node.name}  ${k.line.split(' ')[0]}  ${k.fingerprint}${before}`).join('\n'),
    )
  }
  if (seen.done.size === 0) return exitCodes.infra
  if (flags.yes !== true) {
    if (!c.terminal.interactive)
      throw new Failure({
        code: 'U052',
        message: "pinning keys needs a yes: compare the fingerprints with the provider's console first",
        remedy: `vps-test nodes trust --fleet ${quote(name)} --yes`,
      })
    if (
      (await choose(
        `Pin these keys in ${file}?`,
        [
          { value: 'yes', description: 'they are right' },
          { value: 'no', description: 'leave the file alone' },
        ],
        'no',
      )) !== 'yes'
    )
      return exitCodes.usage
  }
  let text = await readFile(file, 'utf8')
  for (const [name, keys] of seen.done)
    text = withHostKeys(
      text,
      name,
      keys.map((k) => k.line),
    )
  await replaceFile(file, text)
  c.terminal.info(`pinned ${seen.done.size} key(s) in ${file}`)
  return seen.failed.size === 0 ? exitCodes.passed : exitCodes.infra
}
