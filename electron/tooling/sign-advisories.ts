import { createPrivateKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { signUpdate } from '#core/advisories/update-file.ts'
import { advisorySetSchema } from '#shared/model/advisory.ts'

/**
 * Makes a signed update out of a set of records (the shape of assets/advisories/advisories.json):
 * `node electron/tooling/sign-advisories.ts KEY.pem KEY-ID RECORDS.json UPDATE`. The key is Ed25519 (PKCS 8); its public half stands in
 * assets/advisories/update-keys.json under KEY-ID. It never lies in the repository.
 */
const [keyFile, keyId, recordsFile, output] = process.argv.slice(2)
if (keyFile === undefined || keyId === undefined || recordsFile === undefined || output === undefined) {
  process.stderr.write('usage: sign-advisories KEY.pem KEY-ID RECORDS.json UPDATE\n')
  process.exit(2)
}
const set = advisorySetSchema.parse(JSON.parse(readFileSync(recordsFile, 'utf8')))
writeFileSync(output, signUpdate(set, keyId, createPrivateKey(readFileSync(keyFile))))
process.stdout.write(`${output}: ${set.records.length} records of ${set.published}, signed with ${keyId}\n`)
