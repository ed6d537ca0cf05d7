/** The verbs as the command line knows them (spec §6): words, flags, help and examples. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { keyFile, type Context } from '../app/context.ts'
import { remoteSessions } from '../app/sessions.ts'
import { remoteForge } from '../app/remote-forge.ts'
import { authorizationFor } from '../domain/login.ts'
import { requestFields, type RequestField, type RequestFieldName } from '../inputs/request-fields.ts'
import { defineCheck } from './define-check.ts'
import { defineStatus } from './define-status.ts'
import { defineTest } from './define-test.ts'
import type { LeaseOptions } from './options.ts'
import { defineHistory } from './define-history.ts'
import { defineExplain } from './define-explain.ts'
import { defineLogs } from './define-logs.ts'
import { defineNodes } from './define-nodes.ts'
import { defineGc } from './define-gc.ts'
import { defineNotify } from './define-notify.ts'
import { defineRollback } from './define-rollback.ts'
import { defineStop } from './define-stop.ts'
import { flaggedFields } from './start-line.ts'
import { verbs, type Verbs } from './verbs.ts'

export function defineVerbs(program: Command, c: Context, done: (code: number) => void, handlers: Verbs = verbs): void {
  // An option belongs to the verb that it stands behind: `nodes` and `trust` have some of the same name.
  program.enablePositionalOptions()
  const optionOf = (command: Command, ...fields: readonly RequestFieldName[]): Command =>
    fields.reduce((so, field) => {
      const row: RequestField = requestFields[field]
      if (row.flag === null) return so
      return field === 'repo' ? so.option(row.flag, row.flagMeans, row.default) : so.option(row.flag, row.flagMeans)
    }, command)
  const fleet = (command: Command): Command =>
    optionOf(command, 'fleet', 'lab').option('--key <file>', 'private SSH key')
  const json = (command: Command): Command => command.option('--json', 'machine-readable output on stdout')
  const planned = (command: Command): Command =>
    optionOf(
      json(fleet(command)).argument('[project]').argument('[focus]').argument('[criteria]').argument('[proof]'),
      ...flaggedFields.map(({ field }) => field).filter((field) => field !== 'fleet' && field !== 'lab'),
    )

  planned(program.command('start').description('Interview, plan, confirm; then build, deploy, test and prove.'))
    .option('--yes', 'confirm the plan')
    .addHelpText(
      'after',
      '\nExamples:\n  vps-test start                                        # asks\n  vps-test start testnet connectivity threshold all-evidence --repo examples/testnet --fleet lab --yes',
    )
    .action(async (project, focus, criteria, proof, flags) =>
      done(await handlers.start(c, words(project, focus, criteria, proof), flags)),
    )
  planned(program.command('plan').description('Print what start would do; touch nothing.'))
    .addHelpText(
      'after',
      '\nExample:\n  vps-test plan testnet connectivity threshold logs --repo examples/testnet --fleet lab',
    )
    .action(async (project, focus, criteria, proof, flags) =>
      done(await handlers.plan(c, words(project, focus, criteria, proof), flags)),
    )
  const remote = (command: Command): Command =>
    command.option(
      '--remote <url>',
      "the ledger on the branch vps-test-ledger of this git repository, instead of this machine's; GitHub's by the token in GH_TOKEN, or by SSH",
    )
  const at = (flags: { readonly remote?: string }): Context =>
    flags.remote === undefined
      ? c
      : {
          ...c,
          remoteForge: () => remoteForge(String(flags.remote), c.login, c.signal),
          sessions: remoteSessions({
            url: flags.remote,
            authorization: authorizationFor(flags.remote, c.login),
            secrets: c.login === undefined ? [] : [c.login.token],
            dir: join(c.scratch, '..'),
            signal: c.signal,
          }),
        }
  defineTest(
    json(
      remote(
        program
          .command('test')
          .description('Single attempts of an earlier session once more: those that failed, or a pair.'),
      ),
    ),
    at,
    done,
    handlers,
  )
  const one = (command: Command): Command => command.option('--session <id>', 'this session only')
  defineStatus(
    json(remote(program.command('status').description('Where each session stands; --watch: one of them, live.'))),
    at,
    done,
    handlers,
  )
  defineLogs(
    json(remote(program.command('logs').description('What the programs of a session say, and its own steps.'))),
    at,
    done,
    handlers,
  )
  defineExplain(
    json(
      remote(program.command('explain').description('Why a session failed: the likeliest causes, and where to look.')),
    ),
    at,
    done,
    handlers,
  )
  defineHistory(
    {
      history: json(
        remote(
          program.command('history').description('Sessions, newest first: verdict, commit, time, who asked for it.'),
        ),
      ),
      compare: json(remote(program.command('compare').description('How two sessions differ, and how sure that is.'))),
    },
    at,
    done,
    handlers,
  )
  defineStop(one(json(remote(program.command('stop')))), at, done, handlers)
  defineRollback((command) => json(remote(command)), program, at, done, handlers)
  defineGc(json(fleet(program.command('gc'))), c, done, handlers)
  one(
    json(
      remote(
        program
          .command('soak')
          .description('Take the soak checkpoints that are due; record what was missed.')
          .option('--watch', 'stay and take each one when it is due')
          .option('--key <file>', 'private SSH key'),
      ),
    ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  vps-test soak                 # one tick: for a timer\n  vps-test soak --watch         # until every session has ended or waits for a person',
    )
    .action(async (flags) => done(await handlers.soak(at(flags), { ...flags, key: keyFile(flags.key) })))
  one(
    remote(
      program
        .command('approve')
        .description('Say yes to a session that waits for approval (proof manual-verify).')
        .argument('[project]')
        .option('--reject', 'say no')
        .option('--comment <text>', 'why')
        .option('--yes', 'nobody is asked'),
    ),
  )
    .addHelpText(
      'after',
      '\nWhat was tested, what came of it, and where its proof lies is shown first. Of several sessions that wait, name one.' +
        '\n\nExamples:\n  vps-test approve testnet --comment "seen on the dashboard"\n  vps-test approve --session testnet-20261122-204512-1f3a --reject' +
        '\nExit codes: 0 decided, 2 nothing waits, or it is not said which, or the answer was no, 10 somebody else decided first.',
    )
    .action(async (project, flags) => done(await handlers.approve(at(flags), project, flags)))
  defineNodes(program, c, done, handlers, { fleet, json })
  program
    .command('init')
    .description('Write workflows and a configuration into a repository; overwrite nothing.')
    .option('--dir <dir>', 'the Cargo workspace to be tested', '.')
    .option('--ref <ref>', 'tag or commit of vps-test', `v${c.version}`)
    .option('--fleet <name|file>', 'fleet of the runs')
    .addHelpText('after', '\nExample:\n  vps-test init --dir ../saorsa-testnet')
    .action(async (flags) => done(await handlers.init(c, flags)))
  defineCheck(program, c, done, handlers)
  defineNotify(program, c, done, handlers)
  json(
    remote(
      program
        .command('verify')
        .description('Judge an evidence folder again, offline unless a remote is named.')
        .argument('<folder>')
        .option('--ledger <dir>', 'clone of the repository whose branch vps-test-ledger anchors it'),
    ),
  )
    .addHelpText(
      'after',
      '\nOnly a ledger that you name, and that came to you by another way than the folder, is an anchor.\nExit codes: 0 valid and anchored, 31 valid and unanchored, 20 not valid, 2 no evidence folder.',
    )
    .action(async (folder, flags) => done(await handlers.verify(at(flags), folder, flags)))

  const held = json(fleet(program.command('lease').description('Who holds which node, for what, and how long yet.')))
    .addHelpText(
      'after',
      '\nExamples:\n  vps-test lease --fleet fleets/mine.yaml\n  vps-test lease break node-3 --fleet fleets/mine.yaml\n  vps-test lease break --all --session testnet-20261122-204512-1f3a --fleet fleets/mine.yaml --yes',
    )
    .action(async (flags) => done(await handlers.leases(c, { ...flags, key: keyFile(flags.key) })))
  json(
    fleet(
      held
        .command('break')
        .description('Take leases away, after a yes; it needs no ledger, so that a lost session can be ended.')
        .argument('[node...]'),
    ),
  )
    .option('--all', 'of every node of the fleet')
    .option('--session <id>', 'of this session only')
    .option('--yes', 'nobody is asked')
    .addHelpText('after', '\nA run that works under such a lease ends; its session can be continued by the same start.')
    .action(async (names, flags) => {
      const given: LeaseOptions = { ...held.opts(), ...flags }
      done(await handlers.leaseBreak(c, names, { ...given, key: keyFile(given.key) }))
    })

  const inLab = (command: Command): Command => command.option('--lab <id>', 'which lab, when several run')
  const labs = program.command('lab').description('Ten hosts with real NATs on this machine (root).')
  inLab(labs.command('up').description('Build the lab, measure its NATs.'))
    .option('--topology <name or file>', 'another topology: one that ships (`lab`, `saorsa`), or a file')
    .option('--shaping <auto|none>', 'none: no delay, no loss', 'auto')
    .option('--no-measure', 'believe the topology')
    .option('--seed <n>', 'NATs whose ports follow from this number, so that a run can be repeated')
    .action(async (flags) => done(await handlers.labUp(c, flags)))
  inLab(labs.command('down').description('Take it away, whatever state it is in.')).action(async (flags) =>
    done(await handlers.labDown(c, flags)),
  )
  json(inLab(labs.command('status').description('Power, systemd, declared and measured NATs.')))
    .option('--no-measure', 'do not measure')
    .action(async (flags) => done(await handlers.labStatus(c, flags)))
  inLab(labs.command('shell').description('A root shell on a node.').argument('<node>')).action(async (node, flags) =>
    done(await handlers.labShell(c, node, flags)),
  )
  for (const parent of [labs, program])
    json(
      parent.command('doctor').description('What this machine has and lacks.').option('--fix', 'install with apt'),
    ).action(async (flags) => done(await handlers.doctor(c, flags)))
}

const words = (project?: string, focus?: string, criteria?: string, proof?: string) =>
  Object.fromEntries(Object.entries({ project, focus, criteria, proof }).filter(([, v]) => v !== undefined)) as {
    project?: string
    focus?: string
    criteria?: string
    proof?: string
  }
