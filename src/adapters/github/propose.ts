/** One pull request for each branch of ours, however often it is asked for. */
import type { Proposal } from '../../ports/forge.ts'
import { stripHidden } from '../../domain/text.ts'
import { asking, type Client } from './client.ts'
import { maxBody, type IsOurs } from './sticky.ts'

/** One that a person has closed stays closed. */
export async function proposePullRequest(client: Client, isOurs: IsOurs, wanted: Proposal): Promise<string> {
  const { owner, repo } = client
  const branch = stripHidden(wanted.branch, 200)
  const text = { title: wanted.title.slice(0, 250), body: wanted.body.slice(0, maxBody) }
  const { data } = await asking(`list the pull requests of ${branch}`, 'pull-requests: read', () =>
    client.rest.pulls.list({ owner, repo, head: `${owner}:${wanted.branch}`, state: 'all', per_page: 100 }),
  )
  const own = data.filter(
    ({ head, user }) =>
      head.ref === wanted.branch &&
      head.repo?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase() &&
      isOurs(user),
  )
  const known = own.find((p) => p.state === 'open') ?? own[0]
  if (known === undefined) {
    const made = await asking(`open a pull request of ${branch}`, 'pull-requests: write', () =>
      client.rest.pulls.create({ owner, repo, head: wanted.branch, base: wanted.base, ...text }),
    )
    return made.data.html_url
  }
  if (known.state === 'open' && known.body !== text.body)
    await asking(`change pull request #${known.number}`, 'pull-requests: write', () =>
      // Its title may be a person's by now.
      client.rest.pulls.update({ owner, repo, pull_number: known.number, body: text.body }),
    )
  return known.html_url
}
