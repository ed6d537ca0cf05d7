/** Artifacts of workflow runs as the port `ArtifactStore` sees them, on the official client. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Artifact, ArtifactClient } from '@actions/artifact'
import { Failure } from '../../domain/failure.ts'
import type { ArtifactStore, Stored } from '../../ports/forge.ts'
import { type ArchiveLimits, unzip } from './unzip.ts'
import { stripHidden, messageOf } from '../../domain/text.ts'

export interface ArtifactOptions {
  /** `owner/name`. */
  readonly repository: string
  readonly token: string
  /** This run's number, for links, and its attempt; 1 unless told. */
  readonly run: string
  readonly attempt?: number
  readonly signal?: AbortSignal
  /** For links; `https://github.com` unless told. */
  readonly serverUrl?: string
  /**
   * Of one upload or download; 10 minutes unless told. The library cannot be stopped: after this its rest goes on
   * unseen.
   */
  readonly timeoutMs?: number
  readonly limits?: ArchiveLimits
}

type Known = ArtifactOptions & { readonly signal: AbortSignal }

const roomy: ArchiveLimits = { files: 20_000, bytes: 2 * 1024 ** 3 }

/**
 * Every name that we give. The library writes a name into the log as it is, where the runner reads `##[error]` as a
 * command.
 */
export const ours = /^vps-test-[\w.-]{1,240}$/

/** The library is larger than all the rest of the Action: only what stores or reads an artifact loads it. */
const openClient = async (): Promise<ArtifactClient> => {
  const { DefaultArtifactClient } = await import('@actions/artifact')
  return new DefaultArtifactClient()
}

export function openArtifacts(given: ArtifactOptions): ArtifactStore {
  const options: Known = { ...given, signal: given.signal ?? new AbortController().signal }
  let opened: Promise<ArtifactClient> | undefined
  const client = (): Promise<ArtifactClient> => (opened ??= openClient())
  const [owner, repo] = options.repository.split('/')
  if (owner === undefined || repo === undefined || repo === '')
    throw new Failure({
      code: 'U450',
      message: `a repository is named owner/name, not ${stripHidden(options.repository)}`,
    })
  const place = { repositoryOwner: owner, repositoryName: repo, token: options.token }
  const within = <T>(code: 'upload' | 'read', what: string, call: () => Promise<T>): Promise<T> =>
    limited(code, what, call, options)
  const elsewhere = (run: string | undefined) =>
    run === undefined || run === options.run ? undefined : { ...place, workflowRunId: runId(run) }
  type FindBy = ReturnType<typeof elsewhere>
  const listed = async (findBy: FindBy, what: string): Promise<readonly Artifact[]> =>
    (await within('read', what, async () => (await client()).listArtifacts(findBy === undefined ? {} : { findBy })))
      .artifacts
  /**
   * The runtime service of a run that was started again need not show what its earlier attempts kept; the REST API
   * does.
   */
  const find = async (
    id: number,
    from: { readonly run: string; readonly attempt: number } | undefined,
  ): Promise<{ readonly known: Artifact; readonly findBy: FindBy }> => {
    const earlier =
      from?.run === options.run && from.attempt !== (options.attempt ?? 1)
        ? { ...place, workflowRunId: runId(options.run) }
        : undefined
    for (const findBy of [elsewhere(from?.run), ...(earlier === undefined ? [] : [earlier])]) {
      const known = (await listed(findBy, `find artifact ${id}`)).find((one) => one.id === id)
      if (known !== undefined) return { known, findBy }
    }
    throw new Failure({
      code: 'I462',
      message: `run ${stripHidden(from?.run ?? options.run)} has no artifact ${id}; artifacts expire after 90 days`,
      remedy: `gh run view ${stripHidden(from?.run ?? options.run)} --web`,
    })
  }
  return {
    async upload(name, root, files) {
      checkName(name)
      for (const file of files) checkFile(root, file)
      if (files.length === 0) throw new Failure({ code: 'H461', message: `nothing to upload as ${stripHidden(name)}` })
      const made = await within('upload', `upload the artifact ${name}`, async () =>
        (await client()).uploadArtifact(name, [...files], root, { compressionLevel: 6 }),
      )
      if (made.id === undefined)
        throw new Failure({ code: 'I460', message: `GitHub gave the artifact ${name} no number` })
      return {
        id: made.id,
        name,
        bytes: made.size ?? 0,
        digest: plain(made.digest),
        url: `${options.serverUrl ?? 'https://github.com'}/${options.repository}/actions/runs/${options.run}/artifacts/${made.id}`,
      }
    },
    async list(run) {
      const findBy = elsewhere(run)
      return (
        await listed(
          findBy,
          `list the artifacts of ${findBy === undefined ? 'this run' : `run ${findBy.workflowRunId}`}`,
        )
      )
        .map(stored)
        .toSorted((a, b) => b.id - a.id)
    },
    async download(id, into, from) {
      const folder = await mkdtemp(join(tmpdir(), 'vps-test-artifact-'))
      const limits = options.limits ?? roomy
      try {
        const { known, findBy } = await find(id, from)
        if (!ours.test(known.name))
          throw new Failure({
            code: 'I465',
            message: `artifact ${id} is none of ours: ${JSON.stringify(stripHidden(known.name, 80))}`,
          })
        if (known.size > limits.bytes)
          throw new Failure({
            code: 'I466',
            message: `the artifact ${known.name} has ${known.size} bytes; ${limits.bytes} are allowed`,
          })
        // Kept packed: the library would unpack as it comes, without limits, and rename what leads out of the folder.
        await within('read', `download the artifact ${stripHidden(known.name)}`, async () =>
          (await client()).downloadArtifact(id, {
            path: folder,
            skipDecompress: true,
            ...(findBy === undefined ? {} : { findBy }),
          }),
        )
        const [file, ...more] = await readdir(folder)
        if (file === undefined || more.length > 0)
          throw new Failure({
            code: 'I462',
            message: `the artifact ${stripHidden(known.name)} did not arrive`,
          })
        const archive = join(folder, file)
        const stated = plain(known.digest)
        const got = await sha256(archive)
        if (stated !== null && stated !== got)
          throw new Failure({
            code: 'I464',
            message: `the artifact ${stripHidden(known.name)} has sha256 ${got} instead of ${stated}`,
          })
        await mkdir(into, { recursive: true })
        await unzip(archive, await realpath(into), limits, options.signal)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

async function limited<T>(kind: 'upload' | 'read', what: string, call: () => Promise<T>, options: Known): Promise<T> {
  options.signal.throwIfAborted()
  const timeoutMs = options.timeoutMs ?? 600_000
  const limit = AbortSignal.timeout(timeoutMs)
  const either = AbortSignal.any([options.signal, limit])
  let stop: () => void = () => undefined
  const stopped = new Promise<never>((_, fail) => {
    stop = () => fail(new Error(`not done in ${timeoutMs / 1000} s`))
    either.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([call(), stopped])
  } catch (error) {
    options.signal.throwIfAborted()
    const said = messageOf(error)
    if (kind === 'upload' && /\b409\b|already exists/.test(said))
      throw new Failure(
        {
          code: 'I461',
          message: `cannot ${stripHidden(what)}: this run has one of that name, and artifacts are never changed`,
        },
        error,
      )
    if (kind === 'upload')
      throw new Failure({ code: 'I460', message: `cannot ${stripHidden(what)}: ${stripHidden(said, 300)}` }, error)
    throw new Failure(
      {
        code: 'I462',
        message: `cannot ${stripHidden(what)}: ${stripHidden(said, 300)}`,
        remedy: 'give the job in its workflow file: permissions: { actions: read }',
      },
      error,
    )
  } finally {
    either.removeEventListener('abort', stop)
  }
}

/** What file systems of other systems cannot hold is refused by GitHub, and here with a clearer word. */
function checkName(name: string): void {
  if (name === '' || name.length > 255 || /["<>|*?:\\/\u0000-\u001f]/.test(name) || name !== name.trim())
    throw new Failure({
      code: 'H460',
      message: `no name for an artifact: ${JSON.stringify(stripHidden(name))}`,
    })
}

function checkFile(root: string, file: string): void {
  const path = relative(root, file)
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || /["<>|*?:\r\n]/.test(path))
    throw new Failure({
      code: 'H462',
      message: `no file for an artifact: ${JSON.stringify(stripHidden(path))}`,
    })
}

function runId(run: string): number {
  if (!/^[1-9][0-9]{0,15}$/.test(run))
    throw new Failure({ code: 'U452', message: `a workflow run has a number, not ${stripHidden(run)}` })
  return Number(run)
}

/** The two services write it with and without `sha256:`. */
const plain = (digest: string | undefined): string | null =>
  /^(?:sha256:)?([0-9a-f]{64})$/.exec(digest ?? '')?.[1] ?? null

const stored = (one: Artifact): Stored => ({ id: one.id, name: one.name, bytes: one.size, digest: plain(one.digest) })

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
