/** What every ledger promises, wherever its truth lies. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitLedger, type GitLedger, type LedgerOptions } from '../../src/adapters/git-ledger.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { foreignEntry, story } from '../kit/session.ts'
import { fold } from '../../src/domain/session.ts'
import {
  beginFacts,
  branch,
  codeOf,
  entry,
  failureOf,
  git as gitIn,
  tamper as tamperIn,
  writer as writerOn,
  type Writer,
} from './ledger.kit.ts'

/** `dir`: the repository that holds the truth. `where`: what one more writer opens. */
export interface LedgerPlace {
  readonly dir: string
  where(): readonly [dir: string, url?: string]
}

export function ledgerContract(kind: string, place: (root: string) => LedgerPlace): void {
  describe(kind, () => {
    const root = mkdtempSync(join(tmpdir(), 'ledger-test-'))
    afterAll(() => {
      rmSync(root, { recursive: true, force: true })
    })
    let at: LedgerPlace
    let dir = ''
    let made = 0
    beforeEach(() => {
      at = place(join(root, `${++made}`))
      dir = at.dir
    })

    const git = (...args: readonly string[]): string => gitIn(dir, ...args)
    const tamper = (change: (files: Map<string, string>) => void): void => {
      tamperIn(dir, change)
    }
    const writer = (session: string, count: number, name: string): Writer => writerOn(at.where(), session, count, name)
    const open = async (options: LedgerOptions = {}): Promise<GitLedger> => {
      const [here, url] = at.where()
      return openGitLedger(here, { ...options, ...(url === undefined ? {} : { remote: { url } }) })
    }
    async function filled(n: number, session = 's', options: LedgerOptions = {}): Promise<readonly Entry[]> {
      const ledger = await open(options)
      let all = await ledger.read(session)
      for (let i = 0; i < n; i++) {
        const next = entry(all, session, `why ${i}`)
        await ledger.append(session, next)
        all = [...all, next]
      }
      return all
    }

    describe('appending', () => {
      test('entries come back as written, in order, one commit and one file each', async () => {
        const all = await filled(12)
        const again = await open()
        expect(await again.read('s')).toEqual(all)
        expect(git('log', '--format=%s', branch).trim().split('\n')).toEqual(
          Array.from({ length: 12 }, () => 's: IDLE → INTERVIEW'),
        )
        expect(git('ls-tree', '-r', '--name-only', branch).trim().split('\n').slice(0, 2)).toEqual([
          'sessions/s/0000-IDLE-INTERVIEW.json',
          'sessions/s/0001-IDLE-INTERVIEW.json',
        ])
        expect(git('fsck', '--strict', '--no-dangling')).toBe('')
      })
      test('sessions lie side by side, and a name that begins another is another', async () => {
        await filled(2, 'b')
        await filled(1, 'a')
        await filled(1, 'a-longer')
        const ledger = await open()
        expect(await ledger.sessions()).toEqual(['a', 'a-longer', 'b'])
        expect([
          (await ledger.read('b')).length,
          (await ledger.read('a')).length,
          (await ledger.read('nobody')).length,
        ]).toEqual([2, 1, 0])
      })
    })

    describe('two writers', () => {
      test('of one session: exactly one wins, the other is told who moved it', async () => {
        const [a, b] = [await open(), await open()]
        const before = await filled(1)
        const results = await Promise.allSettled([
          a.append('s', entry(before, 's', 'from a')),
          b.append('s', entry(before, 's', 'from b')),
        ])
        expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
        const lost = results.find((r) => r.status === 'rejected')
        expect(lost?.reason).toMatchObject({
          facts: { kind: 'busy', code: 'B001', message: 'another writer moved session s to INTERVIEW first' },
        })
        const after = await a.read('s')
        expect(after).toHaveLength(2)
        expect(await codeOf(b.append('s', entry(before)))).toBe('B001')
        await b.append('s', entry(after))
      })
      test('of different sessions never disturb each other', async () => {
        const ledger = await open()
        await Promise.all(
          ['a', 'b', 'c', 'd'].map(async (s) => {
            await ledger.append(s, entry([], s))
          }),
        )
        expect(await ledger.sessions()).toEqual(['a', 'b', 'c', 'd'])
      })
      test('and more, as processes on a repository that does not exist yet: nothing is lost, nothing twice', async () => {
        const writers = [writer('s', 3, 'p1'), writer('s', 3, 'p2'), writer('t', 3, 'p3')]
        await Promise.all(writers.map((w) => w.ready))
        writers.forEach((w) => {
          w.go()
        })
        const codes = await Promise.all(writers.map((w) => w.over))
        expect([...new Set(codes.flat())].filter((c) => c !== 'B001')).toEqual([])
        const ledger = await open()
        expect((await ledger.read('s')).map((e) => e.why).sort()).toEqual([
          'p1 0',
          'p1 1',
          'p1 2',
          'p2 0',
          'p2 1',
          'p2 2',
        ])
        expect((await ledger.read('t')).map((e) => e.why)).toEqual(['p3 0', 'p3 1', 'p3 2'])
        expect(git('rev-list', '--count', branch).trim()).toBe('9')
      })
    })

    describe('damage is refused', () => {
      const damage: readonly (readonly [string, (files: Map<string, string>) => void, string])[] = [
        [
          'a changed entry',
          (f) => {
            const [name, text] = [...f][1] ?? ['', '']
            f.set(name, text.replace('because', 'why not').replace('why 1', 'why 9'))
          },
          'entry 1 was changed',
        ],
        [
          'a dropped entry',
          (f) => {
            f.delete([...f.keys()][1] ?? '')
          },
          'entry 1 has seq 2',
        ],
        [
          'an entry that is no JSON',
          (f) => {
            f.set([...f.keys()][1] ?? '', '{"seq":1')
          },
          'no JSON',
        ],
        [
          'an empty entry',
          (f) => {
            f.set([...f.keys()][2] ?? '', '')
          },
          'no JSON',
        ],
        [
          'the chain of another session under this name',
          (f) => {
            const all = [...f]
            f.clear()
            all.forEach(([n, t]) =>
              f.set(
                n,
                t.replace(/.*/, (l) => l),
              ),
            )
            for (const [n, t] of all) f.set(n.replace('/s/', '/t/'), t)
          },
          'belongs to session s',
        ],
      ]
      test.each(damage)('%s', async (_, change, words) => {
        await filled(3)
        tamper(change)
        const ledger = await open()
        const asked = words.includes('belongs') ? 't' : 's'
        const failure = await ledger.read(asked).catch((e: unknown) => e)
        expect(failure).toBeInstanceOf(Failure)
        expect((failure as Failure).facts).toMatchObject({ kind: 'harness', code: 'H010' })
        expect((failure as Failure).message).toContain(words)
        expect(await codeOf(ledger.append(asked, entry([], asked)))).toBe('H010')
      })
      // Each is chained and hashed as it should be.
      const odd: readonly (readonly [string, Record<string, unknown>])[] = [
        ['without facts', { facts: undefined }],
        ['facts that are null', { facts: null }],
        ['facts that are a list', { facts: [] }],
        ['a state that is no text', { to: 5 }],
        ['a state that nobody knows', { to: 'constructor' }],
        ['an event that is no text', { event: null }],
        ['a time that is no number', { at: '5' }],
        ['a time beyond all dates', { at: 8.7e15 }],
        ['a due time beyond all dates', { facts: { ...beginFacts, dueAt: 1e300 } }],
        ['a writer that is a word', { facts: { ...beginFacts, by: 'me' } }],
        ['an event that its state does not know', { event: 'deployed' }],
        ['facts of another event', { facts: { soak: [] } }],
        ['a format that was before', { facts: { ...beginFacts, format: 1 } }],
        [
          'a holder that is no text',
          { from: 'SETUP', event: 'queued', facts: { holder: { toString: 1 }, who: 'x', until: 1 } },
        ],
      ]
      test('odd entries: each its own session alone, and the others are written as ever', async () => {
        const derive: LedgerOptions['derive'] = (all) => ({
          'README.md': all
            .map((s) => `${s.id} ${fold(s.id, s.entries).state} ${String(s.damage?.facts.code)}\n`)
            .join(''),
        })
        const before = await filled(1, 'whole')
        tamper((files) => {
          odd.forEach(([name, change]) => {
            const id = name.replaceAll(' ', '-')
            const first = entry([], id)
            files.set(`sessions/${id}/0000-X-Y.json`, JSON.stringify(first))
            files.set(
              `sessions/${id}/0001-X-Y.json`,
              JSON.stringify(foreignEntry([first], { ...entry([first], id), ...change })),
            )
          })
        })
        const ledger = await open({ derive })
        const told = await ledger.told()
        expect(told.filter((s) => s.damage === undefined).map((s) => s.id)).toEqual(['whole'])
        expect(told.filter((s) => s.damage !== undefined).map((s) => [s.entries.length, s.damage?.facts.code])).toEqual(
          odd.map(() => [1, 'H010']),
        )
        expect((await ledger.all()).map((s) => s.id)).toEqual(['whole'])
        expect(await codeOf(ledger.read('without-facts'))).toBe('H010')
        await ledger.append('whole', entry(before, 'whole'))
        expect(git('cat-file', 'blob', `${branch}:README.md`)).toMatch(
          /^a-due-time-beyond-all-dates INTERVIEW H010\n[^]*\nwhole INTERVIEW undefined\nwithout-facts INTERVIEW H010\n$/,
        )
      })
      test('nested deeper than anybody can follow: that session alone', async () => {
        await filled(1, 't')
        tamper((files) => {
          files.set(
            'sessions/s/0000-X-Y.json',
            `{"session":"s","seq":0,"prev":"","at":1,"from":"IDLE","event":"e","to":"IDLE","why":"","hash":"","facts":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
          )
        })
        expect((await (await open()).told()).map((s) => [s.id, s.damage?.facts.code])).toEqual([
          ['s', 'H010'],
          ['t', undefined],
        ])
      })
      test('and its remedy, typed as it stands, takes it away; the others stay as they were', async () => {
        const kept = await filled(2, 'its')
        tamper((files) => {
          files.set('sessions/it*/0000-IDLE-INTERVIEW.json', '{')
        })
        const remedy = (await failureOf((await open()).read('it*'))).facts.remedy ?? ''
        const place = mkdtempSync(join(root, 'remedy-'))
        execFileSync('sh', ['-ec', remedy], {
          cwd: place,
          timeout: 60_000,
          stdio: 'pipe',
          env: {
            ...process.env,
            GIT_AUTHOR_NAME: 't',
            GIT_AUTHOR_EMAIL: 't@t.invalid',
            GIT_COMMITTER_NAME: 't',
            GIT_COMMITTER_EMAIL: 't@t.invalid',
          },
        })
        const ledger = await open()
        expect([await ledger.sessions(), await ledger.read('its')]).toEqual([['its'], kept])
        await ledger.append('its', entry(kept, 'its'))
      })
      test('a branch that cannot be read is no empty ledger', async () => {
        await filled(1)
        writeFileSync(join(dir, branch), '')
        // A remote one says it itself, and is then not reached.
        expect(await codeOf((await open()).read('s'))).toMatch(/H010|I260/)
        expect(await codeOf((await open()).append('s', entry([])))).toMatch(/H010|I260/)
      })
      test('and an entry that would break the chain is not written', async () => {
        const all = await filled(1)
        const ledger = await open()
        const good = entry(all)
        for (const odd of ['', '..', '.git', 'a/b', 'a\tb', 'a\0b'])
          expect(await codeOf(ledger.append(odd, entry([], odd)))).not.toBe('none')
        for (const bad of [
          { ...good, seq: 7 },
          { ...good, why: 'changed' },
          { ...good, session: 't' },
        ])
          expect(await codeOf(ledger.append('s', bad))).toBe('H012')
        expect(await ledger.read('s')).toEqual(all)
      })
    })

    test('a clock that was moved writes nothing where the plan is on no lab', async () => {
      const ledger = await open()
      const { lab: _, ...real } = labFleet(['a'], 'saorsa')
      const [begin] = story(['begin'], { plan: planOf({ fleet: real }) })
      const moved = (before: readonly Entry[]): Entry =>
        foreignEntry(before, { facts: { ...begin?.facts, clockShift: 3700 } })
      expect(await codeOf(ledger.append('s', moved([])))).toBe('U058')
      await ledger.append('s', foreignEntry([], { facts: begin?.facts }))
      const before = await ledger.read('s')
      expect(await codeOf(ledger.append('s', moved(before)))).toBe('U058')
      expect(await ledger.read('s')).toEqual(before)
    })

    describe('derived files', () => {
      const derive: LedgerOptions['derive'] = (sessions) => ({
        'README.md': sessions
          .map((s) => `${s.id} ${s.entries.length}${s.damage === undefined ? '' : ' damaged'}\n`)
          .join(''),
        'state.json': '{}\n',
      })
      test('come from all entries, in the commit of the entry, beside what others put there', async () => {
        await filled(1, 'b')
        tamper((files) => {
          files.set('LICENSE', 'mine')
          files.set('README.md', 'old')
        })
        await filled(2, 'a', { derive })
        expect(git('ls-tree', '--name-only', branch).trim().split('\n')).toEqual([
          'LICENSE',
          'README.md',
          'sessions',
          'state.json',
        ])
        expect(git('cat-file', 'blob', `${branch}:README.md`)).toBe('a 2\nb 1\n')
        expect(git('cat-file', 'blob', `${branch}~1:README.md`)).toBe('a 1\nb 1\n')
        expect(git('cat-file', 'blob', `${branch}:LICENSE`)).toBe('mine')
        expect((await (await open()).told()).map((s) => [s.id, s.entries.length, s.damage])).toEqual([
          ['a', 2, undefined],
          ['b', 1, undefined],
        ])
      })
      test('of a session that is damaged tell it, and hinder nobody else', async () => {
        await filled(3, 'b')
        tamper((files) => {
          files.set('sessions/b/0001-IDLE-INTERVIEW.json', '{')
        })
        await filled(1, 'a', { derive })
        expect(git('cat-file', 'blob', `${branch}:README.md`)).toBe('a 1\nb 1 damaged\n')
      })
      test('that cannot be made: nothing is written', async () => {
        const before = await filled(1)
        for (const bad of [
          () => {
            throw new Error('no')
          },
          () => ({ sessions: '' }),
          () => ({ '../x': '' }),
          () => ({ '.gitmodules': '' }),
        ]) {
          expect(await codeOf((await open({ derive: bad })).append('s', entry(before)))).toBe('H014')
        }
        expect(await (await open()).read('s')).toEqual(before)
      })
    })

    test('a secret is refused without being repeated', async () => {
      const secret = 'correct horse battery'
      const ledger = await open({ secrets: [secret] })
      const failure = await ledger.append('s', entry([], 's', `it said ${secret}!`)).catch((e: unknown) => e)
      expect(failure).toMatchObject({ facts: { kind: 'harness', code: 'H015' } })
      expect(String((failure as Failure).stack)).not.toContain(secret)
      await ledger.append('s', entry([]))
      expect(git('rev-list', '--count', branch).trim()).toBe('1')
    })
  })
}
