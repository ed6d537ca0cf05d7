/**
 * Not a test: the heavy outside libraries in one entry, as the finished bundle will hold them; bundle.test.ts builds
 * and starts it far from node_modules.
 */
import { DefaultArtifactClient } from '@actions/artifact'
import * as core from '@actions/core'
import { getOctokit } from '@actions/github'
import { execa } from 'execa'
import { Octokit } from 'octokit'
import ssh2 from 'ssh2'
import { parse } from 'yaml'
import { z } from 'zod'

const { Client, Server, utils } = ssh2
// One of about five hundred keys that ssh2 makes is malformed (it does not parse them itself).
let key = utils.generateKeyPairSync('ed25519')
while (utils.parseKey(key.private) instanceof Error) key = utils.generateKeyPairSync('ed25519')
const ciphers = process.argv.slice(2) as ssh2.CipherAlgorithm[]

/** One command over SSH inside this process, with the given ciphers. */
const answer = await new Promise<string>((done, fail) => {
  const timer = setTimeout(() => fail(new Error('no answer over SSH in 10 s')), 10_000)
  const server = new Server({ hostKeys: [key.private], algorithms: { cipher: ciphers } }, (peer) => {
    peer.on('authentication', (request) => request.accept())
    peer.on('session', (accept) =>
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const stream = acceptExec()
        stream.end(`said ${command}`)
      }),
    )
    peer.on('error', fail)
  })
  server.listen(0, '127.0.0.1', () => {
    const client = new Client()
    client.on('error', fail).on('ready', () =>
      client.exec('hello', (error, stream) => {
        if (error) return fail(error)
        stream.on('data', (data: Buffer) => {
          clearTimeout(timer)
          client.end()
          server.close()
          done(data.toString())
        })
      }),
    )
    client.connect({
      host: '127.0.0.1',
      port: (server.address() as { port: number }).port,
      username: 'any',
      password: 'any',
      algorithms: { cipher: ciphers },
    })
  })
})

const { stdout } = await execa(process.execPath, ['--version'], { timeout: 10_000 })
process.stdout.write(
  `${JSON.stringify({
    ssh: answer,
    node: stdout,
    yaml: parse('a: 1'),
    zod: z.object({ a: z.number() }).safeParse({ a: 1 }).success,
    artifact: typeof new DefaultArtifactClient().uploadArtifact,
    octokit: typeof new Octokit().request,
    github: typeof getOctokit('none').rest.repos.get,
    core: typeof core.setOutput,
  })}\n`,
)
