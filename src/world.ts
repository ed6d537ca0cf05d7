/** The composition root: the real fleet or the lab (which is a fleet like any other), wired to real adapters. */
import { quote } from './commands/quote.ts'
import { listNodes } from './commands/remedies.ts'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { obtainBinary } from './adapters/build/obtain-binary.ts'
import { concealing } from './adapters/concealing.ts'
import { firingQueue } from './adapters/firing-queue.ts'
import { openFixer, treeFolder } from './adapters/fix/fixer.ts'
import { treeAt } from './adapters/fix/tree.ts'
import { localRemote } from './adapters/local.ts'
import { httpOverRemote } from './adapters/ssh/http.ts'
import { parsePrivateKey, readPrivateKey } from './adapters/ssh/key.ts'
import { openRemote } from './adapters/ssh/remote.ts'
import { folder, shiftedClock, systemRandom, whoAmI } from './adapters/system.ts'
import { Failure } from './domain/failure.ts'
import { fleetReference, registryOf, type Fleet, type NodeName } from './domain/fleet.ts'
import type { Login } from './domain/login.ts'
import type { BinarySource } from './domain/plan.ts'
import type { Writer } from './domain/writer.ts'
import type { Ledger, Log, Remote, SessionFolder, World } from './ports.ts'
import type { Recoveries } from './ports/recoveries.ts'

/** Where the private key comes from: a file, or a text that never touches the disk. */
export type KeySource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string; readonly origin: string }

export interface WorldOptions {
  readonly fleet: Fleet
  readonly log: Log
  readonly signal: AbortSignal
  readonly ledger: Ledger
  /** This session's own folder. */
  readonly folder: string
  /** What a plan's workspace is relative to: the tested repository's checkout. */
  readonly checkout: string
  /** Of vps-test. */
  readonly version: string
  /** Path of the static prober; null: not built. */
  readonly probe: string | null
  readonly key: KeySource | null
  /** Tools, target directories and fetched programs; survives runs. */
  readonly cacheDir: string
  readonly writer: Writer
  /** A person's own: for what a fix may publish. */
  readonly login?: Login
  readonly keep?: SessionFolder['storeArtifact']
  readonly patienceMs?: number
  readonly clockShift?: number
  /** What BUILD does where the project's code cannot be enclosed; absent: it builds, and the proof says so. */
  readonly unenclosed?: 'refuse' | 'build'
  /** Never to stand in evidence. */
  readonly secrets?: readonly string[]
  readonly github?: { readonly baseUrl?: string; readonly token?: string }
}

export interface OpenWorld extends World {
  close(): Promise<void>
}

export function openWorld(o: WorldOptions): OpenWorld {
  const open = new Map<NodeName, Promise<Remote>>()
  const buildHost = registryOf(o.fleet)?.name
  const clock = shiftedClock(o.clockShift ?? 0)
  const concealed = concealing(folder(o.folder), [
    ...(o.secrets ?? []),
    ...(o.key?.kind === 'text' ? [o.key.text] : []),
  ])
  const recoveries = firingQueue(clock, o.log)
  let connecting = new AbortController()
  const remote = (name: NodeName): Promise<Remote> => {
    const known = open.get(name)
    if (known !== undefined) return known
    const opening = connect({ ...o, recoveries, signal: AbortSignal.any([o.signal, connecting.signal]) }, name)
    open.set(name, opening)
    // A node that could not be reached may be tried again by a later stage.
    opening.catch(() => {
      if (open.get(name) === opening) open.delete(name)
    })
    return opening
  }
  return {
    fleet: o.fleet,
    clock,
    recoveries,
    random: systemRandom,
    log: o.log,
    signal: o.signal,
    who: whoOf(o.writer),
    version: o.version,
    ledger: o.ledger,
    files: concealed.files,
    concealer: concealed,
    writer: o.writer,
    storeArtifact: o.keep ?? (async () => null),
    patienceMs: o.patienceMs ?? Infinity,
    clockShift: o.clockShift ?? 0,
    builder: {
      obtain: async (plan, before, signal = o.signal) =>
        obtainBinary({
          project: plan.config.project,
          binary: plan.config.binary,
          source: await located(plan.source, o, signal),
          before,
          outDir: join(o.cacheDir, 'binaries'),
          cacheDir: o.cacheDir,
          timeoutMs: 45 * 60_000,
          log: o.log,
          clock,
          recoveries,
          signal,
          unenclosed: o.unenclosed ?? 'build',
          ...(o.github === undefined ? {} : { github: o.github }),
          ...(buildHost === undefined ? {} : { buildHost: () => remote(buildHost) }),
        }),
    },
    // Jobs of a workflow hold the fleet's key, or a token that writes.
    fixer:
      o.writer.kind === 'run'
        ? null
        : openFixer({
            checkout: o.checkout,
            folder: o.folder,
            ...(o.login === undefined ? {} : { login: o.login }),
            log: o.log,
            clock,
          }),
    remote,
    abandon: (reason) => {
      connecting.abort(reason)
      connecting = new AbortController()
    },
    here: localRemote('this machine', []),
    readBinary: async (path) => new Uint8Array(await readFile(path)),
    probe: async () => {
      if (o.probe === null)
        throw new Failure({
          code: 'I100',
          message: 'our prober is not built',
          remedy: 'vps-test doctor --fix',
        })
      return new Uint8Array(await readFile(o.probe))
    },
    http: async (node, url, timeoutMs) => {
      const { protocol, hostname, port, pathname, search } = new URL(url)
      const secure = protocol === 'https:'
      const answer = await httpOverRemote(
        await remote(node),
        {
          host: hostname.replace(/^\[(.*)\]$/, '$1'),
          port: Number(port || (secure ? 443 : 80)),
          ...(secure ? { tls: {} } : {}),
        },
        { method: 'GET', path: `${pathname}${search}`, timeoutMs, signal: o.signal, maxBytes: 16 << 20 },
      )
      return {
        status: answer.status,
        body: answer.body,
        headers: Object.fromEntries(Object.entries(answer.headers).map(([k, v]) => [k, String(v)])),
      }
    },
    close: async () => {
      await Promise.allSettled([...open.values()].map(async (r) => (await r).close()))
    },
  }
}

/** A commit of a fix is built in a folder of the session's own: the person's checkout stays as it is. */
async function located(
  source: BinarySource,
  { checkout, folder: own }: Pick<WorldOptions, 'checkout' | 'folder'>,
  signal: AbortSignal,
): Promise<BinarySource> {
  if (source.kind !== 'build') return source
  const root =
    source.fix === true ? await treeAt(checkout, source.revision ?? '', join(own, treeFolder), signal) : checkout
  return { ...source, workspace: resolve(root, source.workspace) }
}

/** On a runner, `runner@host` would tell nobody whom to ask. */
const whoOf = (writer: Writer): string => (writer.kind === 'run' ? `${writer.repository} run ${writer.run}` : whoAmI())

const keyOf = (o: WorldOptions): KeySource | null =>
  o.key ?? (o.fleet.identityFile === undefined ? null : { kind: 'file', path: o.fleet.identityFile })

async function connect(o: WorldOptions & { readonly recoveries: Recoveries }, name: NodeName): Promise<Remote> {
  const node = o.fleet.nodes.find((n) => n.name === name)
  if (node === undefined)
    throw new Failure({
      code: 'U030',
      message: `fleet ${o.fleet.name} has no node ${name}`,
      remedy: listNodes(o.fleet),
    })
  const key = keyOf(o)
  if (key === null)
    throw new Failure({
      code: 'U031',
      message: `no private key for fleet ${o.fleet.name}`,
      remedy: `vps-test start --fleet ${quote(fleetReference(o.fleet))} --key ~/.ssh/id_ed25519`,
    })
  const privateKey = key.kind === 'file' ? await readPrivateKey(key.path) : parsePrivateKey(key.text, key.origin)
  o.signal.throwIfAborted()
  // An abort ends what is being connected. What is connected stays until `close`: leases are given back over it.
  const life = new AbortController()
  const abort = (): void => {
    life.abort(o.signal.reason)
  }
  o.signal.addEventListener('abort', abort, { once: true })
  try {
    const { log, recoveries } = o
    return await openRemote(node, o.fleet, {
      privateKey,
      signal: life.signal,
      connectTimeoutMs: 20_000,
      log,
      recoveries,
    })
  } finally {
    o.signal.removeEventListener('abort', abort)
  }
}
