/**
 * The other side: OpenSSH's own scp and ssh, a new connection for every command, as a person's shell loop would use
 * them.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemRandom } from '../../src/adapters/system.ts'
import { quote, sh } from '../../src/commands/quote.ts'
import { currentBinary } from '../../src/commands/release.ts'
import { unitText, type Unit } from '../../src/commands/service.ts'
import type { Claim, Pair } from '../../src/domain/evidence.ts'
import type { Fleet, FleetNode, NodeName } from '../../src/domain/fleet.ts'
import { fillArguments, registryUrlOf } from '../../src/domain/program.ts'
import type { World } from '../../src/ports.ts'
import { unitOf } from '../../src/stages/parts/units.ts'
import { isDialect } from '../../src/domain/profile.ts'
import { dialectReaders } from '../../src/suites/dialects/dialects.ts'
import { randomInt, randomHex } from '../../src/instruments/prober.ts'
import { besidePlan, type Setting } from './setting.ts'

const execute = promisify(execFile)

export interface OpenSsh {
  readonly s: Setting
  readonly options: readonly string[]
}

/** Same proxy, same key, same pinned host keys as ours; everything else is OpenSSH's default. */
export async function openSsh(s: Setting): Promise<OpenSsh> {
  const [config, known] = [join(s.scratch, 'ssh_config'), join(s.scratch, 'known_hosts')]
  await writeFile(known, s.plan.fleet.nodes.flatMap((n) => n.hostKeys.map((k) => `${n.name} ${k}\n`)).join(''))
  await writeFile(config, configText(s.plan.fleet, known))
  return { s, options: ['-F', config] }
}

const configText = (fleet: Fleet, known: string): string =>
  [
    ...fleet.nodes.map((n) =>
      [
        `Host ${n.name}`,
        `  HostName ${n.host}`,
        `  HostKeyAlias ${n.name}`,
        `  User ${n.user}`,
        `  Port ${n.sshPort}`,
        ...(n.proxy?.kind === 'command' ? [`  ProxyCommand ${n.proxy.argv.map(quote).join(' ')}`] : []),
      ].join('\n'),
    ),
    [
      'Host *',
      `  IdentityFile ${fleet.identityFile ?? ''}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${known}`,
      '  GlobalKnownHostsFile /dev/null',
      '  StrictHostKeyChecking yes',
      '  BatchMode yes',
      '  ControlMaster no',
      '  ControlPath none',
      '  LogLevel ERROR',
    ].join('\n'),
    '',
  ].join('\n')

/** Any exit but 0 ends the measurement. */
async function must(o: OpenSsh, program: 'ssh' | 'scp', args: readonly string[]): Promise<string> {
  return (
    await execute(program, [...o.options, ...args], {
      timeout: 300_000,
      signal: o.s.context.signal,
      maxBuffer: 1 << 22,
    })
  ).stdout
}

export const nothing = async (o: OpenSsh, node: NodeName): Promise<void> => {
  await must(o, 'ssh', [node, 'true'])
}

/** Untimed: a second unit beside ours on every node, and a directory for what it runs. */
export async function prepareBeside(s: Setting, world: World): Promise<void> {
  await Promise.all(
    besides(s).map(async ({ node, unit, file }) => {
      const text = sh`set -eu; mkdir -p "$(dirname ${file})"; printf %s ${unitText(unit)} >${`/etc/systemd/system/${unit.name}.service`}; systemctl daemon-reload`
      const result = await (
        await world.remote(node.name)
      ).run(
        { kind: 'script', why: 'a second unit', idempotent: true, text },
        { timeoutMs: 60_000, signal: world.signal },
      )
      if (result.code !== 0) throw new Error(`${node.name}: no second unit: ${result.stderr}`)
    }),
  )
}

export async function stopBeside(s: Setting, world: World): Promise<void> {
  await Promise.all(
    besides(s).map(async ({ node, unit }) =>
      (await world.remote(node.name)).run(
        { kind: 'argv', why: 'stop', idempotent: true, argv: ['systemctl', 'stop', unit.name] },
        { timeoutMs: 60_000, signal: world.signal },
      ),
    ),
  )
}

interface Beside {
  readonly node: FleetNode
  readonly unit: Unit
  readonly file: string
}
function besides(s: Setting): readonly Beside[] {
  const plan = besidePlan(s.plan)
  const file = currentBinary({ installPath: plan.config.deploy.installPath, name: plan.config.binary.name })
  return plan.fleet.nodes.flatMap((node) => {
    const u = unitOf(plan, node)
    return u === null ? [] : [{ node, unit: u.unit, file }]
  })
}

/** scp, then one ssh that checks the hash, moves the file into place and restarts the unit. */
async function deployOne(o: OpenSsh, { node, unit, file }: Beside, path: string, sha256: string): Promise<void> {
  await must(o, 'scp', ['-q', path, `${node.name}:${file}.new`])
  await must(o, 'ssh', [
    node.name,
    `echo '${sha256}  ${file}.new' | sha256sum -c --status && mv ${file}.new ${file} && systemctl restart ${unit.name}`,
  ])
}

/** `serial`: node by node, `together`: all at once. */
export async function deployTheirs(o: OpenSsh, path: string, how: 'serial' | 'together'): Promise<void> {
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  if (how === 'together') {
    await Promise.all(besides(o.s).map((b) => deployOne(o, b, path, sha256)))
    return
  }
  for (const b of besides(o.s)) await deployOne(o, b, path, sha256)
}

/** One pair after the other, one ssh each, no witness; answers with the dialers' claims. */
export async function attemptTheirs(
  o: OpenSsh,
  peerIds: ReadonlyMap<NodeName, string>,
  pairs: readonly Pair[],
): Promise<readonly Claim[]> {
  const { plan } = o.s
  const { dial, payload } = plan.profile
  const read = dial.kind === 'commanded' && isDialect(dial.dialect) ? dialectReaders[dial.dialect] : undefined
  if (dial.kind !== 'commanded' || payload.kind === 'opaque' || read === undefined)
    throw new Error('the example is dialled by command')
  const binary = currentBinary({ installPath: plan.config.deploy.installPath, name: plan.config.binary.name })
  const chance = { random: systemRandom }
  const claims: Claim[] = []
  for (const { from, to } of pairs) {
    const bytes = String(randomInt(chance, payload.minBytes, payload.maxBytes))
    const args = fillArguments(dial.args, {
      registryUrl: registryUrlOf(plan.fleet, plan),
      peerId: peerIds.get(to) ?? '',
      localPort: String(randomInt(chance, 10_500, 20_900)),
      bytes,
      nonce: randomHex(chance, 16),
      timeoutMs: String(plan.config.tests.connectivity.timeoutSeconds * 1000),
    })
    // The dialler's own failure is an attempt too; only ssh itself must work (255).
    const given = payload.kind === 'given' ? `head -c ${bytes} /dev/urandom | ` : ''
    const done = await must(o, 'ssh', [from, `${given}${[binary, ...args].map(quote).join(' ')}; test $? -lt 255`])
    claims.push(read(done, 0, { peerId: peerIds.get(to) ?? '' }))
  }
  return claims
}
