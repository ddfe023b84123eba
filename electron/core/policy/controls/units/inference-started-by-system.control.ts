import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Account } from '../../../facts/accounts/accounts.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { type Keeper, keeperOf } from '../../../facts/services/keepers.ts'
import type { AccountUnit, AccountUnits } from '../../../facts/units/account-units.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit, noServices, serviceName } from '../inference/service-words.ts'

export default defineControl({
  id: 'inference-started-by-system',
  item: 'INF-5',
  severity: 'medium',
  title: 'Inference servers are started by the system, not by a person',
  rationale:
    'A server from a shell, tmux or a unit below /home runs with all that the person may do, sudo and keys included. It starts with the settings of that day, and nobody finds its unit file in /etc.',
  steps: 'Make it a unit in /etc/systemd/system with an account of its own, and end what starts it now.',
  needs: ['services', 'processes'],
  uses: ['account-units', 'accounts', 'units'],
  references: ['NIST-800-53:AC-6', 'NIST-800-53:CM-6', 'CIS-8:5.5', 'https://www.freedesktop.org/software/systemd/man/user@.service.html'],
  evaluate: ({ services, processes, 'account-units': ofAccounts, accounts, units }): readonly Verdict[] => {
    const others = ofAccounts.known ? judgeAccounts(ofAccounts.value, processes, accounts.known ? accounts.value.accounts : []) : []
    if (services.length === 0) return others.length > 0 ? others : noServices
    const running = services.filter((service) => service.running)
    if (running.length === 0 && others.length === 0)
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'No inference server runs',
          reason: 'Inference servers are installed, but none runs.',
          cite: [],
        },
      ]
    const judged = running.map((service) =>
      judge(
        service,
        processes.find(({ pid }) => pid === service.pids[0]),
        keeperOf(service.pids[0], processes),
        units,
      ),
    )
    return [...judged, ...others]
  },
})

/** What managers of accounts would start beside what runs: nothing else here judges it. */
function judgeAccounts(
  { files, unread }: AccountUnits,
  processes: readonly Process[],
  accounts: readonly Pick<Account, 'name' | 'home'>[],
): readonly Verdict[] {
  const runs = ({ unit, path }: AccountUnit): boolean => {
    // One in the home of an account is run by that one alone.
    const owner = accounts.find(({ home }) => home !== '/' && path.startsWith(`${home}/.config/`))?.name
    return processes.some(
      ({ cgroup = '', user }) => (owner ?? user) === user && /\/user@\d+\.service\//.test(cgroup) && cgroup.split('/').includes(unit),
    )
  }
  const stopped = files.filter((file) => !runs(file))
  return [
    ...stopped.map(
      ({ path, enabled, line }): Verdict => ({
        status: 'warning',
        subject: path,
        title: 'A unit of a person would start a server',
        reason: `${path} starts an inference server by the manager of an account${enabled ? ', with the host or at the next login' : ''}. It does not run now, and what it would listen on and ask is not judged. Expected a unit in /etc/systemd/system.`,
        hint: 'systemctl --user disable, as that account, or make it a unit of the system.',
        cite: [{ section: 'units', line }],
      }),
    ),
    ...(unread.length === 0
      ? []
      : [
          {
            status: 'not-evaluated' as const,
            subject: '',
            title: 'What accounts start by themselves is not known',
            reason: `The managers of ${unread
              .slice(0, 5)
              .map(({ account }) => account)
              .join(
                ', ',
              )}${unread.length > 5 ? ` and ${unread.length - 5} more` : ''} start with the host (linger), and their folders of units are closed to the audit account. A server of theirs that runs is found all the same.`,
            hint: 'loginctl disable-linger for accounts that start nothing; else look into ~/.config/systemd/user and ~/.config/containers/systemd.',
            cite: unread.slice(0, 5).map(({ line }) => ({ section: 'units', line })),
          },
        ]),
  ]
}

function judge(
  service: InferenceService,
  main: Process | undefined,
  keeper: Keeper | undefined,
  units: FactResult<readonly Unit[]>,
): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id, cite: main ? [{ section: 'processes', line: main.line, token: main.user }] : [] }
  if (service.how === 'systemd') {
    const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
    if (unit === undefined)
      return {
        ...base,
        status: 'not-evaluated',
        title: 'The unit of the server could not be read',
        reason: `${name} is started by ${service.unit}, and where its file lies could not be read${units.known ? '' : `: ${units.reason}`}.`,
        ...(!units.known && { hint: units.hint }),
      }
    // What systemd-run and systemctl --runtime leave is in memory (systemd.unit(5), Unit File Load Path).
    if (/^\/run\/systemd\/(?:transient|system|system\.control)\//.test(unit.fragmentPath))
      return {
        ...base,
        status: 'warning',
        title: 'The unit is gone with the next restart',
        reason: `${name} is started by ${unit.id}, whose file ${unit.fragmentPath} was made by systemd-run or for this run of the host. Expected a unit in /etc/systemd/system.`,
        cite: [...base.cite, ...citeUnit(unit, 'FragmentPath')],
      }
    return {
      ...base,
      status: 'pass',
      title: 'A system unit starts the server',
      reason: `${name} is started by ${keeper ? `${keeper.name}, which ${service.unit} runs` : service.unit}.`,
    }
  }
  if (service.pod)
    return {
      ...base,
      status: 'not-applicable',
      title: 'A cluster starts the server',
      reason: `${name} runs in a pod, which the kubelet starts.`,
      cite: main?.podLogs ? [{ section: 'processes', line: main.podLogs.line }] : base.cite,
    }
  if (service.how === 'container')
    return {
      ...base,
      status: 'not-applicable',
      title: 'A container engine starts the server',
      reason: `${name} is started by a container engine${service.madeFrom ? `, which ${service.madeFrom.unit} calls (${service.madeFrom.path})` : ''}.`,
    }
  if (main?.cgroup === undefined)
    return {
      ...base,
      status: 'not-evaluated',
      title: 'What started the server is not known',
      reason: `The cgroup of ${name} could not be read.`,
    }
  // `user@1000.service/app.slice/ollama.service`: a unit of the manager that systemd keeps for each person (systemd.special(7)).
  const own = /\/user@(\d+)\.service\/(?:.*\/)?([^/]+\.service)$/.exec(main.cgroup)
  if (own)
    return {
      ...base,
      status: 'warning',
      title: 'A unit of a person starts the server',
      reason: `${name} is ${own[2]} of the user manager of ${main.user}. Expected a unit in /etc/systemd/system.`,
      hint: 'The unit lies in ~/.config/systemd/user of that account; loginctl disable-linger ends it with the session.',
    }
  if (keeper)
    return {
      ...base,
      status: 'warning',
      title: keeper.restarts ? 'A supervisor outside systemd starts it' : 'The server runs in a kept terminal',
      reason: `${name} was started by ${keeper.name} (process ${keeper.process.pid} of ${keeper.process.user})${keeper.restarts ? ', which no system unit runs' : ', and nothing starts it again'}. Expected a system unit.`,
      cite: [...base.cite, { section: 'processes', line: keeper.process.line }],
    }
  if (/\/session-[^/]+\.scope/.test(main.cgroup) || main.cgroup.startsWith('/user.slice'))
    return {
      ...base,
      status: 'warning',
      title: 'The server runs in a login session',
      reason: `${name} was started by hand in a session of ${main.user}. Expected a system unit.`,
    }
  return {
    ...base,
    status: 'warning',
    title: 'No unit of its own starts the server',
    reason: `${name} runs below ${main.cgroup.slice(0, 120)}. Expected a system unit of its own.`,
  }
}
