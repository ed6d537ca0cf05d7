/**
 * What act needs on disk for one run: down-levelled workflows, our own tree under its GitHub name, stand-ins for
 * actions of others.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root, workflowFiles } from '../workflows/tools.ts'
import { downlevel, foreignUses, ownRef, ownRepository, type Rerun } from './downlevel.ts'

/** What our action reads of its own repository when it runs. */
const ownParts = ['action.yml', 'package.json', 'dist', 'profiles', 'fleets', 'scripts', 'native']

export interface Place {
  /** Down-levelled workflows of the workspace. */
  readonly workflows: string
  /** For `--local-repository`: `owner/repo@ref=path`. */
  readonly repositories: readonly string[]
}

export interface PlaceOptions {
  /** The repository that is run: its `.github/workflows` are what act reads. */
  readonly workspace: string
  /** Our own tree: action and reusable workflows. */
  readonly action: string
  /** More refs of ours that a caller names: `v0.1.0`. */
  readonly refs: readonly string[]
  readonly rerun?: Rerun | undefined
}

export function preparePlace(scratch: string, { workspace, action, refs, rerun }: PlaceOptions): Place {
  const workflows = join(scratch, 'workflows')
  const own = join(scratch, 'own')
  const text = copyWorkflows(workspace, workflows, rerun?.of === 'action' ? undefined : rerun)
  mkdirSync(own)
  layOut(own, action)
  const ownText = existsSync(join(action, '.github/workflows'))
    ? copyWorkflows(action, join(own, '.github/workflows'), rerun?.of === 'action' ? rerun : undefined)
    : ''
  const stubs = foreignUses(`${text}\n${ownText}`)
    .filter((name) => !name.startsWith(`${ownRepository}@`))
    .map((name) => `${name}=${stubFor(name)}`)
  return { workflows, repositories: [...[ownRef, ...refs].map((ref) => `${ownRepository}@${ref}=${own}`), ...stubs] }
}

/**
 * Where this tree was bundled, act's copies of our own share the bundle by a link: what Node compiled of it serves every
 * job, and a job copies a few files instead of all of them.
 */
function layOut(own: string, action: string): void {
  const bundle = action === root ? process.env['VPS_TEST_BUNDLE'] : undefined
  if (bundle !== undefined) {
    cpSync(join(action, 'action.yml'), join(own, 'action.yml'))
    symlinkSync(bundle, join(own, 'dist'))
    return
  }
  for (const part of ownParts)
    if (existsSync(join(action, part)))
      cpSync(join(action, part), join(own, part), { recursive: true, filter: (path) => basename(path) !== 'target' })
}

function copyWorkflows(from: string, to: string, rerun: Rerun | undefined): string {
  mkdirSync(to, { recursive: true })
  return workflowFiles(from)
    .map((path) => {
      const name = path.replace(/^.*\//, '')
      const text = downlevel(name, readFileSync(join(from, path), 'utf8'), rerun)
      writeFileSync(join(to, name), text)
      return text
    })
    .join('\n')
}

/** Nothing is fetched: an action without a stand-in is an error of the test. */
function stubFor(name: string): string {
  const path = join(import.meta.dirname, 'stubs', name.replace(/@.*$/, '').replace('/', '-'))
  if (!existsSync(path)) throw new Error(`${name}: no stand-in in test/act/stubs`)
  return path
}
