/** Which profiles a tested repository's configuration names by their paths in it. */
import { isRecord } from './fields.ts'
import { isProfilePath } from './project-checks.ts'
import { profileKey } from './project-schema.ts'
import { parseYaml } from './yaml.ts'

/** What is wrong with the file is told when it is read whole. */
export function profilePathsIn(text: string, file: string): readonly string[] {
  const parsed = parseYaml(text, file)
  const raw = parsed.ok && isRecord(parsed.value.raw) ? parsed.value.raw : {}
  const modules = isRecord(raw['modules']) ? Object.values(raw['modules']) : []
  const named = [raw, ...modules].flatMap((of) => (isRecord(of) ? [profileKey.safeParse(of['profile'])] : []))
  return [
    ...new Set(named.flatMap((n) => (n.success && n.data !== undefined && isProfilePath(n.data) ? [n.data] : []))),
  ]
}
