// One commit by its id or a ref, detached as upstream does it, with the https origin that GitHub gives and no credentials.
import { execFileSync } from 'node:child_process'
const { INPUT_REF, GITHUB_SHA, GITHUB_WORKSPACE, GITHUB_SERVER_URL, GITHUB_REPOSITORY, VPS_TEST_ACT_REMOTE } =
  process.env
const depth = process.env['INPUT_FETCH-DEPTH']
const git = (...args) =>
  execFileSync('git', args, {
    cwd: GITHUB_WORKSPACE,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
  })
git('init', '-q', '-b', 'checkout')
git('remote', 'add', 'origin', `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`)
git(
  'fetch',
  '-q',
  '--no-tags',
  ...(depth === '0' ? [] : [`--depth=${depth}`]),
  `file://${VPS_TEST_ACT_REMOTE}`,
  INPUT_REF || GITHUB_SHA,
)
git('checkout', '-q', '--detach', 'FETCH_HEAD')
