/**
 * A remedy as it can be typed where a job of GitHub told it: the ledger and the nodes are behind the workflow
 * vps-test-ops, not on this machine.
 */

const ops = 'gh workflow run vps-test-ops.yml -f command='

const known: readonly (readonly [RegExp, (words: readonly string[]) => string])[] = [
  [/^vps-test status(?: --remote \S+)?$/, () => `${ops}status`],
  [/^vps-test nodes(?: --fleet \S+)?$/, () => `${ops}nodes`],
  [/^vps-test diagnose (\S+)(?: --fleet \S+)?$/, ([node = '']) => `${ops}diagnose -f node=${node}`],
  [
    /^vps-test stop (\S+)(?: --session (\S+))?$/,
    ([project = '', session]) =>
      `${ops}stop ${session === undefined ? `-f project=${project}` : `-f session=${session}`}`,
  ],
  // The path is the runner's.
  [/^vps-test init --dir .*$/, () => 'vps-test init'],
]

export function onGitHub(remedy: string): string {
  for (const [pattern, say] of known) {
    const found = pattern.exec(remedy)
    if (found !== null) return say(found.slice(1))
  }
  return remedy
}
