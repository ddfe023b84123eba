import { sshForwards } from '../../../facts/programs/ssh-forwards.ts'
import { unwrap } from '../../../facts/services/launchers.ts'
import { defineControl } from '../../control.ts'
import { ownDoorsAmong } from './own-doors.ts'
import { citeProgram, noneFound, ofKinds, programName } from './program-words.ts'

export default defineControl({
  id: 'tunnel-program-absent',
  item: 'INF-7',
  severity: 'high',
  title: 'No tunnel brings outsiders in past the firewall',
  rationale:
    'A tunnel is a connection that goes out and lets strangers in: neither the inbound rules nor the jump host see them. One left over from a demonstration publishes the models to the internet.',
  steps: 'Stop it and disable what starts it; where it is wanted, document it and set a waiver.',
  needs: ['processes', 'programs'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-17', 'CIS-8:13.4', 'ISO-27001:A.8.20'],
  evaluate: ({ processes, programs }) => {
    const tunnels = ofKinds(programs, 'tunnel')
    if (tunnels.length > 0)
      return tunnels.map((program) => ({
        status: 'fail' as const,
        subject: program.id,
        title: 'A tunnel to the outside runs',
        reason: `${programName(program)} runs on this host. ${program.danger}`,
        cite: citeProgram(program, 'Lets clients in from elsewhere.'),
      }))
    const unread = processes.filter(({ argv }) => unwrap(argv).some(({ words }) => sshForwards(words) === 'unread'))
    if (unread.length > 0)
      return unread.map(({ pid, user, argv, line }) => ({
        status: 'not-evaluated' as const,
        subject: `ssh ${user}`,
        title: 'What an SSH client forwards is not known',
        reason: `${argv.join(' ').slice(0, 160)} (pid ${pid}, user ${user}) runs to forward something, and its words do not say what: RemoteForward in its configuration would let clients in.`,
        hint: 'Look with: ssh -G HOST | grep -i forward, as that user.',
        cite: [{ section: 'processes', line }],
      }))
    const found = ownDoorsAmong(processes).map(({ door: { subject, title, reason, hint }, process }) => ({
      ...{ status: 'not-evaluated' as const, subject, title, reason, hint },
      cite: [{ section: 'processes', line: process.line }],
    }))
    if (found.length > 0) return found
    return [
      {
        ...noneFound('No tunnel runs', `None of the ${processes.length} processes is a tunnel that Gatehouse knows.`),
        status: 'pass' as const,
        cite: [{ section: 'processes', line: 0 }],
      },
    ]
  },
})
