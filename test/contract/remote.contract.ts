/** What every Remote does, whoever is on the other side. */
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { Command } from '../../src/commands/command.ts'
import { raw, sh } from '../../src/commands/quote.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Remote, RunOptions } from '../../src/ports.ts'

export const never = new AbortController().signal
export const within = (timeoutMs = 45_000, more: Partial<RunOptions> = {}): RunOptions => ({
  timeoutMs,
  signal: never,
  ...more,
})
export const script = (text: string, idempotent = false): Command => ({ kind: 'script', why: 'test', idempotent, text })
export const argv = (...words: readonly string[]): Command => ({
  kind: 'argv',
  why: 'test',
  idempotent: true,
  argv: words,
})

/** The code of the failure that a promise must reject with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => {
      throw new Error('it succeeded')
    },
    (e: unknown) => e,
  )
  if (!(error instanceof Failure)) throw error
  return error.facts.code
}

/** Asks until the remote shell says yes; the test's own timeout is the limit. */
async function until(remote: Remote, condition: string): Promise<void> {
  while ((await remote.run(script(condition), within())).code !== 0)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
}

/** `get`: the connected remote under test. */
export function remoteContract(get: () => Remote): void {
  it('gives exit code, stdout and stderr apart; stderr is not failure', async () => {
    expect(await get().run(script('echo out; echo err >&2'), within())).toMatchObject({
      code: 0,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    })
    expect(await get().run(script('exit 65'), within())).toMatchObject({ code: 65, signal: null })
    expect(await get().run(argv('no-such-program-here'), within())).toMatchObject({ code: 127 })
  })

  it('tells a signal from an exit code', async () => {
    expect(await get().run(script('kill -9 $$'), within())).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(await get().run(argv('sh', '-c', 'kill -TERM $$'), within())).toMatchObject({
      code: null,
      signal: 'SIGTERM',
    })
    expect(await get().run(argv('command', '-v', 'sh'), within())).toMatchObject({ code: 0 })
  })

  it('carries a megabyte of any bytes both ways', async () => {
    const bytes = Buffer.from(Uint32Array.from({ length: 262_144 }, (_, i) => Math.imul(i, 2_654_435_761)).buffer)
    let sent = 0
    const back = await get().read(
      argv('cat'),
      within(45_000, {
        stdin: bytes,
        onSent: (n) => {
          sent = n
        },
      }),
    )
    expect(Buffer.compare(back, bytes)).toBe(0)
    expect(sent).toBe(bytes.length)
    const streamed = await get().read(
      argv('cat'),
      within(45_000, { stdin: Readable.from([bytes.subarray(0, 300_000), bytes.subarray(300_000)]) }),
    )
    expect(Buffer.compare(streamed, bytes)).toBe(0)
  })

  it('gives the command an end of stdin when there is none', async () => {
    expect(await get().run(argv('cat'), within(5000))).toMatchObject({ code: 0, stdout: '' })
  })

  it('does not mind a command that stops reading', async () => {
    const result = await get().run(
      script('head -c 10; exit 3'),
      within(45_000, { stdin: Buffer.alloc(8 * 1024 * 1024, 'x') }),
    )
    expect(result).toMatchObject({ code: 3, stdout: 'xxxxxxxxxx' })
  })

  it('reports a source that breaks, and does not call the data complete', async () => {
    const source = Readable.from(
      (async function* () {
        yield Buffer.from('half')
        throw new Error('disk on fire')
      })(),
    )
    await expect(get().run(argv('cat'), within(5000, { stdin: source }))).rejects.toThrow('disk on fire')
  })

  it('keeps bytes that are no UTF-8 in read, and replaces them in run', async () => {
    const command = script(String.raw`printf 'a\377\000b'`)
    expect([...(await get().read(command, within()))]).toEqual([97, 255, 0, 98])
    expect((await get().run(command, within())).stdout).toBe('a\ufffd\0b')
  })

  it('calls back for each line, also a last one without newline, and bounds them', async () => {
    const lines: string[] = []
    await get().run(
      script(String.raw`printf 'one\n\nthr\303\251\nlast'`),
      within(5000, { onLine: (l) => lines.push(l) }),
    )
    expect(lines).toEqual(['one', '', 'thré', 'last'])
    const long: number[] = []
    await get().run(
      script(String.raw`head -c 200000 /dev/zero | tr '\0' x; echo; echo y`),
      within(5000, { onLine: (l) => long.push(l.length) }),
    )
    expect(long).toEqual([65_536, 1])
  })

  it('calls back while the command still runs', async () => {
    const controller = new AbortController()
    const run = get().run(
      script('echo up; exec sleep 20'),
      within(45_000, { signal: controller.signal, onLine: () => controller.abort(new Error('seen')) }),
    )
    await expect(run).rejects.toThrow('seen')
  })

  it("fails with the line callback's own error", async () => {
    await expect(
      get().run(
        script('echo x; exec sleep 20'),
        within(45_000, {
          onLine: () => {
            throw new Error('mine')
          },
        }),
      ),
    ).rejects.toThrow('mine')
  })

  it('cuts stdout at the cap and says so; a download is refused instead', async () => {
    const command = script('head -c 100000 /dev/zero')
    const result = await get().run(command, within(5000, { maxBytes: 1000 }))
    expect(result).toMatchObject({ code: 0, truncated: true })
    expect(result.stdout.length).toBe(1000)
    expect(await codeOf(get().read(command, within(5000, { maxBytes: 1000 })))).toBe('I042')
    expect(await codeOf(get().read(script('echo part; echo why >&2; exit 4'), within()))).toBe('I042')
  })

  it('hands every kind of byte through the shell unchanged', async () => {
    const words = [
      '',
      ' ',
      "'",
      '"',
      '\\',
      '$(id)',
      '`id`',
      '*',
      '?',
      '~',
      '!',
      '#x',
      '&',
      ';',
      '|',
      '<>',
      '\n',
      '\t',
      '\r',
      '-n',
      '=x',
      'A=b',
      'if',
      '{a,b}',
      '[a-z]',
      'é☃𝒳',
      String.fromCharCode(...Array.from({ length: 126 }, (_, i) => i + 1)),
    ]
    const expected = `${words.join('\x1f')}\x1f`
    expect(Buffer.from(await get().read(argv('printf', String.raw`%s\037`, ...words), within())).toString()).toBe(
      expected,
    )
    expect(
      Buffer.from(
        await get().read(script(sh`printf '%s\\037' ${words}`.replaceAll('\\\\', '\\')), within()),
      ).toString(),
    ).toBe(expected)
  })

  it('ends at the deadline with T003, and the command with it', async () => {
    const marker = `/tmp/vps-test-contract-${process.pid}-${Math.trunc(performance.now())}`
    // TERM first: its trap removes the lock, as one that is killed at once could not.
    expect(
      await codeOf(
        get().run(
          script(
            sh`touch ${marker}.lock; trap ${sh`rm ${`${marker}.lock`}; exit`} TERM; echo $$ > ${marker}; sleep 30 & wait`,
          ),
          within(3000),
        ),
      ),
    ).toBe('T003')
    const started = performance.now()
    await until(
      get(),
      sh`pid=$(cat ${marker}) && ! kill -0 "$pid" ${raw('2>/dev/null')} && [ ! -e ${marker}.lock ] && rm ${marker}`,
    )
    // By our hand, and not because its sleep was over.
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('ends a command that is aborted in its first moment, and one that ignores TERM', async () => {
    const dir = (await get().run(argv('mktemp', '-d'), within())).stdout.trim()
    const early = new AbortController()
    const run = get().run(
      script(sh`cd ${dir}; echo $$ > early; exec sleep 30`),
      within(45_000, { signal: early.signal }),
    )
    setImmediate(() => early.abort(new Error('early')))
    await expect(run).rejects.toThrow('early')
    expect(
      await codeOf(get().run(script(sh`cd ${dir}; trap '' TERM; echo $$ > deaf; sleep 30; sleep 30`), within(700))),
    ).toBe('T003')
    const started = performance.now()
    await until(
      get(),
      sh`cd ${dir} && for f in early deaf; do [ ! -e $f ] || ! kill -s 0 "$(cat $f)" ${raw('2>/dev/null')} || exit 1; done; rm -r ${dir}`,
    )
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('rejects at once with the reason of an abort, before and during the run', async () => {
    await expect(
      get().run(argv('true'), within(5000, { signal: AbortSignal.abort(new Error('too late')) })),
    ).rejects.toThrow('too late')
    const controller = new AbortController()
    const run = get().run(
      script('echo up; exec sleep 20'),
      within(45_000, { signal: controller.signal, onLine: () => controller.abort(new Error('enough')) }),
    )
    await expect(run).rejects.toThrow('enough')
    expect(await get().run(argv('true'), within())).toMatchObject({ code: 0 })
  })

  it('runs a dozen commands at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        get().run(script(sh`read -r x; sleep 0.2; echo "$x"`), within(45_000, { stdin: Buffer.from(`${i}\n`) })),
      ),
    )
    expect(results.map((r) => r.stdout.trim())).toEqual(Array.from({ length: 12 }, (_, i) => String(i)))
  })
}
