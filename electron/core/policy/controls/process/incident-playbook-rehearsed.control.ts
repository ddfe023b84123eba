import { defineStatement } from '../../statement-control.ts'

export default defineStatement({
  id: 'incident-playbook-rehearsed',
  item: 'OPS-2',
  severity: 'medium',
  title: 'A playbook for incidents on AI hosts exists and was rehearsed within a year',
  rationale:
    'A poisoned model or a leaked key must be taken out of service within minutes, by whoever is on call. Steps that are looked up for the first time during the incident cost the evidence and the time that they were written to save.',
  missing: 'Nobody has stated the incident playbook',
  attestation: {
    scope: 'fleet',
    question: 'Where is the playbook for a poisoned model, a leaked key and a taken-over GPU host, and when was it rehearsed last?',
    validDays: 365,
  },
  references: ['NIST-800-53:IR-8', 'NIST-800-53:IR-4', 'CIS-8:17.4', 'CIS-8:17.7', 'ISO-27001:A.5.24', 'ISO-27001:A.5.26'],
})
