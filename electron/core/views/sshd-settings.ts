import type { ControlNames } from './judged-rows.ts'

/** Controls about sshd, for what they find where no single setting shows it. */
export const sshdControls: ControlNames = {
  'sshd-no-root-login': 'Login of root',
  'sshd-keys-only': 'Ways to log in',
  'sshd-accounts-limited': 'Who may log in',
  'sshd-attempts-limited': 'Tries and time',
  'sshd-forwarding-off': 'Forwarding',
  'sshd-logs-logins': 'Log of logins',
  'sshd-algorithms-modern': 'Algorithms',
}

/** Settings of `sshd -T` that controls look at, by the controls that do. In the order in which they are read best. */
export const judgedSettings: Readonly<Record<string, readonly string[]>> = {
  permitrootlogin: ['sshd-no-root-login'],
  passwordauthentication: ['sshd-keys-only'],
  kbdinteractiveauthentication: ['sshd-keys-only'],
  permitemptypasswords: ['sshd-keys-only'],
  hostbasedauthentication: ['sshd-keys-only'],
  gssapiauthentication: ['sshd-keys-only'],
  authenticationmethods: ['sshd-keys-only'],
  pubkeyauthentication: [],
  usepam: [],
  allowusers: ['sshd-accounts-limited'],
  allowgroups: ['sshd-accounts-limited'],
  maxauthtries: ['sshd-attempts-limited'],
  logingracetime: ['sshd-attempts-limited'],
  maxstartups: ['sshd-attempts-limited'],
  disableforwarding: ['sshd-forwarding-off'],
  allowtcpforwarding: ['sshd-forwarding-off'],
  allowagentforwarding: ['sshd-forwarding-off'],
  allowstreamlocalforwarding: ['sshd-forwarding-off'],
  x11forwarding: ['sshd-forwarding-off'],
  permittunnel: ['sshd-forwarding-off'],
  gatewayports: ['sshd-forwarding-off'],
  loglevel: ['sshd-logs-logins'],
  ciphers: ['sshd-algorithms-modern'],
  macs: ['sshd-algorithms-modern'],
  kexalgorithms: ['sshd-algorithms-modern'],
  hostkeyalgorithms: ['sshd-algorithms-modern'],
  pubkeyacceptedalgorithms: ['sshd-algorithms-modern'],
  pubkeyacceptedkeytypes: ['sshd-algorithms-modern'],
  casignaturealgorithms: ['sshd-algorithms-modern'],
}
