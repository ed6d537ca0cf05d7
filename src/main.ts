/** The entry of the Action: reads the input `command`; everything but `version` waits for the run to be connected, and says so. */
import * as core from '@actions/core'
import pkg from '../package.json' with { type: 'json' }

const command = core.getInput('command') || 'start'

if (command === 'version') {
  core.setOutput('version', pkg.version)
  core.info(`vps-test ${pkg.version}`)
} else {
  core.setFailed(`command ${JSON.stringify(command)} does not act in the Action yet; use the command line: npm run vps-test -- ${command}`)
}
