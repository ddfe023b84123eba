import { defineStatement } from '../../statement-control.ts'

export default defineStatement({
  id: 'inference-patch-process-stated',
  item: 'OPS-1',
  severity: 'medium',
  title: 'Updates of the inference software follow a stated process',
  rationale:
    'Engines and drivers come from no distribution, so nothing updates them by itself, and their holes are exploited within days. Somebody must read the advisories, test the update and install it by a date.',
  missing: 'Nobody has stated the patch process',
  attestation: {
    scope: 'fleet',
    question:
      'Who follows the advisories of engines, drivers and container tools, within how many days is an update installed, and where is it recorded?',
    validDays: 180,
  },
  references: ['NIST-800-53:SI-2', 'NIST-800-53:RA-5', 'CIS-8:7.1', 'CIS-8:7.2', 'ISO-27001:A.8.8'],
})
