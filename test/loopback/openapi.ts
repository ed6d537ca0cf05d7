/** GitHub's own description of its REST API as a checker of requests, and of what our loopback answers. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

type Json = Readonly<Record<string, unknown>>
interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Json
}
interface Content {
  readonly schema?: Json
  readonly examples?: Readonly<Record<string, Json>>
}
interface Answer {
  readonly content?: Readonly<Record<string, Content>>
}
interface Described {
  readonly operationId: string
  readonly parameters?: readonly Json[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, Json>>
}

export interface Operation {
  readonly id: string
  readonly path: Readonly<Record<string, string>>
  readonly described: Described
}

export interface Checker {
  /** `undefined`: GitHub has no such method and path. */
  operation(method: string, path: string): Operation | undefined
  /** What GitHub would refuse, in words; empty: nothing. */
  request(operation: Operation, query: URLSearchParams, body: unknown): readonly string[]
  response(operation: Operation, status: number, body: unknown): readonly string[]
  /** GitHub's own example of an operation's answer, a copy. */
  example(operationId: string): Json
}

export function openChecker(): Checker {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@octokit/openapi/package.json')), 'generated')
  // 13 MB, read in a tenth of a second; the dereferenced file has 73.
  const root = JSON.parse(readFileSync(join(folder, 'api.github.com.json'), 'utf8')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
    readonly components: Json
  }
  const deref = <T>(value: Json): T =>
    (typeof value['$ref'] === 'string' ? at(root as unknown as Json, value['$ref']) : value) as T
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateSchema: false, coerceTypes: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'github', components: asJsonSchema(root.components) as Json })
  const routes = Object.entries(root.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      ...pattern(path),
      described,
    })),
  )
  const compiled = new WeakMap<object, ValidateFunction>()
  const against = (schema: Json, value: unknown, where: string): readonly string[] => {
    let check = compiled.get(schema)
    if (check === undefined) {
      check = ajv.compile(toGithub(asJsonSchema(structuredClone(schema))) as Json)
      compiled.set(schema, check)
    }
    return check(value)
      ? []
      : (check.errors ?? []).slice(0, 6).map((e) => `${where}${e.instancePath} ${e.message ?? 'is wrong'}`)
  }

  return {
    operation(method, path) {
      for (const route of routes) {
        const match = route.method === method ? route.pattern.exec(path) : null
        if (match !== null)
          return {
            id: route.described.operationId,
            path: Object.fromEntries(route.names.map((name, n) => [name, decodeURIComponent(match[n + 1] ?? '')])),
            described: route.described,
          }
      }
      return undefined
    },
    request({ described, path }, query, body) {
      const parameters = (described.parameters ?? []).map((one) => deref<Parameter>(one))
      const given = (one: Parameter): string | undefined =>
        one.in === 'path' ? path[one.name] : one.in === 'query' ? (query.get(one.name) ?? undefined) : undefined
      const content = described.requestBody?.content['application/json']
      const schema = content?.schema === undefined ? undefined : deref<Json>(content.schema)
      return [
        ...parameters
          .filter((one) => one.in !== 'header')
          .flatMap((one) => {
            const value = given(one)
            if (value === undefined) return one.required === true ? [`${one.in} parameter ${one.name} is missing`] : []
            return against(one.schema, coerced(value, deref<Json>(one.schema)), `${one.in} parameter ${one.name}`)
          }),
        // GitHub lets unknown ones pass without a word; here they are a slip of ours.
        ...[...query.keys()]
          .filter((name) => !parameters.some((one) => one.in === 'query' && one.name === name))
          .map((name) => `query parameter ${name} is not known`),
        ...(Number(query.get('per_page') ?? 1) > 100 ? ['per_page is more than 100'] : []),
        ...(schema === undefined
          ? body === undefined
            ? []
            : ['a body where none is taken']
          : body === undefined
            ? described.requestBody?.required === true
              ? ['the body is missing']
              : []
            : [...against(schema, body, 'body'), ...unknown(schema, body)]),
      ]
    },
    response({ described }, status, body) {
      const answer = described.responses[String(status)]
      // Some refusals (401, 404 of a POST) are written down nowhere: those have GitHub's common form.
      if (answer === undefined)
        return status >= 400
          ? against(basicError, body, 'answer')
          : [`status ${status} is not described; ${Object.keys(described.responses).join(', ')} are`]
      const content = deref<Answer>(answer).content?.['application/json']
      if (content?.schema === undefined) return body === undefined ? [] : [`a body where status ${status} has none`]
      return against(content.schema, body, 'answer')
    },
    example(operationId) {
      const described = routes.find((route) => route.described.operationId === operationId)?.described
      const success = Object.entries(described?.responses ?? {}).find(([status]) => status.startsWith('20'))?.[1]
      const example = Object.values(
        success === undefined ? {} : (deref<Answer>(success).content?.['application/json']?.examples ?? {}),
      )[0]
      if (example === undefined) throw new Error(`GitHub gives no example of ${operationId}`)
      const value = deref<{ readonly value: unknown }>(example).value
      return structuredClone(deref<Json>(value as Json))
    },
  }
}

const basicError: Json = { $ref: 'github#/components/schemas/basic-error' }

const at = (root: Json, pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Json)[key.replaceAll('~1', '/').replaceAll('~0', '~')], root)

/**
 * Literal paths come before patterns in GitHub's file only by chance, so a `{name}` never spans a slash, but for the
 * last of contents.
 */
function pattern(path: string): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map((m) => m[1] ?? '')
  return {
    names,
    pattern: new RegExp(
      `^${path
        .split(/\{[^}]+\}/)
        .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('([^/]+)')}$`,
    ),
  }
}

/** Query and path are text; the schema says what they stand for. */
function coerced(value: string, schema: Json): unknown {
  const type = schema['type']
  if ((type === 'integer' || type === 'number') && /^-?[0-9]+$/.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function unknown(schema: Json, body: unknown): readonly string[] {
  const known = schema['properties']
  if (known === undefined || typeof body !== 'object' || body === null) return []
  return Object.keys(body)
    .filter((name) => !(name in (known as Json)))
    .map((name) => `body/${name} is not known`)
}

/** OpenAPI 3.0 to JSON schema, in place: `nullable` is the one thing ajv cannot read beside a `$ref`. */
function asJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonSchema)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'example' && key !== 'examples')
    .map(([key, inner]) => [key, asJsonSchema(inner)] as const)
  const { nullable, ...rest } = Object.fromEntries(entries) as Record<string, unknown>
  return nullable === true
    ? { anyOf: [{ type: 'null' }, rest] }
    : nullable === undefined
      ? rest
      : { ...rest, ...(typeof nullable === 'boolean' ? {} : { nullable }) }
}

function toGithub(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toGithub)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' && inner.startsWith('#') ? `github${inner}` : toGithub(inner),
    ]),
  )
}
