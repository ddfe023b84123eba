import fc from 'fast-check'
import { dockerFilter, dockerNat } from './random-iptables.testing.ts'
import type { RuleSet } from './rule-sets.testing.ts'

/** Random rule sets as an admin makes them with ufw(8), with files edited by hand and Docker beside it in some. */
const networks4 = ['10.0.1.0/24', '10.0.1.128/25', '10.0.0.0/8', '192.168.7.9', '10.0.2.5', '10.9.0.0/16']
const networks6 = ['fd00:1::/64', 'fd00::/8', 'fd00:2::5', 'fd09::/64']
const plainPorts = ['22', '80', '443', '8000', '9000', '9090', 'ssh', 'http', '53']
const manyPorts = ['80,443', '8000:9000', '22,8000:8005,9000', '443:9090']
const profiles = ["'OpenSSH'", "'WWW Full'", "'WWW Secure'", "'DNS'"]

const verb = fc.constantFrom('allow', 'allow', 'allow', 'deny', 'deny', 'reject')
const direction = fc.constantFrom('', '', 'in', 'in on eth0', 'in on eth1', 'in on docker0', 'out', 'out on eth0')
const log = fc.constantFrom('', '', '', 'log', 'log-all')
const place = fc.constantFrom('', '', '', '', 'insert 1', 'prepend')
const comment = fc.constantFrom('', '', '', "comment 'from 10.0.0.1 port 22'")

const simple = fc
  .tuple(
    place,
    verb,
    fc.constantFrom('', '', 'in', 'out'),
    fc.oneof(
      fc.tuple(fc.constantFrom(...plainPorts), fc.constantFrom('', '/tcp', '/udp')).map((parts) => parts.join('')),
      fc.constantFrom(...manyPorts).map((list) => `${list}/tcp`),
      fc.constantFrom(...profiles),
    ),
    comment,
  )
  .map((parts) => parts.filter((part) => part !== '').join(' '))

const end = (word: 'from' | 'to', networks: readonly string[], ports: readonly string[]) =>
  fc
    .tuple(fc.constantFrom('', 'any', ...networks), fc.constantFrom('', '', ...ports))
    .map(([network, port]) => (network === '' && port === '' ? '' : `${word} ${network || 'any'}${port === '' ? '' : ` port ${port}`}`))

/** Some of these ufw refuses (protocols with lists of ports, profiles with protocols): then the rule is left out. */
const full = fc
  .tuple(fc.boolean())
  .chain(([six]) =>
    fc.tuple(
      place,
      verb,
      direction,
      log,
      fc.constantFrom('', 'proto tcp', 'proto tcp', 'proto udp', 'proto ah'),
      // Ports of clients are left alone: the model lets a client choose his, and here the kernel does.
      end('from', six ? networks6 : networks4, []),
      end('to', six ? ['fd09::1', 'fd00:1::/64', 'fd09::2'] : ['10.9.0.1', '10.0.1.0/24', '10.9.0.0/16'], [...plainPorts, ...manyPorts]),
    ),
  )
  .filter(([, , , , , from, to]) => from !== '' || to !== '')
  .map((parts) => parts.filter((part) => part !== '').join(' '))

const route = fc
  .tuple(
    fc.constantFrom('allow', 'deny', 'reject'),
    fc.constantFrom('', 'in on eth0', 'in on eth0 out on docker0'),
    fc.constantFrom('from any', ...networks4.map((network) => `from ${network}`)),
    fc.constantFrom('', 'to 172.17.0.2', 'to any port 8080 proto tcp', 'to 172.17.0.2 port 8080 proto tcp'),
  )
  .map(([word, ways, from, to]) => `route ${word} ${ways} ${from} ${to}`)

/** Who asks more than five times in half a minute is refused, whichever rule counts him: so one port of one rule. */
const limit = fc.constantFrom(
  'limit 22/tcp',
  'limit in on eth0 to any port 8000 proto tcp',
  'limit from 10.0.0.0/8 to any port 443 proto tcp',
)

/** Lines that admins write into `before.rules`, below the answers and above all else. */
const edits = fc.constantFrom(
  '-A ufw-before-input -p tcp --dport 9000 -j ACCEPT',
  '-A ufw-before-input -s 10.0.1.0/24 -j DROP',
  '-A ufw-before-input -p tcp -m multiport --dports 80,443 -s 10.0.2.5 -j REJECT --reject-with tcp-reset',
  '-A ufw-before-output -d 10.0.2.0/24 -p tcp --dport 443 -j DROP',
  '-A ufw-before-input -p tcp --dport 8000 -m connlimit --connlimit-above 1000 -j DROP',
)
const edit = (line: string) => `sed -i '/^# drop INVALID packets/i ${line}' /etc/ufw/before.rules`

/** What github.com/chaifeng/ufw-docker has its users append to `after.rules`. */
const ufwDocker = `cat >>/etc/ufw/after.rules <<'END'
*filter
:ufw-user-forward - [0:0]
:ufw-docker-logging-deny - [0:0]
:DOCKER-USER - [0:0]
-A DOCKER-USER -j ufw-user-forward
-A DOCKER-USER -j RETURN -s 10.0.0.0/16
-A DOCKER-USER -p udp -m udp --sport 53 --dport 1024:65535 -j RETURN
-A DOCKER-USER -j ufw-docker-logging-deny -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -d 172.16.0.0/12
-A DOCKER-USER -j ufw-docker-logging-deny -p udp -m udp --dport 0:32767 -d 172.16.0.0/12
-A DOCKER-USER -j RETURN
-A ufw-docker-logging-deny -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW DOCKER BLOCK] "
-A ufw-docker-logging-deny -j DROP
COMMIT
END`

const dockerChains = [':DOCKER - [0:0]', ':DOCKER-ISOLATION-STAGE-1 - [0:0]']
const answers = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'
/** Docker started before ufw. */
const dockerFirst = `${dockerNat('9090', '')}
*filter
:FORWARD DROP [0:0]
${[...dockerChains, ':DOCKER-USER - [0:0]', ...dockerFilter, '-A DOCKER-USER -j RETURN'].join('\n')}
COMMIT
`
/** Docker started after ufw: it puts its rules before those of others, and leaves DOCKER-USER as it is where it exists. */
const dockerLater = (ownUser: boolean) => `${dockerNat('9090', '')}
*filter
:FORWARD DROP [0:0]
${[
  ...dockerChains,
  ...(ownUser ? [':DOCKER-USER - [0:0]', `-A DOCKER-USER ${answers}`, '-A DOCKER-USER -j RETURN'] : []),
  ...dockerFilter
    .filter((rule) => rule.startsWith('-A FORWARD'))
    .map((rule, index) => rule.replace('-A FORWARD', `-I FORWARD ${index + 1}`)),
  ...dockerFilter.filter((rule) => !rule.startsWith('-A FORWARD')),
].join('\n')}
COMMIT
`

export const ufwSets: fc.Arbitrary<RuleSet> = fc
  .record({
    incoming: fc.constantFrom('deny', 'deny', 'allow', 'reject'),
    outgoing: fc.constantFrom('allow', 'allow', 'deny', 'reject'),
    routed: fc.constantFrom('', 'allow', 'deny', 'reject'),
    ipv6: fc.constantFrom('yes', 'yes', 'yes', 'no'),
    logging: fc.constantFrom('', '', 'off', 'medium', 'full'),
    rules: fc.array(fc.oneof({ weight: 4, arbitrary: simple }, { weight: 5, arbitrary: full }, { weight: 1, arbitrary: route }), {
      maxLength: 8,
    }),
    limited: fc.option(limit, { freq: 2 }),
    edits: fc.array(edits, { maxLength: 1 }),
    docker: fc.constantFrom('', '', 'first', 'later'),
    ufwDocker: fc.boolean(),
  })
  .map((all): RuleSet => {
    const rules = [...all.rules, ...(all.limited === null ? [] : [all.limited])]
    const fixed = all.docker !== '' && all.ufwDocker
    const words = [
      `default ${all.incoming} incoming`,
      `default ${all.outgoing} outgoing`,
      ...(all.routed === '' ? [] : [`default ${all.routed} routed`]),
      ...(all.logging === '' ? [] : [`logging ${all.logging}`]),
      ...rules,
    ]
    const script = [
      `sed -i 's/^IPV6=.*/IPV6=${all.ipv6}/' /etc/default/ufw`,
      ...all.edits.map(edit),
      ...(fixed ? [ufwDocker] : []),
      ...words.map((line) => `ufw ${line} >/dev/null 2>&1 || :`),
      'ufw --force enable >&2',
      'ufw status verbose',
    ].join('\n')
    return {
      kind: 'ufw',
      ufw: script,
      ...(all.docker === 'first' && { v4: dockerFirst }),
      ...(all.docker === 'later' && { later: dockerLater(!fixed) }),
    }
  })
