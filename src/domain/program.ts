/** Fills a profile's argument templates; every placeholder becomes part of one word, so nothing can grow a second one. */
import { Failure } from './failure.ts'
import { registryOf, type Fleet } from './fleet.ts'
import type { Plan } from './plan.ts'

export function fillArguments(
  template: readonly string[],
  values: Readonly<Record<string, string>>,
): readonly string[] {
  return template.map((word) =>
    word.replaceAll(/\{([A-Za-z]+)\}/g, (_, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      if (value === undefined)
        throw new Failure({
          code: 'H003',
          message: `the profile asks for {${name}}, which is not known here`,
        })
      return value
    }),
  )
}

/** The registry as nodes reach it: the configuration's, the fleet's, else the registry node's address. In a lab always the lab's own. */
export function registryUrlOf(fleet: Fleet, plan: Pick<Plan, 'config' | 'profile'>): string {
  const own = fleet.lab === undefined ? (plan.config.bootstrap.registry ?? fleet.registryUrl) : fleet.registryUrl
  return own ?? `http://${registryOf(fleet)?.ip ?? '127.0.0.1'}:${plan.profile.registry?.httpPort ?? 8080}`
}
