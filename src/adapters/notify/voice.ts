/** A spoken notification: ElevenLabs makes the audio, which is kept, and played where this machine has a player. */
import { constants } from 'node:fs'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Notifier } from '../../ports/notifier.ts'
import { startProcess, type Argv } from '../process.ts'
import { json, post } from './post.ts'

export interface Voice {
  /** `https://api.elevenlabs.io` unless a test says else. */
  readonly api: URL
  readonly key: string
  readonly voice: string
  /** Directories of programs; empty: nothing is played. */
  readonly path: string
}

/** "Rachel", which every account has. */
export const usualVoice = '21m00Tcm4TlvDq8ikWAM'
const model = 'eleven_multilingual_v2'
/** A line of 200 characters is a fifth of it. */
const mostBytes = 4 << 20
const playedForMs = 30_000

export const voice = ({ api, key, voice: id, path }: Voice): Notifier => ({
  channel: 'voice',
  send: async (note, { folder, signal }) => {
    const url = new URL(`/v1/text-to-speech/${encodeURIComponent(id)}`, api)
    url.searchParams.set('output_format', 'mp3_44100_128')
    const sent = await post(
      {
        method: 'POST',
        url,
        headers: { ...json, 'xi-api-key': key, accept: 'audio/mpeg' },
        body: JSON.stringify({ text: note.line, model_id: model }),
      },
      signal,
      bytesOf,
    )
    if (sent.kind === 'failed') return sent
    if (sent.value === null)
      return { kind: 'failed', why: `the audio is larger than ${mostBytes >> 20} MiB, or no audio`, againMs: null }
    const file = join('voice', `${note.seq}-${note.event}.mp3`)
    await mkdir(join(folder, 'voice'), { recursive: true })
    await writeFile(join(folder, file), sent.value)
    await play(join(folder, file), path, signal)
    return { kind: 'delivered', file }
  },
})

async function bytesOf(answer: Response): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of answer.body ?? []) {
    parts.push(part)
    bytes += part.length
    if (bytes > mostBytes) return null
  }
  return bytes === 0 || !(answer.headers.get('content-type') ?? '').startsWith('audio/') ? null : Buffer.concat(parts)
}

const players: readonly Argv[] = [
  ['ffplay', '-nodisp', '-autoexit', '-loglevel', 'quiet'],
  ['mpg123', '-q'],
  ['mpv', '--no-video', '--really-quiet'],
  ['afplay'],
]

/** No player, or one that fails: the audio is kept all the same. */
async function play(file: string, path: string, signal: AbortSignal): Promise<void> {
  for (const [name = '', ...args] of players) {
    const program = await found(name, path)
    if (program === null) continue
    const player = startProcess([program, ...args, file])
    player.stdin.end()
    player.stdout.resume()
    player.stderr.resume()
    const limit = AbortSignal.any([signal, AbortSignal.timeout(playedForMs)])
    const end = (): void => void player.end()
    limit.addEventListener('abort', end, { once: true })
    await player.exited
    limit.removeEventListener('abort', end)
    return
  }
}

export async function found(name: string, path: string): Promise<string | null> {
  for (const dir of path.split(delimiter).filter((d) => d.startsWith('/'))) {
    const file = join(dir, name)
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file
  }
  return null
}
