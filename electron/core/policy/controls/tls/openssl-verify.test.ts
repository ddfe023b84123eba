import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readPem } from '../../../facts/certificates/pem.ts'
import { policyContext } from '../proxy/proxy-facts.ts'
import { flawsOf } from './certificate-flaws.ts'

const available = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout?.startsWith('OpenSSL 3')
const folder = available ? mkdtempSync(join(tmpdir(), 'gatehouse-openssl-')) : ''
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true })
})

const openssl = (...args: readonly string[]) => spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
const NAME = 'ai.example.com'
const name = `subjectAltName=DNS:${NAME}`
const authority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign']

interface Make {
  readonly extensions?: readonly string[]
  readonly key?: readonly string[]
  /** Words for `openssl x509 -req`. */
  readonly signing?: readonly string[]
  readonly subject?: string
}

const EC = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
const curve = (named: string): readonly string[] => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${named}`]
const rsa = (algorithm: string, bits: number): readonly string[] => ['-algorithm', algorithm, '-pkeyopt', `rsa_keygen_bits:${bits}`]

/** Makes `file.pem` and its key, signed by `issuer`, or by itself. */
function make(
  file: string,
  issuer: string | undefined,
  { extensions = [name], key = EC, signing = [], subject = `/CN=${file}` }: Make = {},
) {
  openssl('genpkey', ...key, '-out', `${file}.key`)
  writeFileSync(join(folder, `${file}.ext`), extensions.join('\n'))
  openssl('req', '-new', '-key', `${file}.key`, '-subj', subject, '-out', `${file}.csr`)
  const signer = issuer ? ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial'] : ['-signkey', `${file}.key`]
  const days = signing.includes('-days') ? [] : ['-days', '400']
  const { status, stderr } = openssl(
    ...['x509', '-req', '-in', `${file}.csr`, '-extfile', `${file}.ext`, '-out', `${file}.pem`],
    ...[...signer, ...days, ...signing],
  )
  if (status !== 0) throw new Error(`${file}: ${stderr}`)
}

/** An authority that begins tomorrow: `openssl ca` alone sets the first day (before 3.4). */
function makeLater(file: string, issuer: string) {
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[ca]\ndefault_ca=x\n[x]\ndatabase=index\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=p\n[p]\n',
  )
  writeFileSync(join(folder, 'index'), '')
  writeFileSync(join(folder, 'serial'), '4242')
  writeFileSync(join(folder, `${file}.ext`), authority.join('\n'))
  openssl('genpkey', ...EC, '-out', `${file}.key`)
  openssl('req', '-new', '-key', `${file}.key`, '-subj', `/CN=${file}`, '-out', `${file}.csr`)
  const day = (ms: number) => `${new Date(Date.now() + ms).toISOString().replace(/[-:T]|\.\d+/g, '')}`
  const signed = openssl(
    ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-cert', `${issuer}.pem`, '-keyfile', `${issuer}.key`, '-in', `${file}.csr`],
    ...['-startdate', day(86_400_000), '-enddate', day(86_400_000 * 30), '-preserveDN', '-extfile', `${file}.ext`, '-out', `${file}.pem`],
  )
  if (signed.status !== 0) throw new Error(signed.stderr)
}

const text = (...files: readonly string[]) => files.map((file) => readFileSync(join(folder, `${file}.pem`), 'utf8')).join('')
const flaws = (chain: readonly string[], asked = NAME) => {
  const certificate = readPem(text(...chain))
  return certificate ? flawsOf(certificate, [asked], { ...policyContext(), now: Date.now() }) : undefined
}
/** What clients do that trust the root alone, by the level that Debian's OpenSSL takes. */
function verified([leaf = '', ...rest]: readonly string[], asked = NAME): boolean {
  writeFileSync(join(folder, 'untrusted.pem'), rest.length > 0 ? text(...rest) : '')
  const as = /^[\d.]+$|:/.test(asked) ? '-verify_ip' : '-verify_hostname'
  const shown = rest.length > 0 ? ['-untrusted', 'untrusted.pem'] : []
  const level = ['-auth_level', '2', '-purpose', 'sslserver', as, asked]
  return openssl('verify', ...level, '-CAfile', 'trusted.pem', ...shown, `${leaf}.pem`).status === 0
}

const cases: readonly (readonly [what: string, chain: readonly string[], make?: Make, asked?: string])[] = [
  ['sound', ['good', 'mid']],
  ['with the root', ['good-root', 'mid', 'root']],
  ['for clients alone', ['clients', 'mid'], { extensions: [name, 'extendedKeyUsage=clientAuth'] }],
  ['for code', ['code', 'mid'], { extensions: [name, 'extendedKeyUsage=codeSigning'] }],
  ['for clients and servers', ['both', 'mid'], { extensions: [name, 'extendedKeyUsage=clientAuth,serverAuth'] }],
  ['of the year 9966', ['far', 'mid'], { signing: ['-days', '2900000'] }],
  ['of yesterday', ['ended', 'mid'], { signing: ['-days', '-1'] }],
  ['secp112r1', ['c112', 'mid'], { key: curve('secp112r1') }],
  ['secp160r1', ['c160', 'mid'], { key: curve('secp160r1') }],
  ['sect163k1', ['c163', 'mid'], { key: curve('sect163k1') }],
  ['prime192v1', ['c192', 'mid'], { key: curve('prime192v1') }],
  ['brainpoolP256r1', ['c256', 'mid'], { key: curve('brainpoolP256r1') }],
  ['secp521r1', ['c521', 'mid'], { key: curve('secp521r1') }],
  ['Ed25519', ['ed', 'mid'], { key: ['-algorithm', 'ed25519'] }],
  ['RSA 1024', ['r1024', 'mid'], { key: rsa('RSA', 1024) }],
  ['RSA 2048', ['r2048', 'mid'], { key: rsa('RSA', 2048) }],
  ['RSA-PSS 1024', ['p1024', 'mid'], { key: rsa('RSA-PSS', 1024) }],
  ['SHA-1', ['sha1', 'mid'], { signing: ['-sha1'] }],
  ['PSS over SHA-1', ['pss1', 'signer'], { signing: ['-sha1', '-sigopt', 'rsa_padding_mode:pss'] }],
  ['PSS over SHA-256', ['pss256', 'signer'], { signing: ['-sha256', '-sigopt', 'rsa_padding_mode:pss'] }],
  ['another name', ['other', 'mid'], { extensions: ['subjectAltName=DNS:other.example.com'] }],
  ['one of many', ['star', 'mid'], { extensions: ['subjectAltName=DNS:*.example.com'] }],
  ['all of a top level', ['top', 'mid'], { extensions: ['subjectAltName=DNS:*.example'] }, 'ai.example'],
  ['a star too high', ['high', 'mid'], { extensions: ['subjectAltName=DNS:*.com'] }],
  ['an address', ['ip4', 'mid'], { extensions: ['subjectAltName=IP:10.0.3.7'] }, '10.0.3.7'],
  ['an address of IPv6', ['ip6', 'mid'], { extensions: ['subjectAltName=IP:2001:db8::1'] }, '2001:db8::1'],
  ['an address as a name', ['dnsip', 'mid'], { extensions: ['subjectAltName=DNS:10.0.3.7'] }, '10.0.3.7'],
  ['a star before an address', ['starip', 'mid'], { extensions: ['subjectAltName=DNS:*.0.3.7'] }, '10.0.3.7'],
  ['an issuer that has expired', ['late', 'old']],
  ['keyUsage for signatures', ['ku-sign', 'mid'], { extensions: [name, 'keyUsage=critical,digitalSignature'] }],
  ['keyUsage for key encipherment', ['ku-enc', 'mid'], { extensions: [name, 'keyUsage=critical,keyEncipherment'], key: rsa('RSA', 2048) }],
  ['keyUsage for key agreement', ['ku-agree', 'mid'], { extensions: [name, 'keyUsage=keyAgreement'] }],
  ['keyUsage for certificates alone', ['ku-cert', 'mid'], { extensions: [name, 'keyUsage=critical,keyCertSign,cRLSign'] }],
  ['keyUsage for data alone', ['ku-data', 'mid'], { extensions: [name, 'keyUsage=nonRepudiation,dataEncipherment'] }],
  ['an issuer that is no authority', ['under-leaf', 'plain']],
  ['an issuer that may sign no certificates', ['under-ku', 'mid-ku']],
  ['an issuer that begins tomorrow', ['under-new', 'mid-new']],
  ['an issuer for clients alone', ['under-eku', 'mid-eku']],
  ['an issuer with a weak key', ['under-1024', 'mid-1024']],
  ['an issuer below one that has none below it', ['under-deep', 'mid-deep', 'mid-0']],
  ['an issuer for other names', ['under-names', 'mid-names']],
  ['an issuer for its name', ['under-named', 'mid-named']],
  ['an issuer that is signed over SHA-1', ['under-sha1', 'mid-sha1']],
  ['a curve that is written out', ['explicit', 'mid'], { key: [...EC, '-pkeyopt', 'ec_param_enc:explicit'] }],
  ['an extension that nobody knows', ['odd', 'mid'], { extensions: [name, '1.2.3.4.5=DER:0500'] }],
  ['and must know', ['critical', 'mid'], { extensions: [name, '1.2.3.4.5=critical,DER:0500'] }],
  ['policies that must be known', ['policies', 'mid'], { extensions: [name, 'certificatePolicies=critical,1.2.3.4'] }],
  ['a name that must be known', ['no-subject', 'mid'], { extensions: [`subjectAltName=critical,DNS:${NAME}`], subject: '/' }],
  ['an issuer with what nobody knows', ['under-critical', 'mid-critical']],
  ['an issuer for other subjects', ['under-other', 'mid-subject'], { subject: '/O=other/CN=x' }],
  ['an issuer for such subjects', ['under-such', 'mid-subject'], { subject: '/O=Ours/CN=x' }],
  ['an issuer for no such subjects', ['under-no-such', 'mid-no-subject'], { subject: '/O=ours/CN=x' }],
  ['an issuer for such subjects, without one', ['under-bare', 'mid-subject'], { subject: '/' }],
  ['an issuer for no addresses', ['under-ip', 'mid-ip'], { extensions: ['subjectAltName=IP:10.0.3.7'] }, '10.0.3.7'],
  ['an issuer for no addresses, a name', ['under-no-ip', 'mid-ip']],
  ['a second name that its issuer may not sign', ['two', 'mid-named'], { extensions: [`${name},DNS:ai.example.org`] }],
  ['a URI that its issuer may sign', ['uri-in', 'mid-uri'], { extensions: [`${name},URI:https://a.example.com/x`] }],
  ['a URI of its issuer’s very host', ['uri-host', 'mid-host'], { extensions: [`${name},URI:spiffe://example.com/x`] }],
  ['a URI below its issuer’s very host', ['uri-below', 'mid-host'], { extensions: [`${name},URI:spiffe://a.example.com/x`] }],
  ['a URI of others', ['uri-out', 'mid-uri'], { extensions: [`${name},URI:https://a.example.org:8443/x`] }],
  ['a URI with a port and an account', ['uri-port', 'mid-uri'], { extensions: [`${name},URI:https://u@a.example.com:8443/x`] }],
  ['a URI without a host', ['uri-urn', 'mid-uri'], { extensions: [`${name},URI:urn:x:y`] }],
  ['a URI that its issuer must not sign', ['uri-no', 'mid-no-uri'], { extensions: [`${name},URI:spiffe://A.Example.com/x`] }],
  ['another URI than that', ['uri-yes', 'mid-no-uri'], { extensions: [`${name},URI:spiffe://a.example.org/x`] }],
  ['no URI', ['uri-none', 'mid-uri']],
  ['mail of the domain', ['mail-in', 'mid-mail'], { extensions: [`${name},email:a@example.com`] }],
  ['mail of others', ['mail-out', 'mid-mail'], { extensions: [`${name},email:a@example.org`] }],
  ['mail below the domain', ['mail-below', 'mid-mail'], { extensions: [`${name},email:a@b.example.com`] }],
  ['mail of others in the subject', ['mail-subject', 'mid-mail'], { subject: '/CN=x/emailAddress=a@example.org' }],
  ['mail of the domain in the subject', ['mail-subject-in', 'mid-mail'], { subject: '/CN=x/emailAddress=a@example.com' }],
  ['one address of mail', ['mail-one', 'mid-one-mail'], { extensions: [`${name},email:a@example.com`] }],
  ['another address of mail', ['mail-other', 'mid-one-mail'], { extensions: [`${name},email:b@example.com`] }],
  ['mail that its issuer must not sign', ['mail-no', 'mid-no-mail'], { extensions: [`${name},email:a@b.example.com`] }],
  ['mail of a name that begins with a dot', ['mail-dot', 'mid-no-mail'], { extensions: [`${name},email:a@example.com`] }],
  ['another common name', ['cn', 'mid-named'], { subject: '/CN=other.example.org' }],
  ['a limit that need not be known', ['soft', 'mid-soft']],
  ['a wildcard above the limit', ['star-above', 'mid-exact'], { extensions: ['subjectAltName=DNS:*.example.com'] }],
  ['a wildcard above what is excluded', ['star-no', 'mid-no-exact'], { extensions: ['subjectAltName=DNS:*.example.com'] }],
  ['an address that its issuer may not sign', ['two-ip', 'mid-ten'], { extensions: [`${name},IP:11.0.0.1`] }],
  ['limits of its own', ['own-limits', 'mid'], { extensions: [name, 'nameConstraints=critical,permitted;DNS:x.org'] }],
  ['a path length of its own', ['own-path', 'mid'], { extensions: [name, 'basicConstraints=critical,CA:FALSE,pathlen:0'] }],
  ['an issuer that asks for policies', ['under-policies', 'mid-policies']],
  ['stapling that must be', ['staple', 'mid'], { extensions: [name, 'tlsfeature=status_request'] }],
  ['stapling that must be known', ['staple-critical', 'mid'], { extensions: [name, '1.3.6.1.5.5.7.1.24=critical,DER:3003020105'] }],
  ['one that was only to be logged', ['poison', 'mid'], { extensions: [name, '1.3.6.1.4.1.11129.2.4.3=critical,ASN1:NULL'] }],
  ['of Netscape for clients', ['ns-client', 'mid'], { extensions: [name, 'nsCertType=client'] }],
  ['of Netscape for servers', ['ns-server', 'mid'], { extensions: [name, 'nsCertType=server'] }],
  ['capitals', ['capitals', 'mid'], { extensions: ['subjectAltName=DNS:AI.Example.COM'] }],
  ['a dot at the end', ['dot', 'mid'], { extensions: [`${name}.`] }],
  ['for anything', ['any', 'mid'], { extensions: [name, 'extendedKeyUsage=anyExtendedKeyUsage'] }],
  ['secp256k1', ['k1', 'mid'], { key: curve('secp256k1') }],
  ['RSA-PSS 2048', ['p2048', 'mid'], { key: rsa('RSA-PSS', 2048) }],
  ['Ed448', ['ed448', 'mid'], { key: ['-algorithm', 'ed448'] }],
]

test.runIf(available)('what openssl verify refuses is a failure, and nothing else is', { timeout: 300_000 }, () => {
  make('root', undefined, { extensions: authority, signing: ['-days', '4000'] })
  for (const [mid, more] of [['mid'], ['old', ['-days', '-1']], ['mid-sha1', ['-sha1']]] as const)
    make(mid, 'root', { extensions: authority, ...(more && { signing: more }) })
  make('plain', 'root', { extensions: [name] })
  make('mid-ku', 'root', { extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,digitalSignature'] })
  make('mid-eku', 'root', { extensions: [...authority, 'extendedKeyUsage=clientAuth'] })
  make('mid-1024', 'root', { extensions: authority, key: rsa('RSA', 1024) })
  make('mid-0', 'root', { extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign'] })
  make('mid-deep', 'mid-0', { extensions: authority })
  make('mid-names', 'root', { extensions: [...authority, 'nameConstraints=critical,permitted;DNS:example.org'] })
  make('mid-named', 'root', { extensions: [...authority, 'nameConstraints=critical,permitted;DNS:example.com'] })
  const constrained = (constraints: string, ...section: readonly string[]) => ({
    extensions: [...authority, `nameConstraints=critical,${constraints}`, ...section],
  })
  make('mid-subject', 'root', constrained('permitted;dirName:ours', '[ours]', 'O=ours'))
  make('mid-no-subject', 'root', constrained('excluded;dirName:ours', '[ours]', 'O=ours'))
  make('mid-ip', 'root', constrained('excluded;IP:0.0.0.0/0.0.0.0'))
  make('mid-uri', 'root', constrained('permitted;URI:.example.com'))
  make('mid-host', 'root', constrained('permitted;URI:example.com'))
  make('mid-no-uri', 'root', constrained('excluded;URI:.example.com'))
  make('mid-mail', 'root', constrained('permitted;email:example.com'))
  make('mid-one-mail', 'root', constrained('permitted;email:a@example.com'))
  make('mid-no-mail', 'root', constrained('excluded;email:.example.com'))
  make('mid-soft', 'root', { extensions: [...authority, 'nameConstraints=permitted;DNS:example.org'] })
  make('mid-exact', 'root', constrained('permitted;DNS:ai.example.com'))
  make('mid-no-exact', 'root', constrained('excluded;DNS:x.example.com'))
  make('mid-ten', 'root', constrained('permitted;IP:10.0.0.0/255.0.0.0'))
  make('mid-policies', 'root', { extensions: [...authority, 'policyConstraints=critical,requireExplicitPolicy:0'] })
  make('mid-critical', 'root', { extensions: [...authority, '1.2.3.4.5=critical,DER:0500'] })
  makeLater('mid-new', 'root')
  make('signer', 'root', { extensions: authority, key: rsa('RSA', 2048) })
  writeFileSync(join(folder, 'trusted.pem'), text('root'))
  for (const [what, chain, how, asked] of cases) {
    make(chain[0] ?? '', chain[1], how)
    const found = flaws(chain, asked)?.filter(({ status }) => status === 'fail')
    expect([what, found?.length === 0, found?.map(({ title }) => title)]).toEqual([what, verified(chain, asked), expect.anything()])
  }
})

test.runIf(available)('a key that browsers do not take is a warning', { timeout: 60_000 }, () => {
  make('some', undefined, { extensions: authority })
  const titles = (file: string, how: Make) => {
    make(file, 'some', how)
    return flaws([file])?.map(({ status, title }) => `${status}: ${title}`)
  }
  expect(titles('p256', {})).toEqual([])
  expect(titles('p384', { key: curve('secp384r1') })).toEqual([])
  for (const [file, key] of [
    ['p521', curve('secp521r1')],
    ['koblitz', curve('secp256k1')],
    ['edwards', ['-algorithm', 'ed25519']],
    ['pss', rsa('RSA-PSS', 2048)],
  ] as const)
    expect(titles(file, { key })).toEqual(['warning: Browsers do not take this kind of key'])
})

test.runIf(available)('an intermediate of a public authority must be shown, one’s own root need not be', { timeout: 60_000 }, () => {
  make('own', undefined, { extensions: authority })
  make('leaf', 'own')
  make('public', undefined, { extensions: authority, subject: "/C=US/O=Let's Encrypt/CN=R11" })
  make('bare', 'public')
  expect(flaws(['leaf'])).toEqual([])
  expect(flaws(['bare'])?.map(({ title }) => title)).toEqual(['An intermediate certificate is missing'])
  expect(flaws(['bare', 'public'])).toEqual([])
})
