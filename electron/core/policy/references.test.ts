import { expect, test } from 'vitest'
import { parseReference } from './references.ts'

test.each([
  ['NIST-800-53:SC-7', 'NIST SP 800-53 Rev. 5', 'SC-7'],
  ['NIST-800-53:SC-7(21)', 'NIST SP 800-53 Rev. 5', 'SC-7(21)'],
  ['NIST-800-53:SR-12', 'NIST SP 800-53 Rev. 5', 'SR-12'],
  ['CIS-8:3.14', 'CIS Controls v8', '3.14'],
  ['CIS-8:18.5', 'CIS Controls v8', '18.5'],
  ['ISO-27001:A.8.34', 'ISO/IEC 27001:2022, Annex A', 'A.8.34'],
  ['OWASP-LLM:LLM10', 'OWASP Top 10 for LLM Applications 2025', 'LLM10'],
  ['https://docs.vllm.ai/en/latest/usage/security.html', null, 'https://docs.vllm.ai/en/latest/usage/security.html'],
])('%s', (text, framework, id) => {
  expect(parseReference(text)).toEqual({ framework, id })
})

test.each([
  ...['NIST-800-53:SC-52', 'NIST-800-53:SI-9', 'NIST-800-53:XX-1', 'NIST-800-53:SC-0', 'NIST-800-53:sc-7'],
  ...['CIS-8:3.15', 'CIS-8:19.1', 'CIS-8:0.1', 'CIS-7:4.4', 'ISO-27001:A.8.35', 'ISO-27001:A.4.1', 'ISO-27001:8.20', 'OWASP-LLM:LLM11'],
  ...['http://example.com/', 'https://localhost', 'constructor:x', 'see the manual', ''],
])('%j names nothing', (text) => {
  expect(parseReference(text)).toBeUndefined()
})
