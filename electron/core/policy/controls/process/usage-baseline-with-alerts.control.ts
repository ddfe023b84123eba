import { defineStatement } from '../../statement-control.ts'

export default defineStatement({
  id: 'usage-baseline-with-alerts',
  item: 'MON-4',
  severity: 'medium',
  title: 'Normal usage is known, and deviations from it raise alerts',
  rationale:
    'Stolen keys and copied models show as tokens at unusual hours or from new addresses long before anybody complains. Without a known normal there is nothing that they would deviate from.',
  missing: 'Nobody has stated baseline and alerts',
  attestation: {
    scope: 'fleet',
    question: 'Where is normal usage recorded, which deviations raise an alert, who receives it, and when was one tested last?',
    validDays: 180,
  },
  references: ['NIST-800-53:SI-4', 'NIST-800-53:SI-4(4)', 'NIST-800-53:SI-4(5)', 'CIS-8:8.11', 'ISO-27001:A.8.16', 'OWASP-LLM:LLM10'],
})
