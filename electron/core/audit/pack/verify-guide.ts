import { aboutTheSums, LEDGER, LEDGER_HEAD, PUBLIC_KEY, SIGNATURE, SIGNERS, SSH_SIGNATURE, SUMS } from './pack-file.ts'
import { SSH_IDENTITY, SSH_NAMESPACE } from './ssh-signature.ts'

interface GuideFacts {
  readonly fleet: string
  readonly gatehouse: string
  /** ISO 8601, UTC. */
  readonly builtAt: string
  readonly builtBy: string
  /** Full SHA-256 of the public key as DER. */
  readonly keyDigest: string
  readonly oscalVersion: string
}

/** Each of them ends with 0 only when all is well. Tests run them as they stand here. */
export const verifySteps = {
  sums: `sha256sum --check --strict --quiet ${SUMS}`,
  strangers: `! { cut -c 67- ${SUMS}; find . '(' ! -type d -o -empty ')' ${aboutTheSums.map((name) => `! -path ./${name}`).join(' ')} | cut -c 3-; } | LC_ALL=C sort | uniq -u | grep .`,
  openssl: `openssl pkeyutl -verify -pubin -inkey ${PUBLIC_KEY} -rawin -in ${SUMS} -sigfile ${SIGNATURE}`,
  ssh: `ssh-keygen -Y verify -f ${SIGNERS} -I ${SSH_IDENTITY} -n ${SSH_NAMESPACE} -s ${SSH_SIGNATURE} <${SUMS}`,
  key: `openssl pkey -pubin -in ${PUBLIC_KEY} -outform DER | sha256sum`,
  ledger: `(
previous=$(sed -n '1s/.*"previous":"\\([0-9a-f]*\\)".*/\\1/p' ${LEDGER})
while IFS= read -r line; do
  body=$(printf '%s' "$line" | sed 's/,"hash":"[0-9a-f]*"}$/}/')
  case $body in *"\\"previous\\":\\"$previous\\"}") ;; *) printf 'out of order: %s\\n' "$line"; exit 1 ;; esac
  previous=$(printf '%s' "$body" | sha256sum | cut -c 1-64)
  case $line in *",\\"hash\\":\\"$previous\\"}") ;; *) printf 'changed: %s\\n' "$line"; exit 1 ;; esac
done <${LEDGER}
grep -q "\\"hash\\":\\"\${previous:-0*}\\"" ${LEDGER_HEAD} || { echo 'records are missing at the end'; exit 1; }
)`,
} as const

const fenced = (command: string): string => `\`\`\`sh\n${command}\n\`\`\``

/** How an auditor checks a pack with sha256sum, openssl and ssh-keygen alone. */
export const verifyGuide = ({
  fleet,
  gatehouse,
  builtAt,
  builtBy,
  keyDigest,
  oscalVersion,
}: GuideFacts): string => `# How to check this evidence pack

Fleet ${fleet}, built on ${builtAt} by ${builtBy} with Gatehouse ${gatehouse}. Nothing of Gatehouse is needed to check it. Unpack it, open a
POSIX shell in this folder, and run each step. A step that prints an error or ends with another status than 0 has found something.

## 1. Every file is the one that was written

${fenced(verifySteps.sums)}

## 2. No file was added

${fenced(verifySteps.strangers)}

## 3. The list of files was signed by this console

With OpenSSL 3:

${fenced(verifySteps.openssl)}

or with OpenSSH 8.2 or newer:

${fenced(verifySteps.ssh)}

## 4. The key is the right one

Whoever changes a pack can sign it with a key of their own. So get this value from the administrator by another way (on paper, by phone), not
from this pack, and compare it with what this prints:

${fenced(verifySteps.key)}

When this pack was built it was \`${keyDigest}\`.

## 5. The console's log has neither gaps nor another order

Each record of \`${LEDGER}\` holds the hash of the one before, and \`${LEDGER_HEAD}\` that of the last.

${fenced(verifySteps.ledger)}

## What is in it

| file | what it is |
| --- | --- |
| \`report.html\` | every finding of every host with its evidence; no script, loads nothing |
| \`report.pdf\` | the same without the evidence, where the pack was built in the app |
| \`summary.md\` | what is open, as Markdown |
| \`frameworks.html\`, \`frameworks.csv\` | the results by rule of NIST SP 800-53, CIS Controls, ISO/IEC 27001 and OWASP |
| \`results.json\`, \`results.schema.json\` | everything for programs, and its JSON Schema |
| \`controls.json\` | what was checked: every control with why, and the rules that it refers to |
| \`findings.csv\`, \`findings.sarif\` | the findings as a table, and as SARIF 2.1.0 |
| \`oscal/\` | component definition, assessment plan, assessment results, plan of action and milestones: OSCAL ${oscalVersion} |
| \`decisions/\` | every waiver and every statement, withdrawn ones too |
| \`decisions/access-reviews.csv\`, \`decisions/access-reviews.json\`, \`decisions/access-reviews.schema.json\` | where access was reviewed: who decided what about whom, and what that account could do; its JSON Schema |
| \`attachments/\` | files that people attached to their statements, by digest; nobody has checked what is in them |
| \`evidence/\` | what each command printed on each host; \`evidence/index.csv\` says which command it was and how it ended |
| \`ledger/\` | what this console did |

Tables (\`.csv\`) are UTF-8 with a byte order mark, as spreadsheets want it; what could be taken for a formula there has an apostrophe before it.

## What it does not say

- Not measured is not passed: such checks are _not evaluated_, with the reason.
- Secrets were masked before anything was stored. A masked file has another digest than what the host printed; \`evidence/index.csv\` says which.
- The signature proves that this console wrote the pack, not that the console's computer was in good hands.
`
