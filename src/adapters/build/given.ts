/** Takes a program that is already built: a file given by path, or an asset of a GitHub release. */
import { mkdir, open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quote } from '../../commands/quote.ts'
import { Failure } from '../../domain/failure.ts'
import { sha256 } from '../../domain/ledger.ts'
import { maxBytes, unpacked } from './unpack.ts'
import { messageOf } from '../../domain/text.ts'

export interface GivenBinary {
  readonly data: Uint8Array
  readonly digest: 'matched' | 'not stated'
}

const maxPacked = 512 << 20

export async function givenFile(path: string, program: string, signal: AbortSignal): Promise<Uint8Array> {
  const facts = await stat(path).catch(() => undefined)
  if (facts?.isFile() !== true)
    throw new Failure({
      code: 'U302',
      message: `the given binary ${path} is no file`,
      remedy: `ls -l ${path}`,
    })
  if (facts.size > maxBytes)
    throw new Failure({
      code: 'U302',
      message: `the given binary ${path} has ${facts.size} bytes; at most ${maxBytes} are taken`,
    })
  const handle = await open(path)
  try {
    return await unpacked(await handle.readFile(), program, path, signal)
  } finally {
    await handle.close()
  }
}

export interface ReleaseOptions {
  readonly repository: string
  /** A tag, or `latest`. */
  readonly tag: string
  readonly asset: string
  readonly program: string
  /** `https://api.github.com` unless told. */
  readonly baseUrl?: string
  readonly token?: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export async function releaseAsset(options: ReleaseOptions): Promise<GivenBinary & { readonly tag: string }> {
  const [owner, repo, ...more] = options.repository.split('/')
  if (owner === undefined || repo === undefined || repo === '' || more.length > 0)
    throw new Failure({
      code: 'U303',
      message: `a release needs owner/repository, not ${options.repository}`,
    })
  const { Octokit } = await import('octokit')
  const octokit = new Octokit({
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
    ...(options.token === undefined ? {} : { auth: options.token }),
    throttle: { enabled: false },
    retry: { enabled: false },
    log: silent,
  })
  const stop = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])
  const request = { signal: stop }
  const where = `${options.repository} ${options.tag}`
  try {
    const release =
      options.tag === 'latest'
        ? await octokit.rest.repos.getLatestRelease({ owner, repo, request })
        : await octokit.rest.repos.getReleaseByTag({ owner, repo, tag: options.tag, request })
    const asset = release.data.assets.find((a) => a.name === options.asset)
    if (asset === undefined)
      throw new Failure({
        code: 'U303',
        remedy: viewRelease(options),
        message: `release ${where} has no asset ${options.asset}; it has ${
          release.data.assets
            .map((a) => a.name)
            .slice(0, 20)
            .join(', ') || 'none'
        }`,
      })
    if (asset.size > maxPacked)
      throw new Failure({
        code: 'U303',
        remedy: viewRelease(options),
        message: `asset ${options.asset} has ${asset.size} bytes; at most ${maxPacked} are taken`,
      })
    const answer = await octokit.request('GET /repos/{owner}/{repo}/releases/assets/{asset_id}', {
      owner,
      repo,
      asset_id: asset.id,
      headers: { accept: 'application/octet-stream' },
      request,
    })
    const data = bytesOf(answer.data)
    const stated = digestOf(asset)
    if (data.length !== asset.size || (stated !== null && stated !== sha256(data))) {
      throw new Failure({
        code: 'I315',
        remedy: viewRelease(options),
        message: `asset ${options.asset} of ${where} is not what the release states: ${data.length} of ${asset.size} bytes, sha256 ${sha256(data)}${stated === null ? '' : ` instead of ${stated}`}`,
      })
    }
    return {
      data: await unpacked(data, options.program, options.asset, stop),
      digest: stated === null ? 'not stated' : 'matched',
      tag: release.data.tag_name,
    }
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof Failure) throw error
    const status = error instanceof Error && 'status' in error ? error.status : undefined
    if (status === 404)
      throw new Failure(
        {
          code: 'U303',
          message: `there is no release ${where}, or this token may not see it`,
          remedy: viewRelease(options),
        },
        error,
      )
    throw new Failure(
      {
        code: 'I316',
        remedy: viewRelease(options),
        message: `cannot fetch ${options.asset} of ${where}: ${stop.aborted ? `not done in ${options.timeoutMs / 1000} s` : messageOf(error)}`,
      },
      error,
    )
  }
}

export async function storeProgram(data: Uint8Array, outDir: string, name: string): Promise<string> {
  const path = join(outDir, name)
  await mkdir(outDir, { recursive: true })
  await writeFile(path, data, { mode: 0o755 })
  return path
}

/** GitHub states `digest: "sha256:…"` for assets uploaded since mid-2025. */
const digestOf = (asset: { readonly digest?: string | null }): string | null =>
  /^sha256:([0-9a-f]{64})$/.exec(asset.digest ?? '')?.[1] ?? null

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (typeof data === 'string') return new TextEncoder().encode(data)
  throw new Failure({ code: 'I316', message: 'the asset came without bytes' })
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

const viewRelease = ({ tag, repository }: { readonly tag: string; readonly repository: string }): string =>
  `gh release view ${tag === 'latest' ? '' : `${quote(tag)} `}--repo ${quote(repository)}`
