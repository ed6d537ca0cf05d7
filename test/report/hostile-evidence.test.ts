/**
 * A stranger's evidence folder: whatever stands in place of any value of it, no page shows more than words, and nothing
 * is judged that is not what it should be.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layout } from '../../src/domain/bundle.ts'
import { untrustedEvidence, trustedEvidence } from '../../src/domain/bundle-shape.ts'
import { exitCodes } from '../../src/domain/failure.ts'
import { sha256, type Json } from '../../src/domain/ledger.ts'
import { manifestOf } from '../../src/domain/manifest.ts'
import { fold } from '../../src/domain/session.ts'
import { bundleProofText, renderBundleProof } from '../../src/report/bundle-proof.ts'
import { plain } from '../../src/report/plain.ts'
import { jobSummary } from '../../src/report/job-summary.ts'
import { commentMarker, prComment } from '../../src/report/pr-comment.ts'
import { readManifest } from '../../src/app/evidence-folder.ts'
import type { Context } from '../../src/app/context.ts'
import { bundleIn } from '../../src/app/evidence.ts'
import { verify } from '../../src/cli/verify.ts'
import { contents, good, type Files } from './evidence-files.ts'
import { brokenRows, escapes, evil, runUrl } from './surfaces.ts'

let place: string
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'vps-test-hostile-'))
  mkdirSync(join(place, 'evidence', 'suites'), { recursive: true })
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

const write = (files: Files): void => {
  for (const [name, content] of Object.entries(contents(files))) writeFileSync(join(place, 'evidence', name), content)
}

/** Every page that is made of it, and the proof as a terminal shows it; null where it was refused. */
async function pages(files: Files): Promise<{ readonly md: readonly string[]; readonly text: string } | null> {
  write(files)
  const read = await bundleIn(place, untrustedEvidence).catch(() => null)
  if (read === null) return null
  const { bundle, verdict } = read
  const input = {
    session: fold(bundle.facts.session, bundle.entries),
    entries: bundle.entries,
    bundle,
    verdict,
    artifactUrl: null,
    runUrl,
    comparison: null,
  }
  const manifest = manifestOf([{ path: 'evidence/x', bytes: 1, sha256: sha256('x') }])
  return {
    md: [prComment(input, commentMarker('x')), jobSummary(input), renderBundleProof(bundle, verdict, manifest)],
    text: bundleProofText(bundle, verdict, manifest, plain),
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/

type Path = readonly (string | number)[]
const paths = (value: Json, at: Path = []): readonly Path[] => [
  at,
  ...(typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, one]) => paths(one, [...at, Array.isArray(value) ? Number(key) : key]))),
]
function put(value: Json, [key, ...rest]: Path, replacement: Json): Json {
  if (key === undefined) return replacement
  if (Array.isArray(value)) return value.map((one: Json, i) => (i === key ? put(one, rest, replacement) : one))
  const object = value as Readonly<Record<string, Json>>
  return { ...object, [key]: put(object[key] ?? null, rest, replacement) }
}

/** Few of the many that are alike: the third attempt is read like the fourth. */
const places = paths(good).filter((p) => p.length > 1 && p.every((step) => typeof step !== 'number' || step < 3))
const short = '</td><script>x</script> | @a #1 ::error::b'
const replacements: readonly Json[] = [
  evil,
  short,
  '__proto__',
  { toString: short, length: 3, [short]: short },
  [short],
  [[short]],
  { kind: 'link', label: 'x', to: 'https://evil.example/' },
  [{ kind: 'strong', of: short }],
  1e308,
  -1,
  0.5,
  true,
  null,
  {},
  [],
]

test('the good one is read, and shown', async () => {
  const shown = await pages(good)
  expect(shown?.md.map((md) => md.includes('saorsa-9'))).toEqual([true, true, true])
  expect(shown?.md.flatMap((md) => [...escapes(md), ...brokenRows(md)])).toEqual([])
  expect(shown?.text).toContain('saorsa-9')
})

test('anything in any place of it stays words, or is refused', async () => {
  let seen = { shown: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), fc.constantFrom(...replacements), async (path, replacement) => {
      // What cannot be shown is said to be unreadable; thrown words never reach a page.
      const shown = await pages(put(good, path, replacement) as Files).catch(() => null)
      seen = shown === null ? { ...seen, refused: seen.refused + 1 } : { ...seen, shown: seen.shown + 1 }
      expect((shown?.md ?? []).flatMap((md) => [...escapes(md), ...brokenRows(md)])).toEqual([])
      expect(shown?.text ?? '').not.toMatch(unprintable)
    }),
    { numRuns: 400 },
  )
  expect(seen.shown).toBeGreaterThan(20)
  expect(seen.refused).toBeGreaterThan(20)
}, 60_000)

describe('is refused where a value is of another kind', () => {
  test.each<[string, Path, Json]>([
    ['ledger.jsonl: [1].seq is no whole number', ['entries', 1, 'seq'], '<b>1</b>'],
    ['ledger.jsonl: [0].at is no whole number', ['entries', 0, 'at'], 1e300],
    ...(['session', 'from', 'event', 'to', 'why', 'prev', 'hash'] as const).map((key): [string, Path, Json] => [
      `ledger.jsonl: [0].${key} is no text`,
      ['entries', 0, key],
      { toString: 'x' },
    ]),
    ['ledger.jsonl: [2].facts is no object', ['entries', 2, 'facts'], 'x'],
    ['facts.json: build.bytes is no number', ['facts', 'build', 'bytes'], short],
    ['nat.json: before[0].mapping is none of', ['nat', 'before', 0, 'mapping'], short],
    ['nat.json: after[0].filtering is none of', ['nat', 'after', 0, 'filtering'], short],
    ['plan.json: fleet.lab.shaping is none of', ['plan', 'fleet', 'lab', 'shaping'], short],
    [
      'suites/connectivity.jsonl: [0].attempts[0].claim.connectMs is no number',
      ['attempts', 0, 'attempts', 0, 'claim', 'connectMs'],
      short,
    ],
    ['controls.json: [0].witnessed is neither', ['controls', 0, 'witnessed'], 1],
    ['running.json: before[0].pid is no number', ['running', 'before', 0, 'pid'], short],
    ['plan.json: nodes[0] is no name', ['plan', 'nodes', 0], 'x'.repeat(201)],
  ])('%s', async (words, path, value) => {
    write(put(good, path, value) as Files)
    await expect(bundleIn(place, trustedEvidence)).rejects.toThrow(words)
  })
  test('or where there is more of it than a run of strangers may leave', async () => {
    const deep = Array.from({ length: 100 }).reduce<Json>((inner) => [inner], [])
    for (const [words, path, value] of [
      ['values', ['facts', 'more'], Array<number>(1_000_001).fill(0)],
      ['nested deeper', ['plan', 'more'], deep],
      ['a text of 8001', ['entries', 0, 'why'], 'x'.repeat(8001)],
      [
        'has 1001 parts; 1000 are allowed',
        ['entries'],
        Array<Json>(1001).fill((good.entries as readonly Json[])[0] ?? null),
      ],
      ['has 101 parts', ['plan', 'nodes'], Array<Json>(101).fill('n')],
      ['has more than 3000 lines', ['attempts'], Array<Json>(3001).fill((good.attempts as readonly Json[])[0] ?? null)],
    ] satisfies readonly (readonly [string, Path, Json])[]) {
      write(put(good, path, value) as Files)
      await expect(bundleIn(place, untrustedEvidence), words).rejects.toThrow(words)
    }
  })
  test('a manifest that is none', () => {
    expect(() =>
      readManifest('{"files":[{"path":"a","bytes":"<b>","sha256":"x"}],"root":"r"}', trustedEvidence),
    ).toThrow('files[0].bytes is no whole number')
    expect(() => readManifest('{"files":[]}', trustedEvidence)).toThrow('root is no text')
  })
})

test('verify prints what the folder says of itself as words', async () => {
  write(
    put(
      put(good, ['facts', 'version'], '9\u001b[2J\u009b31m\u202e'),
      ['facts', 'session'],
      's\u001b]0;owned\u0007',
    ) as Files,
  )
  writeFileSync(join(place, 'evidence', layout.verdict), '{"suites":{}}')
  const listed = readdirSync(join(place, 'evidence'), { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => {
      const data = readFileSync(join(f.parentPath, f.name))
      return { path: relative(place, join(f.parentPath, f.name)), bytes: data.length, sha256: sha256(data) }
    })
  writeFileSync(join(place, 'manifest.json'), `${JSON.stringify(manifestOf(listed), null, 1)}\n`)
  const printed: string[] = []
  const context = {
    cwd: place,
    version: '1',
    terminal: {
      print: (line: string) => {
        printed.push(line)
      },
    },
  } as unknown as Context
  expect(await verify(context, '.', {})).toBe(exitCodes.failed)
  expect(printed.join()).toMatch(/it says that vps-test 9\[2J31m wrote it, and this is 1; .*NOT VALID: /)
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  expect(printed.filter((line) => /[\u0000-\u001f\u007f-\u009f\u202e]/.test(line))).toEqual([])
})
