import { defineStatement } from '../../statement-control.ts'

export default defineStatement({
  id: 'access-reviewed-within-quarter',
  item: 'OPS-3',
  severity: 'medium',
  title: 'Everybody with access was reviewed within the last quarter',
  rationale:
    'Accounts, keys and group memberships outlive the work they were given for. Those of people who left are the ones that nobody misses while they are used.',
  missing: 'Nobody has stated the access review',
  attestation: {
    scope: 'fleet',
    question:
      'When were the accounts, SSH keys, sudo rights, API keys and proxy users of these hosts reviewed last, by whom, with what result?',
    validDays: 92,
  },
  references: ['NIST-800-53:AC-2', 'NIST-800-53:AC-2(3)', 'NIST-800-53:AC-6(7)', 'CIS-8:5.1', 'CIS-8:6.2', 'ISO-27001:A.5.18'],
})
