/** What a start is asked for: one row a field, from which inputs, forms, flags, questions and tables are made. */
import { criteriaKinds, focuses, proofKinds } from '../domain/plan.ts'
import { busyPolicies } from '../domain/answers.ts'
import { isActing } from '../domain/unsupported.ts'

/** On GitHub, of a repository whose configuration names no fleet: forms and the Action's description show it. */
export const defaultFleet = 'saorsa'
export const binarySources = ['zigbuild', 'native', 'release'] as const
export const confirmations = ['proceed', 'modify', 'cancel'] as const
/** First option of a menu: the answer is left to the configuration. */
export const fromConfiguration = 'from the configuration'

export interface RequestField {
  /** Name of the input of the Action and of the workflows; null: of the command line alone. */
  readonly input: string | null
  /** What the Action's input means, as Markdown. */
  readonly means: string
  /** Of the Action's input; empty: nothing is said. */
  readonly default: string
  /** The question of the forms and of the interview; null: the forms do not ask. */
  readonly ask: string | null
  /** It does not act, so that no form asks; a call may still give it. */
  readonly unasked?: true
  /** Options of the form's menu, the default first; absent: free text. */
  readonly menu?: readonly string[]
  /** The option that stands for an empty answer. */
  readonly unsaid?: string
  /** Default of a form of free text, where it is not the Action's. */
  readonly formDefault?: string
  /** A caller's form may lack the question, because its workflow has the answer. */
  readonly fixable?: true
  /** As the command line takes it; null: as a word without a flag, or not at all. */
  readonly flag: `--${string} <${string}>` | null
  readonly flagMeans?: string
  /** The flag that says it in passing: it names the field in an error. */
  readonly saidBy?: string
}

const menuOf = (question: string, values: readonly string[]): readonly string[] => [
  fromConfiguration,
  ...values.filter((value) => isActing(question, value)),
]
const code = (values: readonly string[]): string => {
  const all = values.map((value) => `\`${value}\``)
  return `${all.slice(0, -1).join(', ')} or ${all.at(-1) ?? ''}`
}
const interview = (values: readonly string[]): string =>
  `Interview: ${code(values)}. Empty: what the configuration says.`

/** In the order of inputs, forms and help. */
export const requestFields = {
  project: {
    input: 'project',
    means: 'Interview: which project. Empty: what the configuration says.',
    default: '',
    ask: 'Which project are you testing?',
    // Its other options are the projects of the configuration.
    menu: [fromConfiguration],
    unsaid: fromConfiguration,
    fixable: true,
    flag: null,
  },
  focus: {
    input: 'focus',
    means: interview(focuses),
    default: '',
    ask: 'What specific functionality are you testing?',
    menu: menuOf('focus', focuses),
    unsaid: fromConfiguration,
    flag: null,
  },
  criteria: {
    input: 'criteria',
    means: interview(criteriaKinds),
    default: '',
    ask: 'What result indicates success?',
    menu: menuOf('criteria', criteriaKinds),
    unsaid: fromConfiguration,
    flag: null,
  },
  customCriteria: {
    input: 'custom-criteria',
    means:
      'The expression (CEL) of `criteria` `custom`: [custom-criteria.md](custom-criteria.md). Empty: what the configuration says.',
    default: '',
    ask: 'The expression of criteria "custom"; empty: what the configuration says',
    fixable: true,
    flag: '--custom-criteria <expression>',
    flagMeans: 'what criteria custom asks, in CEL',
  },
  proof: {
    input: 'proof',
    means: interview(proofKinds),
    default: '',
    ask: 'How should success be proven/verified?',
    menu: menuOf('proof', proofKinds),
    unsaid: fromConfiguration,
    flag: null,
  },
  nodes: {
    input: 'nodes',
    means: 'Names of nodes to use, separated by commas. Empty or `all`, what the configuration says.',
    default: '',
    ask: 'Names of nodes, separated by commas; empty: what the configuration says',
    flag: '--nodes <names>',
    flagMeans: 'only these nodes, separated by commas',
  },
  binarySource: {
    input: 'binary-source',
    means:
      '`zigbuild` (natively on the build host where zigbuild fails for a toolchain reason), `native` or `release`.',
    default: 'zigbuild',
    ask: 'Where the program comes from',
    menu: binarySources,
    flag: null,
    saidBy: '--release',
  },
  binaryFile: {
    input: null,
    means: '',
    default: '',
    ask: null,
    flag: '--binary <file>',
    flagMeans: 'test this program instead of building',
  },
  releaseTag: {
    input: 'release-tag',
    means: 'For `binary-source` `release`: `tag`, `tag:asset` or `owner/repo@tag:asset`.',
    default: '',
    ask: 'For "release": tag, tag:asset or owner/repo@tag:asset',
    flag: '--release <owner/repo@tag:asset>',
    flagMeans: 'test a release asset',
  },
  soak: {
    input: 'soak',
    means: '`on` or `off`. Empty: on for a dispatch and a schedule, off for a push and a pull request.',
    default: '',
    ask: 'Checkpoints after one and six hours; default: on for a dispatch, off for a push',
    menu: ['default', 'on', 'off'],
    unsaid: 'default',
    flag: '--soak <on|off>',
    flagMeans: 'off: no soak checkpoints',
  },
  confirm: {
    input: 'confirm',
    means: '`proceed`; `modify` prints the plan and a line with every answer filled in, and ends; `cancel` ends.',
    default: 'proceed',
    ask: 'proceed; modify prints the plan and a line with every answer; cancel ends',
    menu: confirmations,
    flag: null,
  },
  onBusy: {
    input: 'on-busy',
    means:
      'When another session holds the fleet: `queue`, `refuse`, or `supersede` (a session of the same project and branch only).',
    default: 'queue',
    ask: 'When another session holds the fleet',
    menu: busyPolicies,
    flag: '--on-busy <queue|refuse|supersede>',
    flagMeans: 'when another session holds the fleet',
  },
  queueMinutes: {
    input: 'queue-minutes',
    means:
      'How long SETUP waits for a busy fleet in this job, 0 to 240; after that the soak schedule goes on with the session when the fleet is free.',
    default: '10',
    ask: 'How long SETUP waits for a busy fleet in its job, 0 to 240; after that the schedule goes on with the session when the fleet is free',
    fixable: true,
    flag: null,
  },
  repo: {
    input: 'repo',
    means: 'Directory of the tested project in the checkout.',
    default: '.',
    ask: 'Directory of the tested project',
    fixable: true,
    flag: '--repo <dir>',
    flagMeans: 'repository of the tested project',
  },
  config: {
    input: 'config',
    means: 'The configuration file, when it is not in its usual place.',
    default: '',
    ask: 'The configuration file, when it is not in its usual place',
    fixable: true,
    flag: '--config <file>',
    flagMeans: 'configuration, when not in its usual place',
  },
  fleet: {
    input: 'fleet',
    means: `A fleet of this package, \`lab\` (built on this machine, needs sudo), or the path of a fleet file in the repository. Empty: the fleet that the configuration names, or else \`${defaultFleet}\`.`,
    default: '',
    ask: 'A fleet of vps-test, or the path of a fleet file in the repository; empty: what the configuration names',
    formDefault: defaultFleet,
    fixable: true,
    flag: '--fleet <name|file>',
    flagMeans: 'lab, a fleet of this package, or a fleet file',
  },
  seed: {
    input: null,
    means: '',
    default: '',
    ask: null,
    flag: '--seed <n>',
    flagMeans: 'on a lab: draws that follow from this number, so that the run can be repeated',
  },
  lab: {
    input: null,
    means: '',
    default: '',
    ask: null,
    flag: '--lab <id>',
    flagMeans: 'which lab, when several run',
  },
} as const satisfies Readonly<Record<string, RequestField>>

export type RequestFieldName = keyof typeof requestFields

/** Every row with its name, in order. */
export const fieldRows: readonly (readonly [RequestFieldName, RequestField])[] = Object.entries(
  requestFields,
) as readonly (readonly [RequestFieldName, RequestField])[]

/** Inputs of the Action that are fields of a request: the input's name and the field. */
export const requestInputs: readonly (RequestField & { readonly field: RequestFieldName; readonly input: string })[] =
  fieldRows.flatMap(([field, row]) => (row.input === null ? [] : [{ ...row, field, input: row.input }]))

/** Those that a workflow can be called with. */
export const callFields: readonly ((typeof requestInputs)[number] & { readonly ask: string })[] = requestInputs.flatMap(
  (row) => (row.ask === null ? [] : [{ ...row, ask: row.ask }]),
)

/** Those that the forms ask. */
export const formFields = callFields.filter((row) => row.unasked !== true)

/** `--on-busy`, of a row that has a flag. */
export const flagOf = ({ flag }: RequestField): string | null => flag?.split(' ')[0] ?? null
