/** How a proof came about: source and binary, times, every evidence file with its digest. */
import type { BuildFacts, ProofInput } from '../proof-input.ts'
import {
  code,
  inline,
  list,
  pairs,
  paragraph,
  strong,
  table,
  text,
  type Block,
  type Inline,
  type Section,
} from '../section.ts'
import { duration, iso } from '../../domain/text.ts'

export function sourceSection({ build, fixCommits, plan }: ProofInput): Section {
  const { source } = plan
  const from =
    source.kind === 'build'
      ? `build in ${source.workspace}`
      : source.kind === 'file'
        ? `file ${source.path}`
        : source.kind === 'session'
          ? `the program of session ${source.session}, by its hash`
          : `release ${source.repository} ${source.tag} ${source.asset}`
  const rows: readonly (readonly [Inline, Inline])[] =
    build === null
      ? [['Source', from]]
      : [
          ['Source', from],
          ['Built by', build.how],
          ['Toolchain', build.toolchain ?? 'unknown'],
          ['Commit', commitOf(build)],
          ...uncommittedOf(build),
          ['Binary', inline`${code(build.sha256)} (${build.bytes} bytes)`],
        ]
  return { id: 'source', title: 'Source and binary', blocks: [pairs(rows), ...fixes(fixCommits)] }
}

const commitOf = ({ commit, subject, dirty }: BuildFacts): Inline => {
  const id = commit === null ? 'unknown' : code(commit)
  const name = subject === null ? id : inline`${id} ${text(subject, 200)}`
  return dirty === true ? inline`${name} ${strong('with changes that no commit holds')}` : name
}

const uncommittedOf = ({ uncommitted: u }: BuildFacts): readonly (readonly [Inline, Inline])[] =>
  u === null
    ? []
    : [
        [
          'Also built from',
          inline`${strong(`${u.count} file${u.count === 1 ? '' : 's'} that no commit holds`)}: ${text(u.paths.slice(0, 10).join(', '), 600)}${u.count > 10 ? ', …' : ''}`,
        ],
      ]

const fixes = (commits: ProofInput['fixCommits']): readonly Block[] =>
  commits.length === 0
    ? [paragraph('Fix commits: none.')]
    : [
        paragraph('Fix commits:'),
        list(commits.map((c) => inline`${code(c.sha.slice(0, 12))} ${iso(c.at)} ${c.message}`)),
      ]

export const timingsSection = ({ timings }: ProofInput): Section | null =>
  timings.length === 0
    ? null
    : {
        id: 'timings',
        title: 'Time of each stage',
        blocks: [
          table(
            ['stage', 'time'],
            timings.map((t) => [t.stage, duration(t.ms)]),
            ['left', 'right'],
          ),
        ],
      }

export const evidenceSection = ({ manifest, verifyCommand }: ProofInput): Section => ({
  id: 'evidence',
  title: 'Evidence',
  blocks: [
    paragraph(
      inline`${manifest.files.length} files; root digest ${code(manifest.root)}. Judge again: ${code(verifyCommand)}`,
    ),
    table(
      ['file', 'bytes', 'sha256'],
      manifest.files.map((f) => [code(f.path), `${f.bytes}`, code(f.sha256)]),
      ['left', 'right'],
    ),
  ],
})
