/**
 * The program out of what was given: an ELF file as it is, or one member of a .tar.gz, which the system's tar reads.
 */
import { messageOf } from '../../domain/text.ts'
import { basename } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { runProcess } from '../process.ts'

/** Larger programs are refused, also where an archive would grow to one. */
export const maxBytes = 1 << 30

/** Nothing of the archive is written to disk; its one member of the program's name is taken. Failure U304. */
export async function unpacked(
  data: Uint8Array,
  program: string,
  from: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (data[0] === 0x7f) return data
  if (data[0] !== 0x1f || data[1] !== 0x8b)
    throw new Failure({ code: 'U304', message: `${from} is neither an ELF program nor a .tar.gz` })
  const tar = async (...args: readonly string[]): Promise<Uint8Array> => {
    const { ending, stdout, stderr } = await runProcess(['tar', ...args], {
      input: data,
      keepBytes: maxBytes,
      refuseMore: true,
      timeoutMs: 120_000,
      signal,
    })
    if (ending.kind === 'exited' && ending.code === 0) return stdout
    throw new Error(
      ending.kind === 'too much'
        ? `it grows to more than ${maxBytes} bytes`
        : ending.kind === 'not started'
          ? ending.why
          : `tar: ${stderr.toString('utf8').trim().split('\n')[0] || ending.kind}`,
    )
  }
  try {
    const members = new TextDecoder()
      .decode(await tar('-tzf', '-'))
      .split('\n')
      .filter((m) => basename(m) === program && !m.endsWith('/'))
    const [member] = members
    if (member === undefined || members.length > 1)
      throw new Failure({
        code: 'U304',
        message: `${from} holds ${members.length} files named ${program}; one is needed`,
      })
    return await tar('-xzOf', '-', '--', member)
  } catch (error) {
    if (error instanceof Failure) throw error
    signal.throwIfAborted()
    throw new Failure(
      {
        code: 'U304',
        message: `${from} cannot be unpacked: ${messageOf(error).split('\n')[0] ?? ''}`,
      },
      error,
    )
  }
}
