/** Which commands a plan runs: the configuration's always, and the profile's where their suite is asked for. */
import type { Focus } from '../../answers.ts'
import type { Profile } from '../../profile.ts'
import type { ProjectConfig } from '../../project.ts'
import type { AskedCommand } from './run.ts'

/** What `tests.channel_creation` of a configuration means. */
export const channelCreation = 'channel-creation'

interface Asking {
  readonly config: Pick<ProjectConfig, 'tests' | 'moduleTests'>
  readonly profile: Pick<Profile, 'commands'>
  readonly focus: Focus
}

/** Of the full suite, those that the module names, or all where it names none of them. */
export function suitesAsked({ config, profile, focus }: Asking): readonly string[] {
  const own = [...new Set(profile.commands.map((c) => c.suite))]
  const named = own.filter((suite) => config.moduleTests?.includes(suite) === true)
  const asked = focus === 'full-suite' ? (named.length === 0 ? own : named) : []
  const channels = config.tests.channelCreation.enabled && own.includes(channelCreation) ? [channelCreation] : []
  return [...new Set([...asked, ...channels])]
}

export function commandsAsked(on: Asking): readonly AskedCommand[] {
  const suites = suitesAsked(on)
  const channels = String(on.config.tests.channelCreation.channelsToCreate)
  return [
    ...on.config.tests.custom,
    ...on.profile.commands
      .filter((c) => suites.includes(c.suite))
      .map((c) => ({
        ...c,
        name: `${c.suite}: ${c.name}`,
        command: c.command.replaceAll('{channels}', channels),
      })),
  ]
}
