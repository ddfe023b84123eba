import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit, noServices, serviceName } from '../inference/service-words.ts'

/** systemd hands these out to DynamicUser= (systemd docs/UIDS-GIDS.md). */
const isDynamic = (uid: number): boolean => uid >= 61_184 && uid <= 65_519
/** UID_MIN of login.defs(5) as every supported distribution ships it. */
const FIRST_PERSON = 1000
const NOBODY = 65_534
const noLogin = /(?:^|\/)(?:nologin|false|sync|true)$/

export default defineControl({
  id: 'inference-account-dedicated',
  item: 'INF-5',
  severity: 'medium',
  title: 'Each inference server has a service account of its own',
  rationale:
    "Under a person's account the server reads that person's keys and files, and whoever logs in as that person owns the models. Under an account shared with other programs, one takeover is a takeover of all of them.",
  needs: ['services', 'accounts'],
  uses: ['processes', 'units'],
  remediation: { template: 'service-account', also: ['system-account'] },
  references: ['NIST-800-53:AC-6', 'NIST-800-53:IA-9', 'CIS-8:5.5', 'ISO-27001:A.5.16'],
  evaluate: ({ services, accounts, processes, units }) => {
    if (services.length === 0) return noServices
    const running = services.filter((service) => service.running)
    if (running.length > 0) return running.map((service) => judge(service, running, accounts, processes, units))
    const reason = 'Inference servers are installed, but none runs.'
    return [{ status: 'not-applicable', subject: '', title: 'No inference server runs', reason, cite: [] }]
  },
})

function judge(
  service: InferenceService,
  services: readonly InferenceService[],
  { accounts }: Accounts,
  processes: FactResult<readonly Process[]>,
  units: FactResult<readonly Unit[]>,
): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const { uid } = service
  if (service.how === 'container') {
    const reason = `${name} runs in a container, whose image brings its accounts.`
    return { ...base, status: 'not-applicable', title: 'The account is the container’s', reason, cite: [] }
  }
  if (uid === undefined) {
    const reason = `The account that ${name} runs as could not be read.`
    return { ...base, status: 'not-evaluated', title: 'The service account could not be read', reason, cite: [] }
  }
  if (uid === 0) {
    const reason = `${name} runs as root; inference-not-root judges that.`
    return { ...base, status: 'not-applicable', title: 'The server runs as root', reason, cite: [] }
  }
  const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
  const account = accounts.find((one) => one.uid === uid)
  if (unit?.dynamicUser || (account === undefined && isDynamic(uid))) {
    const reason = `systemd gives ${name} an account of its own while it runs (DynamicUser=).`
    const cite = unit ? citeUnit(unit, 'DynamicUser', { token: 'DynamicUser=yes' }) : []
    return { ...base, status: 'pass', title: 'Has a dynamic account of its own', reason, cite }
  }
  if (account === undefined) {
    const reason = `${name} runs with uid ${uid}, which the account database did not list.`
    return { ...base, status: 'not-evaluated', title: 'The service account is not in the database', reason, cite: [] }
  }
  const cite = (note?: string): readonly Citation[] => [{ section: 'accounts', line: account.line, token: account.name, note }]
  const login = !noLogin.test(account.shell)
  if (uid === NOBODY || account.name === 'nobody') {
    const reason = `${name} runs as ${account.name}, which every program without an account shares. Expected an account of its own.`
    return {
      ...base,
      status: 'fail',
      title: 'The server shares the account nobody',
      reason,
      cite: cite('Shared by design. Expected an own account.'),
    }
  }
  if (login && uid >= FIRST_PERSON) {
    const reason = `${name} runs as ${account.name} (uid ${uid}, shell ${account.shell || '/bin/sh'}). Expected a system account that cannot log in.`
    return {
      ...base,
      status: 'fail',
      severity: 'high',
      title: "The server runs as a person's account",
      reason,
      cite: cite("A person's account. Expected a system account."),
    }
  }
  const shared = sharedWith(service, services, processes)
  if (shared) {
    const reason = `Account ${account.name} of ${name} also runs ${shared.name} (process ${shared.pid}). Expected an account of its own.`
    const line: Citation = { section: 'processes', line: shared.line, token: shared.user, note: 'Same account, other program.' }
    return { ...base, status: 'warning', title: 'The service account runs other programs too', reason, cite: [line, ...cite()] }
  }
  if (login) {
    const reason = `${name} runs as ${account.name}, whose shell is ${account.shell || '/bin/sh'}. Expected nologin or false.`
    return {
      ...base,
      status: 'warning',
      title: 'The service account can log in',
      reason,
      cite: cite('Has a login shell. Expected nologin.'),
    }
  }
  if (!processes.known) {
    const reason = `${name} runs as ${account.name}; whether other programs share it is not known.`
    return { ...base, status: 'not-evaluated', title: 'Who else uses its account is not known', reason, cite: cite() }
  }
  const reason = `${name} runs as ${account.name} (uid ${uid}, shell ${account.shell}), and nothing else does.`
  return { ...base, status: 'pass', title: 'Has a service account of its own', reason, cite: cite() }
}

/** Another program under the same account. Not counted: other inference servers, what started the server, and its own user manager. */
function sharedWith(
  service: InferenceService,
  services: readonly InferenceService[],
  processes: FactResult<readonly Process[]>,
): Process | undefined {
  if (!processes.known) return undefined
  const inference = new Set(services.flatMap(({ pids }) => pids))
  const above = new Set<number>()
  const byPid = new Map(processes.value.map((process) => [process.pid, process]))
  for (let at = byPid.get(service.pids[0] ?? -1); at && !above.has(at.pid); at = byPid.get(at.ppid)) above.add(at.pid)
  return processes.value.find(
    ({ pid, uid, name, argv }) =>
      uid === service.uid && !inference.has(pid) && !above.has(pid) && name !== '(sd-pam)' && !argv.includes('--user'),
  )
}
