import { defineControl } from '../../control.ts'
import { judgeSshd, only, type SshdRule } from './sshd-rules.ts'
import type { Scope } from './sshd-scopes.ts'

export default defineControl({
  id: 'sshd-keys-only',
  item: 'INF-7',
  severity: 'high',
  title: 'SSH logins need a key',
  rationale:
    'Passwords are guessed, reused and phished; a server that takes them is one leaked password away from being taken over. A file of sshd_config.d, such as that of cloud-init, often switches them on again.',
  needs: ['sshd'],
  uses: ['sshd-matches'],
  remediation: { template: 'sshd-behind-jump' },
  references: [
    'NIST-800-53:IA-2(1)',
    'NIST-800-53:IA-5',
    'CIS-8:6.4',
    'ISO-27001:A.8.5',
    'https://man.openbsd.org/sshd_config#PasswordAuthentication',
  ],
  evaluate: ({ sshd, 'sshd-matches': matches }) =>
    judgeSshd(
      sshd,
      matches,
      { keywords, rulesFor },
      {
        pass: 'SSH logins need a key',
        open: 'SSH lets in without a key',
        matched: 'A Match block lets in without a key',
        hint: 'PasswordAuthentication no and KbdInteractiveAuthentication no, GSSAPIAuthentication no, or AuthenticationMethods publickey,keyboard-interactive for a second factor.',
      },
    ),
})

const keywords = [
  'authenticationmethods',
  'passwordauthentication',
  'kbdinteractiveauthentication',
  'hostbasedauthentication',
  'gssapiauthentication',
  'permitemptypasswords',
] as const

function rulesFor(scope: Scope): readonly SshdRule[] {
  const methods = scope.setting('authenticationmethods')?.value ?? 'any'
  const pam = scope.setting('usepam')?.value !== 'no'
  // Every alternative asks for a key first: then a password is a second factor, not a way in.
  return asksForKey(methods) === undefined
    ? [
        { keyword: 'authenticationmethods', judge: asksForKey, expected: 'publickey in every alternative' },
        only('permitemptypasswords', 'no', 'fail'),
      ]
    : [
        only('passwordauthentication', 'no', 'fail'),
        ...(pam ? [only('kbdinteractiveauthentication', 'no', 'fail')] : []),
        // The word of another machine for who somebody is: no key of his own.
        only('hostbasedauthentication', 'no', 'fail'),
        // A ticket of Kerberos, for which a password is enough; without a keytab nobody comes in by it.
        only('gssapiauthentication', 'no'),
        only('permitemptypasswords', 'no', 'fail'),
      ]
}

const asksForKey = (value: string) =>
  value !== 'any' && value.split(/\s+/).every((way) => way.split(',').some((method) => /^publickey/.test(method))) ? undefined : 'fail'
