import { defineControl } from '../../control.ts'
import { judgeSshd, type SshdRule } from './sshd-rules.ts'

const SIGNATURES = /^(?:ssh-dss|ssh-rsa|ssh-dss-cert-.*|ssh-rsa-cert-.*)$/

/** Broken or too short; none is in the defaults of OpenSSH 8.8 and newer. */
const weak: Readonly<Record<string, RegExp>> = {
  ciphers: /^(?:3des-cbc|arcfour.*|blowfish-cbc|cast128-cbc|aes\d+-cbc|rijndael-cbc@.*|none)$/,
  macs: /^(?:hmac-md5.*|hmac-ripemd160.*|hmac-sha1-96.*|none)$/,
  kexalgorithms: /^(?:diffie-hellman-group1-sha1|diffie-hellman-group14-sha1|diffie-hellman-group-exchange-sha1|gss-.*-sha1-.*)$/,
  hostkeyalgorithms: SIGNATURES,
  // What clients may sign with; before OpenSSH 8.5 by another name.
  pubkeyacceptedalgorithms: SIGNATURES,
  pubkeyacceptedkeytypes: SIGNATURES,
  casignaturealgorithms: SIGNATURES,
}

const rules = Object.entries(weak).map(
  ([keyword, pattern]): SshdRule => ({
    keyword,
    judge: (value) => (value.split(',').some((name) => pattern.test(name)) ? 'warning' : undefined),
    expected: `none of ${keyword === 'ciphers' ? '3des, arcfour, cbc' : keyword === 'macs' ? 'md5, ripemd, sha1-96' : keyword === 'kexalgorithms' ? 'the SHA-1 groups' : 'ssh-dss, ssh-rsa'}`,
  }),
)

export default defineControl({
  id: 'sshd-algorithms-modern',
  item: 'INF-7',
  severity: 'medium',
  title: 'SSH offers no broken algorithms',
  rationale:
    'Someone between admin and host picks the weakest method that both sides offer. Old lists were often pinned for a client that is long gone.',
  steps:
    'Remove Ciphers, MACs, KexAlgorithms, HostKeyAlgorithms and PubkeyAcceptedAlgorithms from sshd_config, so that the defaults hold. Before OpenSSH 8.8 these have ssh-rsa: HostKeyAlgorithms -ssh-rsa* and PubkeyAcceptedKeyTypes -ssh-rsa* take it out (on RHEL 8: update-crypto-policies --set DEFAULT:NO-SHA1).',
  needs: ['sshd'],
  uses: ['sshd-matches'],
  references: ['NIST-800-53:SC-8', 'NIST-800-53:SC-13', 'CIS-8:3.10', 'ISO-27001:A.8.24', 'https://www.openssh.com/legacy.html'],
  evaluate: ({ sshd, 'sshd-matches': matches }) =>
    judgeSshd(sshd, matches, rules, {
      pass: 'SSH offers modern algorithms only',
      open: 'SSH offers broken algorithms',
      matched: 'A Match block offers broken algorithms',
    }),
})
