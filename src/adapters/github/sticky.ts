/**
 * Texts that are written once and changed later: one comment or issue of ours per marker, however many runs write it.
 */
import { Failure } from '../../domain/failure.ts'
import { type Client, asking, statusOf } from './client.ts'

/** GitHub refuses longer bodies. */
export const maxBody = 65_536
/** On our issues, so that a run finds them among all others. */
export const label = 'vps-test'
const mostPages = 50

interface Author {
  readonly login?: string
  readonly type?: string
}
export type IsOurs = (user: Author | null | undefined) => boolean

/** A workflow's token may not ask who it is; its texts are a bot's. A person's token knows its own login. */
export async function author(client: Client): Promise<IsOurs> {
  try {
    const { data } = await client.rest.users.getAuthenticated()
    return (user) => user?.login === data.login
  } catch (error) {
    if (statusOf(error) !== 403 && statusOf(error) !== 404) throw error
    return (user) => user?.type === 'Bot'
  }
}

/**
 * The body as it is sent: the marker first, because only what stands first cannot be quoted into another text of ours.
 */
export function marked(marker: string, body: string): string {
  const text = body.startsWith(marker) ? body : `${marker}\n${body}`
  if (marker.trim() === '') throw new Failure({ code: 'H451', message: 'a comment or issue of ours needs a marker' })
  if (text.length > maxBody)
    throw new Failure({
      code: 'H450',
      message: `a body of ${text.length} characters for ${marker}; GitHub takes ${maxBody}`,
    })
  return text
}

interface Found {
  readonly id: number
  readonly url: string
}

export async function upsertComment(
  client: Client,
  isOurs: IsOurs,
  number: number,
  marker: string,
  body: string,
): Promise<string> {
  const text = marked(marker, body)
  const at = { owner: client.owner, repo: client.repo }
  const may = <T>(what: string, call: () => Promise<T>) => asking(`${what} on #${number}`, 'pull-requests: write', call)
  const change = (id: number) =>
    may(
      'change the comment',
      async () => (await client.rest.issues.updateComment({ ...at, comment_id: id, body: text })).data.html_url,
    )
  const ours = () =>
    may('read the comments', () =>
      collectPages(
        client.paginate.iterator(client.rest.issues.listComments, { ...at, issue_number: number, per_page: 100 }),
        (one): Found[] =>
          isOurs(one.user) && one.body?.startsWith(marker) === true ? [{ id: one.id, url: one.html_url }] : [],
      ),
    )
  const before = oldest(await ours())
  if (before !== undefined) return change(before.id)
  const made = await may(
    'write a comment',
    async () => (await client.rest.issues.createComment({ ...at, issue_number: number, body: text })).data,
  )
  // Two runs may have found none at the same moment. The oldest stays, and whoever comes second writes there.
  const all = await ours()
  const first = oldest(all)
  if (first === undefined || first.id === made.id) return made.html_url
  const url = await change(first.id)
  await may('remove our second comment', () =>
    client.rest.issues.deleteComment({ ...at, comment_id: made.id }).catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error
    }),
  )
  return url
}

/** Ours that begin so. */
async function issues(
  client: Client,
  isOurs: IsOurs,
  begins: string,
  state: 'open' | 'all',
): Promise<readonly (Found & { readonly first: string })[]> {
  const ours = (query: { readonly labels?: string }, pages: number) =>
    asking('read the issues', 'issues: write', () =>
      collectPages(
        client.paginate.iterator(client.rest.issues.listForRepo, {
          owner: client.owner,
          repo: client.repo,
          state,
          per_page: 100,
          ...query,
        }),
        (one) =>
          one.pull_request === undefined && isOurs(one.user) && one.body?.startsWith(begins) === true
            ? [{ id: one.number, url: one.html_url, first: one.body.split(/\r?\n/, 1)[0] ?? '' }]
            : [],
        pages,
      ),
    )
  // GitHub drops the label in silence where the token may not set it: then the newest issues are read.
  const labelled = await ours({ labels: label }, mostPages)
  return labelled.length > 0 ? labelled : ours({}, 5)
}

export const openMarkers = async (client: Client, isOurs: IsOurs): Promise<readonly string[]> =>
  (await issues(client, isOurs, '<!-- vps-test:', 'open')).map((one) => one.first)

export async function closeIssue(
  client: Client,
  isOurs: IsOurs,
  marker: string,
  title: string,
  body: string,
): Promise<string | null> {
  const text = marked(marker, body)
  const found = oldest(await issues(client, isOurs, marker, 'open'))
  if (found === undefined) return null
  return asking(
    `close issue #${found.id}`,
    'issues: write',
    async () =>
      (
        await client.rest.issues.update({
          owner: client.owner,
          repo: client.repo,
          issue_number: found.id,
          title,
          body: text,
          state: 'closed',
          state_reason: 'completed',
        })
      ).data.html_url,
  )
}

/** A session has one issue: what needed a person before and does so again opens the same. */
export async function issue(
  client: Client,
  isOurs: IsOurs,
  marker: string,
  title: string,
  body: string,
): Promise<string> {
  const text = marked(marker, body)
  const at = { owner: client.owner, repo: client.repo }
  const may = <T>(what: string, call: () => Promise<T>) => asking(what, 'issues: write', call)
  const found = oldest(await issues(client, isOurs, marker, 'all'))
  if (found !== undefined)
    return may(
      `change issue #${found.id}`,
      async () =>
        (await client.rest.issues.update({ ...at, issue_number: found.id, title, body: text, state: 'open' })).data
          .html_url,
    )
  return may(
    'open an issue',
    async () => (await client.rest.issues.create({ ...at, title, body: text, labels: [label] })).data.html_url,
  )
}

const oldest = (all: readonly Found[]): Found | undefined => all.toSorted((a, b) => a.id - b.id)[0]

/** What `pick` takes from each page, up to a bound that no honest repository reaches. */
export async function collectPages<T, U>(
  pages: AsyncIterable<{ readonly data: readonly T[] }>,
  pick: (one: T) => readonly U[],
  most = mostPages,
): Promise<readonly U[]> {
  const found: U[] = []
  let count = 0
  for await (const page of pages) {
    found.push(...page.data.flatMap((one) => pick(one)))
    if (++count === most) break
  }
  return found
}
