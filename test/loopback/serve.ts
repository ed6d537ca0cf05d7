/**
 * Both loopback services as a process of their own: prints one line of JSON with their addresses, and stays until
 * SIGTERM. `node test/loopback/serve.ts owner/name`
 */
import { startGithubApi } from './github-api.ts'
import { startResultsService } from './results-service.ts'

const repository = process.argv[2] ?? 'saorsa-labs/vps-test'
const results = await startResultsService()
const github = await startGithubApi({ repository, artifacts: results })

process.stdout.write(
  `${JSON.stringify({ pid: process.pid, repository, apiUrl: github.url, stateUrl: `${github.url}/_state`, resultsUrl: `${results.url}/`, runtimeToken: results.token('1'), tokens: github.tokens })}\n`,
)

const stop = (): void => {
  void Promise.all([github.close(), results.close()]).then(() => process.exit(0))
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
