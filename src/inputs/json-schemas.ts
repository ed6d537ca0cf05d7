/** The three kinds of file as JSON Schemas, for editors: made from the schemas that read the files. */
import * as z from 'zod'
import { fleetSchema } from './fleet-schema.ts'
import { profileSchema } from './profile.ts'
import { projectShape, workspaceShape } from './project-schema.ts'

export type SchemaName = 'vps-test' | 'fleet' | 'profile'

/** JSON Schema draft 7, which every YAML editor reads. */
export type JsonSchema = Readonly<Record<string, unknown>>

const titles: Readonly<Record<SchemaName, string>> = {
  'vps-test': 'vps-test.yaml: how a project is built, deployed and tested',
  fleet: 'A fleet: the machines a project is tested on',
  profile: 'A profile: how one program is started, dialled and read',
}

/**
 * What a checker alone can say (a shell command, a regular expression, names that agree) is left to `vps-test plan`.
 */
const drawn = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' })

/** The same choice between the two shapes as `shapeOf`: a workspace is known by its keys. */
function projectSchema(): JsonSchema {
  const { $schema: draft, ...project } = drawn(projectShape)
  const { $schema: _, ...workspace } = drawn(workspaceShape)
  const workspaceKey = { anyOf: ['modules', 'workspace', 'build'].map((key) => ({ required: [key] })) }
  return {
    $schema: draft,
    if: { allOf: [workspaceKey, { not: { required: ['binary'] } }] },
    // oxlint-disable-next-line unicorn/no-thenable -- `then` is the JSON Schema keyword
    then: workspace,
    else: project,
  }
}

export const jsonSchemas = (): Readonly<Record<SchemaName, JsonSchema>> => {
  const named = (name: SchemaName, schema: JsonSchema): JsonSchema => ({ title: titles[name], ...schema })
  return {
    'vps-test': named('vps-test', projectSchema()),
    fleet: named('fleet', drawn(fleetSchema)),
    profile: named('profile', drawn(profileSchema)),
  }
}

export const schemaFile = (name: SchemaName): string => `schemas/${name}.schema.json`

/** What an editor reads in a file's first line: the schema of the version that will read the file. */
export const schemaLine = (name: SchemaName, ref: string): string =>
  `# yaml-language-server: $schema=https://raw.githubusercontent.com/saorsa-labs/vps-test/${ref}/${schemaFile(name)}`
