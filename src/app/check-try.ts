/** The plan of `check --try`: a profile as a service of its own, beside whatever else runs on the node. */
import type { Fleet } from '../domain/fleet.ts'
import type { ProgramPlan } from '../domain/plan.ts'
import type { Profile } from '../domain/profile.ts'
import { withPorts } from '../domain/program.ts'
import { parseProject } from '../inputs/project.ts'

/** A service of its own beside whatever runs: what another session deployed is not touched. */
export function tryPlan(profile: Profile, fleet: Fleet): ProgramPlan {
  const name = `try-${profile.name}`
  const config = parseProject(
    [
      `project: ${profile.project}`,
      `profile: ${profile.name}`,
      `binary: { name: ${profile.binary}, target: ${profile.binary} }`,
      `deploy: { install_path: /opt/${name}/, service_name: ${name} }`,
      'tests: {}',
    ].join('\n'),
    'check --try',
    { profiles: [profile] },
  )
  return { config, fleet, profile: withPorts(profile, profile.project, fleet) }
}
