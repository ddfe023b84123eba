import { defineStatement } from '../../statement-control.ts'

export default defineStatement({
  id: 'model-approval-process-documented',
  item: 'SUP-3',
  severity: 'medium',
  title: 'Models are approved by a written process before they are served',
  rationale:
    'A model that anyone may drop into the directory is code and advice that nobody has looked at. Without a written process there is no one to say which revision was tested, under which licence, and who agreed.',
  missing: 'Nobody has stated the approval process',
  attestation: {
    scope: 'fleet',
    question: 'Which document describes how a model is requested, reviewed, tested and approved, and how is a model kept out that was not?',
    validDays: 365,
  },
  references: ['NIST-800-53:CM-3', 'NIST-800-53:SR-5', 'CIS-8:2.3', 'ISO-27001:A.8.32', 'ISO-27001:A.5.21', 'OWASP-LLM:LLM03'],
})
