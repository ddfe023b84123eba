import { readFileSync } from 'node:fs'
import { fleetSudoers } from '#core/facts/fleet-sudoers.ts'
import { parseFleet } from '#core/fleet/parse-fleet.ts'

/** `sudoers-text.ts FLEET HOST [sudo-rs]` prints what `gatehouse sudoers` prints, without the rest of the command line tool. */
const [file, host, program] = process.argv.slice(2)
if (file === undefined || host === undefined) throw new Error('usage: sudoers-text.ts FLEET HOST [sudo-rs]')
const parsed = parseFleet(readFileSync(file, 'utf8'))
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
process.stdout.write(fleetSudoers(parsed.fleet, host, program === 'sudo-rs' ? program : 'sudo'))
