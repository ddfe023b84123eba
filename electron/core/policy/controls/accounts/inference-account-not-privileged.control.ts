import { accessFactIds } from '../../../access/access-facts.ts'
import { hostAccess, ownWayToRoot } from '../../../access/host-access.ts'
import { openGrants } from '../../../access/netgroups.ts'
import { groupsOf, rootGroups, rootWays } from '../../../access/root-ways.ts'
import type { Account, Accounts } from '../../../facts/accounts/accounts.ts'
import { known } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit, noServices, serviceName } from '../inference/service-words.ts'
import { judgeContainer } from './container-verdicts.ts'
import { doubtful } from './doubtful-way.ts'
import { otherContainers } from './other-containers.ts'

export default defineControl({
  id: 'inference-account-not-privileged',
  item: 'INF-5',
  severity: 'critical',
  title: 'Accounts of inference servers and containers have no way to become root',
  rationale:
    'A service account in group docker, or with a grant in sudoers, is root with one command more. Whoever takes over the server takes over the host, and a sandbox that says otherwise is decoration. So is every container beside it that holds the socket of Docker or the disks of the host.',
  steps: 'Take away the way that is named: the account out of the group, the rule out of sudoers, the mount out of the container.',
  needs: ['services', 'accounts'],
  uses: [...accessFactIds.filter((id) => id !== 'services'), 'containers'],
  references: ['NIST-800-53:AC-6', 'NIST-800-53:AC-6(5)', 'CIS-8:5.4', 'ISO-27001:A.8.2', 'https://docs.docker.com/engine/security/'],
  evaluate: (facts, { now }) => {
    const { services, accounts, sudoers, units, containers, processes, access } = facts
    const told = { units, containers, processes, accounts, sudoers, access }
    const others = otherContainers(services, told)
    if (services.length === 0) return others.length > 0 ? others : noServices
    const all = { ...facts, services: known(services) }
    const own = services.map((service): Verdict => {
      const name = serviceName(service)
      const base = { subject: service.id, cite: [] }
      if (service.how === 'container') return { ...base, ...judgeContainer(service, told) }
      const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
      const listed = accounts.accounts.find(({ uid, name: own }) =>
        service.uid === undefined ? own === service.user : uid === service.uid,
      )
      const account = listed ?? dynamicAccount(unit, service.uid)
      if (!account) {
        const reason = `The account of ${name} is not in the account database, or could not be read.`
        return { ...base, status: 'not-evaluated', title: 'The service account could not be looked up', reason }
      }
      if (account.uid === 0)
        return {
          ...base,
          status: 'not-applicable',
          title: 'The server runs as root',
          reason: `${name} runs as root; inference-not-root judges that.`,
        }
      const lent = lentGroups(unit, account, accounts)
      const extra = lent.find(({ name }) => rootGroups[name] !== undefined || /^(?:root|sudo|wheel)$/.test(name))
      const groups = lent.length > 0 ? withMember(accounts, account, lent) : accounts
      const ways = rootWays(account, groups, sudoers.known ? sudoers.value : undefined, access.known ? access.value : undefined).filter(
        ({ way }) => way !== `group ${extra?.name}`,
      )
      const [first] = ways
      if (first || extra)
        return {
          ...base,
          status: 'fail',
          title: 'The service account can become root',
          reason: `Account ${account.name} of ${name}: ${[...ways.map(({ way, how }) => `${way} (${how})`), ...(extra ? [`${extra.said} of its unit`] : [])].slice(0, 3).join('; ')}. Expected neither.`,
          cite: [
            ...ways.slice(0, 4).map(({ cite }) => ({ ...cite, note: 'A way to root. Expected none.' })),
            ...(extra && unit ? citeUnit(unit, extra.property, { token: extra.word }) : []),
          ],
        }
      // A program that asks nobody is a way for everybody who reaches it: code-runner-not-exposed.
      const root = ownWayToRoot(lent.length > 0 ? { ...all, accounts: groups } : all, now, account.name)
      if (root && root.condition === undefined)
        return {
          ...base,
          status: 'fail',
          title: 'The service account can become root',
          reason: `${name}: ${root.path.join(' → ')}. Expected no such way.`,
          hint: 'Close the way that is named. A sandbox of the unit may stand before it; whoever gets out of it is root.',
          cite: root.proofs.slice(0, 4).map((proof) => ({ ...proof, note: 'A step of the way to root. Expected none.' })),
        }
      if (root) return { ...base, ...doubtful(root) }
      if (!sudoers.known)
        return {
          ...base,
          status: 'not-evaluated',
          title: 'What sudo grants its account is not known',
          reason: `${account.name} is in no group that is root, but ${sudoers.reason}.`,
          hint: sudoers.hint,
        }
      if (sudoers.value.incomplete)
        return { ...base, status: 'not-evaluated', title: 'Not all rules of sudo could be read', reason: `${sudoers.value.incomplete}.` }
      const [netgroup] = openGrants(sudoers.value).filter(({ root }) => root)
      if (netgroup)
        return {
          ...base,
          status: 'not-evaluated',
          title: 'Whom a rule of sudo names is not known',
          reason: `${netgroup.reason}.`,
          cite: [{ section: 'privileged', line: netgroup.line }],
        }
      const reason = `Account ${account.name} of ${name} is in no group that is root, and sudo grants it nothing that is.`
      return {
        ...base,
        status: 'pass',
        title: hostAccess(all, now).gaps.some(({ leavesOpen }) => leavesOpen.includes('become-root'))
          ? 'No group and no rule of sudo makes it root'
          : 'The service account has no way to root',
        reason,
        cite: listed ? [{ section: 'accounts', line: account.line, token: account.name }] : unit ? citeUnit(unit, 'DynamicUser') : [],
      }
    })
    return [...own, ...others]
  },
})

/** While a unit with DynamicUser= runs there is an account of its name, which the database need not list (systemd.exec(5)). Before it runs it has no number yet. */
const dynamicAccount = (unit: Unit | undefined, uid = -1): Account | undefined =>
  unit?.dynamicUser
    ? { name: unit.user || unit.id.replace(/(?:@.*)?\.service$/, ''), uid, gid: uid, home: '/', shell: '/usr/sbin/nologin', line: 0 }
    : undefined

/** A group that its unit gives the server, and no database its account. */
interface LentGroup {
  readonly property: 'Group' | 'SupplementaryGroups'
  /** As it stands there: a name or a number. */
  readonly word: string
  readonly name: string
  readonly said: string
}

function lentGroups(unit: Unit | undefined, account: Account, accounts: Accounts): readonly LentGroup[] {
  if (!unit) return []
  const own = new Set(groupsOf(account, accounts).map(({ name }) => name))
  const lent = (property: LentGroup['property'], word: string): LentGroup => {
    const name = accounts.groups.find(({ name, gid }) => name === word || String(gid) === word)?.name ?? word
    return { property, word, name, said: `${property}=${word}${name === word ? '' : ` (${name})`}` }
  }
  const all = [
    ...(unit.group ? [lent('Group', unit.group)] : []),
    ...unit.supplementaryGroups.map((word) => lent('SupplementaryGroups', word)),
  ]
  return all.filter(({ name }) => !own.has(name))
}

const withMember = ({ groups, ...rest }: Accounts, { name }: Account, lent: readonly LentGroup[]): Accounts => ({
  ...rest,
  groups: groups.map((group) => (lent.some((one) => one.name === group.name) ? { ...group, members: [...group.members, name] } : group)),
})
