import { type DemoHost, JUMP_ADDRESS } from '../demo-host.ts'
import {
  accounts,
  auditAccount,
  debian,
  debianSoftware,
  groupsOf,
  people,
  segmentRules,
  soundSshd,
  sshListeners,
  systemProcesses,
} from './baseline.ts'
import { soundSystem } from './systems.ts'

const own = accounts()

/** The jump host, looked at: a key and a one-time code, and it forwards anywhere, with the agents of the admins. */
export const bastion01: DemoHost = {
  name: 'bastion-01',
  address: JUMP_ADDRESS,
  jumpHost: true,
  os: debian,
  kernel: '6.1.0-41-amd64',
  account: auditAccount,
  sudo: true,
  accounts: own,
  ...people,
  groups: groupsOf(own),
  listeners: sshListeners,
  processes: systemProcesses,
  units: [],
  containers: [],
  files: new Map(),
  firewall: segmentRules(['ip saddr 10.20.2.0/24 tcp dport 22 accept'], ['ip daddr 10.20.4.0/24 tcp dport 22 accept']),
  pam: ['auth required pam_google_authenticator.so', 'account required pam_nologin.so', 'session required pam_limits.so'],
  sshd: [
    ...soundSshd.filter((line) => !/^(?:allowtcpforwarding|allowagentforwarding|authenticationmethods|kbdinteractive)/.test(line)),
    'allowtcpforwarding yes',
    'permitopen any',
    'permitlisten any',
    'allowagentforwarding yes',
    'allowstreamlocalforwarding yes',
    'authenticationmethods publickey,keyboard-interactive:pam',
    'kbdinteractiveauthentication yes',
  ],
  system: soundSystem,
  addresses: [{ interface: 'eth0', address: JUMP_ADDRESS, prefixLength: 24 }],
  gateway: '10.20.0.1',
  software: debianSoftware(),
  gpus: [],
}
