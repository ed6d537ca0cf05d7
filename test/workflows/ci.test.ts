/** CI runs in jobs what `.ci/run` runs on one machine, and one job says whether all of them are green. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { layerNames } from '../../scripts/layers.mjs'
import { readWorkflow } from './rules.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const { jobs } = readWorkflow(read('.github/workflows/ci.yml'))
const runs = Object.entries(jobs).flatMap(([job, { steps }]) =>
  (steps ?? []).flatMap((s) => (s.run ? [{ job, run: s.run }] : [])),
)

test('here it is the tests and the proof of dist/', () =>
  expect(read('.ci/run').trimEnd().split('\n').slice(-3)).toEqual(['export CI=true', 'npm test', 'npm run dist-check']))

describe('jobs', () => {
  test.each([
    ['npm run check', 'pure'],
    ['npm run docs -- --check', 'pure'],
    ['npm run test:crates', 'local'],
    ['npm run dist-check', 'dist'],
  ])('%s is a step of the job %s', (run, job) => expect(runs.filter((one) => one.run === run)).toEqual([{ job, run }]))
  test('each layer has one of its own name', () => {
    const layer = (run: string): string | undefined =>
      /^npm test -- --project (\w+)/.exec(run)?.[1] ?? (run === 'npm run test:pure' ? 'pure' : undefined)
    const found = runs.flatMap(({ job, run }) => (layer(run) === undefined ? [] : [[job, layer(run)]]))
    expect(found).toEqual(layerNames.map((name) => [name, name]))
  })
  test('the shards of a layer are all of it', () => {
    const { strategy, steps } = jobs['act'] ?? {}
    const shards = (strategy?.matrix?.['shard'] ?? []) as readonly string[]
    expect(shards).toEqual(shards.map((_, i) => `${i + 1}/${shards.length}`))
    expect(steps?.at(-1)).toMatchObject({ run: expect.stringContaining('--shard="$SHARD"') as string })
  })
})

test('the whole gauntlet has a workflow of its own, every night and on demand', () => {
  const { on, jobs } = readWorkflow(read('.github/workflows/gauntlet.yml'))
  expect(Object.keys(on)).toEqual(['schedule', 'workflow_dispatch'])
  const [run = ''] = (jobs['gauntlet']?.steps ?? []).flatMap((s) => (s.run ? [s.run] : []))
  for (const part of ['--lab', '--honest 30', '--ten 5', '--composed-lab 30', '--composed 5000'])
    expect(run.split(/ (?=--)/)).toContain(part)
})

describe('all-green', () => {
  const gate = jobs['all-green']
  test('waits for every other job, whatever became of it', () => {
    expect(gate?.needs).toEqual(Object.keys(jobs).filter((name) => name !== 'all-green'))
    expect(gate?.if).toBe('${{ always() }}')
  })
  test('takes nothing but success for green', () =>
    expect(gate?.steps).toEqual([
      { run: `jq --exit-status 'all(.[]; .result == "success")' <<< "$NEEDS"`, env: { NEEDS: '${{ toJSON(needs) }}' } },
    ]))
})

describe('a new dist/ for a new dependency', () => {
  const [build, commit] = ['dist-build', 'dist-commit'].map((name) => read(`.github/workflows/${name}.yml`)) as [
    string,
    string,
  ]
  const steps = (text: string, job: string) => readWorkflow(text).jobs[job]?.steps ?? []
  test('what runs packages may write nothing', () => {
    expect(readWorkflow(build).jobs['build']?.permissions).toEqual({ contents: 'read' })
    expect(build).not.toMatch(/: write|secrets[.:]|github\.token/)
  })
  test('what may write runs nothing of the branch', () => {
    expect(steps(commit, 'commit').flatMap((s) => s.uses ?? [])).toEqual([expect.stringMatching(/^actions\/checkout@/)])
    expect(
      steps(commit, 'commit')
        .flatMap((s) => s.run ?? [])
        .join('\n'),
    ).not.toMatch(/\b(?:npm|npx|node|yarn|bash|sh|make|source)\b/)
    expect(commit).toContain('core.hooksPath=/dev/null')
  })
})
