/** Commands of a profile run where their suite is asked for, and nowhere else. */
import { expect, test } from 'vitest'
import type { Focus } from '../../../src/domain/answers.ts'
import { commandsAsked } from '../../../src/domain/suites/command/asked.ts'
import { parseProject } from '../../../src/inputs/project.ts'
import { profiles } from '../../inputs/read.ts'

const asked = (project: string, focus: Focus, tests = '{}', moduleTests: readonly string[] | null = null) => {
  const profile = profiles.find((p) => p.project === project && p.onlyWhenNamed !== true) ?? expect.fail(project)
  const text = `project: ${project}\nbinary: { name: p, target: t/p }\ndeploy: { install_path: /opt/p, service_name: p }\ntests: ${tests}\n`
  const config = { ...parseProject(text, 'f', { profiles }), moduleTests }
  return commandsAsked({ config, profile, focus }).map((c) => [c.name, c.suite, c.command])
}

test('the full suite runs those of the profile, or of these the ones that the module names', () => {
  expect(asked('saorsa-core', 'full-suite').map(([name]) => name)).toEqual([
    'unit: unit',
    'integration: integration',
    'property: property',
  ])
  expect(asked('saorsa-core', 'full-suite', '{}', ['property', 'fuzz'])).toEqual([
    ['property: property', 'property', '{binary} --test property'],
  ])
})

test('another focus runs none of them, and always the commands of the configuration', () => {
  expect(asked('saorsa-node', 'connectivity')).toEqual([])
  expect(asked('saorsa-node', 'connectivity', '{ custom: [{ name: v, command: "p {binary}" }] }')).toEqual([
    ['v', undefined, 'p {binary}'],
  ])
})

test('channel creation of the configuration runs with any focus, and says how many channels', () => {
  expect(asked('communitas-mcp', 'gossip', '{ channel_creation: { enabled: true, channels_to_create: 7 } }')).toEqual([
    ['channel-creation: channels', 'channel-creation', '{binary} --test channel-creation --channels 7'],
  ])
})
